import { authDefaults } from './defaults/auth.js';
import { corsDefaults } from './defaults/cors.js';
import { errorsDefaults } from './defaults/errors.js';
import { headersDefaults } from './defaults/headers.js';
import { secretsDefaults } from './defaults/secrets.js';
import { tlsDefaults } from './defaults/tls.js';
import type { LibraryDefault } from './defaults/fact.js';

/** Every library default a rule leans on. `test/defaults` runs the packages named and proves each, so that an upgrade that changes one fails the build. */
export const libraryDefaults: readonly LibraryDefault[] = [...authDefaults, ...corsDefaults, ...errorsDefaults, ...headersDefaults, ...secretsDefaults, ...tlsDefaults];
