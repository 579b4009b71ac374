import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { createEngine, readPolicy, rulePages, type Engine } from '../core/engine.js';
import type { Policy } from '../core/policy/policy.js';
import { filePath, type FilePath, type SourceFile } from '../core/text/source.js';
import { indexLines } from '../core/text/lines.js';
import type { Host } from '../host/host.js';
import { createNodeHost, findUp, readText, repositoryTop } from '../host/node.js';
import type { NotAnalysed } from './reporters/reporter.js';
import { UsageError } from './usage-error.js';

/** An analysed root. */
export interface Session {
  readonly root: string;
  readonly engine: Engine;
  readonly host: Host;
  readonly notAnalysed: readonly NotAnalysed[];
  readonly sources: ReadonlyMap<FilePath, SourceFile>;
  /** The files the paths name: what is reported on. */
  readonly files: readonly FilePath[];
  readonly policies: ReadonlyMap<string, Policy>;
}
export interface SessionOptions {
  readonly paths: readonly string[];
  readonly config: string | undefined;
  /** Text that stands for a file: `--stdin --stdin-filename`. */
  readonly stdin?: { readonly name: string; readonly text: string };
}
const POLICY_NAME = 'unlatched.yml';
const POLICY_CAP = 1_000_000;

/** Lists, reads and analyses. The root is the folder given, if exactly one is given, else the current folder. Throws UsageError for what ends a run. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { root, include } = await rootOf(options.paths);
  const policies = new Map<string, Policy>();
  const named = options.config === undefined ? await policyAbove(root) : resolve(options.config);
  if (named !== undefined) policies.set('', await loadPolicy(named, root));
  const host = createNodeHost({ root, ...(include ? { include } : {}), exclude: policies.get('')?.exclude ?? [] });
  const listed = await host.list();
  if (options.config === undefined) for (const path of listed) if (path.endsWith(`/${POLICY_NAME}`)) policies.set(path.slice(0, -POLICY_NAME.length - 1), await loadPolicy(join(root, path), root));
  const notAnalysed: NotAnalysed[] = [];
  const sources = new Map<FilePath, SourceFile>();
  const progress = startProgress();
  const read = async (path: FilePath): Promise<void> => {
    const result = await host.read(path);
    if (!result) return;
    if ('refused' in result) notAnalysed.push({ file: path, reason: result.refused });
    else sources.set(path, { path, text: result.text, revision: 1 });
  };
  for (const path of listed) {
    if (options.stdin && path === filePath(options.stdin.name)) continue;
    await read(path);
    progress(`reading ${sources.size} of ${listed.length} files`);
  }
  if (options.stdin) {
    const path = filePath(options.stdin.name);
    sources.set(path, { path, text: options.stdin.text, revision: 1 });
  }
  const engine = createEngine();
  engine.apply({ set: [...sources.values()], policies, today: process.env['UNLATCHED_TODAY'] ?? new Date().toISOString().slice(0, 10) });
  const reported = options.stdin ? [filePath(options.stdin.name)] : [...sources.keys()].sort();
  for (const manifest of manifestsAround(include)) await read(manifest);
  // What the model names and the listing does not hold: files beside a single file that is checked.
  for (let rounds = 0; rounds < 50; rounds++) {
    const wanted = engine.wanted();
    if (wanted.length === 0) break;
    const before = sources.size;
    const known = new Set(listed);
    for (const path of wanted) if (!known.has(path)) await read(path);
    if (sources.size === before && rounds > 0) break;
    engine.apply({ set: [...sources.values()] });
  }
  const steps = engine.work();
  for (let step = steps.next(); step.done !== true; step = steps.next()) progress(`analysing ${step.value.done} of ${step.value.total}`);
  progress(undefined);
  return { root, engine, host, notAnalysed: notAnalysed.filter(({ file }) => reported.includes(filePath(file)) || listed.includes(filePath(file))).sort((a, b) => (a.file < b.file ? -1 : 1)), sources, files: reported, policies };
}

async function rootOf(paths: readonly string[]): Promise<{ root: string; include: readonly string[] | undefined }> {
  const cwd = process.cwd();
  const kinds = await Promise.all(paths.map(async (path) => {
    try {
      return (await stat(resolve(path))).isDirectory() ? 'folder' : 'file';
    } catch {
      throw new UsageError(`no such path: ${path}. Name a file or folder that exists.`);
    }
  }));
  if (paths.length === 0) return { root: cwd, include: undefined };
  if (paths.length === 1 && kinds[0] === 'folder') return { root: resolve(paths[0] ?? '.'), include: undefined };
  const include = paths.map((path) => {
    const below = relative(cwd, resolve(path));
    if (below.startsWith('..')) throw new UsageError(`${path} is outside the current folder. Run from a folder that holds all paths, or name one folder.`);
    return below.split(sep).join('/') || '.';
  });
  return { root: cwd, include };
}

/** The nearest policy in the root or its parents, up to the repository's top. */
async function policyAbove(root: string): Promise<string | undefined> {
  const top = (await repositoryTop(root)) ?? root;
  return (await findUp([POLICY_NAME], root, top))[0];
}
function manifestsAround(include: readonly string[] | undefined): readonly FilePath[] {
  if (!include) return [];
  const folders = new Set<string>(['']);
  for (const path of include) for (let folder = dirname(path); folder !== '.' && folder !== ''; folder = dirname(folder)) folders.add(`${folder}/`);
  const found = [...folders].map((folder) => filePath(`${folder}package.json`));
  return found;
}

/** Reads a policy file; its problems end the run. */
async function loadPolicy(file: string, root: string): Promise<Policy> {
  const texts = new Map<string, string | undefined>();
  const load = async (absolute: string): Promise<string | undefined> => {
    const result = await readText(absolute, POLICY_CAP);
    return result && 'text' in result ? result.text : undefined;
  };
  const own = filePath(relative(root, file).split(sep).join('/'));
  const text = await load(file);
  if (text === undefined) throw new UsageError(`cannot read the policy ${shown(file)}. Name a readable file with --config.`);
  const ids = new Set(rulePages().map((page) => page.id));
  for (let rounds = 0; rounds < 12; rounds++) {
    const missing = new Set<string>();
    const read = readPolicy({ path: own, text, revision: 1 }, (path) => {
      if (!texts.has(path)) missing.add(path);
      const parent = texts.get(path);
      return parent === undefined ? undefined : { path, text: parent, revision: 1 };
    }, ids);
    if (missing.size === 0) {
      const [first] = read.problems;
      if (first) {
        const place = indexLines(first.path === own ? text : (texts.get(first.path) ?? '')).position(first.span.start);
        throw new UsageError(`${first.path}:${place.line + 1}:${place.column + 1}: ${first.message}`);
      }
      return read.policy;
    }
    for (const path of missing) texts.set(path, await load(resolve(root, path)));
  }
  throw new UsageError(`${own}: the policy extends too many others. Join some of them.`);
}
function shown(file: string): string {
  const below = relative(process.cwd(), file);
  return below.startsWith('..') ? file : below;
}

/** One line on stderr that follows the work; only on a terminal. */
function startProgress(): (text: string | undefined) => void {
  if (!process.stderr.isTTY) return () => undefined;
  let last = 0;
  return (text) => {
    const now = performance.now();
    if (text === undefined) process.stderr.write('\r\u001b[K');
    else if (now - last > 100) {
      last = now;
      process.stderr.write(`\r\u001b[K${text}`);
    }
  };
}
