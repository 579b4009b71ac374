import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { verify } from './verify.js';

interface Application extends RequestListener {
  use(...layers: readonly unknown[]): void;
  get(path: string, handler: unknown): void;
  disable(name: string): void;
}
type Make = (options?: unknown) => RequestListener;
type Helmet = Make & { readonly contentSecurityPolicy: Make & { readonly dangerouslyDisableDefaultSrc: symbol }; readonly hsts: Make };
type Headers = Readonly<Record<string, string>>;
const load = createRequire(import.meta.url);
const answer = (_: unknown, res: { end(text: string): void }): void => { res.end('x'); };

/** The headers of one answer. */
async function ask(listener: RequestListener, path = '/', agent = 'Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36'): Promise<Headers> {
  const server = createServer(listener).listen(0);
  await once(server, 'listening');
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers: { 'user-agent': agent } });
    await response.text();
    return Object.fromEntries(response.headers);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
function appOf(express: string, ...layers: readonly unknown[]): Application {
  const app = (load(express) as () => Application)();
  for (const layer of layers) app.use(layer);
  app.get('/', answer);
  return app;
}
const helmetOf = (name: string): Helmet => load(name) as Helmet;
const sentBy = (name: string, options?: unknown): Promise<Headers> => ask(appOf('express', helmetOf(name)(options)));

for (const express of ['express', 'express4']) proveExpress(express);
function proveExpress(express: string): void {
  const announced = async (): Promise<void> => {
    assert.equal((await ask(appOf(express)))['x-powered-by'], 'Express');
    assert.equal((await ask(appOf(express, helmetOf('helmet')())))['x-powered-by'], undefined);
    assert.equal((await ask(appOf(express, helmetOf('helmet3')())))['x-powered-by'], undefined);
    assert.equal((await ask(appOf(express, helmetOf('helmet')({ hidePoweredBy: false }))))['x-powered-by'], 'Express');
    const silent = appOf(express);
    silent.disable('x-powered-by');
    assert.equal((await ask(silent))['x-powered-by'], undefined);
  };
  const ordered = async (): Promise<void> => {
    const app = (load(express) as () => Application)();
    app.get('/above', answer);
    app.use(helmetOf('helmet')());
    app.get('/below', answer);
    assert.equal((await ask(app, '/above'))['content-security-policy'], undefined);
    assert.match((await ask(app, '/below'))['content-security-policy'] ?? '', /default-src/);
  };
  if (express === 'express') {
    verify('express/x-powered-by', announced);
    verify('express/order', ordered);
  } else {
    verify('express4/x-powered-by', announced);
    verify('express4/order', ordered);
  }
}

const HALF = 'max-age=15552000; includeSubDomains';
verify('helmet3/defaults', async () => {
  const headers = await sentBy('helmet3');
  assert.deepEqual(
    [headers['content-security-policy'], headers['referrer-policy'], headers['strict-transport-security'], headers['x-xss-protection']],
    [undefined, undefined, HALF, '1; mode=block'],
  );
});
verify('helmet4/defaults', async () => {
  const headers = await sentBy('helmet4');
  assert.deepEqual([headers['strict-transport-security'], headers['expect-ct'], headers['x-xss-protection'], headers['cross-origin-opener-policy']], [HALF, 'max-age=0', '0', undefined]);
  assert.match(headers['content-security-policy'] ?? '', /block-all-mixed-content/);
  assert.doesNotMatch(headers['content-security-policy'] ?? '', /form-action/);
  assert.equal((await sentBy('helmet4', { contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } } }))['content-security-policy'], "default-src 'self'");
});
verify('helmet5/defaults', async () => {
  const headers = await sentBy('helmet5');
  assert.deepEqual([headers['strict-transport-security'], headers['cross-origin-embedder-policy'], headers['cross-origin-opener-policy'], headers['cross-origin-resource-policy']], [HALF, 'require-corp', 'same-origin', 'same-origin']);
  assert.match(headers['content-security-policy'] ?? '', /form-action/);
});
verify('helmet6/defaults', async () => {
  const headers = await sentBy('helmet6');
  assert.deepEqual([headers['strict-transport-security'], headers['cross-origin-embedder-policy'], headers['expect-ct']], [HALF, 'require-corp', undefined]);
});
verify('helmet7/defaults', async () => {
  const headers = await sentBy('helmet7');
  assert.deepEqual([headers['strict-transport-security'], headers['cross-origin-embedder-policy'], headers['cross-origin-opener-policy']], [HALF, undefined, 'same-origin']);
});
verify('helmet/defaults', async () => {
  const headers = await sentBy('helmet');
  assert.deepEqual(
    [headers['strict-transport-security'], headers['x-frame-options'], headers['x-content-type-options'], headers['referrer-policy'], headers['x-xss-protection']],
    ['max-age=31536000; includeSubDomains', 'SAMEORIGIN', 'nosniff', 'no-referrer', '0'],
  );
});

const directivesOf = (headers: Headers, name = 'content-security-policy'): ReadonlyMap<string, string> =>
  new Map((headers[name] ?? '').split(';').map((one) => {
    const space = one.indexOf(' ');
    return space < 0 ? [one, ''] : [one.slice(0, space), one.slice(space + 1)];
  }));
verify('helmet/csp-defaults', async () => {
  const directives = directivesOf(await sentBy('helmet'));
  assert.equal(directives.get('style-src'), "'self' https: 'unsafe-inline'");
  assert.deepEqual(['script-src', 'script-src-attr', 'object-src', 'frame-ancestors'].map((name) => directives.get(name)), ["'self'", "'none'", "'none'", "'self'"]);
});
verify('helmet/csp-nonce', async () => {
  const headers = await sentBy('helmet', { contentSecurityPolicy: { directives: { scriptSrc: ["'self'", () => "'nonce-abc'"] } } });
  assert.equal(directivesOf(headers).get('script-src'), "'self' 'nonce-abc'");
});
verify('helmet/aliases', async () => {
  const pairs = {
    hsts: 'strictTransportSecurity', frameguard: 'xFrameOptions', noSniff: 'xContentTypeOptions', hidePoweredBy: 'xPoweredBy', xssFilter: 'xXssProtection',
    ieNoOpen: 'xDownloadOptions', dnsPrefetchControl: 'xDnsPrefetchControl', permittedCrossDomainPolicies: 'xPermittedCrossDomainPolicies',
  };
  const named = async (options: object): Promise<readonly string[]> => Object.keys(await sentBy('helmet', options)).filter((name) => name !== 'date');
  for (const [old, now] of Object.entries(pairs)) {
    assert.deepEqual(await named({ [old]: false }), await named({ [now]: false }));
    assert.notDeepEqual(await named({ [old]: false }), await named({}));
    assert.throws(() => helmetOf('helmet')({ [old]: false, [now]: true }), /specified twice/);
  }
});
verify('helmet/refused-options', () => {
  const refused: readonly object[] = [
    { frameguard: { action: 'allow-from' } }, { hsts: { maxAge: '60' } }, { hsts: { maxAge: -1 } }, { contentSecurityPolicy: { directives: { defaultSrc: ['self'] } } },
    { contentSecurityPolicy: { useDefaults: false, directives: { scriptSrc: ["'self'"] } } },
  ];
  for (const options of refused) assert.throws(() => helmetOf('helmet')(options));
  assert.doesNotThrow(() => helmetOf('helmet')({ hsts: { maxAge: 0 } }));
});
verify('helmet/no-csp-defaults', async () => {
  const headers = await sentBy('helmet', { contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'self'"] } } });
  assert.equal(headers['content-security-policy'], "default-src 'self'");
});
verify('helmet/report-only', async () => {
  const headers = await sentBy('helmet', { contentSecurityPolicy: { reportOnly: true } });
  assert.equal(headers['content-security-policy'], undefined);
  assert.match(headers['content-security-policy-report-only'] ?? '', /default-src/);
});
verify('helmet/part-alone', async () => {
  const headers = await ask(appOf('express', helmetOf('helmet').hsts()));
  assert.deepEqual([headers['x-powered-by'], headers['content-security-policy'], headers['strict-transport-security']], ['Express', undefined, 'max-age=31536000; includeSubDomains']);
});

interface Injecting {
  inject(path: string): Promise<{ readonly headers: Headers }>;
}
verify('@fastify/helmet/defaults', async () => {
  const sent = async (options: object, route: object = {}): Promise<Headers> => {
    const app = (load('fastify') as () => Injecting & { register(plugin: unknown, options: object): Promise<void>; get(path: string, route: object, handler: () => string): void; close(): Promise<void> })();
    await app.register(load('@fastify/helmet'), options);
    app.get('/', route, () => 'x');
    const { headers } = await app.inject('/');
    await app.close();
    return headers;
  };
  const direct = await sentBy('helmet');
  for (const [name, value] of Object.entries(await sent({}))) if (/^(content-security|strict|x-|referrer|cross|origin-agent)/.test(name)) assert.equal(value, direct[name], name);
  assert.equal((await sent({ global: false }))['x-frame-options'], undefined);
  assert.equal((await sent({ global: false }, { helmet: {} }))['x-frame-options'], 'SAMEORIGIN');
});
type KoaLike = new () => { use(layer: unknown): void; callback(): RequestListener };
verify('koa-helmet/defaults', async () => {
  const Koa = load('koa') as KoaLike;
  const app = new Koa();
  app.use((load('koa-helmet') as () => unknown)());
  app.use((ctx: { body: string }) => { ctx.body = 'x'; });
  const [own, direct] = [await ask(app.callback()), await sentBy('helmet')];
  for (const name of Object.keys(direct)) if (/^(content-security|strict|x-|referrer|cross|origin-agent)/.test(name)) assert.equal(own[name], direct[name], name);
});
verify('hono/secure-headers', async () => {
  const { Hono } = await import('hono');
  const { secureHeaders } = await import('hono/secure-headers');
  const app = new Hono();
  app.use(secureHeaders());
  app.get('/', (c) => c.text('x'));
  const headers = (await app.request('/')).headers;
  assert.deepEqual([headers.get('content-security-policy'), headers.get('strict-transport-security'), headers.get('x-frame-options')], [null, HALF, 'SAMEORIGIN']);
});

const hapi = async (options: object): Promise<Headers> => {
  const server = (load('@hapi/hapi') as { server(options: object): Injecting & { route(route: object): void } }).server(options);
  server.route({ method: 'GET', path: '/', handler: () => 'x' });
  return (await server.inject('/')).headers;
};
verify('hapi/security', async () => {
  const on = await hapi({ routes: { security: true } });
  assert.deepEqual(
    [on['strict-transport-security'], on['x-frame-options'], on['x-content-type-options'], on['x-xss-protection'], on['content-security-policy']],
    ['max-age=15768000', 'DENY', 'nosniff', '0', undefined],
  );
  assert.equal((await hapi({}))['x-frame-options'], undefined);
});
verify('frameworks/no-powered-by', async () => {
  const fastify = (load('fastify') as () => Injecting & { get(path: string, handler: () => string): void; close(): Promise<void> })();
  fastify.get('/', () => 'x');
  const Koa = load('koa') as KoaLike;
  const koa = new Koa();
  koa.use((ctx: { body: string }) => { ctx.body = 'x'; });
  const { Hono } = await import('hono');
  const hono = new Hono();
  hono.get('/', (c) => c.text('x'));
  const all = [(await fastify.inject('/')).headers, await ask(koa.callback()), await hapi({}), Object.fromEntries((await hono.request('/')).headers)];
  await fastify.close();
  for (const headers of all) assert.deepEqual(Object.keys(headers).filter((name) => /^x-|security|referrer/.test(name)), []);
});
verify('nest/x-powered-by', async () => {
  load('reflect-metadata');
  const { Module } = load('@nestjs/common') as { Module(options: object): (target: object) => void };
  const { NestFactory } = load('@nestjs/core') as { NestFactory: { create(module: unknown, options: object): Promise<{ init(): Promise<void>; close(): Promise<void>; getHttpAdapter(): { getInstance(): RequestListener } }> } };
  class AppModule {}
  Module({})(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  assert.equal((await ask(app.getHttpAdapter().getInstance()))['x-powered-by'], 'Express');
  await app.close();
});
