import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import { isLockFile, LOCK_FILES } from '../artifacts/names.js';
import { packageBehind } from '../project/dependencies.js';
import { readLock } from '../project/locks/lock.js';
import { plainVersion, property, type Lock } from '../project/locks/answer.js';
import type { Manifest } from '../project/manifests.js';
import { isRated } from '../rules/facts/dependency.js';
import { foldersUp, under } from '../text/paths.js';
import { filePath, folderOf, type FilePath, type SourceFile } from '../text/source.js';

/** A version that is surely used. */
export interface KnownVersion {
  readonly version: string;
  readonly known: 'installed' | 'locked';
}
/**
 * The files that tell versions: lock files and the manifests of installed packages. They are no files of the project: nothing is
 * reported in them, nothing resolves to them, and each is read only when a version is asked for.
 */
export interface Versions {
  get(path: FilePath): SourceFile | undefined;
  /** False when the text is held already. */
  set(file: SourceFile): boolean;
  remove(path: FilePath): boolean;
  /** Forgets what is installed: after a lock file changed it is other packages. Returns what was forgotten. */
  forgetInstalled(): readonly FilePath[];
  /** Files that can tell the versions the rules on dependencies need of a manifest. */
  wanted(manifest: Manifest, path: FilePath): Iterable<FilePath>;
  /** The version that a manifest gets of a package it names so. `look` is told each file that was asked, held or not. */
  of(name: string, written: string, manifest: FilePath, look: (path: FilePath) => void): KnownVersion | undefined;
  fork(): Versions;
}
interface Content {
  readonly files: ReadonlyMap<FilePath, SourceFile>;
  readonly locks: WeakMap<SourceFile, Lock>;
}

/** Names that can be folders. */
const NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;
const INSTALLED = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;

/** Whether a path is that of a file that tells versions. */
export function tellsVersions(path: FilePath): boolean {
  return INSTALLED.test(path) || isLockFile(path);
}

/** An empty store, or a copy of what another one holds. */
export function createVersions(from?: Content): Versions {
  const files = new Map(from?.files);
  const locks = from?.locks ?? new WeakMap<SourceFile, Lock>();

  const lockOf = (file: SourceFile): Lock => {
    const known = locks.get(file) ?? readLock(file.path, file.text);
    locks.set(file, known);
    return known;
  };
  return {
    get: (path) => files.get(path),
    set(file) {
      if (files.get(file.path)?.text === file.text) return false;
      files.set(file.path, file);
      return true;
    },
    remove: (path) => files.delete(path),
    forgetInstalled() {
      const gone = [...files.keys()].filter((path) => !isLockFile(path));
      for (const path of gone) files.delete(path);
      return gone;
    },
    *wanted(manifest, path) {
      const names = [...manifest.dependencies].filter(([name, written]) => NAME.test(name) && isRated(packageBehind(name, written))).map(([name]) => name);
      if (names.length === 0) return;
      for (const folder of foldersUp(path)) {
        for (const name of names) yield installedIn(folder, name);
        for (const lock of LOCK_FILES) yield filePath(under(folder, lock));
      }
    },
    of(name, written, manifest, look) {
      const { real, range } = packageBehind(name, written);
      const fits = (version: string | undefined): version is string =>
        version !== undefined && (validRange(range) === null || satisfies(version, range, { includePrerelease: true }));
      const held = (path: FilePath): SourceFile | undefined => {
        look(path);
        return files.get(path);
      };
      for (const folder of foldersUp(manifest)) {
        const file = held(installedIn(folder, name));
        if (!file) continue;
        const version = installedVersion(file.text, real);
        if (fits(version)) return { version, known: 'installed' };
        break;
      }
      for (const folder of foldersUp(manifest)) {
        const own = LOCK_FILES.flatMap((lock) => held(filePath(under(folder, lock))) ?? []);
        const inner = folderOf(manifest).slice(folder === '' ? 0 : folder.length + 1);
        for (const file of own) {
          const version = lockOf(file)({ folder: inner, name, real, range: written.trim() });
          if (fits(version)) return { version, known: 'locked' };
        }
        if (own.length > 0) return undefined;
      }
      return undefined;
    },
    fork: () => createVersions({ files, locks }),
  };
}

function installedVersion(text: string, real: string): string | undefined {
  try {
    const data: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return property(data, 'name') === real ? plainVersion(property(data, 'version')) : undefined;
  } catch {
    return undefined;
  }
}
function installedIn(folder: string, name: string): FilePath {
  return filePath(under(folder, `node_modules/${name}/package.json`));
}
