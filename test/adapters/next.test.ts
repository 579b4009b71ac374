import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const NEXT = '{ "dependencies": { "next": "16.0.0" } }';
interface Project {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly routes: readonly string[];
  /** Nothing says that it is a project of Next. */
  readonly isOther?: true;
}
const OK = 'export async function GET() {\n  return Response.json({});\n}';

/** Which files are routes, and of which paths. */
const PLACES: readonly Project[] = [
  { name: 'a route', files: { 'app/api/users/route.ts': OK }, routes: ['GET /api/users unguarded app/api/users/route.ts:1'] },
  { name: 'a route at the top', files: { 'app/route.ts': OK }, routes: ['GET / unguarded app/route.ts:1'] },
  { name: 'below src', files: { 'src/app/api/users/route.js': OK }, routes: ['GET /api/users unguarded src/app/api/users/route.js:1'] },
  {
    name: 'parameters',
    files: { 'app/api/users/[id]/posts/[post-id]/route.ts': OK },
    routes: ['GET /api/users/{id}/posts/{post_id} unguarded app/api/users/[id]/posts/[post-id]/route.ts:1'],
  },
  { name: 'the rest', files: { 'app/files/[...path]/route.ts': OK }, routes: ['GET /files/{*path} unguarded app/files/[...path]/route.ts:1'] },
  {
    name: 'the rest that may be missing',
    files: { 'app/files/[[...path]]/route.ts': OK },
    routes: ['GET /files unguarded app/files/[[...path]]/route.ts:1', 'GET /files/{*path} unguarded app/files/[[...path]]/route.ts:1'],
  },
  { name: 'groups and slots', files: { 'app/(admin)/@panel/api/(v1)/users/route.ts': OK }, routes: ['GET /api/users unguarded app/(admin)/@panel/api/(v1)/users/route.ts:1'] },
  { name: 'private folders', files: { 'app/_lib/users/route.ts': OK, 'app/%5Fopen/route.ts': OK }, routes: ['GET /_open unguarded app/%5Fopen/route.ts:1'] },
  {
    name: 'intercepted',
    files: { 'app/feed/(.)photo/route.ts': OK, 'app/a/b/(..)c/route.ts': OK, 'app/a/b/(...)d/route.ts': OK },
    routes: ['GET /a/c unguarded app/a/b/(..)c/route.ts:1', 'GET /d unguarded app/a/b/(...)d/route.ts:1', 'GET /feed/photo unguarded app/feed/(.)photo/route.ts:1'],
  },
  {
    name: 'pages are none',
    files: { 'app/users/page.tsx': 'export default function Page() { return null; }', 'pages/index.tsx': 'export default () => null', 'pages/users/api/x.ts': OK },
    routes: [],
  },
  { name: 'what else lies there', files: { 'app/api/users/schema.ts': OK, 'app/api/users/route.test.ts': OK, 'app/api/users/router.ts': OK }, routes: [] },
  {
    name: 'several applications',
    files: { 'apps/web/package.json': NEXT, 'apps/docs/package.json': NEXT, 'apps/web/app/api/a/route.ts': OK, 'apps/docs/src/app/api/b/route.ts': OK },
    isOther: true,
    routes: ['GET /api/a unguarded apps/web/app/api/a/route.ts:1', 'GET /api/b unguarded apps/docs/src/app/api/b/route.ts:1'],
  },
  { name: 'a folder app in an application', files: { 'app/dashboard/app/route.ts': OK }, routes: ['GET /dashboard/app unguarded app/dashboard/app/route.ts:1'] },
  {
    name: 'a folder app that is no application',
    files: { 'app/web/package.json': NEXT, 'app/web/app/api/route.ts': OK },
    isOther: true,
    routes: ['GET /api unguarded app/web/app/api/route.ts:1'],
  },
  {
    name: 'another framework',
    files: {
      'package.json': '{ "dependencies": { "express": "5" } }',
      'app/api/users/route.ts': OK,
      'src/pages/api/a.ts': 'export default (req, res) => res.end()',
      'src/pages/api/b.ts': OK,
    },
    isOther: true,
    routes: [],
  },
  {
    name: 'known by its settings',
    files: { 'web/next.config.js': 'module.exports = {}', 'web/app/api/route.ts': OK },
    isOther: true,
    routes: ['GET /api unguarded web/app/api/route.ts:1'],
  },
  {
    name: 'known by what it imports',
    files: { 'app/api/route.ts': "import { NextResponse } from 'next/server';\nexport const PUT = () => NextResponse.json({});" },
    isOther: true,
    routes: ['PUT /api unguarded app/api/route.ts:2'],
  },
  {
    name: 'a base path',
    files: { 'next.config.mjs': "const config = { basePath: '/shop' };\nexport default config;", 'app/route.ts': OK, 'pages/api/a.js': 'export default (req, res) => res.end()' },
    routes: ['GET /shop unguarded app/route.ts:1', 'ALL /shop/api/a unguarded pages/api/a.js:1'],
  },
  {
    name: 'a base path in a wrapper, of a function',
    files: {
      'next.config.js': "const { withSentryConfig } = require('@sentry/nextjs');\nmodule.exports = withSentryConfig(() => ({ basePath: '/shop' }), {});",
      'app/route.ts': OK,
    },
    routes: ['GET /shop unguarded app/route.ts:1'],
  },
  {
    name: 'a base path nobody knows',
    files: { 'next.config.ts': 'export default { basePath: process.env.BASE };', 'app/x/route.ts': OK },
    routes: ['GET /{?}/x unguarded app/x/route.ts:1'],
  },
  {
    name: 'pages/api',
    files: {
      'pages/api/index.ts': 'export default (req, res) => res.end()',
      'pages/api/users/[id].ts': 'export default (req, res) => res.end()',
      'src/pages/api/docs/[[...all]].js': 'module.exports = (req, res) => res.end()',
    },
    routes: [
      'ALL /api unguarded pages/api/index.ts:1',
      'ALL /api/docs unguarded src/pages/api/docs/[[...all]].js:1',
      'ALL /api/docs/{*all} unguarded src/pages/api/docs/[[...all]].js:1',
      'ALL /api/users/{id} unguarded pages/api/users/[id].ts:1',
    ],
  },
];
/** How a route file may say which methods it answers. */
const EXPORTS: readonly { readonly name: string; readonly code: string; readonly others?: Readonly<Record<string, string>>; readonly routes: readonly string[] }[] = [
  {
    name: 'every method',
    code: 'export function GET() { return new Response(); }\nexport const HEAD = () => new Response();\nexport async function POST() { return new Response(); }\n' +
        'export const PUT = async () => new Response();\nexport function PATCH() { return new Response(); }\nexport function DELETE() { return new Response(); }\n' +
        'export function OPTIONS() { return new Response(); }',
    routes: ['DELETE unguarded :6', 'GET unguarded :1', 'HEAD unguarded :2', 'OPTIONS unguarded :7', 'PATCH unguarded :5', 'POST unguarded :3', 'PUT unguarded :4'],
  },
  {
    name: 'settings and helpers beside them',
    code: "export const dynamic = 'force-dynamic';\nexport const runtime = 'edge';\nexport function get() {}\nexport default function GET() {}\nexport type PUT = string;",
    routes: [],
  },
  {
    name: 'one function under several names',
    code: 'const handler = async (request: Request) => {\n  return new Response();\n};\nexport { handler as GET, handler as POST };',
    routes: ['GET unguarded :4', 'POST unguarded :4'],
  },
  {
    name: 'the methods of one function',
    code: "async function handler(request: Request) {\n  if (request.method === 'GET') return Response.json([]);\n" +
        "  if (!request.headers.get('authorization')) return new Response(null, { status: 401 });\n  return Response.json({});\n}\nexport { handler as GET };\nexport { handler as PUT };",
    routes: ['GET unguarded :6', 'PUT guarded :7'],
  },
  {
    name: 'of another file',
    code: "export { GET, create as POST } from './users';",
    others: { 'app/api/x/users.ts': 'export const GET = () => Response.json([]);\nexport function create() { return new Response(null, { status: 201 }); }' },
    routes: ['GET unguarded :1', 'POST unguarded :1'],
  },
  {
    name: 'all of another file',
    code: "export * from '../users';",
    others: { 'app/api/users.ts': 'export const GET = () => Response.json([]);\nexport const name = 1;' },
    routes: ['GET unguarded :1'],
  },
  {
    name: 'members of what a package makes',
    code: "import { handlers } from '@/auth';\nexport const { GET, POST } = handlers;",
    others: {
      'auth.ts': "import NextAuth from 'next-auth';\nexport const { handlers, auth } = NextAuth({});",
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
    },
    routes: ['GET unknown :2', 'POST unknown :2'],
  },
  {
    name: 'what a package makes',
    code: "import NextAuth from 'next-auth';\nconst handler = NextAuth({});\nexport { handler as GET, handler as POST };",
    routes: ['GET unknown :3', 'POST unknown :3'],
  },
  {
    name: 'a call of a package, taken apart',
    code: "import { createRouteHandler } from 'uploadthing/next';\nexport const { GET, POST } = createRouteHandler({ router });",
    routes: ['GET unknown :2', 'POST unknown :2'],
  },
  {
    name: 'an application of another framework',
    code: "import { Hono } from 'hono';\nimport { handle } from 'hono/vercel';\nconst app = new Hono().basePath('/api/x');\napp.get('/hello', (c) => c.json({}));\nexport const GET = handle(app);",
    routes: ['/api/x/hello GET unguarded :4'],
  },
];
for (const { name, files, routes, isOther } of PLACES) {
  test(`next: ${name}`, () => assert.deepEqual(routesOf({ ...(isOther ? {} : { 'package.json': NEXT }), ...files }), routes));
}
for (const { name, code, others, routes } of EXPORTS) {
  test(`next: exports, ${name}`, () => {
    const found = routesOf({ 'package.json': NEXT, 'app/api/x/route.ts': code, ...others });
    assert.deepEqual(
      found,
      routes.map((line) => {
        const [path, method = '', state = '', at = ''] = line.startsWith('/') ? line.split(' ') : ['/api/x', ...line.split(' ')];
        return `${method} ${path ?? ''} ${state} app/api/x/route.ts${at}`;
      }),
    );
  });
}
