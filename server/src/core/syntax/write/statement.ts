import ts from 'typescript';
import type { Code } from '../../findings/changes.js';
import type { Span } from '../../text/source.js';
import { asInline, asLine, concat, continues, write, type Written } from './code.js';
import { anchorOf, countDirectives, endOf, nodesAt, type Anchor } from './find.js';
import { blanksBefore, endAbove, indentAt, isBlank, isFirstOnLine, isSameLine, lineStart, skipTrivia, tailEnd } from './lines.js';
import { insertion, replacement, type Edits, type Page } from './page.js';

/** Comments that speak of the line below them: nothing is put between. */
const SPEAKS_OF_NEXT = /^[ \t]*\/\/[ \t]*(unlatched|@ts-ignore|@ts-expect-error|eslint-disable-next-line|prettier-ignore|biome-ignore|c8 ignore|istanbul ignore)/;

/** Puts a statement on the line before or behind the one a place belongs to; braces are added where there is room for one statement only. */
export function insertLine(page: Page, span: Span, where: 'line-before' | 'line-after', code: Code): Edits {
  const anchor = anchorOf(page.tree, span);
  if (!anchor) return undefined;
  if (anchor.kind === 'listed') return where === 'line-before' ? before(page, anchor.node, code) : after(page, anchor.node, code);
  if (anchor.kind === 'bare') return inBraces(page, anchor, where, code);
  return where === 'line-before' ? inArrow(page, anchor, code) : undefined;
}

function before(page: Page, node: ts.Node, code: Code): Edits {
  const { text, style } = page;
  const start = node.getStart(page.tree);
  const indent = indentAt(text, start);
  const made = write(page, code, indent);
  if (!made) return undefined;
  if (isFirstOnLine(text, start)) {
    let at = lineStart(text, start);
    while (at > 0 && SPEAKS_OF_NEXT.test(lineAbove(text, at))) at = lineStart(text, endAbove(text, at));
    const line = concat(indent, asLine(page, made, text[skipTrivia(text, at)]), style.newline);
    return [insertion(at, line.text, line.slots)];
  }
  const inline = endsInComment(made) ? concat(made, style.newline, indent) : concat(asInline(made), ' ');
  return [insertion(start, inline.text, inline.slots)];
}
function after(page: Page, node: ts.Node, code: Code): Edits {
  const { text, style } = page;
  const start = node.getStart(page.tree);
  const indent = indentAt(text, start);
  const made = write(page, code, indent);
  if (!made) return undefined;
  const end = endOf(page.tree, node);
  const tail = tailEnd(text, end);
  if (tail !== undefined) {
    const line = concat(style.newline, indent, asLine(page, made, text[skipTrivia(text, tail)]));
    return [insertion(tail, line.text, line.slots)];
  }
  if (endsInComment(made)) return undefined;
  const inline = concat(/[;}]/.test(text[end - 1] ?? '') ? ' ' : '; ', asInline(made));
  return [insertion(end, inline.text, inline.slots)];
}

/** `if (x) stop();` becomes a block of both statements. */
function inBraces(page: Page, { node, parent }: Extract<Anchor, { kind: 'bare' }>, where: 'line-before' | 'line-after', code: Code): Edits {
  const { text, style } = page;
  const start = node.getStart(page.tree);
  const outer = indentAt(text, parent.getStart(page.tree));
  const inner = outer + style.indent;
  const made = write(page, code, inner);
  if (!made || !isBlank(text.slice(node.pos, start))) return undefined;
  const head = ` {${style.newline}${inner}`;
  const own = asLine(page, made, where === 'line-before' ? text[start] : '}');
  const open = where === 'line-before' ? concat(head, own, style.newline, inner) : concat(head);
  const close = where === 'line-before' ? concat(style.newline, outer, '}') : concat(style.newline, inner, own, style.newline, outer, '}');
  return [replacement({ start: node.pos, end: start }, open), insertion(endOf(page.tree, node), close.text, close.slots)];
}
/** `(req, res) => send(x)` becomes a body that returns what it returned. */
function inArrow(page: Page, { node, parent }: Extract<Anchor, { kind: 'arrow' }>, code: Code): Edits {
  const { text, style } = page;
  const start = node.getStart(page.tree);
  const from = parent.equalsGreaterThanToken.end;
  const outer = indentAt(text, parent.getStart(page.tree));
  const inner = outer + style.indent;
  const made = write(page, code, inner);
  if (!made || !isBlank(text.slice(from, start))) return undefined;
  const open = concat(` {${style.newline}${inner}`, asLine(page, made, 'r'), `${style.newline}${inner}return `);
  return [replacement({ start: from, end: start }, open), insertion(node.end, `${style.semicolons ? ';' : ''}${style.newline}${outer}}`)];
}

/** Puts a statement first in a body: of the function or block that stands at the place. Behind directives. */
export function insertInBody(page: Page, span: Span, code: Code): Edits {
  const { text, tree, style } = page;
  const nodes = nodesAt(tree, span);
  const body = nodes.find(ts.isBlock) ?? nodes.flatMap((node) => (ts.isFunctionLike(node) && 'body' in node && node.body ? [node.body] : []))[0];
  if (!body) {
    const arrow = anchorOf(tree, span);
    return arrow?.kind === 'arrow' && nodes.includes(arrow.node) ? inArrow(page, arrow, code) : undefined;
  }
  if (!ts.isBlock(body)) return ts.isArrowFunction(body.parent) && ts.isExpression(body) ? inArrow(page, { kind: 'arrow', node: body, parent: body.parent }, code) : undefined;
  const start = body.getStart(tree);
  if (text[start] !== '{' || text[body.end - 1] !== '}') return undefined;
  const count = countDirectives(body.statements);
  const first = body.statements[count];
  const outer = indentAt(text, body.end - 1);
  const indent = first && isFirstOnLine(text, first.getStart(tree)) ? indentAt(text, first.getStart(tree)) : outer + style.indent;
  const made = write(page, code, indent);
  if (!made) return undefined;
  const from = count === 0 ? start + 1 : (body.statements[count - 1]?.end ?? start + 1);
  if (body.statements.length === 0 && isBlank(text.slice(from, body.end - 1))) {
    const whole = concat(style.newline, indent, asLine(page, made, '}'), style.newline, outer);
    return [replacement({ start: from, end: body.end - 1 }, whole)];
  }
  const tail = tailEnd(text, from);
  if (tail !== undefined && !isSameLine(text, tail, body.end)) {
    const line = concat(style.newline, indent, asLine(page, made, text[skipTrivia(text, tail)]));
    return [insertion(tail, line.text, line.slots)];
  }
  if (endsInComment(made)) return undefined;
  const inline = concat(count === 0 || /[;}]/.test(text[from - 1] ?? '') ? ' ' : '; ', asInline(made));
  return [insertion(from, inline.text, inline.slots)];
}

/** A statement that would now go on from the line above it. */
export function wouldContinue(page: Page, before: number, next: number): boolean {
  const last = page.text[lastToken(page.text, before)];
  return !/[;{}]/.test(last ?? ';') && continues(page.text[next]);
}
function lastToken(text: string, offset: number): number {
  let at = blanksBefore(text, offset) - 1;
  while (at >= 0 && /\s/.test(text[at] ?? '')) at--;
  return at;
}
function lineAbove(text: string, start: number): string {
  const end = endAbove(text, start);
  return text.slice(lineStart(text, end), end);
}
function endsInComment(made: Written): boolean {
  return made.text.slice(made.text.lastIndexOf('\n') + 1).trimStart().startsWith('//');
}
