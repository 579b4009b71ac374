import type { OpenApiDocument, Operation } from '../openapi/document.js';
import type { Policy } from '../policy/policy.js';
import { asidePath } from '../rules/facts/paths.js';
import { foldersUp } from '../text/paths.js';
import { folderOf, type FilePath } from '../text/source.js';
import { classify } from './file-class.js';
import { coverageOf, isBelow, mayServe, type DriftMarks } from './drift-served.js';
import { listingOf, pathIn, type Listed, type ListedPath, type Listing, type Spelling } from './listing.js';
import { dominant, isComparable, isOpen, spellingsOf, templateOf } from './spelling.js';
import type { Documented, Drift, Endpoint, ProjectModel, Said, Scope } from './project.js';

/** What code and documents are held against each other by. */
export interface DriftInput {
  readonly project: Pick<ProjectModel, 'endpoints' | 'scopes' | 'byShape'>;
  readonly documents: readonly OpenApiDocument[];
  readonly policyOf: (path: FilePath) => Policy;
  /** Files that have routes made from a document, that make a document from code, and that cannot be read in full. */
  readonly marked: DriftMarks;
  /** A manifest stands in the folder. */
  readonly isPackage: (folder: string) => boolean;
}
export type { DriftMarks };
/** Nothing is known of documents. */
export const NO_DRIFT: Drift = { endpoints: new Map(), operations: new Map() };

/** The part of an application's routes that a document must have to be one of this application. */
const MOST_OF = 0.5;
/** So many that the document may have others of other applications; all that counts for a document of another package. */
const NEARLY_ALL = 0.8;
const FEWEST_FAR = 3;
/** The part of what lies below the paths of a document that it must have. */
const PART_OF_AREA = 1 / 3;

/** One application, or what stands for one, with its endpoints. */
interface Application {
  readonly scope: Scope;
  readonly endpoints: readonly Endpoint[];
  /** Those that a document of this API should have. */
  readonly counted: readonly Endpoint[];
}
/** An application and a document that may speak of it. */
interface Pair {
  readonly listing: Listing;
  readonly spellings: readonly Spelling[];
  readonly hits: ReadonlyMap<Endpoint, { readonly path: ListedPath; readonly spelling: Spelling }>;
  /** What the paths of these begin with. */
  readonly starts: ReadonlySet<string>;
}

/** Whether a document speaks of the API itself: those of tests do not. */
export function isServed(document: OpenApiDocument): boolean {
  return classify(document.path, { openapi: true }) !== 'test';
}

/** Holds the endpoints of a project against its documents. */
export function driftOf(input: DriftInput): Drift {
  const listings = input.documents.filter(isServed).map(listingOf);
  if (listings.length === 0 || input.project.endpoints.size === 0) return NO_DRIFT;
  const applications = applicationsOf(input);
  const homes = new Map(listings.map((listing) => [listing, homeOf(listing.document.path, applications)]));
  const endpoints = new Map<string, Said>();
  const served = new Map<Operation, Endpoint[]>();
  const linkedTo = new Map<Listing, { readonly spellings: Set<Spelling>; readonly used: Spelling[] }>();
  const found = applications.map((application) => {
    const { path } = application.scope.at;
    const near = [...listings].sort((a, b) => sharedFolders(b.document.path, path) - sharedFolders(a.document.path, path));
    const named = namedBy(input.policyOf(path));
    const all = near.filter(({ document }) => named?.has(document.path) ?? true).map((listing) => pairOf(listing, application));
    const candidates = all.filter(({ listing }) => named !== undefined || isBelow(path, homes.get(listing) ?? ''));
    const whole = linkedOf(application, candidates, input);
    const areas = whole.length > 0 ? [] : candidates.flatMap((pair) => areaOf(pair, application) ?? []);
    return { application, all, candidates, linked: whole.length > 0 ? whole : areas.map(({ pair }) => pair), areas };
  });
  // A document of an application whose paths are known is not also one of a router that nobody mounts.
  const taken = new Set(found.flatMap(({ linked }) => linked.filter((pair) => !isBelowUnknown(pair)).map(({ listing }) => listing)));
  const compared = found.map((one) => ({ ...one, linked: one.linked.filter((pair) => !isBelowUnknown(pair) || !taken.has(pair.listing)) }));
  for (const { linked } of compared) for (const { listing, spellings, hits } of linked) {
    const known = linkedTo.get(listing) ?? { spellings: new Set(), used: [] };
    for (const one of spellings) known.spellings.add(one);
    for (const { spelling } of hits.values()) known.used.push(spelling);
    linkedTo.set(listing, known);
  }
  for (const { application, all, candidates, linked, areas } of compared) {
    // A document of another application excuses nothing here, one of nobody may.
    const pairs = all.filter((pair) => candidates.includes(pair) || !linkedTo.has(pair.listing));
    const claims = linked.length > 0 && mayClaim(candidates, application.scope.at.path, input);
    for (const endpoint of application.endpoints) {
      const isMeant = areas.length === 0 || areas.some(({ start }) => startsOf(endpoint).includes(start));
      const said = saidOf(endpoint, { pairs, linked, claims: claims && isMeant });
      if (said) endpoints.set(endpoint.id, said);
      for (const { hits } of linked) for (const one of hits.get(endpoint)?.path.listed ?? []) {
        if (answers(endpoint, one.operation)) served.set(one.operation, [...(served.get(one.operation) ?? []), endpoint]);
      }
    }
  }
  withoutAliases(endpoints, input.project.endpoints);
  const covering = { ...input, served, homes };
  return { endpoints, operations: new Map([...linkedTo].flatMap(([listing, { spellings, used }]) => coverageOf(listing, { ...covering, spellings: [...spellings], usual: dominant(used) }))) };
}

function applicationsOf({ project }: DriftInput): readonly Application[] {
  const grouped = new Map<Scope, Endpoint[]>();
  for (const endpoint of project.endpoints.values()) {
    const scope = project.scopes.get(endpoint.app);
    if (!scope || isOfTests(endpoint.methodAt.path) || isOfTests(scope.at.path)) continue;
    const known = grouped.get(scope);
    if (known) known.push(endpoint);
    else grouped.set(scope, [endpoint]);
  }
  return [...grouped].map(([scope, endpoints]) => {
    const distinct = new Map(endpoints.filter(isCounted).map((one) => [`${one.method} ${one.path.shape}`, one]));
    return { scope, endpoints, counted: [...distinct.values()] };
  });
}
function isOfTests(path: FilePath): boolean {
  const known = classify(path);
  return known === 'test' || known === 'never';
}
/** A document of the API should have it. */
function isCounted({ path, method }: Endpoint): boolean {
  return isComparable(path) && method !== 'unknown' && method !== 'HEAD' && method !== 'OPTIONS' && path.segments.at(-1)?.kind !== 'rest' && !asidePath(path.text);
}
function pairOf(listing: Listing, { counted, endpoints }: Application): Pair {
  const spellings = spellingsOf(listing, counted);
  const hits = new Map<Endpoint, { path: ListedPath; spelling: Spelling }>();
  const starts = new Set<string>();
  for (const endpoint of endpoints) {
    const found = isComparable(endpoint.path) ? pathIn(listing, endpoint.path.shape, spellings) : undefined;
    if (found) hits.set(endpoint, found);
  }
  for (const endpoint of besides(hits)) hits.delete(endpoint);
  for (const endpoint of hits.keys()) for (const start of startsOf(endpoint)) starts.add(start);
  return { listing, spellings, hits, starts };
}
/** Endpoints that only look like a path of the document, which is served where its servers say: `/` beside `/api/things/`. One registration under both names is both. */
function besides(hits: Pair['hits']): readonly Endpoint[] {
  const usual = dominant([...hits.values()].map(({ spelling }) => spelling));
  if (!usual || usual.from === '') return [];
  const placeOf = ({ methodAt }: Endpoint): string => `${methodAt.path} ${methodAt.mark}`;
  const served = new Map<string, Set<string>>();
  const keyOf = ({ method }: Endpoint, path: ListedPath): string => `${method} ${path.shape}`;
  for (const [endpoint, { path, spelling }] of hits) if (spelling === usual) served.set(keyOf(endpoint, path), new Set([...(served.get(keyOf(endpoint, path)) ?? []), placeOf(endpoint)]));
  return [...hits].flatMap(([endpoint, { path, spelling }]) => {
    if (spelling === usual) return [];
    // The page at the top of an application is the top of an API elsewhere by chance only.
    if (spelling.from === '' && path.shape === '/') return [endpoint];
    const places = served.get(keyOf(endpoint, path));
    return places && !places.has(placeOf(endpoint)) ? [endpoint] : [];
  });
}
/** Most of what is alike stands below a prefix nobody knows. */
function isBelowUnknown({ hits }: Pair): boolean {
  return isOpen(dominant([...hits.values()].map(({ spelling }) => spelling)));
}
/** `/a`, `/a/b` and the like, the shortest first. */
function startsOf({ path: { shape } }: Endpoint): readonly string[] {
  return shape.split('/').map((_, index, all) => all.slice(0, index + 1).join('/')).slice(1);
}

/** The nearest folder above a document that holds code of an application. */
function homeOf(path: FilePath, applications: readonly Application[]): string {
  return [...foldersUp(path)].find((folder) => applications.some(({ scope }) => isBelow(scope.at.path, folder))) ?? '';
}
/** The documents a policy names; undefined where it names none. */
function namedBy({ spec, source }: Policy): ReadonlySet<string> | undefined {
  if (spec.length === 0) return undefined;
  const folder = source === undefined ? '' : folderOf(source);
  return new Set(spec.map((one) => {
    const out: string[] = [];
    for (const part of `${folder}/${one.replaceAll('\\', '/')}`.split('/')) if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
    return out.join('/');
  }));
}
/** The candidates that describe this application: together they have most of its routes. */
function linkedOf({ scope, counted }: Application, candidates: readonly Pair[], { policyOf, isPackage }: DriftInput): readonly Pair[] {
  const hitting = candidates.filter(({ hits }) => counted.some((one) => hits.has(one)));
  const covered = (pairs: readonly Pair[]): number => counted.filter((one) => pairs.some(({ hits }) => hits.has(one))).length;
  if (hitting.length === 0 || policyOf(scope.at.path).spec.length > 0) return hitting;
  const near = hitting.filter(({ listing }) => isBelow(scope.at.path, packageOf(listing.document.path, isPackage)));
  const own = covered(near);
  if (own >= NEARLY_ALL * counted.length || (own >= MOST_OF * counted.length && usedOf(near) >= MOST_OF)) return near;
  const all = covered(hitting);
  return all >= FEWEST_FAR && all >= NEARLY_ALL * counted.length ? hitting : [];
}
/** The part of the paths of documents that one application has. */
function usedOf(pairs: readonly Pair[]): number {
  const paths = pairs.reduce((sum, { listing }) => sum + listing.paths.size, 0);
  const used = new Set(pairs.flatMap(({ hits }) => [...hits.values()].map(({ path }) => path)));
  return paths === 0 ? 0 : used.size / paths;
}
/** A document that describes a part of a large application: nearly all it has is served, and it has much of what lies below its base, or below what its paths have in common. */
function areaOf(pair: Pair, { counted }: Application): { readonly pair: Pair; readonly start: string } | undefined {
  const hits = counted.filter((one) => pair.hits.has(one));
  if (hits.length < FEWEST_FAR || usedOf([pair]) < NEARLY_ALL) return undefined;
  const [first, ...others] = hits.map(startsOf);
  const base = dominant(hits.flatMap((one) => pair.hits.get(one)?.spelling ?? []))?.from;
  const start = base !== undefined && base !== '' ? base : first?.filter((one) => !one.includes('{') && others.every((starts) => starts.includes(one))).at(-1);
  if (start === undefined) return undefined;
  return hits.length >= PART_OF_AREA * counted.filter((one) => startsOf(one).includes(start)).length ? { pair, start } : undefined;
}
function packageOf(path: FilePath, isPackage: (folder: string) => boolean): string {
  return [...foldersUp(path)].find(isPackage) ?? '';
}
/** Whether anything may be called undocumented: the documents can be read in full, and are written by hand. */
function mayClaim(candidates: readonly Pair[], path: FilePath, { marked }: DriftInput): boolean {
  const folders = candidates.map(({ listing }) => folderOf(listing.document.path));
  const isNear = (file: FilePath): boolean => folders.some((folder) => sharedTop(folder, path, file));
  if ([...marked.driven, ...marked.made].some(isNear)) return false;
  return candidates.every(({ listing }) => listing.whole && !marked.broken.includes(listing.document.path));
}
/** A file lies below the folder that a document and the code have in common. */
function sharedTop(folder: string, path: FilePath, file: FilePath): boolean {
  const shared = folder.split('/').slice(0, sharedFolders(`${folder}/x`, path)).filter((one) => one !== '').join('/');
  return isBelow(file, shared);
}

interface Comparison {
  readonly pairs: readonly Pair[];
  readonly linked: readonly Pair[];
  readonly claims: boolean;
}
function saidOf(endpoint: Endpoint, { pairs, linked, claims }: Comparison): Said | undefined {
  const { method, path } = endpoint;
  // Below a prefix nobody knows, only a document that was found by what stands there tells anything.
  if (!path.known && !(isComparable(path) && linked.some(isBelowUnknown))) return undefined;
  const found = linked.flatMap(({ hits }) => hits.get(endpoint)?.path ?? []);
  const listed = found.flatMap((one) => one.listed);
  const own = listed.filter(({ operation }) => operation.method === method).map(documented);
  if (own.length > 0) return { state: 'listed', operations: own, place: undefined };
  const others = pairs.flatMap(({ hits }) => hits.get(endpoint)?.path.listed ?? []).filter(({ operation }) => operation.method === method).map(documented);
  const unclear: Said = { state: 'unclear', operations: others, place: undefined };
  if (!claims || others.length > 0 || method === 'unknown' || method === 'HEAD' || method === 'OPTIONS') return linked.length === 0 && others.length === 0 ? undefined : unclear;
  const [first] = linked.filter(({ hits }) => hits.has(endpoint));
  if (first) {
    if (method === 'all' || found.some((one) => one.hidden || one.listed.length === 0)) return unclear;
    return { state: 'method', operations: listed.map(documented), place: { document: first.listing.document, key: first.hits.get(endpoint)?.path.key } };
  }
  if (path.segments.at(-1)?.kind === 'rest' || pairs.some((pair) => isMet(endpoint, pair))) return unclear;
  // The document that has what lies beside it; else the one that has most.
  const near = ({ starts }: Pair): number => startsOf(endpoint).filter((start) => starts.has(start)).length;
  const best = [...linked].sort((a, b) => near(b) - near(a) || b.hits.size - a.hits.size)[0];
  return { state: 'path', operations: [], place: best && { document: best.listing.document, key: templateOf(path, dominant([...best.hits.values()].map((one) => one.spelling)), best.listing) } };
}
function documented({ operation, document }: Listed): Documented {
  return { operation, document };
}
function answers({ method }: Endpoint, operation: Operation): boolean {
  return method === operation.method || method === 'all' || method === 'unknown' || (method === 'GET' && operation.method === 'HEAD');
}
/** A document has the paths that a parameter of the code stands for, each by itself. */
function isMet({ path }: Endpoint, { listing, spellings }: Pair): boolean {
  if (path.segments.every((one) => one.kind === 'text')) return false;
  return mayServe(path, listing, spellings);
}
/** One registration may stand for several paths: where a document has one of them, the others are other names of it. */
function withoutAliases(said: Map<string, Said>, endpoints: ProjectModel['endpoints']): void {
  const keyOf = (id: string): string => { const at = endpoints.get(id)?.methodAt; return `${endpoints.get(id)?.method ?? ''} ${at?.path ?? ''} ${at?.mark ?? ''}`; };
  const listed = new Set([...said].flatMap(([id, { state }]) => (state === 'listed' ? [keyOf(id)] : [])));
  for (const [id, one] of said) if (one.state !== 'listed' && listed.has(keyOf(id))) said.set(id, { state: 'unclear', operations: one.operations, place: undefined });
}
/** Folders that two paths have in common. */
function sharedFolders(a: string, b: string): number {
  const [left, right] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  const differs = left.findIndex((folder, index) => folder !== right[index]);
  return differs < 0 ? left.length : differs;
}
