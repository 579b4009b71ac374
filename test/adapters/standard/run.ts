import { createRequire } from 'node:module';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { posix } from 'node:path';
import { compileFunction } from 'node:vm';

const load = createRequire(import.meta.url);

/** Runs texts as CommonJS modules, each once, and gives what the entry exports. `packages` names the installed package that stands for another. */
export function runFiles(files: Readonly<Record<string, string>>, entry: string, packages: Readonly<Record<string, string>> = {}): unknown {
  const modules = new Map<string, { exports: unknown }>();
  const run = (path: string): unknown => {
    const known = modules.get(path);
    if (known) return known.exports;
    const module: { exports: unknown } = { exports: {} };
    modules.set(path, module);
    const require = (name: string): unknown => {
      if (!name.startsWith('.')) return load(packages[name] ?? name);
      const base = posix.join(posix.dirname(path), name);
      const found = [base, `${base}.js`, `${base}/index.js`].find((one) => files[one] !== undefined);
      if (found === undefined) throw new Error(`${path} requires ${name}, which is not there`);
      return run(found);
    };
    Reflect.apply(compileFunction(files[path] ?? '', ['require', 'module', 'exports']), undefined, [require, module, module.exports]);
    return module.exports;
  };
  return run(entry);
}
/** Asks a listener of Node without a socket; the status of the answer. */
export function askListener(answer: unknown, method: string, path: string): Promise<number> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method, url: path, headers: { host: 'localhost' } });
  request.push(null);
  const response = new ServerResponse(request);
  return new Promise((resolve) => {
    response.end = () => {
      resolve(response.statusCode);
      return response;
    };
    if (typeof answer === 'function') Reflect.apply(answer, undefined, [request, response]);
  });
}
