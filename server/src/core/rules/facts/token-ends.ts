import type { ModuleView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { OptionAnswer, RuleContext } from '../rule.js';
import { jwtUses, type JwtUse } from './jwt.js';
import { daysOf } from './lifetime.js';
import { someIn, someValue } from './walk.js';

/** `3650 * DAY` with a constant of the file; undefined where a factor is none. */
export function product(value: Value, module: ModuleView, context: RuleContext): number | undefined {
  const factors = value.kind === 'unknown' && value.at.path === module.path ? context.textOf(value.at).slice(0, 120).split('*') : [];
  let result = 1;
  for (const factor of factors) {
    const text = factor.trim();
    const named = /^[A-Za-z_$][\w$]*$/.test(text) ? module.bindings.find((one) => one.name === text && one.constant && one.scope === module.top.id) : undefined;
    const known = named ? context.constant(named.value)?.value : /^\d{1,12}$/.test(text) ? Number(text) : undefined;
    if (typeof known !== 'number') return undefined;
    result *= known;
  }
  return factors.length > 1 ? result : undefined;
}
/** fast-jwt: a signer that is made without an end, where no payload of the file says one. */
export function endlessSigner(use: JwtUse, module: ModuleView, context: RuleContext): boolean {
  if (use.call.callee !== 'fast-jwt.createSigner' || !use.key || context.option(use.options, 'expiresIn').kind !== 'absent') return false;
  return ![module.top, ...module.functions.values()].some((fn) => fn.steps.some((step) =>
    (step.do === 'call' && step.call.args.some(({ value }) => value.kind === 'object' && context.option(value, 'exp').kind !== 'absent')) || (step.do === 'assign' && step.target.path.at(-1) === 'exp')));
}
/** More days than this are no difference between clocks. */
const MOST_DAYS_OF_CLOCKS = 1;
const DAY_SECONDS = 86_400;
/** An option by which expired tokens are accepted where they are checked: `ignoreExpiration: true`, or a tolerance for clocks of more than a day. */
export function* acceptsExpired({ library, does, options, through }: JwtUse, context: RuleContext): Iterable<Extract<OptionAnswer, { readonly kind: 'value' }>> {
  if (does === 'decode' || does === 'sign' || through) return;
  const inner = ['verify', 'jsonWebTokenOptions', 'verifyOptions'].map((key) => context.option(options, key));
  // hapi and Hono name the check itself.
  const isNamed = library === '@hapi/jwt' || library === 'hono';
  // fast-jwt 3 to 5, which Fastify uses, counts milliseconds; jsonwebtoken 9 and jose 5 seconds.
  const seconds = /fast/.test(library) ? 1 / 1000 : 1;
  for (const held of [options, ...inner.map((one) => (one.kind === 'value' ? one.value : undefined))]) {
    const answer = context.option(held, isNamed ? 'exp' : 'ignoreExpiration');
    if (answer.kind === 'value' && context.constant(answer.value)?.value === !isNamed) yield answer;
    const tolerance = context.option(held, 'clockTolerance');
    const given = tolerance.kind === 'value' ? context.constant(tolerance.value)?.value : undefined;
    const days = typeof given === 'number' ? (given * seconds) / DAY_SECONDS : library === 'jose' ? daysOf(given) : 0;
    if (tolerance.kind === 'value' && days > MOST_DAYS_OF_CLOCKS) yield tolerance;
  }
}
/** The options of a module of Nest surely give no end. */
export function lacksEnd(use: JwtUse, under: OptionAnswer, context: RuleContext): boolean {
  return under.kind === 'absent' ? context.option(use.options, 'signOptions').kind === 'absent' : under.kind === 'value' && context.option(under.value, 'expiresIn').kind === 'absent';
}
/** A call of Nest's service in the same file sets the end itself, or every such call of the project does. */
export function givesEnd(module: ModuleView, context: RuleContext): boolean {
  if (context.projectUses('signs-ended') && !context.projectUses('signs-endless')) return true;
  return jwtUses(module, context).some((one) => one.library === '@nestjs/jwt' && one.does === 'sign' && context.option(one.options, 'expiresIn').kind === 'value');
}
/** The file looks at the end of a token itself: it reads `exp` and compares a time with now, so what has expired need not be refused by the library. */
export function comparesEnd(module: ModuleView, context: RuleContext): boolean {
  const all = [module.top, ...module.functions.values()];
  const isNow = (value: Value): boolean => value.kind === 'call' && /^(Date(\.now)?|Math\.(floor|round|ceil|trunc))$/.test(value.callee);
  return all.some((fn) => /\w\??\.exp\b/.test(context.textOf(fn.bodyAt))) &&
    all.some((fn) => someValue(fn, (value) => value.kind === 'compare' && /^[<>]/.test(value.op) && (isNow(value.left) || isNow(value.right))));
}
/** A token with the second it was made in, `iat`, that goes into the `Authorization` header of a request to another service, and nowhere else in the file: that service says how old it may be. */
export function goesToOthers({ call, payload, in: fn }: JwtUse, module: ModuleView, context: RuleContext): boolean {
  if (context.option(payload, 'iat').kind !== 'value') return false;
  const gives = fn.steps.some((step) => step.do === 'return' && step.value !== undefined && someIn(step.value, (one) => one.kind === 'call' && one.at.mark === call.at.mark));
  const isToken = (value: Value): boolean => value.kind === 'call' && (value.at.mark === call.at.mark || (gives && fn !== module.top && context.called(value)?.id === fn.id));
  const holds = (value: Value): boolean => someIn(value, (one) => isToken(one) || (one.kind === 'ref' && one.root.kind === 'local' && one.path.length === 0 && isToken(context.resolve(one).value)));
  const inHeader = (value: Value): boolean => someIn(value, (one) => one.kind === 'object' && one.entries.some((entry) => /^authorization$/i.test(entry.key ?? '') && holds(entry.value)));
  let sent = false;
  for (const step of [module.top, ...module.functions.values()].flatMap((one) => one.steps)) {
    const given = step.do === 'call' ? step.call.args.map((item) => item.value) : step.do === 'assign' ? [step.value] : [];
    for (const value of given) {
      if (inHeader(value)) sent = true;
      // Put together on its way: `Bearer ${token}`, String(token).
      else if (holds(value) && step.do === 'call' && !/^(String|concat|trim|toString|stringify)$/.test(step.call.name)) return false;
    }
  }
  return sent;
}
