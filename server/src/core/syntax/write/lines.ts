const BLANK = /^[ \t\f\v\u00a0]*$/;

/** Offset of the line's first character; behind a byte order mark. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isBreak(text, at - 1)) at--;
  return at === 0 && text.charCodeAt(0) === 0xfeff ? Math.min(1, offset) : at;
}
/** Offset of the line's end, before its line break. */
export function lineEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isBreak(text, at)) at++;
  return at;
}
/** Offset of the next line's start, or the text's end. */
export function nextLine(text: string, offset: number): number {
  const end = lineEnd(text, offset);
  if (end >= text.length) return end;
  return text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
}
/** End of the line above one that starts here; the first line has none above and gives its own start. */
export function endAbove(text: string, start: number): number {
  if (start === 0 || !isBreak(text, start - 1)) return start;
  return start - (text[start - 1] === '\n' && text[start - 2] === '\r' ? 2 : 1);
}
/** Spaces and tabs the line of an offset starts with. */
export function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return text.slice(start, skipBlanks(text, start));
}
/** Nothing but spaces and tabs stands before it on its line. */
export function isFirstOnLine(text: string, offset: number): boolean {
  return BLANK.test(text.slice(lineStart(text, offset), offset));
}
/** The line of an offset holds nothing. */
export function isBlankLine(text: string, offset: number): boolean {
  return BLANK.test(text.slice(lineStart(text, offset), lineEnd(text, offset)));
}
/** Behind the spaces and tabs that start at an offset. */
export function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}
/** Before the spaces and tabs that end at an offset. */
export function blanksBefore(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at--;
  return at;
}
/** Behind white space and comments: where the next token starts. */
export function skipTrivia(text: string, offset: number): number {
  let at = offset;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) at++;
    else if (text.startsWith('//', at)) at = lineEnd(text, at);
    else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      at = end < 0 ? text.length : end + 2;
    } else break;
  }
  return at;
}
/** The line's end when nothing but spaces and comments follows on it, else undefined. */
export function tailEnd(text: string, offset: number): number | undefined {
  const end = lineEnd(text, offset);
  let at = skipBlanks(text, offset);
  while (at < end && text.startsWith('/*', at)) {
    const close = text.indexOf('*/', at + 2);
    if (close < 0 || close + 2 > end) return undefined;
    at = skipBlanks(text, close + 2);
  }
  return at >= end || text.startsWith('//', at) ? end : undefined;
}
/** Two offsets stand on one line. */
export function isSameLine(text: string, a: number, b: number): boolean {
  return lineStart(text, a) === lineStart(text, b);
}
/** Nothing but white space. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

function isBreak(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return code === 10 || code === 13;
}
