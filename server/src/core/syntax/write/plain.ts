import type { Change } from '../../findings/changes.js';
import { mergeEdits, type WrittenEdit } from '../../text/edits.js';
import type { SourceFile } from '../../text/source.js';
import { concat, write } from './code.js';
import { removeText, type CodeChange } from './javascript.js';
import { indentAt, lineEnd, lineStart } from './lines.js';
import { replacement, type Edits, type Places, type WriteStyle } from './page.js';

type Insert = Extract<Change, { readonly do: 'insert' }>;

/** Text edits for intents on places of a file that is no code (YAML, JSON, `.env`): replace, remove a text, insert before, behind or on a line. Undefined for any other intent. */
export function writePlain(file: SourceFile, changes: readonly CodeChange[], places: Places): Edits {
  const { text } = file;
  const style: WriteStyle = { quote: /\.jsonc?$/i.test(file.path) ? '"' : "'", semicolons: false, indent: '  ', newline: text.includes('\r\n') ? '\r\n' : '\n' };
  const edits: WrittenEdit[] = [];
  for (const change of changes) {
    if (change.do !== 'replace' && change.do !== 'remove' && change.do !== 'insert') return undefined;
    const span = places.span(change.at);
    if (!span || span.end > text.length) return undefined;
    if (change.do === 'remove') {
      if (change.as !== 'text' && change.as !== 'statement') return undefined;
      edits.push(removeText(text, span));
      continue;
    }
    const indent = indentAt(text, span.start);
    const made = write({ style, places }, change.code, indent);
    if (!made) return undefined;
    if (change.do === 'replace') {
      edits.push(replacement(span, made));
      continue;
    }
    const at = pointOf(text, change.where, span);
    if (at === undefined) return undefined;
    const whole = change.where === 'line-before' ? concat(indent, made, style.newline) : change.where === 'line-after' ? concat(style.newline, indent, made) : made;
    edits.push(replacement({ start: at, end: at }, whole));
  }
  return mergeEdits([edits]);
}

function pointOf(text: string, where: Insert['where'], span: { readonly start: number; readonly end: number }): number | undefined {
  switch (where) {
    case 'before': return span.start;
    case 'after': return span.end;
    case 'line-before': return lineStart(text, span.start);
    case 'line-after': return lineEnd(text, span.end);
    default: return undefined;
  }
}
