import type { Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { isBare } from './promises.js';
import { someValue } from './walk.js';

/** What a package is told about whom to let in, where that is everybody. `at` is the `true`, the call that says yes, or the name of an empty function. */
export interface Welcome {
  readonly at: At;
  /** The option, the strategy or the function that says yes. */
  readonly name: string;
  /** What names it where it is reported twice. */
  readonly subject: string;
  readonly how: 'true' | 'done' | 'empty' | 'unused';
}
/** Calls that only write to a log, or wrap nothing. */
export const SILENT = /^(console\.\w+|(\w{1,40}\.)?(log|logger)\.\w+|(this\.)?(logger|log)\.\w+|debug|Promise\.resolve)$/;
/** Strategies that hand over what the caller wrote: passport-local 1, passport-http 0.3, passport-http-bearer 1, passport-headerapikey 1, passport-localapikey 0, passport-custom 1. */
const UNCHECKED = /^(passport-(local|http|http-bearer|headerapikey|localapikey(-update)?))$/;
const BASIC_SCHEMES = /^(basic|bearer-access-token|bearer|hapi-auth-basic)$/;
/** Options under which these packages are told who may come in. */
const VERIFIERS: ReadonlyMap<string, string> = new Map([
  ['express-basic-auth', 'authorizer'], ['@fastify/basic-auth', 'validate'], ['hono/basic-auth', 'verifyUser'], ['hono/bearer-auth', 'verifyToken'], ['@fastify/bearer-auth', 'auth'], ['mercurius-auth', 'applyPolicy'],
]);

/** Packages that ask a function of the project who may come in, where it lets everybody in: strategies, verifiers, schemes, and a check that is made and never run. */
export function* welcomesIn(step: Step, call: Call, context: RuleContext): Iterable<Welcome> {
  const { target } = call;
  const from = target.kind === 'ref' && target.root.kind === 'import' ? target.root.from : undefined;
  if (call.form === 'new' && from !== undefined && UNCHECKED.test(from)) yield* ofStrategy(call, context);
  const option = from === undefined ? undefined : VERIFIERS.get(from);
  if (option !== undefined) yield* ofVerifier(call.args.map((item) => item.value), option, context);
  if (call.name === 'register' && call.args[0]?.value.kind === 'ref') {
    const { root } = call.args[0].value;
    const key = root.kind === 'import' ? VERIFIERS.get(root.from) : undefined;
    if (key !== undefined) yield* ofVerifier(call.args.slice(1).map((item) => item.value), key, context);
  }
  const scheme = call.args[1]?.value;
  if (call.name === 'strategy' && scheme && BASIC_SCHEMES.test(String(context.constant(scheme)?.value ?? ''))) yield* ofVerifier(call.args.slice(2).map((item) => item.value), 'validate', context);
  if (call.name === 'scheme' && scheme && call.receiver?.kind === 'ref' && call.receiver.path.at(-1) === 'auth') yield* ofScheme(scheme, context);
  if (call.callee === 'passport.authenticate' && step.do === 'call' && !step.used && isBare(call, step, context))
    yield { at: call.nameAt, subject: 'passport.authenticate', name: 'passport.authenticate', how: 'unused' };
}
/** `new LocalStrategy((user, password, done) => done(null, user))`: nothing the caller wrote as proof is read. */
function* ofStrategy(call: Call, context: RuleContext): Iterable<Welcome> {
  const last = call.args.at(-1)?.value;
  const end = last && context.resolve(last).value;
  const fn = end?.kind === 'function' ? context.body(end.fn) : undefined;
  const done = fn?.parameters.at(-1);
  if (!fn?.complete || done?.name === undefined || fn.parameters.length < 2 || fn.at.path !== call.at.path) return;
  const proof = fn.parameters.length - 2;
  const isRead = someValue(fn, (value) => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === proof);
  const isDone = (step: Step): boolean => step.do === 'call' && step.call.target.kind === 'ref' && step.call.target.root.kind === 'parameter' && step.call.target.root.index === proof + 1;
  const isCalm = fn.steps.every((step) => step.when.length === fn.when.length && (isDone(step) || step.do === 'return' || (step.do === 'call' && SILENT.test(step.call.callee))));
  const found = fn.steps.find(isDone);
  const user = found?.do === 'call' ? found.call.args[1]?.value : undefined;
  if (isRead || !isCalm || found?.do !== 'call' || !user || (user.kind === 'literal' && !user.value)) return;
  const name = call.target.kind === 'ref' ? call.target.text : call.name;
  yield { at: found.call.nameAt, subject: call.name, name, how: 'done' };
}
/** `{ validate: () => true }`, `{ validate: async () => ({ isValid: true }) }`, `{ validate(user, password, request, reply, done) { done(); } }`. */
function* ofVerifier(values: readonly Value[], key: string, context: RuleContext): Iterable<Welcome> {
  for (const value of values) {
    const held = context.option(value, key);
    const end = held.kind === 'value' ? context.resolve(held.value).value : undefined;
    const fn = end?.kind === 'function' ? context.body(end.fn) : undefined;
    if (held.kind !== 'value' || !fn?.complete || fn.at.path !== value.at.path) continue;
    const returns = fn.steps.filter((step) => step.do === 'return');
    const yes = returns.map((step) => (step.do === 'return' && step.value ? validIn(step.value) : undefined));
    const isCalm = fn.steps.every((step) => step.when.length === fn.when.length && (step.do === 'return' || (step.do === 'call' && SILENT.test(step.call.callee))));
    const base = { subject: key, name: key };
    if (isCalm && yes[0] && yes.every((at) => at !== undefined)) yield { ...base, at: yes[0], how: 'true' };
    else if (fn.steps.length === 0 && key === 'validate' && fn.async) yield { ...base, at: held.entry.keyAt, how: 'empty' };
  }
}
/** hapi: `server.auth.scheme('x', () => ({ authenticate: (request, h) => h.authenticated({ credentials }) }))`. */
function* ofScheme(value: Value, context: RuleContext): Iterable<Welcome> {
  const made = context.resolve(value).value;
  const maker = made.kind === 'function' ? context.body(made.fn) : undefined;
  for (const step of maker?.steps ?? []) {
    const held = step.do === 'return' && step.value ? context.option(step.value, 'authenticate') : undefined;
    const end = held?.kind === 'value' ? context.resolve(held.value).value : undefined;
    const fn = end?.kind === 'function' ? context.body(end.fn) : undefined;
    if (!fn?.complete || fn.at.path !== value.at.path) continue;
    const returns = fn.steps.filter((one) => one.do === 'return');
    const isYes = (one: Step): boolean => one.do === 'return' && one.value?.kind === 'call' && one.value.name === 'authenticated';
    const isCalm = fn.steps.every((one) => one.do === 'return' || one.do === 'assign' || (one.do === 'call' && (one.call.name === 'authenticated' || SILENT.test(one.call.callee))));
    const [first] = returns;
    if (isCalm && returns.every(isYes) && first?.do === 'return' && first.value?.kind === 'call') yield { at: first.value.nameAt, subject: 'authenticate', name: 'authenticate', how: 'done' };
  }
}
function validIn(value: Value): At | undefined {
  if (value.kind !== 'object') return truthIn(value);
  const entry = value.entries.findLast((one) => one.key === 'isValid');
  return entry?.value.kind === 'literal' && entry.value.value === true ? entry.value.at : undefined;
}
/** The `true` a value surely is: itself, `Promise.resolve(true)`, `of(true)`, `found || true`, `found ? true : true`. */
export function truthIn(value: Value): At | undefined {
  if (value.kind === 'literal') return value.value === true ? value.at : undefined;
  if (value.kind === 'logic' && value.op === '||') return truthIn(value.right) ?? truthIn(value.left);
  if (value.kind === 'choice') return truthIn(value.then) && truthIn(value.else);
  const [first] = value.kind === 'call' && /^(Promise\.resolve|rxjs\.of|of)$/.test(value.callee) ? value.args : [];
  return first && first.value.kind === 'literal' && first.value.value === true ? first.value.at : undefined;
}
