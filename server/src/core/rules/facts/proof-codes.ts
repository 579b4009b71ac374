import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { Leaf, RuleContext } from '../rule.js';
import { snakeCase } from './names.js';
import { someIn } from './walk.js';

/** Endpoints that send a code or a link to somebody, to learn who owns an address. */
const ASKED = /(forg[eo]t|recover|lost-?password|passwort-?vergessen|esqueci|olvid|oubli)|(request|send|resend|start|init)[-_]?(password|reset|otp|code|link|magic|verification|sms)|(reset|otp|code|verification|magic-?link|sms)[-_]?(\/)?(request|send|resend|start|init|generate)|\/(otp|magic-?link)$/i;
const CODE = /(^|_)(token|code|otp|pin|link|url|hash|key)$|^(reset|verification|confirmation|activation|magic)/;
/** The key of a file, or a link to it, is mailed for other reasons. */
const PROVES = /(^|_)(token|code|otp|pin)$/;
const RESET = /^(password_)?(reset|recovery|verification|verify|confirmation|activation|magic(_link)?|one_time|otp|login)_?(token|code|otp|pin|link|url|password)$|^otp$/;
const RANDOM = /^(random\w*|nanoid|uuid\w*|v4|customAlphabet|createId|cuid|generate(Otp|OTP|Code|Token|Secret)?)$/;
const SENDS = /mail|sms|twilio|whatsapp|sendgrid|postmark|\bses\b|notif(y|ication|ier)|text(Message|Bot)|(^|\.)(sendCode|sendOtp|sendOTP|sendLink|sendReset\w*|sendVerification\w*)$/i;
const MADE = /reset|otp|code|token|verif|magic|recover/i;

/** The name of a code that is sent by mail or phone to prove who asks, where an answer gives it to whoever asks. */
export function proofSent({ value, key }: Leaf, fn: FunctionView, context: RuleContext): string | undefined {
  if (value.kind !== 'ref' || value.path.length > 0 || value.root.kind !== 'local') return undefined;
  const name = key ?? value.text;
  const words = snakeCase(name);
  if (!CODE.test(words)) return undefined;
  const made = context.resolve(value).value;
  const isRandom = someIn(made, (one) => isRandomCall(one)) || isMadeOfRandom(made, context) || (made.kind === 'call' && context.textOf(made.at).includes('Math.random('));
  const isAsked = context.endpoints({ handler: fn.id }).some(({ path, method }) => method !== 'GET' && ASKED.test(path.text));
  if (isAsked && (isRandom || (made.kind === 'call' && MADE.test(made.name)))) return name;
  return isRandom && ((PROVES.test(words) && isMailed(value, fn, context)) || (RESET.test(words) && RESET.test(snakeCase(value.text)))) ? name : undefined;
}
function isRandomCall(value: Value): boolean {
  return value.kind === 'call' && (RANDOM.test(value.name) || value.callee === 'Math.random');
}
/** A link that holds a name for it: `${site}/reset?token=${token}`. */
function isMadeOfRandom(value: Value, context: RuleContext): boolean {
  return value.kind === 'template' && value.parts.some((part) => typeof part !== 'string' && part.kind === 'ref' && someIn(context.resolve(part).value, isRandomCall));
}
function isMailed(sent: Value, fn: FunctionView, context: RuleContext): boolean {
  const isIt = (one: Value): boolean => one.kind === 'ref' && sent.kind === 'ref' && one.root.kind === 'local' && sent.root.kind === 'local' && one.root.binding === sent.root.binding;
  return fn.steps.some((step) => step.do === 'call' && SENDS.test(step.call.callee || step.call.name) && step.call.args.some(({ value }) => someIn(value, (one) => isIt(one) || (one.kind === 'ref' && one.root.kind === 'local' && someIn(context.resolve(one).value, isIt)))));
}
