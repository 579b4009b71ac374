import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine, type Engine } from '../../server/src/core/engine.js';
import { filePath } from '../../server/src/core/text/source.js';

const ROUTER = "import { Router } from 'express';\nexport const router = Router();\nrouter.post('/x', (req, res) => res.end());\n";
const OTHER = ROUTER.replace('/x', '/y');
const app = (specifier: string): string => `import express from 'express';\nimport { router } from '${specifier}';\nconst app = express();\napp.use('/api', router);\napp.listen(1);\n`;
const paths = (target: string): string => JSON.stringify({ compilerOptions: { paths: { '@/*': [target] } } });

type Files = Readonly<Record<string, string>>;
/** The files, what becomes of them (undefined: they go), and the mounted route after each step. */
const table: readonly (readonly [name: string, files: Files, steps: readonly (readonly [Readonly<Record<string, string | undefined>>, readonly string[]])[]])[] = [
  ['a file comes, goes, and is another', { 'app.ts': app('./r') }, [[{ 'r/index.ts': ROUTER }, ['POST /api/x']], [{ 'r.ts': OTHER }, ['POST /api/y']], [{ 'r.ts': undefined }, ['POST /api/x']], [{ 'r/index.ts': undefined }, []]]],
  ['a file gets another name', { 'app.ts': app('./r'), 'r.ts': ROUTER }, [[{ 'r.ts': undefined, 's.ts': ROUTER }, []], [{ 'app.ts': app('./s') }, ['POST /api/x']]]],
  ['a configuration changes', { 'tsconfig.json': paths('./a/*'), 'app.ts': app('@/r'), 'a/r.ts': ROUTER, 'b/r.ts': OTHER }, [[{ 'tsconfig.json': paths('./b/*') }, ['POST /api/y']], [{ 'tsconfig.json': '{}' }, []],
    [{ 'tsconfig.json': undefined, 'jsconfig.json': paths('./a/*') }, ['POST /api/x']]]],
  ['the first configuration comes', { 'app.ts': app('@/r'), 'src/r.ts': ROUTER, 'b/r.ts': OTHER },
    [[{ 'tsconfig.json': paths('./b/*') }, ['POST /api/y']], [{ 'tsconfig.json': undefined }, ['POST /api/x']], [{ 'r.ts': OTHER }, ['POST /api/y']]]],
  ['a nearer configuration comes', { 'tsconfig.json': paths('./a/*'), 'in/app.ts': app('@/r'), 'a/r.ts': ROUTER, 'in/b/r.ts': OTHER }, [[{ 'in/tsconfig.json': paths('./b/*') }, ['POST /api/y']]]],
  ['what a configuration extends changes', { 'tsconfig.json': '{"extends":"./base/all.json"}', 'base/all.json': paths('../a/*'), 'app.ts': app('@/r'), 'a/r.ts': ROUTER, 'b/r.ts': OTHER },
    [[{ 'base/all.json': paths('../b/*') }, ['POST /api/y']]]],
  ['a package changes its entry, and its name', { 'p/package.json': '{"name":"@my/p","main":"a.ts"}', 'app.ts': app('@my/p'), 'p/a.ts': ROUTER, 'p/b.ts': OTHER }, [[{ 'p/package.json': '{"name":"@my/p","main":"b.ts"}' },
    ['POST /api/y']], [{ 'p/package.json': '{"name":"@my/q"}' }, []]]],
  ['imports of a package change', { 'package.json': '{"imports":{"#r":"./a.ts"}}', 'app.ts': app('#r'), 'a.ts': ROUTER, 'b.ts': OTHER }, [[{ 'package.json': '{"imports":{"#r":"./b.ts"}}' }, ['POST /api/y']]]],
  ['data change', { 'app.js': "const { path } = require('./d.json');\nconst app = require('express')();\napp.post(path, (req, res) => res.end());\napp.listen(1);\n", 'd.json': '{"path":"/a"}' },
    [[{ 'd.json': '{"path":"/b"}' }, ['POST /b']], [{ 'd.json': '{"other":1}' }, ['POST /{?}']], [{ 'd.json': undefined }, ['POST /{?}']], [{ 'd.json': '{"path":"/c"}' }, ['POST /c']]]],
];
for (const [name, files, steps] of table)
  test(`an engine that has seen edits of what names lead to says what a new one says: ${name}`, () => {
    const engine = created(files);
    let now: Readonly<Record<string, string | undefined>> = files;
    for (const [step, wanted] of steps) {
      engine.inventory();
      now = { ...now, ...step };
      engine.apply({ set: textsOf(step), remove: Object.keys(step).filter((path) => step[path] === undefined).map(filePath) });
      const lines = engine.inventory().map((one) => `${one.method} ${one.path}`);
      assert.deepEqual(lines.filter((line) => !/\}\/[xy]$/.test(line)), wanted);
      assert.equal(said(engine), said(created(now)));
    }
  });

test('the path of a rule finding is that of data which changed', () => {
  const engine = created({ 'app.js': "const data = require('./d.json');\nconst app = require('express')();\napp.put(data.path, (req, res) => res.end());\napp.listen(1);\n", 'd.json': '{"path":"/a"}' });
  const of = (): string => engine.findings(filePath('app.js')).map(({ explanation }) => explanation.message).join('\n');
  assert.match(of(), /\/a\b/);
  engine.apply({ set: textsOf({ 'd.json': '{"path":"/bees"}' }) });
  assert.match(of(), /\/bees\b/);
});

function created(files: Readonly<Record<string, string | undefined>>): Engine {
  const engine = createEngine();
  engine.apply({ set: textsOf(files) });
  return engine;
}
let revision = 0;
function textsOf(files: Readonly<Record<string, string | undefined>>): readonly { path: ReturnType<typeof filePath>; text: string; revision: number }[] {
  return Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [{ path: filePath(path), text, revision: ++revision }]));
}
function said(engine: Engine): string {
  return [...engine.files().flatMap((path) => engine.findings(path)), ...engine.inventory()].map((one) => JSON.stringify(one)).join('\n');
}
