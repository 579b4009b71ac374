import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { operandsOf } from './walk.js';

/** An option that makes a limiter limit nobody, or leaves out what it is for. */
export interface LooseOption {
  readonly at: At;
  readonly reason: string;
  readonly todo: string;
}
const SECOND = 1000;
const DAY_OF_SECONDS = 86_400;
const LOGIN = /(^|\/)(log-?in|sign-?in|auth|session|token|password|otp|verify|2fa|mfa)/i;
const SWITCHES = /^(enabled?|active|isEnabled)$/;
const HAPI = /^hapi-rate-limit(or)?$/;

/** A time that is given in seconds where milliseconds count. */
export function* secondsGiven(value: Value, context: RuleContext): Iterable<LooseOption> {
  const time = context.constant(value)?.value;
  if (typeof time !== 'number' || time <= 0) return;
  const isSeconds = time < SECOND || (time % 60 === 0 && time % SECOND !== 0 && time <= DAY_OF_SECONDS);
  if (isSeconds) yield { at: value.at, reason: `The limit counts over ${time} milliseconds`, todo: 'Give the time in milliseconds.' };
}
/** `skip: (req) => req.path.startsWith('/auth')` */
export function leavesOutLogin(body: FunctionView): boolean {
  const [only, ...more] = body.steps.filter((step) => step.do !== 'call');
  if (more.length > 0 || only?.do !== 'return' || !only.value) return false;
  return operandsOf(only.value, '||').some((one) => {
    if (one.kind === 'compare') return /^===?$/.test(one.op) && isPath(one.left) && isLogin(one.right);
    return one.kind === 'call' && /^(startsWith|includes|endsWith)$/.test(one.name) && one.receiver !== undefined && isPath(one.receiver) && isLogin(one.args[0]?.value);
  });
}
function isPath(value: Value): boolean {
  return value.kind === 'ref' && /^(path|url|originalUrl|baseUrl|pathname)$/.test(value.path.at(-1) ?? '');
}
function isLogin(value: Value | undefined): boolean {
  return value?.kind === 'literal' && typeof value.value === 'string' && LOGIN.test(value.value);
}
/** Limiters of hapi and Nest: off unless a variable says otherwise, or with a time in seconds. */
export function* looseSetup(call: Call, context: RuleContext): Iterable<LooseOption> {
  if (call.name === 'register') yield* offUnlessSet(call, context);
  const isModule = /(^|\.)ThrottlerModule\.forRoot$/.test(call.callee);
  const isDecorator = call.callee === '@nestjs/throttler.Throttle';
  // Since version 5 the time to live is in milliseconds.
  if ((!isModule && !isDecorator) || (context.major('@nestjs/throttler', call.at.path) ?? 99) < 5) return;
  for (const { value } of call.args) for (const one of [value, ...within(value)]) {
    const ttl = one.kind === 'object' ? context.option(one, 'ttl') : undefined;
    if (ttl?.kind === 'value' && ttl.value.at.path === call.at.path) yield* secondsGiven(ttl.value, context);
  }
}
function within(value: Value): readonly Value[] {
  if (value.kind === 'array') return value.items.map((item) => item.value);
  if (value.kind !== 'object') return [];
  return value.entries.flatMap((one) => (one.key === 'throttlers' ? within(one.value) : [one.value]));
}
function* offUnlessSet(call: Call, context: RuleContext): Iterable<LooseOption> {
  for (const { value } of call.args) for (const given of value.kind === 'array' ? value.items.map((item) => item.value) : [value]) {
    const plugin = context.option(given, 'plugin');
    const ref = plugin.kind === 'value' ? plugin.value : undefined;
    if (ref?.kind !== 'ref' || ref.root.kind !== 'import' || !HAPI.test(ref.root.from)) continue;
    const options = context.option(given, 'options');
    const held = options.kind === 'value' && options.value.kind === 'object' ? options.value.entries.find(({ key }) => key !== undefined && SWITCHES.test(key)) : undefined;
    if (!held) continue;
    if (held.value.kind === 'literal' && held.value.value === false) yield { at: held.value.at, reason: 'The limiter is switched off', todo: 'Remove the option.' };
    else if (isOptIn(held.value)) yield { at: held.value.at, reason: 'The limiter is off unless a variable is set', todo: 'Let a variable switch it off, not on.' };
  }
}
/** `process.env.RATE_LIMIT === 'on'` */
function isOptIn(value: Value): boolean {
  if (value.kind !== 'compare' || !/^===?$/.test(value.op)) return false;
  const { left, right } = value;
  return left.kind === 'ref' && left.root.kind === 'env' && left.root.name !== undefined && !/ENV$|STAGE|MODE/.test(left.root.name) && right.kind === 'literal' && /^(on|true|1|yes|enabled?)$/i.test(String(right.value));
}
