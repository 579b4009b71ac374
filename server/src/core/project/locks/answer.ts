/** What is asked of a lock file: which version a manifest gets of a package it names. */
export interface LockQuestion {
  /** Folder of the manifest, relative to that of the lock file; '' is the same. */
  readonly folder: string;
  /** The key in the manifest, the package it stands for, and the range as written. */
  readonly name: string;
  readonly real: string;
  readonly range: string;
}
/** A lock file read: undefined where it has no answer, or none that is a version. */
export type Lock = (question: LockQuestion) => string | undefined;

const PLAIN = /^\d{1,10}\.\d{1,10}\.\d{1,10}(?:[-+][\w.+-]{1,100})?$/;

/** The text where it is a version and nothing else. */
export function plainVersion(text: unknown): string | undefined {
  return typeof text === 'string' && PLAIN.test(text) ? text : undefined;
}
/** The value of an own property of an object of data. */
export function property(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? Reflect.get(data, key) : undefined;
}
