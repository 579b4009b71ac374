import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { startClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';
/** The hover at the first place of a text in the file. */
async function hover(code: string, at: string, manifest: object = {}): Promise<string> {
  const client = await startClient({ hostFactory: () => mapHost(new Map([['src/app.ts', code], ['package.json', JSON.stringify(manifest)]])), door: realDoor });
  await client.workspace();
  await client.open(APP, code);
  const before = code.slice(0, code.indexOf(at)).split('\n');
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  const answer = await client.request<{ contents: { value: string } } | null>('textDocument/hover', { textDocument: { uri: APP }, position });
  await client.stop();
  return answer?.contents.value ?? '';
}

test('the hover on a CORS setting shows what a page of a stranger is answered, and what the fix would change', async () => {
  const text = await hover("import cors from 'cors';\napp.use(cors({ origin: true, credentials: true }));\n", 'true, cred', { dependencies: { cors: '^2.8.5' } });
  assert.match(text, /cors\/credentials-any-origin/);
  assert.ok(text.includes(`**Responses carry (cors 2):**

~~~~http
# to a page of https://evil.example:
Access-Control-Allow-Origin: https://evil.example
Vary: Origin
Access-Control-Allow-Credentials: true
# to its preflight as well:
Vary: Origin, Access-Control-Request-Headers
Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE
Access-Control-Allow-Headers: ? (the headers that are asked for)
~~~~

**After "Use an allow-list":**

~~~~diff
- Access-Control-Allow-Origin: https://evil.example
+ Access-Control-Allow-Origin: ? (for origins of the list)
~~~~`), text);
});
test('the hover on a set-up call without findings shows its headers alone', async () => {
  const listed = await hover("import fastifyCors from '@fastify/cors';\nawait app.register(fastifyCors, { origin: ['https://app.example.com'], methods: ['GET', 'POST'] });\n", 'fastifyCors, {');
  assert.ok(listed.endsWith(`~~~~http
# to a page of https://evil.example:
Vary: Origin
# to its preflight as well:
Vary: Origin, Access-Control-Request-Headers
Access-Control-Allow-Methods: GET, POST
Access-Control-Allow-Headers: ? (the headers that are asked for)
~~~~`), listed);
  assert.doesNotMatch(listed, /After/);
  const off = await hover("import cors from 'cors';\napp.use(cors({ origin: false }));\n", 'cors({');
  assert.ok(off.endsWith('~~~~http\n# to a page of https://evil.example: no CORS header\n~~~~'), off);
});
test('the installed major version of @koa/cors decides', async () => {
  const code = "import cors from '@koa/cors';\napp.use(cors({ exposeHeaders: 'x-total' }));\n";
  assert.match(await hover(code, 'cors({', { dependencies: { '@koa/cors': '^5.0.0' } }), /Access-Control-Allow-Origin: \*\n/);
  assert.match(await hover(code, 'cors({', { dependencies: { '@koa/cors': '~4.0.0' } }), /Access-Control-Allow-Origin: https:\/\/evil\.example\n/);
});
test('options the library does not take', async () => {
  assert.match(await hover("import { cors } from 'hono/cors';\napp.use(cors({ origin: true }));\n", 'cors({'), /The library does not take these options: hono takes a text, a list or a function as origin: every request fails\./);
});
