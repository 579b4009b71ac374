import type { Entry, Value } from '../../model/value.js';
import { asText, entryOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';

/** A version a manifest sets a package to, whoever needs it. */
export interface Override {
  /** The package. */
  readonly name: string;
  /** The versions it stands in for; undefined: all. */
  readonly instead: string | undefined;
  /** As written: a version, a range, `$name`, `npm:other@1.0.0`. */
  readonly written: string;
  readonly at: At;
  /** The key stands at the top of its list: it holds for all packages that need it. */
  readonly everywhere: boolean;
}
const MOST = 2_000;
const DEEPEST = 10;

/** What a manifest sets aside: `overrides` (npm, bun), `resolutions` (yarn) and `pnpm.overrides`. */
export function overridesOf(root: Value): readonly Override[] {
  const found: Override[] = [];
  const places = [entryOf(root, 'overrides'), entryOf(root, 'resolutions'), entryOf(entryOf(root, 'pnpm')?.value, 'overrides')];
  for (const place of places) collect(place?.value, undefined, 0, found);
  return found;
}
/** An object speaks of what the package itself needs, except at its dot. */
function collect(value: Value | undefined, within: string | undefined, depth: number, found: Override[]): void {
  if (value?.kind !== 'object' || depth > DEEPEST) return;
  for (const entry of value.entries) {
    if (found.length >= MOST) return;
    const key = entry.key === '.' ? within : entry.key;
    const read = key === undefined ? undefined : readKey(key);
    const written = asText(entry.value);
    if (read && written !== undefined) found.push({ ...read, written: written.trim(), at: entry.value.at, everywhere: isEverywhere(entry, within, read) });
    else collect(entry.value, entry.key, depth + 1, found);
  }
}
/** The package a key ends with, its paths left out: `a>b`, `**\/a/b`, `b@^1.0.0`. */
function readKey(key: string): Pick<Override, 'name' | 'instead'> | undefined {
  const found = /(?:^|[/>])((?:@[^/>@]{1,100}\/)?[^/>@]{1,100})(?:@([^>]{0,100}))?$/.exec(key);
  return found?.[1] === undefined ? undefined : { name: found[1], instead: found[2] };
}
function isEverywhere({ key }: Entry, within: string | undefined, { name, instead }: Pick<Override, 'name' | 'instead'>): boolean {
  return instead === undefined && (key === '.' ? within === name : within === undefined && (key === name || key === `**/${name}`));
}
