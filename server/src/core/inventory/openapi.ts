import type { InventoryEntry } from '../engine-types.js';
import { yamlText, type Plain } from '../syntax/write/yaml.js';
import { gapLines, placeOf, visible, type Inventory, type InventoryForm } from './form.js';
import { meaningOf, piecesOf, type Parameter, type Piece } from './template.js';

type Json = { readonly [key: string]: Plain };

/** The methods a path item of OpenAPI 3.1 has a key for, in the order of its specification. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const SCHEME = 'bearerAuth';

/** An OpenAPI 3.1 document with a stub for every endpoint, as YAML. */
export const openapi: InventoryForm = {
  id: 'openapi',
  extension: 'yaml',
  render: (inventory) => yamlText(documentOf(inventory)),
};

interface Item {
  readonly template: string;
  readonly pieces: readonly Piece[];
  /** By the method as the inventory has it. */
  readonly byMethod: Map<string, InventoryEntry[]>;
}

function documentOf(inventory: Inventory): Json {
  const items = itemsOf(inventory.entries);
  const ids = createIds();
  const paths = items.map((item) => [item.template, pathItem(item, inventory, ids)] as const);
  const gaps = gapLines(inventory);
  const isGuarded = inventory.entries.some(({ authentication }) => authentication === 'guarded');
  const scheme = { type: 'http', scheme: 'bearer', description: 'A stub: replace it by how callers really authenticate.' };
  return {
    openapi: '3.1.0',
    info: { title: visible(inventory.title) || 'API', version: visible(inventory.version) || '0.0.0' },
    servers: [{ url: '/' }],
    ...(gaps.length === 0 ? {} : { 'x-unlatched-incomplete': gaps }),
    paths: Object.fromEntries(paths),
    ...(isGuarded ? { components: { securitySchemes: { [SCHEME]: scheme } } } : {}),
  };
}
/** Paths that differ only in names of parameters are one to OpenAPI: the first names them. */
function itemsOf(entries: readonly InventoryEntry[]): readonly Item[] {
  const items = new Map<string, Item>();
  for (const entry of entries) {
    const pieces = piecesOf(entry.path);
    const shape = pieces.map((piece) => (piece.kind === 'text' ? legal(piece.text) : '{}')).join('');
    const item = items.get(shape) ?? { template: pieces.map((piece) => (piece.kind === 'text' ? legal(piece.text) : `{${piece.name}}`)).join(''), pieces, byMethod: new Map() };
    items.set(shape, item);
    const same = item.byMethod.get(entry.method);
    if (same) same.push(entry);
    else item.byMethod.set(entry.method, [entry]);
  }
  return [...items.values()];
}
/** Text of a path without what would start a parameter, a query or a fragment, or could not be seen. */
function legal(text: string): string {
  return visible(text).replace(/[{}?#\s\ufffd]/g, (char) => encodeURIComponent(char));
}

function pathItem({ pieces, byMethod }: Item, inventory: Inventory, ids: Ids): Json {
  const parameters = pieces.flatMap((piece) => (piece.kind === 'text' ? [] : [parameterOf(piece)]));
  const all = byMethod.get('ALL') ?? [];
  const operations = METHODS.flatMap((method) => {
    const own = byMethod.get(method.toUpperCase()) ?? all;
    return own.length === 0 ? [] : [[method, operation(method, pieces, own, inventory, ids)] as const];
  });
  const others = [...byMethod].filter(([method]) => method !== 'ALL' && !METHODS.includes(method.toLowerCase()))
    .map(([method, own]): Json => ({ method: visible(method), ...sourcesOf(own, inventory), ...stateOf(own) }));
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...Object.fromEntries(operations),
    ...(others.length === 0 ? {} : { 'x-unlatched-methods': others }),
  };
}
function parameterOf(parameter: Parameter): Json {
  const meaning = meaningOf(parameter);
  return { name: parameter.name, in: 'path', required: true, ...(meaning === undefined ? {} : { description: meaning }), schema: { type: 'string' } };
}
function operation(method: string, pieces: readonly Piece[], own: readonly InventoryEntry[], inventory: Inventory, ids: Ids): Json {
  const tag = visible(/^\/([^/]+)/.exec(pieces[0]?.kind === 'text' ? pieces[0].text : '')?.[1] ?? '');
  const state = agreed(own, ({ authentication }) => authentication);
  const isRestricted = agreed(own, ({ authorization }) => authorization) === 'guarded';
  return {
    operationId: ids.of(method, pieces),
    summary: `${method.toUpperCase()} ${visible(own[0]?.path ?? '')}`,
    ...(tag === '' ? {} : { tags: [tag] }),
    ...(own[0]?.method === 'ALL' ? { 'x-unlatched-any-method': true } : {}),
    ...sourcesOf(own, inventory),
    ...stateOf(own),
    responses: {
      '200': { description: 'To be described.' },
      ...(state === 'guarded' ? { '401': { description: 'The caller is not known.' } } : {}),
      ...(isRestricted ? { '403': { description: 'The caller is not allowed to do this.' } } : {}),

    },
    ...(state === 'guarded' ? { security: [{ [SCHEME]: [] }] } : state === 'unguarded' ? { security: [] } : {}),
  };
}
function sourcesOf(own: readonly InventoryEntry[], inventory: Inventory): Json {
  const [first, ...more] = [...new Set(own.map(({ at }) => placeOf(at, inventory)))];
  return { ...(first === undefined ? {} : { 'x-unlatched-source': first }), ...(more.length === 0 ? {} : { 'x-unlatched-also': more }) };
}
/** What `security` cannot say: that nobody knows, or that the guard is a guess. */
function stateOf(own: readonly InventoryEntry[]): Json {
  const state = agreed(own, ({ authentication }) => authentication);
  if (state === 'unknown') return { 'x-unlatched-authentication': 'unknown' };
  return state === 'guarded' && own.some(({ likely }) => likely) ? { 'x-unlatched-authentication': 'likely' } : {};
}
/** What several routes on one path say alike; nobody can tell which of them answers otherwise. */
function agreed(own: readonly InventoryEntry[], read: (entry: InventoryEntry) => InventoryEntry['authentication']): InventoryEntry['authentication'] {
  const [state = 'unknown', ...others] = new Set(own.map(read));
  return others.length === 0 ? state : 'unknown';
}

/** Gives names that are readable, and unique in one document. */
interface Ids {
  of(method: string, pieces: readonly Piece[]): string;
}
function createIds(): Ids {
  const used = new Set<string>();
  const next = new Map<string, number>();
  return {
    of(method, pieces) {
      const base = method + pieces.map((piece) => (piece.kind === 'text' ? words(piece.text) : `By${words(piece.name)}`)).join('');
      let number = next.get(base) ?? 1;
      let id = number === 1 ? base : `${base}${number}`;
      while (used.has(id)) id = `${base}${++number}`;
      next.set(base, number + 1);
      used.add(id);
      return id;
    },
  };
}
function words(text: string): string {
  return text.split(/[^A-Za-z0-9]+/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}
