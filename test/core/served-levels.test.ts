import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

/** The severity of the first finding of a rule on an Express file. */
function severityOf(rule: string, code: string): string | undefined {
  const text = `const express = require('express');\nconst serveIndex = require('serve-index');\nconst path = require('path');\nconst app = express();
const worker = (req, res, next) => (keys.has(req.get('authorization')) ? next() : res.sendStatus(401));\n`
      + `const bearer = (scope) => (req, res, next) => (keys.has(req.get('authorization') + scope) ? next() : res.sendStatus(401));\n${code}\napp.listen(1);`;
  const files = new Map([[filePath('shop/src/app.js'), text], [filePath('package.json'), '{ "dependencies": { "express": "5.0.1", "polka": "1.0.0" } }']]);
  return allFindings(engineOver(files), files).find((finding) => finding.rule === rule)?.severity;
}

test('hidden files served behind a guard are a hint, those of the program are not', () => {
  const level = (mount: string): string | undefined => severityOf('exposure/static-dotfiles', mount);
  assert.equal(level("app.use('/tmp', bearer('worker'), express.static(process.env.TMP ?? '/srv/tmp', { dotfiles: 'allow' }));"), 'hint');
  assert.equal(level("app.use(worker);\napp.use('/tmp', express.static('/srv/tmp', { dotfiles: 'allow' }));"), 'hint');
  assert.equal(level("app.use('/jobs', worker);\napp.use('/jobs', express.static(path.join(__dirname, 'jobs'), { dotfiles: 'allow' }));"), 'hint');
  assert.equal(level("app.use('/tmp', express.static('/srv/tmp', { dotfiles: 'allow' }));"), 'warning');
  for (const root of ['__dirname', "path.join(__dirname, '..')", 'process.cwd()', "'.'"]) assert.equal(level(`app.use('/all', worker, express.static(${root}, { dotfiles: 'allow' }));`), 'warning', root);
});

test('content that is listed under its own name is a hint', () => {
  const level = (mount: string): string | undefined => severityOf('exposure/directory-listing', mount);
  assert.equal(level("app.use('/leaflets', express.static('leaflets'), serveIndex('leaflets'));"), 'hint');
  assert.equal(level("app.use('/en/scores', serveIndex(path.join(__dirname, 'scores'), { icons: true }));"), 'hint');
  assert.equal(level("const FOLDER = path.resolve('maps');\napp.use('/maps', serveIndex(FOLDER));"), 'hint');
  for (const [at, folder] of [['/', 'leaflets'], ['/more', 'leaflets'], ['/logs', 'logs'], ['/ftp', 'ftp'], ['/drafts', 'storage/drafts']]) assert.equal(level(`app.use('${at}', serveIndex('${folder}'));`), 'warning', folder);
});

test("a product's own name without a version is a hint, that of software is not", () => {
  const level = (value: string): string | undefined => severityOf('headers/powered-by', `app.disable('x-powered-by');\napp.use((req, res, next) => { res.set('X-Powered-By', ${value}); next(); });`);
  for (const own of ["'tide-relay'", "'Harbour Office'", "'Tides'"]) assert.equal(level(own), 'hint', own);
  for (const software of ["'Express'", "'polka'", "'tides/1.2'", "'PHP'", 'name'])  assert.equal(level(software), 'info', software);
});
