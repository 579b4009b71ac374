import { parse } from 'jsonc-parser';

/** The plain data of a JSON text with comments and trailing commas; of a broken one as much as can be read. Never fails. */
export function readData(text: string): unknown {
  try {
    const data: unknown = parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, [], { allowTrailingComma: true });
    return data;
  } catch {
    return undefined;
  }
}
/** The member of plain data, if it is an object that has one of its own. */
export function memberOf(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? Reflect.get(data, key) : undefined;
}
/** Whether plain data is an object, and no list. */
export function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
