import type { Call, Entry, FunctionId, Value } from '../../model/value.js';
import type { FunctionView, ModuleView, Step } from '../../model/module.js';
import type { At } from '../../text/source.js';
import { ofRequest } from '../facts/handed.js';
import { csrfAnswerExamples } from '../facts/csrf-answer-examples.js';
import { checkedIfSent, missingWord } from '../facts/csrf-absent.js';
import { csrfAbsentExamples } from '../facts/csrf-absent-examples.js';
import { opensToSites, skippedPaths } from '../facts/csrf-openings.js';
import { cookieTests, isFreeWord, isHeader, returnedBy, saysYes } from '../facts/csrf-answers.js';
import { requestReads } from '../facts/request-reads.js';
import { operandsOf, partsOf } from '../facts/walk.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly kind: 'method' | 'skip' | 'path' | 'unused' | 'off' | 'asked' | 'origin' | 'cookie' | 'agent' | 'sites' | 'sent';
  readonly text: string;
  readonly entryAt: At | undefined;
  /** The literal that switches it off, and what it should be. */
  readonly flip?: { readonly at: At; readonly to: string };
}
/** Packages that check requests against forgery. */
const PACKAGES = /^(csurf|csrf-csrf|csrf-sync|tiny-csrf|lusca|koa-csrf|@fastify\/csrf-protection|@hapi\/crumb|@dr\.pogodin\/csurf|hono\/csrf)$/;
const CHANGING = /^(POST|PUT|PATCH|DELETE)$/i;
/** Machines call these without cookies. */
const MACHINES = /webhook|hook|callback|stripe|github|ipn|health|metrics|oauth|token|saml|graphql/i;

export default rule<'module', Evidence>({
  meta: {
    id: 'csrf/weakened',
    title: 'CSRF protection is bypassed for changing methods',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [352],
    severity: 'warning',
    confidence: 'medium',
    topics: ['csrf'],
    since: '0.1.0',
    leansOn: ['csurf/ignored-methods'],
    whenNotToUse: 'The exempt requests carry a token in a header, never a cookie.',
    references: ['https://owasp.org/www-community/attacks/csrf'],
  },
  on: 'module',
  words: ['csrf', 'csurf', 'xsrf', 'crumb', 'lusca', 'checkorigin', 'serveractions', 'trustedorigins'],
  *detect(module, context) {
    for (const fn of module.functions.values()) for (const { test, cookie } of cookieTests(fn, context))
      yield { at: test.at, subject: `${fn.name} csrf cookie`, when: fn.when, evidence: { kind: 'cookie', text: context.textOf(cookie.at).slice(0, 60), entryAt: undefined } };
    for (const fn of module.functions.values()) {
      const sent = checkedIfSent(fn, context);
      if (sent) yield { at: sent.at, subject: `${fn.name} csrf sent`, when: fn.when, evidence: { kind: 'sent', text: context.textOf(sent.word.at).slice(0, 60), entryAt: undefined } };
    }
    for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) if (step.do === 'call') yield* weakenedBy(step.call, step, fn, context);
    for (const { at, text, when } of opensToSites(module, context)) yield { at, subject: `csrf sites ${text.replace(/[\s"'`]/g, '')}`, when, evidence: { kind: 'sites', text, entryAt: undefined } };
    for (const off of switchedOff(module, context)) yield { at: off.keyAt, subject: `csrf ${off.key ?? ''}`, confidence: 'high', evidence: { kind: 'off', text: context.textOf(off.at).slice(0, 60), entryAt: undefined, ...flipOf(off) } };
  },
  explain: ({ kind, text }) => ({
    message: kind === 'method' ? `${text} requests are exempt from CSRF checks. Remove it from the list.`
      : kind === 'unused' ? `'${text}' is registered, but no route or hook calls the csrfProtection it adds, so nothing is checked. Add it as an onRequest or preHandler hook.`
      : kind === 'off' ? `Protection against forged requests is switched off here (${text}). Leave it on, and exempt single paths of machines only.`
      : kind === 'asked' ? `Whoever adds ${text} to a request skips the CSRF check, and any other site can. Exempt what carries a token in a header only.`
      : kind === 'origin' ? `This accepts requests from every site, so the check against forged requests turns nobody away. Compare the origin with your own.`
      : kind === 'sites' ? `Anybody can have a site that '${text}' stands for, and its pages may send requests in the name of logged-in users. List your own hosts.`
      : kind === 'sent' ? `Only requests with '${text}' are checked against forgery, and pages of other sites leave it out. Refuse requests without it.`
      : kind === 'agent' ? `${text} is what any client may say of itself, and whoever does skips the CSRF check. Exempt what carries a token in a header only.`
      : kind === 'cookie' ? `${text} is a cookie, which the browser sends with forged requests too, so the check always passes. Read the token from a header or the body.`
      : kind === 'skip' ? 'The check against forged requests is skipped for all of them. Remove the option.'
        : `Requests that change data are exempt from CSRF checks wherever ${text}. Exempt single paths of machines only.`,
    why: 'A form on any other site can send these requests with the cookies of whoever looks at it.',
    remedy: 'Leave GET, HEAD and OPTIONS out of the check, and nothing else.',
  }),
  *fix({ at, evidence: { kind, entryAt, flip } }): Iterable<FixAnswer> {
    if (flip) return yield { title: 'Leave the protection on', safety: 'review', changes: [{ do: 'replace', at: flip.at, code: [flip.to] }] };
    if (kind === 'off') return yield { refused: 'Its value stands in another place.' };
    if (kind === 'method') yield { title: 'Remove it from the list', safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    else if (kind === 'origin') yield { refused: 'Which origins are your own cannot be told.' };
    else if (kind === 'sites') yield { title: 'Remove it from the list', safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    else if (kind === 'sent') yield { refused: 'What requests without it should be told is a decision.' };
    else if (kind === 'cookie') yield { refused: 'Where the pages send the token cannot be told.' };
    else if (kind === 'unused') yield { refused: 'Which routes take cookies, and where the hook belongs, cannot be told.' };
    else if (entryAt) yield { title: 'Remove the option', safety: 'review', changes: [{ do: 'remove', at: entryAt, as: 'entry' }] };
    else yield { title: 'Check every request', safety: 'review', changes: [{ do: 'settle', at, as: 'never' }] };
  },
  examples: [
    {
      title: 'POST is ignored',
      bad: `
        import csurf from 'csurf';
        export const protect = csurf({ cookie: true, ignoreMethods: ['GET', 'HEAD', 'OPTIONS', 'POST'] });
        //                                                                                     ^^^^^^ csrf/weakened "POST requests are exempt"
      `,
      fixed: `
        import csurf from 'csurf';
        export const protect = csurf({ cookie: true, ignoreMethods: ['GET', 'HEAD', 'OPTIONS'] });
      `,
    },
    {
      title: 'csrf-csrf',
      bad: `
        const { doubleCsrf } = require('csrf-csrf');
        const { doubleCsrfProtection } = doubleCsrf({ getSecret, ignoredMethods: ['GET', 'DELETE'] });
        //                                                                               ^^^^^^^^ csrf/weakened
      `,
      fixed: `
        const { doubleCsrf } = require('csrf-csrf');
        const { doubleCsrfProtection } = doubleCsrf({ getSecret, ignoredMethods: ['GET'] });
      `,
    },
    {
      title: 'hapi: skipped for every request',
      bad: `
        import Hapi from '@hapi/hapi';
        import Crumb from '@hapi/crumb';
        const server = Hapi.server();
        await server.register({ plugin: Crumb, options: { skip: () => true } });
        //                                                ^^^^ csrf/weakened "skipped for all"
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        import Crumb from '@hapi/crumb';
        const server = Hapi.server();
        await server.register({ plugin: Crumb, options: {} });
      `,
    },
    {
      title: 'a plugin whose check nobody calls',
      bad: `
        import Fastify from 'fastify';
        import cookie from '@fastify/cookie';
        import csrf from '@fastify/csrf-protection';
        const app = Fastify();
        await app.register(cookie);
        await app.register(csrf, { cookieOpts: { signed: true } });
        //                 ^^^^ csrf/weakened "nothing is checked"
        app.post('/transfer', async (request) => transfer(request.body));
        await app.listen({ port: 3000 });
      `,
    },
    {
      title: 'a Nest application that registers it, and nothing else',
      bad: `
        import { NestFactory } from '@nestjs/core';
        import { FastifyAdapter } from '@nestjs/platform-fastify';
        import fastifyCsrf from '@fastify/csrf-protection';
        const app = await NestFactory.create(AppModule, new FastifyAdapter());
        await app.register(fastifyCsrf);
        //                 ^^^^^^^^^^^ csrf/weakened
        await app.listen(3000);
      `,
    },
    {
      title: 'a plugin whose check is a hook',
      good: `
        import Fastify from 'fastify';
        import csrf from '@fastify/csrf-protection';
        const app = Fastify();
        await app.register(csrf);
        app.addHook('preHandler', (request, reply, done) => app.csrfProtection(request, reply, done));
        app.post('/transfer', async (request) => transfer(request.body));
      `,
    },
    {
      title: 'a whole prefix goes around the check',
      bad: `
        import express from 'express';
        import session from 'express-session';
        import csurf from 'csurf';
        const app = express();
        const csrfProtection = csurf();
        app.use(session({ secret: process.env.SECRET }));
        app.use((req, res, next) => {
          if (req.path.startsWith('/account')) return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened "wherever req.path.startsWith('/account')"
          csrfProtection(req, res, next);
        });
      `,
      fixed: `
        import express from 'express';
        import session from 'express-session';
        import csurf from 'csurf';
        const app = express();
        const csrfProtection = csurf();
        app.use(session({ secret: process.env.SECRET }));
        app.use((req, res, next) => {
          csrfProtection(req, res, next);
        });
      `,
    },
    {
      title: 'whoever asks for it goes around the check',
      bad: `
        import express from 'express';
        import session from 'express-session';
        import csurf from 'csurf';
        const app = express();
        const guardForms = csurf();
        app.use(session({ secret: process.env.SECRET }));
        app.use((req, res, next) => {
          if (req.query.embed === '1' || req.get('authorization')) return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened "Whoever adds req.query.embed === '1'"
          csrfGuard(req, res, next);
        });
        function csrfGuard(req, res, next) { guardForms(req, res, next); }
      `,
    },
    {
      title: 'switched off in the options of a package, and of a framework',
      bad: `
        //- app.js
        const lusca = require('lusca');
        module.exports = (app) => app.use(lusca({ csrf: false, xframe: 'DENY' }));
        //                                        ^^^^ csrf/weakened "switched off here"
        //- svelte.config.js
        const config = { kit: { csrf: { checkOrigin: false } } };
        //                              ^^^^^^^^^^^ csrf/weakened
        export default config;
        //- config/config.default.js
        exports.other = 1;
        module.exports = () => { const config = {}; config.security = { csrf: { enable: false } }; return config; };
        //                                                                      ^^^^^^ csrf/weakened
      `,
    },
    {
      title: 'options of the same name that protect, and a header no form can send',
      good: `
        //- app.js
        const lusca = require('lusca'); const csurf = require('csurf'); const csrfCheck = csurf();
        module.exports = (app) => { app.use(lusca({ csrf: true, xframe: 'DENY' })); app.use((req, res, next) => { if (req.get('x-requested-with') === 'XMLHttpRequest') return next(); csrfCheck(req, res, next); }); };
        //- svelte.config.js
        export default { kit: { csrf: { checkOrigin: true } } };
        //- menu.js
        export const menu = { security: { checkOrigin: false } };
      `,
    },
    ...csrfAnswerExamples, ...csrfAbsentExamples,
    { title: 'reading methods', good: `import csurf from 'csurf'; export const protect = csurf({ ignoreMethods: ['GET', 'HEAD', 'OPTIONS'] });` },
    {
      title: 'a webhook',
      good: `
        import express from 'express'; import csurf from 'csurf'; const app = express(); const csrfProtection = csurf();
        app.use((req, res, next) => { if (req.path === '/webhooks/stripe') return next(); csrfProtection(req, res, next); });
      `,
    },
    {
      title: 'requests that bear a token',
      good: `
        import express from 'express'; import csurf from 'csurf'; const app = express(); const csrfProtection = csurf();
        app.use((req, res, next) => { if (req.headers.authorization) return next(); csrfProtection(req, res, next); });
        app.use((req, res, next) => (req.path.startsWith('/api') ? next() : csrfProtection(req, res, next)));
      `,
    },
    { title: 'other lists of methods', good: `import cors from 'cors'; export const a = cors({ ignoreMethods: ['POST'] }); export const b = cache({ ignoredMethods: ['POST', 'PUT'] });` },
  ],
});

/** What one call takes away from the protection. */
function* weakenedBy(call: Call, step: Step, fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  const base = { subject: `${fn.name} csrf`, when: step.when };
  if (isPackage(call)) for (const { value: options } of call.args) for (const key of ['ignoreMethods', 'ignoredMethods', 'excludedMethods']) {
    const held = context.option(options, key);
    if (held.kind !== 'value' || held.value.kind !== 'array') continue;
    for (const item of held.value.items) {
      const method = context.constant(item.value)?.value;
      if (typeof method === 'string' && CHANGING.test(method) && item.at.path === call.at.path)
        yield { ...base, subject: `${fn.name} csrf ${method}`, at: item.at, confidence: 'high', evidence: { kind: 'method', text: method.toUpperCase(), entryAt: undefined } };
    }
  }
  if (isPackage(call)) for (const { value: options } of call.args) yield* callbacks(options, base, context);
  // The plugin only adds a function that routes or hooks have to call.
  const plugin = call.name === 'register' ? call.args[0]?.value : undefined;
  if (plugin?.kind === 'ref' && plugin.root.kind === 'import' && /^(@fastify\/csrf-protection|fastify-csrf)$/.test(plugin.root.from) && !context.projectUses('csrf-hook'))
    yield { ...base, at: plugin.at, confidence: 'high', evidence: { kind: 'unused', text: context.textOf(plugin.at), entryAt: undefined } };
  if (plugin?.kind === 'ref' && plugin.root.kind === 'import' && PACKAGES.test(plugin.root.from)) yield* callbacks(call.args[1]?.value, base, context);
  if (isPackage(call) || call.args.some((item) => isCrumb(item.value))) for (const { value } of call.args) yield* skipping(value, call, base, context, 0);
  const around = exempting(call, context);
  if (around) yield { ...base, at: around.at, evidence: { kind: around.kind, text: context.textOf(around.at), entryAt: undefined } };
}
function isPackage(call: Call): boolean {
  return call.target.kind === 'ref' && call.target.root.kind === 'import' && PACKAGES.test(call.target.root.from);
}
function isCrumb(value: Value): boolean {
  if (value.kind === 'array') return value.items.some((item) => isCrumb(item.value));
  if (value.kind === 'object') return value.entries.some((entry) => entry.key === 'plugin' && isCrumb(entry.value));
  return value.kind === 'ref' && value.root.kind === 'import' && PACKAGES.test(value.root.from);
}
/** Options of these packages that say where the token stands (csurf 1.11.0, csrf-csrf 3 and 4, csrf-sync 4, @fastify/csrf-protection 7, tiny-csrf 1). */
const TOKEN_OPTIONS = ['value', 'getTokenFromRequest', 'getCsrfTokenFromRequest', 'getToken'];
/** What functions among the options decide: whom to skip (csrf-csrf and csrf-sync), which origins are let in (hono/csrf 4), and where the token stands. */
function* callbacks(options: Value | undefined, base: Pick<Detection<Evidence>, 'subject' | 'when'>, context: RuleContext): Iterable<Detection<Evidence>> {
  if (options?.kind !== 'object') return;
  for (const key of ['skipCsrfProtection', ...TOKEN_OPTIONS]) for (const given of returnedBy(options, key, context)) {
    if (key !== 'skipCsrfProtection') {
      const cookie = operandsOf(given, '||').flatMap((one) => requestReads(one, context)).find(({ field }) => field.from === 'cookie');
      if (cookie) yield { ...base, subject: `${base.subject} ${key}`, at: given.at, confidence: 'high', evidence: { kind: 'cookie', text: context.textOf(cookie.value.at).slice(0, 60), entryAt: undefined } };
      continue;
    }
    yield* ofMissing(given, `${base.subject} ${key}`, base.when, context);
    const free = operandsOf(given, '||').find((one) => isFreeWord(one, context));
    if (free) yield { ...base, subject: `${base.subject} ${key}`, at: free.at, evidence: { kind: isHeader(free, context) ? 'agent' : 'asked', text: context.textOf(free.at).slice(0, 80), entryAt: undefined } };
  }
  for (const key of ['skipCsrfProtection', 'origin', 'secFetchSite']) {
    const entry = options.entries.findLast((one) => one.key === key);
    if (!entry || !saysYes(entry.value, context)) continue;
    yield { ...base, subject: `${base.subject} ${key}`, at: entry.keyAt, evidence: key === 'skipCsrfProtection' ? { kind: 'skip', text: '', entryAt: entry.at } : { kind: 'origin', text: '', entryAt: undefined } };
  }
}
/** `skip: () => true`, also below `options`, or a path whose routes know callers by a cookie. */
function* skipping(value: Value, call: Call, base: { readonly subject: string }, context: RuleContext, depth: number): Iterable<Detection<Evidence>> {
  if (depth > 3) return;
  if (value.kind === 'array') for (const item of value.items) yield* skipping(item.value, call, base, context, depth + 1);
  if (value.kind !== 'object') return;
  for (const entry of value.entries) {
    if (entry.key === 'options') yield* skipping(entry.value, call, base, context, depth + 1);
    if (entry.key !== 'skip') continue;
    for (const at of skippedPaths(call, value, context)) yield { ...base, at, evidence: { kind: 'path', text: context.textOf(at).slice(0, 80), entryAt: undefined } };
    for (const given of returnedBy(value, 'skip', context)) yield* ofMissing(given, base.subject, undefined, context);
    if (saysYes(entry.value, context)) yield { ...base, at: entry.keyAt, evidence: { kind: 'skip', text: '', entryAt: entry.at } };
  }
}
/** Tests under which a check is skipped because the request lacks something: `!request.headers.referer`. */
function* ofMissing(given: Value, subject: string, when: Step['when'] | undefined, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const test of operandsOf(given, '||')) {
    const word = missingWord(test, context);
    if (word) yield { at: test.at, subject: `${subject} missing`, ...(when ? { when } : {}), evidence: { kind: 'sent', text: context.textOf(word.at).slice(0, 60), entryAt: undefined } };
  }
}
/** The test of the path under which a function goes on without the check it runs otherwise. */
function exempting(call: Call, context: RuleContext): { readonly at: At; readonly kind: 'path' | 'asked' } | undefined {
  if (!/csrf|csurf|xsrf/i.test(call.name) || call.args.length < 2 || call.target.kind !== 'ref') return undefined;
  const owner = call.args[0]?.value;
  const inside = owner?.kind === 'ref' && owner.root.kind === 'parameter' ? owner.root.fn : undefined;
  const body: FunctionView | undefined = inside === undefined ? undefined : context.body(inside);
  for (const step of body?.steps ?? []) {
    if (step.do !== 'call' || step.call.args.length > 0 || !isOwn(step.call.target, inside)) continue;
    const [branch] = step.when.slice(body?.when.length ?? 0).filter((one) => !one.early && one.holds);
    const asked = branch && operandsOf(branch.test, '||').find((test) => isChosen(test, context));
    if (asked) return { at: asked.at, kind: 'asked' };
    if (branch?.test.kind !== 'call' || branch.test.name !== 'startsWith' || !branch.test.receiver || context.request(branch.test.receiver)?.from === undefined) continue;
    const prefix = branch.test.args[0] && context.constant(branch.test.args[0].value)?.value;
    // A prefix of machines may bear tokens.
    if (typeof prefix === 'string' && !MACHINES.test(prefix) && !/^\/(api|v\d|public|static|assets)\b/i.test(prefix)) return { at: branch.test.at, kind: 'path' };
  }
  return undefined;
}
/** A part of the address or the body, which a page of another site writes as it likes. */
function isChosen(test: Value, context: RuleContext): boolean {
  const value = test.kind === 'compare' && /^===?$/.test(test.op) ? (test.right.kind === 'literal' ? test.left : test.left.kind === 'literal' ? test.right : undefined) : test;
  return value?.kind === 'ref' && requestReads(value, context).some(({ field }) => field.from === 'query' || field.from === 'body') && (ofRequest(value, context) || value.root.kind === 'local');
}
/** Options under which a framework or a package protects unless it is told not to: `csrf: { checkOrigin: false }`. */
const SWITCHES: readonly { readonly under: RegExp; readonly key: RegExp; readonly off: boolean; readonly of: RegExp }[] = [
  { under: /^(csrf|security)$/, key: /^checkOrigin$/, off: false, of: /./ },
  { under: /^advanced$/, key: /^disableCSRFCheck$/, off: true, of: /^better-auth\b/ },
  { under: /^$/, key: /^csrf$/, off: false, of: /^lusca$/ },
  { under: /^csrf$/, key: /^enabled?$/, off: false, of: /./ },
];
function flipOf({ value }: Entry): Pick<Evidence, 'flip'> {
  return value.kind === 'literal' && typeof value.value === 'boolean' ? { flip: { at: value.at, to: String(!value.value) } } : {};
}
const OTHERS = ['csurf', 'csrf-csrf', 'csrf-sync', 'tiny-csrf', '@dr.pogodin/csurf'];
/** The entries of what the file hands to a package, or exports as settings, that switch a protection off. */
function switchedOff(module: ModuleView, context: RuleContext): readonly Entry[] {
  const found = new Map<string, Entry>();
  const from = (call: Call): string => (call.target.kind === 'ref' && call.target.root.kind === 'import' ? call.target.root.from : '');
  const visit = (value: Value, under: string, of: string, depth: number): void => {
    if (depth > 5) return;
    if (value.kind === 'object') for (const entry of value.entries) {
      const worth = context.constant(entry.value)?.value;
      const isOff = SWITCHES.some((one) => one.key.test(entry.key ?? '') && one.under.test(under) && one.of.test(of) && worth === one.off);
      if (isOff && entry.at.path === module.path) found.set(`${entry.at.mark}:${entry.at.part?.start ?? ''}`, entry);
      visit(entry.value, entry.key ?? '', of, depth + 1);
    } else if (value.kind === 'call') for (const item of value.args) visit(item.value, under, from(value), depth + 1);
    else if (value.kind === 'array') for (const part of partsOf(value)) visit(part, under, of, depth + 1);
  };
  const isSettings = /(^|\/)(config\/|(svelte|astro|shield|security|app|nuxt)[\w.-]{0,20}\.(config\.)?\w{1,4}$)/i.test(module.path);
  for (const one of module.exports) {
    const end = context.resolve(one.value).value;
    if (end.kind === 'call' || isSettings) visit(end, '', isSettings ? 'settings' : '', 0);
  }
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do === 'call' && /^(lusca|better-auth)\b/.test(from(step.call))) visit(step.call, '', '', 0);
    // Egg: `config.security = { csrf: { enable: false } }`.
    if (step.do === 'assign' && isSettings && /^(security|csrf)$/.test(step.target.path.at(-1) ?? '')) visit(step.value, step.target.path.at(-1) ?? '', 'settings', 0);
  }
  return OTHERS.some((name) => context.projectUses(name)) ? [] : [...found.values()];
}
function isOwn(target: Value, fn: FunctionId | undefined): boolean {
  return target.kind === 'ref' && target.root.kind === 'parameter' && target.root.fn === fn && target.path.length === 0;
}
