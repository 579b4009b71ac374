import { plainVersion, property, type Lock } from './answer.js';

/** `package-lock.json` and `npm-shrinkwrap.json` of the versions 1 to 3. Throws where it is no JSON. */
export function readNpmLock(text: string): Lock {
  const data: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const packages = property(data, 'packages');
  if (typeof packages !== 'object' || packages === null) {
    // Version 1 knows no workspaces.
    const dependencies = property(data, 'dependencies');
    return ({ folder, name, real }) => (folder === '' ? aliased(property(property(dependencies, name), 'version'), real) : undefined);
  }
  return ({ folder, name, real }) => {
    // A folder that is no workspace has a tree of its own.
    if (folder !== '' && property(packages, folder) === undefined) return undefined;
    for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const entry = property(packages, at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
      if (entry !== undefined) return isOther(entry, name, real) ? undefined : plainVersion(property(entry, 'version'));
      if (at === '') return undefined;
    }
  };
}
/** A workspace, or another package under this name. */
function isOther(entry: unknown, name: string, real: string): boolean {
  const named = property(entry, 'name');
  return property(entry, 'link') === true || (typeof named === 'string' ? named !== real : name !== real);
}
/** `npm:other@1.2.3` in version 1. */
function aliased(version: unknown, real: string): string | undefined {
  const prefix = `npm:${real}@`;
  return plainVersion(typeof version === 'string' && version.startsWith(prefix) ? version.slice(prefix.length) : version);
}
