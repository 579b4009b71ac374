import type { Scalar } from '../model/value.js';

const INTEGER = /^[-+]?[0-9]{1,400}$/;
const OCTAL = /^0o[0-7]{1,400}$/;
const HEX = /^0x[0-9a-fA-F]{1,400}$/;
const FLOAT = /^[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,10})?$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;
const SPECIAL = new Map<string, Scalar>([
  ['', null], ['~', null], ['null', null], ['Null', null], ['NULL', null],
  ['true', true], ['True', true], ['TRUE', true], ['false', false], ['False', false], ['FALSE', false],
]);

/** What a plain YAML scalar means under the core schema of YAML 1.2: null, a truth value, a number, else its text. */
export function resolvePlain(text: string): Scalar {
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!numeric) return SPECIAL.has(text) ? SPECIAL.get(text) : text;
  if (INTEGER.test(text) || OCTAL.test(text) || HEX.test(text) || FLOAT.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  return NOT_A_NUMBER.test(text) ? NaN : text;
}

/** The scalar an explicit tag asks for; `{ why }` where the tag is not of the core schema, since a loader decides what it makes of it. */
export function resolveTagged(text: string, tag: string, plain: boolean): { readonly value: Scalar } | { readonly why: string } {
  switch (tag) {
    case '': return { value: plain ? resolvePlain(text) : text };
    case '!': case '!!str': return { value: text };
    case '!!int': case '!!float': case '!!bool': case '!!null': return { value: resolvePlain(text) };
    default: return { why: `tag ${tag.slice(0, 60)}` };
  }
}

/** True for tags that change nothing on a mapping or a sequence. */
export function isPlainCollectionTag(tag: string): boolean {
  return tag === '' || tag === '!!map' || tag === '!!seq' || tag === '!';
}
