import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine, type Engine } from '../../server/src/core/engine.js';
import { createFiles } from '../../server/src/core/holding/files.js';
import { createModel, type Model } from '../../server/src/core/holding/model.js';
import { defaultPolicy } from '../../server/src/core/policy/policy.js';
import { filePath, type SourceFile } from '../../server/src/core/text/source.js';
import { work as worked } from '../support/worked.js';

const app = `import express from 'express';
import { files } from './files.js';
const app = express();
app.use('/api/files', files);
app.listen(3000);
`;
const files = `import { Router } from 'express';
import { requireUser } from './auth.js';
export const files = Router();
files.post('/', requireUser, (req, res) => {
  res.json({ ok: true });
});
files.put('/', (req, res) => {
  const size = Number(req.query.size);
  res.json({ size });
});
`;
const auth = `export function requireUser(req, res, next) {
  if (!req.user) return res.status(401).end();
  next();
}
`;
const start: Readonly<Record<string, string>> = { 'src/app.js': app, 'src/files.js': files, 'src/auth.js': auth };

test('an edit inside a handler joins nothing again, and no other file is judged again', () => {
  const { model, edit } = held();
  edit('src/files.js', files.replace('Number(req.query.size)', 'Number(req.query.size ?? 10)\n  console.log(size)'));
  assert.deepEqual({ joins: model.joins(), moved: [] }, { joins: 1, moved: moved(model) });
  const engine = working();
  const changed = type(engine, 'src/files.js', files.replace('size });', 'size, now: Date.now() });'));
  assert.deepEqual(changed, ['src/files.js']);
});

test('a handler that does not parse while a statement is typed joins nothing, and is joined when what registers changed meanwhile', () => {
  const { model, edit } = held();
  edit('src/files.js', files.replace('const size = ', "console.log('si\n  const size = "));
  moved(model);
  edit('src/files.js', files.replace('const size = ', "console.log('size');\n  const size = "));
  assert.deepEqual({ joins: model.joins(), moved: [] }, { joins: 1, moved: moved(model) });
  edit('src/files.js', files.replace('const size = ', "console.log('si\n  const size = "));
  moved(model);
  edit('src/files.js', files.replace("files.put('/', ", "files.put('/', requireUser, "));
  assert.deepEqual([model.now(() => undefined).endpoints.size, model.joins()], [2, 2]);
});

test('a helper of another file is judged again when the routes that run it go and come', () => {
  const server = `const http = require('http');
const { send } = require('./send');
http.createServer((req, res) => {
  if (req.method === 'GET') return send(res, list());
  if (req.method === 'DELETE') return send(res, remove(req));
  res.writeHead(405).end();
}).listen(3000);
`;
  const send = "exports.send = (res, body) => {\n  res.setHeader('Access-Control-Allow-Origin', '*');\n  res.end(JSON.stringify(body));\n};\n";
  const engine = working({ 'app.js': server, 'send.js': send });
  const before = findingsOf(engine);
  const empty = "const http = require('http');\nconst { send } = require('./send');\nhttp.createServer((req, res) => {}).listen(3000);\n";
  type(engine, 'app.js', empty);
  assert.notDeepEqual(findingsOf(engine), before);
  assert.deepEqual(findingsOf(engine), findingsOf(working({ 'app.js': empty, 'send.js': send })));
  type(engine, 'app.js', server);
  assert.deepEqual(findingsOf(engine), before);
});

test('a blank line above a route moves the places of what the model remembers', () => {
  const engine = working();
  type(engine, 'src/files.js', files.replace("files.put('/'", "\n\n// sizes\nfiles.put('/'"));
  const put = engine.inventory().find(({ method }) => method === 'PUT');
  assert.equal(put && engine.source(put.at.path)?.text.slice(put.at.span.start, put.at.span.end), 'put');
  assert.deepEqual(findingsOf(engine), findingsOf(working({ ...start, 'src/files.js': files.replace("files.put('/'", "\n\n// sizes\nfiles.put('/'") })));
});

test('a guard that stops refusing is noticed in the files it guards', () => {
  const engine = working();
  assert.equal(stateOf(engine, 'POST'), 'guarded');
  const changed = type(engine, 'src/auth.js', auth.replace('  if (!req.user) return res.status(401).end();\n', ''));
  assert.equal(stateOf(engine, 'POST'), 'unguarded');
  assert.ok(changed.includes('src/files.js'), 'the routes it guarded are judged again');
});

test('a guard added to a route is noticed, and files that have nothing to do with it are left alone', () => {
  const engine = working({ ...start, 'src/other.js': "import express from 'express';\nconst other = express();\nother.get('/x', (req, res) => res.send('x'));\nother.listen(1);\n" });
  const changed = type(engine, 'src/files.js', files.replace("files.put('/', (", "files.put('/', requireUser, ("));
  assert.equal(stateOf(engine, 'PUT'), 'guarded');
  assert.ok(!changed.includes('src/other.js'));
});

test('a text that is set again changes nothing', () => {
  const engine = working();
  assert.deepEqual(type(engine, 'src/files.js', files), []);
});

test('places do not pile up over many edits of one file', () => {
  const { store, edit } = held();
  const size = (): number => store.facts(filePath('src/files.js'))?.spans.length ?? 0;
  const before = size();
  for (let i = 0; i < 3000; i++) edit('src/files.js', files.replace('res.json({ size })', `res.json({ size: size + ${i} })`));
  assert.ok(size() < before * 3 + 20_000, `${before} grew to ${size()}`);
});

function held(): { readonly store: ReturnType<typeof createFiles>; readonly model: Model; edit(path: string, text: string): void } {
  const store = createFiles();
  const model = createModel(store, () => defaultPolicy);
  for (const [path, text] of Object.entries(start)) store.set(source(path, text, 1));
  model.reset();
  moved(model);
  let revision = 1;
  return {
    store,
    model,
    edit(path, text) {
      store.set(source(path, text, ++revision));
      model.touch(filePath(path));
      moved(model);
    },
  };
}
function moved(model: Model): readonly string[] {
  const paths: string[] = [];
  model.now((those) => paths.push(...those));
  return paths;
}
function working(texts: Readonly<Record<string, string>> = start): Engine {
  const engine = createEngine();
  engine.apply({ set: Object.entries(texts).map(([path, text]) => source(path, text, 1)) });
  work(engine);
  return engine;
}
function type(engine: Engine, path: string, text: string): readonly string[] {
  engine.apply({ set: [source(path, text, 2)] });
  return work(engine);
}
function work(engine: Engine): readonly string[] {
  return [...worked(engine)].sort();
}
function stateOf(engine: Engine, method: string): string | undefined {
  return engine.inventory().find((one) => one.method === method)?.authentication;
}
function findingsOf(engine: Engine): unknown {
  return engine.files().map((path) => engine.findings(path));
}
function source(path: string, text: string, revision: number): SourceFile {
  return { path: filePath(path), text, revision };
}

const two = `import express from 'express';
const app = express();
app.get('/a', (req, res) => {
  try {
    run();
  } catch (err) {
    res.status(500).send(err.stack);
  }
});
app.put('/b', (req, res) => {
  res.json({ ok: true });
});
app.listen(3000);
`;

test('routes and findings below a bracket that is not closed yet stay', () => {
  const engine = working({ 'src/app.js': two });
  const before = { routes: routesOf(engine), findings: rulesOf(engine) };
  for (const broken of ["app.get('/new', (req, res) => {\n", '/* a comment that is open\n', 'const text = `open\n', 'if (x) {\n']) {
    type(engine, 'src/app.js', two.replace("app.get('/a'", `${broken}app.get('/a'`));
    assert.deepEqual(routesOf(engine).filter((one) => !one.includes('/new')), before.routes, broken);
    assert.deepEqual(rulesOf(engine), before.findings, broken);
  }
  type(engine, 'src/app.js', two);
  assert.deepEqual({ routes: routesOf(engine), findings: rulesOf(engine) }, before);
});

test('a route removed from a file that is broken elsewhere is gone', () => {
  const engine = working({ 'src/app.js': two });
  type(engine, 'src/app.js', two.replace("app.put('/b', (req, res) => {\n  res.json({ ok: true });\n});\napp.listen(3000);", 'app.listen(3000'));
  assert.deepEqual(routesOf(engine), ['GET /a']);
});

function routesOf(engine: Engine): readonly string[] {
  return engine.inventory().map((one) => `${one.method} ${one.path}`);
}
/** Rules with what they underline. */
function rulesOf(engine: Engine): readonly string[] {
  return engine.files().flatMap((path) => engine.findings(path).map((one) => `${one.rule} ${engine.source(path)?.text.slice(one.at.span.start, one.at.span.end)}`));
}

test('a check whose credential is looked up in another file is judged anew when that file changes', () => {
  const lookup = "export const accountFor = async (token) => {\n  const account = await find(token);\n  if (!account) throw new InvalidCredentialsError();\n  return account;\n};\n";
  const check = "import { accountFor } from './account.js';\nexport const requireUser = async (req, res, next) => {\n  try {\n    req.account = await accountFor(req.token);\n  } catch (err) {\n    throw err;\n  }\n  return next();\n};\n";
  const engine = working({ ...start, 'src/auth.js': check, 'src/account.js': lookup });
  assert.equal(stateOf(engine, 'POST'), 'guarded');
  type(engine, 'src/account.js', lookup.replace('  if (!account) throw new InvalidCredentialsError();\n', '  if (token && !account) throw new InvalidCredentialsError();\n'));
  assert.equal(stateOf(engine, 'POST'), 'unknown');
  type(engine, 'src/account.js', lookup);
  assert.equal(stateOf(engine, 'POST'), 'guarded');
});
test('a finding that leans on what a function of another file refuses goes with the refusal', () => {
  const gate = "import { refuse } from './refuse.js';\nexport function gate(req, res, next) {\n  if (process.env.NODE_ENV !== 'production') return next();\n  if (!req.session.user) return refuse(req, res);\n  next();\n}\n";
  const refuse = "export function refuse(req, res) {\n  res.status(401).end();\n}\n";
  const engine = working({ 'src/gate.js': gate, 'src/refuse.js': refuse });
  const found = (): readonly string[] => [...engine.findings(filePath('src/gate.js'))].map((one) => one.rule);
  assert.deepEqual(found(), ['auth/bypass-shortcut']);
  type(engine, 'src/refuse.js', refuse.replace('401', '200'));
  assert.deepEqual(found(), []);
  type(engine, 'src/refuse.js', refuse);
  assert.deepEqual(found(), ['auth/bypass-shortcut']);
});
test('what is said of settings goes and comes with the code of another file that hands them on', () => {
  const settings = "export const settings = { helmet: { noSniff: false } };\n";
  const app = "import helmet from 'helmet';\nimport { settings } from './settings.js';\nexport const setup = (app) => {\n  app.use(helmet(settings.helmet));\n};\n";
  const engine = working({ 'src/settings.js': settings, 'src/setup.js': app, 'src/other.js': 'export const other = () => 1;\n' });
  const found = (): readonly string[] => [...engine.findings(filePath('src/settings.js'))].map((one) => one.rule);
  assert.deepEqual(found(), ['headers/protection-disabled']);
  type(engine, 'src/setup.js', app.replace('settings.helmet', ''));
  assert.deepEqual(found(), []);
  type(engine, 'src/setup.js', app);
  assert.deepEqual(found(), ['headers/protection-disabled']);
  type(engine, 'src/setup.js', app.replace("import { settings } from './settings.js';", 'const settings = {};'));
  assert.deepEqual(found(), []);
  assert.ok(type(engine, 'src/setup.js', app).includes('src/settings.js'), 'the file is named as changed');
  assert.deepEqual(found(), ['headers/protection-disabled']);
  type(engine, 'src/other.js', "export { settings as other } from './settings.js';\n");
  assert.deepEqual(found(), ['headers/protection-disabled']);
});
