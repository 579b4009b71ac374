import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createEngine } from '../../server/src/core/engine.js';
import { filePath } from '../../server/src/core/text/source.js';

function said(path: string, text: string, today = '2026-01-02'): readonly string[] {
  const engine = createEngine();
  engine.apply({ set: [{ path: filePath(path), text, revision: 1 }], today });
  return engine.findings(filePath(path)).filter(({ rule }) => rule.startsWith('deps/')).map(({ rule, severity, explanation }) => `${severity} ${rule} ${explanation.message.split(/ has | gets | can | is fetched/)[0] ?? ''}`);
}
function manifest(content: unknown): readonly string[] {
  return said('package.json', JSON.stringify(content));
}

suite('what a server stands on', () => {
  test('the gravest advisory speaks, in its own severity', () => {
    assert.deepEqual(manifest({ dependencies: { cookie: '0.6.0', express: '4.17.0', ws: '8.16.0', mysql2: '3.9.3' } }), [
      'info deps/vulnerable cookie 0.6.0', 'warning deps/vulnerable express 4.17.0', 'error deps/vulnerable ws 8.16.0', 'error deps/vulnerable mysql2 3.9.3',
    ]);
  });

  test('one package, one finding: the known hole before the missing care, and before the open range', () => {
    assert.deepEqual(manifest({ dependencies: { 'crypto-js': '4.1.1', multer: '^1.4.4', 'node-serialize': '*' } }), [
      'error deps/vulnerable crypto-js 4.1.1', 'error deps/vulnerable multer ^1.4.4', 'error deps/vulnerable node-serialize *',
    ]);
  });

  test('what only the developers run is a hint', () => {
    assert.deepEqual(manifest({ devDependencies: { jsonwebtoken: '8.5.1', csurf: '1.11.0', koa: '*' } }), [
      'hint deps/vulnerable jsonwebtoken 8.5.1', 'hint deps/deprecated csurf', 'hint deps/unpinned \'*\'',
    ]);
  });

  test('what is set aside for a package holds for it alone', () => {
    const dependencies = { axios: '0.21.1', ws: '^8.0.0 <8.17.0', jws: '3.2.1', send: '0.18.0' };
    assert.deepEqual(manifest({ dependencies, overrides: { 'ws@8': '8.18.0' }, resolutions: { '**/axios': '1.15.0' }, pnpm: { overrides: { 'a>jws': '3.2.3', send: '0.19.0' } } }), []);
    assert.equal(manifest({ dependencies, overrides: { ws: { tar: '7.5.8' }, axios: { '.': '1.15.0' } } }).length, 3);
  });

  test('Node lines end by the calendar', () => {
    const image = 'FROM node:20-slim\nCMD ["node", "a.js"]\n';
    assert.deepEqual(said('Dockerfile', image), []);
    assert.deepEqual(said('Dockerfile', image, '2026-05-01').map((text) => text.split(' ')[0]), ['info']);
    assert.deepEqual(said('Dockerfile', image, '2027-05-01').map((text) => text.split(' ')[0]), ['warning']);
    assert.deepEqual(said('Dockerfile', 'FROM docker.io/library/node:0.12\n', '1970-01-01').map((text) => text.split(' ')[0]), ['warning']);
    assert.deepEqual(said('Dockerfile', 'FROM node:18 AS build\nFROM nginx:1.27\nCOPY --from=build /a /b\n').map((text) => text.split(' ')[0]), ['info']);
    for (const path of ['Dockerfile.dev', 'test.Dockerfile', 'docker/local/Dockerfile']) assert.deepEqual(said(path, 'FROM node:16\n').map((text) => text.split(' ')[0]), ['hint'], path);
    assert.deepEqual(said('Dockerfile', 'FROM acme/node:16\nFROM node:jod-slim\nFROM node:99\nFROM registry.example.com/node\n', '2027-05-01'), []);
  });

  test('wrong types anywhere say nothing', () => {
    for (const wrong of [5, null, 'x', [], ['express'], { express: 4 }, { express: null }, { express: ['*'] }, { '': '*' }, { express: 'x'.repeat(5_000) }])
      for (const group of ['dependencies', 'devDependencies', 'overrides', 'resolutions', 'pnpm']) assert.doesNotThrow(() => manifest({ dependencies: { axios: '1.0.0' }, [group]: wrong }));
    for (const broken of ['', '{', '[]', '{"dependencies":{"express"', '{"dependencies":{"express":"*"']) assert.doesNotThrow(() => said('package.json', broken));
  });
});
