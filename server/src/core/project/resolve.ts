import { filePath, folderOf, type FilePath } from '../text/source.js';

const EXTENSIONS = ['.ts', '.tsx', '.js', '.jsx', '.mjs', '.cjs', '.mts', '.cts'];

/** Paths a relative specifier may mean, likeliest first; none for packages. */
export function candidates(specifier: string, from: FilePath): readonly FilePath[] {
  if (!/^\.{1,2}(\/|$)/.test(specifier)) return [];
  const base = joined(folderOf(from), specifier);
  return base === undefined ? [] : filesAt(base);
}
/** A path seen from a folder; undefined where it leads out of the project. */
export function joined(folder: string, path: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.length === 0) return undefined;
      parts.pop();
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
/** Files that a path without, or with, its extension may mean. */
export function filesAt(base: string): readonly FilePath[] {
  const stem = base.replace(/\.(js|jsx|mjs|cjs)$/, '');
  const out = new Set<string>();
  if (/\.[cm]?[jt]sx?$/.test(base)) out.add(base);
  // TypeScript sources import each other by the name of the output file.
  if (stem !== base) for (const extension of ['.ts', '.tsx', '.mts', '.cts']) out.add(stem + extension);
  for (const extension of EXTENSIONS) out.add(base + extension);
  for (const extension of EXTENSIONS) out.add(base === '' ? `index${extension}` : `${base}/index${extension}`);
  return [...out].map(filePath);
}

/** The known file a specifier leads to. */
export function resolveSpecifier(specifier: string, from: FilePath, has: (path: FilePath) => boolean): FilePath | undefined {
  return candidates(specifier, from).find(has);
}
