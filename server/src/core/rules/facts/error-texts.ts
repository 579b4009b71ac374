import type { Send } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { Ref, Value } from '../../model/value.js';
import type { Leaf, RuleContext } from '../rule.js';
import { errorNamed, sendsText } from './errors.js';
import { shapedText } from './shaped.js';

/** Members of an error that hold text of the inside. */
const TEXTS = new Set(['message', 'sqlMessage', 'detail', 'hint', 'code', 'errno', 'path', 'hostname', 'query', 'parameters', 'config', 'sql']);
/** Of those, what only errors of drivers and clients have: no answer should hold them, whatever its status. */
export const ALWAYS = new Set(['sqlMessage', 'detail', 'query', 'parameters', 'config', 'sql']);
const FORESEEN = /^(ZodError|ValidationError|JoiError|HttpError|HttpException|createError|AppError|ApiError|Boom|MulterError|JsonWebTokenError|TokenExpiredError|SyntaxError|UnauthorizedError)$/;

/** Members that hold the error an error was made of. */
const INNER = /^(originalError|cause|original|parent|driverError|innerError|inner)$/;

/** The text of an error that a leaf holds. */
export function errorText(leaf: Leaf, context: RuleContext): { readonly value: Value; readonly text: string; readonly field: string } | undefined {
  const value = shapedText(leaf.value);
  if (leaf.value.kind === 'call' && leaf.value.name === 'toString' && value.kind === 'ref' && value.path.length === 0 && context.isError(value)) return { value: leaf.value, text: `${plain(value)}.toString()`, field: 'message' };
  if (value.kind !== 'ref') return undefined;
  const end = value.path.length === 0 ? errorNamed(value, context) : value;
  if (!context.isError(end) || foreseen(end, context)) return undefined;
  const [field, ...rest] = fieldsOf(end, context);
  if (field === undefined) {
    const asText = leaf.through.some((name) => name === 'template' || name === 'String');
    return asText ? { value, text: `\${${plain(value)}}`, field: 'message' } : undefined;
  }
  if (field === 'response') return rest[0] === 'data' || rest[0] === 'config' ? { value, text: plain(value), field: 'message' } : undefined;
  return rest.length === 0 && TEXTS.has(field) && !(field === 'code' && leaf.key === 'code') ? { value, text: plain(value), field } : undefined;
}
/** An error that an error handler of Fastify sends as it is: its text is the answer. */
export function sentWhole(value: Value, send: Send, fn: FunctionView, context: RuleContext): ReturnType<typeof errorText> {
  const isWhole = value.kind === 'ref' && value.path.length === 0 && context.isError(value) && sendsText(send, value, fn, context);
  return isWhole ? { value, text: value.text, field: 'message' } : undefined;
}
/** What is read of an error or of the one it was made of; hapi keeps it on the request. */
export function fieldsOf({ root, path }: Ref, context: RuleContext): readonly (string | undefined)[] {
  const isKept = root.kind === 'parameter' && path[0] === 'response' && context.role(root.fn)?.parameters[root.index] === 'request';
  const own = isKept ? path.slice(1) : path;
  const first = own.findIndex((key) => key === undefined || !INNER.test(key));
  return first < 0 ? [] : own.slice(first);
}
/** As it is written, without the type it is taken for. */
function plain({ text }: Ref): string {
  return text.replace(/^\(\s{0,9}([\w$.]{1,80}) as [^()]{1,80}\)/, '$1');
}
/** `if (err.isOperational)`-like tests stand on the branch; a class named in the catch's own construction does not. */
function foreseen(value: Ref, context: RuleContext): boolean {
  const made = context.resolve(value).value;
  return made.kind === 'call' && FORESEEN.test(made.name || made.callee);
}

/** The answer, and the error's name, where a function that is handed the text writes it to a log too. */
export function logsToo(leaf: Leaf, text: string, send: Send): { readonly send: Send; readonly error: string } | undefined {
  const error = /^[$\w{]*?([A-Za-z_$][\w$]{0,60})(?=[.}?]|$)/.exec(text)?.[1];
  const isLogged = leaf.entered?.some((fn) => fn.steps.some((step) => step.do === 'call' && /^(console|log|logger|winston|pino)\.\w+$|(^|\.)(logger|log)\.\w+$/.test(step.call.callee))) === true;
  return isLogged && error !== undefined && leaf.value.at.path === send.at.path ? { send, error } : undefined;
}
/** A local that holds the status: it can decide what is sent. */
export function localStatus(send: Send): string | undefined {
  return send.status?.kind === 'ref' && send.status.path.length === 0 && (send.status.root.kind === 'local' || send.status.root.kind === 'parameter') ? send.status.text : undefined;
}
