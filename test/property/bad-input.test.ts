import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import ts from 'typescript';
import { filesBelow, textOf } from '../../scripts/project.js';
import { NAMED_KINDS } from '../../server/src/core/artifacts/names.js';
import { readPolicy } from '../../server/src/core/engine.js';
import { rules } from '../../server/src/core/rules/index.js';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import type { Files } from '../support/analyse.js';
import { badDocuments, deepCode, wideCode, type Hostile } from '../support/hostile-texts.js';
import { readMarked } from '../support/marked-source.js';
import { assertSound } from '../support/sound.js';

const seed = Number(process.env['SEED'] ?? 20261124);
/** RUNS=20 runs twenty times as many texts. */
const times = Number(process.env['RUNS'] ?? 1);
const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed, numRuns: numRuns * times, includeErrorInReport: true });

/** Real input to spoil: every example of every rule, and the playground. */
const samples: readonly Files[] = [
  ...rules.flatMap((rule) => rule.examples.map((example) => readMarked('bad' in example ? example.bad : example.good).files)),
  new Map(filesBelow('playground').map((path) => [filePath(path.slice('playground/'.length)), textOf(path) ?? ''])),
];
const sample = fc.constantFrom(...samples);
const names = ['app.ts', 'app.jsx', 'app.js', 'openapi.yaml', 'openapi.json', ...NAMED_KINDS.map(({ sample: name }) => name)].map(filePath);

/** The ends of the tokens of a text, in any language: good places to cut. */
function tokenEnds(text: string): readonly number[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.JSX, text);
  const ends = [0];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) ends.push(scanner.getTokenEnd());
  return ends;
}
/** A text with one of its tokens gone, twice there, or changed for one of another place. */
function spoil(text: string, at: number, way: number): string {
  const ends = tokenEnds(text);
  const index = ends.length < 2 ? 0 : 1 + (at % (ends.length - 1));
  const [start, end] = [ends[index - 1] ?? 0, ends[index] ?? text.length];
  const token = text.slice(start, end);
  const other = 1 + ((at * 7) % Math.max(1, ends.length - 1));
  const replaced =
    [
      '',
      token + token,
      text.slice(ends[other - 1] ?? 0, ends[other] ?? 0),
      `\0${token}`,
      `${token}\ud800`,
      `${token}\t`,
      `\r${token}`,
      '\ud83d\ude00',
    ][way % 8] ?? '';
  return text.slice(0, start) + replaced + text.slice(end);
}
function withOne(files: Files, pick: number, change: (text: string, path: FilePath) => string): Files {
  const path = [...files.keys()][pick % files.size];
  return new Map([...files].map(([each, text]) => [each, each === path ? change(text, each) : text]));
}

suite(`no input makes the core throw, and every place lies in its text, seed ${seed}`, () => {
  test('any text, in any kind of file', () => {
    const pieces = fc.constantFrom(
      'import express from "express"',
      'const app = express()',
      'app.',
      'put',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      '=>',
      '`',
      '${',
      "'",
      '"',
      '/*',
      '*/',
      '//',
      '\n',
      '\r',
      '\u2028',
      '\0',
      '\ud800',
      '\udc00',
      '\ufeff',
      '\t',
      ' ',
      ': ',
      '- ',
      '&a ',
      '*a ',
      '<<: ',
      '? ',
      '| ',
      '---\n',
      '%',
      'openapi: 3.1.0\n',
      'paths:',
      '"openapi": "3.1.0"',
      '$ref',
      'unlatched-ignore ',
      '-- ',
      'err.stack',
      'res.json',
      'origin',
      '*',
      'class ',
      'async ',
      'await ',
      'export default ',
      '#!',
      '@',
      '\\',
      '<',
      '>',
      '/',
      '=',
      ',',
      ';',
      '?.',
      '...',
      '1e9',
      'null',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), text, (path, content) => void assertSound(new Map([[path, content]]))),
      runs(200),
    );
  });
  test('random bytes read as text', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((all) => new TextDecoder().decode(all));
    fc.assert(
      fc.property(fc.constantFrom(...names), bytes, fc.boolean(), (path, content, headed) => {
        assertSound(new Map([[path, headed ? `openapi: 3.1.0\n${content}` : content]]));
      }),
      runs(200),
    );
  });
  test('samples cut anywhere', () => {
    fc.assert(
      fc.property(sample, fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (files, pick, where) => {
        assertSound(
          withOne(files, pick, (text) => text.slice(0, Math.floor(text.length * where))),
          { fixes: false },
        );
      }),
      runs(100),
    );
  });
  test('samples with tokens gone, doubled, exchanged or spoiled', () => {
    fc.assert(
      fc.property(sample, fc.array(fc.tuple(fc.nat(100), fc.nat(10_000), fc.nat(7)), { minLength: 1, maxLength: 3 }), (files, steps) => {
        let spoiled = files;
        for (const [pick, at, way] of steps) spoiled = withOne(spoiled, pick, (text) => spoil(text, at, way));
        assertSound(spoiled);
      }),
      runs(120),
    );
  });
  test('samples under the name of another language', () => {
    fc.assert(
      fc.property(sample, fc.constantFrom('.ts', '.tsx', '.mjs', '.cts', '.yaml', '.json', '.yml', '.d.ts', ''), (files, ending) => {
        assertSound(new Map([...files].map(([path, text]) => [filePath(path.replace(/\.\w+$/, ending)), text])), { fixes: false });
      }),
      runs(30),
    );
  });
  for (const [kind, all] of Object.entries({
    'deeply nested code': deepCode(5000),
    'code nested half as deeply': deepCode(600),
    'wide and circular code': wideCode(120),
    'hostile documents': badDocuments(1200),
  }))
    test(kind, () => {
      for (const one of all) sound(one);
    });
  test('a line of a million characters', () => {
    const long = 'app.use(cors({ origin: "*" }));'.repeat(35_000);
    for (const path of names) assertSound(new Map([[path, `openapi: 3.1.0\n${long}`]]), { fixes: false });
  });
});

function sound({ title, files }: Hostile): void {
  try {
    assertSound(new Map(Object.entries(files).map(([path, text]) => [filePath(path), text])), { fixes: false });
  } catch (error) {
    throw new Error(title, { cause: error });
  }
}

suite(`any document and any policy is read, seed ${seed}`, () => {
  const wrong: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    '',
    'x',
    '*',
    'http://api.example.com',
    '#/paths',
    [],
    {},
    [[]],
    [null],
    [{}],
    { $ref: '#' },
    { $ref: '#/paths/~1files' },
    { '': {} },
    [1, 'x', {}],
    { type: 'http' },
    { put: {} },
    { default: { description: '' } },
  );
  const document: unknown = {
    openapi: '3.1.0',
    info: { title: 'T', version: '1' },
    servers: [{ url: 'http://{host}.example.com/v1', variables: { host: { default: 'api', enum: ['api'] } } }],
    security: [{ session: ['read'] }],
    tags: [{ name: 'a' }],
    paths: {
      '/files': {
        parameters: [{ name: 'id', in: 'path', schema: { type: 'string' } }],
        servers: [{ url: '/' }],
        get: { security: [], responses: { 200: { description: 'ok' } } },
        put: {
          operationId: 'p',
          'x-unlatched-ignore': { 'openapi/sibling-unsecured': 'reason' },
          responses: { default: { $ref: '#/components/responses/R' } },
        },
        post: {
          security: [{ session: [] }],
          callbacks: { c: { '{$request.body#/url}': { post: { responses: {} } } } },
          responses: { 401: { description: '' } },
        },
      },
      '/x': { $ref: '#/components/pathItems/I' },
    },
    webhooks: { w: { post: { responses: {} } } },
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer' }, key: { type: 'apiKey', in: 'query', name: 'k' } },
      responses: { R: { description: 'r' } },
      pathItems: { I: { put: { responses: {} } } },
    },
  };
  const swagger: unknown = {
    swagger: '2.0',
    info: { title: 'T', version: '1' },
    host: 'api.example.com',
    schemes: ['http'],
    basePath: '/v1',
    securityDefinitions: { k: { type: 'basic' } },
    security: [{ k: [] }],
    paths: { '/files': { get: { schemes: ['http'], responses: {} }, put: { security: [], responses: {} } } },
  };

  test('documents in which any node is of another kind', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(document, swagger),
        fc.array(fc.tuple(fc.nat(1000), wrong), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (whole, changes, asJson) => {
          let spoiled = whole;
          for (const [at, other] of changes) spoiled = replaced(spoiled, { left: at % count(spoiled) }, other);
          const text = JSON.stringify(spoiled, undefined, 2);
          assertSound(new Map([[filePath(asJson ? 'openapi.json' : 'openapi.yaml'), asJson ? text : yaml(spoiled, '')]]));
        },
      ),
      runs(150),
    );
  });
  const ids = new Set(rules.map(({ meta }) => meta.id));
  const policyLine = fc.constantFrom(
    'rules:',
    '  cors/wildcard-origin: off',
    '  cors/wildcard: eror',
    '  - a',
    'extends: ./unlatched.yml',
    'extends: other.yml',
    'extends: 1',
    'exclude:',
    '  - "**/*.js"',
    'exclude: [',
    'methods: { allow: [GET, PUT], paths: { /x: [PUT] } }',
    'methods: [GET]',
    'auth:',
    '  guards: [requireUser, 1, null]',
    '  at: nowhere',
    'cors: *a',
    'cors: &a { origins: [*a] }',
    'minConfidence: very',
    'tls: { internalHosts: require }',
    '\t',
    '---',
    '%YAML 9',
    'spec: openapi.yaml',
    '{',
    '}',
    '? x',
    '<<: { rules: {} }',
    '__proto__: { rules: {} }',
    'baseline: 3',
    '',
    '# unlatched',
  );
  test('policies of any lines and any bytes', () => {
    const text = fc.oneof(
      fc.array(policyLine, { maxLength: 12 }).map((lines) => lines.join('\n')),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.uint8Array({ maxLength: 200 }).map((all) => new TextDecoder().decode(all)),
    );
    fc.assert(
      fc.property(text, text, (own, other) => {
        const held = new Map(
          [
            ['unlatched.yml', own],
            ['other.yml', other],
          ].map(([path, content]) => [filePath(path ?? ''), { path: filePath(path ?? ''), text: content ?? '', revision: 1 }]),
        );
        const read = readPolicy({ path: filePath('unlatched.yml'), text: own, revision: 1 }, (path) => held.get(path), ids);
        for (const { path, span, message } of read.problems) {
          const length = held.get(path)?.text.length ?? assert.fail(`${path} is not held`);
          assert.ok(
            0 <= span.start && span.start <= span.end && span.end <= length,
            `${path}: ${span.start}-${span.end} of ${length}: ${message}`,
          );
          assert.ok(message.length > 0);
        }
      }),
      runs(300),
    );
  });
});

function count(value: unknown): number {
  return 1 + (typeof value === 'object' && value !== null ? Object.values(value).reduce<number>((sum, each) => sum + count(each), 0) : 0);
}
/** The value with its n-th node, counted from the top, changed. */
function replaced(value: unknown, at: { left: number }, other: unknown): unknown {
  if (at.left-- === 0) return other;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => replaced(each, at, other));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, at, other)]));
}
/** Block style, so that other readers see it than of JSON. */
function yaml(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return ` ${JSON.stringify(value)}\n`;
  const lead = indent === '' ? '' : '\n';
  const lines = Array.isArray(value)
    ? value.map((each) => `${indent}-${yaml(each, `${indent}  `)}`)
    : Object.entries(value).map(([key, each]) => `${indent}${JSON.stringify(key)}:${yaml(each, `${indent}  `)}`);
  return lead + lines.join('');
}
