import { readData } from '../../syntax/data.js';
import { plainVersion, property, type Lock } from './answer.js';

/** `bun.lock`, the text lock of bun 1.2: each package under its name, or below the workspace or package that needs another version of it. */
export function readBunLock(text: string): Lock {
  const data = readData(text);
  const [packages, workspaces] = [property(data, 'packages'), property(data, 'workspaces')];
  return ({ folder, name, real }) => {
    const workspace = property(workspaces, folder);
    // A folder that is no workspace has a tree of its own.
    if (folder !== '' && workspace === undefined) return undefined;
    const own = property(workspace, 'name');
    const entry = (typeof own === 'string' ? property(packages, `${own}/${name}`) : undefined) ?? property(packages, name);
    const found: unknown = Array.isArray(entry) ? entry[0] : undefined;
    return typeof found === 'string' && found.startsWith(`${real}@`) ? plainVersion(found.slice(real.length + 1)) : undefined;
  };
}
