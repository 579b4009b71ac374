import type { Change } from '../findings/changes.js';
import type { Value } from '../model/value.js';
import { usualScheme } from './changes.js';
import type { OpenApiDocument, Operation } from './document.js';
import { follow } from './references.js';
import { documentsFailures } from './refusals.js';
import { at } from './schemas.js';
import { readRequirement } from './security.js';
import { usualResponse } from './usual.js';
import { asArray, asText, entriesOf, entryOf, plain, valueAt, valueOf } from './values.js';
import { isRecord } from '../syntax/data.js';

/** What is known of an endpoint that a document does not have. */
export interface Wanted {
  readonly method: string;
  /** The path as the document writes it. */
  readonly key: string;
  /** Whether callers are checked before it; undefined: nobody can tell. */
  readonly guarded: boolean | undefined;
  /** Some of those who are known are refused. */
  readonly restricted: boolean;
  readonly status: string;
  /** Keys of what it answers; undefined: not known. */
  readonly answers: readonly string[] | undefined;
}
type Json = { readonly [key: string]: unknown };
const METHODS = /^(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE)$/;
/** Operations looked at for how the document writes its own. */
const MOST_READ = 300;
const MOST_OF = 0.5;
/** A response that is longer is not repeated. */
const LONGEST_COPY = 40;

/** The change that adds an operation to a document, written as its others are; undefined where the document has no place for it. */
export function addedOperation(document: OpenApiDocument, wanted: Wanted): Change | undefined {
  const item = valueAt(document.root, 'paths', wanted.key);
  if (!METHODS.test(wanted.method) || valueOf(document.root, 'paths')?.kind !== 'object') return undefined;
  if (item !== undefined && (item.kind !== 'object' || item.open || entryOf(item, '$ref'))) return undefined;
  return { do: 'set', path: document.path, key: ['paths', wanted.key, wanted.method.toLowerCase()], value: stubOf(document, wanted, item) };
}
function stubOf(document: OpenApiDocument, wanted: Wanted, item: Value | undefined): Json {
  const others = document.operations.filter((operation) => operation.section === 'paths').slice(0, MOST_READ);
  const shows = (key: string): boolean => others.filter((one) => entryOf(at(document, one.pointer), key)).length > MOST_OF * others.length;
  const tags = shows('tags') ? tagsOf(document, wanted.key, others) : undefined;
  const parameters = parametersOf(document, wanted.key, others, item);
  const security = securityOf(document, wanted);
  return {
    ...(tags === undefined ? {} : { tags }),
    ...(shows('summary') ? { summary: `${wanted.method} ${wanted.key}` } : {}),
    ...(shows('operationId') ? { operationId: idOf(wanted, others, document) } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(security === undefined ? {} : { security }),
    responses: responsesOf(document, wanted, others),
  };
}

/** The tags of the operation whose path is most alike. */
function tagsOf(document: OpenApiDocument, key: string, others: readonly Operation[]): unknown {
  const own = key.split('/');
  let best: { readonly shared: number; readonly tags: Value } | undefined;
  for (const operation of others) {
    const theirs = operation.path.split('/');
    const differs = own.findIndex((one, index) => one !== theirs[index]);
    const shared = differs < 0 ? own.length : differs;
    const tags = valueOf(at(document, operation.pointer), 'tags');
    if (tags && shared > 1 && shared > (best?.shared ?? 0)) best = { shared, tags };
  }
  return best && plain(best.tags)?.data;
}
/** `getOrdersById`, unless the document has it. */
function idOf({ method, key }: Wanted, others: readonly Operation[], document: OpenApiDocument): string {
  const words = key.split(/[^A-Za-z0-9]+/).filter((one) => one !== '').map((one) => one.slice(0, 1).toUpperCase() + one.slice(1));
  const used = new Set(others.map((one) => asText(valueOf(at(document, one.pointer), 'operationId'))));
  const base = method.toLowerCase() + words.join('');
  let id = base;
  for (let next = 2; used.has(id); next++) id = `${base}${next}`;
  return id;
}

/** The parameters of the path, each as the document has it elsewhere; those the path item states are left out. */
function parametersOf(document: OpenApiDocument, key: string, others: readonly Operation[], item: Value | undefined): readonly unknown[] {
  const stated = new Set(rawParameters(document, item).map(({ name }) => name));
  const names = [...new Set([...key.matchAll(/\{([^{}]{1,100})\}/g)].map((match) => match[1] ?? ''))];
  const known = new Map<string, unknown>();
  for (const operation of others) {
    for (const { name, raw } of rawParameters(document, at(document, operation.pointer))) {
      if (known.has(name) || !names.includes(name)) continue;
      const copy = plain(raw, { left: LONGEST_COPY });
      if (copy) known.set(name, bounded(copy.data));
    }
  }
  return names.filter((name) => !stated.has(name)).map((name) => known.get(name) ?? parameterNamed(name, document));
}
function rawParameters(document: OpenApiDocument, holder: Value | undefined): readonly { readonly name: string; readonly raw: Value }[] {
  return (asArray(valueOf(holder, 'parameters'))?.items ?? []).flatMap(({ value }) => {
    const parameter = follow(document.root, value).value;
    const name = asText(valueOf(parameter, 'name'));
    return name !== undefined && asText(valueOf(parameter, 'in')) === 'path' ? [{ name, raw: value }] : [];
  });
}
function parameterNamed(name: string, document: OpenApiDocument): Json {
  const type = { type: 'string', maxLength: 255 };
  return document.version === '2.0' ? { name, in: 'path', required: true, ...type } : { name, in: 'path', required: true, schema: type };
}
/** A text that the document does not bound elsewhere gets an end in the copy. */
function bounded(data: unknown): unknown {
  if (!isRecord(data) || '$ref' in data) return data;
  const schema = isRecord(data['schema']) ? data['schema'] : data;
  const isText = schema['type'] === 'string' && !['maxLength', 'enum', 'const', 'format', 'pattern', '$ref'].some((key) => key in schema);
  if (!isText) return data;
  return schema === data ? { ...data, maxLength: 255 } : { ...data, schema: { ...schema, maxLength: 255 } };
}

/** What callers must bring: nothing to be said where the document says it for all. */
function securityOf(document: OpenApiDocument, { guarded }: Wanted): unknown {
  const root = document.security === undefined ? 'absent' : readRequirement(document.security).kind;
  if (guarded === undefined || guarded === (root === 'required')) return undefined;
  if (!guarded) return root === 'absent' ? undefined : [];
  const scheme = usualScheme(document);
  return scheme === undefined ? undefined : [{ [scheme]: [] }];
}

function responsesOf(document: OpenApiDocument, wanted: Wanted, others: readonly Operation[]): Json {
  // A document that says nothing of failures anywhere is told so once; one operation that does would make it many.
  const failures = others.length === 0 || others.some(documentsFailures) ? ['default'] : [];
  const refusals = [...(wanted.guarded === true ? ['401'] : []), ...(wanted.guarded === true && (wanted.restricted || failures.length === 0) ? ['403'] : []), ...(wanted.key.includes('{') ? ['404'] : [])];
  const names: Readonly<Record<string, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', default: 'Error' };
  return {
    [wanted.status]: success(document, wanted),
    ...Object.fromEntries([...refusals, ...failures].map((status) => [status, written(document, status, others) ?? usualResponse(document, names[status] ?? 'Error')])),
  };
}
function success(document: OpenApiDocument, { status, answers }: Wanted): Json {
  if (status === '204') return { description: 'No content' };
  const schema = { type: 'object', additionalProperties: false, properties: Object.fromEntries((answers ?? []).map((name) => [name, {}])) };
  const description = status === '201' ? 'Created' : 'OK';
  return document.version === '2.0' ? { description, schema } : { description, content: { 'application/json': { schema } } };
}
/** The response that most other operations have for a status. */
function written(document: OpenApiDocument, status: string, others: readonly Operation[]): unknown {
  const counts = new Map<string, { count: number; readonly data: unknown }>();
  for (const operation of others) {
    const entry = entriesOf(at(document, [...operation.pointer, 'responses'])).find((one) => one.key === status);
    const copy = entry && plain(entry.value, { left: LONGEST_COPY });
    if (!copy) continue;
    const key = JSON.stringify(copy.data);
    const known = counts.get(key) ?? { count: 0, data: copy.data };
    known.count++;
    counts.set(key, known);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.data;
}
