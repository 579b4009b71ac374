import type { Branch, FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Entry, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { onResponse, headersOf } from './header-setup.js';
import { wordsOf } from './names.js';
import { optionValue } from './options.js';
import { baseOf } from './walk.js';

export type FlagName = 'httpOnly' | 'secure' | 'sameSite';
/** What is known of one flag of a cookie. 'transport': set where the connection itself is encrypted. 'off' of SameSite: `'none'` or `false`. */
export interface Flag {
  readonly state: 'on' | 'off' | 'absent' | 'transport' | 'unknown';
  /** The value, where it is written. */
  readonly value: Value | undefined;
  readonly entry: Entry | undefined;
}
/** A cookie that is set, or the cookie of a session library. */
export interface CookieSetting {
  readonly library: keyof typeof DEFAULTS;
  /** A session library's options, or one cookie that is set. */
  readonly kind: 'session' | 'cookie';
  /** What it is called in the code: its constant name, else the text of the name. */
  readonly name: string;
  /** Holds a login by its name, its value or the library. */
  readonly login: boolean;
  readonly flags: { readonly [flag in FlagName]: Flag };
  /** The name, or for a session library its `cookie` key or the callee. */
  readonly at: At;
  /** Where flags are written. */
  readonly place: FlagPlace;
  readonly call: Call;
  readonly when: readonly Branch[];
}
/** `object`: flags go into it; `argument`: they go into a new last argument; `cookie`: below a new `cookie` key of that object; `text`: into this header text. */
export type FlagPlace =
  | { readonly kind: 'object' | 'cookie' | 'text'; readonly at: At }
  | { readonly kind: 'argument'; readonly at: At; readonly under: string | undefined }
  | { readonly kind: 'none' };

interface Defaults {
  readonly httpOnly: boolean;
  readonly secure: boolean | 'transport';
  readonly sameSite: boolean;
}
const NONE: Defaults = { httpOnly: false, secure: false, sameSite: false };
/** The flags each library sets by itself (express 5.3.0, @fastify/cookie 11.1.5, koa 3.3.0, @hapi/hapi 21.4.10, hono 4.13, express-session 1.19.0, cookie-session 2.1.1, koa-session 7.0.2, @fastify/session 11.1.3). */
const DEFAULTS = {
  express: NONE,
  fastify: { httpOnly: false, secure: false, sameSite: true },
  koa: { httpOnly: true, secure: 'transport', sameSite: false },
  hapi: { httpOnly: true, secure: true, sameSite: true },
  hono: NONE,
  next: NONE,
  header: NONE,
  cookie: NONE,
  'express-session': { httpOnly: true, secure: false, sameSite: false },
  'cookie-session': { httpOnly: true, secure: 'transport', sameSite: false },
  'koa-session': { httpOnly: true, secure: 'transport', sameSite: false },
  '@fastify/session': { httpOnly: true, secure: true, sameSite: false },
  'iron-session': { httpOnly: true, secure: true, sameSite: true },
  // Both choose by the address they are given, unless told otherwise.
  'next-auth': { httpOnly: true, secure: true, sameSite: true },
  'express-openid-connect': { httpOnly: true, secure: true, sameSite: true },
} as const satisfies Readonly<Record<string, Defaults>>;

const MAKES_LOGIN = /^(issue|sign|seal|create|open|start|new|make|mint|generate|random|uuid|nanoid|uid)/i;
const LOGIN_PATH = /(^|\/)(log-?in|sign-?in|sessions?|authenticate)$/i;
const NOT_LOGIN = /csrf|xsrf|redirect|consent|assess|possess/i;
/** Words that say what a cookie is instead, wherever they stand, and as the last word: `login_dest`, `auth_provider`. */
const OTHER_WORDS: ReadonlySet<string> = new Set((
  'theme lang language locale return hint state nonce verifier challenge author authors expires expiry expiration expire timeout flash dest destination target attempt attempts count url uri path'
).split(' '));
const OTHER_ENDS: ReadonlySet<string> = new Set('next to back from page tab step type provider method email name username domain origin at time date status error message count info enabled required'.split(' '));
/** A key that opens something, by its name: `admin_key`. */
const KEY_NAME = /(^|[-_.])(admin|api|access|mod|moderator|master|owner)[-_.]?key$/i;
const LOGIN = /sess|auth|token|jwt|remember|login/i;
const LOGIN_WORDS: ReadonlySet<string> = new Set(['sid', 'ssid', 'jwt', 'session', 'auth', 'token', 'refresh', 'rt', 'sso']);

/** Whether a cookie of this name holds a login. */
export function loginCookie(name: string): boolean {
  return !saysOther(name) && (LOGIN.test(name) || wordsOf(name).some((word) => LOGIN_WORDS.has(word)));
}
function saysOther(name: string): boolean {
  const words = wordsOf(name);
  return NOT_LOGIN.test(name) || words.some((word) => OTHER_WORDS.has(word)) || OTHER_ENDS.has(words.at(-1) ?? '');
}

/** Every cookie a file sets and every session library it sets up, in source order of its functions. */
export function* cookieSettings(module: ModuleView, context: RuleContext): Iterable<CookieSetting> {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do !== 'call') continue;
      const found = strategyOf(step.call, step.when, context) ?? identityOf(step.call, step.when, context) ?? sessionOf(step.call, step.when, module, context) ?? cookieOf(step.call, step.when, module, fn, context);
      if (found) yield found;
      else yield* headerTexts(step.call, step.when, context);
    }
}

/** The options of a session library. */
function sessionOf(call: Call, when: readonly Branch[], module: ModuleView, context: RuleContext): CookieSetting | undefined {
  const found = sessionLibrary(call);
  if (!found) return undefined;
  const { library, index } = found;
  const options = call.args[index]?.value;
  if (options === undefined && index > 0) return undefined;
  const below = library === 'express-session' || library === '@fastify/session' ? 'cookie' : library === 'iron-session' ? 'cookieOptions' : undefined;
  const nested = below === undefined ? undefined : context.option(options, below);
  const holder = nested === undefined ? options : nested.kind === 'value' ? nested.value : undefined;
  const isUnknown = nested?.kind === 'unknown';
  const prefix = below === undefined ? [] : [below];
  const flag = (name: FlagName): Flag => {
    const later = assignedLater(options, [...prefix, name], module, context) ?? assignedLater(holder, [name], module, context);
    if (later) return later;
    return isUnknown ? unknownFlag : flagOf(name, holder, name, library, context);
  };
  const named = context.option(options, library === 'koa-session' ? 'key' : library === 'iron-session' ? 'cookieName' : 'name');
  const name = (named.kind === 'value' && textOf(named.value, context)) || { 'express-session': 'connect.sid', 'koa-session': 'koa.sess', 'cookie-session': 'session' }[String(library)] || 'session';
  const object = holder && objectHere(holder, call.at, context);
  const outer = options && objectHere(options, call.at, context);
  const place: FlagPlace = object ? { kind: 'object', at: object } : nested?.kind === 'absent' && outer ? { kind: 'cookie', at: outer } : options === undefined ? { kind: 'argument', at: call.at, under: below } : { kind: 'none' };
  const at = nested?.kind === 'value' && nested.entry.at.path === call.at.path ? nested.entry.keyAt : call.nameAt;
  return { library, kind: 'session', name, login: true, flags: { httpOnly: flag('httpOnly'), secure: flag('secure'), sameSite: flag('sameSite') }, at, place, call, when };
}
/** The login cookie of a hapi server: `server.auth.strategy('session', 'cookie', { cookie: { ... } })`, and `cookieOptions` of the yar plugin. */
function strategyOf(call: Call, when: readonly Branch[], context: RuleContext): CookieSetting | undefined {
  const [first, second, third] = call.args;
  const isStrategy = call.name === 'strategy' && second !== undefined && context.constant(second.value)?.value === 'cookie';
  const given = isStrategy ? third?.value : call.name === 'register' && first ? yarOptions(first.value, context) : undefined;
  if (!given) return undefined;
  const nested = context.option(given, isStrategy ? 'cookie' : 'cookieOptions');
  if (nested.kind === 'unknown') return undefined;
  const inner = nested.kind === 'value' && context.resolve(nested.value).value.kind === 'object' ? nested.value : undefined;
  // The older plugin takes the name of the cookie there, and the flags beside it.
  const holder = inner ?? given;
  const named = inner && isStrategy ? context.option(inner, 'name') : nested;
  const name = (named.kind === 'value' && !(named.value === inner) && textOf(named.value, context)) || (isStrategy ? 'sid' : 'session');
  return sessionIn(holder, 'hapi', name, call, when, context);
}
/** The session whose flags an object holds, or leaves to the library. */
function sessionIn(holder: Value, library: CookieSetting['library'], name: string, call: Call, when: readonly Branch[], context: RuleContext): CookieSetting {
  const flag = (key: FlagName): Flag => flagOf(key, holder, optionKey(library, key), library, context);
  const object = objectHere(holder, call.at, context);
  return {
    library, kind: 'session', name, login: true, flags: { httpOnly: flag('httpOnly'), secure: flag('secure'), sameSite: flag('sameSite') },
    at: call.nameAt, place: object ? { kind: 'object', at: object } : { kind: 'none' }, call, when,
  };
}
/** Where libraries that log people in elsewhere are told of their cookie: next-auth 4 and 5, express-openid-connect 2. */
const IDENTITY: readonly { readonly callee: RegExp; readonly library: 'next-auth' | 'express-openid-connect'; readonly keys: readonly string[] }[] = [
  { callee: /^(next-auth(\.default|\/next\.default)?|@auth\/(core\.Auth|express\.ExpressAuth|sveltekit\.SvelteKitAuth))$/, library: 'next-auth', keys: ['cookies', 'sessionToken', 'options'] },
  { callee: /^express-openid-connect\.auth$/, library: 'express-openid-connect', keys: ['session', 'cookie'] },
];
function identityOf(call: Call, when: readonly Branch[], context: RuleContext): CookieSetting | undefined {
  const found = IDENTITY.find(({ callee }) => callee.test(call.callee));
  if (!found) return undefined;
  const { library, keys } = found;
  for (const item of call.args) {
    const above = keys.slice(0, -1).reduce<Value | undefined>((value, key) => optionValue(value, key, context), item.value);
    const holder = optionValue(above, keys.at(-1) ?? '', context);
    if (!holder) continue;
    const named = optionValue(above, 'name', context);
    const name = (named && textOf(named, context)) || (library === 'next-auth' ? 'next-auth.session-token' : 'appSession');
    return sessionIn(holder, library, name, call, when, context);
  }
  return undefined;
}
function yarOptions(plugin: Value, context: RuleContext): Value | undefined {
  const registered = optionValue(plugin, 'plugin', context);
  const isYar = registered?.kind === 'ref' && registered.root.kind === 'import' && /^(@hapi\/)?yar$/.test(registered.root.from);
  return isYar ? optionValue(plugin, 'options', context) : undefined;
}
/** Which session library a call sets up, and which argument its options are. */
export function sessionLibrary(call: Call): { readonly library: 'express-session' | 'cookie-session' | 'koa-session' | '@fastify/session' | 'iron-session'; readonly index: number } | undefined {
  switch (call.callee) {
    case 'express-session':
    case 'cookie-session':
    case 'koa-session':
      return { library: call.callee, index: 0 };
    case 'koa-generic-session':
      return { library: 'koa-session', index: 0 };
    case 'iron-session.getIronSession':
      return { library: 'iron-session', index: call.args.length - 1 };
  }
  const plugin = call.name === 'register' ? call.args[0]?.value : undefined;
  return plugin?.kind === 'ref' && plugin.root.kind === 'import' && /^(@fastify|fastify)[/-]session$/.test(plugin.root.from) ? { library: '@fastify/session', index: 1 } : undefined;
}

interface Spelling {
  readonly library: keyof typeof DEFAULTS;
  readonly name: Value | undefined;
  readonly value: Value | undefined;
  readonly options: Value | undefined;
  /** How many arguments stand before the options. */
  readonly before: number;
}
function cookieOf(call: Call, when: readonly Branch[], module: ModuleView, fn: FunctionView, context: RuleContext): CookieSetting | undefined {
  const found = spelling(call, context);
  if (!found?.name) return undefined;
  const { library, name, value, options } = found;
  const text = textOf(name, context);
  // The one person a small server knows: `res.cookie('hm', 'admin', { signed: true })`.
  const isMark = answersLoginPath(fn, context) && context.constant(optionValue(options, 'signed', context) ?? name)?.value === true;
  const isKey = text !== undefined && KEY_NAME.test(text);
  if (text === undefined || clears(value, options, isMark, isKey, context)) return undefined;
  const flag = (key: FlagName): Flag => assignedLater(options, [optionKey(library, key)], module, context) ?? flagOf(key, options, optionKey(library, key), library, context);
  // `config.sessionCookieName` names a name.
  const said = typeof context.constant(name)?.value === 'string' ? text : text.replace(/[._]?(name|key)$/i, '');
  const object = options && objectHere(options, call.at, context);
  const place: FlagPlace = object ? { kind: 'object', at: object } : options === undefined && call.args.length === found.before ? { kind: 'argument', at: call.at, under: undefined } : { kind: 'none' };
  return {
    library,
    kind: 'cookie',
    name: text,
    login: isMark || isKey || loginCookie(said) || (!saysOther(said) && value !== undefined && (holdsToken(value, context) || answersLogin(fn, value, context))),
    flags: { httpOnly: flag('httpOnly'), secure: flag('secure'), sameSite: flag('sameSite') },
    at: name.at.path === call.at.path ? name.at : call.nameAt,
    place,
    call,
    when,
  };
}
/** What a call that sets a cookie is given. */
/** The name and the value of the cookie that a call sets; undefined: it sets none. */
export function cookieSet(call: Call, context: RuleContext): { readonly name: Value | undefined; readonly value: Value | undefined } | undefined {
  return spelling(call, context);
}
function spelling(call: Call, context: RuleContext): Spelling | undefined {
  const at = (index: number): Value | undefined => (call.args.slice(0, index + 1).some((item) => item.spread) ? undefined : call.args[index]?.value);
  if (/^hono\/cookie\.set(Signed)?Cookie$/.test(call.callee)) {
    const signed = call.name === 'setSignedCookie' ? 1 : 0;
    return { library: 'hono', name: at(1), value: at(2), options: at(3 + signed), before: 3 + signed };
  }
  if (call.callee === 'cookie.serialize') return { library: 'cookie', name: at(0), value: at(1), options: at(2), before: 2 };
  if (call.name === 'cookie' || call.name === 'setCookie') {
    if (call.args.length < 2 || !isResponse(call, context)) return undefined;
    return { library: call.name === 'setCookie' || frameworkOf(call, context) === 'fastify' ? 'fastify' : 'express', name: at(0), value: at(1), options: at(2), before: 2 };
  }
  if (call.name === 'state' && call.receiver?.kind === 'ref' && call.args.length >= 2) return ofHapi(call, context);
  if (call.name !== 'set' || !call.receiver) return undefined;
  const jar = jarOf(call.receiver, context);
  if (!jar) return undefined;
  const first = at(0);
  const whole = jar === 'next' && call.args.length === 1 && first ? context.resolve(first).value : undefined;
  if (whole?.kind === 'object') {
    return { library: 'next', name: optionValue(whole, 'name', context), value: optionValue(whole, 'value', context), options: first, before: 1 };
  }
  return { library: jar, name: first, value: at(1), options: at(2), before: 2 };
}
/** `h.state('sid', value, options)` and `server.state('sid', options)`. */
function ofHapi(call: Call, context: RuleContext): Spelling | undefined {
  const receiver = call.receiver;
  if (receiver?.kind !== 'ref') return undefined;
  const [name, second, third] = call.args;
  if (receiver.root.kind === 'parameter' && context.role(receiver.root.fn)?.framework === 'hapi') return { library: 'hapi', name: name?.value, value: second?.value, options: third?.value, before: 2 };
  const server = context.resolve(receiver).value;
  return server.kind === 'call' && /^(@hapi\/hapi|hapi)\.(server|Server)$/.test(server.callee) ? { library: 'hapi', name: name?.value, value: undefined, options: second?.value, before: 1 } : undefined;
}
/** Whose cookies `x.set` sets: `ctx.cookies`, `(await cookies())`, `NextResponse.json({}).cookies`. */
function jarOf(receiver: Value, context: RuleContext): 'koa' | 'next' | undefined {
  const end = receiver.kind === 'ref' ? context.resolve(receiver).value : receiver;
  if (end.kind === 'call') return end.callee === 'next/headers.cookies' ? 'next' : end.form === 'new' && end.callee === 'cookies' ? 'koa' : undefined;
  if (end.kind !== 'ref' || end.path.at(-1) !== 'cookies') return undefined;
  const { root } = end;
  if (root.kind === 'parameter') return context.role(root.fn)?.framework === 'koa' || (end.path.length === 1 && /^ctx\./.test(end.text)) ? 'koa' : undefined;
  if (root.kind === 'value' && root.of.kind === 'call') return /^next\/server\.NextResponse(\.|$)/.test(root.of.callee) ? 'next' : undefined;
  return undefined;
}
/** The server's response by role, or a parameter that is called so in a function that is handed one. */
function isResponse(call: Call, context: RuleContext): boolean {
  if (onResponse(call, context)) return true;
  const base = baseOf(call.receiver);
  return base?.kind === 'ref' && base.root.kind === 'parameter' && base.path.length <= 1 && /(^|\.)(res|response|reply)$/.test(base.text);
}
function frameworkOf(call: Call, context: RuleContext): string | undefined {
  const base = baseOf(call.receiver);
  return base?.kind === 'ref' && base.root.kind === 'parameter' ? context.role(base.root.fn)?.framework : undefined;
}

/** `res.setHeader('Set-Cookie', 'sid=...; Path=/')`, one or a list. */
function* headerTexts(call: Call, when: readonly Branch[], context: RuleContext): Iterable<CookieSetting> {
  for (const header of headersOf(call, context)) {
    if (header.name !== 'set-cookie') continue;
    const list = header.value.kind === 'array' ? header.value.items.map((item) => item.value) : [header.value];
    for (const one of list) {
      const end = one.kind === 'ref' ? context.resolve(one).value : one;
      if (end.at.path !== call.at.path) continue;
      const parts = end.kind === 'literal' && typeof end.value === 'string' ? [end.value] : end.kind === 'template' ? end.parts : [];
      const text = parts.map((part) => (typeof part === 'string' ? part : (context.constant(part)?.value ?? '\0'))).join('');
      const match = /^([\w.-]{1,80})=([^;]*)/.exec(text);
      // A cookie that is taken back, or whose text is fixed, holds no login.
      if (match?.[1] === undefined || !match[2]?.includes('\0') || /max-age=(0|-)|expires=thu, 01/i.test(text)) continue;
      const attributes = text.slice(match[0].length);
      const flag = (words: RegExp): Flag => ({ state: words.test(attributes) ? 'on' : attributes.includes('\0') ? 'unknown' : 'absent', value: undefined, entry: undefined });
      const sameSite = flag(/;\s*samesite/i);
      yield {
        library: 'header', kind: 'cookie', name: match[1], login: loginCookie(match[1]), at: end.at, call, when, place: { kind: 'text', at: end.at },
        flags: { httpOnly: flag(/;\s*httponly/i), secure: flag(/;\s*secure/i), sameSite: /;\s*samesite\s*=\s*none/i.test(attributes) ? { ...sameSite, state: 'off' } : sameSite },
      };
    }
  }
}

const unknownFlag: Flag = { state: 'unknown', value: undefined, entry: undefined };
function optionKey(library: string, flag: FlagName): string {
  return library === 'hapi' ? `is${flag.charAt(0).toUpperCase()}${flag.slice(1)}` : flag;
}
function flagOf(flag: FlagName, options: Value | undefined, key: string, library: keyof typeof DEFAULTS, context: RuleContext): Flag {
  const answer = options === undefined ? ({ kind: 'absent' } as const) : context.option(options, key);
  if (answer.kind === 'unknown') return unknownFlag;
  if (answer.kind === 'value') {
    const constant = context.constant(answer.value);
    if (!constant || (constant.value !== undefined && constant.value !== null)) return { state: stateOf(flag, constant?.value), value: answer.value, entry: answer.entry };
  }
  const standard = (DEFAULTS[library] satisfies Defaults)[flag];
  return { state: standard === true ? 'on' : standard === 'transport' ? 'transport' : 'absent', value: undefined, entry: undefined };
}
function stateOf(flag: FlagName, value: unknown): Flag['state'] {
  if (flag === 'sameSite') return value === false || (typeof value === 'string' && value.toLowerCase() === 'none') ? 'off' : value === undefined ? 'unknown' : 'on';
  return value === false ? 'off' : value === true || value === 'auto' ? 'on' : 'unknown';
}
/** `options.cookie.secure = true` somewhere after the object was made: what is set under a test counts as known to nobody. */
export function assignedLater(options: Value | undefined, path: readonly string[], module: ModuleView, context: RuleContext): Flag | undefined {
  const made = options?.kind === 'call' ? returnedName(options, context) : options;
  if (made?.kind !== 'ref' || made.root.kind !== 'local') return undefined;
  const { binding } = made.root;
  const wanted = [...made.path, ...path].join('.');
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps) {
      if (step.do !== 'assign' || step.target.root.kind !== 'local' || step.target.root.binding !== binding) continue;
      const target = step.target.path.join('.');
      // The object that holds the flag is put in later.
      if (target !== '' && wanted.startsWith(`${target}.`) && context.option(step.value, path.at(-1) ?? '').kind !== 'absent') return unknownFlag;
      if (target !== wanted) continue;
      const constant = context.constant(step.value);
      return { state: constant?.value === true || typeof constant?.value === 'string' ? 'on' : 'unknown', value: step.value, entry: undefined };
    }
  return undefined;
}
/** The local that a function of the project gives back: `session(settings(secure))`. */
function returnedName(call: Call, context: RuleContext): Value | undefined {
  const end = context.resolve(call.target).value;
  const given = end.kind === 'function' ? context.body(end.fn)?.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : [])) : undefined;
  return given?.length === 1 && end.at.path === call.at.path ? given[0] : undefined;
}
/** The object literal of this file that options are. */
function objectHere(options: Value, from: At, context: RuleContext): At | undefined {
  const end = context.resolve(options).value;
  return end.kind === 'object' && end.at.path === from.path ? end.at : undefined;
}
/** A cookie is taken back (no value, no time to live), or holds what the caller sent, which is no secret of the server. */
function clears(value: Value | undefined, options: Value | undefined, isMark: boolean, isKey: boolean, context: RuleContext): boolean {
  const constant = value && context.constant(value);
  if (constant && !(isMark && typeof constant.value === 'string' && constant.value !== '')) return true;
  const sent = isKey ? undefined : value && context.request(value)?.from;
  if (sent === 'query' || sent === 'param' || sent === 'path' || sent === 'url') return true;
  const age = context.option(options, 'maxAge');
  return age.kind === 'value' && Number(context.constant(age.value)?.value ?? 1) <= 0;
}
function holdsToken(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind === 'call' && /^jsonwebtoken\.sign$|(^|\.)(signToken|generateToken|createToken|generateAccessToken|generateAuthToken|jwtSign)$/.test(end.callee)) return true;
  return value.kind === 'ref' && /^(access|refresh|auth|id|session)?_?(token|jwt)$|^session_?id$/i.test(value.path.at(-1) ?? value.text);
}
/** A value that is made while a login is answered, under a name that says nothing else. */
function answersLogin(fn: FunctionView, value: Value, context: RuleContext): boolean {
  const end = context.resolve(value).value;
  if (end.kind !== 'call' || !MAKES_LOGIN.test(end.name)) return false;
  return answersLoginPath(fn, context);
}
function answersLoginPath(fn: FunctionView, context: RuleContext): boolean {
  return context.endpoints({ handler: fn.id }).some(({ method, path }) => method === 'POST' && LOGIN_PATH.test(path.text));
}
/** The constant a name is, or how it reads in the code. */
function textOf(value: Value, context: RuleContext): string | undefined {
  const constant = context.constant(value)?.value;
  if (typeof constant === 'string') return constant;
  return value.kind === 'ref' ? value.text : undefined;
}
