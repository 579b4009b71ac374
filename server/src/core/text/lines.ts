/** Offsets to lines and back, for one text. The only place that makes a line number. */
export interface Lines {
  /** 0-based line and UTF-16 column of an offset; offsets outside the text are clamped. */
  position(offset: number): { readonly line: number; readonly column: number };
  /** Offset of a 0-based line and column, clamped to the line and the text. */
  offset(line: number, column: number): number;
  /** Number of lines, at least 1. */
  readonly count: number;
}

/** Indexes line starts. Line ends are `\n`, `\r\n` and a lone `\r`, as LSP has them. */
export function indexLines(text: string): Lines {
  const starts: number[] = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  const startOf = (line: number): number => starts[line] ?? text.length;
  return {
    count: starts.length,
    position(offset) {
      const at = Math.max(0, Math.min(offset, text.length));
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (startOf(middle) <= at) low = middle;
        else high = middle - 1;
      }
      return { line: low, column: at - startOf(low) };
    },
    offset(line, column) {
      if (line < 0) return 0;
      if (line >= starts.length) return text.length;
      let end = startOf(line + 1);
      if (line + 1 < starts.length) while (end > startOf(line) && /[\r\n]/.test(text[end - 1] ?? '')) end--;
      return Math.max(startOf(line), Math.min(startOf(line) + Math.max(0, column), end));
    },
  };
}
