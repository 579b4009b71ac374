import assert from 'node:assert/strict';
import { filePath } from '../../../server/src/core/text/source.js';
import { engineOver } from '../../support/analyse.js';

/** A running application that can be asked without a socket. */
export interface Running {
  /** Status of the answer to a request without credentials. */
  ask(method: string, path: string): Promise<number>;
  /** What the framework itself says it serves, as `GET /api/users/{id}`; without the HEAD and OPTIONS it adds. */
  routes(): readonly string[] | Promise<readonly string[]>;
  close?(): Promise<void>;
}
/** The standard API written for one framework, and the real framework that runs it. */
export interface StandardApp {
  readonly framework: string;
  /** Texts by path, as they are analysed; the same texts are run. */
  readonly files: Readonly<Record<string, string>>;
  /** Checks stand in the handlers: there is no chain to compare. */
  readonly withoutChains?: true;
  start(): Running | Promise<Running>;
}

/**
 * Every endpoint of the standard API: method, path, authentication, authorization, chain. Two open ones; a group `/api` behind `requireUser`, whose
 * DELETE needs `requireAdmin` as well; a guarded POST beside an open PUT; and `gate`, which asks who calls only if a setting says so.
 */
export const STANDARD: readonly string[] = [
  'DELETE /api/users/{id} guarded guarded requireUser > requireAdmin',
  'GET /api/users guarded unguarded requireUser',
  'GET /api/users/{id} guarded unguarded requireUser',
  'GET /health unguarded unguarded -',
  'GET /reports unknown unknown gate',
  'POST /files guarded unguarded requireUser',
  'POST /login unguarded unguarded -',
  'PUT /files/{id} unguarded unguarded -',
];

/** The inventory of an application as lines of `STANDARD`; names of guards begin with a small letter. */
export function inventoryLines({ files, withoutChains }: Pick<StandardApp, 'files' | 'withoutChains'>): readonly string[] {
  const texts = new Map(Object.entries(files).map(([path, text]) => [filePath(path), text.trimStart()]));
  return engineOver(texts)
    .inventory()
    .map(({ method, path, authentication, authorization, chain }) => {
      const names = chain.map(({ name }) => name.replace(/^[A-Z]/, (first) => first.toLowerCase())).join(' > ');
      return [method, path, authentication, authorization, ...(withoutChains ? [] : [names || '-'])].join(' ');
    })
    .sort();
}
/** Asserts that the inventory is the standard API and that the running framework agrees: the same routes, and strangers refused where it says so. */
export async function checkStandard(app: StandardApp): Promise<void> {
  const expected = app.withoutChains ? STANDARD.map((line) => line.split(' ').slice(0, 4).join(' ')) : STANDARD;
  assert.deepEqual(inventoryLines(app), expected);
  const running = await app.start();
  try {
    const served = expected.map((line) => line.split(' ').slice(0, 2).join(' '));
    assert.deepEqual([...(await running.routes())].sort(), served, 'what the framework says it serves');
    for (const line of expected) {
      const [method = '', path = '', state = ''] = line.split(' ');
      const status = await running.ask(method, path.replace(/\{[^{}]*\}/g, '1'));
      if (state === 'guarded') assert.ok(status === 401 || status === 403, `${line} answers ${String(status)}`);
      else if (state === 'unguarded') assert.ok(status >= 200 && status < 300, `${line} answers ${String(status)}`);
      else assert.notEqual(status, 404, line);
    }
  } finally {
    await running.close?.();
  }
}
