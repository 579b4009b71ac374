import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import picomatch from 'picomatch';
import { readPolicy } from '../core/engine.js';
import { defaultPolicy, type Policy } from '../core/policy/policy.js';
import { indexLines } from '../core/text/lines.js';
import { foldersUp } from '../core/text/paths.js';
import { filePath, type FilePath, type SourceFile } from '../core/text/source.js';
import { findUp } from '../host/node.js';
import { Problem, systemProblem } from './problem.js';
import { isInside, type Root } from './root.js';

const NAME = 'unlatched.yml';
const CAP = 1_000_000;

export interface FoundPolicy {
  /** Absolute path of the file. */
  readonly file: string;
  /** The folder it holds for, relative to the root; '' is the root. */
  readonly folder: string;
  readonly policy: Policy;
}
/** The policies of one run: the nearest file wins whole for the files below it. */
export class Policies {
  constructor(
    private readonly root: Root,
    readonly found: readonly FoundPolicy[],
  ) {}

  /** As the engine takes them. */
  byFolder(): ReadonlyMap<string, Policy> {
    return new Map(this.found.map(({ folder, policy }) => [folder, policy]));
  }
  /** What holds for a file. */
  of(path: FilePath): Policy {
    const policies = this.byFolder();
    for (const folder of foldersUp(path)) {
      const policy = policies.get(folder);
      if (policy) return policy;
    }
    return defaultPolicy;
  }
  /** Patterns of files not to list, relative to the root. A file named otherwise than the usual speaks of the root. */
  excludes(): readonly string[] {
    return this.found.flatMap(({ file, folder, policy }) => {
      const above = relative(dirname(file), this.root.folder)
        .split(/[\\/]/)
        .filter((segment) => segment !== '');
      if (folder !== '') return policy.exclude.map((glob) => `${folder}/${glob}`);
      return basename(file) === NAME && isInside(dirname(file), this.root.folder)
        ? policy.exclude.flatMap((glob) => fromBelow(glob, above))
        : policy.exclude;
    });
  }
}

/**
 * Reads the policy named by `--config`, which then holds for everything; else the nearest file at or above the root, up to the
 * repository's top, and those in the folders given. Throws a Problem for a policy with an error.
 */
export async function findPolicies(
  root: Root,
  config: string | undefined,
  folders: Iterable<string>,
  ruleIds: ReadonlySet<string>,
): Promise<Policies> {
  if (config !== undefined) return new Policies(root, [{ file: config, folder: '', policy: readOne(root, config, ruleIds) }]);
  const found: FoundPolicy[] = [];
  const [nearest] = await findUp([NAME], root.folder, root.top);
  if (nearest !== undefined) found.push({ file: nearest, folder: '', policy: readOne(root, nearest, ruleIds) });
  for (const folder of [...folders].sort()) {
    const file = resolve(root.folder, folder, NAME);
    if (folder !== '' && existsSync(file)) found.push({ file, folder, policy: readOne(root, file, ruleIds) });
  }
  return new Policies(root, found);
}

function readOne(root: Root, file: string, ruleIds: ReadonlySet<string>): Policy {
  const path = filePath(relative(root.folder, file));
  const texts = new Map<FilePath, string>();
  const load = (wanted: FilePath): SourceFile | undefined => {
    const absolute = resolve(root.folder, wanted);
    if (!isInside(root.top, absolute) && !isInside(dirname(file), absolute)) return undefined;
    try {
      const text = textOf(absolute);
      texts.set(wanted, text);
      return { path: wanted, text, revision: 0 };
    } catch {
      return undefined;
    }
  };
  let text: string;
  try {
    text = textOf(file);
  } catch (error) {
    throw systemProblem(`the policy ${path} cannot be read`, error, 'correct the path or the file');
  }
  texts.set(path, text);
  const { policy, problems } = readPolicy({ path, text, revision: 0 }, load, ruleIds);
  const [first] = problems;
  if (first === undefined) return policy;
  const line = indexLines(texts.get(first.path) ?? '').position(first.span.start).line + 1;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new Problem(`${first.path}:${line}: ${first.message.replace(/\s*\n\s*/g, ' ')}${more}`);
}
function textOf(file: string): string {
  if (statSync(file).size > CAP) throw Object.assign(new Error(), { code: 'larger than 1 MB' });
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
}
/** What a pattern of a folder above says, as seen from the folder reached over these segments. */
function fromBelow(glob: string, segments: readonly string[]): readonly string[] {
  const [head, ...rest] = glob.replace(/^\.?\//, '').split('/');
  const [segment, ...further] = segments;
  if (segment === undefined) return [glob];
  if (head === '**') return rest.length === 0 ? ['**'] : [glob, ...fromBelow(rest.join('/'), segments)];
  if (head === undefined || !picomatch.isMatch(segment, head, { dot: true, noextglob: true })) return [];
  // The pattern names a folder on the way, so everything below it.
  return rest.length === 0 || rest[0] === '' ? ['**'] : fromBelow(rest.join('/'), further);
}
