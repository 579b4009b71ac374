import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

const depth = 6000;
const lines = '\n'.repeat(depth / 10);
const texts = {
  'app.ts': `const a = ${'('.repeat(depth)}1${')'.repeat(depth)};${lines}`,
  'app.js': `${'if (a) { '.repeat(depth)}${'}'.repeat(depth)}${lines}`,
  'openapi.yaml': `openapi: 3.1.0\npaths: ${'{ a: '.repeat(depth)}1${'}'.repeat(depth)}\n`,
  'openapi.json': `{ "openapi": "3.1.0", "paths": ${'{ "a": '.repeat(depth)}1${'}'.repeat(depth)} }`,
};
for (const [name, text] of Object.entries(texts))
  test(`a file nested too deeply is named, not passed over: ${name}`, () => {
    const path = filePath(name);
    const found = engineOver(new Map([[path, text]])).findings(path);
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ['unlatched/not-analysed'],
    );
    assert.match(found[0]?.explanation.message ?? '', /nested too deeply to be read/);
  });
