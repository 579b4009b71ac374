import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/headers.test.ts. */
export const headersDefaults: readonly LibraryDefault[] = [];
