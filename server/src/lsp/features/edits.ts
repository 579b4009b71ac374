import type { AnnotatedTextEdit, ChangeAnnotation, CreateFile, SnippetTextEdit, TextDocumentEdit, TextEdit as PlainEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { AppliedFix } from '../../core/findings/finding.js';
import type { FilePath, SourceFile, Span, TextEdit } from '../../core/text/source.js';
import type { Folder } from '../folder.js';
import type { Session } from '../session.js';

const ANNOTATION = 'unlatched';

/** Whether the client shows the edit first: it spans files, needs a value only the author has, or the caller wants a look. */
export interface EditWish {
  readonly preview: boolean;
  /** The text the edits were made for, where it is not the engine's; without a text of its own a file is created. */
  readonly sources?: ReadonlyMap<FilePath, SourceFile>;
}

/** Edits of a file beside the analysed ones, such as the policy, with the text they were made for. */
export interface Rewrite {
  readonly fix: AppliedFix;
  readonly sources: ReadonlyMap<FilePath, SourceFile>;
}

/** Edits of one such file; no text means that there is no file yet. */
export function rewrite(path: FilePath, text: string | undefined, edits: readonly TextEdit[], title: string): Rewrite {
  return {
    fix: { title, safety: 'review', edits: new Map([[path, edits]]), slots: [], installs: [] },
    sources: new Map(text === undefined ? [] : [[path, { path, text, revision: 0 }]]),
  };
}

/** A fix as the client applies it: versioned, with placeholders and preview where the client knows them. Undefined when the client cannot apply it whole. */
export function toWorkspaceEdit(session: Session, folder: Folder, fix: AppliedFix, wish: EditWish): WorkspaceEdit | undefined {
  const { client } = session;
  const preview = client.annotations && (wish.preview || fix.edits.size > 1 || fix.safety === 'manual');
  const documentChanges: (TextDocumentEdit | CreateFile)[] = [];
  const changes: Record<string, PlainEdit[]> = {};
  for (const [path, edits] of fix.edits) {
    const source = wish.sources ? wish.sources.get(path) : folder.source(path);
    const uri = folder.uriOf(path);
    if (!source) {
      if (!client.documentChanges || !client.createFiles) return undefined;
      documentChanges.push({ kind: 'create', uri, options: { ignoreIfExists: true }, ...(preview ? { annotationId: ANNOTATION } : {}) });
    }
    const places = session.convert(source ?? { path, text: '', revision: 0 });
    const slots = client.snippets ? slotsWithin(edits, fix.slots.filter((slot) => slot.path === path).map((slot) => slot.span)) : new Map<TextEdit, readonly Span[]>();
    const converted = edits.map((edit): PlainEdit | AnnotatedTextEdit | SnippetTextEdit => {
      const range = places.range(edit.span);
      const holes = slots.get(edit);
      if (holes) {
        const snippet: SnippetTextEdit = { range, snippet: { kind: 'snippet', value: toSnippet(edit.text, holes) } };
        return preview ? { ...snippet, annotationId: ANNOTATION } : snippet;
      }
      return preview ? { range, newText: edit.text, annotationId: ANNOTATION } : { range, newText: edit.text };
    });
    documentChanges.push({ textDocument: { uri, version: folder.version(path) }, edits: converted });
    changes[uri] = edits.map((edit) => ({ range: places.range(edit.span), newText: edit.text }));
  }
  if (!client.documentChanges) return { changes };
  if (!preview) return { documentChanges };
  const annotation: ChangeAnnotation = { label: fix.title, needsConfirmation: true, description: fix.edits.size > 1 ? session.texts.severalFiles : session.texts.look };
  return { documentChanges, changeAnnotations: { [ANNOTATION]: annotation } };
}

/** The slots of each edit, moved from places in the edited text to places in the edit's own text. */
function slotsWithin(edits: readonly TextEdit[], slots: readonly Span[]): ReadonlyMap<TextEdit, readonly Span[]> {
  const out = new Map<TextEdit, readonly Span[]>();
  let shift = 0;
  for (const edit of [...edits].sort((left, right) => left.span.start - right.span.start)) {
    const start = edit.span.start + shift;
    const end = start + edit.text.length;
    const inside = slots.filter((slot) => slot.start >= start && slot.end <= end).map((slot) => ({ start: slot.start - start, end: slot.end - start }));
    if (inside.length > 0) out.set(edit, inside);
    shift += edit.text.length - (edit.span.end - edit.span.start);
  }
  return out;
}

function toSnippet(text: string, slots: readonly Span[]): string {
  let out = '';
  let at = 0;
  let number = 0;
  for (const slot of [...slots].sort((left, right) => left.start - right.start)) {
    if (slot.start < at) continue;
    out += `${escapeSnippet(text.slice(at, slot.start))}\${${++number}:${escapeSnippet(text.slice(slot.start, slot.end))}}`;
    at = slot.end;
  }
  return out + escapeSnippet(text.slice(at));
}

function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

