import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';
import { optimiseAsUsual } from './tiers.js';

/** The function a bundle becomes, as Node wraps a CommonJS module. */
type Wrapped = (exports: object, require: NodeJS.Require, module: { exports: object }, filename: string, dirname: string) => void;

/** Bytes at the head of a cache that say which Node made it. */
const HEAD = 4096;

/** Where the code cache of a bundle stands. */
export function cachePath(bundle: string): string {
  return bundle.replace(/\.js$/, '.cache');
}
/** Keeps the code V8 made of a bundle, for the Node that runs now and no other. */
export function keepCache(bundle: string, script: Script): void {
  optimiseAsUsual();
  writeFileSync(cachePath(bundle), Buffer.concat([head(), script.createCachedData()]));
}
/** Runs a bundle of this product (an absolute path) with the code that V8 made of it when it was built, which spares half of the start. Where that is missing, older, or of another Node, it is loaded like any module. */
export function runBundle(bundle: string): void {
  const own = createRequire(bundle);
  const cachedData = cacheOf(bundle);
  const script = cachedData && compiled(bundle, cachedData);
  // V8 looks at version, flags and length; a module is loaded through Node's own compile cache, where that is switched on.
  if (!script || script.cachedDataRejected === true) own(bundle);
  else invoke(script, bundle, own);
}
/** A bundle as a script; `cachedData` may be left out. Running it gives a function to `invoke`. */
export function compiled(bundle: string, cachedData?: Buffer): Script {
  const text = readFileSync(bundle, 'utf8').replace(/^#![^\n]*/, '');
  return new Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
    filename: bundle,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData ? { cachedData } : {}),
  });
}
/** Runs what `compiled` gave as the module it is. */
export function invoke(script: Script, bundle: string, own: NodeJS.Require): void {
  const module = { exports: {} };
  const run: Wrapped = script.runInThisContext();
  run(module.exports, own, module, bundle, dirname(bundle));
}
function cacheOf(bundle: string): Buffer | undefined {
  try {
    const path = cachePath(bundle);
    // Made after the bundle: a bundle that was built again without it is another program.
    if (statSync(path).mtimeMs < statSync(bundle).mtimeMs) return undefined;
    const kept = readFileSync(path);
    return kept.length > HEAD && kept.subarray(0, HEAD).equals(head()) ? kept.subarray(HEAD) : undefined;
  } catch {
    return undefined;
  }
}
/** The very binary that runs: V8 itself tells two Nodes apart by the first four numbers of its version only, and the code of another patch of it can crash (20.20.2 and 20.19.0 do). */
function head(): Buffer {
  const { size, mtimeMs } = statSync(process.execPath);
  return Buffer.alloc(HEAD, `${process.version} ${process.platform} ${process.arch} ${size} ${mtimeMs} ${process.execPath}\n`.padEnd(HEAD));
}
