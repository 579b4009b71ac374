import type { Call } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { personName, tableName, type HeldKind } from './field-names.js';

/** A whole record read from a database, no field left out, that holds what not everybody may see. */
export interface RecordRead {
  /** As the code names it: `User`. */
  readonly model: string;
  readonly library: 'mongoose' | 'prisma' | 'sequelize' | 'other';
  /** The call that asks for it; undefined: the program keeps it itself. */
  readonly call: Call | undefined;
  readonly list: boolean;
  /** The field no client needs, where it is known. */
  readonly field?: string;
  /** It stands below another record: `include: { author: true }`. */
  readonly nested?: true;
  /** The query itself names the field. */
  readonly asked?: true;
  /** The schema is known, and holds such a field. */
  readonly proven: boolean;
  /** What the field is; undefined: a secret. */
  readonly kind?: HeldKind;
}
/** What the records of a table are known for. */
export interface Held {
  readonly kind: HeldKind;
  readonly field: string | undefined;
  /** Something in the project says so; else it is the record of a person whose fields nobody can tell. */
  readonly proven: boolean;
}
const KINDS = [['hides', 'secret'], ['keys', 'key'], ['private', 'personal']] as const;
/** The most telling names first. */
const TELLING = /^(hashed_?)?(password|passwd|pass|pwd|pin)_?(hash|digest)?$/i;

/** Something in the project says that the records of this table or model hold such a field, and nothing that it is left out of what is read. */
export function holdsHidden(name: string, context: RuleContext): boolean {
  const table = tableName(name);
  return table !== '' && context.projectUses(`hides ${table}`) && !context.projectUses(`trims ${table}`);
}
/** What the whole records of a table or model hold; of persons it is taken for granted unless the fields are known. */
export function heldBy(name: string, context: RuleContext): Held | undefined {
  const table = tableName(name);
  if (table === '') return undefined;
  for (const [mark, kind] of KINDS) {
    if (!context.projectUses(`${mark} ${table}`) || (kind === 'secret' && context.projectUses(`trims ${table}`))) continue;
    const fields = context.marksFrom(`${mark} ${table}.`);
    return { kind, field: fields.find((one) => TELLING.test(one)) ?? fields[0], proven: true };
  }
  return personName(name) && !context.projectUses(`trims ${table}`) && !context.projectUses(`knows ${table}`) ? { kind: 'secret', field: undefined, proven: false } : undefined;
}
/** A table or a model whose whole records are too much for an answer. */
export function isTelling(name: string, context: RuleContext): boolean {
  return heldBy(name, context) !== undefined;
}
/** What of a record read along is known: where a member of it leads to, by what the schemas say, or by its name. */
export function heldBeside(owner: string | undefined, member: string, context: RuleContext): (Held & { readonly name: string }) | undefined {
  const known = owner === undefined ? [] : linksOf(owner, member, context);
  for (const name of known) {
    const held = heldBy(name, context);
    if (held) return { ...held, name: member };
  }
  if (known.length > 0) return undefined;
  const held = heldBy(member, context);
  if (held) return { ...held, name: member };
  return MAKER.test(member) && !context.projectUses('knows user') ? { kind: 'secret', field: undefined, proven: false, name: member } : MAKER.test(member) && holdsHidden('user', context) ? { kind: 'secret', field: undefined, proven: true, name: member } : undefined;
}
/** Those who own or made a record are persons too. */
const MAKER = /^(author|owner|creator|seller|buyer|createdBy)s?$/i;

function linksOf(owner: string, member: string, context: RuleContext): readonly string[] {
  return context.marksFrom(`links ${tableName(owner)}.${member.toLowerCase()} `);
}
/** What records of a model are always read with. */
export function joinedTo(owner: string, context: RuleContext): (Held & { readonly name: string }) | undefined {
  for (const name of context.marksFrom(`joins ${tableName(owner)} `)) {
    const held = heldBy(name, context);
    if (held) return { ...held, name };
  }
  return undefined;
}
