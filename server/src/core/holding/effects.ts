import { readers } from '../effective/index.js';
import type { Effect, Setup } from '../engine-types.js';
import type { AppliedFix, Finding } from '../findings/finding.js';
import { createContext } from '../project/context.js';
import { applyEdits } from '../text/edits.js';
import type { At, FilePath, SourceRange, Span } from '../text/source.js';
import { leansOf, recorded, type Bench } from './bench.js';

/** Fixes tried for one call. */
const MOST = 3;

/** Calls of a file that set response headers up, in order of place. */
export function setupsOf(path: FilePath, bench: Bench): readonly Setup[] {
  const module = bench.files.facts(path)?.module;
  if (!module) return [];
  const held = recorded(bench, path, leansOf());
  const context = createContext(path, held);
  const rangeOf = (at: At): SourceRange => ({ path: at.path, span: held.spanOf(at) });
  const found: Setup[] = [];
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps) {
      if (step.do !== 'call') continue;
      for (const read of readers) {
        const made = read(step.call, context);
        if (!made) continue;
        const parts = step.call.args.map(({ value }) => context.resolve(value).value.at).filter((at) => at.path === path);
        found.push({ at: rangeOf(made.at), parts: [step.call.at, ...parts].map(rangeOf), library: made.library, headers: made });
        break;
      }
    }
  return found.sort((a, b) => a.at.span.start - b.at.span.start);
}

interface Trial {
  setups(): readonly Setup[];
  /** Whether an open finding stands at the place. */
  isFound(at: SourceRange): boolean;
  /** Open findings of the file that have a fix, with the first one that holds. */
  fixes(at: SourceRange): readonly { readonly finding: Finding; readonly fix: AppliedFix }[];
  textOf(path: FilePath): string;
  /** The set-up calls as they would be with other texts. */
  tried(texts: ReadonlyMap<FilePath, string>): readonly Setup[];
}
/** The set-up call at a place, and what the first fix that touches its headers would make of them. */
export function effectAt(place: SourceRange, trial: Trial): Effect | undefined {
  const { span } = place;
  const setups = trial.setups();
  const index = setups.findIndex(({ at, parts }) => touches(at.span, span) || (parts.some((part) => covers(part.span, span)) && trial.isFound(place)));
  const setup = setups[index];
  if (!setup) return undefined;
  const fixes = setup.parts.flatMap((part) => trial.fixes(part)).slice(0, MOST);
  for (const { fix } of fixes) {
    const texts = [...fix.edits].flatMap(([path, edits]): [FilePath, string][] => {
      const text = applyEdits(trial.textOf(path), edits);
      return text === undefined ? [] : [[path, text]];
    });
    const after = trial.tried(new Map(texts));
    const same = after.length === setups.length ? after[index] : undefined;
    if (same && JSON.stringify(same.headers) !== JSON.stringify(setup.headers)) return { ...setup, after: { title: fix.title, headers: same.headers } };
  }
  return { ...setup, after: undefined };
}
function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}
function covers(a: Span, b: Span): boolean {
  return a.start <= b.start && b.end <= a.end;
}
