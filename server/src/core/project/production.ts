import type { ModuleView } from '../model/module.js';
import type { Value } from '../model/value.js';
import { classify } from './file-class.js';

/** Packages that build what others run: their scripts set the environment of the build. */
const BUILDERS = /^(webpack|webpack-.*|vite|rollup|esbuild|@babel\/core|gulp|grunt|parcel|react-dev-utils\/.*|react-scripts\/.*|@rspack\/core|tsup|cross-env|jest|mocha|vitest)$/;

/** The file sets NODE_ENV to production when it is loaded, at most where nobody else did: `process.env.NODE_ENV ??= 'production'`. */
export function setsProduction(module: ModuleView): boolean {
  if (classify(module.path, { runs: true }) !== 'source' || module.imports.some((one) => BUILDERS.test(one.from))) return false;
  return module.top.steps.some((step) => step.do === 'assign' && step.zone === 'body' && isNodeEnv(step.target) && step.when.every(({ test }) => asksForIt(test, 0)) && isProduction(step.value));
}
function isNodeEnv(value: Value): boolean {
  return value.kind === 'ref' && value.root.kind === 'env' && value.root.name === 'NODE_ENV' && value.path.length === 0;
}
function isProduction(value: Value): boolean {
  if (value.kind === 'logic') return (value.op === '||' || value.op === '??') && isNodeEnv(value.left) && isProduction(value.right);
  return value.kind === 'literal' && value.value === 'production';
}
/** `!process.env.NODE_ENV`, `process.env.NODE_ENV === ''`. */
function asksForIt(test: Value, depth: number): boolean {
  if (depth > 4) return false;
  if (test.kind === 'not') return asksForIt(test.of, depth + 1);
  if (test.kind === 'unknown' && test.of) return asksForIt(test.of, depth + 1);
  if (test.kind === 'compare' || test.kind === 'logic') return [test.left, test.right].every((side) => side.kind === 'literal' || asksForIt(side, depth + 1));
  return isNodeEnv(test);
}
