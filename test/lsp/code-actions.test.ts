import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction, Range, WorkspaceEdit } from 'vscode-languageserver/node';
import type { Engine } from '../../server/src/core/engine-types.js';
import { filePath } from '../../server/src/core/text/source.js';
import { startClient, vscodeLike, type ClientOptions, type TestClient } from '../support/lsp-client.js';
import { fakeDoor, fakeEngine, mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';
const BASELINE = 'file:///work/unlatched-baseline.json';
const BARE = { ...vscodeLike, workspace: { ...vscodeLike.workspace, workspaceEdit: {} }, textDocument: { ...vscodeLike.textDocument, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } } };

async function start(more: Partial<ClientOptions> = {}, files: Map<string, string> = new Map()): Promise<TestClient> {
  return startClient({ hostFactory: () => mapHost(files), door: fakeDoor(), ...more });
}

const at = (line: number, start: number, end = start): Range => ({ start: { line, character: start }, end: { line, character: end } });

function ask(client: TestClient, range: Range, context: object = { diagnostics: [] }): Promise<CodeAction[]> {
  return client.request('textDocument/codeAction', { textDocument: { uri: APP }, range, context });
}

/** The text after the edits to one document, by the protocol's own rules. */
function applied(text: string, edit: WorkspaceEdit | undefined, uri = APP): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: Range['start']): number => lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  const edits = edit?.changes?.[uri] ?? (edit?.documentChanges ?? []).flatMap((change) => ('textDocument' in change && change.textDocument.uri === uri ? change.edits : []));
  return [...edits]
    .sort((left, right) => offset(right.range.start) - offset(left.range.start))
    .reduce((now, each) => now.slice(0, offset(each.range.start)) + ('newText' in each ? each.newText : each.snippet.value) + now.slice(offset(each.range.end)), text);
}

test('the light bulb on a finding holds its fix, suppression and, for a client with commands, its page', async () => {
  const client = await start({ initializationOptions: { commands: true } });
  await client.open(APP, 'a\nuse(BAD)', 7);
  const diagnostics = await client.items(APP);
  const actions = await ask(client, at(1, 5), { diagnostics });
  assert.deepEqual(actions.map((action) => action.title), ['Repair test/bad', 'Suppress test/bad with a reason...', 'Accept test/bad here in the baseline', 'Open the page of test/bad']);
  const [fix, , , page] = actions;
  assert.equal(fix?.kind, 'quickfix');
  assert.equal(fix.isPreferred, true);
  assert.deepEqual(fix.diagnostics, diagnostics);
  assert.deepEqual(fix.edit, { documentChanges: [{ textDocument: { uri: APP, version: 7 }, edits: [{ range: at(1, 4, 7), newText: 'GOOD' }] }] });
  assert.equal(applied('a\nuse(BAD)', fix.edit), 'a\nuse(GOOD)');
  assert.deepEqual(page?.command, { title: 'Open the page of test/bad', command: 'unlatched.explainRule', arguments: ['test/bad'] });
  await client.stop();
});

test('nothing is offered beside a finding, nor for other kinds', async () => {
  const client = await start();
  await client.open(APP, 'use(BAD) // far away');
  assert.deepEqual(await ask(client, at(0, 12)), []);
  assert.deepEqual(await ask(client, at(0, 5), { diagnostics: [], only: ['refactor'] }), []);
  assert.deepEqual(await ask(client, at(0, 5), { diagnostics: [], only: ['source.organizeImports'] }), []);
  assert.equal((await ask(client, at(0, 5), { diagnostics: [], only: ['quickfix'] })).length, 3);
  await client.stop();
});

test('a fix after characters outside the basic plane and after CRLF lands on the right place', async () => {
  const client = await start();
  await client.open(APP, "const s = '\u{1F600}';\r\n'\u{1F600}' BAD");
  const [fix] = await ask(client, at(1, 6));
  assert.deepEqual(fix?.edit?.documentChanges, [{ textDocument: { uri: APP, version: 1 }, edits: [{ range: at(1, 5, 8), newText: 'GOOD' }] }]);
  await client.stop();
});

test('all findings of a rule in the file are fixed by one action, resolved when chosen, with a preview unless safe', async () => {
  const client = await start();
  await client.open(APP, 'BAD BAD ODD ODD');
  const title = 'Fix all of test/bad in this file';
  const action = (await ask(client, at(0, 1))).find((each) => each.title === title);
  assert.ok(action);
  assert.equal(action.edit, undefined);
  const resolved = await client.request<CodeAction>('codeAction/resolve', action);
  assert.equal(applied('BAD BAD ODD ODD', resolved.edit), 'GOOD GOOD ODD ODD');
  assert.equal(resolved.edit?.changeAnnotations, undefined);
  const odd = (await ask(client, at(0, 9))).find((each) => each.title === 'Fix all of test/odd in this file');
  assert.ok(odd);
  const previewed = await client.request<CodeAction>('codeAction/resolve', odd);
  assert.equal(applied('BAD BAD ODD ODD', previewed.edit), 'BAD BAD EVEN EVEN');
  assert.deepEqual(Object.values(previewed.edit?.changeAnnotations ?? {}).map((each) => each.needsConfirmation), [true]);
  await client.stop();
});

test('an action offered for an older version resolves to nothing', async () => {
  const client = await start();
  await client.open(APP, 'BAD BAD');
  const action = (await ask(client, at(0, 1))).find((each) => each.title.startsWith('Fix all'));
  assert.ok(action);
  await client.change(APP, 2, 'x BAD BAD');
  assert.equal((await client.request<CodeAction>('codeAction/resolve', action)).edit, undefined);
  await client.stop();
});

test('a suppression is inserted with its reason to fill in', async () => {
  const snippets = await start({ capabilities: { ...vscodeLike, workspace: { ...vscodeLike.workspace, workspaceEdit: { ...vscodeLike.workspace?.workspaceEdit, snippetEditSupport: true } } } });
  await snippets.open(APP, 'BAD');
  const offered = (await ask(snippets, at(0, 1))).find((each) => each.title.startsWith('Suppress'));
  assert.ok(offered);
  const resolved = await snippets.request<CodeAction>('codeAction/resolve', offered);
  assert.deepEqual(resolved.edit, {
    documentChanges: [{ textDocument: { uri: APP, version: 1 }, edits: [{ range: at(0, 0), snippet: { kind: 'snippet', value: '// unlatched-ignore test/bad -- ${1:reason}\n' } }] }],
  });
  await snippets.stop();
  const plain = await start();
  await plain.open(APP, 'BAD');
  const action = (await ask(plain, at(0, 1))).find((each) => each.title.startsWith('Suppress'));
  assert.ok(action);
  const text = applied('BAD', (await plain.request<CodeAction>('codeAction/resolve', action)).edit);
  assert.equal(text, '// unlatched-ignore test/bad -- reason\nBAD');
  await plain.change(APP, 2, text);
  assert.deepEqual(await plain.items(APP), []);
  await plain.stop();
});

test('a fix that needs a value of the author is never preferred and is shown first', async () => {
  const client = await start();
  await client.open(APP, 'use(SLOT)');
  const [fix] = await ask(client, at(0, 5));
  assert.equal(fix?.isPreferred, undefined);
  assert.equal(fix?.edit?.changeAnnotations?.['unlatched']?.needsConfirmation, true);
  await client.stop();
});

test('a refused fix is shown as disabled when asked for, and never on mere cursor moves', async () => {
  const client = await start();
  await client.open(APP, 'STUCK');
  const invoked = await ask(client, at(0, 1), { diagnostics: [], triggerKind: 1 });
  assert.deepEqual(invoked.flatMap((each) => (each.disabled ? [each.disabled.reason] : [])), ['the options are built elsewhere']);
  const automatic = await ask(client, at(0, 1), { diagnostics: [], triggerKind: 2 });
  assert.deepEqual(automatic.filter((each) => each.disabled), []);
  await client.stop();
});

test('fix on save takes the safe fixes only and has nothing left to do the second time', async () => {
  const client = await start();
  const before = 'BAD ODD BAD SLOT';
  await client.open(APP, before);
  for (const only of [['source.fixAll.unlatched'], ['source.fixAll'], ['source']]) {
    const actions = await ask(client, at(0, 0), { diagnostics: [], only });
    assert.deepEqual(actions.map((each) => each.kind), ['source.fixAll.unlatched']);
    assert.equal(applied(before, actions[0]?.edit), 'GOOD ODD GOOD SLOT');
  }
  await client.change(APP, 2, 'GOOD ODD GOOD SLOT');
  assert.deepEqual(await ask(client, at(0, 0), { diagnostics: [], only: ['source.fixAll'] }), []);
  await client.stop();
});

test('a client without resolve and versions gets whole actions with plain changes', async () => {
  const client = await start({ capabilities: BARE }, new Map([['unlatched-baseline.json', '']]));
  await client.workspace();
  await client.open(APP, 'BAD BAD');
  const actions = await ask(client, at(0, 1));
  assert.deepEqual(actions.map((each) => each.title), ['Repair test/bad', 'Fix all of test/bad in this file', 'Suppress test/bad with a reason...', 'Accept test/bad here in the baseline']);
  for (const action of actions) assert.deepEqual(Object.keys(action.edit?.changes ?? {}), [action.title.startsWith('Accept') ? BASELINE : APP]);
  assert.equal(applied('BAD BAD', actions.find((each) => each.title.startsWith('Fix all'))?.edit), 'GOOD GOOD');
  assert.deepEqual(actions.filter((each) => each.isPreferred !== undefined), []);
  await client.stop();
});

test('an edit of several files goes through a preview; a new file is created; a closed file has no version', async () => {
  const engine = (): Engine => {
    const base = fakeEngine();
    return {
      ...base,
      fixes: (range) =>
        base.fixes(range).map(({ finding, fix }) => ({
          finding,
          fix: { ...fix, edits: new Map([...fix.edits, [filePath('src/other.ts'), [{ span: { start: 0, end: 3 }, text: 'new' }]], [filePath('fresh.yml'), [{ span: { start: 0, end: 0 }, text: 'a: 1\n' }]]]) },
        })),
    };
  };
  const client = await start({ door: fakeDoor(engine) }, new Map([['src/other.ts', 'old']]));
  await client.workspace();
  await client.open(APP, 'BAD', 3);
  const [fix] = await ask(client, at(0, 1));
  assert.deepEqual(fix?.edit?.documentChanges, [
    { textDocument: { uri: APP, version: 3 }, edits: [{ range: at(0, 0, 3), newText: 'GOOD', annotationId: 'unlatched' }] },
    { textDocument: { uri: 'file:///work/src/other.ts', version: null }, edits: [{ range: at(0, 0, 3), newText: 'new', annotationId: 'unlatched' }] },
    { kind: 'create', uri: 'file:///work/fresh.yml', options: { ignoreIfExists: true }, annotationId: 'unlatched' },
    { textDocument: { uri: 'file:///work/fresh.yml', version: null }, edits: [{ range: at(0, 0), newText: 'a: 1\n', annotationId: 'unlatched' }] },
  ]);
  assert.equal(fix.edit?.changeAnnotations?.['unlatched']?.needsConfirmation, true);
  await client.stop();
  const bare = await start({ door: fakeDoor(engine), capabilities: BARE });
  await bare.open(APP, 'BAD');
  assert.deepEqual((await ask(bare, at(0, 1))).filter((each) => each.title.startsWith('Repair')), []);
  await bare.stop();
});

test('the hover explains a finding: message, why, remedy, samples, numbers, and why there is no fix', async () => {
  const client = await start();
  await client.open(APP, 'use(STUCK)');
  const hover = await client.request<{ contents: { kind: string; value: string }; range: Range }>('textDocument/hover', { textDocument: { uri: APP }, position: { line: 0, character: 6 } });
  assert.deepEqual(hover.range, at(0, 4, 9));
  assert.equal(hover.contents.kind, 'markdown');
  for (const part of ['Title of test/stuck', 'test/stuck is here.', 'An attacker \\*wins\\*.', 'Write something else.', 'the options are built elsewhere', 'wrong();', 'right();', 'CWE-942', 'API8:2023']) {
    assert.ok(hover.contents.value.includes(part), part);
  }
  assert.equal(await client.request('textDocument/hover', { textDocument: { uri: APP }, position: { line: 0, character: 0 } }), null);
  await client.stop();
  const plain = await start({ capabilities: { ...vscodeLike, textDocument: { ...vscodeLike.textDocument, hover: { contentFormat: ['plaintext'] } } } });
  await plain.open(APP, 'BAD');
  const text = await plain.request<{ contents: { kind: string; value: string } }>('textDocument/hover', { textDocument: { uri: APP }, position: { line: 0, character: 1 } });
  assert.equal(text.contents.kind, 'plaintext');
  assert.ok(text.contents.value.includes('An attacker *wins*.'));
  await plain.stop();
});

test('the page of a rule is linked in the hover by what the client can follow', async () => {
  for (const [options, link] of [[{}, 'file:///product/docs/rules/test/bad.md'], [{ commands: true }, 'command:unlatched.explainRule?%5B%22test%2Fbad%22%5D']] as const) {
    const client = await start({ initializationOptions: options });
    await client.open(APP, 'BAD');
    const hover = await client.request<{ contents: { value: string } }>('textDocument/hover', { textDocument: { uri: APP }, position: { line: 0, character: 1 } });
    assert.ok(hover.contents.value.includes(`[\`test/bad\`](${link})`), hover.contents.value);
    await client.stop();
  }
});

test('a fix that did not stand its trial is left out, and hover and menu say so', async () => {
  const client = await start({ door: fakeDoor(() => ({ ...fakeEngine(), fixes: () => [], whyNoFix: () => 'It was tried on a copy.' })) });
  await client.open(APP, 'BAD');
  const actions = await ask(client, at(0, 1), { diagnostics: [], triggerKind: 1 });
  const reasons = actions.flatMap((each) => (each.disabled ? [each.disabled.reason] : []));
  assert.deepEqual(actions.filter((each) => each.title.startsWith('Repair')), []);
  assert.equal(reasons.length, 1);
  assert.match(reasons[0] ?? '', /^It was tried on a copy/);
  const hover = await client.request<{ contents: { value: string } }>('textDocument/hover', { textDocument: { uri: APP }, position: { line: 0, character: 1 } });
  assert.match(hover.contents.value, /\*\*No fix is offered:\*\* It was tried on a copy/);
  await client.stop();
});

test('what is said about the policy or a suppression is neither suppressed nor accepted, and JSON takes no comment', async () => {
  const base = fakeEngine();
  const client = await start({ door: fakeDoor(() => ({ ...base, findings: (path) => base.findings(path).map((each) => (each.rule === 'test/odd' ? { ...each, rule: 'unlatched/suppression-unused' } : each)) })) });
  await client.open(APP, 'ODD');
  assert.deepEqual((await ask(client, at(0, 1))).filter((each) => /Suppress|Accept/.test(each.title)), []);
  const json = 'file:///work/openapi.json';
  await client.open(json, 'HINT', 1, 'json');
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument: { uri: json }, range: at(0, 1), context: { diagnostics: [] } });
  assert.deepEqual(actions.map((each) => each.title), ['Accept test/hint here in the baseline']);
  await client.stop();
});

test('the texts of the server follow the language of the client', async () => {
  const client = await start({ locale: 'de-AT', initializationOptions: { commands: true } });
  await client.open(APP, 'BAD BAD');
  assert.deepEqual((await ask(client, at(0, 1))).map((each) => each.title), [
    'Repair test/bad',
    'Alle Befunde von test/bad in dieser Datei beheben',
    'test/bad mit Begr\u00fcndung unterdr\u00fccken...',
    'test/bad an dieser Stelle in der Baseline hinnehmen',
    'Seite zu test/bad \u00f6ffnen',
  ]);
  const hover = await client.request<{ contents: { value: string } }>('textDocument/hover', { textDocument: { uri: APP }, position: { line: 0, character: 1 } });
  assert.match(hover.contents.value, /Was zu tun ist:[^]*\*\*Falsch\*\*[^]*\*\*Richtig\*\*/);
  await client.stop();
});
