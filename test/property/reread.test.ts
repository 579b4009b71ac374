import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { createEngine, type Engine } from '../../server/src/core/engine.js';
import { readFacts, type FileFacts } from '../../server/src/core/project/facts.js';
import { rereadEntry } from '../../server/src/core/syntax/reread.js';
import { plain } from '../../server/src/core/openapi/values.js';
import { filePath, spanAt, type SourceFile } from '../../server/src/core/text/source.js';

const seed = Number(process.env['SEED'] ?? 20261128);

const item = (index: number): unknown => ({
  get: { parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }], responses: { 200: { description: `all of ${index}`, content: { 'application/json': { schema: { $ref: '#/components/schemas/User' } } } } } },
  put: { security: [], requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { role: { type: 'string' }, name: { type: 'string' } } } } } }, responses: { default: { description: 'any' } } },
});
/** Items that rules have something to say of beside those of their neighbours. */
const empty = { 200: { description: 'x' } };
const failing = { message: 'Error: no\n    at Object.<anonymous> (/srv/app.js:3:5)' };
const withPassword = { type: 'object', properties: { password: { type: 'string', example: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' } } };
const others: readonly unknown[] = [
  {
    servers: [{ url: 'http://api.files.dev/v1' }], delete: { responses: {} },
    get: { deprecated: true, summary: 'Delete the file', responses: { 204: { description: 'gone' }, 500: { $ref: '#/components/responses/Failed' } } },
  },
  {
    post: {
      security: [{ jwt: [] }], parameters: [{ $ref: '#/components/parameters/Key' }],
      responses: { 200: { description: 'made', content: { 'application/json': { schema: {} } } }, 400: { description: 'no', content: { 'application/json': { example: failing } } } },
    },
    put: { responses: empty }, patch: { security: [{ other: [] }], responses: empty },
  },
  {
    parameters: [{ name: 'api_key', in: 'query', schema: { type: 'string' } }],
    trace: { responses: { 200: { description: 'x', links: { next: { server: { url: 'http://old.files.dev' } } } } } },
    get: { operationId: 'resetFile', parameters: 5, responses: { 200: { description: 'x', content: { 'application/json': { schema: withPassword } } } } },
  },
];
const whole = {
  openapi: '3.1.0', info: { title: 'Files', version: '1.0.0' }, security: [{ jwt: [] }],
  paths: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`/${index % 9 === 0 ? 'debug' : index % 7 === 0 ? 'internal' : 'files'}/p${index}`, index % 3 === 0 ? others[(index / 3) % 3] : item(index)])),
  components: {
    parameters: { Key: { name: 'access_token', in: 'query', schema: { type: 'string' } } },
    responses: { Failed: { description: 'failed', content: { 'application/json': { schema: { type: 'object', properties: { stack: { type: 'string' }, sql: { type: 'string' } } } } } } },
    schemas: { User: { type: 'object', properties: { passwordHash: { type: 'string' } } }, Last: { type: 'object', properties: { token: { type: 'string' } } } },
    securitySchemes: { jwt: { type: 'http', scheme: 'bearer' } },
  },
};
/** The value in lines, as people write YAML; `gap` stands before each path. */
function lines(value: unknown, indent: string, gap = ''): string {
  if (Array.isArray(value)) return value.length === 0 ? ' []\n' : `\n${value.map((one: unknown) => `${indent}-${lines(one, `${indent}  `).replace(/^\n\s*/, ' ')}`).join('')}`;
  if (typeof value !== 'object' || value === null) return ` ${JSON.stringify(value)}\n`;
  return `\n${Object.entries(value).map(([key, inner]: [string, unknown]) => `${key.startsWith('/') ? gap : ''}${indent}${/^[\w/]+$/.test(key) && !/^\d/.test(key) ? key : `'${key}'`}:${lines(inner, `${indent}  `, gap)}`).join('')}`;
}
const samples: readonly SourceFile[] = [
  { path: filePath('openapi.json'), text: JSON.stringify(whole, null, 2), revision: 1 },
  { path: filePath('openapi.json'), text: JSON.stringify(whole), revision: 1 },
  { path: filePath('openapi.yaml'), text: lines(whole, '').trimStart(), revision: 1 },
  { path: filePath('openapi.yaml'), text: lines(whole, '', '\n  # the next one\n').trimStart().replaceAll('\n', '\r\n'), revision: 1 },
  { path: filePath('openapi.yaml'), text: `x: &all {}\n${lines(whole, '').trimStart().replace('paths:', 'paths: &paths')}copy: *paths\n`, revision: 1 },
];

function engineOver(file: SourceFile): Engine {
  const engine = createEngine();
  engine.apply({ set: [file] });
  return engine;
}
function said(engine: Engine, { path }: SourceFile): string {
  return engine.findings(path).map((one) => JSON.stringify(one)).join('\n');
}
/** What a document says, without places. */
function shapeOf(document: FileFacts['document']): unknown {
  return document && plain(document.root, { left: 100_000 })?.data;
}
function reread(before: FileFacts, file: SourceFile): ReturnType<typeof rereadEntry> {
  return before.document && before.problems.length === 0 ? rereadEntry({ file: before.file, root: before.document.root, spans: before.spans }, file) : undefined;
}

suite(`an entry read anew says what the whole text says, seed ${seed}`, () => {
  test('typing inside an operation reads its entry only', () => {
    for (const file of samples.slice(0, 4)) {
      const text = file.text.replace('all of 7', 'all  of 7');
      assert.ok(reread(readFacts(file), { ...file, text }), `${file.path} ${file.text.slice(0, 30)}`);
    }
  });
  test('comments and space change no value', () => {
    for (const file of samples.slice(0, 4)) {
      const facts = readFacts(file);
      const typed = /\.json$/.test(file.path) ? file.text.replace('"all of 7"', '  "all of 7"') : file.text.replace('"all of 7"', '"all of 7" # all');
      const now = readFacts({ ...file, text: typed }, facts);
      assert.equal(now.document, facts.document, file.path);
      const place = now.document?.operations.find(({ path, method }) => path === '/files/p10' && method === 'PUT')?.methodAt;
      const span = place && spanAt(place, now.spans);
      assert.match(span ? typed.slice(span.start, span.end) : '', /^"?put"?$/);
    }
  });
  test('while a line does not parse, the last whole document stands, and what is typed then is read', () => {
    for (const file of samples.slice(0, 4)) {
      const facts = readFacts(file);
      const broken = readFacts({ ...file, text: file.text.replace('"all of 7"', '"all of 7') }, facts);
      assert.equal(broken.problems.length, 1);
      assert.equal(broken.document, facts.document);
      const typed = { ...file, text: file.text.replace('"all of 7"', '"all of them"') };
      const whole = readFacts(typed, broken);
      assert.equal(whole.problems.length, 0);
      assert.deepEqual(whole.document && shapeOf(whole.document), shapeOf(readFacts(typed).document));
      assert.notDeepEqual(shapeOf(whole.document), shapeOf(facts.document));
    }
  });
  test('what an alias repeats is read as a whole', () => {
    const file = samples[4];
    assert.ok(file && reread(readFacts(file), { ...file, text: file.text.replace('all of 7', 'all  of 7') }) === undefined);
  });
  const pieces = ['x', ' ', '\n', '\n    ', ':', ': ', '"', "'", '{', '}', '[', ']', ',', '#', ' # ', '- ', '&a ', '*a', '|', '> ', '\t', '$ref', 'security: []\n', '"a": 1,', '/', '\\', '---\n', '\r\n', '!t '];
  const step = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), take: fc.nat(6), put: fc.constantFrom('', ...pieces), far: fc.boolean() });
  for (const [index, file] of samples.entries()) {
    test(`edits of sample ${index}`, () => {
      let compared = 0;
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
          let { text } = file;
          let revision = 1;
          const engine = engineOver(file);
          said(engine, file);
          let last = 0.5;
          for (const { at, take, put, far } of steps) {
            last = far ? at : Math.min(1, Math.max(0, last + (at - 0.5) / 200));
            const start = Math.floor(last * text.length);
            text = text.slice(0, start) + put + text.slice(start + take);
            const now = { ...file, text, revision: ++revision };
            engine.apply({ set: [now] });
            // While a text does not parse, the engine shows what it knew of it before.
            if (readFacts(now).problems.length > 0) continue;
            compared++;
            assert.equal(said(engine, file), said(engineOver(now), file));
          }
        }),
        { seed, numRuns: Number(process.env['RUNS'] ?? 8), includeErrorInReport: true },
      );
      assert.ok(compared > 3, `${compared} comparisons`);
    });
  }
});
