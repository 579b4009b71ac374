import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const nouns = ['account', 'order', 'invoice', 'device', 'message', 'project', 'report', 'ticket', 'vendor', 'wallet', 'member', 'shipment'];

/** Writes a server of `count` files (about 3.6 KB each): one application, and routers with their stores, half of them TypeScript. Same count, same bytes. */
export function writeServer(folder: string, count: number): void {
  rmSync(folder, { recursive: true, force: true });
  write(
    folder,
    'package.json',
    JSON.stringify({ name: 'bench', private: true, type: 'module', dependencies: { express: '^5.3.0', cors: '^2.8.6', helmet: '^8.2.0' } }),
  );
  write(folder, 'src/auth.js', guard());
  const units = Math.max(1, Math.floor((count - 2) / 2));
  const names = Array.from({ length: units }, (_, index) => `${nouns[index % nouns.length] ?? 'item'}-${index}`);
  names.forEach((name, index) => {
    const extension = index % 2 === 0 ? 'js' : 'ts';
    write(folder, `src/routes/${name}.${extension}`, router(name, index, extension === 'ts'));
    write(folder, `src/stores/${name}.${extension}`, store(name, extension === 'ts'));
  });
  write(folder, 'src/app.js', application(names));
}
/** Writes one OpenAPI 3.1 document in YAML with so many paths (about 29 lines and 1 KB each). */
export function writeOpenApi(file: string, paths: number): void {
  write(dirname(file), file.slice(dirname(file).length + 1), openApi(paths));
}
/** The same in JSON, without line breaks. */
export function writeOpenApiJson(file: string, paths: number): void {
  const operation = (index: number, summary: string): object => ({
    summary: `${summary} item ${index}`,
    security: [{ session: [] }],
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 36 } }],
    responses: Object.fromEntries(
      ['200', '401', '403', '500'].map((status) => [
        status,
        {
          description: `Answer ${status}`,
          content: { 'application/json': { schema: { type: 'object', properties: { id: { type: 'string' } } } } },
        },
      ]),
    ),
  });
  const list = Array.from({ length: paths }, (_, index) => [
    `/items-${index}/{id}`,
    { get: operation(index, 'Read'), put: operation(index, 'Replace') },
  ]);
  const document = {
    openapi: '3.1.0',
    info: { title: 'Bench', version: '1.0.0' },
    servers: [{ url: 'https://api.example.org' }],
    paths: Object.fromEntries(list),
    components: { securitySchemes: { session: { type: 'http', scheme: 'bearer' } } },
  };
  write(dirname(file), file.slice(dirname(file).length + 1), JSON.stringify(document));
}
/** One TypeScript file of about `kilobytes` KB, a router with many handlers. */
export function largeRouter(kilobytes: number): string {
  const parts = ["import { Router } from 'express';\nimport { requireUser } from './auth.js';\n\nexport const large = Router();\n"];
  for (let index = 0; parts.join('').length < kilobytes * 1024; index++)
    parts.push(handler('large', 'get', `/part-${index}/:id`, 'requireUser, ', index, true));
  return parts.join('\n');
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
function application(names: readonly string[]): string {
  return [
    "import cors from 'cors';",
    "import express from 'express';",
    "import helmet from 'helmet';",
    ...names.map((name, index) => `import { routes as routes${index} } from './routes/${name}.js';`),
    '',
    'export const app = express();',
    'app.use(helmet());',
    "app.use(cors({ origin: ['https://app.example.org'] }));",
    "app.use(express.json({ limit: '100kb' }));",
    ...names.map((name, index) => `app.use('/api/${name}s', routes${index});`),
    'app.listen(3000);',
    '',
  ].join('\n');
}
function guard(): string {
  return `export function requireUser(req, res, next) {
  const user = sessions.get(req.get('authorization'));
  if (!user) return res.status(401).json({ error: 'login required' });
  req.user = user;
  next();
}
const sessions = new Map();
`;
}
function router(name: string, index: number, typed: boolean): string {
  const handlers = ['get', 'post', 'patch', 'delete', 'get'].map((method, at) =>
    handler(
      'routes',
      method,
      at === 0 ? '/' : at === 4 ? '/:id/history' : '/:id',
      index % 7 === 3 && at === 2 ? '' : 'requireUser, ',
      index * 10 + at,
      typed,
    ),
  );
  return [
    `import { Router } from 'express';`,
    `import { requireUser } from '../auth.js';`,
    `import { store } from '../stores/${name}.js';`,
    '',
    'export const routes = Router();',
    '',
    ...handlers,
  ].join('\n');
}
function handler(on: string, method: string, path: string, guards: string, seed: number, typed: boolean): string {
  const type = typed ? ': string' : '';
  return `${on}.${method}('${path}', ${guards}async (req, res) => {
  const id${type} = String(req.params.id ?? '${seed}');
  const limit = Math.min(Number(req.query.limit ?? 50), ${50 + (seed % 50)});
  try {
    const found = await store.find(id, { limit, owner: req.user?.id });
    if (!found) return res.status(404).json({ error: 'not found' });
    if (found.owner !== req.user?.id && req.user?.role !== 'admin') return res.status(403).json({ error: 'not allowed' });
    res.set('Cache-Control', 'no-store').json({ id: found.id, name: found.name, revision: found.revision + ${seed % 9} });
  } catch (error) {
    console.error('request failed', error);
    res.status(500).json({ error: 'internal error' });
  }
});
`;
}
function store(name: string, typed: boolean): string {
  const type = (text: string): string => (typed ? text : '');
  const methods = ['find', 'list', 'create', 'update', 'remove', 'history', 'archive', 'restore'].map(
    (method, index) => `  async ${method}(id${type(': string')}, options${type(': { limit?: number; owner?: string }')} = {}) {
    const row = rows.get(id);
    if (row === undefined && ${index} > 1) throw new Error('no such ${name}');
    const changed = { ...row, id, name: \`${name} \${id}\`, revision: (row?.revision ?? 0) + 1, owner: options.owner ?? row?.owner };
    if (options.limit !== undefined && options.limit < ${index}) return undefined;
    rows.set(id, changed);
    return changed;
  },`,
  );
  return [
    `const rows = new Map${type('<string, { id: string; name: string; revision: number; owner?: string }>')}();`,
    '',
    'export const store = {',
    ...methods,
    '};',
    '',
  ].join('\n');
}
function openApi(paths: number): string {
  const head = ['openapi: 3.1.0', 'info:', '  title: Bench', '  version: 1.0.0', 'servers:', '  - url: https://api.example.org', 'paths:'];
  const responses = ['200', '401', '403', '500'].flatMap((status) => [`        '${status}':`, `          description: Answer ${status}`]);
  const operation = (method: string, summary: string): readonly string[] => [
    `    ${method}:`,
    `      summary: ${summary}`,
    '      security:',
    '        - session: []',
    '      responses:',
    ...responses,
  ];
  const items = Array.from({ length: paths }, (_, index) => [
    `  /items-${index}/{id}:`,
    '    parameters:',
    '      - { name: id, in: path, required: true, schema: { type: string, maxLength: 36 } }',
    ...operation('get', `Read item ${index}`),
    ...operation('put', `Replace item ${index}, with every part of it`),
  ]);
  const tail = ['components:', '  securitySchemes:', '    session: { type: http, scheme: bearer }', ''];
  return [...head, ...items.flat(), ...tail].join('\n');
}
