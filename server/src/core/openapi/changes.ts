import type { Change } from '../findings/changes.js';
import type { OpenApiDocument, Operation, Pointer } from './document.js';
import { at } from './schemas.js';
import { readRequirement, type Requirement } from './security.js';
import { asArray, asText, entryOf } from './values.js';

/** The scheme most operations require, else the first that is defined; undefined where none is. */
export function usualScheme(document: OpenApiDocument): string | undefined {
  const counts = new Map<string, number>();
  for (const security of [document.security, ...document.operations.map((operation) => operation.own)]) {
    const needs = security && readRequirement(security);
    if (needs?.kind !== 'required' && needs?.kind !== 'optional') continue;
    for (const { scheme } of needs.alternatives.flat()) if (document.schemes.has(scheme)) counts.set(scheme, (counts.get(scheme) ?? 0) + 1);
  }
  const [first] = document.schemes.keys();
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? first;
}

/** Where the document defines its schemes, as a key path. */
export function schemesKey(document: OpenApiDocument): readonly string[] {
  return document.version === '2.0' ? ['securityDefinitions'] : ['components', 'securitySchemes'];
}
/** The change that defines a bearer scheme; version 2 can only name the header. */
export function defineScheme(document: OpenApiDocument, name: string): Change {
  const value = document.version === '2.0' ? { type: 'apiKey', in: 'header', name: 'Authorization' } : { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' };
  return { do: 'set', path: document.path, key: [...schemesKey(document), name], value };
}

/** The change by which an operation asks for credentials, and the words of it that stand before the operation's name; undefined where the document defines no scheme. */
export function requireLogin(operation: Operation, document: OpenApiDocument, needs: Requirement | { readonly kind: 'absent' }): { readonly title: string; readonly change: Change } | undefined {
  const key = [...operation.pointer, 'security'];
  if (operation.own && needs.kind === 'optional' && needs.alternatives.length > 0)
    return { title: 'Refuse anonymous callers of', change: { do: 'unset', path: document.path, key: [...key, needs.index] } };
  if (operation.own && document.security && readRequirement(document.security).kind === 'required')
    return { title: 'Let the security of the document apply to', change: { do: 'unset', path: document.path, key } };
  const scheme = usualScheme(document);
  if (scheme === undefined) return undefined;
  return { title: `Require ${scheme} for`, change: { do: 'set', path: document.path, key, value: [{ [scheme]: [] }] } };
}

/** The changes that take a property out of a schema, and its name out of what the schema requires. */
export function withoutProperty(document: OpenApiDocument, pointer: Pointer, name: string): readonly Change[] {
  const owner = pointer.slice(0, -2);
  const required = entryOf(at(document, owner), 'required');
  const names = asArray(required?.value)?.items ?? [];
  const index = names.findIndex((item) => asText(item.value) === name);
  const key = [...owner, 'required', ...(names.length > 1 ? [index] : [])];
  return [{ do: 'unset', path: document.path, key: pointer }, ...(index < 0 ? [] : [{ do: 'unset' as const, path: document.path, key }])];
}
