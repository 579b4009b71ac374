import type { ModuleView } from '../model/module.js';
import type { ObjectValue, Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { CorsContext } from './cors-origin.js';

/** Keys beside `origin` that CORS options alone have. */
const BESIDE = /^(credentials|methods|allowMethods|allowedHeaders|allowHeaders|exposedHeaders|exposeHeaders|optionsSuccessStatus|preflightContinue|maxAge)$/;
const LIBRARIES: ReadonlyMap<string, string> = new Map([['cors', 'cors'], ['@nestjs/core', 'cors'], ['socket.io', 'cors'], ['@fastify/cors', '@fastify/cors'], ['@koa/cors', '@koa/cors'], ['hono', 'hono'], ['hono/cors', 'hono']]);

const DEEPEST = 4;

/** The package whose options a file of its own can hold: the one CORS library its manifest lists, or hands its options to. */
export function homeLibrary(path: FilePath, context: Pick<CorsContext, 'depends'>): string | undefined {
  const listed = new Set([...LIBRARIES].filter(([name]) => context.depends(name, path) === true).map(([, library]) => library));
  const [only] = listed;
  return listed.size === 1 ? only : undefined;
}
/** The options of a policy stand in another file, which is the one to speak of their origin. */
export function toldAtHome(options: Value | undefined, library: string, module: ModuleView, context: Pick<CorsContext, 'depends'>): boolean {
  return options?.kind === 'object' && options.at.path !== module.path && isCorsOptions(options) && homeLibrary(options.at.path, context) === LIBRARIES.get(library);
}
/** An object that can only be CORS options: an origin, and a key no other options have. */
function isCorsOptions(value: ObjectValue): boolean {
  return value.entries.some(({ key }) => key === 'origin') && value.entries.some(({ key, form }) => key !== undefined && form !== 'spread' && BESIDE.test(key));
}
/** The objects with CORS options that a file hands out: by name, in an object, or as what an exported function always returns. */
export function* corsOptionsIn(module: ModuleView, context: Pick<CorsContext, 'resolve' | 'body'>): Iterable<ObjectValue> {
  const seen = new Set<number>();
  function* visit(value: Value, depth: number): Iterable<ObjectValue> {
    const end = context.resolve(value).value;
    if (depth > DEEPEST || end.at.path !== module.path) return;
    if (end.kind === 'function') for (const step of context.body(end.fn)?.steps ?? []) if (step.do === 'return' && step.value) yield* visit(step.value, depth + 1);
    if (end.kind !== 'object' || seen.has(end.at.mark)) return;
    seen.add(end.at.mark);
    if (isCorsOptions(end)) yield end;
    else for (const entry of end.entries) yield* visit(entry.value, depth + 1);
  }
  for (const one of module.exports) yield* visit(one.value, 0);
}
