import type { ModuleView } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';

/** What following names needs of the project. */
export interface Followed {
  module(path: FilePath): ModuleView | undefined;
  /** The same module, of which only what stands at its top is looked at. */
  surface(path: FilePath): ModuleView | undefined;
  resolveFile(specifier: string, from: FilePath): FilePath | undefined;
  /** A binding that is assigned more than once has no single value. */
  isStable(path: FilePath, binding: number): boolean;
  /** What the program hands to a function that puts an application together. */
  handed?(fn: FunctionId, index: number): Value | undefined;
}
/** Follows names to a value that is no name. */
export type Follow = (value: Value) => Value;
/** What the program hands to functions that put an application together: by function, for each parameter the one value it is ever given, as the caller wrote it. */
export type HandedOver = ReadonlyMap<FunctionId, readonly (Value | undefined)[]>;
