import type { FunctionView, ModuleView } from '../../model/module.js';
import type { FunctionId, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { wordsOf } from './names.js';

/** Paths of links that are good once, of uploads and downloads that are signed, and of what providers call. */
const PATH = /reset|verif|confirm|unsubscribe|invit|magic|callback|download|activat|oauth|share|preview|signed|webhook|one-?time|otp|recover|forgot|accept|redirect|saml|sso|captcha/i;
const NAME = /^(reset|confirm|confirmation|unsubscribe|invite|invited|invitation|magic|callback|download|activate|activation|oauth|share|shared|preview|signed|webhook|otp|recover|recovery|forgot|accept|redirect|saml|sso|captcha)$/;
/** What is verified by a link, and the one thing a link may be good for; a token or a session that is verified is a login. */
const VERIFIED = /^(email|mail|account|registration|register|signup|address|link|user|phone|subscription|tracking|order|ticket|booking|invoice|receipt|shipment|voucher|guest|rsvp|survey|calendar)$/;
const DEEPEST = 5;

/** Whether a path, an address or a key of one belongs to a link that somebody is sent. */
export function linkText(text: string): boolean {
  return PATH.test(text);
}
/** Whether a function's name says that it serves, makes or checks such a link: `resetPassword`, `verifyEmail`; not `verifyToken`. */
export function linkName(name: string): boolean {
  const words = wordsOf(name.slice(name.lastIndexOf('.') + 1));
  if (words.some((word) => NAME.test(word)) || (words.includes('sign') && words.includes('up'))) return true;
  return words.some((word) => /^verif/.test(word)) && (words.length === 1 || words.some((word) => VERIFIED.test(word)));
}
/** Whether a function answers such a link: by its name, its route, the route of a wrapper it is handed to, or the function around it. */
export function servesLink(fn: FunctionView, module: ModuleView, context: RuleContext, depth = 0): boolean {
  if (linkName(fn.name) || context.endpoints({ handler: fn.id }).some((endpoint) => linkText(endpoint.path.text))) return true;
  if (routesAround(fn.id, module, context).some(linkText)) return true;
  const outer = fn.within === undefined || depth > DEEPEST ? undefined : module.functions.get(fn.within);
  return outer !== undefined && outer !== module.top && outer.parameters.length > 0 && servesLink(outer, module, context, depth + 1);
}
/** Paths beside which the function is handed over, also within a wrapper: `router.get('/verify', asyncHandler(async () => {}))`. */
function routesAround(id: FunctionId, module: ModuleView, context: RuleContext): readonly string[] {
  const found: string[] = [];
  for (const one of [module.top, ...module.functions.values()])
    for (const step of one.steps) {
      if (step.do !== 'call' || !step.call.args.some((arg) => holdsFunction(arg.value, id, 0))) continue;
      const first = step.call.args[0]?.value;
      for (const value of [first, ...['path', 'url'].map((key) => optionOf(first, key, context))]) {
        const text = value && context.constant(value)?.value;
        if (typeof text === 'string') found.push(text);
      }
    }
  return found;
}
function optionOf(value: Value | undefined, key: string, context: RuleContext): Value | undefined {
  const answer = value?.kind === 'object' ? context.option(value, key) : undefined;
  return answer?.kind === 'value' ? answer.value : undefined;
}
function holdsFunction(value: Value, id: FunctionId, depth: number): boolean {
  if (depth > DEEPEST) return false;
  switch (value.kind) {
    case 'function': return value.fn === id;
    case 'call': return value.args.some((arg) => holdsFunction(arg.value, id, depth + 1));
    case 'array': return value.items.some((item) => holdsFunction(item.value, id, depth + 1));
    case 'object': return value.entries.some((entry) => holdsFunction(entry.value, id, depth + 1));
    default: return false;
  }
}
