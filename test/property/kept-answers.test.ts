import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Engine } from '../../server/src/core/engine.js';
import { readFacts } from '../../server/src/core/project/facts.js';
import { spanAt, type FilePath, type Span } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { samples, type NamedSample } from '../support/samples.js';

/** One of so many samples is edited; EACH=1 edits all of them, and takes a while. */
const each = Number(process.env['EACH'] ?? 12);
/** What is typed at the end of a function, one after the other: a call, a declaration that moves the numbers of all bindings below, an answer. */
const TYPED = [' void 0;', ' void 0; log(1);', ' const added = read(2);', " res.status(500).json({ error: String(added), password: user.password });"];
const MOST_FUNCTIONS = 6;

function said(engine: Engine): string {
  return engine.files().flatMap((path) => engine.findings(path)).map((one) => JSON.stringify(one)).join('\n');
}
/** What stands between the brackets of each function of a file. */
function bodies(path: FilePath, text: string): readonly Span[] {
  const facts = readFacts({ path, text, revision: 1 });
  const all = [...(facts.module?.functions.values() ?? [])].map((fn) => spanAt(fn.bodyAt, facts.spans)).map(({ start, end }): Span => ({ start: start + 1, end: end - 1 }));
  return all.filter(({ start, end }) => text[start - 1] === '{' && text[end] === '}').slice(0, MOST_FUNCTIONS);
}
/** The text while something is typed at the end of a body, and with nothing in it. */
function revisions(text: string, { start, end }: Span): readonly string[] {
  return [...TYPED.map((typed) => text.slice(0, end) + typed + text.slice(end)), text.slice(0, start) + text.slice(end), text];
}
function differences({ title, files, policy }: NamedSample): { readonly compared: number; readonly found: readonly string[] } {
  const found: string[] = [];
  let compared = 0;
  for (const [path, text] of files) {
    const engine = engineOver(files, policy);
    said(engine);
    let revision = 10;
    for (const body of /\.[cm]?[jt]sx?$/.test(path) ? bodies(path, text) : []) for (const [index, now] of revisions(text, body).entries()) {
      engine.apply({ set: [{ path, text: now, revision: revision++ }] });
      if (readFacts({ path, text: now, revision: 1 }).problems.length > 0) continue;
      compared++;
      if (said(engine) !== said(engineOver(new Map([...files, [path, now]]), policy))) found.push(`${title}: revision ${index} of ${path} around ${body.end}`);
    }
  }
  return { compared, found };
}

suite('what rules said of functions is kept while others are edited', () => {
  test('an engine that kept answers says what a new one says', () => {
    const all = samples.filter((_, index) => index % each === 0).map(differences);
    assert.deepEqual(all.flatMap(({ found }) => found), []);
    assert.ok(all.reduce((sum, { compared }) => sum + compared, 0) > samples.length / each, 'edits were compared');
  });
});
