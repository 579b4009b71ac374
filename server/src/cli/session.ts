import { join, relative, resolve } from 'node:path';
import { createEngine, rulePages, type Engine } from '../core/engine.js';
import type { Finding } from '../core/findings/finding.js';
import { filePath, folderOf, type FilePath, type SourceFile } from '../core/text/source.js';
import { isLockFile } from '../core/artifacts/names.js';
import { capOf, defaultCaps, NOT_TEXT, OUTSIDE, refusalOf, tooLarge } from '../host/limits.js';
import { createNodeHost, findUp, readText } from '../host/node.js';
import type { Host, ReadResult } from '../host/host.js';
import type { Scope } from './arguments.js';
import { loadBaselines, saveBaseline } from './baselines.js';
import { findPolicies, type Policies } from './policies.js';
import { Problem } from './problem.js';
import { chooseRoot, isInside, type Root } from './root.js';
import type { Terminal } from './terminal.js';
import { isCodeFile } from '../core/text/paths.js';

/** Files read at the same time. */
const AT_ONCE = 32;
/** Rounds of reading what files import; a longer chain of files outside the list stays unknown. */
const MOST_ROUNDS = 100;
const MANIFEST = 'package.json';

export interface NotAnalysed {
  readonly path: FilePath;
  readonly reason: string;
}
/** One analysis that is done. */
export interface Session {
  readonly root: Root;
  readonly host: Host;
  readonly engine: Engine;
  readonly policies: Policies;
  /** Files that were asked for and read, in order: only these are reported on. */
  readonly files: readonly FilePath[];
  readonly refused: readonly NotAnalysed[];
}

/** What only `check` asks for. */
export interface Special {
  /** The name under which standard input is analysed. */
  readonly stdinName?: string | undefined;
  readonly updateBaseline?: boolean;
}

/** Reads what the scope names, and what that needs to be understood, and analyses it. Throws a Problem where the run cannot be done. */
export async function analyse(scope: Scope, terminal: Terminal, { stdinName, updateBaseline = false }: Special = {}): Promise<Session> {
  const { cwd, today } = terminal;
  const root = stdinName === undefined ? await chooseRoot(scope.paths, cwd) : await chooseRoot([], cwd);
  const typed = stdinName === undefined ? undefined : await readStdin(root, stdinName, terminal);
  const ruleIds = new Set(rulePages().map(({ id }) => id));
  const include = root.include === undefined ? {} : { include: root.include };
  const plain = createNodeHost({ root: root.folder, ...include });
  const all = await plain.list();
  const config = scope.config === undefined ? undefined : resolve(cwd, scope.config);
  const policies = await findPolicies(root, config, policyFolders(all, root, typed?.path), ruleIds);
  const exclude = policies.excludes();
  const kept = exclude.length === 0 ? all : await createNodeHost({ root: root.folder, ...include, exclude }).list();
  const listed = typed && !kept.includes(typed.path) ? [...kept, typed.path] : kept;
  const baselines = loadBaselines(scope.baseline, { root, policies, cwd, update: updateBaseline });

  const read = await readAll(judging(plain), listed, terminal, typed);
  const sources = new Map<FilePath, SourceFile>();
  const refused: NotAnalysed[] = [];
  for (const [path, result] of read) {
    if (result !== undefined && 'text' in result) sources.set(path, { path, text: result.text, revision: 1 });
    else if (typed === undefined || typed.path === path)
      refused.push({ path, reason: result === undefined ? 'it is gone' : result.refused });
  }
  const engine = createEngine();
  const context = await readManifests(plain, root, listed);
  engine.apply({ set: [...context, ...sources.values()], policies: policies.byFolder(), baseline: baselines.accepted, today });
  refused.push(...(await readWanted(engine, plain, terminal, new Set(refused.map(({ path }) => path)))));
  finish(engine, terminal);
  const named = asked([...sources.keys()].sort(), typed);
  const files = root.include === undefined || typed ? named : withParts(named, engine);
  if (updateBaseline && baselines.target !== undefined) {
    const findings = files.flatMap((path) => engine.findings(path));
    engine.apply({ baseline: saveBaseline(baselines.target, findings, { root, files, cwd }) });
    finish(engine, terminal);
  }
  return { root, host: plain, engine, policies, files, refused };
}

function finish(engine: Engine, terminal: Terminal): void {
  const steps = engine.work();
  for (let step = steps.next(); !step.done; step = steps.next()) terminal.progress(step.value.done, step.value.total, step.value.file);
}
/** All findings of the files asked for, and the files that could not be analysed, in order of path. */
export function resultsOf({ engine, files, refused }: Session): {
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
} {
  const all = files.flatMap((path) => engine.findings(path));
  const said = all
    .filter(({ rule }) => rule === 'unlatched/not-analysed')
    .map(({ at, explanation }) => ({ path: at.path, reason: explanation.message.replace(/^This file is not analysed: (.*)\.$/, '$1') }));
  const notAnalysed = [...refused, ...said].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.reason < b.reason ? -1 : 1));
  return { findings: all.filter(({ rule }) => rule !== 'unlatched/not-analysed'), notAnalysed };
}

/** The host, for files that are to be reported on: what is not judged is not read. */
function judging(host: Host): Pick<Host, 'read'> {
  return {
    read: (path) => {
      const refused = refusalOf(path);
      return refused === undefined ? host.read(path) : Promise.resolve({ refused });
    },
  };
}
/** All that was read; with standard input only that, the rest being its surroundings. */
function asked(read: readonly FilePath[], typed: Typed | undefined): readonly FilePath[] {
  return typed ? read.filter((path) => path === typed.path) : read;
}
/** Who names a document means all files that hold parts of it. */
function withParts(named: readonly FilePath[], engine: Engine): readonly FilePath[] {
  return [...new Set(named.flatMap((path) => [path, ...(isCodeFile(path) ? [] : engine.parts(path))]))].sort();
}
/** Folders whose own policy can hold for a file. Where a whole folder was listed, those whose policy was listed as well. */
function policyFolders(paths: readonly FilePath[], root: Root, typed: FilePath | undefined): ReadonlySet<string> {
  if (root.include !== undefined) return foldersAbove(paths);
  return new Set([
    ...paths.filter((path) => path.endsWith('/unlatched.yml')).map(folderOf),
    ...(typed === undefined ? [] : foldersAbove([typed])),
  ]);
}
function foldersAbove(paths: readonly FilePath[]): ReadonlySet<string> {
  const folders = new Set<string>(['']);
  for (const path of paths) for (let folder = folderOf(path); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
  return folders;
}

/** Manifests that tell versions: those above single files, and the nearest above a root that has none, which stands in for it. */
async function readManifests(host: Host, root: Root, listed: readonly FilePath[]): Promise<readonly SourceFile[]> {
  const known = new Set<string>(listed);
  const wanted = [...foldersAbove(listed)]
    .map((folder) => filePath(folder === '' ? MANIFEST : `${folder}/${MANIFEST}`))
    .filter((path) => !known.has(path));
  const found: SourceFile[] = [];
  for (const path of wanted) {
    const result = await host.read(path);
    if (result !== undefined && 'text' in result) found.push({ path, text: result.text, revision: 1 });
  }
  const own = filePath(MANIFEST);
  if (known.has(own) || found.some(({ path }) => path === own)) return found;
  const [above] = await findUp([MANIFEST], join(root.folder, '..'), root.top);
  const result = above === undefined ? undefined : await readText(above, capOf(own, defaultCaps));
  if (result !== undefined && 'text' in result) found.push({ path: own, text: result.text, revision: 1 });
  return found;
}

/** Reads what the files import until nothing is missing. What the host refuses or does not have stays unknown; of lock files that is told, because the packages in them are then not looked at. */
async function readWanted(engine: Engine, host: Host, terminal: Terminal, refused: ReadonlySet<FilePath>): Promise<readonly NotAnalysed[]> {
  const locks: NotAnalysed[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const wanted = engine.wanted().filter((path) => !refused.has(path));
    if (wanted.length === 0) break;
    const set: SourceFile[] = [];
    for (const [path, result] of await readAll(host, wanted, terminal))
      if (result !== undefined && 'text' in result) set.push({ path, text: result.text, revision: 1 });
      else if (result !== undefined && isLockFile(path)) locks.push({ path, reason: result.refused });
    if (set.length > 0) engine.apply({ set });
  }
  return locks;
}

interface Typed {
  readonly path: FilePath;
  readonly result: ReadResult;
}
async function readStdin(root: Root, name: string, terminal: Terminal): Promise<Typed> {
  const absolute = resolve(terminal.cwd, name);
  if (!isInside(root.folder, absolute) || absolute === root.folder)
    throw new Problem(`--stdin-filename ${name} is ${OUTSIDE}; give a path in the current folder`);
  const path = filePath(relative(root.folder, absolute));
  const refused = refusalOf(path);
  if (refused !== undefined) return { path, result: { refused } };
  const bytes = await terminal.stdin();
  const cap = capOf(path, defaultCaps);
  if (bytes.length > cap) return { path, result: { refused: tooLarge(cap) } };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path, result: text.includes('\0') ? { refused: NOT_TEXT } : { text } };
  } catch {
    return { path, result: { refused: NOT_TEXT } };
  }
}

async function readAll(
  host: Pick<Host, 'read'>,
  paths: readonly FilePath[],
  terminal: Terminal,
  typed?: Typed,
): Promise<ReadonlyMap<FilePath, ReadResult | undefined>> {
  const out = new Map<FilePath, ReadResult | undefined>(paths.map((path) => [path, undefined]));
  const queue = paths.values();
  let done = 0;
  const reader = async (): Promise<void> => {
    for (const path of queue) {
      const refuse = (): ReadResult => ({ refused: 'cannot be read' });
      out.set(path, path === typed?.path ? typed.result : await host.read(path).catch(refuse));
      terminal.progress(++done, paths.length, path);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, reader));
  return out;
}
