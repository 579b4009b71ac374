import { frameworks } from '../frameworks/index.js';
import type { ModuleView } from '../model/module.js';
import type { Policy } from '../policy/policy.js';
import type { FileFacts } from '../project/facts.js';
import type { KnownLayers } from '../project/layers.js';
import type { KnownPatterns } from '../project/paths.js';
import { joinProject, type JoinResult } from '../project/join.js';
import type { ProjectModel } from '../project/project.js';
import { slicesOf } from '../project/slices.js';
import { losesSurface, sameSurface } from '../project/surface.js';
import { createTraits, type Traits } from '../project/traits.js';
import type { FilePath } from '../text/source.js';
import { commentDocumentsOf, type CommentDocuments } from './comment-documents.js';
import { documentsOf, type Documents, type KnownDocuments } from './documents.js';
import type { Files } from './files.js';

/** Keeps the join of all files and makes it anew only when an edit can change it. */
export interface Model {
  /** The join over what the files hold now. `tell` is given the files for which it says something else than before, and those that declare something else at their top. */
  now(tell: (moved: Iterable<FilePath>, reshaped: readonly FilePath[]) => void): ProjectModel;
  /** The text of a file changed. */
  touch(path: FilePath): void;
  /** Files came or went, or a policy changed: nothing of the last join is taken for granted. */
  reset(): void;
  /** Why the last join failed, if it did. */
  failure(): string | undefined;
  /** How often files were joined: a measure for tests. */
  joins(): number;
  fork(files: Files): Model;
}
interface Held {
  readonly result: JoinResult;
  readonly project: ProjectModel;
  readonly slices: ReadonlyMap<FilePath, string>;
}
/** What a fork begins with. */
interface Begun {
  readonly held: Held | undefined;
  readonly joined: ReadonlyMap<FilePath, FileFacts>;
  readonly frozen: ReadonlySet<FilePath>;
  readonly loaded: ReadonlySet<FilePath>;
  readonly traits: Traits;
  readonly names: number;
  readonly hashes: WeakMap<object, number>;
  readonly known: KnownLayers;
  readonly paths: KnownPatterns;
  readonly documents: KnownDocuments;
  readonly comments: CommentDocuments | undefined;
}
const NOTHING: JoinResult = {
  project: { scopes: new Map(), endpoints: new Map(), byShape: new Map(), byScope: new Map(), byHandler: new Map(), byFile: new Map(), roles: new Map(), handed: new Map(), habits: { guards: [], roleGuards: [] } },
  applied: new Set(), conducts: new Map(),
};

/** `policyOf`: the policy that holds for a file. */
export function createModel(files: Files, policyOf: (path: FilePath) => Policy, from?: Begun): Model {
  let held = from?.held;
  /** The facts the last join stands on; equal surfaces take the place of each other. */
  const joined = new Map(from?.joined);
  const pending = new Set<FilePath>();
  /** Files that lost what they register while they do not parse: their last whole revision stands for them. */
  const frozen = new Set<FilePath>(from?.frozen);
  /** Files of plain data the last join looked for. */
  let loaded = new Set<FilePath>(from?.loaded);
  let isStale = held === undefined;
  let failed: string | undefined;
  let count = 0;

  const isOwn = (specifier: string, path: FilePath): boolean => files.isOwn(specifier, path);
  let traits = from?.traits ?? createTraits(frameworks, isOwn);
  let names = from?.names ?? files.names();
  const known: KnownLayers = from?.known ?? new WeakMap();
  const paths: KnownPatterns = from?.paths ?? new Map();
  let comments = from?.comments;
  const knownDocuments: KnownDocuments = from?.documents ?? new WeakMap();
  const hashes = from?.hashes ?? new WeakMap<object, number>();
  /** Whether the join still holds with the changed files; if so they are taken over. */
  function stillHolds(last: Held): boolean {
    for (const path of pending) {
      const before = joined.get(path);
      const after = files.facts(path);
      if (!before || !after || loaded.has(path)) return false;
      if (sameSurface(before, after, last.result, traits)) continue;
      if (!freeze(path, last)) return false;
    }
    return true;
  }
  /** Whether the file lost what it registers: then its last whole revision stands for it. */
  function freeze(path: FilePath, last: Held): boolean {
    const before = joined.get(path);
    const after = files.facts(path);
    const isLost = before !== undefined && after !== undefined && losesSurface(before, after, last.result);
    if (isLost) frozen.add(path);
    return isLost;
  }
  /** What the join sees of a file. */
  function standing(path: FilePath): FileFacts | undefined {
    return frozen.has(path) ? joined.get(path) : files.facts(path);
  }
  function join(): JoinResult {
    count++;
    failed = undefined;
    loaded = new Set();
    if (names !== files.names()) traits = createTraits(frameworks, isOwn);
    names = files.names();
    try {
      const modules = new Map(files.paths().flatMap((path) => {
        const module = standing(path)?.module;
        return module ? [[path, module] as const] : [];
      }));
      return joinProject({
        modules, adapters: frameworks, data: dataOf, policyOf, traits, known, paths, isOwn, usesOf: (path) => files.usesOf(path),
        resolve: (specifier, path) => files.resolve(specifier, path), depends: (name, path) => files.manifestOf(path)?.dependencies.has(name),
      });
    } catch (error) {
      failed = error instanceof Error ? `${error.message} ${error.stack ?? ''}` : String(error);
      return NOTHING;
    }
  }
  function dataOf(path: FilePath): ModuleView | undefined {
    loaded.add(path);
    return files.data(path);
  }
  function documents(project: JoinResult['project']): Pick<ProjectModel, 'documents' | 'documentsIn'> {
    comments = commentDocumentsOf(files, project, comments);
    const { all, byFile } = documentsOf(files, knownDocuments, comments.documents);
    return { documents: all, documentsIn: byFile };
  }

  return {
    now(tell) {
      if (held && !isStale && pending.size === 0) return held.project;
      if (held && !isStale && stillHolds(held)) {
        const before = held.project.documentsIn;
        const isDocument = [...pending].some((path) => before.has(path) || comments?.from.has(path) || isPart(files.facts(path)));
        const lost = [...pending].filter((path) => frozen.has(path));
        for (const path of pending) keep(path);
        pending.clear();
        if (isDocument) {
          held = { ...held, project: { ...held.project, ...documents(held.project) } };
          tell(movedDocuments(before, held.project.documentsIn), []);
        }
        // A file that lost its surface keeps its place in the model, and declares something else all the same.
        if (lost.length > 0) tell([], lost);
        return held.project;
      }
      const reshaped = [...pending];
      if (held) for (const path of pending) freeze(path, held);
      const result = join();
      const slices = slicesOf(result.project, hashes);
      const before = held?.slices;
      const documentsBefore = held?.project.documentsIn ?? new Map();
      held = { result, project: { ...result.project, ...documents(result.project) }, slices };
      for (const path of [...joined.keys(), ...files.paths()]) keep(path);
      pending.clear();
      isStale = false;
      const moved = movedDocuments(documentsBefore, held.project.documentsIn);
      tell(before ? files.paths().filter((path) => before.get(path) !== slices.get(path) || moved.has(path)) : files.paths(), reshaped);
      return held.project;
    },
    touch(path) {
      pending.add(path);
      frozen.delete(path);
    },
    reset() {
      isStale = true;
    },
    failure: () => failed,
    joins: () => count,
    fork: (others) => createModel(others, policyOf, { held: isStale || pending.size > 0 ? undefined : held, joined, frozen, loaded, traits, names, hashes, known, paths, documents: knownDocuments, comments }),
  };

  function keep(path: FilePath): void {
    if (frozen.has(path) && files.get(path)) return;
    frozen.delete(path);
    const facts = files.facts(path);
    if (facts) joined.set(path, facts);
    else joined.delete(path);
  }
}

/** Files that belong to other documents than before, or to the same of which another file changed. */
function movedDocuments(before: Documents['byFile'], now: Documents['byFile']): ReadonlySet<FilePath> {
  const moved = new Set<FilePath>();
  for (const path of new Set([...before.keys(), ...now.keys()])) {
    const [was, is] = [before.get(path) ?? [], now.get(path) ?? []];
    if (was.length !== is.length || is.some((document, index) => document !== was[index])) moved.add(path);
  }
  return moved;
}
function isPart(facts: FileFacts | undefined): boolean {
  return facts !== undefined && (facts.document !== undefined || facts.blocks.length > 0 || facts.setups.length > 0);
}
