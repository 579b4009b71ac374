import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RulePage } from '../../server/src/core/engine-types.js';
import type { AppliedFix, Finding } from '../../server/src/core/findings/finding.js';
import { filePath, type SourceFile } from '../../server/src/core/text/source.js';
import { secretSpans } from '../../server/src/cli/masking.js';
import { reporters } from '../../server/src/cli/reporters/index.js';
import type { Run } from '../../server/src/cli/reporters/reporter.js';

const SECRET = 'Zq3v9Lk2Xw8Rt5Yb';

/** A finding on the first occurrence of a text in a file. */
function findingOn(source: SourceFile, text: string, more: Partial<Finding> = {}): Finding {
  const start = source.text.indexOf(text);
  assert.ok(start >= 0, `${text} is there`);
  return {
    rule: 'cors/wildcard-origin',
    severity: 'warning',
    confidence: 'high',
    at: { path: source.path, span: { start, end: start + text.length } },
    related: [],
    explanation: { message: 'Any website can read this.', why: 'why', remedy: 'remedy' },
    fingerprint: `f${start}`,
    state: 'open',
    reason: undefined,
    fix: undefined,
    ...more,
  };
}
function runOn(source: SourceFile, findings: readonly Finding[], more: Partial<Run> = {}): Run {
  const page: RulePage = {
    id: 'cors/wildcard-origin',
    title: 'Title',
    severity: 'warning',
    confidence: 'high',
    topics: ['cors'],
    cwe: [16],
    owasp: ['API8:2023'],
    fixable: true,
    since: '0.1.0',
    markdown: '# Title\n',
  };
  return {
    findings,
    notAnalysed: [],
    files: new Map([[source.path, source]]),
    analysed: 1,
    version: '1.2.3',
    homepage: undefined,
    rules: [page],
    fixes: () => [],
    secrets: (path) => secretSpans(findings, path, source.text),
    colours: false,
    quiet: false,
    ...more,
  };
}
function file(path: string, text: string): SourceFile {
  return { path: filePath(path), text, revision: 1 };
}
function rendered(format: string, run: Run): string {
  const reporter = reporters.find(({ id }) => id === format);
  assert.ok(reporter, `${format} is there`);
  return reporter.render(run);
}

test('every promised format is there', () => {
  assert.deepEqual(
    reporters.map(({ id }) => id),
    ['github', 'json', 'markdown', 'pretty', 'sarif'],
  );
});
test('no format shows a secret, whatever stands around it and whichever finding shows its line', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----';
  const sources = [
    file('a.js', `cors({ origin: '*' }); const key = '${SECRET}';\n`),
    file('a.yml', `origin: '*' # any\nkey: ${SECRET}\n`),
    file('a.js', `cors({ origin: '*' }); const key = \`${key}\`;\n`),
    file('a.js', `${' '.repeat(100)}cors({ origin: '*' }); const key = '${SECRET}';${' '.repeat(100)}x\n`),
  ];
  for (const source of sources) {
    const literal = [`'${SECRET}'`, SECRET, '-----BEGIN PRIVATE KEY-----'].find((one) => source.text.includes(one)) ?? '';
    const origin = findingOn(source, "'*'");
    const secret = findingOn(source, literal, { rule: 'secrets/hardcoded-admin-key' });
    const move: AppliedFix = {
      title: 'Move',
      safety: 'review',
      edits: new Map([[source.path, [{ span: { start: 0, end: 0 }, text: source.text }]]]),
      slots: [],
      installs: [],
    };
    const shown = {
      ...runOn(source, [origin, secret]),
      fixes: () => [move],
      secrets: () => secretSpans([secret], source.path, source.text),
    };
    for (const { id } of reporters)
      for (const run of [shown, { ...shown, findings: [{ ...origin, fix: 'review' as const }] }]) {
        const text = rendered(id, run);
        for (let at = 0; at + 6 <= SECRET.length; at++)
          assert.ok(!text.includes(SECRET.slice(at, at + 6)), `${id} shows a part of it:\n${text}`);
        assert.ok(!text.includes('MIIEvQIB'), `${id} shows the key`);
      }
  }
});
test('a name that is underlined in place of its literal hides the literal', () => {
  const source = file('a.js', `const adminKey = '${SECRET}';\n`);
  const text = rendered('pretty', runOn(source, [findingOn(source, 'adminKey', { rule: 'secrets/hardcoded-admin-key' })]));
  assert.match(text, /const adminKey = '\u2022\u2022\u2022';\n {6}\| {7}\^{8}\n/);
});
test('what is named like a secret, and the password of an address, stay hidden though no rule tells of them', () => {
  for (const code of [`const o = { jwtSecret: '${SECRET}', origin: '*' };`, `const dbPassword = "${SECRET}", o = '*';`, `if (apiKey === '${SECRET}') origin('*');`, `connect('pg://api:${SECRET}@db', '*');`]) {
    const source = file('a.js', `${code}\n`);
    const text = rendered('pretty', runOn(source, [findingOn(source, "'*'")]));
    assert.match(text, /\u2022\u2022\u2022/);
    for (let at = 0; at + 6 <= SECRET.length; at++) assert.ok(!text.includes(SECRET.slice(at, at + 6)), text);
  }
});
test('an operator, the name of a parameter and a name that leads to a secret are shown', () => {
  const source = file('a.js', "if (given === key) sign(config.jwt.secret, req.query.api_key, '*');\n");
  const findings = [
    findingOn(source, '===', { rule: 'secrets/timing-unsafe-compare' }),
    findingOn(source, 'config.jwt.secret', { rule: 'secrets/hardcoded-jwt-secret' }),
    findingOn(source, 'api_key', { rule: 'secrets/key-in-query' }),
  ];
  const text = rendered('pretty', runOn(source, findings));
  assert.doesNotMatch(text, /\u2022/);
  assert.match(text, /given === key/);
});
test('columns count UTF-16 code units from 1, ends exclusive; a byte order mark and CRLF do not count', () => {
  const source = file('a.js', "\ufeff/* \u{1f600} */ x('*');\r\ny('**')\r\n");
  const { findings } = JSON.parse(rendered('json', runOn(source, [findingOn(source, "'*'"), findingOn(source, "'**'")]))) as {
    findings: readonly Record<string, unknown>[];
  };
  assert.deepEqual(
    findings.map(({ line, column, endLine, endColumn }) => [line, column, endLine, endColumn]),
    [
      [1, 12, 1, 15],
      [2, 3, 2, 7],
    ],
  );
});
test('a finding on the first line of a file with a byte order mark is underlined where it stands', () => {
  const source = file('a.js', "\ufeffx('*');\n");
  assert.match(rendered('pretty', runOn(source, [findingOn(source, "'*'")])), /1 \| x\('\*'\);\n {6}\| {3}\^\^\^\n/);
});
test('neither a file name nor code nor a reason can steer the terminal', () => {
  const source = file('a\u001b[2J.js', "x('*') // \u001b[31m\u202e\n");
  const run = runOn(source, [findingOn(source, "'*'")], { notAnalysed: [{ path: filePath('b\nc.js'), reason: 'r\u0007' }] });
  for (const quiet of [true, false]) assert.doesNotMatch(rendered('pretty', { ...run, quiet }), /[\u0000-\u0009\u000b-\u001f\u202e]/);
});
test('a long line is cut around the finding', () => {
  const source = file('a.js', `${'a();'.repeat(5000)}x('*');${'b();'.repeat(5000)}\n`);
  const lines = rendered('pretty', runOn(source, [findingOn(source, "'*'")])).split('\n');
  assert.ok(lines.every((line) => line.length < 160));
  const [code = '', marks = ''] = lines.slice(2, 4);
  assert.equal(code.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1), "'*'");
});
test('workflow commands escape what would end them, and leave columns out over several lines', () => {
  const source = file('a:b,c.js', "x(\n'*'\n)\n");
  const long = findingOn(source, "(\n'*'", { explanation: { message: '100%\nsure', why: '', remedy: '' }, severity: 'hint' });
  assert.equal(
    rendered('github', runOn(source, [long])),
    '::notice file=a%3Ab%2Cc.js,line=1,endLine=2,title=cors/wildcard-origin::100%25%0Asure\n',
  );
});
test('suppressed and accepted findings are told apart, and count for no severity', () => {
  const source = file('a.js', "x('*'); y('**'); z('***')\n");
  const run = runOn(source, [
    findingOn(source, "'*'", { state: 'suppressed', reason: 'fonts' }),
    findingOn(source, "'**'", { state: 'baselined', reason: 'accepted' }),
    findingOn(source, "'***'"),
  ]);
  const { summary } = JSON.parse(rendered('json', run)) as { summary: object };
  assert.deepEqual(summary, { files: 1, error: 0, warning: 1, info: 0, hint: 0, suppressed: 1, baselined: 1, notAnalysed: 0 });
  const log = JSON.parse(rendered('sarif', run)) as { runs: [{ results: readonly { suppressions: readonly object[] }[] }] };
  assert.deepEqual(
    log.runs[0].results.map(({ suppressions }) => suppressions),
    [
      [{ kind: 'inSource', status: 'accepted', justification: 'fonts' }],
      [{ kind: 'external', status: 'accepted', justification: 'accepted' }],
      [],
    ],
  );
  assert.equal((rendered('pretty', run).match(/cors\/wildcard-origin/g) ?? []).length, 1);
  assert.equal((rendered('github', run).match(/^::/gm) ?? []).length, 1);
});
test('a homepage that is a repository gives each rule the address of its page; any other only itself', () => {
  const source = file('a.js', 'x\n');
  const uriOf = (homepage: string): unknown =>
    (JSON.parse(rendered('sarif', runOn(source, [], { homepage }))) as { runs: [{ tool: { driver: { rules: [{ helpUri: string }] } } }] })
      .runs[0].tool.driver.rules[0].helpUri;
  assert.equal(uriOf('https://github.com/who/what#readme'), 'https://github.com/who/what/blob/HEAD/docs/rules/cors/wildcard-origin.md');
  assert.equal(uriOf('https://example.org/'), 'https://example.org');
});
test('a key is masked by its place in a call, whatever finding speaks of that line', () => {
  const lines = [`jwt.sign({ sub: user.id }, '${SECRET}', options)`, `createHmac('sha256', "${SECRET}")`, `cookieParser('${SECRET}')`, `new TextEncoder().encode('${SECRET}')`];
  for (const text of lines) {
    const [span] = secretSpans([], filePath('app.js'), text);
    assert.equal(span && text.slice(span.start, span.end), SECRET, text);
  }
  assert.deepEqual(secretSpans([], filePath('app.js'), "verify(token, key, { algorithms: ['HS256'] })"), []);
});
