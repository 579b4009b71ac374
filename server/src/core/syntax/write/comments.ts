import { applyEdits } from '../../text/edits.js';
import type { SourceFile, Span, TextEdit } from '../../text/source.js';
import { commentTexts, type CommentText } from '../comment-blocks.js';
import { writeAllSettings, type SettingsChange } from './settings.js';

/** The spans of the documentation comments that hold a part of an OpenAPI document. */
export function commentSpans(text: string): readonly Span[] {
  return commentTexts(text).map((one) => ({ start: one.start, end: one.start + one.text.length }));
}

/** Edits of the YAML in documentation comments: the first key of each change is the number of its comment. Undefined where the comment has a form that cannot be kept. */
export function writeComments(file: SourceFile, changes: readonly SettingsChange[]): readonly TextEdit[] | undefined {
  const blocks = commentTexts(file.text);
  const byBlock = new Map<number, SettingsChange[]>();
  for (const change of changes) {
    const [index, ...key] = change.key;
    if (typeof index !== 'number') return undefined;
    byBlock.set(index, [...(byBlock.get(index) ?? []), { ...change, key }]);
  }
  const edits: TextEdit[] = [];
  for (const [index, own] of byBlock) {
    const block = blocks[index];
    const written = block && writeAllSettings({ path: file.path, text: block.text, revision: 0 }, own);
    if (!written) return undefined;
    for (const edit of written) {
      const text = starred(edit, block);
      if (text === undefined) return undefined;
      edits.push({ span: { start: edit.span.start + block.start, end: edit.span.end + block.start }, text });
    }
  }
  edits.sort((a, b) => a.span.start - b.span.start);
  return applyEdits(file.text, edits) === undefined ? undefined : edits;
}
/** New text of a block with the stars of its comment before each new line. */
function starred({ text }: TextEdit, { prefix }: CommentText): string | undefined {
  if (text.includes('*/')) return undefined;
  const [first = '', ...lines] = text.split('\n');
  if (lines.length === 0) return text;
  if (prefix === undefined) return undefined;
  const blank = ' '.repeat(prefix.length);
  const out = [first];
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    if (line === '' && isLast) out.push('');
    else if (line.startsWith(blank)) out.push(prefix + line.slice(prefix.length));
    else return undefined;
  }
  return out.join('\n');
}
