import type { NotedValue, Remark } from '../openapi/document.js';
import type { At, FilePath, Span } from '../text/source.js';
import { readSettings } from './yaml.js';

/** The YAML behind an `@openapi` or `@swagger` tag of a documentation comment, as swagger-jsdoc reads it. */
export interface CommentBlock extends NotedValue {
  /** The tag. */
  readonly at: At;
  /** The text behind it. */
  readonly text: string;
  readonly problems: readonly Remark[];
}
/** Where the YAML of a tag stands, and it as a text of its own: as long as the original, with blanks where the stars are. */
export interface CommentText {
  readonly tag: Span;
  readonly start: number;
  readonly text: string;
  /** What each line of it begins with in the comment; undefined where they differ. */
  readonly prefix: string | undefined;
}

/** Blocks of one file. */
const MOST = 5000;

/** The texts behind all tags of a file, in order. */
export function commentTexts(text: string): readonly CommentText[] {
  if (!text.includes('@openapi') && !text.includes('@swagger')) return [];
  const found: CommentText[] = [];
  for (let open = text.indexOf('/**'); open >= 0 && found.length < MOST; ) {
    const close = text.indexOf('*/', open + 3);
    if (close < 0) break;
    found.push(...textsIn(text, open + 3, close));
    open = text.indexOf('/**', close + 2);
  }
  return found;
}

function textsIn(text: string, from: number, to: number): readonly CommentText[] {
  const found: CommentText[] = [];
  let tag: Span | undefined;
  const end = (at: number): void => {
    if (tag) found.push(blanked(text, tag, at));
    tag = undefined;
  };
  for (let line = from; line < to; ) {
    const stop = endOfLine(text, line, to);
    const lead = /^[ \t]*\*?[ \t]*/.exec(text.slice(line, stop))?.[0].length ?? 0;
    const word = /^@[A-Za-z]+/.exec(text.slice(line + lead, stop))?.[0];
    if (word !== undefined) {
      end(line);
      if (word === '@openapi' || word === '@swagger') tag = { start: line + lead, end: line + lead + word.length };
    }
    line = stop + 1;
  }
  end(to);
  return found;
}
function blanked(text: string, tag: Span, to: number): CommentText {
  const stop = endOfLine(text, tag.end, to);
  let out = text.slice(tag.end, stop);
  const prefixes = new Set<string>();
  for (let line = stop; line < to; ) {
    const next = endOfLine(text, line + 1, to);
    const whole = text.slice(line + 1, next);
    const prefix = /^[ \t]*\*?/.exec(whole)?.[0] ?? '';
    if (whole.slice(prefix.length).trim() !== '') prefixes.add(prefix.endsWith('*') ? prefix : '');
    out += `${text.slice(line, line + 1)}${' '.repeat(prefix.length)}${whole.slice(prefix.length)}`;
    line = next;
  }
  const [first] = prefixes;
  return { tag, start: tag.end, text: out, prefix: prefixes.size === 1 ? first : undefined };
}
function endOfLine(text: string, from: number, to: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 || end > to ? to : end;
}

/** Reads the YAML behind all tags of a file; `mark` allots a place in that file. One of `before` that stands at the same place with the same text stays the same object. */
export function readCommentBlocks(path: FilePath, text: string, mark: (span: Span) => At, before: readonly CommentBlock[] = []): readonly CommentBlock[] {
  const known = new Map(before.map((one) => [one.at, one]));
  return commentTexts(text).map(({ tag, start, text: yaml }): CommentBlock => {
    const at = mark(tag);
    const same = known.get(at);
    if (same?.text === yaml) return same;
    const moved = (span: Span): Span => ({ start: span.start + start, end: span.end + start });
    const { value, problems } = readSettings({ path, text: yaml, revision: 0 }, (span) => mark(moved(span)));
    return { ...value, at, text: yaml, problems: problems.map(({ span, message }) => ({ at: mark(moved(span)), message })) };
  });
}
