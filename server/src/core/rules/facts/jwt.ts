import type { FunctionView, ModuleView, StepFrame } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { Change, Code, RuleContext } from '../rule.js';
import { once } from './once.js';

/** What a call does with tokens; `setup` gives the key and the options to what verifies (and, with Nest and Fastify, signs) later. */
export type JwtDeed = 'sign' | 'verify' | 'decode' | 'setup';
/** One call that makes, checks or reads tokens, in one form for all libraries. */
export interface JwtUse {
  /** npm package that does it. */
  readonly library: string;
  readonly does: JwtDeed;
  readonly call: Call;
  /** The called name. */
  readonly at: At;
  readonly token: Value | undefined;
  readonly payload: Value | undefined;
  /** What stands where a key stands; undefined: none is given here. */
  readonly key: Value | undefined;
  /** The object of options; undefined: none is given. */
  readonly options: Value | undefined;
  /** Where a new last argument with options goes. */
  readonly last: At | undefined;
  /** Handed on by a function of the project, which holds the library's call. */
  readonly through?: JwtUse;
  readonly step: StepFrame;
  readonly in: FunctionView;
}
/** What the calls of a library mean: positions of arguments, and names of options. */
interface Form {
  readonly library: string;
  readonly does: JwtDeed;
  readonly token?: number;
  readonly payload?: number;
  readonly key?: number;
  readonly options?: number;
  /** The option that holds the key. */
  readonly keyOption?: readonly string[];
}

/** jsonwebtoken 8 and 9, jose 2 to 6, jwt-simple 0.5, hono 4, @hapi/jwt 3, @tsndr/cloudflare-worker-jwt 2 and 3, next-auth 4: positions as documented. */
const CALLS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ...['jsonwebtoken', '@tsndr/cloudflare-worker-jwt'].flatMap((library): [string, Form][] => [
    [`${library}.sign`, { library, does: 'sign', payload: 0, key: 1, options: 2 }],
    [`${library}.verify`, { library, does: 'verify', token: 0, key: 1, options: 2 }],
    [`${library}.decode`, { library, does: 'decode', token: 0, options: 1 }],
  ]),
  ['jose.jwtVerify', { library: 'jose', does: 'verify', token: 0, key: 1, options: 2 }],
  ['jose.jwtDecrypt', { library: 'jose', does: 'verify', token: 0, key: 1, options: 2 }],
  ['jose.compactVerify', { library: 'jose', does: 'verify', token: 0, key: 1, options: 2 }],
  ['jose.JWT.verify', { library: 'jose', does: 'verify', token: 0, key: 1, options: 2 }],
  ['jose.JWT.sign', { library: 'jose', does: 'sign', payload: 0, key: 1, options: 2 }],
  ['jose.decodeJwt', { library: 'jose', does: 'decode', token: 0 }],
  ['jose.UnsecuredJWT.decode', { library: 'jose', does: 'decode', token: 0 }],
  ['jwt-simple.encode', { library: 'jwt-simple', does: 'sign', payload: 0, key: 1 }],
  ['jwt-simple.decode', { library: 'jwt-simple', does: 'verify', token: 0, key: 1 }],
  ['jwt-decode', { library: 'jwt-decode', does: 'decode', token: 0 }],
  ['jwt-decode.jwtDecode', { library: 'jwt-decode', does: 'decode', token: 0 }],
  ['hono/jwt.sign', { library: 'hono', does: 'sign', payload: 0, key: 1 }],
  ['hono/jwt.verify', { library: 'hono', does: 'verify', token: 0, key: 1, options: 2 }],
  ['hono/jwt.decode', { library: 'hono', does: 'decode', token: 0 }],
  ['hono/jwt.jwt', { library: 'hono', does: 'setup', options: 0, keyOption: ['secret'] }],
  ['@hapi/jwt.token.generate', { library: '@hapi/jwt', does: 'sign', payload: 0, key: 1, options: 2 }],
  ['@hapi/jwt.token.verify', { library: '@hapi/jwt', does: 'verify', token: 0, key: 1, options: 2 }],
  ['@hapi/jwt.token.decode', { library: '@hapi/jwt', does: 'decode', token: 0 }],
  ['express-jwt', { library: 'express-jwt', does: 'setup', options: 0, keyOption: ['secret'] }],
  ['express-jwt.expressjwt', { library: 'express-jwt', does: 'setup', options: 0, keyOption: ['secret'] }],
  ['koa-jwt', { library: 'koa-jwt', does: 'setup', options: 0, keyOption: ['secret'] }],
  ['passport-jwt.Strategy', { library: 'passport-jwt', does: 'setup', options: 0, keyOption: ['secretOrKey', 'secretOrKeyProvider'] }],
  ['fast-jwt.createSigner', { library: 'fast-jwt', does: 'setup', options: 0, keyOption: ['key'] }],
  ['fast-jwt.createVerifier', { library: 'fast-jwt', does: 'setup', options: 0, keyOption: ['key'] }],
  ['@nestjs/jwt.JwtService', { library: '@nestjs/jwt', does: 'setup', options: 0, keyOption: ['secret', 'privateKey', 'secretOrPrivateKey'] }],
  ['@nestjs/jwt.JwtModule.register', { library: '@nestjs/jwt', does: 'setup', options: 0, keyOption: ['secret', 'privateKey', 'secretOrPrivateKey'] }],
  ['@nestjs/jwt.JwtModule.registerAsync', { library: '@nestjs/jwt', does: 'setup', options: 0, keyOption: ['secret', 'privateKey', 'secretOrPrivateKey'] }],
  ['next-auth', { library: 'next-auth', does: 'setup', options: 0, keyOption: ['secret'] }],
  ['next-auth/jwt.getToken', { library: 'next-auth', does: 'setup', options: 0, keyOption: ['secret'] }],
]);
const FASTIFY = /^(@fastify\/jwt|fastify-jwt)$/;
const NEST: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['sign', { library: '@nestjs/jwt', does: 'sign', payload: 0, options: 1, keyOption: ['secret', 'privateKey'] }],
  ['signAsync', { library: '@nestjs/jwt', does: 'sign', payload: 0, options: 1, keyOption: ['secret', 'privateKey'] }],
  ['verify', { library: '@nestjs/jwt', does: 'verify', token: 0, options: 1, keyOption: ['secret', 'publicKey'] }],
  ['verifyAsync', { library: '@nestjs/jwt', does: 'verify', token: 0, options: 1, keyOption: ['secret', 'publicKey'] }],
  ['decode', { library: '@nestjs/jwt', does: 'decode', token: 0, options: 1 }],
]);
const DEEPEST = 4;

/** Every call of a file that makes, checks or reads tokens. */
export const jwtUses = once((module: ModuleView, context): readonly JwtUse[] => [module.top, ...module.functions.values()].flatMap((fn) => fn.steps.flatMap((step) => (
  step.do === 'call' ? useOf(step.call, step, fn, module, context) ?? [] : []))));

function useOf(call: Call, step: StepFrame, fn: FunctionView, module: ModuleView, context: RuleContext): JwtUse | undefined {
  const name = calledName(call, context, 0);
  const form = CALLS.get(name) ?? strategyOf(call, fn, module);
  if (form) return made(form, call, step, fn, context);
  const signed = name === '' ? joseChain(call, context) : undefined;
  if (signed) return { ...made({ library: 'jose', does: 'sign', key: 0 }, call, step, fn, context), payload: signed.args[0]?.value };
  return registered(call, step, fn, context) ?? decorated(call, step, fn, module, context) ?? handedOn(call, step, fn, context);
}
function made(form: Form, call: Call, step: StepFrame, fn: FunctionView, context: RuleContext): JwtUse {
  const arg = (index: number | undefined): Value | undefined => (index === undefined ? undefined : call.args[index]?.value);
  const given = arg(form.options);
  const isCallback = given?.kind === 'function' || (given?.kind === 'ref' && context.resolve(given).value.kind === 'function');
  const options = given === undefined || isCallback ? undefined : optionsOf(given, context);
  return {
    library: form.library, does: form.does, call, at: call.nameAt, token: arg(form.token), payload: arg(form.payload),
    key: form.keyOption ? keyIn(options, form.keyOption, context) : arg(form.key), options, last: call.args.at(-1)?.at, step, in: fn,
  };
}
function keyIn(options: Value | undefined, names: readonly string[], context: RuleContext): Value | undefined {
  for (const name of names) {
    const answer = context.option(options, name);
    if (answer.kind === 'value') return answer.value;
  }
  return undefined;
}
/** The object itself, or what the factory of asynchronous options gives (`registerAsync({ useFactory })`). */
function optionsOf(given: Value, context: RuleContext): Value {
  const factory = context.option(given, 'useFactory');
  const end = factory.kind === 'value' ? factory.resolved.value : given;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  const last = body?.steps.findLast((one) => one.do === 'return' && one.value !== undefined);
  return last?.do === 'return' && last.value ? last.value : given;
}

/** The library's name of what is called: through locals, `promisify(jwt.verify)`, `jwt.verify.bind(jwt)`, sub-paths of a package. */
function calledName(call: Call, context: RuleContext, depth: number): string {
  return spelled(call.target, context, depth) ?? '';
}
function spelled(target: Value, context: RuleContext, depth: number): string | undefined {
  if (depth > DEEPEST) return undefined;
  if (target.kind === 'call') {
    const first = target.args[0]?.value;
    if (first && /(^|\.)promisify$/.test(target.callee)) return spelled(first, context, depth + 1);
    return target.name === 'bind' && target.receiver ? spelled(target.receiver, context, depth + 1) : undefined;
  }
  if (target.kind !== 'ref') return undefined;
  if (target.root.kind === 'import') return ofPackage(target);
  if (target.root.kind === 'value') return target.path.length === 0 ? spelled(target.root.of, context, depth + 1) : undefined;
  if (target.root.kind !== 'local') return undefined;
  const end = context.resolve(target).value;
  return end === target ? undefined : spelled(end, context, depth + 1);
}
function ofPackage(ref: Ref): string {
  if (ref.root.kind !== 'import') return '';
  const { from, name } = ref.root;
  const path = [...(name === '*' || name === 'default' ? [] : [name]), ...ref.path].map((key) => key ?? '?').filter((key) => key !== 'default');
  // jose 3 had a file for each function, hono/utils/jwt has them under one name.
  const library = from.startsWith('jose/') ? 'jose' : /^hono\/(utils\/jwt(\/jwt)?|jwt)$/.test(from) ? 'hono/jwt' : from === 'fastify-jwt' ? '@fastify/jwt' : from;
  const names = library === 'hono/jwt' && path[0] === 'Jwt' ? path.slice(1) : path;
  return [library, ...names].join('.');
}
/** `new SignJWT(payload).setIssuedAt().sign(key)`: the call of the constructor. */
export function joseChain(call: Call, context: RuleContext): Call | undefined {
  if (call.name !== 'sign' && call.name !== 'encrypt') return undefined;
  let current: Value | undefined = call.receiver;
  for (let hops = 0; current && hops < 20; hops++) {
    if (current.kind === 'ref') {
      const end: Value = context.resolve(current).value;
      if (end === current) return undefined;
      current = end;
    }
    if (current.kind !== 'call') return undefined;
    if (current.form === 'new') return /^jose(\/[\w/-]+)?\.(SignJWT|EncryptJWT)$/.test(current.callee) ? current : undefined;
    current = current.receiver;
  }
  return undefined;
}
/** `super({ secretOrKey })` in a class that extends Nest's wrapper of passport-jwt. */
function strategyOf(call: Call, fn: FunctionView, module: ModuleView): Form | undefined {
  if (call.callee !== 'super' || fn.owner === undefined) return undefined;
  const base = module.classes.get(fn.owner)?.extends;
  const wrapped = base?.kind === 'call' && /(^|\.)PassportStrategy$/.test(base.callee) ? base.args[0]?.value : base;
  return wrapped?.kind === 'ref' && ofPackage(wrapped) === 'passport-jwt.Strategy' ? CALLS.get('passport-jwt.Strategy') : undefined;
}
/** `app.register(require('@fastify/jwt'), options)`, `app.jwt.sign(...)`, hapi's `server.auth.strategy('name', 'jwt', options)`. */
function registered(call: Call, step: StepFrame, fn: FunctionView, context: RuleContext): JwtUse | undefined {
  if (call.name === 'register') {
    const plugin = call.args[0]?.value;
    const end = plugin && context.resolve(plugin).value;
    if (end?.kind !== 'ref' || end.root.kind !== 'import' || !FASTIFY.test(end.root.from)) return undefined;
    return made({ library: '@fastify/jwt', does: 'setup', options: 1, keyOption: ['secret'] }, call, step, fn, context);
  }
  if (call.name === 'strategy' && call.callee.endsWith('.auth.strategy')) {
    const scheme = call.args[1] && context.constant(call.args[1].value)?.value;
    return scheme === 'jwt' ? made({ library: '@hapi/jwt', does: 'setup', options: 2, keyOption: ['keys', 'key'] }, call, step, fn, context) : undefined;
  }
  return undefined;
}
/** `fastify.jwt.sign`, `reply.jwtSign`; `this.jwtService.signAsync` of Nest. */
function decorated(call: Call, step: StepFrame, fn: FunctionView, module: ModuleView, context: RuleContext): JwtUse | undefined {
  if (call.target.kind !== 'ref' || call.target.root.kind === 'import') return undefined;
  const { path } = call.target;
  const owner = path.at(-2);
  if (call.name === 'jwtSign') return made({ library: '@fastify/jwt', does: 'sign', payload: 0, options: 1 }, call, step, fn, context);
  if (call.name === 'jwtVerify' && call.args.length > 0) return made({ library: '@fastify/jwt', does: 'verify', options: 0 }, call, step, fn, context);
  if (owner === 'jwt' && /^(sign|verify|decode)$/.test(call.name) && path.length >= 2 && call.target.root.kind !== 'this')
    return made({ library: '@fastify/jwt', does: call.name === 'sign' ? 'sign' : call.name === 'verify' ? 'verify' : 'decode', ...(call.name === 'sign' ? { payload: 0 } : { token: 0 }), options: 1 }, call, step, fn, context);
  const form = NEST.get(call.name);
  if (!form || !module.imports.some((one) => one.from === '@nestjs/jwt')) return undefined;
  return isNestService(call, fn, module) ? made(form, call, step, fn, context) : undefined;
}
function isNestService(call: Call, fn: FunctionView, module: ModuleView): boolean {
  const receiver = call.receiver;
  if (receiver?.kind !== 'ref') return false;
  const name = receiver.path.at(-1) ?? receiver.text;
  const construct = fn.owner === undefined ? undefined : module.classes.get(fn.owner)?.construct;
  const parameters = [...(construct === undefined ? [] : (module.functions.get(construct)?.parameters ?? [])), ...fn.parameters];
  return parameters.some((one) => one.name === name && one.type === 'JwtService') || /^jwt(service)?$/i.test(name);
}

/** A function of the project whose parameter is the key: `sign(payload, 'key')` with `const sign = (p, key) => jwt.sign(p, key)`. */
function handedOn(call: Call, step: StepFrame, fn: FunctionView, context: RuleContext): JwtUse | undefined {
  if (call.form !== 'call' || call.args.length === 0 || call.target.kind !== 'ref' || (call.target.root.kind !== 'local' && call.target.root.kind !== 'import')) return undefined;
  const end = context.resolve(call.target).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  if (!body || body.parameters.length === 0 || body.steps.length > 60) return undefined;
  for (const inner of body.steps) {
    if (inner.do !== 'call') continue;
    const form = CALLS.get(calledName(inner.call, context, 0));
    if (!form || (form.does !== 'sign' && form.does !== 'verify')) continue;
    const use = made(form, inner.call, inner, body, context);
    const index = use.key?.kind === 'ref' && use.key.root.kind === 'parameter' && use.key.root.fn === body.id && use.key.path.length === 0 ? use.key.root.index : -1;
    const key = call.args[index]?.value;
    if (key) return { library: form.library, does: form.does, call, at: call.nameAt, token: undefined, payload: undefined, key, options: undefined, last: undefined, through: use, step, in: fn };
  }
  return undefined;
}

/** The change that adds an option to a call: among those in `within`, in options of its own, or as a new argument before a callback. */
export function optionAdded({ call, options, library, does, last }: JwtUse, within: Value | undefined, list: Code): Change | undefined {
  if (within?.kind === 'object') {
    const inner: Code = library === '@fastify/jwt' && within === options ? ['verify: { ', ...list, ' }'] : list;
    return { do: 'insert', at: within.at, where: 'entry-last', code: inner };
  }
  if (within !== undefined || does !== 'verify' || !last) return undefined;
  const third: { readonly at: At } | undefined = call.args[2];
  const given: Code = ['{ ', ...list, ' }'];
  if (third) return { do: 'insert', at: third.at, where: 'before', code: [...given, ', '] };
  return call.args.length === 2 ? { do: 'insert', at: call.at, where: 'argument-last', code: given } : undefined;
}
