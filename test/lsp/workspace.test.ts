import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecord } from '../../server/src/lsp/settings.js';
import { pushOnly, startClient, vscodeLike } from '../support/lsp-client.js';
import { codes, ids, start } from './reports.js';
import { fakeDoor, fakeEngine, mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';

test('the first workspace pull lists every file with a finding', async () => {
  const client = await start(new Map([['src/app.ts', 'BAD'], ['src/b.ts', 'fine'], ['src/c.ts', 'ODD HINT']]));
  const { items } = await client.workspace();
  assert.deepEqual(codes(items), ['src/app.ts: test/bad', 'src/c.ts: test/odd test/hint']);
  assert.deepEqual(items.map((item) => item.version), [null, null]);
  await client.stop();
});

test('a workspace without findings is answered at once as well', async () => {
  const client = await start(new Map([['src/app.ts', 'fine']]));
  assert.deepEqual(await client.workspace(), { items: [] });
  await client.stop();
});

test('the next workspace pull waits for a change and then tells only that', async () => {
  const files = new Map([['src/app.ts', 'BAD'], ['src/c.ts', 'ODD']]);
  const client = await start(files);
  const { items } = await client.workspace();
  const next = client.workspace(ids(items));
  // A request sent later is answered first: the pull is held open, not answered.
  await client.request('unlatched/rulePage', { id: 'test/bad' });
  let answered = false;
  void next.then(() => {
    answered = true;
  });
  await client.request('unlatched/inventory', {});
  assert.equal(answered, false);
  files.set('src/c.ts', 'fine');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/src/c.ts', type: 2 }] });
  assert.deepEqual(codes((await next).items), ['src/c.ts: ']);
  await client.stop();
});

test('a held workspace pull can be cancelled', async () => {
  const { CancellationTokenSource } = await import('vscode-languageserver/node');
  const client = await start(new Map([['src/app.ts', 'BAD']]));
  const { items } = await client.workspace();
  const source = new CancellationTokenSource();
  const held = client.connection.sendRequest('workspace/diagnostic', { previousResultIds: ids(items) }, source.token);
  await client.request('unlatched/rulePage', { id: 'test/bad' });
  source.cancel();
  await assert.rejects(held, (error: unknown) => isRecord(error) && error['code'] === -32800);
  await client.stop();
});

test('workspace reports are streamed to a client that asks for it', async () => {
  const client = await start(new Map(Array.from({ length: 250 }, (_, index) => [`src/f${index}.ts`, 'BAD'])));
  const report = await client.workspace([], { partialResultToken: 'part' });
  assert.deepEqual(report, { items: [] });
  const parts = client.received.flatMap(({ method, params }) => (method === '$/progress'
    && isRecord(params) && params['token'] === 'part' && isRecord(params['value']) && Array.isArray(params['value']['items']) ? [params['value']['items'].length] : []));
  assert.deepEqual(parts, [100, 100, 50]);
  await client.stop();
});

test('files created, changed and deleted outside the editor are followed, folders too', async () => {
  const files = new Map([['src/app.ts', 'fine'], ['src/old/a.ts', 'BAD'], ['src/old/b.ts', 'BAD']]);
  const client = await start(files);
  let reports = (await client.workspace()).items;
  assert.deepEqual(codes(reports), ['src/old/a.ts: test/bad', 'src/old/b.ts: test/bad']);
  files.set('src/new.ts', 'ODD');
  files.set('src/app.ts', 'BAD');
  files.delete('src/old/a.ts');
  files.delete('src/old/b.ts');
  const held = client.workspace(ids(reports));
  await client.notify('workspace/didChangeWatchedFiles', {
    changes: [
      { uri: 'file:///work/src/new.ts', type: 1 },
      { uri: APP, type: 2 },
      { uri: 'file:///work/src/old', type: 3 },
    ],
  });
  reports = (await held).items;
  assert.deepEqual(codes(reports), ['src/app.ts: test/bad', 'src/new.ts: test/odd', 'src/old/a.ts: ', 'src/old/b.ts: ']);
  await client.stop();
});

test('a deleted file that is open keeps its findings until it is closed', async () => {
  const files = new Map([['src/app.ts', 'BAD']]);
  const client = await start(files);
  await client.open(APP, 'BAD ODD');
  await client.workspace();
  files.delete('src/app.ts');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: APP, type: 3 }] });
  const report = await client.pull(APP);
  assert.deepEqual(report.kind === 'full' ? report.items.map((item) => item.code) : [], ['test/bad', 'test/odd']);
  await client.notify('textDocument/didClose', { textDocument: { uri: APP } });
  assert.deepEqual(await client.items(APP), []);
  await client.stop();
});

test('what was typed and not saved is forgotten when the document is closed', async () => {
  const client = await start(new Map([['src/app.ts', 'ODD']]));
  await client.workspace();
  await client.open(APP, 'BAD');
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['test/bad']);
  await client.notify('textDocument/didClose', { textDocument: { uri: APP } });
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['test/odd']);
  await client.stop();
});

test('an open file that the folder ignores is left alone, a new one that is not saved is analysed', async () => {
  const files = new Map([['src/app.ts', 'fine']]);
  const host = mapHost(files);
  const client = await start(files, { hostFactory: () => ({ ...host, read: async (path) => (path === 'dist/out.ts' ? { text: 'BAD' } : host.read(path)) }) });
  await client.workspace();
  await client.open('file:///work/dist/out.ts', 'BAD');
  assert.deepEqual(await client.items('file:///work/dist/out.ts'), []);
  await client.change('file:///work/dist/out.ts', 2, 'BAD BAD');
  assert.deepEqual(await client.items('file:///work/dist/out.ts'), []);
  await client.open('file:///work/src/new.ts', 'BAD');
  assert.equal((await client.items('file:///work/src/new.ts')).length, 1);
  await client.stop();
});

test('two folders have policies and files of their own; one that goes takes its findings with it', async () => {
  const roots = new Map([
    ['file:///one', new Map([['a.ts', 'BAD'], ['unlatched.yml', 'test/bad: off']])],
    ['file:///two', new Map([['a.ts', 'BAD']])],
    ['file:///three', new Map([['a.ts', 'ODD']])],
  ]);
  const client = await startClient({ hostFactory: ({ uri }) => mapHost(roots.get(uri) ?? new Map()), door: fakeDoor(), folders: ['file:///one', 'file:///two'] });
  let reports = (await client.workspace()).items;
  assert.deepEqual(codes(reports), ['file:///two/a.ts: test/bad']);
  const held = client.workspace(ids(reports));
  await client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [], removed: [{ uri: 'file:///two', name: 'two' }] } });
  reports = (await held).items;
  assert.deepEqual(codes(reports), ['file:///two/a.ts: ']);
  const after = client.workspace(ids(reports));
  await client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [{ uri: 'file:///three', name: 'three' }], removed: [] } });
  assert.deepEqual(codes((await after).items), ['file:///three/a.ts: test/odd']);
  await client.stop();
});

test('of two nested folders the inner one answers', async () => {
  const roots = new Map([
    ['file:///one', new Map([['unlatched.yml', 'test/bad: off']])],
    ['file:///one/inner', new Map<string, string>()],
  ]);
  const client = await startClient({ hostFactory: ({ uri }) => mapHost(roots.get(uri) ?? new Map()), door: fakeDoor(), folders: ['file:///one', 'file:///one/inner'] });
  await client.open('file:///one/inner/a.ts', 'BAD');
  await client.open('file:///one/a.ts', 'BAD');
  assert.equal((await client.items('file:///one/inner/a.ts')).length, 1);
  assert.equal((await client.items('file:///one/a.ts')).length, 0);
  await client.stop();
});

test('an edit of the policy applies at once, saved or not, and the client asks again', async () => {
  const client = await start(new Map([['unlatched.yml', '']]));
  const policy = 'file:///work/unlatched.yml';
  await client.open(APP, 'BAD');
  assert.equal((await client.items(APP)).length, 1);
  await client.open(policy, '', 1, 'yaml');
  const refresh = client.next('workspace/diagnostic/refresh');
  await client.change(policy, 2, 'test/bad: off');
  await refresh;
  assert.deepEqual(await client.items(APP), []);
  const again = client.next('workspace/diagnostic/refresh');
  await client.notify('textDocument/didClose', { textDocument: { uri: policy } });
  await again;
  assert.equal((await client.items(APP)).length, 1);
  await client.stop();
});

test('the nearest policy holds', async () => {
  const client = await start(new Map([['unlatched.yml', 'test/bad: off'], ['pkg/unlatched.yml', 'test/bad: hint'], ['pkg/a.ts', 'BAD'], ['b.ts', 'BAD']]));
  const { items } = await client.workspace();
  assert.deepEqual(items.map((item) => [item.uri, item.kind === 'full' ? item.items[0]?.severity : 0]), [['file:///work/pkg/a.ts', 4]]);
  await client.stop();
});

test('what a policy excludes is not shown, open or not, and comes back with the policy', async () => {
  const files = new Map([['src/app.ts', 'BAD'], ['pkg/old/a.ts', 'BAD'], ['pkg/unlatched.yml', 'exclude: old/'], ['unlatched.yml', '']]);
  const client = await start(files, { hostFactory: ({ excludes }) => mapHost(files, excludes) });
  let reports = (await client.workspace()).items;
  assert.deepEqual(codes(reports), ['src/app.ts: test/bad']);
  const policy = 'file:///work/unlatched.yml';
  await client.open(APP, 'BAD');
  await client.open(policy, '', 1, 'yaml');
  assert.equal((await client.items(APP)).length, 1);
  const held = client.workspace(ids(reports));
  await client.change(policy, 2, 'exclude: src/');
  reports = (await held).items;
  assert.deepEqual(codes(reports), ['src/app.ts: ']);
  assert.deepEqual(await client.items(APP), []);
  await client.change(policy, 3, '');
  assert.equal((await client.items(APP)).length, 1);
  files.set('pkg/unlatched.yml', '');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/pkg/unlatched.yml', type: 2 }] });
  assert.equal((await client.items('file:///work/pkg/old/a.ts')).length, 1);
  await client.stop();
});

test('a policy above the folder holds until the folder has its own', async () => {
  const files = new Map([['src/app.ts', 'BAD'], ['../../unlatched.yml', 'test/bad: hint\nexclude: **/no']]);
  let asked: readonly string[] = [];
  const client = await start(files, {
    hostFactory: ({ excludes }) => {
      const host = mapHost(files);
      return {
        ...host,
        list: async () => {
          asked = excludes();
          return (await host.list()).filter((path) => !path.startsWith('../'));
        },
      };
    },
  });
  const severities = async (): Promise<readonly unknown[]> => (await client.items(APP)).map((item) => item.severity);
  await client.workspace();
  assert.deepEqual(asked, ['**/no']);
  assert.deepEqual(await severities(), [4]);
  files.set('unlatched.yml', 'test/bad: warning');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/unlatched.yml', type: 1 }] });
  assert.deepEqual(await severities(), [2]);
  await client.stop();
});

test('a byte order mark on disk does not move findings, since editors do not count it', async () => {
  const client = await start(new Map([['src/app.ts', '\uFEFFBAD']]));
  const [report] = (await client.workspace()).items;
  assert.deepEqual(report?.kind === 'full' ? report.items[0]?.range.start : undefined, { line: 0, character: 0 });
  await client.stop();
});

test('a broken policy is underlined, its last good version stays in force, and the status names it', async () => {
  const policy = 'file:///work/unlatched.yml';
  const client = await start(new Map([['unlatched.yml', 'test/bad: warning']]));
  await client.open(APP, 'BAD');
  await client.workspace();
  assert.equal((await client.items(APP))[0]?.severity, 2);
  await client.open(policy, 'test/bad: off\n broken', 1, 'yaml');
  const [item] = await client.items(policy);
  assert.equal(item?.code, 'unlatched/policy-invalid');
  assert.equal(item.severity, 1);
  assert.deepEqual(item.range, { start: { line: 1, character: 1 }, end: { line: 1, character: 7 } });
  assert.equal((await client.items(APP))[0]?.severity, 2);
  await client.seen('unlatched/status', (params) => isRecord(params) && params['state'] === 'policy-error' && params['file'] === policy);
  await client.change(policy, 2, 'test/bad: off');
  assert.deepEqual(await client.items(policy), []);
  assert.deepEqual(await client.items(APP), []);
  await client.stop();
});

test('a mistake in a policy on disk is one line in the log, with file, line and cause', async () => {
  const files = new Map([['unlatched.yml', 'test/odd: off\n broken']]);
  const client = await start(files);
  const line = await client.seen('window/logMessage');
  assert.deepEqual(line, { type: 1, message: 'unlatched.yml:2: Unknown key `broken`.; the last good version of this policy stays in force' });
  await client.workspace();
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/unlatched.yml', type: 2 }] });
  await client.open(APP, 'BAD');
  await client.items(APP);
  assert.equal(client.count('window/logMessage'), 1);
  await client.stop();
});

test('settings are asked for per folder, checked, and a change of them applies', async () => {
  let settings: unknown = { rules: { 'test/bad': 'hint', 'test/odd': 'loud' }, minConfidence: 7 };
  const client = await start(new Map(), { settings: () => settings });
  await client.seen('workspace/configuration');
  await client.open(APP, 'BAD ODD');
  await client.workspace();
  assert.deepEqual((await client.items(APP)).map((item) => item.severity), [4, 2]);
  settings = { enable: false };
  const refresh = client.next('workspace/diagnostic/refresh');
  await client.notify('workspace/didChangeConfiguration', { settings: null });
  await refresh;
  assert.deepEqual(await client.items(APP), []);
  settings = {};
  const again = client.next('workspace/diagnostic/refresh');
  await client.notify('workspace/didChangeConfiguration', { settings: null });
  await again;
  assert.deepEqual((await client.items(APP)).map((item) => item.severity), [1, 2]);
  await client.stop();
});

test('settings are read from the message when the client cannot be asked', async () => {
  const client = await start(new Map(), { capabilities: { ...vscodeLike, workspace: { ...vscodeLike.workspace, configuration: false } } });
  await client.open(APP, 'BAD');
  await client.notify('workspace/didChangeConfiguration', { settings: { unlatched: { rules: { 'test/bad': 'off' } } } });
  assert.deepEqual(await client.items(APP), []);
  await client.stop();
});

test('another policy file can be named in the settings', async () => {
  const client = await start(new Map([['unlatched.yml', 'test/bad: off'], ['config/strict.yml', 'test/bad: warning']]), { settings: () => ({ policyPath: './config/strict.yml' }) });
  await client.open(APP, 'BAD');
  await client.workspace();
  assert.equal((await client.items(APP))[0]?.severity, 2);
  await client.stop();
});

test('without workspace diagnostics only open files are told', async () => {
  const client = await start(new Map([['src/a.ts', 'BAD'], ['src/b.ts', 'BAD']]), { settings: () => ({ workspaceDiagnostics: false }) });
  await client.seen('workspace/configuration');
  await client.open('file:///work/src/a.ts', 'BAD');
  assert.deepEqual(codes((await client.workspace()).items), ['src/a.ts: test/bad']);
  await client.stop();
});

test('a client that cannot pull is told of every change, of closed files too, and is cleared', async () => {
  const files = new Map([['src/a.ts', 'BAD'], ['src/b.ts', 'ODD']]);
  const client = await start(files, { capabilities: pushOnly });
  assert.equal(client.result.capabilities.diagnosticProvider, undefined);
  const published = (uri: string, count: number, version?: number) => (params: unknown) =>
    isRecord(params) && params['uri'] === uri && Array.isArray(params['diagnostics']) && params['diagnostics'].length === count && params['version'] === version;
  await client.seen('textDocument/publishDiagnostics', published('file:///work/src/a.ts', 1));
  await client.seen('textDocument/publishDiagnostics', published('file:///work/src/b.ts', 1));
  const opened = client.next('textDocument/publishDiagnostics', published('file:///work/src/a.ts', 2, 1));
  await client.open('file:///work/src/a.ts', 'BAD BAD');
  await opened;
  const cleared = client.next('textDocument/publishDiagnostics', published('file:///work/src/a.ts', 0, 2));
  await client.change('file:///work/src/a.ts', 2, 'fine');
  await cleared;
  const gone = client.next('textDocument/publishDiagnostics', published('file:///work/src/b.ts', 0));
  files.delete('src/b.ts');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/src/b.ts', type: 3 }] });
  await gone;
  await client.stop();
});

test('reading a workspace shows progress, and cancelling it ends the reading', async () => {
  const files = new Map(Array.from({ length: 400 }, (_, index) => [`src/f${index}.ts`, 'BAD']));
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let reads = 0;
  const host = mapHost(files);
  const client = await start(files, {
    hostFactory: () => ({
      ...host,
      read: async (path) => {
        if (path.startsWith('src/')) {
          reads++;
          if (reads > 40) await gate;
        }
        return host.read(path);
      },
    }),
  });
  const created = await client.seen('window/workDoneProgress/create');
  const token = isRecord(created) ? created['token'] : undefined;
  await client.seen('$/progress', (params) => isRecord(params) && params['token'] === token && isRecord(params['value']) && params['value']['kind'] === 'begin');
  await client.notify('window/workDoneProgress/cancel', { token });
  await client.request('unlatched/rulePage', { id: 'test/bad' });
  release();
  await client.seen('$/progress', (params) => isRecord(params) && params['token'] === token && isRecord(params['value']) && params['value']['kind'] === 'end');
  assert.ok(reads < 400);
  await client.open(APP, 'BAD');
  assert.equal((await client.items(APP)).length, 1);
  await client.stop();
});

test('the server asks to be told of the files it reads', async () => {
  const client = await start(new Map());
  const params = await client.seen('client/registerCapability', (each) => JSON.stringify(each).includes('workspace/didChangeWatchedFiles'));
  assert.match(JSON.stringify(params), /unlatched\.yml/);
  await client.stop();
});

test('work is dropped when something newer comes and taken up again', async () => {
  const counters = { steps: 0, dropped: 0 };
  const slow = (): void => {
    const end = performance.now() + 3;
    while (performance.now() < end);
  };
  const files = new Map(Array.from({ length: 60 }, (_, index) => [`src/f${index}.ts`, 'BAD']));
  const client = await start(files, { door: fakeDoor(() => fakeEngine(counters, slow)) });
  const first = client.workspace();
  await client.seen('unlatched/status');
  for (let version = 1; version < 12; version++) await client.open(APP, 'BAD '.repeat(version), version);
  const items = await client.items(APP);
  assert.equal(items.length, 11);
  assert.equal((await first).items.length, 61);
  assert.ok(counters.steps < 60 * 3, `${counters.steps} steps`);
  await client.stop();
});
