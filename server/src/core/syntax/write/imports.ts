import ts from 'typescript';
import type { Change } from '../../findings/changes.js';
import type { WrittenEdit } from '../../text/edits.js';
import { asLine, quoted } from './code.js';
import { countDirectives, endOf } from './find.js';
import { importsOf, moduleName, requiredBy, type Imported, type ImportHost } from './imported.js';
import { indentAt, isBlankLine, isFirstOnLine, lineEnd, lineStart, nextLine, skipBlanks, skipTrivia, tailEnd } from './lines.js';
import { insertLast, listOf } from './list.js';
import { insertion, type Edits, type Page } from './page.js';
import { declaredBy } from './rearrange.js';

export type ImportChange = Extract<Change, { readonly do: 'import' }>;
/** A file's first comment that is about the file, not about the statement under it. */
const ABOUT_FILE = /@license|@file|@fileoverview|@module|@packageDocumentation|@ts-check|@ts-nocheck|@jest-environment|eslint-disable(?!-)|eslint-env|unlatched-ignore-file|copyright|SPDX|^\/\*!|^\/\/\/\s*</i;

/** Adds imports in the file's module system: into an import of the same module where there is one, never twice. Undefined when a name means something else here. */
export function writeImports(page: Page, changes: readonly ImportChange[]): Edits {
  const hosts = importsOf(page.tree);
  const taken = new Set([...page.tree.statements].flatMap(declaredBy));
  const known = hosts.flatMap((host) => host.names);
  const wanted: Imported[] = [];
  for (const { from, name, as } of changes) {
    const module = moduleName(from);
    if (known.some((one) => one.from === module && one.local === as && isSameExport(one.name, name))) continue;
    if (wanted.some((one) => one.from === from && one.name === name && one.local === as)) continue;
    if (taken.has(as) || wanted.some((one) => one.local === as)) return undefined;
    wanted.push({ from, name, local: as });
  }
  const edits: WrittenEdit[] = [];
  const lines: string[] = [];
  for (const from of new Set(wanted.map((one) => one.from))) {
    let rest = wanted.filter((one) => one.from === from);
    const host = hosts.find((one) => one.from === moduleName(from) && canJoin(one, rest));
    if (host) {
      const merged = join(page, host, rest);
      edits.push(...merged.edits);
      rest = rest.filter((one) => !merged.done.includes(one));
    }
    if (rest.length > 0) lines.push(...importLines(page, from, rest, hosts));
  }
  return lines.length > 0 ? [...edits, atImports(page, lines, 'imports')] : edits;
}

/** A line behind the imports that stops the process when a variable is not set; once per file. */
export function writeRequireEnv(page: Page, names: readonly string[]): Edits {
  const checked = new Set([...page.tree.statements].flatMap((statement) => checkedVariable(statement) ?? []));
  const missing = [...new Set(names)].filter((name) => !checked.has(name));
  if (missing.length === 0) return [];
  const { quote } = page.style;
  const lines = missing.map((name) => {
    const variable = /^[A-Za-z_$][\w$]*$/.test(name) ? `process.env.${name}` : `process.env[${quoted(name, quote)}]`;
    return `if (!${variable}) throw new Error(${quoted(`${name} is not set`, quote)})`;
  });
  return [atImports(page, lines, 'checks')];
}

/** What an interop import may be called: default, namespace and whole module are one thing. */
function isSameExport(a: string, b: string): boolean {
  return a === b || ((a === 'default' || a === '*') && (b === 'default' || b === '*'));
}
function canJoin(host: ImportHost, wanted: readonly Imported[]): boolean {
  const isNamed = wanted.some((one) => one.name !== 'default' && one.name !== '*');
  if (host.list && isNamed) return true;
  if (!host.clause) return false;
  const isNamespace = host.clause.namedBindings && !host.list;
  return (isNamed && !isNamespace) || (!host.clause.name && wanted.some((one) => one.name === 'default'));
}
function join(page: Page, host: ImportHost, wanted: readonly Imported[]): { readonly edits: readonly WrittenEdit[]; readonly done: readonly Imported[] } {
  const { clause } = host;
  const edits: WrittenEdit[] = [];
  const done: Imported[] = [];
  const main = clause && !clause.name ? wanted.find((one) => one.name === 'default') : undefined;
  if (main && clause?.namedBindings) {
    edits.push(insertion(clause.namedBindings.getStart(page.tree), `${main.local}, `));
    done.push(main);
  }
  const named = wanted.filter((one) => one.name !== 'default' && one.name !== '*');
  const list = host.list && listOf(page, host.list);
  const specifiers = named.map((one) => specifier(one, clause ? ' as ' : ': '));
  if (named.length > 0 && list) {
    edits.push(...(insertLast(page, list, specifiers.map((text) => () => ({ text, slots: [] }))) ?? []));
    done.push(...named);
  } else if (named.length > 0 && clause?.name && !clause.namedBindings) {
    edits.push(insertion(clause.name.end, `, { ${specifiers.join(', ')} }`));
    done.push(...named);
  }
  return { edits, done };
}
function specifier({ name, local }: Imported, as: string): string {
  return name === local ? name : `${name}${as}${local}`;
}

/** New import lines for one module, without their ends. */
function importLines(page: Page, from: string, wanted: readonly Imported[], hosts: readonly ImportHost[]): readonly string[] {
  const module = quoted(from, page.style.quote);
  const main = wanted.filter((one) => one.name === 'default');
  const named = wanted.filter((one) => one.name !== 'default' && one.name !== '*');
  const whole = wanted.filter((one) => one.name === '*');
  if (isCommonJs(page)) {
    const last = hosts.filter((one) => ts.isVariableStatement(one.statement)).at(-1)?.statement;
    const keyword = last && /^var\b/.test(page.text.slice(last.getStart(page.tree), last.end)) ? 'var' : 'const';
    const lines = [...main, ...whole].map((one) => `${keyword} ${one.local} = require(${module})`);
    return named.length > 0 ? [...lines, `${keyword} { ${named.map((one) => specifier(one, ': ')).join(', ')} } = require(${module})`] : lines;
  }
  const [first, ...others] = main;
  const braces = named.length > 0 ? `{ ${named.map((one) => specifier(one, ' as ')).join(', ')} }` : '';
  const head = [first?.local ?? '', braces].filter((part) => part !== '').join(', ');
  return [
    ...(head === '' ? [] : [`import ${head} from ${module}`]),
    ...others.map((one) => `import ${one.local} from ${module}`),
    ...whole.map((one) => `import * as ${one.local} from ${module}`),
  ];
}
/** By what the file does, else by its extension. */
function isCommonJs({ tree, file }: Page): boolean {
  const isModule = [...tree.statements].some((one) => ts.isImportDeclaration(one) || ts.isExportDeclaration(one) || ts.isExportAssignment(one) || ts.isImportEqualsDeclaration(one) || isExported(one));
  if (isModule || /\.(mjs|mts)$/i.test(file.path)) return false;
  if (/\.(cjs|cts)$/i.test(file.path)) return true;
  const requires = [...tree.statements].some((one) => isImport(one) && !ts.isImportDeclaration(one));
  return requires || /\b(module\.exports|exports\.\w|require\()/.test(tree.text) || /\.js$/i.test(file.path);
}
function isExported(statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((one) => one.kind === ts.SyntaxKind.ExportKeyword);
}
function isImport(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return true;
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.some((one) => one.initializer && requiredBy(one.initializer) !== undefined);
  return ts.isExpressionStatement(statement) && requiredBy(statement.expression) !== undefined;
}
/** The variable of `if (!process.env.X) throw`. */
function checkedVariable(statement: ts.Statement): string | undefined {
  if (!ts.isIfStatement(statement) || !ts.isPrefixUnaryExpression(statement.expression)) return undefined;
  const inner = ts.isBlock(statement.thenStatement) ? statement.thenStatement.statements[0] : statement.thenStatement;
  const { operand, operator } = statement.expression;
  if (!inner || !ts.isThrowStatement(inner) || operator !== ts.SyntaxKind.ExclamationToken) return undefined;
  if (!(ts.isPropertyAccessExpression(operand) || ts.isElementAccessExpression(operand)) || operand.expression.getText() !== 'process.env') return undefined;
  if (ts.isPropertyAccessExpression(operand)) return operand.name.text;
  return ts.isStringLiteralLike(operand.argumentExpression) ? operand.argumentExpression.text : undefined;
}

/** Lines behind the last import at the top; without one behind directives and the comments that are about the file. */
function atImports(page: Page, lines: readonly string[], what: 'imports' | 'checks'): WrittenEdit {
  const { text, tree, style } = page;
  const { newline } = style;
  const { statements } = tree;
  let count = countDirectives(statements);
  let last = statements[count - 1];
  for (; count < statements.length; count++) {
    const one = statements[count];
    if (!one || !(isImport(one) || (what === 'checks' && last && checkedVariable(one) !== undefined))) break;
    last = one;
  }
  const written = (next: string | undefined): readonly string[] => lines.map((line, index) => asLine(page, { text: line, slots: [] }, index === lines.length - 1 ? next : undefined).text);
  if (last) {
    const indent = indentAt(text, last.getStart(tree));
    const end = endOf(tree, last);
    const tail = tailEnd(text, end);
    const block = written(text[skipTrivia(text, tail ?? end)]).map((line) => newline + indent + line).join('');
    return insertion(tail ?? end, tail === undefined ? block + newline : block);
  }
  const top = topOf(page);
  const indent = text.slice(top, skipBlanks(text, top));
  const block = written(text[skipTrivia(text, top)]).map((line) => indent + line + newline).join('');
  const gap = top > 0 && !isFirstOnLine(text, top) ? newline : '';
  return insertion(top, gap + block + (what === 'imports' && top < text.length && !isBlankLine(text, top) ? newline : ''));
}
/** Behind byte order mark, shebang and the comments that are about the file. */
function topOf({ text, tree }: Page): number {
  let top = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (text.startsWith('#!', top)) top = nextLine(text, top);
  const first = tree.statements[0]?.getStart(tree) ?? text.length;
  let group = skipBlankLines(text, top);
  while (group < first) {
    const end = groupEnd(text, group);
    const next = nextLine(text, end);
    const isApart = next >= text.length || isBlankLine(text, next);
    if (!isApart && !ABOUT_FILE.test(text.slice(group, end).trim())) return group;
    top = next;
    group = skipBlankLines(text, next);
    if (!isApart) return top;
  }
  return top === 0 || group > text.length ? top : Math.min(group, lineStart(text, Math.max(first, top)));
}
function skipBlankLines(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && isBlankLine(text, at)) at = nextLine(text, at);
  return at;
}
/** End of the line on which a run of comments without a blank line between ends. */
function groupEnd(text: string, offset: number): number {
  let end = offset;
  let at = skipBlanks(text, offset);
  while (text.startsWith('//', at) || text.startsWith('/*', at)) {
    const close = text.startsWith('/*', at) ? text.indexOf('*/', at + 2) : -1;
    end = lineEnd(text, close < 0 ? at : close + 2);
    const next = nextLine(text, end);
    if (next >= text.length || isBlankLine(text, next)) break;
    at = skipBlanks(text, next);
  }
  return Math.max(end, lineEnd(text, offset));
}
