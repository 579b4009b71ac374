import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderTree, pathTree, type PathNode } from '../../../client/src/api-map/path-tree.js';
import { isKept, isOperationKept, readFilters, type Filter } from '../../../client/src/api-map/filters.js';
import { riskOf } from '../../../client/src/api-map/risk.js';
import { endpoint } from './endpoints.js';

/** Two spaces a level: label, methods, count of all below, gravest risk. */
function drawn(nodes: readonly PathNode[], level = 0): readonly string[] {
  return nodes.flatMap((node) => [
    `${'  '.repeat(level)}${node.label} [${node.endpoints.map(({ method }) => method).join(' ')}] ${node.count} ${node.risk}`,
    ...drawn(node.children, level + 1),
  ]);
}

test('paths become a tree in which what leads to one place only is folded', () => {
  const paths = ['GET /api/v1/users', 'POST /api/v1/users', 'GET /api/v1/users/{id}', 'GET /api/v1/files/{id}/parts', 'GET /', 'GET /health'];
  const tree = pathTree('f', paths.map((text) => endpoint(text)));
  assert.deepEqual(drawn(tree), [
    '/ [GET] 1 open',
    '/api/v1 [] 4 open-write',
    '  /files/{id}/parts [GET] 1 open',
    '  /users [GET POST] 3 open-write',
    '    /{id} [GET] 1 open',
    '/health [GET] 1 open',
  ]);
  assert.equal(new Set(ids(tree)).size, ids(tree).length);
  assert.equal(tree[1]?.children[0]?.path, '/api/v1/files/{id}/parts');
});

test('paths that are odd are shown all the same', () => {
  const paths = ['GET //a', 'GET *', 'GET ', 'GET /a/', 'GET /a', `GET ${'/x'.repeat(20_000)}`];
  const tree = pathTree('f', paths.map((text) => endpoint(text)));
  assert.equal(tree.reduce((sum, { count }) => sum + count, 0), paths.length);
  assert.deepEqual(drawn(tree).filter((line) => line.length < 100), ['* [GET] 1 open', '/ [GET] 2 open', '  /a [GET] 1 open', '/a [GET] 2 open', '  / [GET] 1 open']);
});

test('several folders are a node each, and one that has nothing is none', () => {
  const folders = [{ uri: 'a', name: 'shop' }, { uri: 'b', name: 'docs' }, { uri: 'c', name: 'admin' }];
  const tree = folderTree(folders, [endpoint('GET /x', { folder: 'a' }), endpoint('DELETE /x', { folder: 'c' })]);
  assert.deepEqual(drawn(tree), ['shop [] 1 open', '  /x [GET] 1 open', 'admin [] 1 open-write', '  /x [DELETE] 1 open-write']);
  assert.deepEqual(drawn(folderTree(folders.slice(0, 1), [endpoint('GET /x', { folder: 'a' })])), ['/x [GET] 1 open']);
  assert.deepEqual(folderTree([], []), []);
});

test('five thousand endpoints are a tree of five thousand', () => {
  const many = Array.from({ length: 5000 }, (_, index) => endpoint(`GET /api/r${index % 100}/s${Math.floor(index / 100)}/{id}`));
  const [top, ...others] = pathTree('f', many);
  assert.deepEqual(others, []);
  assert.deepEqual([top?.label, top?.count, top?.children.length, top?.children[0]?.children.length], ['/api', 5000, 100, 50]);
});

test('the risk of an endpoint: open writes first, what cannot be told is unknown', () => {
  assert.equal(riskOf(endpoint('PUT /a')), 'open-write');
  assert.equal(riskOf(endpoint('ALL /a')), 'open-write');
  assert.equal(riskOf(endpoint('PROPPATCH /a')), 'open-write');
  assert.equal(riskOf(endpoint('GET /a')), 'open');
  assert.equal(riskOf(endpoint('unknown /a')), 'open');
  assert.equal(riskOf(endpoint('POST /login', { public: true })), 'open');
  assert.equal(riskOf(endpoint('PUT /a', { authentication: 'unknown' })), 'unknown');
  assert.equal(riskOf(endpoint('PUT /a', { authentication: 'guarded' })), 'guarded');
});

test('operations that no route serves are narrowed by what is known of them', () => {
  const [plain, admin] = [{ admin: false }, { admin: true }];
  const kept = (...on: readonly Filter[]): readonly boolean[] => [plain, admin].map((one) => isOperationKept(one, new Set(on)));
  assert.deepEqual([kept(), kept('unserved'), kept('admin'), kept('unserved', 'admin')], [[true, true], [true, true], [false, true], [false, true]]);
  assert.deepEqual([kept('documented'), kept('undocumented'), kept('publicWrites'), kept('unknown', 'unserved')], [[false, false], [false, false], [false, false], [false, false]]);
  assert.equal(isKept(endpoint('GET /a'), new Set(['unserved'])), false);
});

test('filters narrow together, and a stored value that is none is no filter', () => {
  const admin = endpoint('PUT /admin', { admin: true, documented: 'no' });
  const unknown = endpoint('GET /a', { authentication: 'unknown' });
  assert.deepEqual([admin, unknown].map((one) => isKept(one, new Set())), [true, true]);
  assert.deepEqual([admin, unknown].map((one) => isKept(one, new Set(['admin']))), [true, false]);
  assert.deepEqual([admin, unknown].map((one) => isKept(one, new Set(['unknown']))), [false, true]);
  assert.deepEqual([admin, unknown].map((one) => isKept(one, new Set(['publicWrites', 'undocumented', 'admin']))), [true, false]);
  assert.deepEqual([admin, unknown].map((one) => isKept(one, new Set(['admin', 'unknown']))), [false, false]);
  // Documented, undocumented, and what no document is known to speak of.
  const known = endpoint('GET /b', { documented: 'yes' });
  assert.deepEqual((['documented', 'undocumented'] as const).map((filter) => [known, admin, unknown].map((one) => isKept(one, new Set([filter])))), [[true, false, false], [false, true, false]]);
  assert.equal(isKept(endpoint('POST /login', { public: true }), new Set(['publicWrites'])), true);
  assert.equal(isKept(endpoint('GET /b', { complete: false }), new Set(['unknown'])), true);
  assert.deepEqual([...readFilters(['unknown', 'odd', 7])], ['unknown']);
  for (const odd of [undefined, null, 'admin', { admin: true }]) assert.equal(readFilters(odd).size, 0);
});

function ids(nodes: readonly PathNode[]): readonly string[] {
  return nodes.flatMap((node) => [node.id, ...ids(node.children)]);
}
