import type { OpenApiDocument, Operation } from '../openapi/document.js';
import { asText, valueOf } from '../openapi/values.js';
import type { FilePath } from '../text/source.js';
import { classify } from './file-class.js';
import type { Endpoint } from './project.js';

/** The operation that documents an endpoint, of the document nearest to its file; undefined when none does, or the path is not known. */
export function operationOf(endpoint: Pick<Endpoint, 'method' | 'methodAt' | 'path'>, documents: readonly OpenApiDocument[]): Operation | undefined {
  const { method, methodAt, path } = endpoint;
  if (!path.known || method === 'all') return undefined;
  const near = documents
    .filter((document) => classify(document.path, { openapi: true }) !== 'test')
    .map((document) => ({ document, shared: sharedFolders(document.path, methodAt.path) }))
    .sort((a, b) => b.shared - a.shared);
  for (const { document } of near) {
    const own = document.operations.filter((operation) => operation.section === 'paths' && operation.method === method);
    // A document may speak of paths as clients see them, or as the server does behind a proxy that adds the base.
    for (const base of [...basesOf(document), '']) {
      const found = own.find((operation) => shapeOf(base + operation.path) === path.shape);
      if (found) return found;
    }
  }
  return undefined;
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
