import semver from 'semver';
import type { Abandoned, Advisory, DropIn, NodeRelease } from '../server/src/core/rules/facts/advisory.js';

type Row = Advisory | Abandoned | NodeRelease;

const IDS = /^(?:CVE-\d{4}-\d{4,7}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})$/;
const NAME = /^(?:@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*$/;
const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/** What is wrong with the form of rows, in words; nothing where all is well. Rows of one kind stand together. */
export function faultsOf(rows: readonly Row[]): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  rows.forEach((row, index) => {
    const key = keyOf(row);
    const say = (fault: string): void => void faults.push(`${key}: ${fault}`);
    if (seen.has(key)) say('stands twice');
    seen.add(key);
    if (!DAY.test(row.checkedOn)) say(`${row.checkedOn} is no day`);
    const before = rows[index - 1];
    if (before?.kind === row.kind && order(before, row) > 0) say(`stands after ${keyOf(before)}`);
    if (row.kind === 'eol') {
      if (!DAY.test(row.ends)) say(`${row.ends} is no day`);
      return;
    }
    if (!NAME.test(row.name)) say('its name is none of a package');
    if (semver.validRange(row.range) === null) say(`${row.range} is no range`);
    if (row.kind === 'vulnerable') faultsOfHole(row, say);
    else {
      if (!IDS.test(row.id) && !isRelease(row.id, row.name)) say(`${row.id} is neither an advisory nor a release of it`);
      if (row.replacement.trim() === '') say('nothing takes its place');
      if (row.dropIn) faultsOfDropIn(row.dropIn, row.name, say);
    }
  });
  return faults;
}
function faultsOfHole({ range, id, short, fixed }: Advisory, say: (fault: string) => void): void {
  if (!IDS.test(id)) say(`${id} is no id of an advisory`);
  if (short.length < 10 || short.length > 90 || /[.!]$/.test(short)) say('its clause is too short, too long, or a sentence');
  if (fixed === undefined) return;
  if (semver.valid(fixed) === null) say(`${fixed} is no version`);
  else if (semver.satisfies(fixed, range, { includePrerelease: true })) say(`${fixed} is said to be repaired and lies in ${range}`);
}
function faultsOfDropIn({ name, version, after, id }: DropIn, old: string, say: (fault: string) => void): void {
  if (!NAME.test(name) || name === old) say(`${name} is no other package`);
  for (const one of [version, after]) if (semver.valid(one) === null) say(`${one} is no version`);
  if (!isRelease(id, old) && !isRelease(id, name)) say(`${id} is a release of neither`);
}
function isRelease(id: string, name: string): boolean {
  return id.startsWith(`npm:${name}@`) && semver.valid(id.slice(`npm:${name}@`.length)) !== null;
}
function keyOf(row: Row): string {
  return row.kind === 'eol' ? `node ${row.major}` : `${row.name} ${row.range} ${row.id}`;
}
/** Above zero where the first row has to stand behind the second. */
function order(a: Row, b: Row): number {
  if (a.kind === 'eol' || b.kind === 'eol') return a.kind === 'eol' && b.kind === 'eol' ? a.major - b.major : 0;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const [low, other] = [semver.minVersion(a.range), semver.minVersion(b.range)];
  return low && other ? semver.compare(low, other) : 0;
}
