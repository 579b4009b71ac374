import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { faultsOf } from '../../scripts/advisory-form.js';
import { abandoned, nodeReleases } from '../../server/src/core/rules/facts/abandoned.js';
import { advisories } from '../../server/src/core/rules/facts/advisories.js';
import type { Abandoned, Advisory, NodeRelease } from '../../server/src/core/rules/facts/advisory.js';

const hole: Advisory = { kind: 'vulnerable', name: 'ws', range: '<8.17.1', level: 'high', id: 'CVE-2024-37890', short: 'a request crashes it', fixed: '8.17.1', checkedOn: '2026-11-28' };
const old: Abandoned = { kind: 'deprecated', name: 'csurf', range: '*', grade: 'old', id: 'npm:csurf@1.11.0', replacement: 'csrf-csrf', dropIn: undefined, checkedOn: '2026-11-28' };
const line: NodeRelease = { kind: 'eol', major: 18, ends: '2025-04-30', checkedOn: '2026-11-28' };

suite('the rows about packages', () => {
  test('have the form they need', () => {
    assert.deepEqual(faultsOf([...advisories, ...abandoned, ...nodeReleases]), []);
  });

  test('speak of the packages a Node server stands on', () => {
    const names = new Set([...advisories, ...abandoned].map(({ name }) => name));
    for (const name of ['express', 'fastify', 'koa', 'hono', 'next', 'jsonwebtoken', 'multer', 'ws', 'socket.io', 'csurf', 'request']) assert.ok(names.has(name), name);
  });

  const wrong: readonly (readonly [string, readonly Parameters<typeof faultsOf>[0][number][], RegExp])[] = [
    ['a range that is none', [{ ...hole, range: 'before 8' }], /is no range/],
    ['an id that is none', [{ ...hole, id: 'CVE-24' }], /is no id/],
    ['a repaired version inside the range', [{ ...hole, fixed: '8.17.0' }], /lies in/],
    ['a repaired version that is none', [{ ...hole, fixed: '8.17' }], /is no version/],
    ['a clause that is a sentence', [{ ...hole, short: 'A request crashes it.' }], /clause/],
    ['a day that is none', [{ ...hole, checkedOn: '28.11.2026' }], /is no day/],
    ['a row twice', [hole, hole], /twice/],
    ['rows in another order', [hole, { ...hole, name: 'axios' }], /stands after ws/],
    ['ranges in another order', [hole, { ...hole, range: '<7.0.0 >=1.0.0', fixed: '7.0.0' }, { ...hole, range: '<5.0.0', fixed: '5.0.0' }], /stands after/],
    ['a release of another package', [{ ...old, id: 'npm:csrf@1.11.0' }], /neither/],
    ['nothing in its place', [{ ...old, replacement: ' ' }], /takes its place/],
    ['a successor that is itself', [{ ...old, dropIn: { name: 'csurf', version: '2.0.0', after: '1.11.0', id: 'npm:csurf@1.11.0' } }], /no other package/],
    ['a successor without a version, that nothing tells of', [{ ...old, dropIn: { name: 'csrf-csrf', version: '4', after: '1.11.0', id: 'npm:csrf@1.0.0' } }], /is no version[^]*release of neither/],
    ['a name that is none', [{ ...old, name: 'C surf' }], /name/],
    ['an end that is no day', [{ ...line, ends: 'April 2025' }], /is no day/],
    ['lines of Node in another order', [line, { ...line, major: 16 }], /stands after node 18/],
  ];
  for (const [title, rows, fault] of wrong) test(`${title} is named`, () => assert.match(faultsOf(rows).join('\n'), fault));
});
