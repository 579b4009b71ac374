import type { Value } from '../model/value.js';
import { asArray, asText, entriesOf, valueOf } from '../openapi/values.js';
import { folderOf, type FilePath } from '../text/source.js';
import type { Manifest } from './context.js';
import { filesAt, joined } from './resolve.js';

/** What a `tsconfig.json` or `jsconfig.json` says of names that lead to files: TypeScript 5, "paths", "baseUrl" and "extends". */
export interface Aliases {
  readonly extends: readonly string[];
  readonly base: string | undefined;
  readonly paths: readonly { readonly pattern: string; readonly targets: readonly string[] }[] | undefined;
}
/** What files say of names that are no relative paths. */
export interface AliasSources {
  /** Of the settings file at this path. */
  aliasesAt(path: string): Aliases | undefined;
  /** A package of the project itself, by its name. */
  packageNamed(name: string): { readonly folder: string; readonly manifest: Manifest } | undefined;
}
const MOST = 200;
const DEEPEST = 6;
const SETTINGS = ['tsconfig.json', 'jsconfig.json'];

/** Whether a file may hold aliases. */
export function holdsAliases(path: FilePath): boolean {
  return /(^|\/)(ts|js)config(\.[\w-]{1,60})?\.json$/.test(path) || /(^|\/)tsconfig\/[\w-]{1,60}\.json$/.test(path);
}
export function readAliases(value: Value): Aliases {
  const options = valueOf(value, 'compilerOptions');
  const paths = valueOf(options, 'paths');
  const above = valueOf(value, 'extends');
  return {
    extends: above?.kind === 'array' ? textsOf(above) : [asText(above) ?? ''].filter((one) => one !== ''),
    base: asText(valueOf(options, 'baseUrl')),
    paths: paths?.kind === 'object' ? entriesOf(paths).slice(0, MOST).map(({ key, value: targets }) => ({ pattern: key, targets: textsOf(targets) })) : undefined,
  };
}
function textsOf(list: Value): readonly string[] {
  return (asArray(list)?.items ?? []).slice(0, MOST).flatMap((item) => asText(item.value) ?? []);
}

/** Files a name that is no relative path may mean, likeliest first: by the nearest settings that speak of paths, then as a package of the project. */
export function aliasCandidates(specifier: string, from: FilePath, sources: AliasSources): readonly FilePath[] {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier === '') return [];
  for (let folder = folderOf(from); ; folder = folderOf(folder)) {
    const rules = SETTINGS.flatMap((name) => rulesAt(folder === '' ? name : `${folder}/${name}`, sources, 0) ?? [])[0];
    if (rules) {
      const found = byRules(specifier, rules);
      if (found.length > 0) return [...found, ...inPackage(specifier, sources)];
    }
    if (rules || folder === '') return inPackage(specifier, sources);
  }
}
interface Rules {
  readonly base: string | undefined;
  /** What targets are relative to. */
  readonly from: string;
  readonly paths: NonNullable<Aliases['paths']>;
}
function rulesAt(path: string, sources: AliasSources, depth: number): Rules | undefined {
  const own = sources.aliasesAt(path);
  if (!own || depth > DEEPEST) return undefined;
  const folder = folderOf(path);
  const above = own.extends.toReversed().flatMap((one) => extended(one, folder, sources, depth) ?? [])[0];
  const base = own.base === undefined ? above?.base : joined(folder, own.base);
  if (own.paths) return { base, from: own.base === undefined ? (above?.base ?? folder) : (base ?? folder), paths: own.paths };
  if (above) return { ...above, base };
  return base === undefined ? undefined : { base, from: base, paths: [] };
}
function extended(name: string, folder: string, sources: AliasSources, depth: number): Rules | undefined {
  const at = name.startsWith('.') ? joined(folder, name) : inWorkspace(name, sources);
  if (at === undefined) return undefined;
  return rulesAt(at.endsWith('.json') ? at : `${at}.json`, sources, depth + 1);
}
function inWorkspace(name: string, sources: AliasSources): string | undefined {
  const { name: of, rest } = packageOf(name);
  const found = sources.packageNamed(of);
  return found && joined(found.folder, rest === '' ? 'tsconfig.json' : rest);
}

function byRules(specifier: string, { base, from, paths }: Rules): readonly FilePath[] {
  // The longest text before the star wins.
  const matching = paths.flatMap(({ pattern, targets }) => {
    const star = pattern.indexOf('*');
    if (star < 0) return pattern === specifier ? [{ before: Infinity, targets, text: '' }] : [];
    const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
    const fits = specifier.startsWith(before) && specifier.endsWith(after) && specifier.length >= before.length + after.length;
    return fits ? [{ before: before.length, targets, text: specifier.slice(before.length, specifier.length - after.length) }] : [];
  }).sort((a, b) => b.before - a.before)[0];
  const own = (matching?.targets ?? []).map((target) => joined(from, target.replace('*', () => matching?.text ?? '')));
  const all = base === undefined ? own : [...own, joined(base, specifier)];
  return all.flatMap((path) => (path === undefined ? [] : filesAt(path)));
}

/** `@acme/db/client`: its package, and what of it. */
function packageOf(specifier: string): { readonly name: string; readonly rest: string } {
  const parts = specifier.split('/');
  const count = specifier.startsWith('@') ? 2 : 1;
  return { name: parts.slice(0, count).join('/'), rest: parts.slice(count).join('/') };
}
function inPackage(specifier: string, sources: AliasSources): readonly FilePath[] {
  const { name, rest } = packageOf(specifier);
  const found = sources.packageNamed(name);
  if (!found) return [];
  const { folder, manifest } = found;
  const named = (manifest.entries ?? []).flatMap(({ key, path }) => {
    const star = key.indexOf('*');
    const asked = rest === '' ? '.' : `./${rest}`;
    if (star < 0) return key === asked ? [path] : [];
    return asked.startsWith(key.slice(0, star)) ? [path.replace('*', () => asked.slice(star, asked.length - (key.length - star - 1)))] : [];
  });
  // What is built is not there: its source lies beside it.
  const plain = rest === '' ? ['src/index', 'index', 'src'] : [rest, `src/${rest}`];
  return [...named, ...plain].flatMap((path) => { const at = joined(folder, path); return at === undefined ? [] : filesAt(at); });
}
