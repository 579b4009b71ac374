import type { InventoryEntry, InventoryGap, InventoryOperation, InventoryStep } from '../engine-types.js';
import type { Finding } from '../findings/finding.js';
import type { Layer } from '../model/api.js';
import type { Policy } from '../policy/policy.js';
import { adminPath, pathMatches, publicPath } from '../rules/facts/paths.js';
import type { At, FilePath, SourceRange } from '../text/source.js';
import { frameworks } from '../frameworks/index.js';
import type { FileFacts } from './facts.js';
import { doubtOf } from './join-parts.js';
import { links, type ChainLink, type Endpoint, type ProjectModel, type Protection } from './project.js';

/** What the inventory is made of. */
export interface InventorySource {
  readonly project: ProjectModel;
  readonly rangeOf: (at: At) => SourceRange;
  readonly judge: (path: FilePath) => { readonly findings: readonly Finding[] };
  readonly policyOf: (path: FilePath) => Policy;
  /** What the options of a layer let through. */
  readonly detailOf: (layer: Layer) => string | undefined;
}

/** The inventory as the door hands it out, of one file or of all, sorted by path, method, file and place; `ALL` stands for every method. */
export function inventoryOf({ project, rangeOf, judge, policyOf, detailOf }: InventorySource, file: FilePath | undefined): readonly InventoryEntry[] {
  const findingsAt = findingsByPlace(judge);
  const asked = file === undefined ? [...project.endpoints.values()] : (project.byFile.get(file) ?? []);
  const entries = distinct(asked).map((endpoint): InventoryEntry => {
    const { path, method, authentication, authorization } = endpoint;
    const at = rangeOf(endpoint.methodAt);
    const chain = links(endpoint.chain);
    const { handler, public: isMarked } = endpoint.route;
    const said = project.drift.endpoints.get(endpoint.id);
    const operation = said?.state === 'method' || method === 'all' ? undefined : said?.operations[0]?.operation;
    const by = authentication.by === undefined ? -1 : chain.indexOf(authentication.by);
    return {
      id: endpoint.id,
      method: method === 'all' ? 'ALL' : method, path: path.text, framework: endpoint.framework, at,
      chain: chain.map((link) => stepOf(link, rangeOf, detailOf)),
      handler: handler && { name: handler.name, at: rangeOf(handler.at) },
      authentication: stateOf(authentication), authorization: stateOf(authorization),
      because: authentication.because, authorizationBecause: authorization.because,
      by: by < 0 ? undefined : by, likely: isLikely(authentication),
      operation: operation && rangeOf(operation.methodAt),
      documented: operation ? 'yes' : method !== 'all' && (said?.state === 'method' || said?.state === 'path') ? 'no' : 'unknown',
      public: isMarked || publicPath(path.text) || policyOf(at.path).auth.publicPaths.some((glob) => pathMatches(glob, path.text)),
      admin: adminPath(path.text),
      findings: findingsAt(at), complete: endpoint.chainComplete && path.known,
    };
  });
  return entries.sort(inOrder);
}
/** Operations of documents that no route serves, sorted by path, method and place. */
export function missingOf({ project: { drift }, rangeOf, judge }: Pick<InventorySource, 'project' | 'rangeOf' | 'judge'>): readonly InventoryOperation[] {
  const findingsAt = findingsByPlace(judge);
  const found = [...drift.operations].flatMap(([{ method, methodAt }, { state, path }]): readonly InventoryOperation[] => {
    const at = rangeOf(methodAt);
    return state === 'missing' ? [{ method, path, admin: adminPath(path), at, findings: findingsAt(at) }] : [];
  });
  return found.sort(inOrder);
}
/** By path, method, file and place. */
export function inOrder(a: Pick<InventoryOperation, 'path' | 'method' | 'at'>, b: Pick<InventoryOperation, 'path' | 'method' | 'at'>): number {
  return compare(a.path, b.path) || compare(a.method, b.method) || compare(a.at.path, b.at.path) || a.at.span.start - b.at.span.start;
}
/** Places at which routes may be registered that the inventory does not have, sorted by place. */
export function gapsOf(project: ProjectModel, rangeOf: (at: At) => SourceRange, files: readonly FileFacts[]): readonly InventoryGap[] {
  const seen = new Set<string>();
  const unclear = [...project.scopes.values()].flatMap((scope) => scope.gaps.map(({ at, why }): InventoryGap => ({ at: rangeOf(at), why: doubtOf(why) ?? why })));
  return [...unclear, ...unread(project, files)]
    .filter(({ at, why }) => { const key = `${at.path}\0${at.span.start}\0${why}`; return !seen.has(key) && seen.add(key) !== undefined; })
    .sort((a, b) => compare(a.at.path, b.at.path) || a.at.span.start - b.at.span.start || compare(a.why, b.why));
}
/** Files that register routes, or import what registers them, and do not parse. */
function unread(project: ProjectModel, files: readonly FileFacts[]): readonly InventoryGap[] {
  const registering = new Set([...project.byFile.keys(), ...[...project.scopes.values()].map(({ at }) => at.path)]);
  return files.flatMap(({ file: { path }, module, problems: [first], uses }) => {
    const counts = first !== undefined && module !== undefined && (registering.has(path) || frameworks.some(({ packages }) => packages.some((name) => uses.has(name))));
    return counts ? [{ at: { path, span: first.span }, why: 'the file does not parse here' }] : [];
  });
}
/** A router two applications mount alike is one line each; the same line twice says nothing. */
function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const seen = new Set<string>();
  return endpoints.filter((one) => {
    const key = [one.method, one.path.text, one.methodAt.path, one.methodAt.mark, one.authentication.state, one.authorization.state, one.chainComplete, ...links(one.chain).map((link) => link.layer.name)].join(' ');
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
/** Rules with an open finding exactly there; the findings of each file are sorted by place once. */
function findingsByPlace(judge: InventorySource['judge']): (at: SourceRange) => readonly string[] {
  const files = new Map<FilePath, ReadonlyMap<string, readonly string[]>>();
  const keyOf = ({ span }: SourceRange): string => `${span.start}:${span.end}`;
  const read = (path: FilePath): ReadonlyMap<string, readonly string[]> => {
    const rules = new Map<string, Set<string>>();
    for (const { state, at, rule } of judge(path).findings) {
      if (state !== 'open') continue;
      const known = rules.get(keyOf(at));
      if (known) known.add(rule);
      else rules.set(keyOf(at), new Set([rule]));
    }
    return new Map([...rules].map(([key, found]) => [key, [...found].sort()]));
  };
  return (at) => {
    const known = files.get(at.path) ?? read(at.path);
    files.set(at.path, known);
    return known.get(keyOf(at)) ?? [];
  };
}
function stepOf(link: ChainLink, rangeOf: InventorySource['rangeOf'], detailOf: InventorySource['detailOf']): InventoryStep {
  const { layer } = link;
  const protects = [...new Set(layer.claims.map((claim) => claim.protects))].filter((one) => one !== 'nothing');
  return { name: layer.name, at: rangeOf(layer.at), protects, ...verdictOf(layer, link.sure), detail: detailOf(layer) };
}
function verdictOf(layer: Layer, sure: boolean): Pick<InventoryStep, 'state' | 'because'> {
  const guards = layer.claims.filter(({ protects }) => protects === 'authentication' || protects === 'authorization');
  const [first] = guards;
  if (first && !sure) return { state: 'unknown', because: `${layer.name} may not run for this route` };
  if (first) return { state: guards.some(({ certainty }) => certainty === 'certain') ? 'guards' : 'likely', because: first.because };
  if (layer.doubt !== undefined || layer.claims.length === 0) return { state: 'unknown', because: layer.doubt ?? `nobody can tell what ${layer.name} does` };
  return { state: 'passes', because: layer.claims[0]?.because ?? '' };
}
function stateOf(protection: Protection): InventoryEntry['authentication'] {
  return protection.state === 'open' ? 'unguarded' : protection.state;
}
/** The code of the guard is not at hand, or cannot be judged: that it keeps strangers out is a guess. */
function isLikely({ state, by, likely }: Protection): boolean {
  if (likely === true) return true;
  return state === 'guarded' && by !== undefined && by.layer.claims.every((one) => one.protects !== 'authentication' || one.certainty === 'likely');
}
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
