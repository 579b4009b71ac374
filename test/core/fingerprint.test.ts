import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { baselined, baselineOf, emptyBaseline, readBaseline, writeBaseline } from '../../server/src/core/findings/baseline.js';
import type { Finding } from '../../server/src/core/findings/finding.js';
import { fingerprint, numberDuplicates } from '../../server/src/core/findings/fingerprint.js';
import { didYouMean, nearest } from '../../server/src/core/findings/nearest.js';
import { filePath } from '../../server/src/core/text/source.js';

const path = filePath('src/app.ts');

/** FNV-1a as its authors give it. */
function reference(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const unit of Buffer.from(text, 'utf16le')) hash = ((hash ^ BigInt(unit)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}
const anyPath = fc.string({ unit: 'binary' }).map(filePath);

test('a fingerprint is FNV-1a with 64 bits over length-prefixed parts', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), anyPath, fc.string({ unit: 'binary' }), fc.nat(), (rule, file, subject, ordinal) => {
    const whole = [rule, file, subject, String(ordinal)].map((part) => `${part.length}:${part}`).join('');
    assert.equal(fingerprint(rule, file, subject, ordinal), reference(whole));
  }));
});
test('fingerprints of different findings differ, also where the parts only meet elsewhere', () => {
  const parts = fc.tuple(fc.string(), anyPath, fc.string(), fc.nat(50));
  fc.assert(fc.property(parts, parts, (a, b) => {
    assert.equal(fingerprint(...a) === fingerprint(...b), JSON.stringify(a) === JSON.stringify(b));
  }));
  assert.notEqual(fingerprint('a', filePath('bc'), 'd', 0), fingerprint('ab', filePath('c'), 'd', 0));
});
test('a fingerprint is the same in every version', () => {
  assert.equal(fingerprint('cors/wildcard-origin', path, 'cors origin', 0), 'aa9f96c5c4d2043a');
});
test('equal findings of a file are numbered in order, each kind for itself', () => {
  const of = (rule: string, subject: string): { rule: string; path: typeof path; subject: string } => ({ rule, path, subject });
  assert.deepEqual(numberDuplicates([of('a', 'x'), of('a', 'y'), of('a', 'x'), of('b', 'x'), of('a', 'x')]), [0, 0, 1, 0, 2]);
});
test('numbered findings never share a fingerprint', () => {
  fc.assert(fc.property(fc.array(fc.record({ rule: fc.constantFrom('a', 'b'), path: fc.constantFrom(path, filePath('b.ts')), subject: fc.constantFrom('', 'x') })), (items) => {
    const numbers = numberDuplicates(items);
    const prints = items.map((item, index) => fingerprint(item.rule, item.path, item.subject, numbers[index] ?? -1));
    assert.equal(new Set(prints).size, items.length);
  }));
});

function finding(rule: string, print: string, state: Finding['state'] = 'open'): Finding {
  return {
    rule, severity: 'warning', confidence: 'high', at: { path, span: { start: 0, end: 1 } }, related: [],
    explanation: { message: '', why: '', remedy: '' }, fingerprint: print, state, reason: undefined, fix: undefined,
  };
}
test('a baseline reads back as it was written', () => {
  const entry = fc.tuple(fc.string({ unit: 'binary' }), fc.record({ rule: fc.string(), path: anyPath.filter((each) => !each.startsWith('./')) }, { noNullPrototype: true }));
  fc.assert(fc.property(fc.array(entry), (entries) => {
    const baseline = { version: 1, accepted: new Map(entries) } as const;
    assert.deepEqual(new Map(readBaseline(writeBaseline(baseline))?.accepted), new Map(baseline.accepted));
  }));
});
test('a baseline is written in one order, one finding a line', () => {
  const text = writeBaseline(baselineOf([finding('b/x', '02'), finding('a/x', '03'), finding('a/x', '01'), finding('c/x', '04', 'suppressed')]));
  assert.equal(text, [
    '{', '  "version": 1,', '  "accepted": [',
    '    {"fingerprint":"01","rule":"a/x","path":"src/app.ts"},',
    '    {"fingerprint":"03","rule":"a/x","path":"src/app.ts"},',
    '    {"fingerprint":"02","rule":"b/x","path":"src/app.ts"}', '  ]', '}', '',
  ].join('\n'));
  assert.equal(writeBaseline(emptyBaseline), '{\n  "version": 1,\n  "accepted": []\n}\n');
});
test('what is no baseline is refused, and reading never throws', () => {
  for (const text of ['', 'x', '[]', 'null', '{"version":2,"accepted":[]}', '{"version":1}', '{"version":1,"accepted":{}}']) assert.equal(readBaseline(text), undefined, text);
  assert.equal(readBaseline('\uFEFF{"version":1,"accepted":[{"rule":"a"},7,null]}')?.accepted.size, 0);
  fc.assert(fc.property(fc.string(), (text) => { assert.doesNotThrow(() => readBaseline(text)); }));
});
test('an accepted finding is baselined only while it is open and of the same rule', () => {
  const baseline = baselineOf([finding('a/x', '01'), finding('unlatched/suppression-unused', '02')]);
  assert.equal(baselined(finding('a/x', '01'), baseline).state, 'baselined');
  assert.equal(baselined(finding('a/x', '01', 'suppressed'), baseline).state, 'suppressed');
  assert.equal(baselined(finding('b/x', '01'), baseline).state, 'open');
  assert.equal(baselined(finding('unlatched/suppression-unused', '02'), baseline).state, 'open');
});

const ids = ['cors/wildcard-origin', 'cors/reflected-origin', 'headers/powered-by', 'headers/helmet-missing', 'methods/put-enabled'];
test('the nearest name is found for slips and halves, and for nothing else', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['cors/wildcard', 'cors/wildcard-origin'],
    ['cors/wildcard-orgin', 'cors/wildcard-origin'],
    ['CORS/Wildcard-Origin', 'cors/wildcard-origin'],
    ['wildcard-origin', 'cors/wildcard-origin'],
    ['header/powered-by', 'headers/powered-by'],
    ['security/put-enabled', 'methods/put-enabled'],
    ['no-console', undefined],
    ['eslint/no-unused-vars', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ];
  for (const [word, expected] of cases) assert.equal(nearest(word, ids), expected, word.slice(0, 40));
  assert.equal(didYouMean('methods/put-enabeld', ids), ': did you mean "methods/put-enabled"?');
  assert.equal(didYouMean('zzz', ids), '');
});
test('one swap of neighbours in a longer word is always found', () => {
  fc.assert(fc.property(fc.constantFrom(...ids), fc.nat(17), (id, at) => {
    const swapped = id.slice(0, at) + (id[at + 1] ?? '') + (id[at] ?? '') + id.slice(at + 2);
    assert.equal(nearest(swapped, ids), id);
  }));
});
