import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeLens } from 'vscode-languageserver/node';
import { folderTree } from '../../client/src/api-map/path-tree.js';
import { childrenOf, topNodes } from '../../client/src/api-map/tree-model.js';
import type { InventoryResult } from '../../server/src/lsp/protocol.js';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { startClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const FILES = 100;
const ROUTES = 50;

/** A project of many routers, each with as many routes, some of them guarded. */
function project(): Map<string, string> {
  const names = Array.from({ length: FILES }, (_, index) => `area${index}`);
  const router = (name: string): string => [
    "const { Router } = require('express');", "const { requireUser } = require('../auth');", 'const router = Router();',
    ...Array.from({ length: ROUTES }, (_, index) => `router.${index % 2 === 0 ? 'get' : 'put'}('/${name}-${index}/:id', ${index % 3 === 0 ? '' : 'requireUser, '}(req, res) => res.json({}));`),
    'module.exports = { router };', '',
  ].join('\n');
  const app = [
    "const express = require('express');", "const helmet = require('helmet');", 'const app = express();', 'app.use(helmet());',
    ...names.map((name) => `app.use('/${name}', require('./routes/${name}').router);`), 'app.listen(3000);', '',
  ].join('\n');
  const auth = "exports.requireUser = (req, res, next) => {\n  if (!req.user) return res.status(401).end();\n  next();\n};\n";
  return new Map([['app.js', app], ['auth.js', auth], ...names.map((name): [string, string] => [`routes/${name}.js`, router(name)])]);
}

test('five thousand routes are answered whole, told of when they change, and made into nodes only where somebody looks', async () => {
  const files = project();
  const client = await startClient({ hostFactory: () => mapHost(files), door: realDoor });
  const ask = (): Promise<InventoryResult> => client.request('unlatched/inventory', {});
  const result = await ask();
  assert.equal(result.endpoints.length, FILES * ROUTES);
  assert.equal(new Set(result.endpoints.map(({ id }) => id)).size, FILES * ROUTES);
  const count = (state: string): number => result.endpoints.filter(({ authentication }) => authentication === state).length;
  assert.deepEqual([count('unguarded'), count('guarded'), count('unknown')], [FILES * 17, FILES * 33, 0]);

  const top = topNodes(result, new Set());
  assert.equal(top.length, FILES);
  assert.equal(top[0] && childrenOf(top[0]).length, ROUTES);
  assert.equal(folderTree(result.folders, result.endpoints).reduce((sum, node) => sum + node.count, 0), FILES * ROUTES);

  const uri = 'file:///work/routes/area7.js';
  const text = files.get('routes/area7.js') ?? '';
  await client.open(uri, text, 1, 'javascript');
  const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
  assert.equal(lenses.length, ROUTES);
  const told = client.next('unlatched/inventoryChanged');
  await client.change(uri, 2, text.replace('/area7-0/', '/renamed/'));
  await told;
  const after = await ask();
  assert.deepEqual(after.endpoints.filter(({ path }) => path.includes('renamed')).map(({ method, path }) => `${method} ${path}`), ['GET /area7/renamed/{id}']);
  assert.equal(after.endpoints.length, FILES * ROUTES);
  assert.equal(client.count('unlatched/inventoryChanged'), 1);
  await client.stop();
});
