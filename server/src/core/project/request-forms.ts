import type { At } from '../text/source.js';

/** One thing a test asks of the path. */
export type PathTest =
  | { readonly is: 'text' | 'prefix' | 'suffix' | 'part' | 'regex'; readonly text: string }
  /** Compared with something that cannot be read. */
  | { readonly is: 'unread'; readonly text: string }
  /** The path is that of a route, written with `{id}`: never asked for, only known. */
  | { readonly is: 'route'; readonly text: string }
  /** A piece between slashes; undefined: there is one. */
  | { readonly is: 'segment'; readonly index: number; readonly text: string | undefined }
  | { readonly is: 'count'; readonly count: number };
/** What a test asks of method and path; 'other' is everything else. */
export type Formula =
  | { readonly is: 'method'; readonly name: string; readonly at: At }
  | { readonly is: 'path'; readonly test: PathTest; readonly at: At }
  | { readonly is: 'all' | 'any'; readonly of: readonly Formula[] }
  | { readonly is: 'not'; readonly of: Formula }
  | { readonly is: 'flat'; readonly holds: boolean }
  | { readonly is: 'other' };
/** Requests that some tests speak of: of one method, or of one no test names; to a path of which all of `paths` hold, or that no test names. */
export interface Case {
  readonly key: string;
  readonly method: string | undefined;
  readonly paths: readonly PathTest[];
  readonly methodAt: At | undefined;
  readonly pathAt: At | undefined;
}
