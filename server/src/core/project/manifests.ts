/** What a package.json says: its dependencies, and which files its name stands for. */
export interface Manifest {
  readonly dependencies: ReadonlyMap<string, string>;
  /** Those that are installed wherever the package runs. */
  readonly ships: ReadonlyMap<string, string>;
  readonly name: string | undefined;
  readonly main: string | undefined;
  /** Other entries: `module`, `source`, `types`, in the order in which they are tried. */
  readonly entries: readonly string[];
  readonly exports: unknown;
  readonly imports: unknown;
  /** Globs of the packages of a monorepo, as npm and yarn write them. */
  readonly workspaces: readonly string[] | undefined;
  /** `_moduleAliases` of the package module-alias 2: names for folders. */
  readonly aliases: ReadonlyMap<string, string>;
}
/** Conditions under which a target holds; undefined: whatever they are. */
export type Conditions = ReadonlySet<string> | undefined;

const DEPENDENCIES = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
const SHIPPED = ['dependencies', 'optionalDependencies'];
const OTHER_ENTRIES = ['source', 'module', 'jsnext:main', 'types', 'typings'];
const MOST_TARGETS = 50;
const DEEPEST = 20;

/** Reads a package.json; undefined when it is no JSON object. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const data: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    if (typeof data !== 'object' || data === null) return undefined;
    const dependencies = new Map(DEPENDENCIES.flatMap((key) => [...textsIn(of(data, key))]));
    const workspaces = of(data, 'workspaces');
    const globs = Array.isArray(workspaces) ? workspaces : of(workspaces, 'packages');
    return {
      dependencies, ships: new Map(SHIPPED.flatMap((key) => [...textsIn(of(data, key))])),
      name: textOf(of(data, 'name')), main: textOf(of(data, 'main')), entries: OTHER_ENTRIES.flatMap((key) => textOf(of(data, key)) ?? []), exports: of(data, 'exports'), imports: of(data, 'imports'),
      workspaces: Array.isArray(globs) ? globs.filter((one): one is string => typeof one === 'string') : undefined, aliases: textsIn(of(data, '_moduleAliases')),
    };
  } catch {
    return undefined;
  }
}
function of(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? Reflect.get(data, key) : undefined;
}
function textOf(data: unknown): string | undefined {
  return typeof data === 'string' && data !== '' ? data : undefined;
}
function textsIn(data: unknown): ReadonlyMap<string, string> {
  if (typeof data !== 'object' || data === null) return new Map();
  return new Map(Object.entries(data).filter((one): one is [string, string] => typeof one[1] === 'string'));
}

/**
 * Targets of a subpath (`.`, `./sub`) in `exports`, as Node 24 looks for them ("Packages", PACKAGE_EXPORTS_RESOLVE): one under
 * given conditions, all of them under any. 'none' where the map does not have it, 'blocked' where it says null.
 */
export function exportedTargets(map: unknown, subpath: string, conditions: Conditions): readonly string[] | 'none' | 'blocked' {
  const keys = typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.keys(map) : [];
  const isWhole = keys.length === 0 || keys.every((key) => !key.startsWith('.'));
  if (isWhole) return subpath === '.' && map !== undefined ? answer(targets(map, conditions, undefined, 0)) : 'none';
  return keys.every((key) => key.startsWith('.')) ? matched(map, keys, subpath, conditions) : 'none';
}
/** Targets of a name that begins with `#` in `imports`; those that do not begin with `./` are packages. */
export function importedTargets(map: unknown, name: string, conditions: Conditions): readonly string[] | 'none' | 'blocked' {
  if (typeof map !== 'object' || map === null || Array.isArray(map) || name === '#' || name.startsWith('#/')) return 'none';
  return matched(map, Object.keys(map), name, conditions);
}

function matched(map: unknown, keys: readonly string[], name: string, conditions: Conditions): readonly string[] | 'none' | 'blocked' {
  if (!name.includes('*') && !name.endsWith('/') && keys.includes(name)) return answer(targets(of(map, name), conditions, undefined, 0));
  let best: string | undefined;
  for (const key of keys) {
    const star = key.indexOf('*');
    if (star < 0 || key.lastIndexOf('*') !== star || name.length < key.length) continue;
    if (name.startsWith(key.slice(0, star)) && name.endsWith(key.slice(star + 1)) && (best === undefined || isCloser(key, best))) best = key;
  }
  if (best === undefined) return 'none';
  const star = best.indexOf('*');
  return answer(targets(of(map, best), conditions, name.slice(star, name.length - (best.length - star - 1)), 0));
}
/** The longer text before the star is the closer match, then the longer key. */
function isCloser(a: string, b: string): boolean {
  return a.indexOf('*') === b.indexOf('*') ? a.length > b.length : a.indexOf('*') > b.indexOf('*');
}
function answer(found: readonly string[] | null | undefined): readonly string[] | 'none' | 'blocked' {
  return found === null ? 'blocked' : found === undefined || found.length === 0 ? 'none' : found;
}

/** Null closes the way; undefined: nothing holds here, what follows is looked at. */
function targets(target: unknown, conditions: Conditions, star: string | undefined, depth: number): readonly string[] | null | undefined {
  if (target === null) return null;
  if (typeof target === 'string') return isOutside(target) || (star !== undefined && isOutside(star)) ? undefined : [star === undefined ? target : target.replaceAll('*', star)];
  if (typeof target !== 'object' || depth > DEEPEST) return undefined;
  const alternatives: unknown[] = Array.isArray(target) ? target : Object.entries(target).filter(([key]) => conditions === undefined || key === 'default' || conditions.has(key)).map(([, value]: [string, unknown]) => value);
  const all: string[] = [];
  let isClosed = false;
  for (const one of alternatives) {
    const found = targets(one, conditions, star, depth + 1);
    if (conditions !== undefined && found === null && !Array.isArray(target)) return null;
    if (found === null) isClosed = true;
    if (!found) continue;
    if (conditions !== undefined) return found;
    all.push(...found);
    if (all.length >= MOST_TARGETS) break;
  }
  return all.length > 0 ? all : isClosed ? null : undefined;
}
/** Targets may not leave their package, nor name an installed one. */
function isOutside(path: string): boolean {
  const rest = path.startsWith('./') ? path.slice(2) : path;
  return rest.split(/[/\\]/).some((part) => part === '..' || part === '.' || part.toLowerCase() === 'node_modules');
}

/** The package and the subpath a bare specifier names: `@a/b/c` is `@a/b` and `./c`. Undefined where it names none. */
export function packageOf(specifier: string): { readonly name: string; readonly subpath: string } | undefined {
  const found = /^((?:@[^/@\s][^/\s]*\/)?[^./@\s#~$][^/\s]*)(\/.*)?$/.exec(specifier);
  return found?.[1] === undefined || found[1].includes(':') ? undefined : { name: found[1], subpath: `.${found[2] ?? ''}` };
}
