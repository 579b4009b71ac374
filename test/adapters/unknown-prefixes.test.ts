import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const HEAD = `const express = require('express');
const settings = require('./settings');
const join = require('url-join');
const guard = (req, res, next) => (req.headers.authorization ? next() : res.sendStatus(401));
const handler = (req, res) => res.end();
const app = express();
`;
/** Below an unknown prefix a guard stands, or may stand, before a route. */
const CASES: readonly { readonly name: string; readonly code: string; readonly state: 'guarded' | 'unknown' }[] = [
  { name: 'the same setting', code: 'app.use(settings.base, guard);\napp.get(`${settings.base}/x`, handler);', state: 'guarded' },
  { name: 'the same setting, in text', code: 'app.use(`${settings.base}/a`, guard);\napp.get(settings.base + "/a/x", handler);', state: 'guarded' },
  { name: 'two settings', code: 'app.use(`${settings.base}/a`, guard);\napp.get(settings.other + "/a/x", handler);', state: 'unknown' },
  { name: 'the same variable of the environment', code: 'app.use(process.env.BASE + "/a", guard);\nconst { BASE } = process.env;\napp.get(`${BASE}/a/x`, handler);', state: 'guarded' },
  { name: 'two variables of the environment', code: 'app.use(process.env.BASE + "/a", guard);\napp.get(`${process.env.ROOT}/a/x`, handler);', state: 'unknown' },
  { name: 'a getter called twice', code: 'app.use(settings.get("base") + "/a", guard);\napp.get(settings.get("base") + "/a/x", handler);', state: 'guarded' },
  { name: 'a getter called for two things', code: 'app.use(settings.get("base") + "/a", guard);\napp.get(settings.get("root") + "/a/x", handler);', state: 'unknown' },
  { name: 'joined by url-join', code: 'app.use(join(settings.base, "a"), guard);\napp.get(join(settings.base, "a", "x"), handler);', state: 'guarded' },
  { name: 'two joined by url-join', code: 'app.use(join(settings.base, "a"), guard);\napp.get(join(settings.root, "a", "x"), handler);', state: 'unknown' },
  { name: 'before a loop', code: 'const base = settings.make();\napp.use(base + "/a", guard);\nfor (const one of ["x"]) app.get(`${base}/a/${one}`, handler);', state: 'guarded' },
  {
    name: 'made anew in each turn',
    code: `for (const one of ["p", "q"]) {
  const base = settings.of[one];
  if (one === "p") app.use(base + "/a", guard);
  app.get(base + "/b", guard, handler);
}
app.get(settings.of.q + "/a/x", handler);`,
    state: 'unknown',
  },
  { name: 'a parameter of one call', code: 'function add(base) {\n  app.use(base + "/a", guard);\n  app.get(base + "/a/x", handler);\n}\nadd(settings.base);', state: 'guarded' },
  { name: 'a parameter of two calls', code: 'const cover = (base) => app.use(base + "/a", guard);\nconst add = (base) => app.get(base + "/a/x", handler);\ncover(settings.base);\nadd(settings.root);', state: 'unknown' },
  { name: 'made by an own function', code: 'const under = (base, name) => [base, name].join("/").replace(/x/, name);\napp.use(under(settings.base, "a"), guard);\napp.get("/other/x", handler);', state: 'unknown' },
  { name: 'joined in an own function', code: 'const under = (...parts) => parts.join("/");\napp.use(under(settings.base, "a"), guard);\napp.get(under(settings.base, "a", "x"), handler);', state: 'guarded' },
  { name: 'perhaps a path before a guard, perhaps middleware', code: 'app.use(settings.area, guard);\napp.get("/a/x", handler);', state: 'unknown' },
  { name: 'perhaps a path, a parameter of a function of others', code: 'exports.setup = (given, area) => { given.use(area, guard); };\nexports.setup(app, settings.area);\napp.get("/a/x", handler);', state: 'unknown' },
  { name: 'a path name of an address', code: 'app.use(new URL(settings.address).pathname, guard);\napp.get("/a/x", handler);', state: 'unknown' },
  { name: 'middleware of a package before a guard', code: 'app.use(require("morgan-like").plain, guard);\napp.get("/a/x", handler);', state: 'guarded' },
  { name: 'own middleware before a guard', code: 'const pass = (req, res, next) => next();\napp.use(pass, guard);\napp.get("/a/x", handler);', state: 'guarded' },
  { name: 'mounted at the same place', code: 'const router = express.Router();\nrouter.get("/x", handler);\napp.use(settings.base, guard);\napp.use(settings.base, router);', state: 'guarded' },
];
for (const { name, code, state } of CASES)
  test(`an unknown prefix: ${name}`, () => {
    const found = routesOf({ 'app.js': `${HEAD}${code}\napp.listen(1);` }).filter((line) => line.includes('/x '));
    assert.equal(found.length, 1);
    assert.equal(found[0]?.split(' ')[2], state);
  });

test('a router nobody mounts: its own guard stands before its routes', () => {
  const code = `const express = require('express');
const router = express.Router();
router.use('/a', (req, res, next) => (req.headers.authorization ? next() : res.sendStatus(401)));
router.get('/a/x', (req, res) => res.end());
router.get('/b', (req, res) => res.end());
module.exports = router;`;
  assert.deepEqual(routesOf({ 'router.js': code }), ['GET /{?}/a/x guarded router.js:4', 'GET /{?}/b unknown router.js:5']);
});
