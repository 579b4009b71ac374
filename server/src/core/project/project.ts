import type { Conduct, HttpMethod, Layer, Role, Route, ScopeId } from '../model/api.js';
import type { Branch } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import type { OpenApiDocument, Operation } from '../openapi/document.js';
import type { At, FilePath } from '../text/source.js';
import type { HandedOver } from './followed.js';

export type FileClass = 'source' | 'test' | 'example' | 'seed' | 'script' | 'never';

/** A path in one spelling: `text` as PRODUCT prints it (`/files/{id}`), `shape` with `{}` for parameters, `{*}` for the rest. `known` false holds an unknown piece. */
export interface PathPattern {
  readonly text: string;
  readonly shape: string;
  readonly known: boolean;
  /** `key`: equal ones are the same unknown text. */
  readonly segments: readonly { readonly kind: 'text' | 'parameter' | 'rest' | 'unknown'; readonly text: string; readonly key?: string }[];
}
/** Is the way closed? `unknown` names what made it so: that name is what "Teach Unlatched this guard" offers. `late`: guards that stand after the handler. */
export interface Protection {
  readonly state: 'guarded' | 'open' | 'unknown';
  readonly by: ChainLink | undefined;
  readonly because: string;
  readonly late: readonly ChainLink[];
  /** Guarded as far as is known: nobody can tell whether every stranger is refused. */
  readonly likely?: true;
}
/** The chain as a shared list: a router's routes point at the same links. Walk it with `links()`. */
export interface ChainLink {
  readonly layer: Layer;
  readonly from: 'application' | 'router' | 'mount' | 'route' | 'convention';
  readonly scope: ScopeId;
  readonly when: readonly Branch[];
  /** Covers this endpoint for certain: no unknown path piece, no switchable branch. */
  readonly sure: boolean;
  readonly before: ChainLink | undefined;
}
/** One method on one full path of one application. */
export interface Endpoint {
  /** Application, method, shape and ordinal: no positions. */
  readonly id: string;
  readonly method: HttpMethod | 'all';
  readonly methodAt: At;
  readonly pathAt: At | undefined;
  readonly path: PathPattern;
  readonly framework: string;
  readonly app: ScopeId;
  readonly scope: ScopeId;
  readonly route: Route;
  readonly operation: Operation | undefined;
  /** The last link before the handler. */
  readonly chain: ChainLink | undefined;
  readonly chainComplete: boolean;
  readonly when: readonly Branch[];
  readonly handler: FunctionId | undefined;
  readonly conduct: Conduct | undefined;
  readonly authentication: Protection;
  readonly authorization: Protection;
  readonly mounts: readonly At[];
  /** The first guard of its application that is told to let requests to it by, and where. */
  readonly exempt?: { readonly layer: Layer; readonly at: At };
}
/** Endpoints of one full path on one application (`same`), and of its collection (`/files` with `/files/{}`). */
export interface Siblings {
  readonly shape: string;
  readonly same: readonly Endpoint[];
  readonly collection: readonly Endpoint[];
}
export interface Scope {
  readonly id: ScopeId;
  readonly framework: string;
  readonly kind: 'application' | 'router';
  /** The creating call, and the name in it (`express` in `express()`). */
  readonly at: At;
  readonly nameAt: At;
  readonly statementAt: At;
  /** The local name it is bound to, if any: `app`. */
  readonly binding: string | undefined;
  readonly options: Value | undefined;
  /** Nobody mounts it. */
  readonly root: boolean;
  /** `listen`, `createServer(app)` or an export that an entry starts. */
  readonly serves: readonly At[];
  /** Exported by its file. */
  readonly exported: boolean;
  readonly parents: readonly ScopeId[];
  /** Everything registered with `use` at the scope itself, in order, wherever its path. */
  readonly layers: readonly ChainLink[];
  /** Routes and mounts in order with layers: what comes before what. */
  readonly order: readonly { readonly kind: 'layer' | 'route' | 'mount'; readonly at: At; readonly pathAt?: At; readonly path: PathPattern | undefined; readonly layer: Layer | undefined; readonly when: readonly Branch[] }[];
  readonly settings: ReadonlyMap<string, { readonly value: Value | boolean; readonly at: At }>;
  /** No unknown call may have registered something. */
  readonly complete: boolean;
  /** Names that made it incomplete. */
  readonly incompleteBecause: readonly string[];
  /** Where each of them stands. */
  readonly gaps: readonly { readonly why: string; readonly at: At }[];
  /** Union of the `uses` marks of every file that registers on it or below. */
  readonly reaches: ReadonlySet<string>;
}
/** The join over imports, mounts and documents: the inventory. */
export interface ProjectModel {
  readonly scopes: ReadonlyMap<ScopeId, Scope>;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly byShape: ReadonlyMap<string, readonly Endpoint[]>;
  readonly byScope: ReadonlyMap<ScopeId, readonly Endpoint[]>;
  readonly byHandler: ReadonlyMap<FunctionId, readonly Endpoint[]>;
  readonly byFile: ReadonlyMap<FilePath, readonly Endpoint[]>;
  /** Endpoints below a mount that another file than their own makes. */
  readonly byMount: ReadonlyMap<FilePath, readonly Endpoint[]>;
  /** Endpoints a guard is told to let by, by the file that says so. */
  readonly byExemption: ReadonlyMap<FilePath, readonly Endpoint[]>;
  readonly roles: ReadonlyMap<FunctionId, Role>;
  readonly handed: HandedOver;
  readonly documents: readonly OpenApiDocument[];
  /** The documents that the text of a file belongs to. */
  readonly documentsIn: ReadonlyMap<FilePath, readonly OpenApiDocument[]>;
  readonly drift: Drift;
  readonly habits: Habits;
}
/** What the join of the code alone tells. */
export type JoinedCode = Omit<ProjectModel, 'documents' | 'documentsIn' | 'drift'>;
/** Code held against the documents of the project. */
export interface Drift {
  /** By the id of the endpoint; one that no document can be held against is not in it. */
  readonly endpoints: ReadonlyMap<string, Said>;
  readonly operations: ReadonlyMap<Operation, Served>;
}
/** An operation and the document it stands in. */
export interface Documented {
  readonly operation: Operation;
  readonly document: OpenApiDocument;
}
/**
 * What documents say of an endpoint. 'listed': an operation of its API's documents describes it. 'method': they have its path, not its method;
 * 'path': they do not have its path. 'unclear': nobody can tell.
 */
export interface Said {
  readonly state: 'listed' | 'method' | 'path' | 'unclear';
  /** The operations that describe it, of the nearest document first; those of its path for 'method'. */
  readonly operations: readonly Documented[];
  /** Where an operation for it would stand, and the path as it is or would be written there. */
  readonly place: { readonly document: OpenApiDocument; readonly key: string | undefined } | undefined;
}
/** What code does about an operation. 'missing': no code of the project can serve it, and nearly all others of its document are served. */
export interface Served {
  readonly state: 'served' | 'missing' | 'unclear';
  readonly endpoints: readonly Endpoint[];
  /** The path by which code would serve it: with what stands before the paths of its neighbours. */
  readonly path: string;
  /** The same in a later version of the API, which is served as well. */
  readonly newer: Endpoint | undefined;
}
/** What this code base does elsewhere; fixes copy it. Most frequent first. */
export interface Habits {
  readonly guards: readonly Habit[];
  readonly roleGuards: readonly Habit[];
}
export interface Habit {
  readonly text: string;
  readonly import: { readonly from: FilePath | string; readonly name: string } | undefined;
  readonly count: number;
}

/** The chain from first to last as a request meets it. */
export function links(last: ChainLink | undefined): readonly ChainLink[] {
  const out: ChainLink[] = [];
  for (let link = last; link; link = link.before) out.push(link);
  return out.reverse();
}
