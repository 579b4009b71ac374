import type { FunctionView, Step } from '../../model/module.js';
import type { Entry, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { personName } from './field-names.js';
import { tableQueries } from './owned-tables.js';
import { statementText } from './record-texts.js';
import { requestReads } from './request-reads.js';
import { someIn } from './walk.js';

/** What says which rights somebody has. */
const POWER = /^(roles?|(is_?)?(admin|mod|moderator|staff|superuser|super_?admin)|permissions|privileges|access_?level|user_?type|account_?type)$/i;
const POWERFUL = /admin|mod(erator)?$|staff|super|owner|root|manager/i;
const STORES = /^(update\w*|set|assign|findByIdAndUpdate|findOneAndUpdate|save|upsert|merge|patch|replaceOne|put)$/i;
const SETS_POWER = /\bset\s[^;]{0,300}?["`[]?\b(?:is_?)?(?:admin|mod|moderator|staff|superuser|super_?admin)["`\]]?\s{0,5}=\s{0,5}(?:true|1\b)|\bset\s[^;]{0,300}?["`[]?\brole["`\]]?\s{0,5}=\s{0,5}'(?:admin|owner|moderator|staff|manager|root)/i;
/** Fields of a password, which only accounts have. */
const PASSWORD = /pass|pwd|(^|_)pin(_?hash)?$|^salt$/i;

/** A function gives rights to whoever it is told: as it is told (`update({ role: input.role })`), or always the same (`set is_admin = true where id = $1`). `isGiven`: the value comes from the caller. */
export function givesPower(body: FunctionView, isGiven: (value: Value, key: string) => boolean, context: RuleContext): boolean {
  return body.steps.some((step) => writesPower(step, isGiven, context));
}
function writesPower(step: Step, isGiven: (value: Value, key: string) => boolean, context: RuleContext): boolean {
  if (step.do === 'assign') {
    const key = step.target.path.at(-1) ?? '';
    return POWER.test(key) && step.target.root.kind === 'local' && isGiven(step.value, key);
  }
  if (step.do !== 'call') return false;
  const isPower = ({ key, value }: Entry): boolean => key !== undefined && POWER.test(key) && (isGiven(value, key) || isPowerful(key, value));
  if (STORES.test(step.call.name)) return someIn(step.call, (value) => value.kind === 'object' && value.entries.some(isPower));
  const first = step.call.args[0]?.value;
  const text = first && statementText(context.resolve(first).value);
  return text !== undefined && /^\s{0,50}update\b/i.test(text) && SETS_POWER.test(text) && /\bwhere\b/i.test(text);
}
/** `{ isAdmin: true }`, `{ role: 'admin' }` */
function isPowerful(key: string, value: Value): boolean {
  return value.kind === 'literal' && (/^is_?/i.test(key) ? value.value === true : typeof value.value === 'string' && /^roles?$/i.test(key) && POWERFUL.test(value.value));
}
/** The field of a body that is itself about rights: `req.body.role`. */
export function isGivenPower(value: Value, context: RuleContext): boolean {
  return requestReads(value, context).some(({ field }) => field.from === 'body' && POWER.test(field.key ?? ''));
}

/** The table of accounts of which a function removes rows it is told, by itself or through what it calls: of persons by its name, or with a password among its fields. */
export function removesAccounts(body: FunctionView, context: RuleContext): string | undefined {
  const inside = body.steps.flatMap((step) => {
    const called = step.do === 'call' && step.call.args.length > 0 ? context.called(step.call) : undefined;
    return called && called.id !== body.id && called.complete ? [called] : [];
  });
  for (const fn of [body, ...inside]) for (const { kind, table, owner, filters } of tableQueries(fn, context))
    if (kind === 'delete' && owner === undefined && filters.some(({ column }) => /^_?id$|_?id$|name|mail/i.test(column)) && isOfAccounts(table, context)) return table;
  return undefined;
}
/** Who signs in stands in it. */
export function isOfAccounts(table: string, context: RuleContext): boolean {
  return personName(table) || context.marksFrom(`hides ${table}.`).some((field) => PASSWORD.test(field));
}
