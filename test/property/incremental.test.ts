import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { createEngine, type Engine } from '../../server/src/core/engine.js';
import type { Finding } from '../../server/src/core/findings/finding.js';
import { readFacts } from '../../server/src/core/project/facts.js';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import { changeBetween, edit, edited, firstDesk, wholeChange, type Desk, type Edit } from '../support/edit-script.js';
import { sampleProject } from '../support/sample-project.js';

const seed = Number(process.env['SEED'] ?? 20261124);
/** RUNS=20 runs twenty times as many scripts. */
const times = Number(process.env['RUNS'] ?? 1);
const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed, numRuns: numRuns * times, includeErrorInReport: true });

/** All an engine says: findings with places and fingerprints, and the inventory. Text, so that a difference is readable. */
function said(engine: Engine): string {
  const findings = engine.files().flatMap((path) => engine.findings(path));
  return [...findings, ...engine.inventory()].map((one) => JSON.stringify(one)).join('\n');
}
function fresh(desk: Desk): Engine {
  const engine = createEngine();
  engine.apply(wholeChange(desk));
  return engine;
}
function all(engine: Engine): readonly Finding[] {
  return engine.files().flatMap((path) => engine.findings(path));
}
/** Drives the work to its end and gives the files it names. */
function worked(engine: Engine): ReadonlySet<FilePath> {
  const work = engine.work();
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}
function touched(step: Edit): FilePath | undefined {
  return step.do === 'touch' ? filePath(sampleProject[step.file % sampleProject.length]?.path ?? '') : undefined;
}
/** While a file does not parse, an engine shows what it knew of it before, which a new one cannot. */
function parses(desk: Desk): boolean {
  return (wholeChange(desk).set ?? []).every((file) => readFacts(file).problems.length === 0);
}
/** How many comparisons were made, and how many were not, since a file did not parse. */
const comparisons = { made: 0, left: 0 };

/** One engine that is told every step. */
class Author {
  readonly engine = createEngine();
  desk = firstDesk;
  constructor() {
    this.engine.apply(wholeChange(firstDesk));
  }
  take(step: Edit): void {
    const next = edited(this.desk, step, () => all(this.engine));
    this.engine.apply(changeBetween(this.desk, next, touched(step)));
    this.desk = next;
  }
  check(): void {
    if (!parses(this.desk)) {
      comparisons.left++;
      return;
    }
    comparisons.made++;
    assert.equal(said(this.engine), said(fresh(this.desk)));
  }
}

/** What is asked between two edits: nothing, one file, some of the work, all of it, or everything compared. */
const question = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ ask: 'nothing' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ ask: fc.constantFrom('findings' as const, 'fixes' as const, 'inventory' as const), file: fc.nat(20) }),
  },
  { weight: 2, arbitrary: fc.record({ ask: fc.constant('part' as const), steps: fc.nat(25) }) },
  { weight: 1, arbitrary: fc.constant({ ask: 'work' as const }) },
  { weight: 4, arbitrary: fc.constant({ ask: 'compare' as const }) },
);
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never;
/** Gives the files that work which came to its end has named. */
function ask(author: Author, what: Question): Iterable<FilePath> {
  const { engine } = author;
  if (what.ask === 'compare') author.check();
  else if (what.ask === 'work') return worked(engine);
  else if (what.ask === 'inventory') engine.inventory();
  else if (what.ask === 'part') {
    const work = engine.work();
    for (let left = what.steps; left > 0; left--) {
      const step = work.next();
      if (step.done) return step.value;
    }
    work.return?.();
  } else if (what.ask === 'findings' || what.ask === 'fixes') {
    const path = engine.files()[what.file % Math.max(1, engine.files().length)];
    const [first] = path === undefined ? [] : engine.findings(path);
    if (first && what.ask === 'fixes') engine.fixes(first.at);
  }
  return [];
}
const script = fc.array(fc.tuple(edit, question), { minLength: 1, maxLength: 14 });

suite(`an engine that has seen edits says what a new one says, seed ${seed}`, () => {
  test('the sample project is worth editing: many findings of many rules in many files', () => {
    const found = all(fresh(firstDesk));
    assert.ok(found.length >= 12, `${found.length} findings`);
    assert.ok(new Set(found.map(({ rule }) => rule)).size >= 9, [...new Set(found.map(({ rule }) => rule))].join());
    assert.ok(new Set(found.map(({ at }) => at.path)).size >= 6);
    assert.ok(
      found.some(({ at, related }) => related.some((one) => one.at.path !== at.path)),
      'a finding names a place in another file',
    );
  });
  test('random edits of several files, with questions between', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const author = new Author();
        for (const [step, what] of steps) {
          author.take(step);
          ask(author, what);
        }
        author.check();
      }),
      runs(15),
    );
  });
  test('each single edit after everything was asked', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (steps) => {
        const author = new Author();
        all(author.engine);
        author.engine.inventory();
        for (const step of steps) {
          author.take(step);
          author.check();
        }
      }),
      runs(35),
    );
  });
  test('undone edits leave nothing behind', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.boolean(), (steps, asking) => {
        const author = new Author();
        const before = said(author.engine);
        for (const step of steps) {
          author.take(step);
          if (asking) all(author.engine);
        }
        author.engine.apply(changeBetween(author.desk, firstDesk));
        assert.equal(said(author.engine), before);
      }),
      runs(15),
    );
  });
  test('how changes are batched, and in which order files are told, does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(edit, { minLength: 2, maxLength: 10 }),
        fc.array(fc.nat(1000), { minLength: 16, maxLength: 16 }),
        (steps, order) => {
          const author = new Author();
          for (const step of steps) author.take(step);
          if (!parses(author.desk)) return;
          const whole = wholeChange(author.desk);
          const shuffled = [...(whole.set ?? [])]
            .map((file, index) => ({ file, key: order[index % order.length] ?? 0 }))
            .sort((a, b) => a.key - b.key);
          const singly = createEngine();
          for (const { file } of shuffled) {
            singly.apply({ set: [file] });
            if (file.text.length % 3 === 0) singly.findings(file.path);
          }
          singly.apply({ policies: author.desk.policies });
          singly.apply({ baseline: author.desk.baseline });
          singly.apply({ today: author.desk.today });
          const once = createEngine();
          once.apply({ ...whole, set: shuffled.map(({ file }) => file) });
          assert.equal(said(once), said(author.engine));
          assert.equal(said(singly), said(author.engine));
        },
      ),
      runs(20),
    );
  });
  test('two engines at work in turns do not disturb each other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(edit, fc.boolean()), { minLength: 2, maxLength: 12 }), (steps) => {
        const [left, right] = [new Author(), new Author()];
        for (const [step, isLeft] of steps) {
          (isLeft ? left : right).take(step);
          all((isLeft ? right : left).engine);
        }
        left.check();
        right.check();
      }),
      runs(15),
    );
  });
  test('finished work names every held file whose findings are others than at the end of the work before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(edit, question), { minLength: 1, maxLength: 6 }), (steps) => {
        const author = new Author();
        worked(author.engine);
        const before = new Map(author.engine.files().map((path) => [path, JSON.stringify(author.engine.findings(path))]));
        const named = new Set<FilePath>();
        for (const [step, what] of steps) {
          author.take(step);
          for (const path of ask(author, what)) named.add(path);
        }
        for (const path of worked(author.engine)) named.add(path);
        for (const path of author.engine.files())
          if (!named.has(path)) assert.equal(JSON.stringify(author.engine.findings(path)), before.get(path), `${path} is not named`);
      }),
      runs(20),
    );
  });
  test('fixes offered after edits are those a new engine offers', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (steps) => {
        const author = new Author();
        for (const step of steps) {
          author.take(step);
          const [one] = all(author.engine);
          if (one) author.engine.fixes(one.at);
        }
        if (!parses(author.desk)) return;
        const other = fresh(author.desk);
        const open = all(author.engine).filter(({ state, fix }) => state === 'open' && fix !== undefined);
        for (const { at } of open.slice(-2)) {
          const [mine, theirs] = [author.engine.fixes(at), other.fixes(at)].map((fixes) =>
            fixes.map(({ finding, fix }) => [finding.fingerprint, fix.title, [...fix.edits], fix.slots]),
          );
          assert.deepEqual(mine, theirs);
        }
      }),
      runs(8),
    );
  });
  test('most texts parse, so that there is something to compare', () => {
    assert.ok(comparisons.made > comparisons.left, JSON.stringify(comparisons));
  });
});
