import { isKept, isOperationKept, type Filter } from '../api-map/filters.js';
import type { MapContent, MapItem } from './item.js';

/** What narrows the map. An endpoint must pass every filter that is on, and hold every word. */
export interface Question {
  readonly filters: readonly Filter[];
  readonly query: string;
}

/** Longer queries are cut. */
export const longestQuery = 200;

/** The words of a query, in lower case. */
export function wordsOf(query: string): readonly string[] {
  return query
    .slice(0, longestQuery)
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Whether anything is narrowed. */
export function isAsked(question: Question): boolean {
  return question.filters.length > 0 || wordsOf(question.query).length > 0;
}

/** The content that answers the question; the very content when nothing is asked. Folders without an answer are left out. */
export function answer(content: MapContent, question: Question): MapContent {
  if (!isAsked(question)) return content;
  const words = wordsOf(question.query);
  const on = new Set(question.filters);
  const items = content.items.filter((item) => isKept(item, on) && holds(textsOf(item), words));
  const unserved = content.unserved.filter((one) => isOperationKept(one, on) && holds([one.method, one.path], words));
  const kept = new Set([...items, ...unserved].map(({ folder }) => folder));
  return { ...content, folders: content.folders.filter(({ uri }) => kept.has(uri)), items, unserved };
}
function textsOf({ method, path, framework, findings, chain }: MapItem): readonly string[] {
  return [method, path, framework, ...findings, ...chain];
}
function holds(texts: readonly string[], words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = texts.join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The parts of a label that a query found, as half-open ranges in order that do not touch. */
export function found(label: string, words: readonly string[]): readonly (readonly [number, number])[] {
  const lower = label.toLowerCase();
  // A letter whose small form is longer would shift all that follows.
  if (lower.length !== label.length) return [];
  const ranges: [number, number][] = [];
  for (const word of words)
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) ranges.push([at, at + word.length]);
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const joined: [number, number][] = [];
  for (const [start, end] of ranges) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}
