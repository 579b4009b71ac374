import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { canonicalUri, converter, type Encoding } from './convert.js';

/** An open document; its text wins over the disk. A value: a change makes a new one. */
export interface OpenDocument {
  /** As the client spells it. */
  readonly uri: string;
  readonly version: number;
  readonly text: string;
  readonly languageId: string | undefined;
}

/** The texts the client holds open, kept by incremental changes. */
export class Documents {
  private readonly open = new Map<string, OpenDocument>();

  constructor(private readonly encoding: () => Encoding) {}

  /** Takes a document as open, replacing one of the same URI. */
  set(uri: string, version: number, text: string, languageId = this.get(uri)?.languageId): OpenDocument {
    const document = { uri, version, text, languageId };
    this.open.set(canonicalUri(uri), document);
    return document;
  }

  /** Applies changes in order, each to the result of the one before; undefined when the document is not open. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): OpenDocument | undefined {
    const before = this.get(uri);
    if (!before) return undefined;
    let text = before.text;
    for (const change of changes) {
      if (typeof change.text !== 'string') throw new Error('a change without text');
      if (!('range' in change)) {
        text = change.text;
        continue;
      }
      const { start, end } = converter(text, this.encoding()).span(change.range);
      text = text.slice(0, start) + change.text + text.slice(end);
    }
    return this.set(before.uri, version, text);
  }

  close(uri: string): void {
    this.open.delete(canonicalUri(uri));
  }

  get(uri: string): OpenDocument | undefined {
    return this.open.get(canonicalUri(uri));
  }

  all(): readonly OpenDocument[] {
    return [...this.open.values()];
  }
}
