import { changedPart } from './edits.js';
import type { At, FilePath } from './source.js';

/** The places of one revision of a file: `spans[2 * i], spans[2 * i + 1]` are the offsets of mark `-(i + 1)`. */
export interface PlaceRecord {
  readonly text: string;
  /** The same object for all revisions whose places mean the same. */
  readonly origin: object;
  /** How many places there were before anything was inherited: the rest grows with each revision. */
  readonly fresh: number;
  readonly ats: readonly At[];
  readonly spans: Int32Array;
}
/** Hands out places while a text is read. */
export interface Places {
  /** The place [start, end); the same span is the same place. */
  mark(start: number, end: number): At;
  record(): PlaceRecord;
}

/**
 * Places of a text. With the record of the revision before, what stands outside the changed part keeps its mark, moved
 * through the edit: so places that others remember stay true, and equal places are equal marks in both revisions.
 */
export function createPlaces(path: FilePath, text: string, before?: PlaceRecord): Places {
  const ats: At[] = [];
  let ends: number[] = [];
  let starts: number[] = [];
  /** The newest place that starts at an offset (plus one, 0 for none), and the one made before it at the same offset. */
  const heads = new Int32Array(text.length + 1);
  const others: number[] = [];
  if (before) inherit(before);

  function link(index: number, start: number): void {
    others[index] = heads[start] ?? 0;
    heads[start] = index + 1;
  }
  function inherit({ text: old, ats: known, spans }: PlaceRecord): void {
    const edit = changedPart(old, text);
    const growth = text.length - old.length;
    starts = new Array<number>(known.length);
    ends = new Array<number>(known.length);
    known.forEach((place, index) => {
      const start = spans[index * 2] ?? 0;
      const end = spans[index * 2 + 1] ?? 0;
      const isLost = (start > edit.start && start < edit.end) || (end > edit.start && end < edit.end);
      ats.push(place);
      starts[index] = start >= edit.end && (start > edit.start || edit.start === edit.end) ? start + growth : Math.min(start, text.length);
      ends[index] = end > edit.start && end >= edit.end ? end + growth : Math.min(end, text.length);
      others[index] = 0;
      // What was empty at the edit may have gone to either side: it gets a new mark.
      if (!isLost && (start < end || start !== edit.start)) link(index, starts[index] ?? 0);
    });
  }

  return {
    mark(start, end) {
      for (let at = heads[start] ?? 0; at > 0; at = others[at - 1] ?? 0) {
        const known = ats[at - 1];
        if (known && ends[at - 1] === end) return known;
      }
      const index = ats.length;
      const made: At = { path, mark: -(index + 1) };
      ats.push(made);
      starts.push(start);
      ends.push(end);
      others.push(0);
      if (start >= 0 && start < heads.length) link(index, start);
      return made;
    },
    record() {
      const spans = new Int32Array(ats.length * 2);
      for (let i = 0; i < ats.length; i++) {
        spans[i * 2] = starts[i] ?? 0;
        spans[i * 2 + 1] = ends[i] ?? 0;
      }
      return { text, origin: before?.origin ?? {}, fresh: before?.fresh ?? ats.length, ats, spans };
    },
  };
}
