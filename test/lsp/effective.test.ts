import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { startClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';
const CODE = `
import express from 'express';
import helmet from 'helmet';
const options = { noSniff: false };
const app = express();
app.use(helmet(options));
app.use('/embed', helmet({ frameguard: false }));
app.use(helmet.hsts({ maxAge: Number(process.env.AGE) }));
app.listen(3000);
`.trimStart();

async function hovers(files: ReadonlyMap<string, string>, places: readonly (readonly [line: number, character: number])[]): Promise<readonly string[]> {
  const client = await startClient({ hostFactory: () => mapHost(new Map(files)), door: realDoor });
  await client.workspace();
  await client.open(APP, files.get('src/app.ts') ?? '');
  const texts: string[] = [];
  for (const [line, character] of places) {
    const hover = await client.request<{ contents: { value: string } } | null>('textDocument/hover', { textDocument: { uri: APP }, position: { line, character } });
    texts.push(hover?.contents.value ?? '');
  }
  await client.stop();
  return texts;
}
const manifest = (range: string): string => JSON.stringify({ dependencies: { helmet: range } });

test('the hover on a set-up call shows what responses carry, and what the fix would change', async () => {
  const [name, found, part, elsewhere] = await hovers(new Map([['src/app.ts', CODE], ['package.json', manifest('^8.0.0')]]), [[4, 10], [5, 42], [6, 16], [3, 2]]);
  assert.match(name ?? '', /\*\*Responses carry \(helmet 8\):\*\*\n\n~~~~http\nContent-Security-Policy: default-src 'self';base-uri 'self';/);
  assert.match(name ?? '', /Strict-Transport-Security: max-age=31536000; includeSubDomains\n[^]*X-Powered-By: \(removed\)\n~~~~/);
  assert.doesNotMatch((name ?? '').split('After')[0] ?? '', /X-Content-Type-Options/);
  assert.match(name ?? '', /\*\*After "Remove line":\*\*\n\n~~~~diff\n\+ X-Content-Type-Options: nosniff\n~~~~/);
  assert.match(found ?? '', /headers\/protection-disabled[^]*Responses carry[^]*\+ X-Frame-Options: SAMEORIGIN/);
  assert.match(part ?? '', /~~~~http\nStrict-Transport-Security: \? \(a value that is not written here decides\)\n~~~~$/);
  assert.equal(elsewhere, '');
});

test('the installed version decides', async () => {
  const [third] = await hovers(new Map([['src/app.ts', CODE], ['package.json', manifest('~3.23.0')]]), [[4, 10]]);
  assert.match(third ?? '', /\(helmet 3\)[^]*X-XSS-Protection: 1; mode=block/);
  assert.doesNotMatch(third ?? '', /Content-Security-Policy:/);
  const [seventh] = await hovers(new Map([['src/app.ts', CODE.replace("{ noSniff: false }", '{ ...shared, hsts: { maxAge: 60 }, frameguard: false, xFrameOptions: false }')], ['package.json', manifest('7.2.0')]]), [[4, 10]]);
  assert.match(seventh ?? '', /The library does not take these options: X-Frame-Options is given twice\./);
});
