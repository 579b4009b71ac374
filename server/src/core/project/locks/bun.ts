import { isRecord, readData } from '../../syntax/data.js';
import { neededIn, placeOfKey, plainVersion, property, type Lock } from './answer.js';

const NEEDS = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/** `bun.lock`, the text lock of bun 1.2: each package under its name, or below the workspace or package that needs another version of it; that key is its id. */
export function readBunLock(text: string): Lock {
  const data = readData(text);
  const [packages, workspaces] = [property(data, 'packages'), property(data, 'workspaces')];
  const nearest = (name: string, from: string): string | undefined => {
    for (let at = from; at !== ''; at = above(at)) if (property(packages, `${at}/${name}`) !== undefined) return `${at}/${name}`;
    return property(packages, name) === undefined ? undefined : name;
  };
  const specOf = (id: string): string | undefined => {
    const entry = property(packages, id);
    const spec: unknown = Array.isArray(entry) ? entry[0] : undefined;
    return typeof spec === 'string' ? spec : undefined;
  };
  return {
    find({ folder, name }) {
      const workspace = property(workspaces, folder);
      // A folder that is no workspace has a tree of its own.
      if (folder !== '' && workspace === undefined) return undefined;
      const own = property(workspace, 'name');
      return nearest(name, folder !== '' && typeof own === 'string' ? own : '');
    },
    package(id) {
      const spec = specOf(id) ?? '';
      const at = spec.lastIndexOf('@');
      const version = at > 0 ? plainVersion(spec.slice(at + 1)) : undefined;
      return version === undefined ? undefined : { name: spec.slice(0, at), version };
    },
    needs(id) {
      const entry = property(packages, id);
      if (!Array.isArray(entry) || specOf(id)?.includes('@workspace:') === true) return [];
      const all: readonly unknown[] = entry;
      return neededIn(all.find(isRecord), NEEDS).flatMap((name) => nearest(name, id) ?? []);
    },
    placeOf: (id) => placeOfKey(text, id, ''),
  };
}
/** The key a key stands below; a scope belongs to the name behind it. */
function above(key: string): string {
  const cut = key.lastIndexOf('/');
  const scope = cut < 0 ? -1 : key.lastIndexOf('/', cut - 1) + 1;
  const end = scope >= 0 && key[scope] === '@' ? scope - 1 : cut;
  return end <= 0 ? '' : key.slice(0, end);
}
