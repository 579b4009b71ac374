import { filePath, type FilePath } from '../core/text/source.js';
import type { Host, ReadResult } from '../host/host.js';
import { capOf, defaultCaps, isListed } from '../host/limits.js';

/** Files read at the same time. */
const AT_ONCE = 32;

/** Reads many files, some at once; `go` is told after each and may end it by returning false. A read that fails counts as no such file. */
export async function readAll(host: Host, paths: readonly FilePath[], go: (done: number, path: FilePath) => boolean): Promise<ReadonlyMap<FilePath, ReadResult | undefined>> {
  const out = new Map<FilePath, ReadResult | undefined>();
  const queue = paths.values();
  let stopped = false;
  const reader = async (): Promise<void> => {
    for (const path of queue) {
      if (stopped) return;
      const result = await host.read(path).catch(() => undefined);
      out.set(path, result);
      if (!go(out.size, path)) stopped = true;
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, reader));
  return out;
}

/** One file event of the client's watcher. */
export interface FileEventOf {
  readonly path: FilePath;
  readonly kind: 'created' | 'changed' | 'deleted';
}

/** What is true of each path in the end, in the order of the first event. A file that was created and changed is new. */
export function lastOfEach(events: readonly FileEventOf[]): readonly FileEventOf[] {
  const out = new Map<FilePath, FileEventOf>();
  for (const event of events) {
    const before = out.get(event.path);
    out.set(event.path, before?.kind === 'created' && event.kind === 'changed' ? before : event);
  }
  return [...out.values()];
}

/** Whether a text is over the cap of its path; its bytes are counted only where its length leaves that open. */
export function isTooLarge(path: FilePath, text: string): boolean {
  const cap = capOf(path, defaultCaps);
  if (text.length > cap) return true;
  return text.length * 3 > cap && new TextEncoder().encode(text).length > cap;
}

/** The editor counts without the byte order mark, and so do positions. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Whether a path that came to be can bring files to analyse: one of them itself, or a folder, which a rename tells of by its own name only. */
export function bringsFiles(path: FilePath): boolean {
  return isListed(path) || mayBeFolder(path);
}

/** A name without an extension; `.v2` is none. */
export function mayBeFolder(path: FilePath): boolean {
  return !/\.(?!v\d)[A-Za-z]\w{0,7}$/.test(path);
}

/** Tells the paths that are one of these or lie below one. */
export function atOrBelow(paths: readonly FilePath[]): (path: FilePath) => boolean {
  const tops = new Set(paths);
  return (path) => {
    for (let at: string = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
      if (tops.has(filePath(at))) return true;
      if (!at.includes('/')) return false;
    }
  };
}
