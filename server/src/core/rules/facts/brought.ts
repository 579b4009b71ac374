import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import type { Settings } from '../../artifacts/kind.js';
import { entryOf } from '../../openapi/values.js';
import { filePath, folderOf, type FilePath } from '../../text/source.js';
import type { BroughtPackage, Change, Dependency, RuleContext } from '../rule.js';
import { holesAt, isAbandoned, isBreaking, type HolesOfVersion } from './dependency.js';
import { once } from './once.js';
import { overridesOf, type Override } from './overrides.js';

/** A package with known holes that another one brings in. */
export interface BroughtHoles {
  readonly one: BroughtPackage;
  readonly holes: HolesOfVersion;
  /** The manifest sets it to this version for all who need it. */
  readonly cause: Override | undefined;
}
/** What one lock file brings in, and the manifest beside it, where versions are set aside. */
interface Lot {
  readonly byName: ReadonlyMap<string, readonly BroughtHoles[]>;
  readonly top: Settings | undefined;
}
type Brought = ReadonlyMap<string, readonly BroughtPackage[]>;

const LEVELS = ['critical', 'high', 'moderate', 'low'];
const GROUPS = ['dependencies', 'optionalDependencies', 'devDependencies'];

/** Packages with known holes that a dependency brings in, the gravest first; those only developers install bring in nothing. */
export function broughtHoles({ name, group, manifest }: Dependency, context: RuleContext): readonly BroughtHoles[] {
  if (group === 'devDependencies') return [];
  const brought = context.broughtIn(manifest);
  return brought.has(name) ? (lotOf(brought, context).byName.get(name) ?? []) : [];
}
/** The changes that set the packages to versions without holes for all who need them, or why that would be unwise. */
export function overridesFor(dependency: Dependency, all: readonly BroughtHoles[], context: RuleContext): readonly Change[] | { readonly refused: string } {
  const { byName, top } = lotOf(context.broughtIn(dependency.manifest), context);
  if (!top) return { refused: 'The manifest beside the lock file, where versions are set aside, is not at hand.' };
  const changes = new Map<string, Change>();
  for (const { one: { name, lock }, holes: { fixed } } of all) {
    if (fixed === undefined || isAbandoned(name, fixed)) return { refused: `No version of ${name} repairs it: what needs it has to be upgraded or replaced.` };
    const inUse = [...byName.values()].flat().filter((other) => other.one.name === name);
    const target = inUse.map((other) => other.holes.fixed ?? fixed).sort((a, b) => (satisfies(a, `>${b}`) ? -1 : 1))[0] ?? fixed;
    if (inUse.some((other) => isBreaking(other.one.version, target)))
      return { refused: `${name} ${target} may break who needs ${inUse.map((other) => other.one.version).join(' and ')}: upgrade ${dependency.name} instead.` };
    if (GROUPS.some((group) => entryOf(entryOf(top.root, group)?.value, name))) return { refused: `The manifest names ${name} itself: upgrade it there.` };
    changes.set(name, { do: 'set', path: top.path, key: [...listOf(lock), name], value: `^${target}` });
  }
  return [...changes.values()];
}
/** Where the tool that wrote the lock file looks for versions that are set aside. */
function listOf(lock: FilePath): readonly string[] {
  return lock.endsWith('yarn.lock') ? ['resolutions'] : lock.endsWith('pnpm-lock.yaml') ? ['pnpm', 'overrides'] : ['overrides'];
}

const lotOf = once((brought: Brought, context): Lot => {
  const [lock] = [...brought.values()].flat().map((one) => one.lock);
  const path = lock === undefined ? undefined : filePath(`${folderOf(lock)}/package.json`.replace(/^\//, ''));
  const top = context.artifacts('package-json').find((one): one is Settings => one.path === path && one.shape === 'settings');
  const overrides = top ? overridesOf(top.root) : [];
  const byName = new Map<string, readonly BroughtHoles[]>();
  for (const [name, list] of brought) {
    const all = list.flatMap((one): BroughtHoles | readonly never[] => {
      const own = overrides.filter((override) => override.name === one.name && (override.instead === undefined || validRange(override.instead) === null || lets(override.instead, one.version)));
      const holes = own.some(({ written }) => !written.startsWith('$') && !lets(written, one.version)) ? undefined : holesAt(one.name, one.version);
      return holes ? { one, holes, cause: own.find(({ everywhere, written }) => everywhere && lets(written, one.version)) } : [];
    });
    byName.set(name, all.sort((a, b) => LEVELS.indexOf(a.holes.worst.level) - LEVELS.indexOf(b.holes.worst.level)));
  }
  return { byName, top };
});
/** Whether what is written is a range that has the version. */
function lets(written: string, version: string): boolean {
  return validRange(written) !== null && satisfies(version, written, { includePrerelease: true });
}
