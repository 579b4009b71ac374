import type { Entry, Value } from '../model/value.js';
import type { Frame, OpenApiDocument, Operation, Placed, Pointer } from './document.js';
import { follow, type References } from './references.js';
import { asArray, asObject, asText, entriesOf, entryOf, extensionsOf, valueOf, type KeyedEntry } from './values.js';

type Version = OpenApiDocument['version'];
/** Callbacks inside callbacks. */
const NESTING = 3;
/** Operations of one document. */
const MOST = 50_000;

interface Reading {
  readonly root: Value;
  readonly version: Version;
  readonly security: Value | undefined;
  readonly seen: References;
  readonly frame: Frame;
  readonly found: Operation[];
  complete: boolean;
}

/** All operations of a document, of paths, webhooks and callbacks. `complete` false: a part of them is behind a reference or could not be read. */
export function readOperations(root: Value, version: Version, security: Value | undefined, frame: Frame): { readonly operations: readonly Operation[]; readonly complete: boolean } {
  const reading: Reading = { root, version, security, seen: new Map(), frame, found: [], complete: true };
  readItems(reading, entryOf(root, 'paths'), 'paths', ['paths'], 0);
  if (version === '3.1' || version === '3.2') readItems(reading, entryOf(root, 'webhooks'), 'webhooks', ['webhooks'], 0);
  return { operations: reading.found, complete: reading.complete };
}

function readItems(reading: Reading, holder: Entry | undefined, section: Operation['section'], at: Pointer, depth: number): void {
  if (!holder) return;
  const whole = follow(reading.root, holder.value, reading.seen);
  if (!whole.known || isHidden(whole.value)) reading.complete = false;
  for (const entry of entriesOf(whole.value)) {
    if (entry.key.startsWith('x-')) continue;
    if (section === 'paths' && !entry.key.startsWith('/')) continue;
    const pointer = [...(whole.pointer ?? at), entry.key];
    if (section === 'paths') readPath(reading, entry, pointer);
    else readItem(reading, entry, section, pointer, depth);
  }
}
/** One item of `paths`, or what was read of it when it stood in the revision before. */
function readPath(reading: Reading, entry: KeyedEntry, at: Pointer): void {
  const known = reading.frame.items.get(entry);
  if (known && reading.found.length + known.operations.length <= MOST) {
    reading.found.push(...known.operations);
    reading.complete &&= known.complete;
    return;
  }
  const { complete, found: { length } } = reading;
  reading.complete = true;
  readItem(reading, entry, 'paths', at, 0);
  if (reading.found.length < MOST) reading.frame.items.set(entry, { operations: reading.found.slice(length), complete: reading.complete });
  reading.complete &&= complete;
}

function readItem(reading: Reading, entry: KeyedEntry, section: Operation['section'], at: Pointer, depth: number): void {
  const own = asObject(entry.value);
  const target = follow(reading.root, entry.value, reading.seen);
  if (!target.known) reading.complete = false;
  if (isHidden(target.value)) reading.complete = false;
  // A path item may have operations beside its `$ref`.
  const sources = own && target.value !== own ? [{ item: own, pointer: at }, { item: target.value, pointer: target.pointer ?? at }] : [{ item: entry.value, pointer: at }];
  const seen = new Set<string>();
  for (const { item, pointer } of sources) {
    const shared = { entry, section, item, pointer, depth };
    for (const method of methodsOf(reading.version)) {
      const operation = entryOf(item, method);
      if (operation && !seen.has(method)) {
        seen.add(method);
        readOperation(reading, shared, operation, method, [...pointer, method]);
      }
    }
    if (reading.version !== '3.2') continue;
    for (const operation of entriesOf(valueOf(item, 'additionalOperations'))) readOperation(reading, shared, operation, operation.key, [...pointer, 'additionalOperations', operation.key]);
  }
}

function methodsOf(version: Version): readonly string[] {
  const base = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
  return version === '2.0' ? base : version === '3.2' ? [...base, 'trace', 'query'] : [...base, 'trace'];
}

interface Shared {
  readonly entry: KeyedEntry;
  readonly section: Operation['section'];
  readonly item: Value;
  readonly pointer: Pointer;
  readonly depth: number;
}

function readOperation(reading: Reading, shared: Shared, entry: Entry, key: string, pointer: Pointer): void {
  if (reading.found.length >= MOST) {
    reading.complete = false;
    return;
  }
  const body = follow(reading.root, entry.value, reading.seen);
  const own = entryOf(body.value, 'security');
  const responses = entryOf(body.value, 'responses');
  const whole = body.known && body.value.kind === 'object' && !body.value.open;
  const answers = responses && follow(reading.root, responses.value, reading.seen);
  const responsesKnown = !answers || (answers.known && !isHidden(answers.value));
  if (!body.known || isHidden(body.value)) reading.complete = false;
  reading.found.push({
    key,
    method: key.toUpperCase(),
    path: shared.entry.key,
    section: shared.section,
    at: body.value.at,
    methodAt: entry.keyAt,
    pathAt: shared.entry.keyAt,
    own: own?.value,
    ownAt: own?.keyAt,
    security: own ? own.value : reading.security,
    parameters: parameters(reading, [{ value: shared.item, pointer: shared.pointer }, { value: body.value, pointer: body.pointer ?? pointer }]),
    requestBody: optional(reading, valueOf(body.value, 'requestBody')),
    responses: new Map(entriesOf(answers?.value).filter((one) => !one.key.startsWith('x-')).map((one) => [one.key, follow(reading.root, one.value, reading.seen).value])),
    responsesAt: responses?.keyAt,
    extensions: new Map([...extensionsOf(shared.item), ...extensionsOf(body.value)]),
    complete: whole && responsesKnown,
    pointer: body.pointer ?? pointer,
  });
  if (shared.depth >= NESTING) return;
  for (const callback of entriesOf(valueOf(body.value, 'callbacks'))) readItems(reading, callback, 'callbacks', [...(body.pointer ?? pointer), 'callbacks', callback.key], shared.depth + 1);
}

/** Parameters of the path item, replaced by those of the operation with the same name and place. */
function parameters(reading: Reading, holders: readonly Placed[]): readonly Placed[] {
  const found = new Map<string, Placed>();
  for (const holder of holders) {
    for (const [index, item] of (asArray(valueOf(holder.value, 'parameters'))?.items ?? []).entries()) {
      const { value, pointer } = follow(reading.root, item.value, reading.seen);
      const name = asText(valueOf(value, 'name'));
      const key = name === undefined ? `#${found.size}` : `${asText(valueOf(value, 'in')) ?? ''} ${name}`;
      found.set(key, { value, pointer: pointer ?? [...holder.pointer, 'parameters', index] });
    }
  }
  return [...found.values()];
}
function optional(reading: Reading, value: Value | undefined): Value | undefined {
  return value && follow(reading.root, value, reading.seen).value;
}
/** Something may stand there that the reader did not see. */
function isHidden(value: Value): boolean {
  return value.kind === 'unknown' || ((value.kind === 'object' || value.kind === 'array') && value.open);
}
