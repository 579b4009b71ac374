import type { At } from '../text/source.js';
import { matchesPath, quoted } from './path-match.js';
import { covers, patterns } from './paths.js';
import type { Case, Formula, PathTest } from './request-forms.js';

/** What branches ask for in one of the ways through them. */
interface Way {
  readonly method: string | undefined;
  readonly paths: readonly PathTest[];
  readonly methodAt: At | undefined;
  readonly pathAt: At | undefined;
}
const MOST_WAYS = 400;
const MOST_SEGMENTS = 20;
/** Every request. */
export const ANY: Case = { key: ' ', method: undefined, paths: [], methodAt: undefined, pathAt: undefined };

/** Whether a test comes out as true for the requests of a case; undefined where it asks for something else. */
export function holdsIn(formula: Formula, of: Case): boolean | undefined {
  switch (formula.is) {
    case 'method': return of.method === formula.name;
    case 'path': {
      const [only] = of.paths;
      if (only?.is === 'route') return onRoute(only.text, formula.test);
      return of.paths.some((known) => implies(known, formula.test)) || (formula.test.is === 'segment' && of.paths.length > 1 && hasSegment(of.paths, formula.test));
    }
    case 'flat': return formula.holds;
    case 'not': {
      const inner = holdsIn(formula.of, of);
      return inner === undefined ? undefined : !inner;
    }
    case 'all':
    case 'any': {
      const decides = formula.is === 'any';
      let open = false;
      for (const one of formula.of) {
        const inner = holdsIn(one, of);
        if (inner === decides) return decides;
        if (inner === undefined) open = true;
      }
      return open ? undefined : !decides;
    }
    default: return undefined;
  }
}

/** Whether a test holds for all requests to a route; undefined where it depends on its parameters, or on what cannot be read. */
function onRoute(route: string, test: PathTest): boolean | undefined {
  const flat = (source: string): boolean | undefined => { const is = matchesPath(source, route, false); return is === 'maybe' ? undefined : is === 'yes'; };
  switch (test.is) {
    case 'text': return flat(`^${quoted(test.text)}$`);
    case 'prefix': return flat(`^${quoted(test.text)}`);
    case 'suffix': return flat(`${quoted(test.text)}$`);
    case 'part': return flat(quoted(test.text));
    case 'regex': return flat(test.text);
    case 'count': return /\{[*?]/.test(route) ? undefined : segmentsOf(route).length === test.count;
    case 'segment': {
      const own = segmentsOf(route).slice(0, test.index + 1);
      const last = own[test.index];
      if (own.some((one) => /^\{[*?]/.test(one))) return undefined;
      return last === undefined ? false : test.text === undefined ? true : last.startsWith('{') ? undefined : last === test.text;
    }
    default: return undefined;
  }
}
/** The ways to take branches, each narrowed by what came before. */
export function casesOf(before: readonly Case[], tests: readonly { readonly formula: Formula; readonly holds: boolean }[]): readonly Case[] {
  let found: readonly Way[] = before;
  for (const { formula, holds } of tests) {
    const ways = waysOf(formula, holds, 0);
    if (ways.length === 1 && ways[0] === ANY) continue;
    found = found.flatMap((one) => ways.flatMap((way) => both(one, way) ?? [])).slice(0, MOST_WAYS);
  }
  return found === before ? before : [...new Map(found.map((way) => { const made = named(way); return [made.key, made]; })).values()];
}
function waysOf(formula: Formula, holds: boolean, depth: number): readonly Way[] {
  if (depth > 12) return [ANY];
  switch (formula.is) {
    case 'method': return holds ? [{ ...ANY, method: formula.name, methodAt: formula.at }] : [ANY];
    case 'path': return holds ? [{ ...ANY, paths: [formula.test], pathAt: formula.at }] : [ANY];
    case 'not': return waysOf(formula.of, !holds, depth + 1);
    case 'all':
    case 'any': {
      if ((formula.is === 'any') === holds) {
        const ways = formula.of.flatMap((one) => waysOf(one, holds, depth + 1)).slice(0, MOST_WAYS);
        // `!(GET && '/a')`: nothing is asked for.
        return ways.includes(ANY) && !holds ? [ANY, ...ways.filter((way) => way !== ANY)] : ways;
      }
      let found: readonly Way[] = [ANY];
      for (const one of formula.of) {
        const ways = waysOf(one, holds, depth + 1);
        found = found.flatMap((way) => ways.flatMap((other) => both(way, other) ?? [])).slice(0, MOST_WAYS);
      }
      return found;
    }
    default: return [ANY];
  }
}
/** Both ways at once; undefined when no request takes them. */
function both(a: Way, b: Way): Way | undefined {
  if (b === ANY) return a;
  if (a.method !== undefined && b.method !== undefined && a.method !== b.method) return undefined;
  const all = [...a.paths, ...b.paths];
  const texts = new Set(all.flatMap((one) => (one.is === 'text' ? [one.text] : [])));
  if (texts.size > 1) return undefined;
  const exact = all.find((one) => one.is === 'text' && !one.text.includes('{?}'));
  // A pattern that is not written out may or may not match.
  if (exact && all.some((one) => one.is !== 'regex' && one.is !== 'unread' && !implies(exact, one))) return undefined;
  const counts = new Set(all.flatMap((one) => (one.is === 'count' ? [one.count] : [])));
  if (counts.size > 1) return undefined;
  for (const one of all) for (const other of all) if (one.is === 'segment' && other.is === 'segment' && one.index === other.index && one.text !== undefined && other.text !== undefined && one.text !== other.text) return undefined;
  // What a more telling test says already is left out.
  const paths = all.filter((one, index) => !all.some((other, at) => at !== index && implies(other, one) && !(implies(one, other) && at > index)));
  // The last test that says it is the nearest to the answer.
  const isTelling = b.paths.some((one) => paths.some((other) => implies(one, other)));
  return { method: a.method ?? b.method, methodAt: b.methodAt ?? a.methodAt, paths, pathAt: isTelling ? (b.pathAt ?? a.pathAt) : (a.pathAt ?? b.pathAt) };
}
function named(way: Way): Case {
  return { ...way, key: `${way.method ?? ''} ${way.paths.map((one) => JSON.stringify(one)).sort().join()}` };
}

/** Whether all requests of a case are requests of another. */
export function isWithin(narrow: Case, wide: Case): boolean {
  return narrow.key !== wide.key && (wide.method === undefined || wide.method === narrow.method) && wide.paths.every((one) => narrow.paths.some((other) => implies(other, one)));
}
/** Whether a path of which the first test holds is one of which the second does. */
function implies(known: PathTest, asked: PathTest): boolean {
  if (known.is === asked.is && JSON.stringify(known) === JSON.stringify(asked)) return true;
  if (known.is === 'text') {
    const { text } = known;
    switch (asked.is) {
      case 'prefix': return text.startsWith(asked.text);
      case 'suffix': return text.endsWith(asked.text);
      case 'part': return text.includes(asked.text);
      case 'count': return segmentsOf(text).length === asked.count;
      case 'segment': {
        const own = segmentsOf(text)[asked.index];
        return own !== undefined && (asked.text === undefined || own === asked.text);
      }
      case 'regex': {
        const [layer] = patterns([{ regex: asked.text }]);
        const [path] = patterns([text]);
        return layer !== undefined && path !== undefined && layer.known && covers(layer, path, true, true) === 'yes';
      }
      default: return false;
    }
  }
  if (known.is === 'prefix') return asked.is === 'prefix' && known.text.startsWith(asked.text);
  if (known.is === 'regex') return asked.is === 'prefix' && (literalStart(known.text)?.startsWith(asked.text) ?? false);
  return known.is === 'segment' && asked.is === 'segment' && known.index === asked.index && asked.text === undefined;
}
function hasSegment(known: readonly PathTest[], asked: Extract<PathTest, { is: 'segment' }>): boolean {
  return asked.text === undefined && known.some((one) => one.is === 'count' && one.count > asked.index);
}
function segmentsOf(text: string): readonly string[] {
  return text.split('/').filter((one) => one !== '');
}
/** What every text a pattern matches starts with, as far as it is written out. */
function literalStart(source: string): string | undefined {
  return /^\^((?:\\\/|[\w-])+)/.exec(source)?.[1]?.replaceAll('\\/', '/');
}

/** The path of a case as it is shown: pieces nobody knows are `{?}`. */
export function shownPath(of: Case): { readonly text: string } | { readonly regex: string } {
  const [only] = of.paths;
  if (!only) return { text: '/{*}' };
  const exact = of.paths.find((one) => one.is === 'text');
  if (exact?.is === 'text') return { text: exact.text };
  const regex = of.paths.find((one) => one.is === 'regex');
  if (regex?.is === 'regex') return shownRegex(regex.text);
  const segments = of.paths.flatMap((one) => (one.is === 'segment' ? [one] : []));
  if (segments.length > 0) return { text: ofSegments(of.paths, segments) };
  const prefix = of.paths.find((one) => one.is === 'prefix');
  const whole = prefix?.is === 'prefix' ? prefix.text : '/';
  if (of.paths.length > 1 || only.is !== 'prefix') return { text: `${whole.slice(0, whole.lastIndexOf('/') + 1)}{?}` };
  return { text: `${whole}{*}` };
}
function ofSegments(all: readonly PathTest[], segments: readonly Extract<PathTest, { is: 'segment' }>[]): string {
  const count = all.find((one) => one.is === 'count');
  const prefix = all.find((one) => one.is === 'prefix');
  const before = prefix?.is === 'prefix' ? segmentsOf(prefix.text) : [];
  const most = Math.min(MOST_SEGMENTS, Math.max(...segments.map((one) => one.index + 1), count?.is === 'count' ? count.count : 0));
  const shown = Array.from({ length: Math.max(0, most) }, (_, index) => segments.find((one) => one.index === index && one.text !== undefined)?.text ?? before[index] ?? parameter(index));
  const isOpen = count === undefined && segments.every((one) => one.index < most - 1 || one.text !== undefined);
  return `/${shown.join('/')}${isOpen ? '/{*}' : ''}`;
}
function parameter(index: number): string {
  return index < 2 ? ':param' : `:param${String(index)}`;
}
/** `^\/users\/(\d+)$` is a path with a parameter: pieces of one slash each. */
function shownRegex(source: string): { readonly text: string } | { readonly regex: string } {
  const body = /^\^(.*?)(?:\\\/\?)?\$$/.exec(source)?.[1];
  if (body === undefined) return { regex: source };
  const pieces = piecesOf(body);
  const shown = pieces.map((piece, index) => {
    if (/^[\w.~-]*$/.test(piece.replaceAll('\\.', '.').replaceAll('\\-', '-'))) return piece.replaceAll('\\', '');
    const name = /^\(\?<(\w+)>/.exec(piece)?.[1];
    return isOnePiece(piece) ? (name === undefined ? parameter(index - 1) : `:${name}`) : undefined;
  });
  return shown.every((one) => one !== undefined) && pieces[0] === '' ? { text: shown.join('/') } : { regex: source };
}
/** A pattern at its slashes; those in brackets are none. */
function piecesOf(body: string): readonly string[] {
  const pieces: string[] = [''];
  let inClass = false;
  for (let i = 0; i < body.length; i++) {
    const two = body.slice(i, i + 2);
    if (!inClass && (two === '\\/' || body[i] === '/')) {
      pieces.push('');
      if (two === '\\/') i++;
      continue;
    }
    if (body[i] === '[') inClass = true;
    if (body[i] === ']' && body[i - 1] !== '\\') inClass = false;
    const taken = body[i] === '\\' ? two : (body[i] ?? '');
    if (taken.length === 2) i++;
    pieces[pieces.length - 1] = `${pieces.at(-1) ?? ''}${taken}`;
  }
  return pieces;
}
/** `([^/]+)`, `\d+`, `([a-z0-9-]{36})`: what stands between two slashes. */
function isOnePiece(piece: string): boolean {
  return /^\(?(?:\?<\w+>|\?:)?(?:\[[^\]]{1,60}\]|\\[dw])(?:[+*]|\{[\d,]{1,9}\})\)?$/.test(piece);
}
