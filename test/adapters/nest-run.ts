import { createRequire } from 'node:module';
import { askListener, runFiles } from './standard/run.js';

const load = createRequire(import.meta.url);

/** A Nest application of real packages that answers without a socket. */
export interface NestRunning {
  ask(method: string, path: string): Promise<number>;
  /** `GET /files/{id}`, as the router of Express below it holds them. */
  routes(): readonly string[];
  close(): Promise<void>;
}
/** Compiles the files as TypeScript does and runs the entry, which exports a promise of its application as `app`. */
export async function runNest(files: Readonly<Record<string, string>>, entry: string): Promise<NestRunning> {
  load('reflect-metadata');
  const app: unknown = await Reflect.get(Object(runFiles(files, entry)), 'app');
  const adapter: unknown = call(app, 'getHttpAdapter');
  const server: unknown = call(adapter, 'getInstance');
  return {
    ask: (method, path) => askListener(server, method, path),
    routes: () => routesIn(Reflect.get(Object(server), 'router')),
    close: async () => { await call(app, 'close'); },
  };
}
function call(of: unknown, name: string): unknown {
  const member: unknown = Reflect.get(Object(of), name);
  if (typeof member !== 'function') throw new Error(`no ${name}`);
  return Reflect.apply(member, of, []);
}
interface StackLayer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>>; readonly stack: readonly { readonly name: string }[] };
}
/** What answers every method stands there with each of them. */
function routesIn(router: unknown): readonly string[] {
  const stack: readonly StackLayer[] = Reflect.get(Object(router), 'stack') ?? [];
  const found = stack.flatMap(({ route }) => {
    if (!route) return [];
    const path = route.path.replace(/:(\w+)/g, '{$1}').replace(/\/\*(\w+)/g, '/{*$1}');
    const names = Object.keys(route.methods);
    return names.length > 10 || names.includes('_all') ? [`ALL ${path}`] : names.map((name) => `${name.toUpperCase()} ${path}`);
  });
  return [...new Set(found)];
}
