import type { At } from '../text/source.js';
import type { Attempt, Branch, Loop } from './module.js';
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
  /** Why a function that looks like a guard is none, or nobody knows whether it is. */
  readonly doubt?: string;
  /** The option of a route it stands under, where a copy of it must stand there too. */
  readonly key?: string;
  /** The call of a package that its name stands for. */
  readonly made?: At;
  /** The checks it is made of, where every one of them must pass. */
  readonly parts?: readonly Layer[];
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
  /** Guards stand under this key of an object: the one at `layersAt`, or a new one before it; `within`: of a new one under that key; `listed`: as a list. */
  readonly layersUnder?: { readonly key: string; readonly as: 'entry' | 'object'; readonly within?: string; readonly listed?: true };
  /** A function answers it under tests of its own: no statement registers it. */
  readonly branch?: true;
  /** Something of its own, such as the options it spreads, cannot be read. */
  readonly unread?: true;
  /** `// unlatched: public -- reason` stands above. */
  readonly public: boolean;
}
/** What one call on a scope means, as an adapter says it; values are evaluated by the replay. */
export type ScopeEvent =
  /** `conduct`: what its function does to requests of this route alone; `doubt`: why nobody can tell all of it. */
  | {
      readonly kind: 'route';
      readonly methods: Methods;
      readonly path: Value | undefined;
      readonly values: readonly Value[];
      readonly options?: Value;
      readonly described?: Described;
      readonly conduct?: Conduct;
      readonly doubt?: string;
      /** No statement registers it: it is found by its name. */
      readonly found?: true;
      readonly at: At;
    }
  /** The operations of a document are answered, in the way of this driver, with what its call was given. */
  | { readonly kind: 'operations'; readonly driver: string; readonly args: readonly (Value | undefined)[]; readonly at: At }
  /** A function, or without a name an object of them, that answers an operation or checks a scheme by its name. */
  | { readonly kind: 'named'; readonly name: Value | undefined; readonly value: Value; readonly as: 'handler' | 'security'; readonly at: At }
  /** Middleware or sub-scopes, whatever each value turns out to be. */
  /**
   * `exact`: the path covers itself alone, what is below it only with a `*`. `methods`: only requests of these.
   * `reach`: 'application' covers every route of the application, wherever it is registered and in whatever order; its paths stand below the application's own.
   * 'own' covers the routes of this scope, not of those below. `whole`: its paths do not stand below this scope's own.
   */
  | {
      readonly kind: 'use'; readonly paths: readonly Value[]; readonly values: readonly Value[]; readonly methods?: Methods; readonly as?: Place; readonly late?: true; readonly exact?: true;
      readonly reach?: 'application' | 'own'; readonly whole?: true; readonly except?: readonly Excepted[]; readonly at: At;
    }
  /** A function that is given a scope of its own below this one, or, as an `open` one, this scope itself. */
  | { readonly kind: 'plugin'; readonly value: Value; readonly gives: readonly ('scope' | 'options' | 'other')[]; readonly options: Value | undefined; readonly open: boolean; readonly written?: 'objects'; readonly at: At }
  /** The scope and those below get a member: `decorate('name', value)`; `reach`: all scopes of the application do. */
  | { readonly kind: 'member'; readonly name: Value; readonly value: Value; readonly reach?: 'application'; readonly at: At }
  /** A way to authenticate requests, for the whole application, that routes ask for by name: `scheme` names what makes it, `value` makes one. */
  | { readonly kind: 'scheme'; readonly name: Value; readonly value: Value; readonly at: At }
  | { readonly kind: 'strategy'; readonly name: Value; readonly scheme: Value; readonly at: At }
  /** What routes of the application that say nothing of their own ask for, whenever they were added. */
  | { readonly kind: 'default'; readonly value: Value; readonly mode: Value | undefined; readonly at: At }
  /** Stands before all paths of the scope; the last one counts. */
  | { readonly kind: 'prefix'; readonly path: Value; readonly at: At }
  /** Answers what no route does: paths nobody knows. */
  | { readonly kind: 'answers'; readonly values: readonly Value[]; readonly at: At }
  | { readonly kind: 'parameter'; readonly name: Value; readonly values: readonly Value[]; readonly at: At }
  | { readonly kind: 'setting'; readonly name: string; readonly value: Value | boolean; readonly at: At }
  /** The class whose controllers, and those of the modules it imports, answer the requests of the application. */
  | { readonly kind: 'module'; readonly value: Value; readonly at: At }
  /** Stands before all routes of controllers that are registered when the application begins to serve. */
  | { readonly kind: 'guard'; readonly values: readonly Value[]; readonly at: At }
  | { readonly kind: 'serves'; readonly at: At }
  | { readonly kind: 'incomplete'; readonly why: string; readonly at: At };

/** Requests a layer lets by without looking at them; no methods: all. Paths are whole and cover themselves alone, or with `below` all that is under them. */
export interface Excepted {
  readonly path: Value;
  readonly methods?: Methods;
  readonly below?: true;
}
/** Where a function stands: its parameters mean something else in each. `payload` and `failure` are hooks that are handed one. */
export type Place = 'handler' | 'layer' | 'error' | 'payload' | 'failure' | 'plugin';
/** The keys of a route that is written as an object, or of the options of one. */
export interface Described {
  readonly methods: string;
  readonly paths: readonly string[];
  /** In the order in which they run, with what stands there. */
  readonly layers: ReadonlyMap<string, Place>;
  readonly handler: string;
  /** Where one more guard goes. */
  readonly guards: string;
  /** Keys may also stand in an object under one of these, or in one a function there gives. */
  readonly under?: readonly string[];
  /** Functions may stand under a key of an object, and what they throw may be ignored: `{ method: check, failAction: 'log' }`. */
  readonly functions?: { readonly key: string; readonly failing: string; readonly ignored: ReadonlySet<string> };
  /** What names the strategies a route asks for; what stands under the key replaces the application's default. */
  readonly asks?: string;
  /** Several routes may be given as a list. */
  readonly lists?: true;
}

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
  readonly tries?: readonly Attempt[];
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
  /** Whether a request that brings no credentials reaches `next()`: never, nobody can tell, if a setting says so, always. */
  readonly strangers: 'no' | 'maybe' | 'setting' | 'yes';
  /** Whether such a request is answered as if it were welcome. */
  readonly welcomes: 'no' | 'maybe' | 'setting' | 'yes';
  /** Whether such a request is refused or fails. */
  readonly stops: 'no' | 'maybe' | 'setting' | 'yes';
  /** Whether such a request is refused with 401 or 403. */
  readonly turnsAway: 'no' | 'maybe' | 'setting' | 'yes';
  /** The settings these depend on, as they are written, in source order. */
  readonly settings: readonly string[];
  /** The guard a request is handed to, where only its name says that it refuses. */
  readonly byName: string | undefined;
  /** A call by which a request without credentials may get an account, where one is on its way. */
  readonly enrols?: string;
}
/** An event bound to a scope, with the branches and loop it stands in. */
export interface BoundEvent {
  readonly event: ScopeEvent;
  readonly when: readonly Branch[];
  readonly loop: Loop | undefined;
}
