import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../server/src/core/engine.js';
import { filePath } from '../../server/src/core/text/source.js';

test('work that was dropped is named by the work that comes to its end', () => {
  const engine = createEngine();
  const paths = ['a.js', 'b.js', 'c.js'].map(filePath);
  engine.apply({ set: paths.map((path) => ({ path, text: '', revision: 1 })) });
  const dropped = engine.work();
  for (let step = 0; step < 5; step++) dropped.next();
  dropped.return?.();
  const work = engine.work();
  let step = work.next();
  while (!step.done) step = work.next();
  assert.deepEqual([...step.value].sort(), paths);
});
