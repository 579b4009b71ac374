import type { Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';
import { spelledPath } from './spelled-path.js';

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

/** The project path a value spells: `path.join(__dirname, 'routes')`, `new URL('routes', import.meta.url)`; undefined where it cannot be known. */
export function pathText(value: Value, frame: Frame, evaluate: (value: Value, frame: Frame) => Abstract, depth = 0): string | undefined {
  return spelledPath(value, (ref, deeper) => {
    const got = evaluate(ref, frame);
    if (got.is !== 'value' || got.value === ref) return undefined;
    return got.frame === frame ? got.value : { kind: 'literal', value: pathText(got.value, got.frame, evaluate, deeper), at: ref.at };
  }, depth);
}
