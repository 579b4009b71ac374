import type { OpenApiDocument, Operation } from '../openapi/document.js';
import { asText, valueOf } from '../openapi/values.js';
import type { FilePath } from '../text/source.js';
import { classify } from './file-class.js';
import type { Endpoint } from './project.js';

/** A document that speaks of the API itself: those of tests do not count. */
export function isServed(document: OpenApiDocument): boolean {
  return classify(document.path, { openapi: true }) !== 'test';
}
/** Answers which operation documents an endpoint: of the document nearest to its file; undefined when none does, or the path is not known. Each document is read once. */
export function operationsIn(documents: readonly OpenApiDocument[]): (endpoint: Pick<Endpoint, 'method' | 'methodAt' | 'path'>) => Operation | undefined {
  const served = documents.filter(isServed).map((document) => ({ document, operations: byPlace(document) }));
  return ({ method, methodAt, path }) => {
    if (!path.known || method === 'all') return undefined;
    const near = served.map((one) => ({ ...one, shared: sharedFolders(one.document.path, methodAt.path) })).sort((a, b) => b.shared - a.shared);
    for (const { operations } of near) {
      const found = operations.get(`${method} ${path.shape}`);
      if (found) return found;
    }
    return undefined;
  };
}

/** Operations by method and shape of the path. A document may speak of paths as clients see them, or as the server does behind a proxy that adds the base. */
function byPlace(document: OpenApiDocument): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>();
  const own = document.operations.filter((operation) => operation.section === 'paths');
  for (const base of [...basesOf(document), '']) for (const operation of own) {
    const key = `${operation.method} ${shapeOf(base + operation.path)}`;
    if (!found.has(key)) found.set(key, operation);
  }
  return found;
}

/** Paths of the servers of a document, without the variables' values. */
function basesOf(document: OpenApiDocument): readonly string[] {
  return document.servers.flatMap((server) => {
    const url = asText(valueOf(server, 'url')) ?? '';
    const path = url.replace(/^[a-z][a-z0-9+.-]*:/i, '').replace(/^\/\/[^/]*/, '').replace(/[?#].*$/, '').replace(/\/+$/, '');
    return path === '' || path.includes('{') ? [] : [path.startsWith('/') ? path : `/${path}`];
  });
}
function shapeOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  return `/${segments.join('/')}`.replace(/\{[^{}]*\}/g, '{}').toLowerCase();
}
function sharedFolders(a: FilePath, b: FilePath): number {
  const [left, right] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  const differs = left.findIndex((folder, index) => folder !== right[index]);
  return differs < 0 ? left.length : differs;
}
