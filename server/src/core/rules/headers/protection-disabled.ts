import type { Branch } from '../../model/module.js';
import type { Call, Entry, Value } from '../../model/value.js';
import type { Severity } from '../../findings/finding.js';
import { links } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { alternatives } from '../facts/alternatives.js';
import { docsLine } from '../facts/csp-fixes.js';
import { docsPage, docsReason } from '../facts/docs-page.js';
import { handSet, headersOf, isHeaderSetup, onResponse } from '../facts/header-setup.js';
import { headerFacts, headerOption } from '../facts/headers.js';
import { rule } from '../rule.js';
import type { FixAnswer, RuleContext, Subjects } from '../rule.js';
import type { Change } from '../../findings/changes.js';

type Evidence =
  | {
      readonly kind: 'option'; readonly option: string; readonly header: string; readonly risk: string; readonly entry: Entry | undefined;
      /** The set-up call, where its policy comes back with the fix. */
      readonly policy?: { readonly call: Call; readonly statementAt: At; readonly docs: { readonly path: string | undefined } | undefined };
    }
  | { readonly kind: 'announced'; readonly option: string; readonly entry: Entry | undefined }
  | { readonly kind: 'global'; readonly entry: Entry | undefined }
  | { readonly kind: 'xss' }
  | { readonly kind: 'sniff' };

export default rule<'call', Evidence>({
  meta: {
    id: 'headers/protection-disabled',
    title: 'A security header is switched off',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [693],
    severity: 'warning',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    leansOn: ['helmet/defaults', 'helmet7/defaults', 'helmet6/defaults', 'helmet5/defaults', 'helmet4/defaults',
      'helmet3/defaults', 'helmet/aliases', 'helmet/refused-options', 'helmet/part-alone', '@fastify/helmet/defaults', 'koa-helmet/defaults'],
    whenNotToUse: 'Another layer in front of every instance sets this header.',
    references: ['https://helmetjs.github.io/', 'https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html'],
  },
  on: 'call',
  words: ['helmet', 'secureheaders', 'security', 'x-xss-protection', 'x-content-type-options'],
  *detect(subject, context) {
    const { call, step } = subject;
    const options = optionsOf(call, context);
    // Options kept in another file are reported where this one hands them over.
    for (const arm of options ? alternatives(options, context) : [])
      for (const one of disabled(arm.value, subject, context)) {
        const found = { ...one, when: [...one.when, ...arm.when] };
        yield one.at.path === call.at.path ? found : { ...found, at: arm.at };
      }
    if (call.name === 'register' && /@fastify\/helmet|fastify-helmet/.test(pluginOf(call))) {
      const global = context.option(call.args[1]?.value, 'global');
      if (global.kind === 'value')
        for (const one of falses(global.value, context)) yield { at: one.at, subject: 'helmet global', evidence: { kind: 'global', entry: one.direct ? global.entry : undefined }, severity: 'info', when: [...step.when, ...one.when] };
    }
    if (!onResponse(call, context)) return;
    for (const header of headersOf(call, context)) {
      const text = context.constant(header.value)?.value;
      if (header.name === 'x-xss-protection' && typeof text === 'string' && /^\s*1/.test(text)) yield { at: header.value.at, subject: 'x-xss-protection', evidence: { kind: 'xss' }, severity: 'info', when: step.when };
      if (header.name === 'x-content-type-options' && typeof text === 'string' && text.trim().toLowerCase() !== 'nosniff') yield { at: header.value.at, subject: 'x-content-type-options', evidence: { kind: 'sniff' }, when: step.when };
    }
  },
  explain(evidence) {
    switch (evidence.kind) {
      case 'option':
        return {
          message: `'${evidence.option}: false' drops the ${evidence.header} header, which protects against ${evidence.risk}. Remove this line, or set the value you need.`,
          why: `Without ${evidence.header} the browser does not protect visitors against ${evidence.risk}.`,
          remedy: 'Keep the default, or set the value this application needs.',
        };
      case 'announced':
        return {
          message: `'${evidence.option}: false' keeps the X-Powered-By header, which tells attackers what to try. Remove this line, or set the value you need.`,
          why: 'A named framework lets an attacker pick known exploits at once.',
          remedy: 'Keep the default, which removes the header.',
        };
      case 'global':
        return {
          message: "'global: false' drops the security headers of every route that does not ask for them. Remove this line, or set the value you need.",
          why: 'Routes added later go out without security headers unless someone remembers to ask for them.',
          remedy: 'Keep the plugin global and switch it off for single routes.',
        };
      case 'xss':
        return {
          message: "'X-XSS-Protection: 1' switches on a browser filter that can be abused to leak data. Set it to '0' or leave the header out.",
          why: 'The filter was removed from browsers because it could be turned against the page; helmet sends 0.',
          remedy: "Send '0' and rely on a Content-Security-Policy.",
        };
      case 'sniff':
        return {
          message: "Only 'nosniff' is a value of X-Content-Type-Options; with any other, browsers guess the type and may run an upload as script. Set it to 'nosniff'.",
          why: 'Browsers ignore other values and guess the content type.',
          remedy: "Send 'nosniff'.",
        };
    }
  },
  *fix({ evidence, at }, context) {
    if (evidence.kind === 'option' && evidence.policy && evidence.entry) {
      yield withPolicy(evidence.entry, evidence.policy, context);
      return;
    }
    if (evidence.kind === 'xss') yield { title: "Send '0'", safety: 'review', changes: [{ do: 'replace', at, code: [{ quote: '0' }] }] };
    else if (evidence.kind === 'sniff') yield { title: "Send 'nosniff'", safety: 'review', changes: [{ do: 'replace', at, code: [{ quote: 'nosniff' }] }] };
    else if (evidence.entry !== undefined) yield { title: 'Remove line', safety: 'review', changes: [{ do: 'remove', at: evidence.entry.at, as: 'entry' }] };
    else yield { refused: 'The value is one of several, or stands in another file.' };
  },
  examples: [
    {
      title: 'switched off for the page of the documentation, which keeps a policy of its own',
      bad: `
        import express from 'express';
        import helmet from 'helmet';
        import swaggerUi from 'swagger-ui-express';
        const app = express();
        app.use(helmet({ contentSecurityPolicy: false }));
        //                                      ^^^^^ headers/protection-disabled
        app.use('/api-docs', swaggerUi.serve, swaggerUi.setup(document));
        app.listen(3000);`,
      fixed: `
        import express from 'express';
        import helmet from 'helmet';
        import swaggerUi from 'swagger-ui-express';
        const app = express();
        app.use(helmet());
        app.use('/api-docs', helmet.contentSecurityPolicy({ directives: { scriptSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:', 'https:'] } }));
        app.use('/api-docs', swaggerUi.serve, swaggerUi.setup(document));
        app.listen(3000);`,
    },
    {
      title: 'a plugin for documentation that would break',
      bad: `
        import Fastify from 'fastify';
        import helmet from '@fastify/helmet';
        import swaggerUi from '@fastify/swagger-ui';
        const app = Fastify();
        app.register(helmet, { contentSecurityPolicy: false });
        //                                            ^^^^^ headers/protection-disabled
        app.register(swaggerUi, { routePrefix: '/docs' });`,
    },
    {
      title: 'one of two sets of options',
      bad: `
        import helmet from 'helmet';
        app.use(helmet(process.env.NODE_ENV === 'development' ? { hsts: false } : { noSniff: false }));
        //                                                                                   ^^^^^ headers/protection-disabled`,
    },
    {
      title: 'what the library does not send of itself',
      good: `
        //- package.json
        { "dependencies": { "helmet": "^3.0.0" } }
        //- app.js
        const helmet = require('helmet');
        app.use(helmet({ contentSecurityPolicy: false, referrerPolicy: false }));`,
    },
    {
      title: 'what hapi and Hono do not send of themselves',
      good: `
        import Hapi from '@hapi/hapi';
        import { secureHeaders } from 'hono/secure-headers';
        app.use(secureHeaders({ contentSecurityPolicy: false }));
        const server = Hapi.server({ routes: { security: { referrer: false } } });`,
    },
    {
      title: 'helmet without its content security policy',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: false }));
        //                                      ^^^^^ headers/protection-disabled "Content-Security-Policy"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet());`,
    },
    {
      title: 'two protections off, under their old names',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ hsts: false, frameguard: false }));
        //                     ^^^^^ headers/protection-disabled "Strict-Transport-Security"
        //                                        ^^^^^ headers/protection-disabled "clickjacking"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ frameguard: false }));`,
    },
    {
      title: 'Hono without frame protection',
      bad: `
        import { secureHeaders } from 'hono/secure-headers';
        app.use(secureHeaders({ xFrameOptions: false }));
        //                                     ^^^^^ headers/protection-disabled`,
    },
    {
      title: 'hapi without HSTS',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { security: { hsts: false } } });
        //                                                       ^^^^^ headers/protection-disabled`,
    },
    {
      title: 'the Fastify plugin with options in a constant, off for all routes',
      bad: `
        import helmet from '@fastify/helmet';
        const options = { global: false, noSniff: false };
        //                        ^^^^^ headers/protection-disabled "every route"
        //                                        ^^^^^ headers/protection-disabled "X-Content-Type-Options"
        await app.register(helmet, options);`,
    },
    {
      title: 'a filter switched on by hand',
      bad: `
        export function headers(req, res, next) {
          res.setHeader('X-XSS-Protection', '1; mode=block');
          //                                ^^^^^^^^^^^^^^^ headers/protection-disabled "browser filter"
          next();
        }`,
      fixed: `
        export function headers(req, res, next) {
          res.setHeader('X-XSS-Protection', '0');
          next();
        }`,
    },
    {
      title: 'options of another file',
      bad: `
        //- config.ts
        export const helmetOptions = { frameguard: false };
        //- app.ts
        import express from 'express';
        import helmet from 'helmet';
        import { helmetOptions } from './config';
        express().use(helmet(helmetOptions));
        //                   ^^^^^^^^^^^^^ headers/protection-disabled "'frameguard: false'"`,
    },
    {
      title: 'the policy is set by middleware of another file',
      good: `
        //- csp.js
        const helmet = require('helmet');
        module.exports = helmet.contentSecurityPolicy({ directives: { defaultSrc: ["'self'"] } });
        //- app.js
        const helmet = require('helmet');
        const app = require('express')();
        app.use(helmet({ contentSecurityPolicy: false }));
        app.use(require('./csp'));`,
    },
    { title: 'headers of a request', good: `fetch('/x', { headers: { 'X-XSS-Protection': '1; mode=block' } });\nclient.set('X-Content-Type-Options', 'any');` },
    { title: 'off only outside production', good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: process.env.NODE_ENV === 'production' ? strictPolicy : false }));` },
    { title: 'options that are a matter of taste', good: `import helmet from 'helmet';\napp.use(helmet({ crossOriginEmbedderPolicy: false, crossOriginOpenerPolicy: false, xXssProtection: false }));` },
    { title: 'a resource policy of its own', good: `import helmet from 'helmet';\napp.use(helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } }));` },
    { title: 'the policy is set by a second call', good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: false }));\napp.use(helmet.contentSecurityPolicy({ directives: { defaultSrc: ["'self'"] } }));` },
    {
      title: 'the policy is set by hand',
      good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: false }));\napp.use((req, res, next) => { res.setHeader('Content-Security-Policy', "default-src 'self'"); next(); });`,
    },
    { title: 'frames are governed by the policy', good: `import helmet from 'helmet';\napp.use(helmet({ frameguard: false, contentSecurityPolicy: { directives: { frameAncestors: ["'none'"] } } }));` },
    { title: "today's advice for the old filter", good: `export const headers = (req, res, next) => { res.setHeader('X-XSS-Protection', '0'); next(); };` },
    { title: 'a value that is not known', good: `import helmet from 'helmet';\nexport const setup = (csp) => app.use(helmet({ contentSecurityPolicy: csp }));` },
  ],
});

/** The options of a call that sets all headers. */
function optionsOf(call: Call, context: RuleContext): Value | undefined {
  if (call.name === 'register') return isHeaderSetup(call) ? call.args[1]?.value : undefined;
  if (isHeaderSetup(call)) return call.args[0]?.value;
  if (!/^(@hapi\/hapi|hapi)\.(server|Server)$/.test(call.callee)) return undefined;
  const routes = context.option(call.args[0]?.value, 'routes');
  const security = routes.kind === 'value' ? context.option(routes.value, 'security') : routes;
  return security.kind === 'value' ? security.value : undefined;
}
function pluginOf(call: Call): string {
  const plugin = call.args[0]?.value;
  return plugin?.kind === 'ref' && plugin.root.kind === 'import' ? plugin.root.from : '';
}

function* disabled(options: Value, { call, step, in: body }: Subjects['call'], context: RuleContext): Iterable<{ at: At; subject: string; evidence: Evidence; severity: Severity; when: readonly Branch[] }> {
  for (const fact of headerFacts) {
    if ((fact.whenOff === 'none' && fact.option !== 'xXssProtection') || !sentUnasked(fact.option, call, context)) continue;
    for (const key of [fact.option, ...fact.aliases]) {
      const answer = context.option(options, key);
      if (answer.kind !== 'value') continue;
      if (fact.option === 'xXssProtection') {
        const text = context.constant(answer.value)?.value;
        if (typeof text === 'string' && /^\s*1/.test(text)) yield { at: answer.value.at, subject: `helmet ${key}`, evidence: { kind: 'xss' }, severity: 'info', when: step.when };
        continue;
      }
      if (fact.option === 'contentSecurityPolicy' && setElsewhere(call, body.steps, context)) continue;
      if (fact.option === 'xFrameOptions' && governedByPolicy(options, context)) continue;
      const isPolicy = fact.option === 'contentSecurityPolicy';
      const severity = isPolicy && !context.projectUses('html') ? 'info' : fact.whenOff === 'info' ? 'info' : 'warning';
      for (const one of falses(answer.value, context))
        if (fact.option === 'xPoweredBy') yield { at: one.at, subject: `helmet ${key}`, evidence: { kind: 'announced', option: key, entry: one.direct ? answer.entry : undefined }, severity, when: [...step.when, ...one.when] };
        else
          yield {
            at: one.at,
            subject: `helmet ${key}`,
            evidence: { kind: 'option', option: key, header: headerOption(key)?.header ?? fact.header, risk: fact.risk, entry: one.direct ? answer.entry : undefined,
              ...(isPolicy ? { policy: { call, statementAt: step.statementAt, docs: docsPage([body], { call }, context) } } : {}) },
            severity,
            when: [...step.when, ...one.when],
          };
    }
  }
}

/** Whether the library sends the header unless it is told not to: helmet 3 and Hono have no policy of their own, helmet 3 and hapi no Referrer-Policy. */
function sentUnasked(option: string, call: Call, context: RuleContext): boolean {
  const isHapi = /hapi/.test(call.callee);
  const isHono = call.callee.startsWith('hono/');
  const isOld = call.callee === 'helmet' && (context.major('helmet', call.at.path) ?? 8) < 4;
  if (option === 'contentSecurityPolicy') return !isHono && !isHapi && !isOld;
  return option !== 'referrerPolicy' || (!isHapi && !isOld);
}
type Policy = NonNullable<Extract<Evidence, { kind: 'option' }>['policy']>;
/** The policy comes back; a page with documentation gets one it can live with. */
function withPolicy(entry: Entry, { call, statementAt, docs }: Policy, context: RuleContext): FixAnswer {
  const removal: Change = { do: 'remove', at: entry.at, as: 'entry' };
  if (!docs) return { title: 'Remove line', safety: 'review', changes: [removal] };
  const line = docs.path === undefined ? undefined : docsLine(call, statementAt, docs.path, context.major('helmet', call.at.path) ?? 8, context);
  return line ? { title: `Remove line, with a policy for the documentation at ${docs.path ?? ''}`, safety: 'review', changes: [removal, line] } : { refused: docsReason(docs.path) };
}

/** The places where the value is false, with the tests that make it so; `direct`: it is written as the option itself. */
function falses(value: Value, context: RuleContext): readonly { readonly at: At; readonly when: readonly Branch[]; readonly direct: boolean }[] {
  return alternatives(value, context)
    .filter((one) => one.value.kind === 'literal' && one.value.value === false)
    .map((one) => ({ at: one.at, when: one.when, direct: value.kind === 'literal' }));
}

/** Another layer of the same application, or another call beside this one, sets the policy. */
function setElsewhere(call: Call, steps: Subjects['function']['steps'], context: RuleContext): boolean {
  const isPolicy = (written: Value): boolean => {
    const value = written.kind === 'ref' ? context.resolve(written).value : written;
    return value.kind === 'call' && value !== call && setsPolicy(value);
  };
  const setsPolicy = (value: Call): boolean =>
    (/(^|\.)(contentSecurityPolicy|csp)$/.test(value.callee) ||
      /^(helmet-csp|content-security-policy|blankie)$/.test(value.callee) ||
      (isHeaderSetup(value) && context.option(value.args[0]?.value, 'contentSecurityPolicy').kind === 'value' && value.args[0] !== undefined && !isOff(value, context)));
  const setsByHand = (value: Call): boolean => headersOf(value, context).some(({ name }) => name === 'content-security-policy');
  if (steps.some((step) => step.do === 'call' && (isPolicy(step.call) || setsByHand(step.call)))) return true;
  const scope = context.scopeOf(call.at);
  const layers = [
    ...(scope?.layers ?? []),
    ...context
      .endpointsThrough(call.at)
      .slice(0, 1)
      .flatMap((endpoint) => links(endpoint.chain)),
  ];
  return (
    layers.some(({ layer }) => {
      if (isPolicy(layer.value)) return true;
      const body = layer.fn === undefined ? undefined : context.body(layer.fn);
      return body !== undefined && handSet(body, context).has('content-security-policy');
    }) || functionsBeside(steps, context)
  );
}
function isOff(call: Call, context: RuleContext): boolean {
  const answer = context.option(call.args[0]?.value, 'contentSecurityPolicy');
  return answer.kind === 'value' && context.constant(answer.value)?.value === false;
}
/** Middleware written in place: `app.use((req, res, next) => ...)`. */
function functionsBeside(steps: Subjects['function']['steps'], context: RuleContext): boolean {
  return steps.some(
    (step) =>
      step.do === 'call' &&
      step.call.args.some(({ value }) => {
        const body = value.kind === 'function' ? context.body(value.fn) : undefined;
        return body !== undefined && handSet(body, context).has('content-security-policy');
      }),
  );
}
function governedByPolicy(options: Value, context: RuleContext): boolean {
  const policy = context.option(options, 'contentSecurityPolicy');
  if (policy.kind !== 'value') return policy.kind === 'unknown';
  const directives = context.option(policy.value, 'directives');
  const where = directives.kind === 'value' ? directives.value : policy.value;
  return context.option(where, 'frameAncestors').kind !== 'absent' || context.option(where, 'frame-ancestors').kind !== 'absent';
}
