import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { canonicalUri, converterOver, type Converter, type Encoding } from './convert.js';

/** An open document; its text wins over the disk. A change makes a new one. */
export interface OpenDocument {
  /** As the client spells it. */
  readonly uri: string;
  readonly version: number;
  readonly text: string;
  readonly languageId: string | undefined;
}

/** A document with the index of its lines, which follows each change: a long text is never indexed twice. */
interface Held {
  readonly document: OpenDocument;
  readonly index: TextDocument;
}

/** The texts the client holds open, kept by incremental changes. */
export class Documents {
  private readonly open = new Map<string, Held>();

  constructor(private readonly encoding: () => Encoding) {}

  /** Takes a document as open, replacing one of the same URI. */
  set(uri: string, version: number, text: string, languageId = this.get(uri)?.languageId): OpenDocument {
    return this.hold({ uri, version, text, languageId }, TextDocument.create(uri, languageId ?? '', version, text));
  }

  /** Applies changes in order, each to the result of the one before; all or none. Undefined when the document is not open. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): OpenDocument | undefined {
    const held = this.open.get(canonicalUri(uri));
    if (!held) return undefined;
    const { document, index } = held;
    try {
      for (const change of changes) {
        if (typeof change.text !== 'string') throw new Error('a change without text');
        if (!('range' in change)) {
          TextDocument.update(index, [{ text: change.text }], version);
          continue;
        }
        const { start, end } = this.placesOf(index).span(change.range);
        TextDocument.update(index, [{ range: { start: index.positionAt(start), end: index.positionAt(end) }, text: change.text }], version);
      }
    } catch (error) {
      this.set(document.uri, document.version, document.text);
      throw error;
    }
    return this.hold({ ...document, version, text: index.getText() }, index);
  }

  close(uri: string): void {
    this.open.delete(canonicalUri(uri));
  }

  get(uri: string): OpenDocument | undefined {
    return this.open.get(canonicalUri(uri))?.document;
  }

  /** Places in a text that an open document has now, to be used at once; undefined when none has it. */
  places(text: string): Converter | undefined {
    for (const { document, index } of this.open.values()) if (document.text === text) return this.placesOf(index);
    return undefined;
  }

  all(): readonly OpenDocument[] {
    return [...this.open.values()].map(({ document }) => document);
  }

  private hold(document: OpenDocument, index: TextDocument): OpenDocument {
    this.open.set(canonicalUri(document.uri), { document, index });
    return document;
  }

  private placesOf(index: TextDocument): Converter {
    const lines = {
      position(offset: number) {
        const { line, character } = index.positionAt(offset);
        return { line, column: character };
      },
      offset: (line: number, column: number) => index.offsetAt({ line, character: column }),
    };
    return converterOver(index.getText(), lines, this.encoding());
  }
}
