import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Rule {
  readonly match?: string;
  readonly captures?: Readonly<Record<string, { readonly name?: string; readonly patterns?: readonly { readonly include: string }[] }>>;
  readonly patterns?: readonly Rule[];
  readonly name?: string;
  readonly include?: string;
}
interface Grammar {
  readonly scopeName: string;
  readonly patterns: readonly Rule[];
  readonly repository: Readonly<Record<string, Rule>>;
}

const text = readFileSync('syntaxes/unlatched-directives.tmLanguage.json', 'utf8');
const grammar: Grammar = JSON.parse(text);

function named(name: string): Rule {
  const found = grammar.repository[name];
  assert.ok(found, `no rule ${name} in the grammar`);
  return found;
}

/** What each capture of a grammar rule holds in the line, empty where it took no part. */
function captures(name: string, line: string): readonly string[] | undefined {
  return new RegExp(named(name).match ?? '')
    .exec(line)
    ?.slice(1)
    .map((each) => each ?? '');
}

test('a suppression with reason, date and owner has a colour for each part', () => {
  assert.deepEqual(
    captures('ignore', '// unlatched-ignore cors/wildcard-origin, methods/put-enabled -- public fonts (until 2027-03-01, by Kim)'),
    ['unlatched-ignore', 'cors/wildcard-origin, methods/put-enabled', '--', 'public fonts ', '(', 'until 2027-03-01, by Kim', ')'],
  );
  assert.deepEqual(captures('until', 'until 2027-03-01, by Kim'), ['until', '2027-03-01']);
  assert.deepEqual(captures('by', 'until 2027-03-01, by Kim'), ['by', 'Kim']);
});

test('a suppression of a whole file and one without reason are coloured as far as they go', () => {
  assert.deepEqual(captures('ignore', '# unlatched-ignore-file config/compose')?.slice(0, 4), [
    'unlatched-ignore-file',
    'config/compose',
    '',
    '',
  ]);
  assert.deepEqual(captures('ignore', '/* unlatched-ignore tls/plain-http-url -- local only */')?.slice(0, 4), [
    'unlatched-ignore',
    'tls/plain-http-url',
    '--',
    'local only ',
  ]);
});

test('a route marked public is coloured', () => {
  assert.deepEqual(captures('public', '// unlatched: public -- the price list'), ['unlatched:', 'public', '--', 'the price list']);
});

test('prose about the directives is not coloured', () => {
  assert.equal(captures('ignore', '// see unlatched-ignore in the manual'), undefined);
  assert.equal(captures('ignore', '// my-unlatched-ignore cors/wildcard-origin -- no'), undefined);
  assert.equal(captures('public', '// unlatched: publication date'), undefined);
});

test('every include and capture of the grammar leads somewhere', () => {
  const includes = [...text.matchAll(/"include": "#([a-z]+)"/g)].map((match) => match[1] ?? '');
  for (const include of includes) assert.ok(grammar.repository[include], `#${include} is not in the repository`);
  const patterns = Object.values(grammar.repository).flatMap((rule) => [rule, ...(rule.patterns ?? [])]);
  for (const { match, captures: named = {} } of patterns) {
    if (match === undefined) continue;
    const groups = new RegExp(`${match}|`).exec('')?.length ?? 0;
    for (const group of Object.keys(named)) assert.ok(Number(group) < groups, `capture ${group} of ${match} does not exist`);
  }
});

test('a long line without a directive is matched in linear time', () => {
  const line = `// unlatched-ignore ${'a/b, '.repeat(20_000)}!`;
  const began = process.hrtime.bigint();
  captures('ignore', line);
  assert.ok(process.hrtime.bigint() - began < 1_000_000_000n);
});
