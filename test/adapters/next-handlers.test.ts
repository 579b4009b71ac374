import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

const NEXT = { 'package.json': '{ "dependencies": { "next": "16.0.0" } }' };
function found(files: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map(Object.entries({ ...NEXT, ...files }).map(([path, text]) => [filePath(path), text]));
  return engineOver(texts)
    .inventory()
    .map(({ method, path, authentication, authorization, chain, at }) => {
      const line = (texts.get(at.path) ?? '').slice(0, at.span.start).split('\n').length;
      return `${method} ${path} ${authentication} ${authorization} ${chain.map((one) => one.name).join(' > ') || '-'} :${String(line)}`;
    });
}

const GUARD =
  "import { auth } from './auth';\nexport function withAuth(handler) {\n  return async (request, context) => {\n    const session = await auth();\n" +
        "    if (!session) return Response.json({ error: 'no' }, { status: 401 });\n    return handler(request, { ...context, session });\n  };\n}\n";
/** Files around `app/api/x/route.ts`, whose text is `code`. */
const WRAPPED: readonly { readonly name: string; readonly code: string; readonly guard?: string; readonly routes: readonly string[] }[] = [
  {
    name: 'a check of the project',
    code: "import { withAuth } from './guard';\nexport const POST = withAuth(async (request, { session }) => {\n  return Response.json(session);\n});",
    guard: GUARD,
    routes: ['POST /api/x guarded unguarded withAuth :2'],
  },
  {
    name: 'a check around a named function',
    code: "import { withAuth } from './guard';\nasync function create(request) {\n  return Response.json({});\n}\nconst POST = withAuth(create);\nexport { POST };",
    guard: GUARD,
    routes: ['POST /api/x guarded unguarded withAuth :6'],
  },
  {
    name: 'two layers',
    code: "import { withAuth, withErrors } from './guard';\nexport const POST = withErrors(withAuth(async (request) => Response.json({})));",
    guard: `${GUARD}export const withErrors = (handler) => async (...args) => {\n  try {\n    return await handler(...args);\n  } catch (error) {\n    console.error(error);\n` +
        `    return Response.json({ error: 'failed' }, { status: 500 });\n  }\n};`,
    routes: ['POST /api/x guarded unguarded withErrors > withAuth :2'],
  },
  {
    name: 'errors only',
    code: "import { withErrors } from './guard';\nexport const POST = withErrors(async (request) => Response.json({}));",
    guard:
      "export const withErrors = (handler) => async (...args) => {\n  try {\n    return await handler(...args);\n  } catch (error) {\n" +
        "    return Response.json({ error: 'failed' }, { status: 500 });\n  }\n};",
    routes: ['POST /api/x unguarded unguarded withErrors :2'],
  },
  {
    name: 'a role, curried',
    code: "import { withRole } from './guard';\nexport const DELETE = withRole('admin')(async () => new Response(null, { status: 204 }));",
    guard:
      "import { getUser } from './auth';\nexport const withRole = (role) => (handler) => async (request, context) => {\n  const user = await getUser(request);\n" +
        "  if (!user) return new Response(null, { status: 401 });\n  if (user.role !== role) return new Response(null, { status: 403 });\n  return handler(request, context);\n};",
    routes: ['DELETE /api/x guarded guarded withRole :2'],
  },
  {
    name: 'an error that is thrown and answered',
    code: "import { withWorkspace } from './guard';\nexport const GET = withWorkspace(async ({ workspace }) => {\n  return Response.json(workspace);\n}, { requiredPermissions: ['links.read'] });",
    guard:
      "import { getSession } from './auth';\nexport const withWorkspace = (handler, { requiredPermissions = [] } = {}) => {\n  return async (request, { params }) => {\n    try {\n" +
        "      let session;\n      const authorizationHeader = request.headers.get('Authorization');\n      if (authorizationHeader) {\n        session = await fromKey(authorizationHeader);\n" +
        "      } else {\n        session = await getSession();\n        if (!session?.user?.id) throw new ApiError({ code: 'unauthorized', message: 'Unauthorized: Login required.' });\n" +
        "      }\n      return await handler({ request, params, session });\n    } catch (error) {\n      return handleError(error);\n    }\n  };\n};",
    routes: ['GET /api/x guarded unguarded withWorkspace :2'],
  },
  {
    name: 'a guard of a package',
    code: "import { withApiAuthRequired } from '@auth0/nextjs-auth0';\nexport const GET = withApiAuthRequired(async () => Response.json({}));",
    routes: ['GET /api/x guarded unguarded withApiAuthRequired :2'],
  },
  {
    name: 'what nobody can read',
    code: "import { handling } from '@acme/http';\nexport const GET = handling(async () => Response.json({}));",
    routes: ['GET /api/x unknown unknown handling :2'],
  },
  {
    name: 'auth() of Auth.js guards nobody',
    code: "import { auth } from './auth';\nexport const GET = auth(async (request) => Response.json({}));\nexport const PUT = auth((request) => {\n" +
        "  if (!request.auth) return new Response(null, { status: 401 });\n  return Response.json({});\n});",
    routes: ['GET /api/x unguarded unguarded - :2', 'PUT /api/x guarded unguarded - :3'],
  },
  {
    name: 'a function made of settings',
    code: "import { route } from './guard';\nexport const { GET, PUT } = route({ list: async () => [] });",
    guard:
      'export const route = (of) => ({ GET: async () => Response.json(await of.list()), PUT: async (request) => (request.headers.get("authorization") ? Response.json({}) : new Response(null, { status: 401 })) });',
    routes: ['GET /api/x unguarded unguarded - :2', 'PUT /api/x guarded unguarded - :2'],
  },
];
for (const { name, code, guard, routes } of WRAPPED) {
  test(`next: around a handler, ${name}`, () => assert.deepEqual(found({ 'app/api/x/route.ts': code, ...(guard === undefined ? {} : { 'app/api/x/guard.ts': guard }) }), routes));
}

/** Texts of `pages/api/x.ts`. */
const PAGES: readonly { readonly name: string; readonly code: string; readonly others?: Readonly<Record<string, string>>; readonly routes: readonly string[] }[] = [
  { name: 'every method', code: 'export default function handler(req, res) {\n  res.status(200).json({});\n}', routes: ['ALL /api/x unguarded unguarded - :1'] },
  {
    name: 'one method',
    code: "export default async function handler(req, res) {\n  if (req.method !== 'POST') {\n    return res.status(405).end();\n  }\n  res.json({});\n}",
    routes: ['POST /api/x unguarded unguarded - :2'],
  },
  {
    name: 'a switch',
    code: "export default function handler(req, res) {\n  switch (req.method) {\n    case 'GET':\n      return res.json([]);\n    case 'PUT':\n" +
        "      if (!req.headers.authorization) return res.status(401).end();\n      return res.json({});\n    default:\n      res.setHeader('Allow', ['GET', 'PUT']);\n" +
        "      res.status(405).end();\n  }\n}",
    routes: ['GET /api/x unguarded unguarded - :3', 'PUT /api/x guarded unguarded - :5'],
  },
  {
    name: 'a session first',
    code: "import { getServerSession } from 'next-auth/next';\nexport default async (req, res) => {\n  const session = await getServerSession(req, res, options);\n  if (!session) {\n" +
        "    res.status(401).json({ message: 'no' });\n    return;\n  }\n  if (req.method === 'GET') return res.json([]);\n  if (req.method === 'DELETE') return res.status(204).end();\n" +
        "  return res.status(405).end();\n};",
    routes: ['DELETE /api/x guarded unguarded - :9', 'GET /api/x guarded unguarded - :8'],
  },
  {
    name: 'functions of other files',
    code: "import { list, create } from '../../lib/users';\nexport default async function handler(req, res) {\n  if (req.method === 'GET') return list(req, res);\n" +
        "  if (req.method === 'POST') return create(req, res);\n  res.status(405).end();\n}",
    others: {
      'lib/users.ts':
        "export const list = (req, res) => res.json([]);\nexport async function create(req, res) {\n  if (req.headers['x-api-key'] !== process.env.API_KEY) return res.status(401).end();\n" +
        "  res.json({});\n}",
    },
    routes: ['GET /api/x unguarded unguarded - :3', 'POST /api/x guarded unguarded - :4'],
  },
  {
    name: 'a check around it',
    code: "import { withAuth } from '../../lib/guard';\nasync function handler(req, res) {\n  res.json({});\n}\nexport default withAuth(handler);",
    others: {
      'lib/guard.ts':
        'export const withAuth = (handler) => async (req, res) => {\n  if (!req.headers.authorization) return res.status(401).json({});\n  return handler(req, res);\n};',
    },
    routes: ['ALL /api/x guarded unguarded withAuth :5'],
  },
  {
    name: 'a helper that throws',
    code: "import { requireUser } from '../../lib/guard';\nexport default async function handler(req, res) {\n  const user = await requireUser(req);\n  res.json(user);\n}",
    others: {
      'lib/guard.ts':
        "export async function requireUser(req) {\n  const token = req.headers.authorization;\n  if (!token) throw new ApiError(401, 'Unauthorized');\n  return verify(token);\n}",
    },
    routes: ['ALL /api/x guarded unguarded - :2'],
  },
  { name: 'what a package makes', code: "import NextAuth from 'next-auth';\nexport default NextAuth({ providers: [] });", routes: ['ALL /api/x unknown unknown - :2'] },
  {
    name: 'what a package answers',
    code: "import { handle } from '@acme/rpc';\nexport default async function handler(req, res) {\n  return handle(req, res);\n}",
    routes: ['ALL /api/x unknown unknown - :2'],
  },
  {
    name: 'the edge',
    code: "export const config = { runtime: 'edge' };\nexport default async function handler(request) {\n" +
        "  if (!request.headers.get('authorization')) return new Response(null, { status: 401 });\n  return Response.json({});\n}",
    routes: ['ALL /api/x guarded unguarded - :2'],
  },
  { name: 'always refused', code: 'export default (req, res) => res.status(410).end();', routes: ['ALL /api/x guarded guarded - :1'] },
];
for (const { name, code, others, routes } of PAGES) {
  test(`next: in pages/api, ${name}`, () => assert.deepEqual(found({ 'pages/api/x.ts': code, ...others }), routes));
}

test('next: server actions are named as such, on pages nobody knows', () => {
  const actions = "'use server';\nimport { auth } from './auth';\nexport async function rename(id, name) {\n  await db.update(id, name);\n}\nexport const remove = async (id) => {\n" +
        "  const session = await auth();\n  if (!session) throw new Error('Unauthorized');\n  await db.remove(id);\n};\nexport const limit = 5;";
  const lines = ['POST /{?} unguarded unguarded server action rename :3', 'POST /{?} guarded unguarded server action remove :6'];
  assert.deepEqual(found({ 'app/actions.ts': actions, 'app/route.ts': "'use client';\nexport {};" }), lines);
  assert.deepEqual(found({ 'app/actions.ts': actions.replace("'use server'", "'use client'") }), []);
});
test('next: server actions inside a page', () => {
  const page = `import { auth } from '../lib/auth';
export default function Page({ id }) {
  async function rename(form) {
    'use server';
    await db.update(id, form.get('name'));
  }
  const helper = async () => db.list();
  return <form action={rename}><button formAction={async () => {
    'use server';
    const session = await auth();
    if (!session) throw new Error('Unauthorized');
    await db.remove(id);
  }} /></form>;
}`;
  const lines = ['POST /{?} unguarded unguarded server action rename :3', 'POST /{?} guarded unguarded server action anonymous :8'];
  assert.deepEqual(found({ 'app/page.tsx': page }), lines);
  assert.deepEqual(found({ 'app/page.tsx': page.replaceAll("'use server'", "'use strict'") }), []);
});
