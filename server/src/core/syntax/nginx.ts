import type { Directive, Word } from '../artifacts/kind.js';
import type { Note } from '../model/module.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { SyntaxProblem } from './parsed.js';
import { readNotes } from './yaml-notes.js';

/** What a configuration of nginx consists of. */
export interface NginxRead {
  readonly directives: readonly Directive[];
  readonly notes: readonly Note[];
  readonly problems: readonly SyntaxProblem[];
}
interface Token {
  readonly text: string;
  readonly span: Span;
  /** `;`, `{` and `}` outside quotes. */
  readonly sign: boolean;
}
interface Frame {
  readonly directives: Directive[];
  /** What opened the block. */
  readonly opener: readonly Token[];
}
const DEEPEST = 60;
const MOST = 50_000;

/** Reads a configuration of nginx to a tree of directives. Blocks of Lua are skipped; what stays open at the end is closed there. Never fails. */
export function readNginx({ text }: SourceFile, mark: (span: Span) => At): NginxRead {
  const problems: SyntaxProblem[] = [];
  const quotes: Span[] = [];
  const stack: Frame[] = [{ directives: [], opener: [] }];
  let words: Token[] = [];
  let count = 0;
  const made = (own: readonly Token[], block: readonly Directive[] | undefined, end: number): Directive | undefined => {
    const [name, ...args] = own;
    if (!name) return undefined;
    const word = (token: Token, index: number): Word => ({ text: token.text, at: mark(token.span), wholeAt: mark({ start: own[index]?.span.end ?? token.span.start, end: token.span.end }) });
    return { name: name.text.toLowerCase(), nameAt: mark(name.span), args: args.map(word), block, at: mark({ start: name.span.start, end }) };
  };
  const add = (directive: Directive | undefined): void => {
    if (directive) stack.at(-1)?.directives.push(directive);
  };
  const close = (end: number): void => {
    const frame = stack.pop();
    if (frame) add(made(frame.opener, frame.directives, end));
  };
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; count < MOST; count++) {
    const token = next(text, at, quotes);
    if (!token) break;
    at = token.span.end;
    if (!token.sign) {
      words.push(token);
      continue;
    }
    if (token.text === ';') add(made(words, undefined, at));
    else if (token.text === '{') {
      if (/_by_lua_block$/.test(words[0]?.text ?? '')) at = behindBlock(text, at);
      else if (stack.length > DEEPEST) problems.push({ span: token.span, message: 'blocks are nested too deeply' });
      else stack.push({ directives: [], opener: words });
    } else if (stack.length > 1) {
      if (words.length > 0) add(made(words, undefined, words.at(-1)?.span.end ?? at));
      close(at);
    } else problems.push({ span: token.span, message: 'a bracket that closes nothing' });
    words = [];
  }
  if (stack.length > 1 || words.length > 0) problems.push({ span: { start: text.length, end: text.length }, message: 'a block or directive that is not closed' });
  while (stack.length > 1) close(text.length);
  const notes = text.includes('unlatched-ignore') ? readNotes(text, quotes, mark) : [];
  return { directives: stack[0]?.directives ?? [], notes, problems };
}

function next(text: string, from: number, quotes: Span[]): Token | undefined {
  let at = from;
  for (;;) {
    while (at < text.length && isBlank(text.charCodeAt(at))) at++;
    if (text[at] !== '#') break;
    const end = text.indexOf('\n', at);
    at = end < 0 ? text.length : end;
  }
  const first = text[at];
  if (first === undefined) return undefined;
  if (first === ';' || first === '{' || first === '}') return { text: first, span: { start: at, end: at + 1 }, sign: true };
  if (first === '"' || first === "'") {
    let end = at + 1;
    while (end < text.length && text[end] !== first) end += text[end] === '\\' ? 2 : 1;
    const span = { start: at, end: Math.min(end + 1, text.length) };
    quotes.push(span);
    return { text: text.slice(at + 1, Math.min(end, text.length)), span, sign: false };
  }
  let end = at;
  while (end < text.length && !isEnd(text, end)) {
    if (text[end] === '$' && text[end + 1] === '{') {
      const brace = text.slice(end, end + 200).indexOf('}');
      end += brace < 0 ? 2 : brace + 1;
    } else end += text[end] === '\\' ? 2 : 1;
  }
  const span = { start: at, end: Math.min(end, text.length) };
  return { text: text.slice(span.start, span.end), span, sign: false };
}
function isEnd(text: string, at: number): boolean {
  const char = text[at];
  return isBlank(text.charCodeAt(at)) || char === ';' || char === '{' || char === '}';
}
function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
function behindBlock(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at + 1;
  }
  return text.length;
}
