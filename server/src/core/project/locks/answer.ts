import type { Span } from '../../text/source.js';

/** What is asked of a lock file: which package a manifest gets by a name it names. */
export interface LockQuestion {
  /** Folder of the manifest, relative to that of the lock file; '' is the same. */
  readonly folder: string;
  /** The key in the manifest, the package it stands for, and the range as written. */
  readonly name: string;
  readonly real: string;
  readonly range: string;
}
/** One package of a lock file: its own name, whatever it is called by those who need it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
}
/** A lock file read. Packages are told apart by ids that mean something to their lock file only. Answers are made when asked for. */
export interface Lock {
  /** What a manifest gets; undefined where the lock file does not say. */
  find(question: LockQuestion): string | undefined;
  /** Undefined where it has no version of the registry: a workspace, a repository, a folder. */
  package(id: string): LockedPackage | undefined;
  /** What a package needs itself, as far as the lock file has it; packages of the workspace need nothing, their manifests speak for them. */
  needs(id: string): readonly string[];
  /** Where the package stands in the text. */
  placeOf(id: string): Span | undefined;
}

const PLAIN = /^\d{1,10}\.\d{1,10}\.\d{1,10}(?:[-+][\w.+-]{1,100})?$/;
/** How far behind a key its first values are looked for. */
const NEAR = 200;

/** The version a manifest gets, where it is one of the package that is meant. */
export function lockedVersion(lock: Lock, question: LockQuestion): string | undefined {
  const id = lock.find(question);
  const found = id === undefined ? undefined : lock.package(id);
  return found?.name === question.real ? found.version : undefined;
}
/** The text where it is a version and nothing else. */
export function plainVersion(text: unknown): string | undefined {
  return typeof text === 'string' && PLAIN.test(text) ? text : undefined;
}
/** The value of an own property of an object of data. */
export function property(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? Reflect.get(data, key) : undefined;
}
/** The keys of members of an object of data that say what a package needs. */
export function neededIn(data: unknown, members: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const member of members) {
    const held = property(data, member);
    if (typeof held === 'object' && held !== null && !Array.isArray(held)) for (const name of Object.keys(held)) names.add(name);
  }
  return [...names];
}
/** The first place in a JSON text where a key has an object or an array, with certain words soon behind it. */
export function placeOfKey(text: string, key: string, words: string): Span | undefined {
  const quoted = JSON.stringify(key);
  for (let start = text.indexOf(quoted); start >= 0; start = text.indexOf(quoted, start + 1)) {
    const end = start + quoted.length;
    const behind = text.slice(end, end + NEAR);
    if (/^\s{0,20}:\s{0,20}[[{]/.test(behind) && behind.includes(words)) return { start, end };
  }
  return undefined;
}
