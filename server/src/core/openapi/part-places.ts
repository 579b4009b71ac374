import type { Change, Fix } from '../findings/changes.js';
import { isCodeFile } from '../text/paths.js';
import { folderOf, type FilePath } from '../text/source.js';
import type { OpenApiDocument, Pointer } from './document.js';
import { targetOf } from './outer.js';
import { follow, lookUp } from './references.js';
import { asArray, entryOf, valueOf } from './values.js';
import type { Value } from '../model/value.js';

/** Where a key path of a document stands: its file, and the key path in that. */
export interface PartPlace {
  readonly path: FilePath;
  readonly key: Pointer;
}
/** What holds named things: a new one belongs to where the list is written, not beside the reference to it. */
const LISTS: ReadonlySet<string | number> = new Set(['paths', 'responses', 'schemas', 'securitySchemes', 'securityDefinitions', 'definitions', 'parameters', 'content']);

/** Follows a key path of a document to the file it leads into. */
export function placeOf(document: OpenApiDocument, key: Pointer): PartPlace {
  let current: Value | undefined = document.root;
  let pointer: (string | number)[] = [];
  for (const [index, part] of key.entries()) {
    const isLast = index === key.length - 1;
    if (current && !child(current, part) && entryOf(current, '$ref') && (!isLast || LISTS.has(key[index - 1] ?? ''))) {
      const target = follow(document.root, current);
      if (target.known && target.pointer) {
        current = target.value;
        pointer = [...target.pointer];
      }
    }
    pointer.push(part);
    current = current && child(current, part);
  }
  const [first, ...rest] = pointer;
  const [, file, number] = typeof first === 'string' && first.startsWith('\0') ? first.split('\0') : [];
  const path = [document.path, ...document.parts].find((one) => one === file);
  if (path === undefined) return { path: document.path, key: pointer };
  // In code: which of its comments.
  return { path, key: number === undefined ? rest : [Number(number), ...rest] };
}
function child(value: Value, part: string | number): Value | undefined {
  return typeof part === 'number' ? asArray(value)?.items[part]?.value : valueOf(value, part);
}

/** A fix of a document as one of its files: each change is made where its text stands. Comments and what they are put together with are one document: references in them stay. */
export function placedFix(fix: Fix, document: OpenApiDocument): Fix | { readonly refused: string } {
  const changes: Change[] = [];
  for (const change of fix.changes) {
    if ((change.do !== 'set' && change.do !== 'unset' && change.do !== 'append') || change.path !== document.path) {
      changes.push(change);
      continue;
    }
    const { path, key } = placeOf(document, change.key);
    if (key.length === (typeof key[0] === 'number' ? 1 : 0)) return { refused: `The change would take all that ${path} holds: remove the reference to it and the file.` };
    changes.push(change.do === 'unset' ? { ...change, path, key } : { ...change, path, key, value: path === document.path || isCodeFile(document.path) ? change.value : moved(change.value, path, document) });
  }
  return { ...fix, changes };
}

/** A new value with its references as they are written in another file. */
function moved(value: unknown, path: FilePath, document: OpenApiDocument): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => moved(item, path, document));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]: [string, unknown]) => {
    const isReference = key === '$ref' && typeof inner === 'string' && targetOf(inner, path).to === 'here';
    return [key, isReference ? referenceFrom(path, inner, document) : moved(inner, path, document)];
  }));
}
/** The text by which a file refers to a part of the document. */
function referenceFrom(path: FilePath, reference: string, document: OpenApiDocument): string {
  const place = placeOf(document, lookUp(document.root, reference)?.pointer ?? []);
  const [target, pointer] = place.key.length > 0 && place.path !== document.path ? [place.path, `#/${place.key.map(escaped).join('/')}`] : [document.path, reference];
  return target === path ? pointer : way(path, target) + pointer;
}
function escaped(part: string | number): string {
  return String(part).replaceAll('~', '~0').replaceAll('/', '~1');
}
/** The way from one file to another, as references write it. */
function way(from: FilePath, to: FilePath): string {
  const [here, there] = [folderOf(from).split('/').filter(Boolean), to.split('/')];
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared++;
  const up = '../'.repeat(here.length - shared);
  return `${up === '' ? './' : up}${there.slice(shared).join('/')}`;
}
