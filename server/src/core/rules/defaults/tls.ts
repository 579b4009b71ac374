import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/tls.test.ts. */
export const tlsDefaults: readonly LibraryDefault[] = [
  { id: 'express/cookie-flags', name: 'express', version: '5.3.0', installed: 'express', says: 'A cookie set with res.cookie and no options has neither HttpOnly nor Secure nor SameSite.' },
  { id: 'express-session/cookie-flags', name: 'express-session', version: '1.19.0', installed: 'express-session', says: "The session's cookie is HttpOnly, but has neither Secure nor SameSite." },
  { id: 'cookie-session/cookie-flags', name: 'cookie-session', version: '2.1.1', installed: 'cookie-session', says: "The session's cookie is HttpOnly; over plain HTTP it has neither Secure nor SameSite." },
  { id: '@fastify/session/cookie-flags', name: '@fastify/session', version: '11.1.3', installed: '@fastify/session', says: "The session's cookie is HttpOnly and Secure, and is not set at all over plain HTTP." },
  { id: '@fastify/cookie/cookie-flags', name: '@fastify/cookie', version: '11.1.5', installed: '@fastify/cookie', says: 'A cookie set with setCookie has SameSite=Lax, but neither HttpOnly nor Secure.' },
  { id: 'koa/cookie-flags', name: 'koa', version: '3.3.0', installed: 'koa', says: 'A cookie set with ctx.cookies.set is HttpOnly and has no SameSite.' },
  { id: 'koa-session/cookie-flags', name: 'koa-session', version: '7.0.2', installed: 'koa-session', says: "The session's cookie is HttpOnly and signed; over plain HTTP it has neither Secure nor SameSite." },
  { id: '@hapi/hapi/cookie-flags', name: '@hapi/hapi', version: '21.4.10', installed: '@hapi/hapi', says: 'A cookie set with h.state is Secure, HttpOnly and SameSite=Strict.' },
  { id: 'hono/cookie-flags', name: 'hono', version: '4.13.19', installed: 'hono', says: 'A cookie set with setCookie and no options has neither HttpOnly nor Secure nor SameSite.' },
  { id: 'node/reject-unauthorized', name: 'Node.js', version: '20', installed: 'node', says: 'A certificate that nobody vouches for is refused by default and accepted with rejectUnauthorized: false.' },
  { id: 'node/check-server-identity', name: 'Node.js', version: '20', installed: 'node', says: 'With a checkServerIdentity that returns nothing, a certificate for another host is accepted.' },
  { id: 'node/environment-switch', name: 'Node.js', version: '20', installed: 'node', says: "Certificate checks are off when NODE_TLS_REJECT_UNAUTHORIZED is exactly '0'; 'false', '1' and the empty text leave them on." },
  { id: 'axios/inert-option', name: 'axios', version: '1.21.1', installed: 'axios', says: 'rejectUnauthorized in the options of a request is ignored; only that of an httpsAgent counts.' },
  { id: 'multer/no-limit', name: 'multer', version: '2.5.0', installed: 'multer', says: 'Without limits a file of any size is taken into memory; limits.fileSize is enforced.' },
  { id: 'express-fileupload/truncates', name: 'express-fileupload', version: '1.5.2', installed: 'express-fileupload', says: 'A file over limits.fileSize is cut off and the handler runs, unless abortOnLimit is set.' },
  { id: '@fastify/multipart/limit', name: '@fastify/multipart', version: '10.1.9', installed: '@fastify/multipart', says: 'A file larger than the body limit of the server is refused without further options.' },
  { id: 'node/old-protocol', name: 'Node.js', version: '20', installed: 'node', says: 'TLS 1.0 is refused by default and spoken when minVersion and the security level of the ciphers allow it.' },
  { id: 'multer/original-name', name: 'multer', version: '2.5.0', installed: 'multer', says: "The name of the client keeps its extension and has lost its '../'." },
  { id: 'express-fileupload/original-name', name: 'express-fileupload', version: '1.5.2', installed: 'express-fileupload', says: "The name of the client keeps its extension and has lost its '../'." },
];
