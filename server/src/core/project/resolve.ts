import { filePath, type FilePath } from '../text/source.js';

const EXTENSIONS = ['.ts', '.tsx', '.js', '.jsx', '.mjs', '.cjs', '.mts', '.cts'];

/** Paths a relative specifier may mean, likeliest first; none for packages. */
export function candidates(specifier: string, from: FilePath): readonly FilePath[] {
  if (!/^\.{1,2}(\/|$)/.test(specifier)) return [];
  const folder = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') {
      if (folder.length === 0) return [];
      folder.pop();
    } else if (part !== '.' && part !== '') folder.push(part);
  }
  const base = folder.join('/');
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
