import type { Conduct } from '../model/api.js';
import type { StepFrame } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { Before, Fn, Frame, ScopeState } from './abstract.js';
import type { Case } from './request-forms.js';

/** A function that answers the requests of a server. */
export interface Listening {
  readonly framework: string;
  readonly listener: Fn;
  /** What stands before the request: `listener.bind(this, store)`. */
  readonly bound: readonly Value[];
  readonly call: Call;
  readonly frame: Frame;
  readonly step: StepFrame | undefined;
  /** Where its routes belong and what their path is, where its place says so. */
  readonly fixed?: { readonly scope: ScopeState; readonly path: Value; before(method: string | undefined): readonly Before[]; readonly name: string; conduct(own: Conduct, of: Case): Conduct };
}
