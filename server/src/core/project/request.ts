import type { RequestField, Role } from '../model/api.js';
import type { FunctionId, Value } from '../model/value.js';

const FIELDS: ReadonlyMap<string, RequestField['from']> = new Map([
  ['headers', 'header'], ['header', 'header'], ['query', 'query'], ['body', 'body'], ['params', 'param'], ['cookies', 'cookie'], ['signedCookies', 'cookie'], ['path', 'path'], ['url', 'url'], ['originalUrl', 'url'],
  ['baseUrl', 'url'], ['hostname', 'host'], ['host', 'host'], ['ip', 'ip'], ['ips', 'ip'], ['method', 'method'], ['file', 'file'], ['files', 'file'], ['user', 'identity'], ['session', 'identity'], ['auth', 'identity'],
  ['rawBody', 'body'], ['requestBody', 'body'],
]);

/** Names of hapi 21 that other frameworks use for something else. */
const OF_HAPI: ReadonlyMap<string, RequestField['from']> = new Map([['payload', 'body'], ['state', 'cookie']]);

const OF_EXEGESIS: ReadonlyMap<string, RequestField['from']> = new Map([['path', 'param'], ['query', 'query'], ['header', 'header'], ['cookie', 'cookie']]);

/** The request field a value reads, if its root is a request by role; undefined for everything else. */
export function requestField(value: Value, roleOf: (fn: FunctionId) => Role | undefined): RequestField | undefined {
  if (value.kind === 'call') return byCall(value, roleOf);
  if (value.kind !== 'ref' || value.root.kind !== 'parameter') return undefined;
  const whole = roleOf(value.root.fn);
  const role = whole?.parameters[value.root.index];
  if (role !== 'request' && role !== 'context') return undefined;
  // Koa and Hono keep the request below the context.
  const path = role === 'context' && (value.path[0] === 'request' || value.path[0] === 'req') ? value.path.slice(1) : value.path;
  if (whole?.framework === 'hapi' && path[0] !== undefined && OF_HAPI.has(path[0])) return { from: OF_HAPI.get(path[0]) ?? 'whole', key: path[1] };
  const documented = ofDocument(path, whole?.framework);
  if (documented) return documented;
  if (path.length === 0) return role === 'request' || value.path.length > 0 ? { from: 'whole', key: undefined } : undefined;
  const from = path[0] === undefined ? undefined : FIELDS.get(path[0]);
  if (!from) return undefined;
  const key = path[1];
  return { from, key: from === 'header' ? key?.toLowerCase() : key };
}

/** Parameters by the names a document has for them: `req.swagger.params.id.value`, `req.openapi.pathParams.id`, and `context.params.query.q` of exegesis 4. */
function ofDocument([first, second, third, fourth, fifth]: readonly (string | undefined)[], framework: string | undefined): RequestField | undefined {
  if (first === 'swagger' && second === 'params' && third !== undefined)
    return third === 'body' && fourth === 'value' ? { from: 'body', key: fifth } : { from: 'param', key: third };
  if (first === 'openapi' && second === 'pathParams') return { from: 'param', key: third };
  const from = framework === 'exegesis' && first === 'params' ? OF_EXEGESIS.get(second ?? '') : undefined;
  return from && { from, key: third };
}
/** `req.get('x')`, `req.header('x')`, `ctx.get('x')`, `c.req.query('x')`. */
function byCall(value: Extract<Value, { kind: 'call' }>, roleOf: (fn: FunctionId) => Role | undefined): RequestField | undefined {
  const { receiver, name } = value;
  const first = value.args[0]?.value;
  const key = first?.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined;
  if (!receiver || receiver.kind !== 'ref' || receiver.root.kind !== 'parameter') return undefined;
  const whole = roleOf(receiver.root.fn);
  const role = whole?.parameters[receiver.root.index];
  if (role !== 'request' && role !== 'context') return undefined;
  const onRequest = role === 'request' ? receiver.path.length === 0 : receiver.path.length === 0 || receiver.path[0] === 'req' || receiver.path[0] === 'request';
  if (!onRequest) return receiver.path[0] === 'headers' && name === 'get' ? { from: 'header', key: key?.toLowerCase() } : undefined;
  // What middleware has put on a Hono context, not a header.
  if (name === 'get' && whole?.framework === 'hono') return undefined;
  if (name === 'get' || name === 'header') return { from: 'header', key: key?.toLowerCase() };
  if (name === 'query') return { from: 'query', key };
  if (name === 'param') return { from: 'param', key };
  if (role === 'context' && receiver.path[0] === 'req' && /^(json|parseBody|formData|text|valid|arrayBuffer|blob)$/.test(name)) return { from: 'body', key: undefined };
  return undefined;
}

/** Calls that give a part of a text, or the text in another form. */
const PARTS: ReadonlySet<string> = new Set(['slice', 'substring', 'substr', 'split', 'trim', 'replace', 'toString', 'toLowerCase', 'at', 'pop']);
/** What a text was cut from, or given a default for: `req.get('x') || ''`, `header.split(' ')[1]`; undefined for what was made otherwise. */
export function cutFrom(value: Value): Value | undefined {
  if (value.kind === 'logic') return value.op !== '&&' && value.right.kind === 'literal' ? value.left : undefined;
  if (value.kind === 'call') return value.receiver && PARTS.has(value.name) ? value.receiver : undefined;
  return value.kind === 'ref' && value.root.kind === 'value' && value.path.every((key) => key === undefined || /^\d{1,2}$/.test(key)) ? value.root.of : undefined;
}
