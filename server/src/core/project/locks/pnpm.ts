import { plainVersion, type Lock } from './answer.js';

const SECTIONS: ReadonlySet<string> = new Set(['dependencies', 'devDependencies', 'optionalDependencies']);
/** Deeper lines say nothing of versions. */
const DEEPEST = 8;

interface Line {
  readonly indent: number;
  readonly key: string;
  readonly value: string;
}
/**
 * `pnpm-lock.yaml` of the versions 5 to 9. What the manifests of the workspace get stands in `importers`, or at the top where there is
 * one manifest only; all of it before `packages`, the long part, which is not looked at.
 */
export function readPnpmLock(text: string): Lock {
  const found = new Map<string, Map<string, string>>();
  let isWorkspace = false;
  let importer = '.';
  let section = '';
  let name = '';
  const add = (value: string): void => {
    const known = found.get(importer) ?? new Map<string, string>();
    found.set(importer, known.set(name, value));
  };
  for (const { indent, key, value } of linesOf(text)) {
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
  return ({ folder, name: asked, real }) => {
    const value = found.get(folder === '' ? '.' : folder)?.get(asked);
    return value === undefined ? undefined : versionIn(value, real);
  };
}

/** `4.18.2(peer@1.0.0)`, `4.18.2_peer`, `/name/4.18.2`, `name@4.18.2`; a link or another package is none. */
function versionIn(value: string, real: string): string | undefined {
  const bare = value.split('(')[0]?.split('_')[0] ?? '';
  const own = plainVersion(bare);
  if (own !== undefined) return own;
  const inner = bare.startsWith('/') ? bare.slice(1) : bare;
  return inner.startsWith(`${real}@`) || inner.startsWith(`${real}/`) ? plainVersion(inner.slice(real.length + 1)) : undefined;
}

function* linesOf(text: string): Iterable<Line> {
  for (let start = 0; start < text.length; ) {
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
