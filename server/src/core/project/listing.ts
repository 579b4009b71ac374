import { basesOf, ownBases } from '../openapi/bases.js';
import type { OpenApiDocument, Operation } from '../openapi/document.js';
import { ofOperation, ofPath } from '../openapi/kept.js';
import { follow } from '../openapi/references.js';
import { pathEntries } from '../openapi/urls.js';
import { entryOf, valueOf } from '../openapi/values.js';
import type { PathPattern } from './project.js';

/** An operation with the paths it may be served below. */
export interface Listed {
  readonly operation: Operation;
  readonly document: OpenApiDocument;
  /** In lower case; '' is the top. */
  readonly bases: readonly string[];
  /** Its own servers are others than those of the document. */
  readonly elsewhere: boolean;
}
/** One path of a document. */
export interface ListedPath {
  /** As it is written. */
  readonly key: string;
  readonly shape: string;
  /** Which methods it has cannot be told. */
  readonly hidden: boolean;
  readonly listed: readonly Listed[];
}
/** A document, ready to be compared with paths of code. */
export interface Listing {
  readonly document: OpenApiDocument;
  /** By shape. */
  readonly paths: ReadonlyMap<string, ListedPath>;
  /** Whatever may stand before its paths, the longest first, and at last nothing. */
  readonly bases: readonly string[];
  /** Every path it has can be seen. */
  readonly whole: boolean;
}
/** What of a path of code goes (`from`) and what comes before it (`add`) so that it is spelled as the document does. */
export interface Spelling {
  readonly from: string;
  readonly add: string;
  /** Neither the document nor the code says so: most of their paths are alike this way. */
  readonly learned?: true;
}

/** Reads a document to its paths. */
export function listingOf(document: OpenApiDocument): Listing {
  const root = basesOf(document.servers);
  const own = ownBases(document);
  const hosts = new Set(root.map((base) => base.host));
  const common = distinct(['', ...root.map((base) => base.path.toLowerCase())]);
  const all = new Set(common);
  const paths = new Map<string, { key: string; shape: string; hidden: boolean; listed: Listed[] }>();
  const pathOf = (key: string, shape: string): { key: string; shape: string; hidden: boolean; listed: Listed[] } => {
    const known = paths.get(shape) ?? { key, shape, hidden: false, listed: [] };
    paths.set(shape, known);
    return known;
  };
  for (const operation of document.operations) {
    if (operation.section !== 'paths') continue;
    const ownServers = own?.operations.get(`${operation.key.toLowerCase()} ${operation.path}`) ?? own?.items.get(operation.path);
    const bases = ownServers ? distinct(['', ...ownServers.map((base) => base.path.toLowerCase())]) : common;
    for (const base of ownServers ? bases : []) all.add(base);
    const elsewhere = ownServers?.some((base) => base.host !== undefined && !hosts.has(base.host)) === true;
    pathOf(operation.path, operationShape(operation, document)).listed.push({ operation, document, bases, elsewhere });
  }
  const holder = entryOf(document.root, 'paths');
  const whole = holder === undefined ? undefined : follow(document.root, holder.value);
  for (const one of pathEntries(document)) {
    const { key, value } = one.entry;
    if (!key.startsWith('/')) continue;
    const path = pathOf(key, pathShape(one, document));
    if (path.listed.length > 0) continue;
    const item = follow(document.root, value);
    path.hidden = !item.known || item.value.kind !== 'object' || item.value.open || valueOf(item.value, '$ref') !== undefined;
  }
  const isSeen = document.root.kind === 'object' && !document.root.open && (whole === undefined || (whole.known && whole.value.kind === 'object' && !whole.value.open));
  return { document, paths, bases: [...all].sort((a, b) => b.length - a.length), whole: isSeen };
}
const operationShape = ofOperation(({ path }) => shapeOf(path));
const pathShape = ofPath(({ entry }) => shapeOf(entry.key));
function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** A path of a document as code's paths are compared: parameters without their names, `{*}` for the rest. */
export function shapeOf(path: string): string {
  const segments = path.replace(/[?#].*$/, '').split('/').filter((segment) => segment !== '').slice(0, 100);
  return `/${segments.map((segment) => (/^(\{[^{}]{0,200}[+*]\}|\*{1,2})$/.test(segment) ? '{*}' : segment.replace(/\{[^{}]{0,200}\}/g, '{}').toLowerCase())).join('/')}`;
}

/** The path in the document's spelling; undefined where it does not begin as it would have to. */
export function spelled(shape: string, { from, add }: Spelling): string | undefined {
  if (from !== '' && shape !== from && !shape.startsWith(`${from}/`)) return undefined;
  const whole = `${add}${shape.slice(from.length)}`.replace(/\/+$/, '');
  return whole === '' ? '/' : whole;
}
/** Spellings by which a document says its paths are served. */
export function declared(listing: Listing): readonly Spelling[] {
  return listing.bases.map((from) => ({ from, add: '' }));
}

/** The path of a document that is the same as one of code in one of these spellings. */
export function pathIn(listing: Listing, shape: string, spellings: readonly Spelling[]): { readonly path: ListedPath; readonly spelling: Spelling } | undefined {
  for (const spelling of spellings) {
    const key = spelled(shape, spelling);
    const path = key === undefined ? undefined : listing.paths.get(key);
    if (path && (spelling.learned || path.listed.length === 0 || path.listed.some((one) => one.bases.includes(spelling.from)))) return { path, spelling };
  }
  return undefined;
}

/** Pieces of a path of code: text in lower case, `{}` and the like for parameters, `*` for the rest, `?` for what nobody knows. */
export function piecesOf(path: PathPattern): readonly string[] {
  return path.segments.map((one) => (one.kind === 'rest' ? '*' : one.kind === 'unknown' ? '?' : one.text.replace(/\{[^{}]*\}/g, '{}').toLowerCase()));
}
/** Whether the code of such a path may answer requests to a path of the document. */
export function meets(code: readonly string[], shape: string): boolean {
  const wanted = shape.split('/').filter((one) => one !== '');
  let reached = new Set([0]);
  for (const piece of code) {
    const next = new Set<number>();
    for (const index of reached) {
      if (piece === '*' || piece === '?') for (let i = index; i <= wanted.length; i++) next.add(i);
      else if (index < wanted.length && (piece.includes('{}') || piece === wanted[index] || wanted[index] === '{*}')) next.add(index + 1);
      // What the document calls the rest may be several pieces of code.
      if (index > 0 && wanted[index - 1] === '{*}') next.add(index);
    }
    reached = next;
    if (reached.size === 0) return false;
  }
  return reached.has(wanted.length);
}
/** The pieces of a path of code in the document's spelling; undefined where it does not begin as it would have to. */
export function spelledPieces(pieces: readonly string[], { from, add }: Spelling): readonly string[] | undefined {
  const gone = from.split('/').filter((one) => one !== '');
  // What nobody knows may be all that stands before the paths of the document.
  if (pieces[0] !== '?' && !gone.every((one, index) => pieces[index] === one)) return undefined;
  return [...add.split('/').filter((one) => one !== ''), ...(pieces[0] === '?' ? pieces : pieces.slice(gone.length))];
}
