import type { PathPattern } from './project.js';

/** One piece of a registered path: text, a regular expression, or something that cannot be known; equal keys are the same text. */
export type PathPiece = string | { readonly regex: string } | { readonly unknown: string } | undefined;
type Segment = PathPattern['segments'][number];

/** Whether a piece is text or a pattern. */
export function isKnown(piece: PathPiece): boolean {
  return piece !== undefined && (typeof piece === 'string' || 'regex' in piece);
}
/** How an unknown piece is written inside of text: `{?}`, with its key as a word without slashes and braces. */
export function unknownMark(piece: PathPiece): string {
  if (piece === undefined || typeof piece === 'string' || 'regex' in piece) return '{?}';
  return `{?${piece.unknown.replace(/[^\w.]/g, (sign) => `~${sign.charCodeAt(0).toString(16)}`)}}`;
}

const MOST_ALTERNATIVES = 8;

/** Patterns by the pieces they were made of: the same mounts and paths come again in every join. */
export type KnownPatterns = Map<string, readonly PathPattern[]>;
const MOST_KNOWN = 100_000;
/** As `patterns`, each combination once. */
export function knownPatterns(pieces: readonly PathPiece[], known: KnownPatterns): readonly PathPattern[] {
  const key = pieces.map((piece) => (piece === undefined ? '?' : typeof piece === 'string' ? `=${piece}` : 'regex' in piece ? `~${piece.regex}` : unknownMark(piece))).join('\0');
  const before = known.get(key);
  if (before) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = patterns(pieces);
  known.set(key, made);
  return made;
}

/** `{id}`, `{id?}` and `{rest*}` in the spelling of the others: `:id`, `:id?`, `*rest`; a colon that means itself stays one. */
export function withoutBraces(piece: PathPiece): PathPiece {
  if (typeof piece !== 'string') return piece;
  return piece.replaceAll(':', '\\:').replace(/\{(\w+)(\?|\*\d{0,9})?\}/g, (_, name: string, how: string | undefined) => (how?.startsWith('*') === true ? `*${name}` : `:${name}${how ?? ''}`));
}
/** Joins pieces (mount prefixes, then the route's path) to patterns; an optional parameter gives two. */
export function patterns(pieces: readonly PathPiece[]): readonly PathPattern[] {
  let found: (readonly Segment[])[] = [[]];
  for (const piece of pieces) {
    const options = piece === undefined ? [UNKNOWN] : typeof piece === 'string' ? optional(piece).map(segmentsOf) : ['regex' in piece ? ofRegex(piece.regex) : [segment(unknownMark(piece))]];
    found = found.flatMap((before) => options.map((option) => [...before, ...option])).slice(0, MOST_ALTERNATIVES);
  }
  const seen = new Map<string, PathPattern>();
  for (const segments of found) {
    const pattern = toPattern(segments);
    if (!seen.has(pattern.text)) seen.set(pattern.text, pattern);
  }
  return [...seen.values()];
}
const UNKNOWN: readonly Segment[] = [{ kind: 'unknown', text: '{?}' }];

/** `^\/nodes\/(.+)$` is text as far as it is literal; the rest is kept as it is written. */
function ofRegex(source: string): readonly Segment[] {
  const literal = /^\^((?:\\\/[\w-]+)+)(?=\\\/|\$|$)/.exec(source)?.[1];
  const known = literal === undefined ? [] : segmentsOf(literal.replaceAll('\\/', '/'));
  const rest = source.slice(literal === undefined ? 0 : literal.length + 1);
  if (literal !== undefined && /^(\\\/\?)?\$$/.test(rest)) return known;
  const text = rest === '' ? '{?}' : `{${rest}}`;
  return [...known, { kind: 'unknown', text, ...(rest === '' ? {} : { key: text }) }];
}

/** `/a/:id?` and `/a{/:id}` stand for two paths. */
function optional(piece: string): string[] {
  const group = /^([^{}]*)\{([^{}?*]*)\}(.*)$/.exec(piece);
  if (group && group[2] !== undefined && /[:*/]/.test(group[2]) && !piece.includes('{?')) {
    const rest = optional(group[3] ?? '');
    return rest.flatMap((tail) => [`${group[1] ?? ''}${tail}`, `${group[1] ?? ''}${group[2] ?? ''}${tail}`]);
  }
  const parameter = /^(.*?)\/:(\w+)(\([^()]*\))?\?(.*)$/.exec(piece);
  if (parameter) return optional(parameter[4] ?? '').flatMap((tail) => [`${parameter[1] ?? ''}${tail}`, `${parameter[1] ?? ''}/:${parameter[2] ?? ''}${tail}`]);
  return [piece];
}

function segmentsOf(text: string): readonly Segment[] {
  return text.split('/').flatMap((raw) => (raw === '' ? [] : [segment(raw)]));
}
function toPattern(segments: readonly Segment[]): PathPattern {
  return {
    text: `/${segments.map((one) => one.text).join('/')}`,
    shape: `/${segments.map((one) => (one.kind === 'parameter' ? shapeOf(one.text) : one.kind === 'rest' ? '{*}' : one.kind === 'unknown' ? (one.key ?? one.text) : one.text.toLowerCase())).join('/')}`,
    known: segments.every((one) => one.kind !== 'unknown'),
    segments,
  };
}

function shapeOf(text: string): string {
  return text.replace(/\{[^{}]*\}/g, '{}').toLowerCase();
}

function segment(raw: string): Segment {
  if (raw.includes('{?')) return { kind: 'unknown', text: '{?}', ...(raw.includes('{?}') ? {} : { key: raw }) };
  const star = /^(?:\{?\*(\w*)\}?|\(\.\*\)|\.\*|:(\w+)(?:\(\.[*+]\)|\{\.[*+]\}|[*+])\??)$/.exec(raw);
  if (star) return { kind: 'rest', text: `{*${star[1] ?? star[2] ?? ''}}` };
  if (raw.includes(':')) {
    const text = raw.replace(/\\:/g, '\u0000').replace(/:(\w+)(?:\([^()]*\)|\{[^{}]*\})?[*+?]?/g, '{$1}').replaceAll('\u0000', ':');
    return { kind: text.includes('{') ? 'parameter' : 'text', text };
  }
  if (/[*()]/.test(raw)) return { kind: 'rest', text: '{*}' };
  return { kind: 'text', text: raw };
}

/** Whether a layer registered at `layer` runs for every request to `path`: 'no', 'yes', or 'maybe' where a piece is unknown. */
export function covers(layer: PathPattern, path: PathPattern, exact: boolean, caseSensitive = false): 'yes' | 'no' | 'maybe' {
  let maybe = false;
  for (let i = 0; i < layer.segments.length; i++) {
    const mine = layer.segments[i];
    const theirs = path.segments[i];
    if (mine?.kind === 'rest') {
      if (i === layer.segments.length - 1) return maybe ? 'maybe' : 'yes';
      // What follows a `*` in the middle is not compared.
      const isShort = path.segments.length < layer.segments.length && path.segments.every((one) => one.kind === 'text' || one.kind === 'parameter');
      return isShort ? 'no' : 'maybe';
    }
    if (!mine || !theirs) return 'no';
    if (mine.kind === 'unknown' || theirs.kind === 'unknown') {
      // The same unknown text on both sides is the same place; else nothing further can be compared.
      if (mine.kind === theirs.kind && mine.key !== undefined && mine.key === theirs.key) continue;
      return 'maybe';
    }
    if (mine.kind === 'parameter') {
      if (theirs.kind === 'rest') maybe = true;
      continue;
    }
    const isSame = caseSensitive ? mine.text === theirs.text : mine.text.toLowerCase() === theirs.text.toLowerCase();
    if (theirs.kind !== 'text' || !isSame) return 'no';
  }
  if (exact && path.segments.length > layer.segments.length) return 'no';
  return maybe ? 'maybe' : 'yes';
}
