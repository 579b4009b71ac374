import { writeChange } from '../syntax/write/javascript.js';
import { applyEdits, mergeEdits, sortEdits } from '../text/edits.js';
import type { At, FilePath, SourceFile, SourceRange, Span, TextEdit } from '../text/source.js';
import type { Change, Fix } from './changes.js';
import type { AppliedFix } from './finding.js';

type SettingsChange = Extract<Change, { do: 'set' | 'append' | 'unset' }>;
const CODE = /\.[cm]?[jt]sx?$/i;

/** Turns a fix's intents into text edits; all of it, or a reason why not. */
export function realise(fix: Fix, sources: (path: FilePath) => SourceFile | undefined, resolve: (at: At) => Span | undefined, writeSettings: (file: SourceFile, change: SettingsChange) => readonly TextEdit[] | undefined): AppliedFix | { readonly refused: string } {
  const lists = new Map<FilePath, TextEdit[][]>();
  const slots: { readonly path: FilePath; readonly edit: TextEdit; readonly span: Span }[] = [];
  const copy = (at: At): string | undefined => {
    const span = resolve(at);
    return span && sources(at.path)?.text.slice(span.start, span.end);
  };
  for (const change of fix.changes) {
    const path = 'path' in change ? change.path : change.at.path;
    const file = sources(path);
    if (!file) return { refused: `${path} is not open to the analysis` };
    const list = lists.get(path) ?? [];
    lists.set(path, list);
    if (change.do === 'set' || change.do === 'append' || change.do === 'unset') {
      const edits = writeSettings(file, change);
      if (!edits) return { refused: `${path} cannot be edited there` };
      list.push([...edits]);
      continue;
    }
    const written = CODE.test(path) ? writeChange(file, change, resolve, copy) : inText(file, change, resolve, copy);
    if (!written) return { refused: `the place in ${path} no longer fits` };
    list.push([...written.edits]);
    for (const slot of written.slots) {
      const edit = written.edits[slot.edit];
      if (edit) slots.push({ path, edit, span: slot.span });
    }
  }
  const edits = new Map<FilePath, readonly TextEdit[]>();
  for (const [path, list] of lists) {
    const merged = mergeEdits(list);
    if (!merged) return { refused: `the edits of ${path} overlap` };
    if (merged.length > 0) edits.set(path, merged);
  }
  return { title: fix.title, safety: fix.safety, edits, slots: slots.map((slot) => ({ path: slot.path, span: shifted(slot, edits.get(slot.path) ?? []) })), installs: fix.installs ?? [] };
}

/** Plain replacements and removals in YAML and JSON. */
function inText(file: SourceFile, change: Exclude<Change, SettingsChange>, resolve: (at: At) => Span | undefined, copy: (at: At) => string | undefined): ReturnType<typeof writeChange> {
  if (change.do !== 'replace' && change.do !== 'remove' && change.do !== 'insert') return undefined;
  const span = resolve(change.at);
  if (!span) return undefined;
  if (change.do === 'remove') {
    const start = file.text.lastIndexOf('\n', span.start - 1) + 1;
    const newline = file.text.indexOf('\n', span.end);
    const end = newline < 0 ? file.text.length : newline + 1;
    const isAlone = file.text.slice(start, span.start).trim() === '' && file.text.slice(span.end, end).trim() === '';
    return { edits: [{ span: isAlone ? { start, end } : span, text: '' }], slots: [] };
  }
  let text = '';
  const slots: { edit: number; span: Span }[] = [];
  for (const piece of change.code) {
    const part = typeof piece === 'string' ? piece : 'copy' in piece ? copy(piece.copy) : 'quote' in piece ? `'${piece.quote}'` : piece.slot;
    if (part === undefined) return undefined;
    if (typeof piece !== 'string' && 'slot' in piece) slots.push({ edit: 0, span: { start: text.length, end: text.length + part.length } });
    text += part;
  }
  if (change.do === 'replace') return { edits: [{ span, text }], slots };
  const at = change.where === 'before' ? span.start : change.where === 'after' ? span.end : undefined;
  return at === undefined ? undefined : { edits: [{ span: { start: at, end: at }, text }], slots };
}

/** Where a slot stands once all edits of its file are applied. */
function shifted(slot: { readonly edit: TextEdit; readonly span: Span }, edits: readonly TextEdit[]): Span {
  let delta = 0;
  for (const edit of sortEdits(edits)) {
    if (edit.span.start === slot.edit.span.start && edit.span.end === slot.edit.span.end && edit.text === slot.edit.text) break;
    delta += edit.text.length - (edit.span.end - edit.span.start);
  }
  const start = slot.edit.span.start + delta;
  return { start: start + slot.span.start, end: start + slot.span.end };
}

/** Several fixes as one: a fix that touches the text of an earlier one is left out. */
export function joinFixes(fixes: readonly AppliedFix[], sources: (path: FilePath) => SourceFile | undefined, title: string): { readonly fix: AppliedFix | undefined; readonly leftOut: number } {
  let edits = new Map<FilePath, readonly TextEdit[]>();
  let leftOut = 0;
  const installs = new Set<string>();
  let safety: AppliedFix['safety'] = 'safe';
  for (const fix of fixes) {
    const next = new Map(edits);
    const fits = [...fix.edits].every(([path, own]) => {
      const merged = mergeEdits([edits.get(path) ?? [], own]);
      const text = sources(path)?.text;
      if (!merged || text === undefined || applyEdits(text, merged) === undefined) return false;
      next.set(path, merged);
      return true;
    });
    if (!fits) {
      leftOut++;
      continue;
    }
    edits = next;
    for (const one of fix.installs) installs.add(one);
    if (fix.safety === 'manual' || (fix.safety === 'review' && safety === 'safe')) safety = fix.safety;
  }
  const slots: SourceRange[] = [];
  return { fix: edits.size === 0 ? undefined : { title, safety, edits, slots, installs: [...installs] }, leftOut };
}
