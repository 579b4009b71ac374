import { classify } from '../project/file-class.js';
import { readFacts, type FileFacts } from '../project/facts.js';
import type { Manifest } from '../project/context.js';
import type { FileClass } from '../project/project.js';
import { aliasCandidates, holdsAliases, type AliasSources } from '../project/aliases.js';
import { candidates } from '../project/resolve.js';
import { createTrees } from '../syntax/javascript.js';
import { folderOf, spanAt, type At, type FilePath, type SourceFile, type Span } from '../text/source.js';

/** What an engine holds of the files themselves: texts, and facts made of them when asked for. */
export interface Files {
  get(path: FilePath): SourceFile | undefined;
  /** In order. */
  paths(): readonly FilePath[];
  /** Takes a text: 'same' when it is held already, in which case nothing happens. */
  set(file: SourceFile): 'same' | 'changed' | 'added';
  /** Makes the facts of a text that is to be set later, as the same object. */
  prepare(file: SourceFile): void;
  /** False when it was not held. */
  remove(path: FilePath): boolean;
  facts(path: FilePath): FileFacts | undefined;
  /** The facts have been made of the text that is held. */
  isRead(path: FilePath): boolean;
  /** The known file a specifier leads to. */
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  /** Paths that imports name and nobody gave yet; each is named once. */
  wanted(): readonly FilePath[];
  spanOf(at: At): Span;
  classOf(path: FilePath): FileClass;
  /** The nearest package.json above the file. */
  manifestOf(path: FilePath): Manifest | undefined;
  usesOf(path: FilePath): ReadonlySet<string>;
  /** Files with the same content, whose changes are not seen here. */
  fork(): Files;
}
/** Trees are ten times as large as their text: only those of files being edited are kept. */
const MOST_TREES = 8;
const NO_USES: ReadonlySet<string> = new Set();

/** What specifiers lead to, by the file they stand in. */
type Resolved = ReadonlyMap<FilePath, ReadonlyMap<string, FilePath | undefined>>;
/** What a fork begins with. */
interface Content {
  readonly files: ReadonlyMap<FilePath, SourceFile>;
  readonly facts: ReadonlyMap<FilePath, FileFacts>;
  readonly asked: ReadonlySet<FilePath>;
  readonly resolved: Resolved;
}

/** An empty store, or a copy of what another one holds. */
export function createFiles(from?: Content): Files {
  const trees = createTrees(MOST_TREES);
  const prepared = new WeakMap<SourceFile, FileFacts>();
  const files = new Map(from?.files);
  const facts = new Map(from?.facts);
  const asked = new Set(from?.asked);
  /** Files whose imports were not looked at since they changed. */
  const unasked = new Set<FilePath>();
  let resolved = new Map([...(from?.resolved ?? [])].map(([path, known]) => [path, new Map(known)]));
  let sorted: readonly FilePath[] | undefined;
  /** Packages of the project by name. */
  let packages: ReadonlyMap<string, { readonly folder: string; readonly manifest: Manifest }> | undefined;

  const factsOf = (path: FilePath): FileFacts | undefined => {
    const file = files.get(path);
    if (!file) return undefined;
    const known = facts.get(path);
    if (known?.file === file) return known;
    const made = (known ? undefined : prepared.get(file)) ?? readFacts(file, known, trees);
    facts.set(path, made);
    return made;
  };
  const resolve = (specifier: string, origin: FilePath): FilePath | undefined => {
    let own = resolved.get(origin);
    if (!own) resolved.set(origin, (own = new Map()));
    if (own.has(specifier)) return own.get(specifier);
    const found = meant(specifier, origin).find((path) => files.has(path));
    own.set(specifier, found);
    return found;
  };
  const meant = (specifier: string, origin: FilePath): readonly FilePath[] => (specifier.startsWith('.') ? candidates(specifier, origin) : aliasCandidates(specifier, origin, sources));
  const sources: AliasSources = {
    aliasesAt: (path) => factsOf(path as FilePath)?.aliases,
    packageNamed(name) {
      packages ??= new Map([...files.keys()].sort().reverse().flatMap((path) => {
        const manifest = isManifest(path) ? factsOf(path)?.manifest : undefined;
        return manifest?.name === undefined ? [] : [[manifest.name, { folder: folderOf(path), manifest }] as const];
      }));
      return packages.get(name);
    },
  };
  const forgetNames = (): void => {
    resolved = new Map();
    packages = undefined;
  };

  return {
    get: (path) => files.get(path),
    paths: () => (sorted ??= [...files.keys()].sort()),
    set(file) {
      asked.add(file.path);
      const before = files.get(file.path);
      if (before?.text === file.text) return 'same';
      files.set(file.path, file);
      unasked.add(file.path);
      if (before && !decidesNames(file.path)) return 'changed';
      forgetNames();
      if (before) return 'changed';
      sorted = undefined;
      return 'added';
    },
    prepare(file) {
      if (!files.has(file.path) && !prepared.has(file)) prepared.set(file, readFacts(file));
    },
    remove(path) {
      asked.delete(path);
      if (!files.delete(path)) return false;
      facts.delete(path);
      sorted = undefined;
      forgetNames();
      // What led to it leads elsewhere now.
      for (const each of files.keys()) unasked.add(each);
      return true;
    },
    facts: factsOf,
    isRead: (path) => facts.get(path)?.file === files.get(path),
    resolve,
    wanted() {
      const wanted = new Set<FilePath>();
      for (const path of unasked) for (const one of factsOf(path)?.module?.imports ?? []) {
        if (one.typeOnly || resolve(one.from, path)) continue;
        for (const candidate of meant(one.from, path)) if (!asked.has(candidate)) wanted.add(candidate);
      }
      unasked.clear();
      // Each is asked for once: what the host does not have stays unknown.
      for (const path of wanted) asked.add(path);
      return [...wanted].sort();
    },
    spanOf: (at) => spanAt(at, factsOf(at.path)?.spans),
    classOf: (path) => classify(path, { openapi: factsOf(path)?.document !== undefined }),
    manifestOf(path) {
      for (let folder = folderOf(path); ; folder = folderOf(folder)) {
        const found = factsOf((folder === '' ? 'package.json' : `${folder}/package.json`) as FilePath)?.manifest;
        if (found) return found;
        if (folder === '') return undefined;
      }
    },
    usesOf: (path) => factsOf(path)?.uses ?? NO_USES,
    fork: () => createFiles({ files, facts, asked, resolved }),
  };
}
function isManifest(path: FilePath): boolean {
  return path === 'package.json' || path.endsWith('/package.json');
}
/** Whether what names lead to depends on the file. */
export function decidesNames(path: FilePath): boolean {
  return isManifest(path) || holdsAliases(path);
}
