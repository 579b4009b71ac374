import { heldFields, tableName } from '../rules/facts/field-names.js';
import { tableOfBusiness } from '../rules/facts/personal-names.js';

const NAME = '["`[]?(?:\\w{1,60}["`\\]]?\\.["`[]?)?';
const MADE = new RegExp(`\\b(create\\s{1,9}table\\s{1,9}(?:if\\s{1,9}not\\s{1,9}exists\\s{1,9})?|insert\\s{1,9}(?:or\\s{1,9}\\w{1,20}\\s{1,9})?into\\s{1,9})(${NAME}\\w{1,60})["\`\\]]?\\s{0,9}\\(`, 'gi');
const READ = new RegExp(`\\bselect\\s{1,9}([\\w\\s,."\`]{1,400})\\sfrom\\s{1,9}(${NAME}\\w{1,60})`, 'gi');
const CHANGED = new RegExp(`\\bupdate\\s{1,9}(${NAME}\\w{1,60})["\`\\]]?\\s{1,9}set\\s{1,9}([^;]{1,200})`, 'gi');
const ADDED = new RegExp(`\\balter\\s{1,9}table\\s{1,9}(${NAME}\\w{1,60})["\`\\]]?\\s{1,9}add\\s{1,9}(?:column\\s{1,9})?(?:if\\s{1,9}not\\s{1,9}exists\\s{1,9})?["\`[]?(\\w{1,60})`, 'gi');
const MODEL = /^\s{0,8}model\s{1,9}(\w{1,60})\s{0,9}\{([^}]{0,8000})\}/gm;
const FIELD = /^[ \t]{0,20}(\w{1,60})[ \t]{1,40}(\w{1,60})(\[\])?(.{0,200})$/gm;
const DECLARED = /\b(?:interface\s{1,9}(\w{1,60})\s{0,9}(?:extends[^{;]{1,120})?|type\s{1,9}(\w{1,60})\s{0,9}=\s{0,9})\{([^{}]{0,3000})\}/g;
const MEMBER = /(?:^|[;,\n])\s{0,40}(?:readonly\s{1,9})?(\w{1,60})\??\s{0,9}:\s{0,9}(string|Buffer|Uint8Array)\b/g;
const HOLDS = /\b(Map|Record|Array)\s{0,2}<|\[\]\s{0,9}=/;
const HOLDERS = /\b(?:const|let|private|readonly)\s{1,9}(\w{1,60})\s{0,9}(:\s{0,9}([^=\n]{1,300}))?=\s{0,9}(?:new\s{1,9}Map\s{0,9}<([^()]{1,400})>\s{0,9}\(|[[{])/g;
/** Lines of a list of columns that name none. */
const CONSTRAINT = /^(primary|foreign|unique|constraint|check|key|index|exclude)$/i;
/** Types of answers and of what a caller sends: no records. */
const HANDED = /(dto|request|req|body|input|payload|params|args|props|credentials?|form|response|options|config|settings|env)$/i;

/** What a list of fields of one table or model says: 'hides', 'keys' or 'private' with its name, and with each such field behind it. */
export function* marksOfFields(table: string, fields: readonly string[]): Iterable<string> {
  const name = tableName(table);
  if (name === '') return;
  const held = heldFields(fields);
  for (const [word, found] of [['hides', held.secret], ['keys', held.key], ['private', held.personal]] as const) {
    // What a company shows on its invoices is no secret of a person.
    if (word === 'private' && (tableOfBusiness(table) || fields.some((one) => /^(vat|company|legal)/i.test(one)))) continue;
    if (found.length > 0) yield `${word} ${name}`;
    for (const field of found) yield `${word} ${name}.${field}`;
  }
}
/** What statements of SQL in a text say: columns that are made, written or read; 'knows' where a table is made. */
export function* textMarks(text: string): Iterable<string> {
  for (const [table, columns] of statements(text)) yield* marksOfFields(table, columns);
  for (const match of text.matchAll(MADE)) if (/^create/i.test(match[1] ?? '')) yield `knows ${tableName(match[2] ?? '')}`;
}
/** A model of a schema of Prisma. `rest`: what stands behind the type of a field. */
interface PrismaModel {
  readonly name: string;
  readonly fields: readonly { readonly field: string; readonly type: string; readonly rest: string }[];
}
/** The models that a schema of Prisma declares. */
export function prismaModels(text: string): readonly PrismaModel[] {
  return [...text.matchAll(MODEL)].map(([, name = '', body = '']) => ({ name, fields: [...body.matchAll(FIELD)].map(([, field = '', type = '', , rest = '']) => ({ field, type, rest })) }));
}
/** The models of a schema of Prisma, and what their relations lead to. */
export function* prismaMarks(text: string): Iterable<string> {
  const models = prismaModels(text);
  const names = new Set(models.map((one) => one.name));
  for (const { name, fields } of models) {
    yield `knows ${tableName(name)}`;
    yield* marksOfFields(name, fields.flatMap(({ field, type, rest }) => (/^(String|Bytes|Decimal|Int|Float|BigInt)$/.test(type) && !/@(ignore|omit)\b/.test(rest) ? [field] : [])));
    for (const { field, type } of fields) if (names.has(type)) yield linkMark(name, field, type);
  }
}
/** 'links flat.landlord person': what a member of a record leads to. */
export function linkMark(owner: string, member: string, target: string): string {
  return `links ${tableName(owner)}.${member.toLowerCase()} ${tableName(target)}`;
}
/** Interfaces and object types that are called like records and hold such a field. */
export function* typeMarks(text: string): Iterable<string> {
  for (const [, first, second, body = ''] of text.matchAll(DECLARED)) {
    const name = (first ?? second ?? '').replace(/^I(?=[A-Z])|(Row|Record|Entity|Attributes|Doc|Document|Model|Schema|Type)$/g, '');
    if (!HANDED.test(name)) yield* marksOfFields(name, [...body.matchAll(MEMBER)].map((match) => match[1] ?? ''));
  }
}

/** Lists and maps that are declared to hold records: `const people = new Map<string, Person>()`, `const people: Person[] = []`. */
export function* heldMarks(text: string): Iterable<string> {
  if (!HOLDS.test(text)) return;
  const types = new Map([...text.matchAll(DECLARED)].map(([, first, second, body = '']) => [first ?? second ?? '', body]));
  for (const [, name = '', , annotated = '', made = ''] of text.matchAll(HOLDERS)) {
    const type = annotated || made;
    const inline = /\{([^{}]{0,3000})\}/.exec(type)?.[1];
    const body = inline ?? [...type.matchAll(/\w{1,60}/g)].map((match) => types.get(match[0])).find((one) => one !== undefined);
    if (body !== undefined) yield* marksOfFields(name, [...body.matchAll(MEMBER)].map((match) => match[1] ?? ''));
  }
}

/** The tables that statements of SQL in a text name, with the columns they name of each. */
export function* statements(text: string): Iterable<readonly [string, readonly string[]]> {
  for (const match of text.matchAll(MADE)) yield [match[2] ?? '', columnsIn(text.slice(match.index + match[0].length, match.index + match[0].length + 4000))];
  for (const match of text.matchAll(READ)) if (!/\bfrom\b/i.test(match[1] ?? '')) yield [match[2] ?? '', namesIn(match[1] ?? '')];
  for (const match of text.matchAll(CHANGED)) yield [match[1] ?? '', [...(match[2] ?? '').matchAll(/(\w{1,60})["`\]]?\s{0,4}=/g)].map((one) => one[1] ?? '')];
  for (const match of text.matchAll(ADDED)) yield [match[1] ?? '', [match[2] ?? '']];
}
/** The first name of each part up to the bracket that closes the list. */
function columnsIn(text: string): readonly string[] {
  let depth = 1;
  let end = 0;
  while (end < text.length && depth > 0) {
    const character = text[end];
    if (character === '(') depth++;
    else if (character === ')') depth--;
    end++;
  }
  return namesIn(text.slice(0, end)).filter((name) => !CONSTRAINT.test(name));
}
function namesIn(list: string): readonly string[] {
  return list.split(',').map((part) => /^[\s"`[]{0,40}(?:\w{1,60}["`\]]?\.["`[]?)?(\w{1,60})/.exec(part)?.[1] ?? '');
}
