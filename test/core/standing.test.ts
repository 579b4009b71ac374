import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ModuleView } from '../../server/src/core/model/module.js';
import { readFacts, type FileFacts } from '../../server/src/core/project/facts.js';
import { createLooks, EVERYTHING, FUNCTIONS, remembered, watched, type Look } from '../../server/src/core/project/looks.js';
import { createTrees } from '../../server/src/core/syntax/javascript.js';
import { filePath } from '../../server/src/core/text/source.js';

const path = filePath('app.ts');
const TEXT = `
import { load } from './load.js';
const table = load('users');
app.get('/a', (req, res) => { const one = table.find(req.query.id); res.json(one); });
app.put('/b', (req, res) => { table.set(req.body, () => res.end()); });
class Users {
  @Get() list() { return table.all(); }
  @Post() add(body) { return table.add(body); }
}
export function helper(x) { const y = x + 1; return y; }
`;
/** The facts of texts, one after the other, as an editor makes them. */
function revisions(...texts: readonly string[]): readonly FileFacts[] {
  const trees = createTrees(2);
  const all: FileFacts[] = [];
  for (const [revision, text] of texts.entries()) all.push(readFacts({ path, text, revision }, all.at(-1), trees));
  return all;
}
/** Names of the functions that are other objects than they were. */
function others(was: FileFacts | undefined, is: FileFacts | undefined): readonly string[] {
  return [...(is?.module?.functions ?? [])].filter(([id, fn]) => was?.module?.functions.get(id) !== fn).map(([id]) => id.slice(id.indexOf('#') + 1));
}
function moduleOf(facts: FileFacts | undefined): ModuleView {
  assert.ok(facts?.module);
  return facts.module;
}

suite('functions from revision to revision', () => {
  test('only the one that is edited becomes another object, and what stands in it', () => {
    const [a, b, c] = revisions(TEXT, TEXT.replace('res.json(one)', 'res.json([one])'), TEXT.replace('res.json(one)', 'res.json([one, 2])'));
    assert.deepEqual(others(a, b), ['app.get(/a)']);
    assert.deepEqual(others(b, c), ['app.get(/a)']);
    assert.equal(moduleOf(c).top.steps, moduleOf(a).top.steps);
    assert.equal(moduleOf(c).exports, moduleOf(a).exports);
  });
  test('a method, and a function that holds another', () => {
    const [a, b] = revisions(TEXT, TEXT.replace('table.add(body)', 'table.add(body, 1)'));
    assert.deepEqual(others(a, b), ['Users.add']);
    const [before, c] = revisions(TEXT, TEXT.replace('table.set(req.body, ', 'table.put(req.body, '));
    assert.ok(others(before, c).every((name) => name.startsWith('app.put')), others(before, c).join());
  });
  test('what a name of the module leads to counts for all that stand in it', () => {
    const [a, b] = revisions(TEXT, TEXT.replace("load('users')", "load('people')"));
    assert.ok(others(a, b).length >= 4, others(a, b).join());
  });
  test('a text that does not parse, and the whole one after it', () => {
    const [a, , c] = revisions(TEXT, TEXT.replace('res.json(one)', 'res.json(one'), TEXT.replace('res.json(one)', 'res.json(one, 1)'));
    assert.deepEqual(others(a, c), ['app.get(/a)']);
  });
  test('a declaration that moves the numbers of names below makes all below anew, once', () => {
    const more = TEXT.replace('res.json(one)', 'const two = 2; res.json(one)');
    const [a, b, c] = revisions(TEXT, more, more.replace('const two = 2', 'const two = 3'));
    assert.ok(others(a, b).includes('helper'));
    assert.deepEqual(others(b, c), ['app.get(/a)']);
  });
});

suite('what answers look at', () => {
  const [facts] = revisions(TEXT);
  const id = [...moduleOf(facts).functions.keys()].find((one) => one.endsWith('#helper'));
  const seenBy = (ask: (module: ModuleView) => unknown): ReadonlySet<Look> => {
    const looks = createLooks();
    const seen = new Set<Look>();
    looks.into(seen, () => ask(watched(moduleOf(facts), looks)));
    return seen;
  };
  test('a function by its id, what the file does, a name by its number, all of them', () => {
    assert.ok(id);
    assert.deepEqual([...seenBy((module) => module.functions.get(id))], [id]);
    assert.deepEqual([...seenBy((module) => module.top.steps.length)], [moduleOf(facts).top.id]);
    assert.deepEqual([...seenBy((module) => module.top.id)], []);
    assert.deepEqual([...seenBy((module) => module.bindings[0])], []);
    assert.deepEqual([...seenBy((module) => module.bindings.find(({ name }) => name === 'y'))], [EVERYTHING]);
    assert.deepEqual([...seenBy((module) => [...module.functions.keys()])], [FUNCTIONS]);
    assert.deepEqual([...seenBy((module) => [...module.functions.values()])], [EVERYTHING]);
  });
  test('who asks again has looked at what the answer looked at', () => {
    assert.ok(id);
    const looks = createLooks();
    const module = watched(moduleOf(facts), looks);
    let asked = 0;
    const ask = remembered(looks, (one: typeof id) => {
      asked++;
      return module.functions.get(one)?.name;
    });
    const [first, second] = [new Set<Look>(), new Set<Look>()];
    assert.equal(looks.into(first, () => ask(id)), 'helper');
    assert.equal(looks.into(second, () => ask(id)), 'helper');
    assert.equal(asked, 1);
    assert.deepEqual([[...first], [...second]], [[id], [id]]);
  });
});
