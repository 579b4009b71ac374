import type { Call, Entry } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { optionValue } from './options.js';

const PINO = /^(pino|pino-http)(\.(default|pino|pinoHttp))?$/;
const FASTIFY = /^(fastify|fastify\.default|fastify\.fastify)$/;

/** Where a logger is told to write all headers or the body of each request: `serializers: { req: (r) => ({ headers: r.headers }) }` of pino 6 to 10, and of Fastify's logger. */
export function headersWritten(call: Call, context: RuleContext): readonly Entry[] {
  const first = call.args[0]?.value;
  const options = PINO.test(call.callee) ? first : FASTIFY.test(call.callee) ? optionValue(first, 'logger', context) : undefined;
  // It takes out what it is told to.
  const redact = options && context.option(options, 'redact');
  const isEmpty = redact?.kind === 'value' && redact.resolved.value.kind === 'array' && redact.resolved.value.items.length === 0;
  if (!options || (redact?.kind !== 'absent' && !isEmpty)) return [];
  const serializer = optionValue(optionValue(options, 'serializers', context), 'req', context);
  const end = serializer && context.resolve(serializer).value;
  const body = end?.kind === 'function' ? context.body(end.fn) : undefined;
  return (body?.steps ?? []).flatMap((step) => {
    const given = step.do === 'return' && step.value?.kind === 'object' ? step.value.entries : [];
    return given.filter(({ value }) => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === body?.id && value.root.index === 0 && (/^(headers|body)$/.test(value.path.at(-1) ?? '') || /\bheaders\.(authorization|cookie)$/i.test(value.path.join('.'))));
  });
}
