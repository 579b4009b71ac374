import type { ObjectValue, Value } from '../model/value.js';
import type { OpenApiDocument, Operation, Placed, Pointer } from './document.js';
import { ofOperation } from './kept.js';
import { follow, type References } from './references.js';
import { asArray, asObject, asText, entriesOf, isTrue, valueOf, type KeyedEntry } from './values.js';

/** A schema that a request or a response is described by. */
export interface SchemaRoot extends Placed {
  readonly operation: Operation;
  /** `application/json`; undefined in version 2. */
  readonly media: string | undefined;
  /** The status key of a response. */
  readonly status: string | undefined;
}
/** A schema reached from a root. */
export interface SchemaPlace {
  readonly root: SchemaRoot;
  /** References followed. */
  readonly schema: ObjectValue;
  readonly pointer: Pointer;
  readonly as: 'root' | 'property' | 'items' | 'member' | 'map';
  /** The property it describes. */
  readonly property: KeyedEntry | undefined;
  /** The schema whose property, item or member it is. */
  readonly parent: SchemaPlace | undefined;
}
/** Schemas of one walk. */
const MOST = 100_000;

/** The schemas of what an operation takes as its body. */
export function requestSchemas(document: OpenApiDocument, operation: Operation): readonly SchemaRoot[] {
  return takenBy(operation, document);
}
const takenBy = ofOperation((operation, document): readonly SchemaRoot[] => {
  if (document.version === '2.0') {
    return operation.parameters
      .filter(({ value }) => asText(valueOf(value, 'in')) === 'body')
      .flatMap((parameter) => rootsIn(document, operation, parameter, undefined));
  }
  const body = operation.requestBody && led(document, { value: at(document, [...operation.pointer, 'requestBody']) ?? operation.requestBody, pointer: [...operation.pointer, 'requestBody'] });
  return body ? rootsIn(document, operation, body, undefined) : [];
});

/** The responses of an operation by status, references followed. */
export function responsesOf(document: OpenApiDocument, operation: Operation): readonly Response[] {
  return answersOf(operation, document);
}
/** A response and its status. */
export type Response = Placed & { readonly entry: KeyedEntry };
const answersOf = ofOperation((operation, document): readonly Response[] => {
  const own = [...operation.pointer, 'responses'];
  const { value, pointer } = led(document, { value: at(document, own) ?? document.root, pointer: own });
  if (value === document.root) return [];
  return entriesOf(value).filter((entry) => !entry.key.startsWith('x-')).map((entry) => ({ entry, ...led(document, { value: entry.value, pointer: [...pointer, entry.key] }) }));
});

/** The schemas of the responses whose status key is asked for. */
export function responseSchemas(document: OpenApiDocument, operation: Operation, wanted: (status: string) => boolean): readonly SchemaRoot[] {
  return responsesOf(document, operation).filter(({ entry }) => wanted(entry.key)).flatMap((response) => rootsIn(document, operation, response, response.entry.key));
}

function rootsIn(document: OpenApiDocument, operation: Operation, holder: Placed, status: string | undefined): readonly SchemaRoot[] {
  const own = valueOf(holder.value, 'schema');
  if (document.version === '2.0') return own ? [{ operation, media: undefined, status, ...led(document, { value: own, pointer: [...holder.pointer, 'schema'] }) }] : [];
  return entriesOf(valueOf(holder.value, 'content')).flatMap((media) => {
    const schema = valueOf(media.value, 'schema');
    return schema ? [{ operation, media: media.key, status, ...led(document, { value: schema, pointer: [...holder.pointer, 'content', media.key, 'schema'] }) }] : [];
  });
}

/** Every schema below the roots that is not in `seen`, each once however often it is referred to; circles end. `not` is left out: it describes what may not be there. */
export function* schemasBelow(document: OpenApiDocument, roots: Iterable<SchemaRoot>, seen = new Set<Value>()): Iterable<SchemaPlace> {
  const references: References = new Map();
  let count = 0;
  for (const root of roots) {
    const waiting: SchemaPlace[] = [];
    const add = (value: Value, pointer: Pointer, rest: Pick<SchemaPlace, 'as' | 'property' | 'parent'>): void => {
      const target = follow(document.root, value, references);
      const schema = asObject(target.value);
      if (!schema || !target.known || seen.has(schema)) return;
      seen.add(schema);
      waiting.push({ root, schema, pointer: target.pointer ?? pointer, ...rest });
    };
    add(root.value, root.pointer, { as: 'root', property: undefined, parent: undefined });
    for (let place = waiting.pop(); place; place = waiting.pop()) {
      if (count++ >= MOST) return;
      yield place;
      for (const child of childrenOf(place.schema).toReversed()) add(child.value, [...place.pointer, ...child.pointer], { as: child.as, property: child.property, parent: place });
    }
  }
}

interface Child extends Placed {
  /** Below the schema it stands in. */
  readonly pointer: Pointer;
  readonly as: SchemaPlace['as'];
  readonly property: KeyedEntry | undefined;
}
/** The schemas that stand in a schema itself, found once: most stay from revision to revision. */
function childrenOf(schema: ObjectValue): readonly Child[] {
  const held = known.get(schema) ?? [...children(schema)];
  known.set(schema, held);
  return held;
}
const known = new WeakMap<ObjectValue, readonly Child[]>();
function* children(schema: ObjectValue): Iterable<Child> {
  for (const entry of entriesOf(schema)) {
    const below = [entry.key];
    const one = (as: SchemaPlace['as']): Child => ({ value: entry.value, pointer: below, as, property: undefined });
    switch (entry.key) {
      case 'properties':
        for (const property of entriesOf(entry.value)) yield { value: property.value, pointer: [...below, property.key], as: 'property', property };
        break;
      case 'patternProperties':
        for (const pattern of entriesOf(entry.value)) yield { value: pattern.value, pointer: [...below, pattern.key], as: 'map', property: undefined };
        break;
      case 'allOf':
      case 'anyOf':
      case 'oneOf':
      case 'prefixItems':
        for (const [index, item] of (asArray(entry.value)?.items ?? []).entries())
          yield { value: item.value, pointer: [...below, index], as: entry.key === 'prefixItems' ? 'items' : 'member', property: undefined };
        break;
      case 'items':
        yield one('items');
        break;
      case 'additionalProperties':
      case 'unevaluatedProperties':
        yield one('map');
        break;
      case 'if':
      case 'then':
      case 'else':
        yield one('member');
        break;
    }
  }
}

/** A schema and the members it is put together from, however deep; references followed, each once. */
export function* partsOf(document: OpenApiDocument, schema: ObjectValue): Iterable<ObjectValue> {
  const seen = new Set<ObjectValue>([schema]);
  for (const part of seen) {
    yield part;
    for (const key of ['allOf', 'anyOf', 'oneOf']) {
      for (const item of asArray(valueOf(part, key))?.items ?? []) {
        const member = asObject(follow(document.root, item.value).value);
        if (member) seen.add(member);
      }
    }
  }
}

/** Whether a property says `readOnly` or `writeOnly`, beside its reference, in its schema, or in a part of that. */
export function isMarked(place: SchemaPlace, mark: 'readOnly' | 'writeOnly'): boolean {
  if (isTrue(valueOf(place.property?.value, mark)) || isTrue(valueOf(place.schema, mark))) return true;
  return (asArray(valueOf(place.schema, 'allOf'))?.items ?? []).some((item) => isTrue(valueOf(item.value, mark)));
}

/** Whether a property or one it stands in is marked. */
export function standsUnder(place: SchemaPlace, mark: 'readOnly' | 'writeOnly'): boolean {
  for (let one: SchemaPlace | undefined = place; one; one = one.parent) if (isMarked(one, mark)) return true;
  return false;
}

/** The value at a key path, references on the way not followed. */
export function at(document: OpenApiDocument, pointer: Pointer): Value | undefined {
  let current: Value | undefined = document.root;
  for (const key of pointer) current = typeof key === 'number' ? asArray(current)?.items[key]?.value : valueOf(current, key);
  return current;
}
/** Follows the references of a value. */
export function led(document: OpenApiDocument, placed: Placed): Placed {
  const target = follow(document.root, placed.value);
  return { value: target.value, pointer: target.pointer ?? placed.pointer };
}
