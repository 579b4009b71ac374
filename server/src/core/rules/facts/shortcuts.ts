import type { Severity } from '../../findings/finding.js';
import type { Branch } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { once } from './once.js';
import { requestReads } from './request-reads.js';
import { secretName } from './secrets.js';
import { operandsOf, someIn } from './walk.js';

/** One way round a check: a request that says so, an environment, a fixed value. */
export type Shortcut =
  | { readonly how: 'request' | 'address' | 'identity'; readonly key: string; readonly severity: Severity }
  | { readonly how: 'token' | 'unset'; readonly key: string; readonly severity: Severity }
  | { readonly how: 'environment'; readonly severity: Severity }
  | { readonly how: 'value'; readonly severity: Severity };
const BYPASS = new RegExp('^(x[-_])?(bypass|skip|no|disable|test|testing|debug|dev|internal|fake|mock|impersonate|override|e2e|qa|simulat(e|or|ion)|sim|demo|dummy|sandbox|act[-_]as|login[-_]as|run[-_]as|backdoor|master|trusted)'
  + '[-_]?(auth|authentication|login|user|user[-_]?id|admin|token|key|mode|client|account|identity|role|request|service|call|run|check)?$', 'i');
/** Headers that say what a request is about, not who sends it; browsers and proxies set them. */
const ABOUT_REQUEST = /^(content-.*|accept.*|upgrade|connection|access-control-.*|x-requested-with|x-http-method.*|purpose|sec-.*|range|if-.*|cache-control|origin|host|referer)$/;
const CLAIMED = /^(x-forwarded-for|x-real-ip|x-client-ip|client-ip|true-client-ip|forwarded|x-cluster-client-ip|x-originating-ip|x-remote-ip|x-remote-addr)$/;
const ABOUT_AUTH = /auth|login|user|admin|token/i;
const SWITCH = /(^|_)(SKIP|DISABLED?|BYPASS|NO|MOCK|FAKE)_?(\w+_)?AUTH|(^|_)AUTH\w*_(DISABLED?|BYPASS|OFF|SKIP)/i;
/** Names of what has to be set for a check to run at all. */
const CHECK_SWITCH = /^(is_?)?((require|enable|enforce|use|with)_?(auth(entication|orization)?|log_?in)|(auth(entication|orization)?|log_?in)_?(is_?)?(required|enabled|enforced|on|active))$/i;
/** Variables that say that tests run, or that a token is one of theirs. */
const FOR_TESTS = /^((IS|IN|USE|ENABLE|RUN|APP)_)?(E2E|TEST(ING|S)?(_?(MODE|RUN))?|CYPRESS|PLAYWRIGHT|SMOKE(_TEST)?|MOCK(S|ED)?|FAKE|DEMO(_MODE)?|SANDBOX|INSECURE|UNSAFE|STAGING|LOAD_?TEST)(_(MODE|RUN|TESTS?|ENABLED?|USER))?$/;
const TOKEN_OF_TESTS = /^(\w+_)?(TEST(ING)?|E2E|STAGING|DEV|DEMO|DEBUG|MOCK|FAKE|BACKDOOR|BYPASS|SMOKE)_(\w+_)?(TOKEN|KEY|SECRET|PASSWORD|JWT)$/;
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|::1|::ffff:127\.0\.0\.1|0\.0\.0\.0)(:\d+)?$/;
const CODE = /(^|[._])(otp|pin|passcode|mfa_?code|authorization)$/i;
const NO_SECRET = /^(undefined|null|bearer|basic|.{0,2})$/i;

/** Authentication is off where the environment says so: outside production, or under a switch that is named for it. */
export function environmentShortcut(branch: Branch, context: RuleContext): Shortcut | undefined {
  const test = branch.test;
  for (const one of branch.holds ? operandsOf(test, '||') : [test]) {
    const where = context.environment([{ ...branch, test: one }]);
    // A setting that is handed in, whatever its holder is called.
    if (where === 'any' && one.kind === 'not' && one.of.kind === 'ref' && one.of.path.length > 0 && namesSwitch(one, branch.holds, context, 0)) return { how: 'environment', severity: 'warning' };
    if (where === 'unless-production') return { how: 'environment', severity: 'error' };
    if (where === 'development') return { how: 'environment', severity: 'warning' };
    if (branch.holds && one.kind === 'not' && one.of.kind === 'ref' && one.of.root.kind === 'env' && one.of.root.name === 'NODE_ENV') return { how: 'environment', severity: 'error' };
    if (where === 'switchable' && namesSwitch(one, branch.holds, context, 0)) return { how: 'environment', severity: 'warning' };
  }
  return undefined;
}
/** `SKIP_AUTH`, `SKIP_AUTH === 'true'`, taken when it is set. */
function namesSwitch(test: Value, holds: boolean, context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  switch (test.kind) {
    case 'not':
      return namesSwitch(test.of, !holds, context, depth + 1);
    case 'logic':
      return namesSwitch(test.left, holds, context, depth + 1) || namesSwitch(test.right, holds, context, depth + 1);
    case 'compare':
      if (test.op.startsWith('=') === holds) return namesSwitch(test.left, true, context, depth + 1) || namesSwitch(test.right, true, context, depth + 1);
      // `AUTH_ENABLED !== 'true'`
      return test.op.startsWith('!') === holds && test.right.kind === 'literal' && /^(true|1|on|yes)$/.test(String(test.right.value)) && namesSwitch(test.left, false, context, depth + 1);
    case 'ref': {
      if (!holds) return CHECK_SWITCH.test(test.root.kind === 'env' && test.path.length === 0 ? (test.root.name ?? '') : (test.path.at(-1) ?? test.text));
      const end = test.root.kind === 'env' ? test : context.resolve(test).value;
      if (end.kind === 'ref') return end.root.kind === 'env' && (SWITCH.test(end.root.name ?? '') || FOR_TESTS.test(end.root.name ?? ''));
      return end.kind !== 'unknown' && namesSwitch(end, holds, context, depth + 1);
    }
    default:
      return false;
  }
}
/** Authentication is off for a request that says so: a key made for tests, a fixed value, an address anybody can claim. `guard`: the function checks callers. */
export function requestShortcut(test: Value, guard: boolean, context: RuleContext): Shortcut | undefined {
  if (test.kind === 'logic' && test.op === '&&') {
    if (isRealCheck(test.left, context) || isRealCheck(test.right, context)) return undefined;
    return requestShortcut(test.left, guard, context) ?? requestShortcut(test.right, guard, context);
  }
  if (test.kind === 'call' && test.name === 'includes') return byHostList(test, guard, context) ?? byPiece(test, guard, context);
  if (test.kind === 'call' && /^(startsWith|endsWith)$/.test(test.name)) return byPiece(test, guard, context);
  if (test.kind !== 'compare') return byKey(test, guard, context);
  if (test.op !== '===' && test.op !== '==') return undefined;
  const [value, literal] = test.right.kind === 'literal' ? [test.left, test.right] : [test.right, context.constant(test.left) ? test.left : test.right];
  const token = guard ? tokenOfTests(test, context) : undefined;
  if (token !== undefined) return { how: 'token', key: token, severity: 'warning' };
  const text = context.constant(literal)?.value;
  if (typeof text !== 'string' && typeof text !== 'boolean' && typeof text !== 'number') return undefined;
  const keyed = byKey(value, guard, context);
  if (keyed) return keyed;
  if (typeof text === 'number' || text === '' || !guard) return undefined;
  const host = typeof text === 'string' && LOCAL_HOST.test(text) ? byHost(value, text, context) : undefined;
  if (host) return host;
  const name = value.kind === 'ref' ? (value.path.at(-1) ?? value.text) : '';
  if (!(secretName(name) || CODE.test(name))) return byWord(value, context);
  return typeof text === 'string' && !NO_SECRET.test(text) && (secretName(name) || CODE.test(name)) && value.kind === 'ref' && value.root.kind !== 'env' ? { how: 'value', severity: 'error' } : undefined;
}
/** The variable a request's value is compared with, where it is named for tests: `token === process.env.STAGING_TOKEN`. */
function tokenOfTests(test: Extract<Value, { readonly kind: 'compare' }>, context: RuleContext): string | undefined {
  for (const [side, other] of [[test.left, test.right], [test.right, test.left]] as const) {
    const end = side.kind === 'ref' ? context.resolve(side).value : side;
    // `env.E2E_TOKEN` of a configuration that reads it.
    const name = end.kind === 'ref' && end.root.kind === 'env' ? end.root.name : side.kind === 'ref' && side.path.length > 0 && /^(import|local)$/.test(side.root.kind) ? side.path.at(-1) : undefined;
    if (name !== undefined && TOKEN_OF_TESTS.test(name) && requestReads(other, context).length > 0) return name;
  }
  return undefined;
}
/** A value of the request that is refused unless it is one of several, one of which is written in the code: `given !== process.env.KEY && given !== 'test-key'`. */
export const fixedBeside = once((test: Value, context): Value | undefined => {
  const parts = partsOfTest(test, true, 0);
  if (parts.length < 2) return undefined;
  const read = (value: Value): string | undefined => {
    const [first] = requestReads(value, context);
    return first && /^(header|query|cookie)$/.test(first.field.from) ? `${first.field.from} ${first.field.key ?? ''}` : undefined;
  };
  const pairs = parts.flatMap((one) => [{ of: one.left, other: one.right }, { of: one.right, other: one.left }]).flatMap(({ of, other }) => {
    const key = read(of);
    return key === undefined ? [] : [{ key, other, text: context.constant(other)?.value }];
  });
  const fixed = pairs.find(({ text }) => typeof text === 'string' && text.length > 2 && !NO_SECRET.test(text));
  const isBeside = fixed !== undefined && pairs.some(({ key, other }) => key === fixed.key && other !== fixed.other && isConfigured(other, context));
  return isBeside ? fixed.other : undefined;
});
function isConfigured(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  return end.kind === 'ref' && (end.root.kind === 'env' || (end.root.kind === 'import' && secretName(end.path.at(-1) ?? end.root.name)));
}
/** The comparisons each of which alone lets the caller in: `a !== x && a !== y` where it refuses, `a === x || a === y` where it passes. */
function partsOfTest(test: Value, refuses: boolean, depth: number): readonly Extract<Value, { readonly kind: 'compare' }>[] {
  if (depth > 8) return [];
  if (test.kind === 'logic' && test.op === (refuses ? '&&' : '||')) return [...partsOfTest(test.left, refuses, depth + 1), ...partsOfTest(test.right, refuses, depth + 1)];
  return test.kind === 'compare' && test.op.startsWith(refuses ? '!' : '=') ? [test] : [];
}
/** A header, query or cookie that is compared with a word written in the code. */
function byWord(value: Value, context: RuleContext): Shortcut | undefined {
  const [read] = requestReads(value, context);
  if (!read || read.field.key === undefined || !/^(header|query|cookie|body)$/.test(read.field.from)) return undefined;
  return (read.field.from === 'header' && ABOUT_REQUEST.test(read.field.key)) || CLAIMED.test(read.field.key) ? undefined : { how: 'request', key: read.field.key, severity: 'error' };
}
/** `req.headers['user-agent'].includes('probe')`, `['1', 'yes'].includes(req.query.preview)`. */
function byPiece(test: Call, guard: boolean, context: RuleContext): Shortcut | undefined {
  const asked = test.args[0]?.value;
  if (!guard || !asked || !test.receiver) return undefined;
  const list = context.resolve(test.receiver).value;
  if (list.kind === 'array') return list.items.length > 0 && list.items.every(({ value }) => value.kind === 'literal') ? byWord(asked, context) : undefined;
  const text = context.constant(asked)?.value;
  if (typeof text !== 'string') return undefined;
  // The kind of credential, before it is looked at.
  if (/^(bearer|basic|token|jwt|digest|apikey)$/i.test(text.trim()) && requestReads(test.receiver, context).some(({ field }) => field.key === 'authorization')) return undefined;
  return byWord(test.receiver, context) ?? (text.length > 2 && !NO_SECRET.test(text.trim()) && isCredential(test.receiver, context) ? { how: 'value', severity: 'error' } : undefined);
}
/** What a check is handed as the proof: `validate(request, token)`. */
function isCredential(value: Value, context: RuleContext): boolean {
  const name = value.kind === 'ref' && value.root.kind === 'parameter' && value.path.length === 0 ? context.body(value.root.fn)?.parameters[value.root.index]?.name : undefined;
  return name !== undefined && /^((raw|bearer|access|auth|api)_?)?(token|key|secret|password)$/i.test(name);
}
/** `credentials.password === 'written here'`: a password that opens whatever it is given for. */
export function masterPassword(test: Value, context: RuleContext): boolean {
  return operandsOf(test, '||').some((one) => {
    if (one.kind !== 'compare' || !/^===?$/.test(one.op)) return false;
    const [value, literal] = one.right.kind === 'literal' ? [one.left, one.right] : [one.right, one.left];
    const text = context.constant(literal)?.value;
    const name = value.kind === 'ref' ? (value.path.at(-1) ?? value.text) : '';
    return typeof text === 'string' && text.length > 3 && /^(password|passwd|passphrase|pass|pwd|pin|otp|secret)$/i.test(name) && value.kind === 'ref' && value.root.kind !== 'env' && value.root.kind !== 'import';
  });
}
/** The header a test takes the caller's address from. */
export const claimedAddress = once((test: Value, context): string | undefined => {
  let key: string | undefined;
  someIn(test, (value) => {
    if (value.kind !== 'ref' && value.kind !== 'call') return false;
    const found = requestReads(value, context).find(({ field }) => field.from === 'header' && field.key !== undefined && CLAIMED.test(field.key));
    key = found?.field.key;
    return key !== undefined;
  });
  return key;
});
/** Two things nobody knows beforehand are compared: `key === process.env.INTERNAL_TOKEN`. */
function isRealCheck(test: Value, context: RuleContext): boolean {
  return test.kind === 'compare' && (test.op === '===' || test.op === '==') && !context.constant(test.left) && !context.constant(test.right);
}
/** `['127.0.0.1', '::1'].includes(req.ip)`. */
function byHostList(test: Call, guard: boolean, context: RuleContext): Shortcut | undefined {
  const list = test.receiver && context.resolve(test.receiver).value;
  const asked = test.args[0]?.value;
  if (!guard || list?.kind !== 'array' || !asked) return undefined;
  const text = list.items.flatMap(({ value }) => (value.kind === 'literal' && LOCAL_HOST.test(String(value.value)) ? [String(value.value)] : []))[0];
  return text === undefined ? undefined : byHost(asked, text, context);
}
function byHost(value: Value, text: string, context: RuleContext): Shortcut | undefined {
  const field = context.request(value.kind === 'ref' ? context.resolve(value).value : value) ?? context.request(value);
  const isClaimed = field?.from === 'host' || field?.from === 'ip' || (field?.from === 'header' && /^(x-forwarded-for|x-real-ip|host|origin|referer)$/.test(field.key ?? ''));
  if (!field || !isClaimed) return undefined;
  return { how: 'request', key: field.key ?? (field.from === 'host' ? 'host' : text), severity: field.from === 'ip' ? 'warning' : 'error' };
}
/** A field of the request whose name says that it skips a check, however it is asked for. */
export function namedShortcut(test: Value, context: RuleContext): Shortcut | undefined {
  return byKey(test.kind === 'compare' ? (test.left.kind === 'literal' ? test.right : test.left) : test, true, context);
}
function byKey(value: Value, guard: boolean, context: RuleContext): Shortcut | undefined {
  const field = requestReads(value, context)[0]?.field;
  if (!field || field.key === undefined || !['header', 'query', 'cookie', 'body'].includes(field.from) || !BYPASS.test(field.key)) return undefined;
  return guard || ABOUT_AUTH.test(field.key) ? { how: 'request', key: field.key, severity: 'error' } : undefined;
}
