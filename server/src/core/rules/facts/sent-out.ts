import type { Call, Value } from '../../model/value.js';
import { samePlace } from '../../text/source.js';
import type { LiteralUse, RuleContext } from '../rule.js';
import { partsOf } from './walk.js';

/** Calls that ask another service, by the package or by a file of the project of that name. */
const CLIENTS = /(^|\/)(fetch|axios|got|ky|superagent|request|needle|undici|node-fetch|cross-fetch|ofetch|https?|node:https?)(\.\w+)?$/;
const DIGESTS = /(^|[./])(md5|sha\d{1,3}|hmac|createHmac|createHash|hash|sign|sign[A-Z]\w{0,30}|digest)(\.\w+)?$/i;
/** Calls that put a text together. */
const JOINS = /^(join|concat|toString|trim|encodeURIComponent|stringify|from|URLSearchParams|append|set|String|btoa|assign|update|toLowerCase|toUpperCase|replace)$/;
const DEEPEST = 10;
const MOST = 4_000;

/** All that the file does with the literal is to send it to other services, as it is or in a digest: it opens something of theirs, and nothing is compared with it here. */
export function goesOutOnly(use: LiteralUse, context: RuleContext): boolean {
  if (/^export\b/.test(context.textOf(use.statementAt))) return false;
  const left = { steps: MOST };
  const how = (value: Value): Mention => mentioned(value, use, context, left, 0);
  let isSent = false;
  for (const step of context.functions(context.pathOf(use.at)).flatMap((fn) => fn.steps)) {
    if (step.when.some(({ test }) => test.kind === 'compare' && how(test) !== 'no')) return false;
    const value = step.do === 'call' ? step.call : step.value;
    const found = value ? how(value) : 'no';
    if (found === 'sent') isSent = true;
    // Part of an object or a text is on its way out; what is given away or handed to others is not known.
    const isPart = step.do === 'call' ? JOINS.test(step.call.name) : step.do === 'assign' && step.target.root.kind !== 'global' && /^(object|template|array)$/.test(step.value.kind);
    if (found === 'kept' && !isPart) return false;
  }
  return isSent && left.steps > 0;
}

/** `sent`: only inside calls that send it or make a digest of it; `kept`: also elsewhere. */
type Mention = 'no' | 'sent' | 'kept';
/** Whether the value is the literal or holds it, names followed. */
function mentioned(value: Value, use: LiteralUse, context: RuleContext, left: { steps: number }, depth: number): Mention {
  if (depth > DEEPEST || left.steps-- <= 0) return 'no';
  if (value.kind === 'literal') return samePlace(value.at, use.at) ? 'kept' : 'no';
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  const inner = end !== value && end.kind !== 'ref' ? [end] : partsOf(value);
  const each = inner.map((part) => mentioned(part, use, context, left, depth + 1));
  if (value.kind === 'call' && isSending(value)) return each.some((one) => one !== 'no') ? 'sent' : 'no';
  return each.includes('kept') ? 'kept' : each.includes('sent') ? 'sent' : 'no';
}
function isSending({ callee }: Call): boolean {
  return CLIENTS.test(callee) || DIGESTS.test(callee);
}
