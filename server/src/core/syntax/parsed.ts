import type { Span } from '../text/source.js';

export interface SyntaxProblem {
  readonly span: Span;
  readonly message: string;
}

/** The message of the one problem of a text that no parser's stack can hold. */
export const TOO_DEEP = 'nested too deeply to be read';

/** Parsing never fails: a value, the problems met, and the spans (`holes`) next to which nothing may be claimed absent. */
export interface Parsed<T> {
  readonly value: T;
  readonly problems: readonly SyntaxProblem[];
  readonly holes: readonly Span[];
}
