import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { filePath } from '../core/text/source.js';
import { repositoryTop } from '../host/node.js';
import { Problem, systemProblem } from './problem.js';

/** The folder all paths of a run are relative to. */
export interface Root {
  readonly folder: string;
  /** What is analysed, relative to the folder; undefined: all of it. */
  readonly include: readonly string[] | undefined;
  /** The folder above which nothing is read: the repository's top, or the root itself outside any repository. */
  readonly top: string;
}

/** The one folder given, else the current folder. Throws a Problem for a path that does not exist, or lies outside that folder. */
export async function chooseRoot(paths: readonly string[], cwd: string): Promise<Root> {
  if (paths.includes('')) throw new Problem('a path is empty; give a file or folder, or leave it out for the current folder');
  const places = await Promise.all(
    (paths.length === 0 ? ['.'] : paths).map(async (path) => ({ path, absolute: resolve(cwd, path), isFolder: await isFolder(path, cwd) })),
  );
  const [first] = places;
  if (first !== undefined && places.length === 1 && first.isFolder)
    return { folder: first.absolute, include: undefined, top: await topOf(first.absolute) };
  const folder = resolve(cwd);
  const outside = places.find(({ absolute }) => !isInside(folder, absolute));
  if (outside) throw new Problem(`${outside.path} is outside the current folder; run in a folder that holds all paths, or name one folder`);
  return { folder, include: places.map(({ absolute }) => filePath(relative(folder, absolute)) || '.'), top: await topOf(folder) };
}

/** Whether a path is the folder or lies in it; both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function topOf(folder: string): Promise<string> {
  return (await repositoryTop(folder)) ?? folder;
}
async function isFolder(path: string, cwd: string): Promise<boolean> {
  try {
    return (await stat(resolve(cwd, path))).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      throw new Problem(`no such path: ${path}; give a file or folder that exists`);
    throw systemProblem(`${path} cannot be read`, error, 'check its permissions');
  }
}
