import { CHECKED, type Abandoned, type NodeRelease } from './advisory.js';

/**
 * Packages of Node servers that get no repairs any more, in order of name. The id is the release whose own notice says so, whose
 * content is nothing but its successor, or after which none came for years; or the advisory that does.
 */
export const abandoned: readonly Abandoned[] = [
  renamed('@hapi/joi', '17.1.1', 'joi', '17.2.0'),
  gone('apollo-server', '*', 'npm:apollo-server@3.13.0', '@apollo/server'),
  gone('apollo-server-azure-functions', '*', 'npm:apollo-server-azure-functions@3.13.0', '@apollo/server'),
  gone('apollo-server-cloud-functions', '*', 'npm:apollo-server-cloud-functions@3.13.0', '@apollo/server'),
  gone('apollo-server-core', '*', 'npm:apollo-server-core@3.13.0', '@apollo/server'),
  gone('apollo-server-express', '*', 'npm:apollo-server-express@3.13.0', '@apollo/server'),
  gone('apollo-server-fastify', '*', 'npm:apollo-server-fastify@3.13.0', '@apollo/server'),
  gone('apollo-server-hapi', '*', 'npm:apollo-server-hapi@3.13.0', '@apollo/server'),
  gone('apollo-server-koa', '*', 'npm:apollo-server-koa@3.13.0', '@apollo/server'),
  gone('apollo-server-lambda', '*', 'npm:apollo-server-lambda@3.13.0', '@apollo/server'),
  gone('apollo-server-micro', '*', 'npm:apollo-server-micro@3.13.0', '@apollo/server'),
  gone('aws-sdk', '*', 'npm:aws-sdk@2.1692.0', 'the clients of @aws-sdk'),
  gone('bcrypt-nodejs', '*', 'npm:bcrypt-nodejs@0.0.3', 'bcrypt or bcryptjs'),
  gone('bell', '*', 'npm:bell@10.0.0', '@hapi/bell'),
  gone('boom', '*', 'npm:boom@7.3.0', '@hapi/boom'),
  gone('crumb', '*', 'npm:crumb@7.2.3', '@hapi/crumb'),
  gone('crypto', '*', 'npm:crypto@1.0.1', 'node:crypto', 'weak'),
  gone('crypto-js', '*', 'GHSA-xwcq-pm8m-c4vf', 'node:crypto', 'weak'),
  gone('csurf', '*', 'npm:csurf@1.11.0', 'csrf-csrf, or SameSite cookies and a check of the Origin header'),
  gone('dicer', '*', 'CVE-2022-24434', '@fastify/busboy'),
  gone('express-graphql', '*', 'npm:express-graphql@0.12.0', 'graphql-http'),
  renamed('fastify-auth', '1.2.0', '@fastify/auth', '2.0.0'),
  gone('fastify-basic-auth', '*', 'npm:fastify-basic-auth@2.2.0', '@fastify/basic-auth'),
  renamed('fastify-bearer-auth', '6.3.0', '@fastify/bearer-auth', '7.0.0'),
  gone('fastify-compress', '*', 'npm:fastify-compress@4.0.1', '@fastify/compress'),
  renamed('fastify-cookie', '5.7.0', '@fastify/cookie', '6.0.0'),
  renamed('fastify-cors', '6.1.0', '@fastify/cors', '7.0.0'),
  gone('fastify-csrf', '*', 'npm:fastify-csrf@3.1.0', '@fastify/csrf-protection'),
  renamed('fastify-formbody', '5.3.0', '@fastify/formbody', '6.0.0'),
  renamed('fastify-helmet', '7.1.0', '@fastify/helmet', '8.0.0'),
  gone('fastify-http-proxy', '*', 'npm:fastify-http-proxy@6.2.2', '@fastify/http-proxy'),
  renamed('fastify-jwt', '4.2.0', '@fastify/jwt', '5.0.0'),
  renamed('fastify-multipart', '5.4.0', '@fastify/multipart', '6.0.0'),
  gone('fastify-oauth2', '*', 'npm:fastify-oauth2@4.5.0', '@fastify/oauth2'),
  gone('fastify-passport', '*', 'npm:fastify-passport@0.4.3', '@fastify/passport'),
  renamed('fastify-rate-limit', '5.9.0', '@fastify/rate-limit', '6.0.0'),
  gone('fastify-reply-from', '*', 'npm:fastify-reply-from@6.6.0', '@fastify/reply-from'),
  gone('fastify-secure-session', '*', 'npm:fastify-secure-session@3.1.0', '@fastify/secure-session'),
  gone('fastify-session', '*', 'npm:fastify-session@5.2.1', '@fastify/session'),
  renamed('fastify-static', '4.7.0', '@fastify/static', '5.0.0'),
  renamed('fastify-swagger', '5.2.0', '@fastify/swagger', '6.0.0'),
  renamed('fastify-websocket', '4.3.0', '@fastify/websocket', '5.0.0'),
  gone('formidable', '<2.0.0', 'npm:formidable@1.2.6', 'formidable 3', 'weak'),
  gone('graphql-playground-html', '*', 'npm:graphql-playground-html@1.6.30', 'GraphiQL'),
  gone('graphql-playground-middleware-express', '*', 'npm:graphql-playground-middleware-express@1.7.23', 'GraphiQL'),
  gone('graphql-playground-middleware-hapi', '*', 'npm:graphql-playground-middleware-hapi@1.7.9', 'GraphiQL'),
  gone('graphql-playground-middleware-koa', '*', 'npm:graphql-playground-middleware-koa@1.6.22', 'GraphiQL'),
  gone('graphql-playground-middleware-lambda', '*', 'npm:graphql-playground-middleware-lambda@1.7.24', 'GraphiQL'),
  gone('hapi', '*', 'npm:hapi@18.1.0', '@hapi/hapi'),
  gone('hapi-auth-basic', '*', 'npm:hapi-auth-basic@5.0.0', '@hapi/basic'),
  gone('hapi-auth-cookie', '*', 'npm:hapi-auth-cookie@10.0.0', '@hapi/cookie'),
  gone('helmet', '<4.0.0', 'npm:helmet@3.23.3', 'a current helmet, which sends a Content-Security-Policy', 'weak'),
  gone('inert', '*', 'npm:inert@5.1.3', '@hapi/inert'),
  gone('jade', '*', 'npm:jade@1.11.0', 'pug'),
  gone('joi', '<17.0.0', 'npm:joi@14.3.1', 'joi 17 or later'),
  gone('jwt-simple', '*', 'npm:jwt-simple@0.5.6', 'jose or jsonwebtoken', 'weak'),
  gone('koa-cors', '*', 'npm:koa-cors@0.0.16', '@koa/cors'),
  gone('koa-router', '*', 'npm:koa-router@14.0.0', '@koa/router', 'weak'),
  gone('multer', '<2.0.0', 'npm:multer@1.4.5-lts.2', 'multer 2'),
  gone('node-saml', '*', 'npm:node-saml@3.1.2', '@node-saml/node-saml'),
  gone('node-uuid', '*', 'npm:node-uuid@1.4.8', 'uuid, or crypto.randomUUID()'),
  { ...gone('request', '*', 'npm:request@2.88.2', 'fetch or undici'), dropIn: { name: '@cypress/request', version: '3.0.0', after: '2.88.2', id: 'npm:@cypress/request@3.0.10' } },
  gone('request-promise', '*', 'npm:request-promise@4.2.6', 'fetch or undici'),
  gone('request-promise-any', '*', 'npm:request-promise-any@1.0.9', 'fetch or undici'),
  gone('request-promise-native', '*', 'npm:request-promise-native@1.0.9', 'fetch or undici'),
  gone('subscriptions-transport-ws', '*', 'npm:subscriptions-transport-ws@0.11.0', 'graphql-ws'),
  gone('swagger-express-mw', '*', 'npm:swagger-express-mw@0.7.0', 'express-openapi-validator'),
  gone('swagger-tools', '*', 'npm:swagger-tools@0.10.4', 'express-openapi-validator'),
  gone('uuid', '<7.0.0', 'npm:uuid@3.4.0', 'uuid 7 or later, or crypto.randomUUID()', 'weak'),
  gone('vision', '*', 'npm:vision@5.4.4', '@hapi/vision'),
  gone('vm2', '*', 'CVE-2026-44008', 'isolated-vm, or a process without rights', 'risk'),
  gone('yar', '*', 'npm:yar@9.1.0', '@hapi/yar'),
];
function gone(name: string, range: string, id: string, replacement: string, grade: Abandoned['grade'] = 'old'): Abandoned {
  return { kind: 'deprecated', name, range, grade, id, replacement, dropIn: undefined, checkedOn: CHECKED };
}
/** A package that lives on under another name: its last release says under which, and in which version. */
function renamed(name: string, last: string, other: string, version: string): Abandoned {
  const id = `npm:${name}@${last}`;
  return { ...gone(name, '*', id, other), dropIn: { name: other, version, after: last, id } };
}

/** Node's lines of releases, oldest first; those before and the odd ones between have ended as well. */
export const nodeReleases: readonly NodeRelease[] = [
  line(10, '2021-04-30'),
  line(12, '2022-04-30'),
  line(14, '2023-04-30'),
  line(16, '2023-09-11'),
  line(17, '2022-06-01'),
  line(18, '2025-04-30'),
  line(19, '2023-06-01'),
  line(20, '2026-04-30'),
  line(21, '2024-06-01'),
  line(22, '2027-04-30'),
  line(23, '2025-06-01'),
  line(24, '2028-04-30'),
  line(25, '2026-06-01'),
];
function line(major: number, ends: string): NodeRelease {
  return { kind: 'eol', major, ends, checkedOn: CHECKED };
}
