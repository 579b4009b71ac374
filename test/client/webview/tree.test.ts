import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf } from '../../../client/src/webview/item.js';
import { noteOf, spoken } from '../../../client/src/webview/texts.js';
import { buildTree, everyNode, type MapNode } from '../../../client/src/webview/tree.js';
import { endpoint } from '../api-map/endpoints.js';
import { content, folder, item, texts } from './items.js';

/** A tree as indented lines. */
function drawnAs(node: MapNode, depth = 0): string {
  return [`${'  '.repeat(depth)}${node.label}`, ...node.children.map((each) => drawnAs(each, depth + 1))].join('\n');
}
function node(root: MapNode, label: string): MapNode {
  const found = everyNode(root).find((each) => each.label === label);
  assert.ok(found, `no node ${label}`);
  return found;
}

test('endpoints stand by segment and method, and segments that lead to one thing only are drawn as one', () => {
  const root = buildTree(
    content(
      item('GET /'),
      item('DELETE /api/v1/files'),
      item('GET /api/v1/files'),
      item('GET /api/v1/files/{id}'),
      item('PUT /api/v1/users/{id}/name'),
    ),
    'all',
  );
  assert.equal(
    drawnAs(root),
    [
      'shop',
      '  GET /',
      '  /api/v1',
      '    /files',
      '      GET',
      '      DELETE',
      '      /{id}',
      '        GET',
      '    /users/{id}/name',
      '      PUT',
    ].join('\n'),
  );
});

test('several folders stand below the workspace, also those without a route', () => {
  const folders = [
    { uri: 'file:///a', name: 'a' },
    { uri: 'file:///b', name: 'b' },
  ];
  const root = buildTree({ folders, items: [item('GET /x', { folder: 'file:///a' })], unserved: [] }, 'all');
  assert.equal(drawnAs(root), ['all', '  a', '    /x', '      GET', '  b'].join('\n'));
});

test('a node keeps its id when others come and go, and no two share one', () => {
  const before = buildTree(content(item('GET /api/files'), item('GET /api/files', { id: 'second' })), 'all');
  const after = buildTree(
    content(item('POST /api/files'), item('GET /api/files'), item('GET /api/files', { id: 'second' }), item('GET /api/users')),
    'all',
  );
  const [old, now] = [before, after].map((root) => everyNode(root).map(({ id }) => id));
  assert.equal(new Set(now).size, now?.length);
  assert.deepEqual(
    old?.filter((id) => !now?.includes(id)),
    [],
  );
});

test('a branch is as exposed as the worst route below it, and counts them all', () => {
  const open = { authentication: 'unguarded' } as const;
  const root = buildTree(
    content(
      item('GET /a', open),
      item('PUT /a', { ...open, findings: ['x/y', 'x/z'] }),
      item('GET /b'),
      item('GET /c', { authentication: 'unknown' }),
    ),
    'all',
  );
  assert.deepEqual(
    [root.risk, root.counts, root.routes, root.findings],
    ['open-write', { 'open-write': 1, open: 1, unknown: 1, guarded: 1, unserved: 0 }, 4, 2],
  );
  assert.deepEqual(
    ['/b', '/c'].map((label) => node(root, label).risk),
    ['guarded', 'unknown'],
  );
  assert.deepEqual(node(root, '/a').place, node(root, 'PUT').place);
});

test('the map takes what it draws from the inventory, and nothing else', () => {
  const location = { uri: 'file:///work/src/app.js', range: { start: { line: 4, character: 2 }, end: { line: 4, character: 5 } } };
  const step = { name: 'auth', location, protects: [], state: 'guards', because: '', detail: null, teach: null } as const;
  const one = endpoint('PUT /files', { location, chain: [step], findings: [{ rule: 'a/b', severity: 'error' }] });
  const gap = { folder: 'f', location, because: 'a computed name' };
  const operation = { id: 'o', folder: 'f', method: 'GET', path: '/old', admin: false, location };
  const { folders, items, unserved, gaps } = contentOf({
    folders: [{ uri: 'f', name: 'shop' }],
    endpoints: [one],
    missing: [operation],
    gaps: [gap],
  });
  assert.deepEqual([folders, gaps], [[{ uri: 'f', name: 'shop' }], 1]);
  assert.deepEqual(unserved, [
    { id: 'o', folder: 'f', method: 'GET', path: '/old', admin: false, place: { uri: location.uri, line: 4, character: 2 } },
  ]);
  assert.deepEqual(items, [
    {
      id: 'f#PUT /files',
      folder: 'f',
      method: 'PUT',
      path: '/files',
      framework: 'express',
      place: { uri: 'file:///work/src/app.js', line: 4, character: 2 },
      chain: ['auth'],
      authentication: 'unguarded',
      documented: 'unknown',
      public: false,
      admin: false,
      complete: true,
      findings: ['a/b'],
    },
  ]);
});

test('a path of a hundred thousand segments is one deep label, not a full stack', () => {
  const root = buildTree(content(item(`GET ${'/a'.repeat(100_000)}`), item('GET /a/b')), 'all');
  assert.equal(root.routes, 2);
  assert.ok(everyNode(root).length < 100);
});

test('a screen reader is told what the picture shows', () => {
  const root = buildTree(
    content(
      item('PUT /files/{id}', { authentication: 'unguarded', findings: ['a/b', 'c/d'], documented: 'no' }),
      item('GET /files', { documented: 'yes', findings: ['a/b'] }),
    ),
    'all',
  );
  assert.equal(spoken(node(root, 'PUT'), texts), 'PUT /files/{id}, no authentication, writes, 2 findings, undocumented');
  assert.equal(spoken(node(root, 'GET'), texts), 'GET /files, authenticated, 1 finding');
  assert.equal(spoken(node(root, '/files'), texts), '/files, 2 routes, open write: 1, 3 findings');
  assert.deepEqual(
    [true, false].map((open) => noteOf(node(root, '/files'), open, texts)),
    ['', '2 routes, open write: 1'],
  );
  assert.equal(noteOf(node(root, 'PUT'), undefined, texts), '2 findings, undocumented');
});

test('an operation no route serves stands among the routes, is none of them, and says so', () => {
  const place = { uri: `${folder}/openapi.yaml`, line: 8, character: 4 };
  const old = { id: 'old', folder, method: 'GET', path: '/files/old', admin: false, place };
  const root = buildTree({ ...content(item('GET /files')), unserved: [old, { ...old, id: 'all', path: '/legacy/all' }] }, 'all');
  assert.equal(drawnAs(root), ['shop', '  /files', '    GET', '    /old', '      GET', '  /legacy/all', '    GET'].join('\n'));
  assert.deepEqual([root.routes, root.risk, root.counts.unserved], [1, 'guarded', 2]);
  const legacy = everyNode(root).find(({ label }) => label === '/legacy/all');
  assert.ok(legacy);
  assert.deepEqual([legacy.routes, legacy.risk, legacy.place], [0, 'unserved', place]);
  assert.equal(spoken(legacy, texts), '/legacy/all, 0 routes, not served: 1');
  assert.equal(noteOf(legacy, false, texts), 'not served: 1');
  const leaf = legacy.children[0];
  assert.ok(leaf);
  assert.equal(spoken(leaf, texts), 'GET /legacy/all, no route serves it');
  assert.equal(noteOf(leaf, undefined, texts), 'not served');
});

test('what is open by design is said to be so', () => {
  const root = buildTree(content(item('POST /login', { authentication: 'unguarded', public: true })), 'all');
  assert.equal(root.risk, 'open');
  assert.equal(spoken(node(root, 'POST'), texts), 'POST /login, public by design');
});
