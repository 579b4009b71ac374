import type { ScopeEvent } from '../model/api.js';
import type { Call, Value } from '../model/value.js';

/** What a call on a scope gives back: the scope itself (a chain), or a builder that keeps a path (`route('/x')`). */
export type CallResult = { readonly kind: 'self' } | { readonly kind: 'builder'; readonly path: Value | undefined } | undefined;

/** The tables of MODEL.md section 2 as data; the join reads them, no adapter walks. */
export interface OrderRules {
  /** A router's own middleware also runs for requests that fall through it. */
  readonly fallThrough: boolean;
  readonly caseSensitive: boolean;
}

/** A vocabulary: says what a call means, evaluates nothing, sees one call. */
export interface FrameworkAdapter {
  readonly id: string;
  readonly packages: readonly string[];
  /** Method names worth evaluating on a receiver that may be a scope. */
  readonly verbs: ReadonlySet<string>;
  /** What a creating call makes; undefined when it makes nothing of this framework. */
  creates(call: Call): { readonly kind: 'application' | 'router'; readonly options: Value | undefined } | undefined;
  /** What a call on a scope registers; `path` is the builder's, when called on one. */
  events(call: Call, on: 'application' | 'router' | 'builder', path: Value | undefined): readonly ScopeEvent[];
  returns(call: Call): CallResult;
  readonly order: OrderRules;
}
