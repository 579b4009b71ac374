import { defaultPolicy, type Policy } from '../core/policy/policy.js';
import type { PolicyProblem } from '../core/policy/read.js';
import { filePath, folderOf, type FilePath, type SourceFile } from '../core/text/source.js';
import type { Door } from './door.js';
import type { Settings } from './settings.js';

/** Rounds of reading files that an `extends` names; a longer chain is cut. */
const MOST_ROUNDS = 16;
/** Folders above the root that are asked for a policy; the host ends earlier at the repository's top. */
const LEVELS_ABOVE = 8;

interface Held {
  /** The last version that had no problem. */
  readonly good: Policy | undefined;
  readonly problems: readonly PolicyProblem[];
  /** Files its `extends` chain named. */
  readonly parents: ReadonlySet<FilePath>;
  /** The texts the problems speak of. */
  readonly sources: ReadonlyMap<FilePath, SourceFile>;
}

/** The name every policy file has. */
export function isPolicyFile(path: FilePath): boolean {
  return path === 'unlatched.yml' || path.endsWith('/unlatched.yml');
}

function isAbove(path: FilePath): boolean {
  return path.startsWith('../');
}

/** Where a policy that holds for the whole folder may stand: in it, and in the folders above it. */
export function rootCandidates(): readonly FilePath[] {
  return Array.from({ length: LEVELS_ABOVE + 1 }, (_, level) => filePath('../'.repeat(level) + 'unlatched.yml'));
}

/** The policy files of one folder. With problems the last good version stays in force. */
export class Policies {
  private readonly files = new Map<FilePath, Held>();

  constructor(
    private readonly text: (path: FilePath) => Promise<string | undefined>,
    private readonly ruleIds: ReadonlySet<string>,
  ) {}

  /** Reads one policy file again; a file that is gone is forgotten. */
  async refresh(path: FilePath, door: Door): Promise<void> {
    const known = new Map<FilePath, string | undefined>([[path, await this.text(path)]]);
    const text = known.get(path);
    if (text === undefined) {
      this.files.delete(path);
      return;
    }
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const missing = new Set<FilePath>();
      const load = (wanted: FilePath): SourceFile | undefined => {
        if (!known.has(wanted)) missing.add(wanted);
        const found = known.get(wanted);
        return found === undefined ? undefined : { path: wanted, text: found, revision: 0 };
      };
      const { policy, problems } = door.readPolicy({ path, text, revision: 0 }, load, this.ruleIds);
      if (missing.size === 0 || round === MOST_ROUNDS - 1) {
        const good = problems.length === 0 ? policy : this.files.get(path)?.good;
        const parents = new Set([...known.keys()].filter((each) => each !== path));
        const sources = new Map(problems.map((problem) => [problem.path, { path: problem.path, text: known.get(problem.path) ?? '', revision: 0 }]));
        this.files.set(path, { good, problems, parents, sources });
        return;
      }
      for (const each of missing) known.set(each, await this.text(each));
    }
  }

  /** Policy files to read again when this file changed: itself, and those that extend it. */
  touchedBy(path: FilePath, policyPath: string | undefined): readonly FilePath[] {
    const own = policyPath === undefined ? isPolicyFile(path) : path === policyPath;
    const dependants = [...this.files].filter(([, held]) => held.parents.has(path)).map(([each]) => each);
    return own && !dependants.includes(path) ? [path, ...dependants] : dependants;
  }

  has(path: FilePath): boolean {
    return this.files.has(path);
  }

  /** Drops the files for which the test holds. */
  forget(test: (path: FilePath) => boolean): void {
    for (const path of [...this.files.keys()]) if (test(path)) this.files.delete(path);
  }

  /** What holds in each folder, '' always among them: the policy of the root, else the nearest above it. */
  resolved(settings: Settings, door: Door): ReadonlyMap<string, Policy> {
    const out = new Map<string, Policy>([['', door.applySettings(this.rootPolicy(settings) ?? defaultPolicy, settings)]]);
    for (const [path, { good }] of this.files) {
      const folder = folderOf(path);
      if (good !== undefined && folder !== '' && !isAbove(path) && path !== settings.policyPath) out.set(folder, door.applySettings(good, settings));
    }
    return out;
  }

  /** Patterns of all policies, relative to the root; `name` is the name of the root's own folder. */
  excludes(name: string): readonly string[] {
    return [...this.files].flatMap(([path, { good }]) => {
      const folder = folderOf(path);
      if (!isAbove(path)) return (good?.exclude ?? []).map((glob) => (folder === '' || path !== `${folder}/unlatched.yml` ? glob : `${folder}/${glob}`));
      // Of a policy right above the root only what speaks of everywhere or of this folder can be said from here.
      return (good?.exclude ?? []).flatMap((glob) => (glob.startsWith('**/') ? [glob] : folder === '..' && glob.startsWith(`${name}/`) ? [glob.slice(name.length + 1)] : []));
    });
  }

  /** Problems by the file they stand in. */
  problems(path: FilePath): readonly PolicyProblem[] {
    const all = [...this.files.values()].flatMap((held) => held.problems).filter((problem) => problem.path === path);
    // One mistake in a file that several extend is said once.
    return [...new Map(all.map((problem) => [`${problem.span.start} ${problem.span.end} ${problem.message}`, problem])).values()];
  }

  private rootPolicy(settings: Settings): Policy | undefined {
    const above = Array.from({ length: LEVELS_ABOVE }, (_, level) => '../'.repeat(level + 1) + 'unlatched.yml');
    const names = settings.policyPath === undefined ? ['unlatched.yml', ...above] : [settings.policyPath];
    for (const name of names) {
      const good = this.files.get(filePath(name))?.good;
      if (good) return good;
    }
    return undefined;
  }

  /** The text a file with a problem had when it was read. */
  source(path: FilePath): SourceFile | undefined {
    for (const { sources } of this.files.values()) {
      const found = sources.get(path);
      if (found) return found;
    }
    return undefined;
  }

  /** Files that hold a problem. */
  broken(): readonly FilePath[] {
    return [...new Set([...this.files.values()].flatMap((held) => held.problems.map((problem) => problem.path)))];
  }
}

/** Where a policy that holds for this file may stand, the nearest first. */
export function policyCandidates(path: FilePath): readonly FilePath[] {
  const out: FilePath[] = [];
  for (let folder = folderOf(path); folder !== '' && folder !== '..'; folder = folderOf(filePath(folder))) out.push(filePath(`${folder}/unlatched.yml`));
  return [...out, ...rootCandidates()];
}
