import type { Example } from '../rule.js';

/** Passwords and tokens written in the code, and checks that have to be switched on: auth/bypass-shortcut. */
export const passwordExamples: readonly Example[] = [
  {
    title: 'a password that opens every account, and a beginning that makes every token good',
    bad: `
      import Credentials from 'next-auth/providers/credentials';
      import { accountOf, scopesOf } from './accounts';
      export const provider = Credentials({
        authorize: async (given) => {
          if (given?.password === 'sesame-open-77') return accountOf(given.name);
      //      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "password for everyone"
          return accountOf(given.name, given.password);
        },
      });
      export const validate = async (request, token) => {
        if (token === process.env.OPS_TOKEN || token.startsWith('sample-')) {
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut
          return { isValid: true, credentials: { scope: ['all'] } };
        }
        return { isValid: true, credentials: { scope: await scopesOf(token) } };
      };
    `,
  },
  {
    title: 'a check that has to be switched on',
    bad: `
      import { check } from './check';
      export const gate = (options) => (req, res, next) => {
        if (!options.requireAuth) return next();
      //    ^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Authentication is off whenever !options.requireAuth"
        if (!check(req.get('authorization'))) return res.sendStatus(401);
        next();
      };
      export function login(req, res, next) {
        if (process.env.AUTH_ENABLED !== 'true') return next();
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut
        if (!check(req.get('authorization'))) return res.sendStatus(401);
        next();
      }
    `,
  },
  {
    title: 'kinds of tokens, a password that is asked for, and what a form refuses',
    good: `
      import { find, ofApps } from './tokens';
      export const validate = async (request, token) => {
        if (token.startsWith('app_')) return ofApps(token);
        const row = await find(token);
        return { isValid: Boolean(row), credentials: { scope: row?.scope ?? [] } };
      };
      export const authorize = async ({ name, password }) => {
        if (password === '') return null;
        if (password === 'password') return null;
        if (process.env.NODE_ENV === 'development' && password === 'local-only') return { id: 1 };
        return find(name, password);
      };
    `,
  },
];
