import { constantTime } from '../facts/constant-time.js';
import { keyUse } from '../facts/key-uses.js';
import { placeholder, secretName, secretValue, tokenName } from '../facts/secrets.js';
import { wordsOf } from '../facts/names.js';
import { goesOutOnly } from '../facts/sent-out.js';
import { tokensIn } from '../facts/token-formats.js';
import { someValue } from '../facts/walk.js';
import { rule, type Change, type Fix, type LiteralUse, type RuleContext } from '../rule.js';

interface Evidence {
  readonly name: string;
  readonly variable: string;
  readonly use: LiteralUse;
  /** Opens what this program guards, as far as its name or a comparison tells. */
  readonly admin: boolean;
  /** Only sent to other services: whatever it opens is theirs. */
  readonly out: boolean;
}
const CLIENT = /^(fetch|axios|got|ky|superagent|request|needle|undici|node-fetch|ofetch|https?|node:https?)(\.|$)/;
const POWERFUL = /admin|master|root|internal|service|super/i;
const PUBLIC_BY_DESIGN = /^(pk_(live|test)_|AIza)/;
const HARMLESS_WORD = /config_?key|integrity|etag|checksum|commit|version|sha\d*|hash|fingerprint|uuid|guid|nonce|header|scheme|regex|pattern|description|example|message|label/i;
const HARMLESS_END =
  /(title|placeholder|route|path|url|enum|type|namespace|prefix|field|param(eter)?|column|table|event|topic|queue|data|_?name|arn|file|alg(orithm)?|model|class(name)?|format|encoding)$/i;
/** Ends of names that speak of where or how a secret is used. */
const HARMLESS_USE = /(provider|service|mode|kind|status|ref|cookie|storage|alias|env|var(iable)?|input|button|badge|icon|selector|element|component|page|view|screen|modal|dialog|form)$/i;
/** The name of an environment variable that holds the secret. */
const VARIABLE = /^[A-Z][A-Z\d]{0,30}(_[A-Z\d]{1,30}){1,8}$/;
/** Middleware of Hono that lets in whoever brings what it is told. */
const LETS_IN = /^hono\/(bearer-auth\.bearerAuth|basic-auth\.basicAuth)$/;
/** Where a secret lies, not what it is: the name of a file, a vault path, a resource name. */
const PLACE = /^arn:|^[\w.-]{1,80}\.(pem|txt|key|crt|cert|json|p12|pfx|ya?ml|env)$|^[\w-]{2,40}(\/[\w.-]{1,60}){2,10}$/i;
const KEY_HEADER = /^x-([a-z\d]{1,20}-){1,4}(key|token|secret|auth)$/i;
const OTHER_HEADER = /idempotency|correlation|request|trace|cache|routing|csrf|xsrf|partition|sort|public|site|client/i;
const I18N = /(^|\/)(locales?|i18n|lang|translations?|messages)(\/|$)/i;

export default rule<'literal', Evidence>({
  meta: {
    id: 'secrets/hardcoded-admin-key',
    title: 'Admin key is written in the source',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [798],
    severity: 'error',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    whenNotToUse: 'Never for a key in use; suppress a fixture with its reason.',
    references: ['https://cwe.mitre.org/data/definitions/798.html'],
  },
  on: 'literal',
  words: [],
  *detect(use, context) {
    const told = judged(use, context);
    const keyed = told === undefined && !isOther(use) ? keyUse(use, context) : undefined;
    const name = told ?? (keyed && (use.name ?? use.call?.name));
    if (name === undefined) return;
    const isHint = PUBLIC_BY_DESIGN.test(use.value) && (use.value.startsWith('pk_') || use.siblings.some((entry) => entry.key === 'authDomain'));
    const admin = use.position === 'comparison' || keyed === 'opens' || POWERFUL.test(name);
    const out = isSentOut(use) || (!admin && keyed === undefined && goesOutOnly(use, context));
    yield {
      at: use.at,
      subject: `${name} ${use.position}`,
      evidence: { name, variable: variableOf(name), use, admin, out },
      ...(isHint ? { severity: 'hint' as const } : keyed === 'mac' || out ? { severity: 'warning' as const } : {}),
      confidence: use.position === 'comparison' ? 'high' : 'medium',
      when: use.when,
    };
  },
  explain: ({ name, admin, out }) => ({
    message: out
      ? `'${name}' is a key for another service, and everyone who can read the source can use it there. Load it from the environment, and replace it where it is yours.`
      : `'${name}' holds a key in source code; anyone who can read the repository can ${admin ? 'call this as admin' : 'use it'}. Load it from the environment or a secret store, and rotate this one.`,
    why: 'Everyone with the repository, a backup or the bundle holds the key, and it stays in the history.',
    remedy: 'Read it from the environment, refuse to start without it, and replace the key.',
  }),
  *fix({ at, evidence: { variable, use } }): Iterable<Fix> {
    // Behind a variable the default has to go, and what then happens without it is the author's to say.
    if (use.joined || use.position === 'fallback') return;
    const { compare, against } = use;
    const changes: Change[] = compare && against ? [...constantTime(compare.at, compare.op, [{ copy: against.at }], [`process.env.${variable}`])] : [{ do: 'replace', at, code: [`process.env.${variable}`] }];
    // An unset key compared with a missing header would be equal: undefined === undefined.
    if (use.position === 'comparison' || use.position === 'binding') changes.push({ do: 'require-env', path: at.path, name: variable });
    yield { title: `Read ${variable} from the environment`, safety: 'review', changes };
  },
  examples: [
    {
      title: 'a key of a partner, in the header of a request',
      bad: `
        import { request } from 'undici';
        export const ask = (body) => request('https://ledger.example/sum', { method: 'POST', body, headers: { 'x-ledger-key': 'lk_4471ac90be27d1', 'x-request-key': 'a1b2c3d4e5f6a7' } });
        //                                                                                                                    ^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
      `,
      fixed: `
        import { request } from 'undici';
        export const ask = (body) => request('https://ledger.example/sum', { method: 'POST', body, headers: { 'x-ledger-key': process.env.LEDGER_KEY, 'x-request-key': 'a1b2c3d4e5f6a7' } });
      `,
    },
    {
      title: 'a second key beside the one of the environment',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          const given = req.headers['x-station'];
          if (given !== process.env.STATION_API_KEY && given !== 'station-test-0000') return res.sendStatus(401);
          //                                                     ^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
          next();
        });
      `,
    },
    { title: 'a header that is compared with a setting', good: `
        import express from 'express';
        express().use((req, res, next) => (req.get('x-region') === process.env.REGION || req.get('x-region') === 'eu-central' ? next() : res.sendStatus(404)));
      ` },
    {
      title: 'a key that is read with a default, under a name of the house',
      bad: `
        import express from 'express';
        function dispatcher(req, res, next) {
          const given = req.get('x-dispatch-key') || '';
          if (given !== 'dsp-41c07e9b') return res.status(401).end();
          //            ^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
          next();
        }
        express().get('/queue', dispatcher, (req, res) => res.json(queue));
      `,
    },
    {
      title: 'a word that chooses, in a header of such a name',
      good: `
        import express from 'express';
        express().get('/queue', (req, res) => res.json(req.get('x-sort-key') === 'newest' ? queue.reverse() : queue));
      `,
    },
    {
      title: 'what lets a caller in with Hono',
      bad: `
        import { Hono } from 'hono';
        import { basicAuth } from 'hono/basic-auth';
        import { bearerAuth } from 'hono/bearer-auth';
        const app = new Hono();
        app.use('/members/*', bearerAuth({ token: 'club-members' }));
        //                                        ^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
        app.use('/desk/*', basicAuth({ username: 'desk', password: 'frontdesk' }));
        //                                                         ^^^^^^^^^^^ secrets/hardcoded-admin-key
      `,
    },
    {
      title: 'a constant in the source',
      bad: `
        const ADMIN_API_KEY = 'adm_7f9c2e51b0';
        //                    ^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key "'ADMIN_API_KEY' holds a key"
        export { ADMIN_API_KEY };
      `,
      fixed: `
        if (!process.env.ADMIN_API_KEY) throw new Error('ADMIN_API_KEY is not set');
        const ADMIN_API_KEY = process.env.ADMIN_API_KEY;
        export { ADMIN_API_KEY };
      `,
    },
    {
      title: 'a header compared with a fixed text',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          if (req.headers['x-admin-key'] === 'letmein') return next();
        //                                   ^^^^^^^^^ secrets/hardcoded-admin-key
          res.sendStatus(401);
        });
      `,
      fixed: `
        import express from 'express';
        import { createHash, timingSafeEqual } from 'node:crypto';
        if (!process.env.ADMIN_KEY) throw new Error('ADMIN_KEY is not set');
        const app = express();
        app.use((req, res, next) => {
          if (timingSafeEqual(createHash('sha256').update(String(req.headers['x-admin-key'])).digest(), createHash('sha256').update(String(process.env.ADMIN_KEY)).digest())) return next();
          res.sendStatus(401);
        });
      `,
    },
    {
      title: 'a key in the headers of a call',
      bad: `
        await fetch(url, { headers: { 'x-api-key': '9b1de0c4a77f4e21' } });
        //                                         ^^^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key "a key for another service"
      `,
    },
    {
      title: 'keys that are only sent to others, as they are and in a digest',
      bad: `
        const got = require('@/lib/got');
        const md5 = require('@/lib/md5');
        const API_KEY = 'ba0c2dad52b3ec';
        //              ^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key "a key for another service"
        const info = { client_id: 'mobile', client_secret: 'lsACyCD94FhDUtGTXi3Qzc' };
        //                                                 ^^^^^^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key "a key for another service"
        exports.find = async (term, time) => {
          const headers = { api_key: API_KEY, sign: md5(['time=', time, API_KEY].join('')) };
          await got.post('https://api.example.com/token', { form: { ...info, time } });
          return got('https://api.example.com/find', { headers, searchParams: { term } });
        };
      `,
    },
    {
      title: 'a key that is sent, and asked for here as well',
      bad: `
        const got = require('got');
        const API_KEY = 'ba0c2dad52b3ec';
        //              ^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key "holds a key in source code"
        exports.find = (term) => got('https://api.example.com/find', { headers: { api_key: API_KEY } });
        exports.guard = (req, res, next) => (known.test(req.get('x-key'), API_KEY) ? next() : res.sendStatus(401));
      `,
    },
    {
      title: 'a default behind a variable',
      bad: `
        const adminKey = process.env.ADMIN_KEY || 'adm_7f9c2e51b0';
        //                                        ^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
        export { adminKey };
      `,
    },
    {
      title: 'compared in constant time',
      bad: `
        import { timingSafeEqual } from 'node:crypto';
        import express from 'express';
        express().use((req, res, next) => {
          if (!timingSafeEqual(Buffer.from(req.get('x-api-key') ?? ''), Buffer.from('9b1de0c4a77f4e21'))) return res.sendStatus(401);
        //                                                                          ^^^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
          next();
        });
      `,
    },
    {
      title: 'one of two keys',
      bad: `
        import express from 'express';
        express().use((req, res, next) => {
          if (!['adm-77810-xyz', 'adm-99120-abc'].includes(req.headers['x-admin-key'])) return res.sendStatus(403);
        //      ^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
        //                       ^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
          next();
        });
      `,
    },
    {
      title: 'the key of signed links, a key of the house that callers bring',
      bad: `
        import express from 'express';
        import { createHmac } from 'node:crypto';
        const WORKSHOP_KEY = 'ws-77c1-gate';
        //                   ^^^^^^^^^^^^^^ secrets/hardcoded-admin-key "call this as admin"
        const LINKS = 'parcel-links-2021';
        //            ^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key
        export const mark = (id) => createHmac('sha256', 'parcel-marks-2021').update(id).digest('hex');
        //                                               ^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-admin-key "'createHmac' holds a key"
        export const link = (id) => createHmac('sha256', LINKS).update(id).digest('hex');
        express().get('/gate', (req, res) => (req.get('x-workshop') === WORKSHOP_KEY ? res.json(gate) : res.sendStatus(403)));
      `,
    },
    {
      title: 'names of things, and keys that come from elsewhere',
      good: `
        import express from 'express';
        import { createHash, createHmac } from 'node:crypto';
        const CACHE_KEY = 'gate-list-v2', KIND_KEY = 'gate';
        export const etag = (body) => createHash('sha256').update('v2-gate-list').update(body).digest('hex');
        export const name = (mail) => createHmac('md5', 'avatar-1').update(mail).digest('hex');
        export const link = (id) => createHmac('sha256', process.env.LINK_KEY).update(id).digest('hex');
        express().get('/gate', (req, res) => res.json(req.get('x-kind') === KIND_KEY ? cache.get(CACHE_KEY) : []));
      `,
    },
    { title: 'where a secret lies', good: `export const adminSecret = 'projects/12/secrets/admin/versions/latest', secretArn = 'arn:aws:secretsmanager:eu-west-1:12:secret:admin-AbCdEf', masterKeyFile = 'master-key-1.txt';` },
    { title: 'how a key is made and kept', good: `export const masterKeyAlgorithm = 'RSA-OAEP-256', adminSecretModel = 'AdminSecret2', adminTokenCookie = 'admin_token_2';` },
    { title: 'names of variables and of parts of a page', good: `export const keyNames = { apiKey: 'STRIPE_API_KEY_2' }, secretEnv = 'ADMIN_API_KEY_V2', ids = { apiKeyInput: 'input-api-key-1' };` },
    { title: 'from the environment', good: `const ADMIN_API_KEY = process.env.ADMIN_API_KEY;` },
    { title: 'the name of a header', good: `const API_KEY_HEADER = 'x-api-key';` },
    { title: 'a token of dependency injection', good: `export const JWT_SECRET = 'JWT_SECRET';` },
    { title: 'a placeholder', good: `const apiKey = '<your-api-key>';` },
    { title: 'texts and codes', good: `export const errors = { password: 'incorrectPassword', apiKey: 'errors.apiKey.missing' }; const passwordMessage = 'Incorrect username or password';` },
    { title: 'tokens of a grammar', good: `export const rules = [{ token: '@brackets.directive', next: 'root' }, { token: 'delimiter.interpolation' }, { token: 'constant.reserved.$0' }];` },
    { title: 'a schema', good: `export const schema = { COOKIE_SECRET: { type: 'string' }, adminKey: { type: 'string', description: 'the key' } };` },
    { title: 'the key of a public client', good: `const config = { publishableKey: 'pk_live_51HxyzABCDEF' };` },
    {
      title: 'where telemetry is sent to',
      good: `
        const ConnectionString = 'InstrumentationKey=feb4ae36-1db7-4808-abaa-e0b94996d665;IngestionEndpoint=https://eastus2-3.in.applicationinsights.azure.com/';
        export const settings = { connectionString: 'InstrumentationKey=0f8fad5b-d9cb-469f-a165-70867728950e' };
        appInsights.setup(ConnectionString);
      `,
    },
    {
      title: 'names under which something is injected',
      good: `
        export class Mails { static readonly BREVO_SERVICE_TOKEN = 'BETTER_AUTH_BREVO_SERVICE'; }
        export const ADMIN_MODULE_TOKEN = 'CORE_ADMIN_MODULE';
        export const tokens = { INTERNAL_CACHE_TOKEN: 'INTERNAL_CACHE' };
      `,
    },
    {
      title: 'words that are no name of it',
      bad: `
        export const ADMIN_SERVICE_TOKEN = 'LET_ME_IN';
        //                                 ^^^^^^^^^^^ secrets/hardcoded-admin-key
      `,
    },
  ],
});

/** Told by its form or by another rule, or no secret at all. */
function isOther({ at, name = '', value }: LiteralUse): boolean {
  return I18N.test(at.path) || tokensIn(value).length > 0 || placeholder(value) || PLACE.test(value) || VARIABLE.test(value) || /passw|passphrase|pwd|session|jwt|cookie|salt/i.test(name);
}
/** A header of a request to others: it opens something of theirs. */
function isSentOut({ position, call, name }: LiteralUse): boolean {
  return position === 'entry' && call !== undefined && name !== undefined && !POWERFUL.test(name) && (/^authorization$/i.test(name) || /^x-|-/.test(name)) && CLIENT.test(call.callee);
}
/** The name under which the literal is a secret, or undefined. */
function judged(use: LiteralUse, context: RuleContext): string | undefined {
  const { name, value } = use;
  // What its form gives away is told by that.
  if (I18N.test(use.at.path) || value.length < 4 || tokensIn(value).length > 0) return undefined;
  if (use.position === 'comparison' && use.against) {
    const field = context.request(use.against);
    const key = field?.key;
    if (!field || !['header', 'query', 'body', 'cookie'].includes(field.from) || key === undefined) return undefined;
    if (!isCredentialKey(key) && !(/[-_]key$/i.test(key) && /\d/.test(value) && secretValue(value)) && !isAlsoSecret(key, use, context)) return undefined;
    return /^(bearer|basic|undefined|null|true|false|object|string)$/i.test(value) || /\s$/.test(value) ? undefined : key;
  }
  if (name === undefined || use.joined) return undefined;
  if (use.position === 'entry' && /^(token|password)$/.test(name) && use.call && LETS_IN.test(use.call.callee)) return placeholder(value) ? undefined : name;
  if (use.position === 'entry' && /^authorization$/i.test(name)) return /^Bearer \S{16,}$/.test(value) && secretValue(value.slice(7)) ? name : undefined;
  // A header that carries a key to another service: `'x-relay-key': 'rk_8f2b...'`.
  if ((use.position === 'entry' || use.position === 'assignment') && KEY_HEADER.test(name) && !OTHER_HEADER.test(name))
    return secretValue(value, { name, shortest: 12 }) && /\d/.test(value) && /^[\w+/=~:.-]+$/.test(value) && !PLACE.test(value) ? name : undefined;
  if (!['binding', 'entry', 'assignment', 'fallback'].includes(use.position) || PLACE.test(value) || (VARIABLE.test(value) && secretName(value))) return undefined;
  if (!secretName(name) || HARMLESS_WORD.test(name) || HARMLESS_END.test(name) || HARMLESS_USE.test(name) || (tokenName(name) && !POWERFUL.test(name) && !tokenValue(value))) return undefined;
  // Passwords, session and signing secrets have rules of their own.
  if (/passw|passphrase|pwd|session|jwt|cookie/i.test(name)) return undefined;
  // Plain words ('not_available', 'incorrectPassword') are texts and codes; a key has digits, or a name that says what it opens.
  if (/^[A-Za-z]+([-_.][A-Za-z]+){0,20}$/.test(value) && !POWERFUL.test(name)) return undefined;
  if (repeatsName(name, value)) return undefined;
  const isStrong = POWERFUL.test(name) ? secretValue(value, { name, shortest: 6, anyValue: true }) && /[\d_-]/.test(value) : secretValue(value, { name });
  return isStrong ? name : undefined;
}
/** `BREVO_SERVICE_TOKEN = 'AUTH_BREVO_SERVICE'`: words alone, those of the name among them, as a name under which something is found. */
function repeatsName(name: string, value: string): boolean {
  if (!/^[A-Z]{2,30}(_[A-Z]{2,30}){1,8}$/.test(value)) return false;
  const words = new Set(value.toLowerCase().split('_'));
  const own = wordsOf(name).map((word) => word.toLowerCase()).filter((word) => !/^(token|key|secret)$/.test(word));
  return own.length > 1 && own.every((word) => words.has(word));
}
/** Random enough, of the characters tokens are made of, with digits: parsers and themes call much else a token. */
function tokenValue(value: string): boolean {
  return secretValue(value, { shortest: 16 }) && /^[\w+/=~:.-]{16,}$/.test(value) && /\d/.test(value);
}
/** The same header or field is compared with a variable of the environment: the literal opens what the secret does. */
function isAlsoSecret(key: string, use: LiteralUse, context: RuleContext): boolean {
  const body = context.body(use.inside);
  return body !== undefined && someValue(body, (value) => {
    if (value.kind !== 'compare' || context.request(value.left)?.key !== key) return false;
    const end = value.right.kind === 'ref' ? context.resolve(value.right).value : value.right;
    return end.kind === 'ref' && end.root.kind === 'env' && secretName(end.root.name ?? '');
  });
}
function isCredentialKey(key: string): boolean {
  return secretName(key) || /(^|[-_])(admin|api|auth|access|master|internal)[-_]?(key|token|secret)$/i.test(key) || /^(x-)?(admin|api)-?key$/i.test(key);
}
function variableOf(name: string): string {
  return (
    name
      .replace(/([a-z\d])([A-Z])/g, '$1_$2')
      .replace(/[^A-Za-z\d]+/g, '_')
      .replace(/^(x_)/i, '')
      .replace(/^_+|_+$/g, '')
      .toUpperCase() || 'ADMIN_API_KEY'
  );
}
