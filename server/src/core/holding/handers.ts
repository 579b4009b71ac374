import type { ModuleView } from '../model/module.js';
import type { Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { Files } from './files.js';

const DEEPEST = 4;

/** Whether what stands in a file may be options others hand on: it gives out data, or takes nothing to make it. */
export function givesData(path: FilePath, files: Pick<Files, 'facts' | 'classOf'>): boolean {
  const module = files.facts(path)?.module;
  return module !== undefined && files.classOf(path) === 'source' && module.exports.some(({ value }) => isData(value, module, 0));
}
function isData(value: Value, module: ModuleView, depth: number): boolean {
  if (depth > DEEPEST) return false;
  switch (value.kind) {
    case 'object': return value.entries.length > 0;
    case 'array':
    case 'regex':
    case 'literal':
    case 'choice':
    case 'logic': return true;
    case 'ref': {
      const bound = value.root.kind === 'local' ? module.bindings[value.root.binding]?.value : undefined;
      return bound !== undefined && isData(bound, module, depth + 1);
    }
    case 'function': {
      const fn = module.functions.get(value.fn);
      return fn?.parameters.length === 0 && fn.steps.some((step) => step.do === 'return' && step.value?.kind === 'object');
    }
    // `Object.freeze({ ... })`, `defineConfig({ ... })`.
    case 'call': return value.args.some((item) => item.value.kind === 'object');
    default: return false;
  }
}

/** The code that may hand values of a file of data to libraries, in order of path; none where it gives out no data. */
export function handersOf(path: FilePath, files: Files): readonly FilePath[] {
  return givesData(path, files) ? files.importersOf(path).filter((one) => files.classOf(one) === 'source') : [];
}
