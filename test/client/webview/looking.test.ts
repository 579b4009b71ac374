import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionOf, toggle, typeAhead, type Press } from '../../../client/src/webview/keyboard.js';
import {
  alwaysDrawn,
  boxAround,
  cut,
  drawn,
  fit,
  layOut,
  linkPath,
  reveal,
  rowHeight,
  type Layout,
} from '../../../client/src/webview/layout.js';
import { mostRows, openAtFirst, Openness, visibleRows, type Row } from '../../../client/src/webview/rows.js';
import { answer, found, isAsked, wordsOf } from '../../../client/src/webview/search.js';
import { nothingSaved, savedFrom } from '../../../client/src/webview/saved.js';
import { buildTree, everyNode } from '../../../client/src/webview/tree.js';
import { content, folder, item, many } from './items.js';

const size = { width: 1000, height: 600 };
const shop = buildTree(content(item('GET /files'), item('PUT /files'), item('GET /files/{id}'), item('GET /users')), 'all');
const all = visibleRows(shop, () => true);
const measure = (text: string): number => text.length * 7;

function rowsOf(root = shop, closed: readonly string[] = []): readonly Row[] {
  return visibleRows(root, ({ label }) => !closed.includes(label));
}
function laidOut(rows: readonly Row[]): Layout {
  return layOut(rows, () => '', measure);
}
function at(rows: readonly Row[], label: string): number {
  return rows.findIndex(({ node }) => node.label === label);
}
/** What a key does at a row, in a word. */
function does(rows: readonly Row[], label: string, key: string, more: Partial<Press> = {}): string {
  const action = actionOf(rows, at(rows, label), { key, shift: false, modified: false, ...more });
  if (!action) return 'nothing';
  const label2 = (id: string): string => rows.find(({ node }) => node.id === id)?.node.label ?? '?';
  if (action.do === 'focus' || action.do === 'source') return `${action.do} ${label2(action.id)}`;
  if (action.do === 'open' || action.do === 'close') return `${action.do} ${action.ids.map(label2).join(' ')}`;
  return action.do;
}

test('rows know their level and their place among their siblings', () => {
  assert.deepEqual(
    all.map(({ node, level, position, size: number, open }) => [node.label, level, position, number, open]),
    [
      ['shop', 1, 1, 1, true],
      ['/files', 2, 1, 2, true],
      ['GET', 3, 1, 3, undefined],
      ['PUT', 3, 2, 3, undefined],
      ['/{id}', 3, 3, 3, true],
      ['GET', 4, 1, 1, undefined],
      ['/users', 2, 2, 2, true],
      ['GET', 3, 1, 1, undefined],
    ],
  );
});

test('a small map is open, a large one only as far as can be looked at, and never only its root', () => {
  const rows = (number: number): number => {
    const root = buildTree(many(number), 'all');
    const open = openAtFirst(root);
    return visibleRows(root, ({ id }) => open.has(id)).length;
  };
  assert.equal(rows(100), 1 + 2 + 20 + 100);
  assert.equal(rows(500), 1 + 10 + 100);
  assert.equal(rows(5000), 1 + 100);
  for (const number of [1, 299, 301, 2000]) assert.ok(rows(number) > 1 && rows(number) <= mostRows, String(number));
  const wide = buildTree(content(...Array.from({ length: 1000 }, (_, index) => item(`GET /r${index}`))), 'all');
  assert.deepEqual([...openAtFirst(wide)], [wide.id]);
});

test('what was opened stays open when routes are added, and only choices are remembered', () => {
  const [small, large] = [many(100), many(3000)].map((each) => buildTree(each, 'all'));
  assert.ok(small && large);
  const openness = new Openness();
  openness.meet(small, everyNode(small));
  const area = small.children[0]?.id ?? '';
  assert.equal(openness.isOpen(area), true);
  openness.meet(large, everyNode(large));
  assert.equal(openness.isOpen(area), true);
  assert.equal(openness.isOpen(large.children[5]?.id ?? ''), false);
  openness.set(area, false);
  assert.deepEqual(openness.choices(), [[area, false]]);
  assert.equal(new Openness(openness.choices()).isOpen(area), false);
  openness.set(area, true);
  assert.deepEqual(openness.choices(), []);
});

test('no two nodes overlap, siblings have no gap between them, and every link ends at its node', () => {
  const { nodes, box } = laidOut(visibleRows(buildTree(many(100), 'all'), () => true));
  const leaves = nodes.filter(({ row }) => row.open === undefined).map(({ y }) => y);
  assert.deepEqual(
    leaves,
    leaves.map((_, index) => (leaves[0] ?? 0) + index * rowHeight),
  );
  for (const each of nodes) {
    assert.ok(each.x >= box.left && each.x + each.width <= box.right && each.y > box.top && each.y < box.bottom);
    const over = nodes.filter(
      (other) =>
        other !== each && Math.abs(other.y - each.y) < rowHeight / 2 && other.x < each.x + each.width && each.x < other.x + other.width,
    );
    assert.deepEqual(
      over.map(({ row }) => row.node.label),
      [],
      each.row.node.label,
    );
    if (each.from) assert.ok(each.from.x < each.x);
  }
  assert.deepEqual([nodes[0]?.x, nodes[0]?.y, linkPath(nodes[0] ?? assert.fail())], [0, 0, '']);
  assert.match(linkPath(nodes[1] ?? assert.fail()), /^M[-\d.]+,[-\d.]+C[-\d., ]+$/);
});

test('a very long name is cut, a short one is not', () => {
  assert.equal(cut('/files'), '/files');
  assert.equal([...cut(`/${'x'.repeat(500)}`)].length, 36);
  assert.equal(cut('/a-segment-with-a-very-long-name-and-more'), '/a-segment-with-a-very-long-name\u2026');
});

test('fitting shows all, and where that is too small the root', () => {
  const small = laidOut(rowsOf());
  const view = fit(small.box, size);
  for (const { x, y, width } of small.nodes) {
    const [left, right, top] = [view.x + x * view.k, view.x + (x + width) * view.k, view.y + y * view.k];
    assert.ok(left > 0 && right < size.width && top > 0 && top < size.height);
  }
  assert.equal(view.k, 1);
  const huge = fit({ left: 0, top: -100_000, right: 500, bottom: 100_000 }, size);
  assert.deepEqual([huge.k, huge.y], [0.1, size.height / 2]);
});

test('a node out of view is brought in by the shortest way, one in view is left alone', () => {
  const { nodes } = laidOut(rowsOf());
  const box = boxAround(nodes.slice(-1));
  const still = fit(laidOut(rowsOf()).box, size);
  assert.deepEqual(reveal(still, box, size), still);
  const moved = reveal({ x: -5000, y: 900, k: 1 }, box, size);
  assert.ok(moved.x + box.left > 0 && moved.x + box.right < size.width && moved.y + box.top > 0 && moved.y + box.bottom < size.height);
});

test('of many nodes only those in view are drawn, and the one that has the focus', () => {
  const layout = laidOut(visibleRows(buildTree(many(5000), 'all'), () => true));
  const view = { x: 0, y: 300, k: 1 };
  const last = layout.nodes.at(-1)?.row.node.id;
  const some = drawn(layout, view, size, (id) => id === last);
  assert.ok(layout.nodes.length > 5000);
  assert.ok(some.length > 10 && some.length < 120, `${some.length} are drawn`);
  assert.equal(some.at(-1)?.row.node.id, last);
  const few = laidOut(rowsOf());
  assert.ok(few.nodes.length < alwaysDrawn);
  assert.equal(drawn(few, { x: 9999, y: 9999, k: 1 }, size, () => false).length, few.nodes.length);
});

test('arrows walk the tree as ARIA says', () => {
  const rows = rowsOf(shop, ['/{id}']);
  assert.deepEqual(
    ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'Home', 'End'].map((key) => does(rows, '/files', key)),
    ['focus GET', 'focus shop', 'focus GET', 'close /files', 'focus shop', 'focus GET'],
  );
  assert.deepEqual(
    ['ArrowRight', 'ArrowLeft'].map((key) => does(rows, '/{id}', key)),
    ['open /{id}', 'focus /files'],
  );
  assert.deepEqual(
    ['ArrowRight', 'ArrowLeft'].map((key) => does(rows, 'PUT', key)),
    ['nothing', 'focus /files'],
  );
  assert.deepEqual(
    ['ArrowUp', 'ArrowLeft'].map((key) => does(rows, 'shop', key)),
    ['nothing', 'close shop'],
  );
  assert.equal(actionOf(rows, rows.length - 1, { key: 'ArrowDown', shift: false, modified: false }), undefined);
});

test('Enter opens the source, Space opens and closes, a star opens all siblings', () => {
  const rows = rowsOf(shop, ['/files', '/users']);
  assert.deepEqual(
    ['Enter', ' ', '*'].map((key) => does(rows, '/files', key)),
    ['source /files', 'open /files', 'open /files /users'],
  );
  assert.deepEqual(
    [does(rowsOf(), '/files', ' '), does(rowsOf(), 'PUT', ' '), does(rowsOf(), 'PUT', 'Enter')],
    ['close /files', 'source PUT', 'source PUT'],
  );
  const leaf = rowsOf().find(({ open }) => open === undefined);
  assert.ok(leaf);
  assert.equal(toggle(leaf), undefined);
});

test('keys of the view zoom, fit and pan; keys of the editor are left to it', () => {
  assert.deepEqual(
    ['+', '-', '0', 'f'].map((key) => does(all, 'PUT', key)),
    ['zoom', 'zoom', 'fit', 'type'],
  );
  assert.equal(does(all, 'PUT', 'ArrowLeft', { shift: true }), 'pan');
  for (const key of ['ArrowLeft', 'f', '+', 'Enter']) assert.equal(does(all, 'PUT', key, { modified: true }), 'nothing');
  for (const key of ['Tab', 'Escape', 'F1', 'Shift']) assert.equal(does(all, 'PUT', key), 'nothing');
});

test('typing finds the next name that begins so, without the signs before it', () => {
  const from = (start: number, typed: string): string | undefined => typeAhead(all, start, typed)?.node.label;
  assert.deepEqual(
    [from(0, 'u'), from(0, '/us'), from(0, 'id'), from(0, 'P'), from(0, 'x')],
    ['/users', '/users', '/{id}', 'PUT', undefined],
  );
  assert.equal(typeAhead(all, 2, 'g'), all[5], 'one letter moves on');
  assert.equal(typeAhead(all, 2, 'ge'), all[2], 'more letters stay');
  assert.equal(typeAhead(all, 7, 'g'), all[2], 'and around');
  assert.equal(typeAhead([], 0, 'g'), undefined);
});

test('a search keeps what holds every word, in method, path, guard or finding', () => {
  const shown = content(
    item('PUT /files', { findings: ['methods/put-enabled'] }),
    item('GET /files', { chain: ['requireUser'] }),
    item('GET /users'),
  );
  const paths = (query: string): readonly string[] =>
    answer(shown, { filters: [], query }).items.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(paths('FILES'), ['PUT /files', 'GET /files']);
  assert.deepEqual(paths(' put  fil '), ['PUT /files']);
  assert.deepEqual(paths('requireuser'), ['GET /files']);
  assert.deepEqual(paths('put-enabled'), ['PUT /files']);
  assert.deepEqual(answer(shown, { filters: [], query: 'nowhere' }), { folders: [], items: [], unserved: [], gaps: 0 });
  assert.equal(answer(shown, { filters: [], query: '  ' }), shown);
  assert.equal(answer(shown, { filters: ['publicWrites'], query: '' }).items.length, 0);
  assert.equal(isAsked({ filters: ['admin'], query: '' }), true);
  const place = { uri: `${folder}/openapi.yaml`, line: 1, character: 2 };
  const whole = { ...shown, unserved: [{ id: 'o', folder, method: 'GET', path: '/old', admin: false, place }] };
  assert.deepEqual([answer(whole, { filters: [], query: 'old' }).items, answer(whole, { filters: [], query: 'old' }).unserved], [[], whole.unserved]);
  assert.deepEqual(answer(whole, { filters: ['unserved'], query: '' }).unserved, whole.unserved);
  assert.deepEqual(answer(whole, { filters: [], query: 'files' }).unserved, []);
});

test('what a search found in a name is marked once', () => {
  assert.deepEqual(found('/files/files', wordsOf('file ile')), [
    [1, 5],
    [7, 11],
  ]);
  assert.deepEqual(found('/files', wordsOf('fi le')), [[1, 5]]);
  assert.deepEqual(found('/files', []), []);
  assert.deepEqual(found('\u0130/a', ['a']), [], 'a letter whose small form is longer');
});

test('a saved state is read back, and a broken one is as none', () => {
  const saved = { choices: [['a', true] as const], view: { x: 1, y: 2, k: 0.5 }, filters: ['admin' as const], query: 'put', focus: 'a' };
  assert.deepEqual(savedFrom(JSON.parse(JSON.stringify(saved))), saved);
  const broken = [undefined, null, 7, 'x', [], {}, { choices: 1, view: 1, filters: 1, query: 1, focus: 1 }];
  for (const each of broken) assert.deepEqual(savedFrom(each), nothingSaved);
  assert.deepEqual(savedFrom({ choices: [['a'], ['b', true], null], view: { x: 0, y: NaN, k: 1 }, filters: ['admin', 'rm'] }), {
    ...nothingSaved,
    choices: [['b', true]],
    filters: ['admin'],
  });
  for (const k of [0, -1, 1e9, 'x']) assert.equal(savedFrom({ view: { x: 0, y: 0, k } }).view, undefined);
});
