import { frameworks } from '../frameworks/index.js';
import type { ModuleView } from '../model/module.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { drivenOf, drivenText, type DrivenDocument } from '../openapi/driven.js';
import { mayBeNamed } from '../openapi/identities.js';
import type { Policy } from '../policy/policy.js';
import { documentModule } from '../project/data-module.js';
import type { FileFacts } from '../project/facts.js';
import type { KnownLayers } from '../project/layers.js';
import type { KnownPatterns } from '../project/paths.js';
import { joinProject, type JoinResult } from '../project/join.js';
import type { ProjectModel } from '../project/project.js';
import { driftOf, NO_DRIFT, type DriftMarks } from '../project/drift.js';
import { driftSlices, slicesOf } from '../project/slices.js';
import { losesSurface, sameSurface } from '../project/surface.js';
import { createTraits, type Traits } from '../project/traits.js';
import { filePath, type FilePath } from '../text/source.js';
import { commentDocumentsOf, type CommentDocuments } from './comment-documents.js';
import { documentOf, documentsOf, type Documents, type KnownDocuments } from './documents.js';
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
  readonly drifts: ReadonlyMap<FilePath, string>;
  /** What code and documents were compared by, as text. */
  readonly marks: string;
}
/** What a fork begins with. */
interface Begun {
  readonly held: Held | undefined;
  readonly joined: ReadonlyMap<FilePath, FileFacts>;
  readonly frozen: ReadonlySet<FilePath>;
  readonly loaded: ReadonlySet<FilePath>;
  readonly driving: ReadonlyMap<FilePath, Driving>;
  readonly parsed: ReadonlySet<FilePath>;
  readonly traits: Traits;
  readonly names: number;
  readonly hashes: WeakMap<object, number>;
  readonly known: KnownLayers;
  readonly paths: KnownPatterns;
  readonly documents: KnownDocuments;
  readonly comments: CommentDocuments | undefined;
}
/** A document that routes are made of, and what it said of them. */
interface Driving {
  readonly document: OpenApiDocument | undefined;
  readonly text: string;
}
/** Files that may hold a document or a part of one. */
const DATA = /\.(ya?ml|json)$/i;
const NOTHING: JoinResult = {
  project: {
    scopes: new Map(), endpoints: new Map(), byShape: new Map(), byScope: new Map(), byHandler: new Map(), byFile: new Map(), byMount: new Map(), byExemption: new Map(),
    roles: new Map(), handed: new Map(), habits: { guards: [], roleGuards: [] },
  },
  applied: new Set(), conducts: new Map(), answered: new Set(),
};

/** `policyOf`: the policy that holds for a file. */
export function createModel(files: Files, policyOf: (path: FilePath) => Policy, from?: Begun): Model {
  let held = from?.held;
  /** The facts the last join stands on; equal surfaces take the place of each other. */
  const joined = new Map(from?.joined);
  const pending = new Set<FilePath>();
  /** Files that lost what they register while they do not parse: their last whole revision stands for them. */
  const frozen = new Set<FilePath>(from?.frozen);
  /** Those of them that declare something else at their top than they did. */
  const lacking = new Set<FilePath>();
  /** Files of plain data the last join looked for. */
  let loaded = new Set<FilePath>(from?.loaded);
  /** What documents that the last join looked for said of routes. */
  let driving = new Map<FilePath, Driving>(from?.driving);
  /** Files that were seen whole: while one is typed in, what it registers is what it registered then. */
  const parsed = new Set<FilePath>(from?.parsed);
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
    if ([...pending].some((path) => DATA.test(path)) && [...driving].some(([path, before]) => saysMore(path, before))) return false;
    for (const path of pending) {
      const before = joined.get(path);
      const after = files.facts(path);
      if (!before || !after || loaded.has(path)) return false;
      const surface = sameSurface(before, after, last.result, traits);
      // What registers is known from when it parsed, and nothing of that changed.
      if (surface === 'but unread') frozen.add(path);
      else if (surface === 'other' && !freeze(path, last)) return false;
    }
    return true;
  }
  /** Whether the file lost what it registers: then its last whole revision stands for it. */
  function freeze(path: FilePath, last: Held): boolean {
    const before = joined.get(path);
    const after = files.facts(path);
    const isLost = before !== undefined && after !== undefined && losesSurface(before, after, last.result);
    if (isLost) {
      frozen.add(path);
      lacking.add(path);
    }
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
    driving = new Map();
    if (names !== files.names()) traits = createTraits(frameworks, isOwn);
    names = files.names();
    try {
      const modules = new Map(files.paths().flatMap((path) => {
        const module = standing(path)?.module;
        return module ? [[path, module] as const] : [];
      }));
      return joinProject({
        modules, adapters: frameworks, data: dataOf, document: drivenFor, policyOf, traits, known, paths, isOwn, usesOf: (path) => files.usesOf(path),
        resolve: (specifier, path) => files.resolve(specifier, path), depends: (name, path) => files.manifestOf(path)?.dependencies.has(name),
      });
    } catch (error) {
      failed = error instanceof Error ? `${error.message} ${error.stack ?? ''}` : String(error);
      return NOTHING;
    }
  }
  function dataOf(path: FilePath): ModuleView | undefined {
    loaded.add(path);
    const document = standing(path)?.document;
    // Code may take paths and methods from the document it ships.
    return document ? documentModule(path, document.root) : files.data(path);
  }
  function drivenFor(path: FilePath): DrivenDocument | undefined {
    const document = documentOf(path, files, knownDocuments);
    const found = document && drivenOf(document);
    driving.set(path, { document, text: drivenText(found) });
    return found;
  }
  /** The document says something else of routes than it did. */
  function saysMore(path: FilePath, before: Driving): boolean {
    const document = documentOf(path, files, knownDocuments);
    if (document === before.document) return false;
    const text = drivenText(document && drivenOf(document));
    if (text === before.text) driving.set(path, { document, text });
    return text !== before.text;
  }
  function documents(project: JoinResult['project']): Pick<ProjectModel, 'documents' | 'documentsIn'> {
    comments = commentDocumentsOf(files, project, comments);
    const { all, byFile } = documentsOf(files, knownDocuments, comments.documents);
    return { documents: all, documentsIn: byFile };
  }
  /** Files with something that makes code and documents hard to compare. */
  function marksNow({ answered }: Pick<JoinResult, 'answered'>): DriftMarks {
    const marked = { driven: new Array<FilePath>(), made: new Array<FilePath>(), broken: new Array<FilePath>() };
    for (const path of files.paths()) {
      const facts = files.facts(path);
      if (!facts) continue;
      if (facts.uses.has('routes-from-document') && !answered.has(path)) marked.driven.push(path);
      if (facts.uses.has('document-from-code')) marked.made.push(path);
      if (facts.problems.length === 0) parsed.add(path);
      else if (facts.document || (facts.module && !parsed.has(path))) marked.broken.push(path);
    }
    return marked;
  }
  /** The join with the documents it is held against. */
  function compared(result: JoinResult, slices: Held['slices']): Held {
    const { documents: known, documentsIn } = documents(result.project);
    const marked: DriftMarks = known.length === 0 ? { driven: [], made: [], broken: [] } : marksNow(result);
    const isPackage = (folder: string): boolean => files.get(filePath(folder === '' ? 'package.json' : `${folder}/package.json`)) !== undefined;
    const project = { ...result.project, documents: known, documentsIn, drift: NO_DRIFT };
    const whole = known.length === 0 ? project : { ...project, drift: driftOf({ project, documents: known, policyOf, marked, isPackage }) };
    return { result, project: whole, slices, drifts: driftSlices(whole), marks: JSON.stringify(marked) };
  }
  function* movedBetween(before: ReadonlyMap<FilePath, string>, after: ReadonlyMap<FilePath, string>): Iterable<FilePath> {
    for (const path of files.paths()) if (before.get(path) !== after.get(path)) yield path;
  }

  return {
    now(tell) {
      if (held && !isStale && pending.size === 0) return held.project;
      if (held && !isStale && stillHolds(held)) {
        const before = held.project.documentsIn;
        const isDocument = [...pending].some((path) => {
          const [was, is] = [joined.get(path), files.facts(path)];
          return !isSameDocument(was, is) && (before.has(path) || comments?.from.has(path) || isPart(is) || isNamed(was) || isNamed(is));
        });
        const lost = [...pending].filter((path) => lacking.has(path));
        for (const path of pending) keep(path);
        pending.clear();
        const last = held;
        if (isDocument || (last.project.documents.length > 0 && last.marks !== JSON.stringify(marksNow(last.result)))) held = compared(last.result, last.slices);
        const moved = held === last ? [] : [...movedDocuments(before, held.project.documentsIn), ...movedBetween(last.drifts, held.drifts)];
        // A file that lost its surface keeps its place in the model, and declares something else all the same.
        if (lost.length > 0 || moved.length > 0) tell(moved, lost);
        return held.project;
      }
      const reshaped = [...pending];
      if (held) for (const path of pending) freeze(path, held);
      const result = join();
      const slices = slicesOf(result.project, hashes);
      const before = held;
      const now = compared(result, slices);
      held = now;
      for (const path of [...joined.keys(), ...files.paths()]) keep(path);
      pending.clear();
      isStale = false;
      tell(before ? [...movedBetween(before.slices, slices), ...movedBetween(before.drifts, now.drifts), ...movedDocuments(before.project.documentsIn, now.project.documentsIn)] : files.paths(), reshaped);
      return held.project;
    },
    touch(path) {
      pending.add(path);
      frozen.delete(path);
      lacking.delete(path);
    },
    reset() {
      isStale = true;
    },
    failure: () => failed,
    joins: () => count,
    fork: (others) => createModel(others, policyOf, { held: isStale || pending.size > 0 ? undefined : held, joined, frozen, loaded, driving, parsed, traits, names, hashes, known, paths, documents: knownDocuments, comments }),
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
/** Only comments and space of a document changed. */
function isSameDocument(before: FileFacts | undefined, now: FileFacts | undefined): boolean {
  return before?.document !== undefined && before.document === now?.document;
}
/** Documents may refer to it by what it calls itself. */
function isNamed(facts: FileFacts | undefined): boolean {
  return facts !== undefined && DATA.test(facts.file.path) && mayBeNamed(facts.file.text);
}
function isPart(facts: FileFacts | undefined): boolean {
  return facts !== undefined && (facts.document !== undefined || facts.blocks.length > 0 || facts.setups.length > 0);
}
