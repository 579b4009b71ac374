import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { InventoryEntry } from '../../server/src/core/engine.js';
import type { Inventory } from '../../server/src/core/inventory/form.js';
import { inventoryForms } from '../../server/src/core/inventory/forms.js';
import { piecesOf } from '../../server/src/core/inventory/template.js';
import { filePath } from '../../server/src/core/text/source.js';
import { filesBelow, textOf } from '../../scripts/project.js';
import { EXPRESS_FILES } from '../adapters/standard/express.js';
import { engineOver } from '../support/analyse.js';
import { readScenario } from '../support/scenario.js';

const at = { path: filePath('src/app.js'), span: { start: 0, end: 3 } };
function entry(method: string, path: string, authentication: InventoryEntry['authentication'] = 'unguarded'): InventoryEntry {
  return {
    id: `${method} ${path}`, method, path, framework: 'express', at, chain: [], handler: undefined, authentication, authorization: 'unguarded', because: '', authorizationBecause: '',
    by: undefined, likely: false, operation: undefined, documented: 'unknown', public: false, admin: false, findings: [], complete: true,
  };
}
function inventoryOf(entries: readonly InventoryEntry[], gaps: Inventory['gaps'] = [], missing: Inventory['missing'] = []): Inventory {
  return { entries, gaps, missing, lineOf: () => 1, title: 'API', version: '1.0.0' };
}
function rendered(id: string, inventory: Inventory): string {
  const form = inventoryForms.find((one) => one.id === id);
  assert.ok(form, id);
  const text = form.render(inventory);
  assert.equal(form.render(inventory), text, 'the same inventory gives the same text');
  assert.match(text, /[^\n]\n$/, 'one newline ends it');
  return text;
}
interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly 'x-unlatched-also'?: readonly string[];
  readonly 'x-unlatched-authentication'?: string;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly 'x-unlatched-incomplete'?: readonly string[];
}
/** The document, once a validator of OpenAPI 3.1 and what its schema cannot say have nothing against it. */
async function documentOf(inventory: Inventory): Promise<Document> {
  const text = rendered('openapi', inventory);
  const plain = JSON.stringify(load(text));
  const { valid, errors } = await new Validator().validate(JSON.parse(plain));
  assert.ok(valid, `${JSON.stringify(errors)}\n${text.slice(0, 2000)}`);
  const document: Document = JSON.parse(plain);
  const ids = [...text.matchAll(/^ {6}operationId: (.+)$/gm)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, 'operation ids are unique');
  const shapes = Object.keys(document.paths).map((path) => path.replace(/\{[^{}]*\}/g, '{}'));
  assert.equal(new Set(shapes).size, shapes.length, 'no two paths differ only in names');
  for (const [path, item] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
    const { parameters = [] }: { readonly parameters?: readonly { readonly name: string }[] } = JSON.parse(JSON.stringify(item));
    assert.deepEqual(parameters.map(({ name }) => name), names, `parameters of ${path}`);
  }
  return document;
}

const HOSTILE = [
  '/', '/end', '/a"b', "/a'b", '/a|b', '/a`b', '/a[b](c)', '/<script>alert(1)</script>', '/a\nb', '/a\\|b', '/:x', '/{a b}', '/{', '/}', '/{a', '/a}{b}', '/{?}', '/{?}/{?}', '/{*}', '/{*rest}', '/{*}/x/{*}',
  '{?}/x', '*', '', '/{id}/{id}', '/{^\\/a{2,3}$}', '/a#b', '/a?b=c', '/\u00fc/\u4e2d\u6587/\u{1f600}', '/\u202egpj', '/\ud800', '/style:#x;', '/classDef x:#y;', '/%%{init}%%', '/yes', '/null', '/__proto__', '/constructor/{__proto__}',
  '/{host}', '/{token}', '/a b', '/%20/%zz', '/---', '/- x', '/a: b', '/{a-b}/{a_b}',
];

test('a document of a known API says paths, parameters, guards and places', async () => {
  const guarded = { ...entry('GET', '/users/{id}', 'guarded'), authorization: 'guarded' as const };
  const document = await documentOf(inventoryOf([guarded, entry('PUT', '/users/{userId}'), entry('PROPFIND', '/files/{*}', 'unknown'), entry('ALL', '/any', 'unknown')]));
  assert.deepEqual(Object.keys(document.paths), ['/users/{id}', '/files/{rest}', '/any']);
  assert.deepEqual(document.paths['/users/{id}']?.['get']?.security, [{ bearerAuth: [] }]);
  assert.deepEqual(document.paths['/users/{id}']?.['put']?.security, []);
  assert.deepEqual(document.paths['/files/{rest}']?.['x-unlatched-methods'], [{ method: 'PROPFIND', 'x-unlatched-source': 'src/app.js:1', 'x-unlatched-authentication': 'unknown' }]);
  assert.deepEqual(Object.keys(document.paths['/any'] ?? {}), ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);
  assert.equal(document.paths['/any']?.['get']?.security, undefined);
});
test('two routes on one path claim a guard only where both have it', async () => {
  const other = { ...entry('GET', '/a/{y}', 'unguarded'), at: { ...at, path: filePath('src/b.js') } };
  const document = await documentOf(inventoryOf([entry('GET', '/a/{x}', 'guarded'), other]));
  const operation = document.paths['/a/{x}']?.['get'];
  assert.deepEqual([operation?.security, operation?.['x-unlatched-authentication'], operation?.['x-unlatched-also']], [undefined, 'unknown', ['src/b.js:1']]);
});
test('no endpoint, and any path, give a valid document', async () => {
  assert.deepEqual((await documentOf(inventoryOf([]))).paths, {});
  await documentOf(inventoryOf(HOSTILE.map((path) => entry('GET', path))));
  for (const path of HOSTILE) await documentOf(inventoryOf([entry('POST', path, 'guarded'), entry('ALL', path)]));
});
test('what the code does not tell is said in every form', () => {
  const gaps = Array.from({ length: 60 }, (_, index) => ({ at, why: `reason ${index}` }));
  for (const { id } of inventoryForms) {
    const text = rendered(id, inventoryOf([entry('GET', '/a')], gaps));
    assert.ok(id === 'mermaid' ? text.includes('missing#58;') : text.includes('and at 10 more places'), id);
  }
});
test('operations nobody serves are named in the pictures and lists', () => {
  const range = { path: filePath('openapi.yaml'), span: { start: 0, end: 1 } };
  const inventory = inventoryOf([], [], [{ method: 'GET', path: '/gone', admin: false, findings: [], at: range }]);
  for (const id of ['mermaid', 'markdown', 'http']) assert.match(rendered(id, inventory), /Documented(?:,|#44;) but not served[^]{0,12}GET \/gone/, id);
});
test('five thousand endpoints give a valid document, a picture within the limits of mermaid, and every line of the others', async () => {
  const entries = Array.from({ length: 5000 }, (_, index) => entry(['GET', 'POST', 'PUT'][index % 3] ?? 'GET', `/group${index % 40}/items${index}/{id}`, (['guarded', 'unguarded', 'unknown'] as const)[index % 3]));
  const inventory = inventoryOf(entries);
  assert.equal(Object.keys((await documentOf(inventory)).paths).length, 5000);
  const picture = rendered('mermaid', inventory);
  assert.ok(picture.length < 50_000 && picture.split('-->').length <= 500 && picture.includes('5000 endpoints are more than can be drawn'));
  assert.equal(rendered('markdown', inventory).split('\n').filter((line) => line.startsWith('| ')).length, 5001);
  assert.equal(rendered('http', inventory).split('\n').filter((line) => line.startsWith('### ')).length, 5000);
  const wide = rendered('mermaid', inventoryOf(entries.map((one, index) => ({ ...one, path: `/${'x'.repeat(200)}${index}` }))));
  assert.ok(wide.length < 50_000 && wide.split('-->').length <= 500 && wide.includes('are left out'));
});
test('no path leaves its label, its cell or its request', () => {
  for (const path of HOSTILE) {
    const inventory = inventoryOf([entry('GET', path, 'guarded')]);
    const drawn = rendered('mermaid', inventory).split('\n').filter((line) => line.includes('-->'));
    for (const line of drawn) assert.match(line, /^ {2}\w+ --> \w+\["[^"\n<>|`{}[\]()&;#]*(?:#\d+;[^"\n<>|`{}[\]()&;#]*)*"\](?::::guarded)?$/, path);
    const row = rendered('markdown', inventory).split('\n')[4] ?? '';
    assert.equal(row.replace(/`[^`]*`/g, 'code').split('|').length, 10, row);
    assert.ok(!/<(?!\/?code>)/.test(row.replace(/`[^`]*`/g, 'code')), row);
    const requests = rendered('http', inventory).split('\n').filter((line) => line.startsWith('GET '));
    assert.equal(requests.length, 1);
    assert.match(requests[0] ?? '', /^GET \{\{host\}\}\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2}|\{\{\w+\}\})*$/, path);
  }
});
test('pieces of a path have names that stand once', () => {
  const names = (path: string): readonly string[] => piecesOf(path).flatMap((piece) => (piece.kind === 'text' ? [] : [`${piece.kind} ${piece.name}`]));
  assert.deepEqual(names('/{id}/{id}/{?}/{?}/{*}/{*a}'), ['named id', 'named id2', 'unknown unknown1', 'unknown unknown2', 'rest rest', 'rest a']);
  assert.deepEqual(names('/{^a{2}$}/{'), ['unknown unknown1']);
});
test('any inventory gives a valid document and one line for each endpoint', async () => {
  const segment = fc.oneof(fc.constantFrom('a', 'b', '{id}', '{x}', '{?}', '{*}', '{*rest}', '{', '}', 'end', '"', '|', '{(\\d+)}'), fc.string({ maxLength: 8, unit: 'binary' }));
  const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`);
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'ALL', 'HEAD', 'PROPFIND', 'QUERY', 'unknown');
  const entries = fc.array(fc.tuple(method, path, fc.constantFrom('guarded' as const, 'unguarded' as const, 'unknown' as const)).map(([verb, text, state]) => entry(verb, text, state)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(entries, async (some) => {
      await documentOf(inventoryOf(some));
      assert.equal(rendered('http', inventoryOf(some)).split('\n').filter((line) => line.startsWith('### ')).length, some.length);
      assert.equal(rendered('mermaid', inventoryOf(some)).split('\n').filter((line) => /^ {2}g\d+ -->/.test(line)).length, some.length);
    }),
    { seed: 20261126, numRuns: 150 },
  );
});
test('the playground, the standard API and every scenario give valid documents that name each endpoint', async () => {
  const code = (path: string): boolean => /\.(?:[cm]?[jt]sx?|json)$/.test(path);
  const scenarios = filesBelow('test/cli').filter((path) => path.endsWith('.scenario')).map((path) => [...readScenario(textOf(path) ?? '').files]);
  const playground = filesBelow('playground').filter(code).map((path) => [path, textOf(path) ?? ''] as const);
  for (const files of [playground, Object.entries(EXPRESS_FILES), ...scenarios]) {
    const texts = new Map(files.filter(([path]) => code(path)).map(([path, text]) => [filePath(path), text]));
    const entries = engineOver(texts).inventory();
    const document = await documentOf(inventoryOf(entries));
    const again = engineOver(new Map([...texts, [filePath('all.yaml'), rendered('openapi', inventoryOf(entries))]])).inventory();
    assert.equal(again.length, entries.length, 'a document serves nothing');
    for (const one of again) if (!one.path.includes('{?}') && !one.path.includes('*') && !/^(?:ALL|unknown)$/.test(one.method)) assert.ok(one.operation, `${one.method} ${one.path} in ${Object.keys(document.paths).join(' ')}`);
  }
});
