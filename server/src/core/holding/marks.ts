import type { FilePath } from '../text/source.js';

/** What all files use, import and are marked with, counted once and kept as files change. */
export interface Marks {
  /** The file has another text, or is gone. */
  touch(path: FilePath): void;
  /** Another number whenever an answer may be another. */
  version(): number;
  /** Whether a thing is used by any file; or, with `*` behind a start, what follows it in the marks of all files, sorted, a line each. */
  answer(what: string): boolean | string;
}

/** `usesOf` says what a file uses now: undefined for one that is gone. */
export function createMarks(paths: Iterable<FilePath>, usesOf: (path: FilePath) => ReadonlySet<string> | undefined): Marks {
  const stale = new Set(paths);
  const held = new Map<FilePath, ReadonlySet<string>>();
  const counts = new Map<string, number>();
  const starts = new Map<string, string>();
  let version = 0;

  function count(mark: string, by: 1 | -1): boolean {
    const before = counts.get(mark) ?? 0;
    const after = before + by;
    if (after === 0) counts.delete(mark);
    else counts.set(mark, after);
    return (before === 0) !== (after === 0);
  }
  function renew(): void {
    if (stale.size === 0) return;
    const moved = new Set<string>();
    for (const path of stale) {
      const before = held.get(path);
      const after = usesOf(path);
      if (before === after) continue;
      // A mark that one file loses and another gains was there all the time.
      for (const mark of after ?? []) if (before?.has(mark) !== true && count(mark, 1)) toggle(moved, mark);
      for (const mark of before ?? []) if (after?.has(mark) !== true && count(mark, -1)) toggle(moved, mark);
      if (after) held.set(path, after);
      else held.delete(path);
    }
    stale.clear();
    if (moved.size === 0) return;
    version++;
    starts.clear();
  }
  return {
    touch: (path) => {
      stale.add(path);
    },
    version() {
      renew();
      return version;
    },
    answer(what) {
      renew();
      if (!what.endsWith('*')) return counts.has(what);
      const known = starts.get(what) ?? followers(counts.keys(), what.slice(0, -1));
      starts.set(what, known);
      return known;
    },
  };
}
function toggle(all: Set<string>, mark: string): void {
  if (!all.delete(mark)) all.add(mark);
}
function followers(marks: Iterable<string>, start: string): string {
  return [...marks].flatMap((mark) => (mark.startsWith(start) ? [mark.slice(start.length)] : [])).sort().join('\n');
}
