import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

const document = (paths: string, servers = ''): string => `openapi: 3.0.3\ninfo: { title: T, version: 1.0.0 }\n${servers}paths:\n${paths}`;
const answer = "responses: { '200': { description: ok } }";
const code = `const app = require('express')();
app.get('/files/:fileId', (req, res) => res.end());
app.put('/files/:fileId', (req, res) => res.end());
app.all('/any', (req, res) => res.end());
app.get('/x/' + process.env.NAME, (req, res) => res.end());
app.listen(3000);
`;
/** For each endpoint the file and line of its operation. */
function operations(files: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map<FilePath, string>(Object.entries(files).map(([path, text]) => [filePath(path), text]));
  return engineOver(texts)
    .inventory()
    .map(({ method, path, operation }) => {
      const line = operation && (texts.get(operation.path) ?? '').slice(0, operation.span.start).split('\n').length;
      return `${method} ${path} ${operation === undefined ? '-' : `${operation.path}:${line}`}`;
    });
}

test('an endpoint has the operation of its method and path, whatever the parameter is called', () => {
  const paths = `  /Files/{id}:\n    get: { ${answer} }\n  /any:\n    get: { ${answer} }\n`;
  assert.deepEqual(operations({ 'src/app.js': code, 'openapi.yaml': document(paths) }), [
    'ALL /any -',
    'GET /files/{fileId} openapi.yaml:5',
    'PUT /files/{fileId} -',
    'GET /x/{?} -',
  ]);
});
test('the path of a server goes before those of the document', () => {
  const paths = `  /{id}:\n    put: { ${answer} }\n`;
  const servers = 'servers: [{ url: "https://api.example.org/files/" }]\n';
  assert.ok(operations({ 'src/app.js': code, 'openapi.yaml': document(paths, servers) }).includes('PUT /files/{fileId} openapi.yaml:6'));
  assert.ok(operations({ 'src/app.js': code, 'openapi.yaml': document(paths) }).includes('PUT /files/{fileId} -'));
});
test('of two documents the one nearer to the code speaks, and one of the tests never', () => {
  const paths = `  /files/{id}:\n    get: { ${answer} }\n`;
  const files = { 'a/openapi.yaml': document(paths), 'b/openapi.yaml': document(paths), 'b/src/app.js': code };
  assert.ok(operations(files).includes('GET /files/{fileId} b/openapi.yaml:5'));
  assert.ok(operations({ 'src/app.js': code, 'test/openapi.yaml': document(paths) }).includes('GET /files/{fileId} -'));
});
