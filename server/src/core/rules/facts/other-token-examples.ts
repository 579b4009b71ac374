import type { Example } from '../rule.js';

/** Functions that verify one token and read another: jwt/decode-without-verify. */
export const otherTokenExamples: readonly Example[] = [
  {
    title: 'one token is verified, the other is believed',
    bad: `
      import { SignJWT, decodeJwt, jwtVerify } from 'jose';
      const key = new TextEncoder().encode(process.env.KEY);
      export const issue = (id) => new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(id).setExpirationTime('1h').sign(key);
      export async function who(request) {
        const given = request.headers.get('x-device');
        if (given) return { userId: decodeJwt(given).sub };
        //                          ^^^^^^^^^ jwt/decode-without-verify
        const cookie = request.headers.get('cookie');
        const { payload } = await jwtVerify(cookie, key, { algorithms: ['HS256'] });
        return { userId: payload.sub };
      }
    `,
  },
  {
    title: 'the same token is read, and verified by another name',
    good: `
      import { SignJWT, decodeJwt, jwtVerify } from 'jose';
      export const issue = (id) => new SignJWT({}).setSubject(id).setExpirationTime('1h').sign(key);
      export async function who(request) {
        const header = request.headers.get('authorization');
        const token = header.slice(7);
        const { sub } = decodeJwt(header);
        await jwtVerify(token, keyOf(sub), { algorithms: ['HS256'] });
        return { userId: sub };
      }
    `,
  },
  {
    title: 'what a log says of a token that was refused',
    good: `
      import jwt from 'jsonwebtoken';
      const short = (value) => (typeof value === 'string' ? value.replace(/[\\r\\n]/g, ' ').slice(0, 64) : 'unknown');
      function logRefused(token, error) {
        const said = jwt.decode(token);
        const id = short(said?.id);
        console.warn(\`refused: \${error.message} (\${id})\`);
      }
      export function who(req, res, next) {
        try { req.user = jwt.verify(req.cookies.token, process.env.KEY, { algorithms: ['HS256'] }); } catch (error) { logRefused(req.cookies.token, error); return res.sendStatus(401); }
        next();
      }
    `,
  },
];
