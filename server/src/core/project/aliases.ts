import { memberOf, readData } from '../syntax/data.js';
import { folderOf } from '../text/source.js';
import { packageOf } from './manifests.js';
import { joinedPath, under } from '../text/paths.js';

/** What a tsconfig.json or jsconfig.json says about names of modules, as it is written there. */
export interface Config {
  readonly extends: readonly string[];
  readonly references: readonly string[];
  readonly baseUrl: string | undefined;
  readonly paths: ReadonlyMap<string, readonly string[]> | undefined;
}
/** Names and what they stand for, of a configuration with all that it extends; folders are paths of the project. */
export interface Aliases {
  readonly paths: ReadonlyMap<string, readonly string[]>;
  /** What the targets are relative to; undefined where it lies outside. */
  readonly pathsFrom: string | undefined;
  /** The folder that bare names are looked for in; null where it lies outside the project. */
  readonly baseUrl: string | null | undefined;
  /** Paths of configurations that were looked for, and are not held. */
  readonly missing: readonly string[];
}
type ConfigAt = (path: string) => Config | undefined;
const DEEPEST = 12;
const MOST_CONFIGS = 40;
const NONE: Aliases = { paths: new Map(), pathsFrom: undefined, baseUrl: undefined, missing: [] };

/** Reads the text of a configuration. Never fails. */
export function readConfig(text: string): Config {
  const data = readData(text);
  const options = memberOf(data, 'compilerOptions');
  const from = memberOf(data, 'extends');
  const references = memberOf(data, 'references');
  const base = memberOf(options, 'baseUrl');
  return {
    extends: textsOf(from), references: Array.isArray(references) ? references.flatMap((one) => textsOf(memberOf(one, 'path'))) : [],
    baseUrl: typeof base === 'string' ? base : undefined, paths: pathsOf(memberOf(options, 'paths')),
  };
}
function textsOf(data: unknown): readonly string[] {
  const all: unknown[] = Array.isArray(data) ? data : [data];
  return all.filter((one): one is string => typeof one === 'string');
}
function pathsOf(data: unknown): Config['paths'] {
  if (typeof data !== 'object' || data === null) return undefined;
  return new Map(Object.entries(data).flatMap(([key, value]) => (Array.isArray(value) ? [[key, textsOf(value)] as const] : [])));
}

/** Where what a configuration extends may be: a path, or a file of a package, one of the project or installed. */
function extendedPaths(name: string, folder: string, home: (name: string) => string | undefined): readonly string[] {
  const withExtension = (path: string | undefined): readonly string[] => (path === undefined ? [] : path.endsWith('.json') ? [path] : [path, `${path}.json`]);
  if (/^\.{1,2}(\/|$)/.test(name)) return withExtension(joinedPath(folder, name));
  if (name.startsWith('/')) return [];
  const named = packageOf(name);
  const own = named && home(named.name);
  const out: string[] = named && own !== undefined ? [...withExtension(joinedPath(own, named.subpath)), under(own, 'tsconfig.json')] : [];
  for (let at = folder; ; at = folderOf(at)) {
    const path = joinedPath(under(at, 'node_modules'), name);
    out.push(...withExtension(path), ...(path === undefined ? [] : [`${path}/tsconfig.json`]));
    if (at === '') return out;
  }
}

/** The aliases of a configuration: what it extends stands below what it says itself, and the later below the earlier. */
export function aliasesOf(path: string, configAt: ConfigAt, home: (name: string) => string | undefined): Aliases {
  const missing: string[] = [];
  const leaf = folderOf(path);
  let left = MOST_CONFIGS;
  return { ...read(path, []), missing };

  function read(at: string, above: readonly string[]): Aliases {
    const config = configAt(at);
    if (!config || above.includes(at) || above.length > DEEPEST || left-- <= 0) return NONE;
    const folder = folderOf(at);
    let found = NONE;
    for (const name of config.extends) {
      const candidates = extendedPaths(name, folder, home);
      const base = candidates.find((one) => configAt(one) !== undefined);
      if (base === undefined) missing.push(...candidates);
      else found = over(read(base, [...above, at]), found);
    }
    const baseUrl = config.baseUrl === undefined ? undefined : (placed(config.baseUrl, folder) ?? null);
    return over({ paths: config.paths ?? NONE.paths, pathsFrom: config.paths ? folder : undefined, baseUrl, missing }, found);
  }
  /** `${configDir}` is the folder of the configuration that is used, whoever says it. */
  function placed(text: string, folder: string): string | undefined {
    return text.startsWith('${configDir}') ? joinedPath(leaf, text.slice('${configDir}'.length)) : joinedPath(folder, text);
  }
}
function over(own: Aliases, below: Aliases): Aliases {
  const paths = own.pathsFrom === undefined ? below : own;
  return { paths: paths.paths, pathsFrom: paths.pathsFrom, baseUrl: own.baseUrl === undefined ? below.baseUrl : own.baseUrl, missing: [] };
}
/** Paths of configurations a configuration refers to: files, or folders that hold one. */
export function referencesOf(path: string, config: Config): readonly string[] {
  return config.references.flatMap((one) => {
    const at = joinedPath(folderOf(path), one);
    return at === undefined ? [] : at.endsWith('.json') ? [at] : [under(at, 'tsconfig.json')];
  });
}

/** Paths, without certain extension, a name stands for by the pattern that fits it best, as typescript 5.9 chooses it: the exact one, else the longest text before the star. Undefined where none fits. */
export function aliased(specifier: string, { paths, pathsFrom, baseUrl }: Aliases, leaf: string): readonly string[] | undefined {
  const from = baseUrl === undefined ? pathsFrom : baseUrl;
  if (from === undefined) return undefined;
  let best: { readonly key: string; readonly star: number } | undefined;
  if (paths.has(specifier)) best = { key: specifier, star: -1 };
  else for (const key of paths.keys()) {
    const star = key.indexOf('*');
    if (star < 0 || (best && star <= best.star) || specifier.length < key.length - 1) continue;
    if (specifier.startsWith(key.slice(0, star)) && specifier.endsWith(key.slice(star + 1))) best = { key, star };
  }
  if (!best) return undefined;
  const { key, star } = best;
  const middle = star < 0 ? '' : specifier.slice(star, specifier.length - (key.length - star - 1));
  return (paths.get(key) ?? []).flatMap((target) => {
    const text = target.replace('*', () => middle);
    return (text.startsWith('${configDir}') ? joinedPath(leaf, text.slice('${configDir}'.length)) : from === null ? undefined : joinedPath(from, text)) ?? [];
  });
}
