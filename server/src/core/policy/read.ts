import type { Confidence } from '../findings/finding.js';
import { readSettings } from '../syntax/yaml.js';
import { filePath, folderOf, type At, type FilePath, type SourceFile, type Span } from '../text/source.js';
import { checkPolicy, type Stated } from './check.js';
import { defaultPolicy, type Level, type Policy } from './policy.js';
import { confidences, levels } from './schema.js';

export interface PolicyProblem {
  readonly path: FilePath;
  readonly span: Span;
  readonly message: string;
}
/** A policy that knows which keys its files state (dotted: `minConfidence`, `auth.guards`): those a setting cannot change. */
export interface StatedPolicy extends Policy {
  readonly stated: ReadonlySet<string>;
}
export interface PolicyRead {
  readonly policy: StatedPolicy;
  readonly problems: readonly PolicyProblem[];
  readonly stated: ReadonlySet<string>;
}

/** A longer chain of `extends` is a problem. */
const MOST_PARENTS = 10;

/**
 * Reads `unlatched.yml`; `load` gives the text of a policy named by `extends`. With problems the caller keeps its last good policy;
 * the one returned holds what could be read. An empty file states nothing.
 */
export function readPolicy(file: SourceFile, load: (path: FilePath) => SourceFile | undefined, ruleIds: ReadonlySet<string>): PolicyRead {
  const problems: PolicyProblem[] = [];
  const keys = readChain(file, load, ruleIds, problems, [file.path]);
  const stated = new Set(keys.keys());
  return { policy: { ...resolve(file.path, keys), stated }, problems, stated };
}

/** The policy under editor settings: a setting holds only where no policy file states the key (`rules` key by key). */
export function applySettings<P extends Policy>(policy: P, settings: { readonly rules: ReadonlyMap<string, Level>; readonly minConfidence?: Confidence | undefined }): P {
  const statesConfidence = 'stated' in policy && policy.stated instanceof Set && policy.stated.has('minConfidence');
  return {
    ...policy,
    rules: new Map([...settings.rules, ...policy.rules]),
    minConfidence: statesConfidence ? policy.minConfidence : (settings.minConfidence ?? policy.minConfidence),
  };
}

/** The keys of a file over those of the file it extends; `chain` holds the files on the way, this one last. */
function readChain(
  file: SourceFile, load: (path: FilePath) => SourceFile | undefined, ruleIds: ReadonlySet<string>, problems: PolicyProblem[], chain: readonly FilePath[],
): ReadonlyMap<string, Stated> {
  const spans: Span[] = [];
  const parsed = readSettings(file, (span) => ({ path: file.path, mark: spans.push(span) - 1 }));
  const spanOf = (at: At): Span => spans[at.mark] ?? { start: 0, end: 0 };
  for (const { span, message } of parsed.problems) problems.push({ path: file.path, span, message });
  const { keys, problems: wrong } = checkPolicy(parsed.value.root, ruleIds);
  // What stands near a syntax error is misread easily: the error alone is worth reporting.
  if (parsed.problems.length === 0) for (const { at, message } of wrong) problems.push({ path: file.path, span: spanOf(at), message });
  const own = new Map(keys.map(({ name, value }) => [name, value]));
  const extended = keys.find(({ name }) => name === 'extends');
  own.delete('extends');
  if (typeof extended?.value !== 'string') return own;
  const report = (message: string): ReadonlyMap<string, Stated> => {
    problems.push({ path: file.path, span: spanOf(extended.at), message });
    return own;
  };
  const target = extended.value.replaceAll('\\', '/');
  if (target.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(target)) return report('"extends" must be a path relative to this file');
  const path = joined(folderOf(file.path), target);
  if (chain.includes(path)) return report(`"extends" leads back to ${path}: remove one of them`);
  if (chain.length > MOST_PARENTS) return report(`"extends" goes through more than ${MOST_PARENTS} files: join some of them`);
  const parent = load(path);
  if (!parent) return report(`there is no file ${path}: correct the path`);
  const inherited = readChain({ ...parent, path }, load, ruleIds, problems, [...chain, path]);
  return overlay(rebased(inherited, folderOf(path), folderOf(file.path)), own);
}

/** Key by key; of mappings (`rules`, `methods.paths`) entry by entry. */
function overlay(below: ReadonlyMap<string, Stated>, above: ReadonlyMap<string, Stated>): ReadonlyMap<string, Stated> {
  const out = new Map(below);
  for (const [name, value] of above) {
    if (name === 'rules') out.set(name, new Map([...textMap(below.get(name)), ...textMap(value)]));
    else if (name === 'methods.paths') out.set(name, new Map([...listMap(below.get(name)), ...listMap(value)]));
    else out.set(name, value);
  }
  return out;
}

/** Paths and patterns of a file in one folder, as seen from another. */
function rebased(keys: ReadonlyMap<string, Stated>, from: string, to: string): ReadonlyMap<string, Stated> {
  if (from === to) return keys;
  return new Map([...keys].map(([name, value]): [string, Stated] => {
    if (name === 'exclude' || name === 'spec') return [name, texts(value).map((each) => fromFolder(each, from, to))];
    if (name === 'baseline' && typeof value === 'string') return [name, fromFolder(value, from, to)];
    return [name, value];
  }));
}
function fromFolder(pattern: string, from: string, to: string): string {
  const negated = pattern.startsWith('!') ? '!' : '';
  const bare = pattern.slice(negated.length);
  // Such a pattern fits at any depth, so also below the other folder.
  if (bare.startsWith('**/')) return pattern;
  const target = joined(from, bare).split('/');
  const base = to === '' ? [] : to.split('/');
  let same = 0;
  while (same < base.length && same < target.length - 1 && base[same] === target[same]) same++;
  return negated + [...base.slice(same).map(() => '..'), ...target.slice(same)].join('/');
}
/** A relative path from a folder, without `.` and with `..` taken back where something stands before it. */
function joined(folder: string, relative: string): FilePath {
  const out: string[] = [];
  for (const segment of `${folder}/${relative}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else out.push(segment);
  }
  return filePath(out.join('/'));
}

function resolve(source: FilePath, keys: ReadonlyMap<string, Stated>): Policy {
  const list = (name: string, otherwise: readonly string[]): readonly string[] => (keys.has(name) ? texts(keys.get(name)) : otherwise);
  const at = keys.get('auth.at');
  const hosts = keys.get('tls.internalHosts');
  const baseline = keys.get('baseline');
  const isPublic = keys.get('docs.public');
  return {
    source,
    rules: new Map([...textMap(keys.get('rules'))].flatMap(([id, stated]): [string, Level][] => {
      const level = levels.find((each) => each === stated);
      return level === undefined ? [] : [[id, level]];
    })),
    minConfidence: confidences.find((each) => each === keys.get('minConfidence')) ?? defaultPolicy.minConfidence,
    exclude: list('exclude', defaultPolicy.exclude),
    methods: { allow: keys.has('methods.allow') ? texts(keys.get('methods.allow')) : undefined, paths: listMap(keys.get('methods.paths')) },
    cors: { origins: list('cors.origins', defaultPolicy.cors.origins), publicPaths: list('cors.publicPaths', defaultPolicy.cors.publicPaths) },
    auth: {
      at: at === 'gateway' || at === 'code' ? at : defaultPolicy.auth.at,
      publicPaths: list('auth.publicPaths', defaultPolicy.auth.publicPaths),
      guards: list('auth.guards', defaultPolicy.auth.guards),
      roleGuards: list('auth.roleGuards', defaultPolicy.auth.roleGuards),
      trustedHeaders: list('auth.trustedHeaders', defaultPolicy.auth.trustedHeaders),
    },
    tls: { internalHosts: hosts === 'allow' || hosts === 'require' ? hosts : defaultPolicy.tls.internalHosts },
    docs: { public: typeof isPublic === 'boolean' ? isPublic : defaultPolicy.docs.public },
    spec: list('spec', defaultPolicy.spec),
    baseline: typeof baseline === 'string' ? baseline : undefined,
  };
}
function texts(value: Stated | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
function textMap(value: Stated | undefined): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  if (value instanceof Map) for (const [key, each] of value) if (typeof each === 'string') out.set(key, each);
  return out;
}
function listMap(value: Stated | undefined): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  if (value instanceof Map) for (const [key, each] of value) if (Array.isArray(each)) out.set(key, each);
  return out;
}
