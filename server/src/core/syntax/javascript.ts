import ts from 'typescript';
import { changedPart } from '../text/edits.js';
import type { FilePath, SourceFile, Span } from '../text/source.js';
import { TOO_DEEP, type Parsed, type SyntaxProblem } from './parsed.js';

const OPTIONS: ts.CreateSourceFileOptions = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
const MOST_PROBLEMS = 50;

/** An `@` that ends its line: a decorator whose name is still to be typed. */
const NAMELESS = /@(?=[ \t]*(?:[\r\n]|$))/g;

/**
 * Parses one JS/TS file with recovery: a tree for any text. A tree too deep for the stack gives an empty one and a hole over the whole text.
 * A decorator without a name is read as a hole: TypeScript takes the class below for its expression, and its parser fails where `await` follows (typescript 5.9.3).
 */
export function parseJavaScript(file: SourceFile): Parsed<ts.SourceFile> {
  const whole = attempt(file, file.text);
  if (whole && !hasNameless(whole, file.text)) return whole;
  const nameless = [...file.text.matchAll(NAMELESS)].map(({ index }): SyntaxProblem => ({ span: { start: index, end: index + 1 }, message: 'Expression expected.' }));
  const rest = nameless.length === 0 ? undefined : attempt(file, file.text.replace(NAMELESS, ' '));
  if (rest) return withHoles(file.text, rest.value, [...nameless, ...rest.problems].slice(0, MOST_PROBLEMS));
  const span = { start: 0, end: file.text.length };
  return whole ?? { value: ts.createSourceFile(file.path, '', OPTIONS), problems: [{ span, message: TOO_DEEP }], holes: [span] };
}
function attempt(file: SourceFile, text: string): Parsed<ts.SourceFile> | undefined {
  try {
    return read(file, ts.createSourceFile(file.path, text, OPTIONS, false, scriptKind(file.path)));
  } catch {
    return undefined;
  }
}
function hasNameless({ problems }: Parsed<ts.SourceFile>, text: string): boolean {
  return problems.length > 0 && text.search(NAMELESS) >= 0;
}
/** Parses texts of which it may know the revision before: then only what the change touches is parsed again. */
export interface Trees {
  parse(file: SourceFile): Parsed<ts.SourceFile>;
}
/** Remembers the last trees of so many files, the longest unused one goes first. */
export function createTrees(most: number): Trees {
  const trees = new Map<FilePath, ts.SourceFile>();
  return {
    parse(file) {
      const known = trees.get(file.path);
      // An update takes the old tree apart, so it is gone whatever comes of it.
      trees.delete(file.path);
      const parsed = (known && updated(known, file)) ?? parseJavaScript(file);
      trees.set(file.path, parsed.value);
      for (const path of trees.keys()) if (trees.size > most) trees.delete(path);
      return parsed;
    },
  };
}
/** Undefined when the update fails: then the text is parsed from its beginning. */
function updated(tree: ts.SourceFile, file: SourceFile): Parsed<ts.SourceFile> | undefined {
  const { start, end } = changedPart(tree.text, file.text);
  try {
    const parsed = read(file, ts.updateSourceFile(tree, file.text, { span: { start, length: end - start }, newLength: file.text.length - tree.text.length + end - start }));
    return hasNameless(parsed, file.text) ? undefined : parsed;
  } catch {
    return undefined;
  }
}
function read(file: SourceFile, tree: ts.SourceFile): Parsed<ts.SourceFile> {
  return withHoles(file.text, tree, syntaxProblems(tree));
}
function withHoles(text: string, value: ts.SourceFile, problems: readonly SyntaxProblem[]): Parsed<ts.SourceFile> {
  return { value, problems, holes: problems.map((problem) => holeAround(text, problem.span)) };
}
/** Number of syntax errors in a text of this name: what a fix must not raise. */
export function countSyntaxProblems(file: SourceFile): number {
  return parseJavaScript(file).problems.length;
}

/** JavaScript files may hold JSX; `.ts` may not, since `<T>x` is a cast there. */
export function scriptKind(path: string): ts.ScriptKind {
  if (/\.tsx$/i.test(path)) return ts.ScriptKind.TSX;
  if (/\.[cm]?ts$/i.test(path)) return ts.ScriptKind.TS;
  return ts.ScriptKind.JSX;
}

function syntaxProblems(tree: ts.SourceFile): SyntaxProblem[] {
  // Not in the public types of typescript 5.9, and the only way to the syntax errors of one file.
  const found: unknown = Reflect.get(tree, 'parseDiagnostics');
  if (!Array.isArray(found)) return [];
  return found.filter((one): one is ts.DiagnosticWithLocation => typeof one === 'object' && one !== null && 'start' in one && 'length' in one).slice(0, MOST_PROBLEMS).map((problem) => ({
    span: { start: problem.start, end: problem.start + problem.length },
    message: ts.flattenDiagnosticMessageText(problem.messageText, ' '),
  }));
}

/** The lines a syntax error touches: what stands on them is not to be trusted. */
function holeAround(text: string, span: Span): Span {
  const start = text.lastIndexOf('\n', Math.max(0, span.start - 1)) + 1;
  const end = text.indexOf('\n', span.end);
  return { start, end: end < 0 ? text.length : end };
}
