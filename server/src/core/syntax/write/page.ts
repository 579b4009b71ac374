import ts from 'typescript';
import type { WrittenEdit } from '../../text/edits.js';
import type { At, SourceFile, Span } from '../../text/source.js';
import { scriptKind } from '../javascript.js';
import { endOf } from './find.js';
import { indentAt, isFirstOnLine } from './lines.js';

/** How a place is found: its span in its file, and the text that stands there. Undefined when the place is not known. */
export interface Places {
  span(at: At): Span | undefined;
  text(at: At): string | undefined;
}
/** How a file is written; new text obeys it. */
export interface WriteStyle {
  readonly quote: "'" | '"';
  readonly semicolons: boolean;
  /** One step of indentation. */
  readonly indent: string;
  readonly newline: '\n' | '\r\n';
}
/** One file while it is edited: text, a fresh tree with parents, and its style. */
export interface Page {
  readonly file: SourceFile;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly style: WriteStyle;
  readonly places: Places;
}
/** Undefined: the change cannot be made here. An empty list: it is so already. */
export type Edits = readonly WrittenEdit[] | undefined;

/** Nodes looked at to learn a file's style. */
const MOST_NODES = 20_000;

/** Parses a file for writing. */
export function openPage(file: SourceFile, places: Places): Page {
  const options: ts.CreateSourceFileOptions = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const tree = ts.createSourceFile(file.path, file.text, options, true, scriptKind(file.path));
  return { file, text: file.text, tree, style: styleOf(tree), places };
}

/** An edit that only adds. */
export function insertion(offset: number, text: string, slots: readonly Span[] = []): WrittenEdit {
  return replacement({ start: offset, end: offset }, { text, slots });
}
/** An edit that only takes away. */
export function deletion(start: number, end: number): WrittenEdit {
  return { span: { start, end }, text: '' };
}
/** An edit that puts written text in place of a span. */
export function replacement(span: Span, { text, slots }: { readonly text: string; readonly slots: readonly Span[] }): WrittenEdit {
  return { span, text, ...(slots.length > 0 ? { slots } : {}) };
}

/** What most of the file does; a file without a sign of it gets single quotes, semicolons and two spaces. */
function styleOf(tree: ts.SourceFile): WriteStyle {
  const { text } = tree;
  let [single, double, ended, open, left] = [0, 0, 0, 0, MOST_NODES];
  const steps = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (left-- <= 0) return;
    if (ts.isStringLiteral(node) && !ts.isJsxAttribute(node.parent)) {
      if (text[node.getStart(tree)] === '"') double++;
      else single++;
    }
    if (endsInSemicolon(node)) {
      if (text[node.end - 1] === ';' && endOf(tree, node) === node.end) ended++;
      else open++;
    }
    const first = firstMember(node);
    const step = first && stepOf(text, node.end - 1, first.getStart(tree));
    if (step) steps.set(step, (steps.get(step) ?? 0) + 1);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const indent = [...steps].reduce((best, one) => (one[1] > best[1] ? one : best), ['  ', 0])[0];
  const breaks = text.split('\n').length - 1;
  const windows = text.split('\r\n').length - 1;
  return { quote: double > single ? '"' : "'", semicolons: ended >= open, indent, newline: windows > 0 && windows * 2 >= breaks ? '\r\n' : '\n' };
}
function endsInSemicolon(node: ts.Node): boolean {
  return ts.isExpressionStatement(node) || ts.isVariableStatement(node) || ts.isReturnStatement(node) || ts.isThrowStatement(node) || ts.isImportDeclaration(node) || ts.isExportAssignment(node);
}
function firstMember(node: ts.Node): ts.Node | undefined {
  if (ts.isBlock(node) || ts.isModuleBlock(node)) return node.statements[0];
  if (ts.isObjectLiteralExpression(node)) return node.properties[0];
  return ts.isClassLike(node) ? node.members[0] : undefined;
}
/** How much deeper the first member stands than the closing bracket, when both start their lines. */
function stepOf(text: string, close: number, member: number): string | undefined {
  if (!isFirstOnLine(text, member) || !isFirstOnLine(text, close)) return undefined;
  const [outer, inner] = [indentAt(text, close), indentAt(text, member)];
  return inner.startsWith(outer) && inner.length > outer.length && inner.length - outer.length <= 8 ? inner.slice(outer.length) : undefined;
}
