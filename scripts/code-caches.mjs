// Makes the code caches of the bundles that Node runs (server/src/host/code-cache.ts): each runs once on a sample, so that the cache holds what a run compiles.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Leaves `cli-main.cache` and `server-main.cache` in this project's `server/out`; returns the names of the bundles it failed for, which only start slower. */
export async function codeCaches(root) {
  const made = await Promise.all([
    run(root, 'cli-main.js', ['check', join(root, 'playground'), '--fail-on', 'never', '--quiet'], (stdin) => stdin.end()),
    run(root, 'server-main.js', ['--stdio'], session(readFileSync(join(root, 'playground/src/app.js'), 'utf8'))),
  ]);
  return made.flatMap((failed) => failed ?? []);
}
function run(root, bundle, args, talk) {
  const out = join(root, 'server/out');
  rmSync(join(out, bundle.replace(/\.js$/, '.cache')), { force: true });
  const child = spawn(process.execPath, [join(out, 'make-cache.js'), join(out, bundle), ...args], { stdio: ['pipe', 'pipe', 'inherit'], timeout: 60_000 });
  // One that ended early is told by its status.
  child.stdin.on('error', () => undefined);
  talk(child.stdin, child.stdout);
  child.stdout.resume();
  return new Promise((done) => child.on('close', (status) => done(status === 0 ? undefined : bundle)));
}
/** An editor's session in short: it opens a file, waits for its diagnostics, and ends. */
function session(text) {
  return (stdin, stdout) => {
    const send = (message) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
    const textDocument = { uri: 'untitled:app.js', languageId: 'javascript', version: 1, text };
    const next = [
      () => {
        send({ method: 'initialized', params: {} });
        send({ method: 'textDocument/didOpen', params: { textDocument } });
        send({ id: 2, method: 'textDocument/diagnostic', params: { textDocument } });
      },
      () => send({ id: 3, method: 'shutdown' }),
      () => send({ method: 'exit' }),
    ];
    let said = '';
    stdout.setEncoding('utf8').on('data', (piece) => {
      said += piece;
      while (next.length > 0 && said.includes(`"id":${4 - next.length},"result"`)) next.shift()();
    });
    send({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
  };
}
