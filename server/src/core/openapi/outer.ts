import type { Value } from '../model/value.js';
import { joinedPath } from '../text/paths.js';
import { filePath, folderOf, type At, type FilePath } from '../text/source.js';
import { asText } from './values.js';

/**
 * Where the text of a `$ref` leads. `pointer` starts with `#`, or is empty for the whole file. `remote`: to another host, which is never asked;
 * `outside`: out of the folder that is analysed; `text`: to prose, which holds nothing to be checked; `form`: to a file that is neither YAML nor JSON.
 */
export type Target =
  | { readonly to: 'here'; readonly pointer: string }
  | { readonly to: 'file'; readonly path: FilePath; readonly pointer: string }
  | { readonly to: 'remote' | 'outside' | 'text' | 'form' };
/** A `$ref` that names another file or host, or a part by a name of its own (`#name`). */
export interface OuterReference {
  readonly text: string;
  readonly at: At;
}

/** A cheap test on the text of a file: false only where every `$ref` in it is a key path of its own. */
const OUTER = /\$ref["']?[ \t]{0,20}:[ \t\r\n]{0,200}(?:["'](?:[^#"'\s]|#[^/"'])|[^#"'\s])/;
const SETTINGS = /\.(ya?ml|json)$/i;
const PROSE = /\.(md|markdown|txt|html?)$/i;
/** References of one file. */
const MOST = 20_000;

/** Reads the text of a reference that stands in the file `from`. */
export function targetOf(text: string, from: FilePath): Target {
  const hash = text.indexOf('#');
  const file = (hash < 0 ? text : text.slice(0, hash)).trim().replaceAll('\\', '/');
  const pointer = hash < 0 ? '' : text.slice(hash);
  if (file === '') return { to: 'here', pointer };
  if (/^[a-z]:|^file:/i.test(file)) return { to: 'outside' };
  if (/^[a-z][a-z0-9+.-]{0,30}:|^\/\//i.test(file)) return { to: 'remote' };
  const path = joined(folderOf(from), decoded(file));
  if (path === undefined) return { to: 'outside' };
  if (PROSE.test(path)) return { to: 'text' };
  if (!SETTINGS.test(path)) return { to: 'form' };
  return path === from ? { to: 'here', pointer } : { to: 'file', path, pointer };
}

/** Parts that hold no such reference: they stay from revision to revision. */
const inner = new WeakSet<object>();
/** The references of a file that are no key paths of its own, in order; a file without any costs one look at its text. */
export function outerReferences(text: string, root: Value): readonly OuterReference[] {
  if (!OUTER.test(text)) return NONE;
  const found: OuterReference[] = [];
  const seen = new Set<unknown>();
  const walk = (value: Value): void => {
    if (value.kind !== 'object' && value.kind !== 'array') return;
    const parts = value.kind === 'object' ? value.entries : value.items;
    // Aliases lead to the same parts again.
    if (seen.has(parts) || inner.has(parts) || found.length >= MOST) return;
    seen.add(parts);
    const before = found.length;
    if (value.kind === 'array') for (const item of value.items) walk(item.value);
    else for (const entry of value.entries) {
      const reference = entry.key === '$ref' ? asText(entry.value) : undefined;
      if (reference === undefined) walk(entry.value);
      else if (!/^#(?:\/|$)/.test(reference)) found.push({ text: reference, at: entry.value.at });
    }
    if (found.length === before) inner.add(parts);
  };
  walk(root);
  return found;
}
const NONE: readonly OuterReference[] = [];

/** A path below a folder; undefined where it leads out of the top. */
function joined(folder: string, path: string): FilePath | undefined {
  const found = path.startsWith('/') ? undefined : joinedPath(folder, path);
  return found === undefined ? undefined : filePath(found);
}
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
