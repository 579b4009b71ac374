import type { FunctionView } from '../../model/module.js';
import type { Call, Entry, ObjectValue, Ref, Value } from '../../model/value.js';
import { samePlace } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { fieldOfPerson, sensitiveField } from './field-names.js';
import { holdsHidden } from './held-records.js';

/** Records a program keeps in a list, a map or an object of its own, whole, with a field no client needs. */
export interface Kept {
  /** As the code names what they are kept in. */
  readonly name: string;
  readonly list: boolean;
  /** Undefined: only that there is one is known. */
  readonly field: string | undefined;
}
/** What records are kept in: the value it was made as, and the records seen to be put into it. */
interface Collection {
  readonly name: string;
  readonly made: Value;
  /** Its records are the members of the object itself. */
  readonly is: 'array' | 'map' | 'object';
}
const ONE = /^(find|findLast|get|at|pop|shift)$/;
const SEVERAL = /^(filter|slice|sort|toSorted|reverse|toReversed|concat|values)$/;
const PUTS = /^(push|unshift|set|add)$/;
const DEEPEST = 5;

/** What of kept records a value is; undefined: none that are seen to hold such a field. */
export function keptRecord(value: Value, fn: FunctionView, context: RuleContext): Kept | undefined {
  const found = partOf(value, context, 0);
  if (!found || (found.list && found.of.is === 'map' && found.whole)) return undefined;
  const field = fieldIn(found.of, fn, context);
  // What the program compares of them tells as well.
  return field === undefined && ((found.of.is === 'object' && found.whole) || !holdsHidden(found.of.name, context)) ? undefined : { name: found.of.name, list: found.list, field };
}

function partOf(value: Value, context: RuleContext, depth: number): { readonly of: Collection; readonly list: boolean; readonly whole: boolean } | undefined {
  if (depth > DEEPEST) return undefined;
  if (value.kind === 'ref') {
    if (value.path.at(-1) === undefined && value.path.length === 1) {
      const of = collectionOf({ ...value, path: [] }, context);
      return of && { of, list: false, whole: false };
    }
    const of = collectionOf(value, context);
    if (of) return { of, list: true, whole: true };
    const end = value.root.kind === 'local' && value.path.length === 0 ? context.resolve(value).value : value;
    return end === value || end.kind === 'ref' ? undefined : partOf(end, context, depth + 1);
  }
  if (value.kind === 'array') return value.items.length === 1 && value.items[0]?.spread === true ? partOf(value.items[0].value, context, depth + 1) : undefined;
  if (value.kind === 'logic') return partOf(value.left, context, depth + 1);
  if (value.kind !== 'call') return undefined;
  const first = value.args[0]?.value;
  if (/^(Array\.from|Object\.values)$/.test(value.callee) && value.args.length === 1 && first) return asList(partOf(first, context, depth + 1));
  const from = value.receiver && (ONE.test(value.name) || SEVERAL.test(value.name)) ? partOf(value.receiver, context, depth + 1) : undefined;
  if (!from?.list) return undefined;
  if (from.whole && (value.name === 'get') !== (from.of.is === 'map') && value.name !== 'values') return undefined;
  return { of: from.of, list: SEVERAL.test(value.name), whole: false };
}
function asList(found: ReturnType<typeof partOf>): ReturnType<typeof partOf> {
  return found?.list === true ? { ...found, whole: false } : undefined;
}
/** A list, a map or an object of the program itself that a name leads to. */
function collectionOf(ref: Ref, context: RuleContext): Collection | undefined {
  if (ref.root.kind !== 'local' && ref.root.kind !== 'import') return undefined;
  const { value: made, exact } = context.resolve(ref);
  const name = ref.path.at(-1) ?? ref.text.split(/[.[?!]/)[0] ?? ref.text;
  if (!exact) return undefined;
  if (made.kind === 'array') return { name, made, is: 'array' };
  if (made.kind === 'call' && made.form === 'new' && /^(Map|Set)$/.test(made.callee)) return { name, made, is: made.callee === 'Map' ? 'map' : 'array' };
  return made.kind === 'object' && made.entries.every((one) => one.value.kind === 'object') ? { name, made, is: 'object' } : undefined;
}

/** A field no client needs in one of the records: those it was made with, and those put into it later. */
function fieldIn({ made, is }: Collection, fn: FunctionView, context: RuleContext): string | undefined {
  const records = [...firstRecords(made), ...laterRecords(made, is, fn, context)];
  for (const record of records) {
    const object = objectOf(record, context);
    const field = object && sensitiveIn(object);
    if (field !== undefined) return field;
  }
  return undefined;
}
function firstRecords(made: Value): readonly Value[] {
  if (made.kind === 'array') return made.items.map((item) => item.value);
  if (made.kind === 'object') return made.entries.map((entry) => entry.value);
  const first = made.kind === 'call' ? made.args[0]?.value : undefined;
  return first?.kind === 'array' ? first.items.flatMap(({ value }) => (value.kind === 'array' ? value.items.slice(1).map((item) => item.value) : [value])) : [];
}
function laterRecords(made: Value, is: Collection['is'], fn: FunctionView, context: RuleContext): readonly Value[] {
  const isIt = (value: Value | undefined): boolean => value?.kind === 'ref' && samePlace(context.resolve(value).value.at, made.at);
  const files = new Set([made.at.path, fn.at.path]);
  return [...files].flatMap((path) => context.functions(path)).flatMap((one) => one.steps.flatMap((step) => {
    if (step.do === 'call') return PUTS.test(step.call.name) && isIt(step.call.receiver) ? lastOf(step.call) : [];
    return is === 'object' && step.do === 'assign' && step.target.path.length === 1 && step.target.path[0] === undefined && isIt({ ...step.target, path: [] }) ? [step.value] : [];
  }));
}
function lastOf({ args }: Call): readonly Value[] {
  const last = args.at(-1)?.value;
  return last ? [last] : [];
}
function objectOf(value: Value, context: RuleContext): ObjectValue | undefined {
  const end = context.resolve(value).value;
  return end.kind === 'object' ? end : undefined;
}
function sensitiveIn({ entries }: ObjectValue): string | undefined {
  const isPerson = entries.some((one) => one.key !== undefined && fieldOfPerson(one.key));
  return entries.find((one) => holds(one, isPerson))?.key;
}
function holds({ key, value, form }: Entry, isPerson: boolean): boolean {
  if (key === undefined || form === 'method' || value.kind === 'function' || (value.kind === 'literal' && typeof value.value !== 'string')) return false;
  const known = sensitiveField(key);
  return known === 'sure' || (known === 'likely' && isPerson);
}
