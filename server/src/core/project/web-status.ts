import type { Value } from '../model/value.js';
import type { Abstract, Frame } from './abstract.js';
import type { Run, Sources } from './web-sources.js';
import { leadsToLogin, type webMade } from './web-values.js';

/** What answers say by their status or address. */
export interface Statuses {
  /** The statuses a value may be; undefined: one nobody can read. */
  numbersIn(value: Value, run: Run): readonly (number | undefined)[];
  /** The status of an answer, that of a success where it cannot be read. */
  numberIn(value: Value, run: Run): number;
  /** A redirect leads to where callers say who they are. */
  isToLogin(made: Extract<NonNullable<ReturnType<typeof webMade>>, { is: 'redirect' }>, run: Run): boolean;
}

/** `read`: what a value is worth in a frame. */
export function createStatuses(read: (value: Value, frame: Frame) => Abstract, sources: Sources): Statuses {
  return { numbersIn, numberIn, isToLogin };

  function numbersIn(value: Value, run: Run): readonly (number | undefined)[] {
    if (value.kind === 'choice') return [...numbersIn(value.then, run), ...numbersIn(value.else, run)];
    if (value.kind === 'logic') return numbersIn(value.right, run);
    const got = read(value, run.frame);
    return [got.is === 'value' && got.value.kind === 'literal' && typeof got.value.value === 'number' ? got.value.value : undefined];
  }
  function numberIn(value: Value, run: Run): number {
    const got = read(value, run.frame);
    if (got.is === 'value' && got.value.kind === 'literal' && typeof got.value.value === 'number') return got.value.value;
    const name = value.kind === 'ref' ? (value.path.at(-1) ?? value.text) : '';
    if (/unauthori[sz]ed/i.test(name)) return 401;
    return /forbidden/i.test(name) ? 403 : 200;
  }
  /** The address may be a name whose path is set by a statement of its own: `url.pathname = '/login'`. */
  function isToLogin({ login, to }: Extract<NonNullable<ReturnType<typeof webMade>>, { is: 'redirect' }>, run: Run): boolean {
    if (login || to?.kind !== 'ref' || to.root.kind !== 'local') return login;
    const { binding } = to.root;
    const isSet = run.view.fn.steps.some((step) => step.do === 'assign' && step.target.root.kind === 'local' && step.target.root.binding === binding && /^(pathname|href)$/.test(step.target.path.at(-1) ?? '') && leadsToLogin(step.value, 0));
    return isSet || sources.trace(to, run).some(({ value }) => leadsToLogin(value, 0));
  }
}
