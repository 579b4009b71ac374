import ts from 'typescript';
import type { Change } from '../../findings/changes.js';
import { mergeEdits, type WrittenEdit } from '../../text/edits.js';
import type { At, SourceFile, Span } from '../../text/source.js';
import { concat, write, type Written } from './code.js';
import { replace } from './expression.js';
import { nodesAt } from './find.js';
import { writeImports, writeRequireEnv } from './imports.js';
import { blanksBefore, indentAt, isFirstOnLine, lineStart, nextLine, skipBlanks, tailEnd } from './lines.js';
import { insertFirst, insertLast, listOf, memberAt, removeItems, type List, type MakeItem } from './list.js';
import { deletion, openPage, replacement, type Edits, type Page, type Places } from './page.js';
import { move, removeStatement, unwrap } from './rearrange.js';
import { settle } from './settle.js';
import { insertInBody, insertLine } from './statement.js';

/** The intents that edit JavaScript and TypeScript. */
export type CodeChange = Exclude<Change, { readonly do: 'set' | 'append' | 'unset' | 'line' }>;
type Insert = Extract<Change, { readonly do: 'insert' }>;

/** Text edits for one intent in a JS/TS file; places to copy are looked for in this file. Undefined when the place no longer fits it, an empty list when it is so already. */
export function writeChange(source: SourceFile, change: CodeChange, resolve: (at: At) => Span | undefined): Edits {
  const text = (at: At): string | undefined => {
    const span = at.path === source.path ? resolve(at) : undefined;
    return span && source.text.slice(span.start, span.end);
  };
  return writeChanges(source, [change], { span: resolve, text });
}

/** Text edits for several intents in one JS/TS file, sorted and apart. What is taken out of one list and what is imported is decided together. Undefined when one cannot be made or two overlap. */
export function writeChanges(source: SourceFile, changes: readonly CodeChange[], places: Places): Edits {
  try {
    return edit(openPage(source, places), changes);
  } catch {
    // A tree too deep for the stack is not edited.
    return undefined;
  }
}

function edit(page: Page, changes: readonly CodeChange[]): Edits {
  const lists: (readonly WrittenEdit[])[] = [];
  const removals = new Map<ts.Node, { readonly list: List; readonly gone: Set<number> }>();
  const additions = new Map<ts.Node, { readonly list: List; readonly makes: MakeItem[] }>();
  const imports = writeImports(page, changes.filter((one) => one.do === 'import'));
  const checks = writeRequireEnv(page, changes.flatMap((one) => (one.do === 'require-env' ? [one.name] : [])));
  if (!imports || !checks) return undefined;
  for (const change of changes) {
    if (change.do === 'import' || change.do === 'require-env') continue;
    const span = page.places.span(change.at);
    if (!span || span.start < 0 || span.end < span.start || span.end > page.text.length) return undefined;
    if (change.do === 'remove' && change.as !== 'statement' && change.as !== 'text') {
      const member = memberAt(page, span);
      if (!member || !fits(member.list.owner, change.as)) return undefined;
      const known = removals.get(member.list.owner) ?? { list: member.list, gone: new Set<number>() };
      removals.set(member.list.owner, known);
      known.gone.add(member.index);
      continue;
    }
    const list = change.do === 'insert' ? listBehind(page, change.where, span) : undefined;
    if (list && change.do === 'insert') {
      const known = additions.get(list.owner) ?? { list, makes: [] };
      additions.set(list.owner, known);
      known.makes.push((indent) => write(page, change.code, indent));
      continue;
    }
    const made = one(page, change, span);
    if (!made) return undefined;
    lists.push(made);
  }
  for (const { list, makes } of additions.values()) {
    const made = insertLast(page, list, makes);
    if (!made) return undefined;
    lists.push(made);
  }
  for (const { list, gone } of removals.values()) lists.push(removeItems(page, list, gone));
  return mergeEdits([imports, checks, ...lists]);
}
function fits(owner: ts.Node, as: 'entry' | 'item' | 'argument'): boolean {
  if (as === 'entry') return ts.isObjectLiteralExpression(owner) || ts.isObjectBindingPattern(owner);
  if (as === 'argument') return ts.isCallExpression(owner) || ts.isNewExpression(owner);
  return !ts.isObjectLiteralExpression(owner);
}

function one(page: Page, change: Exclude<CodeChange, { readonly do: 'import' | 'require-env' }>, span: Span): Edits {
  switch (change.do) {
    case 'replace': return replace(page, span, change.code);
    case 'remove': return change.as === 'statement' ? removeStatement(page, span) : [removeText(page.text, span)];
    case 'insert': return insert(page, change, span);
    case 'unwrap': {
      const keep = page.places.span(change.keep);
      return change.keep.path === change.at.path && keep ? unwrap(page, span, keep) : undefined;
    }
    case 'settle': return settle(page, span, change.as);
    case 'move': {
      const after = page.places.span(change.after);
      return change.after.path === change.at.path && after ? move(page, span, after) : undefined;
    }
  }
}

function insert(page: Page, { where, code }: Insert, span: Span): Edits {
  const make: MakeItem = (indent) => write(page, code, indent);
  switch (where) {
    case 'before': return insertBefore(page, span, make);
    case 'after': {
      const made = make(indentAt(page.text, span.start));
      return made && [replacement({ start: span.end, end: span.end }, made)];
    }
    case 'line-before':
    case 'line-after': return insertLine(page, span, where, code);
    case 'argument-first':
    case 'argument-last': return insertArgument(page, span, where, make);
    case 'entry-last': return undefined;
    case 'body-first': return insertInBody(page, span, code);
  }
}

/** The list whose end new items go to; several of one fix are put there together. */
function listBehind(page: Page, where: Insert['where'], span: Span): List | undefined {
  if (where === 'argument-last') {
    const call = calledAt(page, span);
    return call && listOf(page, call);
  }
  if (where !== 'entry-last') return undefined;
  const owner = nodesAt(page.tree, span).find((node) => ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node));
  return owner && listOf(page, owner);
}
function calledAt(page: Page, span: Span): ts.Expression | undefined {
  const nodes = nodesAt(page.tree, span);
  return nodes.find((each) => ts.isCallExpression(each) || ts.isNewExpression(each)) ?? nodes.find(ts.isDecorator)?.expression;
}

/** An item with its comma (`auth, `) before one that has its own line gets a line, too. */
function insertBefore(page: Page, span: Span, make: MakeItem): Edits {
  const indent = indentAt(page.text, span.start);
  const made = make(indent);
  if (!made) return undefined;
  const member = made.text.endsWith(', ') && isFirstOnLine(page.text, span.start) ? memberAt(page, span) : undefined;
  const hasLine = member && lineStart(page.text, span.start) >= member.list.open;
  const whole: Written = hasLine ? concat({ ...made, text: made.text.slice(0, -1) }, page.style.newline, indent) : made;
  return [replacement({ start: span.start, end: span.start }, whole)];
}

function insertArgument(page: Page, span: Span, where: 'argument-first' | 'argument-last', make: MakeItem): Edits {
  const node = calledAt(page, span);
  if (!node) return undefined;
  const list = listOf(page, node);
  if (list) return where === 'argument-first' ? insertFirst(page, list, make) : insertLast(page, list, [make]);
  // `new Map` and `@Guarded` without parentheses get them.
  const isBare = ts.isNewExpression(node) ? node.arguments === undefined : ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
  const made = isBare ? make(indentAt(page.text, span.start)) : undefined;
  return made && [replacement({ start: node.end, end: node.end }, concat('(', made, ')'))];
}

/** Takes a text out as it is; where it is all its lines hold, with these. */
export function removeText(text: string, span: Span): WrittenEdit {
  const isToLineEnd = skipBlanks(text, span.end) === tailEnd(text, span.end);
  if (isToLineEnd && isFirstOnLine(text, span.start)) return deletion(lineStart(text, span.start), nextLine(text, span.end));
  return isToLineEnd ? deletion(blanksBefore(text, span.start), span.end) : deletion(span.start, span.end);
}
