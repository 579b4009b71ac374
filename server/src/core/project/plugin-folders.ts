import type { Value } from '../model/value.js';
import { folderOf, type FilePath } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';

/** A file of a plugin folder, with the prefix its folders give it and the files whose hooks it stands behind. */
export interface FolderPlugin {
  readonly path: FilePath;
  readonly prefix: string;
  readonly hooks: readonly FilePath[];
}
/** What a loader of folders was told. */
export interface FolderOptions {
  readonly folder: string;
  readonly prefixes: boolean;
  readonly hooks: boolean;
  readonly cascade: boolean;
  readonly parameters: boolean;
}
/** Files that are loaded as code. */
export const SCRIPT = /\.(ts|js|cjs|mjs|cts|mts)$/i;
const INDEX = /^index\.(ts|js|cjs|mjs|cts|mts)$/i;
const HOOKS = /^[_.]?auto_?hooks\.(ts|js|cjs|mjs|cts|mts)$/i;
/** Declarations and tests: loaders pass them over. */
export const LEFT_OUT = /\.d\.[cm]?ts$|[._-](test|spec)\.[cm]?[jt]s$/i;
const MOST_FILES = 500;

/** The plugins of a folder as `@fastify/autoload` 6 finds them: an index file stands for its folder, folders below are prefixes. */
export function pluginsOf(paths: Iterable<FilePath>, { folder, prefixes, hooks, cascade, parameters }: FolderOptions): readonly FolderPlugin[] {
  const byFolder = new Map<string, FilePath[]>();
  const start = folder === '' ? '' : `${folder}/`;
  for (const path of paths) {
    if (!path.startsWith(start) || !SCRIPT.test(path) || LEFT_OUT.test(path)) continue;
    const at = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const known = byFolder.get(at);
    if (known) known.push(path);
    else byFolder.set(at, [path]);
  }
  const out: FolderPlugin[] = [];
  for (const [at, files] of byFolder) {
    const below = at.slice(start.length).split('/').filter((name) => name !== '');
    const prefix = prefixes ? below.map((name) => `/${parameters ? parameterOf(name) : name}`).join('') : '';
    const index = files.find((path) => INDEX.test(nameOf(path)));
    const before = hooks ? hooksOf(byFolder, folder, below, cascade) : [];
    for (const path of index ? [index] : files) if (!HOOKS.test(nameOf(path)) && out.length < MOST_FILES) out.push({ path, prefix, hooks: before });
  }
  return out;
}
function hooksOf(byFolder: ReadonlyMap<string, readonly FilePath[]>, folder: string, below: readonly string[], cascade: boolean): readonly FilePath[] {
  const found: FilePath[] = [];
  for (let i = cascade ? 0 : below.length; i <= below.length; i++) {
    const at = [folder, ...below.slice(0, i)].filter((name) => name !== '').join('/');
    found.push(...(byFolder.get(at) ?? []).filter((path) => HOOKS.test(nameOf(path))));
  }
  return found;
}
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
/** `_id` and `a__b` are parameters. */
function parameterOf(name: string): string {
  return name.includes('__') ? name.replaceAll('__', ':') : name.startsWith('_') ? `:${name.slice(1)}` : name;
}

const DEEPEST = 8;
/** The project path a value spells: `path.join(__dirname, 'routes')`, `new URL('routes', import.meta.url)`; undefined where it cannot be known. */
export function pathText(value: Value, frame: Frame, evaluate: (value: Value, frame: Frame) => Abstract, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  const read = (one: Value | undefined): string | undefined => one && pathText(one, frame, evaluate, depth + 1);
  switch (value.kind) {
    case 'literal': return typeof value.value === 'string' ? value.value : undefined;
    case 'template': {
      const parts = value.parts.map((part) => (typeof part === 'string' ? part : read(part)));
      return parts.includes(undefined) ? undefined : parts.join('');
    }
    case 'ref': {
      if (value.text === '__dirname' && value.root.kind === 'global') return folderOf(frame.module.path);
      if (value.text === 'import.meta.dirname') return folderOf(frame.module.path);
      if (value.text === 'import.meta.url' || value.text === 'import.meta.filename' || (value.text === '__filename' && value.root.kind === 'global')) return frame.module.path;
      const got = evaluate(value, frame);
      return got.is === 'value' && got.value !== value ? pathText(got.value, got.frame, evaluate, depth + 1) : undefined;
    }
    case 'call': {
      const args = value.args.map((item) => (item.spread ? undefined : read(item.value)));
      const [first, second] = args;
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
  const out: string[] = [];
  for (const piece of pieces) {
    if (piece === undefined) return undefined;
    for (const name of piece.split('/')) {
      if (name === '' || name === '.') continue;
      if (name !== '..') out.push(name);
      else if (out.pop() === undefined) return undefined;
    }
  }
  return out.join('/');
}
