import ts from 'typescript';
import type { Change, Code } from '../../findings/changes.js';
import type { At, SourceFile, Span, TextEdit } from '../../text/source.js';
import { addImport, requireEnvironment } from './imports.js';
import { removeEntry, removeFromList } from './list.js';
import { indentOf, lineEnd, lineStart, nodeAt, openPage, type Page } from './page.js';
import { move, removeStatement, unwrap } from './statement.js';

/** New text with the places the author must fill, as offsets in it. */
export interface Written {
  readonly edits: readonly TextEdit[];
  /** Slots: index of the edit, and the span inside its text. */
  readonly slots: readonly { readonly edit: number; readonly span: Span }[];
}
type CodeChange = Exclude<Change, { do: 'set' | 'append' | 'unset' }>;

/** Turns one intent into text edits of a JS/TS file; undefined when the place no longer fits it. */
export function writeChange(file: SourceFile, change: CodeChange, resolve: (at: At) => Span | undefined, copy: (at: At) => string | undefined): Written | undefined {
  const page = openPage(file);
  const only = (edit: TextEdit | undefined): Written | undefined => edit && { edits: [edit], slots: [] };
  if (change.do === 'import') return wrap(addImport(page, change.from, change.name, change.as));
  if (change.do === 'require-env') return wrap(requireEnvironment(page, change.name));
  const span = resolve(change.at);
  if (!span) return undefined;
  switch (change.do) {
    case 'replace': return placed(render(page, change.code, copy), span, '', '');
    case 'insert': return insert(page, change.where, span, render(page, change.code, copy));
    case 'remove': return only(remove(page, change.as, span));
    case 'unwrap': {
      const keep = resolve(change.keep);
      return keep && only(unwrap(page, span, keep));
    }
    case 'move': {
      const after = resolve(change.after);
      return after && wrap(move(page, span, after));
    }
  }
}
function wrap(edits: readonly TextEdit[] | undefined): Written | undefined {
  return edits && { edits, slots: [] };
}

function render(page: Page, code: Code, copy: (at: At) => string | undefined): { text: string; slots: Span[] } | undefined {
  let text = '';
  const slots: Span[] = [];
  for (const piece of code) {
    if (typeof piece === 'string') text += piece;
    else if ('copy' in piece) {
      const copied = copy(piece.copy);
      if (copied === undefined) return undefined;
      text += copied;
    } else if ('quote' in piece) text += page.quote + piece.quote.replaceAll('\\', '\\\\').replaceAll(page.quote, `\\${page.quote}`).replaceAll('\n', '\\n') + page.quote;
    else {
      slots.push({ start: text.length, end: text.length + piece.slot.length });
      text += piece.slot;
    }
  }
  return { text, slots };
}
function placed(code: { text: string; slots: Span[] } | undefined, span: Span, before: string, after: string): Written | undefined {
  return code && { edits: [{ span, text: before + code.text + after }], slots: code.slots.map((slot) => ({ edit: 0, span: { start: slot.start + before.length, end: slot.end + before.length } })) };
}

function insert(page: Page, where: Extract<Change, { do: 'insert' }>['where'], span: Span, code: { text: string; slots: Span[] } | undefined): Written | undefined {
  const point = (at: number): Span => ({ start: at, end: at });
  const indented = code && { ...code, text: code.text.replaceAll('\n', page.newline + indentOf(page, span.start)) };
  switch (where) {
    case 'before': return placed(code, point(span.start), '', '');
    case 'after': return placed(code, point(span.end), '', '');
    case 'line-before': {
      const start = lineStart(page, span.start);
      const indent = /^[ \t]*/.exec(page.text.slice(start))?.[0] ?? '';
      // Something else stands before it on the line: the new statement goes right in front.
      if (page.text.slice(start, span.start).trim() !== '') return placed(code, point(span.start), '', ' ');
      return placed(indented, point(start), indent, page.newline);
    }
    case 'line-after': {
      const rest = page.text.slice(span.end, lineEnd(page, span.end));
      if (rest.trim() !== '' && !/^[ \t]*(;|\/\/|\/\*)/.test(rest)) return placed(code, point(span.end), ' ', '');
      return placed(indented, point(span.end + rest.replace(/\r?\n$/, '').length), page.newline + indentOf(page, span.start), '');
    }
    case 'argument-first':
    case 'argument-last': {
      const call = nodeAt(page, span, (node): node is ts.CallExpression | ts.NewExpression => ts.isCallExpression(node) || ts.isNewExpression(node));
      if (!call?.arguments) return undefined;
      const first = call.arguments[0];
      const last = call.arguments.at(-1);
      if (!first || !last) return placed(code, point(call.end - 1), '', '');
      return where === 'argument-first' ? placed(code, point(first.getStart(page.tree)), '', ', ') : placed(code, point(last.end), ', ', '');
    }
    case 'entry-last': {
      const object = nodeAt(page, span, ts.isObjectLiteralExpression);
      if (!object) return undefined;
      const last = object.properties.at(-1);
      if (!last) return placed(code, { start: object.getStart(page.tree), end: object.end }, '{ ', ' }');
      const isMultiline = page.text.slice(object.getStart(page.tree), last.getStart(page.tree)).includes('\n');
      if (!isMultiline) return placed(code, point(last.end), ', ', '');
      return placed(code, point(last.end), `,${page.newline}${indentOf(page, last.getStart(page.tree))}`, '');
    }
    case 'body-first': {
      const open = page.text.indexOf('{', span.start);
      if (open < 0 || open >= span.end) return undefined;
      return placed(code, point(open + 1), `${page.newline}${indentOf(page, span.start)}  `, '');
    }
  }
}

function remove(page: Page, as: Extract<Change, { do: 'remove' }>['as'], span: Span): TextEdit | undefined {
  switch (as) {
    case 'entry': {
      const node = nodeAt(page, span, ts.isObjectLiteralElementLike);
      return node && removeEntry(page, node);
    }
    case 'item':
    case 'argument': {
      const node = nodeAt(page, span, (one): one is ts.Expression => ts.isExpression(one) && (ts.isArrayLiteralExpression(one.parent) || ts.isCallExpression(one.parent) || ts.isNewExpression(one.parent)));
      if (!node) return undefined;
      const list = ts.isArrayLiteralExpression(node.parent) ? node.parent.elements : ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent) ? (node.parent.arguments ?? []) : [];
      return removeFromList(page, list, list.findIndex((one) => one === node));
    }
    case 'statement': return removeStatement(page, span);
    case 'text': {
      const before = page.text.slice(lineStart(page, span.start), span.start);
      const after = page.text.slice(span.end, lineEnd(page, span.end));
      if (before.trim() === '' && after.trim() === '') return { span: { start: lineStart(page, span.start), end: lineEnd(page, span.end) }, text: '' };
      const gap = after.trim() === '' ? before.length - before.trimEnd().length : 0;
      return { span: { start: span.start - gap, end: span.end }, text: '' };
    }
  }
}
