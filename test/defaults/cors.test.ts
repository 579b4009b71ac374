import assert from 'node:assert/strict';
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { askCors, type CorsAnswer, type CorsLibrary } from '../support/cors-servers.js';
import { verify } from './verify.js';

const EVIL = 'https://evil.example';
const simple = (library: CorsLibrary, options?: unknown, origin = EVIL): Promise<CorsAnswer> => askCors(library, options, { origin, preflight: false });
const preflight = (library: CorsLibrary, options?: unknown): Promise<CorsAnswer> => askCors(library, options, { origin: EVIL, preflight: true });
const origin = (answer: CorsAnswer): string | undefined => answer.get('access-control-allow-origin');
const credentials = (answer: CorsAnswer): string | undefined => answer.get('access-control-allow-credentials');
const methods = (answer: CorsAnswer): string | undefined => answer.get('access-control-allow-methods');

verify('cors/open', async () => {
  for (const options of [undefined, {}, { origin: '*' }]) {
    assert.equal(origin(await simple('cors', options)), '*');
    const answer = await preflight('cors', options);
    assert.equal(methods(answer), 'GET,HEAD,PUT,PATCH,POST,DELETE');
    assert.equal(answer.get('access-control-allow-headers'), 'content-type');
  }
});
verify('cors/wildcard-credentials', async () => {
  for (const options of [{ credentials: true }, { origin: '*', credentials: true }]) {
    const answer = await simple('cors', options);
    assert.deepEqual([origin(answer), credentials(answer)], ['*', 'true']);
  }
});
verify('cors/echo', async () => {
  for (const allow of [true, (_: string, cb: (error: null, ok: boolean) => void) => cb(null, true)])
    for (const caller of [EVIL, 'null']) {
      const answer = await simple('cors', { origin: allow, credentials: true }, caller);
      assert.deepEqual([origin(answer), credentials(answer), answer.get('vary')], [caller, 'true', 'Origin']);
    }
});
verify('cors/off', async () => {
  for (const value of [false, undefined, null, '']) assert.equal((await simple('cors', { origin: value, credentials: true })).size, 0);
});
verify('cors/one-text', async () => {
  for (const text of ['https://a.example', 'https://a.example,https://b.example', 'https://a.example/']) assert.equal(origin(await simple('cors', { origin: text })), text);
});
verify('cors/exact-list', async () => {
  for (const list of [['https://a.example'], ['*'], ['https://*.example'], [`${EVIL}/`], ['evil.example'], []]) assert.equal(origin(await simple('cors', { origin: list })), undefined);
  assert.equal(origin(await simple('cors', { origin: [EVIL] })), EVIL);
});
verify('cors/pattern-origin', async () => {
  assert.equal(origin(await simple('cors', { origin: /example\.com$/ }, 'https://evil-example.com')), 'https://evil-example.com');
  assert.equal(origin(await simple('cors', { origin: [/^https:\/\/app\.example\.com/] }, 'https://app.example.com.evil.test')), 'https://app.example.com.evil.test');
});
verify('cors/null-origin', async () => {
  for (const value of ['null', ['null']]) assert.equal(origin(await simple('cors', { origin: value }, 'null')), 'null');
});
verify('cors/function-star', async () => {
  assert.equal(origin(await simple('cors', { origin: (_: string, cb: (error: null, ok: string) => void) => cb(null, '*') })), '*');
});
verify('@fastify/cors/defaults', async () => {
  assert.equal(origin(await simple('@fastify/cors')), '*');
  assert.equal(methods(await preflight('@fastify/cors')), 'GET,HEAD,POST');
  assert.equal(origin(await simple('@fastify/cors', { origin: ['*'] })), '*');
  assert.equal(origin(await simple('@fastify/cors', { origin: true })), EVIL);
  const both = await simple('@fastify/cors', { credentials: true });
  assert.deepEqual([origin(both), credentials(both)], ['*', 'true']);
});
verify('@koa/cors/credentials-echo', async () => {
  assert.equal(origin(await simple('@koa/cors')), '*');
  assert.equal(methods(await preflight('@koa/cors')), 'GET,HEAD,PUT,POST,DELETE,PATCH');
  for (const options of [{ credentials: true }, { origin: '*', credentials: true }]) {
    const answer = await simple('@koa/cors', options);
    assert.deepEqual([origin(answer), credentials(answer)], [EVIL, 'true']);
  }
});
verify('@koa/cors/no-off', async () => {
  for (const value of [false, null, '']) assert.equal(origin(await simple('@koa/cors', { origin: value })), '*');
  assert.equal(origin(await simple('@koa/cors', { origin: ['https://a.example', 'https://b.example'] })), 'https://a.example, https://b.example');
});
verify('koa-cors4/echo-by-default', async () => {
  for (const options of [undefined, {}, { origin: false }]) assert.equal(origin(await simple('@koa/cors@4', options)), EVIL);
  assert.equal(origin(await simple('@koa/cors@4', { origin: '*' })), '*');
  assert.equal(origin(await simple('@koa/cors@4', { origin: '*', credentials: true })), EVIL);
});
verify('@hapi/hapi/cors-echo', async () => {
  for (const options of [true, {}, { origin: ['*'] }]) {
    const answer = await simple('@hapi/hapi', options);
    assert.deepEqual([origin(answer), answer.get('vary'), credentials(answer)], [EVIL, 'origin', undefined]);
  }
  assert.equal(credentials(await simple('@hapi/hapi', { credentials: true })), 'true');
  assert.equal(origin(await simple('@hapi/hapi', { origin: 'ignore' })), '*');
  assert.equal(origin(await simple('@hapi/hapi', false)), undefined);
  assert.equal(origin(await simple('@hapi/hapi', { origin: ['https://a.example'] })), undefined);
});
verify('hono/cors-defaults', async () => {
  assert.equal(origin(await simple('hono/cors')), '*');
  assert.equal(methods(await preflight('hono/cors')), 'GET,HEAD,PUT,POST,DELETE,PATCH,QUERY');
  for (const value of [['*'], 'https://a.example', `${EVIL}/`]) assert.equal(origin(await simple('hono/cors', { origin: value })), undefined);
  const both = await simple('hono/cors', { credentials: true });
  assert.deepEqual([origin(both), credentials(both)], ['*', 'true']);
  assert.equal(origin(await simple('hono/cors', { origin: (caller: string) => caller })), EVIL);
});
verify('@nestjs/core/cors-off', async () => {
  class Pets {
    list(): readonly string[] {
      return [];
    }
  }
  Get()(Pets.prototype, 'list', Object.getOwnPropertyDescriptor(Pets.prototype, 'list') ?? {});
  Controller('pets')(Pets);
  class App {}
  Module({ controllers: [Pets] })(App);
  const answered = async (options: object, enable?: object | true): Promise<string | null> => {
    const app = await NestFactory.create(App, { logger: false, ...options });
    if (enable === true) app.enableCors();
    else if (enable) app.enableCors(enable);
    await app.listen(0, '127.0.0.1');
    try {
      return (await fetch(`${await app.getUrl()}/pets`, { headers: { origin: EVIL } })).headers.get('access-control-allow-origin');
    } finally {
      await app.close();
    }
  };
  assert.equal(await answered({}), null);
  assert.equal(await answered({}, true), '*');
  assert.equal(await answered({ cors: true }), '*');
  assert.equal(await answered({}, { origin: true, credentials: true }), EVIL);
});
verify('graphql-yoga/cors-on', async () => {
  const answer = await simple('graphql-yoga');
  assert.deepEqual([origin(answer), credentials(answer)], [EVIL, 'true']);
  assert.equal(origin(await simple('graphql-yoga', false)), undefined);
});
verify('graphql-yoga/cors-texts', async () => {
  assert.equal(origin(await simple('graphql-yoga', { origin: 'https://*.example.com' })), EVIL);
  assert.equal(origin(await simple('graphql-yoga', { origin: [] })), EVIL);
  const beside = await simple('graphql-yoga', { origin: ['https://a.example', 'https://b.example'] });
  assert.deepEqual([origin(beside), credentials(beside)], ['null', 'true']);
  assert.equal(origin(await simple('graphql-yoga', { origin: ['https://a.example'] })), 'https://a.example');
});
verify('socket.io/cors-off', async () => {
  assert.equal((await simple('socket.io')).size, 0);
  assert.equal(origin(await simple('socket.io', { origin: '*' })), '*');
  const both = await simple('socket.io', { origin: true, credentials: true });
  assert.deepEqual([origin(both), credentials(both)], [EVIL, 'true']);
});
