import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

const load = createRequire(import.meta.url);

/** What the code returns when it really runs, with the packages of this repository. */
export function run(code: string): unknown {
  return Reflect.apply(compileFunction(code, ['require']), undefined, [load]);
}
/** The inventory of one file, as requests that can be sent. */
export function requestsOf(text: string): readonly { readonly method: string; readonly path: string; readonly state: string }[] {
  return engineOver(new Map([[filePath('app.js'), text]])).inventory().map((one) => ({ method: one.method === 'ALL' ? 'POST' : one.method, path: one.path.replace(/\{[^{}]*\}/g, '1'), state: one.authentication }));
}
/** A sentence for every request a stranger is answered otherwise than the inventory says; `ask` gives the status. */
export async function differences(text: string, ask: (method: string, path: string) => Promise<number>): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { method, path, state } of requestsOf(text)) {
    const status = await ask(method, path);
    const isRight = state === 'guarded' ? status === 401 || status === 403 : state === 'unguarded' ? status >= 200 && status < 300 : status !== 404;
    if (!isRight) wrong.push(`${method} ${path} is ${state} and answers ${String(status)}`);
  }
  return wrong;
}
