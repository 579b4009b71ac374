import { filePath, folderOf, type FilePath } from '../text/source.js';
import { aliased, aliasesOf, referencesOf, type Aliases, type Config } from './aliases.js';
import { isNeverFolder } from './file-class.js';
import { exportedTargets, importedTargets, packageOf, type Conditions, type Manifest } from './manifests.js';
import { foldersFrom, foldersUp, joinedPath, under } from '../text/paths.js';
import { filesAt, indexesOf, isTypeScript, sourcesOf, type Usual } from './specifier-paths.js';

/** What resolution needs of the files that are held. */
export interface Held {
  has(path: FilePath): boolean;
  /** The held path that differs by letter case only. */
  alike(path: FilePath): FilePath | undefined;
  manifest(path: FilePath): Manifest | undefined;
  config(path: FilePath): Config | undefined;
  paths(): readonly FilePath[];
}
/** How a module is asked for: what `exports` and `imports` answer depends on it. */
export type Asking = 'import' | 'require';
/** Follows names of modules to held files. What it found out about configurations is kept: make a new one when files come, go, or a configuration changes. */
export interface Resolver {
  /** `tried` is given the paths that were looked for and are not held. */
  resolve(specifier: string, from: FilePath, asking: Asking, tried?: Set<FilePath>): FilePath | undefined;
  /** The name is one of this project, whether or not it leads anywhere: a path, an alias, one of its packages. */
  isOwn(specifier: string, from: FilePath): boolean;
}

const NODE: Readonly<Record<Asking, Conditions>> = {
  import: new Set(['node', 'import', 'module-sync', 'node-addons']),
  require: new Set(['node', 'require', 'module-sync', 'node-addons']),
};
const MOST_TRIES = 400;
const DEEPEST = 8;
const CONFIGS = ['tsconfig.json', 'jsconfig.json'];
const MANIFEST = 'package.json';
const RELATIVE = /^\.{1,2}(\/|$)/;
/** Never names of packages. */
const ALIAS = /^([@~#$]\/|~|#|\/)/;

interface Search {
  readonly typescript: boolean;
  readonly asking: Asking;
  readonly tried: Set<FilePath> | undefined;
  left: number;
}
interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** `foreign`: packages that are never those of the project, such as the frameworks that are known by their name. */
export function createResolver(held: Held, foreign: ReadonlySet<string>): Resolver {
  const aliases = new Map<string, Aliases>();
  let packages: ReadonlyMap<string, readonly Package[]> | undefined;
  let folders: ReadonlySet<string> | undefined;
  return { resolve, isOwn };

  function resolve(specifier: string, from: FilePath, asking: Asking, tried?: Set<FilePath>): FilePath | undefined {
    const search: Search = { typescript: isTypeScript(from), asking, tried, left: MOST_TRIES };
    if (RELATIVE.test(specifier)) {
      const path = joinedPath(folderOf(from), specifier);
      if (path === undefined) return undefined;
      const isFolder = /(^|\/)\.{0,2}$/.test(specifier);
      return located(path, isFolder, search, '') ?? sourced(path, topOf(path), search) ?? alike(path, isFolder, search);
    }
    if (specifier === '' || specifier.startsWith('node:') || /^[a-z]+:\/\//i.test(specifier)) return undefined;
    const found = byAlias(specifier, folderOf(from), search);
    return found ?? (specifier.startsWith('#') ? imported(specifier, folderOf(from), search, 0) : packaged(specifier, folderOf(from), search, 0) ?? byHabit(specifier, folderOf(from), search));
  }
  /** `@/lib/x` where no configuration is held that could say what it means: the folder of the package or its sources, as those who set projects up write it. */
  function byHabit(specifier: string, from: string, search: Search): FilePath | undefined {
    if (!/^[@~]\/[^/]/.test(specifier)) return undefined;
    let home: string | undefined;
    for (const folder of foldersFrom(from)) {
      if (configured(folder, search)) return undefined;
      if (home === undefined && manifestIn(folder, search)) home = folder;
    }
    for (const folder of [home ?? '', under(home ?? '', 'src')]) {
      const found = located(under(folder, specifier.slice(2)), false, search, '');
      if (found) return found;
    }
    return undefined;
  }

  function isOwn(specifier: string, from: FilePath): boolean {
    if (RELATIVE.test(specifier) || ALIAS.test(specifier)) return true;
    for (const folder of foldersUp(from)) {
      const { paths } = configured(folder, undefined)?.aliases ?? { paths: new Map<string, readonly string[]>() };
      for (const key of paths.keys()) if (key === specifier || (key.indexOf('*') > 0 && specifier.startsWith(key.slice(0, key.indexOf('*'))))) return true;
    }
    const named = packageOf(specifier);
    return named !== undefined && packagesOf(named.name).length > 0;
  }

  function hit(path: string, search: Search): FilePath | undefined {
    const found = filePath(path);
    if (search.left-- <= 0) return undefined;
    if (held.has(found)) return found;
    search.tried?.add(found);
    return undefined;
  }
  /** A file, else the folder of that name by its manifest or index: first as Node and TypeScript find it, then as other tools do. */
  function located(path: string, isFolder: boolean, search: Search, within: string, depth = 0): FilePath | undefined {
    return locatedAs('usual', path, isFolder, search, within, depth) ?? locatedAs('other', path, isFolder, search, within, depth);
  }
  function locatedAs(how: Usual, path: string, isFolder: boolean, search: Search, within: string, depth: number): FilePath | undefined {
    const named = isFolder ? undefined : first(filesAt(path, search.typescript, how), search);
    if (named) return named;
    const manifest = path === within && depth > 0 ? undefined : manifestIn(path, search);
    const main = manifest?.main !== undefined && depth < 2 ? joinedPath(path, manifest.main) : undefined;
    const found = main === undefined ? undefined : (locatedAs(how, main, false, search, path, depth + 1) ?? sourced(main, path, search, true));
    return found ?? first(indexesOf(path, search.typescript, how), search);
  }
  function first(paths: readonly string[], search: Search): FilePath | undefined {
    for (const path of paths) {
      const found = hit(path, search);
      if (found) return found;
    }
    return undefined;
  }
  /** What is built is not held: what it is built from may be. */
  function sourced(path: string, folder: string, search: Search, named = false): FilePath | undefined {
    // Sources are never asked for by name: those of the project are listed.
    const quiet: Search = { ...search, typescript: true, tried: undefined };
    for (const twin of sourcesOf(path, folder, isHeld, named)) {
      const found = located(twin, false, quiet, twin, 1);
      if (found) return found;
    }
    return undefined;
  }
  /** Files of the folder are held. */
  function isHeld(folder: string): boolean {
    folders ??= foldersOf(held.paths());
    return folders.has(folder);
  }
  /** Where letter case makes no difference, as on macOS and Windows, a name in another case is the same file. */
  function alike(path: string, isFolder: boolean, { typescript }: Search): FilePath | undefined {
    const usual: readonly Usual[] = ['usual', 'other'];
    for (const one of usual.flatMap((how) => [...(isFolder ? [] : filesAt(path, typescript, how)), ...indexesOf(path, typescript, how)])) {
      const found = held.alike(filePath(one));
      if (found) return found;
    }
    return undefined;
  }
  /** The folder of the nearest package above a path. */
  function topOf(path: string): string {
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) if (held.manifest(filePath(`${folder}/${MANIFEST}`))) return folder;
    return '';
  }
  function manifestIn(folder: string, search: Search | undefined): Manifest | undefined {
    const path = filePath(under(folder, MANIFEST));
    const found = held.manifest(path);
    if (!found && !held.has(path)) search?.tried?.add(path);
    return found;
  }

  /** The configuration of a folder; undefined where it has none. */
  function configured(folder: string, search: Search | undefined): { readonly path: string; readonly aliases: Aliases } | undefined {
    for (const name of CONFIGS) {
      const path = under(folder, name);
      if (held.config(filePath(path))) return { path, aliases: aliasesAt(path, search) };
      search?.tried?.add(filePath(path));
    }
    return undefined;
  }
  function aliasesAt(path: string, search: Search | undefined): Aliases {
    const known = aliases.get(path) ?? aliasesOf(path, (one) => held.config(filePath(one)), (name) => packagesOf(name)[0]?.folder);
    aliases.set(path, known);
    for (const one of known.missing) search?.tried?.add(filePath(one));
    return known;
  }
  /** By the nearest configuration, those it refers to, and last those of the folders above; by the aliases a package.json gives its program. */
  function byAlias(specifier: string, from: string, search: Search): FilePath | undefined {
    for (let folder = from; ; folder = folderOf(folder)) {
      const config = configured(folder, search);
      const referred = config ? referencesOf(config.path, held.config(filePath(config.path)) ?? { extends: [], references: [], baseUrl: undefined, paths: undefined }) : [];
      for (const path of config ? [config.path, ...referred] : []) {
        if (!held.config(filePath(path))) search.tried?.add(filePath(path));
        const found = through(specifier, aliasesAt(path, search), folderOf(path), search);
        if (found) return found;
      }
      const manifest = manifestIn(folder, search);
      for (const [name, target] of manifest?.aliases ?? []) {
        const path = specifier === name || specifier.startsWith(`${name}/`) ? joinedPath(folder, `${target}${specifier.slice(name.length)}`) : undefined;
        const found = path === undefined ? undefined : (located(path, false, search, '') ?? sourced(path, folder, search));
        if (found) return found;
      }
      if (folder === '') return undefined;
    }
  }
  function through(specifier: string, given: Aliases, leaf: string, search: Search): FilePath | undefined {
    // A pattern that fits and leads nowhere has spoken for the folder of all names.
    const wanted = aliased(specifier, given, leaf) ?? (typeof given.baseUrl !== 'string' ? [] : [joinedPath(given.baseUrl, specifier) ?? '']);
    for (const path of wanted) {
      const found = path === '' ? undefined : (located(path, false, search, '') ?? sourced(path, topOf(path), search));
      if (found) return found;
    }
    return undefined;
  }

  /** `#name`, by the nearest package.json above. */
  function imported(specifier: string, from: string, search: Search, depth: number): FilePath | undefined {
    const own = nearest(from, search);
    if (!own || depth > DEEPEST) return undefined;
    return chosen((conditions) => importedTargets(own.manifest.imports, specifier, conditions), own, search, depth);
  }
  function nearest(from: string, search: Search): Package | undefined {
    for (const folder of foldersFrom(from)) {
      const manifest = manifestIn(folder, search);
      if (manifest) return { folder, manifest };
    }
    return undefined;
  }
  /** The package a file is in, by its own name, else one of the project. */
  function packaged(specifier: string, from: string, search: Search, depth: number): FilePath | undefined {
    const named = packageOf(specifier);
    if (!named || depth > DEEPEST) return undefined;
    const own = nearest(from, search);
    if (own?.manifest.name === named.name && own.manifest.exports !== undefined && !foreign.has(named.name)) return inPackage(own, named.subpath, search, depth);
    const other = closest(packagesOf(named.name), from);
    return other && inPackage(other, named.subpath, search, depth);
  }
  function inPackage(one: Package, subpath: string, search: Search, depth: number): FilePath | undefined {
    const { folder, manifest } = one;
    if (manifest.exports !== undefined && manifest.exports !== null) return chosen((conditions) => exportedTargets(manifest.exports, subpath, conditions), one, search, depth);
    if (subpath !== '.') {
      const path = joinedPath(folder, subpath);
      return path === undefined ? undefined : (located(path, subpath.endsWith('/'), search, '') ?? sourced(path, folder, search, true) ?? located(under(folder, `src/${subpath.slice(2)}`), false, search, folder, 1));
    }
    return entryOf(one, search);
  }
  function entryOf({ folder, manifest }: Package, search: Search): FilePath | undefined {
    for (const entry of [manifest.main ?? './index', ...manifest.entries]) {
      const path = joinedPath(folder, entry);
      const found = path === undefined || path === folder ? undefined : (located(path, false, quietly(path, search), folder, 1) ?? sourced(path, folder, search, true));
      if (found) return found;
    }
    return located(folder, true, search, folder, 1) ?? located(under(folder, 'src'), true, search, folder, 1);
  }
  /** Built files of a package are taken where they are held; they are not asked for. */
  function quietly(path: string, search: Search): Search {
    return isNeverFolder(folderOf(path)) ? { ...search, tried: undefined } : search;
  }
  /** The target Node would take, else one that holds under other conditions: sources are often kept under `development` or `source`. */
  function chosen(ask: (conditions: Conditions) => readonly string[] | 'none' | 'blocked', { folder }: Package, search: Search, depth: number): FilePath | undefined {
    const strict = ask(NODE[search.asking]);
    if (strict === 'blocked') return undefined;
    const all = ask(undefined);
    for (const target of new Set([...(strict === 'none' ? [] : strict), ...(typeof all === 'string' ? [] : all)])) {
      if (!target.startsWith('./')) {
        const found = target.startsWith('#') || target.startsWith('.') ? undefined : packaged(target, folder, search, depth + 1);
        if (found) return found;
        continue;
      }
      const path = joinedPath(folder, target);
      if (path === undefined) continue;
      const found = hit(path, quietly(path, search)) ?? sourced(path, folder, search, true) ?? located(path, false, { ...search, typescript: true, tried: undefined }, path, 1);
      if (found) return found;
    }
    return undefined;
  }

  function packagesOf(name: string): readonly Package[] {
    if (foreign.has(name)) return [];
    packages ??= packagesIn(held);
    return packages.get(name) ?? [];
  }
}

function foldersOf(paths: readonly FilePath[]): ReadonlySet<string> {
  const out = new Set<string>();
  for (const path of paths) for (let folder = folderOf(path); folder !== '' && !out.has(folder); folder = folderOf(folder)) out.add(folder);
  return out;
}
/** The packages of a project by name; where a package.json lists the folders of its packages, those in them come first. */
function packagesIn(held: Held): ReadonlyMap<string, readonly Package[]> {
  const all = held.paths().flatMap((path): readonly Package[] => {
    const manifest = path === MANIFEST || path.endsWith(`/${MANIFEST}`) ? held.manifest(path) : undefined;
    return manifest?.name !== undefined && !isNeverFolder(folderOf(path)) ? [{ folder: folderOf(path), manifest }] : [];
  });
  const members = held.paths().flatMap((path) => {
    const manifest = path === MANIFEST || path.endsWith(`/${MANIFEST}`) ? held.manifest(path) : undefined;
    return (manifest?.workspaces ?? []).map((glob) => joinedPath(folderOf(path), glob.replace(/\/\*{1,2}$/, '')) ?? '\0');
  });
  const isMember = ({ folder }: Package): boolean => members.some((one) => folder === one || (one !== '' && folder.startsWith(`${one}/`)));
  const out = new Map<string, Package[]>();
  for (const one of [...all.filter(isMember), ...all.filter((other) => !isMember(other))]) {
    const name = one.manifest.name ?? '';
    const known = out.get(name);
    if (!known) out.set(name, [one]);
    else if (isMember(one) || !known.some(isMember)) known.push(one);
  }
  return out;
}
/** Of packages of one name that with the most folders in common; none where two are as close: which is meant nobody can tell. */
function closest(packages: readonly Package[], from: string): Package | undefined {
  if (packages.length < 2) return packages[0];
  const near = packages.map((one) => ({ one, common: common(one.folder, from) })).sort((a, b) => b.common - a.common);
  return near[0]?.common === near[1]?.common ? undefined : near[0]?.one;
}
function common(a: string, b: string): number {
  const others = b.split('/');
  const index = a.split('/').findIndex((part, i) => part !== others[i]);
  return index < 0 ? a.split('/').length : index;
}
