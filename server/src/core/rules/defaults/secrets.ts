import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/secrets.test.ts. */
export const secretsDefaults: readonly LibraryDefault[] = [];
