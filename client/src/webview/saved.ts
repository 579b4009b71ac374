import { readFilters, type Filter } from '../api-map/filters.js';
import { largestScale, smallestScale, type View } from './layout.js';
import { longestQuery } from './search.js';

/** What a page remembers of how it was looked at, through a reload of the window. */
export interface Saved {
  /** Nodes somebody opened or closed, by id. */
  readonly choices: readonly (readonly [string, boolean])[];
  readonly view: View | undefined;
  readonly filters: readonly Filter[];
  readonly query: string;
  /** The node that has the focus when the tree is entered. */
  readonly focus: string | undefined;
}
export const nothingSaved: Saved = { choices: [], view: undefined, filters: [], query: '', focus: undefined };

/** A state that was saved, perhaps by another version; what cannot be read is as if it had not been saved. */
export function savedFrom(value: unknown): Saved {
  if (typeof value !== 'object' || value === null) return nothingSaved;
  const fields: { readonly [Key in keyof Saved]?: unknown } = value;
  return {
    choices: Array.isArray(fields.choices) ? fields.choices.flatMap(choiceFrom) : [],
    view: viewFrom(fields.view),
    filters: [...readFilters(fields.filters)],
    query: typeof fields.query === 'string' ? fields.query.slice(0, longestQuery) : '',
    focus: typeof fields.focus === 'string' ? fields.focus : undefined,
  };
}
function choiceFrom(value: unknown): readonly (readonly [string, boolean])[] {
  if (!Array.isArray(value)) return [];
  const [id, open]: readonly unknown[] = value;
  return typeof id === 'string' && typeof open === 'boolean' ? [[id, open]] : [];
}
function viewFrom(value: unknown): View | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { x, y, k }: { readonly [Key in keyof View]?: unknown } = value;
  if (typeof x !== 'number' || typeof y !== 'number' || typeof k !== 'number') return undefined;
  return Number.isFinite(x) && Number.isFinite(y) && k >= smallestScale && k <= largestScale ? { x, y, k } : undefined;
}
