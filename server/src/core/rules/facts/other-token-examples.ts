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
];
