import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPattern } from '../../server/src/core/rules/facts/pattern.js';

/** Small patterns that no engine needs long for, and texts in which they may stand. */
const letter = fc.constantFrom('a', 'b', 'B', '.', '-', '/', ':', '1', ' ', '_');
const atom = fc.oneof(
  fc.constantFrom('a', 'b', '\\.', '.', '\\d', '\\w', '\\W', '\\s', '\\S', '\\D', '[ab]', '[^a]', '[a-c-]', '[\\w.-]', '[^\\d/]', '\\/', '-', ':', '\\x61', '\\u0062', '[\\b]', '\\-', '_', '\\0', '\\cA', '{', 'a{,2}', ']'),
  fc.constantFrom('^', '$', '\\b', '\\B', '(?:ab|b)', '(a|)', '(?<n>b+)'),
);
const sign = fc.constantFrom('', '', '', '', '*', '+', '?', '{2}', '{1,2}', '{1,}', '*?', '+?', '??');
const row = fc.array(fc.tuple(atom, sign), { maxLength: 6 }).map((parts) => parts.map(([one, count]) => (/^([\^$]|\\[bB])$/.test(one) || one.endsWith('}') ? one : one + count)).join(''));
const source = fc.oneof(row, fc.tuple(row, row).map(([a, b]) => `${a}|${b}`), fc.tuple(row, row, sign).map(([a, b, count]) => `(${a})${count}${b}`), fc.tuple(row, row).map(([a, b]) => `^(?:${a}|${b})$`));
const text = fc.array(letter, { maxLength: 10 }).map((letters) => letters.join(''));

test('a pattern finds what the engine of the language finds', () => {
  fc.assert(
    fc.property(source, fc.constantFrom('', 'i', 's', 'm', 'g', 'y'), fc.array(text, { minLength: 1, maxLength: 8 }), (written, flags, texts) => {
      let real: RegExp;
      try {
        real = new RegExp(written, flags.replace(/[gy]/g, ''));
      } catch {
        return;
      }
      const pattern = readPattern(written, flags);
      assert.ok(pattern, `${written} is understood`);
      for (const one of texts) assert.equal(pattern.matches(one), real.test(one), `/${written}/${flags} on ${JSON.stringify(one)}`);
    }),
    { numRuns: 1500 },
  );
});
test('a pattern that needs other engines is left alone, and a wrong one too', () => {
  for (const one of ['(?=a)', '(?!a)', '(?<=a)b', '(a)\\1', '(?<n>a)\\k<n>', 'a**', '(', ')', '[', '[b-a]', '+', '^*', 'a{2,1}', '(?i:a)', '\\'])
    assert.equal(readPattern(one, ''), undefined, one);
  assert.equal(readPattern('a', 'v'), undefined);
  assert.equal(readPattern('(?:'.repeat(500) + ')'.repeat(500), ''), undefined);
  assert.equal(readPattern('((a{900}){900}){900}', ''), undefined);
});
test('a pattern that takes a backtracking engine for ever is answered at once', () => {
  const before = process.cpuUsage().user;
  for (const one of ['^(a+)+$', '^(a|a)*$', '^(?:a*)*b', '(.*)*(.*)*x$', '^([a-z0-9-]+)*\\.example\\.com$'])
    assert.equal(readPattern(one, '')?.matches(`${'a'.repeat(250)}!`), false, one);
  assert.ok(process.cpuUsage().user - before < 2_000_000);
});
