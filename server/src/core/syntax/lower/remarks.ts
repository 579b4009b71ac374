import type { Remark } from '../../model/module.js';
import { insideToken } from './notes.js';
import { mark, type Lowering } from './state.js';

const MOST = 200;
/** Longer lines are data, not a remark. */
const LONGEST = 300;
const REGISTERED = /^(app|router|server|fastify|api)\.(use|register|addHook)\(/;
const PROTECTION = /auth|helmet|csrf|rate_?limit|limiter|cors\(\{|verify|guard/i;
const TODO = /^(TODO|FIXME|HACK|XXX)\b/;

/** Lines of comment that hold a registration of a protection, or start with a word for work left to do. Text inside strings and block comments is none. */
export function remarks(l: Lowering): readonly Remark[] {
  const found: Remark[] = [];
  for (let from = l.text.indexOf('//'); from >= 0 && found.length < MOST; from = l.text.indexOf('//', from + 2)) {
    const lineStart = l.text.lastIndexOf('\n', from) + 1;
    if (l.text.slice(lineStart, from).trim() !== '') continue;
    const lineEnd = l.text.indexOf('\n', from);
    const line = l.text.slice(from, lineEnd < 0 ? undefined : lineEnd).trimEnd();
    const text = line.slice(2).trim();
    const kind = line.length > LONGEST ? undefined : kindOf(text);
    if (kind === undefined || insideToken(l.tree, l.tree, from) || insideBlock(l.text, from)) continue;
    found.push({ kind, text, at: mark(l, from, from + line.length) });
  }
  return found;
}
function kindOf(text: string): Remark['kind'] | undefined {
  if (TODO.test(text)) return 'todo';
  return text.startsWith('@UseGuards(') || (REGISTERED.test(text) && PROTECTION.test(text)) ? 'code' : undefined;
}
function insideBlock(text: string, at: number): boolean {
  const opened = text.lastIndexOf('/*', at);
  return opened >= 0 && opened < at && text.lastIndexOf('*/', at) < opened;
}
