import type { Span } from '../text/source.js';

export interface SyntaxProblem {
  readonly span: Span;
  readonly message: string;
}

/** Parsing never fails: a value, the problems met, and the spans (`holes`) next to which nothing may be claimed absent. */
export interface Parsed<T> {
  readonly value: T;
  readonly problems: readonly SyntaxProblem[];
  readonly holes: readonly Span[];
}
