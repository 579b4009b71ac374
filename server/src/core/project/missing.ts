import type { Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';

/** What tells whether a name leads to a held file. */
export interface Leading {
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  isOwn(specifier: string, from: FilePath): boolean;
}
const DEEPEST = 8;

/** The module of this project a value, or what is called for it, comes from, where that module is not held: nobody can tell what it does. */
export function missingModule(value: Value, leading: Leading, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  if (value.kind === 'call') return missingModule(value.target, leading, depth + 1);
  if (value.kind !== 'ref') return undefined;
  const { root, at } = value;
  if (root.kind === 'value') return missingModule(root.of, leading, depth + 1);
  return root.kind === 'import' && leading.resolve(root.from, at.path) === undefined && leading.isOwn(root.from, at.path) ? root.from : undefined;
}
