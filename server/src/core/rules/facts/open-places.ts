import type { ModuleView } from '../../model/module.js';
import type { At } from '../../text/source.js';
import type { Detection, RuleContext } from '../rule.js';
import { openRows } from './open-rows.js';

/** A place other than a route's own call that lets strangers in, with what is said of it. */
export interface OpenPlace {
  readonly how: 'place';
  readonly message: string;
  /** Why it cannot be repaired by itself. */
  readonly refused: string;
}
/** What a file leaves open beside its routes: rows of tables. `taken`: the methods of routes these speak of. */
export function* openPlaces(module: ModuleView, context: RuleContext, taken: (at: At) => void): Iterable<Detection<OpenPlace>> {
  for (const { at, name, key, counts: [closed, all], methodAt } of openRows(module, context)) {
    taken(methodAt);
    const said = key === undefined ? 'say who may call them' : `are kept closed by '${key}'`;
    yield {
      at, subject: `row ${name}`, confidence: 'medium',
      evidence: { how: 'place', message: `${name} asks nobody who calls while ${closed} of ${all} other rows of this table ${said}. Close it too.`, refused: 'Who may call it is for the author to say.' },
    };
  }
}
