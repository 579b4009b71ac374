import { visible } from './form.js';

/** A path of the inventory in pieces: text as it is, and places where a request puts a value. */
export type Piece = { readonly kind: 'text'; readonly text: string } | Parameter;
export interface Parameter {
  readonly kind: 'named' | 'rest' | 'unknown';
  /** Legal as a name in a document and in a request file, and used once in its path. */
  readonly name: string;
  /** What the inventory has between the braces. */
  readonly written: string;
}

const NAME = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;
const REST = /^\*[\p{L}\p{N}_$-]*$/u;

/** Pieces of a path as `routes` writes it: `{name}`, `{*}`, `{*name}`, `{?}`, and `{...}` around a pattern that was kept as written. */
export function piecesOf(path: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const used = new Set<string>();
  let text = '';
  const flush = (): void => {
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
  };
  for (let i = 0; i < path.length; i++) {
    const end = path[i] === '{' ? closing(path, i) : -1;
    if (end < 0) {
      text += path[i] ?? '';
      continue;
    }
    flush();
    pieces.push(parameter(path.slice(i + 1, end), used));
    i = end;
  }
  flush();
  const first = pieces[0];
  if (first?.kind === 'text' && first.text.startsWith('/')) return pieces;
  return [{ kind: 'text', text: '/' }, ...pieces];
}

/** The brace that closes the one at `start`; -1 when none does. */
function closing(path: string, start: number): number {
  let depth = 0;
  for (let i = start; i < path.length; i++) {
    if (path[i] === '{') depth++;
    else if (path[i] === '}' && --depth === 0) return i;
    if (i - start > LONGEST) return -1;
  }
  return -1;
}
/** Longer pieces are text: an unclosed brace costs no second look at the whole path. */
const LONGEST = 1000;

function parameter(written: string, used: Set<string>): Parameter {
  const kind = NAME.test(written) ? 'named' : REST.test(written) ? 'rest' : 'unknown';
  const wanted = kind === 'named' ? written.replaceAll('$', '_') : kind === 'rest' ? written.slice(1).replaceAll('$', '_') || 'rest' : 'unknown';
  let name = kind === 'unknown' ? `${wanted}1` : wanted;
  for (let next = 2; used.has(name); next++) name = `${wanted}${next}`;
  used.add(name);
  return { kind, name, written: visible(written) };
}
/** What a parameter stands for where it is not simply named. */
export function meaningOf({ kind, written }: Parameter): string | undefined {
  if (kind === 'rest') return 'The rest of the path, slashes included.';
  if (kind === 'named') return undefined;
  return written === '?' ? 'A piece of the path that the code does not tell.' : `A piece of the path that the code describes as ${written}`;
}
