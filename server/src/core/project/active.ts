import type { Layer, Methods, ScopeId } from '../model/api.js';
import { shared } from './join-parts.js';
import { covers } from './paths.js';
import type { ScopeState } from './abstract.js';
import type { ChainLink, PathPattern } from './project.js';

/** A layer that may stand before later routes, with the paths it covers (none: all). */
export interface Active {
  readonly layer: Layer;
  readonly patterns: readonly PathPattern[];
  readonly exact: boolean;
  readonly caseSensitive: boolean;
  /** Only requests of these methods; none: all. */
  readonly methods?: Methods;
  readonly scope: ScopeId;
  readonly from: ChainLink['from'];
  readonly when: ChainLink['when'];
  readonly sure: boolean;
  /** app.param: only routes of this scope with this parameter. */
  readonly parameter: string | undefined;
}

/** Whether a layer runs for requests of these methods to a path of a scope. */
export function coverage(active: Active, path: PathPattern, scope: ScopeState, methods: Methods): 'yes' | 'no' | 'maybe' {
  const some = active.methods === undefined ? 'yes' : shared(active.methods, methods);
  if (some === 'no') return 'no';
  if (active.parameter !== undefined) {
    if (active.scope !== scope.id) return 'no';
    if (active.parameter === '?') return 'maybe';
    return path.segments.some((one) => one.kind === 'parameter' && one.text.includes(`{${active.parameter}}`)) ? 'yes' : 'no';
  }
  if (active.patterns.length === 0) return 'yes';
  const answers = active.patterns.map((pattern) => covers(pattern, path, active.exact, active.caseSensitive));
  return some === 'yes' && answers.includes('yes') ? 'yes' : answers.includes('yes') || answers.includes('maybe') ? 'maybe' : 'no';
}
