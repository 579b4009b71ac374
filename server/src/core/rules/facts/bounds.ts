import type { ObjectValue } from '../../model/value.js';
import type { OpenApiDocument } from '../../openapi/document.js';
import { partsOf } from '../../openapi/schemas.js';
import { typesOf } from '../../openapi/types.js';
import { asText, entryOf, valueOf } from '../../openapi/values.js';
import { snakeCase } from './names.js';

/** A bound that a value needs, so that no caller can send what is too much. */
export interface Missing {
  readonly key: 'maxLength' | 'maxItems' | 'maximum';
  readonly kind: 'text' | 'list' | 'number' | 'size' | 'file';
}
/** How much the caller makes the server do. */
const SIZE = /^(limit|size|page_?size|per_?page|count|top|take|first|max|rows|max_?(results|rows|items|records|entries)|(page|batch|chunk)_?(limit|length))$/i;
/** Numbers that tell one thing, place or time from others. */
const NAMES = new RegExp(
  '(^|_)(ids?|no|nr|num|number|code|offset|skip|page|cursor|start|from|to|before|after|since|until|index|seq|sequence|version|revision|year|month|day|hour|minute|second|date|time|timestamp|ts|at|on'
  + '|lat|latitude|lng|lon|longitude|[xyz]|line|column|row|order|position|rank|sort|priority|port)$',
);
/** Formats whose values have an end of their own. */
const BOUNDED = /^(date|date-time|time|duration|uuid|ipv4|ipv6|email|idn-email|hostname|int8|int16|int32|int64|uint8|uint16|uint32)$/;

/** The bound a schema lacks, references followed; undefined where it has one, needs none, or is not known as a whole. `name`: what its value is called. */
export function missingBound(document: OpenApiDocument, schema: ObjectValue, name: string): Missing | undefined {
  const parts = [...partsOf(document, schema)];
  const has = (key: string): boolean => parts.some((part) => entryOf(part, key));
  if (parts.some((part) => part.open) || has('enum') || has('const') || has('$ref')) return undefined;
  const textOf = (key: string): string | undefined => parts.map((part) => asText(valueOf(part, key))).find((one) => one !== undefined);
  const types = parts.flatMap((part) => typesOf(part));
  const format = textOf('format') ?? '';
  if (types.includes('string') || types.includes('file')) {
    if (has('maxLength') || BOUNDED.test(format)) return undefined;
    const isFile = types.includes('file') || /^(binary|byte)$/.test(format) || has('contentMediaType') || has('contentEncoding');
    if (isFile) return saysLimit(textOf('description')) ? undefined : { key: 'maxLength', kind: 'file' };
    return parts.some((part) => isFinitePattern(asText(valueOf(part, 'pattern')))) ? undefined : { key: 'maxLength', kind: 'text' };
  }
  if (types.includes('array')) return has('maxItems') ? undefined : { key: 'maxItems', kind: 'list' };
  const whole = types.includes('integer');
  if ((!whole && !types.includes('number')) || has('maximum') || has('exclusiveMaximum')) return undefined;
  if (SIZE.test(name)) return { key: 'maximum', kind: 'size' };
  return BOUNDED.test(format) || NAMES.test(snakeCase(name)) ? undefined : { key: 'maximum', kind: 'number' };
}
/** The size of a file stated in words, which is all that version 2 knows. */
function saysLimit(description: string | undefined): boolean {
  return description !== undefined && /\b\d{1,9}\s?(bytes|[kmg]i?b|kilobytes|megabytes|gigabytes)\b/i.test(description);
}
/** Anchored at both ends and without a repetition that has no end. */
function isFinitePattern(pattern: string | undefined): boolean {
  if (pattern === undefined || !pattern.startsWith('^') || !pattern.endsWith('$')) return false;
  const outside = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  return !/[*+]|\{\d*,\}/.test(outside);
}
