import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { EffectiveHeaders } from '../../server/src/core/effective/effective.js';
import { headersOf, type HeaderLibrary } from '../../server/src/core/effective/helmet.js';
import type { Setting } from '../../server/src/core/effective/settings.js';

type Options = Readonly<Record<string, unknown>>;
/** What a library did: the headers it set, or that it refused the options. */
type Answer = ReadonlyMap<string, string> | 'refused';
type Run = (options: Options | undefined) => Answer | Promise<Answer>;

const require = createRequire(import.meta.url);
const load = (name: string): unknown => require(name);
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';

/** Runs a middleware of Connect on a response that only keeps headers. */
function middleware(name: string): Run {
  const make = load(name) as (options?: Options) => (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;
  return (options) => {
    const headers = new Map<string, string>([['x-powered-by', 'Express']]);
    const res = Object.assign(new EventEmitter(), { setHeader: (key: string, value: unknown) => headers.set(key.toLowerCase(), String(value)), removeHeader: (key: string) => headers.delete(key.toLowerCase()) });
    let failure: unknown;
    let passed = false;
    try {
      const run = options === undefined ? make() : make(options);
      run({ headers: { 'user-agent': CHROME } } as never, res as never, (error) => {
        passed = true;
        failure = error;
      });
    } catch {
      return 'refused';
    }
    return failure === undefined && passed ? headers : 'refused';
  };
}
const fastify: Run = async (options) => {
  const app = (load('fastify') as (options: object) => unknown)({ logger: false }) as { register(plugin: unknown, options: unknown): Promise<void>; get(path: string,
    handler: () => string): void; inject(path: string): Promise<{ statusCode: number; headers: Options }>; close(): Promise<void> };
  try {
    await app.register(load('@fastify/helmet'), options ?? {});
    app.get('/', () => 'x');
    const { statusCode, headers } = await app.inject('/');
    return statusCode === 200 ? without(headers, ['content-type', 'content-length', 'date', 'connection']) : 'refused';
  } catch {
    return 'refused';
  } finally {
    await app.close();
  }
};
const hapi: Run = async (options) => {
  const { server: make } = load('@hapi/hapi') as { server(options: object): { route(route: object): void; inject(path: string): Promise<{ headers: Options }> } };
  try {
    const server = make({ routes: options ?? {} });
    server.route({ method: 'GET', path: '/', handler: () => 'x' });
    return without((await server.inject('/')).headers, ['content-type', 'content-length', 'date', 'connection', 'accept-ranges', 'cache-control', 'vary']);
  } catch {
    return 'refused';
  }
};
const hono: Run = async (options) => {
  const { Hono } = await import('hono');
  const { secureHeaders } = await import('hono/secure-headers');
  try {
    const app = new Hono();
    app.onError((error) => {
      throw error;
    });
    app.use(secureHeaders(options));
    app.get('/', (c) => c.text('x', 200, { 'X-Powered-By': 'x' }));
    return without(Object.fromEntries((await app.request('/')).headers), ['content-type']);
  } catch {
    return 'refused';
  }
};
const koa: Run = async (options) => {
  const make = (await import('koa-helmet')).default as unknown as (options?: Options) => (ctx: unknown, next: () => Promise<void>) => Promise<void>;
  const headers = new Map<string, string>([['x-powered-by', 'Koa']]);
  const res = { setHeader: (key: string, value: unknown) => headers.set(key.toLowerCase(), String(value)), removeHeader: (key: string) => headers.delete(key.toLowerCase()) };
  try {
    await (options === undefined ? make() : make(options))({ req: { headers: {} }, res }, async () => {});
    return headers;
  } catch {
    return 'refused';
  }
};
function without(headers: Options, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).filter(([name]) => !names.includes(name)).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** What stands in the options of a test, as the code that hands it over would be read. */
function settingOf(value: unknown): Setting {
  if (typeof value === 'function') return { is: 'function' };
  if (typeof value === 'symbol') return { is: 'no-default-src' };
  if (Array.isArray(value)) return { is: 'list', items: value.map(settingOf) };
  if (typeof value === 'object' && value !== null) return { is: 'object', open: false, entries: new Map(Object.entries(value).map(([key, one]) => [key, settingOf(one)])) };
  return value as Setting;
}

interface Library {
  readonly name: string;
  readonly library: HeaderLibrary;
  readonly major: number;
  readonly run: Run;
  /** Sent by the framework unless taken away. */
  readonly announces: string | undefined;
  readonly options: fc.Arbitrary<Options>;
  readonly table: readonly (Options | undefined)[];
}

async function compare({ library, major, run, announces }: Library, options: Options | undefined): Promise<void> {
  const real = await run(options);
  const own = headersOf(library, library === 'hapi' ? settingOf(options?.['security']) : settingOf(options), major);
  const shown = JSON.stringify(options, (_, value: unknown) => (typeof value === 'symbol' || typeof value === 'function' || value === undefined ? String(value) : value));
  assert.ok(own, `nothing is said of ${shown}`);
  if (real === 'refused' || own.refuses !== undefined) {
    assert.equal(own.refuses !== undefined, real === 'refused', `${shown}: ${own.refuses ?? 'nothing is refused'}`);
    return;
  }
  assert.deepEqual(shownOf(own, real, announces), Object.fromEntries(real), shown);
}
/** The computed headers as the real ones are written; an unknown value counts as right where the header is sent. */
function shownOf(own: EffectiveHeaders, real: ReadonlyMap<string, string>, announces: string | undefined): Options {
  const out = new Map<string, unknown>(announces === undefined || own.removed?.includes('X-Powered-By') ? [] : [['x-powered-by', announces]]);
  for (const { name, value } of own.sent) out.set(name.toLowerCase(), value ?? real.get(name.toLowerCase()) ?? 'sent');
  return Object.fromEntries([...real.keys(), ...out.keys()].flatMap((name) => (out.has(name) ? [[name, out.get(name)]] : [])));
}

const flag = fc.constantFrom<unknown>(true, false, undefined);
const age = fc.constantFrom<unknown>(0, 60, 31536000, 15552000.6, -1, Number.NaN, '60', undefined);
const words = (...all: readonly unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(...all);
const source = fc.constantFrom("'self'", "'none'", "'unsafe-inline'", 'https:', 'data:', 'https://cdn.example.com', '*', 'self', 'a;b', "'strict-dynamic'", '');
const directiveName = fc.constantFrom('defaultSrc', 'default-src', 'scriptSrc', 'script-src', 'styleSrc', 'objectSrc', 'frameAncestors', 'upgradeInsecureRequests', 'reportUri', 'scriptSrcAttr', 'bad_name');
const directive = fc.oneof({ weight: 6, arbitrary: fc.array(source, { maxLength: 3 }) }, { weight: 1, arbitrary: fc.constantFrom<unknown>(null, '', "'self'", undefined, false, true, 5) });
const policy = fc.oneof(
  { weight: 5, arbitrary: fc.record({ useDefaults: flag, reportOnly: flag, directives: fc.dictionary(directiveName, directive, { maxKeys: 4, noNullPrototype: true }) }, { requiredKeys: [], noNullPrototype: true }) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(true, false, undefined, null, {}) },
);
const referrer = fc.oneof(words('no-referrer', 'unsafe-url', 'nonsense', undefined, ''), fc.array(fc.constantFrom('no-referrer', 'same-origin', 'origin'), { maxLength: 3 }));
const part = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> => fc.oneof({ weight: 3, arbitrary: fc.record(keys, { requiredKeys: [], noNullPrototype: true }) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(true, false, undefined, null) });
const hsts = part({ maxAge: age, includeSubDomains: flag, preload: flag, maxage: fc.constant(1), includeSubdomains: flag });
const few = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Options> =>
  fc.subarray(Object.keys(model), { maxLength: 4 }).chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, model[key] ?? flag])), { noNullPrototype: true }));

const old = {
  contentSecurityPolicy: policy, hsts, frameguard: part({ action: words('deny', 'SAMEORIGIN', 'same-origin', 'allow-from', 5, undefined) }), referrerPolicy: part({ policy: referrer }),
  dnsPrefetchControl: part({ allow: flag }), ieNoOpen: part({}), noSniff: part({}), xssFilter: part({}), hidePoweredBy: flag,
  permittedCrossDomainPolicies: part({ permittedPolicies: words('none', 'all', 'master-only', 'x', undefined) }), expectCt: part({ maxAge: age, enforce: flag, reportUri: words('https://r.example.com', undefined) }),
  crossOriginEmbedderPolicy: part({ policy: words('require-corp', 'credentialless', 'unsafe-none', undefined, 'x') }), crossOriginOpenerPolicy: part({ policy: words('same-origin', 'unsafe-none', 'noopener-allow-popups', 'x') }),
  crossOriginResourcePolicy: part({ policy: words('same-site', 'cross-origin', 'x', undefined) }), originAgentCluster: part({}),
};
const recent = {
  ...old, strictTransportSecurity: hsts, xFrameOptions: old.frameguard, xContentTypeOptions: old.noSniff, xDnsPrefetchControl: old.dnsPrefetchControl, xDownloadOptions: old.ieNoOpen,
  xPermittedCrossDomainPolicies: old.permittedCrossDomainPolicies, xPoweredBy: flag, xXssProtection: old.xssFilter,
};
const first = {
  contentSecurityPolicy: fc.oneof(fc.record({ directives: fc.dictionary(fc.constantFrom('defaultSrc', 'scriptSrc', 'styleSrc', 'objectSrc', 'blockAllMixedContent', 'reportUri', 'sandbox', 'script-src'),
    fc.oneof(fc.array(source, { maxLength: 3 }), fc.constantFrom<unknown>(true, false, '/report')), { maxKeys: 3, noNullPrototype: true }), reportOnly: flag, loose: flag },
    { requiredKeys: ['directives'], noNullPrototype: true }), fc.constantFrom<unknown>(false, undefined, true)),
  hsts: part({ maxAge: fc.constantFrom<unknown>(0, 60.5, 31536000, -1, '60', undefined), includeSubDomains: flag, preload: flag }),
    frameguard: part({ action: words('deny', 'same-origin', 'allow-from', 'x', undefined), domain: words('https://a.example.com', '', undefined) }),
  referrerPolicy: part({ policy: referrer }), dnsPrefetchControl: old.dnsPrefetchControl, ieNoOpen: flag, noSniff: flag,
    xssFilter: part({ mode: words('block', null, 'x'), reportUri: words('https://r.example.com', undefined), setOnOldIE: flag }),
  hidePoweredBy: fc.oneof(flag, fc.constant({ setTo: 'PHP 4.2.0' })), permittedCrossDomainPolicies: old.permittedCrossDomainPolicies,
    expectCt: part({ maxAge: fc.constantFrom<unknown>(0, 60, -1, undefined), enforce: flag, reportUri: words('https://r.example.com') }),
  featurePolicy: fc.constantFrom<unknown>(undefined, { features: { fullscreen: ["'self'"], documentDomain: ['*'] } }, { features: {} }, { features: { camera: ['none'] } }), noCache: flag,
};
const honoPolicy = fc.oneof(fc.dictionary(fc.constantFrom('defaultSrc', 'scriptSrc', 'scriptSrcElem', 'upgradeInsecureRequests', 'reportURI'),
  fc.oneof(fc.array(fc.constantFrom("'self'", 'https:', "'none'"), { maxLength: 3 }), fc.constant('/report')), { maxKeys: 3, noNullPrototype: true }), fc.constantFrom<unknown>(undefined, {}));
const honoFlag = fc.constantFrom<unknown>(true, false, undefined, 'own value', '');
const honoOptions = {
  contentSecurityPolicy: honoPolicy, contentSecurityPolicyReportOnly: honoPolicy, crossOriginEmbedderPolicy: honoFlag, crossOriginResourcePolicy: honoFlag, crossOriginOpenerPolicy: honoFlag, originAgentCluster: honoFlag,
    referrerPolicy: honoFlag,
  strictTransportSecurity: honoFlag, xContentTypeOptions: honoFlag, xDnsPrefetchControl: honoFlag, xDownloadOptions: honoFlag, xFrameOptions: honoFlag, xPermittedCrossDomainPolicies: honoFlag, xXssProtection: honoFlag,
    removePoweredBy: flag,
  permissionsPolicy: fc.dictionary(fc.constantFrom('fullscreen', 'syncXhr', 'pictureInPicture'), fc.oneof(fc.array(fc.constantFrom('self', '*', 'none', 'https://a.example.com'), { maxLength: 3 }), fc.boolean()),
    { maxKeys: 3, noNullPrototype: true }),
  reportingEndpoints: fc.array(fc.constant({ name: 'main', url: 'https://r.example.com' }), { maxLength: 2 }),
    reportTo: fc.array(fc.constant({ group: 'main', max_age: 10, endpoints: [{ url: 'https://r.example.com' }] }), { maxLength: 2 }),
};
const hapiSecurity = few({
  hsts: fc.oneof(fc.constantFrom<unknown>(true, false, 0, 600, undefined), fc.record({ maxAge: fc.constantFrom<unknown>(0, 60, undefined), includeSubdomains: fc.boolean(), includeSubDomains: fc.boolean(),
    preload: fc.boolean() }, { requiredKeys: [], noNullPrototype: true })),
  xframe: fc.oneof(fc.constantFrom<unknown>(true, false, 'deny', 'sameorigin', 'x', undefined),
    fc.record({ rule: words('deny', 'sameorigin', 'allow-from'), source: words('https://a.example.com') }, { requiredKeys: ['rule'], noNullPrototype: true })),
  xss: words('enabled', 'disabled', false, true, undefined), noOpen: flag, noSniff: flag, referrer: words(false, 'no-referrer', 'unsafe-url', '', 'x', undefined),
});

const noDefault = (major: number): symbol => (load(major === 8 ? 'helmet' : `helmet${major}`) as { contentSecurityPolicy: { dangerouslyDisableDefaultSrc: symbol } }).contentSecurityPolicy.dangerouslyDisableDefaultSrc;
const table = (major: number): readonly (Options | undefined)[] => [
  undefined, {}, { hsts: { maxAge: 31536000, preload: true } }, { frameguard: { action: 'deny' } }, { contentSecurityPolicy: false },
    { contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], scriptSrc: ["'self'", 'https://cdn.example.com'] } } },
  { contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'self'"] } } }, { contentSecurityPolicy: { directives: { defaultSrc: noDefault(major), scriptSrc: ["'self'"] } } },
    { contentSecurityPolicy: { directives: { scriptSrc: noDefault(major) } } },
  { contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], 'default-src': ['*'] } } }, { contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], scriptSrc: ["'self'", () => "'nonce-abc'"] } } },
    { contentSecurityPolicy: { reportOnly: true, directives: { defaultSrc: ["'self'"] } } },
  { contentSecurityPolicy: { directives: { imgSrc: null, defaultSrc: ["'self'"] } } }, { hidePoweredBy: false }, { crossOriginEmbedderPolicy: true }, { crossOriginEmbedderPolicy: { policy: 'credentialless' } },
    { originAgentCluster: {} }, { referrerPolicy: { policy: ['no-referrer', 'strict-origin'] } },
];
const firstTable: readonly (Options | undefined)[] = [undefined, {}, { contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], scriptSrc: ["'self'", "'unsafe-inline'"] } } }, { noCache: true },
  { hidePoweredBy: { setTo: 'PHP' } }, { frameguard: { action: 'allow-from', domain: 'https://a.example.com' } }];

const libraries: readonly Library[] = [
  { name: 'helmet 3', library: 'helmet', major: 3, run: middleware('helmet3'), announces: 'Express', options: few(first), table: firstTable },
  ...[4, 5].map((major): Library => ({ name: `helmet ${major}`, library: 'helmet', major, run: middleware(`helmet${major}`), announces: 'Express', options: few(old), table: table(major) })),
  ...[6, 7, 8].map((major): Library => ({ name: `helmet ${major}`, library: 'helmet', major, run: middleware(major === 8 ? 'helmet' : `helmet${major}`), announces: 'Express', options: few(recent),
    table: [...table(major), { hsts: false, strictTransportSecurity: true }, { xFrameOptions: null, frameguard: false }] })),
  { name: 'koa-helmet 9', library: 'helmet', major: 8, run: koa, announces: 'Koa', options: few(recent), table: table(8).slice(0, 6) },
  { name: '@fastify/helmet 13', library: '@fastify/helmet', major: 8, run: fastify, announces: undefined, options: few({ ...recent, global: flag }),
    table: [...table(8).slice(0, 6), { global: false }, { enableCSPNonces: true }, { enableCSPNonces: true, contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } } }] },
  { name: 'hono', library: 'hono', major: 8, run: hono, announces: 'x', options: few(honoOptions),
    table: [undefined, {}, { contentSecurityPolicy: { defaultSrc: ["'self'"] } }, { xFrameOptions: false, strictTransportSecurity: 'max-age=60' }] },
  { name: 'hapi', library: 'hapi', major: 8, run: hapi, announces: undefined, options: hapiSecurity.map((security) => ({ security })),
    table: [undefined, { security: true }, { security: false }, { security: {} }, { security: { hsts: { maxAge: 60, preload: true }, xframe: { rule: 'allow-from', source: 'https://a.example.com' } } }] },
];

suite('effective headers are those the library sends', () => {
  const warn = console.warn;
  console.warn = () => {};
  for (const one of libraries) {
    test(`${one.name}: a table of options`, async () => {
      for (const options of one.table) await compare(one, options);
    });
    test(`${one.name}: random options`, async () => {
      await fc.assert(fc.asyncProperty(one.options, (options) => compare(one, options)), { numRuns: one.name.startsWith('helmet') ? 200 : 60, seed: 11 });
    });
  }
  process.on('exit', () => {
    console.warn = warn;
  });
});
