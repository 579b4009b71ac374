import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passes, riskOf } from '../../../client/src/webview/item.js';
import { noteOf, spoken } from '../../../client/src/webview/texts.js';
import { buildTree, everyNode, type MapNode } from '../../../client/src/webview/tree.js';
import { content, item, texts } from './items.js';

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
  const root = buildTree({ folders, items: [item('GET /x', { folder: 'file:///a' })] }, 'all');
  assert.equal(drawnAs(root), ['all', '  a', '    /x', '      GET', '  b'].join('\n'));
});

test('a node keeps its id when others come and go, and no two share one', () => {
  const before = buildTree(content(item('GET /api/files'), item('GET /api/files')), 'all');
  const after = buildTree(content(item('POST /api/files'), item('GET /api/files'), item('GET /api/files'), item('GET /api/users')), 'all');
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
    ['openWrite', { openWrite: 1, open: 1, unknown: 1, guarded: 1 }, 4, 2],
  );
  assert.deepEqual(
    ['/b', '/c'].map((label) => node(root, label).risk),
    ['guarded', 'unknown'],
  );
  assert.deepEqual(node(root, '/a').place, node(root, 'PUT').place);
});

test('what nobody can tell is neither open nor guarded, and a method that reads is no write', () => {
  const states = ['guarded', 'unguarded', 'unknown'] as const;
  assert.deepEqual(
    states.map((authentication) => riskOf({ authentication, method: 'PUT' })),
    ['guarded', 'openWrite', 'unknown'],
  );
  assert.deepEqual(
    ['GET', 'HEAD', 'OPTIONS', 'ALL', 'PURGE'].map((method) => riskOf({ authentication: 'unguarded', method })),
    ['open', 'open', 'open', 'openWrite', 'openWrite'],
  );
});

test('a route is undocumented only where a document describes others', () => {
  const operation = { uri: 'file:///shop/openapi.yaml', line: 1, character: 0 };
  const without = buildTree(content(item('GET /a')), 'all');
  const withOne = buildTree(content(item('GET /a'), item('GET /b', { operation })), 'all');
  assert.deepEqual(
    [node(without, 'GET').undocumented, node(withOne, '/a').children[0]?.undocumented, node(withOne, '/b').children[0]?.undocumented],
    [false, true, false],
  );
});

test('a path of a hundred thousand segments is one deep label, not a full stack', () => {
  const root = buildTree(content(item(`GET ${'/a'.repeat(100_000)}`), item('GET /a/b')), 'all');
  assert.equal(root.routes, 2);
  assert.ok(everyNode(root).length < 100);
});

test('a screen reader is told what the picture shows', () => {
  const operation = { uri: 'file:///shop/openapi.yaml', line: 1, character: 0 };
  const root = buildTree(
    content(
      item('PUT /files/{id}', { authentication: 'unguarded', findings: ['a/b', 'c/d'] }),
      item('GET /files', { operation, findings: ['a/b'] }),
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

test('each filter lets through what its name says', () => {
  const open = { authentication: 'unguarded' } as const;
  const all = [
    item('PUT /a', open),
    item('GET /api/admin/b', { operation: { uri: 'u', line: 0, character: 0 } }),
    item('GET /badminton', { authentication: 'unknown' }),
  ];
  const through = (filter: Parameters<typeof passes>[1]): readonly string[] =>
    all.filter((each) => passes(each, filter)).map(({ path }) => path);
  assert.deepEqual(through('publicWrites'), ['/a']);
  assert.deepEqual(through('admin'), ['/api/admin/b']);
  assert.deepEqual(through('undocumented'), ['/a', '/badminton']);
  assert.deepEqual(through('unknown'), ['/badminton']);
});
