import type { BoundEvent, Conduct, ScopeId } from '../model/api.js';
import type { Branch, ClassView, FunctionView, ModuleView } from '../model/module.js';
import type { BindingId, Call, ClassId, FunctionId, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';

/** What a value is worth while registration is evaluated. */
export type Abstract =
  /** `under`: paths put before what is registered through this value. */
  | { readonly is: 'scope'; readonly scope: ScopeState; readonly under?: readonly Placed[] }
  | { readonly is: 'builder'; readonly scope: ScopeState; readonly path: Value | undefined; readonly frame: Frame }
  | { readonly is: 'function'; readonly fn: FunctionView; readonly frame: Frame }
  | { readonly is: 'class'; readonly view: ClassView; readonly frame: Frame }
  | InstanceState
  | { readonly is: 'fields'; readonly fields: ReadonlyMap<string, Abstract> }
  | { readonly is: 'module'; readonly path: FilePath }
  /** A registering method taken as a value: `app.get` without its call. The name is '' where it cannot be known. */
  | { readonly is: 'verb'; readonly scope: ScopeState; readonly name: string; readonly answers?: true }
  /** What code that is not ours made of scopes it was given: a virtual host, a lazy loader. `by` names it where nobody can tell what else it does. */
  | { readonly is: 'wrapped'; readonly scopes: readonly ScopeState[]; readonly by: string | undefined }
  /** A list built while the program runs; the elements of written-out lists stay in their literal. */
  | { readonly is: 'list'; readonly items: readonly Bound[] }
  | { readonly is: 'value'; readonly value: Value; readonly frame: Frame }
  | { readonly is: 'unknown' };

/** A function, with the frame it was made in. */
export type Fn = Extract<Abstract, { is: 'function' }>;
/** What `new` makes; `trail` are the calls it was made through, `of` is undefined for what a plain function makes. */
export interface InstanceState {
  readonly is: 'instance';
  readonly trail: string;
  readonly fields: Map<string, Abstract>;
  readonly of: Extract<Abstract, { is: 'class' }> | undefined;
}
/** An element of a list: as it is written, where it is to be read, and what it was worth when it was put there. */
export interface Bound {
  readonly value: Value;
  readonly frame: Frame;
  readonly got: Abstract;
}
/** A value with the frame it is to be read in. */
export interface Placed {
  readonly value: Value;
  readonly frame: Frame;
}
/** One run of a function or module. */
export interface Frame {
  readonly module: ModuleView;
  readonly fn: FunctionId;
  readonly parent: Frame | undefined;
  readonly args: readonly Abstract[];
  readonly self: Abstract | undefined;
  /** The call it is run by, where one is written. */
  readonly via?: Call;
  readonly locals: Map<BindingId, Abstract | 'busy'>;
  /** Results of calls already evaluated, by the mark of the call. */
  readonly results: Map<number, Abstract>;
  readonly depth: number;
  /** The calls it was reached through: part of the identity of what it creates. */
  readonly trail: string;
  /** In a turn of a loop: what stands before the loop, and its first binding. */
  readonly outside?: { readonly frame: Frame; readonly binding: BindingId };
  /** The file the program, or whoever calls in from outside, began in. */
  readonly origin: FilePath;
  /** The branches its callers stand in. */
  readonly when: readonly Branch[];
  /** The uncalled function this run began with; undefined where the program itself led here. */
  readonly run: RunId | undefined;
  /** What was pushed onto lists written in this frame, by the mark of the list. */
  readonly pushed: Map<number, Bound[]>;
  /** Fields given to objects written in this frame, by the mark of the object. */
  readonly assigned: Map<number, Map<string, Abstract>>;
}
/** A function or class that nothing in the project calls. */
export type RunId = FunctionId | ClassId;
/** A guard a route or its application names; what it lets through depends on what the route says of itself. */
export interface Standing extends Placed {
  /** Before all routes of the application. */
  readonly global: boolean;
  readonly when: readonly Branch[];
  readonly unsure: boolean;
  /** A decorator that cannot be looked into, rather than a guard. */
  readonly decorator?: string;
}
/** Metadata of a route: its own or that of its class. */
export interface Kept extends Placed {
  readonly on: 'method' | 'class';
  /** Undefined where it may be any. */
  readonly key: string | undefined;
  readonly unsure: boolean;
}
/** What decorators attach to a route, outermost first. */
export interface Attached {
  readonly guards: readonly Standing[];
  readonly metadata: readonly Kept[];
}
/** An event as it was met, with the frame in which its values are to be read. */
export interface LoggedEvent extends BoundEvent {
  readonly frame: Frame;
  readonly statementAt: At;
  readonly openLoop: boolean;
  /** What a plugin was given that nobody can look into. */
  readonly options?: Value;
  /** The scope a plugin was given here. */
  readonly child?: ScopeState;
  /** What decorators say of a route. */
  readonly attached?: Attached;
  /** What a route of a list was worth when it was registered. */
  readonly got?: Abstract;
  /** What surely, or perhaps, stands before a route that no event of the scope puts there. */
  readonly before?: readonly Before[];
  /** Grows with each event of the project. */
  readonly order: number;
  readonly under: readonly Placed[];
}
/** A check before a route, by convention or around its handler. */
export interface Before {
  readonly value: Value;
  readonly frame: Frame;
  readonly target: Abstract;
  /** What it does to requests of this route; undefined: nobody has read it. */
  readonly conduct: Conduct | undefined;
  readonly name?: string;
  readonly sure: boolean;
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
  /** Fields the program gave it: `app.lazyUse = function ...`. */
  readonly fields: Map<string, Abstract>;
  readonly run: RunId | undefined;
  /** The file in which the program that made it began. */
  readonly origin: FilePath;
  /** A parameter nobody binds: prefix and what stands before are unknown. */
  readonly guessed: boolean;
  /** The scope it was made below of: its members are here too. */
  readonly outer: ScopeState | undefined;
  binding: string | undefined;
}
/** A member the program gave a scope or one above it. */
export function memberOf(scope: ScopeState, key: string): Abstract | undefined {
  for (let at: ScopeState | undefined = scope; at; at = at.outer) {
    const found = at.fields.get(key);
    if (found) return found;
  }
  return undefined;
}
