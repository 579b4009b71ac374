import type { Span } from '../../text/source.js';
import { plainVersion, type Lock } from './answer.js';

const SECTIONS: ReadonlySet<string> = new Set(['dependencies', 'devDependencies', 'optionalDependencies']);
/** Deeper lines say nothing of versions. */
const DEEPEST = 8;

interface Line {
  readonly indent: number;
  readonly key: string;
  readonly value: string;
}
/** What packages need, by their ids. */
type Needs = ReadonlyMap<string, readonly string[]>;

/**
 * `pnpm-lock.yaml` of the versions 5 to 9. What the manifests of the workspace get stands in `importers`, or at the top where there is
 * one manifest only; all of it before `packages`, the long part, which is looked at only when somebody asks what packages need. A
 * package's id is `name@version`, with the peers it was put together with.
 */
export function readPnpmLock(text: string): Lock {
  const importers = readImporters(text);
  let known: Needs | undefined;
  return {
    find({ folder, name }) {
      const value = importers.get(folder === '' ? '.' : folder)?.get(name);
      return value === undefined ? undefined : idOf(name, value);
    },
    package(id) {
      const found = ID.exec(id);
      const version = plainVersion(found?.[2]?.split('(')[0]?.split('_')[0]);
      return found?.[1] === undefined || version === undefined ? undefined : { name: found[1], version };
    },
    needs: (id) => (known ??= readNeeds(text)).get(id) ?? [],
    placeOf: (id) => placeOf(text, id),
  };
}
const ID = /^((?:@[^/@]{1,200}\/)?[^/@]{1,200})[@/](\d.*)$/;

/** `4.18.2(peer@1.0.0)`, `4.18.2_peer`: the package of that name; `/other/4.18.2`, `other@4.18.2`: another one. A link is none. */
function idOf(name: string, value: string): string | undefined {
  return /^\d/.test(value) ? `${name}@${value}` : idIn(value);
}
/** `/name/1.0.0`, `/name@1.0.0` and `name@1.0.0` are one id. */
function idIn(key: string): string | undefined {
  const found = ID.exec(key.startsWith('/') ? key.slice(1) : key);
  return found?.[1] === undefined || found[2] === undefined ? undefined : `${found[1]}@${found[2]}`;
}
/** Where the package is written down: under its name and version, without peers where those stand apart. */
function placeOf(text: string, id: string): Span | undefined {
  const found = ID.exec(id);
  if (found?.[1] === undefined || found[2] === undefined) return undefined;
  const [, name, version] = found;
  const bare = version.split('(')[0] ?? version;
  for (const key of [`${name}@${bare}`, `/${name}@${version}`, `/${name}/${version}`, `${name}@${version}`, `/${name}@${bare}`]) for (const quote of ["'", '']) {
    const line = text.indexOf(`\n  ${quote}${key}${quote}:`);
    if (line >= 0) return { start: line + 3, end: line + 3 + key.length + 2 * quote.length };
  }
  return undefined;
}
function readImporters(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const found = new Map<string, Map<string, string>>();
  let isWorkspace = false;
  let importer = '.';
  let section = '';
  let name = '';
  const add = (value: string): void => {
    const known = found.get(importer) ?? new Map<string, string>();
    found.set(importer, known.set(name, value));
  };
  for (const { indent, key, value } of linesOf(text, 0)) {
    if (indent === 0 && (key === 'packages' || key === 'snapshots')) break;
    if (indent === 0) {
      isWorkspace = key === 'importers';
      importer = '.';
    } else if (isWorkspace && indent === 2) importer = key;
    const level = indent - (isWorkspace ? 4 : 0);
    if (level < 0) section = '';
    else if (level === 0) section = SECTIONS.has(key) ? key : '';
    else if (section === '') continue;
    else if (level === 2) {
      name = key;
      if (value !== '') add(value);
    } else if (level === 4 && key === 'version') add(value);
  }
  return found;
}
/** From `snapshots`, which version 9 keeps apart, or from `packages`. */
function readNeeds(text: string): Needs {
  const found = new Map<string, string[]>();
  const starts = ['\nsnapshots:', '\npackages:'].map((head) => text.indexOf(head)).filter((at) => at >= 0);
  let own: string[] = [];
  let isNeeds = false;
  let isFirst = true;
  for (const { indent, key, value } of starts[0] === undefined ? [] : linesOf(text, starts[0] + 1)) {
    if (indent === 0 && !isFirst) break;
    isFirst = false;
    if (indent === 2) {
      const id = idIn(key);
      own = [];
      isNeeds = false;
      if (id !== undefined) found.set(id, own);
    } else if (indent === 4) isNeeds = key === 'dependencies' || key === 'optionalDependencies';
    else if (indent === 6 && isNeeds) {
      const id = idOf(key, value);
      if (id !== undefined) own.push(id);
    }
  }
  return found;
}

function* linesOf(text: string, from: number): Iterable<Line> {
  for (let start = from; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    let at = start;
    while (at < end && text.charCodeAt(at) === 32) at++;
    if (at - start <= DEEPEST && at < end) {
      const line = read(text.slice(at, end).trimEnd(), at - start);
      if (line) yield line;
    }
    start = end + 1;
  }
}
function read(line: string, indent: number): Line | undefined {
  const quote = line[0];
  if (quote === '#' || quote === '-') return undefined;
  const isQuoted = quote === "'" || quote === '"';
  const close = isQuoted ? line.indexOf(quote, 1) : line.indexOf(': ') < 0 && line.endsWith(':') ? line.length - 1 : line.indexOf(': ');
  if (close < 0) return undefined;
  const key = isQuoted ? line.slice(1, close) : line.slice(0, close);
  const rest = line.slice(isQuoted ? close + 1 : close);
  if (!rest.startsWith(':')) return undefined;
  const value = rest.slice(1).trim();
  const inner = /^(['"])(.*)\1$/.exec(value);
  return { indent, key, value: inner?.[2] ?? value };
}
