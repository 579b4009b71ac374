import type { Composed, FrameworkAdapter } from '../frameworks/adapter.js';
import type { ModuleView } from '../model/module.js';
import type { Call, FunctionId, Value } from '../model/value.js';
import type { DrivenDocument } from '../openapi/driven.js';
import type { FilePath } from '../text/source.js';
import type { Abstract, Frame, ScopeState } from './abstract.js';
import type { HandedOver } from './followed.js';
import type { Traits } from './traits.js';

/** What the evaluation of a whole project gives. */
export interface Evaluation {
  readonly scopes: readonly ScopeState[];
  evaluate(value: Value, frame: Frame): Abstract;
  /** Runs a factory call (`auth('admin')`) to the function it returns, if it does. */
  frameOf(path: FilePath): Frame | undefined;
  /** What a call only puts together. */
  composed(call: Call, frame: Frame): Composed | undefined;
  /** Functions that were run: what stands in them is part of the result. */
  readonly applied: ReadonlySet<FunctionId>;
  readonly handed: HandedOver;
  /** Files in which the operations of documents are answered, where all of that could be read. */
  readonly answered: ReadonlySet<FilePath>;
}
export interface Modules {
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  /** A file of plain data as a module. */
  data(path: FilePath): ModuleView | undefined;
  /** A document as far as routes are made of it. */
  document(path: FilePath): DrivenDocument | undefined;
  /** The specifier names something of this project, held or not. */
  isOwn(specifier: string, from: FilePath): boolean;
  readonly adapters: readonly FrameworkAdapter[];
  readonly traits: Traits;
  /** Whether the package nearest to a file asks for another; undefined: there is none that says so. */
  depends(name: string, from: FilePath): boolean | undefined;
}
