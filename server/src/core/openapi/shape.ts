import type { Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Bundle } from './bundle.js';
import type { Frame, Remark } from './document.js';
import { follow, type References } from './references.js';
import { unfollowedRemarks } from './remarks.js';
import { asText, entriesOf, entryOf, valueOf, type KeyedEntry } from './values.js';
import { isCodeFile } from '../text/paths.js';

/** What a value must be; `any` is not looked at. */
type Shape = 'map' | 'list' | 'text' | 'schema' | 'any';
interface Plan {
  readonly is: Shape;
  /** By key; what is not named is `any`. */
  readonly keys?: Readonly<Record<string, Plan>>;
  /** Every entry whose key is not named. */
  readonly each?: Plan;
  /** Keys of `each`. */
  readonly only?: RegExp;
  /** Every item of a list. */
  readonly items?: Plan;
}

/** In code a later key replaces an earlier one on purpose. */
const MOST = 20;

const map: Plan = { is: 'map' };
const text: Plan = { is: 'text' };
const maps: Plan = { is: 'map', each: map };
const schemas: Plan = { is: 'map', each: { is: 'schema' } };
const security: Plan = { is: 'list', items: { is: 'map', each: { is: 'list' } } };
const servers: Plan = { is: 'list', items: { is: 'map', keys: { url: text, variables: maps } } };
const media: Plan = { is: 'map', each: { is: 'map', keys: { schema: { is: 'schema' } } } };
const parameters: Plan = { is: 'list', items: { is: 'map', keys: { name: text, in: text, schema: { is: 'schema' }, content: media } } };
const response: Plan = { is: 'map', keys: { content: media, headers: maps, links: maps } };
const operation: Plan = {
  is: 'map',
  keys: { security, servers, parameters, requestBody: { is: 'map', keys: { content: media } }, responses: { is: 'map', each: response, only: /^(default|[1-5][0-9Xx]{2})$/ }, callbacks: maps, tags: { is: 'list' } },
};
const METHODS = /^(get|put|post|delete|options|head|patch|trace|query)$/;
const item: Plan = { is: 'map', keys: { parameters, servers, additionalOperations: { is: 'map', each: operation } }, each: operation, only: METHODS };
const securitySchemes: Plan = { is: 'map', each: { is: 'map', keys: { type: text, scheme: text, in: text, flows: maps } } };
const documentPlan: Plan = {
  is: 'map',
  keys: {
    info: map, security, servers, tags: { is: 'list' }, securityDefinitions: securitySchemes, definitions: schemas, parameters: maps, schemes: { is: 'list' }, host: text, basePath: text,
    paths: { is: 'map', each: item, only: /^\// },
    webhooks: { is: 'map', each: item },
    responses: { is: 'map', each: response },
    components: {
      is: 'map',
      keys: { schemas, securitySchemes, responses: { is: 'map', each: response }, parameters: maps, examples: map, requestBodies: maps, headers: maps, links: maps, callbacks: maps, pathItems: { is: 'map', each: item } },
    },
  },
};

/** Parts of a document that are not what they must be, and keys that stand twice, each named once; where there are none, references that lead nowhere. What is right is read all the same. Each map and list is looked at once. */
export function misshapen(root: Value, { shapely }: Frame): readonly Remark[] {
  const found: Remark[] = [];
  const seen = new Set<unknown>();
  const references: References = new Map();
  const gone: Bundle['unfollowed'][number][] = [];
  const say = (at: At, message: string): void => {
    if (found.length < MOST) found.push({ at, message });
  };
  const look = (value: Value, plan: Plan, name: string): void => {
    if (plan.is === 'any' || found.length >= MOST) return;
    const target = value === root ? { value, known: true } : follow(root, value, references);
    const written = target.known ? undefined : asText(valueOf(target.value, '$ref'));
    // Round in a circle it leads somewhere; what stands in another file was said to be missing when that was read.
    if (written?.startsWith('#/') && !written.startsWith('#/\0') && references.has(written) && !references.get(written))
      gone.push({ why: 'gone', text: written, at: entryOf(target.value, '$ref')?.value.at ?? target.value.at });
    // What is not known was said to be so where it was read.
    if (!target.known || target.value.kind === 'unknown') return;
    if (!fits(target.value, plan.is)) {
      say(target.value.at, `'${name}' is ${kindOf(target.value)} where ${WANTED[plan.is]} belongs: this part is passed over.`);
      return;
    }
    if (target.value.kind === 'array') {
      if (seen.has(target.value.items)) return;
      seen.add(target.value.items);
      if (plan.items) for (const one of target.value.items) look(one.value, plan.items, name);
    }
    if (target.value.kind !== 'object' || seen.has(target.value.entries)) return;
    seen.add(target.value.entries);
    if (!isCodeFile(target.value.at.path)) twice(target.value);
    for (const entry of entriesOf(target.value)) {
      const next = planOf(entry, plan);
      if (!next || (next === item && shapely.has(entry))) continue;
      const before = found.length + gone.length;
      look(entry.value, next, entry.key);
      if (next === item && found.length + gone.length === before) shapely.add(entry);
    }
  };
  /** Of two equal keys the last one is read. */
  const twice = (value: Extract<Value, { readonly kind: 'object' }>): void => {
    const keys = new Set<string>();
    for (const { key, form, keyAt } of value.entries) {
      if (key === undefined || form !== 'pair') continue;
      if (keys.has(key)) say(keyAt, `The key '${key.slice(0, 100)}' stands here more than once: only the last one is read.`);
      keys.add(key);
    }
  };
  look(root, documentPlan, 'document');
  // What is passed over, or hidden, may have held what is referred to.
  return found.length > 0 || (root.kind === 'object' && root.open) ? found : unfollowedRemarks(gone);
}

function planOf({ key }: KeyedEntry, { keys, each, only }: Plan): Plan | undefined {
  if (keys && Object.hasOwn(keys, key)) return keys[key];
  return each && !key.startsWith('x-') && !key.startsWith('\0') && (only?.test(key) ?? true) ? each : undefined;
}
const WANTED: Readonly<Record<Shape, string>> = { map: 'a map', list: 'a list', text: 'a text', schema: 'a schema', any: 'anything' };
function fits(value: Value, shape: Shape): boolean {
  if (shape === 'map') return value.kind === 'object';
  if (shape === 'list') return value.kind === 'array';
  if (shape === 'schema') return value.kind === 'object' || (value.kind === 'literal' && typeof value.value === 'boolean');
  return shape === 'any' || (value.kind === 'literal' && typeof value.value === 'string');
}
function kindOf(value: Value): string {
  if (value.kind === 'object') return 'a map';
  if (value.kind === 'array') return 'a list';
  const scalar = value.kind === 'literal' ? value.value : undefined;
  if (scalar === null || scalar === undefined) return 'empty';
  return typeof scalar === 'string' ? 'a text' : typeof scalar === 'number' ? 'a number' : 'a truth value';
}
