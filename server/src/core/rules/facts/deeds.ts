import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { handedAs } from './handed.js';
import { lastSegments, wordsOf } from './names.js';

/** What a handler does by its name and the name of its path: `GET /jobs/{id}/retry` that calls `jobs.retry(id)`. */
export interface Deed {
  readonly kind: 'delete' | 'write';
  /** As a person would name it: `jobs.retry`. */
  readonly name: string;
}
/** Words that say what is done to a thing, and name nothing that is shown. */
const DOES: ReadonlySet<string> = new Set((
  'disconnect delete remove destroy purge erase wipe flush clear empty reset retry rerun requeue redeliver resend toggle enable disable activate deactivate approve reject cancel reopen lock unlock stop restart resume unpublish restore '
  + 'extend renew refund demote ban unban unblock suspend revoke rotate regenerate rebuild redeploy rollback assign unassign merge finish increment decrement pause promote publish void close start reboot shutdown unlink evict kill reassign downgrade terminate withdraw writeoff'
).split(' '));
/** Words that also name a thing, or how it is: they count below one thing alone, as in `/posts/{id}/archive`. */
const ALSO_NAMES: ReadonlySet<string> = new Set('archive transfer vote like block book end complete pay drop award charge accept decline pin star mute claim redeem ship deliver dispatch pause promote publish void close start merge print return recall release trigger run execute arm disarm eject ring wake calibrate dispense refill ignite deploy open switch leave'.split(' '));
const REMOVES: ReadonlySet<string> = new Set('delete remove destroy purge erase wipe unlink drop evict'.split(' '));
/** Calls that set something going outside: a message to a device, a process, a job, a request to another service. */
const EFFECTS = /^(publish\w{0,20}|exec|execSync|execFile|execFileSync|spawn|spawnSync|exit|kill|enqueue|dispatch|sendCommand|post|put|patch|emit|disconnectSockets|sendMail)$/;
const SHOWS: ReadonlySet<string> = new Set('form page view get show render ask dialog screen confirm confirmation'.split(' '));
const BESIDE: ReadonlySet<string> = new Set('cache caches seen visits hits stats metrics sessions tokens nonces timers listeners clients sockets limits url params headers searchparams cookies query console store'.split(' '));

/** The call by which the handler does what the last word of its path says, or the handler of that name, where nobody can look into it. */
export function deedOf(endpoint: Endpoint, body: FunctionView | undefined, context: RuleContext): Deed | undefined {
  const word = actionOf(endpoint);
  if (word === undefined) return undefined;
  const kind = REMOVES.has(word) ? 'delete' : 'write';
  if (!body) {
    const value = endpoint.route.handler?.value;
    const named = value?.kind === 'ref' ? wordsOf(lastSegments(value.text).at(-1) ?? '') : [];
    return named[0] === word && !named.some((one) => SHOWS.has(one)) && value?.kind === 'ref' ? { kind, name: value.text } : undefined;
  }
  const call = body.steps.map((step) => (step.do === 'call' && step.zone !== 'catch' && isDeed(step.call, word, context) ? step.call : undefined)).find((one) => one !== undefined);
  return call && { kind, name: call.target.kind === 'ref' ? call.target.text : call.name };
}
/** The action a path ends in, by its first word; undefined where its last word says what is shown. */
export function actionOf({ path: { segments } }: Endpoint): string | undefined {
  const last = segments.at(-1);
  if (last?.kind !== 'text') return undefined;
  const [first = '', ...more] = wordsOf(last.text);
  const isBelowOne = segments.at(-2)?.kind === 'parameter';
  if (ALSO_NAMES.has(first)) return isBelowOne && more.length === 0 ? first : undefined;
  return DOES.has(first) ? first : undefined;
}
function isDeed(call: Call, word: string, context: RuleContext): boolean {
  const first = wordsOf(call.name)[0] ?? '';
  if (call.callee === 'process.exit' || call.callee === 'process.kill') return true;
  if (call.form !== 'call' || isAnswer(call, context)) return false;
  if (EFFECTS.test(call.name) && (call.receiver !== undefined || /^(node:)?child_process\./.test(call.callee))) return true;
  if (first === word) return call.receiver !== undefined || isOfProject(call.target);
  return REMOVES.has(word) && REMOVES.has(first) && call.receiver?.kind === 'ref' && !wordsOf(call.receiver.text).some((one) => BESIDE.has(one));
}
/** `res.end()`, `ctx.redirect()`: what is done to the answer, or asked of the request. */
function isAnswer({ receiver }: Call, context: RuleContext): boolean {
  let current: Value | undefined = receiver;
  for (let hops = 0; current && hops < 12; hops++) {
    if (current.kind === 'call') current = current.receiver;
    else if (current.kind === 'ref' && current.root.kind === 'value') current = current.root.of;
    else break;
  }
  if (current?.kind !== 'ref') return false;
  if (current.root.kind === 'global' || current.root.kind === 'env') return true;
  const role = handedAs({ ...current, path: [], nameAt: current.at }, context);
  return role === 'response' || role === 'next' || ((role === 'request' || role === 'context') && current.path.length < 2);
}
/** A function of the project, or one whose name leads nowhere: not one of a package. */
function isOfProject(target: Value): boolean {
  if (target.kind !== 'ref' || target.root.kind === 'global') return false;
  return target.root.kind !== 'import' || /^([.~#]|@\/)/.test(target.root.from);
}
