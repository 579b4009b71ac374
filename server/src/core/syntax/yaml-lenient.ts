import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type ParsedNode } from 'yaml';
import type { Span } from '../text/source.js';
import type { Builder } from './yaml-build.js';
import { resolveTagged } from './yaml-scalar.js';

/** A broken YAML text as the recovering parser sees it; undefined when even that gives up. */
export interface Lenient {
  readonly problems: readonly { readonly span: Span; readonly message: string }[];
  build(to: Builder): void;
}

/** Reads a broken text. Slow: about sixteen times the time of a clean read. */
export function readLenient(text: string): Lenient | undefined {
  try {
    const document = parseDocument(text, { keepSourceTokens: false, uniqueKeys: false, prettyErrors: false, strict: false, logLevel: 'silent', schema: 'core', merge: false });
    const problems = document.errors.map((error) => ({ span: { start: Math.min(error.pos[0], text.length), end: Math.min(Math.max(error.pos[0], error.pos[1]), text.length) }, message: error.message.slice(0, 200) }));
    return { problems, build: (to) => feed(document.contents, text, to, 0) };
  } catch {
    return undefined;
  }
}

function feed(node: ParsedNode | null, text: string, to: Builder, depth: number): void {
  if (!node) return empty(to);
  const [start, end] = node.range;
  if (isAlias(node)) return to.alias(node.source, { start, end });
  const tag = node.tag === undefined || node.tag.startsWith('tag:yaml.org,2002:') ? '' : node.tag;
  if (isScalar(node)) {
    const plain = node.type === 'PLAIN' || node.type === undefined;
    const source = typeof node.source === 'string' && plain ? node.source : typeof node.value === 'string' ? node.value : String(node.source ?? '');
    const trimmed = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED' ? start + text.slice(start, end).trimEnd().length : end;
    return to.scalar(source, resolveTagged(source, node.tag === 'tag:yaml.org,2002:str' ? '!!str' : tag, plain), { start, end: trimmed }, node.anchor, plain && source === '<<');
  }
  const flow = isMap(node) || isSeq(node) ? node.flow === true : false;
  to.open(isSeq(node) ? 'array' : 'object', start, flow, node.anchor, tag);
  if (depth > 250) {
    to.close(end);
    return;
  }
  for (const item of node.items) {
    if (isPair(item)) {
      feed(item.key, text, to, depth + 1);
      feed(item.value, text, to, depth + 1);
    } else feed(item, text, to, depth + 1);
  }
  to.close(flow ? end : to.end);
}
function empty(to: Builder): void {
  to.scalar('', { value: null }, { start: to.end, end: to.end }, undefined, false);
}
