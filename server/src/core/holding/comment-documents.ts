import { joinPieces, type Piece } from '../openapi/comments.js';
import type { Value } from '../model/value.js';
import type { OpenApiDocument, Remark } from '../openapi/document.js';
import { readOpenApi } from '../openapi/read.js';
import { defaultPolicy } from '../policy/policy.js';
import { definitionOf, sourcesOf } from '../project/comment-setups.js';
import { createContext } from '../project/context.js';
import type { FileFacts } from '../project/facts.js';
import { NO_DRIFT } from '../project/drift.js';
import type { JoinedCode } from '../project/project.js';
import { folderOf, type At, type FilePath } from '../text/source.js';
import { emptyBaseline } from '../findings/baseline.js';
import { leansOf, recorded } from './bench.js';
import type { Files } from './files.js';

/** The documents that comments of code make, and what they were made of. */
export interface CommentDocuments {
  readonly documents: readonly OpenApiDocument[];
  readonly pieces: readonly Piece[];
  /** Files in which definitions were looked for. */
  readonly from: ReadonlyMap<FilePath, FileFacts | undefined>;
  /** YAML files that are put together with comments, with what they hold. */
  readonly roots: ReadonlyMap<FilePath, Value | undefined>;
  readonly paths: readonly FilePath[];
}
/** What one call puts together, or, without any call, whatever there is. */
interface Setup {
  readonly path: FilePath;
  readonly at: At;
  readonly definition: ReturnType<typeof definitionOf>;
  /** Files that hold values of the definition. */
  readonly from: ReadonlySet<FilePath>;
  /** There is nothing but comments and these YAML files to be put together. */
  readonly whole: boolean;
  readonly files: readonly FilePath[];
}

/** Reads the documents in comments. Where nothing that they were made of changed they stay the same objects. */
export function commentDocumentsOf(files: Files, project: JoinedCode, before: CommentDocuments | undefined): CommentDocuments {
  const paths = files.paths();
  const facts = paths.flatMap((path) => files.facts(path) ?? []);
  const pieces = facts.flatMap(piecesOf).filter(({ path }) => files.classOf(path) === 'source' || files.classOf(path) === 'script');
  if (before && before.paths === paths && isSame(pieces, before.pieces) && [...before.from].every(([path, known]) => files.facts(path) === known) && [...before.roots].every(([path, root]) => files.part(path)?.root === root)) return before;
  const leans = leansOf();
  const setups = facts.flatMap((one) => one.setups.map((call): Setup => {
    const { path } = one.file;
    leans.leansOn.add(path);
    const bench = { files, project: { ...project, documents: [], documentsIn: new Map(), drift: NO_DRIFT }, policy: defaultPolicy, baseline: emptyBaseline, today: '' };
    const from = new Set<FilePath>();
    const context = createContext(path, recorded(bench, path, leans));
    const definition = definitionOf(call, context, from);
    for (const one of from) leans.leansOn.add(one);
    return { path, at: call.nameAt, definition, from, ...sourcesOf(call, context, paths) };
  }));
  const groups = new Map<Setup, Piece[]>();
  const alone = pieces[0] && { path: pieces[0].path, at: pieces[0].at, definition: undefined, from: new Set<FilePath>(), whole: false, files: [] };
  for (const piece of pieces) {
    const setup = nearest(setups, piece.path) ?? alone;
    if (setup) groups.set(setup, [...(groups.get(setup) ?? []), piece]);
  }
  const roots = new Map<FilePath, Value | undefined>();
  for (const setup of setups) for (const path of setup.files) {
    const root = files.facts(path)?.document ? undefined : files.part(path)?.root;
    roots.set(path, files.part(path)?.root);
    if (root?.kind === 'object') groups.set(setup, [...(groups.get(setup) ?? []), { path, index: undefined, root, at: root.at, whole: (files.part(path)?.problems.length ?? 0) === 0 }]);
  }
  const documents = [...groups].flatMap(([setup, own]) => documentOf(setup, own, facts) ?? []);
  const from = new Map([...leans.leansOn, ...leans.leansOnSurface].map((path) => [path, files.facts(path)]));
  return { documents, pieces, from, roots, paths };
}

function piecesOf({ file: { path }, blocks }: FileFacts): readonly Piece[] {
  return blocks.map((block, index) => ({ path, index, root: block.root, at: block.at, whole: block.problems.length === 0 }));
}
function isSame(now: readonly Piece[], before: readonly Piece[]): boolean {
  return now.length === before.length && now.every((piece, index) => piece.root === before[index]?.root);
}
function documentOf({ path, at, definition, from, whole }: Setup, pieces: readonly Piece[], facts: readonly FileFacts[]): OpenApiDocument | undefined {
  const parts = new Set([...pieces.map((piece) => piece.path), ...(definition ? from : [])].filter((one) => one !== path));
  const remarks = facts.filter(({ file }) => file.path === path || parts.has(file.path)).flatMap(({ blocks }) => blocks.flatMap(({ problems: [first] }): readonly Remark[] => {
    return first ? [{ at: first.at, message: `A part of this document could not be read: ${first.message.replace(/[.\s]+$/, '')}.` }] : [];
  }));
  return readOpenApi({ path }, { root: joinPieces(definition, whole ? pieces : pieces.map((piece) => ({ ...piece, whole })), at) }, { parts, remarks }).document;
}
/** The call whose file shares most folders with the comment. */
function nearest(setups: readonly Setup[], path: FilePath): Setup | undefined {
  const folders = folderOf(path).split('/');
  const shared = (setup: Setup): number => {
    const others = folderOf(setup.path).split('/');
    const differs = folders.findIndex((folder, index) => folder !== others[index]);
    return differs < 0 ? folders.length : differs;
  };
  let best: Setup | undefined;
  for (const setup of setups) if (!best || shared(setup) > shared(best)) best = setup;
  return best;
}
