import type { Change, Fix } from '../../findings/changes.js';
import type { Severity } from '../../findings/finding.js';
import { cspPolicies, governing, type CspDirective, type CspPolicy } from '../facts/csp.js';
import { offence, withoutSource, type Offence } from '../facts/csp-fixes.js';
import { forDocsOnly } from '../facts/docs-page.js';
import { rule } from '../rule.js';
import type { RuleContext } from '../rule.js';

interface Evidence extends Offence {
  readonly token: string;
}
/** What runs scripts; the last two have default-src behind them only where script-src is missing too. */
const SCRIPTS: readonly string[] = ['script-src', 'script-src-elem', 'script-src-attr'];

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/csp-unsafe-script',
    title: 'CSP lets injected scripts run',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [693, 79],
    severity: 'warning',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['helmet/csp-defaults', 'helmet/csp-nonce', 'helmet/no-csp-defaults', 'helmet/report-only', 'hono/secure-headers'],
    whenNotToUse: 'The pages run scripts of third parties that cannot do without, and nothing users write is ever shown in them.',
    references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP', 'https://cheatsheetseries.owasp.org/cheatsheets/Content_Security_Policy_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['helmet', 'secureheaders', 'content-security-policy', 'blankie', 'lusca'],
  *detect(module, context) {
    for (const policy of cspPolicies(module, context)) {
      if (policy.reportOnly === true || forDocsOnly(policy, context)) continue;
      for (const directive of scriptDirectives(policy))
        for (const word of directive.words) {
          const severity = dangerous(word.text, directive, policy.library);
          if (severity === undefined) continue;
          const token = word.text;
          const at = word.at.path === module.path || context.spokenOf(word.at.path) ? word.at : policy.call?.nameAt;
          if (!at) continue;
          yield {
            at, subject: `${policy.inside} ${directive.name} ${token}`, evidence: { ...offence(policy, directive, word, module, context), token },
            when: [...policy.when, ...word.when], ...(severity === 'info' ? { severity } : {}),
          };
        }
    }
  },
  explain: ({ token, directive }) => ({
    message: `${token} in ${directive.name} lets injected script run, which is what CSP should stop. Use a nonce or hash for the scripts you need.`,
    why: 'A policy is the second wall behind escaping: with this source in it, a script that got into a page runs as if there were no policy.',
    remedy: 'Take the source out; give the scripts of your own a nonce, a hash or a file.',
  }),
  *fix({ evidence }, context) {
    yield* withoutSource(evidence, context, `Remove ${evidence.token}`);
    yield* nonceFix(evidence, context);
  },
  examples: [
    {
      title: 'inline scripts allowed in the options of helmet',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", "'unsafe-inline'"] } } }));
        //                                                                             ^^^^^^^^^^^^^^^ headers/csp-unsafe-script "'unsafe-inline' in script-src"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'"] } } }));`,
    },
    {
      title: 'eval allowed by default-src in a text',
      bad: `
        export function headers(req, res, next) {
          res.setHeader('Content-Security-Policy', "default-src 'self' 'unsafe-eval'; img-src *");
          //                                                           ^^^^^^^^^^^^^ headers/csp-unsafe-script "'unsafe-eval' in default-src"
          next();
        }`,
      fixed: `
        export function headers(req, res, next) {
          res.setHeader('Content-Security-Policy', "default-src 'self'; img-src *");
          next();
        }`,
    },
    {
      title: 'the only source of a directive, in CommonJS and by the part alone',
      bad: `
        const helmet = require('helmet');
        app.use(helmet.contentSecurityPolicy({ useDefaults: false, directives: { 'default-src': ["'self'"], 'script-src': ["'unsafe-inline'"] } }));
        //                                                                                                                  ^^^^^^^^^^^^^^^ headers/csp-unsafe-script`,
      fixed: `
        const helmet = require('helmet');
        app.use(helmet.contentSecurityPolicy({ useDefaults: false, directives: { 'default-src': ["'self'"], 'script-src': ["'self'"] } }));`,
    },
    {
      title: 'Swagger UI keeps what it needs, on its own path',
      bad: `
        import express from 'express';
        import helmet from 'helmet';
        import swaggerUi from 'swagger-ui-express';
        const app = express();
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", "'unsafe-inline'"] } } }));
        //                                                                             ^^^^^^^^^^^^^^^ headers/csp-unsafe-script
        app.use('/api-docs', swaggerUi.serve, swaggerUi.setup(document));
        app.listen(3000);`,
      fixed: `
        import express from 'express';
        import helmet from 'helmet';
        import swaggerUi from 'swagger-ui-express';
        const app = express();
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'"] } } }));
        app.use('/api-docs', helmet.contentSecurityPolicy({ directives: { scriptSrc: ["'self'", "'unsafe-inline'"] } }));
        app.use('/api-docs', swaggerUi.serve, swaggerUi.setup(document));
        app.listen(3000);`,
    },
    {
      title: 'Nest with the documentation of its own',
      bad: `
        import { Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { SwaggerModule } from '@nestjs/swagger';
        import helmet from 'helmet';
        @Module({}) class AppModule {}
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", "https: 'unsafe-inline'"] } } }));
          //                                                                                    ^^^^^^^^^^^^^^^ headers/csp-unsafe-script
          SwaggerModule.setup('docs', app, document);
          await app.listen(3000);
        }
        bootstrap();`,
      fixed: `
        import { Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { SwaggerModule } from '@nestjs/swagger';
        import helmet from 'helmet';
        @Module({}) class AppModule {}
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", "https:"] } } }));
          app.use('/docs', helmet.contentSecurityPolicy({ directives: { scriptSrc: ["'self'", 'https:', "'unsafe-inline'"] } }));
          SwaggerModule.setup('docs', app, document);
          await app.listen(3000);
        }
        bootstrap();`,
    },
    {
      title: 'Fastify, with directives in a constant and spread',
      bad: `
        import Fastify from 'fastify';
        import helmet from '@fastify/helmet';
        const base = { defaultSrc: ["'self'"], scriptSrcElem: ["'self'", 'data:'] };
        //                                                                ^^^^^ headers/csp-unsafe-script "data: in script-src-elem"
        const app = Fastify();
        app.register(helmet, { contentSecurityPolicy: { directives: { ...base, imgSrc: ["'self'", 'data:'] } } });`,
    },
    {
      title: 'Koa, and event handlers in attributes',
      bad: `
        import helmet from 'koa-helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { 'script-src-attr': ["'unsafe-hashes'"] } } }));
        //                                                                           ^^^^^^^^^^^^^^^ headers/csp-unsafe-script`,
    },
    {
      title: 'Hono has no directives of its own behind',
      bad: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'", "'unsafe-inline'"], imgSrc: ['*'] } }));
        //                                                                       ^^^^^^^^^^^^^^^ headers/csp-unsafe-script "in default-src"`,
    },
    {
      title: 'blankie writes the quotes itself',
      bad: `
        import Hapi from '@hapi/hapi';
        import Blankie from 'blankie';
        const server = Hapi.server();
        await server.register({ plugin: Blankie, options: { scriptSrc: ['self', 'unsafe-inline'], generateNonces: false } });
        //                                                                       ^^^^^^^^^^^^^ headers/csp-unsafe-script`,
      fixed: `
        import Hapi from '@hapi/hapi';
        import Blankie from 'blankie';
        const server = Hapi.server();
        await server.register({ plugin: Blankie, options: { scriptSrc: ['self'], generateNonces: false } });`,
    },
    {
      title: 'the settings of Next.js, folded from a template',
      bad: `
        //- next.config.mjs
        const csp = \`
          default-src 'self';
          script-src 'self' 'unsafe-eval' 'unsafe-inline';
          //                ^^^^^^^^^^^^^ headers/csp-unsafe-script
          //                              ^^^^^^^^^^^^^^^ headers/csp-unsafe-script
          style-src 'self' 'unsafe-inline';
        \`;
        export default {
          async headers() {
            return [{ source: '/(.*)', headers: [{ key: 'Content-Security-Policy', value: csp.replace(/\\n/g, '') }] }];
          },
        };`,
    },
    {
      title: 'a joined list in a middleware of Next.js',
      bad: `
        import { NextResponse } from 'next/server';
        const csp = ["default-src 'self'", "script-src 'self' 'unsafe-eval'", "object-src 'none'"].join('; ');
        //                                                    ^^^^^^^^^^^^^ headers/csp-unsafe-script
        export function middleware(request) {
          const response = NextResponse.next();
          response.headers.set('Content-Security-Policy', csp);
          return response;
        }`,
    },
    {
      title: 'options of another file',
      bad: `
        //- policy.js
        exports.options = { contentSecurityPolicy: { directives: { scriptSrc: ["'unsafe-eval'"] } } };
        //                                                                      ^^^^^^^^^^^^^ headers/csp-unsafe-script "'unsafe-eval' in script-src"
        //- app.js
        const helmet = require('helmet');
        const { options } = require('./policy');
        app.use(helmet(options));`,
    },
    {
      title: 'a list that is added to, and a policy that may be enforced',
      bad: `
        import helmet from 'helmet';
        const scripts = ["'self'", "'unsafe-eval'"].concat(extra).filter(Boolean);
        //                          ^^^^^^^^^^^^^ headers/csp-unsafe-script
        app.use(helmet({ contentSecurityPolicy: { reportOnly: process.env.CSP_TRIAL === 'on', directives: { scriptSrc: scripts } } }));`,
    },
    { title: "helmet's own policy lets inline styles in", good: `import helmet from 'helmet';\napp.use(helmet());\napp.use(helmet({ contentSecurityPolicy: { directives: { styleSrc: ["'self'", "'unsafe-inline'"] } } }));` },
    {
      title: 'a nonce beside it makes browsers ignore the word',
      good: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", "'unsafe-inline'", (req, res) => \`'nonce-\${res.locals.nonce}'\`] } } }));`,
    },
    { title: 'a policy for strict-dynamic, with what old browsers need', good: `export const page = (req, res) => { res.set('Content-Security-Policy', "script-src 'strict-dynamic' 'sha256-abc' 'unsafe-inline' https:"); };` },
    { title: 'a nonce in a template', good: `export const page = (req, res) => { res.set('Content-Security-Policy', \`script-src 'self' 'nonce-\${res.locals.nonce}' 'unsafe-inline'\`); };` },
    {
      title: 'only while developing',
      good: `
        import helmet from 'helmet';
        const isDev = process.env.NODE_ENV !== 'production';
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", ...(isDev ? ["'unsafe-eval'"] : [])] } } }));`,
    },
    {
      title: 'WebAssembly, and a policy that only reports',
      good: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", "'wasm-unsafe-eval'"] } } }));
        app.use(helmet.contentSecurityPolicy({ reportOnly: true, directives: { scriptSrc: ["'unsafe-inline'"] } }));`,
    },
    { title: 'eval has no say in a directive for attributes', good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: { directives: { scriptSrcAttr: ["'unsafe-eval'"] } } }));` },
    { title: 'default-src behind a script-src of its own', good: `export const page = (req, res) => { res.setHeader('content-security-policy', "default-src 'self' 'unsafe-inline'; script-src 'self'"); };` },
    { title: "helmet's script-src stands beside a loose default-src", good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'self'", "'unsafe-inline'"] } } }));` },
    {
      title: 'a policy for the documentation alone',
      good: `
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        app.use('/api-docs', helmet.contentSecurityPolicy({ directives: { scriptSrc: ["'self'", "'unsafe-inline'"] } }));
        app.get('/api-docs', page);`,
    },
    { title: 'the policy of a request that is made', good: `fetch('https://a.example.com', { headers: { 'Content-Security-Policy': "script-src 'unsafe-inline'" } });\nconst shown = "script-src 'unsafe-inline'";` },
  ],
});

/** Directives that say which scripts run: those written, and default-src where nothing else does. */
function scriptDirectives(policy: CspPolicy): readonly CspDirective[] {
  const own = SCRIPTS.flatMap((name) => policy.directives.get(name) ?? []);
  const behind = policy.directives.has('script-src') ? undefined : governing(policy, 'script-src');
  return behind ? [...own, behind] : own;
}

/** How much the source costs in a directive for scripts; undefined: nothing. */
function dangerous(written: string, { name, words, complete, nonce }: CspDirective, library: CspPolicy['library']): Severity | undefined {
  const quotes = library === 'blankie' ? "'?" : "'";
  const token = new RegExp(`^${quotes}(unsafe-inline|unsafe-eval|unsafe-hashes)${quotes}$`, 'i').exec(written)?.[1]?.toLowerCase();
  // A nonce beside it, which may hide in what is not known, makes browsers ignore it.
  if (token === 'unsafe-inline') return nonce || !complete ? undefined : 'warning';
  // Browsers look for eval in script-src and default-src only.
  if (token === 'unsafe-eval') return /-(elem|attr)$/.test(name) ? undefined : 'warning';
  if (token === 'unsafe-hashes') return 'info';
  const isScheme = /^(data|blob):$/i.test(written) && (name === 'script-src' || name === 'script-src-elem');
  return isScheme && !words.some((word) => /strict-dynamic/.test(word.text)) ? 'warning' : undefined;
}

/** A nonce for each response, made before helmet runs, takes the place of `'unsafe-inline'`. */
function* nonceFix({ policy, word, token, docs }: Evidence, context: RuleContext): Iterable<Fix> {
  const { call, statementAt } = policy;
  const scope = call && context.scopeOf(call.at);
  if (!/unsafe-inline/.test(token) || policy.library !== 'helmet' || !word.itemAt || docs || !statementAt || scope?.framework !== 'express' || scope.binding === undefined) return;
  const path = context.pathOf(statementAt);
  const name = context.localName(path, 'node:crypto', 'randomBytes') ?? context.localName(path, 'crypto', 'randomBytes');
  const changes: Change[] = name === undefined ? [{ do: 'import', path, from: 'node:crypto', name: 'randomBytes', as: 'randomBytes' }] : [];
  yield {
    title: 'Use a nonce',
    safety: 'review',
    changes: [
      ...changes,
      { do: 'insert', at: statementAt, where: 'line-before', code: [`${scope.binding}.use((req, res, next) => { res.locals.nonce = ${name ?? 'randomBytes'}(16).toString(`, { quote: 'base64' }, '); next(); });'] },
      { do: 'replace', at: word.itemAt, code: ["(req, res) => `'nonce-${res.locals.nonce}'`"] },
    ],
  };
}
