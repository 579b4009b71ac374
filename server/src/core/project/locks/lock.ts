import type { FilePath } from '../../text/source.js';
import type { Lock } from './answer.js';
import { readBunLock } from './bun.js';
import { readNpmLock } from './npm.js';
import { readPnpmLock } from './pnpm.js';
import { readYarnLock } from './yarn.js';

/** Longer texts are not read. */
const LONGEST = 12_000_000;

/** Reads a lock file by its name. Never fails: a broken one answers nothing. */
export function readLock(path: FilePath, text: string): Lock {
  if (text.length > LONGEST) return nothing;
  try {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return name === 'yarn.lock' ? readYarnLock(text) : name === 'bun.lock' ? readBunLock(text) : name === 'pnpm-lock.yaml' ? readPnpmLock(text) : readNpmLock(text);
  } catch {
    return nothing;
  }
}
function nothing(): undefined {
  return undefined;
}
