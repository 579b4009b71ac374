import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

const MB = 1024 * 1024;

/** The size limit of request bodies as one call sets it. `scope`: of everything the application serves, or of what the layer stands before. */
export interface BodySetting {
  readonly key: string;
  readonly value: Value;
  /** Above these bytes it is too much for every route at once (RULES limits/body-too-large). */
  readonly most: number;
  /** The library reads text with units. */
  readonly text: boolean;
  readonly scope: 'application' | 'layer';
}

/** Parsers of bodies by callee, with the options that limit them. */
const PARSERS: readonly { readonly callee: RegExp; readonly keys: readonly string[] }[] = [
  { callee: /^express\.(json|urlencoded|text|raw)$/, keys: ['limit'] },
  { callee: /^body-parser(\.(json|urlencoded|text|raw))?$/, keys: ['limit'] },
  { callee: /^(koa-bodyparser|@koa\/bodyparser(\.bodyParser)?|koa-body(\.koaBody)?|koa-better-body)$/, keys: ['jsonLimit', 'formLimit', 'textLimit', 'xmlLimit'] },
  { callee: /^hono\/body-limit\.bodyLimit$/, keys: ['maxSize'] },
  { callee: /^restify\.plugins\.(bodyParser|bodyReader|jsonBodyParser)$/, keys: ['maxBodySize'] },
];

/** The body limits a call sets; none for other calls. */
export function* bodySettings(call: Call, context: RuleContext): Iterable<BodySetting> {
  const parser = PARSERS.find(({ callee }) => callee.test(call.callee));
  if (parser) {
    for (const key of parser.keys) {
      const option = context.option(call.args[0]?.value, key);
      if (option.kind === 'value') yield { key, value: option.value, most: 5 * MB, text: !/^max/.test(key), scope: 'layer' };
    }
    return;
  }
  if (call.name === 'applyMiddleware') {
    const config = context.option(call.args[0]?.value, 'bodyParserConfig');
    const option = config.kind === 'value' ? context.option(config.value, 'limit') : config;
    if (option.kind === 'value') yield { key: 'limit', value: option.value, most: 5 * MB, text: true, scope: 'application' };
    return;
  }
  // Nest: the adapter takes the options of Fastify, and a parser is set on the application.
  if (call.callee === '@nestjs/platform-fastify.FastifyAdapter') {
    const option = context.option(call.args[0]?.value, 'bodyLimit');
    if (option.kind === 'value') yield { key: 'bodyLimit', value: option.value, most: 10 * MB, text: false, scope: 'application' };
    return;
  }
  if (call.name === 'useBodyParser' && call.args.length === 2) {
    const kind = call.args[0] && context.constant(call.args[0].value)?.value;
    for (const key of typeof kind === 'string' ? ['limit', 'bodyLimit'] : []) {
      const option = context.option(call.args[1]?.value, key);
      if (option.kind === 'value') yield { key, value: option.value, most: 5 * MB, text: key === 'limit', scope: 'application' };
    }
    return;
  }
  if (call.name === 'addContentTypeParser' && call.args.length === 3) {
    const option = context.option(call.args[1]?.value, 'bodyLimit');
    if (option.kind === 'value') yield { key: 'bodyLimit', value: option.value, most: 10 * MB, text: false, scope: 'application' };
    return;
  }
  if (/^fastify(\.(fastify|default))?$/.test(call.callee)) {
    const option = context.option(call.args[0]?.value, 'bodyLimit');
    if (option.kind === 'value') yield { key: 'bodyLimit', value: option.value, most: 10 * MB, text: false, scope: 'application' };
    return;
  }
  if (/^@hapi\/hapi\.(server|Server)$/.test(call.callee)) {
    let value = call.args[0]?.value;
    for (const key of ['routes', 'payload', 'maxBytes']) {
      const option = context.option(value, key);
      if (option.kind !== 'value') return;
      ({ value } = option);
    }
    if (value) yield { key: 'maxBytes', value, most: 10 * MB, text: false, scope: 'application' };
  }
}

const ENDLESS: ReadonlySet<string> = new Set(['Infinity', 'Number.POSITIVE_INFINITY', 'Number.MAX_SAFE_INTEGER', 'Number.MAX_VALUE']);
/** Bytes of a size as body parsers read it: a number, or text with a unit; Infinity is no limit; undefined when it cannot be told. */
export function bytesOf(value: Value, context: RuleContext): number | undefined {
  if (value.kind === 'ref' && value.root.kind === 'global' && ENDLESS.has(value.text)) return Infinity;
  const constant = context.constant(value)?.value;
  if (typeof constant === 'number') return constant;
  if (typeof constant !== 'string') return undefined;
  // The grammar of the bytes package, which body-parser, raw-body and co-body use.
  const match = /^(\d{1,15}(?:\.\d{1,6})?) {0,3}(b|kb|mb|gb|tb|pb)?$/i.exec(constant.trim());
  if (!match) return undefined;
  const power = ['b', 'kb', 'mb', 'gb', 'tb', 'pb'].indexOf((match[2] ?? 'b').toLowerCase());
  return Number(match[1]) * 1024 ** power;
}
