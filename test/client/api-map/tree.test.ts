import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InventoryEndpoint, InventoryOperation, InventoryResult, InventoryStep } from '../../../server/src/lsp/protocol.js';
import type { Filter } from '../../../client/src/api-map/filters.js';
import { childrenOf, contextOf, iconOf, idOf, lessonOf, topNodes, type MapNode } from '../../../client/src/api-map/tree-model.js';
import { countText, descriptionOf, guardText, labelOf, messageOf, spokenOf, tooltipOf, walkOf } from '../../../client/src/api-map/tree-texts.js';
import { endpoint } from './endpoints.js';

const l10n = { t: (message: string, ...values: (string | number)[]): string => message.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])) };
const location = { uri: 'file:///work/src/app.js', range: { start: { line: 6, character: 8 }, end: { line: 6, character: 12 } } };
function step(name: string, more: Partial<InventoryStep> = {}): InventoryStep {
  return { name, location, protects: [], state: 'passes', because: `the name ${name}`, detail: null, teach: null, ...more };
}
const guarded = endpoint('PUT /files/{id}', {
  chain: [step('cors', { detail: '*' }), step('requireUser', { state: 'guards', protects: ['authentication'], because: 'requireUser answers 401', teach: 'roleGuards' })],
  authentication: 'guarded', because: 'requireUser answers 401', by: 1, handler: { name: 'replace', location }, documented: 'yes',
});
const odd = endpoint('POST /odd', {
  chain: [step('mystery', { state: 'unknown', teach: 'guards', because: 'nobody can tell what mystery does' }), step('log')],
  authentication: 'unknown', documented: 'no', findings: [{ rule: 'a/b', severity: 'error' }, { rule: 'c/d', severity: 'info' }],
});
function inventory(endpoints: readonly InventoryEndpoint[], ...missing: readonly InventoryOperation[]): InventoryResult {
  return { folders: [{ uri: 'f', name: 'work' }], endpoints, missing, gaps: [] };
}
/** Two spaces a level: label and description. */
function drawn(nodes: readonly MapNode[], level = 0): readonly string[] {
  return nodes.flatMap((node) => [`${'  '.repeat(level)}${labelOf(node)} | ${descriptionOf(node, l10n)}`, ...drawn(childrenOf(node), level + 1)]);
}
const no: ReadonlySet<Filter> = new Set();

test('the tree shows paths, methods, and below each method what a request meets', () => {
  const tree = topNodes(inventory([endpoint('GET /files', { chain: [], handler: null }), guarded, odd]), no);
  assert.deepEqual(drawn(tree), [
    '/files | 2 routes',
    '  GET /files | no authentication',
    '  PUT /files/{id} | guarded by requireUser \u00b7 documented',
    '    cors(*) | the name cors',
    '    requireUser | requireUser answers 401',
    '    replace | handler',
    'POST /odd | authentication unknown \u00b7 undocumented \u00b7 2 findings',
    '  mystery | nobody can tell what mystery does',
    '  log | the name log',
    '  handler | handler',
  ]);
  const all = [...tree, ...tree.flatMap(childrenOf), ...tree.flatMap(childrenOf).flatMap(childrenOf)];
  assert.equal(new Set(all.map(idOf)).size, all.length);
  assert.equal(tree[1] && spokenOf(tree[1], l10n), 'POST /odd, authentication unknown, undocumented, 2 findings');
});

test('what a document has and no route serves stands at its path, and is no route', () => {
  const operation = (method: string, path: string): InventoryOperation => ({ id: `${method} ${path}`, folder: 'f', method, path, admin: false, location });
  const tree = topNodes(inventory([endpoint('GET /files', { handler: null })], operation('PUT', '/files'), operation('GET', '/old/a'), operation('GET', '/old/b')), no);
  assert.deepEqual(drawn(tree), [
    '/files | 1 route',
    '  GET /files | no authentication',
    '  PUT /files | not served',
    '/old | not served',
    '  GET /old/a | not served',
    '  GET /old/b | not served',
  ]);
  const [files] = tree;
  const put = files && childrenOf(files)[1];
  assert.ok(put);
  assert.equal(spokenOf(put, l10n), 'PUT /files, not served');
  assert.equal(tooltipOf(put, l10n), '`PUT /files`: documented, but no route serves it');
  assert.deepEqual([iconOf(put).name, contextOf(put), lessonOf(put), childrenOf(put)], ['circle-slash', 'operation', undefined, []]);
  assert.deepEqual(topNodes(inventory([endpoint('GET /a')], operation('GET', '/old')), new Set(['unserved'])).map(labelOf), ['GET /old']);
  assert.deepEqual(topNodes(inventory([endpoint('GET /a')], operation('GET', '/old')), new Set(['publicWrites'])), []);
});

test('what filters leave out is not there, and is counted', () => {
  const all = inventory([endpoint('GET /a'), endpoint('POST /b'), odd]);
  assert.deepEqual(topNodes(all, new Set(['publicWrites'])).map(labelOf), ['POST /b']);
  assert.deepEqual(topNodes(all, new Set(['publicWrites', 'unknown'])), []);
  assert.deepEqual([countText(1, 3, l10n), countText(3, 3, l10n), countText(1, 1, l10n)], ['1 of 3 routes', '3 routes', '1 route']);
  assert.equal(messageOf({ gaps: [] }, no, l10n), '');
  const gap = { folder: 'f', location, because: 'x' };
  assert.equal(messageOf({ gaps: [gap, gap] }, new Set(['admin', 'unknown']), l10n), 'Only: Admin, Unknown \u00b7 Routes may be missing at 2 places.');
});

test('icons tell the states apart by shape and by colour', () => {
  const endpoints = [endpoint('PUT /a'), endpoint('GET /a'), odd, guarded].map((one): MapNode => ({ kind: 'endpoint', endpoint: one }));
  const icons = endpoints.map(iconOf);
  assert.equal(new Set(icons.map(({ name }) => name)).size, 4);
  assert.equal(new Set(icons.map(({ color }) => color)).size, 4);
  const [write] = topNodes(inventory([endpoint('PUT /a/b'), endpoint('GET /a/c')]), no);
  const [read] = topNodes(inventory([endpoint('GET /a/b'), endpoint('GET /a/c')]), no);
  assert.deepEqual([write && iconOf(write).color, read && iconOf(read).color], ['charts.red', undefined]);
});

test('who guards is said as surely as it is known', () => {
  assert.equal(guardText(guarded, l10n), 'guarded by requireUser');
  assert.equal(guardText({ ...guarded, likely: true }, l10n), 'probably guarded by requireUser');
  assert.equal(guardText({ ...guarded, by: null }, l10n), 'guarded by its handler');
});

test('Unlatched can be taught where a name is all that is known', () => {
  const node: MapNode = { kind: 'endpoint', endpoint: odd };
  assert.deepEqual(lessonOf(node), { name: 'mystery', key: 'guards', uri: odd.location.uri });
  assert.equal(contextOf(node), 'endpoint.teach');
  assert.deepEqual(childrenOf(node).map(contextOf), ['step.teach', 'step', 'handler']);
  const known: MapNode = { kind: 'endpoint', endpoint: guarded };
  assert.equal(contextOf(known), 'endpoint', 'a role is not what is missing first');
  assert.deepEqual(childrenOf(known).map(lessonOf), [undefined, { name: 'requireUser', key: 'roleGuards', uri: guarded.location.uri }, undefined]);
});

test('names of the code are no markup in a tooltip', () => {
  const hostile = endpoint('GET /`[x](command:a)`', { chain: [step('a``b](command:x)\n# h')], because: '[click](command:evil) <img src=x>', framework: '*x*' });
  const text = tooltipOf({ kind: 'endpoint', endpoint: hostile }, l10n);
  assert.match(text, /^\*\*`` GET \/`\[x\]\(command:a\)` ``\*\* \\\*x\\\*$/m);
  assert.match(text, /1\. ``` a``b\]\(command:x\) # h ```: the name a\\`\\`b/);
  assert.doesNotMatch(text, /[^\\]<img|[^\\]\[click/);
  for (const node of [...topNodes(inventory([guarded, odd]), no), ...childrenOf({ kind: 'endpoint', endpoint: guarded })]) assert.match(tooltipOf(node, l10n), /`/);
});

test('a chain is walked from the first step to the handler', () => {
  assert.deepEqual(walkOf(guarded).routes.map(({ title, stops }) => [title, ...stops.map(({ name, note }) => `${name}: ${note}`)]), [
    ['PUT /files/{id}', 'cors(*): the name cors', 'requireUser: requireUser answers 401', 'replace: '],
  ]);
});
