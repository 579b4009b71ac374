import type { Change, Code } from '../../findings/changes.js';
import { cookieSettings, type CookieSetting, type FlagName } from '../facts/cookies.js';
import { listed } from '../facts/prose.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly setting: CookieSetting;
  readonly lacks: readonly FlagName[];
}
const NAMES: Readonly<Record<FlagName, string>> = { httpOnly: 'HttpOnly', secure: 'Secure', sameSite: 'SameSite' };
const RISKS: Readonly<Record<FlagName, string>> = { httpOnly: 'page scripts can read it', secure: 'it also travels over plain HTTP', sameSite: 'other sites can send it' };
const PRODUCTION: Code = ['process.env.NODE_ENV === ', { quote: 'production' }];

export default rule<'module', Evidence>({
  meta: {
    id: 'cookies/insecure-flags',
    title: 'Session cookie lacks Secure / HttpOnly / SameSite',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [614, 1004, 1275],
    severity: 'warning',
    confidence: 'medium',
    topics: ['cookie'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: [
      'express/cookie-flags', 'express-session/cookie-flags', 'cookie-session/cookie-flags', '@fastify/session/cookie-flags', '@fastify/cookie/cookie-flags',
      'koa/cookie-flags', 'koa-session/cookie-flags', '@hapi/hapi/cookie-flags', 'hono/cookie-flags',
    ],
    whenNotToUse: 'A layer in front of every instance adds the flags to each cookie.',
    references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie', 'https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['cookie', 'session', 'issecure', 'ishttponly'],
  *detect(module, context) {
    const seen = new Set<string>();
    for (const setting of cookieSettings(module, context)) {
      if (!setting.login) continue;
      const lacks = lacking(setting);
      if (lacks.length === 0) continue;
      const values = lacks.flatMap((flag) => setting.flags[flag].value ?? []);
      const written = values.find((value) => value.at.path === module.path) ?? values.find((value) => context.spokenOf(value.at.path));
      const at = written?.at ?? setting.at;
      const key = `${at.path} ${at.mark} ${at.part?.start ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const isMild = lacks.every((flag) => flag === 'sameSite' || setting.flags[flag].state === 'transport');
      yield {
        at,
        subject: `${setting.library} ${setting.name}`,
        evidence: { setting, lacks },
        severity: isMild ? 'info' : 'warning',
        confidence: setting.kind === 'session' ? 'high' : 'medium',
        when: setting.when,
      };
    }
  },
  explain({ setting: { name }, lacks }) {
    return {
      message: `Cookie '${name}' lacks ${listed(lacks.map((flag) => NAMES[flag]))}: ${listed(lacks.map((flag) => RISKS[flag]))}. Add the missing flag${lacks.length > 1 ? 's' : ''}.`,
      why: 'Whoever gets hold of a session cookie is logged in as its owner; the flags keep it from scripts, from the open network and from other sites.',
      remedy: 'Set httpOnly, secure and sameSite on every cookie that holds a login.',
    };
  },
  *fix({ evidence: { setting, lacks } }, context): Iterable<FixAnswer> {
    const changes = changesFor(setting, lacks, context);
    if (changes.length > 0) yield { title: lacks.length > 1 ? 'Add the missing flags' : 'Add the missing flag', safety: 'review', changes };
    else yield { refused: 'The options of this cookie stand where this repair cannot reach.' };
  },
  examples: [
    {
      title: 'the login cookie of a hapi server',
      bad: `
        import Hapi from '@hapi/hapi';
        import Cookie from '@hapi/cookie';
        const server = Hapi.server();
        await server.register(Cookie);
        server.auth.strategy('desk', 'cookie', { cookie: { name: 'desk', password: process.env.KEY, isSecure: false } });
        //                                                                                                    ^^^^^ cookies/insecure-flags "Cookie 'desk' lacks Secure"
        server.auth.default('desk');`,
    },
    {
      title: 'the session of a hapi plugin, and a cookie of the older one',
      bad: `
        const Hapi = require('@hapi/hapi');
        const Yar = require('@hapi/yar');
        exports.make = async () => {
          const server = Hapi.server();
          await server.register({ plugin: Yar, options: { cookieOptions: { password: process.env.KEY, isHttpOnly: false } } });
          //                                                                                                      ^^^^^ cookies/insecure-flags "lacks HttpOnly"
          server.auth.strategy('session', 'cookie', { cookie: 'sid', password: process.env.KEY, isSecure: false });
          //                                                                                              ^^^^^ cookies/insecure-flags "Cookie 'sid' lacks Secure"
          return server;
        };`,
    },
    {
      title: 'the session of a library that logs people in elsewhere',
      bad: `
        //- auth.ts
        import NextAuth from 'next-auth';
        export const { auth } = NextAuth({ providers, cookies: { sessionToken: { name: 'club', options: { httpOnly: true, sameSite: 'lax', path: '/', secure: false } } } });
        //                                                                                                                                                    ^^^^^ cookies/insecure-flags "Cookie 'club' lacks Secure"
        //- server.js
        const { auth } = require('express-openid-connect');
        app.use(auth({ session: { cookie: { httpOnly: false } } }));
        //                                            ^^^^^ cookies/insecure-flags "lacks HttpOnly"
      `,
    },
    {
      title: 'the session of such a library as it is',
      good: `import NextAuth from 'next-auth';\nexport const { auth } = NextAuth({ providers, cookies: { sessionToken: { name: 'club', options: { path: '/' } }, csrfToken: { options: { secure: false } } } });`,
    },
    {
      title: 'what a login hands out, under a name of its own',
      bad: `
        import { Hono } from 'hono';
        import { setCookie } from 'hono/cookie';
        import { issue } from './issue.js';
        const app = new Hono();
        app.post('/desk/login', async (c) => {
          setCookie(c, 'desk', await issue(c), { httpOnly: false, secure: false });
          //                                               ^^^^^ cookies/insecure-flags "Cookie 'desk' lacks HttpOnly"
          return c.body(null, 204);
        });
        export default app;`,
    },
    {
      title: 'a signed mark of the one who logged in, and a key that is kept',
      bad: `
        import express from 'express';
        import cookieParser from 'cookie-parser';
        const app = express();
        app.use(cookieParser(process.env.KEY));
        app.post('/login', (req, res) => {
          if (!matches(req.body.password)) return res.sendStatus(401);
          res.cookie('box', 'owner', { signed: true, httpOnly: true, sameSite: 'strict' });
          //         ^^^^^ cookies/insecure-flags "Cookie 'box' lacks Secure"
          res.cookie('tab', 'inbox', { sameSite: 'lax' });
          res.end();
        });
        app.get('/desk', (req, res) => {
          if (req.query.key !== process.env.ADMIN_KEY) return res.sendStatus(403);
          res.cookie('admin_key', req.query.key, { httpOnly: true, secure: false, sameSite: 'lax' });
          //                                                               ^^^^^ cookies/insecure-flags "Cookie 'admin_key' lacks Secure"
          res.end();
        });
        app.listen(3000);`,
    },
    {
      title: 'a hapi server with what its plugins set by themselves',
      good: `
        import Hapi from '@hapi/hapi';
        import Cookie from '@hapi/cookie';
        const server = Hapi.server();
        await server.register(Cookie);
        server.auth.strategy('desk', 'cookie', { cookie: { name: 'desk', password: process.env.KEY, isSecure: process.env.NODE_ENV === 'production' } });`,
    },
    {
      title: 'a token in a bare cookie',
      bad: `
        import express from 'express';
        const app = express();
        app.post('/login', (req, res) => {
          res.cookie('token', signIn(req.body));
          //         ^^^^^^^ cookies/insecure-flags "lacks HttpOnly, Secure and SameSite: page scripts can read it, it also travels over plain HTTP and other sites can send it"
          res.end();
        });`,
      fixed: `
        import express from 'express';
        const app = express();
        app.post('/login', (req, res) => {
          res.cookie('token', signIn(req.body), { httpOnly: true, secure: process.env.NODE_ENV === 'production', sameSite: 'lax' });
          res.end();
        });`,
    },
    {
      title: 'flags of a session switched off',
      bad: `
        import session from 'express-session';
        app.use(session({ secret: process.env.SECRET, cookie: { secure: false, httpOnly: false } }));
        //                                                                               ^^^^^ cookies/insecure-flags "Cookie 'connect.sid' lacks HttpOnly, Secure and SameSite"`,
      fixed: `
        import session from 'express-session';
        app.use(session({ secret: process.env.SECRET, cookie: { secure: process.env.NODE_ENV === 'production', httpOnly: true, sameSite: 'lax' } }));`,
    },
    {
      title: 'a session with nothing said about its cookie',
      bad: `
        const session = require('express-session');
        app.use(session({ secret: process.env.SECRET, resave: false }));
        //      ^^^^^^^ cookies/insecure-flags "lacks Secure and SameSite"`,
      fixed: `
        const session = require('express-session');
        app.use(session({ secret: process.env.SECRET, resave: false, cookie: { secure: process.env.NODE_ENV === 'production', sameSite: 'lax' } }));`,
    },
    {
      title: 'Fastify, where one flag is there',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.post('/login', async (request, reply) => {
          reply.setCookie('sid', await start(request), { path: '/', httpOnly: true });
          //              ^^^^^ cookies/insecure-flags "Cookie 'sid' lacks Secure: it also travels"
        });`,
      fixed: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.post('/login', async (request, reply) => {
          reply.setCookie('sid', await start(request), { path: '/', httpOnly: true, secure: process.env.NODE_ENV === 'production' });
        });`,
    },
    {
      title: 'Hono and the name of the cookie in another file',
      bad: `
        //- names.ts
        export const SESSION_COOKIE = 'shop_session';
        //- app.ts
        import { Hono } from 'hono';
        import { setCookie } from 'hono/cookie';
        import { SESSION_COOKIE } from './names';
        const app = new Hono();
        app.post('/login', async (c) => {
          setCookie(c, SESSION_COOKIE, await login(c));
          //           ^^^^^^^^^^^^^^ cookies/insecure-flags "Cookie 'shop_session'"
          return c.text('ok');
        });`,
    },
    {
      title: 'Koa and hapi told to leave their flags out',
      bad: `
        import Koa from 'koa';
        import Hapi from '@hapi/hapi';
        const app = new Koa();
        app.use(async (ctx) => { ctx.cookies.set('session', await login(ctx), { httpOnly: false }); });
        //                                                                                ^^^^^ cookies/insecure-flags "lacks HttpOnly"
        const server = Hapi.server();
        server.state('sid', { isSecure: false, isHttpOnly: true });
        //                              ^^^^^ cookies/insecure-flags "lacks Secure"`,
    },
    {
      title: 'a header written by hand, and a text made by the cookie package',
      bad: `
        import http from 'node:http';
        import { serialize } from 'cookie';
        http.createServer((req, res) => {
          const id = makeId();
          res.setHeader('Set-Cookie', \`session=\${id}; Path=/; HttpOnly\`);
          //                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cookies/insecure-flags "lacks Secure"
          res.appendHeader('X-Old', serialize('auth', id, { httpOnly: true, sameSite: 'strict' }));
          //                                  ^^^^^^ cookies/insecure-flags "Cookie 'auth' lacks Secure"
          res.end();
        });`,
      fixed: `
        import http from 'node:http';
        import { serialize } from 'cookie';
        http.createServer((req, res) => {
          const id = makeId();
          res.setHeader('Set-Cookie', \`session=\${id}; Path=/; HttpOnly; Secure; SameSite=Lax\`);
          res.appendHeader('X-Old', serialize('auth', id, { httpOnly: true, sameSite: 'strict' }));
          res.end();
        });`,
    },
    {
      title: 'Next.js, with one object',
      bad: `
        import { cookies } from 'next/headers';
        export async function POST(request) {
          const jar = await cookies();
          jar.set({ name: 'auth_token', value: await login(request), httpOnly: true, sameSite: 'lax' });
          //              ^^^^^^^^^^^^ cookies/insecure-flags "lacks Secure"
          return Response.json({});
        }`,
    },
    {
      title: 'options shared by two cookies are one defect',
      bad: `
        const options = { httpOnly: true, secure: false, sameSite: 'lax' };
        //                                        ^^^^^ cookies/insecure-flags "Cookie 'access_token' lacks Secure"
        export const send = (res, access, refresh) => {
          res.cookie('access_token', access, options);
          res.cookie('refresh_token', refresh, options);
        };`,
    },
    {
      title: 'a session without SameSite only',
      bad: `
        import session from 'express-session';
        app.use(session({ secret: process.env.SECRET, cookie: { secure: 'auto' } }));
        //                                            ^^^^^^ cookies/insecure-flags "lacks SameSite: other sites can send it. Add the missing flag."`,
    },
    {
      title: 'all flags, the usual test of the environment, and flags behind a proxy',
      good: `
        import session from 'express-session';
        const isProd = process.env.NODE_ENV === 'production';
        app.use(session({ secret: process.env.SECRET, cookie: { secure: isProd, sameSite: 'lax' } }));
        export const send = (req, res, t) => {
          res.cookie('token', t, { httpOnly: true, secure: true, sameSite: 'lax' });
          res.cookie('refresh', t, { httpOnly: true, secure: process.env.NODE_ENV === 'production', sameSite: 'strict' });
          res.cookie('session', t, { httpOnly: true, secure: req.secure });
        };`,
    },
    { title: 'a cookie that scripts must read, and one that holds no login', good: `
        export const send = (req, res, t) => { res.cookie('XSRF-TOKEN', t, { secure: true, sameSite: 'strict' }); res.cookie('theme', req.body.theme);
          res.cookie('shopLoginInfo', JSON.stringify({ status: 'in', user: t.name }), { secure: true, sameSite: 'lax' });
          res.cookie('authorName', req.body.name); res.cookie('login_dest', req.query.dest); res.cookie('login', req.query.login); };` },
    {
      title: 'names of libraries, and a name that holds two words',
      bad: `
        export const send = (req, res, id) => {
          res.cookie('next-auth.session-token', id, { httpOnly: true, secure: false });
          //                                                                  ^^^^^ cookies/insecure-flags "'next-auth.session-token'"
          res.cookie('accountToken', id, { secure: true });
          //         ^^^^^^^^^^^^^^ cookies/insecure-flags "lacks HttpOnly"
          res.cookie('auth_provider', id);
          res.cookie(req.config.sessionCookieName, id);
          //         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cookies/insecure-flags
          res.end();
        };`,
    },
    { title: 'a cookie is taken back', good: `export const logout = (req, res) => { res.cookie('token', '', { maxAge: 0 }); res.clearCookie('sid'); res.cookie('jwt', 'loggedout', { expires: new Date(0) }); };` },
    { title: 'options that are not all known', good: `export const login = (req, res, base) => { res.cookie('token', req.token, { ...base }); res.cookie('sid', req.sid, base); };` },
    {
      title: 'flags set on the options later',
      good: `
        const session = require('express-session');
        const settings = { secret: process.env.SECRET, cookie: { sameSite: 'lax' } };
        if (app.get('env') === 'production') settings.cookie.secure = true;
        app.use(session(settings));
        const later = { secret: process.env.SECRET };
        if (process.env.HTTPS) later.cookie = { secure: true, sameSite: 'lax' };
        app.use(session(later));
        const sendToken = (user, res) => {
          const cookieOptions = { httpOnly: true, sameSite: 'lax' };
          if (process.env.NODE_ENV === 'production') cookieOptions.secure = true;
          res.cookie('jwt', sign(user), cookieOptions);
        };`,
    },
    { title: 'flags through a spread of another file', good: `
        //- cookie-options.js
        module.exports = { httpOnly: true, secure: true, sameSite: 'lax' };
        //- app.js
        const base = require('./cookie-options');
        module.exports.send = (req, res, token) => res.cookie('token', token, { ...base, path: '/' });` },
    { title: 'libraries that are safe by themselves', good: `
        import Koa from 'koa';
        import fastifySession from '@fastify/session';
        import Hapi from '@hapi/hapi';
        new Koa().use(async (ctx) => { ctx.cookies.set('sid', await login(ctx)); });
        app.register(fastifySession, { secret: process.env.SECRET, cookie: { sameSite: 'lax' } });
        const server = Hapi.server();
        server.state('session', { ttl: null });` },
    { title: 'a cookie jar of a client, a mail transport, a header of an answer that is read', good: `
        jar.setCookie('token=abc', url); createTransport({ secure: false });
        const raw = answer.headers.get('set-cookie'); browser.cookie('session', id);` },
    { title: 'in development only', good: `import session from 'express-session'; if (process.env.NODE_ENV !== 'production') app.use(session({ secret: 'x', cookie: { secure: false } }));` },
    { title: 'a header with all attributes, and attributes that are not known', good: `export const a = (req, res) => { res.setHeader('Set-Cookie', [
          \`sid=\${req.id}; HttpOnly; Secure; SameSite=Lax\`, \`token=\${req.id}; \${ATTRIBUTES}\`]); res.end(); };` },
  ],
});

/** The flags that are missing or off. SameSite is named beside others, and alone for sessions that leave it out. */
function lacking({ kind, library, flags }: CookieSetting): readonly FlagName[] {
  const isBad = (flag: FlagName): boolean => flags[flag].state === 'off' || flags[flag].state === 'absent';
  const found: FlagName[] = (['httpOnly', 'secure'] as const).filter(isBad);
  const isSession = kind === 'session' && library !== '@fastify/session';
  // These libraries add Secure themselves, but see plain HTTP behind a proxy that they do not trust.
  if (isSession && flags.secure.state === 'transport') found.push('secure');
  // 'none' is a choice, and another rule's; most browsers take a missing SameSite for Lax.
  if (flags.sameSite.state === 'absent' && (found.length > 0 || isSession)) found.push('sameSite');
  return found;
}

function changesFor({ flags, place, library, call }: CookieSetting, lacks: readonly FlagName[], context: RuleContext): readonly Change[] {
  const code = (flag: FlagName): Code => (flag === 'secure' ? PRODUCTION : flag === 'sameSite' ? [library === 'hapi' ? { quote: 'Lax' } : { quote: 'lax' }] : ['true']);
  if (place.kind === 'text') {
    const text = context.textOf(place.at);
    const added = lacks.map((flag) => `; ${flag === 'sameSite' ? 'SameSite=Lax' : NAMES[flag]}`).join('');
    return /['"`]$/.test(text) ? [{ do: 'replace', at: context.within(place.at, text.length - 1, text.length), code: [added, text.slice(-1)] }] : [];
  }
  const changes: Change[] = [];
  const missing: FlagName[] = [];
  for (const flag of lacks) {
    const { entry, value } = flags[flag];
    if (!value) missing.push(flag);
    else if (entry?.form === 'pair' && (entry.at.path === call.at.path || context.spokenOf(entry.at.path)) && entry.value.kind === 'literal') changes.push({ do: 'replace', at: entry.value.at, code: code(flag) });
    else return [];
  }
  if (missing.length === 0) return changes;
  const entries: Code = missing.flatMap((flag, index): Code => [index === 0 ? '' : ', ', `${flag}: `, ...code(flag)]);
  switch (place.kind) {
    case 'object':
      return [...changes, { do: 'insert', at: place.at, where: 'entry-last', code: entries }];
    case 'cookie':
      return [...changes, { do: 'insert', at: place.at, where: 'entry-last', code: ['cookie: { ', ...entries, ' }'] }];
    case 'argument':
      return [...changes, { do: 'insert', at: place.at, where: 'argument-last', code: place.under === undefined ? ['{ ', ...entries, ' }'] : [`{ ${place.under}: { `, ...entries, ' } }'] }];
    case 'none':
      return [];
  }
}
