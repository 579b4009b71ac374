import type { FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { cspPolicies, type CspPolicy } from '../facts/csp.js';
import { replacement } from '../facts/csp-fixes.js';
import { isHeaderSetup, onResponse } from '../facts/header-setup.js';
import { helmetMember } from '../facts/headers.js';
import { setHeaders } from '../facts/set-headers.js';
import { rule } from '../rule.js';
import type { Detection, RuleContext } from '../rule.js';
import type { Change } from '../../findings/changes.js';

interface Evidence {
  readonly kind: 'frames' | 'value' | 'removed';
  /** What is written, or the header that is taken away. */
  readonly word: string;
  readonly change: Change | undefined;
}
type Found = Detection<Evidence>;
const FRAME = 'x-frame-options';
const KEPT: ReadonlyMap<string, string> = new Map([
  [FRAME, 'X-Frame-Options'], ['content-security-policy', 'Content-Security-Policy'], ['strict-transport-security', 'Strict-Transport-Security'], ['x-content-type-options', 'X-Content-Type-Options'],
]);
/** Pages made to stand in frames of others. */
const FRAMED = /(^|[/._-])(embed(s|ded|dable)?|widgets?|oembed|player|iframe)([/._-]|$)/i;
const ANY = /^(\*|https?:|https?:\/\/\*)$/i;

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/framing-allowed',
    title: 'Other sites may frame these pages',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1021],
    severity: 'info',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['helmet/refused-options', 'helmet3/defaults'],
    whenNotToUse: 'The pages are made to be embedded by sites nobody knows beforehand.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/Clickjacking_Defense_Cheat_Sheet.html', 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/frame-ancestors'],
  },
  on: 'module',
  words: ['frame', 'x-content-type-options', 'strict-transport-security', 'helmet', 'secureheaders', 'content-security-policy', 'blankie', 'lusca'],
  *detect(module, context) {
    if (FRAMED.test(module.path)) return;
    const policies = [...cspPolicies(module, context)];
    for (const policy of policies) yield* ofPolicy(policy, module, context);
    const governed = new Set(policies.filter((one) => one.reportOnly === false && governs(one)).map((one) => one.inside));
    for (const header of setHeaders(module, context)) {
      // The older header beside a policy is for older browsers.
      if (header.name !== FRAME || governed.has(header.inside) || (header.path !== undefined && FRAMED.test(header.path)) || isFramed(header.call, header.inside, context)) continue;
      yield* ofValue(header.value, `${header.inside} ${FRAME}`, header.when, module, context);
    }
    const views: readonly FunctionView[] = [module.top, ...module.functions.values()];
    for (const view of views)
      for (const step of view.steps) {
        if (step.do !== 'call') continue;
        for (const value of optionsOf(step.call, context)) yield* ofValue(value, `${view.id} frameguard`, step.when, module, context);
        const removed = removedBy(step.call, context);
        if (!removed || isFramed(step.call, view.id, context) || setAgain(view, removed.name, context) || (removed.name === FRAME && governed.has(view.id))) continue;
        const change: Change | undefined = step.used ? undefined : { do: 'remove', at: step.statementAt, as: 'statement' };
        yield { at: removed.at, subject: `${view.id} remove ${removed.name}`, evidence: { kind: 'removed', word: KEPT.get(removed.name) ?? removed.name, change }, when: step.when };
      }
  },
  explain({ kind, word }) {
    if (kind === 'removed' && word !== 'X-Frame-Options')
      return {
        message: `This takes the ${word} header away, which another layer set to protect visitors. Remove this line, or set the value this answer needs.`,
        why: 'The protection is gone for this answer, and for whatever is added to it later.',
        remedy: 'Keep the header, or replace its value.',
      };
    return {
      message: 'Any site can put these pages in a frame and trick users into clicking. Allow only your own sites.',
      why: kind === 'value'
        ? `Browsers know DENY and SAMEORIGIN only, so '${word}' is as good as no header: a page of an attacker frames this one unseen.`
        : 'A page of an attacker lays this one, unseen, under something visitors want to click.',
      remedy: "Send X-Frame-Options SAMEORIGIN, or a policy whose frame-ancestors names the sites that may.",
    };
  },
  *fix({ evidence: { change, kind } }) {
    if (change) yield { title: kind === 'removed' ? 'Keep the header' : kind === 'frames' ? "Use 'self'" : "Use 'SAMEORIGIN'", safety: 'review', changes: [change] };
    else yield { refused: 'The value is made elsewhere, or more than one thing hangs on this line.' };
  },
  examples: [
    {
      title: 'a value no browser knows',
      bad: `
        export function page(req, res) {
          res.setHeader('X-Frame-Options', 'ALLOWALL');
          //                               ^^^^^^^^^^ headers/framing-allowed "in a frame"
          res.render('home');
        }`,
      fixed: `
        export function page(req, res) {
          res.setHeader('X-Frame-Options', 'SAMEORIGIN');
          res.render('home');
        }`,
    },
    {
      title: 'taken away from an answer',
      bad: `
        export function page(req, res) {
          res.removeHeader('X-Frame-Options');
          //               ^^^^^^^^^^^^^^^^^ headers/framing-allowed
          res.render('home');
        }`,
      fixed: `
        export function page(req, res) {
          res.render('home');
        }`,
    },
    {
      title: 'any ancestor, in the options of helmet',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ frameguard: false, contentSecurityPolicy: { directives: { frameAncestors: ['*'] } } }));
        //                                                                                           ^ headers/framing-allowed`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ frameguard: false, contentSecurityPolicy: { directives: { frameAncestors: ["'self'"] } } }));`,
    },
    {
      title: 'any ancestor with a certificate, in the settings of Next.js',
      bad: `
        //- next.config.js
        module.exports = { async headers() { return [{ source: '/(.*)', headers: [{ key: 'Content-Security-Policy', value: 'frame-ancestors https:' }] }]; } };
        //                                                                                                                                  ^^^^^^ headers/framing-allowed`,
    },
    {
      title: 'one site, in the way browsers gave up',
      bad: `
        const express = require('express');
        const app = express();
        app.use((req, res, next) => {
          res.set({ 'X-Frame-Options': \`ALLOW-FROM \${process.env.PORTAL}\` });
          //                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ headers/framing-allowed
          next();
        });`,
    },
    {
      title: 'Koa, hapi, and a policy that is dropped',
      bad: `
        import Koa from 'koa';
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { security: { xframe: { rule: 'allow-from', source: 'https://a.example.com' } } } });
        //                                                                 ^^^^^^^^^^^^ headers/framing-allowed
        const app = new Koa();
        app.use(async (ctx) => {
          ctx.remove('Content-Security-Policy');
          //         ^^^^^^^^^^^^^^^^^^^^^^^^^ headers/framing-allowed "takes the Content-Security-Policy header away"
          ctx.body = page;
        });`,
    },
    {
      title: 'helmet 3 could still write it',
      bad: `
        //- package.json
        { "dependencies": { "helmet": "^3.21.0" } }
        //- app.js
        const helmet = require('helmet');
        app.use(helmet.frameguard({ action: 'allow-from', domain: 'https://a.example.com' }));
        //                                  ^^^^^^^^^^^^ headers/framing-allowed`,
      fixed: `
        //- package.json
        { "dependencies": { "helmet": "^3.21.0" } }
        //- app.js
        const helmet = require('helmet');
        app.use(helmet.frameguard({ action: 'SAMEORIGIN', domain: 'https://a.example.com' }));`,
    },
    {
      title: 'a value no browser knows, beside a policy for everybody',
      bad: `
        const http = require('node:http');
        http.createServer((req, res) => {
          res.setHeader('X-Frame-Options', 'ALLOWALL');
          //                               ^^^^^^^^^^ headers/framing-allowed
          res.setHeader('Content-Security-Policy', "default-src 'self'; frame-ancestors *");
          //                                                                            ^ headers/framing-allowed
          res.end();
        });`,
    },
    { title: 'nobody may', good: `export const page = (req, res) => { res.setHeader('X-Frame-Options', 'DENY'); res.setHeader('Content-Security-Policy', "frame-ancestors 'self' https://*.example.com"); };` },
    {
      title: 'an older header beside the policy',
      good: `
        export const page = (req, res) => { res.set('X-Frame-Options', 'ALLOW-FROM https://a.example.com'); res.set('Content-Security-Policy', 'frame-ancestors https://a.example.com'); };`,
    },
    { title: 'the policy takes the place of the header', good: `export const page = (req, res) => { res.removeHeader('X-Frame-Options'); res.set('Content-Security-Policy', 'frame-ancestors https://a.example.com'); };` },
    { title: 'pages made to be embedded', good: `import express from 'express';\nconst app = express();\napp.get('/embed/:id', (req, res) => { res.removeHeader('X-Frame-Options'); res.render('video'); });` },
    { title: 'headers nobody misses', good: `export const page = (req, res) => { res.removeHeader('X-Powered-By'); res.removeHeader('ETag'); };\ncache.delete('X-Frame-Options');\nproxyReq.removeHeader('Content-Security-Policy');` },
    { title: 'a header that is set again', good: `export const page = (req, res) => { res.removeHeader('X-Frame-Options'); res.setHeader('X-Frame-Options', 'SAMEORIGIN'); };` },
    { title: 'a value that is not known', good: `import config from './config';\nexport const page = (req, res) => { res.setHeader('X-Frame-Options', config.frames); };` },
  ],
});

/** The policy says who may frame, and does not say everybody. */
function governs({ directives }: CspPolicy): boolean {
  const words = directives.get('frame-ancestors')?.words;
  return words !== undefined && !words.some((word) => ANY.test(word.text));
}
function* ofPolicy(policy: CspPolicy, module: ModuleView, context: RuleContext): Iterable<Found> {
  if (policy.reportOnly === true || (policy.header?.path !== undefined && FRAMED.test(policy.header.path)) || isFramed(policy.call, policy.inside, context)) return;
  for (const word of policy.directives.get('frame-ancestors')?.words ?? []) {
    const at = word.at.path === module.path || context.spokenOf(word.at.path) ? word.at : policy.call?.nameAt;
    if (!at || !ANY.test(word.text)) continue;
    yield { at, subject: `${policy.inside} frame-ancestors`, evidence: { kind: 'frames', word: word.text, change: replacement(word, "'self'", policy) }, when: [...policy.when, ...word.when], severity: 'warning' };
  }
}
function* ofValue(value: Value, subject: string, when: Found['when'], module: ModuleView, context: RuleContext): Iterable<Found> {
  const end = context.resolve(value).value;
  const [start] = end.kind === 'template' ? end.parts : [];
  const text = context.constant(value)?.value ?? (typeof start === 'string' && /^\s*allow-?from/i.test(start) ? start.trim() : undefined);
  if (typeof text !== 'string' || /^\s*(deny|same-?origin)?\s*$/i.test(text)) return;
  const isHere = end.at.path === module.path || context.spokenOf(end.at.path);
  const change: Change | undefined = isHere ? { do: 'replace', at: end.at, code: [{ quote: 'SAMEORIGIN' }] } : undefined;
  yield { at: isHere ? end.at : value.at, subject, evidence: { kind: 'value', word: text, change }, ...(when ? { when } : {}) };
}

/** Values of X-Frame-Options in options: helmet before 4 wrote allow-from, hapi still does, Hono writes any text. */
function optionsOf(call: Call, context: RuleContext): readonly Value[] {
  const first = call.args[0]?.value;
  const part = helmetMember(call.callee);
  const at = (value: Value | undefined, ...keys: readonly string[]): readonly Value[] => {
    let current = value;
    for (const key of keys) {
      const answer = context.option(current, key);
      if (answer.kind !== 'value') return [];
      current = answer.value;
    }
    return current ? [current] : [];
  };
  if (/^(@hapi\/hapi|hapi)\.(server|Server)$/.test(call.callee)) return at(first, 'routes', 'security', 'xframe', 'rule');
  if (call.callee === 'hono/secure-headers.secureHeaders') return at(first, 'xFrameOptions').filter((one) => typeof context.constant(one)?.value === 'string');
  if ((part?.option !== 'xFrameOptions' && call.callee !== 'helmet') || (context.major('helmet', call.at.path) ?? 8) >= 4) return [];
  if (part?.option === 'xFrameOptions') return at(first, 'action');
  return isHeaderSetup(call) && call.callee === 'helmet' ? at(first, 'frameguard', 'action') : [];
}
function removedBy(call: Call, context: RuleContext): { readonly name: string; readonly at: At } | undefined {
  const first = call.args[0]?.value;
  const isRemoval = call.name === 'removeHeader' || call.name === 'remove' || (call.name === 'delete' && call.receiver?.kind === 'ref' && call.receiver.path.at(-1) === 'headers');
  if (!first || !isRemoval || !onResponse(call, context)) return undefined;
  const name = context.constant(first)?.value;
  return typeof name === 'string' && KEPT.has(name.toLowerCase()) ? { name: name.toLowerCase(), at: first.at } : undefined;
}
function setAgain(view: FunctionView, name: string, context: RuleContext): boolean {
  return view.steps.some((step) => step.do === 'call' && step.call.args.length > 1 && step.call.args[0] !== undefined && String(context.constant(step.call.args[0].value)?.value).toLowerCase() === name && onResponse(step.call, context));
}
/** It stands for pages that are made to be framed, by their paths. */
function isFramed(call: Call | undefined, inside: CspPolicy['inside'], context: RuleContext): boolean {
  const handled = context.endpoints({ handler: inside });
  if (handled.length > 0) return handled.every((endpoint) => FRAMED.test(endpoint.path.text));
  const order = call && context.scopeOf(call.at)?.order.find((entry) => entry.kind === 'layer' && (entry.at.mark === call.at.mark || entry.layer?.fn === inside));
  return order?.path !== undefined && FRAMED.test(order.path.text);
}
