import { samePlace, type At } from '../../text/source.js';
import type { Call, Value } from '../../model/value.js';
import type { Scope } from '../../project/project.js';
import { isHeaderSetup, setsHeaders } from '../facts/header-setup.js';
import { publicPath } from '../facts/paths.js';
import { rule } from '../rule.js';

interface Late {
  readonly count: number;
  readonly call: Call;
  readonly scope: Scope;
  readonly statementAt: At;
}

export default rule<'call', Late>({
  meta: {
    id: 'headers/helmet-after-routes',
    title: 'Security headers are added too late',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [693],
    severity: 'warning',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    leansOn: ['express/order', 'express4/order'],
    whenNotToUse: 'The routes above are answered to machines only, never to browsers.',
    references: ['https://helmetjs.github.io/', 'https://expressjs.com/en/guide/using-middleware.html'],
  },
  on: 'call',
  words: ['helmet', 'secureheaders', 'lusca'],
  *detect({ call, step }, context) {
    if (!isHeaderSetup(call) || call.name === 'register') return;
    const scope = context.scopeOf(call.at);
    // Order within a scope does not matter to Fastify and hapi.
    if (!scope || !/^(express|koa|hono|nest|nestjs)$/.test(scope.framework)) return;
    const index = scope.order.findIndex((entry) => entry.kind === 'layer' && samePlace(entry.at, call.at));
    // Under a path of its own it was never meant for the routes above.
    if (index < 0 || scope.order[index]?.path?.segments.some((segment) => segment.kind === 'text')) return;
    const before = scope.order.slice(0, index);
    if (before.some((entry) => entry.layer !== undefined && setsHeaders(entry.layer, context))) return;
    const answered = before.filter((entry) => (entry.kind === 'layer' ? servesFiles(entry.layer?.value) : !(entry.path && publicPath(entry.path.text))));
    if (answered.length === 0) return;
    yield {
      at: call.nameAt,
      subject: `${scope.binding ?? scope.framework} helmet order`,
      evidence: { count: answered.length, call, scope, statementAt: step.statementAt },
      when: step.when,
      related: answered.slice(0, 3).map((entry) => ({ at: entry.at, label: 'answered before helmet runs' })),
    };
  },
  explain: ({ count }) => ({
    message: `${count} route(s) above are answered before helmet runs, so they carry no security headers. Move this line above the first route.`,
    why: 'Middleware only touches requests that reach it: what is answered earlier goes out without CSP, HSTS and nosniff.',
    remedy: 'Register helmet right after the application is created.',
  }),
  *fix({ evidence: { call, scope, statementAt } }, context) {
    const isAlone = scope.order.filter((entry) => entry.layer && samePlace(entry.at, call.at)).length === 1 && context.textOf(statementAt).length <= context.textOf(call.at).length + 40;
    if (!isAlone || scope.statementAt.path !== statementAt.path || call.args.some(({ value }) => usesNames(value))) {
      yield { refused: 'The line does more than this, stands in another file, or needs what is declared above it.' };
      return;
    }
    yield { title: 'Move to the top', safety: 'review', changes: [{ do: 'move', at: statementAt, after: scope.statementAt }] };
  },
  examples: [
    {
      title: 'helmet below a mounted router',
      bad: `
        import express from 'express';
        import helmet from 'helmet';
        const api = express.Router();
        const app = express();
        app.use('/api', api);
        app.use(helmet());
        //      ^^^^^^ headers/helmet-after-routes "1 route(s) above"`,
      fixed: `
        import express from 'express';
        import helmet from 'helmet';
        const api = express.Router();
        const app = express();
        app.use(helmet());
        app.use('/api', api);`,
    },
    {
      title: 'helmet below a route, with other middleware between',
      bad: `
        import cors from 'cors';
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        app.get('/', home);
        app.use(cors({ origin: 'https://app.example.com' }));
        app.use(helmet());
        //      ^^^^^^ headers/helmet-after-routes`,
    },
    {
      title: 'helmet below static files',
      bad: `
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        app.use(express.static('public'));
        app.use(helmet({ frameguard: { action: 'deny' } }));
        //      ^^^^^^ headers/helmet-after-routes`,
      fixed: `
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        app.use(helmet({ frameguard: { action: 'deny' } }));
        app.use(express.static('public'));`,
    },
    { title: 'helmet first', good: `import express from 'express';\nimport helmet from 'helmet';\nconst app = express();\napp.use(helmet());\napp.use('/api', api);\napp.get('/', home);` },
    { title: 'only a health check above', good: `import express from 'express';\nimport helmet from 'helmet';\nconst app = express();\napp.get('/healthz', ok);\napp.use(helmet());\napp.get('/', home);` },
    { title: 'helmet for one part of the site', good: `import express from 'express';\nimport helmet from 'helmet';\nconst app = express();\napp.get('/api/orders', orders);\napp.use('/pages', helmet());` },
    {
      title: 'a second helmet for some routes',
      good: `import express from 'express';\nimport helmet from 'helmet';\nconst app = express();\napp.use(helmet());\napp.get('/', home);\napp.use('/docs', helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'"] } } }));`,
    },
  ],
});

function servesFiles(value: Value | undefined): boolean {
  return value?.kind === 'call' && /(^|[./])(static|serve-?static|koa-static|serve-index)$/i.test(value.callee);
}
/** The value depends on something declared elsewhere: the line must stay below it. */
function usesNames(value: Value, depth = 0): boolean {
  if (depth > 10) return true;
  switch (value.kind) {
    case 'literal':
    case 'regex':
      return false;
    case 'object':
      return value.open || value.entries.some((entry) => usesNames(entry.value, depth + 1));
    case 'array':
      return value.open || value.items.some((item) => usesNames(item.value, depth + 1));
    default:
      return true;
  }
}
