import type { HttpMethod, Place, Protects, Role, ScopeEvent } from '../model/api.js';
import type { FunctionView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';

/**
 * What a call on a scope gives back: the scope itself (a chain), a builder that keeps a path (`route('/x')`), the scope with a
 * path before all that is registered through it (`basePath('/v1')`), or middleware that refuses nobody (`allowedMethods()`).
 */
export type CallResult = { readonly kind: 'self' | 'harmless' } | { readonly kind: 'builder' | 'derived'; readonly path: Value | undefined } | undefined;
/** What a creating call makes; `prefix` stands before everything registered on it. */
export interface Created {
  readonly kind: 'application' | 'router';
  readonly options: Value | undefined;
  readonly prefix?: Value;
  /** What is called on it at once: a manifest's plugins. */
  readonly then?: { readonly name: string; readonly args: readonly Value[] };
  /** An option of what makes it, a function that is given each new one: `createFactory({ initApp })`. */
  readonly made?: string;
}
/** Middleware made of other middleware, or put under a path: `compose([a, b])`, `mount('/m', a)`. */
export interface Composed {
  /** The call is worth its argument: `createRoute({ ... })`. */
  readonly same?: true;
  readonly path: Value | undefined;
  readonly values: readonly Value[];
}

/** The tables of MODEL.md section 2 as data; the join reads them, no adapter walks. */
export interface OrderRules {
  /** A router's own middleware also runs for requests that fall through it. */
  readonly fallThrough: boolean;
  readonly caseSensitive: boolean;
  /** The option of a scope, and the setting, that says otherwise. */
  readonly caseOptions?: readonly string[];
  /** 'registration': a layer covers what is registered after it; 'scope': all of its scope and of those below. */
  readonly layers: 'registration' | 'scope';
  /** A route's functions may pass a request on to routes registered later. */
  readonly routesPass: boolean;
  /** Which mounts take what a router holds at that moment, its middleware with it, and miss what is registered later. */
  readonly copies: 'none' | 'routers' | 'all';
  /** A check of a path parameter also stands before routes registered earlier. */
  readonly parametersFirst: boolean;
  /** Parameters are written `{id}`, `{id?}` and `{rest*}`, and a colon means itself. */
  readonly braces?: true;
}
/** By what a parameter nobody binds is known to be a scope of this framework. */
export interface Marks {
  readonly name: RegExp;
  readonly type: RegExp;
  /** Methods few other frameworks have. */
  readonly verbs: ReadonlySet<string>;
  /** Routes are commonly given an object of options after their path. */
  readonly options?: true;
  /** Keys of a route object that few other frameworks know. */
  readonly keys?: ReadonlySet<string>;
  /** Routes are given to `route` alone or as a list, often by name. */
  readonly lists?: true;
}

/** What the place of a file in a project says: its exports named as methods answer requests, its default does, it checks requests before all others, or it holds settings. */
export interface PlacedFile {
  /** The folder the application begins in, '' at the top. */
  readonly root: string;
  readonly as: 'methods' | 'handler' | 'check' | 'settings';
  /** As patterns below the root: `/users/:id`, `/docs/*rest`. */
  readonly paths: readonly string[];
}
/** Words of a framework whose routes are decorated methods of classes; names are dotted with their package, as in `@nestjs/common.Get`. */
export interface Decorated {
  /** The method a decorator of a method answers. */
  readonly methods: ReadonlyMap<string, HttpMethod | 'all'>;
  /** Is given path and method as an object with the keys `path` and `method`. */
  readonly mapping: string;
  /** An enumeration of methods; the member is the method's name. */
  readonly enumeration: string;
  readonly controller: string;
  readonly module: string;
  readonly guards: string;
  readonly metadata: string;
  readonly version: string;
  /** Stands for every version, or for none. */
  readonly neutral: string;
  /** Makes one decorator of several. */
  readonly together: string;
  /** Makes a decorator whose metadata is found by the decorator itself. */
  readonly maker: string;
  /** A provider under this name guards the whole application. */
  readonly guardToken: string;
  /** Gives a class that is not there yet. */
  readonly later: string;
  /** Puts modules under paths. */
  readonly tree: ReadonlySet<string>;
  /** Whether the module of a package adds neither routes nor guards. */
  isInfrastructure(callee: string): boolean;
  /** Whether a decorator of a package keeps nobody out. */
  isPlain(callee: string): boolean;
}

/** A vocabulary: says what a call means, evaluates nothing, sees one call. */
export interface FrameworkAdapter {
  readonly id: string;
  readonly packages: readonly string[];
  /** Method names worth evaluating on a receiver that may be a scope. */
  readonly verbs: ReadonlySet<string>;
  /** Members whose methods register on the scope; they are called as `auth.strategy`. */
  readonly members?: ReadonlySet<string>;
  /** What a call gives the requests of a server to; `callee` is what it is known by. Undefined when it makes no server. */
  listens?(call: Call, callee: string): { readonly listener: Value | undefined } | undefined;
  /** Members that answer requests when they are handed to a server: `app.fetch`. */
  readonly answering?: ReadonlySet<string>;
  /** What a creating call makes; undefined when it makes nothing of this framework. */
  creates(call: Call): Created | undefined;
  /** What a call on a scope registers; `path` is the builder's, when called on one. `read` gives what a name is bound to, to be looked at only. */
  events(call: Call, on: 'application' | 'router' | 'builder', path: Value | undefined, read: (value: Value) => Value): readonly ScopeEvent[];
  returns(call: Call): CallResult;
  /** What the parameters of a function mean that stands there. */
  role(at: Place, fn: FunctionView): Role;
  /** Verbs that register whatever their first argument is. */
  readonly plain: ReadonlySet<string>;
  readonly marks: Marks;
  /** The plugin inside a call that makes it register on the scope it is given: `fp(plugin)`. */
  opens?(call: Call): { readonly value: Value; readonly open: boolean } | undefined;
  /** Checks a call makes one of: `all` must pass, or one of them is enough. */
  combines?(call: Call): { readonly values: readonly Value[]; readonly all: boolean } | undefined;
  /** What a call of a package's function only puts together; the callee of a member of a call's result is `package.make().member`. */
  composes?(call: Call): Composed | undefined;
  /** Packages whose plugin registers all files of a folder. */
  readonly folders?: ReadonlySet<string>;
  /** What a plugin of a package does to the scope it is registered on; undefined when nobody knows. */
  plugin?(from: string, options: Value | undefined): Protects | undefined;
  /** What places a file may have, likeliest first; which of them is one depends on where the application begins. */
  placed?(path: string): readonly PlacedFile[];
  /** Files that begin so hold functions a page calls over the network: `'use server'`. */
  readonly calledByPages?: string;
  /** Schemes that packages bring, each of which refuses requests without credentials. */
  readonly schemes?: ReadonlySet<string>;
  readonly order: OrderRules;
  /** Of frameworks whose routes are decorated methods of classes. */
  readonly decorated?: Decorated;
}

/** The verbs routers make of `http.METHODS`, as express 5.3.0 and 4.22.3 define them (package `methods`); `all` is every one. */
export const METHODS: ReadonlyMap<string, HttpMethod | 'all'> = new Map(
  [
    'get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'connect', 'copy', 'link', 'lock', 'merge', 'mkactivity', 'mkcalendar', 'mkcol',
    'move', 'notify', 'propfind', 'proppatch', 'purge', 'query', 'rebind', 'report', 'search', 'source', 'subscribe', 'unbind', 'unlink', 'unlock', 'unsubscribe', 'm-search', 'checkout', 'acl', 'bind',
  ].map((name): [string, HttpMethod | 'all'] => [name, name.toUpperCase()]).concat([['all', 'all'], ['del', 'DELETE']]),
);

/** Whether a first argument is a path: text, a pattern, a list of them, or something whose name says so. */
export function looksLikePath(value: Value): boolean {
  if (value.kind === 'array') return value.items.length > 0 && value.items.every((item) => looksLikePath(item.value));
  if (value.kind === 'call') return /^(path(\.posix)?\.join|url-?join(\.default)?)$/.test(value.callee) || /(path|prefix|url|subdir|endpoint)$/i.test(value.name);
  if (value.kind === 'ref') return /(path|pathname|prefix|url|route|base|endpoint|root)s?$/i.test(value.path.at(-1) ?? value.text) && !/(router|routes?r)$/i.test(value.text);
  return value.kind === 'template' || value.kind === 'regex' || (value.kind === 'literal' && typeof value.value === 'string');
}

const NEVER = /(?!)/;
/** What holds for a framework in which no call registers a route: its routes are found in another way, and only its handlers are its own. */
export const REGISTERS_NOTHING = {
  verbs: new Set<string>(),
  creates: () => undefined,
  events: () => [],
  returns: () => undefined,
  plain: new Set<string>(),
  marks: { name: NEVER, type: NEVER, verbs: new Set<string>() },
  order: { fallThrough: false, caseSensitive: true, layers: 'registration', routesPass: false, copies: 'none', parametersFirst: false },
} satisfies Omit<FrameworkAdapter, 'id' | 'packages' | 'role'>;
