import type { Ref, Value } from '../model/value.js';
import { joinedPath } from '../text/paths.js';
import { folderOf } from '../text/source.js';

const DEEPEST = 8;
/** The project path a value spells: `path.join(__dirname, 'routes')`, `new URL('routes', import.meta.url)`; undefined where it cannot be known. `follow`: what a name stands for, and how deep that is. */
export function spelledPath(value: Value, follow: (ref: Ref, depth: number) => Value | undefined, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  const read = (one: Value | undefined): string | undefined => one && spelledPath(one, follow, depth + 1);
  switch (value.kind) {
    case 'literal': return typeof value.value === 'string' ? value.value : undefined;
    case 'template': {
      const parts = value.parts.map((part) => (typeof part === 'string' ? part : read(part)));
      return parts.includes(undefined) ? undefined : parts.join('');
    }
    case 'ref': {
      const { path } = value.at;
      if (value.text === '__dirname' && value.root.kind === 'global') return folderOf(path);
      if (value.text === 'import.meta.dirname') return folderOf(path);
      if (value.text === 'import.meta.url' || value.text === 'import.meta.filename' || (value.text === '__filename' && value.root.kind === 'global')) return path;
      return read(follow(value, depth + 1));
    }
    case 'call': {
      const args = value.args.map((item) => (item.spread ? undefined : read(item.value)));
      const [first, second] = args;
      if (value.callee === 'process.cwd') return '';
      if (/^(node:)?path(\.posix|\.default)?\.(join|resolve)$/.test(value.callee)) return joined(args);
      if (/^(node:)?path(\.posix|\.default)?\.dirname$/.test(value.callee)) return first === undefined ? undefined : folderOf(first);
      if (/^(node:)?url(\.default)?\.fileURLToPath$/.test(value.callee)) return first;
      if (/^desm(\.default)?\.join$/.test(value.callee)) return first === undefined ? undefined : joined([folderOf(first), ...args.slice(1)]);
      if (/^(URL|(node:)?url\.URL)$/.test(value.callee) && value.form === 'new') return second === undefined ? undefined : joined([folderOf(second), first]);
      return undefined;
    }
    default: return undefined;
  }
}
/** Pieces as one path below the project; undefined where one is unknown or leads out of it. */
function joined(pieces: readonly (string | undefined)[]): string | undefined {
  return pieces.includes(undefined) ? undefined : joinedPath('', pieces.join('/'));
}
