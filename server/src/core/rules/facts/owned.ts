import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import type { RecordRead } from './held-records.js';
import { someIn } from './walk.js';

/** Where who calls is kept: `req.user.id`, `ctx.state.user`, `session.userId`, `request.auth.credentials`. */
const CALLER = /^(user|session|auth|claims|jwt|viewer|currentUser|credentials|principal|identity|me|account|userId|ownerId|uid|sub)$/;
/** What many callers have in common. */
const SHARED = /tenant|org(ani[sz]ation)?(_?id)?$|company|school|club|team/i;
const MADE = /^(create|save|insert|insertOne|upsert|findOrCreate|add|build)/i;
const MOST_CALLS = 30;

/** What the record holds may be seen by whom it is sent to: keys and personal data by their owner, and by those whose role is asked for. */
export function isForSome(read: RecordRead, fn: FunctionView, context: RuleContext): boolean {
  if (read.kind === undefined || read.kind === 'secret') return false;
  const endpoints = context.endpoints({ handler: fn.id });
  if (endpoints.length === 0 || endpoints.some((one) => one.authorization.state !== 'open')) return true;
  return isOwn(read.call, context) || isMade(read.call);
}
/** The query is about the caller: one of its arguments comes from who is logged in. */
function isOwn(call: Value | undefined, context: RuleContext): boolean {
  let at = call;
  for (let hops = 0; at?.kind === 'call' && hops < MOST_CALLS; hops++) {
    if (at.args.some(({ value }) => someIn(context.resolve(value).value, (one) => isCaller(one, context)))) return true;
    at = at.receiver;
  }
  return false;
}
function isCaller(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref') return false;
  const end = value.root.kind === 'local' ? context.resolve(value).value : value;
  if (SHARED.test(value.path.at(-1) ?? value.text)) return false;
  return [value, end].some((one) => one.kind === 'ref' && (CALLER.test(one.text) || one.path.some((key) => key !== undefined && CALLER.test(key))));
}
/** The caller made the record with this very request, and knows what is in it. */
function isMade(call: Value | undefined): boolean {
  let at = call;
  for (let hops = 0; at?.kind === 'call' && hops < MOST_CALLS; hops++) {
    if (MADE.test(at.name)) return true;
    at = at.receiver;
  }
  return false;
}
