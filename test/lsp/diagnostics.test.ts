import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver/node';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { isRecord } from '../../server/src/lsp/settings.js';
import { startClient, vscodeLike, type ClientOptions, type TestClient } from '../support/lsp-client.js';
import { fakeDoor, fakeEngine, mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';

async function start(files: Map<string, string> = new Map(), more: Partial<ClientOptions> = {}): Promise<TestClient> {
  return startClient({ hostFactory: () => mapHost(files), door: fakeDoor(), ...more });
}

const range = (line: number, start: number, end: number): object => ({ start: { line, character: start }, end: { line, character: end } });

test('the server announces pull diagnostics, incremental sync, code actions and hover', async () => {
  const client = await start();
  assert.deepEqual(client.result.capabilities, {
    positionEncoding: 'utf-16',
    textDocumentSync: { openClose: true, change: 2, save: { includeText: false } },
    codeActionProvider: { codeActionKinds: ['quickfix', 'source.fixAll.unlatched', 'source.fixAll'], resolveProvider: true },
    hoverProvider: true,
    codeLensProvider: { resolveProvider: true },
    diagnosticProvider: { identifier: 'unlatched', interFileDependencies: true, workspaceDiagnostics: true },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  });
  assert.equal(client.result.serverInfo?.name, 'unlatched');
  await client.stop();
});

test('a pulled diagnostic carries source, code, page, severity and the data of code actions', async () => {
  const client = await start();
  await client.open(APP, 'use(BAD);\nuse(HINT);');
  const [first, second, ...rest] = await client.items(APP);
  assert.deepEqual(first, {
    range: range(0, 4, 7),
    severity: 1,
    source: 'unlatched',
    code: 'test/bad',
    codeDescription: { href: 'file:///product/docs/rules/test/bad.md' },
    message: 'test/bad is here.',
    data: { fingerprint: 'test/bad:src/app.ts:0', rule: 'test/bad' },
  });
  assert.equal(second?.severity, 4);
  assert.deepEqual(rest, []);
  await client.stop();
});

test('a client with virtual rule pages gets their links', async () => {
  const client = await start(new Map(), { initializationOptions: { rulePages: 'virtual' } });
  await client.open(APP, 'BAD');
  assert.equal((await client.items(APP))[0]?.codeDescription?.href, 'unlatched-rule:/test/bad.md');
  await client.stop();
});

test('an edit that changes no finding is answered with unchanged, one that moves a finding is not', async () => {
  const client = await start();
  await client.open(APP, 'BAD');
  const first = await client.pull(APP);
  assert.equal(first.kind, 'full');
  await client.change(APP, 2, 'BAD // more');
  const second = await client.pull(APP, first.resultId);
  assert.deepEqual(second, { kind: 'unchanged', resultId: first.resultId });
  await client.change(APP, 3, '\nBAD');
  const third = await client.pull(APP, first.resultId);
  assert.equal(third.kind, 'full');
  await client.stop();
});

test('incremental changes are applied in order, each to the result of the one before', async () => {
  const client = await start();
  await client.open(APP, 'one\ntwo\nthree');
  await client.notify('textDocument/didChange', {
    textDocument: { uri: APP, version: 2 },
    contentChanges: [
      { range: range(1, 0, 3), text: 'BAD\nnew' },
      { range: range(0, 0, 0), text: '  ' },
      { range: range(3, 5, 5), text: ' ODD' },
      // Reversed, and beyond the line's end: taken the right way round and clamped.
      { range: { start: { line: 2, character: 99 }, end: { line: 2, character: 0 } }, text: 'HINT' },
    ],
  });
  const items = await client.items(APP);
  assert.deepEqual(items.map((item) => [item.code, item.range]), [
    ['test/bad', range(1, 0, 3)],
    ['test/hint', range(2, 0, 4)],
    ['test/odd', range(3, 6, 9)],
  ]);
  await client.stop();
});

test('characters outside the basic plane before a finding count as two', async () => {
  const client = await start();
  await client.open(APP, "const face = '\u{1F600}\u{1F600}'; BAD");
  assert.deepEqual((await client.items(APP))[0]?.range, range(0, 21, 24));
  await client.stop();
});

test('a client that knows only another encoding gets positions in it, and its changes are read in it', async () => {
  for (const [encoding, column] of [['utf-8', 25], ['utf-32', 19]] as const) {
    const client = await start(new Map(), { capabilities: { ...vscodeLike, general: { positionEncodings: [encoding] } } });
    assert.equal(client.result.capabilities.positionEncoding, encoding);
    await client.open(APP, "const face = '\u{1F600}\u{1F600}'; BAD");
    assert.deepEqual((await client.items(APP))[0]?.range, range(0, column, column + 3));
    await client.notify('textDocument/didChange', { textDocument: { uri: APP, version: 2 }, contentChanges: [{ range: range(0, column, column + 3), text: 'ODD' }] });
    assert.deepEqual((await client.items(APP)).map((item) => [item.code, item.range]), [['test/odd', range(0, column, column + 3)]]);
    await client.stop();
  }
});

test('line ends of Windows and of old Macs are line ends', async () => {
  const client = await start();
  await client.open(APP, 'one\r\n BAD\rODD');
  assert.deepEqual((await client.items(APP)).map((item) => item.range), [range(1, 1, 4), range(2, 0, 3)]);
  await client.stop();
});

test('related places are named by file and range', async () => {
  const client = await start(new Map([['src/other.ts', '\nBROKEN']]));
  await client.open(APP, 'NEEDS(src/other.ts)');
  assert.deepEqual((await client.items(APP))[0]?.relatedInformation, [{ location: { uri: 'file:///work/src/other.ts', range: range(1, 0, 6) }, message: 'broken here' }]);
  await client.stop();
});

test('suppressed and accepted findings are not sent', async () => {
  const client = await start(new Map([['unlatched-baseline.json', 'test/odd:src/app.ts:1\n']]));
  await client.open(APP, '// unlatched-ignore test/bad -- known\nBAD ODD HINT');
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['test/hint']);
  await client.stop();
});

test('a file the model names is read, and an edit of it makes the client ask again', async () => {
  const other = 'file:///work/src/other.ts';
  const client = await start(new Map([['src/other.ts', 'fine']]));
  await client.open(APP, 'NEEDS(src/other.ts)');
  await client.open(other, 'fine');
  assert.deepEqual(await client.items(APP), []);
  await client.items(other);
  const refresh = client.next('workspace/diagnostic/refresh');
  await client.change(other, 2, 'BROKEN');
  await refresh;
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['test/needs']);
  await client.stop();
});

test('an edit that changes nothing elsewhere asks for no refresh', async () => {
  const client = await start();
  await client.open(APP, 'fine');
  await client.items(APP);
  for (let version = 2; version < 20; version++) {
    await client.change(APP, version, version % 2 === 0 ? 'BAD' : 'fine');
    await client.items(APP);
  }
  // The status follows the last work, so a refresh would have been wished for by now.
  await client.change(APP, 20, 'BAD ODD');
  await client.seen('unlatched/status', (params) => isRecord(params) && params['findings'] === 2);
  assert.equal(client.count('workspace/diagnostic/refresh'), 0);
  await client.stop();
});

test('a cancelled pull is answered as cancelled and the next one is right', async () => {
  const { CancellationTokenSource } = await import('vscode-languageserver/node');
  const client = await start(new Map(Array.from({ length: 50 }, (_, index) => [`src/f${index}.ts`, 'BAD'])));
  await client.open(APP, 'fine');
  const answers: Promise<string>[] = [];
  for (let version = 2; version < 200; version++) {
    await client.change(APP, version, `${'\n'.repeat(version % 7)}BAD`);
    const source = new CancellationTokenSource();
    answers.push(
      client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: APP } }, source.token).then(
        () => 'answered',
        (error: unknown) => (isRecord(error) && error['code'] === -32800 ? 'cancelled' : String(error)),
      ),
    );
    source.cancel();
  }
  const kinds = new Set(await Promise.all(answers));
  kinds.delete('answered');
  kinds.delete('cancelled');
  assert.deepEqual([...kinds], []);
  await client.change(APP, 200, '\n\n\nBAD');
  assert.deepEqual((await client.items(APP)).map((item) => item.range), [range(3, 0, 3)]);
  await client.stop();
});

test('questions that come faster than the work are all answered, the last one rightly', async () => {
  const slow = (): void => {
    const end = performance.now() + 4;
    while (performance.now() < end);
  };
  const client = await start(new Map(Array.from({ length: 30 }, (_, index) => [`src/f${index}.ts`, 'BAD'])), { door: fakeDoor(() => fakeEngine({ steps: 0, dropped: 0 }, slow)) });
  await client.open(APP, '');
  const answers = [];
  for (let version = 2; version <= 60; version++) {
    void client.change(APP, version, 'BAD '.repeat(version));
    answers.push(client.items(APP));
  }
  const counts = (await Promise.all(answers)).map((items) => items.length);
  assert.equal(counts.length, 59);
  assert.equal(counts.at(-1), 60);
  await client.stop();
});

test('nothing that rests on having read every file is said before every file is read', async () => {
  const files = new Map([['src/a.ts', 'fine']]);
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const host = mapHost(files);
  const client = await start(files, {
    hostFactory: () => ({
      ...host,
      list: async () => {
        await gate;
        return host.list();
      },
    }),
  });
  await client.open(APP, 'BAD LOST');
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['test/bad']);
  const refresh = client.next('workspace/diagnostic/refresh');
  open();
  await refresh;
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['test/bad', 'test/lost']);
  await client.stop();
});

test('a document outside every folder is analysed by itself', async () => {
  const client = await start();
  const uri = 'file:///elsewhere/one.ts';
  await client.open(uri, 'BAD LOST');
  assert.deepEqual((await client.items(uri)).map((item) => item.code), ['test/bad']);
  await client.notify('textDocument/didClose', { textDocument: { uri } });
  assert.deepEqual(await client.items(uri), []);
  await client.stop();
});

test('a document that was never saved is analysed as what its language says, and repaired', async () => {
  const client = await start(new Map(), { door: realDoor });
  const uri = 'untitled:Untitled-1';
  const text = "import express from 'express';\nimport cors from 'cors';\nconst app = express();\napp.use(cors({ origin: '*' }));\napp.listen(3000);\n";
  await client.open(uri, text, 1, 'javascript');
  assert.ok((await client.items(uri)).some((item) => item.code === 'cors/wildcard-origin'));
  const place = { line: 3, character: 24 };
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument: { uri }, range: { start: place, end: place }, context: { diagnostics: [] } });
  const targets = actions.flatMap(({ edit }) => edit?.documentChanges ?? []).map((change) => ('textDocument' in change ? change.textDocument : change));
  assert.deepEqual(targets[0], { uri, version: 1 });
  await client.change(uri, 2, text.replace("'*'", "'https://app.example.com'"));
  assert.deepEqual((await client.items(uri)).filter((item) => item.code === 'cors/wildcard-origin'), []);
  await client.open('untitled:Untitled-2', 'openapi: 3.1.0\ninfo: { title: a, version: "1" }\nservers: [{ url: "http://api.shop.example.com" }]\npaths: {}\n', 1, 'yaml');
  assert.ok((await client.items('untitled:Untitled-2')).some((item) => item.code === 'openapi/insecure-server-url'));
  await client.notify('textDocument/didClose', { textDocument: { uri } });
  assert.deepEqual(await client.items(uri), []);
  await client.stop();
});

test('an open document over the cap is named, and analysed once it is smaller', async () => {
  const client = await start();
  const big = `BAD\n${'// a line of text\n'.repeat(300_000)}`;
  await client.open(APP, big);
  assert.deepEqual((await client.items(APP)).map((item) => [item.code, item.message]), [['unlatched/not-analysed', 'Not analysed: larger than 5 MB']]);
  await client.change(APP, 2, 'BAD');
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['test/bad']);
  await client.change(APP, 3, big);
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['unlatched/not-analysed']);
  await client.open('file:///work/openapi.yaml', big, 1, 'yaml');
  assert.deepEqual((await client.items('file:///work/openapi.yaml')).map((item) => item.code), ['test/bad']);
  await client.stop();
});

test('a file the host refuses is named with the reason', async () => {
  const client = await start(new Map([['src/big.ts', 'too big BAD']]));
  const report = await client.workspace();
  const [item] = report.items.flatMap((each) => (each.kind === 'full' ? each.items : []));
  assert.equal(item?.code, 'unlatched/not-analysed');
  assert.equal(item.severity, 3);
  assert.equal(item.message, 'Not analysed: it is larger than 2 MB');
  const uri = 'file:///work/src/big.ts';
  await client.open(uri, 'too big BAD');
  assert.deepEqual((await client.items(uri)).map((each) => each.code), ['unlatched/not-analysed']);
  await client.stop();
});
