import { sensitivePath } from '../rules/facts/paths.js';

const TYPES = /\b(?:type|input)\s{1,4}([A-Z]\w{0,40})/g;
const CHANGES = /\bMutation\b|\bmutation(Type|Fields?)\b/;
const PERSONAL = /\b(email|password|token|phone|birthday|ssn|salary)\w*\s{0,2}:/i;

/**
 * What a file says of a GraphQL interface: 'graph-reads' for a schema in its text that names nothing personal,
 * 'graph-private' for any other schema, 'graph-changes' where data can be changed. Credentials that are read are 'credentials-read', and
 * a use of what @fastify/csrf-protection adds is 'csrf-hook'.
 */
export function* graphMarks(text: string): Iterable<string> {
  if (/\bauthorization\b|\bapi-?key\b|\bx-\w{1,20}-(key|token)\b/i.test(text)) yield 'credentials-read';
  if (/\bcsrfProtection\b/.test(text)) yield 'csrf-hook';
  if (CHANGES.test(text)) yield 'graph-changes';
  if (!/\btype\s{1,4}Query\b/.test(text)) return;
  const names = [...text.matchAll(TYPES)].map((match) => match[1] ?? '');
  yield names.some((name) => sensitivePath(`/${name}`)) || PERSONAL.test(text) ? 'graph-private' : 'graph-reads';
}
