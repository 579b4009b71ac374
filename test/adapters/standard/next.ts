import { runFiles } from './run.js';
import type { StandardApp } from './contract.js';

const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "dependencies": { "next": "16.0.0" } }',
  'app/health/route.ts': "export async function GET() {\n  return Response.json('data');\n}\n",
  'app/login/route.ts': "export async function POST() {\n  return Response.json('data');\n}\n",
  'app/(group)/api/users/route.ts': `
import { requireUser } from '../../../../lib/guards';

export const GET = requireUser(async () => Response.json([]));
`,
  'app/(group)/api/users/[id]/route.ts': `
import { requireAdmin, requireUser } from '../../../../../lib/guards';

const data = async () => Response.json({});
export const GET = requireUser(data);
const remove = requireUser(requireAdmin(data));
export { remove as DELETE };
`,
  'app/files/route.ts': `
import { requireUser } from '../../lib/guards';

export const POST = requireUser(async () => new Response('data', { status: 201 }));
`,
  'app/files/[id]/route.ts': "export const PUT = async () => Response.json('data');\n",
  'app/reports/route.ts': `
import { gate } from '../../lib/guards';

export const GET = gate(async () => Response.json('data'));
`,
  'lib/guards.ts': `
type Handler = (request: Request) => Promise<Response>;

export const requireUser = (handler: Handler): Handler => async (request) => {
  if (!request.headers.get('authorization')) return Response.json({ error: 'login' }, { status: 401 });
  return handler(request);
};
export const requireAdmin = (handler: Handler): Handler => async (request) => {
  if (roleOf(request) !== 'admin') return new Response('no', { status: 403 });
  return handler(request);
};
export const gate = (handler: Handler): Handler => async (request) => {
  if (process.env.GATE === 'on' && !request.headers.get('authorization')) return new Response('login', { status: 401 });
  return handler(request);
};
const roleOf = (request: Request): string => request.headers.get('x-role') ?? '';
`,
};
const ROUTE = /^app\/(.*)\/route\.ts$/;

/**
 * The standard API for the application router of Next.js. Next itself is not started: a file is a route and its exports are methods by the conventions
 * that its documentation states; the handlers are run.
 */
export const next: StandardApp = {
  framework: 'next',
  files: FILES,
  start() {
    const handlers = new Map<string, unknown>();
    for (const file of Object.keys(FILES)) {
      const folder = ROUTE.exec(file)?.[1];
      if (folder === undefined) continue;
      const path = folder.split('/').filter((name) => !name.startsWith('(')).map((name) => name.replace(/^\[(\w+)\]$/, '{$1}')).join('/');
      for (const [method, handler] of Object.entries(Object(runFiles(FILES, file)))) handlers.set(`${method} /${path}`, handler);
    }
    return {
      routes: () => [...handlers.keys()],
      async ask(method, path) {
        const found = [...handlers].find(([route]) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`).test(`${method} ${path}`))?.[1];
        const answer: unknown = typeof found === 'function' ? await Reflect.apply(found, undefined, [new Request(`http://localhost${path}`, { method })]) : undefined;
        return answer instanceof Response ? answer.status : 404;
      },
    };
  },
};
