import type { At } from '../text/source.js';

/** Index of a binding inside its module. */
export type BindingId = number & { readonly __brand: 'BindingId' };
/** Stable name inside the project: `path#name`, `path#Class.method`, or the call an anonymous function is an argument of. Never a position. */
export type FunctionId = string & { readonly __brand: 'FunctionId' };
export type ClassId = string & { readonly __brand: 'ClassId' };

export type Scalar = string | number | boolean | null | undefined;
export type CompareOperator = '===' | '==' | '!==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'instanceof';

/**
 * What an expression, a YAML node or a settings entry is: names resolved, `as`, `satisfies`, `!`, `await` and
 * parentheses looked through, constants folded. Acyclic: names are followed by `RuleContext.resolve`, never inlined.
 */
export type Value =
  | Literal
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string; readonly at: At }
  | Template
  | ObjectValue
  | ArrayValue
  | Call
  | { readonly kind: 'function'; readonly fn: FunctionId; readonly at: At }
  | { readonly kind: 'class'; readonly id: ClassId; readonly at: At }
  | Ref
  | { readonly kind: 'choice'; readonly test: Value; readonly then: Value; readonly else: Value; readonly at: At }
  | { readonly kind: 'logic'; readonly op: '&&' | '||' | '??' | 'default'; readonly left: Value; readonly right: Value; readonly at: At }
  | { readonly kind: 'compare'; readonly op: CompareOperator; readonly left: Value; readonly right: Value; readonly at: At }
  | { readonly kind: 'not'; readonly of: Value; readonly at: At }
  /** `of`: what its type is asked of, in `typeof x`. */
  | { readonly kind: 'unknown'; readonly why: string; readonly of?: Value; readonly at: At };

/** `folded`: computed from several tokens (`60 * 60`, `'a' + 'b'`). */
export interface Literal {
  readonly kind: 'literal';
  readonly value: Scalar;
  readonly folded?: true;
  readonly at: At;
}
/** A template literal or a `+` chain; text pieces and values alternate freely. */
export interface Template {
  readonly kind: 'template';
  readonly parts: readonly (string | Value)[];
  readonly at: At;
}
/** `open`: a spread, a computed key or a hole may add keys, so "key missing" is not proven. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly entries: readonly Entry[];
  readonly open: boolean;
  readonly at: At;
}
export interface ArrayValue {
  readonly kind: 'array';
  readonly items: readonly Item[];
  readonly open: boolean;
  readonly at: At;
}
/** One `key: value`, shorthand, method or spread, in source order: later ones win. `at` is the whole entry. */
export interface Entry {
  readonly key: string | undefined;
  readonly keyAt: At;
  readonly value: Value;
  readonly form: 'pair' | 'shorthand' | 'method' | 'spread' | 'computed';
  readonly at: At;
}
export interface Item {
  readonly value: Value;
  readonly spread: boolean;
  readonly at: At;
}
/**
 * A call, `new` or decorator. `callee` is dotted from its root with import names resolved: `express.Router`,
 * `jsonwebtoken.verify`, `process.exit`; a local or parameter root keeps its source name (`app.use`); '' when the root is itself an expression (read `receiver`).
 * `name` is the last segment, `receiver` what stands before it (undefined for a plain call).
 */
export interface Call {
  readonly kind: 'call';
  readonly callee: string;
  readonly name: string;
  readonly nameAt: At;
  /** The called thing as a value: what `callee` spells. */
  readonly target: Value;
  readonly receiver: Value | undefined;
  readonly args: readonly Item[];
  readonly form: 'call' | 'new' | 'decorator' | 'tagged';
  readonly awaited: boolean;
  readonly at: At;
}
/** A name and the members read from it; an undefined member is computed and not constant. `nameAt` is the last name. */
export interface Ref {
  readonly kind: 'ref';
  readonly root: Root;
  readonly path: readonly (string | undefined)[];
  readonly text: string;
  /** The key of the last computed member: `app[method]`. */
  readonly computed?: Value;
  readonly at: At;
  readonly nameAt: At;
}
/** Where a name leads. */
export type Root =
  /** `name` is '*' for a namespace or a whole `require`, 'default', or the imported name. */
  | { readonly kind: 'import'; readonly from: string; readonly name: string }
  /** process.env.A in all spellings; undefined: the whole environment. */
  | { readonly kind: 'env'; readonly name: string | undefined }
  /** A destructured parameter has the same root and a longer path. */
  | { readonly kind: 'parameter'; readonly fn: FunctionId; readonly index: number }
  | { readonly kind: 'local'; readonly binding: BindingId }
  | { readonly kind: 'caught'; readonly how: 'catch' | 'promise' | 'callback' }
  | { readonly kind: 'this'; readonly class: ClassId | undefined }
  /** Member of an expression: `f().x`. */
  | { readonly kind: 'value'; readonly of: Value }
  | { readonly kind: 'global'; readonly name: string };
