import type { Step } from '../../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { changesOf } from './changes.js';
import { isOfLanguage } from './errors.js';
import { handedAs } from './handed.js';

/** Packages that work on what they are given and keep nothing. */
const WORKERS = /^(node:)?(crypto|jsonwebtoken|jose|uuid|nanoid|util|path|querystring|url|zlib|buffer|qs|ms|lodash|validator|zod|joi|bcrypt(js)?|argon2)(\/|$)/;
/** Bytes and parts of them. */
const BYTES = /^((Uint8|Uint16|Uint32|Int8|Int16|Int32)Array|ArrayBuffer|DataView|TextEncoder|TextDecoder|Error|TypeError|RangeError)$/;
const PARTS = /^(subarray|equals|fill|at|encode|decode)$/;
const LOGS = /^(console|log|logger|debug)(\.\w+)?$/;
/** Members of an answer that give the browser something to keep. */
const KEEPS = /^(cookie|setCookie|clearCookie|unsignCookie|login|logIn|logOut)$/;
const DEEPEST = 4;

/** The function, and every one it calls, is seen whole and leaves all as it was: it works on what it is given and answers. */
export function changesNothing(fn: FunctionId, context: RuleContext, depth = 0): boolean {
  const body = context.body(fn);
  if (!body?.complete || depth > DEEPEST || (depth === 0 && changesOf(body, context).length > 0)) return false;
  return body.steps.every((step) => isHarmless(step, context, depth));
}
function isHarmless(step: Step, context: RuleContext, depth: number): boolean {
  if (step.do === 'assign') {
    const { root, path } = step.target;
    const role = handedAs(step.target, context);
    return (root.kind === 'parameter' && path.length === 0) || role === 'response' || (role === 'context' && /^(body|status|type)$/.test(path[0] ?? ''));
  }
  if (step.do !== 'call') return true;
  const { call } = step;
  if (LOGS.test(call.callee) || (call.form === 'new' && BYTES.test(call.callee)) || (call.receiver !== undefined && PARTS.test(call.name))) return true;
  const base = baseOf(call);
  const role = base && handedAs(base, context);
  if (role === 'response' || (role === 'context' && base?.path.length === 1)) return !KEEPS.test(call.name);
  if (isOfLanguage(call, context) || isWorker(base, context)) return call.args.every(({ value }) => value.kind !== 'function');
  const end = context.resolve(call.target).value;
  return end.kind === 'function' && call.args.every(({ value }) => value.kind !== 'function') && changesNothing(end.fn, context, depth + 1);
}
/** The name a chain of calls begins with. */
function baseOf(call: Call): Ref | undefined {
  let base: Value | undefined = call.receiver ?? call.target;
  for (let hops = 0; base?.kind === 'call' && hops < 20; hops++) base = base.receiver ?? base.target;
  return base?.kind === 'ref' ? base : undefined;
}
/** Rooted in such a package, or made by a call of one. */
function isWorker(base: Ref | undefined, context: RuleContext): boolean {
  if (!base) return false;
  if (base.root.kind === 'import') return WORKERS.test(base.root.from);
  const made = base.root.kind === 'local' ? context.resolve({ ...base, path: [], nameAt: base.at }).value : undefined;
  const from = made?.kind === 'call' ? baseOf(made) : made;
  return from?.kind === 'ref' && from.root.kind === 'import' && WORKERS.test(from.root.from);
}
