import type { SourceFile, Span, FilePath } from '../text/source.js';
import { defaultPolicy, type Policy } from './policy.js';

export interface PolicyProblem {
  readonly path: FilePath;
  readonly span: Span;
  readonly message: string;
}
/** Reads `unlatched.yml`; `load` gives the text of a policy named by `extends`. With problems the caller keeps its last good policy. */
export function readPolicy(_file: SourceFile, _load: (path: FilePath) => SourceFile | undefined): { readonly policy: Policy; readonly problems: readonly PolicyProblem[] } {
  return { policy: defaultPolicy, problems: [] };
}
