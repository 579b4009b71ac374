import { branchOf, type Branch, type FunctionView, type ModuleView, type Step } from '../../model/module.js';
import type { Call, Entry, ObjectValue, Ref, Value } from '../../model/value.js';
import type { Severity } from '../../findings/finding.js';
import { alternatives, type Alternative } from '../facts/alternatives.js';
import { onlyProbes } from '../facts/certificate-probes.js';
import { wordsOf } from '../facts/names.js';
import { setAside } from '../facts/set-aside.js';
import { someIn } from '../facts/walk.js';
import { asideExamples } from '../facts/set-aside-examples.js';
import { ofClients, ofNames } from '../facts/client-certificate-examples.js';
import { rule, type Detection, type Fix, type FixAnswer, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  readonly entry: Entry | undefined;
  readonly inert: boolean;
  /** A server that asks its clients for certificates. */
  readonly server?: boolean;
}
/** Where a value stands: the call it is an argument of, the keys above it, the tests it is under. */
interface Place {
  readonly call: Call | undefined;
  readonly keys: readonly string[];
  readonly when: readonly Branch[];
}
type Found = Detection<Evidence>;
const OFF_WHEN_FALSE: ReadonlySet<string> = new Set(['rejectUnauthorized', 'strictSSL', 'sslValidate']);
const OFF_WHEN_TRUE: ReadonlySet<string> = new Set(['insecureSkipVerify', 'tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames', 'tlsInsecure', 'trustServerCertificate']);
const CONNECTS = /request|got|fetch|axios|grpc|https?|connect|client|agent|pool|redis|mongo|ldap|createTransport|websocket/i;
const SERVER = /(^|\.)(createServer|createSecureServer|Server)$/;
const PROXY = /(^|\.)(createProxyMiddleware|createProxyServer|createProxy|proxy|httpProxy)$|^http-proxy/;
const PROXIES = ['http-proxy-middleware', 'http-proxy', 'http-proxy-3'];
/** Names of switches that say what they do. */
const ASKS = /(allow|accept|trust|use|enable|is)?_?(insecure|unauthori[sz]ed|untrusted|unverified|self_?signed)|(skip|disable|ignore|no)_?(tls|ssl|cert\w{0,12})?_?(verif\w{0,10}|check\w{0,4}|validation)/i;
const ASKED_BY_WORD = /^(no|skip|without)[-_ ]?(verif(y|ication)|check)$|^(insecure|unverified|(allow|accept)?[-_]?self[-_]?signed)$/i;
/** Calls that fill what another object leaves out. */
const FILLS = /^(defaults|defaultsDeep)$/;
const IN_URL = /[?&](sslmode=no-verify|tlsInsecure=true|tlsAllowInvalidCertificates=true|tlsAllowInvalidHostnames=true)(?=&|$)/;

export default rule<'module', Evidence>({
  meta: {
    id: 'tls/verification-disabled',
    title: 'Server certificates are not checked',
    owasp: ['API7:2019', 'API10:2019', 'API8:2023', 'API10:2023'],
    cwe: [295],
    severity: 'error',
    confidence: 'medium',
    topics: ['tls'],
    since: '0.1.0',
    leansOn: ['node/reject-unauthorized', 'node/check-server-identity', 'axios/inert-option'],
    alsoInTests: true,
    whenNotToUse: 'Never for a connection that carries data; suppress a probe that only looks at certificates.',
    references: ['https://nodejs.org/api/tls.html#tlsconnectoptions-callback', 'https://cwe.mitre.org/data/definitions/295.html'],
  },
  on: 'module',
  words: ['rejectunauthorized', 'strictssl', 'sslvalidate', 'insecure', 'tlsallowinvalid', 'trustservercertificate', 'checkserveridentity', 'no-verify', 'secure', 'disabletlscerts'],
  *detect(module, context) {
    const seen = new Set<string>();
    for (const found of everything(module, context)) {
      const key = `${found.at.mark} ${found.at.part?.start ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (found.evidence.server === true && (judgesLater(module) || context.projectUses('judges-certificates'))) continue;
      if (found.evidence.entry && onlyProbes(found.evidence.entry, module)) continue;
      const inTests = context.fileClass(module.path) !== 'source';
      const rest = (found.when ?? []).filter(({ test, holds }) => !saysSo(test, holds));
      const aside = setAside(found.at, module, context) ?? [];
      yield { ...found, ...(inTests || rest.length < (found.when ?? []).length ? { severity: 'info' as const } : {}), when: [...rest, ...aside] };
    }
  },
  explain: ({ inert, server }) => ({
    message: server === true
      ? 'Clients are let in whatever certificate they show: anyone can claim to be one of them. Refuse those without authorized on their socket, or remove the option.'
      : inert
      ? "This option has no effect here: axios takes it from 'httpsAgent' only, and certificates stay checked. Remove it."
      : "Certificate checks are off: anyone between the two services can read or change this traffic. Remove the option, or trust your own CA with 'ca'.",
    why: 'Encryption without a check of the certificate is encryption to whoever answers.',
    remedy: "Remove the option; for a certificate of your own, hand over its CA in 'ca'.",
  }),
  *fix({ at, evidence: { entry, inert } }, context): Iterable<FixAnswer> {
    if (!entry || entry.form !== 'pair') {
      yield { refused: entry ? 'The value stands elsewhere.' : 'This is no entry of an object: what should stand there instead has to be decided.' };
      return;
    }
    const remove: Fix = { title: 'Remove the option', safety: 'review', changes: [{ do: 'remove', at: entry.at, as: 'entry' }] };
    if (entry.key !== 'rejectUnauthorized' || inert) {
      yield remove;
      return;
    }
    const known = context.localName(at.path, 'fs', 'readFileSync') ?? context.localName(at.path, 'node:fs', 'readFileSync');
    const isFree = known !== undefined || context.visible('readFileSync', at) === 'absent';
    if (isFree) {
      yield {
        title: 'Trust a CA',
        safety: 'manual',
        changes: [
          { do: 'replace', at: entry.at, code: [`ca: ${known ?? 'readFileSync'}(`, { slot: 'process.env.CA_FILE' }, ')'] },
          ...(known === undefined ? [{ do: 'import' as const, path: at.path, from: 'node:fs', name: 'readFileSync', as: 'readFileSync' }] : []),
        ],
      };
    }
    yield remove;
  },
  examples: [
    {
      title: 'an agent for outgoing requests',
      bad: `
        import https from 'node:https';
        const agent = new https.Agent({ rejectUnauthorized: false });
        //                                                  ^^^^^ tls/verification-disabled "Certificate checks are off"
        export { agent };
      `,
    },
    {
      title: 'checked only where a variable says so, and superagent',
      bad: `
        import https from 'node:https';
        import pg from 'pg';
        import superagent from 'superagent';
        export const agent = new https.Agent({ rejectUnauthorized: process.env.UPSTREAM_TLS === 'strict' });
        //                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ tls/verification-disabled
        const verify = !!process.env.DB_VERIFY;
        export const pool = new pg.Pool({ ssl: { rejectUnauthorized: verify } });
        //                                                           ^^^^^^ tls/verification-disabled
        export const send = (doc) => superagent.post('https://in.example.com/docs').disableTLSCerts().send(doc);
        //                                                                          ^^^^^^^^^^^^^^^ tls/verification-disabled
      `,
    },
    {
      title: 'checked unless a variable says otherwise, and in production',
      good: `
        import https from 'node:https';
        export const one = new https.Agent({ rejectUnauthorized: process.env.UPSTREAM_TLS !== 'off' });
        export const two = new https.Agent({ rejectUnauthorized: process.env.NODE_ENV === 'production' });
        export const three = new https.Agent({ rejectUnauthorized: process.env.APP_STAGE === 'live' });
      `,
    },
    {
      title: 'an option set later',
      bad: `
        import https from 'node:https';
        const options = { hostname: 'api.example.com' };
        options.rejectUnauthorized = false;
        //                           ^^^^^ tls/verification-disabled
        https.request(options).end();
      `,
    },
    {
      title: 'options of one request',
      bad: `
        import got from 'got';
        export const load = (url) => got(url, { https: { rejectUnauthorized: false } });
        //                                                                   ^^^^^ tls/verification-disabled
      `,
    },
    {
      title: 'an exported configuration, and the word of another library',
      bad: `
        export default { type: 'mssql', options: { encrypt: true, trustServerCertificate: true } };
        //                                                                                ^^^^ tls/verification-disabled
      `,
      fixed: `
        export default { type: 'mssql', options: { encrypt: true } };
      `,
    },
    {
      title: 'an identity check that accepts everything',
      bad: `
        import tls from 'node:tls';
        tls.connect({ host, checkServerIdentity: () => null });
        //                                             ^^^^ tls/verification-disabled
      `,
    },
    {
      title: 'a connection string',
      bad: `
        import { Client } from 'pg';
        export const client = new Client({ connectionString: 'postgres://db.example.com/app?sslmode=no-verify' });
        //                                                                                  ^^^^^^^^^^^^^^^^^ tls/verification-disabled
      `,
    },
    {
      title: 'a proxy to an https target',
      bad: `
        import { createProxyMiddleware } from 'http-proxy-middleware';
        export const proxy = createProxyMiddleware({ target: 'https://api.example.com', secure: false });
        //                                                                                      ^^^^^ tls/verification-disabled
      `,
    },
    {
      title: 'without effect on axios itself',
      bad: `
        import axios from 'axios';
        export const load = (url) => axios.get(url, { rejectUnauthorized: false });
        //                                                                ^^^^^ tls/verification-disabled "no effect here"
      `,
      fixed: `
        import axios from 'axios';
        export const load = (url) => axios.get(url, {});
      `,
    },
    {
      title: 'off in production only',
      bad: `
        import https from 'node:https';
        export const agent = new https.Agent({ rejectUnauthorized: process.env.NODE_ENV === 'production' ? false : true });
        //                                                                                                 ^^^^^ tls/verification-disabled
      `,
    },
    ...ofClients, ...asideExamples, ...ofNames,
    { title: 'decided by a setting', good: `import https from 'node:https'; options.rejectUnauthorized = query.verify === 'true' ? true : false; new https.Agent({ rejectUnauthorized: process.env.STRICT_TLS === 'true' ? true : false });` },
    { title: 'a CA of your own', good: `import https from 'node:https'; import fs from 'node:fs'; import { Pool } from 'pg'; new https.Agent({ ca: fs.readFileSync('ca.pem') }); new Pool({ ssl: { ca: process.env.PG_CA } });` },
    { title: 'checked', good: `import https from 'node:https'; new https.Agent({ rejectUnauthorized: true }); new https.Agent({ rejectUnauthorized: process.env.NODE_ENV === 'production' });` },
    { title: 'in development only', good: `import { Pool } from 'pg'; const isDev = process.env.NODE_ENV === 'development'; new Pool({ ssl: isDev ? { rejectUnauthorized: false } : true });` },
    { title: 'no encryption at all is another matter', good: `export default { options: { encrypt: false, trustServerCertificate: true } };` },
    { title: 'an identity check that can refuse', good: `import tls from 'node:tls'; tls.connect({ host, checkServerIdentity: (name, cert) => { if (cert.fingerprint !== PIN) throw new Error('pin'); } });` },
    { title: 'a proxy to plain http, a cookie', good: `import { createProxyMiddleware } from 'http-proxy-middleware'; createProxyMiddleware({ target: 'http://localhost:3000', secure: false }); session({ cookie: { secure: false } });` },
  ],
});

/** All values of a file: calls first, for these know the branches they stand in. */
function* everything(module: ModuleView, context: RuleContext): Iterable<Found> {
  const start: Place = { call: undefined, keys: [], when: [] };
  for (const fn of [module.top, ...module.functions.values()]) yield* stepsOf(fn, context);
  for (const binding of module.bindings) yield* search(binding.value, { ...start, when: binding.when }, context, 0);
  for (const one of module.exports) yield* search(one.value, start, context, 0);
}
function* stepsOf(fn: FunctionView, context: RuleContext): Iterable<Found> {
  for (const step of fn.steps) {
    const place: Place = { call: undefined, keys: [], when: step.when };
    if (step.do === 'call') {
      // superagent 6 and later.
      if (step.call.name === 'disableTLSCerts' && step.call.args.length === 0) yield { at: step.call.nameAt, subject: 'disableTLSCerts', evidence: { entry: undefined, inert: false }, confidence: 'high', when: step.when };
      yield* search(step.call, place, context, 0);
    }
    else if (step.do === 'assign') {
      const key = step.target.path.at(-1);
      // `options.rejectUnauthorized = false`, an entry written later.
      if (key !== undefined && (OFF_WHEN_FALSE.has(key) || OFF_WHEN_TRUE.has(key)) && step.target.path.length > 0)
        for (const one of written(step.value, context))
          if (one.value.kind === 'literal' && one.value.value === OFF_WHEN_TRUE.has(key)) {
            const server = fn.steps.some((other) => asksLater(other, step.target));
            yield { at: one.at, subject: `${step.target.text}`, evidence: { entry: undefined, inert: false, server }, severity: server ? 'info' : 'error', confidence: 'high', when: [...step.when, ...one.when] };
          }
      yield* search(step.value, key === undefined ? place : { ...place, keys: [key] }, context, 0);
    } else if (step.value) yield* search(step.value, place, context, 0);
  }
}
/** `options.requestCert = true` beside it: the options of a server. */
function asksLater(step: Step, { root }: Ref): boolean {
  if (step.do !== 'assign' || step.target.path.at(-1) !== 'requestCert' || step.target.root.kind !== root.kind) return false;
  return step.target.root.kind === 'local' && root.kind === 'local' ? step.target.root.binding === root.binding : step.target.root.kind === 'parameter';
}
function* search(value: Value, place: Place, context: RuleContext, depth: number): Iterable<Found> {
  if (depth > 10) return;
  const below = (next: Value, change: Partial<Place> = {}): Iterable<Found> => search(next, { ...place, ...change }, context, depth + 1);
  switch (value.kind) {
    case 'call':
      for (const arg of value.args) yield* below(arg.value, { call: value, keys: [] });
      return;
    case 'object':
      for (const entry of value.entries) {
        yield* entryOf(entry, value, place, context);
        yield* below(entry.value, entry.key === undefined ? {} : { keys: [...place.keys, entry.key] });
      }
      return;
    case 'array':
      for (const item of value.items) yield* below(item.value);
      return;
    case 'choice':
      if (isAskedFor(value.test)) return;
      yield* below(value.then, { when: [...place.when, { test: value.test, holds: true, early: false, at: value.test.at }] });
      yield* below(value.else, { when: [...place.when, { test: value.test, holds: false, early: false, at: value.test.at }] });
      return;
    case 'logic':
      if (value.op !== '&&') yield* below(value.left);
      yield* below(value.right, value.op === '&&' ? { when: [...place.when, { test: value.left, holds: true, early: false, at: value.left.at }] } : {});
      return;
    case 'literal': {
      const part = typeof value.value === 'string' && value.value.includes('://') ? IN_URL.exec(value.value)?.[1] : undefined;
      const from = part === undefined ? -1 : context.textOf(value.at).indexOf(part);
      if (part !== undefined && from >= 0) yield { at: context.within(value.at, from, from + part.length), subject: part, evidence: { entry: undefined, inert: false }, confidence: 'high', when: place.when };
      return;
    }
    default:
  }
}

/** A switch that asks for exactly this, by its name or by the word it is held against: `if (allowSelfSigned)`, `case 'no-verify':`. Whoever turns it knows what it does. */
function saysSo(test: Value, holds: boolean): boolean {
  if (test.kind === 'not') return saysSo(test.of, !holds);
  if (test.kind === 'logic') return test.op === '&&' && holds && (saysSo(test.left, true) || saysSo(test.right, true));
  if (test.kind === 'ref') return holds && ASKS.test(test.path.at(-1) ?? test.text);
  if (test.kind !== 'compare' || /^===?$/.test(test.op) !== holds) return false;
  const word = [test.left, test.right].find((one) => one.kind === 'literal');
  const asked = test.left === word ? test.right : test.left;
  if (word?.kind === 'literal' && /^(1|true|yes|on)$/i.test(String(word.value)) && ASKS.test(switchName(asked) ?? '')) return true;
  return word?.kind === 'literal' && typeof word.value === 'string' && ASKED_BY_WORD.test(word.value);
}
/** The name of a setting: a variable of the environment, or `config.get('DB_INSECURE')`. */
function switchName(value: Value): string | undefined {
  if (value.kind === 'ref') return value.root.kind === 'env' && value.path.length === 0 ? value.root.name : value.path.at(-1);
  const named = value.kind === 'call' && /^get(OrThrow)?$/.test(value.name) ? value.args[0]?.value : undefined;
  return named?.kind === 'literal' && typeof named.value === 'string' ? named.value : undefined;
}
/** A variable that asks for exactly this: `ALLOW_UNAUTHORIZED_CERTS`. */
function isAskedFor(test: Value): boolean {
  return someIn(test, (value) => value.kind === 'ref' && value.root.kind === 'env' && wordsOf(value.root.name ?? '').some((word) => /^(insecure|unauthorized|untrusted|selfsigned|self|unverified)$/.test(word)));
}
/** One option that switches the check off. */
function* entryOf(entry: Entry, object: ObjectValue, place: Place, context: RuleContext): Iterable<Found> {
  const { key } = entry;
  if (key === undefined || entry.form === 'spread') return;
  const subject = [...place.keys, key].join('.');
  if (key === 'checkServerIdentity') {
    const body = acceptsAll(entry.value, context);
    if (body) yield { at: body, subject, evidence: { entry, inert: false }, confidence: 'high', when: place.when };
    return;
  }
  const wanted = badValue(key, object, place, context);
  if (wanted === undefined) return;
  const callee = place.call?.callee ?? '';
  const isServer = (SERVER.test(callee) && place.keys.length === 0) || asksClients(object, context);
  const inert = key === 'rejectUnauthorized' && /^axios(\.|$)/.test(callee) && place.keys.length === 0;
  // What callers may replace, as an entry before a spread and the defaults of lodash, is not what every connection uses.
  const severity: Severity = isServer || inert ? 'info' : isDefault(entry, object, place, context) ? 'warning' : 'error';
  for (const one of written(entry.value, context))
    if (one.value.kind === 'literal' && one.value.value === wanted) yield { at: one.at, subject, evidence: { entry, inert, server: isServer }, severity, confidence: isServer ? 'medium' : 'high', when: [...place.when, ...one.when] };
  if (!isServer && !inert && unsetGives(entry.value, context) === wanted)
    yield { at: entry.value.at, subject, evidence: { entry, inert: false }, severity: 'warning', confidence: 'medium', when: place.when };
}
function isDefault(entry: Entry, object: ObjectValue, { call, keys }: Place, context: RuleContext): boolean {
  if (call && keys.length === 0 && FILLS.test(call.name) && call.args[0]?.value !== object) return true;
  const after = object.entries.slice(object.entries.indexOf(entry) + 1);
  return after.some((one) => one.form === 'spread' && context.resolve(one.value).value.kind !== 'object');
}
/** What a comparison with a variable gives where that is not set, or in production; undefined: it is no such comparison. */
function unsetGives(value: Value, context: RuleContext): boolean | undefined {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind === 'not' && end.of.kind === 'not') return isSwitch(end.of.of, context) ? false : undefined;
  // Only where nobody works with it: the test is the wrong way round.
  if (end.kind === 'compare' && /^(development|unless-production)$/.test(context.environment([branchOf(end, true)]))) return false;
  if (end.kind !== 'compare' || end.right.kind !== 'literal' || typeof end.right.value !== 'string' || end.right.value === '' || isAskedFor(end) || !isSwitch(end.left, context)) return undefined;
  return /^===?$/.test(end.op) ? false : /^!==?$/.test(end.op) ? true : undefined;
}
function isSwitch(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  const name = end.kind === 'ref' && end.root.kind === 'env' && end.path.length === 0 ? end.root.name : undefined;
  return name !== undefined && !/(^|_)(ENV|ENVIRONMENT|STAGE|MODE|PROD|PRODUCTION|DEV|TEST|CI|LOCAL)(_|$)/i.test(name);
}
/** The file looks at what came out: `socket.authorized` in a test, or a certificate that is handed to a check, by the function that took it or by name. */
function judgesLater(module: ModuleView): boolean {
  const all = [module.top, ...module.functions.values()];
  const taking = all.filter((fn) => fn.steps.some((step) => step.do === 'call' && step.call.name === 'getPeerCertificate'));
  return all.some((fn) => fn.steps.some((step) => {
    if (step.when.some(({ test }) => someIn(test, (value) => value.kind === 'ref' && value.path.at(-1) === 'authorized'))) return true;
    if (step.do !== 'call' || taking.length === 0 || !/^(verify|check|validate|lookup|find|authorize)/i.test(step.call.name)) return false;
    return taking.includes(fn) || step.call.args.some(({ value }) => value.kind === 'ref' && /cert/i.test(value.text));
  }));
}
/** Only a server asks for the certificates of its clients: they are its to judge, and it may do so later. */
function asksClients(object: ObjectValue, context: RuleContext): boolean {
  const asks = context.option(object, 'requestCert');
  return asks.kind === 'value' && context.constant(asks.value)?.value !== false;
}
/** What is written outright, or chosen by production; a value that a setting decides is the setting's matter. */
function written(value: Value, context: RuleContext): readonly Alternative[] {
  return alternatives(value, context).filter(({ when }) => {
    const [first, ...more] = when;
    if (!first) return true;
    const elsewhere = context.environment([{ ...first, holds: !first.holds }]);
    return more.length === 0 && (elsewhere === 'development' || elsewhere === 'unless-production');
  });
}
/** The value that makes this key a fault; undefined: none does. */
function badValue(key: string, object: ObjectValue, place: Place, context: RuleContext): boolean | undefined {
  if (OFF_WHEN_FALSE.has(key)) return false;
  if (key === 'trustServerCertificate') {
    const encrypt = object.entries.find((one) => one.key === 'encrypt');
    return encrypt && context.constant(encrypt.value)?.value === false ? undefined : true;
  }
  if (OFF_WHEN_TRUE.has(key)) return true;
  if (key === 'insecure') return place.call && CONNECTS.test(place.call.callee) ? true : undefined;
  // The options of a proxy, handed over here or written down for it.
  if (key !== 'secure' || (place.call && place.keys.length === 0 ? !PROXY.test(place.call.callee) : !PROXIES.some((name) => context.uses(object.at.path, name)))) return undefined;
  const target = object.entries.find((one) => one.key === 'target');
  const url = target && context.constant(target.value)?.value;
  return typeof url === 'string' && url.startsWith('https:') ? false : undefined;
}
/** The body of a function that never refuses: no call, no throw, nothing but an empty answer. */
function acceptsAll(value: Value, context: RuleContext): At | undefined {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  if (!body || !body.complete) return undefined;
  const isEmpty = (one: Value | undefined): boolean =>
    one === undefined || (one.kind === 'literal' && (one.value === undefined || one.value === null)) || (one.kind === 'object' && one.entries.length === 0) || (one.kind === 'ref' && one.text === 'undefined');
  return body.steps.every((step) => step.do === 'return' && isEmpty(step.value)) ? body.bodyAt : undefined;
}
