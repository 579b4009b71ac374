import type { ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { links } from '../../project/project.js';
import { applicationOf, trustedEverywhere, trustedLater } from '../facts/trust-proxy.js';
import { someValue } from '../facts/walk.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly word: 'enable' | 'true' | 'assigned' | 'elsewhere';
  readonly callAt: At;
}
const PLATFORMS = ['@vercel/node', '@google-cloud/functions-framework', 'firebase-functions', '@netlify/functions', 'serverless-http', 'aws-serverless-express', '@vendia/serverless-express'];

export default rule<'module', Evidence>({
  meta: {
    id: 'limits/trust-proxy-any',
    title: 'Client IP and scheme can be forged',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [348],
    severity: 'info',
    confidence: 'high',
    topics: ['rate-limit'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['express/trust-proxy', 'fastify/trust-proxy'],
    whenNotToUse: 'Nobody can reach the service but through a proxy that overwrites these headers.',
    references: ['https://expressjs.com/en/guide/behind-proxies.html'],
  },
  on: 'module',
  words: ['proxy'],
  *detect(module, context) {
    for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
      const call = step.do === 'call' ? step.call : step.do === 'assign' ? trustedLater(step, module, context) : undefined;
      const at = step.do === 'call' ? trustedEverywhere(step.call, context) : step.do === 'assign' && call ? step.value.at : undefined;
      if (!call || !at) continue;
      const isPlatform = PLATFORMS.some((name) => context.depends(name, at.path) === true);
      const severity = isPlatform || !usesAddress(module, call, context) ? 'hint' : 'info';
      yield { at, subject: `${fn.name} trust proxy`, when: step.when, severity, confidence: 'high', evidence: { word: wordOf(step.do === 'assign', call, at, context), callAt: call.at } };
    }
  },
  explain: () => ({
    message: 'Anyone can set X-Forwarded-For to fake the client address. State how many proxies are in front.',
    why: 'Lists of addresses, limits, logs and redirects to https believe what the caller wrote.',
    remedy: 'Give the number of proxies, or their addresses.',
  }),
  *fix({ at, evidence: { word, callAt } }, context): Iterable<FixAnswer> {
    if (word === 'elsewhere') yield { refused: 'The setting is written elsewhere.' };
    else if (word === 'assigned' || word === 'true' && /\bKoa\b|\bnew\b/.test(context.textOf(callAt).slice(0, 12))) yield { refused: 'Koa is told how many proxies there are by maxIpsCount: how many is for the author to say.' };
    else if (word === 'true') yield { title: 'Trust one proxy', safety: 'review', changes: [{ do: 'replace', at, code: ['1'] }] };
    else yield { title: 'Trust one proxy', safety: 'review', changes: [{ do: 'replace', at, code: ['set'] }, { do: 'insert', at: callAt, where: 'argument-last', code: ['1'] }] };
  },
  examples: [
    {
      title: 'a list of addresses that believes the caller',
      bad: `
        import express from 'express';
        const app = express();
        app.enable('trust proxy');
        //  ^^^^^^ limits/trust-proxy-any "fake the client address"
        app.use((req, res, next) => (allow.has(req.ip) ? next() : res.sendStatus(403)));
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.set('trust proxy', 1);
        app.use((req, res, next) => (allow.has(req.ip) ? next() : res.sendStatus(403)));
      `,
    },
    {
      title: 'Fastify',
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify({ logger: true, trustProxy: true });
        //                                                  ^^^^ limits/trust-proxy-any
        fastify.get('/whoami', async (request) => ({ ip: request.ip }));
      `,
      fixed: `
        import Fastify from 'fastify';
        const fastify = Fastify({ logger: true, trustProxy: 1 });
        fastify.get('/whoami', async (request) => ({ ip: request.ip }));
      `,
    },
    {
      title: 'Koa',
      bad: `
        import Koa from 'koa';
        const app = new Koa({ proxy: true });
        //                           ^^^^ limits/trust-proxy-any
        app.use((ctx) => { ctx.body = { ip: ctx.ip, secure: ctx.secure }; });
      `,
    },
    {
      title: 'Koa, set later in a class, where a layer counts by address',
      bad: `
        //- kernel.js
        const Koa = require('koa');
        const router = require('./router');
        module.exports = class Kernel {
          constructor() {
            this.koa = new Koa();
            this.koa.proxy = true;
            //               ^^^^ limits/trust-proxy-any
            this.koa.use((ctx, next) => (blocked.has(ctx.ip) ? ctx.throw(403) : next()));
          }
        };
      `,
    },
    {
      title: 'Fastify, by a function and by options of another file',
      bad: `
        //- settings.ts
        export const settings = { server: { trustProxy: true } };
        //                                              ^^^^ limits/trust-proxy-any
        //- app.ts
        import Fastify from 'fastify';
        import { settings } from './settings';
        const one = Fastify({ trustProxy: () => true });
        //                                ^^^^^^^^^^ limits/trust-proxy-any
        const two = Fastify(settings.server);
        one.get('/', async (request) => ({ ip: request.ip }));
        two.get('/', async (request) => ({ ip: request.ip }));
      `,
    },
    {
      title: 'Koa with the number of proxies, a function that looks',
      good: `
        import Koa from 'koa';
        import Fastify from 'fastify';
        const app = new Koa({ maxIpsCount: 1 });
        app.proxy = true;
        app.use((ctx) => { ctx.body = ctx.ip; });
        Fastify({ trustProxy: (address) => address.startsWith('10.') }).get('/', async (request) => ({ ip: request.ip }));
      `,
    },
    {
      title: 'a number of proxies',
      good: `
        import express from 'express'; const app = express(); app.set('trust proxy', 1); app.get('/', (req, res) => res.json(req.ip)); const f = Fastify({ trustProxy: '10.0.0.0/8' });
      `,
    },
    {
      title: 'nothing in sight uses the address yet',
      bad: `
        import express from 'express';
        const app = express();
        app.set('trust proxy', true);
        //                     ^^^^ limits/trust-proxy-any
        app.get('/', (req, res) => res.json(1));`,
    },
    {
      title: 'other settings and other proxies',
      good: `
        import express from 'express'; const app = express(); app.enable('etag'); const p = new Proxy({ proxy: true }, {}); axios.get('/', { proxy: true });
        app.get('/', (req, res) => res.json(req.ip));
      `,
    },
    {
      title: 'a variable that trusts everybody unless something is set',
      bad: `
        import express from 'express';
        const app = express();
        let trust = process.env.TRUST_PROXY;
        if (!trust || trust === 'true') trust = true;
        else trust = Number(trust);
        app.set('trust proxy', trust);
        //                     ^^^^^ limits/trust-proxy-any
        app.get('/', (req, res) => res.json({ ip: req.ip }));
        app.listen(3000);
      `,
    },
  ],
});

/** Whether a function of the file, or a handler of its application, reads who asks and over what from the request. */
function usesAddress(module: ModuleView, call: Call, context: RuleContext): boolean {
  const bodies = [...module.functions.values()];
  const scope = applicationOf(call, context);
  for (const { handler, chain } of scope === undefined ? [] : context.endpoints({ scope: scope.id }))
    for (const fn of [handler, ...links(chain).map(({ layer }) => layer.fn)]) {
      const body = fn === undefined ? undefined : context.body(fn);
      if (body) bodies.push(body);
    }
  return bodies.some((body) => someValue(body, isAddress));
}
function wordOf(assigned: boolean, call: Call, at: At, context: RuleContext): Evidence['word'] {
  if (assigned) return 'assigned';
  if (call.name === 'enable') return 'enable';
  return context.textOf(at) === 'true' || call.name === 'set' ? 'true' : 'elsewhere';
}
function isAddress(value: Value): boolean {
  if (value.kind !== 'ref' || value.root.kind !== 'parameter') return false;
  const path = value.path[0] === 'request' || value.path[0] === 'req' ? value.path.slice(1) : value.path;
  return path.length === 1 && /^(ip|ips|hostname|host|protocol|secure)$/.test(path[0] ?? '');
}
