import type { Raw } from '../findings/detect.js';
import type { Keeping } from '../findings/units.js';
import type { Baseline } from '../findings/finding.js';
import type { Policy } from '../policy/policy.js';
import type { Holdings } from '../project/context.js';
import { EVERYTHING } from '../project/looks.js';
import { kept } from '../project/memo.js';
import type { ProjectModel } from '../project/project.js';
import { rules } from '../rules/index.js';
import type { AnyRule } from '../rules/rule.js';
import { fileOf, type FilePath, type Span } from '../text/source.js';
import { changedPart } from '../text/edits.js';
import { createWordFinder } from '../text/words.js';
import type { Files } from './files.js';
import { givesData } from './handers.js';

/** What holds for all files of one moment. */
export interface Bench {
  readonly files: Files;
  readonly project: ProjectModel;
  readonly policy: Policy;
  readonly baseline: Baseline;
  readonly today: string;
}

/** The words of rules that stand in a text. */
export function mentionedIn(text: string): ReadonlySet<string> {
  return wordsIn(text.toLowerCase());
}
const words = rules.flatMap((rule) => rule.words);
const wordsIn = createWordFinder(words);
const LONGEST = Math.max(...words.map((word) => word.length));
/** Words that stand in a text, and what else stood in it before an edit: more words only have more rules asked. */
export interface Mentioned {
  readonly text: string;
  readonly words: ReadonlySet<string>;
}
/** The same, by what changed since `before`. */
export function mentionedSince(before: Mentioned | undefined, text: string): Mentioned {
  if (before?.text === text) return before;
  if (!before) return { text, words: mentionedIn(text) };
  const { start, end } = changedPart(before.text, text);
  const added = mentionedIn(text.slice(Math.max(0, start - LONGEST), end + text.length - before.text.length + LONGEST));
  return { text, words: [...added].every((word) => before.words.has(word)) ? before.words : new Set([...before.words, ...added]) };
}
/** The rules a policy leaves on. */
export const speaking = kept((policy: Policy): readonly AnyRule[] => rules.filter((rule) => policy.rules.get(rule.meta.id) !== 'off'));

/** What the rules looked at beside the file they were asked about. */
export interface Leans {
  readonly leansOn: Set<FilePath>;
  readonly leansOnSurface: Set<FilePath>;
  readonly answered: Map<string, boolean | string>;
  /** Files of whose functions was asked what runs them. */
  readonly runs: Set<FilePath>;
}
/** Nothing looked at yet, or what others looked at. */
export function leansOf(from?: Leans): Leans {
  return { leansOn: new Set(from?.leansOn), leansOnSurface: new Set(from?.leansOnSurface), answered: new Map(from?.answered), runs: new Set(from?.runs) };
}
/** The holdings of one file's rules; each other file that is looked at is noted, and with `keeping` what is looked at in the file itself. */
export function recorded({ files, project, policy, today }: Bench, own: FilePath, { leansOn, leansOnSurface, answered, runs }: Leans, keeping?: Keeping): Holdings {
  const look = (path: FilePath): FilePath => {
    if (path !== own) leansOn.add(path);
    return path;
  };
  return {
    project, policy, today, looks: keeping?.looks,
    spanOf: (at) => {
      look(at.path);
      return files.spanOf(at);
    },
    textOf(path, at) {
      if (path === own) keeping?.looks.at(at ?? EVERYTHING);
      return files.get(look(path))?.text ?? '';
    },
    classOf: (path) => files.classOf(look(path)),
    usesOf: (path) => files.usesOf(look(path)),
    module: (path) => (path === own ? keeping?.module : undefined) ?? files.facts(look(path))?.module ?? files.data(path),
    surface(path) {
      const module = files.facts(path)?.module;
      if (!module) return files.data(look(path));
      if (path === own) return keeping?.module ?? module;
      leansOnSurface.add(path);
      return module;
    },
    asksWhoRuns: (fn) => void runs.add(fileOf(fn)),
    handed: (fn, index) => project.handed.get(fn)?.[index],
    isAsked: (path, by) => files.importsOf(by).has(path) && givesData(look(path), files),
    isData: (path) => files.facts(path)?.module === undefined && files.data(path) !== undefined,
    isStable: (path, binding) => !files.facts(path)?.unstable.has(binding),
    manifestOf: (path) => files.manifestOf(path),
    manifestPath: (path) => files.manifestPath(path),
    versionOf: (name, written, manifest) => files.versionOf(name, written, manifest, look),
    lockedAt: (name, written, manifest) => files.lockedAt(name, written, manifest, look),
    broughtIn: (manifest) => files.broughtIn(manifest, look),
    // Files that come or go have every file judged again: only the texts looked at are noted.
    paths: () => files.paths(),
    artifactOf: (path) => files.facts(look(path))?.artifact,
    // A file that becomes one of another kind has every file judged again.
    kindOf: (path) => files.facts(path)?.artifact?.kind,
    ignoreFile: (path) => files.get(look(path))?.text,
    resolveFile: (specifier, from) => files.resolve(specifier, from),
    projectUses(what) {
      const known = answered.get(what) ?? files.marks.answer(what);
      answered.set(what, known);
      return known === true;
    },
    marksFrom(start) {
      const asked = `${start}*`;
      const known = answered.get(asked) ?? files.marks.answer(asked);
      answered.set(asked, known);
      return typeof known === 'string' && known !== '' ? known.split('\n') : [];
    },
  };
}

/** A detection and where it stands. */
export interface Placed {
  readonly one: Raw;
  readonly span: Span;
}
/** One detection of a rule at one place. */
export function unique(sorted: readonly Placed[]): readonly Placed[] {
  const seen = new Set<string>();
  return sorted.filter(({ one, span }) => {
    const key = `${one.rule.meta.id} ${span.start} ${span.end}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
/** In order of place, then of rule. */
export function bySpan(a: Placed, b: Placed): number {
  return compareSpans(a.span, b.span) || (a.one.rule.meta.id < b.one.rule.meta.id ? -1 : 1);
}
export function compareSpans(a: Span, b: Span): number {
  return a.start - b.start || a.end - b.end;
}
