import { unreachedDefaults } from '../facts/fallbacks.js';
import { keyTexts, type KeyText } from '../facts/key-texts.js';
import { pointsToKey, secretName, variableFor } from '../facts/secrets.js';
import { sessionKeys } from '../facts/session-keys.js';
import { tokensIn } from '../facts/token-formats.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  readonly variable: string;
  readonly text: KeyText;
  /** It signs tokens against forged requests, and opens no session. */
  readonly forms: boolean;
}
const FORMS = /^(csrf-csrf|tiny-csrf)$/;

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/hardcoded-session-secret',
    title: 'Session/cookie signing key is in the source',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [798, 321],
    severity: 'error',
    confidence: 'high',
    topics: ['secret'],
    since: '0.1.0',
    leansOn: ['cookie-session/readable-payload', 'express-session/no-secret'],
    whenNotToUse: 'Never for a key in use; suppress a sample with its reason.',
    references: ['https://expressjs.com/en/resources/middleware/session.html', 'https://cwe.mitre.org/data/definitions/321.html'],
  },
  on: 'module',
  words: ['session', 'cookie', 'keys', 'csrf', 'auth', 'iron'],
  *detect(module, context) {
    const seen = new Set<string>();
    for (const { library, key, when, at: given } of sessionKeys(module, context)) {
      const texts = keyTexts(key, context);
      for (const text of texts) {
        const at = text.at.path === module.path ? text.at : (text.via ?? given);
        const mark = `${text.at.path} ${text.at.mark} ${text.at.part?.start ?? ''}`;
        // A default in another file is told there.
        const isTold = text.fallback && ((text.at.path !== module.path && !saysLittle(text.via, context)) || unreachedDefaults(module, context).has(text.at.mark));
        if (!at || isTold || seen.has(mark) || pointsToKey(text.value) || tokensIn(text.value).length > 0) continue;
        seen.add(mark);
        const shown = text.via ? context.textOf(text.via) : '';
        const name = shown === '' ? undefined : shown.slice(shown.lastIndexOf('.') + 1);
        // Behind newer keys of a list, it still opens what was signed with it.
        const isOld = text.index > 0 && !texts.some((other) => other.index === 0);
        yield {
          at,
          subject: `${library} ${text.index}`,
          evidence: { variable: variableFor(name, FORMS.test(library) ? 'CSRF_SECRET' : library === 'cookie-parser' ? 'COOKIE_SECRET' : 'SESSION_SECRET'), text, forms: FORMS.test(library) },
          when: [...when, ...text.when],
          ...(isOld || FORMS.test(library) ? { severity: 'warning' as const } : {}),
          ...(text.at.path !== at.path ? { related: [{ at: text.at, label: 'the key is written here' }] } : text.via ? { related: [{ at: text.via, label: 'used as the key here' }] } : {}),
        };
      }
    }
  },
  explain: ({ forms }) => ({
    message: forms
      ? 'The key of the tokens against forged requests is fixed in source code, so anyone who reads it can make them. Load it from the environment and rotate it.'
      : 'The session key is fixed in source code, so anyone who reads it can forge a login session. Load it from the environment and rotate it.',
    why: 'What proves that a session cookie came from the server is this key alone; some libraries keep the whole session in the cookie.',
    remedy: 'Read the key from the environment, refuse to start without it, and replace it: the old one stays in the history.',
  }),
  *fix({ evidence: { variable, text } }): Iterable<FixAnswer> {
    if (text.fallback) yield { refused: 'The default has to go with what stands before it, and what then happens without the variable is the author\'s to say.' };
    else if (text.index > 0) yield { refused: 'A further key of a list needs a variable of its own, or goes once nothing is signed with it.' };
    else
      yield {
        title: `Read ${variable} from the environment`,
        safety: 'review',
        changes: [{ do: 'replace', at: text.at, code: [`process.env.${variable}`] }, { do: 'require-env', path: text.at.path, name: variable }],
      };
  },
  examples: [
    {
      title: 'express-session',
      bad: `
        import express from 'express';
        import session from 'express-session';
        const app = express();
        app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false }));
        //                        ^^^^^^^^^^^^^^ secrets/hardcoded-session-secret "forge a login session"
      `,
      fixed: `
        import express from 'express';
        import session from 'express-session';
        if (!process.env.SESSION_SECRET) throw new Error('SESSION_SECRET is not set');
        const app = express();
        app.use(session({ secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false }));
      `,
    },
    {
      title: 'Koa',
      bad: `
        import Koa from 'koa';
        const app = new Koa();
        app.keys = ['newest secret key'];
        //          ^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
      `,
    },
    {
      title: 'cookie-session and cookie-parser, through a constant',
      bad: `
        const cookieSession = require('cookie-session');
        const cookieParser = require('cookie-parser');
        const app = require('express')();
        const COOKIE_SIGNING_KEY = 'c00kie';
        //                         ^^^^^^^^ secrets/hardcoded-session-secret
        app.use(cookieParser(COOKIE_SIGNING_KEY));
        app.use(cookieSession({ name: 'session', keys: ['key1', process.env.OLD_KEY] }));
        //                                              ^^^^^^ secrets/hardcoded-session-secret
      `,
      fixed: `
        const cookieSession = require('cookie-session');
        const cookieParser = require('cookie-parser');
        const app = require('express')();
        if (!process.env.COOKIE_SIGNING_KEY) throw new Error('COOKIE_SIGNING_KEY is not set');
        const COOKIE_SIGNING_KEY = process.env.COOKIE_SIGNING_KEY;
        app.use(cookieParser(COOKIE_SIGNING_KEY));
        app.use(cookieSession({ name: 'session', keys: ['key1', process.env.OLD_KEY] }));
      `,
    },
    {
      title: 'Fastify and hapi',
      bad: `
        import Fastify from 'fastify';
        import Hapi from '@hapi/hapi';
        import secureSession from '@fastify/secure-session';
        const app = Fastify();
        await app.register(import('@fastify/cookie'), { secret: 'cookie-key' });
        //                                                      ^^^^^^^^^^^^ secrets/hardcoded-session-secret
        await app.register(secureSession, { key: Buffer.from('00112233445566778899aabbccddeeff', 'hex') });
        //                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
        const server = Hapi.server();
        await server.register({ plugin: require('@hapi/yar'), options: { cookieOptions: { password: 'the-password-must-be-at-least-32-characters' } } });
        //                                                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
        server.auth.strategy('session', 'cookie', { cookie: { name: 'sid', password: 'a-cookie-password-of-32-characters' } });
        //                                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
      `,
    },
    {
      title: 'an encrypted session, a CSRF token, options of another file',
      bad: `
        //- session-options.ts
        export const sessionOptions = { cookieName: 'sid', password: 'complex_password_at_least_32_characters_long' };
        //- route.ts
        import { getIronSession } from 'iron-session';
        import { doubleCsrf } from 'csrf-csrf';
        import { sessionOptions } from './session-options';
        export const { doubleCsrfProtection } = doubleCsrf({ getSecret: () => 'csrf-key' });
        //                                                                    ^^^^^^^^^^ secrets/hardcoded-session-secret "tokens against forged requests"
        export const load = (req, res) => getIronSession(req, res, { ...sessionOptions, password: sessionOptions.password });
        //                                                                                        ^^^^^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
      `,
    },
    {
      title: 'all options stand in another file, and a default under a name that says little',
      bad: `
        //- options.ts
        export const OPTIONS = { cookie: { secret: 'desk-cookie' }, session: { secret: 'desk-session', resave: false } };
        export const keys = process.env.DESK_KEYS?.split(',') ?? ['desk'];
        //- main.ts
        import Fastify from 'fastify';
        import cookie from '@fastify/cookie';
        import { OPTIONS } from './options';
        const app = Fastify();
        app.register(cookie, OPTIONS.cookie);
        //                   ^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
        //- web.ts
        import session from 'express-session';
        import { OPTIONS } from './options';
        export const sessions = session(OPTIONS.session);
        //                              ^^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
        //- pages.ts
        import Koa from 'koa';
        import { keys } from './options';
        const app = new Koa();
        app.keys = keys;
        //         ^^^^ secrets/hardcoded-session-secret
      `,
    },
    {
      title: 'an old key at the end of a list',
      bad: `
        import session from 'express-session';
        export default session({ secret: [process.env.SESSION_SECRET, 'the old one'], resave: false });
        //                                                            ^^^^^^^^^^^^^ secrets/hardcoded-session-secret
      `,
    },
    { title: 'from the environment, with the old one', good: `import session from 'express-session'; session({ secret: [process.env.SESSION_SECRET, process.env.SESSION_SECRET_OLD], resave: false, saveUninitialized: false });` },
    {
      title: 'settings that a file may replace',
      bad: `
        //- settings.js
        module.exports = { cookieKey: 'the cookies of this house', ...JSON.parse(require('fs').readFileSync('own.json', 'utf8')) };
        //- app.js
        const settings = require('./settings');
        app.use(require('cookie-parser')(settings.cookieKey));
        //                               ^^^^^^^^^^^^^^^^^^ secrets/hardcoded-session-secret
      `,
    },
    { title: 'cookies without a key, and with one of the environment', good: `import cookieParser from 'cookie-parser'; app.use(cookieParser()); app.use(cookieParser(process.env.COOKIE_SECRET));` },
    { title: 'in development only', good: `import session from 'express-session'; session({ secret: process.env.NODE_ENV === 'production' ? process.env.SESSION_SECRET : 'dev' });` },
    { title: 'other keys', good: `import Koa from 'koa'; const report = {}; report.table.keys = ['id', 'name']; export const cacheKeys = { keys: ['a', 'b'] };` },
    { title: 'made anew at each start', good: `import session from 'express-session'; import { randomBytes } from 'node:crypto'; session({ secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false });` },
    { title: 'a file that holds the key', good: `import Fastify from 'fastify'; import fs from 'node:fs'; Fastify().register(require('@fastify/secure-session'), { key: fs.readFileSync('secret-key') });` },
    { title: 'production without the variable has ended before', good: `
        import session from 'express-session';
        if (!process.env.SESSION_SECRET && process.env.NODE_ENV === 'production') process.exit(1);
        app.use(session({ secret: process.env.SESSION_SECRET ?? 'for-the-desk-only-51c2' }));` },
  ],
});
/** A name under which the rule of defaults looks for no secret. */
function saysLittle(via: At | undefined, context: RuleContext): boolean {
  const name = via && context.textOf(via).split('.').at(-1);
  return name !== undefined && /^[\w$]{1,60}$/.test(name) && !secretName(name);
}
