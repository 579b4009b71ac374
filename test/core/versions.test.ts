import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createEngine, type Engine } from '../../server/src/core/engine.js';
import { filePath, type SourceFile } from '../../server/src/core/text/source.js';

const manifest = filePath('package.json');
const lock = filePath('package-lock.json');
const installed = filePath('node_modules/express/package.json');
let revision = 0;
function file(path: string, content: unknown): SourceFile {
  return { path: filePath(path), text: typeof content === 'string' ? content : JSON.stringify(content), revision: ++revision };
}
function locked(version: string): SourceFile {
  return file(lock, { lockfileVersion: 3, packages: { '': {}, 'node_modules/express': { version } } });
}
function said(engine: Engine, path = manifest): readonly string[] {
  return engine.findings(path).filter(({ rule }) => rule === 'deps/vulnerable').map(({ explanation }) => explanation.message.split(' has ')[0] ?? '');
}
function project(...files: readonly SourceFile[]): Engine {
  const engine = createEngine();
  engine.apply({ set: [file(manifest, { dependencies: { express: '^4.16.0' } }), ...files] });
  return engine;
}

suite('versions of packages', () => {
  test('files that tell them are asked for, and are no files of the project', () => {
    const engine = project();
    const wanted = engine.wanted();
    assert.ok(wanted.includes(lock) && wanted.includes(installed) && wanted.includes(filePath('yarn.lock')));
    engine.apply({ set: [locked('4.17.0'), file(installed, { name: 'express', version: '4.16.4' })] });
    assert.deepEqual(engine.files(), [manifest]);
    assert.deepEqual(said(engine), ['express 4.16.4']);
    assert.deepEqual(engine.findings(lock), []);
    assert.equal(engine.source(lock)?.path, lock);
  });

  test('what a package brings in is heard anew with the lock file', () => {
    const tree = (qs: string): SourceFile => file(lock, { packages: { '': {}, 'node_modules/express': { version: '4.22.0', dependencies: { qs: '*' } }, 'node_modules/qs': { version: qs } } });
    const engine = project(tree('6.7.0'));
    const [first] = engine.findings(manifest);
    const places = first?.related.map(({ at: { path, span } }) => [path, engine.source(path)?.text.slice(span.start, span.end)]);
    assert.deepEqual([first?.severity, first?.at.path, places], ['warning', manifest, [[lock, '"node_modules/qs"']]]);
    engine.apply({ set: [tree('6.14.0')] });
    assert.deepEqual(engine.findings(manifest), []);
    engine.apply({ set: [tree('6.7.1')] });
    assert.equal(engine.findings(manifest).length, 1);
    engine.apply({ remove: [lock] });
    assert.deepEqual(engine.findings(manifest), []);
  });

  suite('the entry of the lock file is named beside the manifest', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ['package-lock.json', '{ "lockfileVersion": 3, "packages": { "": {}, "node_modules/express": { "version": "4.17.0" } } }', '"node_modules/express"'],
      ['package-lock.json', '{ "lockfileVersion": 1, "dependencies": { "express": { "version": "4.17.0" } } }', '"express"'],
      ['pnpm-lock.yaml',
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      express:\n        specifier: ^4.16.0\n        version: 4.17.0\n"
          + "packages:\n  express@4.17.0:\n    resolution: { integrity: sha512-a }\nsnapshots:\n  express@4.17.0: {}\n", 'express@4.17.0'],
      ['yarn.lock', 'express@^4.16.0:\n  version "4.17.0"\n', 'express@^4.16.0'],
      ['yarn.lock', '__metadata:\n  version: 8\n\n"express@npm:^4.16.0":\n  version: 4.17.0\n  resolution: "express@npm:4.17.0"\n', '"express@npm:^4.16.0"'],
      ['bun.lock', '{ "lockfileVersion": 1, "workspaces": { "": { "dependencies": { "express": "^4.16.0" } } }, "packages": { "express": ["express@4.17.0", "", {}, "sha512-a"] } }', '"express"'],
    ];
    for (const [path, text, place] of cases) test(`${path}: ${place}`, () => {
      const engine = project({ path: filePath(path), text, revision: 1 });
      const own = engine.findings(manifest).filter(({ explanation }) => explanation.message.startsWith('express 4.17.0'));
      assert.deepEqual(own.map(({ at, related }) => [at.path, ...related.map((one) => [one.at.path, text.slice(one.at.span.start, one.at.span.end), one.label])]), [[manifest, [path, place, 'express 4.17.0 is locked here']]]);
      engine.apply({ set: [file(installed, { name: 'express', version: '4.16.4' })] });
      assert.deepEqual(engine.findings(manifest).flatMap(({ related }) => related), []);
    });
  });

  test('nothing is asked for where no rule needs a version', () => {
    const engine = createEngine();
    engine.apply({ set: [file(manifest, { devDependencies: { 'left-pad': '1.3.0' } }), file('test/package.json', { dependencies: { express: '^4.16.0' } })] });
    assert.deepEqual(engine.wanted().filter((path) => /lock|node_modules/.test(path)), []);
  });

  test('a lock file that comes, changes or goes is heard', () => {
    const engine = project();
    assert.deepEqual(said(engine), []);
    engine.apply({ set: [locked('4.17.0')] });
    assert.deepEqual(said(engine), ['express 4.17.0']);
    engine.apply({ set: [locked('4.22.0')] });
    assert.deepEqual(said(engine), []);
    engine.apply({ set: [locked('4.18.0')] });
    assert.deepEqual(said(engine), ['express 4.18.0']);
    engine.apply({ remove: [lock] });
    assert.deepEqual(said(engine), []);
  });

  test('after a change of the lock file what is installed is read again', () => {
    const engine = project(locked('4.17.0'), file(installed, { name: 'express', version: '4.17.0' }));
    engine.wanted();
    assert.deepEqual(said(engine), ['express 4.17.0']);
    engine.apply({ set: [locked('4.22.0')] });
    assert.deepEqual(said(engine), []);
    assert.ok(engine.wanted().includes(installed));
    engine.apply({ set: [file(installed, { name: 'express', version: '4.22.0' })] });
    assert.deepEqual(said(engine), []);
  });

  test('a version the manifest no longer lets in is that of yesterday', () => {
    const engine = project(locked('4.17.0'));
    engine.apply({ set: [file(manifest, { dependencies: { express: '^4.21.0' } })] });
    assert.deepEqual(said(engine), []);
  });

  test('a lock file at the top speaks for the packages below', () => {
    const below = filePath('packages/api/package.json');
    const engine = project(file(below, { dependencies: { express: '^4.16.0' } }), file('pnpm-lock.yaml', 'importers:\n  packages/api:\n    dependencies:\n      express:\n        specifier: ^4.16.0\n        version: 4.16.4\n'));
    assert.deepEqual(said(engine, below), ['express 4.16.4']);
    assert.deepEqual(said(engine), []);
  });

  test('a name that leaves its folder is not asked for', () => {
    const engine = createEngine();
    engine.apply({ set: [file(manifest, { dependencies: { '../../etc': '*', '@a/../b': '*', ok: '*' } })] });
    const wanted = engine.wanted().filter((path) => path.includes('node_modules'));
    assert.deepEqual(wanted, [filePath('node_modules/ok/package.json')]);
  });

  test('what a library does is that of the version in use', () => {
    const app = filePath('app.ts');
    const code = file(app, "import jwt from 'jsonwebtoken';\nexport const who = (token: string) => jwt.verify(token, process.env.JWT_SECRET as string);\n");
    const found = (version: string): boolean => {
      const engine = createEngine();
      engine.apply({ set: [code, file(manifest, { dependencies: { jsonwebtoken: '>=8' } }), file(lock, { packages: { '': {}, 'node_modules/jsonwebtoken': { version } } })] });
      return engine.findings(app).some(({ rule }) => rule === 'jwt/secret-may-be-unset');
    };
    assert.deepEqual([found('8.5.1'), found('9.0.2')], [true, false]);
  });
});
