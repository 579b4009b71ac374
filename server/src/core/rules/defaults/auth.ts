import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/auth.test.ts. */
export const authDefaults: readonly LibraryDefault[] = [];
