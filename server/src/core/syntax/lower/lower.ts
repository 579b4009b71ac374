import type ts from 'typescript';
import type { Branch, ModuleView } from '../../model/module.js';
import type { FunctionId } from '../../model/value.js';
import { createPlaces, type PlaceRecord } from '../../text/places.js';
import type { SourceFile, Span } from '../../text/source.js';
import { readCommentBlocks, type CommentBlock } from '../comment-blocks.js';
import { parseJavaScript, type Trees } from '../javascript.js';
import { TOO_DEEP, type SyntaxProblem } from '../parsed.js';
import { alike } from '../../text/alike.js';
import { decorateAll } from './decorated.js';
import { classLike, directive, functionLike } from './functions.js';
import { exported, imports } from './modules.js';
import { notes } from './notes.js';
import { remarks } from './remarks.js';
import { hoist, statements } from './statements.js';
import { mark, type FunctionFrame, type Lowering, type NameScope, type ReadFunctions } from './state.js';
import { style } from './style.js';

export interface Lowered {
  readonly module: ModuleView;
  readonly places: PlaceRecord;
  readonly problems: readonly SyntaxProblem[];
  /** Parts of OpenAPI documents in its comments. */
  readonly blocks: readonly CommentBlock[];
  /** What the next revision may take from this one; only of files that are edited. */
  readonly reading: Reading | undefined;
}
/** Functions as they were read, and the names of the module, before the first statement was read and after the last. */
export interface Reading {
  readonly functions: ReadFunctions;
  readonly hoisted: NameScope['names'];
  readonly names: NameScope['names'];
}
/** What the revision before left: its places and blocks are used again. */
export interface LoweredBefore {
  readonly places: PlaceRecord;
  readonly blocks: readonly CommentBlock[];
  readonly reading: Reading | undefined;
}

/** Parses and lowers one file: names resolved, bodies as steps. Never fails; what cannot be read is a hole. `before`: the revision before; `trees`: knows trees of edited files. */
export function lower(file: SourceFile, before?: LoweredBefore, trees?: Trees): Lowered {
  const parsed = trees ? trees.parse(file) : parseJavaScript(file);
  try {
    const lowered = lowerTree(file, parsed.value, parsed.problems, parsed.holes, before);
    // A name that leads elsewhere may have been read as what it was.
    const isOther = before?.reading !== undefined && lowered.reading !== undefined && !alike(before.reading.names, lowered.reading.names);
    return isOther && alike(before.reading.hoisted, lowered.reading.hoisted) ? lowerTree(file, parsed.value, parsed.problems, parsed.holes, { ...before, reading: undefined }) : lowered;
  } catch {
    const span = { start: 0, end: file.text.length };
    const empty = parseJavaScript({ ...file, text: '' });
    return lowerTree({ ...file, text: '' }, empty.value, [{ span, message: TOO_DEEP }], [span], undefined);
  }
}

function lowerTree(file: SourceFile, tree: ts.SourceFile, problems: readonly SyntaxProblem[], holes: readonly Span[], before: LoweredBefore | undefined): Lowered {
  const top = `${file.path}#` as FunctionId;
  const places = createPlaces(file.path, file.text, before?.places);
  const whole = places.mark(0, file.text.length);
  const noBranches: readonly Branch[] = [];
  const frame: FunctionFrame = { id: top, steps: [], when: noBranches, loop: undefined, zone: 'body', tries: undefined, attempts: 0, statementAt: whole, owner: undefined, complete: true };
  const l: Lowering = {
    path: file.path,
    tree,
    text: file.text,
    places,
    imports: [],
    exports: [],
    handed: [],
    bindings: [],
    functions: new Map(),
    classes: new Map(),
    ids: new Map(),
    given: [],
    decorations: [],
    scope: { parent: undefined, names: new Map(), fn: top },
    frame,
    depth: 0,
    usesCommonJs: false,
    usesEsm: false,
    known: before && (before.reading?.functions ?? new WeakMap()),
    mayTake: false,
    functionLike,
    classLike,
  };
  imports(l);
  hoist(l, tree.statements);
  const { names } = l.scope;
  const hoisted = new Map(names);
  l.mayTake = before?.reading !== undefined && alike(before.reading.hoisted, hoisted);
  const rest: ts.Statement[] = [];
  for (const node of tree.statements) {
    // Order matters: an exported function above a call is read where it stands.
    if (rest.length > 0 && exportsSomething(node)) statements(l, rest.splice(0));
    if (!exported(l, node)) rest.push(node);
  }
  statements(l, rest);
  const said = directive(tree.statements);
  decorateAll(l);
  const module: ModuleView = {
    path: file.path,
    system: l.usesEsm ? 'esm' : l.usesCommonJs ? 'commonjs' : 'none',
    imports: l.imports,
    exports: l.exports,
    bindings: l.bindings,
    functions: l.functions,
    classes: l.classes,
    top: {
      id: top,
      name: '',
      nameAt: whole,
      at: whole,
      bodyAt: whole,
      parameters: [],
      async: true,
      owner: undefined,
      within: undefined,
      ...(said === undefined ? {} : { directive: said }),
      decorators: [],
      when: noBranches,
      steps: frame.steps,
      complete: frame.complete && problems.length === 0,
    },
    notes: notes(l),
    remarks: remarks(l),
    holes: holes.map((hole) => mark(l, hole.start, hole.end)),
    style: style(l),
  };
  const blocks = readCommentBlocks(file.path, file.text, (span) => places.mark(span.start, span.end), before?.blocks);
  return { module, places: places.record(), problems, blocks, reading: l.known && { functions: l.known, hoisted, names } };
}

function exportsSomething(node: ts.Statement): boolean {
  return 'modifiers' in node || 'exportClause' in node || 'isExportEquals' in node;
}
