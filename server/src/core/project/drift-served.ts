import type { OpenApiDocument, Operation } from '../openapi/document.js';
import type { FilePath } from '../text/source.js';
import { meets, piecesOf, spelledPieces, type Listed, type Listing, type Spelling } from './listing.js';
import { isOpen } from './spelling.js';
import type { Endpoint, PathPattern, ProjectModel, Scope, Served } from './project.js';

/** Files with something that makes code and documents hard to compare: routes made from a document, a document made from code, parts nobody can read. */
export interface DriftMarks {
  readonly driven: readonly FilePath[];
  readonly made: readonly FilePath[];
  readonly broken: readonly FilePath[];
}

/** What is asked about the operations of a document. */
export interface CoverageInput {
  readonly project: Pick<ProjectModel, 'endpoints' | 'scopes' | 'byShape'>;
  readonly marked: DriftMarks;
  /** Endpoints that are the same as an operation. */
  readonly served: ReadonlyMap<Operation, readonly Endpoint[]>;
  /** The folder of each document whose code it speaks of. */
  readonly homes: ReadonlyMap<Listing, string>;
  /** How paths of the code are spelled in the document. */
  readonly spellings: readonly Spelling[];
  /** The one of these that most of its paths are served by. */
  readonly usual: Spelling | undefined;
}
/** Part of the operations of a document that must be served before one is called missing. */
const NEARLY_ALL = 0.8;
/** Enough where so few are missing that the part says little. */
const MOST_OF_FEW = 0.6;
const FEW = 3;
/** Comparisons of one document. */
const MOST = 2_000_000;
/** Keys of a document that configures a gateway: what lies behind answers. */
const GATEWAY = /^x-(amazon-apigateway|google-|azure|ms-|kong|tyk|apigee|kusk)/i;
/** Methods that frameworks and proxies answer by themselves. */
const VERSION = /(^|\/)v(\d{1,3})(?=\/|$)/i;
const IMPLIED: ReadonlySet<string> = new Set(['HEAD', 'OPTIONS', 'TRACE']);

/** What the code does about each operation of a document. */
export function coverageOf(listing: Listing, input: CoverageInput): readonly (readonly [Operation, Served])[] {
  const home = input.homes.get(listing) ?? '';
  const all = [...listing.paths.values()].flatMap((path) => path.listed.map((one) => ({ one, shape: path.shape })));
  const open = all.filter(({ one }) => !input.served.has(one.operation));
  // What else stands below a prefix nobody knows cannot be told.
  const mayMiss = !isOpen(input.usual) && !isHidden(listing.document, home, input);
  const loose = mayMiss ? loosePaths(home, input) : [];
  const isTooMuch = open.length * loose.length > MOST;
  const missing = new Set(mayMiss && !isTooMuch ? open.filter(({ one, shape }) => isMissing(one, shape, loose)).map(({ one }) => one.operation) : []);
  const counted = all.filter(({ one }) => !one.elsewhere);
  const isUsual = counted.length > 0 && counted.length - missing.size >= (missing.size <= FEW ? MOST_OF_FEW : NEARLY_ALL) * counted.length;
  return all.map(({ one: { operation } }) => {
    const endpoints = input.served.get(operation) ?? [];
    return [operation, { state: endpoints.length > 0 ? 'served' : isUsual && missing.has(operation) ? 'missing' : 'unclear', endpoints, path: codePath(operation.path, input.usual), newer: newerThan(endpoints, input.project) }] as const;
  });
}
/** A path of the document as the code spells it. */
function codePath(path: string, { from, add }: Spelling = { from: '', add: '' }): string {
  return from + (path.toLowerCase().startsWith(`${add}/`) ? path.slice(add.length) : path);
}
/** An endpoint of the same method and path in a later version of the API. */
function newerThan(serving: readonly Endpoint[], { byShape }: CoverageInput['project']): Endpoint | undefined {
  const [endpoint] = serving;
  const version = endpoint && Number(VERSION.exec(endpoint.path.shape)?.[2] ?? NaN);
  if (!endpoint || version === undefined || Number.isNaN(version)) return undefined;
  for (let next = version + 1; next <= version + 5; next++) {
    const found = byShape.get(`${endpoint.app} ${endpoint.path.shape.replace(VERSION, `$1v${next}`)}`)?.find((one) => one.method === endpoint.method && !serving.includes(one));
    if (found) return found;
  }
  return undefined;
}
/** Something of the code around a document cannot be seen. */
function isHidden(document: OpenApiDocument, home: string, { project, marked }: CoverageInput): boolean {
  if ([...marked.driven, ...marked.broken].some((path) => path !== document.path && isBelow(path, home))) return true;
  if ([...document.extensions.keys()].some((key) => GATEWAY.test(key)) || document.operations.some(({ extensions }) => [...extensions.keys()].some((key) => GATEWAY.test(key)))) return true;
  return [...project.scopes.values()].some((scope) => !scope.complete && isBelow(scope.at.path, home));
}

interface Loose {
  readonly pieces: readonly string[];
  readonly method: string;
}
/** Paths of code that may stand for others than they are written as. */
function loosePaths(home: string, { project, spellings }: CoverageInput): readonly Loose[] {
  const found: Loose[] = [];
  const add = (pieces: readonly string[], method: string): void => {
    for (const spelling of spellings) {
      const own = spelledPieces(pieces, spelling);
      if (own) found.push({ pieces: own, method });
    }
  };
  for (const { path, method, methodAt, conduct } of project.endpoints.values()) {
    // What refuses everybody, such as the last route that says there is none, serves nothing.
    if (conduct?.closed !== true && isBelow(methodAt.path, home) && path.segments.some((one) => one.kind !== 'text')) add(piecesOf(path), method);
  }
  for (const scope of project.scopes.values()) if (isBelow(scope.at.path, home)) for (const path of unknownBelow(scope)) add([...(scope.root && scope.kind === 'application' ? [] : ['?']), ...piecesOf(path), '*'], 'all');
  return found;
}
/** Paths with something below them of which nobody knows what it answers. */
function unknownBelow(scope: Scope): readonly PathPattern[] {
  return scope.order.flatMap(({ kind, layer, path }) => (kind === 'layer' && path && path.segments.length > 0 && layer && layer.fn === undefined && layer.claims.length === 0 ? [path] : []));
}
function isMissing({ operation, elsewhere }: Listed, shape: string, loose: readonly Loose[]): boolean {
  if (elsewhere || IMPLIED.has(operation.method) || !operation.complete) return false;
  return !loose.some((one) => (one.method === operation.method || one.method === 'all' || one.method === 'unknown') && meets(one.pieces, shape));
}
/** Whether code of such a path may answer a request to any path of the document. */
export function mayServe(path: PathPattern, listing: Listing, spellings: readonly Spelling[]): boolean {
  const pieces = piecesOf(path);
  return spellings.some((one) => {
    const own = spelledPieces(pieces, one);
    return own !== undefined && [...listing.paths.keys()].some((shape) => meets(own, shape));
  });
}
/** Whether a file stands below a folder; everything stands below ''. */
export function isBelow(path: FilePath, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}
