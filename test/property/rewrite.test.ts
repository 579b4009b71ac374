import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { format, type Options } from 'prettier';
import ts from 'typescript';
import { isLockFile } from '../../server/src/core/artifacts/names.js';
import { scriptKind } from '../../server/src/core/syntax/javascript.js';
import type { FilePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver, type Files } from '../support/analyse.js';
import { samples, type NamedSample } from '../support/samples.js';

/** A finding with the place it has, as line and column. */
interface Seen {
  readonly print: string;
  readonly path: FilePath;
  readonly line: number;
  readonly column: number;
}
function seen({ policy }: NamedSample, files: Files): readonly Seen[] {
  return allFindings(engineOver(files, policy), files).map(({ rule, fingerprint, state, severity, at }) => {
    const before = (files.get(at.path) ?? '').slice(0, at.span.start).split('\n');
    return {
      print: `${rule} ${state} ${severity} ${at.path} ${fingerprint}`,
      path: at.path,
      line: before.length,
      column: before.at(-1)?.length ?? 0,
    };
  });
}
const isCode = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);
const isYaml = (path: string): boolean => /\.ya?ml$/.test(path);
function mapped(files: Files, change: (text: string, path: FilePath) => string): Files {
  return new Map([...files].map(([path, text]) => [path, change(text, path)]));
}
/** What is there and was not, and what was there and is not. */
function difference({ title }: NamedSample, now: readonly string[], was: readonly string[]): readonly string[] {
  return [
    ...now.filter((one) => !was.includes(one)).map((one) => `${title}: now ${one}`),
    ...was.filter((one) => !now.includes(one)).map((one) => `${title}: not ${one}`),
  ];
}
function prints(all: readonly Seen[]): readonly string[] {
  return all.map(({ print }) => print).sort();
}

const before = samples.map((sample) => ({ sample, seen: seen(sample, sample.files) }));

suite('findings follow their code', () => {
  /** The change moves places as told, and changes nothing else. */
  function moves(
    name: string,
    change: (text: string, path: FilePath) => string,
    place: (one: Seen) => { readonly line: number; readonly column: number },
  ): void {
    test(name, () => {
      const failed: string[] = [];
      for (const { sample, seen: was } of before) {
        const now = seen(sample, mapped(sample.files, change)).map((one) => JSON.stringify(one));
        failed.push(
          ...difference(
            sample,
            now,
            was.map((one) => JSON.stringify({ ...one, ...place(one) })),
          ),
        );
      }
      assert.deepEqual(failed, []);
    });
  }
  moves(
    'lines that end with CR LF',
    (text) => text.replaceAll('\n', '\r\n'),
    (one) => one,
  );
  moves(
    'a byte order mark',
    (text) => `\ufeff${text}`,
    (one) => ({ line: one.line, column: one.line === 1 ? one.column + 1 : one.column }),
  );
  const opener = (path: string): string => (isCode(path) ? '//' : isYaml(path) ? '#' : '');
  moves(
    'a comment of astral characters above',
    (text, path) => (opener(path) === '' || text.startsWith('#!') ? text : `${opener(path)} \u{1F600}\u{10FFFF}\n${text}`),
    (one) => ({ line: one.line + (opener(one.path) === '' ? 0 : 1), column: one.column }),
  );
  moves(
    'blank lines above',
    (text, path) => (text.startsWith('#!') || path.endsWith('.json') ? text : `\n\n${text}`),
    (one) => ({ line: one.line + (one.path.endsWith('.json') ? 0 : 2), column: one.column }),
  );
});

suite('findings and fingerprints survive rewriting', () => {
  /** Findings, fingerprints, severities and states are the same after the change. */
  function keeps(name: string, change: (text: string, path: FilePath) => string | Promise<string>, least = 150): void {
    test(name, async () => {
      const failed: string[] = [];
      let changed = 0;
      for (const { sample, seen: was } of before) {
        const files = new Map<FilePath, string>();
        for (const [path, text] of sample.files) files.set(path, await change(text, path));
        if ([...files].some(([path, text]) => sample.files.get(path) !== text)) changed++;
        failed.push(...difference(sample, prints(seen(sample, files)), prints(was)));
      }
      assert.deepEqual(failed, []);
      assert.ok(changed >= least, `only ${changed} samples were changed`);
    });
  }
  const styles: Readonly<Record<string, Options>> = {
    'narrow, with tabs and double quotes': { printWidth: 50, useTabs: true, singleQuote: false, trailingComma: 'all' },
    'wide, without semicolons': {
      printWidth: 200,
      semi: false,
      singleQuote: true,
      trailingComma: 'none',
      arrowParens: 'avoid',
      bracketSpacing: false,
    },
    'with quoted keys': { printWidth: 100, quoteProps: 'consistent', objectWrap: 'collapse', tabWidth: 8, experimentalTernaries: true },
  };
  // Lock files look as the package manager writes them.
  for (const [name, options] of Object.entries(styles))
    keeps(`formatted ${name}`, (text, path) => (isLockFile(path) ? text : formatted(text, path, options)));
  keeps('a comment and a blank line above every statement', (text, path) => (isCode(path) ? commented(text, path) : text));
  test('locals renamed: the same findings on the same lines', () => {
    const failed: string[] = [];
    let changed = 0;
    const lines = (all: readonly Seen[]): readonly string[] =>
      all.map(({ print, line }) => `${line} ${print.slice(0, print.lastIndexOf(' '))}`);
    for (const { sample, seen: was } of before) {
      const files = mapped(sample.files, (text, path) => (isCode(path) ? renamed(text, path) : text));
      if ([...files].some(([path, text]) => sample.files.get(path) !== text)) changed++;
      failed.push(...difference(sample, lines(seen(sample, files)), lines(was)));
    }
    assert.deepEqual(failed, []);
    assert.ok(changed > 100, `only ${changed} samples were changed`);
  });
  keeps('functions moved to the end', (text, path) => (isCode(path) ? moved(text, path) : text), 15);
});

async function formatted(text: string, path: FilePath, options: Options): Promise<string> {
  const parser = isCode(path)
    ? scriptKind(path) === ts.ScriptKind.JSX
      ? 'babel'
      : 'typescript'
    : isYaml(path)
      ? 'yaml'
      : path.endsWith('.json')
        ? 'json'
        : undefined;
  // A suppression belongs to the line it stands on, and a formatter may move it from there.
  if (!parser || text.includes('unlatched')) return text;
  try {
    return await format(text, { ...options, parser });
  } catch {
    return text;
  }
}
function parse(text: string, path: string): ts.SourceFile {
  return ts.createSourceFile(
    path,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    true,
    scriptKind(path),
  );
}
function commented(text: string, path: string): string {
  const tree = parse(text, path);
  let out = text;
  for (const statement of statementsOf(tree).sort((a, b) => b.pos - a.pos)) {
    // Above the comments of the statement: one of them may be a suppression of the line below it.
    const lineEnd = text.indexOf('\n', statement.pos);
    if (statement.pos > 0 && lineEnd >= 0 && lineEnd < statement.getStart(tree))
      out = `${out.slice(0, lineEnd + 1)}\n// as agreed\n${out.slice(lineEnd + 1)}`;
  }
  return out;
}
function statementsOf(tree: ts.SourceFile): ts.Statement[] {
  const out: ts.Statement[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStatement(node) && (ts.isSourceFile(node.parent) || ts.isBlock(node.parent))) out.push(node);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(tree, visit);
  return out;
}
/** Names without a meaning of their own; of parameters only where a call shows what they are. */
const free: ReadonlyMap<string, string> = new Map([
  ['app', 'service'],
  ['router', 'paths'],
  ['req', 'question'],
  ['res', 'reply'],
  ['err', 'problem'],
  ['error', 'trouble'],
  ['next', 'onwards'],
  ['e', 'p'],
]);
function renamed(text: string, path: string): string {
  const tree = parse(text, path);
  const places = new Map<number, { readonly end: number; readonly to: string }>();
  const rename = (within: ts.Node, name: string): void => {
    const to = free.get(name);
    const found: ts.Identifier[] = [];
    let isShared = to === undefined;
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && node.text === name) {
        const { parent } = node;
        // What is imported, exported, a key or declared again is known by its name elsewhere.
        const isAgain =
          (ts.isParameter(parent) || ts.isVariableDeclaration(parent)) &&
          parent.name === node &&
          parent !== within &&
          parent.parent !== within &&
          found.length > 0;
        isShared ||=
          isAgain ||
          ts.isImportSpecifier(parent) ||
          ts.isExportSpecifier(parent) ||
          ts.isExportAssignment(parent) ||
          ts.isShorthandPropertyAssignment(parent) ||
          ts.isBindingElement(parent) ||
          ts.isImportClause(parent);
        const isKey =
          (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
          ((ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent) || ts.isMethodDeclaration(parent)) && parent.name === node);
        if (!isKey) found.push(node);
      }
      ts.forEachChild(node, visit);
    };
    visit(within);
    if (!isShared) for (const node of found) places.set(node.getStart(tree), { end: node.end, to: to ?? name });
  };
  for (const statement of tree.statements)
    if (ts.isVariableStatement(statement) && !statement.modifiers)
      for (const one of statement.declarationList.declarations) if (ts.isIdentifier(one.name)) rename(tree, one.name.text);
  const handlers = (node: ts.Node): void => {
    const isRegistered =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      /^(use|get|put|post|patch|delete|all)$/.test(node.expression.name.text);
    if (isRegistered)
      for (const fn of node.arguments)
        if (ts.isArrowFunction(fn) || ts.isFunctionExpression(fn))
          for (const one of fn.parameters) if (ts.isIdentifier(one.name)) rename(fn, one.name.text);
    ts.forEachChild(node, handlers);
  };
  handlers(tree);
  return [...places].sort(([a], [b]) => b - a).reduce((out, [start, { end, to }]) => out.slice(0, start) + to + out.slice(end), text);
}
function moved(text: string, path: string): string {
  const tree = parse(text, path);
  const functions = tree.statements.filter(
    (statement) => ts.isFunctionDeclaration(statement) && !/\bunlatched\b/.test(statement.getFullText(tree)),
  );
  const rest = [...functions].reverse().reduce((out, { pos, end }) => out.slice(0, pos) + out.slice(end), text);
  return functions.length === 0 ? text : `${rest}\n${functions.map((statement) => statement.getFullText(tree).trim()).join('\n')}\n`;
}
