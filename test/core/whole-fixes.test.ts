import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Change } from '../../server/src/core/findings/changes.js';
import { joinFixes } from '../../server/src/core/findings/fixes.js';
import { filePath, type At } from '../../server/src/core/text/source.js';
import { after, workspace, type Workspace } from '../support/places.js';

function refuses(claim: string, before: string, changes: (at: Workspace['at']) => readonly Change[], path = 'app.ts'): void {
  test(claim, () => {
    const files = workspace({ [path]: before });
    assert.ok('refused' in files.fix(changes(files.at)));
  });
}
const replace = (at: At, ...code: Extract<Change, { do: 'replace' }>['code']): Change => ({ do: 'replace', at, code });
const remove = (at: At, as: Extract<Change, { do: 'remove' }>['as']): Change => ({ do: 'remove', at, as });
const insert = (at: At, where: Extract<Change, { do: 'insert' }>['where'], ...code: Extract<Change, { do: 'insert' }>['code']): Change => ({ do: 'insert', at, where, code });
const imports = (from: string, name: string, as: string, path = 'app.ts'): Change => ({ do: 'import', path: filePath(path), from, name, as });
const requireEnv = (name: string, path = 'app.ts'): Change => ({ do: 'require-env', path: filePath(path), name });

suite('refusals', () => {
  refuses('an entry that is no entry', `f(a);\n`, (at) => [remove(at('a'), 'entry')]);
  refuses('a call that is only a part of a statement', `app.get(a).put(b);\n`, (at) => [remove(at('app.get(a)'), 'statement')]);
  refuses('a name that means something else here', `const helmet = 1;\nuse(helmet);\n`, () => [imports('helmet', 'default', 'helmet')]);
  refuses('edits that overlap', `f(a.b);\n`, (at) => [replace(at('a.b'), 'c'), replace(at('b'), 'd')]);
  refuses('code that would not parse', `f(a);\n`, (at) => [replace(at('a'), 'b c')]);
  refuses('an object with holes in its brackets', `f([, a]);\n`, (at) => [remove(at('a'), 'item')]);
  refuses('a place that is not known', `f(a);\n`, () => [replace({ path: filePath('app.ts'), mark: 99 }, 'b')]);
  refuses('a file that is not there', `f(a);\n`, () => [imports('m', 'default', 'm', 'other.ts')]);
  refuses('an import that is there already', `import m from 'm';\nm();\n`, () => [imports('m', 'default', 'm')]);
  refuses('a key path in code', `f(a);\n`, () => [{ do: 'set', path: filePath('app.ts'), key: ['a'], value: 1 }]);
  refuses('a statement moved into itself', `if (a) {\n  b();\n}\n`, (at) => [{ do: 'move', at: at(`if (a) {\n  b();\n}`), after: at('b();') }]);
});

suite('whole fixes', () => {
  test('slots are spans of the text after the edits', () => {
    const files = workspace({ 'app.ts': `f({ a: 1 });\n` });
    const fix = files.fix([imports('m', 'default', 'm'), insert(files.at('{ a: 1 }'), 'entry-last', 'origin: [', { slot: `'https://app.example.com'` }, ', ', { slot: 'b' }, ']')]);
    const text = after(files, 'app.ts', fix);
    assert.ok(!('refused' in fix));
    assert.equal(text, `import m from 'm';\n\nf({ a: 1, origin: ['https://app.example.com', b] });\n`);
    assert.deepEqual(fix.slots.map(({ span }) => text.slice(span.start, span.end)), [`'https://app.example.com'`, 'b']);
  });
  test('slots keep their place where semicolons go and lines are indented', () => {
    const files = workspace({ 'app.js': `function f() {\n  g()\n}\n` });
    const fix = files.fix([insert(files.at('g()'), 'line-before', 'a();\nuse(', { slot: 'key' }, ');\nb();')]);
    const text = after(files, 'app.js', fix);
    assert.ok(!('refused' in fix));
    assert.equal(text, `function f() {\n  a()\n  use(key)\n  b()\n  g()\n}\n`);
    assert.deepEqual(fix.slots.map(({ span }) => text.slice(span.start, span.end)), ['key']);
  });
  test('source is copied from another file', () => {
    const files = workspace({ 'a.ts': `put('/x', save);\n`, 'b.ts': `post('/x', requireAuth, save);\n` });
    const fix = files.fix([insert(files.at('save'), 'before', { copy: files.at('requireAuth', { path: 'b.ts' }) }, ', ')]);
    assert.equal(after(files, 'a.ts', fix), `put('/x', requireAuth, save);\n`);
  });
  test('code and policy in one fix; a policy that is not there is made', () => {
    const files = workspace({ 'a.ts': `f(a);\n` });
    const fix = files.fix([replace(files.at('a'), 'b'), { do: 'set', path: filePath('unlatched.yml'), key: ['methods', 'allow'], value: ['GET'] }]);
    assert.equal(after(files, 'a.ts', fix), `f(b);\n`);
    assert.match(after(files, 'unlatched.yml', fix), /^methods:\n {2}allow:/);
  });
  test('several key paths of one file', () => {
    const files = workspace({ 'openapi.yaml': `openapi: 3.0.0\n` });
    const path = filePath('openapi.yaml');
    const fix = files.fix([{ do: 'set', path, key: ['components', 'a'], value: 1 }, { do: 'set', path, key: ['components', 'b'], value: 2 }]);
    assert.equal(after(files, 'openapi.yaml', fix), `openapi: 3.0.0\ncomponents:\n  a: 1\n  b: 2\n`);
  });
  test('a place of a YAML file', () => {
    const files = workspace({ 'openapi.yaml': `servers:\n  - url: http://api\n` });
    assert.equal(after(files, 'openapi.yaml', files.fix([replace(files.at('http:'), 'https:')])), `servers:\n  - url: https://api\n`);
  });
  test('a file with syntax errors can be fixed where it is whole', () => {
    const files = workspace({ 'app.ts': `f({ a: 1, b: 2 });\nfunction (\n` });
    assert.equal(after(files, 'app.ts', files.fix([remove(files.at('b: 2'), 'entry')])), `f({ a: 1 });\nfunction (\n`);
  });
  test('a tree too deep to walk is refused, not thrown at', () => {
    const files = workspace({ 'app.ts': `f(${'['.repeat(20_000)}a${']'.repeat(20_000)});\n` });
    assert.ok('refused' in files.fix([insert(files.at('a'), 'line-before', 'b();')]));
  });
});

suite('several fixes as one', () => {
  const join = (files: Workspace, fixes: readonly ReturnType<Workspace['fix']>[]): ReturnType<typeof joinFixes> => joinFixes(fixes.flatMap((fix) => ('refused' in fix ? [] : [fix])), files.source, 'All');

  test('edits apart are all made, with slots, packages and the weakest safety', () => {
    const files = workspace({ 'app.ts': `f(a, b);\n` });
    const { fix, leftOut } = join(files, [
      files.fix([replace(files.at('a'), 'longer')], { safety: 'safe', installs: ['x'] }),
      files.fix([replace(files.at('b'), 'g(', { slot: 'here' }, ')')], { safety: 'manual', installs: ['x', 'y'] }),
    ]);
    assert.ok(fix);
    const text = after(files, 'app.ts', fix);
    assert.equal(text, `f(longer, g(here));\n`);
    assert.equal(leftOut, 0);
    assert.deepEqual([fix.title, fix.safety, fix.installs], ['All', 'manual', ['x', 'y']]);
    assert.deepEqual(fix.slots.map(({ span }) => text.slice(span.start, span.end)), ['here']);
  });
  test('imports are made once, before checks', () => {
    const files = workspace({ 'app.ts': `import a from 'a';\nf(x, y);\n` });
    const { fix, leftOut } = join(files, [
      files.fix([imports('m', 'default', 'm'), requireEnv('K'), replace(files.at('x'), 'm')]),
      files.fix([imports('m', 'default', 'm'), imports('n', 'o', 'o'), requireEnv('K'), requireEnv('L'), replace(files.at('y'), 'o')]),
    ]);
    assert.ok(fix);
    const checks = `if (!process.env.K) throw new Error('K is not set');\nif (!process.env.L) throw new Error('L is not set');\n`;
    assert.equal(after(files, 'app.ts', fix), `import a from 'a';\nimport m from 'm';\nimport { o } from 'n';\n${checks}f(m, o);\n`);
    assert.equal(leftOut, 0);
  });
  test('imports at the top of a file without any', () => {
    const files = workspace({ 'app.ts': `f(x, y);\n` });
    const { fix } = join(files, [files.fix([imports('m', 'default', 'm')]), files.fix([imports('n', 'default', 'n')])]);
    assert.ok(fix);
    assert.equal(after(files, 'app.ts', fix), `import m from 'm';\nimport n from 'n';\n\nf(x, y);\n`);
  });
  test('a fix that touches the same node is left out', () => {
    const files = workspace({ 'app.ts': `f({ a: 1 }, { b: 1 });\n` });
    const { fix, leftOut } = join(files, [
      files.fix([remove(files.at('a: 1'), 'entry')]),
      files.fix([insert(files.at('{ a: 1 }'), 'entry-last', 'c: 1')]),
      files.fix([insert(files.at('{ b: 1 }'), 'entry-last', 'd: 1')]),
    ]);
    assert.ok(fix);
    assert.equal(after(files, 'app.ts', fix), `f({}, { b: 1, d: 1 });\n`);
    assert.equal(leftOut, 1);
  });
  test('a fix that writes right beside what another replaces is left out', () => {
    const files = workspace({ 'app.ts': `f(a);\n` });
    const { fix, leftOut } = join(files, [files.fix([replace(files.at('a'), 'b')]), files.fix([insert(files.at('a'), 'before', 'c, ')])]);
    assert.ok(fix);
    assert.equal(after(files, 'app.ts', fix), `f(b);\n`);
    assert.equal(leftOut, 1);
  });
  test('the same fix twice is one', () => {
    const files = workspace({ 'app.ts': `f(a);\n` });
    const { fix, leftOut } = join(files, [files.fix([replace(files.at('a'), 'b')]), files.fix([replace(files.at('a'), 'b')])]);
    assert.ok(fix);
    assert.equal(after(files, 'app.ts', fix), `f(b);\n`);
    assert.equal(leftOut, 0);
  });
  test('two removals that would leave a stray comma: the second waits', () => {
    const files = workspace({ 'app.ts': `const a = ['x', 'y', 'z'];\n` });
    const { fix, leftOut } = join(files, [files.fix([remove(files.at(`'y'`), 'item')]), files.fix([remove(files.at(`'z'`), 'item')])]);
    assert.ok(fix);
    assert.equal(after(files, 'app.ts', fix), `const a = ['x', 'z'];\n`);
    assert.equal(leftOut, 1);
  });
  test('nothing to join is no fix', () => {
    assert.deepEqual(joinFixes([], () => undefined, 'All'), { fix: undefined, leftOut: 0 });
  });
});
