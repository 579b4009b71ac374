import ts from 'typescript';
import type { WrittenEdit } from '../../text/edits.js';
import type { Span } from '../../text/source.js';
import { continues } from './code.js';
import { fit } from './expression.js';
import { endOf, isStatementList, nodeAround, nodesAt, wholeAt } from './find.js';
import { blanksBefore, endAbove, indentAt, isBlank, isBlankLine, isFirstOnLine, lineStart, nextLine, skipBlanks, skipTrivia, tailEnd } from './lines.js';
import { deletion, insertion, type Edits, type Page } from './page.js';
import { wouldContinue } from './statement.js';

/** Takes a whole statement, member or decorator out, with its line; where a statement must stand, `{}` remains. */
export function removeStatement(page: Page, span: Span): Edits {
  const whole = wholeAt(page.tree, span);
  if (!whole) return undefined;
  const { node } = whole;
  const start = node.getStart(page.tree);
  if (whole.kind !== 'listed') return [{ span: { start, end: endOf(page.tree, node) }, text: '{}' }];
  const edit = cut(page, start, endOf(page.tree, node));
  return edit && [edit];
}

/** Moves a whole statement, with the comments right above it, to the line behind another one. */
export function move(page: Page, from: Span, after: Span): Edits {
  const { text, tree, style } = page;
  const moved = wholeAt(tree, from);
  const target = wholeAt(tree, after);
  if (moved?.kind !== 'listed' || target?.kind !== 'listed' || !ts.isStatement(moved.node) || !ts.isStatement(target.node)) return undefined;
  if (moved.node === target.node || contains(moved.node, target.node)) return undefined;
  const list = target.node.parent;
  if (isStatementList(list) && list.statements.indexOf(target.node) + 1 === list.statements.findIndex((one) => one === moved.node)) return [];
  const start = moved.node.getStart(tree);
  const end = endOf(tree, moved.node);
  const tail = tailEnd(text, end);
  const aim = tailEnd(text, endOf(tree, target.node));
  if (!isFirstOnLine(text, start) || tail === undefined || aim === undefined) return undefined;
  const top = commentsAbove(page, moved.node, start);
  const indent = indentAt(text, target.node.getStart(tree));
  const body = reindent(page, { start: top, end: tail }, indentAt(text, start), indent);
  const out = cutLines(page, top, end);
  if (!out || (aim >= out.span.start && aim < out.span.end)) return undefined;
  const ended = style.semicolons || text[end - 1] === ';' || !continues(text[skipTrivia(text, aim)]) ? body : `${body};`;
  return [out, insertion(aim, `${style.newline}${indent}${ended}`)];
}

/** Leaves of a place only what `keep` holds, at the place's indentation; a block's braces go unless its names would clash outside. */
export function unwrap(page: Page, outer: Span, keep: Span): Edits {
  const { text, tree, style } = page;
  if (keep.start < outer.start || keep.end > outer.end) return undefined;
  const nodes = nodesAt(tree, outer);
  const old = nodes.find(ts.isStatement);
  const kept = nodesAt(tree, keep);
  const block = kept.find(ts.isBlock);
  if (!old) {
    if (!kept.some((node) => ts.isExpression(node))) return [{ span: outer, text: text.slice(keep.start, keep.end) }];
    const whole = fit(page, outer, { text: text.slice(keep.start, keep.end), slots: [] });
    return [{ span: outer, text: whole.text }];
  }
  const indent = indentAt(text, outer.start);
  const isListed = isStatementList(old.parent);
  if (block && isListed && !clashes(block, old)) {
    const [from, to] = inside(page, block);
    if (from >= to) return removeStatement(page, outer);
    if (tailEnd(text, outer.end) === undefined && text.slice(lineStart(text, to), to).includes('//')) return undefined;
    return [{ span: outer, text: reindent(page, { start: from, end: to }, indentAt(text, from), indent) }];
  }
  const body = reindent(page, keep, indentAt(text, keep.start), indent);
  const isExpression = !block && !kept.some(ts.isStatement);
  const end = isExpression && style.semicolons && !/[;}]$/.test(body) ? ';' : '';
  const head = !style.semicolons && continues(body[0]) ? ';' : '';
  return [{ span: outer, text: head + body + end }];
}

/** Deletes [start, end) of a list of statements: with its line, or with the spaces on one side. */
function cut(page: Page, start: number, end: number): WrittenEdit | undefined {
  const { text } = page;
  if (isFirstOnLine(text, start) && tailEnd(text, end) !== undefined) return cutLines(page, start, end);
  const behind = skipBlanks(text, end);
  const isLast = tailEnd(text, end) !== undefined || text[behind] === '}';
  return isLast && !isFirstOnLine(text, start) ? deletion(blanksBefore(text, start), end) : deletion(start, behind);
}
/** Whole lines; of two blank lines that would meet one goes, too. */
function cutLines(page: Page, start: number, end: number): WrittenEdit | undefined {
  const { text } = page;
  const from = lineStart(text, start);
  const next = nextLine(text, end);
  if (!page.style.semicolons && wouldContinue(page, from, skipTrivia(text, next))) return undefined;
  const tail = tailEnd(text, end) ?? end;
  const above = endAbove(text, from);
  if (tail >= text.length) return deletion(above, text.length);
  const isGapAbove = above === from || isBlankLine(text, above) || '{[('.includes(text[blanksBefore(text, above) - 1] ?? ' ');
  return deletion(from, isGapAbove && next < text.length && isBlankLine(text, next) ? nextLine(text, next) : next);
}

/** Start of the comment lines right above a statement; a file's first comment stays. */
function commentsAbove(page: Page, node: ts.Node, start: number): number {
  const { text } = page;
  let top = start;
  for (const comment of [...(ts.getLeadingCommentRanges(text, node.pos) ?? [])].reverse()) {
    const isAbove = isFirstOnLine(text, comment.pos) && isBlank(text.slice(comment.end, top)) && text.slice(comment.end, top).split('\n').length === 2;
    if (!isAbove || lineStart(text, comment.pos) <= 1) break;
    top = comment.pos;
  }
  return top;
}
function contains(outer: ts.Node, inner: ts.Node): boolean {
  return outer.pos <= inner.pos && inner.end <= outer.end;
}

/** The text of a span with its lines moved from one indentation to another; lines inside templates stay. */
function reindent(page: Page, span: Span, from: string, to: string): string {
  const { text, tree } = page;
  let out = '';
  let at = span.start;
  while (at < span.end) {
    const next = Math.min(nextLine(text, at), span.end);
    const isFirst = at === span.start;
    const isMovable = !isFirst && !isBlank(text.slice(at, next)) && text.startsWith(from, at) && !isInTemplate(tree, at);
    out += isMovable ? to + text.slice(at + from.length, next) : text.slice(at, next);
    at = next;
  }
  return out;
}
function isInTemplate(tree: ts.SourceFile, offset: number): boolean {
  const node = nodeAround(tree, { start: offset, end: offset });
  return (ts.isTemplateLiteralToken(node) || ts.isStringLiteral(node) || ts.isJsxText(node)) && node.getStart(tree) < offset;
}
/** First and last character of what a block holds, comments included. */
function inside(page: Page, block: ts.Block): readonly [number, number] {
  const { text } = page;
  let from = block.getStart(page.tree) + 1;
  let to = block.end - 1;
  while (from < to && /\s/.test(text[from] ?? '')) from++;
  while (to > from && /\s/.test(text[to - 1] ?? '')) to--;
  return [from, to];
}
/** A name declared in the block that the list around it declares, too. */
function clashes(block: ts.Block, old: ts.Statement): boolean {
  const { parent } = old;
  if (!isStatementList(parent)) return true;
  const outside = new Set([...parent.statements].filter((one) => one !== old).flatMap(declaredBy));
  return block.statements.flatMap(declaredBy).some((name) => outside.has(name));
}

/** Names a statement declares in the list it stands in. */
export function declaredBy(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap((one) => boundBy(one.name));
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isImportEqualsDeclaration(statement))
    return statement.name ? [statement.name.text] : [];
  if (!ts.isImportDeclaration(statement)) return [];
  const clause = statement.importClause;
  const bindings = clause?.namedBindings;
  const named = !bindings ? [] : ts.isNamespaceImport(bindings) ? [bindings.name.text] : bindings.elements.map((one) => one.name.text);
  return clause?.name ? [clause.name.text, ...named] : named;
}
function boundBy(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return [...name.elements].flatMap((one) => (ts.isBindingElement(one) ? boundBy(one.name) : []));
}
