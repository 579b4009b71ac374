import type { Change, Code } from '../../findings/changes.js';
import type { Route } from '../../model/api.js';

/** The change that puts a guard in front of a route's handler, as its framework writes it; undefined where there is no place for one. */
export function guardInserted({ layersAt: at, layersUnder: under }: Route, guard: Code): Change | undefined {
  if (!at) return undefined;
  if (!under) return { do: 'insert', at, where: 'before', code: [...guard, ', '] };
  return under.as === 'entry' ? { do: 'insert', at, where: 'entry-last', code: [`${under.key}: `, ...guard] } : { do: 'insert', at, where: 'before', code: [`{ ${under.key}: `, ...guard, ' }, '] };
}
