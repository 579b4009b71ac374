import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Engine } from '../../server/src/core/engine.js';
import type { AppliedFix, Finding } from '../../server/src/core/findings/finding.js';
import { countSyntaxProblems } from '../../server/src/core/syntax/javascript.js';
import { allFindings, engineOver, withFix, type Files } from '../support/analyse.js';
import { samples, type NamedSample } from '../support/samples.js';

const open = (engine: Engine, files: Files): readonly Finding[] => allFindings(engine, files).filter(({ state }) => state === 'open');
const key = ({ rule, at }: Finding): string => `${rule} in ${at.path}`;
function counted(all: readonly Finding[]): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const one of all) out.set(key(one), (out.get(key(one)) ?? 0) + 1);
  return out;
}
function shown(files: Files): string {
  return [...files].map(([path, text]) => `//- ${path}\n${text}`).join('');
}
/**
 * What a fix brings to light and does not cause: a method that no route is left for need not be allowed to other sites, a newer version has other
 * defaults, what a document newly requires the code may not check, and what it lists may be served no more.
 */
const broughtToLight: ReadonlyMap<string, string> = new Map([
  ['methods/put-enabled', 'cors/permissive-methods'],
  ['deps/vulnerable', 'cors/wildcard-origin'],
  ['methods/all-methods', 'spec/zombie-endpoint'],
  ['spec/shadow-endpoint', 'spec/zombie-endpoint'],
  ['spec/undocumented-method', 'spec/zombie-endpoint'],
  ...['no-security-defined', 'write-without-security', 'empty-security', 'sibling-unsecured'].map((name) => [`openapi/${name}`, 'spec/security-mismatch'] as const),
]);
/** What is wrong with one fix of one finding. */
function faults(
  { title, policy }: NamedSample,
  files: Files,
  before: readonly Finding[],
  finding: Finding,
  fix: AppliedFix,
): readonly string[] {
  const name = `${title} > ${finding.rule} > ${fix.title}`;
  const after = withFix(files, fix);
  const out: string[] = [];
  for (const [path, text] of after)
    if (
      /\.[cm]?[jt]sx?$/.test(path) &&
      countSyntaxProblems({ path, text, revision: 1 }) > countSyntaxProblems({ path, text: files.get(path) ?? '', revision: 1 })
    )
      out.push(`${name}: ${path} parses worse\n${shown(after)}`);
  const found = open(engineOver(after, policy), after);
  const [was, is] = [counted(before), counted(found)];
  const known = broughtToLight.get(finding.rule);
  // A document still promises the route that goes.
  const isRemoval = fix.title === 'Remove this route';
  const isShown = (each: string): boolean => (known !== undefined && each.startsWith(`${known} in `)) || (isRemoval && each.startsWith('spec/zombie-endpoint in '));
  for (const [each, total] of is) if (total > (was.get(each) ?? 0) && !isShown(each)) out.push(`${name}: adds ${each}\n${shown(after)}`);
  if ((is.get(key(finding)) ?? 0) >= (was.get(key(finding)) ?? 0)) out.push(`${name}: leaves ${key(finding)}\n${shown(after)}`);
  return out;
}

suite('every fix that is offered', () => {
  test('takes its finding away, adds none, and keeps the files readable', () => {
    const failed: string[] = [];
    let tried = 0;
    for (const sample of samples) {
      const engine = engineOver(sample.files, sample.policy);
      const before = open(engine, sample.files);
      for (const finding of before)
        for (const { finding: of, fix } of engine.fixes(finding.at)) {
          if (of.fingerprint !== finding.fingerprint) continue;
          tried++;
          failed.push(...faults(sample, sample.files, before, finding, fix));
        }
    }
    assert.deepEqual(failed, []);
    assert.ok(tried > 100, `only ${tried} fixes were offered`);
  });
  test('is offered when the finding says so, and the other way round', () => {
    const failed: string[] = [];
    for (const { title, files, policy } of samples) {
      const engine = engineOver(files, policy);
      for (const finding of open(engine, files)) {
        const offered = engine.fixes(finding.at).filter((one) => one.finding.fingerprint === finding.fingerprint);
        if (offered.length > 0 && finding.fix === undefined) failed.push(`${title} > ${finding.rule}: fixes, although none is announced`);
      }
    }
    assert.deepEqual(failed, []);
  });
  test('all of a rule at once, again while edits that touch each other were left out, ends as one after the other does', () => {
    const failed: string[] = [];
    let tried = 0;
    for (const { title, files, policy } of samples) {
      const engine = engineOver(files, policy);
      for (const path of files.keys())
        for (const rule of new Set(
          engine
            .findings(path)
            .filter(({ state }) => state === 'open')
            .map((one) => one.rule),
        )) {
          const wanted = oneByOne(files, policy, path, rule);
          let now = files;
          for (let round = 0; round < 3; round++) {
            const all = engineOver(now, policy).fixAll(path, rule);
            if (!all) break;
            tried++;
            now = withFix(now, all);
          }
          // A repair may make the next finding moot: then both ways must leave nothing of the rule that could be repaired, and add nothing.
          const endsAlike = (): boolean => isDone(now, policy, path, rule) && isDone(wanted, policy, path, rule) && addsNothing(files, now, policy);
          if (shown(now) !== shown(wanted) && !endsAlike()) failed.push(`${title} > ${rule}: at once\n${shown(now)}one by one\n${shown(wanted)}`);
        }
    }
    assert.deepEqual(failed, []);
    assert.ok(tried > 80, `only ${tried} were tried`);
  });
});

function isDone(files: Files, policy: NamedSample['policy'], path: Finding['at']['path'], rule: string): boolean {
  return engineOver(files, policy).fixAll(path, rule) === undefined;
}
function addsNothing(before: Files, after: Files, policy: NamedSample['policy']): boolean {
  const [was, is] = [before, after].map((files) => counted(open(engineOver(files, policy), files)));
  return [...(is ?? [])].every(([each, total]) => total <= (was?.get(each) ?? 0));
}

/** The first fix of the first finding of the rule that has one, until none has. */
function oneByOne(files: Files, policy: NamedSample['policy'], path: Finding['at']['path'], rule: string): Files {
  let now = files;
  for (let round = 0; round < 20; round++) {
    const engine = engineOver(now, policy);
    const fix = engine
      .findings(path)
      .filter((one) => one.rule === rule && one.state === 'open')
      .map((one) => engine.fixes(one.at).find((each) => each.finding.fingerprint === one.fingerprint)?.fix)
      .find((one) => one !== undefined);
    if (!fix) return now;
    now = withFix(now, fix);
  }
  return now;
}
