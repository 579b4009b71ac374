import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { debugSegment, isTrade, isWordOfTrade } from '../facts/debug-paths.js';
import { ownStatement, wrapped } from '../facts/development.js';
import { answersLocally } from '../facts/listening.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly path: string;
  /** What the route does beyond its name. */
  readonly does: 'becomes' | 'runs' | undefined;
  readonly statementAt: At | undefined;
}
/** Names of routes that fail so that somebody sees what happens then. */
const CRASHES = /^_*((simulate|force|test|debug|trigger)[-_]?)?(crash|boom|throw|error|fail|failure|panic|explode|exception|sentry|500|kill|exit)([-_]?(test|me|now|error|route))?$/i;
/** Anybody becomes whom he likes. */
const BECOMES = /^_*(log-?in-?as|sign-?in-?as|act-?as|impersonate|masquerade|become|switch-?user|(dev|test|debug|fake|demo|mock)[-_]?(log-?in|auth|user|token|session)|back-?door|god-?mode)$/i;
/** Tools that a login is enough for. */
const TOOLS = /^(console|env|sandbox|shell|playground)$/i;
const DANGEROUS = /^(eval|Function|(node:)?child_process\.(exec|execSync|spawn|spawnSync|execFile|fork)|(node:)?vm\.\w{1,40}|exec|execSync|spawn)$/i;
/** Calls that run the text they are given first. */
const RUNS = /^(eval|Function|(node:)?vm\.(runIn(This|New)?Context|Script|compileFunction)|(node:)?child_process\.(exec|execSync))$/;
/** The memory of the process, and its debugger. */
const INSIDE = /(^|[.])((write|get)HeapSnapshot)$|^(node:)?inspector\.(open|Session)$|^process\.report\.(getReport|writeReport)$|^heapdump\.writeSnapshot$/;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'debug/route',
    title: 'A debug or test route is mounted',
    owasp: ['API7:2019', 'API9:2019', 'API8:2023', 'API9:2023'],
    cwe: [489, 215],
    severity: 'warning',
    confidence: 'low',
    topics: ['debug'],
    since: '0.1.0',
    whenNotToUse: 'Such words name things of the trade: laboratory tests, sandboxes that customers may use.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/', 'https://cwe.mitre.org/data/definitions/489.html'],
  },
  on: 'endpoint',
  words: [],
  *detect(endpoint, context) {
    const { segments } = endpoint.path;
    const becomes = segments.find(({ kind, text }) => kind === 'text' && BECOMES.test(text))?.text;
    if (becomes !== undefined) {
      yield* opened(becomes, endpoint, context);
      return;
    }
    const index = debugSegment(segments);
    const name = segments[index]?.text;
    const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
    if (name === undefined) {
      if (body && runsRequest(body, context)) yield ran(endpoint, context);
      else if (body && failsOnPurpose(body)) yield* failing(endpoint, context);
      return;
    }
    const isDangerous = body !== undefined && body.steps.some((step) => step.do === 'call' && isDanger(step.call.callee, step.call.name, step.call.args[0]?.value, context));
    if (!isDangerous && isTrade(index, segments, () => context.endpoints({ scope: endpoint.scope }).map((one) => one.path.segments))) return;
    if (endpoint.authorization.state === 'guarded' || (TOOLS.test(name) && endpoint.authentication.state === 'guarded')) return;
    if (!isDangerous && (endpoint.authentication.state === 'unknown' || !endpoint.chainComplete)) return;
    const at = placeOf(name, endpoint, context);
    if (!at) return;
    const isLocal = answersLocally([endpoint], context);
    const isHarmless = endpoint.authentication.state === 'guarded' || (body !== undefined && saysNothing(body, context));
    yield {
      at,
      subject: `${endpoint.method} ${endpoint.path.text}`,
      evidence: { path: endpoint.path.text, does: undefined, statementAt: statementOf(endpoint, context) },
      severity: isDangerous ? (isLocal ? 'warning' : 'error') : isHarmless || isLocal ? 'info' : 'warning',
      confidence: isDangerous ? 'high' : isWordOfTrade(name) ? 'low' : 'medium',
      when: endpoint.when,
    };
  },
  explain: ({ path, does }) => ({
    message: does === 'becomes'
      ? `${path} logs anybody in as the user he names, without a check. Remove it or register it only in development.`
      : does === 'runs'
      ? `${path} runs code that the caller sends. Remove it or register it only in development.`
      : `${path} looks like a development route and is reachable in production. Remove it or register it only in development.`,
    why: 'Routes made for developers reset data, show internals or run code, and nobody watches them.',
    remedy: 'Delete the route, or register it under a test for development.',
  }),
  *fix({ evidence: { statementAt } }): Iterable<FixAnswer> {
    if (statementAt) yield { title: 'Register it in development only', safety: 'review', changes: wrapped(statementAt) };
    else yield { refused: 'The route is no statement of its own that a test could be put before.' };
  },
  examples: [
    {
      title: 'a route that resets the database',
      bad: `
        import express from 'express';
        const app = express();
        app.post('/debug/reset-db', (req, res) => sequelize.sync({ force: true }));
        //         ^^^^^ debug/route "/debug/reset-db looks like"
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        const app = express();
        if (process.env.NODE_ENV === 'development') app.post('/debug/reset-db', (req, res) => sequelize.sync({ force: true }));
        app.listen(3000);
      `,
    },
    {
      title: 'a snapshot of the memory, on a router',
      bad: `
        const v8 = require('v8');
        const express = require('express');
        const app = express();
        const router = express.Router();
        router.get('/__dump', (req, res) => res.json(v8.writeHeapSnapshot()));
        //           ^^^^^^ debug/route
        app.use('/api', router);
        app.listen(3000);
      `,
      fixed: `
        const v8 = require('v8');
        const express = require('express');
        const app = express();
        const router = express.Router();
        if (process.env.NODE_ENV === 'development') router.get('/__dump', (req, res) => res.json(v8.writeHeapSnapshot()));
        app.use('/api', router);
        app.listen(3000);
      `,
    },
    {
      title: 'Fastify and Hono',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/api/dev/state', async () => store.dump());
        //            ^^^ debug/route
        app.listen({ port: 3000 });
        //- api.ts
        import { Hono } from 'hono';
        import { exec } from 'node:child_process';
        const api = new Hono();
        api.post('/exec', async (c) => { exec(await c.req.text()); return c.text('ok'); });
        //         ^^^^ debug/route
        export default api;
      `,
    },
    {
      title: 'a controller of Nest',
      bad: `
        import { Controller, Get, Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        @Controller('debug')
        class DebugController {
          @Get('state') state() { return dump(); }
        // ^^^ debug/route
        }
        @Module({ controllers: [DebugController] })
        class AppModule {}
        const app = await NestFactory.create(AppModule);
        await app.listen(3000);
      `,
    },
    {
      title: 'a router that is mounted there is told once',
      bad: `
        //- app.js
        const express = require('express');
        const app = express();
        app.use('/debug', require('./debug'));
        app.listen(3000);
        //- debug.js
        const router = require('express').Router();
        router.get('/state', (req, res) => res.json(state()));
        //     ^^^ debug/route
        router.get('/users', (req, res) => res.json(all()));
        module.exports = router;
      `,
    },
    {
      title: 'in development only',
      good: `
        import express from 'express';
        const app = express();
        if (process.env.NODE_ENV === 'development') app.get('/debug/state', h);
        if (process.env.NODE_ENV !== 'production') { app.use('/dev', dev); } app.listen(3000);
      `,
    },
    {
      title: 'tests are what this API is about',
      good: `
        import express from 'express';
        const app = express();
        app.get('/tests/:id', auth, showTest);
        app.post('/tests', auth, createTest);
        app.post('/connections/:id/test', tryOut);
        app.post('/smtp/test', tryOut);
        app.get('/shipments/:id/trace', show);
        app.listen(3000);
      `,
    },
    { title: 'for administrators', good: `import express from 'express'; const app = express(); app.get('/debug/state', requireAuth, requireRole('admin'), h); app.get('/console', requireAuth, h); app.listen(3000);` },
    { title: 'what frameworks and monitors use', good: `import express from 'express'; const app = express(); app.get('/__health', h); app.get('/_next/data', h); app.get('/device/state', h); app.get('/contest', h); app.listen(3000);` },
    { title: 'a client', good: `import axios from 'axios'; axios.get('/debug/state'); const config = new Map(); config.get('/test/x');` },
    { title: 'an application that only this machine reaches is judged more mildly', bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/debug/state', async () => state());
        //        ^^^^^ debug/route
        app.listen({ path: SOCKET });
      ` },
    {
      title: 'a login as whoever is named',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/login-as/:name', async (req, reply) => {
        //        ^^^^^^^^ debug/route "logs anybody in as the user he names"
          req.session.user = { name: req.params.name };
          return reply.redirect('/');
        });
        app.listen({ port: 3000, host: '0.0.0.0' });
        //- api.ts
        import { Hono } from 'hono';
        const api = new Hono();
        api.post('/auth/dev-login', async (c) => c.json(await session(await c.req.json())));
        //              ^^^^^^^^^ debug/route "logs anybody in"
        export default api;
      `,
    },
    {
      title: 'a console and the memory, below a path for operations',
      bad: `
        const express = require('express');
        const { getHeapSnapshot } = require('node:v8');
        const app = express();
        const ops = express.Router();
        app.use('/ops', ops);
        ops.post('/eval', (req, res) => res.json({ result: eval(req.body.code) }));
        //         ^^^^ debug/route
        ops.get('/heap', (req, res) => getHeapSnapshot().pipe(res));
        //        ^^^^ debug/route
        app.listen(3000);
      `,
    },
    { title: 'support staff that may act as a customer', good: `
        import express from 'express'; const app = express();
        app.post('/users/:id/impersonate', requireAuth, requireRole('support'), h); app.get('/become-a-member', page); app.listen(3000);` },
    {
      title: 'a console under a path that says nothing',
      bad: `
        import vm from 'node:vm';
        import express from 'express';
        const app = express();
        app.post('/reports/calc', requireAuth, (req, res) => {
        //                 ^^^^ debug/route "runs code that the caller sends"
          res.json({ value: vm.runInNewContext(req.body.formula) });
        });
        app.post('/jobs', (req, res) => { const { script } = req.body; res.json({ value: eval(script) }); });
        //         ^^^^ debug/route "runs code that the caller sends"
        app.listen(3000);
      `,
    },
    {
      title: 'routes that fail on purpose',
      bad: `
        const express = require('express');
        const app = express();
        app.get('/crash', () => { throw new Error('see what happens'); });
        //        ^^^^^ debug/route "/crash looks like"
        app.post('/internal/force-exit', (req, res) => { process.exit(1); });
        //                  ^^^^^^^^^^ debug/route
        app.listen(3000);
      `,
    },
    { title: 'stubs, failures that are asked about, and a flag of the command line', good: `
        import express from 'express'; const app = express();
        app.get('/later', () => { throw new Error('not implemented'); }); app.get('/error', (req, res) => { if (!req.query.id) throw new Error('id'); res.json(last(req.query.id)); });
        if (process.argv.includes('--dev')) app.get('/debug/state', (req, res) => res.json(state())); app.listen(3000);` },
    { title: 'commands and code that are written here', good: `
        import { execSync } from 'node:child_process'; import express from 'express'; const app = express();
        app.get('/revision', (req, res) => res.send(execSync('git rev-parse HEAD'))); app.listen(3000);` },
  ],
});

/** Text of the request is run as code or as a command: a console, whatever its path is. */
function runsRequest(body: FunctionView, context: RuleContext): boolean {
  return body.steps.some((step) => step.do === 'call' && RUNS.test(step.call.callee) && step.call.args.slice(0, 1).some(({ value }) => {
    const end = value.kind === 'ref' ? context.resolve(value).value : value;
    const field = context.request(value) ?? context.request(end);
    return field !== undefined && /^(body|query|param|header)$/.test(field.from);
  }));
}
function ran(endpoint: Endpoint, context: RuleContext): Detection<Evidence> {
  const last = endpoint.path.segments.findLast(({ kind }) => kind === 'text')?.text;
  const at = (last === undefined ? undefined : placeOf(last, endpoint, context)) ?? endpoint.methodAt;
  const evidence: Evidence = { path: endpoint.path.text, does: 'runs', statementAt: statementOf(endpoint, context) };
  return { at, subject: `${endpoint.method} ${endpoint.path.text} runs`, evidence, severity: answersLocally([endpoint], context) ? 'warning' : 'error', confidence: 'high', when: endpoint.when };
}
/** Nothing but a failure: an error that is thrown whatever is asked, or the end of the process. */
function failsOnPurpose({ steps }: FunctionView): boolean {
  if (steps.some((step) => step.do !== 'throw' && step.do !== 'call')) return false;
  return steps.some((step) => step.when.length === 0 && ((step.do === 'throw' && step.value?.kind === 'call' && step.value.callee === 'Error') || (step.do === 'call' && /^process\.(exit|abort|kill)$/.test(step.call.callee))));
}
function* failing(endpoint: Endpoint, context: RuleContext): Iterable<Detection<Evidence>> {
  const name = endpoint.path.segments.find(({ kind, text }) => kind === 'text' && CRASHES.test(text))?.text;
  const at = name === undefined || endpoint.authorization.state === 'guarded' ? undefined : placeOf(name, endpoint, context);
  if (!at) return;
  const evidence: Evidence = { path: endpoint.path.text, does: undefined, statementAt: statementOf(endpoint, context) };
  yield { at, subject: `${endpoint.method} ${endpoint.path.text}`, evidence, severity: endpoint.authentication.state === 'guarded' ? 'info' : 'warning', confidence: 'high', when: endpoint.when };
}
/** A way to become another user that nothing guards, before it or in it. */
function* opened(name: string, endpoint: Endpoint, context: RuleContext): Iterable<Detection<Evidence>> {
  if (endpoint.authentication.state !== 'open' || endpoint.authorization.state === 'guarded' || !endpoint.chainComplete) return;
  const at = placeOf(name, endpoint, context);
  const isLocal = answersLocally([endpoint], context);
  if (!at) return;
  const evidence: Evidence = { path: endpoint.path.text, does: 'becomes', statementAt: statementOf(endpoint, context) };
  yield { at, subject: `${endpoint.method} ${endpoint.path.text}`, evidence, severity: isLocal ? 'warning' : 'error', confidence: 'medium', when: endpoint.when };
}
function isDanger(callee: string, name: string, first: Value | undefined, context: RuleContext): boolean {
  if (DANGEROUS.test(callee) || INSIDE.test(callee || name) || name === 'dropDatabase') return true;
  if (name === 'sync') {
    const force = context.option(first, 'force');
    return force.kind === 'value' && context.constant(force.value)?.value === true;
  }
  return name === 'deleteMany' && (first === undefined || (first.kind === 'object' && first.entries.length === 0));
}
/** All it answers is written in it: nothing leaks. */
function saysNothing(body: FunctionView, context: RuleContext): boolean {
  const sends = context.sends(body.id);
  return sends.length > 0 && sends.every((send) => [...context.leaves(send.value, body)].every(({ value }) => value.kind === 'literal'));
}
/** The segment in the route's own path; a segment of a mount is told at the first route below it. */
function placeOf(name: string, endpoint: Endpoint, context: RuleContext): At | undefined {
  const { pathAt } = endpoint;
  const text = pathAt && context.textOf(pathAt);
  const from = text === undefined ? -1 : text.search(new RegExp(`(?<![\\w-])${name.replace(/[^\w-]/g, '.')}(?![\\w-])`));
  if (pathAt && from >= 0 && text !== undefined && /^['"`]/.test(text)) return context.within(pathAt, from, from + name.length);
  const first = context.endpoints({ scope: endpoint.scope }).find((one) => one.methodAt.path === endpoint.methodAt.path && one.path.segments.some((segment) => segment.text === name));
  return first?.id === endpoint.id ? endpoint.methodAt : undefined;
}
function statementOf(endpoint: Endpoint, context: RuleContext): At | undefined {
  const top = context.top(context.pathOf(endpoint.route.at));
  return (top && ownStatement(endpoint.route.at, top)) ?? undefined;
}
