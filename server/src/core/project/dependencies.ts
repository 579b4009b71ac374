import type { Artifact, Dockerfile } from '../artifacts/kind.js';
import type { Entry, Value } from '../model/value.js';
import { entryOf } from '../openapi/values.js';
import type { At, FilePath } from '../text/source.js';
import { overridesOf } from '../rules/facts/overrides.js';

/** A package that a manifest names, and which versions of it. */
export interface Dependency {
  readonly kind: 'package';
  readonly manifest: FilePath;
  readonly group: DependencyGroup;
  /** The key in the manifest. */
  readonly name: string;
  /** The package the key stands for: another one in `npm:other@^1.0.0`. */
  readonly real: string;
  /** As written, and without the alias before it. */
  readonly written: string;
  readonly range: string;
  readonly keyAt: At;
  readonly valueAt: At;
  /** The manifest sets versions of it aside: what is installed need not fit the range. */
  readonly overridden: boolean;
}
/** The image a stage of a Dockerfile begins with. */
export interface BaseImage {
  readonly kind: 'image';
  /** `node`: without registry and `library/`. */
  readonly name: string;
  /** Empty: none is named, which is `latest`. */
  readonly tag: string;
  /** It names the digest as well, which nothing can change. */
  readonly fixed: boolean;
  /** What runs in the end is made of it. */
  readonly runs: boolean;
  /** Another stage begins with the same, and speaks for it: the one that runs, else the first. */
  readonly repeats: boolean;
  readonly at: At;
}
export type DependencyGroup = 'dependencies' | 'optionalDependencies' | 'devDependencies';

const GROUPS: readonly DependencyGroup[] = ['dependencies', 'optionalDependencies', 'devDependencies'];
const MOST = 2_000;

/** What a configuration file says the program stands on. */
export function dependenciesOf(artifact: Artifact): Iterable<Dependency | BaseImage> {
  if (artifact.shape === 'dockerfile') return imagesOf(artifact);
  return artifact.kind === 'package-json' ? packagesOf(artifact.root, artifact.path) : [];
}
/** The packages a manifest names, in order; those of peers are the matter of whoever installs them. */
function* packagesOf(root: Value, manifest: FilePath): Iterable<Dependency> {
  const overridden = new Set(overridesOf(root).map(({ name }) => name));
  let count = 0;
  for (const group of GROUPS) for (const entry of entriesOf(entryOf(root, group)?.value)) {
    const { key: name, value } = entry;
    if (name === undefined || value.kind !== 'literal' || typeof value.value !== 'string') continue;
    if (count++ >= MOST) return;
    const { real, range } = packageBehind(name, value.value);
    yield { kind: 'package', manifest, group, name, real, written: value.value, range, keyAt: entry.keyAt, valueAt: value.at, overridden: overridden.has(real) };
  }
}
/** The package and the range a key and its value mean. */
export function packageBehind(name: string, written: string): { readonly real: string; readonly range: string } {
  const text = written.trim();
  if (!text.startsWith('npm:')) return { real: name, range: text };
  const at = text.indexOf('@', 5);
  return at < 0 ? { real: text.slice(4), range: '*' } : { real: text.slice(4, at), range: text.slice(at + 1) };
}

function entriesOf(value: Value | undefined): readonly Entry[] {
  return value?.kind === 'object' ? value.entries : [];
}
/** The images of a Dockerfile's stages; one whose name is not known as a whole is left out. */
function imagesOf(file: Dockerfile): readonly BaseImage[] {
  const all = [...stagesOf(file)];
  return all.map((one) => {
    const same = all.filter(({ name, tag }) => name === one.name && tag === one.tag);
    return { ...one, repeats: one !== (same.find(({ runs }) => runs) ?? same[0]) };
  });
}
function* stagesOf({ globals, stages }: Dockerfile): Iterable<Omit<BaseImage, 'repeats'>> {
  const defaults = new Map(globals.filter(({ keyword }) => keyword === 'ARG').flatMap(({ pairs }) => pairs.map(({ name, value }) => [name, value] as const)));
  const running = new Set<number>();
  for (let at: number | undefined = stages.length - 1; at !== undefined && at >= 0 && !running.has(at); at = stages[at]?.base) running.add(at);
  for (const [index, { image, base }] of stages.entries()) {
    const text = image && base === undefined ? filled(image.text, defaults) : undefined;
    if (!image || text === undefined) continue;
    const [path = '', digest] = text.split('@');
    const last = path.slice(path.lastIndexOf('/') + 1);
    const colon = last.indexOf(':');
    const name = path.slice(0, path.length - last.length) + (colon < 0 ? last : last.slice(0, colon));
    yield {
      kind: 'image', name: name.toLowerCase().replace(/^docker\.io\//, '').replace(/^library\//, ''), tag: colon < 0 ? '' : last.slice(colon + 1), fixed: digest !== undefined, runs: running.has(index), at: image.at,
    };
  }
}
/** The text with the defaults of its build arguments; undefined where one has none. */
function filled(text: string, defaults: ReadonlyMap<string, string | undefined>): string | undefined {
  let isKnown = true;
  const whole = text.replace(/\$(?:\{(\w{1,100})(?::?-([^}]{0,200}))?\}|(\w{1,100}))/g, (_, braced: string | undefined, fallback: string | undefined, bare: string | undefined) => {
    const value = defaults.get(braced ?? bare ?? '') ?? fallback;
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown && !whole.includes('$') ? whole : undefined;
}
