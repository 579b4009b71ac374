import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Milliseconds, of one language server on one file. */
export interface Latency {
  readonly initialize: number;
  readonly open: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly answered: number;
  readonly unanswered: number;
  /** Answers that named the rule the typed text breaks. */
  readonly expected: number;
  /** Resident memory of the server in MB at the end; undefined where /proc is missing. */
  readonly memory: number | undefined;
  /** The same after half of the keys: what has grown since is a leak. */
  readonly memoryEarly: number | undefined;
}
export interface Session {
  readonly command: readonly string[];
  readonly root: string;
  readonly file: string;
  readonly language: string;
  /** Typed at the middle of the file, then taken back, again and again. */
  readonly typed: string;
  /** Typed behind the first such text below the middle instead. */
  readonly behind?: string;
  readonly keys: number;
  readonly pace: number;
  readonly expect: string;
}
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: { readonly items?: readonly { readonly code?: unknown }[] };
  readonly error?: { readonly message: string };
}

/** Types into a file as a person does and measures from the key to the pulled diagnostics of that version. */
export async function measure(session: Session): Promise<Latency> {
  const started = performance.now();
  const server = connect(session.command, session.root);
  try {
    const folder = { uri: pathToFileURL(session.root).href, name: 'bench' };
    await server.request('initialize', {
      processId: process.pid,
      rootUri: folder.uri,
      workspaceFolders: [folder],
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true, diagnostics: { refreshSupport: true } },
        textDocument: { diagnostic: { dynamicRegistration: false }, synchronization: {} },
      },
    });
    const initialize = performance.now() - started;
    server.notify('initialized', {});
    const uri = pathToFileURL(session.file).href;
    const text = readFileSync(session.file, 'utf8');
    const opened = performance.now();
    server.notify('textDocument/didOpen', { textDocument: { uri, languageId: session.language, version: 1, text } });
    await server.request('textDocument/diagnostic', { textDocument: { uri } });
    const open = performance.now() - opened;

    const from = placeIn(text, session.behind);
    const latencies: number[] = [];
    let expected = 0;
    let unanswered = 0;
    const pending: Promise<void>[] = [];
    let memoryEarly: number | undefined;
    for (let key = 0; key < session.keys; key++) {
      if (key === Math.floor(session.keys / 2)) {
        // Only when all is answered has the workspace been read.
        await Promise.all(pending);
        memoryEarly = memoryOf(server.pid);
      }
      const sent = performance.now();
      server.notify('textDocument/didChange', {
        textDocument: { uri, version: key + 2 },
        contentChanges: [change(session.typed, key, from)],
      });
      pending.push(
        server.request('textDocument/diagnostic', { textDocument: { uri } }).then(
          ({ result }) => {
            latencies.push(performance.now() - sent);
            if (result?.items?.some(({ code }) => String(code).includes(session.expect))) expected++;
          },
          () => {
            unanswered++;
          },
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, session.pace * (0.7 + ((key * 7919) % 100) / 166)));
    }
    await Promise.all(pending);
    const sorted = latencies.sort((a, b) => a - b);
    const quantile = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
    return {
      initialize,
      open,
      p50: quantile(0.5),
      p95: quantile(0.95),
      max: quantile(1),
      answered: sorted.length,
      unanswered,
      expected,
      memory: memoryOf(server.pid),
      memoryEarly,
    };
  } finally {
    await server.stop();
  }
}

interface Place {
  readonly line: number;
  readonly character: number;
}
/** The start of the middle line, or the end of a text below it. */
function placeIn(text: string, behind: string | undefined): Place {
  const lines = text.split('\n');
  const middle = Math.floor(lines.length / 2);
  if (behind === undefined) return { line: middle, character: 0 };
  const line = lines.findIndex((one, index) => index >= middle && one.includes(behind));
  const found = lines[line]?.indexOf(behind);
  if (found === undefined) throw new Error(`the file does not hold '${behind}' below its middle`);
  return { line, character: found + behind.length };
}
/** The change of the n-th key: the text forwards, then backwards, one character at a time. */
function change(typed: string, key: number, { line, character }: Place): object {
  const at = key % (2 * typed.length);
  const forwards = at < typed.length;
  const column = character + (forwards ? at : 2 * typed.length - at - 1);
  const start = { line, character: column };
  return { range: { start, end: forwards ? start : { line, character: column + 1 } }, text: forwards ? (typed[at] ?? '') : '' };
}
function memoryOf(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

interface Connection {
  readonly pid: number | undefined;
  request(method: string, params: unknown): Promise<Message>;
  notify(method: string, params: unknown): void;
  stop(): Promise<void>;
}
/** A client of the least size: it answers what a server asks of it with nothing. */
function connect([command = '', ...args]: readonly string[], cwd: string): Connection {
  const child: ChildProcessWithoutNullStreams = spawn(command, args, { cwd });
  child.stderr.resume();
  const waiting = new Map<number, { resolve(message: Message): void; reject(error: Error): void }>();
  let next = 0;
  let buffer = Buffer.alloc(0);
  const send = (message: object): void => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    child.stdin.write(body);
  };
  const receive = (message: Message): void => {
    if (message.method !== undefined && message.id !== undefined) {
      send({ id: message.id, result: message.method === 'workspace/configuration' ? (message.params?.items ?? []).map(() => null) : null });
    } else if (message.id !== undefined) {
      const waiter = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) waiter?.resolve(message);
      else waiter?.reject(new Error(message.error.message));
    }
  };
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(buffer.toString('latin1', 0, head))?.[1]);
      if (buffer.length < head + 4 + length) return;
      receive(JSON.parse(buffer.toString('utf8', head + 4, head + 4 + length)));
      buffer = buffer.subarray(head + 4 + length);
    }
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the server ended'));
    waiting.clear();
  });
  const request = (method: string, params: unknown): Promise<Message> =>
    new Promise((resolve, reject) => {
      const id = ++next;
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`${method}: no answer within 30 s`));
      }, 30_000);
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          then(value);
        };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      send({ id, method, params });
    });
  return {
    pid: child.pid,
    request,
    notify: (method, params) => send({ method, params }),
    async stop() {
      await request('shutdown', undefined).catch(() => undefined);
      send({ method: 'exit' });
      const timer = setTimeout(() => child.kill(), 2_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
