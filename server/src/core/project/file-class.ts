import type { FilePath } from '../text/source.js';
import type { FileClass } from './project.js';

/** What the content says and the path cannot. */
export interface FileNature {
  /** The file is an OpenAPI document: `specs/` and `docs/` are where such documents live. */
  readonly openapi?: boolean;
  /** Comments of the file are parts of a document, which are kept in `docs/` too. */
  readonly describes?: boolean;
  /** A JavaScript or TypeScript file that creates an application which listens, or that such an application imports. */
  readonly runs?: boolean;
}

const folders = {
  never: new Set(['node_modules', 'dist', 'build', 'coverage', '.next', 'out', 'vendor']),
  test: new Set(['test', 'tests', '__tests__', 'e2e', 'cypress', '__mocks__', 'fixtures']),
  spec: new Set(['spec', 'specs']),
  example: new Set(['example', 'examples', 'demo', 'demos', 'sample', 'samples']),
  docs: new Set(['doc', 'docs']),
  seed: new Set(['seed', 'seeds', 'seeder', 'seeders', 'migration', 'migrations']),
  script: new Set(['script', 'scripts', 'tool', 'tools', 'bin']),
};
const NEVER_FILE = /\.(?:min\.[cm]?js|d\.[cm]?ts)$/;
const TEST_FILE = /\.(?:test|spec|e2e|stories|bench)\.[cm]?[jt]sx?$/;
const CODE_FILE = /\.[cm]?[jt]sx?$/;

/** The class of a file by its path below the root, letter case aside. Where several fit: never, test, example, seed, script, in this order. */
export function classify(path: FilePath, nature: FileNature = {}): FileClass {
  const segments = path.toLowerCase().split('/');
  const name = segments.pop() ?? '';
  const below = (kind: keyof typeof folders): boolean => segments.some((segment) => folders[kind].has(segment));
  if (below('never') || NEVER_FILE.test(name)) return 'never';
  const openapi = nature.openapi === true;
  if (below('test') || (!openapi && (below('spec') || TEST_FILE.test(name)))) return 'test';
  if (below('example') || (!openapi && nature.describes !== true && below('docs'))) return 'example';
  if (below('seed')) return 'seed';
  if (below('script') && !(nature.runs === true && CODE_FILE.test(name))) return 'script';
  return 'source';
}

/** Whether nothing below this folder is ever read; the folder's path is relative to the root. */
export function isNeverFolder(path: string): boolean {
  return path.toLowerCase().split('/').some((segment) => folders.never.has(segment));
}
