import type { MapContent, MapFolder, MapItem, MapOperation, Place } from './item.js';

/** From the page to the extension. */
export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'open'; readonly place: Place }
  | { readonly type: 'export' }
  | { readonly type: 'svg'; readonly text: string };
/** From the extension to the page. */
export type ToPage =
  { readonly type: 'content'; readonly content: MapContent } | { readonly type: 'stopped' } | { readonly type: 'wantSvg' };

/** Pictures of more characters are refused. */
export const largestSvg = 30_000_000;

type Fields = Readonly<Record<string, unknown>>;

/** What the page sent, or undefined: a page may be made to say anything. */
export function fromPage(message: unknown): FromPage | undefined {
  if (!isFields(message)) return undefined;
  switch (message['type']) {
    case 'ready':
    case 'export':
      return { type: message['type'] };
    case 'open': {
      const place = placeFrom(message['place']);
      return place && { type: 'open', place };
    }
    case 'svg': {
      const text = message['text'];
      return typeof text === 'string' && isPlainSvg(text) ? { type: 'svg', text } : undefined;
    }
    default:
      return undefined;
  }
}
/** What the extension sent, or undefined. An item that is not whole is left out rather than drawn wrong. */
export function toPage(message: unknown): ToPage | undefined {
  if (!isFields(message)) return undefined;
  switch (message['type']) {
    case 'stopped':
    case 'wantSvg':
      return { type: message['type'] };
    case 'content': {
      const content = contentFrom(message['content']);
      return content && { type: 'content', content };
    }
    default:
      return undefined;
  }
}

/** Every place of the content: what the page may ask to be opened. */
export function placesOf({ items, unserved }: MapContent): ReadonlySet<string> {
  return new Set([...items, ...unserved].map(({ place }) => keyOf(place)));
}
/** One text for one place. */
export function keyOf({ uri, line, character }: Place): string {
  return `${line}:${character}:${uri}`;
}

/** A picture and nothing else: only tags and attributes that the map writes, so no script, no handler, nothing from elsewhere. */
function isPlainSvg(text: string): boolean {
  if (text.length > largestSvg || !text.startsWith('<svg ') || !text.endsWith('</svg>\n')) return false;
  return (text.match(/<[^>]*>?/g) ?? []).every((each) => tag.test(each) && !each.includes('url('));
}
const names = 'svg|title|rect|path|g|text';
const attributes =
  'xmlns|width|height|viewBox|role|aria-label|font-family|font-size|font-weight|x|y|dy|d|fill|transform|stroke(?:-(?:opacity|width|dasharray))?';
const tag = new RegExp(`^<(?:/(?:${names})|(?:${names})(?: (?:${attributes})="[^"<>]*")*/?)>$`);

function contentFrom(value: unknown): MapContent | undefined {
  if (!isFields(value)) return undefined;
  const { folders, items, unserved, gaps } = value;
  if (!Array.isArray(folders) || !Array.isArray(items) || !Array.isArray(unserved) || !isCount(gaps)) return undefined;
  return { folders: folders.flatMap(folderFrom), items: items.flatMap(itemFrom), unserved: unserved.flatMap(operationFrom), gaps };
}
function folderFrom(value: unknown): readonly MapFolder[] {
  if (!isFields(value)) return [];
  const { uri, name } = value;
  return typeof uri === 'string' && typeof name === 'string' ? [{ uri, name }] : [];
}
function itemFrom(value: unknown): readonly MapItem[] {
  if (!isFields(value)) return [];
  const { id, folder, method, path, framework, admin, complete, public: isPublic } = value;
  const place = placeFrom(value['place']);
  const authentication = oneOf(['guarded', 'unguarded', 'unknown'] as const, value['authentication']);
  const documented = oneOf(['yes', 'no', 'unknown'] as const, value['documented']);
  const [findings, chain] = [textsFrom(value['findings']), textsFrom(value['chain'])];
  if (typeof id !== 'string' || typeof folder !== 'string' || typeof method !== 'string' || typeof path !== 'string') return [];
  if (typeof framework !== 'string' || typeof admin !== 'boolean' || typeof complete !== 'boolean' || typeof isPublic !== 'boolean')
    return [];
  if (!place || !authentication || !documented || !findings || !chain) return [];
  return [{ id, folder, method, path, framework, admin, complete, public: isPublic, place, authentication, documented, findings, chain }];
}
function operationFrom(value: unknown): readonly MapOperation[] {
  if (!isFields(value)) return [];
  const { id, folder, method, path, admin } = value;
  const place = placeFrom(value['place']);
  if (typeof id !== 'string' || typeof folder !== 'string' || typeof method !== 'string' || typeof path !== 'string') return [];
  return place && typeof admin === 'boolean' ? [{ id, folder, method, path, admin, place }] : [];
}
function placeFrom(value: unknown): Place | undefined {
  if (!isFields(value)) return undefined;
  const { uri, line, character } = value;
  return typeof uri === 'string' && isCount(line) && isCount(character) ? { uri, line, character } : undefined;
}
function oneOf<T>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}
function textsFrom(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((each: unknown): each is string => typeof each === 'string');
  return texts.length === value.length ? texts : undefined;
}
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
