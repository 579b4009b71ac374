import { detectDocument, type Crash, type Raw } from '../findings/detect.js';
import { applyPrecedence, rangeKey } from '../findings/precedence.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { entriesOf } from '../openapi/values.js';
import { createContext } from '../project/context.js';
import { groupedBy } from '../rules/facts/names.js';
import type { FilePath } from '../text/source.js';
import { bySpan, mentionedIn, mentionedSince, leansOf, recorded, speaking, unique, type Bench, type Leans, type Mentioned } from './bench.js';

/** What the rules said of a document, in all its files: precedence applied, by file. */
export interface DocumentHits extends Leans {
  readonly kept: ReadonlyMap<FilePath, readonly Raw[]>;
  readonly silenced: ReadonlyMap<FilePath, readonly Raw[]>;
  readonly crashes: readonly Crash[];
}
/** What was said of documents of several files, so that each is asked about once, however many files are judged. */
export interface HeldHits {
  of(document: OpenApiDocument, bench: Bench): DocumentHits;
  /** A file is to be judged again: so are the documents it belongs to. */
  forget(path: FilePath): void;
  forgetAll(): void;
}

export function createHeldHits(): HeldHits {
  const held = new Map<FilePath, { readonly document: OpenApiDocument; readonly hits: DocumentHits }>();
  const mentioned = new Map<FilePath, Mentioned>();
  return {
    of(document, bench) {
      const known = held.get(document.path);
      if (known?.document === document) return known.hits;
      const hits = hitsOf(document, bench, (path, text) => {
        const now = mentionedSince(mentioned.get(path), text);
        mentioned.set(path, now);
        return now.words;
      });
      held.set(document.path, { document, hits });
      return hits;
    },
    forget(path) {
      for (const [key, { document }] of held) if (key === path || document.parts.has(path)) held.delete(key);
    },
    forgetAll() {
      held.clear();
      mentioned.clear();
    },
  };
}

function hitsOf(document: OpenApiDocument, bench: Bench, mentions: (path: FilePath, text: string) => ReadonlySet<string>): DocumentHits {
  const { files, policy, project } = bench;
  const { path } = document;
  const leans = leansOf();
  const held = recorded(bench, path, leans);
  // Comments of code leave out what holds the paths.
  const keys = entriesOf(document.root).map(({ key }) => key).join(' ');
  const mentioned = new Set([...mentionedIn(keys), ...[path, ...document.parts].flatMap((one) => [...mentions(one, files.get(one)?.text ?? '')])]);
  const { raw, crashes } = detectDocument(document, { rules: speaking(policy), mentioned, project, context: createContext(path, held), fileClass: files.classOf(path) });
  const placed = byFile(raw.map((one) => ({ one, span: files.spanOf(one.hit.detection.at) })), ({ one }) => one);
  const ranked = [...placed].flatMap(([file, those]) => unique([...those].sort(bySpan)).map(({ one, span }) => ({ rule: one.rule.meta.id, node: rangeKey({ path: file, span }), grounds: one.grounds, one })));
  const { kept, silenced } = applyPrecedence(ranked);
  return { kept: byFile(kept.map(({ one }) => one), (one) => one), silenced: byFile(silenced.map(({ one }) => one), (one) => one), crashes, ...leans };
}
function byFile<T>(all: readonly T[], raw: (one: T) => Raw): ReadonlyMap<FilePath, readonly T[]> {
  return groupedBy(all, (one) => raw(one).hit.detection.at.path);
}
