import type { Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { handedAs } from './handed.js';
import { once } from './once.js';
import type { RuleContext } from '../rule.js';
import { someIn } from './walk.js';

const STATUS_CALL = /^(sendStatus|status|throw|writeHead|code|abort|assert)$/;
const ERROR = /(^|\.)(Unauthori[sz]ed|Forbidden|AccessDenied|PermissionDenied|NotAuthenticated|Unauthenticated|NotAllowed)\w*$/i;
const NAMES = /^(UNAUTHENTICATED|FORBIDDEN|UNAUTHORI[SZ]ED)$/i;
const DEEPEST = 5;

/** The value is 401 or 403, or a name for one of them. */
export function refusingStatus(value: Value | undefined, context: RuleContext): boolean {
  if (value?.kind === 'ref' && /^(http_?)?(status_?)?(unauthori[sz]ed|forbidden)$/i.test(value.path.at(-1) ?? '')) return true;
  const status = value && context.constant(value)?.value;
  return status === 401 || status === 403;
}
/** A value that, returned or thrown, turns a caller away for who he is: `Response.json({}, { status: 403 })`, `new ForbiddenException()`, `c.json({}, 401)`, a redirect to the login. */
export function turnsAway(value: Value, context: RuleContext, depth = 0): boolean {
  if (value.kind !== 'call' || depth > DEEPEST) return false;
  const { callee, name, args } = value;
  if (/(^|\.)(Next)?Response(\.json)?$/.test(callee)) return refusingStatus(optionIn(args[1]?.value, 'status'), context);
  if (/(^|\.)redirect$/.test(callee) || name === 'redirect') return args.some((item) => someIn(item.value, isLogin));
  if (ERROR.test(callee || name)) return true;
  if (value.form === 'new' || /(^|\.)(createError|httpError|createHttpError|error)$/.test(callee) || /^http-errors/.test(callee)) {
    return args.slice(0, 3).some(({ value: arg }) => refusingStatus(arg, context) || refusingStatus(optionIn(arg, 'status') ?? optionIn(arg, 'statusCode'), context) || isNamed(arg));
  }
  if (/^(json|text|html|body)$/.test(name) && refusingStatus(args[1]?.value, context)) return true;
  if (STATUS_CALL.test(name) && args.some((item) => refusingStatus(item.value, context))) return true;
  return value.receiver?.kind === 'call' && turnsAway(value.receiver, context, depth + 1);
}
/** The step turns a caller away. */
export const refusesAt = once(refuses);
function refuses(step: Step, context: RuleContext): boolean {
  if (step.do === 'call') return (isAnswer(step.call) && turnsAway(step.call, context)) || answersBy(step.call, context);
  return step.do !== 'assign' && step.value !== undefined && turnsAway(step.value, context);
}
/** `deny(res, 403, 'no')`: a function is handed the response and the status. */
function answersBy({ form, target, args }: Call, context: RuleContext): boolean {
  if (form !== 'call' || target.kind !== 'ref' || target.path.length > (target.root.kind === 'import' ? 1 : 0) || !args.some(({ value }) => refusingStatus(value, context))) return false;
  return args.some(({ value }) => value.kind === 'ref' && value.path.length === 0 && value.root.kind === 'parameter' && (/^_?(res|response|reply|ctx)$/.test(value.text) || /^(response|context)$/.test(handedAs(value, context) ?? '')));
}
/** What is called answers by itself; the making of an error or a response does nothing yet. */
function isAnswer({ form, receiver, callee }: Call): boolean {
  return form === 'call' && receiver !== undefined && !/(^|\.)(Next)?Response(\.|$)|boom|http-errors/i.test(callee);
}
function optionIn(value: Value | undefined, key: string): Value | undefined {
  return value?.kind === 'object' ? value.entries.findLast((one) => one.key === key)?.value : undefined;
}
/** `new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } })` */
function isNamed(value: Value): boolean {
  const code = optionIn(optionIn(value, 'extensions'), 'code') ?? optionIn(value, 'code');
  return code?.kind === 'literal' && typeof code.value === 'string' && NAMES.test(code.value);
}
function isLogin(value: Value): boolean {
  const text = value.kind === 'literal' ? String(value.value) : value.kind === 'template' ? value.parts.filter((part) => typeof part === 'string').join('') : '';
  return /log-?in|sign-?in/i.test(text.slice(0, 300));
}
