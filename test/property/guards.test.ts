import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { rules } from '../../server/src/core/rules/index.js';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

const seed = Number(process.env['SEED'] ?? 20261124);
const times = Number(process.env['RUNS'] ?? 1);
const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed, numRuns: numRuns * times, includeErrorInReport: true });

/** What a missing guard is reported by. */
const kinds = ['methods/unguarded-sibling', 'methods/put-enabled', 'methods/destructive-without-role'];
interface Line {
  readonly what: 'route' | 'mounted' | 'guard' | 'guarded-path' | 'other';
  readonly method: string;
  readonly path: string;
  readonly guards: readonly string[];
}
const line: fc.Arbitrary<Line> = fc.record({
  what: fc.constantFrom('route', 'route', 'route', 'route', 'mounted', 'mounted', 'guard', 'guarded-path', 'other'),
  method: fc.constantFrom('get', 'post', 'put', 'patch', 'delete', 'all'),
  path: fc.constantFrom('/files', '/files/:id', '/users/:id', '/users', '/accounts/:id', '/login'),
  guards: fc.subarray(['requireUser', "requireRole('admin')", 'logged'], { maxLength: 2 }),
});
const head = `import express from 'express';
const app = express();
const router = express.Router();
function requireUser(req, res, next) { if (!req.user) return res.sendStatus(401); next(); }
function requireRole(role) { return (req, res, next) => { if (req.user.role !== role) return res.sendStatus(403); next(); }; }
function logged(req, res, next) { console.log(req.path); next(); }
`;
function written({ what, method, path, guards }: Line): string {
  const before = guards.map((guard) => `${guard}, `).join('');
  const handler =
    method === 'delete' ? '(req, res) => { store.remove(req.params.id); res.end(); }' : '(req, res) => { res.json(store.save(req.body)); }';
  switch (what) {
    case 'route':
      return `app.${method}('${path}', ${before}${handler});\n`;
    case 'mounted':
      return `router.${method}('${path}', ${before}${handler});\n`;
    case 'guard':
      return 'router.use(logged);\n';
    case 'guarded-path':
      return `app.use('${path}', requireUser);\n`;
    case 'other':
      return 'app.use(express.json());\n';
  }
}
/** The kinds reported for each line of the program; each rule is asked alone, so that none silences another. */
function reported(lines: readonly Line[], front = '', kindsAsked = kinds): readonly string[] {
  const path = filePath('app.js');
  const text = head + front + lines.map(written).join('') + "app.use('/r', router);\napp.listen(3000);\n";
  const first = (head + front).split('\n').length - 1;
  return kindsAsked.flatMap((kind) => {
    const off = new Map(rules.map(({ meta }) => [meta.id, meta.id === kind ? ('error' as const) : ('off' as const)]));
    return engineOver(new Map([[path, text]]), { rules: off })
      .findings(path)
      .map(({ at }) => `${text.slice(0, at.span.start).split('\n').length - 1 - first}: ${kind}`);
  });
}
const program = fc.array(line, { minLength: 1, maxLength: 7 });

suite(`guards only ever take findings away, seed ${seed}`, () => {
  test('such programs do have findings of each kind', () => {
    const found = new Set(
      fc
        .sample(program, { seed, numRuns: 60 })
        .flatMap((lines) => reported(lines))
        .map((one) => one.slice(one.indexOf(' ') + 1)),
    );
    assert.deepEqual([...found].sort(), [...kinds].sort());
  });
  for (const guard of ['requireUser', "requireRole('admin')"])
    test(`${guard} added to a route adds nothing there; taken away, it takes nothing away there`, () => {
      // A login check is what `destructive-without-role` says is not enough: it speaks only behind one.
      const asked = guard === 'requireUser' ? kinds.slice(0, 2) : kinds;
      fc.assert(
        fc.property(program, fc.nat(10), (lines, pick) => {
          const index = pick % lines.length;
          const target = lines[index];
          if (!target || (target.what !== 'route' && target.what !== 'mounted') || target.guards.includes(guard)) return;
          const guarded = lines.map((one) => (one === target ? { ...one, guards: [guard, ...one.guards] } : one));
          const here = (all: readonly string[]): readonly string[] => all.filter((one) => one.startsWith(`${index}: `));
          const [without, withGuard] = [here(reported(lines, '', asked)), here(reported(guarded, '', asked))];
          assert.deepEqual(
            withGuard.filter((one) => !without.includes(one)),
            [],
          );
        }),
        runs(50),
      );
    });
  test('a guard in front of everything adds nothing anywhere', () => {
    fc.assert(
      fc.property(program, fc.constantFrom('app.use(requireUser);\n', "app.use(requireUser, requireRole('admin'));\n"), (lines, front) => {
        const asked = front.includes('Role') ? kinds : kinds.slice(0, 2);
        const without = reported(lines, '', asked);
        assert.deepEqual(
          reported(lines, front, asked).filter((one) => !without.includes(one)),
          [],
        );
      }),
      runs(30),
    );
  });
});
