import {
  EVENT_ALIAS,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  COLLECTION_STYLE_FLOW,
  SCALAR_STYLE_FOLDED_BLOCK,
  SCALAR_STYLE_LITERAL_BLOCK,
  SCALAR_STYLE_PLAIN,
  getScalarValue,
  parseEvents,
  type Event,
  type ScalarEvent,
} from 'js-yaml';
import type { Span } from '../text/source.js';
import { TOO_DEEP } from './parsed.js';
import type { Builder } from './yaml-build.js';
import { isPlainCollectionTag, resolveTagged } from './yaml-scalar.js';

/** The parser's own stack is bounded here; the builder cuts earlier. */
const MAX_DEPTH = 1000;

/** The events of a clean YAML text, or where and why it is not clean. */
export function yamlEvents(text: string): { readonly events: readonly Event[] } | { readonly offset: number; readonly message: string } {
  try {
    return { events: parseEvents(text, { maxDepth: MAX_DEPTH }) };
  } catch (error) {
    return failure(error, text.length);
  }
}
function failure(error: unknown, length: number): { readonly offset: number; readonly message: string } {
  if (!(error instanceof Error)) return { offset: 0, message: 'unreadable' };
  const mark: unknown = 'mark' in error ? error.mark : undefined;
  const offset = typeof mark === 'object' && mark !== null && 'position' in mark && typeof mark.position === 'number' ? mark.position : 0;
  const said = 'reason' in error && typeof error.reason === 'string' ? error.reason : 'unreadable';
  const message = error instanceof RangeError || said.startsWith('nesting exceeded') ? TOO_DEEP : said;
  return { offset: Math.min(offset, length), message };
}

/** Feeds the first document that is not empty to the builder. */
export function buildFromEvents(text: string, events: readonly Event[], to: Builder): void {
  const flows: boolean[] = [];
  let read = 0;
  for (const event of events) {
    switch (event.type) {
      case EVENT_SEQUENCE:
      case EVENT_MAPPING: {
        const flow = event.style === COLLECTION_STYLE_FLOW && (text[event.start] === '{' || text[event.start] === '[');
        flows.push(flow);
        const tag = slice(text, event.tagStart, event.tagEnd);
        to.open(event.type === EVENT_MAPPING ? 'object' : 'array', event.start, event.style === COLLECTION_STYLE_FLOW, name(text, event), isPlainCollectionTag(tag) ? '' : tag);
        read++;
        break;
      }
      case EVENT_SCALAR:
        if (event.valueStart >= 0 || to.depth > 0) read++;
        if (event.valueStart >= 0 || to.depth > 0) feedScalar(text, event, to);
        break;
      case EVENT_ALIAS:
        to.alias(text.slice(event.anchorStart, event.anchorEnd), { start: event.anchorStart - 1, end: event.anchorEnd });
        read++;
        break;
      case EVENT_POP: {
        if (to.depth === 0) {
          if (read > 0) return;
          break;
        }
        to.close(flows.pop() === true ? closing(text, to.end) : to.end);
        break;
      }
    }
  }
}

function feedScalar(text: string, event: ScalarEvent, to: Builder): void {
  const tag = slice(text, event.tagStart, event.tagEnd);
  const plain = event.style === SCALAR_STYLE_PLAIN;
  if (event.valueStart < 0) {
    const offset = Math.max(afterIndicator(text, to.end), event.anchorEnd, event.tagEnd);
    to.scalar('', resolveTagged('', tag, true), { start: offset, end: offset }, name(text, event), false);
    return;
  }
  const value = getScalarValue(text, event);
  to.scalar(value, resolveTagged(value, tag, plain), spanOf(text, event, to.end), name(text, event), plain && value === '<<');
}
function spanOf(text: string, event: ScalarEvent, after: number): Span {
  if (event.style === SCALAR_STYLE_PLAIN) return { start: event.valueStart, end: event.valueEnd };
  if (event.style !== SCALAR_STYLE_LITERAL_BLOCK && event.style !== SCALAR_STYLE_FOLDED_BLOCK) return { start: event.valueStart - 1, end: event.valueEnd + 1 };
  let start = skipTrivia(text, Math.max(after, event.anchorEnd, event.tagEnd), ':-?');
  if (text[start] !== '|' && text[start] !== '>') start = event.valueStart;
  let end = event.valueEnd;
  while (end > event.valueStart && /[\r\n]/.test(text[end - 1] ?? '')) end--;
  return { start: Math.min(start, event.valueStart), end };
}
function name(text: string, event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
  return event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
}
function slice(text: string, start: number, end: number): string {
  return start < 0 ? '' : text.slice(start, end);
}
/** The place of an empty value: behind the `:`, `-` or `?` it belongs to. */
function afterIndicator(text: string, from: number): number {
  const at = skipTrivia(text, from, '');
  return ':-?'.includes(text[at] ?? ' ') ? at + 1 : from;
}
/** The end of a flow collection, behind its bracket. */
function closing(text: string, from: number): number {
  const at = skipTrivia(text, from === 0 ? 1 : from, ',:[{');
  return text[at] === '}' || text[at] === ']' ? at + 1 : from;
}
/** The next character that is neither white space, comment nor one of `also`. */
function skipTrivia(text: string, from: number, also: string): number {
  let i = from;
  for (; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '#' && /\s/.test(text[i - 1] ?? '\n')) {
      while (i + 1 < text.length && text[i + 1] !== '\n' && text[i + 1] !== '\r') i++;
    } else if (c !== ' ' && c !== '\t' && c !== '\n' && c !== '\r' && !also.includes(c)) return i;
  }
  return i;
}
