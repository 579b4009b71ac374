import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asScalar, asText, entriesOf, isTrue, valueAt, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import type { Change, RuleContext, Severity } from '../rule.js';
import { originNamed, type ConfigRisk } from './config-risk.js';
import { firebaseRisks } from './firebase-risks.js';
import { unasked } from './gateway-authorizers.js';
import { appVariables, endedRuntime, openEmulators, plainTarget, resourcePolicies, secretIn, statements, toldHeaders, variables } from './platform-risks.js';

const ORIGINS = 'Any website may call these functions. Name the allowed origins.';
const COOKIES = "Any website may call these functions with the visitor's cookies. Name the allowed origins.";
const UNDECIDED = { refused: 'Who may call it, only its author knows.' };
const STATIC = /font|static|assets|images?|img|media|woff|\.(js|css|svg|png|ico|json|txt|xml|ics|webmanifest)\b|_next|\.well-known|embed|widget|badge|rss|feed/i;
const MUTATING = /^(post|put|patch|delete)$/i;
type Key = readonly (string | number)[];

/** What the configuration of a platform opens before any code runs. */
export function* gatewayRisks(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  switch (file.kind) {
    case 'serverless': yield* serverless(file, context); yield* unasked(file); break;
    case 'sam': yield* template(file, context); yield* unasked(file); break;
    case 'vercel': yield* vercel(file, context); break;
    case 'firebase': yield* headers(file, context); yield* openEmulators(file); yield* firebaseRuntimes(file, context); break;
    case 'firebase-rules': case 'firebase-database': yield* firebaseRisks(file, context); break;
    case 'heroku': yield* appVariables(file); break;
    case 'netlify': yield* netlify(file, context); break;
    default:
  }
}

/** An origin that lets every page in, and its repair. */
function open(at: At, subject: string, cookies: boolean, repair: ConfigRisk['repair'], severity: Severity = 'warning'): ConfigRisk {
  return { at, subject, severity: cookies ? 'error' : severity, message: cookies ? COOKIES : ORIGINS, repair };
}
/** The short form `cors: true` written out. */
function spelled(file: Settings, key: Key, under: 'origin' | 'allowedOrigins', context: RuleContext): ConfigRisk['repair'] {
  const origin = context.policy('cors').origins[0] ?? 'https://app.example.com';
  const change: Change = { do: 'set', path: file.path, key, value: { [under]: under === 'origin' ? origin : [origin] } };
  return { title: 'Name the allowed origin', ...(context.policy('cors').origins.length === 0 ? { manual: true } : {}), changes: [change] };
}
function* serverless(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  const provider = valueOf(file.root, 'provider');
  yield* variables(valueOf(provider, 'environment'), 'provider');
  yield* endedRuntime(valueOf(provider, 'runtime'), 'provider', context);
  yield* statements(valueAt(provider, 'iam', 'role', 'statements'), 'role');
  yield* statements(valueOf(provider, 'iamRoleStatements'), 'role');
  yield* corsOf(valueAt(provider, 'httpApi', 'cors'), ['provider', 'httpApi', 'cors'], 'allowedOrigins', { file, context });
  for (const { key: name, value: fn } of entriesOf(valueOf(file.root, 'functions'))) {
    yield* variables(valueOf(fn, 'environment'), name);
    yield* endedRuntime(valueOf(fn, 'runtime'), name, context);
    yield* statements(valueOf(fn, 'iamRoleStatements'), name);
    yield* address(name, fn, { file, context });
    for (const [index, { value: event }] of (asArray(valueOf(fn, 'events'))?.items ?? []).entries())
      for (const kind of ['http', 'httpApi'] as const) {
        const value = valueOf(event, kind);
        if (value) yield* route(name, kind, value, ['functions', name, 'events', index, kind], { file, context });
      }
  }
  yield* buckets(valueAt(file.root, 'resources', 'Resources'));
  yield* resourcePolicies(valueAt(file.root, 'resources', 'Resources'));
}
interface Here {
  readonly file: Settings;
  readonly context: RuleContext;
}
/** `cors: true`, `cors: '*'`, `cors: { origin: '*' }` and the lists of either. */
function* corsOf(cors: Value | undefined, key: Key, under: 'origin' | 'allowedOrigins', { file, context }: Here): Iterable<ConfigRisk> {
  if (!cors) return;
  const subject = key.slice(0, 2).join(' ');
  if (isTrue(cors)) {
    yield open(cors.at, `${subject} cors`, false, spelled(file, key, under, context));
    return;
  }
  const cookies = ['allowCredentials', 'AllowCredentials'].some((name) => isTrue(valueOf(cors, name)));
  for (const name of ['origin', 'origins', 'allowedOrigins']) {
    const origin = valueOf(cors, name);
    for (const one of origin?.kind === 'array' ? origin.items.map((item) => item.value) : origin ? [origin] : [])
      if (asText(one) === '*') yield open(one.at, `${subject} cors`, cookies, originNamed(one.at, "'", context));
  }
}
function* address(name: string, fn: Value, here: Here): Iterable<ConfigRisk> {
  const url = valueOf(fn, 'url');
  const authorizer = valueOf(url, 'authorizer');
  const message = `Everyone can call '${name}' at its own address. Ask for aws_iam, or check callers in the function.`;
  if (authorizer && asText(authorizer) === 'none') yield { at: authorizer.at, subject: `${name} url`, severity: 'warning', message, repair: UNDECIDED };
  else if (url && isTrue(url)) yield { at: url.at, subject: `${name} url`, severity: 'info', message, repair: UNDECIDED };
  yield* corsOf(valueOf(url, 'cors'), ['functions', name, 'url', 'cors'], 'allowedOrigins', here);
}
function* route(name: string, kind: 'http' | 'httpApi', value: Value, key: Key, here: Here): Iterable<ConfigRisk> {
  const text = asText(value);
  const method = valueOf(value, 'method');
  const short = text === undefined ? asText(method) : text.trim().split(/\s+/)[0];
  // `httpApi: '*'` stands for whatever no other route takes.
  if (short !== undefined && /^(any|\*)$/i.test(short))
    yield { at: (method ?? value).at, subject: `${name} ${kind} method`, severity: 'warning', message: `'${name}' answers every method. List the methods it is made for.`, repair: { refused: 'Which methods it is made for, only its author knows.' } };
  if (kind === 'http') yield* corsOf(valueOf(value, 'cors'), [...key, 'cors'], 'origin', here);
  const authorizer = valueOf(value, 'authorizer');
  if (authorizer && /^none$/i.test(asText(authorizer) ?? '') && MUTATING.test(short ?? ''))
    yield { at: authorizer.at, subject: `${name} authorizer`, severity: 'warning', message: `'${name}' changes data and asks nobody who he is before it runs. Give it an authorizer.`, repair: UNDECIDED };
  const open = valueOf(value, 'private');
  if (open && asScalar(open)?.value === false && !valueOf(value, 'authorizer') && MUTATING.test(short ?? ''))
    yield { at: open.at, subject: `${name} private`, severity: 'info', message: `'${name}' changes data and asks nobody who he is before it runs. Give it an authorizer.`, repair: UNDECIDED };
}
function* buckets(resources: Value | undefined): Iterable<ConfigRisk> {
  for (const { key, value } of entriesOf(resources)) {
    const access = valueAt(value, 'Properties', 'AccessControl');
    const text = asText(access);
    if (access && text !== undefined && /^Public(Read|ReadWrite)$/.test(text))
      yield {
        at: access.at, subject: `${key} acl`, severity: 'error', message: `Everyone can ${text === 'PublicRead' ? 'read' : 'read and replace'} what '${key}' holds. Make it private, and hand out signed addresses.`,
        repair: { title: 'Make it private', changes: [{ do: 'replace', at: access.at, code: ['Private'] }] },
      };
  }
}

function* template(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  for (const kind of ['Api', 'HttpApi']) yield* origins(valueAt(file.root, 'Globals', kind), `Globals ${kind}`, context);
  yield* variables(valueAt(file.root, 'Globals', 'Function', 'Environment', 'Variables'), 'Globals');
  const resources = valueOf(file.root, 'Resources');
  yield* endedRuntime(valueAt(file.root, 'Globals', 'Function', 'Runtime'), 'Globals', context);
  for (const { key, value } of entriesOf(resources)) {
    const properties = valueOf(value, 'Properties');
    yield* origins(properties, key, context);
    yield* variables(valueAt(properties, 'Environment', 'Variables'), key);
    yield* endedRuntime(valueOf(properties, 'Runtime'), key, context);
    for (const { value: policy } of asArray(valueOf(properties, 'Policies'))?.items ?? []) yield* statements(valueOf(policy, 'Statement'), key);
    const auth = valueAt(properties, 'FunctionUrlConfig', 'AuthType');
    if (auth && asText(auth) === 'NONE') yield { at: auth.at, subject: `${key} url`, severity: 'warning', message: `Everyone can call '${key}' at its own address. Ask for AWS_IAM, or check callers in the function.`, repair: UNDECIDED };
    yield* origins(valueOf(properties, 'FunctionUrlConfig'), `${key} url`, context);
    for (const event of entriesOf(valueOf(properties, 'Events'))) {
      const method = valueAt(event.value, 'Properties', 'Method');
      const authorizer = valueAt(event.value, 'Properties', 'Auth', 'Authorizer');
      if (authorizer && asText(authorizer) === 'NONE' && MUTATING.test(asText(method) ?? ''))
        yield { at: authorizer.at, subject: `${key} ${event.key} authorizer`, severity: 'warning', message: `'${key}' changes data and asks nobody who he is before it runs. Give it an authorizer.`, repair: UNDECIDED };
      if (method && /^(any|\*)$/i.test(asText(method) ?? '') && /Api$/.test(asText(valueOf(event.value, 'Type')) ?? ''))
        yield { at: method.at, subject: `${key} ${event.key} method`, severity: 'warning', message: `'${key}' answers every method. List the methods it is made for.`, repair: { refused: 'Which methods it is made for, only its author knows.' } };
    }
  }
  yield* buckets(resources);
  yield* resourcePolicies(resources);
}
/** `Cors: "'*'"`, `Cors: { AllowOrigin: "'*'" }` and `CorsConfiguration: { AllowOrigins: ['*'] }`. */
function* origins(holder: Value | undefined, subject: string, context: RuleContext): Iterable<ConfigRisk> {
  for (const name of ['Cors', 'CorsConfiguration']) {
    const cors = valueOf(holder, name);
    const cookies = isTrue(valueOf(cors, 'AllowCredentials'));
    const plain = asText(cors) === undefined ? valueOf(cors, 'AllowOrigin') : cors;
    if (plain && /^'?\*'?$/.test(asText(plain) ?? '')) yield open(plain.at, `${subject} cors`, cookies, originNamed(plain.at, `"'`, context));
    for (const { value } of asArray(valueOf(cors, 'AllowOrigins'))?.items ?? []) if (asText(value) === '*') yield open(value.at, `${subject} cors`, cookies, originNamed(value.at, "'", context));
  }
}

function* vercel(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  yield* headers(file, context);
  for (const environment of [valueOf(file.root, 'env'), valueAt(file.root, 'build', 'env')]) yield* variables(environment, 'env');
  for (const [key, target] of [['rewrites', 'destination'], ['routes', 'dest']] as const)
    for (const { value } of asArray(valueOf(file.root, key))?.items ?? []) yield* plainTarget(valueOf(value, target), key);
}
function* firebaseRuntimes(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  const functions = valueOf(file.root, 'functions');
  for (const value of asArray(functions)?.items.map((item) => item.value) ?? (functions ? [functions] : [])) yield* endedRuntime(valueOf(value, 'runtime'), 'functions', context);
}
/** `headers: [{ source, headers: [{ key, value }] }]` of Vercel and Firebase. */
function* headers(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  const hosting = valueOf(file.root, 'hosting');
  const holders = file.kind === 'firebase' ? (asArray(hosting)?.items.map((item) => item.value) ?? [hosting]) : [file.root];
  for (const holder of holders)
    for (const { value: block } of asArray(valueOf(holder, 'headers'))?.items ?? []) {
      const set = (asArray(valueOf(block, 'headers'))?.items ?? []).map(({ value }) => ({ name: asText(valueOf(value, 'key')) ?? '', value: valueOf(value, 'value') }));
      yield* fromPairs(asText(valueOf(block, 'source')) ?? asText(valueOf(block, 'regex')) ?? '', set, context);
    }
}
function* netlify(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  for (const { value: block } of asArray(valueOf(file.root, 'headers'))?.items ?? []) {
    const set = entriesOf(valueOf(block, 'values')).map(({ key, value }) => ({ name: key, value }));
    yield* fromPairs(asText(valueOf(block, 'for')) ?? '', set, context);
  }
  yield* variables(valueAt(file.root, 'build', 'environment'), 'build');
  yield* endedRuntime(valueAt(file.root, 'build', 'environment', 'NODE_VERSION'), 'build', context);
  for (const { key, value } of entriesOf(valueOf(file.root, 'context'))) {
    if (key === 'production') yield* variables(valueOf(value, 'environment'), key);
    else for (const entry of entriesOf(valueOf(value, 'environment'))) yield* secretIn(entry.key, entry.value, key);
  }
  for (const { value } of asArray(valueOf(file.root, 'redirects'))?.items ?? []) if (asScalar(valueOf(value, 'status'))?.value === 200) yield* plainTarget(valueOf(value, 'to'), 'redirects');
}
function* fromPairs(source: string, set: readonly { readonly name: string; readonly value: Value | undefined }[], context: RuleContext): Iterable<ConfigRisk> {
  yield* toldHeaders(source, set);
  const found = (name: RegExp): Value | undefined => set.find((one) => name.test(one.name))?.value;
  const origin = found(/^access-control-allow-origin$/i);
  if (!origin || asText(origin)?.trim() !== '*' || STATIC.test(source)) return;
  const isApi = /(^|[/(|])(api|graphql|trpc|rest|functions|v\d)\b/i.test(source);
  const cookies = String(asScalar(found(/^access-control-allow-credentials$/i))?.value).toLowerCase() === 'true';
  yield open(origin.at, `headers ${source}`, cookies, originNamed(origin.at, '"', context), isApi ? 'warning' : 'info');
}
