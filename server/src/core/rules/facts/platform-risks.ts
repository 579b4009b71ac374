import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asScalar, asText, entriesOf, isTrue, valueAt, valueOf } from '../../openapi/values.js';
import type { RuleContext } from '../rule.js';
import { nodeReleases } from './abandoned.js';
import type { ConfigRisk } from './config-risk.js';
import { settingSecret } from './config-secrets.js';
import { hostClass, splitUrl } from './hosts.js';
import { settingFault } from './setting-faults.js';

const BY_OPERATOR = { refused: 'Where the secret is to be kept, only the operator knows.' };
const BY_AUTHOR = { refused: 'Which rights it needs, only its author knows.' };
/** The support of these lines had ended when the rows were made, whatever day it is. */
const ROWS_MADE = '2026-01-01';

/** Keys of signatures: each copy needs one of its own, so that any value at all is a fault. */
const SIGNS = /(^|_)(SESSION|COOKIE|JWT)_?(SECRET|KEYS?|SIGNING_KEY)$/i;
/** Secrets and settings among the variables a platform gives a program. */
export function* variables(environment: Value | undefined, subject: string): Iterable<ConfigRisk> {
  for (const { key, value } of entriesOf(environment)) {
    const text = asScalar(value)?.value;
    if (text === undefined || text === null) continue;
    yield* secretIn(key, value, subject);
    yield* faultIn(key, String(text), value, subject);
  }
}
function* faultIn(key: string, text: string, { at }: Value, subject: string): Iterable<ConfigRisk> {
  const fault = settingFault(key, text);
  if (fault) yield { at, subject: `${subject} ${key}`, severity: fault.severity, message: fault.message, repair: { refused: 'The file may be for another stage of the service.' } };
}
/** One variable that is written down though it is a secret. */
export function* secretIn(key: string, value: Value, subject: string): Iterable<ConfigRisk> {
  const text = asText(value);
  if (text === undefined || text.startsWith('@') || settingSecret(key, text) !== 'secret') return;
  yield {
    at: value.at, subject: `${subject} ${key}`, severity: 'error', message: `'${key}' is written down for everyone who can read this file. Take it from the secrets of the platform, and change it.`,
    repair: BY_OPERATOR,
  };
}
/** `env` of an `app.json`: what every copy of the application is given at first. */
export function* appVariables(file: Settings): Iterable<ConfigRisk> {
  for (const { key, value } of entriesOf(valueOf(file.root, 'env'))) {
    const given = value.kind === 'object' ? valueOf(value, 'value') : value;
    const text = asText(given);
    if (!given || text === undefined) continue;
    const kind = settingSecret(key, text) ?? (SIGNS.test(key) && !/^\d{0,8}$|^(true|false)$/i.test(text) ? 'weak' : undefined);
    if (kind)
      yield {
        at: given.at, subject: `env ${key}`, severity: kind === 'weak' ? 'warning' : 'error', repair: BY_OPERATOR,
        message: `'${key}' is the same in every copy of this application, for everyone who can read this file. Let the platform make it with "generator": "secret", and change it.`,
      };
    else yield* faultIn(key, text, given, 'env');
  }
}
/** A line of Node that gets no fixes any more, as platforms name it: `nodejs14.x`, `nodejs14`, `14`. */
export function* endedRuntime(value: Value | undefined, subject: string, context: RuleContext): Iterable<ConfigRisk> {
  const major = Number(/^(?:nodejs)?(\d{1,3})(?:\.x|\.\d{1,4}(?:\.\d{1,4})?)?$/.exec(String(asScalar(value)?.value ?? ''))?.[1] ?? NaN);
  if (!value || Number.isNaN(major)) return;
  const line = nodeReleases.find((one) => one.major === major);
  const today = context.today() > ROWS_MADE ? context.today() : ROWS_MADE;
  if (line ? line.ends > today : major > (nodeReleases[0]?.major ?? 0)) return;
  const since = line ? `since ${line.ends}` : 'any more';
  yield {
    at: value.at, subject: `${subject} runtime`, severity: 'warning', message: `Node ${major} gets no security fixes ${since}: holes found later stay open. Move to a line of releases that is supported.`,
    repair: { refused: 'Which line of releases the program runs on has to be tried.' },
  };
}
/** Statements of rights: everything on everything, for a program; or anybody, for what is stored. */
export function* statements(list: Value | undefined, subject: string): Iterable<ConfigRisk> {
  for (const statement of asArray(list)?.items.map((item) => item.value) ?? (list ? [list] : [])) {
    if (asText(valueOf(statement, 'Effect')) !== 'Allow') continue;
    const action = valueOf(statement, 'Action');
    const actions = texts(action);
    const wide = actions.find(({ text }) => text === '*' || text === '*:*');
    if (wide && texts(valueOf(statement, 'Resource')).some(({ text }) => text === '*'))
      yield { at: wide.at, subject: `${subject} rights`, severity: 'warning', message: 'A break-in into a function owns the whole account, because it may do everything to everything. List the actions and resources it needs.', repair: BY_AUTHOR };
    const broad = wide ? undefined : actions.find(({ text }) => WHOLE.test(text));
    if (broad && texts(valueOf(statement, 'Resource')).some(({ text }) => text === '*') && !valueOf(statement, 'Condition') && !valueOf(statement, 'Principal'))
      yield { at: broad.at, subject: `${subject} ${broad.text}`, severity: 'warning', message: `A break-in into a function may do anything with all that ${broad.text.split(':')[0] ?? ''} keeps in the account. List the actions and resources it needs.`, repair: BY_AUTHOR };
    const principal = valueOf(statement, 'Principal');
    const anybody = [...texts(principal), ...texts(valueOf(principal, 'AWS'))].find(({ text }) => text === '*');
    const writes = actions.find(({ text }) => text === '*' || /^[\w-]{1,40}:(\*|Put|Delete|Send|Publish|Create|Update|Write|Receive|Purge)/.test(text));
    if (anybody && writes && !valueOf(statement, 'Condition'))
      yield { at: anybody.at, subject: `${subject} principal`, severity: 'error', message: `Everyone may call ${writes.text} here, without an account. Name who may.`, repair: { refused: 'Who may, only its author knows.' } };
  }
}
const WHOLE = /^(s3|dynamodb|iam|sts|kms|secretsmanager|ssm|sqs|sns|lambda|rds|ec2|cognito-idp|kinesis):\*$/i;
function texts(value: Value | undefined): readonly { readonly text: string; readonly at: Value['at'] }[] {
  return (asArray(value)?.items.map((item) => item.value) ?? (value ? [value] : [])).flatMap((one) => {
    const text = asText(one);
    return text === undefined ? [] : [{ text, at: one.at }];
  });
}
/** What a platform passes on in the clear to a host of the internet. */
export function* plainTarget(target: Value | undefined, subject: string): Iterable<ConfigRisk> {
  const text = asText(target);
  const url = text === undefined ? undefined : splitUrl(text.replace(/:[a-z]\w{0,30}\*?/gi, 'x'));
  if (!target || url?.scheme !== 'http' || hostClass(url.host) !== 'remote') return;
  yield { at: target.at, subject: `${subject} ${url.host}`, severity: 'warning', message: `Requests are passed on to ${url.host} in the clear, with their cookies and keys. Use https.`, repair: { refused: `Whether ${url.host} answers over https has to be tried.` } };
}
/** Headers of a platform that tell too much, or take a protection away. */
export function* toldHeaders(source: string, set: readonly { readonly name: string; readonly value: Value | undefined }[]): Iterable<ConfigRisk> {
  for (const { name, value } of set) {
    const text = asText(value) ?? '';
    if (value && /^(x-powered-by|server|x-aspnet-version)$/i.test(name) && /\d/.test(text))
      yield { at: value.at, subject: `${source} ${name}`, severity: 'info', message: `'${name}' tells which version answers, and so which holes to try. Remove the header.`, repair: { refused: 'The header goes with its object.' } };
    if (value && /^strict-transport-security$/i.test(name) && /max-age\s{0,5}=\s{0,5}"?0+(?!\d)/i.test(text))
      yield { at: value.at, subject: `${source} hsts`, severity: 'warning', message: 'Browsers forget that this site is to be reached over https only. Give max-age a year.', repair: { refused: 'How long it holds, its author has to say.' } };
  }
}
/** Emulators of developers that answer at every address. */
export function* openEmulators(file: Settings): Iterable<ConfigRisk> {
  for (const { key, value } of entriesOf(valueOf(file.root, 'emulators'))) {
    const host = valueOf(value, 'host');
    if (host && /^(0\.0\.0\.0|::)$/.test(asText(host) ?? ''))
      yield {
        at: host.at, subject: `${key} emulator`, severity: 'info', message: `The ${key} emulator asks nobody who he is, and answers the whole network. Bind it to 127.0.0.1.`,
        repair: { title: 'Bind it to 127.0.0.1', changes: [{ do: 'set', path: file.path, key: ['emulators', key, 'host'], value: '127.0.0.1' }] },
      };
  }
}
/** Policies of buckets and queues in the resources of a template. */
export function* resourcePolicies(resources: Value | undefined): Iterable<ConfigRisk> {
  for (const { key, value } of entriesOf(resources)) {
    if (/^AWS::(S3::BucketPolicy|SQS::QueuePolicy|SNS::TopicPolicy)$/.test(asText(valueOf(value, 'Type')) ?? '')) yield* statements(valueAt(value, 'Properties', 'PolicyDocument', 'Statement'), key);
    yield* databases(key, value);
    if (asText(valueOf(value, 'Type')) === 'AWS::IAM::Role')
      for (const { value: policy } of asArray(valueAt(value, 'Properties', 'Policies'))?.items ?? []) yield* statements(valueAt(policy, 'PolicyDocument', 'Statement'), key);
  }
}
/** Ports that lead to the data of stores. */
const DATA_PORTS: ReadonlySet<unknown> = new Set([5432, 3306, 27017, 6379, 9200, 1433, 11211, 5439]);
/** Databases the internet reaches, and the password of their owner. */
function* databases(name: string, resource: Value): Iterable<ConfigRisk> {
  const type = asText(valueOf(resource, 'Type')) ?? '';
  const properties = valueOf(resource, 'Properties');
  if (/^AWS::(RDS::DB(Instance|Cluster)|Redshift::Cluster)$/.test(type)) {
    const isPublic = valueOf(properties, 'PubliclyAccessible');
    if (isPublic && isTrue(isPublic))
      yield { at: isPublic.at, subject: `${name} public`, severity: 'warning', message: `${name} has an address on the internet. Set it to false, and reach it from inside the network.`, repair: { title: 'Set it to false', changes: [{ do: 'replace', at: isPublic.at, code: ['false'] }] } };
    const encrypted = valueOf(properties, type.includes('Redshift') ? 'Encrypted' : 'StorageEncrypted');
    if (encrypted && asScalar(encrypted)?.value === false)
      yield { at: encrypted.at, subject: `${name} storage`, severity: 'info', message: `Copies of the disk of ${name} can be read by whoever gets one. Encrypt it.`, repair: { refused: 'The database has to be made anew from a copy that is encrypted.' } };
    const password = valueOf(properties, 'MasterUserPassword');
    const text = asText(password);
    if (password && text !== undefined && text !== '' && !/\{\{resolve:|\$\{/.test(text))
      yield { at: password.at, subject: `${name} password`, severity: 'error', message: `The password of the owner of ${name} is written down for everyone who can read this file. Use ManageMasterUserPassword, and change it.`, repair: BY_OPERATOR };
  }
  if (type !== 'AWS::EC2::SecurityGroup') return;
  for (const { value: rule } of asArray(valueOf(properties, 'SecurityGroupIngress'))?.items ?? []) {
    const address = valueOf(rule, 'CidrIp') ?? valueOf(rule, 'CidrIpv6');
    const port = asScalar(valueOf(rule, 'FromPort'))?.value;
    if (address && /^(0\.0\.0\.0|::)\/0$/.test(asText(address) ?? '') && DATA_PORTS.has(Number(port)))
      yield { at: address.at, subject: `${name} ${String(port)}`, severity: 'warning', message: `The whole internet reaches the database on port ${String(port)}. Name the group or the addresses of the services that use it.`, repair: BY_AUTHOR };
  }
}
