import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/tls.test.ts. */
export const tlsDefaults: readonly LibraryDefault[] = [];
