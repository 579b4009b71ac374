import type { Entry, Item, Scalar, Value } from '../model/value.js';
import { filePath, type At, type Span } from '../text/source.js';
import { TOO_DEEP } from './parsed.js';
import { claims, swallows, type Hole } from './yaml-holes.js';

/** Deeper nesting reads as unknown. */
const DEPTH = 200;
/** Nodes that aliases may add to a walk of the whole value. */
const ALIAS_NODES = 100_000;

/** What the three readers of settings files feed, token by token in source order. */
export interface Builder {
  open(kind: 'object' | 'array', start: number, flow: boolean, anchor: string | undefined, tag: string): void;
  /** `merges`: a plain `<<` in key position. */
  scalar(text: string, value: { readonly value: Scalar } | { readonly why: string }, span: Span, anchor: string | undefined, merges: boolean): void;
  /** A key whose value may be missing: a key still without a value gets an unknown one. */
  key(text: string, span: Span): void;
  alias(name: string, span: Span): void;
  close(end: number): void;
  /** Where the last token ended. */
  readonly end: number;
  readonly depth: number;
  /** Scalar spans in source order. */
  readonly scalars: readonly Span[];
  readonly complaints: readonly { readonly span: Span; readonly message: string }[];
  /** Closes what is still open and gives the root; null when nothing was read. */
  finish(): Value;
}
interface Built {
  readonly value: Value;
  readonly span: Span;
  readonly size: number;
  readonly height: number;
}
interface Frame {
  readonly kind: 'object' | 'array';
  readonly start: number;
  readonly flow: boolean;
  readonly anchor: string | undefined;
  readonly tag: string;
  /** Entries of an object, or items of an array: the other list stays the shared empty one. */
  readonly entries: Entry[];
  readonly items: Item[];
  merges: Entry[] | undefined;
  key: { readonly text: string | undefined; readonly span: Span; readonly merges: boolean } | undefined;
  open: boolean;
  size: number;
  height: number;
}

/** A builder for one file. `allot` gives a place for a span; `holes` are the parts the reader left out. */
export function createBuilder(text: string, allot: (span: Span) => At, holes: readonly Hole[]): Builder {
  // The recovering parser can report a node that ends before it starts.
  const mark = (span: Span): At => (span.start <= span.end && span.end <= text.length ? allot(span) : allot(clamp(span, text.length)));
  const stack: Frame[] = [];
  const anchors = new Map<string, Built>();
  const scalars: Span[] = [];
  const complaints: { span: Span; message: string }[] = [];
  let root: Value | undefined;
  let end = 0;
  let skipping = 0;
  let skipStart = 0;
  let aliased = 0;

  function unknown(why: string, span: Span): Built {
    return { value: { kind: 'unknown', why, at: mark(span) }, span, size: 1, height: 1 };
  }
  function place(built: Built, keyText: string | undefined, merges: boolean): void {
    end = Math.max(end, built.span.end);
    const frame = stack[stack.length - 1];
    if (!frame) {
      root ??= built.value;
      return;
    }
    if (frame.kind === 'object' && !frame.key) {
      frame.key = { text: keyText, span: built.span, merges };
      return;
    }
    frame.size += built.size;
    frame.height = Math.max(frame.height, built.height + 1);
    if (frame.kind === 'array') {
      frame.items.push({ value: built.value, spread: false, at: built.value.at });
      return;
    }
    addEntry(frame, built);
  }
  function addEntry(frame: Frame, built: Built): void {
    const key = frame.key;
    if (!key) return;
    frame.key = undefined;
    const span = { start: Math.min(key.span.start, built.span.start), end: Math.max(key.span.end, built.span.end) };
    const entry = (value: Value, form: Entry['form']): Entry => ({ key: form === 'pair' ? key.text : undefined, keyAt: mark(key.span), value, form, at: mark(span) });
    if (!key.merges) {
      if (key.text === undefined) frame.open = true;
      frame.entries.push(entry(built.value, key.text === undefined ? 'computed' : 'pair'));
      return;
    }
    const sources = built.value.kind === 'array' ? [...built.value.items].reverse().map((item) => item.value) : [built.value];
    for (const source of sources) {
      if (source.kind !== 'object' || source.open) frame.open = true;
      (frame.merges ??= []).push(entry(source, 'spread'));
    }
  }
  function keep(anchor: string | undefined, built: Built): void {
    if (anchor !== undefined) anchors.set(anchor, built);
  }

  return {
    get end() { return end; },
    get depth() { return stack.length + skipping; },
    scalars,
    complaints,
    open(kind, start, flow, anchor, tag) {
      end = Math.max(end, start);
      if (skipping > 0 || stack.length >= DEPTH) {
        if (skipping++ === 0) skipStart = start;
        return;
      }
      stack.push({ kind, start, flow, anchor, tag, entries: kind === 'object' ? [] : NO_ENTRIES, items: kind === 'array' ? [] : NO_ITEMS, merges: undefined, key: undefined, open: false, size: 1, height: 1 });
    },
    scalar(source, value, span, anchor, merges) {
      end = Math.max(end, span.end);
      if (span.end > span.start) scalars.push(span);
      if (skipping > 0) return;
      // A broken JSON text can give a value where no key stands; YAML keys arrive as scalars.
      const inKey = stack[stack.length - 1]?.kind === 'object' && !stack[stack.length - 1]?.key;
      if (inKey) {
        keep(anchor, { value: { kind: 'literal', value: source, at: mark(span) }, span, size: 1, height: 1 });
        place({ value: KEY, span, size: 1, height: 1 }, source, merges);
        return;
      }
      const hidden = span.start === span.end && holes.length > 0 && swallows(holes, span.start);
      const built: Built = hidden ? unknown('a part that could not be read', span)
        : 'why' in value ? unknown(value.why, span)
        : { value: { kind: 'literal', value: value.value, at: mark(span) }, span, size: 1, height: 1 };
      keep(anchor, built);
      place(built, undefined, false);
    },
    key(source, span) {
      const frame = stack[stack.length - 1];
      if (skipping > 0 || frame?.kind !== 'object') return;
      if (frame.key) {
        frame.open = true;
        addEntry(frame, unknown('no value', { start: frame.key.span.end, end: frame.key.span.end }));
      }
      scalars.push(span);
      place({ value: KEY, span, size: 1, height: 1 }, source, false);
    },
    alias(name, span) {
      end = Math.max(end, span.end);
      if (skipping > 0) return;
      const target = anchors.get(name);
      if (!target) {
        complaints.push({ span, message: `The alias *${name.slice(0, 60)} names no anchor before it.` });
        place(unknown('alias without an anchor', span), undefined, false);
        return;
      }
      aliased += target.size;
      if (aliased > ALIAS_NODES || stack.length + target.height > DEPTH) {
        place(unknown('aliases expand too far', span), undefined, false);
        return;
      }
      const literal = target.value.kind === 'literal' && target.value.value !== undefined ? String(target.value.value) : undefined;
      place({ value: { ...target.value, at: mark(span) }, span, size: target.size, height: target.height }, literal, false);
    },
    close(at) {
      end = Math.max(end, at);
      if (skipping > 0) {
        if (--skipping > 0) return;
        const span = { start: skipStart, end };
        if (!complaints.some(({ message }) => message === TOO_DEEP)) complaints.push({ span, message: TOO_DEEP });
        place(unknown(TOO_DEEP, span), undefined, false);
        return;
      }
      const frame = stack[stack.length - 1];
      if (!frame) return;
      if (frame.key) {
        frame.open = true;
        addEntry(frame, unknown('no value', { start: frame.key.span.end, end: frame.key.span.end }));
      }
      stack.pop();
      const span = { start: frame.start, end: Math.max(frame.start, at) };
      const open = claims(holes, text, span.start, span.end, frame.flow) || frame.open;
      const value: Value = frame.tag !== '' ? { kind: 'unknown', why: `tag ${frame.tag.slice(0, 60)}`, at: mark(span) }
        : frame.kind === 'object' ? { kind: 'object', entries: frame.merges ? [...frame.merges, ...frame.entries] : frame.entries, open, at: mark(span) }
        : { kind: 'array', items: frame.items, open, at: mark(span) };
      const built = { value, span, size: frame.size, height: frame.height };
      keep(frame.anchor, built);
      place(built, undefined, false);
    },
    finish() {
      while (skipping > 0 || stack.length > 0) this.close(end);
      const nowhere = mark({ start: 0, end: 0 });
      return root ?? (holes.length > 0 ? { kind: 'unknown', why: 'nothing could be read', at: nowhere } : { kind: 'literal', value: null, at: nowhere });
    },
  };
}

function clamp(span: Span, length: number): Span {
  const start = Math.max(0, Math.min(span.start, length));
  return { start, end: Math.max(start, Math.min(span.end, length)) };
}
/** Never written to: an object has no items and an array no entries. */
const NO_ENTRIES: Entry[] = [];
const NO_ITEMS: Item[] = [];
/** Stands for a key while it is placed; never part of a value. */
const KEY: Value = { kind: 'literal', value: undefined, at: { path: filePath(''), mark: -1 } };
