import type { BoundEvent, ScopeId } from '../model/api.js';
import type { ClassView, FunctionView, ModuleView } from '../model/module.js';
import type { BindingId, FunctionId, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';

/** What a value is worth while registration is evaluated. */
export type Abstract =
  | { readonly is: 'scope'; readonly scope: ScopeState }
  | { readonly is: 'builder'; readonly scope: ScopeState; readonly path: Value | undefined; readonly frame: Frame }
  | { readonly is: 'function'; readonly fn: FunctionView; readonly frame: Frame }
  | { readonly is: 'class'; readonly view: ClassView; readonly frame: Frame }
  | { readonly is: 'instance'; readonly fields: Map<string, Abstract>; readonly of: Extract<Abstract, { is: 'class' }> }
  | { readonly is: 'fields'; readonly fields: ReadonlyMap<string, Abstract> }
  | { readonly is: 'module'; readonly path: FilePath }
  | { readonly is: 'value'; readonly value: Value; readonly frame: Frame }
  | { readonly is: 'unknown' };

/** One run of a function or module. */
export interface Frame {
  readonly module: ModuleView;
  readonly fn: FunctionId;
  readonly parent: Frame | undefined;
  readonly args: readonly Abstract[];
  readonly self: Abstract | undefined;
  readonly locals: Map<BindingId, Abstract | 'busy'>;
  /** Results of calls already evaluated, by the mark of the call. */
  readonly results: Map<number, Abstract>;
  readonly depth: number;
  /** The calls it was reached through: part of the identity of what it creates. */
  readonly trail: string;
}
/** An event as it was met, with the frame in which its values are to be read. */
export interface LoggedEvent extends BoundEvent {
  readonly frame: Frame;
  readonly statementAt: At;
  readonly openLoop: boolean;
}
/** A scope while it is being filled. */
export interface ScopeState {
  readonly id: ScopeId;
  readonly framework: string;
  readonly kind: 'application' | 'router';
  readonly at: At;
  readonly nameAt: At;
  readonly statementAt: At;
  readonly file: FilePath;
  readonly options: Value | undefined;
  readonly log: LoggedEvent[];
  readonly parents: Set<ScopeId>;
  readonly files: Set<FilePath>;
  /** A parameter nobody binds: prefix and what stands before are unknown. */
  readonly guessed: boolean;
  binding: string | undefined;
}
