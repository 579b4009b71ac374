import { corsSetup } from './cors.js';
import type { EffectiveReader } from './effective.js';
import { helmetSetup } from './helmet.js';

/** Every family of libraries that is read, each for its own calls. */
export const readers: readonly EffectiveReader[] = [helmetSetup, corsSetup];
