import { neededIn, placeOfKey, plainVersion, property, type Lock } from './answer.js';

const NEEDS = ['dependencies', 'optionalDependencies', 'peerDependencies'];
const PREFIX = 'node_modules/';
/** Deeper trees are none that npm writes. */
const DEEPEST = 100;

/** `package-lock.json` and `npm-shrinkwrap.json` of the versions 1 to 3. Throws where it is no JSON. A package's id is the folder it is installed in. */
export function readNpmLock(text: string): Lock {
  const data: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const packages = property(data, 'packages');
  const isNew = typeof packages === 'object' && packages !== null;
  const old = isNew ? undefined : flattened(property(data, 'dependencies'));
  const get = (folder: string): unknown => (old ? old.get(folder) : property(packages, folder));
  const nearest = (name: string, from: string): string | undefined => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const folder = at === '' ? `${PREFIX}${name}` : `${at}/${PREFIX}${name}`;
      if (get(folder) !== undefined) return folder;
      if (at === '') return undefined;
    }
  };
  return {
    // A folder that is no workspace has a tree of its own; version 1 knows no workspaces.
    find: ({ folder, name }) => (folder !== '' && get(folder) === undefined ? undefined : nearest(name, folder)),
    package(id) {
      const entry = get(id);
      const version = property(entry, 'link') === true ? undefined : plainVersion(property(entry, 'version'));
      return version === undefined ? undefined : { name: nameOf(entry, id), version };
    },
    needs: (id) => neededIn(get(id), NEEDS).flatMap((name) => nearest(name, id) ?? []),
    placeOf: (id) => (old ? placeOfKey(text, keyOf(id), `"${String(property(get(id), 'locked'))}"`) : placeOfKey(text, id, '')),
  };
}
function nameOf(entry: unknown, folder: string): string {
  const named = property(entry, 'name');
  return typeof named === 'string' ? named : keyOf(folder);
}
function keyOf(folder: string): string {
  return folder.slice(folder.lastIndexOf(PREFIX) + PREFIX.length);
}
/** The tree of version 1 as versions 2 and 3 write it: by folder. */
function flattened(dependencies: unknown): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const todo: { readonly folder: string; readonly held: unknown; readonly depth: number }[] = [{ folder: '', held: dependencies, depth: 0 }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (typeof next.held !== 'object' || next.held === null || next.depth > DEEPEST) continue;
    for (const key of Object.keys(next.held)) {
      const entry = property(next.held, key);
      if (typeof entry !== 'object' || entry === null) continue;
      const folder = `${next.folder}${next.folder === '' ? '' : '/'}${PREFIX}${key}`;
      const locked = property(entry, 'version');
      // `npm:other@1.2.3` where another package stands under the name.
      const alias = typeof locked === 'string' ? /^npm:((?:@[^@/]{1,100}\/)?[^@/]{1,100})@(.{1,100})$/.exec(locked) : null;
      found.set(folder, { version: alias?.[2] ?? locked, locked, dependencies: property(entry, 'requires'), ...(alias?.[1] === undefined ? {} : { name: alias[1] }) });
      todo.push({ folder, held: property(entry, 'dependencies'), depth: next.depth + 1 });
    }
  }
  return found;
}
