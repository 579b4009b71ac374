import type { Change } from '../../findings/changes.js';
import type { FixSafety } from '../../findings/finding.js';
import type { FunctionView, ModuleView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { Scope } from '../../project/project.js';
import { samePlace } from '../../text/source.js';
import { alternatives } from '../facts/alternatives.js';
import { headersOf, isFullyKnown, isHeaderSetup, isProtected, isServed, onResponse } from '../facts/header-setup.js';
import { namesItself } from '../facts/headers.js';
import { rule } from '../rule.js';
import type { Detection, RuleContext } from '../rule.js';

interface Evidence {
  /** What is announced, as the message says it. */
  readonly value: string;
  readonly changes: readonly Change[];
  readonly title: string;
  readonly safety: FixSafety;
}
type Found = Detection<Evidence>;
const SETTING = 'x-powered-by';
/** Servers, languages and frameworks whose name alone tells what to try. */
const SOFTWARE = new RegExp(
  '^(express(\\.?js)?|next(\\.?js)?|nest(js)?|nuxt|koa|fastify|hapi|hono|restify|sails|strapi|directus|ghost|parse|loopback|meteor'
  + '|node(\\.?js)?|deno|bun|php|asp|asp\\.net|nginx|openresty|apache|tomcat|jetty|iis|caddy|envoy|kestrel|werkzeug|gunicorn|uvicorn|rails|django|flask|laravel|wordpress|drupal)$',
);

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/powered-by',
    title: 'The framework is announced',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [200],
    severity: 'info',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    leansOn: ['express/x-powered-by', 'express4/x-powered-by', 'nest/x-powered-by'],
    whenNotToUse: 'The framework is public knowledge anyway and you prefer not to read about it.',
    references: ['https://expressjs.com/en/advanced/best-practice-security.html', 'https://nextjs.org/docs/app/api-reference/config/next-config-js/poweredByHeader'],
  },
  on: 'module',
  // A Next.js configuration need not hold any telling word.
  words: [],
  *detect(module, context) {
    if (/(^|\/)next\.config\.[cm]?[jt]s$/.test(module.path)) {
      yield* nextConfig(module, context);
      return;
    }
    const views: readonly FunctionView[] = [module.top, ...module.functions.values()];
    for (const view of views) for (const step of view.steps) if (step.do === 'call') yield* ofCall(step.call, step, context);
  },
  explain: ({ value }) => ({
    message: `Responses announce ${value}, which tells attackers what to try. Turn the header off.`,
    why: 'A named framework, above all with its version, lets an attacker pick known exploits at once.',
    remedy: 'Switch the header off.',
  }),
  *fix({ evidence: { changes, title, safety } }) {
    if (changes.length > 0) yield { title, safety, changes };
  },
  examples: [
    {
      title: 'an Express application that keeps the default',
      bad: `
        import express from 'express';
        const app = express();
        //          ^^^^^^^ headers/powered-by "Express"
        app.get('/', h);
        app.listen(3000);`,
      fixed: `
        import express from 'express';
        const app = express();
        app.disable('x-powered-by');
        app.get('/', h);
        app.listen(3000);`,
    },
    {
      title: 'the header switched on by hand',
      bad: `
        import express from 'express';
        const app = express();
        app.enable('x-powered-by');
        //         ^^^^^^^^^^^^^^ headers/powered-by`,
      fixed: `
        import express from 'express';
        const app = express();
        app.disable('x-powered-by');`,
    },
    {
      title: 'a name and a version that are put together',
      bad: `
        const { name, version } = require('./package.json');
        export function answer(req, res) {
          res.setHeader('Server', name + '/' + version);
          //            ^^^^^^^^ headers/powered-by "announce the software in their Server header"
          res.end();
        }`,
    },
    {
      title: 'a version sent by hand',
      bad: `
        export function answer(req, res) {
          res.setHeader('X-Powered-By', 'Express 4.17');
          //            ^^^^^^^^^^^^^^ headers/powered-by "Express 4.17"
          res.end();
        }`,
    },
    {
      title: 'the name of a program, and that of the product, which is a hint',
      bad: `
        //- package.json
        { "name": "tide-relay", "dependencies": { "polka": "^0.5.0" } }
        //- app.js
        export function answer(req, res) {
          res.setHeader('X-Powered-By', 'polka');
          //            ^^^^^^^^^^^^^^ headers/powered-by "'polka'"
          res.setHeader('Server', 'tide-relay');
          //            ^^^^^^^^ headers/powered-by "'tide-relay'"
          res.end();
        }`,
    },
    {
      title: 'a Next.js configuration without the switch',
      bad: `
        //- next.config.js
        const nextConfig = { reactStrictMode: true };
        module.exports = nextConfig;
        //               ^^^^^^^^^^ headers/powered-by "Next.js"`,
      fixed: `
        //- next.config.js
        const nextConfig = { reactStrictMode: true, poweredByHeader: false };
        module.exports = nextConfig;`,
    },
    {
      title: 'helmet told to keep the header',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ hidePoweredBy: false }));
        //                              ^^^^^ headers/powered-by`,
    },
    {
      title: 'the server named with its version',
      bad: `
        import express from 'express';
        express().use((req, res, next) => {
          res.status(200).set({ Server: 'Shop/1.2.3' });
          //                    ^^^^^^ headers/powered-by "Shop/1.2.3"
          next();
        });`,
    },
    { title: 'headers of a request', good: `import http from 'node:http';\nconst req = http.request('http://localhost');\nreq.setHeader('Server', 'x');\nfetch('/a', { headers: { 'X-Powered-By': 'bot' } });` },
    { title: 'the header switched off', good: `import express from 'express';\nconst app = express();\napp.disable('x-powered-by');\napp.get('/', h);\napp.listen(3000);` },
    {
      title: 'the setting set to false, and a framework that sends nothing',
      good: `import express from 'express';\nimport Fastify from 'fastify';\nconst app = express();\napp.set('x-powered-by', false);\napp.listen(3000);\nconst api = Fastify();\napi.listen({ port: 3001 });`,
    },
    { title: 'helmet removes it', good: `import express from 'express';\nimport helmet from 'helmet';\nconst app = express();\napp.use(helmet());\napp.get('/', h);\napp.listen(3000);` },
    { title: 'a sub-application', good: `import express from 'express';\nconst app = express();\nconst sub = express();\nsub.get('/', h);\napp.disable('x-powered-by');\napp.use('/sub', sub);\napp.listen(3000);` },
    { title: 'the header removed by hand', good: `export const answer = (req, res) => { res.removeHeader('X-Powered-By'); res.end(); };` },
    { title: 'a Next.js configuration with the switch', good: `//- next.config.mjs\nexport default { poweredByHeader: false };` },
  ],
});

function* ofCall(call: Call, step: Step, context: RuleContext): Iterable<Found> {
  const place = { when: step.when };
  if (isCreation(call)) {
    const scope = context.scopeOf(call.at);
    if (scope && samePlace(scope.at, call.at)) yield* ofScope(scope, call, context);
    return;
  }
  const first = call.args[0];
  const name = first && context.constant(first.value)?.value;
  if (call.receiver && first && name === SETTING) {
    if (call.name === 'enable')
      yield { ...place, at: first.value.at, subject: 'x-powered-by setting', evidence: { value: "'Express'", title: "Disable 'x-powered-by'", safety: 'safe', changes: [{ do: 'replace', at: call.nameAt, code: ['disable'] }] } };
    const value = call.args[1]?.value;
    if (call.name === 'set' && value && context.constant(value)?.value === true)
      yield { ...place, at: value.at, subject: 'x-powered-by setting', evidence: { value: "'Express'", title: "Disable 'x-powered-by'", safety: 'safe', changes: [{ do: 'replace', at: value.at, code: ['false'] }] } };
    if (call.name === 'enable' || call.args.length < 2 || value === undefined || typeof context.constant(value)?.value === 'boolean') return;
  }
  if (isHeaderSetup(call)) yield* ofHelmet(call, place.when, context);
  if (!onResponse(call, context)) return;
  for (const header of headersOf(call, context)) {
    if (header.name !== SETTING && header.name !== 'server') continue;
    const value = context.constant(header.value)?.value;
    if (value === '' || value === false || value === null) continue;
    const isStatement = step.do === 'call' && !step.used && call.args.length === 2 && call.receiver?.kind === 'ref';
    yield {
      ...place,
      at: header.nameAt,
      subject: `${header.name} by hand`,
      // The product's own name without a version is one nobody has attacks for.
      ...(typeof value === 'string' && !namesSoftware(value, call, context) && { severity: 'hint' }),
      evidence: {
        value: typeof value === 'string' ? `'${value}'` : `the software in their ${header.name === 'server' ? 'Server' : 'X-Powered-By'} header`,
        title: 'Remove the header',
        safety: 'review',
        changes: isStatement ? [{ do: 'remove', at: step.statementAt, as: 'statement' }] : [],
      },
    };
  }
}

/** A version, a well-known program, or a package of the project. */
function namesSoftware(text: string, call: Call, context: RuleContext): boolean {
  const whole = text.trim().toLowerCase();
  return /\d/.test(whole) || [whole, ...whole.split(/[^a-z.]+/)].some((word) => SOFTWARE.test(word) || (word !== '' && context.depends(word, context.pathOf(call.at)) === true));
}

function isCreation(call: Call): boolean {
  return call.callee === 'express' || call.callee === '@nestjs/core.NestFactory.create';
}
/** The default of Express, also below Nest. Where helmet is missing, that finding covers it. */
function* ofScope(scope: Scope, call: Call, context: RuleContext): Iterable<Found> {
  if (!isServed(scope) || scope.settings.has(SETTING)) return;
  if (call.args.some(({ value }) => value.kind === 'call' && /FastifyAdapter$/.test(value.callee))) return;
  if (!isFullyKnown(scope, context) || isProtected(scope, context) || scope.layers.some(({ layer }) => layer.fn !== undefined && removesHeader(context.body(layer.fn), context))) return;
  const isExpress = scope.framework === 'express';
  const { binding } = scope;
  const changes: readonly Change[] =
    binding === undefined ? [] : [{ do: 'insert', at: scope.statementAt, where: 'line-after', code: [isExpress ? `${binding}.disable(` : `${binding}.getHttpAdapter().getInstance().disable(`, { quote: SETTING }, ');'] }];
  yield { at: scope.nameAt, subject: `${binding ?? scope.framework} x-powered-by`, when: [], evidence: { value: "'Express'", title: "Disable 'x-powered-by'", safety: isExpress ? 'safe' : 'review', changes } };
}
function removesHeader(body: FunctionView | undefined, context: RuleContext): boolean {
  return body?.steps.some((step) => step.do === 'call' && step.call.name === 'removeHeader' && step.call.args[0] !== undefined && String(context.constant(step.call.args[0].value)?.value).toLowerCase() === SETTING) === true;
}
function* ofHelmet(call: Call, when: Step['when'], context: RuleContext): Iterable<Found> {
  const options = call.name === 'register' ? call.args[1]?.value : call.args[0]?.value;
  if (!namesItself(call, context)) return;
  for (const key of ['hidePoweredBy', 'xPoweredBy']) {
    const answer = context.option(options, key);
    if (answer.kind !== 'value') continue;
    for (const one of alternatives(answer.value, context)) {
      if (one.value.kind !== 'literal' || one.value.value !== false) continue;
      const isDirect = answer.value.kind === 'literal';
      yield { at: one.at, subject: `helmet ${key}`, when: [...when, ...one.when], evidence: { value: "'Express'", title: 'Remove line', safety: 'review', changes: isDirect ? [{ do: 'remove', at: answer.entry.at, as: 'entry' }] : [] } };
    }
  }
}

/** `poweredByHeader` is on unless the configuration says otherwise. */
function* nextConfig(module: ModuleView, context: RuleContext): Iterable<Found> {
  const config = module.exports.find((one) => one.name === '=' || one.name === 'default');
  if (!config) return;
  const object: Value = context.resolve(config.value).value;
  if (object.kind !== 'object') return;
  const answer = context.option(object, 'poweredByHeader');
  const evidence = (changes: readonly Change[]): Evidence => ({ value: "'Next.js'", title: 'Set poweredByHeader to false', safety: 'safe', changes });
  if (answer.kind === 'absent')
    yield {
      at: config.value.kind === 'ref' ? config.value.at : config.nameAt,
      subject: 'poweredByHeader',
      evidence: evidence(object.open ? [] : [{ do: 'insert', at: object.at, where: 'entry-last', code: ['poweredByHeader: false'] }]),
    };
  else if (answer.kind === 'value' && context.constant(answer.value)?.value === true) yield { at: answer.value.at, subject: 'poweredByHeader', evidence: evidence([{ do: 'replace', at: answer.value.at, code: ['false'] }]) };
}
