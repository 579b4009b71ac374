import type { Change, Code } from '../../findings/changes.js';
import type { Route } from '../../model/api.js';

/** The change that puts a guard in front of a route's handler, as its framework writes it; undefined where there is no place for one. `own`: the option it stands under elsewhere. */
export function guardInserted({ layersAt: at, layersUnder: under }: Route, given: Code, own?: string): Change | undefined {
  if (!at) return undefined;
  if (!under) return { do: 'insert', at, where: 'before', code: [...given, ', '] };
  const key = own ?? under.key;
  const guard = under.listed && own === undefined ? ['[', ...given, ']'] : given;
  if (under.within !== undefined) return { do: 'insert', at, where: 'entry-last', code: [`${under.within}: { ${key}: `, ...guard, ' }'] };
  return under.as === 'entry' ? { do: 'insert', at, where: 'entry-last', code: [`${key}: `, ...guard] } : { do: 'insert', at, where: 'before', code: [`{ ${key}: `, ...guard, ' }, '] };
}
