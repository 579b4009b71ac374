import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

/** The function a bundle becomes, as Node wraps a CommonJS module. */
type Wrapped = (exports: object, require: NodeJS.Require, module: { exports: object }, filename: string, dirname: string) => void;

/** Where the code cache of a bundle stands. */
export function cachePath(bundle: string): string {
  return bundle.replace(/\.js$/, '.cache');
}
/** Runs a bundle of this product (an absolute path) with the code that V8 made of it when it was built, which spares half of the start. Where that is missing, older, or of another V8, it is loaded like any module. */
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
    return statSync(path).mtimeMs >= statSync(bundle).mtimeMs ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
