import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createEngine, defaultPolicy } from '../../server/src/core/engine.js';
import { createFixer } from '../../server/src/core/findings/fixer.js';
import { filePath } from '../../server/src/core/text/source.js';

const path = filePath('app.ts');

/** The reason given for the first finding of these texts, and whether a fix is offered. */
function ask(text: string, others: Readonly<Record<string, string>> = {}): { readonly rule: string | undefined; readonly offered: boolean; readonly reason: string | undefined } {
  const engine = createEngine();
  const set = Object.entries({ ...others, [path]: text }).map(([name, content]) => ({ path: filePath(name), text: content, revision: 1 }));
  engine.apply({ set, policies: new Map([['', defaultPolicy]]), today: '2026-11-28' });
  const finding = engine.findings(path).find(({ rule }) => rule === 'cors/wildcard-origin');
  return { rule: finding?.rule, offered: finding !== undefined && engine.fixes(finding.at).length > 0, reason: finding && engine.whyNoFix(finding) };
}

suite('why a finding has no fix', () => {
  test('nothing is said where one is offered', () => {
    assert.deepEqual(ask("import cors from 'cors';\napp.use(cors({ origin: '*' }));\n"), { rule: 'cors/wildcard-origin', offered: true, reason: undefined });
  });
  test('a form the rule cannot edit is said', () => {
    const found = ask("import cors from 'cors';\nimport { origin } from './origins';\napp.use(cors({ origin }));\n", { 'origins.ts': "export const origin = '*';\n" });
    assert.deepEqual(found, { rule: 'cors/wildcard-origin', offered: false, reason: 'The code has a form that the fix of this rule does not know how to edit.' });
  });
  test('what the trial on a copy showed is said', () => {
    const engine = createEngine();
    const text = "import cors from 'cors';\napp.use(cors({ origin: '*' }));\n";
    engine.apply({ set: [{ path, text, revision: 1 }], policies: new Map([['', defaultPolicy]]), today: '2026-11-28' });
    const finding = engine.findings(path).find(({ rule }) => rule === 'cors/wildcard-origin');
    assert.ok(finding);
    const wanted = [{ title: 'Nothing that helps', safety: 'review' as const, changes: [{ do: 'replace' as const, at: { path, mark: 0 }, code: ["'*' /* still */"] }] }];
    const fixer = (after: readonly (typeof finding)[]): ReturnType<typeof createFixer> =>
      createFixer({ source: (each) => engine.source(each), spanOf: () => finding.at.span, check: () => after, findings: () => [finding], isDocument: () => false });
    assert.equal(fixer([finding]).refusal(finding, wanted), 'On a copy of this code it did not remove the finding.');
    assert.equal(fixer([{ ...finding, rule: 'cors/reflected-origin' }]).refusal(finding, wanted), 'On a copy of this code it made cors/reflected-origin speak.');
    assert.equal(fixer([]).refusal(finding, wanted), undefined);
    assert.equal(fixer([finding]).refusal(finding, []), undefined);
  });
});

test('a fix is tried once for the texts of one moment, however often it is asked for, and again after a change', () => {
  const engine = createEngine();
  engine.apply({ set: [{ path, text: "import cors from 'cors';\napp.use(cors({ origin: '*' }));\n", revision: 1 }], policies: new Map([['', defaultPolicy]]), today: '2026-11-28' });
  const finding = engine.findings(path).find(({ rule }) => rule === 'cors/wildcard-origin');
  assert.ok(finding);
  let trials = 0;
  const fixer = createFixer({
    source: (each) => engine.source(each),
    spanOf: () => finding.at.span,
    check: () => {
      trials++;
      return [finding];
    },
    findings: () => [finding],
    isDocument: () => false,
  });
  const wanted = [{ title: 'Nothing that helps', safety: 'review' as const, changes: [{ do: 'replace' as const, at: { path, mark: 0 }, code: ["'*' /* still */"] }] }];
  assert.deepEqual([fixer.fixes(finding, wanted), fixer.fixes(finding, wanted)], [[], []]);
  assert.equal(fixer.refusal(finding, wanted), 'On a copy of this code it did not remove the finding.');
  assert.equal(trials, 1);
  fixer.forget();
  assert.deepEqual(fixer.fixes(finding, wanted), []);
  assert.equal(trials, 2);
});
