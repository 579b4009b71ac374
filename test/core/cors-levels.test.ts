import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

/** The severity of the only CORS finding on the files. */
function severityIn(sources: Readonly<Record<string, string>>): string | undefined {
  const files = new Map(Object.entries(sources).map(([path, text]) => [filePath(path), text]));
  return allFindings(engineOver(files), files).find(({ rule }) => /^cors\/(wildcard|reflected)-origin$/.test(rule))?.severity;
}
const GUARD = "const user = (req, res, next) => (users.has(req.get('authorization')) ? next() : res.sendStatus(401));\n";
const TOP = `const cors = require('cors');\nconst express = require('express');\nconst app = express();\n${GUARD}`;
const routes = "app.post('/login', signIn);\napp.post('/bids', user, (req, res) => res.json(add(req.body)));\napp.get('/me', user, (req, res) => res.json(mine(req)));\napp.listen(1);";

test('any origin is a warning also where a token in a header tells who calls', () => {
  for (const options of ['', "{ origin: '*', maxAge: 600 }", '{ origin: true }', '{ origin: (origin, done) => done(null, origin) }']) assert.equal(severityIn({ 'app.js': `${TOP}app.use(cors(${options}));\n${routes}` }), 'warning', options);
});

test('an echo without credentials where every site may read anyway is a hint', () => {
  const echo = (path: string, handler: string): string | undefined => severityIn({ 'app.js': `${TOP}app.get('${path}', cors({ origin: true }), ${handler});\napp.listen(1);` });
  assert.equal(echo('/embed/badge.json', "(req, res) => res.json({ up: true })"), 'hint');
  assert.equal(echo('/fonts/:name', 'serveFont'), 'hint');
  assert.equal(echo('/forecast', '(req, res) => res.json({ sun: true })'), 'hint');
  assert.equal(echo('/customers', '(req, res) => res.json(customers)'), 'info');
});
