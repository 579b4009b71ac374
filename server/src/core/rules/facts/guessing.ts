import type { FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { requestReads } from './request-reads.js';
import { someIn, someValue } from './walk.js';

/** What a caller of an endpoint can guess: a password, a short code; 'enrols': it makes accounts or sends mails. */
export type Guessed = 'password' | 'code' | 'enrols';
const PASSWORD_PATH = /^(log-?in|sign-?in|authenticate|auth|token|pin|log-?on|sessions?)$/i;
/** Logging in, in other languages; below a parameter it may be the joining of something. */
const ABROAD = /^(anmelden|einloggen|(se-?)?connexion|se-?connecter|entrar|iniciar-?(de-?)?sesi(o|%C3%B3)n|inicio-?sesi(o|%C3%B3)n|zaloguj|logowanie|inloggen|logga-?in|logg-?inn|kirjaudu|accedi)$/i;
const SURE_PASSWORD_PATH = /^(log-?in|sign-?in|authenticate|token|pin|log-?on)$/i;
const CODE_PATH = /^(otp|verify(-?(otp|code|token|email|phone|2fa|mfa|pin))?|(otp|code|2fa|mfa|pin|totp)-?verify|reset(-?password)?|password-?reset|2fa|mfa|totp|two-?factor|recover)$/i;
const ENROLS_PATH = /^(forgot(-?password)?|register|sign-?up)$/i;
const PASSWORD = /^(user_?)?(pass|pwd|passwd|password|passphrase|passcode|pin|pin_?code|secret_?answer|clave|contrasena|senha|passwort|kennwort|mot_?de_?passe|mdp|haslo|wachtwoord|heslo|parola)$/i;
const CODE = /^(otp|totp|otp_?code|mfa_?code|two_?factor_?code|verification_?code|reset_?code|confirmation_?code|sms_?code|one_?time_?(code|password)|code)$/i;
/** Calls that hold what was typed against what is known. */
const HOLDS = /verif|compar|check|log_?in|log_?on|sign_?in|authenti|validate(user|cred|pass|log|otp|code|pin)|session|match|credential|^find(one|first|unique)?(by|with|$)|^(and_?)?where$|^eq$|timingSafeEqual|confirm|redeem|consume(code|otp)|finish_?reset|^bind$/i;
const MAKES = /hash|create(?!_?session)|register|insert|save|update|upsert|sign_?up|encrypt|salt|(?<!re)generate/i;
/** What is made once a login has succeeded. */
const MADE_AFTER = /token|jwt|session|cookie/i;
/** Calls a password passes without being held against anything. */
const PASSES = /^(String|Number|trim|toString|fetch|post|put|request|axios|send|json|log|info|debug|warn|error|test|from|isString|byteLength|parse|safeParse|validate|render)$/;
const LOOKS_UP = /^(find(One|First|Unique)?(By)?|get|getBy\w{1,30}|where|first|lookup)$/;
/** What people carry on a card or a paper, and can be counted through. */
const NUMBER = /(key|badge|member|library|customer|staff|employee|patient|access|id)_?card|card_?(no|nr|num(ber)?|id)|badge|barcode|\bnumber\b|(member|customer|staff|employee|patient|account|booking|ticket)_?(no|nr|num(ber)?)\b/i;
/** What nobody guesses. */
const LONG = /token|jwt|secret|uuid|signature|assertion|hash|api_?key|link/i;
/** Something else is proven before. */
const PROVES = /verif|compar|check|valid(?!ate(Body|Schema)?$)|match|authenti/i;
/** Calls that read what was sent. */
const READS = /^(json|parseBody|formData|valid|parse|parseAsync|safeParse|validate|validateAsync|readBody|body|fromEntries|urlencoded)$/;
/** Strategies of passport that take a password each time. */
const BY_PASSWORD = /^(local|ldap\w*|login|signin|custom|password|otp|totp|magic-?code)/i;

/** What can be guessed at an endpoint: by its last word, by what its handler is named, or as the handler holds a typed secret against a known one. */
export function guessedAt(endpoint: Endpoint, context: RuleContext): Guessed | undefined {
  if (endpoint.method !== 'POST' && endpoint.method !== 'all') return undefined;
  const last = endpoint.path.segments.findLast(({ kind }) => kind === 'text')?.text ?? '';
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  // What answers every method may be a page: only what it does tells.
  if (endpoint.method === 'all') return body && guessedIn(body, context);
  if (CODE_PATH.test(last)) return 'code';
  if (SURE_PASSWORD_PATH.test(last)) return /^token$/i.test(last) && exchanges(endpoint, context) ? undefined : 'password';
  if (ENROLS_PATH.test(last)) return 'enrols';
  if (ABROAD.test(last) && endpoint.path.segments.every(({ kind }) => kind === 'text')) return 'password';
  if (links(endpoint.chain).some(({ layer }) => asksForPassword(layer.value, context))) return 'password';
  const held = body && guessedIn(body, context);
  return held === 'code' && !PASSWORD_PATH.test(last) && !/code|otp|pin|one-?time|verif|confirm|reset|authori[sz]e|redeem|factor|log-?in|sign-?in|sms|unlock|activat|claim|pick-?up|card|badge/i.test(endpoint.path.text) ? undefined : held;
}
/** A function makes an account: it hashes a password that whoever calls has typed. */
export function makesAccount(body: FunctionView, context: RuleContext): boolean {
  return !asksWhoCalls(body, context) && body.steps.some((step) => step.do === 'call' && /hash/i.test(step.call.name) && typedIn(step.call, context) === 'password');
}
/** What can be guessed at a path of which nothing else is known. */
export function guessedAtPath(path: string): Guessed | undefined {
  const segments = path.split('/').filter((one) => one !== '' && !/^[:{[*<]/.test(one));
  const last = segments.at(-1) ?? '';
  if (CODE_PATH.test(last)) return 'code';
  if ((SURE_PASSWORD_PATH.test(last) && !/^token$/i.test(last)) || ABROAD.test(last)) return 'password';
  return ENROLS_PATH.test(last) ? 'enrols' : undefined;
}
/** What a function holds against what is known: a password or a code that whoever calls has typed. */
export function guessedIn(body: FunctionView, context: RuleContext): Guessed | undefined {
  return asksWhoCalls(body, context) ? undefined : (heldIn(body, context, 0) ?? beforeLogin(body, context));
}
/** A login by passport is no login before this one. */
export function isKnownBefore(endpoint: Endpoint, context: RuleContext): boolean {
  const { state, by } = endpoint.authentication;
  if (state !== 'guarded' || by === undefined) return false;
  return !asksForPassword(by.layer.value, context) || links(endpoint.chain).some(({ layer }) => layer !== by.layer && layer.claims.some((one) => one.protects === 'authentication') && !asksForPassword(layer.value, context));
}
function asksForPassword(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  // Nest: `AuthGuard('local')`, and a class that extends it.
  if (value.kind === 'ref' && /(^|\.)(Local|Ldap)\w{0,40}Guard$/.test(value.text)) return true;
  const first = end.kind === 'call' && (end.name === 'authenticate' || end.callee === '@nestjs/passport.AuthGuard') ? end.args[0]?.value : undefined;
  const name = first && context.constant(first)?.value;
  return typeof name === 'string' && BY_PASSWORD.test(name);
}

/** OAuth: long random codes and refresh tokens are exchanged, none of which can be guessed. */
export function exchanges(endpoint: Endpoint, context: RuleContext): boolean {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  if (!body) return false;
  const says = (wanted: RegExp): boolean => someValue(body, (one) => (one.kind === 'literal' && typeof one.value === 'string' && wanted.test(one.value)) || (one.kind === 'ref' && wanted.test(one.path.at(-1) ?? '')));
  return says(/^(grant_?type|authorization_code|refresh_?token)$/i) && !says(/^(password|passwd|otp|pin)$/i);
}
/** The handler knows the caller: it changes what is his. */
function asksWhoCalls(body: FunctionView, context: RuleContext): boolean {
  return body.steps.some((step) => valuesOf(step).some((value) => someIn(value, (one) => {
    const field = one.kind === 'ref' || one.kind === 'call' ? context.request(one) : undefined;
    return field?.from === 'identity' && field.key !== undefined && step.do !== 'assign' && !/^(regenerate|save|destroy|reload|touch|set)$/.test(one.kind === 'ref' ? (one.path.at(-1) ?? '') : one.kind === 'call' ? one.name : '');
  })));
}
/** A password goes to some call, and a session begins or a token is made: whatever the functions are named. */
function beforeLogin(body: FunctionView, context: RuleContext): Guessed | undefined {
  const calls = body.steps.flatMap((step) => (step.do === 'call' ? [step.call] : []));
  const begins = body.steps.some((step) => step.do === 'assign' && (/(^|\.)session\.\w+$/.test(step.target.text) || (/(^|\.)session$/.test(step.target.text) && step.value.kind === 'object'))) || calls.some(({ name, callee }) => /^(sign|signAsync|jwtSign|regenerate|setCookie)$/.test(name) || (MAKES.test(name) && MADE_AFTER.test(callee)));
  const refuses = context.conduct(body.id)?.refuses.includes(401) === true;
  if ((!begins && !refuses) || calls.some((call) => (MAKES.test(call.name) && !MADE_AFTER.test(call.callee || call.name)) || call.args.some(({ value }) => value.kind === 'literal' && typeof value.value === 'string' && /^\s*(insert|update)\b/i.test(value.value)))) return undefined;
  for (const call of calls) if (!PASSES.test(call.name) && typedIn(call, context) === 'password') return 'password';
  return begins && refuses && calls.every(({ name, callee }) => !PROVES.test(callee || name)) && calls.some((call) => looksUp(call, context)) ? 'code' : undefined;
}
/** A record is looked up by nothing but what was typed, such as the number of a card: whoever guesses one is logged in. */
function looksUp({ name, args }: Call, context: RuleContext): boolean {
  if (!LOOKS_UP.test(name)) return false;
  return args.some(({ value }) => value.kind === 'object' && value.entries.length === 1 && value.entries.some(({ key, value: typed }) => {
    const [read, ...more] = requestReads(typed, context);
    return read?.field.from === 'body' && more.length === 0 && NUMBER.test(`${key ?? ''} ${read.field.key ?? ''}`) && !LONG.test(`${key ?? ''} ${read.field.key ?? ''}`);
  }));
}
function heldIn(body: FunctionView, context: RuleContext, depth: number): Guessed | undefined {
  let found: Guessed | undefined;
  for (const step of body.steps) {
    if (step.do === 'call' && ((HOLDS.test(step.call.name) && !MAKES.test(step.call.name)) || selects(step.call))) found ??= typedIn(step.call, context);
    for (const { test } of step.when.slice(body.when.length)) found ??= comparedIn(test, context, 0);
    if (found !== undefined) return found;
    // `then((user) => bcrypt.compare(req.body.password, user.hash))`
    if (step.do === 'call' && depth < 2) for (const { value } of step.call.args) {
      const inner = value.kind === 'function' ? context.body(value.fn) : undefined;
      found ??= inner && heldIn(inner, context, depth + 1);
    }
  }
  return found;
}
/** `db.query('select id from people where mail = $1 and code = $2', [mail, code])` */
function selects({ args }: Call): boolean {
  const [text] = args;
  return text?.value.kind === 'literal' && typeof text.value.value === 'string' && /^\s{0,20}select\s[^;]{1,1000}\swhere\s/i.test(text.value.value.slice(0, 1100));
}
/** `!row || row.code !== body.code` */
function comparedIn(test: Value, context: RuleContext, depth: number): Guessed | undefined {
  if (depth > 6) return undefined;
  if (test.kind === 'logic') return comparedIn(test.left, context, depth + 1) ?? comparedIn(test.right, context, depth + 1);
  if (test.kind === 'not') return comparedIn(test.of, context, depth + 1);
  if (test.kind !== 'compare' || !/^[!=]==?$/.test(test.op) || test.left.kind === 'literal' || test.right.kind === 'literal') return undefined;
  // Two fields of one form are compared where somebody types a new password twice.
  const [left, right] = [secretOf(test.left, context), secretOf(test.right, context)];
  return left !== undefined && right !== undefined ? undefined : (left ?? right);
}
function typedIn(call: Call, context: RuleContext): Guessed | undefined {
  let found: Guessed | undefined;
  for (const { value } of call.args) someIn(value, (one) => {
    found ??= secretOf(one, context);
    return found !== undefined;
  });
  return found;
}
/** A password or code the caller sent, by its name. */
function secretOf(value: Value, context: RuleContext): Guessed | undefined {
  if (value.kind === 'call') {
    if (value.receiver && /^(toString|trim|normalize)$/.test(value.name)) return secretOf(value.receiver, context);
    const name = value.name === 'get' && value.args[0] ? context.constant(value.args[0].value)?.value : undefined;
    if (typeof name !== 'string' || value.receiver?.kind !== 'ref') return undefined;
    const made = context.resolve(value.receiver).value;
    // An action of a page is given the form itself.
    const isForm = made.kind === 'ref' && made.root.kind === 'parameter' && made.path.length === 0 && /form|data/i.test(made.text);
    return isForm || (made.kind === 'call' && READS.test(made.name)) ? kindOf(name) : undefined;
  }
  if (value.kind !== 'ref') return undefined;
  const kind = kindOf(value.path.at(-1) ?? value.text);
  if (kind === undefined) return undefined;
  const end = context.resolve(value).value;
  // `const password = form.get('password')?.toString()`
  if (end.kind === 'call') return secretOf(end, context);
  if (end.kind !== 'ref') return undefined;
  if (end.root.kind === 'parameter') return kind;
  return end.root.kind === 'value' && end.root.of.kind === 'call' && READS.test(end.root.of.name) ? kind : undefined;
}
/** What the name of a field says that it holds: a password, or a short code. */
export function isSecretName(name: string): Guessed | undefined {
  return kindOf(name);
}
function kindOf(name: string): Guessed | undefined {
  return PASSWORD.test(name) ? 'password' : CODE.test(name) ? 'code' : undefined;
}
function valuesOf(step: Step): readonly Value[] {
  return [...step.when.map(({ test }) => test), ...(step.do === 'call' ? [step.call] : step.value ? [step.value] : [])];
}
