import { test } from 'node:test';
import { checkStandard, type StandardApp } from './standard/contract.js';
import { expressApp, expressModules } from './standard/express.js';
import { fastifyApp } from './standard/fastify.js';
import { fastifyAutoload } from './standard/fastify-autoload.js';
import { hapi } from './standard/hapi.js';
import { hono } from './standard/hono.js';
import { koa } from './standard/koa.js';
import { nest } from './standard/nest.js';
import { next } from './standard/next.js';
import { nodeHttp } from './standard/node-http.js';

const APPS: readonly StandardApp[] = [expressApp('express'), expressApp('express4'), expressModules, fastifyApp('fastify'), fastifyApp('fastify4'), fastifyAutoload, koa, hapi, nest, next, hono, nodeHttp];

for (const app of APPS) test(`the inventory of the standard API is what it really serves and refuses: ${app.framework}`, () => checkStandard(app));
