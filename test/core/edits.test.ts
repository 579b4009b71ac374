import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, mergeEdits, shift, slotsAfter, type WrittenEdit } from '../../server/src/core/text/edits.js';

function edit(start: number, end: number, text = ''): WrittenEdit {
  return { span: { start, end }, text };
}

suite('edits', () => {
  test('edits apply in any order', () => {
    assert.equal(applyEdits('abcdef', [edit(4, 5, 'X'), edit(0, 1), edit(2, 2, '--')]), 'b--cdXf');
  });
  test('inserts at one place keep their order and stand before what is replaced there', () => {
    assert.equal(applyEdits('abc', [edit(1, 2, 'X'), edit(1, 1, '1'), edit(1, 1, '2')]), 'a12Xc');
    assert.equal(applyEdits('abc', [edit(1, 1, '1'), edit(0, 1, 'X')]), 'X1bc');
  });
  test('edits that overlap, run backwards or leave the text are refused', () => {
    assert.equal(applyEdits('abcdef', [edit(0, 3), edit(2, 4)]), undefined);
    assert.equal(applyEdits('abcdef', [edit(0, 3), edit(1, 1, 'x')]), undefined);
    assert.equal(applyEdits('abc', [edit(2, 9)]), undefined);
    assert.equal(applyEdits('abc', [edit(2, 1)]), undefined);
    assert.equal(applyEdits('abc', [edit(-1, 1)]), undefined);
  });
  test('lists merge by place; equal edits count once', () => {
    assert.deepEqual(mergeEdits([[edit(5, 6, 'b'), edit(0, 0, 'import')], [edit(0, 0, 'import'), edit(2, 3)]]), [edit(0, 0, 'import'), edit(2, 3), edit(5, 6, 'b')]);
  });
  test('lists that overlap do not merge', () => {
    assert.equal(mergeEdits([[edit(0, 3)], [edit(2, 4)]]), undefined);
    assert.equal(mergeEdits([[edit(0, 3, 'x')], [edit(0, 3, 'y')]]), undefined);
  });
  test('inserts at one place become one, with the slots of both', () => {
    const first: WrittenEdit = { ...edit(3, 3, 'ab'), slots: [{ start: 1, end: 2 }] };
    const second: WrittenEdit = { ...edit(3, 3, 'cd'), slots: [{ start: 0, end: 2 }] };
    const merged = mergeEdits([[first], [second], [edit(0, 1)]]) ?? [];
    assert.deepEqual(merged, [edit(0, 1), { ...edit(3, 3, 'abcd'), slots: [{ start: 1, end: 2 }, { start: 2, end: 4 }] }]);
    assert.deepEqual(slotsAfter(merged), [{ start: 3, end: 4 }, { start: 4, end: 6 }]);
  });
  test('a span is found again behind edits', () => {
    assert.deepEqual(shift({ start: 4, end: 6 }, [edit(0, 2, 'long text')]), { start: 11, end: 13 });
    assert.deepEqual(shift({ start: 4, end: 6 }, [edit(4, 4, '++'), edit(6, 6, '--')]), { start: 6, end: 8 });
    assert.deepEqual(shift({ start: 4, end: 8 }, [edit(5, 6, 'abc')]), { start: 4, end: 10 });
    assert.deepEqual(shift({ start: 4, end: 8 }, [edit(2, 6, 'X'), edit(7, 9, 'YZ')]), { start: 2, end: 6 });
    assert.deepEqual(shift({ start: 4, end: 4 }, [edit(4, 4, 'ab')]), { start: 6, end: 6 });
  });
  test('what no edit touches is found again as it was', () => {
    fc.assert(fc.property(fc.string({ minLength: 6, maxLength: 40 }), fc.array(fc.tuple(fc.nat(40), fc.nat(3), fc.string({ maxLength: 4 })), { maxLength: 4 }), fc.nat(40), fc.nat(5), (text, raw, from, length) => {
      const edits = raw.map(([start, size, insert]) => edit(Math.min(start, text.length), Math.min(start + size, text.length), insert));
      const next = applyEdits(text, edits);
      const span = { start: Math.min(from, text.length), end: Math.min(from + length, text.length) };
      const isTouched = edits.some((one) => one.span.start < span.end && span.start < one.span.end);
      if (next === undefined || isTouched || span.start === span.end) return;
      const moved = shift(span, edits);
      assert.equal(next.slice(moved.start, moved.end), text.slice(span.start, span.end));
    }), { seed: 7, numRuns: 500 });
  });
});
