import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/secrets.test.ts. */
export const secretsDefaults: readonly LibraryDefault[] = [
  { id: 'jsonwebtoken8/unset-key', name: 'jsonwebtoken', version: '8.5.1', installed: 'jsonwebtoken8', says: 'verify() without a key accepts a token with no signature.' },
  { id: 'express-session/no-secret', name: 'express-session', version: '1.19.0', installed: 'express-session', says: 'Any text is a secret, and what is signed with it is accepted.' },
  { id: 'cookie-session/readable-payload', name: 'cookie-session', version: '2.1.1', installed: 'cookie-session', says: 'The cookie holds the session itself, readable, and its keys alone keep it from being forged.' },
];
