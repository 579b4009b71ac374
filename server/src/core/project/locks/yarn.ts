import type { Span } from '../../text/source.js';
import { plainVersion, type Lock, type LockedPackage } from './answer.js';

/** One entry: what leads to it (`name@range`), and what it says. */
interface Entry {
  readonly at: Span;
  readonly descriptors: readonly string[];
  readonly needs: (readonly [name: string, range: string])[];
  version: string | undefined;
  /** `name@npm:1.0.0` of yarn 2 and later. */
  resolution: string | undefined;
}
const NEEDS: ReadonlySet<string> = new Set(['dependencies', 'optionalDependencies']);

/** `yarn.lock` of yarn 1 and of its successors. A package's id is the number of its entry. */
export function readYarnLock(text: string): Lock {
  const entries = readEntries(text);
  const byDescriptor = new Map<string, number>();
  /** Undefined under a name: several entries have it. */
  const byName = new Map<string, number | undefined>();
  for (const [index, { descriptors }] of entries.entries()) {
    for (const descriptor of descriptors) byDescriptor.set(descriptor, index);
    for (const name of new Set(descriptors.map(nameIn))) byName.set(name, byName.has(name) ? undefined : index);
  }
  const led = (name: string, range: string): number | undefined => byDescriptor.get(`${name}@${range}`) ?? byDescriptor.get(`${name}@npm:${range}`);
  return {
    find: ({ name, range }) => led(name, range)?.toString(),
    package: (id) => packageOf(entries[Number(id)]),
    needs(id) {
      const entry = entries[Number(id)];
      if (!entry || entry.resolution?.includes('@workspace:') === true) return [];
      // Where `resolutions` set a range aside, no descriptor has it: the one entry of the name is meant.
      return entry.needs.flatMap(([name, range]) => (led(name, range) ?? byName.get(name))?.toString() ?? []);
    },
    placeOf: (id) => entries[Number(id)]?.at,
  };
}
function packageOf(entry: Entry | undefined): LockedPackage | undefined {
  const { version, resolution, descriptors: [first] = [] } = entry ?? {};
  if (version === undefined || first === undefined || resolution?.includes('@workspace:') === true) return undefined;
  const name = nameIn(resolution ?? first);
  const alias = resolution === undefined ? /^@npm:((?:@[^@/]{1,100}\/)?[^@/]{1,100})@/.exec(first.slice(name.length))?.[1] : undefined;
  return { name: alias ?? name, version };
}
/** The name a descriptor begins with. */
function nameIn(descriptor: string): string {
  const at = descriptor.indexOf('@', 1);
  return at < 0 ? descriptor : descriptor.slice(0, at);
}

function readEntries(text: string): readonly Entry[] {
  const entries: Entry[] = [];
  let own: Entry | undefined;
  let isNeeds = false;
  for (const { line, start } of linesOf(text)) {
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      own = line.endsWith(':') && !line.startsWith('__metadata') ? { at: { start, end: start + line.length - 1 }, descriptors: descriptorsIn(line.slice(0, -1)), needs: [], version: undefined, resolution: undefined } : undefined;
      if (own) entries.push(own);
      isNeeds = false;
      continue;
    }
    const pair = own && (line.startsWith('    ') ? isNeeds : true) ? pairIn(line.trim()) : undefined;
    if (!own || !pair) continue;
    const [key, value] = pair;
    if (line.startsWith('    ')) {
      if (!line.startsWith('     ')) own.needs.push(pair);
      continue;
    }
    isNeeds = NEEDS.has(key);
    if (key === 'version') own.version ??= plainVersion(value);
    else if (key === 'resolution') own.resolution ??= value;
  }
  return entries;
}
/** Names in quotes hold all descriptors in one pair of them (yarn 2) or one each (yarn 1). */
function descriptorsIn(head: string): readonly string[] {
  return head.split(',').map((part) => unquoted(part.trim()));
}
/** `name "range"` of yarn 1, `name: "range"` of its successors. */
function pairIn(line: string): readonly [string, string] | undefined {
  const isQuoted = line.startsWith('"');
  const end = isQuoted ? line.indexOf('"', 1) : line.search(/:? |:$/);
  if (end < 0) return undefined;
  const key = line.slice(isQuoted ? 1 : 0, end);
  return [key, unquoted(line.slice(isQuoted ? end + 1 : end).replace(/^:? ?/, '').trim())];
}
function unquoted(text: string): string {
  return text.replace(/^["']/, '').replace(/["']$/, '');
}
function* linesOf(text: string): Iterable<{ readonly line: string; readonly start: number }> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    yield { line: line.endsWith('\r') ? line.slice(0, -1) : line, start };
    start = end + 1;
  }
}
