import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import { samePlace, type At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { guessedAt } from './guessing.js';
import { operandsOf } from './walk.js';

/** An option that makes a limiter limit nobody, or leaves out what it is for. */
export interface LooseOption {
  readonly at: At;
  readonly reason: string;
  readonly todo: string;
}
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** More requests than this in a minute are no limit. */
export const MOST_A_MINUTE = 10_000;
/** More attempts than this in an hour guess passwords. */
export const MOST_LOGINS = 2_000;
const DAY_OF_SECONDS = 86_400;
const LOGIN = /(^|\/)(log-?in|sign-?in|auth|session|token|password|otp|verify|2fa|mfa)/i;
const SWITCHES = /^(enabled?|active|isEnabled)$/;
const POINTS = /^rate-limiter-flexible\.RateLimiter(Memory|Redis|Cluster|ClusterMaster|ClusterMasterPM2|Memcache|Mongo|MySQL|Postgres|Prisma|Drizzle|DynamoDB|SQLite|Valkey|ValkeyGlide|Etcd)$/;
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
  if (POINTS.test(call.callee)) yield* manyPoints(call, context);
  const isModule = /(^|\.)ThrottlerModule\.forRoot$/.test(call.callee);
  const isDecorator = call.callee === '@nestjs/throttler.Throttle';
  // Since version 5 the time to live is in milliseconds.
  if ((!isModule && !isDecorator) || (context.major('@nestjs/throttler', call.at.path) ?? 99) < 5) return;
  for (const { value } of call.args) for (const one of [value, ...within(value)]) {
    const ttl = one.kind === 'object' ? context.option(one, 'ttl') : undefined;
    if (ttl?.kind === 'value' && ttl.value.at.path === call.at.path) yield* secondsGiven(ttl.value, context);
    if (one.kind === 'object') yield* largeForNest(one, isDecorator ? call : undefined, context);
  }
}
/** `new RateLimiterRedis({ points: 1_000_000, duration: 60 })`: rate-limiter-flexible 2 to 7 count seconds. */
function* manyPoints(call: Call, context: RuleContext): Iterable<LooseOption> {
  const [points, duration] = ['points', 'duration'].map((key) => context.option(call.args[0]?.value, key));
  const count = points?.kind === 'value' ? context.constant(points.value)?.value : undefined;
  const time = duration?.kind === 'value' ? context.constant(duration.value)?.value : undefined;
  if (points?.kind !== 'value' || points.value.at.path !== call.at.path || typeof count !== 'number' || typeof time !== 'number' || time <= 0 || time * SECOND > MINUTE) return;
  const perMinute = Math.round((count * MINUTE) / (time * SECOND));
  if (perMinute > MOST_A_MINUTE) yield { at: points.value.at, ...manyRequests(perMinute) };
}
/** `@Throttle({ default: { ttl: 60_000, limit: 100_000 } })`: so many are none, and fewer are too many before a login. */
function* largeForNest(options: Value, decorator: Call | undefined, context: RuleContext): Iterable<LooseOption> {
  const [limit, ttl] = ['limit', 'ttl'].map((key) => context.option(options, key));
  const count = limit?.kind === 'value' ? context.constant(limit.value)?.value : undefined;
  const time = ttl?.kind === 'value' ? context.constant(ttl.value)?.value : undefined;
  if (limit?.kind !== 'value' || limit.value.at.path !== options.at.path || typeof count !== 'number' || typeof time !== 'number' || time < SECOND) return;
  const perHour = Math.round((count * HOUR) / time);
  if (perHour > MOST_LOGINS && decorator && decorates(decorator, context).some((one) => /^(password|code)$/.test(guessedAt(one, context) ?? ''))) yield { at: limit.value.at, ...manyLogins(perHour) };
  else if (time <= MINUTE && perHour > MOST_A_MINUTE * 60) yield { at: limit.value.at, ...manyRequests(Math.round(perHour / 60)) };
}
/** The endpoints of the method that a decorator stands above; none where it stands above a class. */
function decorates(decorator: Call, context: RuleContext): readonly Endpoint[] {
  const method = context.functions(decorator.at.path).find(({ decorators }) => decorators.some((one) => samePlace(one.at, decorator.at)));
  return method ? context.endpoints({ handler: method.id }) : [];
}
/** What is said of a limit of so many attempts of a login in an hour. */
export function manyLogins(perHour: number): Omit<LooseOption, 'at'> {
  return { reason: `The limit of this login is ${perHour} attempts an hour`, todo: 'Allow what a person needs.' };
}
/** What is said of a limit of so many requests in a minute. */
export function manyRequests(perMinute: number): Omit<LooseOption, 'at'> {
  return { reason: `The limit is ${perMinute} requests a minute`, todo: 'Allow what a person needs.' };
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
