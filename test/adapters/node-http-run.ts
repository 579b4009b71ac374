import { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { posix } from 'node:path';
import { compileFunction } from 'node:vm';

const load = createRequire(import.meta.url);
/** A function that answers requests. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The listener the files give to `createServer` when they run; no socket is opened. */
export function listenerOf(files: Readonly<Record<string, string>>, entry: string): Listener {
  const modules = new Map<string, { exports: unknown }>();
  let found: Listener | undefined;
  const server = { listen: () => server, on: (name: string, listener: Listener) => { if (name === 'request') found = listener; return server; } };
  const createServer = (...args: readonly unknown[]): unknown => {
    const last = args.at(-1);
    if (typeof last === 'function') found = (request, response) => Reflect.apply(last, undefined, [request, response]) as unknown;
    return server;
  };
  const open = (path: string): unknown => {
    const known = modules.get(path);
    if (known) return known.exports;
    const module: { exports: unknown } = { exports: {} };
    modules.set(path, module);
    const require = (name: string): unknown => (/^(node:)?https?$/.test(name) ? { createServer } : name.startsWith('.') ? open(`${posix.join(posix.dirname(path), name)}.js`) : load(name));
    Reflect.apply(compileFunction(files[path] ?? '', ['require', 'module', 'exports']), undefined, [require, module, module.exports]);
    return module.exports;
  };
  open(entry);
  if (!found) throw new Error('the program makes no server');
  return found;
}

/** Asks a listener without a socket; the status of the answer, 404 where there is none. */
export function ask(answer: Listener, method: string, path: string): Promise<number> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method, url: path, headers: { host: 'localhost' } });
  request.push(null);
  const response = new ServerResponse(request);
  return new Promise((resolve, reject) => {
    response.end = () => {
      resolve(response.statusCode);
      return response;
    };
    Promise.resolve(answer(request, response)).then(() => { if (!request.listenerCount('end')) resolve(404); }, reject);
  });
}
