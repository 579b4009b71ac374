import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/cors.test.ts. */
export const corsDefaults: readonly LibraryDefault[] = [];
