import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/errors.test.ts. */
export const errorsDefaults: readonly LibraryDefault[] = [];
