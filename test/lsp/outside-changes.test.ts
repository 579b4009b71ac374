import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { isRecord } from '../../server/src/lsp/settings.js';
import { codes, ids, start } from './reports.js';
import { mapHost } from './fake-engine.js';

test('a check of the workspace reports to its caller, and cancelling it ends the reading', async () => {
  const { CancellationTokenSource } = await import('vscode-languageserver/node');
  const files = new Map(Array.from({ length: 400 }, (_, index) => [`src/f${index}.ts`, index === 0 ? 'BAD HINT' : 'fine']));
  const host = mapHost(files);
  let reads = 0;
  let gate: Promise<void> = Promise.resolve();
  const client = await start(files, {
    hostFactory: () => ({
      ...host,
      read: async (path) => {
        reads++;
        await gate;
        return host.read(path);
      },
    }),
  });
  await client.workspace();
  assert.deepEqual(await client.request('unlatched/checkWorkspace', { workDoneToken: 'mine' }), { findings: 1, files: 400, notAnalysed: [] });
  const reported = client.received.filter(({ method, params }) => method === '$/progress' && isRecord(params) && params['token'] === 'mine');
  assert.ok(reported.length > 10, `${reported.length} reports`);
  let release: () => void = () => undefined;
  gate = new Promise((resolve) => {
    release = resolve;
  });
  reads = 0;
  const source = new CancellationTokenSource();
  const check = client.connection.sendRequest('unlatched/checkWorkspace', {}, source.token);
  source.cancel();
  await client.request('unlatched/rulePage', { id: 'test/bad' });
  release();
  await assert.rejects(check, (error: unknown) => isRecord(error) && error['code'] === -32800);
  assert.ok(reads < 400, `${reads} reads`);
  assert.equal((await client.items('file:///work/src/f0.ts')).length, 2);
  await client.stop();
});

test('a branch switch of hundreds of events lists the folder once and is told in one report', async () => {
  const files = new Map(Array.from({ length: 300 }, (_, index) => [`src/f${index}.ts`, 'BAD']));
  const host = mapHost(files);
  let lists = 0;
  const client = await start(files, {
    hostFactory: () => ({
      ...host,
      list: () => {
        lists++;
        return host.list();
      },
    }),
  });
  const first = await client.workspace();
  assert.equal(first.items.length, 300);
  const held = client.workspace(ids(first.items));
  const before = lists;
  const changes: { uri: string; type: number }[] = [];
  for (let index = 0; index < 300; index++) {
    const [from, to] = [`src/f${index}.ts`, `src/g${index}.ts`];
    if (index < 100) files.set(from, 'BAD ODD');
    else files.delete(from);
    if (index >= 100) files.set(to, 'fine');
    changes.push(...(index < 100 ? [{ uri: `file:///work/${from}`, type: 2 }] : [{ uri: `file:///work/${from}`, type: 3 }, { uri: `file:///work/${to}`, type: 1 }]));
  }
  for (let at = 0; at < changes.length; at += 50) void client.notify('workspace/didChangeWatchedFiles', { changes: changes.slice(at, at + 50) });
  // Files nobody analyses, such as pictures, cost no listing.
  void client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/a.png', type: 1 }] });
  const { items } = await held;
  const counts = items.map((item) => (item.kind === 'full' ? item.items.length : -1));
  assert.equal(counts.filter((count) => count === 2).length, 100);
  assert.equal(counts.filter((count) => count === 0).length, 200);
  assert.ok(lists - before <= 2, `${lists - before} listings`);
  await client.stop();
});

test('a renamed file is found under its new name, also when a folder was renamed', async () => {
  const files = new Map([['src/a.ts', 'BAD'], ['old/deep/b.ts', 'ODD']]);
  const client = await start(files);
  let reports = (await client.workspace()).items;
  const unmoved = ids(reports).filter(({ uri }) => uri.endsWith('b.ts'));
  files.delete('src/a.ts');
  files.set('src/c.ts', 'BAD');
  let held = client.workspace(ids(reports));
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/src/a.ts', type: 3 }, { uri: 'file:///work/src/c.ts', type: 1 }] });
  reports = (await held).items;
  assert.deepEqual(codes(reports), ['src/a.ts: ', 'src/c.ts: test/bad']);
  files.delete('old/deep/b.ts');
  files.set('new/deep/b.ts', 'ODD');
  held = client.workspace([...ids(reports), ...unmoved]);
  await client.notify('workspace/didRenameFiles', { files: [{ oldUri: 'file:///work/old', newUri: 'file:///work/new' }] });
  const kept = ids(reports).filter(({ uri }) => uri.endsWith('c.ts'));
  reports = (await held).items;
  assert.deepEqual(codes(reports), ['new/deep/b.ts: test/odd', 'old/deep/b.ts: ']);
  // Outside the editor: only the folders' own names are told.
  files.delete('new/deep/b.ts');
  files.set('api.v2/deep/b.ts', 'ODD');
  held = client.workspace([...kept, ...ids(reports)]);
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/new', type: 3 }, { uri: 'file:///work/api.v2', type: 1 }] });
  assert.deepEqual(codes((await held).items), ['api.v2/deep/b.ts: test/odd', 'new/deep/b.ts: ']);
  await client.stop();
});

test('what the editor hides with files.exclude is left out, until it is shown again', async () => {
  const files = new Map([['src/app.ts', 'BAD'], ['made/a.ts', 'BAD'], ['lib/b.ts', 'BAD']]);
  let hidden: unknown = { 'made/': true, 'lib/': false, 'src/': { when: '$(basename).ts' } };
  const client = await start(files, { hostFactory: ({ excludes }) => mapHost(files, excludes), filesExclude: () => hidden });
  let reports = (await client.workspace()).items;
  assert.deepEqual(codes(reports), ['lib/b.ts: test/bad', 'src/app.ts: test/bad']);
  const held = client.workspace(ids(reports));
  hidden = { 'lib/': true };
  await client.notify('workspace/didChangeConfiguration', { settings: null });
  reports = (await held).items;
  assert.deepEqual(codes(reports), ['lib/b.ts: ', 'made/a.ts: test/bad']);
  await client.stop();
});

test('a mistake in a policy that several extend is one diagnostic, in the file that holds it', async () => {
  const shared = 'version: 1\nrules:\n  cors/wildcard-origin: offf\n';
  const files = new Map([['shared.yml', shared], ['a/unlatched.yml', 'extends: ../shared.yml\n'], ['b/unlatched.yml', 'extends: ../shared.yml\n'], ['a/x.ts', ''], ['b/x.ts', '']]);
  const client = await start(files, { door: realDoor });
  const { items } = await client.workspace();
  assert.deepEqual(codes(items), ['shared.yml: unlatched/policy-invalid']);
  await client.stop();
});

test('a folder that goes and comes again brings its files again', async () => {
  const files = new Map([['src/a.ts', 'fine'], ['lib/b.ts', 'BAD']]);
  const client = await start(files);
  let reports = (await client.workspace()).items;
  for (const type of [3, 1, 3, 1]) {
    if (type === 3) files.delete('lib/b.ts');
    else files.set('lib/b.ts', 'BAD');
    const held = client.workspace(ids(reports).filter(({ value }) => value !== ''));
    await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/lib', type }] });
    reports = (await held).items;
    assert.deepEqual(codes(reports), [type === 3 ? 'lib/b.ts: ' : 'lib/b.ts: test/bad']);
  }
  await client.stop();
});
