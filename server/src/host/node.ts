import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, type Dirent } from 'node:fs';
import { chmod, mkdir, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { isNeverFolder } from '../core/project/file-class.js';
import { isIgnored, noRules, withIgnoreFile, type IgnoreRules } from '../core/text/ignore-files.js';
import { filePath, type FilePath } from '../core/text/source.js';
import type { Host, ReadResult } from './host.js';
import { capOf, defaultCaps, isListed, NOT_TEXT, OUTSIDE, tooLarge, type Caps } from './limits.js';

export interface NodeHostOptions {
  /** The folder all paths are relative to, as an absolute path. */
  readonly root: string;
  /** Files and folders to list, relative to the root; left out: everything. A file named here is listed whatever its class, and though ignored. */
  readonly include?: readonly string[];
  /** Glob patterns relative to the root of files not to list. */
  readonly exclude?: readonly string[];
  readonly caps?: Partial<Caps>;
}

const FOLDER = 'a folder';
const IGNORE_FILE_CAP = 1_000_000;
const LONGEST_GLOB = 1000;
/** Patterns come with the analysed project: without extended globs no nested repetition can be built. */
const GLOBS = { dot: true, noextglob: true };

/**
 * The file system below one folder. Links are not followed when listing; reading follows them only inside the folder. The text is
 * exactly what the file holds: a byte order mark stays as `\uFEFF`, so that offsets fit the file.
 */
export function createNodeHost(options: NodeHostOptions): Host {
  const root = resolve(options.root);
  let realRoot: string | undefined;
  const caps = { ...defaultCaps, ...options.caps };
  const excluded = matcher(options.exclude ?? []);

  /** The absolute path behind all links; a reason where it leaves the folder; undefined where there is nothing. */
  function locate(path: FilePath): { readonly real: string } | { readonly refused: string } | undefined {
    if (!isInside(root, resolve(root, path))) return { refused: OUTSIDE };
    try {
      const real = realpathSync.native(resolve(root, path));
      return isInside((realRoot ??= realpathSync.native(root)), real) ? { real } : { refused: OUTSIDE };
    } catch (error) {
      return isMissing(error) ? undefined : { refused: `cannot be read: ${codeOf(error)}` };
    }
  }

  return {
    async list() {
      const found = new Set<FilePath>();
      const start = await rulesAt(root);
      for (const wanted of options.include ?? ['']) {
        const path = wanted === '.' ? '' : filePath(wanted).replace(/\/+$/, '');
        const absolute = resolve(root, path);
        if (!isInside(root, absolute)) continue;
        const kind = await kindOf(absolute);
        const named = filePath(relative(root, absolute));
        // Reading says what is wrong with a pipe or a device.
        if (kind === 'file' || kind === 'other') found.add(named);
        if (kind === 'folder') await walk({ root, folder: named, rules: rulesFor(start, root, named), excluded, found });
      }
      return [...found].sort();
    },
    // Blocking calls: ten times as fast as their counterparts for files of ordinary size, and callers yield between files.
    read(path) {
      const place = locate(path);
      if (place === undefined || 'refused' in place) return Promise.resolve(place);
      return Promise.resolve(readText(place.real, capOf(path, caps)));
    },
    async write(path, text) {
      const absolute = resolve(root, path);
      if (!isInside(root, absolute) || absolute === root) throw new Error(`${path} is ${OUTSIDE}`);
      const place = locate(path);
      if (place !== undefined && 'refused' in place) throw new Error(`${path}: ${place.refused}`);
      if (place === undefined) {
        if (!isInside(await realpath(root), await nearestReal(dirname(absolute)))) throw new Error(`${path} is ${OUTSIDE}`);
        await mkdir(dirname(absolute), { recursive: true });
      }
      await writeAtomically(place?.real ?? absolute, text);
    },
  };
}

/** The text of a file at an absolute path, at most `cap` bytes; undefined when there is none. */
export function readText(absolute: string, cap: number): ReadResult | undefined {
  try {
    // Without this flag opening a pipe waits for a writer.
    const file = openSync(absolute, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = fstatSync(file);
      if (!found.isFile()) return { refused: found.isDirectory() ? FOLDER : 'not a regular file' };
      if (found.size > cap) return { refused: tooLarge(cap) };
      const bytes = readFileSync(file);
      if (bytes.length > cap) return { refused: tooLarge(cap) };
      if (bytes.includes(0)) return { refused: NOT_TEXT };
      return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    switch (codeOf(error)) {
      case 'ERR_ENCODING_INVALID_ENCODED_DATA': return { refused: NOT_TEXT };
      case 'EISDIR': return { refused: FOLDER };
      default: return { refused: `cannot be read: ${codeOf(error)}` };
    }
  }
}

/** Files of these names in a folder and its parents up to and including `top`, nearest first, as absolute paths. Nothing when `from` is not below `top`. */
export async function findUp(names: readonly string[], from: string, top: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of foldersUp(from, top)) for (const name of names) if ((await kindOf(join(folder, name))) === 'file') found.push(join(folder, name));
  return found;
}

/** The top of the repository a folder lies in: the nearest folder, itself or above, that holds `.git`; undefined outside any. */
export async function repositoryTop(from: string): Promise<string | undefined> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if ((await kindOf(join(folder, '.git'))) !== undefined) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Ignore rules with the folder their paths are relative to: the repository's top, else the root. */
interface FolderRules {
  readonly base: string;
  readonly rules: IgnoreRules;
}
/** What the parents of the root and the root itself say; a root that is itself ignored was asked for by name, so its parents are not heard. */
async function rulesAt(root: string): Promise<FolderRules> {
  const top = await repositoryTop(root);
  if (top === undefined || top === root) return { base: root, rules: addIgnoreFile(noRules(), root, root) };
  let rules = noRules();
  for (const folder of [...foldersUp(root, top)].reverse()) {
    if (folder !== top && isIgnored(rules, `${filePath(relative(top, folder))}/`)) return { base: root, rules: addIgnoreFile(noRules(), root, root) };
    rules = addIgnoreFile(rules, top, folder);
  }
  return { base: top, rules };
}
/** The rules inside a folder that was named. One that is itself ignored was asked for, so only its own file is heard. */
function rulesFor(start: FolderRules, root: string, folder: FilePath): FolderRules {
  const absolute = join(root, folder);
  const { base, rules } = rulesBetween(start, root, folder);
  const ignored = folder !== '' && isIgnored(rules, `${filePath(relative(base, absolute))}/`);
  return ignored ? { base: root, rules: addIgnoreFile(noRules(), root, absolute) } : { base, rules };
}
/** Adds the ignore files between the root (left out) and one of its folders (with it). */
function rulesBetween(start: FolderRules, root: string, folder: FilePath): FolderRules {
  let { rules } = start;
  let absolute = root;
  for (const segment of folder === '' ? [] : folder.split('/')) {
    absolute = join(absolute, segment);
    rules = addIgnoreFile(rules, start.base, absolute);
  }
  return { base: start.base, rules };
}
function addIgnoreFile(rules: IgnoreRules, base: string, folder: string): IgnoreRules {
  const file = readText(join(folder, '.gitignore'), IGNORE_FILE_CAP);
  return file !== undefined && 'text' in file ? withIgnoreFile(rules, filePath(relative(base, folder)), file.text) : rules;
}

interface Walk {
  readonly root: string;
  /** Relative to the root, '' for the root; the rules hold its own ignore file already. */
  readonly folder: FilePath;
  readonly rules: FolderRules;
  readonly excluded: Matcher;
  readonly found: Set<FilePath>;
}
async function walk({ root, folder, rules, excluded, found }: Walk): Promise<void> {
  const absolute = join(root, folder);
  const above = filePath(relative(rules.base, absolute));
  const ignored = (name: string): boolean => isIgnored(rules.rules, above === '' ? name : `${above}/${name}`);
  const deeper: FilePath[] = [];
  for (const entry of await entriesOf(absolute)) {
    // On POSIX such a name cannot be told from a path in the project's spelling.
    if (entry.name.includes('\\')) continue;
    const path = filePath(folder === '' ? entry.name : `${folder}/${entry.name}`);
    if (entry.isDirectory()) {
      if (entry.name !== '.git' && !isNeverFolder(entry.name) && !excluded.folder(path) && !ignored(`${entry.name}/`)) deeper.push(path);
    } else if (entry.isFile() && isListed(path) && !excluded.file(path) && !ignored(entry.name)) found.add(path);
  }
  for (const each of deeper) await walk({ root, folder: each, rules: { base: rules.base, rules: addIgnoreFile(rules.rules, rules.base, join(root, each)) }, excluded, found });
}
/** A folder that cannot be opened has no entries: its files were never named, so none is missed in the report. */
async function entriesOf(absolute: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(absolute, { withFileTypes: true });
  } catch {
    return [];
  }
}

interface Matcher {
  file(path: string): boolean;
  /** Surely everything below is excluded. */
  folder(path: string): boolean;
}
function matcher(globs: readonly string[]): Matcher {
  const plain = globs.map((glob) => glob.replace(/^\.?\//, '').replace(/\/+$/, '')).filter((glob) => glob !== '' && glob.length <= LONGEST_GLOB);
  const file = picomatch([...plain, ...plain.filter((glob) => !glob.endsWith('*')).map((glob) => `${glob}/**`)], GLOBS);
  const folder = picomatch(plain.flatMap((glob) => (glob.endsWith('/**') ? [glob.slice(0, -3)] : glob.endsWith('*') ? [] : [glob])), GLOBS);
  return { file: (path) => plain.length > 0 && file(path), folder: (path) => plain.length > 0 && folder(path) };
}

async function writeAtomically(target: string, text: string): Promise<void> {
  const mode = await stat(target).then((found) => found.mode & 0o7777, () => undefined);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode ?? 0o666);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (mode !== undefined) await chmod(temporary, mode);
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function kindOf(absolute: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const found = await stat(absolute);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  } catch {
    return undefined;
  }
}
/** The real path of the nearest folder, itself or above, that exists. */
async function nearestReal(folder: string): Promise<string> {
  for (let each = folder; ; each = dirname(each)) {
    try {
      return await realpath(each);
    } catch (error) {
      if (!isMissing(error) || each === dirname(each)) throw error;
    }
  }
}
function* foldersUp(from: string, top: string): Iterable<string> {
  const end = resolve(top);
  if (!isInside(end, resolve(from))) return;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    yield folder;
    if (folder === end || folder === dirname(folder)) return;
  }
}
function isInside(folder: string, absolute: string): boolean {
  const way = relative(folder, absolute);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}
function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}
