import type { InventoryEntry } from '../engine-types.js';
import { gapLines, missingLines, placeOf, visible, type Inventory, type InventoryForm } from './form.js';
import { piecesOf, type Piece } from './template.js';

/** Names the file uses itself. */
const TAKEN = new Set(['host', 'token']);
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** A request file with one request per endpoint, for a server on this machine; it holds no secret. */
export const http: InventoryForm = {
  id: 'http',
  extension: 'http',
  render(inventory) {
    const requests = inventory.entries.map((entry) => ({ entry, pieces: piecesOf(entry.path) }));
    const variables = [...new Set(requests.flatMap(({ pieces }) => pieces.flatMap((piece) => (piece.kind === 'text' ? [] : [variable(piece.name)]))))].sort();
    const needsToken = inventory.entries.some(({ authentication }) => authentication === 'guarded');
    const lines = [
      `# ${visible(inventory.title)}: one request for each endpoint.`,
      ...missingLines(inventory).map((line) => `# Documented, but not served: ${line}`),
      ...gapLines(inventory).map((line) => `# Some routes may be missing: ${line}`),
      '@host = http://localhost:3000',
      ...(needsToken ? ['# Give the token here while you work, and do not commit it.', '@token ='] : []),
      ...variables.map((name) => `@${name} = 1`),
    ];
    return `${[lines.join('\n').trimEnd(), ...requests.map(({ entry, pieces }) => request(entry, pieces, inventory))].join('\n\n')}\n`;
  },
};

function request(entry: InventoryEntry, pieces: readonly Piece[], inventory: Inventory): string {
  const isToken = /^[A-Z][A-Z-]*$/.test(entry.method) && entry.method !== 'ALL';
  const method = isToken ? entry.method : 'GET';
  const note = isToken ? '' : entry.method === 'ALL' ? ', answers every method' : ', the method is not known';
  const state = entry.likely ? 'guarded (likely)' : entry.authentication === 'unknown' ? 'not known whether guarded' : entry.authentication;
  const url = pieces.map((piece) => (piece.kind === 'text' ? encoded(piece.text) : `{{${variable(piece.name)}}}`)).join('');
  const body = WITH_BODY.has(method);
  return [
    `### ${visible(entry.method)} ${visible(entry.path)}`,
    `# ${placeOf(entry.at, inventory)}, ${state}${note}`,
    `${method} {{host}}${url}`,
    ...(entry.authentication === 'guarded' ? ['Authorization: Bearer {{token}}'] : []),
    ...(body ? ['Content-Type: application/json', '', '{}'] : []),
  ].join('\n');
}
/** A legal name of a variable. */
function variable(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_');
  return TAKEN.has(plain) || /^_*$/.test(plain) ? `path_${plain}` : plain;
}
/** Text of a path as a request carries it; what is encoded already stays. */
function encoded(text: string): string {
  return visible(text).replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, (char) => encodeURIComponent(char));
}
