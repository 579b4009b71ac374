import type { LibraryDefault } from './fact.js';

const express = { name: 'express', version: '5.3.0', installed: 'express' };
const express4 = { name: 'express', version: '4.22.3', installed: 'express4' };
const fastify = { name: 'fastify', version: '5.12.8', installed: 'fastify' };
const fastifyStatic = { name: '@fastify/static', version: '10.1.11', installed: '@fastify/static' };

/** Library defaults that the rules of this area lean on; run by test/defaults/errors.test.ts. */
export const errorsDefaults: readonly LibraryDefault[] = [
  { ...express, id: 'express/stack-outside-production', says: 'Without an error handler the answer to a failure holds message and stack, unless NODE_ENV is exactly production.' },
  { ...express4, id: 'express4/stack-outside-production', says: 'Without an error handler the answer to a failure holds message and stack, unless NODE_ENV is exactly production.' },
  { ...express, id: 'express/error-as-json', says: 'An Error that is sent prints as {}, and only fields of its own, such as the query of a driver, come with it.' },
  { ...express, id: 'express/error-as-text', says: 'An Error written as text shows its message and no stack.' },
  { ...express4, id: 'express4/static-dot-folders', says: 'express.static keeps a hidden file back but serves what is in a hidden folder, unless dotfiles is set.' },
  { ...express, id: 'express/static-dotfiles', says: "express.static serves nothing hidden, unless dotfiles is 'allow'." },
  { ...express, id: 'express/static-no-listing', says: 'express.static answers a folder without an index with 404, and PUT too.' },
  { ...fastify, id: 'fastify/default-handler', says: 'The default error handler sends the message of every failure, in production too, and never the stack.' },
  { ...fastify, id: 'fastify/error-sent', says: 'An Error that is sent is answered with its message; as a part of an answer it prints as {}.' },
  { name: 'koa', version: '3.3.0', installed: 'koa', id: 'koa/expose', says: 'The text of a failure is hidden, and shown only for a 4xx status or with expose set.' },
  { name: '@hapi/hapi', version: '21.4.10', installed: '@hapi/hapi', id: '@hapi/hapi/failure-hidden', says: 'The text of a failure that is thrown, returned or wrapped is hidden.' },
  { name: 'hono', version: '4.13.19', installed: 'hono', id: 'hono/http-exception', says: 'The text of a failure is hidden; the message of an HTTPException is the answer, whatever its status.' },
  {
    name: '@nestjs/core', version: '12.5.1', installed: '@nestjs/core', id: '@nestjs/core/exception-message',
    says: 'The text of a failure is hidden; the message of an HTTP exception is in the answer, whatever its status, and its cause is not.',
  },
  { name: 'errorhandler', version: '1.5.2', installed: 'errorhandler', id: 'errorhandler/always', says: 'It answers with message and stack whatever NODE_ENV is.' },
  { name: 'serve-index', version: '1.9.2', installed: 'serve-index', id: 'serve-index/lists', says: 'It lists the files of a folder, hidden ones only with hidden set.' },
  { ...fastifyStatic, id: '@fastify/static/dotfiles', says: "Hidden files and folders are served, unless dotfiles is 'ignore' or 'deny'." },
  { ...fastifyStatic, id: '@fastify/static/list', says: 'With list set it shows the files of a folder, hidden ones too.' },
  { name: '@hono/node-server', version: '2.1.9', installed: '@hono/node-server', id: '@hono/node-server/dotfiles', says: 'serveStatic serves hidden files and folders, and has no option against it.' },
  { name: '@hapi/inert', version: '7.1.2', installed: '@hapi/inert', id: '@hapi/inert/listing', says: 'A folder is not listed and nothing hidden served, unless listing and showHidden are set.' },
  { name: 'swagger-ui-express', version: '5.0.1', installed: 'swagger-ui-express', id: 'swagger-ui-express/open', says: 'The console is served to everyone, in production too.' },
];
