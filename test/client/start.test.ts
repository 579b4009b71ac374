import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isApiFile } from '../../client/src/api-file.js';
import { CrashLimit } from '../../client/src/crash-limit.js';

test('code, OpenAPI documents under any name and policies start the server, nothing else does', () => {
  const yes = [
    ['typescript', '/a/app.ts', ''],
    ['javascriptreact', 'Untitled-1', ''],
    ['yaml', '/a/petstore.yaml', '# pets\nopenapi: 3.1.0\n'],
    ['yaml', '/a/old.yml', 'swagger: "2.0"\n'],
    ['json', '/a/api.json', '{\n  "openapi": "3.0.3"\n}'],
    ['json', '/a/api.json', '{"openapi":"3.0.3"}'],
    ['yaml', '/a/unlatched.yml', ''],
  ] as const;
  const no = [
    ['yaml', '/a/compose.yaml', 'services:\n  api: { image: openapi }\n'],
    ['yaml', '/a/not-unlatched.yml', 'a: 1\n'],
    ['json', '/a/settings.json', '{ "yaml.schemas": { "openapi": "x" } }'],
    ['markdown', '/a/README.md', 'openapi: 3.1.0\n'],
    ['python', '/a/app.py', ''],
  ] as const;
  for (const [languageId, path, head] of yes) assert.equal(isApiFile({ languageId, path, head }), true, path);
  for (const [languageId, path, head] of no) assert.equal(isApiFile({ languageId, path, head }), false, path);
});

test('a server that crashes is started again a few times, then no more, and later anew', () => {
  const limit = new CrashLimit(3, 1000);
  assert.deepEqual(
    [0, 10, 20, 30].map((now) => limit.next(now)),
    [1, 2, 3, undefined],
  );
  assert.deepEqual(
    [40, 2000, 2010].map((now) => limit.next(now)),
    [1, 1, 2],
  );
});
