import ts from 'typescript';
import type { SourceFile, Span } from '../text/source.js';
import { TOO_DEEP, type Parsed, type SyntaxProblem } from './parsed.js';

const OPTIONS: ts.CreateSourceFileOptions = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
const MOST_PROBLEMS = 50;

/** Parses one JS/TS file with recovery: a tree for any text. A tree too deep for the stack gives an empty one and a hole over the whole text. */
export function parseJavaScript(file: SourceFile): Parsed<ts.SourceFile> {
  try {
    const tree = ts.createSourceFile(file.path, file.text, OPTIONS, false, scriptKind(file.path));
    const problems = syntaxProblems(tree);
    return { value: tree, problems, holes: problems.map((problem) => holeAround(file.text, problem.span)) };
  } catch {
    const span = { start: 0, end: file.text.length };
    return { value: ts.createSourceFile(file.path, '', OPTIONS), problems: [{ span, message: TOO_DEEP }], holes: [span] };
  }
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
