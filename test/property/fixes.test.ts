import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import ts from 'typescript';
import { filesBelow, textOf } from '../../scripts/project.js';
import type { Change } from '../../server/src/core/findings/changes.js';
import { countSyntaxProblems, scriptKind } from '../../server/src/core/syntax/javascript.js';
import { writeChange, type CodeChange } from '../../server/src/core/syntax/write/javascript.js';
import { applyEdits } from '../../server/src/core/text/edits.js';
import { filePath, type At, type SourceFile, type Span } from '../../server/src/core/text/source.js';

const seed = Number(process.env['SEED'] ?? 20261124);
const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed, numRuns });

/** Real code in several styles: of the playground, of this project, and hand-made corners. */
const corners = [
  `'use strict'\nvar a = require('a'), b = require("b")\n\nmodule.exports = { a, b }\n;[a, b].forEach(function (x) { x() })\n`,
  `// first\nimport def, {\n  one, // the one\n  two as zwei\n} from "m"\nimport 'side'\n@Controller("x")\nclass A extends B {\n  @Get() /* all */ all(@Query() q: string) { return this.s.all(q) }\n  field = (e: Error) => send(e)\n}\n`,
  `#!/usr/bin/env node\n/** @license x */\n\nif (a) b()\nelse if (c)\n  d()\nelse for (const x of y) z(x)\nswitch (k) { case 1: f(); break; default:\n    g()\n}\nlabel: while (1) { continue label }\n`,
  `f({ a: 1, b, ...c, d() { return 1; }, [e]: 2, /* last */ }, [1, , 2], [\n\t1, // one\n\t2\n], (x) => ({ y: x }), async () => { await z; }, \`t\${ f({ g: 1 }) }\`);\nnew Map;\nnew Set([ ]);\n`,
  `export default async function handler(req, res) {\n\ttry { await run(req); } catch { return res.status(500).json({ error: 'x', }); }\n\tdo once(); while (more());\n}\nexport const put = auth(handler), del = handler;\n`,
];
const sources: readonly SourceFile[] = [
  ...corners.map((text, index) => ({ path: filePath(`corner${index}.ts`), text, revision: 1 })),
  ...[...filesBelow('playground/src'), ...filesBelow('server/src/core/syntax/write'), ...filesBelow('server/src/core/project').slice(0, 8), ...filesBelow('test/core').slice(0, 4)]
    .filter((path) => /\.(js|ts)$/.test(path))
    .map((path) => ({ path: filePath(path), text: textOf(path) ?? '', revision: 1 }))
    .filter(({ text }) => text.length < 9000),
];
const variants: readonly SourceFile[] = sources.flatMap((file) => [file, { ...file, text: file.text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n') }]);

function parse(file: SourceFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }, true, scriptKind(file.path));
}
function nodesOf(tree: ts.SourceFile): readonly ts.Node[] {
  const out: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    out.push(node);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(tree, visit);
  return out;
}
/** Tokens in order, without those a list or a body is held together by. */
function tokensOf(tree: ts.Node, source: ts.SourceFile): readonly string[] {
  const out: string[] = [];
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source);
    if (children.length > 0) for (const child of children) visit(child);
    else if (node.getText(source) !== '' && !/^([,;{}()]|return)$/.test(node.getText(source))) out.push(node.getText(source));
  };
  visit(tree);
  return out;
}
/** Comments in order, as they are written. */
function commentsOf(tree: ts.SourceFile): readonly string[] {
  const out = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    const around = [...(ts.getLeadingCommentRanges(tree.text, node.pos) ?? []), ...(ts.getTrailingCommentRanges(tree.text, node.end) ?? [])];
    if (node.kind !== ts.SyntaxKind.JsxText) for (const each of around) out.set(each.pos, tree.text.slice(each.pos, each.end));
    for (const child of node.getChildren(tree)) visit(child);
  };
  for (const child of tree.getChildren(tree)) visit(child);
  return [...out].sort((a, b) => a[0] - b[0]).map(([, text]) => text);
}
/** What is left of `all` when `part` is taken out of it in order; undefined when it is not in it. */
function without(all: readonly string[], part: readonly string[]): readonly string[] | undefined {
  const left: string[] = [];
  let next = 0;
  for (const token of all) {
    if (token === part[next]) next++;
    else left.push(token);
  }
  return next === part.length ? left : undefined;
}

interface Try {
  readonly file: SourceFile;
  readonly node: ts.Node;
  readonly tree: ts.SourceFile;
}
const parsed = variants.map((file) => {
  const tree = parse(file);
  return { file, tree, nodes: nodesOf(tree) };
});
/** A node of one of the sources that fits. */
function someNode(fits: (node: ts.Node) => boolean): fc.Arbitrary<Try> {
  const held = parsed.flatMap(({ file, tree, nodes: all }) => {
    const nodes = all.filter(fits);
    return nodes.length > 0 ? [{ file, tree, nodes }] : [];
  });
  return fc.tuple(fc.nat(held.length - 1), fc.nat(10_000)).map(([index, pick]) => {
    const { file, tree, nodes } = held[index] ?? assert.fail('there are sources');
    return { file, tree, node: nodes[pick % nodes.length] ?? assert.fail('there are nodes') };
  });
}
function write({ file, node, tree }: Try, change: (at: At) => CodeChange): string | undefined {
  const span: Span = { start: node.getStart(tree), end: node.end };
  const edits = writeChange(file, change({ path: file.path, mark: 0 }), () => span);
  if (!edits) return undefined;
  return applyEdits(file.text, edits) ?? assert.fail('edits are apart and inside the text');
}
function isLineEndKept(before: string, after: string): boolean {
  return before.includes('\r\n') ? !/[^\r]\n/.test(after) : !after.includes('\r');
}
/** Applies to random nodes, counts how often it could be done, and holds the result against what must be true of it. */
function holds(name: string, fits: (node: ts.Node) => boolean, change: (at: At) => CodeChange, check: (before: Try, after: ts.SourceFile) => void, mostlyDone = 0.9): void {
  test(name, () => {
    let [done, asked] = [0, 0];
    fc.assert(fc.property(someNode(fits), (one) => {
      asked++;
      const text = write(one, change);
      if (text === undefined) return;
      done++;
      const after = { ...one.file, text };
      assert.ok(countSyntaxProblems(after) <= countSyntaxProblems(one.file), `parses worse:\n${text}`);
      assert.ok(isLineEndKept(one.file.text, text), 'line ends are kept');
      check(one, parse(after));
    }), runs(120));
    assert.ok(done >= asked * mostlyDone, `only ${done} of ${asked} could be written`);
  });
}
function addsOnly(...added: readonly string[]): (before: Try, after: ts.SourceFile) => void {
  return ({ tree }, after) => {
    const [all, old] = [tokensOf(after, after), tokensOf(tree, tree)];
    assert.equal(all.length, old.length + added.length);
    const at = all.findIndex((token, index) => token === added[0] && old[index] !== token);
    const rest = [...all.slice(0, at), ...all.slice(at + added.length)];
    assert.deepEqual(rest, old);
    assert.deepEqual(commentsOf(after), commentsOf(tree));
  };
}
const takesOnlyItself = ({ node, tree }: Try, after: ts.SourceFile): void => {
  const [all, own] = [tokensOf(tree, tree), tokensOf(node, tree)];
  const left = tokensOf(after, after);
  assert.equal(left.length, all.length - own.length);
  assert.deepEqual([...(without(all, left) ?? [])].sort(), [...own].sort());
};
const insert = (where: Extract<Change, { do: 'insert' }>['where'], ...code: Extract<Change, { do: 'insert' }>['code']) => (at: At): CodeChange => ({ do: 'insert', at, where, code });
const remove = (as: Extract<Change, { do: 'remove' }>['as']) => (at: At): CodeChange => ({ do: 'remove', at, as });
const isListed = (node: ts.Node): boolean => ts.isStatement(node) && (ts.isSourceFile(node.parent) || ts.isBlock(node.parent)) && !ts.isEmptyStatement(node);
/** Read, not assigned, in a place where any expression may stand. */
const isMember = (node: ts.Node): boolean =>
  ts.isPropertyAccessExpression(node) && ((ts.isCallExpression(node.parent) && node.parent.expression !== node) || (ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node) || isOperand(node));
const isOperand = ({ parent }: ts.Node): boolean => ts.isBinaryExpression(parent) && parent.operatorToken.kind < ts.SyntaxKind.FirstAssignment;
const isCall = (node: ts.Node): boolean => ts.isCallExpression(node) && node.expression.kind !== ts.SyntaxKind.ImportKeyword;

suite(`fixes on real code, seed ${seed}`, () => {
  holds('a line before any statement', isListed, insert('line-before', 'zzz();'), addsOnly('zzz'));
  holds('a line behind any statement', isListed, insert('line-after', 'zzz();'), addsOnly('zzz'));
  holds('an entry in any object', ts.isObjectLiteralExpression, insert('entry-last', 'zzz: 1'), addsOnly('zzz', ':', '1'));
  holds('a last argument in any call', isCall, insert('argument-last', 'zzz'), addsOnly('zzz'));
  holds('a first argument in any call', isCall, insert('argument-first', 'zzz'), addsOnly('zzz'));
  holds('a statement first in any body', (node) => ts.isFunctionLike(node) && 'body' in node && node.body !== undefined, insert('body-first', 'zzz();'), addsOnly('zzz'));
  holds('any entry taken out', (node) => ts.isObjectLiteralElementLike(node) && ts.isObjectLiteralExpression(node.parent), remove('entry'), takesOnlyItself);
  holds('any item taken out', (node) => ts.isArrayLiteralExpression(node.parent) && !ts.isOmittedExpression(node), remove('item'), takesOnlyItself);
  holds('any statement taken out', isListed, remove('statement'), takesOnlyItself);
  holds('any member expression replaced, meaning one expression', isMember, (at) => ({ do: 'replace', at, code: ['zzz ? 1 : 2'] }), ({ node, tree }, after) => {
    assert.equal(tokensOf(after, after).length, tokensOf(tree, tree).length - tokensOf(node, tree).length + 5);
    const made = nodesOf(after).filter((each) => ts.isConditionalExpression(each) && each.getText(after) === 'zzz ? 1 : 2');
    assert.equal(made.length, 1, 'it binds as it is written');
  });

  test('an import is made once, whatever the file', () => {
    fc.assert(fc.property(fc.constantFrom(...variants), fc.constantFrom('zzz', 'express', 'm', 'a', 'node:assert/strict'), fc.constantFrom('default', 'named'), (file, from, name) => {
      const change: CodeChange = { do: 'import', path: file.path, from, name, as: 'zzz' };
      const edits = writeChange(file, change, () => undefined) ?? assert.fail('it can be imported');
      const text = applyEdits(file.text, edits) ?? assert.fail('edits are apart');
      assert.ok(edits.length > 0);
      assert.ok(countSyntaxProblems({ ...file, text }) <= countSyntaxProblems(file), text);
      assert.ok(isLineEndKept(file.text, text));
      assert.deepEqual(writeChange({ ...file, text }, change, () => undefined), []);
      const [now, before] = [commentsOf(parse({ ...file, text })), commentsOf(parse(file))];
      assert.deepEqual(now, before);
    }), runs(200));
  });
  test('a check of the environment is made once, whatever the file', () => {
    fc.assert(fc.property(fc.constantFrom(...variants), fc.constantFrom('KEY', 'A_B', 'odd-name'), (file, name) => {
      const change: CodeChange = { do: 'require-env', path: file.path, name };
      const text = applyEdits(file.text, writeChange(file, change, () => undefined) ?? []) ?? '';
      assert.ok(text.includes(`${name} is not set`));
      assert.ok(countSyntaxProblems({ ...file, text }) <= countSyntaxProblems(file), text);
      assert.deepEqual(writeChange({ ...file, text }, change, () => undefined), []);
    }), runs(100));
  });
  test('any intent on any span of any text is written or refused, never thrown', () => {
    const ways: readonly ((at: At) => CodeChange)[] = [
      ...(['before', 'after', 'line-before', 'line-after', 'argument-first', 'argument-last', 'entry-last', 'body-first'] as const).map((where) => insert(where, 'z', { slot: 's' }, { quote: "'" })),
      ...(['entry', 'item', 'argument', 'statement', 'text'] as const).map(remove),
      (at) => ({ do: 'replace', at, code: ['a ? b : c'] }),
      (at) => ({ do: 'unwrap', at, keep: { ...at, mark: 1 } }),
      (at) => ({ do: 'settle', at, as: 'never' }),
      (at) => ({ do: 'settle', at, as: 'always' }),
      (at) => ({ do: 'move', at, after: { ...at, mark: 1 } }),
      (at) => ({ do: 'import', path: at.path, from: 'x', name: 'y', as: 'z' }),
    ];
    fc.assert(fc.property(fc.constantFrom(...variants), fc.nat(5000), fc.nat(5000), fc.nat(60), fc.nat(60), fc.constantFrom(...ways), (file, cut, from, length, more, way) => {
      const text = file.text.slice(0, cut);
      const start = Math.min(from, text.length);
      const spans = [{ start, end: Math.min(start + length, text.length) }, { start: Math.min(start + 1, text.length), end: Math.min(start + more, text.length) }];
      const edits = writeChange({ ...file, text }, way({ path: file.path, mark: 0 }), (at) => spans[at.mark]);
      if (edits) assert.ok(applyEdits(text, edits) !== undefined);
    }), runs(1500));
  });
});
