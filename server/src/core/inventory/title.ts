import type { Inventory } from './form.js';

/** What the text of a `package.json` calls the API; plain words where it says nothing. */
export function titleOf(manifest: string | undefined): Pick<Inventory, 'title' | 'version'> {
  const said = readJson(manifest);
  const text = (key: string, otherwise: string): string => {
    const value: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, key) : undefined;
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  return { title: text('name', 'API'), version: text('version', '0.0.0') };
}
function readJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
