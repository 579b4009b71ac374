import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/secrets.test.ts. */
export const secretsDefaults: readonly LibraryDefault[] = [
  { id: 'jsonwebtoken8/unset-key', name: 'jsonwebtoken', version: '8.5.1', installed: 'jsonwebtoken8', says: 'verify() without a key accepts a token with no signature.' },
  { id: 'jsonwebtoken/unset-key', name: 'jsonwebtoken', version: '9.0.3', installed: 'jsonwebtoken', says: 'verify() without a key refuses every token, unless the algorithm none is allowed.' },
  { id: 'jsonwebtoken/none-algorithm', name: 'jsonwebtoken', version: '9.0.3', installed: 'jsonwebtoken', says: 'verify() with the algorithm none and no key accepts a token with no signature.' },
  { id: 'jsonwebtoken/guessed-algorithm', name: 'jsonwebtoken', version: '9.0.3', installed: 'jsonwebtoken', says: 'verify() without algorithms takes those of the key it is given, so a public key is no HS256 key.' },
  { id: 'jsonwebtoken/no-expiry', name: 'jsonwebtoken', version: '9.0.3', installed: 'jsonwebtoken', says: 'sign() gives a token that never expires, unless it is told when.' },
  { id: 'jsonwebtoken/decode', name: 'jsonwebtoken', version: '9.0.3', installed: 'jsonwebtoken', says: 'decode() reads a token whose signature is wrong.' },
  { id: 'jsonwebtoken/short-key', name: 'jsonwebtoken', version: '9.0.3', installed: 'jsonwebtoken', says: 'An HS256 key of one character is accepted; an RSA key below 2048 bits is not, unless allowInsecureKeySizes is set.' },
  { id: 'jsonwebtoken/text-of-nothing', name: 'jsonwebtoken', version: '9.0.3', installed: 'jsonwebtoken', says: 'A key that is the text of an unset variable is a key: whoever guesses it signs.' },
  { id: 'jose/decode', name: 'jose', version: '6.2.18', installed: 'jose', says: 'decodeJwt() and UnsecuredJWT.decode() read tokens nobody signed; jwtVerify() refuses them.' },
  { id: 'express-jwt/algorithms', name: 'express-jwt', version: '8.5.1', installed: 'express-jwt', says: 'The list of algorithms is mandatory.' },
  { id: 'koa-jwt/algorithms', name: 'koa-jwt', version: '4.0.4', installed: 'koa-jwt', says: 'The list of algorithms may be left out.' },
  { id: 'passport-jwt/algorithms', name: 'passport-jwt', version: '4.0.1', installed: 'passport-jwt', says: 'The list of algorithms may be left out, and ignoreExpiration lets expired tokens in.' },
  { id: 'express-session/no-secret', name: 'express-session', version: '1.19.0', installed: 'express-session', says: 'Any text is a secret, and what is signed with it is accepted.' },
  { id: 'cookie-session/readable-payload', name: 'cookie-session', version: '2.1.1', installed: 'cookie-session', says: 'The cookie holds the session itself, readable, and its keys alone keep it from being forged.' },
  { id: 'express-basic-auth/any-password', name: 'express-basic-auth', version: '1.2.1', installed: 'express-basic-auth', says: 'A user named admin with the password admin is let in.' },
  { id: 'morgan/query', name: 'morgan', version: '1.12.1', installed: 'morgan', says: 'The combined format logs the whole address with its query, and no headers.' },
];
