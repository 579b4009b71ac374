import type { FilePath } from '../core/text/source.js';
import type { Host } from './host.js';
import { capOf, defaultCaps, isListed, NOT_TEXT, OUTSIDE, tooLarge, type Caps } from './limits.js';

/** A host over a Map, for tests and the browser; `files` is its live content. Same list and same refusals as on disk, save ignore files. */
export function createMemoryHost(files: Map<FilePath, string>, options: { readonly caps?: Partial<Caps> } = {}): Host {
  const caps = { ...defaultCaps, ...options.caps };
  return {
    list: () => Promise.resolve([...files.keys()].filter(isListed).sort()),
    read(path) {
      if (isOutside(path)) return Promise.resolve({ refused: OUTSIDE });
      const text = files.get(path);
      if (text === undefined) return Promise.resolve(undefined);
      const cap = capOf(path, caps);
      if (new TextEncoder().encode(text).length > cap) return Promise.resolve({ refused: tooLarge(cap) });
      return Promise.resolve(text.includes('\0') ? { refused: NOT_TEXT } : { text });
    },
    write(path, text) {
      if (isOutside(path)) return Promise.reject(new Error(`${path} is ${OUTSIDE}`));
      files.set(path, text);
      return Promise.resolve();
    },
  };
}

function isOutside(path: FilePath): boolean {
  return path.startsWith('/') || path.split('/').includes('..');
}
