import { didYouMean, nearest } from '../findings/nearest.js';
import type { Entry, Item, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import { levels, patterns, policyKeys, type Keys, type Shape, type TextKind } from './schema.js';

/** What a key of a policy file states, checked. */
export type Stated = string | number | boolean | readonly string[] | ReadonlyMap<string, string> | ReadonlyMap<string, readonly string[]>;
/** A stated key with the place of its value; the name is dotted: `auth.guards`. */
export interface StatedKey {
  readonly name: string;
  readonly value: Stated;
  readonly at: At;
}
export interface Checked {
  readonly keys: readonly StatedKey[];
  readonly problems: readonly { readonly at: At; readonly message: string }[];
}

const KNOWN_METHODS = [
  'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY', 'PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE',
  'LOCK', 'UNLOCK', 'SEARCH', 'REPORT', 'PURGE', 'LINK', 'UNLINK', 'SUBSCRIBE', 'UNSUBSCRIBE', 'NOTIFY', 'MERGE', 'BIND', 'REBIND', 'UNBIND', 'ACL',
];
const MOST_PROBLEMS = 100;

/** Checks the content of a policy file against the table of keys. What is wrong is left out and reported with its place; the rest is stated. */
export function checkPolicy(root: Value, ruleIds: ReadonlySet<string>): Checked {
  const keys: StatedKey[] = [];
  const problems: { at: At; message: string }[] = [];
  const report = (at: At, message: string): undefined => {
    if (problems.length < MOST_PROBLEMS) problems.push({ at, message });
    return undefined;
  };

  function group(value: Value, table: Keys, prefix: string): void {
    if (blank(value)) return;
    for (const entry of pairs(value, prefix === '' ? 'a policy' : `"${prefix.slice(0, -1)}"`)) {
      const key = entry.key ?? '';
      const found = Object.hasOwn(table, key) ? table[key] : undefined;
      if (!found) {
        report(entry.keyAt, `unknown key "${shown(prefix + key)}"${elsewhere(key, table, prefix)}`);
        continue;
      }
      if (found.shape.is === 'group') {
        group(entry.value, found.shape.keys, `${prefix}${key}.`);
        continue;
      }
      const stated = read(entry.value, found.shape, `"${prefix}${key}"`);
      if (stated !== undefined) keys.push({ name: prefix + key, value: stated, at: entry.value.at });
    }
  }
  /** The entries of a mapping whose keys are all different and known. */
  function pairs(value: Value, what: string): readonly Entry[] {
    if (value.kind !== 'object') {
      report(value.at, `${what} must be a mapping of keys to values`);
      return [];
    }
    const seen = new Set<string>();
    return value.entries.filter((entry) => {
      if (entry.form !== 'pair' || entry.key === undefined) {
        report(entry.keyAt, `${what} must have plain keys: write each key out`);
        return false;
      }
      if (seen.has(entry.key)) {
        report(entry.keyAt, `"${shown(entry.key)}" is stated twice: keep one of them`);
        return false;
      }
      seen.add(entry.key);
      return true;
    });
  }
  /** A mapping nothing was written into yet states nothing. */
  function blank(value: Value): boolean {
    return value.kind === 'literal' && value.value === null;
  }
  function read(value: Value, shape: Exclude<Shape, { is: 'group' }>, what: string): Stated | undefined {
    const plain = value.kind === 'literal' ? value.value : undefined;
    switch (shape.is) {
      case 'one': return plain === 1 ? 1 : report(value.at, `${what} must be 1`);
      case 'flag': return typeof plain === 'boolean' ? plain : report(value.at, `${what} must be true or false`);
      case 'choice': return choice(value, shape.of, what);
      case 'text': return text(value, shape.kind, what);
      case 'list': return list(value, shape.of, what);
      case 'levels': return levelsOf(value, what);
      case 'methods-by-path': {
        const out = new Map<string, readonly string[]>();
        if (blank(value)) return undefined;
        for (const entry of pairs(value, what)) {
          const methods = list(entry.value, 'method', `"${shown(entry.key ?? '')}"`);
          if (methods) out.set(entry.key ?? '', methods);
        }
        return value.kind === 'object' ? out : undefined;
      }
    }
  }
  function choice(value: Value, of: readonly string[], what: string): string | undefined {
    const plain = value.kind === 'literal' ? value.value : undefined;
    if (typeof plain === 'string' && of.includes(plain)) return plain;
    const meant = typeof plain === 'string' ? nearest(plain, of) : undefined;
    return report(value.at, `${what} must be ${oneOf(of)}${meant === undefined ? '' : `: did you mean "${meant}"?`}`);
  }
  function levelsOf(value: Value, what: string): ReadonlyMap<string, string> | undefined {
    const out = new Map<string, string>();
    if (blank(value)) return undefined;
    for (const entry of pairs(value, what)) {
      const id = entry.key ?? '';
      if (!ruleIds.has(id)) {
        report(entry.keyAt, `unknown rule "${shown(id)}"${didYouMean(id, ruleIds)}`);
        continue;
      }
      const level = choice(entry.value, levels, `the level of "${id}"`);
      if (level !== undefined) out.set(id, level);
    }
    return value.kind === 'object' ? out : undefined;
  }
  function list(value: Value, kind: TextKind, what: string): readonly string[] | undefined {
    if (value.kind !== 'array' || value.items.some((item) => item.spread)) return report(value.at, `${what} must be a list of ${plural[kind]}`);
    return value.items.flatMap((item: Item) => text(item.value, kind, `each entry of ${what}`) ?? []);
  }
  function text(value: Value, kind: TextKind, what: string): string | undefined {
    const plain = value.kind === 'literal' ? value.value : undefined;
    if (typeof plain !== 'string') return report(value.at, `${what} must be ${singular[kind]}${plain === undefined || plain === null ? '' : ': put it in quotes'}`);
    if (!new RegExp(patterns[kind]).test(plain)) return report(value.at, `${what} must be ${singular[kind]}`);
    if (kind !== 'method') return plain;
    const method = plain.toUpperCase();
    const meant = KNOWN_METHODS.includes(method) ? undefined : nearest(method, KNOWN_METHODS);
    return meant === undefined ? method : report(value.at, `unknown method "${shown(plain)}": did you mean "${meant}"?`);
  }

  group(root, policyKeys, '');
  return { keys, problems };
}

const singular: Readonly<Record<TextKind, string>> = {
  glob: 'a glob pattern', path: 'a path', origin: 'an origin without a path, like https://app.example.com', method: 'an HTTP method', name: 'a name without spaces',
};
const plural: Readonly<Record<TextKind, string>> = {
  glob: 'glob patterns', path: 'paths', origin: 'origins', method: 'HTTP methods', name: 'names',
};
function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
}
/** Names of other people's files are cut before they enter a message. */
function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}...` : name;
}
/** The nearest key of the same group, else the group in which a key of this name stands. */
function elsewhere(key: string, table: Keys, prefix: string): string {
  const near = nearest(key, Object.keys(table));
  if (near !== undefined) return `: did you mean "${prefix}${near}"?`;
  if (prefix !== '' && Object.hasOwn(policyKeys, key)) return `: did you mean "${key}"?`;
  for (const [name, { shape }] of Object.entries(policyKeys))
    if (shape.is === 'group' && Object.hasOwn(shape.keys, key)) return `: did you mean "${name}.${key}"?`;
  return '';
}
