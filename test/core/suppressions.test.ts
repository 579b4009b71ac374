import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Change } from '../../server/src/core/findings/changes.js';
import { isDay, readDirective, suppressionOf } from '../../server/src/core/findings/directive.js';
import type { Finding } from '../../server/src/core/findings/finding.js';
import { nodeSuppressions } from '../../server/src/core/findings/node-suppressions.js';
import { applySuppressions, type OwnFinding } from '../../server/src/core/findings/suppressions.js';
import { opensFile, targetOf } from '../../server/src/core/findings/target.js';
import type { Note } from '../../server/src/core/model/module.js';
import { ownPages, ownRules } from '../../server/src/core/rules/own.js';
import { lower } from '../../server/src/core/syntax/lower/lower.js';
import { readSettings } from '../../server/src/core/syntax/yaml.js';
import { indexLines } from '../../server/src/core/text/lines.js';
import { filePath, type At, type Span } from '../../server/src/core/text/source.js';

const ruleIds = new Set(['cors/wildcard-origin', 'methods/put-enabled', 'headers/powered-by', 'openapi/empty-security', ...Object.keys(ownRules)]);

interface Options {
  readonly path?: string;
  /** Rules that did not run. */
  readonly off?: readonly string[];
  readonly silenced?: readonly (readonly [string, string])[];
  readonly today?: string;
}
interface Outcome {
  /** `rule state reason` of each finding. */
  readonly findings: readonly string[];
  /** `rule | marked text | message` of each report. */
  readonly own: readonly string[];
  readonly reports: readonly OwnFinding[];
  spanOf(at: At): Span;
}
/** Findings are given as a rule and the text they stand at. */
function run(text: string, given: readonly (readonly [string, string])[] = [], options: Options = {}): Outcome {
  const path = filePath(options.path ?? 'app.ts');
  const spans: number[] = [];
  let notes: readonly Note[];
  let root;
  if (/\.ya?ml$/.test(path)) ({ notes, root } = readSettings({ path, text, revision: 1 }, ({ start, end }) => ({ path, mark: -(spans.push(start, end) / 2) })).value);
  else {
    const lowered = lower({ path, text, revision: 1 });
    notes = lowered.module.notes;
    spans.push(...lowered.places.spans);
  }
  const spanOf = ({ mark, part }: At): Span => {
    const start = spans[(-mark - 1) * 2] ?? 0;
    return part ? { start: start + part.start, end: start + part.end } : { start, end: spans[(-mark - 1) * 2 + 1] ?? 0 };
  };
  const finding = ([rule, at]: readonly [string, string]): Finding => {
    // Not the word inside a rule's id.
    const start = text.search(new RegExp(`(?<![\\w/-])${at}(?![\\w-])`));
    assert.ok(start >= 0, at);
    return {
      rule,
      severity: 'warning',
      confidence: 'high',
      at: { path, span: { start, end: start + at.length } },
      related: [],
      explanation: { message: '', why: '', remedy: '' },
      fingerprint: '',
      state: 'open',
      reason: undefined,
      fix: undefined,
    };
  };
  const lines = indexLines(text);
  const result = applySuppressions({
    path,
    text,
    ruleIds,
    lineOf: (offset) => lines.position(offset).line,
    today: options.today ?? '2026-11-24',
    ran: new Set([...ruleIds].filter((id) => options.off?.includes(id) !== true)),
    notes: notes.map((note) => ({ note, span: spanOf(note.at) })),
    nodes: root ? nodeSuppressions(root, spanOf) : [],
    findings: given.map(finding),
    silenced: (options.silenced ?? []).map(finding),
  });
  for (const { at, span } of result.own) assert.deepEqual(spanOf(at), span, 'the place and its span agree');
  return {
    findings: result.findings.map(({ rule, state, reason }) => `${rule} ${state}${reason === undefined ? '' : ` ${reason}`}`),
    own: result.own.map(({ rule, span, explanation }) => `${rule.slice('unlatched/suppression-'.length)} | ${text.slice(span.start, span.end)} | ${explanation.message}`),
    reports: result.own,
    spanOf,
  };
}
/** The text after a fix that only touches text: inserts, replacements, removals. */
function after(text: string, { spanOf }: Outcome, changes: readonly Change[]): string {
  const edits = changes.map((change) => {
    if (change.do !== 'replace' && change.do !== 'insert' && change.do !== 'remove') throw new Error(change.do);
    const { start, end } = spanOf(change.at);
    const code = change.do === 'remove' ? '' : change.code.map((piece) => (typeof piece === 'string' ? piece : 'slot' in piece ? `<${piece.slot}>` : '?')).join('');
    return change.do === 'insert' ? (change.where === 'before' ? { start, end: start, code } : { start: end, end, code }) : { start, end, code };
  });
  return edits.sort((a, b) => b.start - a.start).reduce((result, { start, end, code }) => result.slice(0, start) + code + result.slice(end), text);
}
const PUT = ['methods/put-enabled', 'put'] as const;

test('a comment with a reason suppresses on its own line, or on the next line with code', () => {
  const samples: readonly string[] = [
    'app.put(); // unlatched-ignore methods/put-enabled -- agreed',
    '// unlatched-ignore methods/put-enabled -- agreed\napp.put();',
    '  // unlatched-ignore methods/put-enabled -- agreed\r\n\r\n  // and so on\r\n  app.put();\r\n',
    '/* unlatched-ignore methods/put-enabled -- agreed */ app.put();',
    '/* unlatched-ignore methods/put-enabled -- agreed */\napp.put();',
    '/**\n * unlatched-ignore methods/put-enabled -- agreed\n * more\n */\napp.put();',
    '/* one */ /* unlatched-ignore methods/put-enabled -- agreed */\napp.put();',
    '// unlatched-ignore methods/put-enabled -- agreed\n// unlatched-ignore cors/wildcard-origin -- other\napp.put();',
    'const a = {\n  b: 1,\n  // unlatched-ignore methods/put-enabled -- agreed\n  put,\n};',
    '// unlatched-ignore cors/wildcard-origin,methods/put-enabled -- agreed\napp.put();',
    '//unlatched-ignore methods/put-enabled   --   agreed  \napp.put();',
    '// unlatched-ignore methods/put-enabled -- agreed (until 2026-11-24, by Ana B.)\napp.put();',
    '// unlatched-ignore methods/put-enabled -- agreed (by ana, until 2099-01-01)\napp.put();',
  ];
  for (const text of samples) assert.deepEqual(run(text, [PUT], { off: ['cors/wildcard-origin'] }).findings, ['methods/put-enabled suppressed agreed'], text);
});
test('a comment of JSX suppresses on the line below', () => {
  const text = 'const a = <p>\n  {/* unlatched-ignore methods/put-enabled -- agreed */}\n  <b on={put} />\n</p>;';
  assert.deepEqual(run(text, [PUT], { path: 'app.tsx' }).findings, ['methods/put-enabled suppressed agreed']);
});
test('it suppresses nothing else', () => {
  const samples: readonly string[] = [
    'app.put();\n// unlatched-ignore methods/put-enabled -- agreed\napp.post();',
    'f(); // unlatched-ignore methods/put-enabled -- agreed\napp.put();',
    '// unlatched-ignore methods/put-enabled -- agreed\nf();\napp.put();',
    '// unlatched-ignore cors/wildcard-origin -- agreed\napp.put();',
    'const a = "// unlatched-ignore methods/put-enabled -- agreed"; app.put();',
    'app.put(`\n// unlatched-ignore methods/put-enabled -- agreed\n`)',
    '// see unlatched-ignore methods/put-enabled -- agreed\napp.put();',
  ];
  for (const text of samples) assert.deepEqual(run(text, [PUT], { off: [...ruleIds] }).findings, ['methods/put-enabled open'], text);
});
test('a file comment counts before the first code only', () => {
  const line = '// unlatched-ignore-file methods/put-enabled -- generated';
  for (const text of [
    `${line}\nf();\napp.put();`,
    `#!/usr/bin/env node\n/* license */\n\n${line}\nf();\napp.put();`,
    `\uFEFF/*\n * unlatched-ignore-file methods/put-enabled -- generated\n */\nf();\napp.put();`,
  ])
    assert.deepEqual(run(text, [PUT]).findings, ['methods/put-enabled suppressed generated'], text);
  const text = `f();\n${line}\napp.put();`;
  const late = run(text, [PUT]);
  assert.deepEqual(late.findings, ['methods/put-enabled open']);
  assert.deepEqual(late.own, ['unused | unlatched-ignore-file | This comment suppresses nothing: it counts only before the first code of the file. Move it there, or ignore the next line alone.']);
  assert.equal(after(text, late, late.reports[0]?.fixes[0]?.changes ?? []), 'f();\n// unlatched-ignore methods/put-enabled -- generated\napp.put();');
});
test('YAML comments work alike', () => {
  for (const text of [
    'paths:\n  # unlatched-ignore methods/put-enabled -- agreed\n\n  # more\n  put: 1\n',
    'paths:\n  put: 1 # unlatched-ignore methods/put-enabled -- agreed\n',
    '---\n# unlatched-ignore-file methods/put-enabled -- agreed\na: 1\nput: 1\n',
  ])
    assert.deepEqual(run(text, [PUT], { path: 'a.yaml' }).findings, ['methods/put-enabled suppressed agreed'], text);
});

/** Text, reports, and the text after the first fix. */
const repairs: readonly (readonly [string, readonly string[], string])[] = [
  [
    '// unlatched-ignore methods/put-enabled\nput',
    ['without-reason | // unlatched-ignore methods/put-enabled | This comment suppresses nothing: it gives no reason. Write -- and why this is right.'],
    '// unlatched-ignore methods/put-enabled -- <reason>\nput',
  ],
  [
    '/* unlatched-ignore methods/put-enabled -- */ put',
    ['without-reason | /* unlatched-ignore methods/put-enabled -- */ | This comment suppresses nothing: it gives no reason. Write -- and why this is right.'],
    '/* unlatched-ignore methods/put-enabled -- <reason> */ put',
  ],
  [
    'put // unlatched-ignore methods/put-enabled -- ...',
    ['without-reason | // unlatched-ignore methods/put-enabled -- ... | This comment suppresses nothing: it gives no reason. Write -- and why this is right.'],
    'put // unlatched-ignore methods/put-enabled -- <reason> ...',
  ],
  [
    'put // unlatched-ignore methods/put-enabled (until 2099-01-01)',
    ['without-reason | // unlatched-ignore methods/put-enabled (until 2099-01-01) | This comment suppresses nothing: two dashes must announce its reason. Write -- before the reason.'],
    'put // unlatched-ignore methods/put-enabled -- (until 2099-01-01)',
  ],
  [
    'put // unlatched-ignore methods/put-enabled it is, as agreed',
    ['without-reason | // unlatched-ignore methods/put-enabled it is, as agreed | This comment suppresses nothing: two dashes must announce its reason. Write -- before the reason.'],
    'put // unlatched-ignore methods/put-enabled -- it is, as agreed',
  ],
  [
    'put // unlatched-ignore methods/put -- agreed',
    ['unknown-rule | methods/put | There is no rule "methods/put": did you mean "methods/put-enabled"?'],
    'put // unlatched-ignore methods/put-enabled -- agreed',
  ],
  [
    'put // unlatched-ignore put-enabled -- agreed',
    ['unknown-rule | put-enabled | There is no rule "put-enabled": did you mean "methods/put-enabled"?'],
    'put // unlatched-ignore methods/put-enabled -- agreed',
  ],
  ['put // unlatched-ignore zzz -- agreed', ['unknown-rule | zzz | There is no rule "zzz". Correct the id, or remove it.'], 'put '],
  [
    'put // unlatched-ignore zzz, methods/put-enabled -- agreed',
    ['unknown-rule | zzz | There is no rule "zzz". Correct the id, or remove it.'],
    'put // unlatched-ignore methods/put-enabled -- agreed',
  ],
  [
    'put // unlatched-ignore -- agreed',
    ['unknown-rule | unlatched-ignore | This comment names no rule, so it suppresses nothing. Write the id of the rule after it.'],
    'put // unlatched-ignore <rule> -- agreed',
  ],
  ['put // unlatched-ignore', ['unknown-rule | unlatched-ignore | This comment names no rule, so it suppresses nothing. Write the id of the rule after it.'], 'put // unlatched-ignore <rule>'],
  [
    'put // unlatched-ignore unlatched/suppression-unused -- x',
    ['unknown-rule | unlatched/suppression-unused | Findings of unlatched/suppression-unused cannot be suppressed by a comment. Set its level in unlatched.yml, or repair what it names.'],
    'put ',
  ],
  [
    'put // unlatched-ignore methods/put-enabled -- agreed (until 2026-11-23)',
    ['expired | 2026-11-23 | This held through 2026-11-23 and suppresses nothing now. Repair what is reported here, or have the risk accepted again.'],
    'put ',
  ],
  [
    'put // unlatched-ignore methods/put-enabled -- agreed (until next May, by ana)',
    ['expired | next May | The day "next May" cannot be read, so this suppresses nothing. Write it as YYYY-MM-DD.'],
    'put ',
  ],
  [
    'put // unlatched-ignore cors/wildcard-origin -- agreed',
    ['unused | // unlatched-ignore cors/wildcard-origin -- agreed | This comment suppresses nothing: cors/wildcard-origin found nothing on the line meant. Remove it.'],
    'put ',
  ],
  [
    'put // unlatched-ignore cors/wildcard-origin, methods/put-enabled -- agreed',
    ['unused | cors/wildcard-origin | cors/wildcard-origin found nothing on the line meant. Remove it from this comment.'],
    'put // unlatched-ignore methods/put-enabled -- agreed',
  ],
  [
    'put // unlatched-ignore methods/put-enabled, cors/wildcard-origin -- agreed',
    ['unused | cors/wildcard-origin | cors/wildcard-origin found nothing on the line meant. Remove it from this comment.'],
    'put // unlatched-ignore methods/put-enabled -- agreed',
  ],
  [
    'put\n// unlatched-ignore cors/wildcard-origin -- agreed',
    ['unused | // unlatched-ignore cors/wildcard-origin -- agreed | This comment suppresses nothing: cors/wildcard-origin found nothing on the line meant. Remove it.'],
    'put\n',
  ],
];
test('what is wrong with a suppression is reported once, with its fix', () => {
  for (const [text, expected, fixed] of repairs) {
    const outcome = run(text, [PUT]);
    assert.deepEqual(outcome.own, expected, text);
    assert.equal(after(text, outcome, outcome.reports[0]?.fixes[0]?.changes ?? []), fixed, text);
  }
});
test('only the removal of an unused suppression is safe, and only that is shown faded', () => {
  for (const [text] of repairs)
    for (const { rule, fixes, unnecessary, severity } of run(text, [PUT]).reports) {
      assert.equal(fixes[0]?.safety === 'safe', rule === 'unlatched/suppression-unused', text);
      assert.equal(unnecessary === true, rule === 'unlatched/suppression-unused', text);
      assert.equal(severity, ownRules[rule].meta.severity);
    }
});
test('several dead rules of one comment can be removed together', () => {
  const text = 'put // unlatched-ignore cors/wildcard-origin, headers/powered-by, methods/put-enabled, openapi/empty-security -- agreed';
  const outcome = run(text, [PUT]);
  assert.equal(outcome.reports.length, 3);
  assert.equal(
    after(
      text,
      outcome,
      outcome.reports.flatMap(({ fixes }) => fixes[0]?.changes ?? []),
    ),
    'put // unlatched-ignore methods/put-enabled -- agreed',
  );
});
test('a suppression holds through its day', () => {
  const text = 'put // unlatched-ignore methods/put-enabled -- agreed (until 2027-03-01)';
  assert.deepEqual(run(text, [PUT], { today: '2027-03-01' }).own, []);
  assert.equal(run(text, [PUT], { today: '2027-03-02' }).own.length, 1);
  assert.deepEqual(run(text, [PUT], { today: '2027-03-02' }).findings, ['methods/put-enabled open']);
});
test('nothing is called unused whose rule did not run, or whose finding another one silences', () => {
  const text = 'put // unlatched-ignore cors/wildcard-origin -- agreed';
  assert.deepEqual(run(text, [], { off: ['cors/wildcard-origin'] }).own, []);
  assert.deepEqual(run(text, [], { silenced: [['cors/wildcard-origin', 'put']] }).own, []);
  assert.equal(run(text, []).own.length, 1);
});
test('own diagnostics are never suppressed', () => {
  const text = '// unlatched-ignore-file unlatched/suppression-unused -- x\nput';
  assert.deepEqual(run(text, [['unlatched/suppression-unused', 'put']]).findings, ['unlatched/suppression-unused open']);
});
test('a bracket that says something else belongs to the reason', () => {
  for (const reason of ['agreed (see ADR 7)', 'agreed (until)', 'agreed (by ana, see ADR)', 'agreed (until 2099-01-01, until 2099-01-02)', 'agreed (until 2099-01-01) with legal'])
    assert.deepEqual(run(`put // unlatched-ignore methods/put-enabled -- ${reason}`, [PUT]).findings, [`methods/put-enabled suppressed ${reason}`]);
});
test('a directive reads into plain data', () => {
  const text = 'put // unlatched-ignore a/b, c/d -- why -- really (until 2027-03-01, by Ana)';
  const path = filePath('a.ts');
  const [note] = lower({ path, text, revision: 1 }).module.notes;
  assert.ok(note);
  const directive = readDirective(note, { start: 4, end: text.length }, text);
  assert.ok(directive);
  assert.deepEqual(suppressionOf(path, directive), {
    rules: ['a/b', 'c/d'],
    reason: 'why -- really',
    until: '2027-03-01',
    by: 'Ana',
    scope: 'line',
    at: { path, span: { start: 4, end: text.length } },
  });
});
test('days are those of the calendar', () => {
  for (const day of ['2027-03-01', '2028-02-29', '2000-02-29', '2027-12-31']) assert.equal(isDay(day), true, day);
  for (const day of ['2027-02-29', '1900-02-29', '2027-13-01', '2027-00-10', '2027-04-31', '2027-3-1', '2027-03-00', 'soon', '2027-03-01x']) assert.equal(isDay(day), false, day);
});

test('x-unlatched-ignore speaks for its node and what is below it', () => {
  const text = 'paths:\n  /a:\n    put:\n      x-unlatched-ignore:\n        methods/put-enabled: agreed\n      security: []\n    post: 1\n  /b:\n    patch: 1\n';
  const outcome = run(text, [PUT, ['methods/put-enabled', 'security'], ['methods/put-enabled', 'post'], ['methods/put-enabled', 'patch']], { path: 'a.yaml' });
  assert.deepEqual(outcome.findings, ['methods/put-enabled suppressed agreed', 'methods/put-enabled suppressed agreed', 'methods/put-enabled open', 'methods/put-enabled open']);
  assert.deepEqual(outcome.own, []);
});
test('x-unlatched-ignore is as accountable as a comment', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['{ methods/put-enabled: "" }', ['without-reason | methods/put-enabled | This key suppresses nothing: it gives no reason. Write why this is right as the value of the rule.']],
    ['[methods/put-enabled]', ['without-reason | methods/put-enabled | This key suppresses nothing: it gives no reason. Write why this is right as the value of the rule.']],
    ['methods/put-enabled', ['without-reason | methods/put-enabled | This key suppresses nothing: it gives no reason. Write why this is right as the value of the rule.']],
    ['{ methods/put: agreed }', ['unknown-rule | methods/put | There is no rule "methods/put": did you mean "methods/put-enabled"?']],
    [
      '{ methods/put-enabled: agreed (until 2020-01-01) }',
      ['expired | methods/put-enabled | This held through 2020-01-01 and suppresses nothing now. Repair what is reported here, or have the risk accepted again.'],
    ],
    ['{ openapi/empty-security: agreed, methods/put-enabled: agreed }', ['unused | openapi/empty-security | openapi/empty-security found nothing on this node. Remove it from x-unlatched-ignore.']],
    ['3', []],
  ];
  for (const [value, expected] of cases) assert.deepEqual(run(`put:\n  x-unlatched-ignore: ${value}\n`, [PUT], { path: 'a.yaml' }).own, expected, value);
});

test('each own diagnostic has a page of its own', () => {
  const pages = ownPages();
  assert.deepEqual(
    pages.map(({ id }) => id),
    Object.keys(ownRules).sort(),
  );
  for (const page of pages) {
    assert.ok(page.markdown.startsWith(`# ${page.title}\n`) && page.markdown.includes(`${page.id}: off`));
    assert.deepEqual(page.topics, ['other-config']);
  }
});
test('nothing is thrown whatever the text, all findings come back, and the reports lie inside it', () => {
  const piece = fc.constantFrom(
    '// ',
    '/* ',
    ' */',
    '\n',
    '\r\n',
    'unlatched-ignore',
    'unlatched-ignore-file',
    ' methods/put-enabled',
    ', ',
    ' zzz',
    ' -- ',
    'why',
    ' (until 2020-01-01',
    ', by x)',
    'put;',
    '{',
    '}',
    '`',
    '"',
    '# ',
    ': ',
    '- ',
    '(',
    ' '.repeat(3),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.constantFrom('a.ts', 'a.tsx', 'a.yaml'), (pieces, path) => {
      const text = `${pieces.join('')}\nput`;
      const { findings, reports } = run(text, [PUT, PUT], { path });
      assert.equal(findings.length, 2);
      for (const { span } of reports) assert.ok(span.start >= 0 && span.start <= span.end && span.end <= text.length);
    }),
    { numRuns: 1000 },
  );
});
test('the line meant is found in one pass', () => {
  const long = `// unlatched-ignore a -- b\n${'/* x */ // y\n'.repeat(50_000)}put`;
  assert.equal(targetOf(long, { start: 0, end: 26 }, 'slashes'), long.length - 3);
  assert.equal(opensFile(long, long.length - 3, 'slashes'), true);
});
