import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { routesOf } from './routes.js';

/** The guard state of `GET /x` behind some code. */
function stateOf(code: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  const routes = routesOf({ 'app.js': `const express = require('express');\nconst app = express();\n${code}\napp.listen(1);`, ...others });
  return routes.find((line) => line.startsWith('GET /x '))?.split(' ')[2];
}
const handler = '(req, res) => res.json(data)';

test('a guard stands for a route only under the branches the route stands in too', () => {
  const guard = "app.use((req, res, next) => { if (!req.user) return res.status(401).end(); next(); });";
  assert.equal(stateOf(`${guard}\napp.get('/x', ${handler});`), 'guarded');
  assert.equal(stateOf(`if (config.auth) { ${guard} }\napp.get('/x', ${handler});`), 'unknown');
  assert.equal(stateOf(`if (config.auth) { ${guard}\napp.get('/x', ${handler}); }`), 'guarded');
  assert.equal(stateOf(`function setup(app) { ${guard} }\nif (config.auth) setup(app);\napp.get('/x', ${handler});`), 'unknown');
  assert.equal(stateOf(`const check = (req, res, next) => res.status(401).end();\napp.use(config.auth ? check : (req, res, next) => next());\napp.get('/x', ${handler});`), 'unknown');
});
test('the refusal may stand in another function or file', () => {
  const refuse = "module.exports.refuse = (req, res) => { res.status(401); res.end(); };";
  assert.equal(stateOf(`const { refuse } = require('./refuse');\napp.use((req, res, next) => { if (!req.headers['x-key']) return refuse(req, res); next(); });\napp.get('/x', ${handler});`, { 'refuse.js': refuse }), 'guarded');
  assert.equal(stateOf(`const deny = (req, res, next) => next(new errors.UnauthorizedError('no'));\napp.get('/x', (req, res, next) => { if (!req.session.user) return deny(req, res, next); res.json(data); });`), 'guarded');
  assert.equal(stateOf(`app.use((req, res, next) => { if (!req.member) return next(new errors.NoPermissionError({ message: 'no' })); next(); });\napp.get('/x', ${handler});`), 'guarded');
});
test('a name that reads like a guard proves nothing where the function was read and lets everybody pass', () => {
  assert.equal(stateOf(`const handleAuth = (req, res, next) => { if (!req.config) return next(); req.auth = read(req); return next(); };\napp.use(handleAuth);\napp.get('/x', ${handler});`), 'unguarded');
});
test('403 without a question who calls is a list of addresses or a switch, not a guard', () => {
  assert.equal(stateOf(`app.use((req, res, next) => { if (!allowList.includes(req.ip)) return res.status(403).end(); next(); });\napp.get('/x', ${handler});`), 'unknown');
  assert.equal(stateOf(`app.use((req, res, next) => { if (!req.user) return res.status(403).end(); next(); });\napp.get('/x', ${handler});`), 'guarded');
});
test('a wrapper of the project is looked through to the function it wraps', () => {
  const wrap = "module.exports = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);";
  const lenient = 'const authenticate = wrap(async (req, res, next) => { req.accountability = await read(req); return next(); });';
  const strict = "const authenticate = wrap(async (req, res, next) => { if (!req.user) return res.status(401).end(); return next(); });";
  for (const [code, state] of [[lenient, 'unguarded'], [strict, 'guarded']]) assert.equal(stateOf(`const wrap = require('./wrap');\n${code ?? ''}\napp.use(authenticate);\napp.get('/x', ${handler});`, { 'wrap.js': wrap }), state);
});
test('a check that lets some paths through leaves its routes unknown', () => {
  const check = "(req, res, next) => { if (open.includes(req.path) || req.path.startsWith('/public')) return next(); if (!req.user) return res.status(401).end(); next(); }";
  assert.equal(stateOf(`app.use(${check});\napp.get('/x', ${handler});`), 'unknown');
});
test('a factory that gives back one function or another leaves the route unknown', () => {
  const make = 'const make = (on) => { if (!on) return (req, res, next) => next(); return (req, res, next) => pipeline(req, res, next); };';
  assert.equal(stateOf(`${make}\napp.use(make(config.on));\napp.get('/x', ${handler});`), 'unknown');
});

/** The guard state of `GET /x` behind one middleware. */
function behind(guard: string, before = ''): string | undefined {
  return stateOf(`${before}\napp.use(${guard});\napp.get('/x', ${handler});`);
}
const refuse = 'return res.status(401).end()';

test('a check that lets a missing credential pass is no guard, whatever its name', () => {
  const named = (body: string): string => `const authenticate = ${body};`;
  for (const lenient of [
    `(req, res, next) => { const token = req.headers.authorization; if (!token) return next(); try { req.user = jwt.verify(token, KEY); } catch (err) { ${refuse}; } next(); }`,
    `(req, res, next) => { if (!req.headers.authorization) { req.user = anonymous; next(); return; } if (!valid(req.headers.authorization)) ${refuse}; next(); }`,
    `(req, res, next) => { if (req.headers.authorization) { if (!valid(req.headers.authorization)) ${refuse}; } next(); }`,
    `(req, res, next) => { if (req.get('Authorization') === undefined) return next(); if (!valid(req)) ${refuse}; next(); }`,
    `(req, res, next) => { try { req.user = jwt.verify(req.cookies.token, KEY); } catch (err) { req.user = null; } if (req.user && req.user.blocked) ${refuse}; next(); }`,
    `(req, res, next) => { jwt.verify(req.cookies.token, KEY, (err, user) => { if (user && user.blocked) ${refuse}; req.user = user; next(); }); }`,
    `(req, res, next) => { if (custom(req) === false) { req.user = custom(req); return next(); } if (req.user && req.user.blocked) ${refuse}; return next(); }`,
    `(req, res, next) => { if (!req.query || !req.query.key) return next(); if (!keys.has(req.query.key)) return next(new errors.UnauthorizedError({ message: 'no' })); next(); }`,
    `(req, res, next) => { if (!req.user?.id) return next(); if (!valid(req.user)) ${refuse}; next(); }`,
    `(req, res, next) => { passport.authenticate('jwt', (err, user) => { if (err) ${refuse}; req.user = user; next(); })(req, res, next); }`,
    `(req, res, next) => { const header = req.headers.authorization; if (header) return passport.authenticate('jwt')(req, res, next); next(); }`,
  ]) {
    assert.equal(behind('authenticate', named(lenient)), 'unknown', lenient);
    assert.equal(behind(lenient), 'unknown', lenient);
  }
});
test('a check that refuses a missing credential is a guard', () => {
  for (const strict of [
    `(req, res, next) => { const token = req.headers.authorization; if (!token) ${refuse}; try { req.user = jwt.verify(token, KEY); } catch (err) { ${refuse}; } next(); }`,
    `(req, res, next) => { try { req.user = jwt.verify(req.cookies.token, KEY); next(); } catch (err) { ${refuse}; } }`,
    `(req, res, next) => { try { req.user = jwt.verify(req.cookies.token, KEY); } catch (err) { ${refuse}; } next(); }`,
    `(req, res, next) => { jwt.verify(req.cookies.token, KEY, (err, user) => { if (err) ${refuse}; req.user = user; next(); }); }`,
    `(req, res, next) => { verify(req.cookies.token).then((user) => { req.user = user; next(); }).catch(() => res.status(401).end()); }`,
    `(req, res, next) => { passport.authenticate('jwt', (err, user) => { if (err || !user) ${refuse}; req.user = user; next(); })(req, res, next); }`,
    `(req, res, next) => { if (!req.user) return res.sendStatus(401); next(); }`,
    `(req, res, next) => { if (req.user) return next(); ${refuse}; }`,
    `(req, res, next) => { if (!req.headers.authorization) return next(new UnauthorizedError('credentials_required')); next(); }`,
    `async (req, res, next) => { const user = await users.byToken(req.cookies.token); if (!user) ${refuse}; req.user = user; next(); }`,
    `(req, res, next) => { if (req.method === 'OPTIONS') return next(); if (!req.user) ${refuse}; next(); }`,
    `(req, res, next) => { if (process.env.NODE_ENV === 'test') return next(); if (!req.user) ${refuse}; next(); }`,
    `(req, res, next) => { if (!process.env.KEY || req.headers['x-api-key'] !== process.env.KEY) ${refuse}; next(); }`,
    `(req, res, next) => { if (!keys.includes(req.headers['x-api-key'])) ${refuse}; next(); }`,
    `(req, res, next) => { if (req.user.blocked) ${refuse}; next(); }`,
    "passport.authenticate('jwt')",
  ]) assert.equal(behind(strict, strict.startsWith('passport') ? "const passport = require('passport');" : ''), 'guarded', strict);
});
test('a check that a setting turns off leaves its routes unknown', () => {
  for (const switched of [
    `(req, res, next) => { if (!settings.auth) return next(); if (!req.user) ${refuse}; next(); }`,
    `(req, res, next) => { if (settings && settings.auth) { if (!req.user) ${refuse}; return next(); } else { next(); } }`,
    `(req, res, next) => { if (process.env.API_KEY && req.headers['x-api-key'] !== process.env.API_KEY) ${refuse}; next(); }`,
    `(req, res, next) => { if (config.get('auth.off')) return next(); if (!req.user) ${refuse}; next(); }`,
  ]) assert.equal(behind(switched, 'let settings = null; const { config } = require("./config");'), 'unknown', switched);
  const inside = `if (!req.user) return next(); if (!may(req.user, permission)) ${refuse}; next();`;
  const needs = `const needs = (permission) => (req, res, next) => { if (settings.auth) return passport.authenticate('bearer')(req, res, () => { ${inside} }); next(); };`;
  assert.equal(behind('needs("read")', needs), 'unknown');
});
test('what refuses, or lets pass, may stand in a function of another file', () => {
  const asking = 'const authenticate = async (req, res, next) => { try { req.account = await accountFor(req.token); } catch (err) { throw err; } return next(); };';
  const account = `const { accountFor } = require('./account');\n${asking}\napp.use(authenticate);\napp.get('/x', ${handler});`;
  const asked = (body: string): string | undefined => stateOf(account, { 'account.js': `exports.accountFor = async (token) => { ${body} };` });
  assert.equal(asked('let account = {}; if (token) { account = await find(token); if (!account) throw new InvalidCredentialsError(); } return account;'), 'unknown');
  assert.equal(asked('const account = await find(token); if (!account) throw new InvalidCredentialsError(); return account;'), 'guarded');
  const handing = `const { check } = require('./check');\napp.use((req, res, next) => check(req, res, next));\napp.get('/x', ${handler});`;
  const handed = (body: string): string | undefined => stateOf(handing, { 'check.js': `exports.check = (req, res, next) => { ${body} };` });
  assert.equal(handed(`if (!req.token) return next(); if (!valid(req.token)) ${refuse}; next();`), 'unknown');
  assert.equal(handed(`if (!valid(req.token)) ${refuse}; next();`), 'guarded');
});
test('a handler that answers strangers does not guard itself', () => {
  const own = (body: string): string | undefined => stateOf(`app.get('/x', (req, res) => { ${body} });`);
  assert.equal(own(`if (!req.user) return res.json({}); if (req.user.blocked) ${refuse}; res.json(data);`), 'unguarded');
  assert.equal(own(`if (!req.user) ${refuse}; res.json(data);`), 'guarded');
  assert.equal(own('if (req.auth.isReadOnly) return res.status(403).end(); save(req.body, (err) => res.json(data));'), 'unguarded');
  assert.equal(own(`const page = find(req.params.id); if (!page) return res.status(404).end(); if (page.isPublic) return res.status(Codes.OK).json(page); if (!req.user) ${refuse}; res.json(page);`), 'unknown');
  assert.equal(own('if (!req.user) { res.status(401); res.json({ error: 1 }); return; } res.json(data);'), 'guarded');
});
test('a status of 403 guards only where a request without credentials surely meets it', () => {
  const parse = (test: string): string | undefined => behind(`(req, res, next) => { const info = { appId: req.get('X-App-Id'), sessionToken: req.get('X-Session-Token') }; if (${test}) return res.status(403).end(); next(); }`);
  assert.equal(parse("!apps.has(info.appId) || (info.sessionToken && typeof info.sessionToken !== 'string')"), 'unknown');
  assert.equal(parse('!info.sessionToken'), 'guarded');
});
test('names of lenient guards and of limits on tries are no guards', () => {
  for (const name of ['optionalAuth', 'maybeAuthenticate', 'brute.membersAuth']) assert.equal(behind(name, `const { ${name.split('.', 1)[0] ?? ''} } = require('@acme/web');`), 'unknown', name);
  assert.equal(behind('requireAuth', "const { requireAuth } = require('@acme/web');"), 'guarded');
});

test('a strategy of passport that lets strangers through makes no guard', () => {
  const head = "const express = require('express');\nconst passport = require('passport');\nconst app = express();\n";
  const route = (strategies: string): readonly string[] => routesOf({ 'app.js': `${head}app.get('/a', passport.authenticate(${strategies}), (req, res) => res.end());\napp.listen(1);` });
  assert.deepEqual(route("'jwt'"), ['GET /a guarded app.js:4']);
  assert.deepEqual(route("['jwt', 'session']"), ['GET /a unguarded app.js:4']);
  assert.deepEqual(route("['bearer', 'anonymous']"), ['GET /a unguarded app.js:4']);
});

test('whoever is sent to the login is kept out', () => {
  assert.equal(stateOf(`const gate = (req, res, next) => { if (!req.session.user) return res.redirect('/login'); next(); };\napp.get('/x', gate, ${handler});`), 'guarded');
  assert.equal(stateOf("app.get('/x', (req, res) => { if (!req.session.user) { res.redirect(`/auth/login?to=${req.url}`); } else { res.json(data); } });"), 'guarded');
  assert.equal(stateOf(`const moved = (req, res, next) => { if (!req.session.user) return res.redirect('/new-home'); next(); };\napp.get('/x', moved, ${handler});`), 'unknown');
  assert.equal(stateOf("app.get('/x', (req, res) => { req.session.destroy(); res.redirect('/login'); });"), 'unguarded');
  assert.equal(stateOf("app.get('/x', (req, res) => { if (users && !req.user) return res.redirect('/login'); res.json(data); });"), 'unknown');
});
test('an error handler that calls next() without the error lets refused requests through', () => {
  const refusing = "app.use((req, res, next) => (req.user ? next() : next(new errors.UnauthorizedError('no'))));\n";
  const behind = (handler: string): string | undefined => stateOf(`${refusing}app.use(${handler});\napp.get('/x', (req, res) => res.json(data));`);
  assert.equal(behind("(err, req, res, next) => { if (process.env.NODE_ENV === 'development') return next(); res.status(403).end(); }"), 'unknown');
  assert.equal(behind('(err, req, res, next) => { report(err); next(); }'), 'unknown');
  assert.equal(behind('function () { var made = wrap(function (err, req, res, next) { next(); }); return function (_a, _b, _c, _d) { return made.apply(this, arguments); }; }()'), 'unknown');
  for (const harmless of ['!err', 'err == null', 'err === undefined', 'res.headersSent'])
    assert.equal(behind(`(err, req, res, next) => { if (${harmless}) return next(); res.status(500).end(); }`), 'guarded', harmless);
  assert.equal(behind('(err, req, res, next) => { if (err) return next(err); next(); }'), 'guarded');
  assert.equal(behind('(err, req, res, next) => next(err)'), 'guarded');
});
test('whoever can have an account made is not kept out by the check of a password', () => {
  const at = (body: string): string | undefined => stateOf(`app.get('/x', async (req, res) => { const { name, password } = req.body; ${body} });`);
  const login = "const token = await signIn(name, password); if (!token) return res.status(401).end(); res.json({ token });";
  assert.equal(at(login), 'guarded');
  assert.equal(at(`await users.addUser(name, password); ${login}`), 'unknown');
  assert.notEqual(at(`if (checkLength(password) === false) return res.status(400).end(); await users.addUser(name, password); ${login}`), 'guarded');
  assert.equal(at(`if (req.user?.role !== 'admin') return res.status(403).end(); await users.createUser(name, password); res.json({});`), 'guarded');
  assert.equal(at(`if (!req.user) return res.status(401).end(); await register(name, password); res.json({});`), 'guarded');
});
test('a handler that may let a stranger through is guarded with a doubt that is shown', () => {
  const likelyOf = (body: string): boolean | undefined => {
    const text = `const app = require('express')();\napp.get('/x', (req, res) => { ${body} });\napp.listen(1);`;
    return engineOver(new Map([[filePath('app.js'), text]])).inventory()[0]?.likely;
  };
  assert.equal(likelyOf('if (!req.user) return res.status(401).end(); res.json(data);'), false);
  assert.equal(likelyOf('if (isForeign(req.body.folder) && !req.session.user) return res.status(401).end(); res.json(data);'), true);
  const caught = (call: string): string => `try { ${call}; res.json(data); } catch (error) { res.status(401).end(); }`;
  assert.equal(likelyOf(caught('checkDownload(req.user, req)')), true);
  assert.equal(likelyOf(caught('jwt.verify(req.headers.authorization, key)')), false);
});
