import ts from 'typescript';
import type { Finding } from '../../server/src/core/findings/finding.js';
import { scriptKind } from '../../server/src/core/syntax/javascript.js';
import type { FilePath } from '../../server/src/core/text/source.js';
import { engineOver } from './analyse.js';
import { samples, type NamedSample } from './samples.js';

/** Characters typed between two looks. STEP=1 looks at each character of each sample, and takes minutes. */
const step = Number(process.env['STEP'] ?? 23);
/** Claims that something is missing: next to a syntax error they are silent on purpose. */
export const absence: ReadonlySet<string> = new Set([
  'headers/helmet-missing',
  'headers/powered-by',
  'headers/csp-missing',
  'errors/no-error-handler',
  'limits/no-rate-limit',
  'csrf/missing',
  'errors/fastify-default-handler',
  // No route uses the method that is allowed, and nothing else asks who calls.
  'cors/permissive-methods',
  'auth/optional-auth',
]);
/** Silent about public data as far as all routes behind it are known: one that is half typed is not, and the last whole text stands in the editor meanwhile. */
export const provenPublic: ReadonlySet<string> = new Set(['cors/wildcard-origin']);

export interface State {
  readonly name: string;
  readonly rule: string;
  readonly isAbove: boolean;
}
export interface Typed {
  /** Looks at a finding that is there before and after the statement is typed. */
  readonly looks: number;
  /** Such findings that were gone in between. */
  readonly blinks: readonly State[];
  /** Findings outside of the statement that are there neither before nor after. */
  readonly flashes: readonly State[];
}

/** Types each top-level statement of each sample, into a file that ends there or that goes on below. */
export function typeAll(goesOn: boolean): Typed {
  const out = { looks: 0, blinks: new Array<State>(), flashes: new Array<State>() };
  for (const sample of samples.filter(({ title }) => !goesOn || step < 10 || isDrawn(title)))
    for (const [path, text] of sample.files) {
      if (!/\.[cm]?[jt]sx?$/.test(path)) continue;
      const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, scriptKind(path));
      for (const statement of tree.statements)
        typeOne(sample, path, text, { start: statement.getStart(tree), end: statement.end }, goesOn, out);
    }
  return out;
}
/** One sample of three, by its name: others that come or go draw no others. */
function isDrawn(title: string): boolean {
  let sum = 0;
  for (const sign of title) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973;
  return sum % 3 === 0;
}
function typeOne(
  sample: NamedSample,
  path: FilePath,
  text: string,
  { start, end }: { start: number; end: number },
  goesOn: boolean,
  out: { looks: number; blinks: State[]; flashes: State[] },
): void {
  const below = goesOn ? text.slice(end) : '';
  const at = (upTo: number): readonly Finding[] =>
    engineOver(new Map([...sample.files, [path, text.slice(0, upTo) + below]]), sample.policy).findings(path);
  const [before, after] = [at(start), at(end)];
  const [known, wanted] = [prints(before), prints(after)];
  // What the statement itself sets is its own matter while it is typed.
  const lasting = prints(after.filter(({ at: { span } }) => span.end <= start || span.start >= end));
  const stay = before.filter(({ fingerprint }) => lasting.has(fingerprint));
  // Most statements end a file that shows nothing yet.
  if (!goesOn && stay.length === 0) return;
  for (let typed = start + 1; typed < end; typed += goesOn ? step : Math.min(step, 9)) {
    const now = at(typed);
    const shown = prints(now);
    const state = ({ rule, at: { span } }: Finding): State => ({
      name: `${sample.title} at "${text.slice(start, typed).slice(-40)}": ${rule}`,
      rule,
      isAbove: span.end <= start,
    });
    out.looks += stay.length;
    out.blinks.push(...stay.filter(({ fingerprint }) => !shown.has(fingerprint)).map(state));
    const isOutside = ({ at: { span } }: Finding): boolean => span.end <= start || span.start >= typed;
    out.flashes.push(...now.filter((one) => !known.has(one.fingerprint) && !wanted.has(one.fingerprint) && isOutside(one)).map(state));
  }
}
function prints(all: readonly Finding[]): ReadonlySet<string> {
  return new Set(all.map(({ fingerprint }) => fingerprint));
}
export function names(states: readonly State[]): readonly string[] {
  return states.map(({ name }) => name);
}
