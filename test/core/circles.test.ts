import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

const head = `import express from 'express';\nimport cors from 'cors';\nconst app = express();\n`;
/** The rules that speak of this code. */
function rulesOf(code: string): readonly string[] {
  const path = filePath('app.ts');
  return engineOver(new Map([[path, head + code]]))
    .findings(path)
    .map(({ rule }) => rule);
}
const putIsOpen = `app.post('/x', requireAuth, f);\napp.put('/x', f);\n`;

test('objects that hold and spread themselves end somewhere', () => {
  assert.ok(
    rulesOf(`const o = { ...o, p: o.p, q: { ...o } };\napp.use(cors(o));\napp.use(cors(o.q.q.p));\n${putIsOpen}`).includes(
      'methods/unguarded-sibling',
    ),
  );
});
test('a class that extends itself ends somewhere', () => {
  const circle =
    'class C extends C { constructor() { super(); this.app.put("/y", f); new C(); } }\nclass A extends B {}\nclass B extends A {}\nnew A().x();\nnew C();\n';
  assert.ok(rulesOf(circle + putIsOpen).includes('methods/unguarded-sibling'));
});
test('routers mounted twice in each other are walked a bounded number of times, and the rest is known to be unknown', () => {
  const levels = Array.from(
    { length: 30 },
    (_, i) => `const r${i + 1} = express.Router();\nr${i + 1}.use('/a', r${i});\nr${i + 1}.use('/b', r${i});\n`,
  ).join('');
  const engine = engineOver(
    new Map([[filePath('app.ts'), `${head}const r0 = express.Router();\nr0.put('/x', f);\n${levels}app.use(r30);\n`]]),
  );
  const routes = engine.inventory();
  assert.ok(routes.length > 0 && routes.length < 10_000, `${routes.length} routes`);
  assert.ok(routes.every(({ complete }) => !complete));
});

test('a handler that starts its own server again ends', () => {
  const text = `const http = require('http');
class Server {
  fail(out, problem, status) { out.writeHead(status).end(problem); }
  start() {
    http.createServer((req, res) => { try { work(req); } catch (error) { this.fail(res, new Server().start()); } }).listen(80);
  }
}
new Server().start();
`;
  const engine = engineOver(new Map([[filePath('app.ts'), text]]));
  assert.equal(engine.inventory().length, 1);
});
