import type { Composed, Created, FrameworkAdapter } from '../frameworks/adapter.js';
import type { ModuleView, StepFrame } from '../model/module.js';
import type { Call, ClassId, FunctionId, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import type { Abstract, Fn, Frame, LoggedEvent, RunId, ScopeState } from './abstract.js';
import type { Names } from './names.js';
import type { Traits } from './traits.js';
import type { Listening } from './listening.js';

export type Class = Extract<Abstract, { is: 'class' }>;
export type Instance = Extract<Abstract, { is: 'instance' }>;

/** How a function is run. `force`: whatever it looks like. `turn`: which item of a list this is for. `run`: the uncalled function this begins. `via`: the call that runs it. */
export interface How {
  readonly openLoop?: boolean;
  readonly force?: boolean;
  readonly turn?: number;
  readonly run?: RunId;
  readonly via?: Call;
}
/** What a call makes: `outer` is the scope it is made below of, `turn` tells apart what one call makes several times. */
export interface Made extends Created {
  readonly outer?: ScopeState;
  readonly turn?: string;
}
/** What the parts of the evaluation share: its tables, and what they need of each other. */
export interface Machine {
  readonly adapters: readonly FrameworkAdapter[];
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  readonly verbs: ReadonlySet<string>;
  readonly names: Names;
  readonly traits: Traits;
  /** The class stores routes that one of its methods registers. */
  stores(of: Class, baseOf: (of: Class) => Abstract | undefined): boolean;
  readonly scopes: ScopeState[];
  /** Functions that were given the requests of a server. */
  readonly listening: Listening[];
  /** Functions that were run at least once. */
  readonly applied: Set<FunctionId>;
  /** Instances by class, the first of each: methods that nothing calls are run on it. */
  readonly built: Map<ClassId, Instance>;
  /** Uncalled functions that were run, and those of them that something turned out to call. */
  readonly runs: Set<RunId>;
  readonly superseded: Set<RunId>;
  /** Files of tests: what they call is not thereby called by the program. */
  isTest(path: FilePath): boolean;
  /** Fields of functions and classes: `F.prototype.start = ...` under `prototype.start`. */
  readonly statics: Map<FunctionId | ClassId, Map<string, Abstract>>;
  topFrame(path: FilePath): Frame | undefined;
  /** The module of this project a value comes from, where it is not held. */
  missing(value: Value): string | undefined;
  /** Runs the top of a file, once. */
  runModule(path: FilePath): void;
  itemsOf(over: Value, frame: Frame): readonly Abstract[] | undefined;
  create(framework: string, made: Made, call: Call, frame: Frame, step: StepFrame | undefined): ScopeState;
  incomplete(scope: ScopeState, why: string, frame: Frame, at: At): void;
  /** What a call only puts together. */
  composed(call: Call, frame: Frame): Composed | undefined;
  /** The callee of `factory.createApp()` where factory is `createFactory()` of a package: `hono/factory.createFactory().createApp`. */
  memberOfResult(call: Call, frame: Frame): string | undefined;
  record(scope: ScopeState, logged: Omit<LoggedEvent, 'order'>): void;
  /** Counts one more run; false when there were too many or they are too deep. */
  mayRun(from: Frame): boolean;
  apply(target: Fn, call: Call, frame: Frame, self: Abstract | undefined): Abstract;
  applyTo(target: Fn, args: readonly Abstract[], from: Frame, mark: number, self: Abstract | undefined, how?: How): Abstract;
}

/** The scopes an argument hands over, itself or in an object written out. */
export function scopesIn(arg: Abstract, evaluate: Names['evaluate']): readonly ScopeState[] {
  if (arg.is === 'scope') return [arg.scope];
  if (arg.is === 'verb' && arg.answers === true) return [arg.scope];
  if (arg.is !== 'value' || arg.value.kind !== 'object' || arg.value.entries.length > 50) return [];
  const { frame } = arg;
  return arg.value.entries.flatMap(({ value }) => {
    if (value.kind !== 'ref' || value.root.kind === 'global') return [];
    const got = evaluate(value, frame);
    return got.is === 'scope' || (got.is === 'verb' && got.answers === true) ? [got.scope] : [];
  });
}
