import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import ts from 'typescript';
import { parseDocument } from 'yaml';
import type { Finding } from '../server/src/core/findings/finding.js';
import type { Policy } from '../server/src/core/policy/policy.js';
import { rules } from '../server/src/core/rules/index.js';
import { rulePage, sampleExplanation } from '../server/src/core/rules/page.js';
import type { AnyRule, Example } from '../server/src/core/rules/rule.js';
import { filePath, type FilePath } from '../server/src/core/text/source.js';
import { createEngine } from '../server/src/core/engine.js';
import { allFindings, engineOver, withFix, type Files } from './support/analyse.js';
import { printMarked, readMarked } from './support/marked-source.js';

const only = process.env['RULE'];
for (const rule of rules.filter(({ meta }) => only === undefined || meta.id.startsWith(only)))
  suite(rule.meta.id, () => {
    for (const example of rule.examples) test(example.title, () => checkExample(rule, example));
    test('the page renders', () => {
      const page = rulePage(rule, sampleExplanation(rule, createEngine()));
      assert.match(page, /## Wrong/);
      assert.match(page, /## Right/);
      assert.doesNotMatch(page.replaceAll(rule.meta.id, ''), /\^\^|undefined/);
    });
  });

/** Everything an example promises: its marks, its repair, and that nothing around it gives way. */
function checkExample(rule: AnyRule, example: Example): void {
  const { files, marks } = readMarked('bad' in example ? example.bad : example.good);
  const policy = alone(rule, example.policy);
  const engine = engineOver(files, policy);
  const found = allFindings(engine, files).filter((finding) => finding.rule === rule.meta.id && finding.state === 'open');
  assert.equal(
    marked(
      files,
      found.map(({ at, rule: id }) => ({ path: at.path, span: at.span, rule: id })),
    ),
    marked(files, marks),
  );
  for (const mark of marks) {
    const message = found.find(({ at }) => at.path === mark.path && at.span.start === mark.span.start)?.explanation.message ?? '';
    assert.ok(message.includes(mark.words), `the message "${message}" should hold "${mark.words}"`);
  }
  for (const finding of found) checkWords(finding);
  if ('good' in example) {
    assert.equal(marks.length, 0, 'a good example has no marks');
    return;
  }
  assert.ok(marks.length > 0, 'a bad example needs a mark');
  checkInTests(rule, files, policy);
  checkTruncated(files, policy);
  const [first] = found;
  if (first === undefined) return;
  const fix = engine.fixes(first.at).find(({ finding }) => finding.fingerprint === first.fingerprint)?.fix;
  if (example.fixed !== undefined) {
    assert.ok(fix, `no fix is offered${first.fixRefused === undefined ? '' : `: ${first.fixRefused}`}`);
    assert.deepEqual(asText(withFix(files, fix)), asText(new Map([...files, ...readMarked(example.fixed).files])));
  }
  if (fix !== undefined) checkFix(rule, files, withFix(files, fix), example.policy, first);
}

/** The rule under test and no other: what others report, and what they take precedence over, is not this example's matter. */
function alone(rule: AnyRule, policy: Partial<Policy> = {}): Partial<Policy> {
  const off = rules.filter(({ meta }) => meta.id !== rule.meta.id).map(({ meta }) => [meta.id, 'off'] as const);
  return { ...policy, rules: new Map([...off, ...(policy.rules ?? [])]) };
}
function marked(
  files: Files,
  marks: readonly { readonly path: FilePath; readonly span: Finding['at']['span']; readonly rule: string }[],
): string {
  return [...files]
    .map(
      ([path, text]) =>
        `//- ${path}\n${printMarked(
          text,
          marks.filter((mark) => mark.path === path),
          path,
        )}`,
    )
    .join('');
}
function asText(files: Files): Record<string, string> {
  return Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
/** Message, why and remedy are there; the message has at most two sentences. */
function checkWords({ explanation: { message, why, remedy } }: Finding): void {
  for (const [name, text] of Object.entries({ message, why, remedy })) {
    assert.ok(text.trim().length >= 10, `${name} is empty`);
    assert.doesNotMatch(text, /undefined|\[object|NaN/, name);
  }
  const sentences = withoutCode(message)
    .split(/[.!?](?=\s+[A-Z]|\s*$)/)
    .filter((part) => part.trim() !== '');
  assert.ok(sentences.length <= 2, `the message has ${sentences.length} sentences: ${message}`);
}
function withoutCode(text: string): string {
  return text
    .split('`')
    .filter((_, index) => index % 2 === 0)
    .join('x');
}
/** Test files are not the product: a rule speaks there only when it says so. */
function checkInTests(rule: AnyRule, files: Files, policy: Partial<Policy>): void {
  if (rule.meta.alsoInTests) return;
  const moved = new Map([...files].map(([path, text]) => [filePath(`test/${path}`), text]));
  const found = allFindings(engineOver(moved, policy), moved).filter((finding) => finding.rule === rule.meta.id);
  assert.deepEqual(
    found.map(({ at }) => at.path),
    [],
    'reported below test/',
  );
}
/** A file cut anywhere is a file being typed: the engine must not throw. */
function checkTruncated(files: Files, policy: Partial<Policy>): void {
  const cut = new Map([...files].map(([path, text]) => [path, text.slice(0, Math.max(0, text.length - 10))]));
  assert.doesNotThrow(() => allFindings(engineOver(cut, policy), cut));
}
/** Invariant 8: the files parse as before, the finding is gone, no rule has anything new to say. */
function checkFix(rule: AnyRule, before: Files, after: Files, policy: Partial<Policy> | undefined, fixed: Finding): void {
  for (const [path, text] of after)
    assert.ok(syntaxErrors(path, text) <= syntaxErrors(path, before.get(path) ?? ''), `${path} parses worse after the fix:\n${text}`);
  const count = (files: Files, settings: Partial<Policy> | undefined): ReadonlyMap<string, number> => {
    const totals = new Map<string, number>();
    for (const { rule: id, at } of allFindings(engineOver(files, settings), files))
      totals.set(`${id} in ${at.path}`, (totals.get(`${id} in ${at.path}`) ?? 0) + 1);
    return totals;
  };
  const key = `${rule.meta.id} in ${fixed.at.path}`;
  const [was, is] = [count(before, policy), count(after, policy)];
  for (const [name, total] of is) assert.ok(total <= (was.get(name) ?? 0), `the fix adds ${name}`);
  const [aloneBefore, aloneAfter] = [count(before, alone(rule, policy)), count(after, alone(rule, policy))];
  assert.ok((aloneAfter.get(key) ?? 0) < (aloneBefore.get(key) ?? 0), `the fix leaves ${key}`);
}
function syntaxErrors(path: string, text: string): number {
  if (/\.[cm]?[jt]sx?$/.test(path))
    return (
      ts.transpileModule(text, { fileName: path, reportDiagnostics: true, compilerOptions: { experimentalDecorators: true } }).diagnostics
        ?.length ?? 0
    );
  if (/\.(ya?ml|json)$/.test(path)) return parseDocument(text, { uniqueKeys: false }).errors.length;
  return 0;
}
