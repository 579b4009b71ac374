import type { Span } from '../text/source.js';

/** How comments are written: `//` and block comments, or `#` to the end of the line. */
export type CommentStyle = 'slashes' | 'hash';

/** The comment style of a file, by its name: code has slashes, everything else `#`. */
export function commentStyle(path: string): CommentStyle {
  return /\.(?:[cm]?[jt]sx?|jsonc?|rules)$/i.test(path) ? 'slashes' : 'hash';
}

/**
 * The offset whose line a directive comment means: its own line when code stands on it, else the next code below. Undefined when
 * only comments follow. `comment` is its span in `text`.
 */
export function targetOf(text: string, comment: Span, style: CommentStyle): number | undefined {
  const lineStart = text.lastIndexOf('\n', comment.start - 1) + 1;
  const { from, inBrace } = afterComment(text, comment, style);
  const before = text.slice(lineStart, comment.start).replace('\uFEFF', '').trim();
  if (before !== '' && !(inBrace && before === '{') && !isComment(before, style)) return comment.start;
  const next = skip(text, from, style, (at) => at >= text.length);
  return next < text.length ? next : undefined;
}

/** Whether only comments, blank lines, a `#!` line or a YAML `---` stand before the offset. */
export function opensFile(text: string, offset: number, style: CommentStyle): boolean {
  let from = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (text.startsWith('#!', from)) from = lineEnd(text, from);
  return skip(text, from, style, (at) => at >= offset, true) >= offset;
}

/** Where code may go on after the comment; a JSX comment ends with its brace. */
function afterComment(text: string, comment: Span, style: CommentStyle): { readonly from: number; readonly inBrace: boolean } {
  const body = text.slice(comment.start, comment.end);
  if (style === 'hash' || body.trimStart().startsWith('//')) return { from: comment.end, inBrace: false };
  let end = comment.end;
  if (!body.endsWith('*/')) {
    const close = text.indexOf('*/', comment.end);
    end = close < 0 ? text.length : close + 2;
  }
  const brace = /^[ \t]*\}/.exec(text.slice(end, end + 200));
  return brace && text.slice(Math.max(0, comment.start - 200), comment.start).trimEnd().endsWith('{')
    ? { from: end + brace[0].length, inBrace: true }
    : { from: end, inBrace: false };
}
/** Another comment, closed, before this one on the line. */
function isComment(before: string, style: CommentStyle): boolean {
  return style === 'slashes' && before.startsWith('/*') && before.indexOf('*/', 2) === before.length - 2;
}
/** The first offset of code at or after `from`; stops early where `done` says so. */
function skip(text: string, from: number, style: CommentStyle, done: (at: number) => boolean, documentStart = false): number {
  let at = from;
  while (!done(at)) {
    const char = text[at] ?? '';
    if (/\s/.test(char)) at++;
    else if (style === 'hash' && char === '#') at = lineEnd(text, at);
    else if (style === 'hash' && documentStart && text.startsWith('---', at)) at = lineEnd(text, at);
    else if (style === 'slashes' && text.startsWith('//', at)) at = lineEnd(text, at);
    else if (style === 'slashes' && text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      // An offset inside the comment counts as reached: the directive is a line of it.
      at = close < 0 ? text.length : close + 2;
    } else return at;
  }
  return at;
}
function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
