import type { Engine } from '../core/engine-types.js';
import type { FilePath, SourceFile } from '../core/text/source.js';
import type { ReadResult } from '../host/host.js';
import { withoutMark } from './reading.js';

/** Milliseconds of reading between two looks at the event loop. */
const SLICE = 8;

/** Files the engine reads before it holds them, in slices, so that open files are answered for meanwhile. */
export class Ahead {
  private readonly files = new Map<FilePath, SourceFile>();

  constructor(
    private readonly engine: Engine,
    private readonly nextRevision: () => number,
  ) {}

  /** False when `go` ended it. */
  async read(found: ReadonlyMap<FilePath, ReadResult | undefined>, rest: () => Promise<void>, go: () => boolean): Promise<boolean> {
    let since = performance.now();
    for (const [path, result] of found) {
      if (result === undefined || 'refused' in result || this.engine.source(path) !== undefined) continue;
      const file = { path, text: withoutMark(result.text), revision: this.nextRevision() };
      this.engine.prepare(file);
      this.files.set(path, file);
      if (performance.now() - since < SLICE) continue;
      await rest();
      if (!go()) return false;
      since = performance.now();
    }
    return true;
  }

  /** The very object that was read, when its text is still this one. */
  file(path: FilePath, text: string): SourceFile | undefined {
    const known = this.files.get(path);
    return known?.text === text ? known : undefined;
  }

  clear(): void {
    this.files.clear();
  }
}
