/** Whether a pattern matches a path whose parameters may be anything: surely, never, or for some of them. */
export type PathMatch = 'yes' | 'no' | 'maybe';

type Node =
  | { readonly is: 'atom'; readonly has: (char: string) => boolean; /** The only characters it does not match, of an open one. */ readonly but: string | undefined }
  | { readonly is: 'all' | 'any'; readonly of: readonly Node[] }
  | { readonly is: 'repeat'; readonly of: Node; readonly least: number; readonly most: number }
  | { readonly is: 'look'; readonly of: Node; readonly isNot: boolean }
  | { readonly is: 'start' | 'end' | 'edge' };
/** `must`: whatever the parameters are; `may`: for some. */
type Mode = 'must' | 'may';

const SEGMENT = '\uE000';
const REST = '\uE001';
const UNKNOWN = '\uE002';
const LONGEST_PATTERN = 2_000;
const LONGEST_PATH = 400;
const MOST_STEPS = 100_000;
const DEEPEST = 60;

/** Matches a JavaScript pattern, anywhere in the path unless it says where: `/users/{id}` and `/files/{*rest}` hold parameters. Costs the product of both lengths at most. */
export function matchesPath(source: string, path: string, ignoresCase: boolean): PathMatch {
  if (source.length > LONGEST_PATTERN || path.length > LONGEST_PATH) return 'maybe';
  const tree = parsed(source);
  if (!tree) return 'maybe';
  const text = (ignoresCase ? path.toLowerCase() : path).replace(/\{\?\}/g, UNKNOWN).replace(/\{\*\w*\}/g, REST).replace(/\{[^{}]{1,100}\}/g, SEGMENT);
  const run = createRun(text, ignoresCase);
  // The rest of a path is one piece or several.
  const lengths = text.includes(REST) ? [SEGMENT, `${SEGMENT}/${SEGMENT}`, `${SEGMENT}/${SEGMENT}/${SEGMENT}`].map((rest) => createRun(text.replaceAll(REST, rest), ignoresCase)) : [run];
  const must = lengths.every((one) => one.found(tree, 'must'));
  const may = must || run.found(tree, 'may');
  if ([run, ...lengths].some((one) => one.isSpent())) return 'maybe';
  return must ? 'yes' : may ? 'maybe' : 'no';
}

function createRun(text: string, ignoresCase: boolean): { found(tree: Node, mode: Mode): boolean; isSpent(): boolean } {
  const known = { must: new Map<Node, Map<number, ReadonlySet<number>>>(), may: new Map<Node, Map<number, ReadonlySet<number>>>() };
  let steps = 0;
  return {
    isSpent: () => steps > MOST_STEPS,
    found(tree, mode) {
      for (let at = 0; at <= text.length; at++) if (ends(tree, at, mode).size > 0) return true;
      return false;
    },
  };

  function ends(node: Node, at: number, mode: Mode): ReadonlySet<number> {
    if (++steps > MOST_STEPS) return NONE;
    const byPlace = known[mode].get(node) ?? new Map<number, ReadonlySet<number>>();
    known[mode].set(node, byPlace);
    const before = byPlace.get(at);
    if (before) return before;
    const made = endsNow(node, at, mode);
    byPlace.set(at, made);
    return made;
  }
  function endsNow(node: Node, at: number, mode: Mode): ReadonlySet<number> {
    switch (node.is) {
      case 'start': return at === 0 ? new Set([at]) : NONE;
      case 'end': return at === text.length || (mode === 'may' && text[at] === UNKNOWN && at === text.length - 1) ? new Set([at]) : NONE;
      // Between words and what is none: where parameters are, nobody knows.
      case 'edge': return mode === 'may' || isEdge(at) ? new Set([at]) : NONE;
      case 'atom': return atom(node, at, mode, false);
      case 'look': {
        const isThere = ends(node.of, at, node.isNot ? other(mode) : mode).size > 0;
        return isThere === node.isNot ? NONE : new Set([at]);
      }
      case 'any': return new Set(node.of.flatMap((one) => [...ends(one, at, mode)]));
      case 'all': {
        let places: ReadonlySet<number> = new Set([at]);
        for (const one of node.of) places = new Set([...places].flatMap((place) => [...ends(one, place, mode)]));
        return places;
      }
      case 'repeat': return repeated(node, at, mode);
    }
  }
  function repeated({ of, least, most }: Extract<Node, { is: 'repeat' }>, at: number, mode: Mode): ReadonlySet<number> {
    const out = new Set<number>(least === 0 ? [at] : []);
    let places: ReadonlySet<number> = new Set([at]);
    const seen = new Set<number>();
    for (let turn = 1; turn <= Math.min(most, text.length + least + 2) && places.size > 0; turn++) {
      const next = new Set<number>();
      for (const place of places) for (const end of of.is === 'atom' ? atom(of, place, mode, most === Infinity) : ends(of, place, mode)) next.add(end);
      if (turn >= least) for (const end of next) out.add(end);
      const fresh = [...next].filter((end) => turn < least || !seen.has(end));
      for (const end of next) if (turn >= least) seen.add(end);
      places = new Set(fresh);
    }
    return out;
  }
  /** `isLoop`: as often as it likes, so that a parameter of any length is taken as a whole. */
  function atom({ has, but }: Extract<Node, { is: 'atom' }>, at: number, mode: Mode, isLoop: boolean): ReadonlySet<number> {
    const char = text[at];
    if (char === undefined) return NONE;
    if (char !== SEGMENT && char !== REST && char !== UNKNOWN) return has(char) || (ignoresCase && has(char.toUpperCase())) ? new Set([at + 1]) : NONE;
    if (mode === 'may') {
      const fits = char !== SEGMENT || but !== undefined || !has('/') || has('a');
      // More of the parameter may follow.
      return fits ? new Set([at, at + 1]) : NONE;
    }
    // A parameter is a piece between slashes; what else it holds nobody knows.
    const takes = but !== undefined && (char === SEGMENT ? /^[/?#]*$/.test(but) : but === '' || but === '\n');
    return isLoop && takes ? new Set([at + 1]) : NONE;
  }
  function isEdge(at: number): boolean {
    const isWord = (char: string | undefined): boolean | undefined => (char === undefined ? false : char >= SEGMENT && char <= UNKNOWN ? undefined : /\w/.test(char));
    const [left, right] = [isWord(text[at - 1]), isWord(text[at])];
    return left !== undefined && right !== undefined && left !== right;
  }
}
const NONE: ReadonlySet<number> = new Set();
function other(mode: Mode): Mode {
  return mode === 'must' ? 'may' : 'must';
}

/** Reads the subset of patterns that paths are tested with; undefined for back references, looking behind and properties. */
function parsed(source: string): Node | undefined {
  let at = 0;
  let isOdd = false;
  const tree = either(0);
  return isOdd || at < source.length ? undefined : tree;

  function either(depth: number): Node {
    const of: Node[] = [sequence(depth)];
    while (source[at] === '|') {
      at++;
      of.push(sequence(depth));
    }
    const [only] = of;
    return of.length === 1 && only ? only : { is: 'any', of };
  }
  function sequence(depth: number): Node {
    const of: Node[] = [];
    if (depth > DEEPEST) isOdd = true;
    while (at < source.length && source[at] !== '|' && source[at] !== ')' && !isOdd) of.push(quantified(piece(depth)));
    return { is: 'all', of };
  }
  function quantified(of: Node): Node {
    const range = /^(?:[*+?]|\{(\d{1,3})(,?)(\d{0,3})\})\??/.exec(source.slice(at, at + 12));
    if (!range) return of;
    at += range[0].length;
    const [mark = '', least, comma, most] = range;
    if (mark.startsWith('*')) return { is: 'repeat', of, least: 0, most: Infinity };
    if (mark.startsWith('+')) return { is: 'repeat', of, least: 1, most: Infinity };
    if (mark.startsWith('?')) return { is: 'repeat', of, least: 0, most: 1 };
    return { is: 'repeat', of, least: Number(least), most: comma === '' ? Number(least) : most === '' ? Infinity : Number(most) };
  }
  function piece(depth: number): Node {
    const char = source[at++] ?? '';
    switch (char) {
      case '^': return { is: 'start' };
      case '$': return { is: 'end' };
      case '.': return OPEN;
      case '[': return set();
      case '\\': return escaped();
      case '(': return group(depth);
      default: return letter(char);
    }
  }
  function group(depth: number): Node {
    const kind = /^\?(?:[:=!]|<[A-Za-z]\w{0,60}>|<[=!])/.exec(source.slice(at, at + 70))?.[0] ?? '';
    if (kind === '?<=' || kind === '?<!' || (kind === '' && source[at] === '?')) isOdd = true;
    at += kind.length;
    const of = either(depth + 1);
    if (source[at] !== ')') isOdd = true;
    at++;
    return kind === '?=' || kind === '?!' ? { is: 'look', of, isNot: kind === '?!' } : of;
  }
  function escaped(): Node {
    const char = source[at++] ?? '';
    if (/[1-9kpPxuc]/.test(char)) isOdd = true;
    if (char === 'b') return { is: 'edge' };
    if (char === 'B') isOdd = true;
    const of = classOf(char);
    return of ? { is: 'atom', has: of, but: undefined } : letter(char === 'n' ? '\n' : char);
  }
  function set(): Node {
    const isNot = source[at] === '^';
    if (isNot) at++;
    const tests: ((char: string) => boolean)[] = [];
    let chars = '';
    let isPlain = true;
    for (let first = true; at < source.length && (first || source[at] !== ']'); first = false) {
      let char = source[at++] ?? '';
      if (char === '\\') {
        char = source[at++] ?? '';
        const of = classOf(char);
        if (of) {
          tests.push(of);
          isPlain = false;
          continue;
        }
      }
      const last = source[at] === '-' && source[at + 1] !== ']' ? source[at + 1] : undefined;
      if (last === undefined) {
        chars += char;
        tests.push((one) => one === char);
        continue;
      }
      at += 2;
      isPlain = false;
      tests.push((one) => one >= char && one <= last);
    }
    if (source[at++] !== ']') isOdd = true;
    return { is: 'atom', has: (char) => tests.some((one) => one(char)) !== isNot, but: isNot && isPlain ? chars : undefined };
  }
}
const OPEN: Node = { is: 'atom', has: (char) => char !== '\n', but: '' };
function letter(char: string): Node {
  return { is: 'atom', has: (one) => one === char, but: undefined };
}
function classOf(char: string): ((one: string) => boolean) | undefined {
  switch (char) {
    case 'w': return (one) => /\w/.test(one);
    case 'W': return (one) => /\W/.test(one);
    case 'd': return (one) => /\d/.test(one);
    case 'D': return (one) => /\D/.test(one);
    case 's': return (one) => /\s/.test(one);
    case 'S': return (one) => /\S/.test(one);
    default: return undefined;
  }
}

/** A pattern of `path-to-regexp` 6, which Next 16 and Clerk 6 use for matchers, as a JavaScript pattern for the whole path; undefined where it is none. */
export function patternOf(pattern: string): string | undefined {
  let out = '';
  let text = '';
  let at = 0;
  while (at < pattern.length) {
    const char = pattern[at];
    if (char === '\\') {
      text += pattern[at + 1] ?? '';
      at += 2;
      continue;
    }
    const name = char === ':' ? /^:\w+/.exec(pattern.slice(at, at + 80))?.[0] : undefined;
    if (char === '{' || char === '}' || (char === ':' && name === undefined)) return undefined;
    if (name === undefined && char !== '(') {
      text += char ?? '';
      at++;
      continue;
    }
    at += name?.length ?? 0;
    const own = pattern[at] === '(' ? inBrackets(pattern, at) : undefined;
    if (pattern[at] === '(' && own === undefined) return undefined;
    at += own === undefined ? 0 : own.length + 2;
    const mark = /[?*+]/.test(pattern[at] ?? '') ? (pattern[at++] ?? '') : '';
    const prefix = /[./]$/.test(text) ? text.slice(-1) : '';
    out += quoted(text.slice(0, text.length - prefix.length));
    text = '';
    const inner = own ?? '[^/#?]+?';
    const before = quoted(prefix);
    if (prefix === '') out += mark === '' ? `(?:${inner})` : `(?:(?:${inner})${mark})`;
    else if (mark === '' || mark === '?') out += `(?:${before}(?:${inner}))${mark}`;
    else out += `(?:${before}(?:${inner})(?:${before}(?:${inner}))*)${mark === '*' ? '?' : ''}`;
  }
  return `^${out}${quoted(text)}/?$`;
}
/** Text as a pattern that matches it alone. */
export function quoted(text: string): string {
  return text.replace(/[.+*?=^!:${}()[\]|\\]/g, '\\$&');
}
function inBrackets(pattern: string, open: number): string | undefined {
  let depth = 0;
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === '(') depth++;
    else if (pattern[at] === ')' && --depth === 0) return pattern.slice(open + 1, at);
  }
  return undefined;
}
