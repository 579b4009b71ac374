import { countSyntaxProblems } from '../syntax/javascript.js';
import { commentSpans, writeComments } from '../syntax/write/comments.js';
import { writeChanges, type CodeChange } from '../syntax/write/javascript.js';
import { writeLines, type LineChange } from '../syntax/write/line-list.js';
import type { Places } from '../syntax/write/page.js';
import { writePlain } from '../syntax/write/plain.js';
import { appendInsert, applyEdits, isInsert, mergeEdits, slotsAfter, type WrittenEdit } from '../text/edits.js';
import type { At, FilePath, SourceFile, SourceRange, Span, TextEdit } from '../text/source.js';
import type { Change, Fix } from './changes.js';
import type { AppliedFix } from './finding.js';
import { isCodeFile } from '../text/paths.js';

export type SettingsChange = Extract<Change, { readonly do: 'set' | 'append' | 'unset' }>;
/** Edits of one YAML or JSON file for several changes by key path, each made on the result of those before it; undefined when one cannot be made. */
export type WriteSettings = (file: SourceFile, changes: readonly SettingsChange[]) => readonly TextEdit[] | undefined;
type Sources = (path: FilePath) => SourceFile | undefined;


/** Turns a fix's intents into text edits: all of them, or the reason why it cannot be offered. A settings or ignore file that is not there is created. */
export function realise(fix: Fix, sources: Sources, resolve: (at: At) => Span | undefined, writeSettings: WriteSettings): AppliedFix | { readonly refused: string } {
  const places: Places = {
    span: resolve,
    text(at) {
      const span = resolve(at);
      return span && sources(at.path)?.text.slice(span.start, span.end);
    },
  };
  const byFile = new Map<FilePath, Change[]>();
  for (const change of fix.changes) {
    const path = pathOf(change);
    byFile.set(path, [...(byFile.get(path) ?? []), change]);
  }
  const edits = new Map<FilePath, readonly TextEdit[]>();
  const slots: SourceRange[] = [];
  for (const [path, changes] of byFile) {
    const source = sources(path);
    const file = source ?? { path, text: '', revision: 0 };
    if (!source && !changes.every((change) => isSettings(change) || isLine(change))) return { refused: `${path} is not there` };
    const written = writeFile(file, changes, places, writeSettings);
    if (!written) return { refused: `The code in ${path} has a form this fix does not know how to edit.` };
    if (written.length === 0) continue;
    if (!parsesAsBefore(file, written)) return { refused: `The change would not parse in ${path}.` };
    edits.set(path, written.map(bare));
    slots.push(...slotsAfter(written).map((span) => ({ path, span })));
  }
  if (edits.size === 0) return { refused: 'There is nothing left to change.' };
  return { title: fix.title, safety: fix.safety, edits, slots, installs: fix.installs ?? [] };
}

function pathOf(change: Change): FilePath {
  return 'path' in change ? change.path : change.at.path;
}
function isSettings(change: Change): change is SettingsChange {
  return change.do === 'set' || change.do === 'append' || change.do === 'unset';
}
function isLine(change: Change): change is LineChange {
  return change.do === 'line';
}
function isCode(change: Change): change is CodeChange {
  return !isSettings(change) && !isLine(change);
}
function writeFile(file: SourceFile, changes: readonly Change[], places: Places, writeSettings: WriteSettings): readonly WrittenEdit[] | undefined {
  const settings = changes.filter(isSettings);
  const others = changes.filter(isCode);
  const lines = changes.filter(isLine);
  if (isCodeFile(file.path)) return lines.length > 0 ? undefined : writeCode(file, settings, others, places);
  const bySettings = settings.length > 0 ? writeSettings(file, settings) : [];
  const byPlace = writePlain(file, others, places);
  return bySettings && byPlace && mergeEdits([bySettings, byPlace, writeLines(file, lines)]);
}
/** Changes of code, and of the parts of documents in its comments. */
function writeCode(file: SourceFile, settings: readonly SettingsChange[], others: readonly CodeChange[], places: Places): readonly WrittenEdit[] | undefined {
  const comments = commentSpans(file.text);
  if (comments.length === 0) return settings.length > 0 ? undefined : writeChanges(file, others, places);
  const isInComment = (change: CodeChange): boolean => {
    const span = 'at' in change ? places.span(change.at) : undefined;
    return span !== undefined && comments.some((comment) => comment.start <= span.start && span.end <= comment.end);
  };
  const bySettings = settings.length > 0 ? writeComments(file, settings) : [];
  const byPlace = writePlain(file, others.filter(isInComment), places);
  const code = others.filter((change) => !isInComment(change));
  const byCode = code.length > 0 ? writeChanges(file, code, places) : [];
  return bySettings && byPlace && byCode && mergeEdits([bySettings, byPlace, byCode]);
}
function bare({ span, text }: WrittenEdit): TextEdit {
  return { span, text };
}
/** Code has no more syntax errors than before; other files are judged by their writer. */
function parsesAsBefore(file: SourceFile, edits: readonly TextEdit[]): boolean {
  const after = applyEdits(file.text, edits);
  if (after === undefined) return false;
  return !isCodeFile(file.path) || countSyntaxProblems({ ...file, text: after }) <= countSyntaxProblems(file);
}

/**
 * Several fixes as one, in their order. A fix that touches what an earlier one edits is left out and counted; equal imports are made once.
 * `fix` is undefined when none could be taken.
 */
export function joinFixes(fixes: readonly AppliedFix[], sources: Sources, title: string): { readonly fix: AppliedFix | undefined; readonly leftOut: number } {
  const whole = takeAll(fixes, sources, false);
  // Edits that are apart can still break the code together: then each is tried.
  const taken = whole.taken.length < 2 || parses(whole.edits, sources) ? whole : takeAll(fixes, sources, true);
  const leftOut = fixes.length - taken.taken.length;
  if (taken.taken.length === 0) return { fix: undefined, leftOut };
  const edits = new Map([...taken.edits].map(([path, list]) => [path, list.map(bare)] as const));
  const slots = [...taken.edits].flatMap(([path, list]) => slotsAfter(list).map((span) => ({ path, span })));
  return { fix: { title, safety: weakest(taken.taken), edits, slots, installs: [...new Set(taken.taken.flatMap((one) => one.installs))] }, leftOut };
}

interface Taken {
  readonly taken: readonly AppliedFix[];
  readonly edits: ReadonlyMap<FilePath, readonly WrittenEdit[]>;
}
function takeAll(fixes: readonly AppliedFix[], sources: Sources, careful: boolean): Taken {
  const taken: AppliedFix[] = [];
  let edits: ReadonlyMap<FilePath, readonly WrittenEdit[]> = new Map();
  for (const fix of fixes) {
    const next = added(edits, fix);
    if (!next || (careful && !parses(next, sources))) continue;
    edits = next;
    taken.push(fix);
  }
  return { taken, edits };
}
function added(edits: Taken['edits'], fix: AppliedFix): Taken['edits'] | undefined {
  const next = new Map(edits);
  for (const [path, own] of fix.edits) {
    const before = edits.get(path) ?? [];
    const written = withSlots(own, fix.slots.filter((slot) => slot.path === path).map((slot) => slot.span));
    if (written.some((edit) => before.some((other) => touches(edit, other)))) return undefined;
    const merged = mergeEdits([before, written], unite);
    if (!merged) return undefined;
    next.set(path, merged);
  }
  return next;
}
function parses(edits: Taken['edits'], sources: Sources): boolean {
  return [...edits].every(([path, list]) => parsesAsBefore(sources(path) ?? { path, text: '', revision: 0 }, list));
}
/** An insert right at what another fix replaces speaks of the same node, unless it adds whole lines. */
function touches(a: TextEdit, b: TextEdit): boolean {
  if (isInsert(a) === isInsert(b)) return false;
  const [insert, replaced] = isInsert(a) ? [a, b] : [b, a];
  const isAtEdge = insert.span.start === replaced.span.start || insert.span.start === replaced.span.end;
  return isAtEdge && !/^\r?\n|\n$/.test(insert.text);
}
/** The slots of a whole fix, each given back to the edit that holds it. */
function withSlots(edits: readonly TextEdit[], slots: readonly Span[]): readonly WrittenEdit[] {
  let growth = 0;
  return [...edits].sort((a, b) => a.span.start - b.span.start).map((edit) => {
    const from = edit.span.start + growth;
    growth += edit.text.length - (edit.span.end - edit.span.start);
    const own = slots.filter((slot) => slot.start >= from && slot.end <= from + edit.text.length).map((slot) => ({ start: slot.start - from, end: slot.end - from }));
    return own.length > 0 ? { ...edit, slots: own } : edit;
  });
}

/** Lines of which a file needs one only: imports, requires, checks of the environment. */
const ONCE = /^[ \t]*(import\b|(const|let|var)\b[^=]*= require\(|if \(!process\.env\b)/;

/** Two inserts at one place: where both are lines a file needs once, those of the second that the first has already are dropped, and imports come before checks. */
function unite(first: WrittenEdit, second: WrittenEdit): WrittenEdit {
  const [a, b] = [first.text.split('\n'), second.text.split('\n')];
  const isOnce = (lines: readonly string[]): boolean => lines.every((line) => line.trim() === '' || ONCE.test(line));
  if (first.slots || second.slots || !isOnce(a) || !isOnce(b)) return appendInsert(first, second);
  const lines = [...a, ...b].filter((line) => line.trim() !== '');
  const unique = lines.map((line) => line.replace(/\r$/, '')).filter((line, index, all) => all.indexOf(line) === index);
  const sorted = [...unique.filter((line) => !isCheck(line)), ...unique.filter(isCheck)];
  const newline = first.text.includes('\r\n') ? '\r\n' : '\n';
  const isBehind = /^\r?\n/.test(first.text);
  const gap = !isBehind && /\n\r?\n$/.test(first.text) ? newline : '';
  return { span: first.span, text: sorted.map((line) => (isBehind ? newline + line : line + newline)).join('') + gap };
}
function isCheck(line: string): boolean {
  return line.trimStart().startsWith('if ');
}

function weakest(fixes: readonly AppliedFix[]): AppliedFix['safety'] {
  if (fixes.some((fix) => fix.safety === 'manual')) return 'manual';
  return fixes.some((fix) => fix.safety === 'review') ? 'review' : 'safe';
}
