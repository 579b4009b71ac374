/** Part of a regular expression, read by its grammar. `dot.at` is its index in the source. */
export type PatternNode =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'dot'; readonly at: number }
  | { readonly kind: 'set'; readonly holds: (code: number) => boolean }
  | { readonly kind: 'edge'; readonly where: 'start' | 'end' | 'word' | 'inside' }
  | { readonly kind: 'row'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly ways: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly least: number; readonly most: number };
/** A regular expression of the analysed code. It is never given to the engine of this process, whose time a pattern can make explode. */
export interface Pattern {
  readonly tree: PatternNode;
  /** Whether the pattern is found in the text: in time linear in both. */
  matches(text: string): boolean;
}
const LONGEST_SOURCE = 2000;
/** Of longer texts the first so many UTF-16 units are looked at. */
export const LONGEST_TEXT = 253;
const DEEPEST = 60;
const MOST_STATES = 4000;

/** Reads a pattern; undefined for one that is no regular language (look-around, back-references), is not understood, or is too large. */
export function readPattern(source: string, flags: string): Pattern | undefined {
  if (source.length > LONGEST_SOURCE || /[^dgimsuy]/.test(flags)) return undefined;
  const tree = parse(source, flags);
  const machine = tree && build(tree, flags);
  return tree && machine && { tree, matches: (text) => run(machine, text.slice(0, LONGEST_TEXT), flags.includes('m')) };
}

function parse(source: string, flags: string): PatternNode | undefined {
  let at = 0;
  let failed = false;
  const strict = flags.includes('u');
  const give = (count: number): string => source.slice(at, at + count);
  const fail = (): PatternNode => {
    failed = true;
    at = source.length;
    return { kind: 'row', parts: [] };
  };
  const char = (text: string): PatternNode => ({ kind: 'char', code: text.charCodeAt(0) });

  function either(depth: number): PatternNode {
    if (depth > DEEPEST) return fail();
    const ways = [row(depth)];
    while (source[at] === '|') {
      at++;
      ways.push(row(depth));
    }
    const [only] = ways;
    return ways.length === 1 && only ? only : { kind: 'either', ways };
  }
  function row(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(counted(atom(depth)));
    return { kind: 'row', parts };
  }
  function counted(node: PatternNode): PatternNode {
    const sign = source[at];
    let range: readonly [number, number] | undefined;
    if (sign === '*') range = [0, Infinity];
    else if (sign === '+') range = [1, Infinity];
    else if (sign === '?') range = [0, 1];
    const braces = sign === '{' ? /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(give(12)) : undefined;
    if (braces) {
      const least = Number(braces[1]);
      range = [least, braces[2] === undefined ? least : braces[3] ? Number(braces[3]) : Infinity];
    }
    if (!range) return node;
    at += braces ? braces[0].length : 1;
    if (source[at] === '?') at++;
    if (node.kind === 'edge' || range[0] > range[1] || /^[*+?]/.test(give(1))) return fail();
    return { kind: 'repeat', of: node, least: range[0], most: range[1] };
  }
  function atom(depth: number): PatternNode {
    const here = at++;
    const sign = source[here] ?? '';
    switch (sign) {
      case '^': return { kind: 'edge', where: 'start' };
      case '$': return { kind: 'edge', where: 'end' };
      case '.': return { kind: 'dot', at: here };
      case '(': return group(depth);
      case '[': return set();
      case '\\': return escaped();
      case '*':
      case '+':
      case '?': return fail();
      default: return strict && /[{}\]]/.test(sign) ? fail() : char(sign);
    }
  }
  function group(depth: number): PatternNode {
    if (source[at] === '?') {
      const opening = /^\?(?::|<[A-Za-z_$][\w$]{0,80}>)/.exec(give(90));
      if (!opening) return fail();
      at += opening[0].length;
    }
    const inner = either(depth + 1);
    if (source[at] !== ')') return fail();
    at++;
    // An edge inside a group is none for a sign behind the group.
    return { kind: 'row', parts: [inner] };
  }
  function escaped(): PatternNode {
    const sign = source[at] ?? '';
    if (sign === 'b' || sign === 'B') {
      at++;
      return { kind: 'edge', where: sign === 'b' ? 'word' : 'inside' };
    }
    const found = escape();
    return found === undefined ? fail() : typeof found === 'number' ? { kind: 'char', code: found } : { kind: 'set', holds: found };
  }
  /** What stands behind a backslash: one character, or a set of them. */
  function escape(): number | ((code: number) => boolean) | undefined {
    const sign = source[at++];
    if (sign === undefined) return undefined;
    const named = SETS[sign];
    if (named) return named;
    const control = CONTROLS[sign];
    if (control !== undefined) return control;
    if (sign === 'x' || sign === 'u') {
      const digits = (sign === 'x' ? /^[\da-f]{2}/i : strict ? /^(?:[\da-f]{4}|\{[\da-f]{1,6}\})/i : /^[\da-f]{4}/i).exec(give(8));
      if (!digits) return strict ? undefined : sign.charCodeAt(0);
      at += digits[0].length;
      return parseInt(digits[0].replace('{', ''), 16);
    }
    if (sign === 'c') {
      const letter = /^[A-Za-z]/.exec(give(1));
      if (!letter) return undefined;
      at++;
      return letter[0].charCodeAt(0) % 32;
    }
    if (/[0-9k]/.test(sign)) return sign === '0' && !/^\d/.test(give(1)) ? 0 : undefined;
    if (strict && !/[-^$\\.*+?()[\]{}|/]/.test(sign)) return undefined;
    return sign.charCodeAt(0);
  }
  function set(): PatternNode {
    const negated = source[at] === '^';
    if (negated) at++;
    const tests: ((code: number) => boolean)[] = [];
    const member = (): number | ((code: number) => boolean) | undefined => {
      const sign = source[at] ?? '';
      at++;
      if (sign !== '\\') return sign.charCodeAt(0);
      if (source[at] !== 'b') return escape();
      at++;
      return 8;
    };
    while (at < source.length && source[at] !== ']') {
      const first = member();
      if (first === undefined) return fail();
      if (typeof first === 'number' && source[at] === '-' && source[at + 1] !== ']' && at + 1 < source.length) {
        at++;
        const last = member();
        if (typeof last !== 'number' || last < first) return fail();
        tests.push((code) => code >= first && code <= last);
      } else tests.push(typeof first === 'number' ? (code) => code === first : first);
    }
    if (source[at] !== ']') return fail();
    at++;
    const inSet = foldedCase(flags, (code) => tests.some((one) => one(code)));
    return { kind: 'set', holds: negated ? (code) => !inSet(code) : inSet };
  }

  const tree = either(0);
  return failed || at < source.length ? undefined : tree;
}

const isWord = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029;
const SETS: Readonly<Record<string, (code: number) => boolean>> = {
  d: isDigit, D: (code) => !isDigit(code), w: isWord, W: (code) => !isWord(code), s: isSpace, S: (code) => !isSpace(code),
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
/** With the flag i a character stands for both letter cases; letters beyond ASCII do not occur in origins. */
function foldedCase(flags: string, holds: (code: number) => boolean): (code: number) => boolean {
  if (!flags.includes('i')) return holds;
  return (code) => holds(code) || (code >= 65 && code <= 90 && holds(code + 32)) || (code >= 97 && code <= 122 && holds(code - 32));
}

/** States of Thompson's machine. `next` and `other` are indexes. */
type State =
  | { readonly do: 'take'; readonly holds: (code: number) => boolean; readonly next: number }
  | { readonly do: 'edge'; readonly where: 'start' | 'end' | 'word' | 'inside'; readonly next: number }
  | { readonly do: 'split'; readonly next: number; readonly other: number }
  | { readonly do: 'found' };
interface Machine {
  readonly states: readonly State[];
  readonly start: number;
}
function build(tree: PatternNode, flags: string): Machine | undefined {
  const states: State[] = [{ do: 'found' }];
  let full = false;
  const add = (state: State): number => {
    if (states.length >= MOST_STATES) {
      full = true;
      return 0;
    }
    return states.push(state) - 1;
  };
  const emit = (node: PatternNode, next: number): number => {
    if (full) return 0;
    switch (node.kind) {
      case 'char': {
        const { code } = node;
        return add({ do: 'take', holds: foldedCase(flags, (one) => one === code), next });
      }
      case 'dot': return add({ do: 'take', holds: flags.includes('s') ? () => true : (code) => code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029, next });
      case 'set': return add({ do: 'take', holds: node.holds, next });
      case 'edge': return add({ do: 'edge', where: node.where, next });
      case 'row': return node.parts.reduceRight((after, part) => emit(part, after), next);
      case 'either': return node.ways.map((way) => emit(way, next)).reduceRight((other, way) => add({ do: 'split', next: way, other }));
      case 'repeat': {
        let after = next;
        if (node.most === Infinity) {
          after = add({ do: 'split', next, other: next });
          states[after] = { do: 'split', next: emit(node.of, after), other: next };
        } else for (let count = node.least; count < node.most && !full; count++) after = add({ do: 'split', next: emit(node.of, after), other: next });
        for (let count = 0; count < node.least && !full; count++) after = emit(node.of, after);
        return after;
      }
    }
  };
  const start = emit(tree, 0);
  return full ? undefined : { states, start };
}

function run({ states, start }: Machine, text: string, lines: boolean): boolean {
  let current = new Set<number>();
  for (let index = 0; index <= text.length; index++) {
    // The search may begin anywhere.
    const closed = new Set<number>();
    const open = [...current, start];
    while (open.length > 0) {
      const id = open.pop() ?? 0;
      if (closed.has(id)) continue;
      closed.add(id);
      const state = states[id];
      if (state === undefined) continue;
      if (state.do === 'found') return true;
      if (state.do === 'split') open.push(state.other, state.next);
      else if (state.do === 'edge' && stands(state.where, text, index, lines)) open.push(state.next);
    }
    const code = text.charCodeAt(index);
    current = new Set();
    if (index < text.length) for (const id of closed) {
      const state = states[id];
      if (state?.do === 'take' && state.holds(code)) current.add(state.next);
    }
  }
  return false;
}
function stands(where: 'start' | 'end' | 'word' | 'inside', text: string, index: number, lines: boolean): boolean {
  if (where === 'start') return index === 0 || (lines && text[index - 1] === '\n');
  if (where === 'end') return index === text.length || (lines && text[index] === '\n');
  const before = index > 0 && isWord(text.charCodeAt(index - 1));
  const after = index < text.length && isWord(text.charCodeAt(index));
  return (before !== after) === (where === 'word');
}
