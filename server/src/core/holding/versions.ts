import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import { isLockFile, LOCK_FILES } from '../artifacts/names.js';
import { packageBehind } from '../project/dependencies.js';
import { readLock } from '../project/locks/lock.js';
import { lockedVersion, plainVersion, property, type Lock, type LockQuestion } from '../project/locks/answer.js';
import { broughtIn, type Brought } from '../project/locks/brought.js';
import type { Manifest } from '../project/manifests.js';
import { holesAt, isRated } from '../rules/facts/dependency.js';
import type { BroughtPackage } from '../rules/rule.js';
import { foldersUp, under } from '../text/paths.js';
import { filePath, folderOf, type At, type FilePath, type SourceFile, type Span } from '../text/source.js';

/** A version that is surely used. */
export interface KnownVersion {
  readonly version: string;
  readonly known: 'installed' | 'locked';
}
/** Where a lock file has the version a manifest gets. */
export interface LockedAt {
  readonly version: string;
  readonly at: At;
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
  /** Where the nearest lock file has that version. `look` as above. */
  lockedAt(name: string, written: string, manifest: FilePath, look: (path: FilePath) => void): LockedAt | undefined;
  /** Packages with known holes that the packages a manifest ships bring in, as the nearest lock file has them, by the name in the manifest. `look` as above. */
  brought(manifest: Manifest, path: FilePath, look: (path: FilePath) => void): ReadonlyMap<string, readonly BroughtPackage[]>;
  /** Where a place in a lock file stands that was given out. */
  spanOf(at: At): Span | undefined;
  fork(): Versions;
}
interface Content {
  readonly files: ReadonlyMap<FilePath, SourceFile>;
  readonly locks: WeakMap<SourceFile, HeldLock>;
}
/** A lock file, and what was made of it. */
interface HeldLock {
  readonly lock: Lock;
  readonly brought: WeakMap<Manifest, ReadonlyMap<string, readonly BroughtPackage[]>>;
  /** Places that were given out: mark -1 is the first. */
  readonly places: Span[];
  /** The places of packages by their ids, as far as they were asked for. */
  readonly ats: Map<string, At | undefined>;
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
  const locks = from?.locks ?? new WeakMap<SourceFile, HeldLock>();

  const lockOf = (file: SourceFile): HeldLock => {
    const known = locks.get(file) ?? { lock: readLock(file.path, file.text), brought: new WeakMap(), places: [], ats: new Map() };
    locks.set(file, known);
    return known;
  };
  const held = (path: FilePath, look: (path: FilePath) => void): SourceFile | undefined => {
    look(path);
    return files.get(path);
  };
  /** The lock files of the nearest folder that has any, and the folder of the manifest as they name it. */
  const locksFor = (manifest: FilePath, look: (path: FilePath) => void): { readonly inner: string; readonly own: readonly SourceFile[] } => {
    for (const folder of foldersUp(manifest)) {
      const own = LOCK_FILES.flatMap((lock) => held(filePath(under(folder, lock)), look) ?? []);
      if (own.length > 0) return { inner: folderOf(manifest).slice(folder === '' ? 0 : folder.length + 1), own };
    }
    return { inner: '', own: [] };
  };
  const broughtBy = (file: SourceFile, manifest: Manifest, inner: string): ReadonlyMap<string, readonly BroughtPackage[]> => {
    const { lock, brought, places } = lockOf(file);
    const known = brought.get(manifest);
    if (known) return known;
    const roots = [...manifest.ships].flatMap(([name, written]): LockQuestion | readonly never[] => {
      const { real, range } = packageBehind(name, written);
      const question = { folder: inner, name, real, range: written.trim() };
      return fits(lockedVersion(lock, question), range) ? question : [];
    });
    const made = new Map([...broughtIn(lock, roots, ({ name, version }) => holesAt(name, version) !== undefined)].map(([name, list]) => [name, list.map((one) => placed(one, file.path, places))]));
    brought.set(manifest, made);
    return made;
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
      if (names.length === 0 && manifest.ships.size === 0) return;
      for (const folder of foldersUp(path)) {
        for (const name of names) yield installedIn(folder, name);
        for (const lock of LOCK_FILES) yield filePath(under(folder, lock));
      }
    },
    of(name, written, manifest, look) {
      const { real, range } = packageBehind(name, written);
      for (const folder of foldersUp(manifest)) {
        const file = held(installedIn(folder, name), look);
        if (!file) continue;
        const version = installedVersion(file.text, real);
        if (fits(version, range)) return { version, known: 'installed' };
        break;
      }
      const { inner, own } = locksFor(manifest, look);
      for (const file of own) {
        const version = lockedVersion(lockOf(file).lock, { folder: inner, name, real, range: written.trim() });
        if (fits(version, range)) return { version, known: 'locked' };
      }
      return undefined;
    },
    lockedAt(name, written, manifest, look) {
      const { real, range } = packageBehind(name, written);
      const { inner, own } = locksFor(manifest, look);
      for (const file of own) {
        const { lock, ats, places } = lockOf(file);
        const question = { folder: inner, name, real, range: written.trim() };
        const [id, version] = [lock.find(question), lockedVersion(lock, question)];
        if (id === undefined || !fits(version, range)) continue;
        const at = ats.has(id) ? ats.get(id) : placeIn(file.path, lock.placeOf(id), places);
        ats.set(id, at);
        return at && { version, at };
      }
      return undefined;
    },
    brought(manifest, path, look) {
      const { inner, own } = locksFor(path, look);
      const all = own.map((file) => broughtBy(file, manifest, inner));
      // Of several lock files in one folder, one is in use.
      return all.find(({ size }) => size > 0) ?? NOTHING;
    },
    spanOf(at) {
      const file = files.get(at.path);
      return file && locks.get(file)?.places[-at.mark - 1];
    },
    fork: () => createVersions({ files, locks }),
  };
}

const NOTHING: ReadonlyMap<string, readonly BroughtPackage[]> = new Map();
function fits(version: string | undefined, range: string): version is string {
  return version !== undefined && (validRange(range) === null || satisfies(version, range, { includePrerelease: true }));
}
function placed({ name, version, way, place }: Brought, path: FilePath, places: Span[]): BroughtPackage {
  return { name, version, way, lock: path, at: placeIn(path, place, places) };
}
function placeIn(path: FilePath, place: Span | undefined, places: Span[]): At | undefined {
  return place && { path, mark: -places.push(place) };
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
