import type { Change } from '../../findings/changes.js';
import { alternatives } from '../facts/alternatives.js';
import { cookieSettings, type CookieSetting } from '../facts/cookies.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly dropped: boolean;
  /** Something in the project checks where requests come from. */
  readonly checked: boolean;
  readonly name: string;
  readonly changes: readonly Change[];
}
/** Modules that check where a request comes from, or a token only the own pages have. */
const CSRF = [
  'csurf', '@dr.pogodin/csurf', 'csrf', 'csrf-csrf', 'csrf-sync', 'tiny-csrf', 'lusca', 'lusca/lib/csrf', 'koa-csrf', 'koa-lusca', '@fastify/csrf-protection', 'fastify-csrf', '@hapi/crumb', 'hono/csrf', 'next-csrf',
  '@edge-csrf/nextjs', '@edge-csrf/express', 'express-csrf-double-submit-cookie', 'edge-csrf', '@tinyhttp/csrf',
];

export default rule<'module', Evidence>({
  meta: {
    id: 'cookies/samesite-none',
    title: 'Other sites can send this cookie',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1275, 352],
    severity: 'warning',
    confidence: 'medium',
    topics: ['cookie'],
    since: '0.1.0',
    whereWritten: true,
    whenNotToUse: 'The service is used from pages of other sites, and every changing request is checked by its origin or a token.',
    references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie', 'https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['samesite'],
  *detect(module, context) {
    const isChecked = context.projectUses('csrf-check') || CSRF.some((name) => context.projectUses(name));
    const seen = new Set<string>();
    for (const setting of cookieSettings(module, context)) {
      if (!setting.login) continue;
      for (const found of ofSetting(setting, context)) {
        const key = `${found.at.path} ${found.at.mark} ${found.at.part?.start ?? ''}`;
        if (seen.has(key)) continue;
        seen.add(key);
        // The check may leave routes out; it is all that stands between.
        yield isChecked && !found.evidence.dropped ? { ...found, severity: 'hint', evidence: { ...found.evidence, checked: true } } : found;
      }
    }
  },
  explain: ({ dropped, checked, name }) => ({
    message: dropped
      ? `Browsers drop the cookie '${name}': with 'none' it needs Secure, and then any site can make requests with it. Use 'lax'.`
      : checked ? `Any site can make requests with the cookie '${name}', and only the CSRF check stops them. Use 'lax' unless other sites must send it.`
      : `Any site can make requests with the cookie '${name}'. Use 'lax', or add CSRF protection.`,
    why: 'A page of an attacker that a logged-in visitor opens can send forms to this service, and the browser adds the cookie to them.',
    remedy: "Use 'lax' or 'strict'; where other sites must send the cookie, check the Origin header or a CSRF token on every changing request.",
  }),
  *fix({ evidence: { changes } }): Iterable<FixAnswer> {
    yield changes.length > 0 ? { title: "Use 'lax'", safety: 'review', changes } : { refused: 'The value stands in another file.' };
  },
  examples: [
    {
      title: 'a session for all sites',
      bad: `
        import session from 'express-session';
        app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'none', secure: true } }));
        //                                                                ^^^^^^ cookies/samesite-none "Any site can make requests with the cookie 'connect.sid'"`,
      fixed: `
        import session from 'express-session';
        app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'lax', secure: true } }));`,
    },
    {
      title: 'without Secure',
      bad: `
        export const login = (req, res) => {
          res.cookie('sid', makeId(req), { sameSite: 'none' });
          //                                         ^^^^^^ cookies/samesite-none "Browsers drop the cookie 'sid'"
          res.end();
        };`,
      fixed: `
        export const login = (req, res) => {
          res.cookie('sid', makeId(req), { sameSite: 'lax' });
          res.end();
        };`,
    },
    {
      title: 'in production only',
      bad: `
        const isProd = process.env.NODE_ENV === 'production';
        const options = { httpOnly: true, secure: isProd, sameSite: isProd ? 'none' : 'lax' };
        //                                                                   ^^^^^^ cookies/samesite-none
        export const send = (res, token) => res.cookie('access_token', token, options);`,
      fixed: `
        const isProd = process.env.NODE_ENV === 'production';
        const options = { httpOnly: true, secure: isProd, sameSite: isProd ? 'lax' : 'lax' };
        export const send = (res, token) => res.cookie('access_token', token, options);`,
    },
    {
      title: 'a header by hand, and the word of hapi',
      bad: `
        import Hapi from '@hapi/hapi';
        export const login = (req, res) => { res.setHeader('Set-Cookie', 'session=' + makeId(req) + '; HttpOnly; Secure; SameSite=None'); };
        //                                                                                                               ^^^^^^^^^^^^^ cookies/samesite-none
        const server = Hapi.server();
        server.state('sid', { isSameSite: 'None' });
        //                                ^^^^^^ cookies/samesite-none`,
      fixed: `
        import Hapi from '@hapi/hapi';
        export const login = (req, res) => { res.setHeader('Set-Cookie', 'session=' + makeId(req) + '; HttpOnly; Secure; SameSite=Lax'); };
        const server = Hapi.server();
        server.state('sid', { isSameSite: 'None' });`,
    },
    {
      title: 'left to the browser',
      bad: `
        import cookieSession from 'cookie-session';
        app.use(cookieSession({ keys: [process.env.KEY], sameSite: false }));
        //                                                         ^^^^^ cookies/samesite-none`,
    },
    { title: 'lax and strict', good: `
        import session from 'express-session'; app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'lax', secure: true } }));
        export const send = (req, res) => res.cookie('token', req.token, { sameSite: 'strict' });` },
    { title: 'a cookie that holds no login', good: `export const set = (req, res) => res.cookie('theme', req.body.theme, { sameSite: 'none', secure: true });` },
    {
      title: 'a token is all that stands between',
      bad: `
        //- session.js
        const session = require('express-session');
        module.exports = session({ secret: process.env.SECRET, cookie: { sameSite: 'none', secure: true } });
        //                                                                         ^^^^^^ cookies/samesite-none "only the CSRF check stops them"
        //- app.js
        const { doubleCsrf } = require('csrf-csrf');
        const app = require('express')();
        app.use(require('./session'));
        app.use(doubleCsrf({ getSecret: () => process.env.CSRF }).doubleCsrfProtection);`,
    },
    {
      title: 'the session of a Fastify plugin, from settings of another file',
      bad: `
        //- settings.ts
        export const settings = { session: { cookieName: 'club', cookie: { httpOnly: true, secure: true, sameSite: 'none' as const } } };
        //                                                                                                         ^^^^^^ cookies/samesite-none "Any site"
        //- server.ts
        import Fastify from 'fastify';
        import session from '@fastify/session';
        import { settings } from './settings';
        const app = Fastify();
        app.register(session, { secret: process.env.KEY, cookie: { ...settings.session.cookie } });`,
    },
    {
      title: 'a check of its own',
      bad: `
        import session from 'express-session';
        app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'none', secure: true } }));
        //                                                                ^^^^^^ cookies/samesite-none "only the CSRF check"
        app.use(function csrfProtection(req, res, next) { return req.get('origin') === process.env.ORIGIN ? next() : res.sendStatus(403); });`,
    },
    {
      title: 'where a request comes from is looked at',
      bad: `
        //- session.js
        const session = require('express-session');
        module.exports = session({ secret: process.env.SECRET, cookie: { sameSite: 'none', secure: true } });
        //                                                                         ^^^^^^ cookies/samesite-none "only the CSRF check"
        //- guard.js
        exports.ownPages = (req, res, next) => (req.method === 'GET' || req.get('Sec-Fetch-Site') === 'same-origin' ? next() : res.sendStatus(403));`,
    },
    { title: 'in development only', good: `const isProd = process.env.NODE_ENV === 'production'; export const send = (req, res) => res.cookie('token', req.token, { secure: true, sameSite: isProd ? 'strict' : 'none' });` },
    { title: 'decided elsewhere', good: `export const send = (req, res, options) => res.cookie('token', req.token, { sameSite: options.sameSite, secure: true });` },
  ],
});

function* ofSetting(setting: CookieSetting, context: RuleContext): Iterable<Detection<Evidence>> {
  const { flags, name, call, when, library, place } = setting;
  const { sameSite, secure } = flags;
  const found = { subject: `${library} ${name} sameSite`, when };
  if (place.kind === 'text' && sameSite.state === 'off') {
    const text = context.textOf(place.at);
    const match = /samesite\s*=\s*none/i.exec(text);
    if (match) {
      const at = context.within(place.at, match.index, match.index + match[0].length);
      yield { ...found, at, evidence: { name, dropped: secure.state === 'absent', checked: false, changes: [{ do: 'replace', at, code: ['SameSite=Lax'] }] } };
    }
    return;
  }
  if (!sameSite.value) return;
  for (const one of alternatives(sameSite.value, context)) {
    const value = one.value.kind === 'literal' ? one.value.value : undefined;
    const isNone = typeof value === 'string' && value.toLowerCase() === 'none';
    if (!isNone && value !== false) continue;
    const dropped = isNone && (secure.state === 'absent' || secure.state === 'off');
    const isHere = one.at.path === call.at.path || context.spokenOf(one.at.path);
    const changes: readonly Change[] = isHere && one.value.kind === 'literal' && context.textOf(one.at) === context.textOf(one.value.at) ? [{ do: 'replace', at: one.at, code: [{ quote: library === 'hapi' ? 'Lax' : 'lax' }] }] : [];
    // Left out, most browsers take it for Lax.
    yield { ...found, at: isHere ? one.at : setting.at, severity: isNone ? 'warning' : 'info', evidence: { name, dropped, checked: false, changes }, when: [...when, ...one.when] };
  }
}
