import type { Change, Code } from '../../findings/changes.js';
import type { Route } from '../../model/api.js';

/** The change that puts a guard in front of a route's handler, as its framework writes it; undefined where there is no place for one. `key`: the option it stands under elsewhere. */
export function guardInserted({ layersAt: at, layersUnder: under }: Route, guard: Code, key = under?.key): Change | undefined {
  if (!at) return undefined;
  if (!under || key === undefined) return { do: 'insert', at, where: 'before', code: [...guard, ', '] };
  if (under.within !== undefined) return { do: 'insert', at, where: 'entry-last', code: [`${under.within}: { ${key}: `, ...guard, ' }'] };
  return under.as === 'entry' ? { do: 'insert', at, where: 'entry-last', code: [`${key}: `, ...guard] } : { do: 'insert', at, where: 'before', code: [`{ ${key}: `, ...guard, ' }, '] };
}
