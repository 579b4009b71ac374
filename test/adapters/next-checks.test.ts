import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const NEXT = '{ "dependencies": { "next": "16.0.0" } }';
const REFUSE = "return new Response('no', { status: 401 });";
/** Bodies of `export async function PUT(request, { params })` in a file with imports, and what is known of strangers. */
const CHECKS: readonly { readonly name: string; readonly code: string; readonly imports?: string; readonly others?: Readonly<Record<string, string>>; readonly state: string }[] = [
  { name: 'nothing', code: 'const body = await request.json();\nreturn Response.json(body);', state: 'unguarded' },
  {
    name: 'a session of next-auth 4',
    imports: "import { getServerSession } from 'next-auth';",
    code: `const session = await getServerSession(options);\nif (!session?.user?.id) ${REFUSE}\nreturn Response.json({});`,
    state: 'guarded',
  },
  {
    name: 'auth() of Auth.js',
    imports: "import { auth } from '@/auth';\nimport { NextResponse } from 'next/server';",
    code: "const session = await auth();\nif (!session) return NextResponse.json({ error: 'x' }, { status: 401 });\nreturn NextResponse.json({});",
    state: 'guarded',
  },
  {
    name: 'auth() of Clerk',
    imports: "import { auth } from '@clerk/nextjs/server';",
    code: "const { userId } = await auth();\nif (!userId) return new Response('Unauthorized', { status: 401 });\nreturn Response.json({});",
    state: 'guarded',
  },
  { name: 'protect of Clerk', imports: "import { auth } from '@clerk/nextjs/server';", code: 'await auth.protect();\nreturn Response.json({});', state: 'guarded' },
  {
    name: 'currentUser',
    imports: "import { currentUser } from '@clerk/nextjs/server';",
    code: 'const me = await currentUser();\nif (!me) { throw new Error("Unauthorized"); }\nreturn Response.json({});',
    state: 'guarded',
  },
  {
    name: 'a user of Supabase',
    imports: "import { createClient } from '@supabase/supabase-js';",
    code: `const { data: { user }, error } = await createClient().auth.getUser();\nif (error || !user) ${REFUSE}\nreturn Response.json(user);`,
    state: 'guarded',
  },
  {
    name: 'a token of next-auth',
    imports: "import { getToken } from 'next-auth/jwt';",
    code: `const token = await getToken({ req: request });\nif (!token) ${REFUSE}\nreturn Response.json({});`,
    state: 'guarded',
  },
  {
    name: 'a session that is only read',
    imports: "import { auth } from '@/auth';",
    code: 'const session = await auth();\nreturn Response.json({ name: session?.user?.name });',
    state: 'unguarded',
  },
  {
    name: 'a cookie',
    imports: "import { cookies } from 'next/headers';",
    code: `const store = await cookies();\nconst token = store.get('session-token')?.value;\nif (!token) ${REFUSE}\nreturn Response.json({});`,
    state: 'guarded',
  },
  {
    name: 'a secret of a job',
    code: "const authHeader = request.headers.get('authorization');\nif (authHeader !== `Bearer ${process.env.CRON_SECRET}`) {\n  return new Response('Unauthorized', { status: 401 });\n}\n" +
        "return Response.json({});",
    state: 'guarded',
  },
  {
    name: 'a secret that may be missing',
    code: "if (process.env.CRON_SECRET && request.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`) return new Response(null, { status: 401 });\nreturn Response.json({});",
    state: 'unknown',
  },
  {
    name: 'a redirect to the login',
    imports: "import { redirect } from 'next/navigation';\nimport { auth } from '@/auth';",
    code: "const session = await auth();\nif (!session) redirect('/login');\nreturn Response.json({});",
    state: 'guarded',
  },
  {
    name: 'a response that redirects to the login',
    imports: "import { NextResponse } from 'next/server';\nimport { auth } from '@/auth';",
    code: "if (!(await auth())) return NextResponse.redirect(new URL('/auth/signin', request.url));\nreturn NextResponse.json({});",
    state: 'guarded',
  },
  {
    name: 'unauthorized() of Next',
    imports: "import { unauthorized } from 'next/navigation';\nimport { auth } from '@/auth';",
    code: 'const session = await auth();\nif (!session) unauthorized();\nreturn Response.json({});',
    state: 'guarded',
  },
  {
    name: 'a missing thing is no refusal',
    imports: "import { notFound } from 'next/navigation';",
    code: 'const file = await find(params.id);\nif (!file) notFound();\nreturn Response.json(file);',
    state: 'unguarded',
  },
  {
    name: 'a bad body is no refusal',
    code: 'const parsed = schema.safeParse(await request.json());\nif (!parsed.success) return Response.json(parsed.error, { status: 400 });\nreturn Response.json({});',
    state: 'unguarded',
  },
  {
    name: 'a helper that throws',
    imports: "import { requireUser } from './guard';",
    others: {
      'app/api/x/guard.ts':
        "import { auth } from '@/auth';\nexport async function requireUser() {\n  const session = await auth();\n  if (!session) throw new ApiError(401);\n  return session.user;\n}",
    },
    code: 'const user = await requireUser();\nreturn Response.json(user);',
    state: 'guarded',
  },
  {
    name: 'a helper that throws, caught',
    imports: "import { owner } from './guard';",
    others: {
      'app/api/x/guard.ts':
        "export async function owner(request) {\n  const token = request.headers.get('authorization');\n  if (!token) throw new Error('Unauthorized');\n  return token;\n}",
    },
    code: "try {\n  await owner(request);\n  return Response.json({});\n} catch (error) {\n" +
        "  return Response.json({ error: error.message }, { status: error.message === 'Unauthorized' ? 401 : 500 });\n}",
    state: 'guarded',
  },
  {
    name: 'a helper that gives back a response',
    imports: "import { checkAdmin } from './guard';",
    others: {
      'app/api/x/guard.ts':
        "import { NextResponse } from 'next/server';\nimport { auth } from '@/auth';\nexport async function checkAdmin() {\n  const session = await auth();\n" +
        "  if (session?.user.role !== 'admin') return NextResponse.json({ error: 'no' }, { status: 403 });\n  return null;\n}",
    },
    code: 'const denied = await checkAdmin();\nif (denied) return denied;\nreturn Response.json({});',
    state: 'guarded',
  },
  {
    name: 'a helper that gives back user and response',
    imports: "import { enter } from './guard';",
    others: {
      'app/api/x/guard.ts':
        "import { auth } from '@/auth';\nexport async function enter() {\n  const session = await auth();\n" +
        "  if (!session) return { user: null, response: new Response(null, { status: 401 }) };\n  return { user: session.user, response: null };\n}",
    },
    code: 'const { user, response } = await enter();\nif (response) return response;\nreturn Response.json(user);',
    state: 'guarded',
  },
  {
    name: 'a helper that gives back a function',
    imports: "import { parse } from './guard';",
    others: {
      'app/api/x/guard.ts':
        "import { unauthorized } from './answers';\nexport async function parse(request, schema, options) {\n  let error;\n  const auth = options?.open ? null : await checkAuth(request);\n" +
        "  if (!auth) error = () => unauthorized();\n  return { auth, error };\n}\nasync function checkAuth(request) {\n  const token = request.headers.get('authorization');\n" +
        "  if (!token) return null;\n  return verify(token);\n}",
      'app/api/x/answers.ts': 'export function unauthorized() {\n  return Response.json({}, { status: 401 });\n}',
    },
    code: 'const { auth, error } = await parse(request);\nif (error) return error();\nreturn Response.json(auth);',
    state: 'guarded',
  },
  {
    name: 'a helper that gives back one of two functions',
    imports: "import { parse } from './parse';",
    others: {
      'app/api/x/parse.ts':
        "export async function parse(request, schema, options) {\n  let error;\n  let auth = null;\n  const result = schema.safeParse(request);\n" +
        "  if (!result.success) error = () => Response.json({}, { status: 400 });\n  if (!options?.open && !error) {\n" +
        "    auth = request.headers.get('authorization');\n    if (!auth) error = () => Response.json({}, { status: 401 });\n  }\n  return { auth, error };\n}",
    },
    code: 'const { auth, error } = await parse(request, schema);\nif (error) return error();\nreturn Response.json(auth);',
    state: 'guarded',
  },
  {
    name: 'a helper that is told to ask nobody',
    imports: "import { parse } from './parse';",
    others: {
      'app/api/x/parse.ts':
        "export async function parse(request, { ask = true } = {}) {\n  if (ask && !request.headers.get('authorization')) throw new ApiError(401);\n  return request.json();\n}",
    },
    code: 'const body = await parse(request, { ask: false });\nreturn Response.json(body);',
    state: 'unguarded',
  },
  {
    name: 'a helper that asks unless it is told otherwise',
    imports: "import { parse } from './parse';",
    others: {
      'app/api/x/parse.ts':
        "export async function parse(request, { ask = true } = {}) {\n  if (ask && !request.headers.get('authorization')) throw new ApiError(401);\n  return request.json();\n}",
    },
    code: 'const body = await parse(request, {});\nreturn Response.json(body);',
    state: 'guarded',
  },
  {
    name: 'a helper that refuses nobody',
    imports: "import { requireUser } from './guard';",
    others: { 'app/api/x/guard.ts': 'export async function requireUser(request) {\n  console.log(request.url);\n}' },
    code: 'await requireUser(request);\nreturn Response.json({});',
    state: 'unguarded',
  },
  { name: 'a helper nobody can read', imports: "import { requireUser } from '@acme/auth';", code: 'await requireUser(request);\nreturn Response.json({});', state: 'unknown' },
  {
    name: 'an answer nobody can read',
    imports: "import { fetchRequestHandler } from '@trpc/server/adapters/fetch';",
    code: 'return fetchRequestHandler({ req: request, router });',
    state: 'unknown',
  },
  { name: 'refusing everybody', code: "return new Response('gone', { status: 410 });", state: 'guarded' },
  {
    name: 'a role',
    imports: "import { auth } from '@/auth';",
    code: "const session = await auth();\nif (session?.user?.role !== 'ADMIN') return new Response('Forbidden', { status: 403 });\nreturn Response.json({});",
    state: 'guarded',
  },
  {
    name: 'only in production',
    imports: "import { auth } from '@/auth';",
    code: `const session = await auth();\nif (process.env.NODE_ENV === 'production' && !session) ${REFUSE}\nreturn Response.json({});`,
    state: 'guarded',
  },
  {
    name: 'an answer before the check',
    imports: "import { auth } from '@/auth';",
    code: `if (request.headers.get('x-ping')) return Response.json({});\nconst session = await auth();\nif (!session) ${REFUSE}\nreturn Response.json({});`,
    state: 'unknown',
  },
  {
    name: 'a check whose result is dropped',
    imports: "import { check } from './guard';",
    others: { 'app/api/x/guard.ts': "export const check = async (request) => {\n  if (!request.headers.get('authorization')) return new Response(null, { status: 401 });\n};" },
    code: 'await check(request);\nreturn Response.json({});',
    state: 'unguarded',
  },
  {
    name: 'a callback behind a check',
    imports: "import { withUser } from './guard';",
    others: {
      'app/api/x/guard.ts':
        "import { auth } from '@/auth';\nexport async function withUser(run) {\n  const session = await auth();\n  if (!session) return Response.json({}, { status: 401 });\n" +
        "  return run(session.user);\n}",
    },
    code: 'return withUser(async (user) => Response.json(user));',
    state: 'guarded',
  },
  {
    name: 'a signature',
    imports: "import Stripe from 'stripe';",
    code: "const signature = request.headers.get('stripe-signature');\nlet event;\ntry {\n  event = stripe.webhooks.constructEvent(await request.text(), signature, secret);\n" +
        "} catch (error) {\n  return new Response('bad', { status: 400 });\n}\nreturn Response.json({ received: true });",
    state: 'unguarded',
  },
];
for (const { name, code, imports, others, state } of CHECKS) {
  test(`next: in a handler, ${name}`, () => {
    const lines = routesOf({
      'package.json': NEXT,
      'app/api/x/route.ts': `${imports === undefined ? '' : `${imports}\n`}export async function PUT(request: Request, { params }) {\n${code}\n}`,
      ...others,
    });
    assert.deepEqual(
      lines.map((line) => line.split(' ').slice(0, 3).join(' ')),
      [`PUT /api/x ${state}`],
    );
  });
}
