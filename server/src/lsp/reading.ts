import type { FilePath } from '../core/text/source.js';
import type { Host, ReadResult } from '../host/host.js';

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
