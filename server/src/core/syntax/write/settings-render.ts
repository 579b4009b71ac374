import { resolvePlain } from '../yaml-scalar.js';
import type { SettingsStyle } from './settings-style.js';

/** Data a settings file can hold. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data };

/** The value as data; undefined for what YAML and JSON cannot hold, deeper than 50 or with more than 5,000 nodes. */
export function asData(value: unknown, depth = 0, budget = { left: 5000 }): Data | undefined {
  if (depth > 50 || budget.left-- <= 0) return undefined;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) {
    const items: Data[] = [];
    for (const item of value) {
      const data = asData(item, depth + 1, budget);
      if (data === undefined) return undefined;
      items.push(data);
    }
    return items;
  }
  if (typeof value !== 'object') return undefined;
  const pairs: [string, Data][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const data = asData(inner, depth + 1, budget);
    if (data === undefined) return undefined;
    pairs.push([key, data]);
  }
  return Object.fromEntries(pairs);
}
/** Whether the data is a list. */
export function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data);
}
/** Whether the data is a mapping. */
export function isMapping(data: Data): data is { readonly [key: string]: Data } {
  return typeof data === 'object' && data !== null && !isList(data);
}
/** Scalars and empty collections: they fit behind their key. */
export function isInline(data: Data): boolean {
  return isList(data) ? data.length === 0 : isMapping(data) ? Object.keys(data).length === 0 : true;
}

/** A scalar as YAML writes it: plain where that is safe, else in the quotes of the file. */
export function scalarText(data: string | number | boolean | null, style: SettingsStyle): string {
  if (style.json || typeof data !== 'string') return JSON.stringify(data);
  if (isPlainSafe(data)) return data;
  if (style.quote === '"' || /[^\x20-\x7e\u00a0-\ud7ff]/.test(data)) return JSON.stringify(data);
  return `'${data.replaceAll("'", "''")}'`;
}
/** A key, in quotes where it needs them, or where the file has them. */
function keyText(key: string, style: SettingsStyle): string {
  return style.bareNumbers && /^\d{3}$/.test(key) ? key : scalarText(key, style);
}
function isPlainSafe(text: string): boolean {
  if (!/^[A-Za-z_/.$\d][\w\-./$+@ ()]{0,300}(?::[\w\-./]{1,300}){0,10}$/.test(text) && !/^[A-Za-z_/$]$/.test(text)) return false;
  if (text.endsWith(' ') || text.startsWith('...') || resolvePlain(text) !== text) return false;
  return !/^(?:y|n|yes|no|on|off)$/i.test(text) && !/^[\d.+-]+$/.test(text) && !/^\d{4}-\d/.test(text) && !/^[\d_:.]+$/.test(text);
}

/** One line of flow text. `tight` leaves out the spaces. */
export function flowText(data: Data, style: SettingsStyle, tight: boolean): string {
  const comma = tight ? ',' : ', ';
  if (isList(data)) return `[${data.map((item) => flowText(item, style, tight)).join(comma)}]`;
  if (!isMapping(data)) return scalarText(data, style);
  const pairs = Object.entries(data).map(([key, value]) => `${keyText(key, style)}:${tight && style.json ? '' : ' '}${flowText(value, style, tight)}`);
  if (pairs.length === 0) return '{}';
  return tight ? `{${pairs.join(comma)}}` : `{ ${pairs.join(comma)} }`;
}
/** JSON over several lines, the first without indent, the others behind `indent`. */
export function jsonText(data: Data, style: SettingsStyle, indent: string): string {
  const unit = style.tab ? '\t'.repeat(style.step) : ' '.repeat(style.step);
  return JSON.stringify(data, null, unit).split('\n').join(style.newline + indent);
}

/** Block lines of a `key: value`, each with its full indent but the first, which starts at its key. */
export function entryLines(key: string, data: Data, column: number, style: SettingsStyle): readonly string[] {
  if (isInline(data)) return [`${key}: ${flowText(data, style, false)}`];
  const below = column + (isList(data) ? style.dash : style.step);
  return [`${key}:`, ...blockLines(data, below, style).map((line, index) => (index === 0 ? ' '.repeat(below) + line : line))];
}
/** Block lines of a value at a column, each with its full indent but the first. */
export function blockLines(data: Data, column: number, style: SettingsStyle): readonly string[] {
  const pad = ' '.repeat(column);
  const behindFirst = (lines: readonly string[], index: number): readonly string[] => (index === 0 ? lines : [pad + (lines[0] ?? ''), ...lines.slice(1)]);
  if (isInline(data)) return [flowText(data, style, false)];
  if (isList(data)) {
    return data.flatMap((item, index) => {
      const lines = blockLines(item, column + 2, style);
      return behindFirst([`- ${lines[0] ?? ''}`, ...lines.slice(1)], index);
    });
  }
  if (!isMapping(data)) return [flowText(data, style, false)];
  return Object.entries(data).flatMap(([key, value], index) => behindFirst(entryLines(keyText(key, style), value, column, style), index));
}
