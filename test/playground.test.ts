import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, textOf } from '../scripts/project.js';
import { filePath } from '../server/src/core/text/source.js';
import { allFindings, engineOver, type Files } from './support/analyse.js';

/** What a visitor must be shown; the rest of the list may grow with the rules. */
const promised = [
  'auth/bypass-shortcut in src/middleware/auth.js',
  'cors/wildcard-origin in src/app.js',
  'errors/stack-in-response in src/middleware/errors.js',
  'exposure/secret-in-response in src/routes/limits.js',
  'headers/helmet-missing in src/app.js',
  'methods/destructive-without-role in src/routes/users.js',
  'methods/unguarded-sibling in src/routes/files.js',
  'openapi/insecure-server-url in openapi.yaml',
  'openapi/sibling-unsecured in openapi.yaml',
  'secrets/hardcoded-admin-key in src/config.js',
];

test('the playground shows what it promises', () => {
  const found = new Set(reported('playground'));
  assert.deepEqual(
    promised.filter((finding) => !found.has(finding)),
    [],
  );
});
test('the repaired playground yields no finding', () => {
  assert.deepEqual(reported('playground-fixed'), []);
});
test('the playground serves the routes its document names, and one more', () => {
  const files = read('playground');
  const routes = engineOver(files)
    .inventory()
    .map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(routes, [
    'GET /files',
    'POST /files',
    'PUT /files',
    'GET /health',
    'GET /limits',
    'DELETE /users/{id}',
    'GET /users/{id}',
  ]);
});

function read(folder: string): Files {
  return new Map(filesBelow(folder).map((path) => [filePath(path.slice(folder.length + 1)), textOf(path) ?? '']));
}
function reported(folder: string): readonly string[] {
  const files = read(folder);
  return allFindings(engineOver(files), files).map(({ rule, at }) => `${rule} in ${at.path}`);
}
