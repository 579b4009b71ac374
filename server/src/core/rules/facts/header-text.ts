import { branchOf, type Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { At, FilePath } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** Stands for a part of a text that nobody knows. */
export const HOLE = '\u0000';

/** A word of a text, where it is written. `when`: the tests that choose it. `fixable`: the place holds exactly the word. */
export interface Word {
  readonly text: string;
  readonly at: At;
  readonly when: readonly Branch[];
  readonly fixable: boolean;
  /** The item of a list that holds this word and nothing else. */
  readonly itemAt: At | undefined;
}
/** A text put together of pieces; `words` cuts it and keeps each word's place. */
export interface WrittenHeader {
  readonly text: string;
  /** The words of [from, to), cut at white space. */
  words(from: number, to: number): readonly Word[];
}
interface Piece {
  readonly text: string;
  /** The literal or template it is a part of; undefined for what joins pieces. */
  readonly value: Value | undefined;
  /** Where its text begins in the source of the value; -1: escapes make it differ. */
  readonly base: number;
  readonly when: readonly Branch[];
  readonly isItem: boolean;
}
const DEEPEST = 8;
const MOST_PIECES = 300;
/** Reshaping that leaves the words as they are: Next.js' own samples fold line breaks so. */
const SHAPES: ReadonlySet<string> = new Set(['trim', 'replace', 'replaceAll', 'toString']);

/** Reads a value as the text of a header: constants, templates, joined lists, both arms of what a test chooses. Places in other files become the place in `home` that names them. */
export function writtenHeader(value: Value, home: FilePath, context: RuleContext): WrittenHeader {
  const pieces: Piece[] = [];
  collect(value, undefined, [], 0);
  const starts: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    starts.push(length);
    length += piece.text.length;
  }
  const text = pieces.map((piece) => piece.text).join('');
  return { text, words: (from, to) => wordsIn(from, to) };

  function add(piece: string, of: Value | undefined, base: number, when: readonly Branch[], isItem = false): void {
    if (pieces.length < MOST_PIECES) pieces.push({ text: piece, value: of, base, when, isItem });
  }
  /** `place`: what stands in this file, where the text itself does not. */
  function collect(written: Value, place: Value | undefined, when: readonly Branch[], depth: number, isItem = false): void {
    const resolved = written.kind === 'ref' ? context.resolve(written) : undefined;
    const current = resolved?.exact ? resolved.value : written;
    const here = place ?? (current.at.path === home ? undefined : written.at.path === home ? written : undefined);
    if (depth > DEEPEST || pieces.length >= MOST_PIECES) add(HOLE, undefined, -1, when);
    else if (current.kind === 'literal') literal(current.value, here ?? current, when, isItem && current === written);
    else if (current.kind === 'template') template(current.parts, here ?? current, when, depth);
    else if (current.kind === 'array') list(current.items, ' ', here, when, depth);
    else if (current.kind === 'choice') {
      collect(current.then, here, [...when, branchOf(current.test, true)], depth + 1);
      add(' ', undefined, -1, when);
      collect(current.else, here, [...when, branchOf(current.test, false)], depth + 1);
    } else if (current.kind === 'logic' && current.op === '&&') collect(current.right, here, [...when, branchOf(current.left, true)], depth + 1);
    else if (current.kind === 'call' && current.receiver && SHAPES.has(current.name)) collect(current.receiver, here, when, depth + 1);
    else if (current.kind === 'call' && current.receiver && current.name === 'filter' && current.args[0]?.value.kind === 'ref' && current.args[0].value.text === 'Boolean') collect(current.receiver, here, when, depth + 1);
    else if (current.kind === 'call' && current.receiver && current.name === 'concat') list([{ value: current.receiver }, ...current.args], ' ', here, when, depth, false);
    else if (current.kind === 'call' && current.receiver && current.name === 'join') joined(current.receiver, current.args[0]?.value, here, when, depth);
    else add(HOLE, undefined, -1, when);
  }
  function literal(constant: unknown, of: Value, when: readonly Branch[], isItem: boolean): void {
    if (typeof constant !== 'string') return;
    add(constant, of, context.textOf(of.at).slice(1, 1 + constant.length) === constant ? 1 : -1, when, isItem);
  }
  function template(parts: readonly (string | Value)[], of: Value, when: readonly Branch[], depth: number): void {
    const source = context.textOf(of.at);
    let cursor = 0;
    for (const part of parts) {
      if (typeof part !== 'string') {
        collect(part, of.at.path === home && part.at.path === home ? undefined : of, when, depth + 1);
        continue;
      }
      const base = source.indexOf(part, cursor);
      if (base >= 0) cursor = base + part.length;
      add(part, of, base, when);
    }
  }
  function joined(receiver: Value, separator: Value | undefined, place: Value | undefined, when: readonly Branch[], depth: number): void {
    const glue = separator === undefined ? ',' : context.constant(separator)?.value;
    let base = receiver;
    for (let hops = 0; base.kind === 'call' && base.receiver && /^(filter|flat)$/.test(base.name) && hops < 3; hops++) base = base.receiver;
    const items = base.kind === 'ref' ? context.resolve(base).value : base;
    if (items.kind === 'array' && typeof glue === 'string') list(items.items, glue, place, when, depth);
    else add(HOLE, undefined, -1, when);
  }
  function list(items: readonly { readonly value: Value }[], glue: string, place: Value | undefined, when: readonly Branch[], depth: number, areItems = true): void {
    for (const [index, { value: item }] of items.entries()) {
      if (index > 0) add(glue, undefined, -1, when);
      collect(item, place, when, depth + 1, areItems);
    }
  }
  function wordsIn(from: number, to: number): readonly Word[] {
    const found: Word[] = [];
    for (const match of text.slice(from, to).matchAll(/\S+/g)) {
      const start = from + match.index;
      let index = starts.length - 1;
      while (index > 0 && (starts[index] ?? 0) > start) index--;
      const piece = pieces[index];
      if (piece) found.push({ text: match[0], ...placeOf(match[0], start - (starts[index] ?? 0), piece), when: piece.when, itemAt: piece.isItem && piece.text.trim() === match[0] ? piece.value?.at : undefined });
    }
    return found;
  }
  function placeOf(word: string, offset: number, { value: of, base }: Piece): { readonly at: At; readonly fixable: boolean } {
    if (!of) return { at: value.at, fixable: false };
    if (of.kind === 'ref') return { at: of.at, fixable: false };
    if (base >= 0) return { at: context.within(of.at, base + offset, base + offset + word.length), fixable: true };
    const source = context.textOf(of.at);
    const whole = source.indexOf(word);
    if (whole >= 0) return { at: context.within(of.at, whole, whole + word.length), fixable: true };
    // Escaped quotes: the word between them is shown.
    const bare = word.replace(/^'|'$/g, '');
    const inner = source.indexOf(bare);
    return inner >= 0 ? { at: context.within(of.at, inner, inner + bare.length), fixable: false } : { at: of.at, fixable: false };
  }
}
