import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow, root, textOf } from '../../scripts/project.js';
import { printScenario, readScenario, runScenario } from '../support/scenario.js';

const cli = join(root, 'server/out/cli.js');
const update = process.env['UPDATE'] === '1';

for (const path of filesBelow('test/cli').filter((each) => each.endsWith('.scenario'))) {
  const text = textOf(path) ?? '';
  const scenario = readScenario(text);
  test(`${path}: ${scenario.title.replace(/\s+/g, ' ')}`, () => {
    assert.ok(scenario.steps.length > 0, 'it runs something');
    const actual = printScenario(runScenario(scenario, cli));
    if (update) writeFileSync(join(root, path), actual);
    else assert.equal(actual, text);
  });
}
test('there are scenarios, and each reads back as it is written', () => {
  const texts = filesBelow('test/cli')
    .filter((each) => each.endsWith('.scenario'))
    .map((path) => textOf(path) ?? '');
  assert.ok(texts.length > 0);
  for (const text of texts) assert.equal(printScenario(readScenario(text)), text);
});
