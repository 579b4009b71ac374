import type { Call, Value } from '../model/value.js';
import { folderOf, type FilePath } from '../text/source.js';
import type { Abstract, Bound, Frame } from './abstract.js';
import { flattenedTexts } from './lists.js';
import { LEFT_OUT, SCRIPT, pathText } from './plugin-folders.js';

type Read = (value: Value, frame: Frame) => Abstract;
const READS = /^(node:)?fs(\/promises|\.promises)?(\.default)?\.(readdirSync|readdir)$/;
const GLOBS = /^(glob(\.default)?\.(sync|globSync|glob)|glob|fast-glob(\.default)?(\.(sync|glob|globSync))?|globby(\.default)?(\.(sync|globby|globbySync))?|tinyglobby\.(glob|globSync))$/;
const MOST_FILES = 500;
const DEEPEST_CHAIN = 5;

/** The files a call lists, as it would name them: `fs.readdirSync(__dirname)`, `glob.sync('*.js', { cwd })`, with whatever is filtered out of them; undefined for other calls, and where nobody can tell. */
export function filesListed(call: Call, frame: Frame, paths: Iterable<FilePath>, evaluate: Read, depth = 0): Abstract | undefined {
  // Loaders leave themselves out, and what is no script: neither is listed.
  if (call.name === 'filter' && call.receiver?.kind === 'call' && depth < DEEPEST_CHAIN) return filesListed(call.receiver, frame, paths, evaluate, depth + 1);
  const [first, second] = call.args;
  if (!first) return undefined;
  if (READS.test(call.callee)) {
    const folder = pathText(first.value, frame, evaluate);
    return folder === undefined ? undefined : listOf(namesIn(folder, frame, paths), call, frame);
  }
  return GLOBS.test(call.callee) ? globbed(call, first.value, second?.value, frame, paths, evaluate) : undefined;
}
function namesIn(folder: string, frame: Frame, paths: Iterable<FilePath>): readonly string[] {
  const start = folder === '' ? '' : `${folder}/`;
  const names = new Set<string>();
  for (const path of paths) if (path.startsWith(start) && isListed(path, frame)) names.add(path.slice(start.length).split('/', 1)[0] ?? '');
  return [...names];
}
function globbed(call: Call, pattern: Value, options: Value | undefined, frame: Frame, paths: Iterable<FilePath>, evaluate: Read): Abstract | undefined {
  const told = (key: string): Value | undefined => (options?.kind === 'object' ? options.entries.findLast((entry) => entry.key === key)?.value : undefined);
  const cwd = told('cwd');
  const folder = cwd ? pathText(cwd, frame, evaluate) : '';
  const wanted = flattenedTexts(pattern, frame, (one, at) => pathText(one, at, evaluate), evaluate);
  if (folder === undefined || !wanted || (options && options.kind !== 'object')) return undefined;
  const ignore = told('ignore');
  const left = ignore ? (flattenedTexts(ignore, frame, (one, at) => pathText(one, at, evaluate), evaluate) ?? []) : [];
  const matchers = wanted.filter((text) => !text.startsWith('!')).map(matcherOf);
  const excluded = [...left, ...wanted.flatMap((text) => (text.startsWith('!') ? [text.slice(1)] : []))].flatMap((text) => matcherOf(text) ?? []);
  if (matchers.includes(undefined)) return undefined;
  const start = folder === '' ? '' : `${folder}/`;
  const names: string[] = [];
  for (const path of paths) {
    const name = path.slice(start.length);
    if (path.startsWith(start) && isListed(path, frame) && matchers.some((one) => one?.test(name)) && !excluded.some((one) => one.test(name))) names.push(name);
  }
  return listOf(names, call, frame);
}
function isListed(path: FilePath, { module }: Frame): boolean {
  return SCRIPT.test(path) && !LEFT_OUT.test(path) && path !== module.path;
}
function listOf(names: readonly string[], { at }: Call, frame: Frame): Abstract {
  const items = names.slice(0, MOST_FILES).map((name): Bound => {
    const value: Value = { kind: 'literal', value: name, at };
    return { value, frame, got: { is: 'value', value, frame } };
  });
  return { is: 'list', items };
}
const MOST_STARS = 6;
/** A pattern of stars and alternatives; undefined for what else patterns may hold. */
function matcherOf(pattern: string): RegExp | undefined {
  const text = pattern.replace(/^(\.?\/)+/, '');
  if (/[[\]()!?+@\\]/.test(text) || (text.match(/\*/g)?.length ?? 0) > MOST_STARS) return undefined;
  const source = text
    .replace(/[.^$|]/g, '\\$&')
    .replace(/\{([^{}]{0,200})\}/g, (_, inner: string) => `(?:${inner.replaceAll(',', '|')})`)
    .replace(/\*\*\/|\*\*|\*/g, (stars) => (stars === '**/' ? '(?:[^/]+/)*' : stars === '**' ? '.*' : '[^/]*'));
  return source.includes('{') || source.includes('}') ? undefined : new RegExp(`^${source}$`);
}

/** A path of the project as a specifier in one of its files. */
export function specifierOf(path: string, from: FilePath): string {
  const folder = folderOf(from);
  return `./${folder === '' ? '' : '../'.repeat(folder.split('/').length)}${path}`;
}
