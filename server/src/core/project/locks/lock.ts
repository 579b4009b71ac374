import type { FilePath } from '../../text/source.js';
import type { Lock } from './answer.js';
import { readBunLock } from './bun.js';
import { readNpmLock } from './npm.js';
import { readPnpmLock } from './pnpm.js';
import { readYarnLock } from './yarn.js';

/** Longer texts are not read; the shells refuse them before, and say so. */
const LONGEST = 20_000_000;
const NOTHING: Lock = { find: () => undefined, package: () => undefined, needs: () => [], placeOf: () => undefined };

/** Reads a lock file by its name. Never fails: a broken one answers nothing. */
export function readLock(path: FilePath, text: string): Lock {
  if (text.length > LONGEST) return NOTHING;
  try {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return name === 'yarn.lock' ? readYarnLock(text) : name === 'bun.lock' ? readBunLock(text) : name === 'pnpm-lock.yaml' ? readPnpmLock(text) : readNpmLock(text);
  } catch {
    return NOTHING;
  }
}
