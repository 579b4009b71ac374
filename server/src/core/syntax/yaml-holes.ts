import type { Span } from '../text/source.js';
import { lineStart } from './yaml-lines.js';

/** A place the reader had to leave out. `local`: what it hides belongs to one collection, the one its column (UTF-16 units) points at. */
export interface Hole {
  readonly span: Span;
  readonly column: number;
  readonly local: boolean;
  /** The span widened over the white space around it. */
  readonly reach: Span;
  claimed: boolean;
}

/** Makes a hole of a span of the original text. */
export function holeAt(text: string, span: Span, local: boolean): Hole {
  let start = Math.min(span.start, text.length);
  let end = Math.min(Math.max(span.end, start), text.length);
  const first = start + (text.slice(start, end).length - text.slice(start, end).trimStart().length);
  const column = first - lineStart(text, first);
  while (start > 0 && isSpace(text.charCodeAt(start - 1))) start--;
  while (end < text.length && isSpace(text.charCodeAt(end))) end++;
  return { span, column, local, reach: { start, end }, claimed: false };
}

/** Whether a collection that ends now may lack entries because of a hole. Inner collections ask first and claim local holes. */
export function claims(holes: readonly Hole[], text: string, start: number, end: number, flow: boolean): boolean {
  let open = false;
  for (const hole of holes) {
    if (hole.reach.end < start || hole.reach.start > end) continue;
    if (!hole.local) {
      open = true;
      continue;
    }
    if (hole.claimed) continue;
    const fits = flow ? hole.span.start > start && hole.span.end < end + 1 : start - lineStart(text, start) <= hole.column;
    if (!fits) continue;
    hole.claimed = true;
    open = true;
  }
  return open;
}

/** Whether an empty value at `offset` may be empty only because what follows it was left out. */
export function swallows(holes: readonly Hole[], offset: number): boolean {
  return holes.some((hole) => hole.reach.start <= offset && offset <= hole.reach.end);
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}
