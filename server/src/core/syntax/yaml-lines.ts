/** Where the line of an offset starts. */
export function lineStart(text: string, offset: number): number {
  // A negative start index would be read as 0 and find a line break there.
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}
/** Where the line of an offset ends, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  const stop = newline < 0 ? text.length : newline;
  return stop > offset && text[stop - 1] === '\r' ? stop - 1 : stop;
}
