import { parseTOML, type AST } from 'toml-eslint-parser';
import type { Entry, Item, Value } from '../model/value.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { Parsed } from './parsed.js';
import { readNotes } from './yaml-notes.js';
import type { Documents } from './yaml-documents.js';

/** A table while it is filled. */
interface Table {
  readonly entries: Entry[];
  readonly tables: Map<string, Table | Table[]>;
  readonly at: At;
}
type Mark = (span: Span) => At;

/** Reads a TOML file; a text with an error reads as unknown. Never fails. */
export function readToml({ text }: SourceFile, mark: Mark): Parsed<Documents> {
  const whole = mark({ start: 0, end: text.length });
  try {
    const bare = text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
    const [top] = parseTOML(bare).body;
    const root: Table = { entries: [], tables: new Map(), at: whole };
    const values: Span[] = [];
    for (const node of top.body) {
      if (node.type === 'TOMLKeyValue') put(root, node, mark, values);
      else {
        const table = tableAt(root, node, mark);
        for (const pair of node.body) put(table, pair, mark, values);
      }
    }
    const notes = text.includes('unlatched-ignore') ? readNotes(text, values, mark) : [];
    return { value: { roots: [valueOf(root)], notes }, problems: [], holes: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200) : 'cannot be read';
    return { value: { roots: [{ kind: 'unknown', why: 'cannot be read', at: whole }], notes: [] }, problems: [{ span: { start: 0, end: 0 }, message }], holes: [] };
  }
}

const spanOf = ({ range: [start, end] }: { readonly range: readonly [number, number] }): Span => ({ start, end });

/** The table a header names, made where it is missing; of a list its last. */
function tableAt(root: Table, node: AST.TOMLTable, mark: Mark): Table {
  const names = namesOf(node.key);
  let table = root;
  for (const [index, name] of names.entries()) {
    const known = table.tables.get(name);
    const isLast = index === names.length - 1;
    const made: Table = { entries: [], tables: new Map(), at: mark(spanOf(node)) };
    if (isLast && node.kind === 'array') {
      table.tables.set(name, Array.isArray(known) ? [...known, made] : [made]);
      table = made;
    } else if (Array.isArray(known)) table = known.at(-1) ?? made;
    else {
      if (!known) table.tables.set(name, made);
      table = known ?? made;
    }
  }
  return table;
}
function namesOf({ keys }: AST.TOMLKey): readonly string[] {
  return keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
}
function put(table: Table, pair: AST.TOMLKeyValue, mark: Mark, values: Span[]): void {
  const names = namesOf(pair.key);
  const key = names.at(-1);
  let inner = table;
  for (const name of names.slice(0, -1)) {
    const known = inner.tables.get(name);
    const next: Table = (Array.isArray(known) ? known.at(-1) : known) ?? { entries: [], tables: new Map(), at: mark(spanOf(pair)) };
    if (!known) inner.tables.set(name, next);
    inner = next;
  }
  if (key === undefined) return;
  values.push(spanOf(pair.value));
  inner.entries.push({ key, keyAt: mark(spanOf(pair.key)), value: contentOf(pair.value, mark, values), form: 'pair', at: mark(spanOf(pair)) });
}
function contentOf(node: AST.TOMLContentNode, mark: Mark, values: Span[]): Value {
  const at = mark(spanOf(node));
  if (node.type === 'TOMLArray') return { kind: 'array', items: node.elements.map((element): Item => itemOf(contentOf(element, mark, values))), open: false, at };
  if (node.type === 'TOMLInlineTable') {
    const table: Table = { entries: [], tables: new Map(), at };
    for (const pair of node.body) put(table, pair, mark, values);
    return valueOf(table);
  }
  return typeof node.value === 'object' ? { kind: 'unknown', why: 'a date', at } : { kind: 'literal', value: node.value, at };
}
function itemOf(value: Value): Item {
  return { value, spread: false, at: value.at };
}
function valueOf({ entries, tables, at }: Table): Value {
  const below = [...tables].map(([key, table]): Entry => {
    const value: Value = Array.isArray(table) ? { kind: 'array', items: table.map((one) => itemOf(valueOf(one))), open: false, at: table[0]?.at ?? at } : valueOf(table);
    return { key, keyAt: value.at, value, form: 'pair', at: value.at };
  });
  return { kind: 'object', entries: [...entries, ...below], open: false, at };
}
