import type { ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { applicationOf, trustedEverywhere } from '../facts/trust-proxy.js';
import { someValue } from '../facts/walk.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly word: 'enable' | 'true';
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
    leansOn: ['express/trust-proxy', 'fastify/trust-proxy'],
    whenNotToUse: 'Nobody can reach the service but through a proxy that overwrites these headers.',
    references: ['https://expressjs.com/en/guide/behind-proxies.html'],
  },
  on: 'module',
  words: ['proxy'],
  *detect(module, context) {
    for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
      const at = step.do === 'call' ? trustedEverywhere(step.call, context) : undefined;
      if (step.do !== 'call' || !at || !usesAddress(module, step.call, context)) continue;
      const isPlatform = PLATFORMS.some((name) => context.depends(name, at.path) === true);
      yield { at, subject: `${fn.name} trust proxy`, when: step.when, severity: isPlatform ? 'hint' : 'info', confidence: 'high', evidence: { word: step.call.name === 'enable' ? 'enable' : 'true', callAt: step.call.at } };
    }
  },
  explain: () => ({
    message: 'Anyone can set X-Forwarded-For to fake the client address. State how many proxies are in front.',
    why: 'Lists of addresses, limits, logs and redirects to https believe what the caller wrote.',
    remedy: 'Give the number of proxies, or their addresses.',
  }),
  *fix({ at, evidence: { word, callAt } }, context): Iterable<FixAnswer> {
    if (word === 'true' && /\bKoa\b|\bnew\b/.test(context.textOf(callAt).slice(0, 12))) yield { refused: 'Koa is told how many proxies there are by maxIpsCount: how many is for the author to say.' };
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
      title: 'a number of proxies',
      good: `
        import express from 'express'; const app = express(); app.set('trust proxy', 1); app.get('/', (req, res) => res.json(req.ip)); const f = Fastify({ trustProxy: '10.0.0.0/8' });
      `,
    },
    { title: 'no address is used', good: `import express from 'express'; const app = express(); app.set('trust proxy', true); app.get('/', (req, res) => res.json(1));` },
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
  for (const { handler } of scope === undefined ? [] : context.endpoints({ scope: scope.id })) {
    const body = handler === undefined ? undefined : context.body(handler);
    if (body) bodies.push(body);
  }
  return bodies.some((body) => someValue(body, isAddress));
}
function isAddress(value: Value): boolean {
  if (value.kind !== 'ref' || value.root.kind !== 'parameter') return false;
  const path = value.path[0] === 'request' || value.path[0] === 'req' ? value.path.slice(1) : value.path;
  return path.length === 1 && /^(ip|ips|hostname|host|protocol|secure)$/.test(path[0] ?? '');
}
