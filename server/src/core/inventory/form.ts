import type { InventoryEntry, InventoryGap, InventoryOperation } from '../engine-types.js';
import type { SourceRange } from '../text/source.js';

/** The inventory with what a text about it needs to say. */
export interface Inventory {
  /** In the order in which they are shown. */
  readonly entries: readonly InventoryEntry[];
  readonly gaps: readonly InventoryGap[];
  /** Operations of documents that no route serves. */
  readonly missing: readonly InventoryOperation[];
  /** The line a range starts on, counted from 1. */
  readonly lineOf: (range: SourceRange) => number;
  /** Name and version of the API. */
  readonly title: string;
  readonly version: string;
}
/** One form the inventory can be written in: same inventory, same text, ended by one newline. */
export interface InventoryForm {
  readonly id: string;
  /** How a file of this form is named at its end, without the dot. */
  readonly extension: string;
  render(inventory: Inventory): string;
}

/** `src/app.js:12`, on one line. */
export function placeOf(range: SourceRange, { lineOf }: Pick<Inventory, 'lineOf'>): string {
  return `${visible(range.path)}:${lineOf(range)}`;
}
/** Sentences on what the inventory may lack; none when nothing is known to be missing. */
export function gapLines(inventory: Pick<Inventory, 'gaps' | 'lineOf'>): readonly string[] {
  const shown = inventory.gaps.slice(0, MOST_GAPS).map(({ at, why }) => `${placeOf(at, inventory)}: ${visible(why)}`);
  const more = inventory.gaps.length - shown.length;
  return more > 0 ? [...shown, `and at ${more} more places`] : shown;
}
const MOST_GAPS = 50;
/** `GET /orders (openapi.yaml:12)` for each operation that no route serves. */
export function missingLines(inventory: Pick<Inventory, 'missing' | 'lineOf'>): readonly string[] {
  return inventory.missing.map(({ method, path, at }) => `${visible(method)} ${visible(path)} (${placeOf(at, inventory)})`);
}

/** Text on one line in which nothing is hidden: control characters, direction marks and halves of characters become a mark. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udfff]/gu, '\ufffd');
}
