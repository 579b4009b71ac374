import type { At, FilePath } from '../text/source.js';
import type { BindingId, Call, ClassId, FunctionId, Ref, Value } from './value.js';

/** One JS/TS file, lowered once. Fat: rebuilt on demand, never retained by the project. */
export interface ModuleView {
  readonly path: FilePath;
  readonly system: 'esm' | 'commonjs' | 'none';
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly bindings: readonly Binding[];
  readonly functions: ReadonlyMap<FunctionId, FunctionView>;
  readonly classes: ReadonlyMap<ClassId, ClassView>;
  /** What fields of its classes are for as long as an object lives, by class and name. */
  readonly fields?: ReadonlyMap<ClassId, ReadonlyMap<string, Value>>;
  /** The module's own statements, as a function without parameters. */
  readonly top: FunctionView;
  readonly notes: readonly Note[];
  readonly remarks: readonly Remark[];
  readonly holes: readonly At[];
  readonly style: Style;
}
/** `name` is 'default', a name, or '*' (namespace, or `require` of the whole module). `lazy`: inside a function or `import()`. */
export interface Import {
  readonly from: string;
  readonly name: string;
  readonly local: string | undefined;
  readonly order: number;
  readonly lazy: boolean;
  readonly typeOnly: boolean;
  readonly at: At;
}
/** `name` is 'default', a name, '*' (re-export of all: value is a Ref to the module) or '=' (`module.exports = ...`). */
export interface Export {
  readonly name: string;
  readonly value: Value;
  readonly at: At;
  readonly nameAt: At;
  /** The statement, where `at` is less than that. */
  readonly statementAt?: At;
}
/** `scope` is the function that declares it, `top.id` for the module. A destructured name has the source's value with a longer path. */
export interface Binding {
  readonly id: BindingId;
  readonly name: string;
  readonly nameAt: At;
  readonly constant: boolean;
  readonly value: Value;
  readonly scope: FunctionId;
  /** The branches its declaration stands in. */
  readonly when: readonly Branch[];
}
/** One function body as a flat list of steps in source order; each step carries the branches it stands in. */
export interface FunctionView {
  readonly id: FunctionId;
  readonly name: string;
  readonly nameAt: At;
  readonly at: At;
  readonly bodyAt: At;
  readonly parameters: readonly Parameter[];
  readonly async: boolean;
  readonly owner: ClassId | undefined;
  readonly within: FunctionId | undefined;
  /** `get x() {}`: reading the member runs it. */
  readonly accessor?: 'get' | 'set';
  readonly static?: true;
  /** `'use server'` at its start, or that of the file. */
  readonly directive?: string;
  /** In source order, as written in TypeScript or handed to a compiler's helper; a bare one is the value of its name. */
  readonly decorators: readonly Value[];
  /** The branches the function expression itself stands in; every step's `when` starts with them. */
  readonly when: readonly Branch[];
  readonly steps: readonly Step[];
  /** Branches that are none, since a constant of the file decides their tests, which ask something else as well. */
  readonly settled?: readonly Branch[];
  /** False when something in the body could not be modelled: nothing may be claimed absent in it. */
  readonly complete: boolean;
}
export interface Parameter {
  readonly name: string | undefined;
  /** What it is when the caller gives nothing. */
  readonly initial?: Value;
  readonly rest?: true;
  /** What members taken apart are when they are not given: `{ open = false }`. */
  readonly defaults?: readonly { readonly key: string; readonly value: Value }[];
  readonly type: string | undefined;
  readonly decorators: readonly Value[];
  readonly at: At;
}
/** What a statement does. Every call, also a nested one, is a step of its own, before the step that uses it. An arrow with an expression body has one `return` step. */
export type Step = StepFrame & (CallStep | AssignStep | ExitStep);
export interface StepFrame {
  readonly when: readonly Branch[];
  readonly loop: Loop | undefined;
  readonly zone: 'body' | 'try' | 'catch' | 'finally';
  /** The `try` statements it stands in, outermost first, and where in each. */
  readonly tries?: readonly Attempt[];
  readonly at: At;
  readonly statementAt: At;
}
/** A part of one `try` statement; `of` tells it from the others of the function. */
export interface Attempt {
  readonly of: number;
  readonly zone: 'try' | 'catch' | 'finally';
}
/** `used`: the result is tested, sent, bound or returned. */
export interface CallStep {
  readonly do: 'call';
  readonly call: Call;
  readonly used: boolean;
}
/** Assignments, also of a declaration's initialiser when it is no `const`; `delete x.y` assigns the literal undefined. */
export interface AssignStep {
  readonly do: 'assign';
  readonly target: Ref;
  readonly value: Value;
}
export interface ExitStep {
  readonly do: 'return' | 'throw';
  readonly value: Value | undefined;
}
/** `if`, `?:`, `&&`, `switch`, and what follows `if (t) return`: the test and the way taken. `early`: stands after an exit rather than inside the branch. */
export interface Branch {
  readonly test: Value;
  readonly holds: boolean;
  readonly early: boolean;
  readonly at: At;
}
/** What stands on one side of a test. */
export function branchOf(test: Value, holds: boolean): Branch {
  return { test, holds, early: false, at: test.at };
}
/** `for (const binding of over)` and `over.forEach((binding) => ...)`. */
export interface Loop {
  readonly binding: BindingId;
  readonly over: Value;
  /** `for await` */
  readonly awaited?: true;
}
export interface DeclaredField {
  readonly name: string;
  readonly type: string | undefined;
  readonly decorators: readonly Value[];
}
export interface ClassView {
  readonly id: ClassId;
  readonly name: string;
  readonly nameAt: At;
  readonly at: At;
  readonly extends: Value | undefined;
  readonly implements: readonly string[];
  readonly decorators: readonly Value[];
  readonly fields: readonly Binding[];
  /** Fields as they are declared, with or without a value. */
  readonly declared?: readonly DeclaredField[];
  readonly methods: readonly FunctionId[];
  readonly construct: FunctionId | undefined;
}
/** A directive comment. `text` is what follows the directive's word; `governs` the statement or key under it. */
export interface Note {
  readonly kind: 'ignore' | 'ignore-file' | 'public';
  readonly text: string;
  readonly at: At;
  readonly governs: At | undefined;
}
/** A `//` line of its own that speaks of protection: a registration that is commented out, or work that is left to do. */
export interface Remark {
  readonly kind: 'code' | 'todo';
  /** What follows the slashes. */
  readonly text: string;
  /** The whole comment, slashes included. */
  readonly at: At;
}
/** How this file is written; fixes obey it. `importsEnd` is an empty place where a new import line goes. */
export interface Style {
  readonly quote: "'" | '"';
  readonly semicolons: boolean;
  readonly indent: string;
  readonly newline: '\n' | '\r\n';
  readonly trailingComma: boolean;
  readonly importsEnd: At;
}
