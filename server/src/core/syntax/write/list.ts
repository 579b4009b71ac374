import ts from 'typescript';
import type { WrittenEdit } from '../../text/edits.js';
import type { Span } from '../../text/source.js';
import { concat, type Written } from './code.js';
import { nodesAt } from './find.js';
import { blanksBefore, indentAt, isBlank, isFirstOnLine, isSameLine, lineStart, nextLine, skipBlanks, skipTrivia, tailEnd } from './lines.js';
import { deletion, insertion, replacement, type Edits, type Page } from './page.js';

/** Elements between brackets with commas: an object, array, argument list, import list or pattern. */
export interface List {
  readonly owner: ts.Node;
  /** Behind the opening bracket. */
  readonly open: number;
  /** Before the closing bracket. */
  readonly close: number;
  readonly items: readonly ts.Node[];
}
/** Makes a new item at an indentation; undefined when it cannot be made. */
export type MakeItem = (indent: string) => Written | undefined;

/** The list a node holds; undefined when it holds none or its brackets are not there. */
export function listOf(page: Page, owner: ts.Node): List | undefined {
  const { text, tree } = page;
  const items = itemsOf(owner);
  if (!items || items.some((item) => ts.isOmittedExpression(item))) return undefined;
  const open = ts.isCallExpression(owner) || ts.isNewExpression(owner) ? items.pos : owner.getStart(tree) + 1;
  const close = owner.end - 1;
  if (close < open || !'([{'.includes(text[open - 1] ?? ' ') || !')]}'.includes(text[close] ?? ' ')) return undefined;
  return { owner, open, close, items };
}
function itemsOf(node: ts.Node): ts.NodeArray<ts.Node> | undefined {
  if (ts.isObjectLiteralExpression(node)) return node.properties;
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return node.arguments;
  if (ts.isArrayLiteralExpression(node) || ts.isNamedImports(node) || ts.isObjectBindingPattern(node)) return node.elements;
  return undefined;
}

/** The list that holds exactly this place, and the item's index. */
export function memberAt(page: Page, span: Span): { readonly list: List; readonly index: number } | undefined {
  for (const node of nodesAt(page.tree, span)) {
    const list = listOf(page, node.parent);
    const index = list ? list.items.indexOf(node) : -1;
    if (list && index >= 0) return { list, index };
  }
  return undefined;
}

/**
 * Takes items out with their commas, and their lines where they stand alone. An object left empty that is the only argument of a call goes, too.
 * Comments stay, save those behind an item on its line.
 */
export function removeItems(page: Page, list: List, gone: ReadonlySet<number>): readonly WrittenEdit[] {
  const { text } = page;
  const commas = list.items.map((item) => commaAfter(text, item.end));
  const kept = list.items.flatMap((_, index) => (gone.has(index) ? [] : [index]));
  if (kept.length === 0 && isBare(page, list)) {
    const outer = list.owner.parent;
    const call = ts.isObjectLiteralExpression(list.owner) && (ts.isCallExpression(outer) || ts.isNewExpression(outer)) ? listOf(page, outer) : undefined;
    const emptied = call?.items.length === 1 && isBare(page, call) ? call : list;
    return [deletion(emptied.open, emptied.close)];
  }
  const edits: WrittenEdit[] = [];
  const last = list.items.length - 1;
  // Without a trailing comma the last item that stays must lose its own.
  const lastKept = kept.at(-1);
  const orphan = gone.has(last) && commas[last] === undefined && lastKept !== undefined ? commas[lastKept] : undefined;
  if (orphan !== undefined) edits.push(deletion(orphan, orphan + 1));
  for (const index of gone) {
    const item = list.items[index];
    if (item) edits.push(...removeItem(page, list, item, commas[index], lastKept !== undefined && index > lastKept));
  }
  return joined(edits);
}

function removeItem(page: Page, list: List, item: ts.Node, comma: number | undefined, isTail: boolean): readonly WrittenEdit[] {
  const { text, tree } = page;
  const start = item.getStart(tree);
  const end = comma === undefined ? item.end : comma + 1;
  const isClose = comma === undefined || isBlank(text.slice(item.end, comma));
  const isAlone = isClose && isFirstOnLine(text, start) && lineStart(text, start) >= list.open && tailEnd(text, end) !== undefined;
  if (isAlone && nextLine(text, end) <= list.close) return [deletion(lineStart(text, start), nextLine(text, end))];
  const behind = skipBlanks(text, end);
  // The white space goes on the side where a neighbour's or the bracket's remains.
  const isLast = isTail || comma === undefined || tailEnd(text, end) !== undefined || behind === list.close;
  const from = isLast && !isFirstOnLine(text, start) ? Math.max(list.open, blanksBefore(text, start)) : start;
  const to = isLast ? end : behind;
  return isClose || comma === undefined ? [deletion(from, to)] : [deletion(from, item.end), deletion(comma, to)];
}
/** Deletions that touch, as one. */
function joined(deletions: readonly WrittenEdit[]): readonly WrittenEdit[] {
  const out: WrittenEdit[] = [];
  for (const { span } of [...deletions].sort((a, b) => a.span.start - b.span.start)) {
    const last = out.at(-1);
    if (last && span.start <= last.span.end) out[out.length - 1] = deletion(last.span.start, Math.max(last.span.end, span.end));
    else out.push(deletion(span.start, span.end));
  }
  return out;
}
/** Nothing but its items and commas stands between the brackets. */
function isBare(page: Page, list: List): boolean {
  let at = list.open;
  for (const item of list.items) {
    if (!isBlank(page.text.slice(at, item.getStart(page.tree)).replace(',', ''))) return false;
    at = item.end;
  }
  return isBlank(page.text.slice(at, list.close).replace(',', ''));
}
function commaAfter(text: string, offset: number): number | undefined {
  const at = skipTrivia(text, offset);
  return text[at] === ',' ? at : undefined;
}

/** Puts items behind the last one: on their own lines where the last one has its own. */
export function insertLast(page: Page, list: List, makes: readonly MakeItem[]): Edits {
  const { text, tree, style } = page;
  const last = list.items.at(-1);
  if (!last) return insertOnly(page, list, (indent) => all(makes, indent, ', '));
  const start = last.getStart(tree);
  const ownLine = isFirstOnLine(text, start) && lineStart(text, start) >= list.open && !isSameLine(text, last.end, list.close);
  const indent = ownLine ? indentAt(text, start) : indentAt(text, last.end);
  const made = all(makes, indent, ownLine ? `,${style.newline}${indent}` : ', ');
  if (!made) return undefined;
  const comma = commaAfter(text, last.end);
  const behind = comma === undefined ? last.end : comma + 1;
  if (!ownLine) return [replacement({ start: behind, end: behind }, concat(comma === undefined ? ', ' : ' ', made, comma === undefined ? '' : ','))];
  const tail = tailEnd(text, behind) ?? behind;
  const line = concat(style.newline, indent, made, comma === undefined ? '' : ',');
  if (comma !== undefined) return [insertion(tail, line.text, line.slots)];
  if (tail !== behind) return [insertion(behind, ','), insertion(tail, line.text, line.slots)];
  return [replacement({ start: behind, end: behind }, concat(',', line))];
}

/** Puts an item before the first one. */
export function insertFirst(page: Page, list: List, make: MakeItem): Edits {
  const { text, tree, style } = page;
  const [first] = list.items;
  if (!first) return insertOnly(page, list, make);
  const start = first.getStart(tree);
  const ownLine = isFirstOnLine(text, start) && lineStart(text, start) >= list.open;
  const indent = indentAt(text, start);
  const made = make(indent);
  return made && [replacement({ start, end: start }, concat(made, ownLine ? `,${style.newline}${indent}` : ', '))];
}

function all(makes: readonly MakeItem[], indent: string, between: string): Written | undefined {
  let whole: Written | undefined;
  for (const make of makes) {
    const made = make(indent);
    if (!made) return undefined;
    whole = whole ? concat(whole, between, made) : made;
  }
  return whole;
}
function insertOnly(page: Page, list: List, make: MakeItem): Edits {
  const made = make(indentAt(page.text, list.open));
  if (!made) return undefined;
  const isBraces = page.text[list.close] === '}';
  const isEmpty = isBlank(page.text.slice(list.open, list.close));
  // What else stands there is a comment; one to the line's end would swallow the new text, so that goes first.
  const whole = isBraces ? concat(' ', made, isEmpty ? ' ' : '') : made;
  return [replacement({ start: list.open, end: isEmpty ? list.close : list.open }, whole)];
}
