import { createRequire } from 'node:module';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { posix } from 'node:path';
import { compileFunction } from 'node:vm';
import ts from 'typescript';

const load = createRequire(import.meta.url);

/**
 * Runs texts as CommonJS modules, each once, and gives what the entry exports; TypeScript and ES modules are compiled first. `packages` names the
 * installed package that stands for another, `changed` is what a package is given as.
 */
export function runFiles(files: Readonly<Record<string, string>>, entry: string, packages: Readonly<Record<string, string>> = {}, changed: Readonly<Record<string, (real: unknown) => unknown>> = {}): unknown {
  const modules = new Map<string, { exports: unknown }>();
  const run = (path: string): unknown => {
    const known = modules.get(path);
    if (known) return known.exports;
    const module: { exports: unknown } = { exports: {} };
    modules.set(path, module);
    const require = (name: string): unknown => {
      if (!name.startsWith('.')) {
        const real: unknown = load(packages[name] ?? name);
        return changed[name]?.(real) ?? real;
      }
      const base = posix.join(posix.dirname(path), name);
      const found = [base, `${base}.js`, `${base}.ts`, base.replace(/\.js$/, '.ts'), `${base}/index.js`].find((one) => files[one] !== undefined);
      if (found === undefined) throw new Error(`${path} requires ${name}, which is not there`);
      return run(found);
    };
    Reflect.apply(compileFunction(compiled(path, files[path] ?? ''), ['require', 'module', 'exports']), undefined, [require, module, module.exports]);
    return module.exports;
  };
  return run(entry);
}
function compiled(path: string, text: string): string {
  if (path.endsWith('.js') && !/^(import|export) /m.test(text)) return text;
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true, experimentalDecorators: true, emitDecoratorMetadata: true };
  return ts.transpileModule(text, { compilerOptions, fileName: path }).outputText;
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
