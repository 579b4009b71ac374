import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow } from '../../scripts/project.js';
import { rules } from '../../server/src/core/rules/index.js';

/** Names of the rules for which a claim does not hold. */
function failing(claim: (rule: (typeof rules)[number]) => boolean): readonly string[] {
  return rules.filter((rule) => !claim(rule)).map(({ meta }) => meta.id);
}

test('every rule has at least two wrong and two right samples', () => {
  assert.ok(rules.length > 0, 'there are rules');
  assert.deepEqual(
    failing(({ examples }) => examples.filter((one) => 'bad' in one).length >= 2 && examples.filter((one) => 'good' in one).length >= 2),
    [],
  );
});
test('a rule stands in the file its id names, and no id stands twice', () => {
  const files = new Set(filesBelow('server/src/core/rules'));
  assert.deepEqual(
    failing(({ meta }) => files.has(`server/src/core/rules/${meta.id}.ts`)),
    [],
  );
  assert.equal(new Set(rules.map(({ meta }) => meta.id)).size, rules.length);
});
test('no two samples of a rule have one title', () => {
  assert.deepEqual(
    failing(({ examples }) => new Set(examples.map(({ title }) => title)).size === examples.length),
    [],
  );
});
test('a rule with a fix has a sample that shows it', () => {
  assert.deepEqual(
    failing(({ fixable, examples }) => !fixable || examples.some((one) => 'bad' in one && one.fixed !== undefined)),
    [],
  );
});
test('every rule says when not to use it, and names its weaknesses and topics', () => {
  assert.deepEqual(
    failing(({ meta }) => meta.whenNotToUse.trim().length > 15 && meta.title.trim() !== ''),
    [],
  );
  assert.deepEqual(
    failing(({ meta }) => meta.topics.length > 0 && meta.owasp.every((id) => /^API\d+:20(19|23)$/.test(id))),
    [],
  );
  assert.deepEqual(
    failing(({ meta }) => meta.cwe.every((id) => Number.isInteger(id) && id > 0)),
    [],
  );
});
test('references are https addresses', () => {
  assert.deepEqual(
    failing(({ meta }) => meta.references.every((url) => URL.canParse(url) && url.startsWith('https://'))),
    [],
  );
});
test('the words of the prefilter are lower case', () => {
  assert.deepEqual(
    failing(({ words }) => words.every((word) => word !== '' && word === word.toLowerCase())),
    [],
  );
});
test('a rule has been there since a released or the coming version', () => {
  assert.deepEqual(
    failing(({ meta }) => /^\d+\.\d+\.\d+$/.test(meta.since)),
    [],
  );
});
test('at least eight of ten rules repair what they find', () => {
  const share = rules.filter(({ fixable }) => fixable).length / rules.length;
  assert.ok(share >= 0.8, `${Math.round(share * 100)} of 100 rules have a fix`);
});
