import type { Span } from '../text/source.js';
import { lineEnd, lineStart } from './yaml-lines.js';

/** The outermost bracketed parts of a text that nest deeper than `limit`, each as a whole. */
export function deepSpans(text: string, limit: number): readonly Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let start = -1;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92) i++;
      else if (code === 34 || code === 10) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      if (++depth === limit + 1) start = i;
    } else if (code === 125 || code === 93) {
      if (depth-- === limit + 1 && start >= 0) {
        spans.push({ start, end: i + 1 });
        start = -1;
      }
    }
  }
  return start < 0 ? spans : [...spans, { start, end: text.length }];
}
/** The lines from the one that holds the offset to the last that is indented as deeply. */
export function deepLines(text: string, offset: number): Span {
  const start = lineStart(text, Math.min(offset, text.length));
  const indent = indentAt(text, start);
  let end = lineEnd(text, start);
  while (end < text.length) {
    const next = end + 1;
    const stop = lineEnd(text, next);
    if (text.slice(next, stop).trim() !== '' && indentAt(text, next) < indent) break;
    end = Math.max(stop, next);
  }
  return { start, end: Math.min(end, text.length) };
}
/** A text of the same length with these parts replaced by a word and blanks. */
export function replaced(text: string, spans: readonly Span[], word: string): string {
  let out = '';
  let at = 0;
  for (const { start, end } of spans) {
    out += text.slice(at, start) + word.slice(0, end - start).padEnd(end - start, ' ');
    at = end;
  }
  return out + text.slice(at);
}
function indentAt(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ') at++;
  return at - start;
}
