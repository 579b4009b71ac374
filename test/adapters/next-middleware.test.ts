import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

const OK = 'export const GET = () => Response.json({});';
const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "dependencies": { "next": "16.0.0" } }',
  'app/api/users/[id]/route.ts': OK,
  'app/api/public/route.ts': OK,
  'app/health/route.ts': OK,
};
/** What stands before `/api/public`, `/api/users/{id}` and `/health`: state and chain. */
const CHECKS: readonly {
  readonly name: string;
  readonly code: string;
  readonly file?: string;
  readonly others?: Readonly<Record<string, string>>;
  readonly routes: readonly [string, string, string];
}[] = [
  {
    name: 'every path',
    code: "export function middleware(request) {\n  if (!request.cookies.get('session-token')) return new Response(null, { status: 401 });\n}",
    routes: ['guarded middleware', 'guarded middleware', 'guarded middleware'],
  },
  {
    name: 'proxy of Next 16',
    file: 'proxy.ts',
    code: "export default function proxy(request) {\n  if (!request.headers.get('authorization')) return Response.json({}, { status: 401 });\n}",
    routes: ['guarded proxy', 'guarded proxy', 'guarded proxy'],
  },
  {
    name: 'a matcher',
    code: "import { NextResponse } from 'next/server';\nexport const middleware = async (request) => {\n  const token = request.headers.get('authorization');\n" +
        "  if (!token) return NextResponse.json({ error: 'no' }, { status: 401 });\n  return NextResponse.next();\n};\nexport const config = { matcher: '/api/users/:path*' };",
    routes: ['unguarded -', 'guarded middleware', 'unguarded -'],
  },
  {
    name: 'a list of matchers',
    code: "export function middleware(request) {\n  if (!request.auth) return new Response(null, { status: 401 });\n}\n" +
        "export const config = { matcher: ['/health', { source: '/api/users/:path*', missing: [{ type: 'header', key: 'purpose', value: 'prefetch' }] }] };",
    routes: ['unguarded -', 'unknown middleware', 'guarded middleware'],
  },
  {
    name: 'a matcher that leaves out',
    code: "export function middleware(request) {\n  if (!request.auth) return new Response(null, { status: 401 });\n}\n" +
        "export const config = { matcher: ['/((?!api/public|_next/static|favicon.ico).*)'] };",
    routes: ['unguarded -', 'guarded middleware', 'guarded middleware'],
  },
  {
    name: 'a matcher nobody can read',
    code: "import { paths } from 'elsewhere';\nexport function middleware(request) {\n  if (!request.auth) return new Response(null, { status: 401 });\n}\nexport const config = { matcher: paths };",
    routes: ['unknown middleware', 'unknown middleware', 'unknown middleware'],
  },
  {
    name: 'tests of the path',
    code: "import { NextResponse } from 'next/server';\nconst open = ['/api/public', '/login'];\nexport function middleware(request) {\n  const { pathname } = request.nextUrl;\n" +
        "  if (pathname === '/health') return NextResponse.next();\n  if (open.some((path) => pathname.startsWith(path))) return NextResponse.next();\n" +
        "  if (!request.cookies.get('token')) return NextResponse.redirect(new URL('/login', request.url));\n  return NextResponse.next();\n}",
    routes: ['unguarded middleware', 'guarded middleware', 'unguarded middleware'],
  },
  {
    name: 'only below a path',
    code: "import { NextResponse } from 'next/server';\nexport async function middleware(request) {\n  if (request.nextUrl.pathname.startsWith('/api/users')) {\n" +
        "    const key = request.headers.get('x-api-key');\n    if (key !== process.env.API_KEY) return NextResponse.json({}, { status: 403 });\n  }\n  return NextResponse.next();\n}",
    routes: ['unguarded middleware', 'guarded middleware', 'unguarded middleware'],
  },
  {
    name: 'a test that asks for a parameter',
    code: "export function middleware(request) {\n  if (request.nextUrl.pathname === '/api/users/me') return;\n  if (!request.auth) return new Response(null, { status: 401 });\n}",
    routes: ['guarded middleware', 'unknown middleware', 'guarded middleware'],
  },
  {
    name: 'headers only',
    code: "import { NextResponse } from 'next/server';\nexport function middleware(request) {\n  const response = NextResponse.next();\n  response.headers.set('x-frame-options', 'DENY');\n" +
        "  return response;\n}",
    routes: ['unguarded middleware', 'unguarded middleware', 'unguarded middleware'],
  },
  {
    name: 'a session in another file',
    code: "import { updateSession } from './lib/session';\nexport async function middleware(request) {\n  return await updateSession(request);\n}",
    others: {
      'lib/session.ts':
        "import { NextResponse } from 'next/server';\nimport { createServerClient } from '@supabase/ssr';\nexport async function updateSession(request) {\n" +
        "  let response = NextResponse.next({ request });\n  const supabase = createServerClient(url, key);\n  const { data: { user } } = await supabase.auth.getUser();\n" +
        "  if (!user && !request.nextUrl.pathname.startsWith('/health')) {\n    const url = request.nextUrl.clone();\n    url.pathname = '/login';\n    return NextResponse.redirect(url);\n" +
        "  }\n  return response;\n}",
    },
    routes: ['guarded middleware', 'guarded middleware', 'unguarded middleware'],
  },
  {
    name: 'next-auth 4',
    code: "export { default } from 'next-auth/middleware';\nexport const config = { matcher: ['/api/users/:path*'] };",
    routes: ['unguarded -', 'guarded next-auth/middleware', 'unguarded -'],
  },
  {
    name: 'withAuth of next-auth 4',
    code: "import { withAuth } from 'next-auth/middleware';\nexport default withAuth({ callbacks: { authorized: ({ token }) => token?.role === 'admin' } });",
    routes: ['guarded withAuth', 'guarded withAuth', 'guarded withAuth'],
  },
  {
    name: 'withAuth that lets everybody in',
    code: "import { withAuth } from 'next-auth/middleware';\nexport default withAuth(function middleware(request) {}, { callbacks: { authorized: () => true } });",
    routes: ['unguarded withAuth', 'unguarded withAuth', 'unguarded withAuth'],
  },
  {
    name: 'Auth.js without a callback',
    code: "export { auth as middleware } from './auth';",
    others: { 'auth.ts': "import NextAuth from 'next-auth';\nexport const { auth, handlers } = NextAuth({ providers: [] });" },
    routes: ['unguarded auth', 'unguarded auth', 'unguarded auth'],
  },
  {
    name: 'Auth.js with a callback',
    code: "import NextAuth from 'next-auth';\nimport { authConfig } from './auth.config';\nexport default NextAuth(authConfig).auth;",
    others: {
      'auth.config.ts':
        "export const authConfig = {\n  callbacks: {\n    authorized({ auth, request: { nextUrl } }) {\n      const isLoggedIn = !!auth?.user;\n" +
        "      if (nextUrl.pathname.startsWith('/api/users')) {\n        if (isLoggedIn) return true;\n        return false;\n      }\n      return true;\n    },\n  },\n  providers: [],\n};",
    },
    routes: ['unguarded auth', 'guarded auth', 'unguarded auth'],
  },
  {
    name: 'Auth.js with a function',
    code: "import { auth } from './auth';\nexport default auth((request) => {\n" +
        "  if (!request.auth && request.nextUrl.pathname !== '/health') return Response.redirect(new URL('/login', request.nextUrl.origin));\n});",
    others: { 'auth.ts': "import NextAuth from 'next-auth';\nexport const { auth, handlers } = NextAuth({ providers: [] });" },
    routes: ['guarded auth', 'guarded auth', 'unguarded auth'],
  },
  {
    name: 'Clerk, which protects nothing by itself',
    code: "import { clerkMiddleware } from '@clerk/nextjs/server';\nexport default clerkMiddleware();",
    routes: ['unguarded clerkMiddleware', 'unguarded clerkMiddleware', 'unguarded clerkMiddleware'],
  },
  {
    name: 'Clerk with a list of protected paths',
    code: "import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';\nconst isProtected = createRouteMatcher(['/api/users(.*)']);\n" +
        "export default clerkMiddleware(async (auth, request) => {\n  if (isProtected(request)) await auth.protect();\n});\n" +
        "export const config = { matcher: ['/((?!.*\\\\..*|_next).*)', '/', '/(api|trpc)(.*)'] };",
    routes: ['unguarded clerkMiddleware', 'guarded clerkMiddleware', 'unguarded clerkMiddleware'],
  },
  {
    name: 'Clerk with a list of public paths',
    code: "import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';\nconst isPublic = createRouteMatcher(['/health', '/api/public(.*)']);\n" +
        "export default clerkMiddleware(async (auth, request) => {\n  const { userId, redirectToSignIn } = await auth();\n  if (!userId && !isPublic(request)) return redirectToSignIn();\n});",
    routes: ['unguarded clerkMiddleware', 'guarded clerkMiddleware', 'unguarded clerkMiddleware'],
  },
  {
    name: 'authMiddleware of Clerk 4',
    code: "import { authMiddleware } from '@clerk/nextjs';\nexport default authMiddleware({ publicRoutes: ['/health', /^\\/api\\/public/] });",
    routes: ['unguarded authMiddleware', 'guarded authMiddleware', 'unguarded authMiddleware'],
  },
  {
    name: 'languages',
    code: "import createMiddleware from 'next-intl/middleware';\nimport { routing } from './routing';\nexport default createMiddleware(routing);",
    routes: ['unguarded createMiddleware', 'unguarded createMiddleware', 'unguarded createMiddleware'],
  },
  {
    name: 'a package nobody knows',
    code: "import { guardAll } from '@acme/edge';\nexport default guardAll({});",
    routes: ['unknown guardAll', 'unknown guardAll', 'unknown guardAll'],
  },
  {
    name: 'a file of another folder',
    file: 'lib/middleware.ts',
    code: 'export function middleware() { return new Response(null, { status: 401 }); }',
    routes: ['unguarded -', 'unguarded -', 'unguarded -'],
  },
];
for (const { name, code, file, others, routes } of CHECKS) {
  test(`next: middleware, ${name}`, () => {
    const texts = new Map(Object.entries({ ...FILES, [file ?? 'middleware.ts']: code, ...others }).map(([path, text]) => [filePath(path), text]));
    const found = engineOver(texts)
      .inventory()
      .map(({ path, authentication, chain }) => `${path} ${authentication} ${chain.map((one) => one.name).join(' > ') || '-'}`);
    assert.deepEqual(
      found,
      ['/api/public', '/api/users/{id}', '/health'].map((path, index) => `${path} ${routes[index] ?? ''}`),
    );
  });
}
