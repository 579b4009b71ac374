import type { Branch } from '../../model/module.js';
import type { Call, Entry, Value } from '../../model/value.js';
import type { Severity } from '../../findings/finding.js';
import type { At } from '../../text/source.js';
import { alternatives } from '../facts/alternatives.js';
import { docsLine } from '../facts/csp-fixes.js';
import { docsPage, docsReason } from '../facts/docs-page.js';
import { headersOf, isHeaderSetup, onResponse } from '../facts/header-setup.js';
import { headersOffExamples } from '../facts/headers-off-examples.js';
import { headerFacts, headerOption, namesItself, type HeaderFact } from '../facts/headers.js';
import { isChosenHere, laterOptions } from '../facts/later-options.js';
import { governedByPolicy, setElsewhere } from '../facts/policy-elsewhere.js';
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
    whereWritten: true,
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
    for (const arm of options && alternatives(options, context).filter((one) => isChosenHere(one.when, context)) || [])
      for (const one of disabled(arm.value, options, subject, context)) {
        const found = { ...one, when: [...one.when, ...arm.when] };
        yield one.at.path === call.at.path || context.spokenOf(one.at.path) ? found : { ...found, at: arm.at };
      }
    if (options) yield* disabledLater(options, subject, context);
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
    ...headersOffExamples,
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
        //                                         ^^^^^ headers/protection-disabled "'frameguard: false'"
        //- app.ts
        import express from 'express';
        import helmet from 'helmet';
        import { helmetOptions } from './config';
        express().use(helmet(helmetOptions));`,
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
    {
      title: 'options that are changed after they were made',
      bad: `
        import express from 'express';
        import helmet, { type HelmetOptions } from 'helmet';
        const options: HelmetOptions = { hsts: false };
        options.hsts = { maxAge: 31536000 };
        options.frameguard = false;
        //                   ^^^^^ headers/protection-disabled "'frameguard: false'"
        if (process.env.NODE_ENV === 'development') options.noSniff = false;
        express().use(helmet(options));`,
    },
    {
      title: 'no policy that could speak of frames either',
      bad: `
        const helmet = require('helmet');
        app.use(helmet({ contentSecurityPolicy: false, xFrameOptions: false }));
        //                                      ^^^^^ headers/protection-disabled
        //                                                            ^^^^^ headers/protection-disabled`,
    },
    {
      title: 'a policy without the directive about frames',
      bad: `
        const helmet = require('helmet');
        app.use(helmet({ frameguard: false, contentSecurityPolicy: { directives: { frameAncestors: null } } }));
        //                           ^^^^^ headers/protection-disabled`,
    },
    {
      title: 'what others choose: a caller, a table, a setting with a default',
      good: `
        import helmet from 'helmet';
        import { flags } from './missing';
        const TABLE = { test: { hsts: 0 }, live: { hsts: 31536000 } };
        const defaults = { csp: true };
        export const protect = (given = {}) => {
          const all = { ...defaults, ...given };
          return helmet({ contentSecurityPolicy: all.csp ? { useDefaults: true } : false });
        };
        export const forStage = (stage) => helmet({ hsts: TABLE[stage].hsts ? { maxAge: TABLE[stage].hsts } : false });
        export const withFlags = () => helmet({ frameguard: flags.embed ? false : { action: 'deny' } });
        const sniffs = true;
        export const settled = () => helmet({ noSniff: sniffs ? true : false });`,
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

interface Off {
  readonly at: At;
  readonly subject: string;
  readonly evidence: Evidence;
  readonly severity: Severity;
  readonly when: readonly Branch[];
}
/** A value of an option, and the entry it is written in. */
interface Given {
  readonly value: Value;
  readonly entry: Entry | undefined;
  readonly when: readonly Branch[];
}
/** The protections a call sends by itself, each with the names of its option. */
function* asked(call: Call, context: RuleContext): Iterable<{ readonly fact: HeaderFact; readonly key: string }> {
  for (const fact of headerFacts)
    if ((fact.whenOff !== 'none' || fact.option === 'xXssProtection') && sentUnasked(fact.option, call, context)) for (const key of [fact.option, ...fact.aliases]) yield { fact, key };
}
function* disabled(options: Value, given: Value | undefined, subject: Subjects['call'], context: RuleContext): Iterable<Off> {
  for (const { fact, key } of asked(subject.call, context)) {
    const answer = context.option(options, key);
    if (answer.kind !== 'value') continue;
    // Another value is put in its place before it is used.
    if (given && laterOptions(given, key, subject.module).some((one) => one.when.length === subject.in.when.length)) continue;
    yield* switchedOff(fact, key, { value: answer.value, entry: answer.entry, when: subject.step.when }, options, subject, context);
  }
}
/** `options.frameguard = false` after the object was made. */
function* disabledLater(options: Value, subject: Subjects['call'], context: RuleContext): Iterable<Off> {
  for (const { fact, key } of asked(subject.call, context)) {
    const last = laterOptions(options, key, subject.module).at(-1);
    if (last) yield* switchedOff(fact, key, { ...last, entry: undefined }, options, subject, context);
  }
}
function* switchedOff(fact: HeaderFact, key: string, { value, entry, when }: Given, options: Value, { call, step, in: body }: Subjects['call'], context: RuleContext): Iterable<Off> {
  if (fact.option === 'xXssProtection') {
    const text = context.constant(value)?.value;
    if (typeof text === 'string' && /^\s*1/.test(text)) yield { at: value.at, subject: `helmet ${key}`, evidence: { kind: 'xss' }, severity: 'info', when };
    return;
  }
  if (fact.option === 'contentSecurityPolicy' && setElsewhere(call, body.steps, context)) return;
  if (fact.option === 'xFrameOptions' && governedByPolicy(options, context)) return;
  const isPolicy = fact.option === 'contentSecurityPolicy';
  const severity = isPolicy && !context.projectUses('html') ? 'hint' : fact.whenOff === 'info' ? 'info' : 'warning';
  for (const one of falses(value, context)) {
    const removable = one.direct ? entry : undefined;
    const evidence: Evidence = fact.option === 'xPoweredBy' ? { kind: 'announced', option: key, entry: removable }
      : {
          kind: 'option', option: key, header: headerOption(key)?.header ?? fact.header, risk: fact.risk, entry: removable,
          ...(isPolicy ? { policy: { call, statementAt: step.statementAt, docs: docsPage([body], { call }, context) } } : {}),
        };
    yield { at: one.at, subject: `helmet ${key}`, evidence, severity, when: [...when, ...one.when] };
  }
}

/** Whether the library sends the header unless it is told not to: helmet 3 and Hono have no policy of their own, helmet 3 and hapi no Referrer-Policy. */
function sentUnasked(option: string, call: Call, context: RuleContext): boolean {
  if (option === 'xPoweredBy') return namesItself(call, context);
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
    .filter((one) => one.value.kind === 'literal' && one.value.value === false && isChosenHere(one.when, context))
    .map((one) => ({ at: one.at, when: one.when, direct: value.kind === 'literal' }));
}
