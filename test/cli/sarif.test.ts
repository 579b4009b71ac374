import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { root, textOf } from '../../scripts/project.js';
import { plainEnvironment } from '../support/scenario.js';

// The schema of SARIF 2.1.0 (OASIS) as npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT) ships it in lib/schemas.
const schemaPath = 'test/cli/sarif-2.1.0-rtm.5.schema.json';

/** Draft 4 names the schema by `id`; what else changed since draft 4 this schema does not use. */
function validator(): { check(log: unknown): readonly string[] } {
  const {
    id: $id,
    $schema: _draft,
    ...schema
  }: { readonly id?: string; readonly $schema?: string } = JSON.parse(textOf(schemaPath) ?? '{}');
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  const validate = ajv.compile({ ...schema, $id: $id ?? '' });
  return {
    check: (log) => (validate(log) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)),
  };
}
function sarifOf(...args: readonly string[]): string {
  const cli = join(root, 'server/out/cli.js');
  return spawnSync(process.execPath, [cli, 'check', '--format', 'sarif', ...args], {
    cwd: root,
    env: { ...plainEnvironment(), UNLATCHED_TODAY: '2026-11-24' },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  }).stdout;
}
interface Log {
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: {
          readonly name: string;
          readonly semanticVersion: string;
          readonly rules: readonly { readonly id: string; readonly properties: { readonly tags: readonly string[] } }[];
        };
      };
      readonly columnKind: string;
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly partialFingerprints: object;
        readonly fixes?: readonly object[];
      }[];
    },
  ];
}

test('the sample project gives a log that the schema of SARIF 2.1.0 accepts', () => {
  const log: unknown = JSON.parse(sarifOf('playground'));
  assert.deepEqual(validator().check(log), []);
});
test('a schema breach is noticed', () => {
  const log: Log = JSON.parse(sarifOf('playground'));
  assert.notDeepEqual(validator().check({ ...log, version: '2.0.0' }), []);
  assert.notDeepEqual(validator().check({ ...log, runs: [{ ...log.runs[0], results: [{ ruleId: 'x', level: 'fatal' }] }] }), []);
});
test('files that could not be analysed and an empty run are accepted as well', () => {
  assert.deepEqual(validator().check(JSON.parse(sarifOf('images'))), []);
  assert.deepEqual(validator().check(JSON.parse(sarifOf('package.json', 'images/icon.png'))), []);
});
test('every result points at its rule, has a fingerprint, and rules carry their tags', () => {
  const { tool, results, columnKind } = (JSON.parse(sarifOf('playground')) as Log).runs[0];
  assert.ok(results.length > 0);
  for (const { ruleId, ruleIndex, partialFingerprints } of results) {
    assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.equal(Object.keys(partialFingerprints).length, 1);
  }
  assert.ok(results.some(({ fixes }) => fixes !== undefined && fixes.length > 0));
  assert.equal(columnKind, 'utf16CodeUnits');
  assert.equal(tool.driver.semanticVersion, /"version": "([^"]+)"/.exec(textOf('package.json') ?? '')?.[1]);
  const tags = tool.driver.rules.find(({ id }) => id === 'cors/wildcard-origin')?.properties.tags;
  assert.deepEqual(tags, ['security', 'topic:cors', 'external/cwe/cwe-942', 'owasp:API7:2019', 'owasp:API8:2023']);
});
test('the same input gives the same bytes, and none of them names the machine', () => {
  const first = sarifOf('playground');
  assert.equal(sarifOf('playground'), first);
  assert.ok(!first.includes(root) && !first.includes('file://'));
});
