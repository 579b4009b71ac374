import { classify } from '../project/file-class.js';
import { readFacts, type FileFacts } from '../project/facts.js';
import { readConfig, type Config } from '../project/aliases.js';
import { dataModule, type DataModule } from '../project/data-module.js';
import type { Named } from '../openapi/bundle.js';
import { identitiesOf, mayBeNamed, mayIdentify, type Identities } from '../openapi/identities.js';
import { targetOf } from '../openapi/outer.js';
import type { Manifest } from '../project/manifests.js';
import { readPart, type Part } from '../project/part.js';
import type { FileClass } from '../project/project.js';
import { createResolver, type Asking, type Resolver } from '../project/resolve.js';
import type { ModuleView } from '../model/module.js';
import type { BroughtPackage } from '../rules/rule.js';
import { filesBeside, isLockFile } from '../artifacts/names.js';
import { kindByContent } from '../artifacts/read.js';
import { frameworks } from '../frameworks/index.js';
import { createTrees } from '../syntax/javascript.js';
import { createMarks, type Marks } from './marks.js';
import { createVersions, tellsVersions, type KnownVersion, type LockedAt, type Versions } from './versions.js';
import { foldersUp, under } from '../text/paths.js';
import { filePath, spanAt, type At, type FilePath, type SourceFile, type Span } from '../text/source.js';

/** What an engine holds of the files themselves: texts, and facts made of them when asked for. */
export interface Files {
  get(path: FilePath): SourceFile | undefined;
  /** In order. */
  paths(): readonly FilePath[];
  /** Takes a text: 'same' when it is held already, in which case nothing happens; 'configured' when names of modules may lead elsewhere by it, 'versions' when only the versions of packages may be others. */
  set(file: SourceFile): 'same' | 'changed' | 'configured' | 'added' | 'versions';
  /** Makes the facts of a text that is to be set later, as the same object. */
  prepare(file: SourceFile): void;
  /** False when it was not held. */
  remove(path: FilePath): boolean;
  facts(path: FilePath): FileFacts | undefined;
  /** The facts have been made of the text that is held. */
  isRead(path: FilePath): boolean;
  /** The known file a specifier leads to. */
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  /** The files that import a file, in order. */
  importersOf(path: FilePath): readonly FilePath[];
  /** The files a file imports. */
  importsOf(path: FilePath): ReadonlySet<FilePath>;
  /** These files and all they import, by others too. */
  reachedFrom(paths: Iterable<FilePath>): ReadonlySet<FilePath>;
  /** Whether a specifier names something of this project, held or not. */
  isOwn(specifier: string, from: FilePath): boolean;
  /** Another number when other names may be those of the project. */
  names(): number;
  /** A file of plain data as the module it is when code loads it. */
  data(path: FilePath): ModuleView | undefined;
  /** A YAML or JSON file as a part of the documents that refer to it. */
  part(path: FilePath): Pick<Part, 'root' | 'notes' | 'spans' | 'problems' | 'outer'> | undefined;
  /** What a YAML or JSON file says its parts are called; undefined where it says nothing of that. */
  identities(path: FilePath): Identities | undefined;
  /** The file that calls itself, or a part of it, by an absolute URI. */
  named(uri: string): Named;
  /** Paths that imports or documents name and nobody gave yet; each is named once. */
  wanted(): readonly FilePath[];
  spanOf(at: At): Span;
  classOf(path: FilePath): FileClass;
  /** The nearest package.json above the file, and what it says. */
  manifestPath(path: FilePath): FilePath | undefined;
  manifestOf(path: FilePath): Manifest | undefined;
  usesOf(path: FilePath): ReadonlySet<string>;
  /** What all files use. */
  readonly marks: Pick<Marks, 'answer' | 'version'>;
  /** The version a manifest gets of a package; `look` is told each file that was asked, held or not. */
  versionOf(name: string, written: string, manifest: FilePath, look: (path: FilePath) => void): KnownVersion | undefined;
  /** Where a lock file has it. */
  lockedAt(name: string, written: string, manifest: FilePath, look: (path: FilePath) => void): LockedAt | undefined;
  /** Packages with known holes that those a manifest ships bring in, by the name in the manifest. */
  broughtIn(manifest: FilePath, look: (path: FilePath) => void): ReadonlyMap<string, readonly BroughtPackage[]>;
  /** Files with the same content, whose changes are not seen here. */
  fork(): Files;
}
/** Trees are ten times as large as their text: only those of files being edited are kept. */
const MOST_TREES = 8;
const NO_USES: ReadonlySet<string> = new Set();
const NO_FILES: ReadonlySet<FilePath> = new Set();
/** Packages that are known by their name, also where their own sources are at hand. */
const FOREIGN: ReadonlySet<string> = new Set(frameworks.flatMap((adapter) => [...adapter.packages]));
const SETTINGS = /\.(ya?ml|json)$/i;
const MANIFEST = /(^|\/)package\.json$/;
const CONFIGURES = /(^|\/)(package|[tj]sconfig[^/]*)\.json$/;

/** What specifiers lead to, by the file they stand in. */
type Resolved = ReadonlyMap<FilePath, ReadonlyMap<string, FilePath | undefined>>;
/** What a fork begins with. */
interface Content {
  readonly files: ReadonlyMap<FilePath, SourceFile>;
  readonly facts: ReadonlyMap<FilePath, FileFacts>;
  readonly asked: ReadonlySet<FilePath>;
  readonly resolved: Resolved;
  readonly configs: ReadonlyMap<FilePath, Read<Config>>;
  readonly data: ReadonlyMap<FilePath, Read<DataModule | undefined>>;
  readonly parts: ReadonlyMap<FilePath, Read<Part>>;
  readonly referred: ReadonlySet<FilePath>;
  readonly names: number;
  readonly versions: Versions;
}
/** What was read of one revision of a file. */
interface Read<T> {
  readonly file: SourceFile;
  readonly is: T;
}

/** An empty store, or a copy of what another one holds. */
export function createFiles(from?: Content): Files {
  const trees = createTrees(MOST_TREES);
  const prepared = new WeakMap<SourceFile, FileFacts>();
  const files = new Map(from?.files);
  const versions = from?.versions ?? createVersions();
  const facts = new Map(from?.facts);
  const asked = new Set(from?.asked);
  /** Files whose imports were not looked at since they changed. */
  const unasked = new Set<FilePath>();
  let resolved = new Map([...(from?.resolved ?? [])].map(([path, known]) => [path, new Map(known)]));
  /** What files import, as long as their text and the meaning of names stay. */
  const imports = new Map<FilePath, { readonly module: ModuleView; readonly resolved: Resolved; readonly targets: ReadonlySet<FilePath> }>();
  let sorted: readonly FilePath[] | undefined;
  const configs = new Map(from?.configs);
  const data = new Map(from?.data);
  const parts = new Map(from?.parts);
  const identities = new Map<FilePath, Read<Identities | undefined>>();
  /** Who is called by which URI, until a file that calls itself anything changes. */
  let uris: Map<string, Named> | undefined;
  /** Files that documents refer to, by themselves or by other such files. */
  const referred = new Set(from?.referred);
  let resolver: Resolver | undefined;
  let names = from?.names ?? 0;
  let lower: ReadonlyMap<string, FilePath> | undefined;

  const factsOf = (path: FilePath): FileFacts | undefined => {
    const file = files.get(path);
    if (!file) return undefined;
    const known = facts.get(path);
    if (known?.file === file) return known;
    const made = (known ? undefined : prepared.get(file)) ?? readFacts(file, known, trees);
    facts.set(path, made);
    return made;
  };
  const marks = createMarks(files.keys(), (path) => factsOf(path)?.uses);
  const resolve = (specifier: string, origin: FilePath): FilePath | undefined => {
    let own = resolved.get(origin);
    if (!own) resolved.set(origin, (own = new Map()));
    if (own.has(specifier)) return own.get(specifier);
    const found = resolving().resolve(specifier, origin, askingOf(origin));
    own.set(specifier, found);
    return found;
  };
  /** Compilers turn the one into the other: what a file writes is what its answers are looked for under. */
  const askingOf = (path: FilePath): Asking => (factsOf(path)?.module?.system === 'commonjs' ? 'require' : 'import');
  const importsOf = (path: FilePath): ReadonlySet<FilePath> => {
    const module = factsOf(path)?.module;
    if (!module) return NO_FILES;
    const known = imports.get(path);
    if (known?.module === module && known.resolved === resolved) return known.targets;
    const targets = new Set(module.imports.flatMap(({ from }) => resolve(from, path) ?? []));
    imports.set(path, { module, resolved, targets });
    return targets;
  };
  const resolving = (): Resolver => (resolver ??= createResolver({ has: (path) => files.has(path), alike, manifest: (path) => factsOf(path)?.manifest, config: configOf, paths }, FOREIGN));
  const paths = (): readonly FilePath[] => (sorted ??= [...files.keys()].sort());
  const alike = (path: FilePath): FilePath | undefined => (lower ??= new Map(paths().map((one) => [one.toLowerCase(), one]))).get(path.toLowerCase());
  const read = <T>(known: Map<FilePath, Read<T>>, path: FilePath, make: (file: SourceFile) => T): T | undefined => {
    const file = files.get(path);
    const before = known.get(path);
    if (!file || before?.file === file) return before?.is;
    const made = make(file);
    known.set(path, { file, is: made });
    return made;
  };
  const configOf = (path: FilePath): Config | undefined => (files.has(path) ? read(configs, path, ({ text }) => readConfig(text)) : undefined);
  const dataOf = (path: FilePath): DataModule | undefined => (files.has(path) && factsOf(path)?.document === undefined ? read(data, path, dataModule) : undefined);
  const partOf: Files['part'] = (path) => {
    const own = files.has(path) && SETTINGS.test(path) ? factsOf(path) : undefined;
    if (!own || own.artifact) return undefined;
    if (!own.document) return read(parts, path, readPart);
    return { root: own.document.root, notes: own.notes, spans: own.spans, problems: own.problems, outer: own.outer };
  };
  const identitiesIn = (path: FilePath): Identities | undefined => read(identities, path, (file) => {
    const root = SETTINGS.test(path) && mayIdentify(file.text) ? partOf(path)?.root : undefined;
    return root && identitiesOf(path, root);
  });
  const urisNow = (): Map<string, Named> => {
    if (uris) return uris;
    const found = new Map<string, Named>();
    for (const path of paths()) for (const uri of identitiesIn(path)?.byUri.keys() ?? []) found.set(uri, found.has(uri) ? false : path);
    return (uris = found);
  };
  /** The files a document or a part refers to. */
  const outerOf = (path: FilePath): readonly FilePath[] => {
    const outer = factsOf(path)?.outer ?? [];
    const all = outer.length > 0 || !referred.has(path) ? outer : (partOf(path)?.outer ?? []);
    return all.flatMap(({ text }) => {
      const target = targetOf(text, path);
      return target.to === 'file' ? [target.path] : [];
    });
  };
  /** Names lead elsewhere now; `all`: files may need others than before. */
  const rename = (all: boolean): void => {
    resolved = new Map();
    resolver = undefined;
    lower = undefined;
    if (!all) return;
    names++;
    for (const each of files.keys()) unasked.add(each);
  };
  /** After a lock file changed other packages are installed, and those there are have to be read again. */
  const setVersions = (file: SourceFile): boolean => {
    const isOther = versions.get(file.path) !== undefined && isLockFile(file.path);
    if (!versions.set(file)) return false;
    if (isOther) {
      for (const path of versions.forgetInstalled()) asked.delete(path);
      for (const path of files.keys()) if (MANIFEST.test(path)) unasked.add(path);
    }
    return true;
  };

  const manifestPath = (path: FilePath): FilePath | undefined => {
    for (const folder of foldersUp(path)) {
      const found = filePath(under(folder, 'package.json'));
      if (factsOf(found)?.manifest) return found;
    }
    return undefined;
  };

  return {
    get: (path) => files.get(path) ?? versions.get(path),
    paths,
    set(file) {
      asked.add(file.path);
      if (tellsVersions(file.path)) return setVersions(file) ? 'versions' : 'same';
      const before = files.get(file.path);
      if (before?.text === file.text) return 'same';
      files.set(file.path, file);
      marks.touch(file.path);
      unasked.add(file.path);
      if (SETTINGS.test(file.path) && (mayBeNamed(file.text) || (before && mayBeNamed(before.text)))) uris = undefined;
      if (before) {
        // Rules look for files of a kind, whatever their name.
        if (SETTINGS.test(file.path) && kindByContent(before) !== kindByContent(file)) return 'configured';
        if (!CONFIGURES.test(file.path) && !configs.has(file.path)) return 'changed';
        rename(true);
        return 'configured';
      }
      sorted = undefined;
      rename(CONFIGURES.test(file.path));
      return 'added';
    },
    prepare(file) {
      if (!tellsVersions(file.path) && !files.has(file.path) && !prepared.has(file)) prepared.set(file, readFacts(file));
    },
    remove(path) {
      asked.delete(path);
      if (tellsVersions(path)) return versions.remove(path);
      if (!files.delete(path)) return false;
      marks.touch(path);
      facts.delete(path);
      configs.delete(path);
      data.delete(path);
      parts.delete(path);
      identities.delete(path);
      uris = undefined;
      imports.delete(path);
      sorted = undefined;
      rename(true);
      return true;
    },
    facts: factsOf,
    isRead: (path) => facts.get(path)?.file === files.get(path),
    resolve,
    importersOf: (path) => paths().filter((one) => one !== path && importsOf(one).has(path)),
    importsOf,
    reachedFrom(from) {
      const reached = new Set(from);
      for (const path of reached) for (const one of importsOf(path)) reached.add(one);
      return reached;
    },
    isOwn: (specifier, path) => resolving().isOwn(specifier, path),
    names: () => names,
    data: (path) => dataOf(path)?.module,
    part: partOf,
    identities: identitiesIn,
    named: (uri) => urisNow().get(uri),
    wanted() {
      const wanted = new Set<FilePath>();
      for (const path of unasked) for (const one of filesBeside(path)) if (!asked.has(one)) wanted.add(one);
      for (const path of unasked) {
        const manifest = factsOf(path)?.manifest;
        if (manifest && classify(path) === 'source') for (const file of versions.wanted(manifest, path)) if (!asked.has(file)) wanted.add(file);
      }
      for (const path of unasked) for (const one of factsOf(path)?.module?.imports ?? []) {
        if (one.typeOnly || resolve(one.from, path)) continue;
        const tried = new Set<FilePath>();
        resolving().resolve(one.from, path, askingOf(path), tried);
        for (const candidate of tried) if (!asked.has(candidate)) wanted.add(candidate);
      }
      const waiting = [...unasked];
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) for (const one of outerOf(path)) {
        if (!files.has(one) && !asked.has(one)) wanted.add(one);
        if (referred.has(one)) continue;
        referred.add(one);
        waiting.push(one);
      }
      unasked.clear();
      // Each is asked for once: what the host does not have stays unknown.
      for (const path of wanted) asked.add(path);
      return [...wanted].sort();
    },
    spanOf: (at) => versions.spanOf(at) ?? spanAt(at, (dataOf(at.path) ?? (parts.has(at.path) ? partOf(at.path) : factsOf(at.path)))?.spans),
    classOf(path) {
      const known = factsOf(path);
      return classify(path, { openapi: known?.document !== undefined, describes: known !== undefined && known.blocks.length > 0 });
    },
    manifestPath,
    manifestOf(path) {
      const found = manifestPath(path);
      return found && factsOf(found)?.manifest;
    },
    usesOf: (path) => factsOf(path)?.uses ?? NO_USES,
    marks,
    versionOf: versions.of,
    lockedAt: versions.lockedAt,
    broughtIn(path, look) {
      const manifest = factsOf(path)?.manifest;
      return manifest ? versions.brought(manifest, path, look) : new Map<string, readonly BroughtPackage[]>();
    },
    fork: () => createFiles({ files, facts, asked, resolved, configs, data, parts, referred, names, versions: versions.fork() }),
  };
}

