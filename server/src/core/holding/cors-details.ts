import type { Layer } from '../model/api.js';
import { corsPolicies } from '../project/cors.js';
import { createContext } from '../project/context.js';
import type { CorsPolicy } from '../rules/rule.js';
import type { FilePath } from '../text/source.js';
import { leansOf, recorded, type Bench } from './bench.js';

/** Says which origins a CORS layer lets in, in a word or two; undefined where nobody can tell, and for other layers. Each file is read once. */
export function createCorsDetails(benchOf: (path: FilePath) => Bench): (layer: Layer) => string | undefined {
  const files = new Map<FilePath, ReadonlyMap<number, string | undefined>>();
  const read = (path: FilePath): ReadonlyMap<number, string | undefined> => {
    const bench = benchOf(path);
    const module = bench.files.facts(path)?.module;
    const found = new Map<number, string | undefined>();
    if (!module) return found;
    const context = createContext(path, recorded(bench, path, leansOf()));
    for (const policy of corsPolicies(module, context)) {
      const { at } = policy.call ?? policy;
      const word = wordOf(policy);
      // A setting that says one thing here and another there has no word.
      found.set(at.mark, found.has(at.mark) && found.get(at.mark) !== word ? undefined : word);
    }
    return found;
  };
  return ({ claims, value }) => {
    if (value.kind !== 'call' || !claims.some(({ protects }) => protects === 'cors')) return undefined;
    const known = files.get(value.at.path) ?? read(value.at.path);
    files.set(value.at.path, known);
    return known.get(value.at.mark);
  };
}

function wordOf({ origin, values, credentials }: CorsPolicy): string | undefined {
  const [only, ...others] = values;
  if (origin === 'any') return '*';
  if (origin === 'reflect') return credentials === true ? 'any origin, credentials' : 'any origin';
  if (origin === 'null' || origin === 'off') return origin;
  if (origin !== 'list' || !only) return undefined;
  if (others.length > 0) return `${values.length} origins`;
  return only.kind === 'literal' && typeof only.value === 'string' ? only.value : undefined;
}
