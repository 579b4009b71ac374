import type { Entry, Value } from '../model/value.js';
import { drivenOf, type DrivenDocument } from '../openapi/driven.js';
import { readOpenApi } from '../openapi/read.js';
import type { Abstract, Frame } from './abstract.js';
import type { Names } from './names.js';

const DEEPEST = 16;
const MOST_VALUES = 20_000;

/** A document that is written in code, with the names in it followed; undefined for an object that is none. */
export function writtenDocument({ value, frame }: Extract<Abstract, { is: 'value' }>, { evaluate, settled }: Names): DrivenDocument | undefined {
  let left = MOST_VALUES;
  const { document } = readOpenApi({ path: value.at.path }, { root: whole(value, frame, 0) });
  // One without operations is filled in later, by what nobody can follow.
  return document && document.operations.length > 0 ? drivenOf(document) : undefined;

  function whole(of: Value, at: Frame, depth: number): Value {
    if (depth > DEEPEST || left-- <= 0) return { kind: 'unknown', why: 'too much of a document', at: of.at };
    if (of.kind === 'object') {
      const entries = of.entries.map((entry): Entry => ({ ...entry, value: whole(entry.value, at, depth + 1) }));
      const spread = entries.flatMap((entry) => (entry.form === 'spread' && entry.value.kind === 'object' ? entry.value.entries : [entry]));
      return { ...of, entries: spread, open: of.open || spread.some(({ form }) => form === 'spread') };
    }
    if (of.kind === 'array') return { ...of, items: of.items.map((item) => ({ ...item, value: whole(item.value, at, depth + 1) })) };
    if (of.kind !== 'ref') return of;
    const got = settled(evaluate(of, at));
    return got.is === 'value' && got.value.kind !== 'ref' && got.value.kind !== 'call' ? whole(got.value, got.frame, depth + 1) : of;
  }
}
