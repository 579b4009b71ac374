import type { InventoryEntry, InventoryGap } from '../engine-types.js';
import type { Finding } from '../findings/finding.js';
import type { Operation } from '../openapi/document.js';
import type { At, FilePath, SourceRange } from '../text/source.js';
import { operationsIn } from './documented.js';
import { doubtOf } from './join-parts.js';
import { links, type Endpoint, type ProjectModel, type Protection } from './project.js';

/** The inventory as the door hands it out, sorted by path, method, file and place; `ALL` stands for every method. */
export function inventoryOf(project: ProjectModel, rangeOf: (at: At) => SourceRange, judge: (path: FilePath) => { readonly findings: readonly Finding[] }): readonly InventoryEntry[] {
  const operationOf = operationsIn(project.documents);
  const placeOf = (operation: Operation | undefined): SourceRange | undefined => operation && rangeOf(operation.methodAt);
  const entries = distinct([...project.endpoints.values()]).map((endpoint): InventoryEntry => {
    const at = rangeOf(endpoint.methodAt);
    const own = judge(at.path).findings.filter((finding) => finding.state === 'open' && finding.at.span.start === at.span.start && finding.at.span.end === at.span.end);
    return {
      method: endpoint.method === 'all' ? 'ALL' : endpoint.method, path: endpoint.path.text, framework: endpoint.framework, at,
      chain: links(endpoint.chain).map((link) => ({ name: link.layer.name, at: rangeOf(link.layer.at), protects: [...new Set(link.layer.claims.map((claim) => claim.protects))].filter((one) => one !== 'nothing') })),
      authentication: stateOf(endpoint.authentication), authorization: stateOf(endpoint.authorization), because: endpoint.authentication.because, likely: isLikely(endpoint.authentication),
      operation: placeOf(operationOf(endpoint)), findings: [...new Set(own.map((finding) => finding.rule))].sort(), complete: endpoint.chainComplete && endpoint.path.known,
    };
  });
  return entries.sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method) || compare(a.at.path, b.at.path) || a.at.span.start - b.at.span.start);
}
/** Places at which routes may be registered that the inventory does not have, sorted by place. */
export function gapsOf(project: ProjectModel, rangeOf: (at: At) => SourceRange): readonly InventoryGap[] {
  const seen = new Set<string>();
  return [...project.scopes.values()].flatMap((scope) => scope.gaps.map(({ at, why }): InventoryGap => ({ at: rangeOf(at), why: doubtOf(why) ?? why })))
    .filter(({ at, why }) => { const key = `${at.path}\0${at.span.start}\0${why}`; return !seen.has(key) && seen.add(key) !== undefined; })
    .sort((a, b) => compare(a.at.path, b.at.path) || a.at.span.start - b.at.span.start || compare(a.why, b.why));
}
/** A router two applications mount alike is one line each; the same line twice says nothing. */
function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const seen = new Set<string>();
  return endpoints.filter((one) => {
    const key = [one.method, one.path.text, one.methodAt.path, one.methodAt.mark, one.authentication.state, one.authorization.state, one.chainComplete, ...links(one.chain).map((link) => link.layer.name)].join(' ');
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
function stateOf(protection: Protection): InventoryEntry['authentication'] {
  return protection.state === 'open' ? 'unguarded' : protection.state;
}
/** The code of the guard is not at hand, or cannot be judged: that it keeps strangers out is a guess. */
function isLikely({ state, by }: Protection): boolean {
  return state === 'guarded' && by !== undefined && by.layer.claims.every((one) => one.protects !== 'authentication' || one.certainty === 'likely');
}
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
