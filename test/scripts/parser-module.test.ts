import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { filesBelow, root, textOf } from '../../scripts/project.js';

const core = filesBelow('server/src/core').filter((path) => path.endsWith('.ts'));
const samples = [...core.slice(0, 60), ...filesBelow('playground/src'), 'esbuild.mjs', 'test/support/lsp-client.ts'];
type Parser = Pick<
  typeof ts,
  'createSourceFile' | 'forEachChild' | 'flattenDiagnosticMessageText' | 'getLeadingCommentRanges' | 'SyntaxKind'
>;

/** The parser that the bundles hold, loaded by itself. */
async function bundled(): Promise<Parser> {
  const made: { parserModule(names: readonly string[]): Promise<string>; namesBelow(folder: string): readonly string[] } = await import(
    pathToFileURL(join(root, 'scripts/parser-module.mjs')).href
  );
  const folder = mkdtempSync(join(tmpdir(), 'unlatched-parser-'));
  try {
    const file = join(folder, 'parser.mjs');
    writeFileSync(file, await made.parserModule(made.namesBelow(join(root, 'server/src/core'))));
    const loaded: { default: Parser } = await import(pathToFileURL(file).href);
    return loaded.default;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
/** A tree as text: kind, place and flags of each node, what its methods say, and the syntax errors. */
function printed(
  { createSourceFile, forEachChild, flattenDiagnosticMessageText, getLeadingCommentRanges }: Parser,
  path: string,
  text: string,
): string {
  const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const tree = createSourceFile(path, text, options, false, path.endsWith('.js') ? ts.ScriptKind.JSX : ts.ScriptKind.TS);
  const lines: string[] = [];
  const visit = (node: ts.Node): void => {
    const comments = getLeadingCommentRanges(text, node.pos)?.length ?? 0;
    lines.push([node.kind, node.pos, node.getStart(tree), node.end, node.flags, comments, node.getLastToken(tree)?.kind].join(' '));
    forEachChild(node, visit);
  };
  visit(tree);
  const problems: unknown = Reflect.get(tree, 'parseDiagnostics');
  assert.ok(Array.isArray(problems));
  for (const { start, length, code, messageText } of problems)
    lines.push([start, length, code, flattenDiagnosticMessageText(messageText, ' ')].join(' '));
  return lines.join('\n');
}

test('the bundled parser gives the same trees and errors as the package, for whole and for cut texts', async () => {
  const parser = await bundled();
  for (const path of samples) {
    const text = textOf(path) ?? '';
    const cuts = [1, 0.83, 0.41, 0.17].map((part) => text.slice(0, Math.floor(text.length * part)));
    const torn = text.replace(/[)}]/g, (sign, at: number) => (at % 7 === 0 ? '' : sign));
    for (const each of [...cuts, torn, `<a>{${text}`]) assert.equal(printed(parser, path, each), printed(ts, path, each), path);
  }
});
test('the core names the package only as ts.name, which is how the bundles find what they need', () => {
  const otherwise = core.flatMap((path) => {
    const tree = ts.createSourceFile(path, textOf(path) ?? '', ts.ScriptTarget.Latest, true);
    if (!tree.text.includes("from 'typescript'")) return [];
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const { parent } = node;
      const named =
        (ts.isPropertyAccessExpression(parent) && parent.expression === node) || (ts.isQualifiedName(parent) && parent.left === node);
      if (ts.isIdentifier(node) && node.text === 'ts' && !named && !ts.isImportClause(parent)) found.push(`${path}: ${parent.getText()}`);
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(tree, visit);
    return found;
  });
  assert.deepEqual(otherwise, []);
});
test('a package that is built otherwise than known ends the build', async () => {
  const made: { opened(text: string): unknown } = await import(pathToFileURL(join(root, 'scripts/parser-module.mjs')).href);
  assert.throws(() => made.opened('var ts = {};'), /fits another version/);
});
