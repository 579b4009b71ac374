import type { ObjectValue } from '../model/value.js';
import { asArray, asText, valueOf } from './values.js';

/** The types a schema names itself, one or a list. */
export function typesOf(schema: ObjectValue): readonly string[] {
  const type = valueOf(schema, 'type');
  const one = asText(type);
  return one === undefined ? (asArray(type)?.items ?? []).flatMap((item) => asText(item.value) ?? []) : [one];
}
