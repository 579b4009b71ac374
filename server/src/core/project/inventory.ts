import type { InventoryEntry } from '../engine-types.js';
import type { Finding } from '../findings/finding.js';
import type { Operation } from '../openapi/document.js';
import type { At, FilePath, SourceRange } from '../text/source.js';
import { operationOf } from './documented.js';
import { links, type ProjectModel, type Protection } from './project.js';

/** The inventory as the door hands it out, sorted by path, method, file and place; `ALL` stands for every method. */
export function inventoryOf(project: ProjectModel, rangeOf: (at: At) => SourceRange, judge: (path: FilePath) => { readonly findings: readonly Finding[] }): readonly InventoryEntry[] {
  const placeOf = (operation: Operation | undefined): SourceRange | undefined => operation && rangeOf(operation.methodAt);
  const entries = [...project.endpoints.values()].map((endpoint): InventoryEntry => {
    const at = rangeOf(endpoint.methodAt);
    const own = judge(at.path).findings.filter((finding) => finding.state === 'open' && finding.at.span.start === at.span.start && finding.at.span.end === at.span.end);
    return {
      method: endpoint.method === 'all' ? 'ALL' : endpoint.method, path: endpoint.path.text, framework: endpoint.framework, at,
      chain: links(endpoint.chain).map((link) => ({ name: link.layer.name, at: rangeOf(link.layer.at), protects: [...new Set(link.layer.claims.map((claim) => claim.protects))].filter((one) => one !== 'nothing') })),
      authentication: stateOf(endpoint.authentication), authorization: stateOf(endpoint.authorization), because: endpoint.authentication.because,
      operation: placeOf(operationOf(endpoint, project.documents)), findings: [...new Set(own.map((finding) => finding.rule))].sort(), complete: endpoint.chainComplete && endpoint.path.known,
    };
  });
  return entries.sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method) || compare(a.at.path, b.at.path) || a.at.span.start - b.at.span.start);
}
function stateOf(protection: Protection): InventoryEntry['authentication'] {
  return protection.state === 'open' ? 'unguarded' : protection.state;
}
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
