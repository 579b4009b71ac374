import type { ObjectValue, Value } from '../../model/value.js';
import type { OpenApiDocument, Operation, Pointer } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { at, isMarked, led, requestSchemas, schemasBelow, type SchemaPlace } from '../../openapi/schemas.js';
import { asObject, asText, entriesOf, entryOf, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { missingBound, type Missing } from '../facts/bounds.js';
import { habitAt, HABIT, MOST_COMPLETED } from '../facts/habit.js';
import { listed } from '../facts/prose.js';
import { rule, type Change } from '../rule.js';

interface Bound extends Missing {
  readonly name: string;
  readonly pointer: Pointer;
  readonly at: At;
  /** What a list and its items have in common. */
  readonly owner: Value;
}
interface Evidence {
  readonly document: OpenApiDocument;
  readonly bounds: readonly Bound[];
}
const LIMITS: Readonly<Record<Bound['kind'], number>> = { text: 255, list: 100, number: 1_000_000, size: 100, file: 10_485_760 };
/** More places than this were left open on purpose, or never thought of: they are told by operation, and once where many operations have them. */
const SINGLE = 60;
/** A page size that so many operations take is one decision. */
const SAME = 10;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/unbounded-input',
    title: 'Input has no upper bound',
    owasp: ['API4:2019', 'API4:2023'],
    cwe: [770, 1284],
    severity: 'hint',
    confidence: 'medium',
    topics: ['openapi-data'],
    since: '0.1.0',
    whenNotToUse: 'Where a gateway limits the size of requests and the server the size of pages.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/'],
  },
  on: 'openapi',
  words: ['parameters', 'requestbody'],
  *detect(document) {
    const told = new Set<Value>();
    const found: { readonly operation: Operation; readonly bounds: readonly Bound[] }[] = [];
    for (const operation of document.operations) {
      if (operation.section !== 'paths') continue;
      const bounds = [...parameterBounds(document, operation, told), ...bodyBounds(document, operation, told)];
      if (bounds.length > 0) found.push({ operation, bounds });
    }
    const single = found.reduce((sum, { bounds }) => sum + bounds.length, 0) <= SINGLE;
    for (const [name, sizes] of sizesByName(found.flatMap(({ bounds }) => bounds))) {
      const groups = sizes.length > SAME ? [sizes] : sizes.map((one) => [one]);
      for (const group of groups) if (group[0]) yield { at: group[0].at, subject: groups.length === 1 && sizes.length > 1 ? name : `${name} ${group[0].pointer.join('/')}`, severity: 'info', evidence: { document, bounds: group } };
    }
    const open = found.map(({ operation, bounds }) => ({ operation, others: bounds.filter(({ kind }) => kind !== 'size') })).filter(({ others }) => others.length > 0);
    if (open.length > HABIT) {
      yield { at: habitAt(document), subject: 'paths', evidence: { document, bounds: open.flatMap(({ others }) => others) } };
      return;
    }
    for (const { operation, others } of open) {
      const name = `${operation.method} ${operation.path}`;
      for (const group of single ? byOwner(others) : [others]) {
        const [first] = group;
        if (first) yield { at: first.at, subject: single ? `${name} ${first.pointer.join('/')}` : name, evidence: { document, bounds: group } };
      }
    }
  },
  explain: ({ bounds }) => {
    const names = [...new Set(bounds.map((bound) => `'${bound.name}'`))];
    const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : listed(names);
    const limits = [...new Set(bounds.map((bound) => bound.key))];
    return {
      message: `${shown} ${names.length === 1 ? 'has' : 'have'} no upper bound, so ${harmOf(bounds)}. Add ${listed(limits)}.`,
      why: 'What the document does not limit is not limited by servers and gateways made from it: one caller can take the memory or the database time of all others.',
      remedy: 'Give texts and files a length, lists a number of items, amounts and page sizes a maximum.',
    };
  },
  *fix({ evidence: { document, bounds } }) {
    if (bounds.length > MOST_COMPLETED) {
      yield { refused: `${bounds.length} places lack it: that is more than one edit should change.` };
      return;
    }
    const changes: readonly Change[] = bounds.map(({ pointer, key, kind }) => ({ do: 'set', path: document.path, key: [...pointer, key], value: LIMITS[kind] }));
    yield { title: `Add ${listed([...new Set(bounds.map(({ key, kind }) => `${key}: ${LIMITS[kind]}`))])}`, safety: 'review', changes };
  },
  examples: [
    {
      title: 'the caller chooses the size of a page',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              parameters:
                - { name: limit, in: query, schema: { type: integer } }
        #                 ^^^^^ openapi/unbounded-input "'limit' has no upper bound"
              responses: { default: { description: any } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              parameters:
                - { name: limit, in: query, schema: { type: integer, maximum: 100 } }
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'a list of texts',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /labels:
            put:
              requestBody:
                content:
                  application/json:
                    schema: { type: array, items: { type: string } }
        #           ^^^^^^ openapi/unbounded-input "Add maxItems and maxLength"
              responses: { default: { description: any } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /labels:
            put:
              requestBody:
                content:
                  application/json:
                    schema: { type: array, items: { type: string, maxLength: 255 }, maxItems: 100 }
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'properties of a shared schema, in version 2',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/users": { "post": {
            "parameters": [{ "name": "user", "in": "body", "schema": { "$ref": "#/definitions/User" } }, { "name": "q", "in": "query", "type": "string" }],
                                                                                                                   ^^^ openapi/unbounded-input "'q' has no upper bound"
            "responses": { "default": { "description": "any" } }
          } } },
          "definitions": { "User": { "type": "object", "properties": { "name": { "type": "string" } } } }
                                                                       ^^^^^^ openapi/unbounded-input "'name' has no upper bound"
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/users": { "post": {
            "parameters": [{ "name": "user", "in": "body", "schema": { "$ref": "#/definitions/User" } }, { "name": "q", "in": "query", "type": "string", "maxLength": 255 }],
            "responses": { "default": { "description": "any" } }
          } } },
          "definitions": { "User": { "type": "object", "properties": { "name": { "type": "string" } } } }
        }
      `,
    },
    {
      title: 'amounts, and files of any size',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /parcels:
            post:
              requestBody:
                content:
                  multipart/form-data:
                    schema:
                      type: object
                      properties:
                        weight: { type: number, minimum: 0 }
        #               ^^^^^^ openapi/unbounded-input "'weight' has no upper bound, so callers can send any amount"
                        label: { type: string, format: binary }
        #               ^^^^^ openapi/unbounded-input "one upload can fill the memory or the disk"
              responses: { default: { description: any } }
          /scans:
            put:
              requestBody:
                content:
                  image/tiff: {}
        #         ^^^^^^^^^^ openapi/unbounded-input "'the body' has no upper bound"
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'a file of version 2',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/claims": { "post": {
            "parameters": [{ "in": "formData", "name": "photo", "type": "file" }],
                                                       ^^^^^^^ openapi/unbounded-input "'photo' has no upper bound"
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/claims": { "post": {
            "parameters": [{ "in": "formData", "name": "photo", "type": "file", "maxLength": 10485760 }],
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
    },
    {
      title: 'numbers that name things, and files whose size is stated',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /claims/{no}:
            put:
              parameters:
                - { name: no, in: path, required: true, type: integer }
                - { name: page, in: query, type: integer }
                - { name: photo, in: formData, type: file, description: 'JPEG of at most 5 MB' }
                - { name: sum, in: formData, type: number, maximum: 20000 }
                - { name: policyId, in: formData, type: integer }
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'bounds, formats and choices',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders/{id}:
            put:
              parameters:
                - { name: id, in: path, required: true, schema: { type: string, format: uuid } }
                - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100 } }
                - { name: offset, in: query, schema: { type: integer } }
                - { name: sort, in: query, schema: { type: string, enum: [asc, desc] } }
                - { name: code, in: query, schema: { type: string, pattern: '^[a-z]{2,8}$' } }
                - { name: X-Trace, in: header, schema: { type: string } }
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        note: { type: string, maxLength: 80 }
                        id: { type: string, readOnly: true }
                        tags: { type: array, maxItems: 5, items: { $ref: '#/components/schemas/Tag' } }
              responses:
                '200': { description: ok, content: { application/json: { schema: { type: string } } } }
        components: { schemas: { Tag: { allOf: [{ type: string }, { maxLength: 20 }] } } }
      `,
    },
    {
      title: 'a page size of a search, and an amount of that name in what is stored',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /keys/{id}:
            put:
              requestBody: { content: { application/json: { schema: { type: object, properties: { daily: { type: object, properties: { limit: { type: number } } } } } } } }
        #                                                                                                                              ^^^^^ openapi/unbounded-input "'limit' has no upper bound, so callers can send any amount"
              responses: { default: { description: any } }
          /keys/search:
            post:
              requestBody: { content: { application/json: { schema: { type: object, properties: { limit: { type: integer } } } } } }
        #                                                                                         ^^^^^ openapi/unbounded-input "arbitrarily large"
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'bounds of version 2, and answers',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /orders:
            get:
              parameters:
                - { name: q, in: query, type: string, maxLength: 80 }
                - { name: size, in: query, type: integer, maximum: 50 }
              responses: { '200': { description: ok, schema: { type: array, items: { type: string } } } }
      `,
    },
  ],
});

function harmOf(bounds: readonly Bound[]): string {
  const kinds = new Set(bounds.map(({ kind }) => kind));
  const [only] = kinds.size === 1 ? kinds : [];
  if (only === 'file') return 'one upload can fill the memory or the disk';
  return only === 'number' ? 'callers can send any amount' : 'one request can be arbitrarily large';
}
function sizesByName(bounds: readonly Bound[]): ReadonlyMap<string, readonly Bound[]> {
  const found = new Map<string, Bound[]>();
  for (const bound of bounds) {
    if (bound.kind !== 'size') continue;
    const group = found.get(bound.name);
    if (group) group.push(bound);
    else found.set(bound.name, [bound]);
  }
  return found;
}
function byOwner(bounds: readonly Bound[]): readonly (readonly Bound[])[] {
  const groups = new Map<Value, Bound[]>();
  for (const bound of bounds) {
    const group = groups.get(bound.owner);
    if (group) group.push(bound);
    else groups.set(bound.owner, [bound]);
  }
  return [...groups.values()];
}

function* parameterBounds(document: OpenApiDocument, operation: Operation, told: Set<Value>): Iterable<Bound> {
  for (const { value, object, bound } of parametersOf(operation, document)) {
    if (told.has(value)) continue;
    told.add(value);
    if (told.has(object) && object !== value) continue;
    told.add(object);
    if (bound) yield bound;
  }
}
interface Parameter {
  readonly value: Value;
  /** Its schema. */
  readonly object: ObjectValue;
  readonly bound: Bound | undefined;
}
const parametersOf = ofOperation((operation, document) => operation.parameters.flatMap(({ value, pointer }): readonly Parameter[] => {
  const place = asText(valueOf(value, 'in'));
  const name = entryOf(value, 'name');
  const text = asText(name?.value);
  if (!name || text === undefined || (place !== 'query' && place !== 'path' && place !== 'formData')) return [];
  const own = valueOf(value, 'schema');
  const schema = own ? led(document, { value: own, pointer: [...pointer, 'schema'] }) : { value, pointer };
  const object = asObject(schema.value);
  if (!object) return [];
  const missing = missingBound(document, object, text);
  // A number in a path names a thing.
  const bound = missing && !(missing.kind === 'number' && place === 'path') ? { name: text, ...missing, pointer: schema.pointer, at: name.value.at, owner: object } : undefined;
  return [{ value, object, bound }];
}));
function* bodyBounds(document: OpenApiDocument, operation: Operation, told: Set<Value>): Iterable<Bound> {
  yield* bareFiles(document, operation, told);
  for (const root of requestSchemas(document, operation)) {
    for (const place of schemasBelow(document, [root], told)) {
      // The members of a composition bound each other.
      if (place.as === 'member' || isMarked(place, 'readOnly')) continue;
      const { parent, schema } = place;
      const items = place.as === 'items' && parent ? parent : undefined;
      const name = place.property?.key ?? (items ? `${items.property?.key ?? 'the list'}[]` : 'the body');
      const missing = ofPages(missingBound(document, schema, name), place);
      const at = place.property?.keyAt ?? (items && entryOf(items.schema, 'items')?.keyAt) ?? schemaKeyAt(document, root.operation, schema);
      if (missing) yield { name, ...missing, pointer: place.pointer, at, owner: items ? items.schema : schema };
    }
  }
}
/** In a body, a number is a page size only beside the other terms of a search: elsewhere it is an amount. */
function ofPages(missing: Missing | undefined, { root, parent, property }: SchemaPlace): Missing | undefined {
  if (missing?.kind !== 'size') return missing;
  const isTerm = /^(limit|page_?size|per_?page|max_?(results|items|records))$/i.test(property?.key ?? '') && root.operation.method === 'POST';
  const isBeside = parent?.as === 'root' || /^(options|page|paging|pagination)$/i.test(parent?.property?.key ?? '');
  return isTerm && isBeside ? missing : { ...missing, kind: 'number' };
}
const FILES = /^(image|video|audio|font)\/|^application\/(octet-stream|pdf|zip|gzip|x-(gzip|tar|zip-compressed|7z-compressed)|msword)$/i;
/** A file as the whole body, of which the document says no more than its type. */
function* bareFiles(document: OpenApiDocument, operation: Operation, told: Set<Value>): Iterable<Bound> {
  if (!operation.requestBody) return;
  const pointer = [...operation.pointer, 'requestBody'];
  const body = led(document, { value: at(document, pointer) ?? operation.requestBody, pointer });
  for (const media of entriesOf(valueOf(body.value, 'content'))) {
    const schema = entryOf(media.value, 'schema');
    const isBare = asObject(media.value)?.open === false && (!schema || (asObject(schema.value)?.entries.length === 0));
    if (!isBare || !FILES.test(media.key) || told.has(media.value)) continue;
    told.add(media.value);
    yield { name: 'the body', key: 'maxLength', kind: 'file', pointer: [...body.pointer, 'content', media.key, 'schema'], at: media.keyAt, owner: media.value };
  }
}
/** The `schema` key of the body, else the schema itself. */
function schemaKeyAt(document: OpenApiDocument, operation: Operation, schema: ObjectValue): At {
  const media = entriesOf(valueOf(operation.requestBody, 'content')).flatMap((one) => entryOf(one.value, 'schema') ?? []);
  const own = media.find((entry) => entry.value === schema) ?? media[0];
  if (own) return own.keyAt;
  return document.version === '2.0' ? operation.methodAt : schema.at;
}
