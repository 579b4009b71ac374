import gt from 'semver/functions/gt.js';
import major from 'semver/functions/major.js';
import minor from 'semver/functions/minor.js';
import satisfies from 'semver/functions/satisfies.js';
import valid from 'semver/functions/valid.js';
import minVersion from 'semver/ranges/min-version.js';
import subset from 'semver/ranges/subset.js';
import validRange from 'semver/ranges/valid.js';
import type { At } from '../../text/source.js';
import type { Dependency, RuleContext } from '../rule.js';
import { abandoned } from './abandoned.js';
import { advisories } from './advisories.js';
import type { Abandoned, Advisory, Level } from './advisory.js';
import { groupedBy } from './names.js';

/** What is known of a dependency's version: a version, or that it is one of a range. */
export interface Used {
  /** The version, or the lowest that the range lets in. */
  readonly version: string;
  /** As a person reads it: the version where one is known, else what is written. */
  readonly shown: string;
  /** Undefined: the version is known. */
  readonly range: string | undefined;
}
/** The holes of a dependency. */
export interface Holes extends HolesOfVersion {
  readonly used: Used;
}
/** The holes of one version of a package. */
export interface HolesOfVersion {
  /** The gravest. */
  readonly worst: Advisory;
  /** How many other advisories there are. */
  readonly others: number;
  /** The first version without any of them; undefined: there is none. */
  readonly fixed: string | undefined;
}

const LEVELS: readonly Level[] = ['low', 'moderate', 'high', 'critical'];
const BETA = { includePrerelease: true };
const byName = groupedBy(advisories, ({ name }) => name);
const goneByName = groupedBy(abandoned, ({ name }) => name);
/** A version no package has: a range that lets it in has no upper bound. */
const FAR = '999999.0.0';

/** Whether the rules on dependencies have something to say that a version can change. */
export function isRated({ real, range }: Pick<Dependency, 'real' | 'range'>): boolean {
  return byName.has(real) || (goneByName.get(real) ?? []).some((row) => row.range !== '*') || isOpen(range);
}
/** Whether a range lets in whatever comes: `*`, `latest`, `>=4`. Other sources than the registry are none. */
export function isOpen(range: string): boolean {
  return isTag(range) || (validRange(range) !== null && satisfies(FAR, range));
}
/** The name of a release line in place of a version: `latest`, `next`. */
export function isTag(range: string): boolean {
  return /^[a-z][a-z0-9.-]{0,40}$/i.test(range) && validRange(range) === null;
}

/** The holes of what surely is installed; where that is not known, of what every version the range lets in has. */
export function holesOf(dependency: Dependency, context: Pick<RuleContext, 'version'>): Holes | undefined {
  const rows = byName.get(dependency.real);
  const used = rows && usedOf(dependency, context);
  if (!rows || !used) return undefined;
  const isSure = used.range === undefined || isWithin(used.range, rows);
  const holes = isSure ? holesAt(dependency.real, used.version) : undefined;
  return holes && { used, ...holes };
}
/** The entry of the lock file that has the version in use, as a place to look at beside the manifest. */
export function lockEntry({ name, real, written, manifest }: Dependency, context: Pick<RuleContext, 'version' | 'lockedAt'>): readonly { readonly at: At; readonly label: string }[] {
  const locked = context.lockedAt(name, written, manifest);
  // What is installed counts before what is locked.
  const isUsed = locked !== undefined && context.version(name, written, manifest)?.version === locked.version;
  return isUsed ? [{ at: locked.at, label: `${real} ${locked.version} is locked here` }] : [];
}
/** The holes of one version. */
export function holesAt(name: string, version: string): HolesOfVersion | undefined {
  const rows = byName.get(name) ?? [];
  const own = rows.filter((row) => satisfies(version, row.range, BETA));
  const [worst] = [...own].sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
  return worst && { worst, others: new Set(own.map((row) => row.id)).size - 1, fixed: repairedIn(own, rows) };
}
/** The row that says nobody repairs what is installed, or any version the range lets in. */
export function abandonedRow(dependency: Dependency, context: Pick<RuleContext, 'version'>): Abandoned | undefined {
  const rows = goneByName.get(dependency.real);
  if (!rows || isElsewhere(dependency.range)) return undefined;
  const whole = rows.find((row) => row.range === '*');
  const used = whole ? undefined : usedOf(dependency, context);
  return whole ?? (used && rows.find((row) => (used.range === undefined ? satisfies(used.version, row.range, BETA) : isWithin(used.range, [row]))));
}
/** Whether a version of a package is one that nobody repairs. */
export function isAbandoned(name: string, version: string): boolean {
  return (goneByName.get(name) ?? []).some((row) => row.grade !== 'weak' && satisfies(version, row.range, BETA));
}

/** What is written in place of an abandoned package so that its successor is installed under its name, or why that is not enough. */
export function successor(dependency: Dependency, { name, range, replacement, dropIn }: Abandoned, context: Pick<RuleContext, 'version'>): { readonly written: string; readonly other: string } | { readonly refused: string } {
  if (!dropIn && range !== '*') return { refused: 'A new major version is needed: what it changes is in its notes, and the code may have to change with it.' };
  if (!dropIn) return { refused: `${replacement} does not have the interface of ${name}: the code that uses it has to be changed with it.` };
  const used = usedOf(dependency, context);
  if (!used || major(used.version) !== major(dropIn.after)) return { refused: `${dropIn.name} goes on from ${name} ${dropIn.after}: upgrade to that version first.` };
  const version = holesAt(dropIn.name, dropIn.version)?.fixed ?? dropIn.version;
  return { written: `npm:${dropIn.name}@^${version}`, other: dropIn.name };
}
/** The written range with another version, in its own style: exact stays exact, a tilde stays a tilde. */
export function writtenWith({ written, real, range }: Dependency, version: string): string {
  const alias = written.trim().startsWith('npm:') ? `npm:${real}@` : '';
  const sign = valid(range) !== null ? '' : range.startsWith('~') ? '~' : '^';
  return `${alias}${sign}${version}`;
}
/** Whether a version may break what another one does: below 1.0.0 the second number says so. */
export function isBreaking(from: string, to: string): boolean {
  return major(from) !== major(to) || (major(to) === 0 && minor(from) !== minor(to));
}
/** The package comes from a folder, an address or a catalog, not by a range from the registry. */
export function isElsewhere(range: string): boolean {
  return validRange(range) === null && !isTag(range);
}

function usedOf(dependency: Dependency, context: Pick<RuleContext, 'version'>): Used | undefined {
  const { name, written, range, manifest, overridden } = dependency;
  const known = context.version(name, written, manifest);
  if (known) return { version: known.version, shown: known.version, range: undefined };
  const lowest = overridden || validRange(range) === null ? null : minVersion(range);
  if (lowest === null) return undefined;
  const exact = valid(range);
  return exact === null ? { version: lowest.version, shown: range, range } : { version: exact, shown: exact, range: undefined };
}
/** Whether all of a range lies in the rows' ranges. */
function isWithin(range: string, rows: readonly { readonly range: string }[]): boolean {
  return subset(range, rows.map((row) => row.range).join(' || '), BETA);
}
function repairedIn(own: readonly Advisory[], rows: readonly Advisory[]): string | undefined {
  let fixed: string | undefined;
  for (let todo = own, rounds = 0; todo.length > 0 && rounds < rows.length + 1; rounds++) {
    for (const row of todo) {
      if (row.fixed === undefined) return undefined;
      if (fixed === undefined || gt(row.fixed, fixed)) fixed = row.fixed;
    }
    const next = fixed;
    todo = next === undefined ? [] : rows.filter((row) => satisfies(next, row.range, BETA));
  }
  return fixed;
}
