import type { Call, FunctionId, Value } from '../model/value.js';
import type { Abstract } from './abstract.js';
import type { HandedOver } from './followed.js';
import { sameValue } from './values.js';

/** Notes what calls hand over. */
export interface HandedNotes {
  /** `args`: what each argument is worth. */
  note(fn: FunctionId, call: Call, args: readonly Abstract[]): void;
  readonly noted: HandedOver;
}
/** Applications and their parts are followed by the evaluation itself. */
const PLAIN: ReadonlySet<Abstract['is']> = new Set(['value', 'fields', 'module', 'list', 'unknown']);

/** Nothing noted yet. */
export function createHandedNotes(): HandedNotes {
  const noted = new Map<FunctionId, readonly (Value | undefined)[]>();
  return {
    noted,
    note(fn, call, args) {
      const spread = call.args.findIndex((item) => item.spread);
      const values = call.args.map(({ value }, index) => ((spread >= 0 && index >= spread) || !PLAIN.has(args[index]?.is ?? 'unknown') ? undefined : value));
      const before = noted.get(fn);
      noted.set(fn, before ? values.map((value, index) => (isSame(value, before[index]) ? value : undefined)) : values);
    },
  };
}
function isSame(a: Value | undefined, b: Value | undefined): boolean {
  return a !== undefined && b !== undefined && a.at.path === b.at.path && (a.at.mark === b.at.mark || sameValue(a, b));
}
