import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { createMemoryHost } from '../../server/src/host/memory.js';

const files = (...entries: readonly (readonly [string, string])[]): Map<ReturnType<typeof filePath>, string> => new Map(entries.map(([path, text]) => [filePath(path), text]));

test('lists what the disk would list', async () => {
  const host = createMemoryHost(files(['src/b.ts', ''], ['a.yaml', ''], ['README.md', ''], ['dist/a.js', ''], ['package-lock.json', ''], ['package.json', ''], ['.env', 'A=1']));
  assert.deepEqual(await host.list(), ['.env', 'a.yaml', 'package.json', 'src/b.ts']);
});
test('reads and refuses as the disk would', async () => {
  const host = createMemoryHost(files(['a.ts', '\uFEFFa'], ['nul.ts', 'a\0'], ['long.ts', '\u{1F600}\u{1F600}']), { caps: { code: 7 } });
  assert.deepEqual(await host.read(filePath('a.ts')), { text: '\uFEFFa' });
  assert.deepEqual(await host.read(filePath('nul.ts')), { refused: 'not text' });
  assert.deepEqual(await host.read(filePath('long.ts')), { refused: 'larger than 7 bytes' });
  assert.deepEqual(await host.read(filePath('../a.ts')), { refused: 'outside the folder' });
  assert.equal(await host.read(filePath('gone.ts')), undefined);
});
test('writes into the map it was given', async () => {
  const held = files(['a.ts', 'old']);
  const host = createMemoryHost(held);
  await host.write(filePath('a.ts'), 'new');
  await host.write(filePath('b.ts'), 'b');
  assert.deepEqual([...held], [['a.ts', 'new'], ['b.ts', 'b']]);
  assert.deepEqual(await host.list(), ['a.ts', 'b.ts']);
  await assert.rejects(host.write(filePath('../b.ts'), 'x'), /outside/);
});
