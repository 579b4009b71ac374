import type { Value } from '../model/value.js';
import type { CorsNames } from '../rules/rule.js';
import { originHeader, type CorsContext } from './cors-origin.js';

/** How a library calls its lists; of several names the first one written counts. */
interface OptionNames {
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
}
const EXPRESS: OptionNames = { methods: ['methods'], headers: ['allowedHeaders', 'headers'], exposed: ['exposedHeaders'] };
const KOA: OptionNames = { methods: ['allowMethods'], headers: ['allowHeaders'], exposed: ['exposeHeaders'] };
const NAMES: ReadonlyMap<string, OptionNames> = new Map([
  ['@koa/cors', KOA],
  ['hono/cors', KOA],
  ['@hapi/hapi', { methods: [], headers: ['headers', 'additionalHeaders'], exposed: ['exposedHeaders', 'additionalExposedHeaders'] }],
  ['@fastify/cors', { ...EXPRESS, headers: ['allowedHeaders'] }],
  ['graphql-yoga', { ...EXPRESS, headers: ['allowedHeaders'] }],
]);
/** Nothing is said of them. */
export const unsaid: CorsNames = { state: 'default', names: [], at: undefined };

/** The names of the lists in a library's options. */
export function optionNames(library: string): OptionNames {
  return NAMES.get(library) ?? (/^(koa2-cors|koa-cors|kcors)$/.test(library) ? KOA : EXPRESS);
}

/** What an options object says under the first of these keys that is written. */
export function corsNames(options: Value | undefined, keys: readonly string[], context: CorsContext): CorsNames {
  if (options === undefined) return unsaid;
  for (const key of keys) {
    const answer = context.option(options, key);
    if (answer.kind === 'unknown') return { ...unsaid, state: 'unknown' };
    if (answer.kind === 'value') return namesIn(answer.value, context);
  }
  return unsaid;
}

/** The names in a list, a text with commas, or a list that is joined; what the caller asks for is an echo. */
export function namesIn(value: Value, context: CorsContext): CorsNames {
  const { names, whole } = collect(value, context, 0);
  if (requestedHeaders(value, context)) return { state: 'echo', names: [], at: value.at };
  return { state: whole ? 'listed' : names.length > 0 ? 'part' : 'unknown', names, at: value.at };
}
interface Collected {
  readonly names: CorsNames['names'];
  readonly whole: boolean;
}
function collect(value: Value, context: CorsContext, depth: number): Collected {
  if (depth > 6) return { names: [], whole: false };
  const followed = value.kind === 'ref' ? context.resolve(value).value : value;
  // What stands in another file is shown where this one names it.
  const place = followed.at.path === value.at.path ? followed.at : value.at;
  if (followed.kind === 'literal') {
    if (followed.value === undefined || followed.value === null) return { names: [], whole: true };
    if (typeof followed.value !== 'string') return { names: [], whole: false };
    return { names: followed.value.split(',').map((text) => text.trim()).filter((text) => text !== '').map((text) => ({ text, at: place })), whole: true };
  }
  if (followed.kind === 'array') {
    const parts = followed.items.map((item) => collect(item.value, context, depth + 1));
    return { names: parts.flatMap(({ names }) => names).map((one) => (one.at.path === value.at.path ? one : { ...one, at: place })), whole: !followed.open && parts.every(({ whole }) => whole) };
  }
  if (followed.kind === 'call' && /^(join|toString|filter|slice|flat)$/.test(followed.name) && followed.receiver) {
    const inner = collect(followed.receiver, context, depth + 1);
    return { names: inner.names, whole: inner.whole && (followed.name === 'join' || followed.name === 'toString') };
  }
  if (followed.kind === 'call' && followed.name === 'concat' && followed.receiver) {
    const parts = [followed.receiver, ...followed.args.map((arg) => arg.value)].map((one) => collect(one, context, depth + 1));
    return { names: parts.flatMap(({ names }) => names), whole: parts.every(({ whole }) => whole) };
  }
  return { names: [], whole: false };
}

/** `req.headers['access-control-request-headers']` and its like: what the caller asks for. */
function requestedHeaders(value: Value, context: CorsContext): boolean {
  return originHeader(value, context, 'access-control-request-headers') || originHeader(value, context, 'access-control-request-method');
}
