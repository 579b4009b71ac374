/** How a settings file is written; new text follows it. */
export interface SettingsStyle {
  readonly json: boolean;
  readonly newline: '\n' | '\r\n';
  /** Columns from a key to the keys below it; JSON may use a tab. */
  readonly step: number;
  /** Columns from a key to the dashes below it. */
  readonly dash: number;
  readonly tab: boolean;
  readonly quote: "'" | '"';
  /** Keys that are numbers stand without quotes: `404:`. */
  readonly bareNumbers: boolean;
}
/** Lines looked at. */
const MOST_LINES = 20_000;

/** Reads the style off the text; two columns and single quotes where nothing shows another. */
export function styleOf(text: string, json: boolean): SettingsStyle {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split('\n', MOST_LINES).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const bareNumbers = !json && lines.some((line) => /^[ \t]{0,200}\d{3}:/.test(line)) && !lines.some((line) => /^[ \t]{0,200}["']\d{3}["']:/.test(line));
  return { json, newline, bareNumbers, ...(json ? jsonStep(lines) : yamlSteps(lines)), quote: json || text.split(/[:\-,[{] "/, 200).length > text.split(/[:\-,[{] '/, 200).length ? '"' : "'" };
}
function jsonStep(lines: readonly string[]): { step: number; dash: number; tab: boolean } {
  const first = lines.find((line) => /^[ \t]/.test(line)) ?? '  ';
  const step = first.length - first.trimStart().length;
  return { step, dash: step, tab: first.startsWith('\t') };
}
function yamlSteps(lines: readonly string[]): { step: number; dash: number; tab: boolean } {
  let step: number | undefined;
  let dash: number | undefined;
  for (let i = 0; i + 1 < lines.length && (step === undefined || dash === undefined); i++) {
    const line = lines[i] ?? '';
    if (!/:[ \t]{0,20}(?:#.*)?\r?$/.test(line)) continue;
    const below = lines[i + 1] ?? '';
    const difference = indentOf(below) - keyColumn(line);
    if (below.trimStart().startsWith('- ')) {
      if (difference >= 0) dash ??= difference;
    } else if (difference > 0) step ??= difference;
  }
  return { step: step ?? 2, dash: dash ?? step ?? 2, tab: false };
}
function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
/** The column of the key a line starts with, behind its dashes. */
function keyColumn(line: string): number {
  let column = indentOf(line);
  while (line.startsWith('- ', column)) column += 2 + indentOf(line.slice(column + 2));
  return column;
}
