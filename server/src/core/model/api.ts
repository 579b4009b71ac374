import type { At } from '../text/source.js';
import type { Branch, Loop } from './module.js';
import type { Call, FunctionId, Value } from './value.js';

/** One instance of an application or router: its place of creation and the calls it was reached through. */
export type ScopeId = string & { readonly __brand: 'ScopeId' };
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE' | 'CONNECT' | 'QUERY' | (string & {});
/** `name` is upper case, 'all' for every method, 'unknown' for a computed one. */
export type Methods = readonly { readonly name: HttpMethod | 'all' | 'unknown'; readonly at: At }[];

export type Protects = 'authentication' | 'authorization' | 'rate' | 'size' | 'schema' | 'csrf' | 'headers' | 'cors' | 'nothing';
/** Why an entry counts as protection, and how sure we are. 'nothing': known to be harmless. */
export interface Guard {
  readonly protects: Protects;
  readonly certainty: 'certain' | 'likely';
  readonly because: string;
}
/** One function that stands before, around or behind handlers. */
export interface Layer {
  readonly value: Value;
  /** Text a person recognises it by: `requireAuth`, `helmet`, `express.json`. */
  readonly name: string;
  readonly fn: FunctionId | undefined;
  readonly at: At;
  readonly phase: 'request' | 'early' | 'late' | 'response' | 'error';
  /** By module, name, option or conduct; empty: nothing is known of it. */
  readonly claims: readonly Guard[];
}
export interface Route {
  readonly kind: 'route';
  readonly methods: Methods;
  readonly path: Value | undefined;
  readonly layers: readonly Layer[];
  readonly handler: Layer | undefined;
  readonly options: Value | undefined;
  readonly at: At;
  readonly statementAt: At;
  /** The first thing after the path: a guard is inserted before it. */
  readonly layersAt: At | undefined;
  /** `// unlatched: public -- reason` stands above. */
  readonly public: boolean;
}
/** What one call on a scope means, as an adapter says it; values are evaluated by the replay. */
export type ScopeEvent =
  | { readonly kind: 'route'; readonly methods: Methods; readonly path: Value | undefined; readonly values: readonly Value[]; readonly options?: Value; readonly at: At }
  /** Middleware or sub-scopes, whatever each value turns out to be. */
  /** `exact`: the path covers itself alone, what is below it only with a `*`. */
  | { readonly kind: 'use'; readonly paths: readonly Value[]; readonly values: readonly Value[]; readonly methods?: Methods; readonly exact?: true; readonly at: At }
  /** Stands before all paths of the scope; the last one counts. */
  | { readonly kind: 'prefix'; readonly path: Value; readonly at: At }
  /** Answers what no route does: errors, and paths nobody knows. */
  | { readonly kind: 'answers'; readonly as: 'error' | 'handler'; readonly values: readonly Value[]; readonly at: At }
  | { readonly kind: 'parameter'; readonly name: Value; readonly values: readonly Value[]; readonly at: At }
  | { readonly kind: 'setting'; readonly name: string; readonly value: Value | boolean; readonly at: At }
  | { readonly kind: 'serves'; readonly at: At }
  | { readonly kind: 'incomplete'; readonly why: string; readonly at: At };

/** What the parameters of a function mean; given by the adapter where it is registered, or guessed by shape (`sure` false). */
export interface Role {
  readonly framework: string;
  readonly as: 'handler' | 'layer' | 'error' | 'other';
  readonly parameters: readonly ('request' | 'response' | 'context' | 'next' | 'error' | 'other')[];
  /** The returned value is the response body. */
  readonly returnSends: boolean;
  readonly sure: boolean;
}
/** A request value a caller controls. */
export interface RequestField {
  readonly from: 'header' | 'query' | 'body' | 'param' | 'cookie' | 'path' | 'url' | 'host' | 'ip' | 'method' | 'file' | 'identity' | 'whole';
  readonly key: string | undefined;
}
/** One payload handed to the client. `narrowed`: under an instanceof, name or status test of the error. */
export interface Send {
  readonly value: Value;
  readonly status: Value | undefined;
  readonly call: Call | undefined;
  readonly when: readonly Branch[];
  readonly narrowed: boolean;
  readonly zone: 'body' | 'try' | 'catch' | 'finally';
  readonly at: At;
  readonly statementAt: At;
}
/** What a function does to a request. `refuses`: statuses it may answer, 0 for a throw. */
export interface Conduct {
  readonly passes: 'always' | 'sometimes' | 'never' | 'unknown';
  readonly refuses: readonly number[];
  readonly tests: readonly ('identity' | 'role' | 'owner' | 'signature' | 'method' | 'path' | 'environment' | 'credential' | 'origin')[];
  readonly touches: readonly ('file-write' | 'data-write' | 'data-delete' | 'html' | 'outgoing' | 'cookie' | 'process')[];
  /** Refuses every request, whatever it holds: a method that is denied. */
  readonly closed: boolean;
  readonly complete: boolean;
}
/** An event bound to a scope, with the branches and loop it stands in. */
export interface BoundEvent {
  readonly event: ScopeEvent;
  readonly when: readonly Branch[];
  readonly loop: Loop | undefined;
}
