import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { applyEdits } from '../../server/src/core/engine.js';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver, everything, found, source, work, type Texts } from '../support/worked.js';

const setup = `const swaggerJsdoc = require('swagger-jsdoc');
const { servers } = require('./servers');
const definition = {
  openapi: '3.0.3',
  info: { title: 'Files', version: '1.0.0' },
  security: [{ jwt: [] }],
  servers,
};
module.exports = swaggerJsdoc({ definition, apis: ['./routes/*.js'] });
`;
const servers = `exports.servers = [{ url: 'http://api.acme.io/v1' }];
`;
const routes = `const router = require('express').Router();

/**
 * Files of a user.
 * @openapi
 * /files:
 *   get:
 *     responses:
 *       200:
 *         description: all files
 *   put:
 *     security: []
 *     responses:
 *       default:
 *         description: any
 * @param {string} name not a part of it
 */
router.get('/files', list);

/**
 * @swagger
 * /files:
 *   delete:
 *     responses:
 *       204:
 *         description: gone
 * components:
 *   securitySchemes:
 *     jwt:
 *       type: http
 *       scheme: bearer
 */
router.delete('/files', requireUser, drop);
module.exports = router;
`;
const start: Texts = { 'api/docs.js': setup, 'api/servers.js': servers, 'api/routes/files.js': routes };

suite('documents in comments', () => {
  test('operations are found where they are written, with the security of the definition', () => {
    const engine = engineOver(start);
    const said = found(engine, 'api/routes/files.js').filter((one) => one.startsWith('openapi/'));
    assert.ok(said.includes('openapi/sibling-unsecured put') || said.includes('openapi/write-without-security []'), String(said));
    assert.ok(said.includes('openapi/missing-auth-responses responses'), String(said));
    assert.ok(!said.some((one) => one.startsWith('openapi/undefined-security-scheme')), String(said));
  });
  test('what the definition says stands where it is written', () => {
    assert.deepEqual(found(engineOver(start), 'api/servers.js').filter((one) => one.startsWith('openapi/')), ['openapi/insecure-server-url http']);
  });
  test('a fix adds lines with stars', () => {
    const engine = engineOver(start);
    const missing = engine.findings(filePath('api/routes/files.js')).findLast(({ rule }) => rule === 'openapi/missing-auth-responses');
    assert.ok(missing);
    const [fix] = engine.fixes(missing.at).filter(({ finding }) => finding.rule === missing.rule);
    assert.ok(fix, engine.whyNoFix(missing));
    const after = applyEdits(routes, fix.fix.edits.get(filePath('api/routes/files.js')) ?? []);
    assert.equal(after, routes.replace(' *         description: gone\n', ' *         description: gone\n *       401:\n *         description: Unauthorized\n *       403:\n *         description: Forbidden\n'));
  });
  test('a comment at the end of a line accepts what is found there', () => {
    const engine = engineOver({ ...start, 'api/routes/files.js': routes.replace('security: []', 'security: [] # unlatched-ignore openapi/write-without-security, openapi/sibling-unsecured -- a drop box') });
    const states = engine.findings(filePath('api/routes/files.js')).filter(({ rule }) => rule === 'openapi/write-without-security').map(({ state }) => state);
    assert.ok(states.every((state) => state === 'suppressed'), String(states));
  });
  test('a definition nobody can read hides what is missing', () => {
    const engine = engineOver({ ...start, 'api/docs.js': "const swaggerJsdoc = require('swagger-jsdoc');\nmodule.exports = (config) => swaggerJsdoc({ definition: config.definition, apis: [] });\n" });
    const said = found(engine, 'api/routes/files.js').filter((one) => one.startsWith('openapi/'));
    assert.ok(!said.some((one) => one.startsWith('openapi/no-security') || one.startsWith('openapi/missing-auth')), String(said));
  });
  test('YAML files the comments are joined with may say more', () => {
    const schemeless = routes.replace(/ \* components:[^]*?bearer\n/, '');
    const undefinedScheme = (apis: string): boolean => {
      const engine = engineOver({ ...start, 'api/docs.js': setup.replace("'./routes/*.js'", apis), 'api/routes/files.js': schemeless });
      return ['api/docs.js', 'api/routes/files.js'].some((path) => found(engine, path).some((one) => one.startsWith('openapi/undefined-security-scheme')));
    };
    assert.deepEqual(["'./routes/*.js'", "path.join(__dirname, 'routes/*.js')", "'./routes/*.js', './docs/*.yaml'", "'./**/*'", 'list'].map(undefinedScheme), [true, true, false, false, false]);
  });
  test('a pattern of many stars ends, whatever it is held against', () => {
    const part = 'paths:\n  /reports:\n    post:\n      security: []\n      responses:\n        200: { description: ok }\n';
    const name = 'a'.repeat(200);
    const read = (pattern: string): readonly string[] => {
      const texts = { ...start, 'api/docs.js': setup.replace('./routes/*.js', pattern), 'api/routes/files.js': routes, [`api/${name}.yaml`]: part };
      return found(engineOver(texts), `api/${name}.yaml`);
    };
    assert.deepEqual(read(`./${'a*'.repeat(20)}b.yaml`), []);
    assert.notDeepEqual(read(`./${'a*'.repeat(20)}.yaml`), []);
  });
  test('YAML files that patterns name are read with the comments', () => {
    const more = 'paths:\n  /reports:\n    post:\n      security: []\n      responses:\n        200: { description: ok }\n';
    const schemes = 'components:\n  securitySchemes:\n    jwt: { type: http, scheme: bearer }\n';
    const schemeless = routes.replace(/ \* components:[^]*?bearer\n/, '');
    for (const apis of ["'./routes/*.js', './docs/**/*.yaml'", "'./api/routes/*.js', './api/docs/{paths,parts}/*.yaml'", "path.join(__dirname, 'docs/*/*.yaml')"]) {
      const texts = { ...start, 'api/docs.js': setup.replace("'./routes/*.js'", apis), 'api/routes/files.js': schemeless, 'api/docs/paths/reports.yaml': more, 'api/docs/parts/auth.yaml': schemes };
      const engine = engineOver(texts);
      const said = found(engine, 'api/docs/paths/reports.yaml');
      assert.ok(said.some((one) => /^openapi\/(write-without-security|empty-security|sibling-unsecured)/.test(one)), `${apis}: ${String(said)}`);
      assert.ok(!found(engine, 'api/docs.js').some((one) => one.startsWith('openapi/undefined-security-scheme')), apis);
      engine.apply({ set: [source('api/docs/paths/reports.yaml', more.replace('security: []', 'summary: x'))] });
      work(engine);
      assert.deepEqual(everything(engine), everything(engineOver({ ...texts, 'api/docs/paths/reports.yaml': more.replace('security: []', 'summary: x') })), apis);
    }
  });
  test('a broken comment is named once, and the others are read', () => {
    const engine = engineOver({ ...start, 'api/routes/files.js': routes.replace(' *   put:\n', ' *   put\n *\t  x: [\n') });
    const all = engine.findings(filePath('api/routes/files.js'));
    assert.equal(all.filter(({ rule }) => rule === 'unlatched/not-analysed').length, 1);
    assert.ok(all.some(({ rule }) => rule === 'openapi/missing-auth-responses'));
  });
  test('edits say what a new engine says', () => {
    const engine = engineOver(start);
    let texts = start;
    const steps: readonly (readonly [string, string])[] = [
      ['api/routes/files.js', routes.replace("router.get('/files', list);", "router.get('/files', (req, res) => res.json(1));")],
      ['api/routes/files.js', `// moved\n${routes}`],
      ['api/docs.js', setup.replace("security: [{ jwt: [] }],\n", '')],
      ['api/servers.js', servers.replace('http:', 'https:')],
      ['api/routes/files.js', routes.replace('security: []', 'security: [{ jwt: [] }]')],
      ['api/routes/more.js', routes.replaceAll('/files', '/more').replace('components:', 'x-components:')],
      ['api/docs.js', setup],
      ['api/routes/files.js', routes],
    ];
    for (const [path, text] of steps) {
      texts = { ...texts, [path]: text };
      engine.apply({ set: [source(path, text)] });
      work(engine);
      assert.deepEqual(everything(engine), everything(engineOver(texts)), path);
    }
  });
  test('typing in a handler judges its own file only', () => {
    const engine = engineOver({ ...start, 'api/routes/more.js': routes.replaceAll('/files', '/more') });
    const handler = routes.replace("router.get('/files', list);", "router.get('/files', (req, res) => { res.json(1); });");
    engine.apply({ set: [source('api/routes/files.js', handler)] });
    work(engine);
    engine.apply({ set: [source('api/routes/files.js', handler.replace('res.json(1)', 'res.json(12)'))] });
    assert.deepEqual([...work(engine)], ['api/routes/files.js']);
  });
});
