import { folderOf, type FilePath } from './source.js';

const CODE = /\.[cm]?[jt]sx?$/i;

/** Whether a file of this name is JavaScript or TypeScript. */
export function isCodeFile(path: string): boolean {
  return CODE.test(path);
}
const DATA_SCHEMA = /\.(prisma|sql)$/i;
/** Whether a file of this name tells what tables or models hold: read for the sake of the code beside it. */
export function isDataSchema(path: string): boolean {
  return DATA_SCHEMA.test(path);
}
/** A path below a folder; '' is the top folder, and as the path the folder itself. */
export function under(folder: string, path: string): string {
  return folder === '' ? path : path === '' ? folder : `${folder}/${path}`;
}
/** A relative path from a folder, its dots resolved; undefined where it leads out of the top. */
export function joinedPath(folder: string, path: string): string | undefined {
  const out = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') {
      if (out.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') out.push(part);
  }
  return out.join('/');
}
/** The folder of a file and those above it, nearest first, '' last. */
export function foldersUp(path: FilePath): Iterable<string> {
  return foldersFrom(folderOf(path));
}
/** A folder and those above it, nearest first, '' last. */
export function* foldersFrom(from: string): Iterable<string> {
  for (let folder = from; ; folder = folderOf(folder)) {
    yield folder;
    if (folder === '') return;
  }
}
