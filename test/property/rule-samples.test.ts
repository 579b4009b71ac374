import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { transformSync } from 'esbuild';
import type { Engine } from '../../server/src/core/engine.js';
import type { Finding } from '../../server/src/core/findings/finding.js';
import { rules } from '../../server/src/core/rules/index.js';
import type { Example } from '../../server/src/core/rules/rule.js';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import { engineOver, type Files } from '../support/analyse.js';
import { readMarked } from '../support/marked-source.js';

/** Characters between two cuts of the samples that are not a rule's first. STEP=1 cuts each sample at each character. */
const step = Number(process.env['STEP'] ?? 29);
const code = /\.[cm]?[jt]sx?$/;

interface Wrong {
  readonly rule: string;
  readonly title: string;
  readonly isFirst: boolean;
  readonly files: Files;
  readonly policy: Extract<Example, { bad: string }>['policy'];
}
const wrong: readonly Wrong[] = rules.flatMap(({ meta, examples }) =>
  examples
    .filter((one) => 'bad' in one)
    .map((one, index) => ({ rule: meta.id, title: one.title, isFirst: index === 0, files: readMarked(one.bad).files, policy: one.policy })),
);

const over = ({ files, policy }: Wrong): Engine => engineOver(files, policy);
/** No rule failed, and every place lies in its text. */
function check(found: readonly Finding[], texts: Files, where: string): void {
  for (const { rule, at, related, explanation } of found) {
    assert.doesNotMatch(explanation.message, /^The rule \S+ failed on this file/, where);
    for (const { path, span } of [at, ...related.map((one) => one.at)]) {
      const text = texts.get(path);
      assert.ok(text !== undefined && 0 <= span.start && span.start <= span.end && span.end <= text.length, `${where}: ${rule} outside of ${path}`);
    }
  }
}
/** Puts another text in place of one of the files, in the engine that holds them, and looks at the findings of all. */
function look(engine: Engine, one: Wrong, path: FilePath, text: string, revision: number, where: string): readonly Finding[] {
  engine.apply({ set: [{ path, text, revision }] });
  const texts = new Map([...one.files, [path, text]]);
  const found = [...texts.keys()].flatMap((each) => engine.findings(each));
  check(found, texts, `${one.rule}, "${one.title}", ${where}`);
  return found;
}

suite('wrong samples in other forms', () => {
  test('cut at every character', () => {
    for (const one of wrong) {
      const engine = over(one);
      let revision = 1;
      for (const [path, text] of one.files)
        for (let end = text.length - 1; end >= 0; end -= one.isFirst ? 1 : step) look(engine, one, path, text.slice(0, end), ++revision, `cut at ${end}`);
    }
  });
  test('doubled', () => {
    for (const one of wrong) for (const [path, text] of one.files) look(over(one), one, path, `${text}\n${text}`, 2, 'doubled');
  });
  test('nested in blocks and functions', () => {
    const open = ['{ ', 'function outer() { ', 'if (ready) { ', '(() => { ', 'try { '];
    const close = [' }', ' }', ' }', ' })();', ' } catch {}'];
    for (const one of wrong)
      for (const [path, text] of one.files) {
        if (!code.test(path)) continue;
        for (const depth of [1, 5, 40]) {
          const layers = Array.from({ length: depth }, (_, index) => index % open.length);
          const nested = `${layers.map((layer) => open[layer] ?? '').join('')}\n${text}\n${layers.reverse().map((layer) => close[layer] ?? '').join('')}`;
          look(over(one), one, path, nested, 2, `nested ${depth} deep`);
        }
      }
  });
  test('on one line, with short names', () => {
    for (const one of wrong)
      for (const [path, text] of one.files) {
        if (!code.test(path)) continue;
        const small = minified(path, text);
        if (small !== undefined) look(over(one), one, path, small, 2, 'minified');
      }
  });
  test('a wrong sample in a test file is silent, unless its rule says that it speaks there', () => {
    const quiet = new Set(rules.filter(({ meta }) => !meta.alsoInTests).map(({ meta }) => meta.id));
    const loud = new Array<string>();
    for (const one of wrong) {
      const moved: Wrong = { ...one, files: new Map([...one.files].map(([path, text]) => [filePath(path.replace(code, '.test$&')), text])) };
      const engine = over(moved);
      for (const path of moved.files.keys())
        if (code.test(path)) for (const { rule } of engine.findings(path)) if (quiet.has(rule)) loud.push(`${one.rule}, "${one.title}": ${rule} in ${path}`);
    }
    assert.deepEqual(loud, []);
  });
});

/** The text as a minifier leaves it; undefined for what the minifier does not read. */
function minified(path: FilePath, text: string): string | undefined {
  const loader = /\.[cm]?tsx?$/.test(path) ? (path.endsWith('x') ? 'tsx' : 'ts') : 'jsx';
  try {
    return transformSync(text, { loader, minify: true, logLevel: 'silent', tsconfigRaw: { compilerOptions: { experimentalDecorators: true } } }).code;
  } catch {
    return undefined;
  }
}
