import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { heldFields } from './field-names.js';

const TABLE = '["`[]?(?:\\w{1,60}["`\\]]?\\.)?["`[]?(\\w{1,60})["`\\]]?';
const ALIAS = '(?:\\s{1,9}(?:as\\s{1,9})?(?!(?:where|join|left|right|inner|outer|full|cross|natural|on|using|order|group|limit|offset|union|having|returning|set|for|fetch|and)\\b)(\\w{1,60}))?';
const SELECT = /\bselect\s{1,9}(?:distinct\s{1,9}|sql_calc_found_rows\s{1,9})?/i;
const TABLES = new RegExp(`(?:\\bfrom|\\bjoin|^|,)\\s{1,9}(?:lateral\\s{1,9})?${TABLE}${ALIAS}`, 'gi');
const CHANGED = new RegExp(`\\b(?:insert\\s{1,9}into|update|delete\\s{1,9}from)\\s{1,9}${TABLE}`, 'i');
const GIVES = /\breturning\s{1,9}/i;
/** Where the tables of a statement end. */
const END = /\b(?:where|order\s{1,9}by|group\s{1,9}by|limit|having|union|fetch|returning)\b/i;
const WHOLE_ROW = /^(?:row_to_json|to_jsonb?|json_agg|jsonb_agg|array_agg)\s{0,3}\(\s{0,3}(?:to_jsonb?\s{0,3}\(\s{0,3})?(\w{1,60})(?:\.\*)?\s{0,3}\)/i;
const ASKS = /^(query|execute|raw|all|get|any|one|oneOrNone|many|manyOrNone|\$queryRaw|\$queryRawUnsafe|unsafe)$/;
const SQL = /^(sql|query|queryRaw|\$queryRaw|executeRaw|\$executeRaw|pg|db|raw|any|one|many|maybeOne|exec|execute|unsafe|all|get)$/;
const STATEMENT = /^\s{0,99}(select|insert|update|delete|with)\s/i;
/** What is given a statement to say it, not to run it. */
const SPEAKS = /^(console|log|logger|debug|t|i18n)\b|(^|\.)(prepare|log|debug|info|warn|error|trace|format|escape|push|add|set)$/;
const LONGEST = 4000;

/** What a statement of SQL gives whole records of. `proven`: it names such a column itself. */
export interface Stated {
  readonly model: string;
  readonly call: Call;
  readonly list: boolean;
  readonly proven: boolean;
  /** The column it names. */
  readonly field?: string;
}
/** The records a statement of SQL gives: all columns of a table that is known for what it holds, also of one that is joined, or such a column by its name. */
export function ofStatement(call: Call, isTable: (name: string) => boolean, context: RuleContext): Stated | undefined {
  const text = statementOf(call, context);
  const found = text === undefined ? undefined : givenBy(text.slice(0, LONGEST), isTable);
  return found && { ...found, call, list: !/^(get|one|oneOrNone)$/.test(call.name), proven: found.field !== undefined };
}
/** The table, or the column of one, that a statement gives although nobody needs it. */
export function givenBy(text: string, isTable: (name: string) => boolean): { readonly model: string; readonly field?: string } | undefined {
  const returning = GIVES.exec(text);
  const changed = CHANGED.exec(text)?.[1];
  if (returning && changed !== undefined) return chosenIn(text.slice(returning.index + returning[0].length), [[changed, undefined]], isTable);
  const select = SELECT.exec(text);
  if (!select || changed !== undefined) return undefined;
  const rest = text.slice(select.index + select[0].length);
  const { list, after } = listOf(rest);
  if (after === undefined) return undefined;
  const end = END.exec(after);
  const tables = [...after.slice(0, end?.index ?? after.length).matchAll(TABLES)].flatMap(([, table, alias]) => (table === undefined || /^select$/i.test(table) ? [] : [[table, alias] as const]));
  return chosenIn(list, tables, isTable);
}
function chosenIn(list: string, tables: readonly (readonly [string, string | undefined])[], isTable: (name: string) => boolean): { readonly model: string; readonly field?: string } | undefined {
  const [main] = tables;
  if (!main) return undefined;
  const columns: string[] = [];
  for (const part of partsOf(list)) {
    const star = /^(?:(\w{1,60})\.)?\*$/.exec(part.replace(/["`[\]]/g, ''));
    const row = WHOLE_ROW.exec(part);
    if (!star && !row) {
      columns.push(columnOf(part), ...sourceOf(part));
      continue;
    }
    const of = star ? star[1] : row?.[1];
    const whole = tables.filter(([table, alias]) => of === undefined || same(alias ?? table, of)).find(([table]) => isTable(table));
    if (whole) return { model: whole[0] };
  }
  const [field] = heldFields(columns).secret;
  return field === undefined ? undefined : { model: main[0], field };
}
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
/** What stands before the `from` of the same depth, and what stands behind it. */
function listOf(text: string): { readonly list: string; readonly after: string | undefined } {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 0 && (character === 'f' || character === 'F') && /^from\s/i.test(text.slice(index, index + 5)) && /[\s*)"`\]]/.test(text[index - 1] ?? ' ')) return { list: text.slice(0, index), after: text.slice(index) };
    if (depth < 0) break;
  }
  return { list: text, after: undefined };
}
function partsOf(list: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= list.length; index++) {
    const character = list[index];
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (index === list.length || (character === ',' && depth === 0)) {
      found.push(list.slice(start, index).trim().replace(/;$/, ''));
      start = index + 1;
    }
  }
  return found;
}
/** The name a column has in the answer: `u.password_hash`, `pin_hash AS hash`. */
function columnOf(part: string): string {
  return /(\w{1,60})["`\]]?\s{0,9}$/.exec(part)?.[1] ?? '';
}
/** The column an alias stands for: `booking_pin AS "bookingPin"`. */
function sourceOf(part: string): readonly string[] {
  const name = /^(?:\w{1,60}\.)?["`]?(\w{1,60})["`]?\s{1,9}as\s/i.exec(part)?.[1];
  return name === undefined ? [] : [name];
}
/** What stands between the marks of a tagged template. */
function taggedText({ at }: Call, context: RuleContext): string {
  const text = context.textOf(at);
  return text.slice(text.indexOf('`') + 1, -1).replace(/\$\{[^{}]{0,400}\}/g, ' ? ');
}
/** The statement of a tag that runs or makes one, as of `sql`DELETE FROM carts WHERE id = ${id}``, with a mark where a value comes in; undefined for other calls. */
export function taggedStatement(call: Call, context: RuleContext): string | undefined {
  return call.form === 'tagged' && SQL.test(call.name) ? taggedText(call, context) : undefined;
}
/** `query('SELECT ...')`, `sql`SELECT ...``, `db.prepare('SELECT ...').all()`, also of a statement that was prepared before. */
function statementOf(call: Call, context: RuleContext): string | undefined {
  const isRun = /^(all|get|iterate)$/.test(call.name);
  const receiver = isRun && call.receiver?.kind === 'ref' ? context.resolve(call.receiver).value : call.receiver;
  const prepared = isRun && receiver?.kind === 'call' && receiver.name === 'prepare' ? receiver : undefined;
  if (call.form === 'tagged') return taggedStatement(call, context);
  const [asked] = prepared ? prepared.args : call.args;
  const text = asked && textOf(asked.value, context);
  // Functions of the project that run a statement are called as they like.
  return prepared || ASKS.test(call.name) || (call.form === 'call' && STATEMENT.test(text ?? '') && !SPEAKS.test(call.callee)) ? text : undefined;
}
function textOf(value: Value, context: RuleContext): string | undefined {
  const end = context.resolve(value).value;
  if (end.kind === 'call' && end.form === 'tagged') return taggedText(end, context);
  const constant = context.constant(end)?.value;
  // mysql2 and node-postgres also take `{ text }`, `{ sql }`.
  const told = end.kind === 'object' ? ['text', 'sql'].map((key) => context.option(end, key)).find((one) => one.kind === 'value') : undefined;
  return statementText(end) ?? (typeof constant === 'string' ? constant : told?.kind === 'value' ? statementText(context.resolve(told.value).value) : undefined);
}
/** A statement as it is written, with a mark where a value comes in. */
export function statementText(value: Value): string | undefined {
  if (value.kind === 'template') return value.parts.map((part) => (typeof part === 'string' ? part : ' ? ')).join('');
  return value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}
