import { isLockFile, kindByName } from '../core/artifacts/names.js';
import { classify } from '../core/project/file-class.js';
import { isDataSchema } from '../core/text/paths.js';
import type { FilePath } from '../core/text/source.js';

/** Largest sizes read, in bytes. */
export interface Caps {
  readonly code: number;
  /** `.yaml`, `.yml`, `.json` and lock files: they can be large. */
  readonly document: number;
}
export const defaultCaps: Caps = { code: 5_000_000, document: 20_000_000 };

const CODE = /\.(?:[cm]?js|jsx|[cm]?ts|tsx)$/;
const DOCUMENT = /\.(?:ya?ml|json)$/;

/** Whether a file of this name belongs into the list of analysable files: code, YAML or JSON and known configuration files, but no lock file and nothing of class `never`. */
export function isListed(path: FilePath): boolean {
  const name = nameOf(path);
  return (CODE.test(name) || (DOCUMENT.test(name) && !isLockFile(path)) || kindByName(path) !== undefined || isDataSchema(name)) && classify(path) !== 'never';
}
/** Why a file is not judged whatever it holds, though it was named; undefined where nothing stands against it. */
export function refusalOf(path: FilePath): string | undefined {
  const name = nameOf(path);
  if (!CODE.test(name) && !DOCUMENT.test(name) && kindByName(path) === undefined && !isDataSchema(name)) return 'neither JavaScript, TypeScript, YAML, JSON nor a known configuration file';
  return classify(path) === 'never' ? 'built or installed code is not judged' : undefined;
}
/** The cap that holds for a file, in bytes. */
export function capOf(path: FilePath, caps: Caps): number {
  return DOCUMENT.test(nameOf(path)) || isLockFile(path) ? caps.document : caps.code;
}
/** Why a file over its cap is refused. */
export function tooLarge(cap: number): string {
  return `larger than ${cap >= 1_000_000 ? `${Number((cap / 1_000_000).toFixed(1))} MB` : `${cap} bytes`}`;
}
export const OUTSIDE = 'outside the folder';
export const NOT_TEXT = 'not text';

function nameOf(path: FilePath): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}
