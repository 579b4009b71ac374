import type { FunctionView, Step } from '../../model/module.js';
import type { Call } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { Severity } from '../../findings/finding.js';
import type { Change, Code } from '../../findings/changes.js';
import type { At } from '../../text/source.js';
import { isImported } from '../facts/imported.js';
import { guardInserted } from '../facts/guard-place.js';
import { authGuardName } from '../facts/guards.js';
import { reachedBy } from '../facts/mounts.js';
import { dottedName } from '../facts/names.js';
import { answersLocally } from '../facts/listening.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Tool {
  readonly shows: 'internals' | 'a control panel';
  readonly severity: Severity;
}
interface Evidence extends Tool {
  readonly path: string;
  readonly place: { readonly endpoint: Endpoint } | { readonly at: At } | undefined;
}
const METRICS: Tool = { shows: 'internals', severity: 'info' };
const STATUS: Tool = { shows: 'internals', severity: 'warning' };
const PANEL: Tool = { shows: 'a control panel', severity: 'error' };
/** Calls that make the pages of a tool, none of which asks who calls. */
const TOOLS: ReadonlyMap<string, Tool> = new Map([
  ['express-prom-bundle', METRICS], ['express-status-monitor', STATUS], ['swagger-stats.getMiddleware', STATUS], ['@adminjs/express.buildRouter', PANEL], ['admin-bro-expressjs.buildRouter', PANEL],
  ['@admin-bro/express.buildRouter', PANEL], ['bull-arena', PANEL], ['agendash', PANEL], ['agendash2', PANEL], ['mongo-express', PANEL], ['mongo-express/lib/middleware', PANEL],
]);
const BOARDS = /^@bull-board\/(express|fastify|koa|hono|hapi)$/;
const METRICS_PATH = /^(metrics|prometheus)$/i;
const TOOL_PATH = /^(actuator|status-monitor|bull|bull-board|agendash|arena|adminer|pgweb|pprof)$/i;
const BEFORE = /^(api|v\d{1,3}|internal|admin|debug|ops|system|management|-)$/i;

export default rule<'module', Evidence>({
  meta: {
    id: 'exposure/ops-endpoint',
    title: 'Metrics or admin tooling is open',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [200],
    severity: 'warning',
    confidence: 'medium',
    topics: ['debug', 'data-exposure'],
    since: '0.1.0',
    whenNotToUse: 'The port is reached by the monitoring only; a proxy keeps these paths from everybody else.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/', 'https://prometheus.io/docs/operating/security/'],
  },
  on: 'module',
  words: [],
  *detect(module, context): Iterable<Detection<Evidence>> {
    const told = new Set<number>();
    for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
      const tool = step.do === 'call' ? toolOf(step.call, context) : undefined;
      if (step.do !== 'call' || !tool) continue;
      const found = mounted(step.call, step, fn, tool, context);
      if (!found) continue;
      told.add(found.at.mark);
      yield found;
    }
    for (const endpoint of context.endpoints({ file: module.path })) {
      const tool = byPath(endpoint, context);
      if (!tool || endpoint.authentication.state !== 'open' || endpoint.authorization.state === 'guarded' || !endpoint.chainComplete) continue;
      const at = endpoint.pathAt?.path === module.path ? endpoint.pathAt : endpoint.methodAt;
      if (told.has(at.mark) || isSeparate(endpoint, context)) continue;
      told.add(at.mark);
      yield { at, subject: `${endpoint.method} ${endpoint.path.text}`, evidence: { ...tool, path: endpoint.path.text, place: { endpoint } }, severity: tool.severity, confidence: 'medium', when: endpoint.when };
    }
  },
  explain: ({ path, shows }) => ({
    message: `${path} shows ${shows} to anyone. Protect it or serve it on an internal port.`,
    why: 'Queues and records can be changed in such panels, and metrics tell which endpoints there are, how they are used and what fails.',
    remedy: 'Put a login in front of it, or serve it by an application of its own that listens on an internal address.',
  }),
  *fix({ evidence: { place } }, context): Iterable<FixAnswer> {
    const known = context.habits().guards[0]?.text;
    const guard: Code = known === undefined ? [{ slot: 'requireAuth' }] : [known];
    const change: Change | undefined = !place ? undefined : 'endpoint' in place ? guardInserted(place.endpoint.route, guard) : { do: 'insert', at: place.at, where: 'before', code: [...guard, ', '] };
    if (change) yield { title: known === undefined ? 'Put a guard in front of it' : `Put ${known} in front of it`, safety: known === undefined ? 'manual' : 'review', changes: [change] };
    else yield { refused: 'There is no place for a guard in this registration.' };
  },
  examples: [
    {
      title: 'a board of queues',
      bad: `
        import express from 'express';
        import { ExpressAdapter } from '@bull-board/express';
        const serverAdapter = new ExpressAdapter();
        const app = express();
        app.get('/users', requireAuth, list);
        app.use('/admin/queues', serverAdapter.getRouter());
        //      ^^^^^^^^^^^^^^^ exposure/ops-endpoint "/admin/queues shows a control panel"
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        import { ExpressAdapter } from '@bull-board/express';
        const serverAdapter = new ExpressAdapter();
        const app = express();
        app.get('/users', requireAuth, list);
        app.use('/admin/queues', requireAuth, serverAdapter.getRouter());
        app.listen(3000);
      `,
    },
    {
      title: 'an administration of records',
      bad: `
        import AdminJSExpress from '@adminjs/express';
        import express from 'express';
        const app = express();
        app.use(admin.options.rootPath, AdminJSExpress.buildRouter(admin));
        //                                             ^^^^^^^^^^^ exposure/ops-endpoint
        app.listen(3000);
      `,
    },
    {
      title: 'metrics',
      bad: `
        const express = require('express');
        const client = require('prom-client');
        const app = express();
        app.get('/metrics', async (req, res) => { res.end(await client.register.metrics()); });
        //      ^^^^^^^^^^ exposure/ops-endpoint
        app.get('/users', list);
        app.listen(3000);
      `,
    },
    {
      title: 'monitors that mount themselves',
      bad: `
        const express = require('express');
        const promBundle = require('express-prom-bundle');
        const app = express();
        app.use(promBundle({ includeMethod: true }));
        //      ^^^^^^^^^^ exposure/ops-endpoint
        app.use(require('express-status-monitor')());
        //      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/ops-endpoint
        app.listen(3000);
      `,
    },
    {
      title: 'behind a login',
      good: `
        import express from 'express';
        import { ExpressAdapter } from '@bull-board/express';
        import AdminJSExpress from '@adminjs/express';
        const serverAdapter = new ExpressAdapter();
        const app = express();
        app.use('/admin/queues', requireAuth, requireRole('admin'), serverAdapter.getRouter());
        app.use('/panel', AdminJSExpress.buildAuthenticatedRouter(admin, { authenticate, cookiePassword }));
        app.get('/metrics', basicAuth, metrics);
        app.listen(3000);
      `,
    },
    {
      title: 'on an internal address',
      good: `
        import express from 'express';
        const app = express();
        app.get('/users', list);
        app.listen(3000);
        const ops = express();
        ops.get('/metrics', metrics);
        ops.listen(9100, '127.0.0.1');
      `,
    },
    { title: 'an application of its own', good: `import express from 'express'; const ops = express(); ops.get('/metrics', metrics); ops.get('/health', health); ops.listen(9100);` },
    { title: 'metrics of a thing', good: `import express from 'express'; const app = express(); app.get('/projects/:id/metrics', show); app.get('/metrics/:name', show); app.post('/metrics', save); app.listen(3000);` },
    {
      title: 'in development only',
      good: `
        import express from 'express';
        import monitor from 'express-status-monitor';
        const app = express();
        if (process.env.NODE_ENV === 'development') app.use(monitor());
        app.get('/', h);
        app.listen(3000);
      `,
    },
  ],
});

function toolOf(call: Call, context: RuleContext): Tool | undefined {
  const known = isImported(call) ? TOOLS.get(call.callee) : undefined;
  if (known) return call.form === 'new' ? undefined : known;
  if (!/^(getRouter|registerPlugin)$/.test(call.name) || call.receiver?.kind !== 'ref') return undefined;
  const made = context.resolve(call.receiver).value;
  return made.kind === 'call' && made.form === 'new' && made.target.kind === 'ref' && made.target.root.kind === 'import' && BOARDS.test(made.target.root.from) ? PANEL : undefined;
}
/** Where a tool is mounted, if strangers get there. */
function mounted(call: Call, step: Step, fn: FunctionView, tool: Tool, context: RuleContext): Detection<Evidence> | undefined {
  const outer = fn.steps.find((one) => one.do === 'call' && one.call !== call && one.call.args.some((item) => item.value.at.mark === call.at.mark));
  if (outer?.do !== 'call' || !/^(use|register|all|get)$/.test(outer.call.name) || outer.call.args.some(({ value }) => authGuardName(dottedName(value)))) return undefined;
  const reached = reachedBy(call, context);
  if (reached.by !== 'everyone' || reached.internal) return undefined;
  const first = outer.call.args[0]?.value;
  const path = first && context.constant(first)?.value;
  const isPath = typeof path === 'string' && first !== undefined;
  return {
    at: isPath ? first.at : call.nameAt,
    subject: `${call.callee || call.name} ${isPath ? path : ''}`,
    evidence: { ...tool, path: isPath ? path : 'This tool', place: { at: call.at } },
    severity: tool.severity,
    confidence: 'high',
    when: step.when,
  };
}
/** A path that says what stands there: `/metrics`, `/api/actuator`. */
function byPath(endpoint: Endpoint, context: RuleContext): Tool | undefined {
  const { segments } = endpoint.path;
  const last = segments.at(-1);
  if (last?.kind !== 'text' || !/^(GET|all)$/.test(endpoint.method) || !segments.slice(0, -1).every(({ kind, text }) => kind === 'text' && BEFORE.test(text))) return undefined;
  if (TOOL_PATH.test(last.text)) return STATUS;
  if (!METRICS_PATH.test(last.text)) return undefined;
  const isList = context.endpoints({ scope: endpoint.scope }).some((one) => one.path.segments.length > segments.length && one.path.segments[segments.length - 1]?.text === last.text);
  const isWritten = context.endpoints({ scope: endpoint.scope }).some((one) => one.path.text === endpoint.path.text && one.method === 'POST');
  return isList || isWritten ? undefined : METRICS;
}
/** An application that does nothing else, or listens on this machine alone. */
function isSeparate(endpoint: Endpoint, context: RuleContext): boolean {
  const all = context.endpoints({ scope: endpoint.app });
  if (all.length > 0 && all.every((one) => /(^|\/)(metrics|prometheus|health\w*|ready\w*|live\w*|status|ping|version)$|^\/$/i.test(one.path.text))) return true;
  return answersLocally([endpoint], context);
}
