import { stringify } from 'yaml';

/** What JSON can say. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A value as YAML text that readers of 1.1 and 1.2 take alike, ended by one newline. */
export function yamlText(value: Plain): string {
  return stringify(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 });
}
