import type { Code } from '../../findings/changes.js';
import type { Span } from '../../text/source.js';
import type { Page } from './page.js';

/** New text with the places the author fills, as spans of it. */
export interface Written {
  readonly text: string;
  readonly slots: readonly Span[];
}

/**
 * Makes text of code pieces. A line break inside a word becomes the file's, followed by `indent` and the file's steps for each two leading spaces.
 * Undefined when something to copy cannot be found.
 */
export function write(page: Pick<Page, 'style' | 'places'>, code: Code, indent: string): Written | undefined {
  let text = '';
  const slots: Span[] = [];
  for (const piece of code) {
    if (typeof piece === 'string') text += lines(page, piece, indent);
    else if ('quote' in piece) text += quoted(piece.quote, page.style.quote);
    else if ('slot' in piece) {
      slots.push({ start: text.length, end: text.length + piece.slot.length });
      text += piece.slot;
    } else {
      const copied = page.places.text(piece.copy);
      if (copied === undefined) return undefined;
      text += copied;
    }
  }
  return { text, slots };
}

/** Joins plain and written text; slots move along. */
export function concat(...parts: readonly (string | Written)[]): Written {
  let text = '';
  const slots: Span[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') slots.push(...part.slots.map((slot) => ({ start: slot.start + text.length, end: slot.end + text.length })));
    text += typeof part === 'string' ? part : part.text;
  }
  return { text, slots };
}

/** A statement on a line of its own, ended as the file ends its statements. `next` is the character that follows: one that would continue the statement keeps the semicolon. */
export function asLine(page: Page, written: Written, next: string | undefined): Written {
  const { semicolons } = page.style;
  const bare = semicolons ? written : withoutSemicolons(written);
  const isStatement = !/^(\/\/|\/\*|@)/.test(bare.text) && !/[;{},:]$/.test(bare.text) && !bare.text.endsWith('*/') && bare.text !== '';
  const needsEnd = isStatement && (semicolons || continues(next));
  return concat(!semicolons && isStatement && continues(bare.text[0]) ? ';' : '', bare, needsEnd ? ';' : '');
}
/** A statement between others on one line. */
export function asInline(written: Written): Written {
  return /[;{}]$/.test(written.text) ? written : concat(written, ';');
}
/** A character that would make the line before it go on where that one has no semicolon. */
export function continues(next: string | undefined): boolean {
  return next !== undefined && next !== '' && '([`/+-*.,'.includes(next);
}

/** A string literal with these quotes. */
export function quoted(text: string, quote: "'" | '"'): string {
  let out = '';
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char === quote || char === '\\') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else if (code < 32 || code === 0x2028 || code === 0x2029) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += char;
  }
  return quote + out + quote;
}

function lines(page: Pick<Page, 'style'>, word: string, indent: string): string {
  const [first = '', ...rest] = word.split(/\r?\n/);
  return [first, ...rest.map((line) => {
    const body = line.trimStart();
    const blanks = line.length - body.length;
    return body === '' ? '' : indent + page.style.indent.repeat(blanks >> 1) + ' '.repeat(blanks & 1) + body;
  })].join(page.style.newline);
}
/** Semicolons at line ends go, where no slot holds them. */
function withoutSemicolons({ text, slots }: Written): Written {
  let out = '';
  let moved: readonly Span[] = slots;
  for (let at = 0; at < text.length; at++) {
    const isEnd = text[at] === ';' && (at + 1 === text.length || text[at + 1] === '\n' || text[at + 1] === '\r');
    if (isEnd && !slots.some((slot) => slot.start <= at && at < slot.end)) {
      const gone = out.length;
      moved = moved.map((slot) => (slot.start > gone ? { start: slot.start - 1, end: slot.end - 1 } : slot));
    } else out += text[at] ?? '';
  }
  return { text: out, slots: moved };
}
