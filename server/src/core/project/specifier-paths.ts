import { joinedPath, under } from '../text/paths.js';
import { folderOf, type FilePath } from '../text/source.js';

/** What a name without its extension is completed with; 'other' comes after the folder of the name, and is what tools find rather than Node or TypeScript. */
export type Usual = 'usual' | 'other';
/** Each world finds its own files first, so that sources beside their compiled twins do not mix. */
const ENDINGS: Readonly<Record<'typescript' | 'javascript', Readonly<Record<Usual, readonly string[]>>>> = {
  typescript: { usual: ['.ts', '.tsx'], other: ['.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'] },
  javascript: { usual: ['.js', '.json'], other: ['.jsx', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts'] },
};
const KNOWN = /\.([cm]?[jt]sx?|json|ya?ml)$/;
/** What TypeScript sources call each other by is the name of the output file. */
const SOURCES: ReadonlyMap<string, readonly string[]> = new Map([
  ['.js', ['.ts', '.tsx', '.mts', '.cts']], ['.jsx', ['.tsx', '.ts']], ['.mjs', ['.mts', '.ts']], ['.cjs', ['.cts', '.ts']],
]);
/** Folders that hold what a build makes. */
const OUTPUT: ReadonlySet<string> = new Set(['dist', 'build', 'out', 'output', '.build', 'compiled', 'dist-cjs', 'dist-esm', 'dist-es']);
/** They do in packages, whose own entries name them. */
const OF_PACKAGES: ReadonlySet<string> = new Set([...OUTPUT, 'lib', 'esm', 'cjs', 'es', 'commonjs']);
/** Folders builds put between their own and the copied tree. */
const BETWEEN: ReadonlySet<string> = new Set(['cjs', 'esm', 'es', 'es6', 'commonjs', 'module', 'node', 'types', 'src']);

/** Whether files of this name are TypeScript. */
export function isTypeScript(path: string): boolean {
  return /\.[cm]?tsx?$/i.test(path);
}
/** Files a path without certain extension may mean, likeliest first; an empty one is the top folder, which is no file. */
export function filesAt(base: string, typescript: boolean, usual: Usual): readonly string[] {
  if (base === '') return [];
  const endings = ENDINGS[typescript ? 'typescript' : 'javascript'][usual].map((one) => base + one);
  if (usual === 'other') return endings;
  const out: string[] = [];
  const extension = /\.[cm]?jsx?$/.exec(base)?.[0];
  const sources = (extension === undefined ? undefined : SOURCES.get(extension))?.map((one) => base.slice(0, -(extension ?? '').length) + one) ?? [];
  if (typescript) out.push(...sources);
  if (KNOWN.test(base)) out.push(base);
  // typescript 5.9 takes the one for the other.
  if (typescript && /\.tsx?$/.test(base)) out.push(base.endsWith('x') ? base.slice(0, -1) : `${base}x`);
  if (!typescript) out.push(...sources);
  return [...out, ...endings];
}
/** The files that stand for a folder. */
export function indexesOf(folder: string, typescript: boolean, usual: Usual): readonly string[] {
  return ENDINGS[typescript ? 'typescript' : 'javascript'][usual].map((one) => under(folder, `index${one}`));
}
/** Where the source of a built file of a package may be: `dist/x.js` is made of `src/x.ts`, or of `x.ts`. `holds`: a folder with files of the project is none that a build makes; `named`: an entry of the package itself. */
export function sourcesOf(path: string, folder: string, holds: (folder: string) => boolean, named: boolean): readonly string[] {
  const below = folder === '' ? path : path.slice(folder.length + 1);
  const segments = below.split('/');
  const at = segments.findIndex((one) => (named ? OF_PACKAGES : OUTPUT).has(one.toLowerCase()));
  if (at < 0 || at === segments.length - 1) return [];
  const before = segments.slice(0, at);
  if (holds(under(folder, segments.slice(0, at + 1).join('/')))) return [];
  let rest = segments.slice(at + 1);
  const tails = [rest];
  while (rest.length > 1 && BETWEEN.has((rest[0] ?? '').toLowerCase())) tails.push((rest = rest.slice(1)));
  return tails.flatMap((tail) => ['src', 'source', 'lib', ''].map((name) => under(folder, [...before, ...(name === '' ? [] : [name]), ...tail].join('/')))).filter((one) => one !== path);
}

/** One text for all relative spellings of a module's name, whether or not there is such a file; other names are themselves. */
export function placeOfSpecifier(specifier: string, from: FilePath): string {
  const path = /^\.{1,2}(\/|$)/.test(specifier) ? joinedPath(folderOf(from), specifier) : undefined;
  return path === undefined ? specifier : `./${path.replace(/\.[cm]?[jt]sx?$/, '').replace(/(^|\/)index$/, '')}`;
}
