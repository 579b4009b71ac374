import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/cors.test.ts. */
export const corsDefaults: readonly LibraryDefault[] = [
  fact('cors', '2.8.6', 'open', 'without an origin it answers * and allows GET,HEAD,PUT,PATCH,POST,DELETE and every header asked for'),
  fact('cors', '2.8.6', 'wildcard-credentials', 'it answers * together with Access-Control-Allow-Credentials'),
  fact('cors', '2.8.6', 'echo', 'origin: true, and a function that answers true, echo any origin, also null'),
  fact('cors', '2.8.6', 'off', 'it sends nothing where origin is given as false, null or an empty text'),
  fact('cors', '2.8.6', 'one-text', 'a text is answered as it is, with commas and slashes, whoever asks'),
  fact('cors', '2.8.6', 'exact-list', 'members of a list are compared exactly, so * in a list matches nobody'),
  fact('cors', '2.8.6', 'pattern-origin', 'a pattern that is found anywhere in an origin accepts it'),
  fact('cors', '2.8.6', 'null-origin', 'the text null in a list accepts sandboxed frames'),
  fact('cors', '2.8.6', 'function-star', 'a function that answers * lets every website read'),
  fact('@fastify/cors', '11.4.3', 'defaults', 'it answers * and allows GET,HEAD,POST; * in a list is a wildcard, and origin: true echoes'),
  fact('@koa/cors', '5.0.0', 'credentials-echo', 'it answers * and all usual methods; with credentials it echoes the caller instead'),
  fact('@koa/cors', '5.0.0', 'no-off', 'origin: false, null or an empty text mean *, and a list is sent as several headers'),
  fact('@koa/cors', '4.0.0', 'echo-by-default', 'without an origin, and for * with credentials, it echoes any caller', 'koa-cors4'),
  fact('@hapi/hapi', '21.4.10', 'cors-echo', 'cors: true and * echo any origin, credentials are added where asked for, and ignore answers *'),
  fact('hono', '4.13.19', 'cors-defaults', 'cors() answers * and allows seven methods; * in a list matches nobody; a text is compared exactly'),
  fact('@nestjs/core', '12.5.1', 'cors-off', 'without enableCors() it sends nothing; with it, and with cors: true, the defaults of the cors package'),
  fact('graphql-yoga', '5.24.1', 'cors-on', 'without cors it echoes any origin with credentials; cors: false sends nothing'),
  fact('graphql-yoga', '5.24.1', 'cors-texts', 'a * anywhere in the text of origin echoes any origin, and a caller beside a list of two is answered null'),
  fact('socket.io', '4.8.4', 'cors-off', 'without cors it sends nothing; with it, what the cors package would'),
];

function fact(name: string, version: string, what: string, says: string, installed = name): LibraryDefault {
  return { id: `${installed}/${what}`, name, version, installed, says: `${says}.` };
}
