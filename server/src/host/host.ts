import type { FilePath } from '../core/text/source.js';

/** What reading a file gave: its text, or why it cannot be analysed. */
export type ReadResult = { readonly text: string } | { readonly refused: string };

/** All contact with the outside. Node implements it for command line and server, a Map for tests and the browser. */
export interface Host {
  /** Analysable files below the root: ignore files, `never` classes and policy excludes already taken out. */
  list(): Promise<readonly FilePath[]>;
  /** Refuses over the size cap, unreadable, or not text, with the reason; undefined when there is no such file. */
  read(path: FilePath): Promise<ReadResult | undefined>;
  write(path: FilePath, text: string): Promise<void>;
}
