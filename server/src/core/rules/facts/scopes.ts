import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { effective } from '../../openapi/security.js';
import { entriesOf, valueOf } from '../../openapi/values.js';
import { strongAdminPath } from './paths.js';
import { readingRight, writingRight } from './right-words.js';

/** A scope an operation should ask for, by what the document asks for elsewhere. */
export interface WantedScope {
  readonly scheme: string;
  readonly scope: string;
  /** What it asks for: a scope to read; undefined: none. */
  readonly asks: string | undefined;
}
const CHANGING = new Set(['PUT', 'PATCH', 'DELETE']);

/** An operation that changes something for whoever holds a scope to read, or one of administrators for every holder of a token. */
export function wantedScope(operation: Operation, document: OpenApiDocument): WantedScope | undefined {
  const needs = effective(operation, document);
  if (needs.kind !== 'required' || needs.alternatives.length === 0) return undefined;
  const parts = needs.alternatives.flatMap((alternative) => (alternative.length === 1 ? alternative : []));
  const [first] = parts;
  if (!first || parts.length !== needs.alternatives.length || parts.some(({ scheme }) => scheme !== first.scheme)) return undefined;
  if (CHANGING.has(operation.method) && parts.every(({ scopes }) => scopes.length > 0 && scopes.every((scope) => readingRight(scope)))) {
    const [asks] = first.scopes;
    const writes = scopesOf(document, first.scheme).filter(writingRight);
    const twin = asks === undefined ? undefined : writes.find((scope) => scope === asks.replace(/read|view/i, 'write'));
    const scope = twin ?? (writes.length === 1 ? writes[0] : undefined);
    return scope === undefined ? undefined : { scheme: first.scheme, scope, asks };
  }
  if (!strongAdminPath(operation.path) || parts.some(({ scopes }) => scopes.length > 0)) return undefined;
  const scope = administratorScope(document, first.scheme);
  return scope === undefined ? undefined : { scheme: first.scheme, scope, asks: undefined };
}
function scopesOf(document: OpenApiDocument, name: string): readonly string[] {
  const scheme = document.schemes.get(name);
  const holders = [scheme, ...entriesOf(valueOf(scheme, 'flows')).map(({ value }) => value)];
  return [...new Set(holders.flatMap((holder) => entriesOf(valueOf(holder, 'scopes')).map(({ key }) => key)))];
}
/** The scope by which other operations of administrators are kept, where there is one. */
function administratorScope(document: OpenApiDocument, name: string): string | undefined {
  for (const other of document.operations) {
    if (!strongAdminPath(other.path)) continue;
    const needs = effective(other, document);
    const scopes = needs.kind === 'required' ? needs.alternatives.flatMap((alternative) => alternative.flatMap((part) => (part.scheme === name ? part.scopes : []))) : [];
    const scope = scopes.find((one) => /admin|manage|super|root/i.test(one));
    if (scope !== undefined) return scope;
  }
  return undefined;
}
