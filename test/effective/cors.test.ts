import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { STRANGER } from '../../server/src/core/effective/cors-headers.js';
import type { EffectiveHeaders, SentHeader } from '../../server/src/core/effective/effective.js';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { asked, askCors, type CorsAnswer, type CorsLibrary } from '../support/cors-servers.js';

/** How each library is set up in code, around its options. */
interface Spelling {
  readonly head: string;
  readonly call: (options: string) => string;
  readonly manifest: object;
}
const newest = { dependencies: {} };
const SPELLINGS: Readonly<Record<CorsLibrary, Spelling>> = {
  cors: { head: "import cors from 'cors';", call: (options) => `app.use(cors(${options}));`, manifest: newest },
  '@fastify/cors': { head: "import fastifyCors from '@fastify/cors';", call: (options) => `app.register(fastifyCors${options === '' ? '' : `, ${options}`});`, manifest: newest },
  '@koa/cors': { head: "import cors from '@koa/cors';", call: (options) => `app.use(cors(${options}));`, manifest: { dependencies: { '@koa/cors': '^5.0.0' } } },
  '@koa/cors@4': { head: "import cors from '@koa/cors';", call: (options) => `app.use(cors(${options}));`, manifest: { dependencies: { '@koa/cors': '^4.0.0' } } },
  'hono/cors': { head: "import { cors } from 'hono/cors';", call: (options) => `app.use('*', cors(${options}));`, manifest: newest },
  '@hapi/hapi': { head: "import Hapi from '@hapi/hapi';", call: (options) => `Hapi.server({ routes: { cors: ${options === '' ? 'true' : options} } });`, manifest: newest },
  'graphql-yoga': { head: "import { createYoga } from 'graphql-yoga';", call: (options) => `createYoga({ schema${options === '' ? '' : `, cors: ${options}`} });`, manifest: newest },
  'socket.io': { head: "import { Server } from 'socket.io';", call: (options) => `new Server(http, { cors: ${options} });`, manifest: newest },
};

/** What each option is tried with, as it is written. */
type Choices = Readonly<Record<string, readonly string[]>>;
const TEXTS = ["'*'", "'https://a.example'", `'${STRANGER}'`, "'https://a.example,https://b.example'", "'null'", "['https://a.example']", `['https://a.example', '${STRANGER}']`, "['https://a.example', 'https://b.example']"];
const ODD = ['true', 'false', 'null', "''", '[]', "['*']", 'undefined'];
const PATTERNS = ['/evil\\.example$/', '/^https:\\/\\/(a|b)\\.example$/', "[/EXAMPLE$/i, 'https://a.example']", "[/nobody/, 'https://a.example']", "new RegExp('^https://evil')"];
const CALLBACKS = ['(origin, cb) => cb(null, true)', '(origin, cb) => cb(null, origin)', "(origin, cb) => cb(null, '*')"];
const LISTS = ["'GET'", "['GET', 'POST']", "'GET,POST,DELETE'", "'*'"];
const HEADERS = ["'X-A'", "['X-A', 'X-B']", "'*'"];
const EXPRESS: Choices = {
  origin: [...TEXTS, ...ODD, ...PATTERNS, ...CALLBACKS], credentials: ['true', 'false', "'true'", '1'], methods: [...LISTS, "''", '[]'], allowedHeaders: [...HEADERS, '[]', "''", 'null'], headers: HEADERS,
  exposedHeaders: [...HEADERS, '[]', "''", 'null'], maxAge: ['0', '600', "'600'", 'null'],
};
const KOA: Choices = {
  origin: [...TEXTS, 'false', 'null', "''", 'undefined', "(ctx) => ctx.get('Origin')", "() => '*'"], credentials: ['true', 'false', "'yes'", 'undefined'], allowMethods: [...LISTS, "''", '[]', 'undefined'],
  allowHeaders: [...HEADERS, '[]', "''"], exposeHeaders: [...HEADERS, '[]', "''"], maxAge: ['0', '600', "'600'"],
};
const CHOICES: Readonly<Record<CorsLibrary, Choices>> = {
  cors: EXPRESS,
  'socket.io': { ...EXPRESS, origin: [...TEXTS, 'true', 'false', ...PATTERNS] },
  '@fastify/cors': {
    origin: [...TEXTS, ...ODD, ...PATTERNS, ...CALLBACKS], credentials: ['true', 'false', "'yes'", 'undefined'], methods: LISTS, allowedHeaders: [...HEADERS, 'null', "''"], exposedHeaders: [...HEADERS, 'null', '[]'],
    maxAge: ['0', '600', 'null'], preflight: ['true', 'false'], hook: ["'onRequest'"],
  },
  '@koa/cors': KOA,
  '@koa/cors@4': KOA,
  'hono/cors': {
    origin: [...TEXTS, ...ODD, '/x/', '(origin) => origin', "() => '*'"], credentials: ['true', 'false', "'yes'"], allowMethods: ["['GET']", "['GET', 'PUT']", '[]', "'GET'"], allowHeaders: ["['X-A', 'X-B']", '[]'],
    exposeHeaders: ["['X-A']", '[]'], maxAge: ['0', '600'],
  },
  '@hapi/hapi': {
    origin: ["['*']", "'ignore'", "['https://a.example']", `['${STRANGER}', 'https://a.example']`, "['https://*.example']", "['https://*.example.com', 'https://b.example']", "'*'", '[]', "['*', 'https://a.example']", 'true'],
    credentials: ['true', 'false'], headers: ["['Content-Type']", "['content-type', 'X-A']"], additionalHeaders: ["['X-B']", '[]'], exposedHeaders: ["['X-C']", '[]'], additionalExposedHeaders: ["['X-D']"], maxAge: ['0', '600'],
  },
  'graphql-yoga': {
    origin: [...TEXTS, "['*']", '[]', "''", 'undefined', 'null', "'https://*.example.com'", `'${STRANGER}/'`], credentials: ['true', 'false', 'undefined'], methods: ["['GET', 'POST']", '[]'], allowedHeaders: ["['X-A', 'X-B']", '[]'],
    exposedHeaders: ["['X-A']"], maxAge: ['0', '600'],
  },
};
/** Options as they may be written: none, or some of the keys. */
function optionTexts(library: CorsLibrary): fc.Arbitrary<string> {
  const keys = Object.entries(CHOICES[library]).map(([key, values]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: key === 'origin' ? 6 : 1 }).map((value) => (value === undefined ? [] : [`${key}: ${value}`])));
  return fc.tuple(...keys).map((entries) => `{ ${entries.flat().join(', ')} }`);
}

/** What the engine says of each of these options, all in one file. */
function predicted(library: CorsLibrary, options: readonly string[]): readonly (EffectiveHeaders | undefined)[] {
  const { head, call, manifest } = SPELLINGS[library];
  const code = [head, ...options.map(call)].join('\n');
  const path = filePath('app.ts');
  const setups = engineOver(new Map([[path, code], [filePath('package.json'), JSON.stringify(manifest)]])).setups(path);
  const lines = options.map((_, index) => [head, ...options.map(call)].slice(0, index + 1).join('\n').length + 1);
  return lines.map((start, index) => setups.find(({ at }) => at.span.start >= start && at.span.start < (lines[index + 1] ?? Infinity))?.headers);
}
async function really(library: CorsLibrary, options: string, preflight: boolean): Promise<CorsAnswer | 'failed'> {
  const value: unknown = options === '' ? undefined : new Function(`return (${options});`)();
  return askCors(library, value, { origin: STRANGER, preflight }).catch(() => 'failed');
}
/** The predicted headers, with what depends on the request filled in as it was asked. */
function filled(sent: readonly SentHeader[]): ReadonlyMap<string, string> {
  return new Map(sent.map(({ name, value, note }) => [name.toLowerCase(), value ?? (/method/.test(note ?? '') ? asked.method : /headers that are asked/.test(note ?? '') ? asked.header : `? ${note ?? ''}`)]));
}
const sorted = (headers: ReadonlyMap<string, string>): readonly (readonly [string, string])[] => [...headers].sort(([a], [b]) => (a < b ? -1 : 1));
async function compare(library: CorsLibrary, options: readonly string[]): Promise<void> {
  const all = predicted(library, options);
  for (const [index, text] of options.entries()) {
    const headers = all[index];
    assert.ok(headers, `${library} ${text}: a set-up call is known`);
    for (const preflight of [false, true]) {
      const real = await really(library, text, preflight);
      const label = `${library} ${text} ${preflight ? 'preflight' : 'GET'}`;
      if (headers.refuses !== undefined) {
        if (preflight) assert.equal(real, 'failed', label);
        continue;
      }
      assert.notEqual(real, 'failed', label);
      if (real !== 'failed') assert.deepEqual(sorted(filled(preflight ? (headers.asked?.preflight ?? []) : headers.sent)), sorted(real), label);
    }
  }
}

suite('CORS headers are those of the real libraries', () => {
  for (const library of Object.keys(CHOICES) as CorsLibrary[]) {
    const single = Object.entries(CHOICES[library]).flatMap(([key, values]) => values.map((value) => `{ ${key}: ${value} }`));
    test(`${library}: each option by itself`, () => compare(library, [...(library === 'socket.io' ? [] : ['']), '{}', ...single]));
    const numRuns = library === 'socket.io' ? 3 : 8;
    test(`${library}: options together`, async () => {
      await fc.assert(fc.asyncProperty(fc.array(optionTexts(library), { minLength: 6, maxLength: 6 }), (options) => compare(library, options)), { numRuns, endOnFailure: true });
    });
  }
});
test('a function that looks at the origin, a list that is not known, and a delegate are not guessed', () => {
  const of = (options: string): EffectiveHeaders | undefined => predicted('cors', [options])[0];
  assert.deepEqual(of('{ origin: (origin, cb) => cb(null, list.includes(origin)), credentials: true }')?.sent, [
    { name: 'Access-Control-Allow-Origin', value: undefined, note: 'for origins the function accepts; others get none' }, { name: 'Vary', value: 'Origin' }, { name: 'Access-Control-Allow-Credentials', value: 'true' },
  ]);
  assert.deepEqual(of("{ origin: process.env.ORIGINS.split(',') }")?.sent, [{ name: 'Access-Control-Allow-Origin', value: undefined, note: 'for origins of the list' }, { name: 'Vary', value: 'Origin' }]);
  assert.deepEqual(of('{ origin: process.env.ORIGIN }')?.sent, [{ name: 'Access-Control-Allow-Origin', value: undefined, note: 'depends on a setting' }]);
  for (const options of ['(req, cb) => cb(null, {})', 'options', '{ ...shared }']) assert.equal(of(options), undefined, options);
});
test('what only development lets in is passed over', () => {
  const [answer] = predicted('cors', ["{ origin: process.env.NODE_ENV === 'production' ? ['https://a.example'] : '*' }"]);
  assert.deepEqual(answer?.sent, [{ name: 'Vary', value: 'Origin' }]);
});
