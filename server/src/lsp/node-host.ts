import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '../host/host.js';
import { capOf, defaultCaps } from '../host/limits.js';
import { createNodeHost, readText, repositoryTop } from '../host/node.js';
import type { HostWish } from './door.js';
import { isPolicyFile } from './policies.js';

const nothing: Host = { list: () => Promise.resolve([]), read: () => Promise.resolve(undefined), write: () => Promise.reject(new Error('this folder cannot be written')) };

/** The host of a folder on disk; a folder of any other scheme has no files but those that are open. Policies above the folder are read up to the repository's top. */
export function nodeHost({ uri, excludes }: HostWish): Host {
  if (!uri.startsWith('file:')) return nothing;
  const root = fileURLToPath(uri);
  const plain = createNodeHost({ root });
  let top: Promise<string | undefined> | undefined;
  return {
    list: () => createNodeHost({ root, exclude: excludes() }).list(),
    async read(path) {
      if (!path.startsWith('../') || !isPolicyFile(path)) return plain.read(path);
      const file = resolve(root, path);
      const limit = await (top ??= repositoryTop(root));
      const way = limit === undefined ? '..' : relative(limit, file);
      return way.startsWith('..') || isAbsolute(way) ? undefined : readText(file, capOf(path, defaultCaps));
    },
    write: (path, text) => plain.write(path, text),
  };
}
