import assert from 'node:assert/strict';
import type { Change } from '../../server/src/core/findings/changes.js';
import { writeAllSettings } from '../../server/src/core/syntax/write/settings.js';
import { realise } from '../../server/src/core/findings/fixes.js';
import type { AppliedFix } from '../../server/src/core/findings/finding.js';
import { applyEdits } from '../../server/src/core/text/edits.js';
import { filePath, type At, type FilePath, type SourceFile, type Span } from '../../server/src/core/text/source.js';

/** Files of a test, and places in them named by their text. */
export interface Workspace {
  readonly source: (path: FilePath) => SourceFile | undefined;
  readonly resolve: (at: At) => Span | undefined;
  /** The place of a text in a file (default: the first file), of its last occurrence where `last` is set. */
  at(text: string, options?: { readonly path?: string; readonly last?: boolean }): At;
  /** The fix of these changes, or why it is refused. */
  fix(changes: readonly Change[], more?: Partial<AppliedFix>): AppliedFix | { readonly refused: string };
}

export function workspace(files: Readonly<Record<string, string>>): Workspace {
  const sources = new Map(Object.entries(files).map(([path, text]) => [filePath(path), { path: filePath(path), text, revision: 1 }] as const));
  const spans: Span[] = [];
  const [first = ''] = Object.keys(files);
  const resolve = (at: At): Span | undefined => spans[at.mark];
  const source = (path: FilePath): SourceFile | undefined => sources.get(path);
  return {
    source,
    resolve,
    at(text, { path = first, last = false } = {}) {
      const whole = files[path] ?? '';
      const start = last ? whole.lastIndexOf(text) : whole.indexOf(text);
      assert.ok(start >= 0, `"${text}" is not in ${path}`);
      return { path: filePath(path), mark: spans.push({ start, end: start + text.length }) - 1 };
    },
    fix: (changes, { title = 'Repair', safety = 'review', installs = [] } = {}) => realise({ title, safety, changes, installs }, source, resolve, writeAllSettings),
  };
}

/** The text of a file after a fix; fails when the fix is refused. */
export function after(files: Workspace, path: string, fix: AppliedFix | { readonly refused: string }): string {
  assert.ok(!('refused' in fix), 'refused' in fix ? `refused: ${fix.refused}` : '');
  const before = files.source(filePath(path))?.text ?? '';
  const text = applyEdits(before, fix.edits.get(filePath(path)) ?? []);
  assert.ok(text !== undefined, 'the edits apply');
  return text;
}
