import type { Artifact } from '../artifacts/kind.js';
import type { Conduct, RequestField, Role, Send } from '../model/api.js';
import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import type { Policy } from '../policy/policy.js';
import { authGuardName } from '../rules/facts/guards.js';
import type { Leaf, RuleContext } from '../rules/rule.js';
import { fileOf, type At, type FilePath, type Span } from '../text/source.js';
import { alike } from '../text/alike.js';
import { calledFunction } from './called.js';
import { conductOf, type ConductInput } from './conduct.js';
import { declaredType, entityBehind } from './declared.js';
import { environmentOf } from './environment.js';
import { dockerIgnore, gitIgnore } from './ignored.js';
import { remembered, type Look, type Looks } from './looks.js';
import { directlyIn } from './refusals.js';
import { createPayloads, filterRole, formatterRole, listedErrorRole } from './payloads.js';
import type { Manifest } from './manifests.js';
import { links, type Endpoint, type FileClass, type ProjectModel, type Scope } from './project.js';
import { cutFrom, requestField } from './request.js';
import { PROCEDURE, proceduresIn } from './procedures.js';
import { RESOLVER, resolversIn } from './resolver-maps.js';
import { createRunning } from './running.js';
import { guessRole, socketRole } from './sends.js';
import { truthOf, type Known } from './truth.js';
import { constantOf, optionOf, resolveValue, sameValue, type Followed } from './values.js';

/** What the context needs of the engine's holdings. */
export interface Holdings extends Followed {
  readonly project: ProjectModel;
  readonly policy: Policy;
  spanOf(at: At): Span;
  /** Of which `at` is looked at, or all. */
  textOf(path: FilePath, at?: At): string;
  /** Is told of whose function is asked what runs it: endpoints of any file may. */
  asksWhoRuns(fn: FunctionId): void;
  /** What answers look at in the file is noted here. */
  readonly looks?: Looks | undefined;
  classOf(path: FilePath): FileClass;
  usesOf(path: FilePath): ReadonlySet<string>;
  projectUses(what: string): boolean;
  marksFrom(start: string): readonly string[];
  manifestOf(path: FilePath): Manifest | undefined;
  manifestPath(path: FilePath): FilePath | undefined;
  paths(): readonly FilePath[];
  artifactOf(path: FilePath): Artifact | undefined;
  /** Its kind alone, which does not count as a look at the file. */
  kindOf(path: FilePath): Artifact['kind'] | undefined;
  /** Undefined where the file is not held. */
  ignoreFile(path: FilePath): string | undefined;
  versionOf: RuleContext['version'];
  lockedAt: RuleContext['lockedAt'];
  broughtIn: RuleContext['broughtIn'];
  readonly today: string;
  isData(path: FilePath): boolean;
  /** The file gives out data and is imported by the other, so that it is asked about what that does with it. */
  isAsked(path: FilePath, by: FilePath): boolean;
}

/** Answers for the rules that look at one file. Pure over its holdings; a new one is made when they change. */
export function createContext(file: FilePath, held: Holdings): RuleContext {
  const { project } = held;
  const moduleOf = (fn: FunctionId): ModuleView | undefined => held.module(fileOf(fn));
  const body = (fn: FunctionId): FunctionView | undefined => {
    const module = moduleOf(fn);
    return module?.top.id === fn ? module.top : module?.functions.get(fn);
  };
  const { looks } = held;
  /** Maps of resolvers are looked for once in a file. */
  const resolvers = remembered(looks, (path: FilePath) => ofModule(held.module(path), resolversIn, looks));
  const procedures = remembered(looks, (path: FilePath) => ofModule(held.module(path), proceduresIn, looks));
  const resolver = (fn: FunctionId): Role | undefined => (resolvers(fileOf(fn)).has(fn) ? RESOLVER : procedures(fileOf(fn)).has(fn) ? PROCEDURE : undefined);
  const outerOf = ({ id, within }: FunctionView): FunctionView | undefined => (within === undefined ? moduleOf(id)?.top : body(within));
  const guessed = remembered(looks, (fn: FunctionId): Role | undefined => {
    const view = body(fn);
    return view && (filterRole(view, moduleOf(fn)) ?? formatterRole(view, moduleOf(fn)) ?? listedErrorRole(view, outerOf(view)) ?? socketRole(view, outerOf(view)) ?? resolver(fn) ?? guessRole(view));
  });
  const role = (fn: FunctionId): Role | undefined => project.roles.get(fn) ?? guessed(fn);
  /** What a framework hands a function is always there: of one that is registered, or that is written where it is registered. */
  const handed = (value: Value): Known | undefined => {
    if (value.kind === 'call') return constantGiven(value, held);
    if (value.kind !== 'ref' || value.path.length > 0) return undefined;
    if (value.root.kind !== 'parameter') return constantNamed(value, held, handed);
    const { fn, index } = value.root;
    const known = role(fn);
    const given = known && (known.sure || isWrittenInPlace(fn, body)) ? known.parameters[index] : undefined;
    return given === 'next' ? 'function' : GIVEN.has(given ?? '') ? 'something' : undefined;
  };
  const runsAt = remembered(looks, (when: readonly Branch[]) => when.every(({ test, holds }) => truthOf(test, handed) !== !holds));
  const runs = (when: readonly Branch[]): boolean => when.length === 0 || runsAt(when);
  const payloads = createPayloads({ ...held, body, role });
  const isUnder = (at: At, wanted: Span): boolean => {
    const span = held.spanOf(at);
    return span.start >= wanted.start && span.end <= wanted.end;
  };
  /** Where a called name leads; the file is looked at in full, which the holdings note. */
  const follow = (target: Value): { readonly fn: FunctionView; readonly module: ModuleView } | undefined => {
    if (target.kind !== 'ref' || (target.root.kind !== 'local' && target.root.kind !== 'import')) return undefined;
    const { value: end, exact } = resolveValue(target, held);
    if (!exact || end.kind !== 'function') return undefined;
    const module = moduleOf(end.fn);
    const fn = body(end.fn);
    return module && fn && { fn, module };
  };
  const inside: NonNullable<ConductInput['inside']> = new WeakMap();
  // Dozens of rules ask the same of the same functions and values.
  const conduct = remembered(looks, (fn: FunctionId): Conduct | undefined => {
    const module = moduleOf(fn);
    const view = body(fn);
    return module && view ? conductOf(view, module, { guardName: authGuardName, follow, inside, looks }) : undefined;
  });
  const sends = remembered(looks, (fn: FunctionId): readonly Send[] => {
    const view = body(fn);
    return view ? payloads.sends(view).filter((send) => runs(send.when)) : [];
  });
  const resolve = remembered(looks, (value: Value) => resolveValue(value, held));
  const constant = remembered(looks, (value: Value) => constantOf(value, held));
  const leavesIn = remembered(looks, (inside: FunctionView) => remembered(looks, (value: Value): readonly Leaf[] => [...payloads.leaves(value, inside)]));
  const request = remembered(looks, (value: Value): RequestField | undefined => {
    let current: Value | undefined = value;
    for (let hops = 0; current && hops < MOST_CUTS; hops++) {
      const field = requestField(current, role);
      if (field) return field;
      current = payloads.followBinding(current) ?? cutFrom(current);
    }
    return undefined;
  });
  const scopes = (): Iterable<Scope> => project.scopes.values();
  const running = createRunning({ project, body, looks, follow: (target) => follow(target)?.fn.id });
  const runningMethods = createRunning({ project, body, looks, follow: (target) => calledFunction(target, false, { ...held, body })?.id });

  return {
    looks,
    policy: (key) => held.policy[key],
    resolve: (value) => (value.kind === 'ref' || value.kind === 'call' ? resolve(value) : resolveValue(value, held)),
    constant: (value) => (value.kind === 'literal' ? value : constant(value)),
    option: (value, key) => optionOf(value, key, held),
    leaves: (value, inside) => leavesIn(inside)(value),
    runs,
    environment: (when) => environmentOf(when, (value) => followedTest(value, held, (call) => calledFunction(call.target, false, { ...held, body }))),
    body,
    called: (call) => calledFunction(call.target, call.form === 'new', { ...held, body }),
    typeOf: (ref) => declaredType(ref, { ...held, body }),
    entity: (value) => entityBehind(value, { ...held, body }),
    top: (path) => held.module(path)?.top,
    functions(path) {
      const module = held.module(path);
      return module ? [module.top, ...module.functions.values()] : [];
    },
    inner(fn) {
      const module = moduleOf(fn.id);
      return module ? directlyIn(fn, module, { inside, looks }) : [];
    },
    conduct,
    role,
    request,
    isError: payloads.isError,
    sends,
    endpoints(by) {
      if ('handler' in by) return handlersOf(by.handler, project, body);
      if ('shape' in by) return project.byShape.get(by.shape) ?? [];
      if ('scope' in by) return project.byScope.get(by.scope) ?? [];
      if ('exemptIn' in by) return project.byExemption.get(by.exemptIn) ?? [];
      if ('mountedIn' in by) return project.byMount.get(by.mountedIn) ?? [];
      return project.byFile.get(by.file) ?? [];
    },
    scope: (id) => project.scopes.get(id),
    scopeOf(at) {
      for (const scope of scopes()) {
        if (scope.at.path !== at.path) continue;
        if (scope.at.mark === at.mark || isUnder(at, held.spanOf(scope.statementAt))) return scope;
      }
      for (const scope of scopes()) for (const entry of scope.order) if (entry.at.path === at.path && isUnder(at, held.spanOf(entry.at))) return scope;
      return undefined;
    },
    endpointsThrough(at) {
      const wanted = held.spanOf(at);
      const isHere = (place: At | undefined): boolean => place?.path === at.path && overlaps(held.spanOf(place), wanted);
      return [...project.endpoints.values()].filter((endpoint: Endpoint) => links(endpoint.chain).some(({ layer }) => isHere(layer.at) || isHere(layer.made)));
    },
    running(fn, through) {
      held.asksWhoRuns(fn);
      return through === 'methods' ? runningMethods(fn) : running(fn);
    },
    major(name, from) {
      const manifest = held.manifestPath(from);
      const range = held.manifestOf(from)?.dependencies.get(name);
      const known = manifest === undefined || range === undefined ? undefined : held.versionOf(name, range, manifest)?.version;
      const found = range === undefined ? undefined : /(\d+)(?:\.\d+|\.x|$|\s|-)/.exec((known ?? range).replace(/^[\^~>=v\s]+/, ''));
      return found?.[1] === undefined ? undefined : Number(found[1]);
    },
    version: held.versionOf,
    lockedAt: held.lockedAt,
    broughtIn: held.broughtIn,
    today: () => held.today,
    depends(name, from) {
      const manifest = held.manifestOf(from);
      return manifest && manifest.dependencies.has(name);
    },
    isAsked: (path) => path === file,
    spokenOf: (path) => path === file || held.isAsked(path, file),
    fileClass: held.classOf,
    artifacts: (kind) => held.paths().filter((path) => held.kindOf(path) === kind).flatMap((path) => held.artifactOf(path) ?? []),
    gitIgnore: (path) => gitIgnore(path, held.ignoreFile),
    dockerIgnore: (path, name) => dockerIgnore(path, name, held.ignoreFile),
    isData: held.isData,
    uses: (path, what) => held.usesOf(path).has(what),
    projectUses: held.projectUses,
    marksFrom: held.marksFrom,
    habits: () => project.habits,
    visible(name, at) {
      const module = held.module(at.path);
      if (!module) return 'absent';
      const isKnown = module.imports.some((one) => one.local === name) || module.bindings.some((one) => one.name === name && one.scope === module.top.id) || requiredNames(module, name, held);
      return isKnown ? 'present' : 'absent';
    },
    localName(path, from, name) {
      const module = held.module(path);
      const found = module?.imports.find((one) => one.from === from && (one.name === name || (name === 'default' && one.name === '*')) && one.local !== undefined);
      return found?.local;
    },
    sameValue: (a, b) => sameValue(a, b),
    within: (at, from, to) => ({ path: at.path, mark: at.mark, part: at.part ? { start: at.part.start + from, end: at.part.start + to } : { start: from, end: to } }),
    textOf(at) {
      const span = held.spanOf(at);
      return held.textOf(at.path, at).slice(span.start, span.end);
    },
    pathOf: (at) => at.path,
  };
}
const NO_FUNCTIONS: ReadonlySet<FunctionId> = new Set();
/** Functions that all of a module tells: whoever asks for them has looked at these alone. */
function ofModule(module: ModuleView | undefined, find: (module: ModuleView) => ReadonlySet<FunctionId>, looks: Looks | undefined): ReadonlySet<FunctionId> {
  if (!module) return NO_FUNCTIONS;
  if (!looks) return find(module);
  const found = looks.into(new Set<Look>(), () => find(module));
  looks.at({ stillIn: (now) => alike(find(now), found) });
  return found;
}
/** How often a text may be bound to a name or cut before nobody takes it for what was sent. */
const MOST_CUTS = 8;
const GIVEN: ReadonlySet<string> = new Set(['request', 'response', 'context', 'next']);
/** An unnamed function of four, three or two parameters that is an argument: nobody but what it is given to calls it. */
function isWrittenInPlace(fn: FunctionId, body: (fn: FunctionId) => FunctionView | undefined): boolean {
  const view = body(fn);
  return view !== undefined && view.name === 'anonymous' && view.parameters.length > 1;
}
function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Endpoints whose handler is the function, or holds it as a callback. */
function handlersOf(fn: FunctionId, project: ProjectModel, body: (fn: FunctionId) => FunctionView | undefined): readonly Endpoint[] {
  let current: FunctionId | undefined = fn;
  for (let hops = 0; current !== undefined && hops < 20; hops++) {
    const found = project.byHandler.get(current);
    if (found) return found;
    current = body(current)?.within;
  }
  return [];
}

/** The constant a name of this or another file stands for. */
function constantNamed(value: Ref, held: Followed, read: (value: Value) => Known | undefined): Known | undefined {
  if (value.root.kind !== 'local' && (value.root.kind !== 'import' || value.root.name === '*')) return undefined;
  if (value.root.kind === 'local' && held.surface(value.at.path)?.bindings[value.root.binding]?.constant !== true) return undefined;
  const end = resolveValue(value, held).value;
  if (end.kind === 'literal') return { value: end.value };
  // A name for a test: what makes it fail or hold is known wherever it is asked.
  const truth = end.kind === 'logic' || end.kind === 'not' || end.kind === 'compare' ? truthOf(end, (inner) => (inner.kind === 'call' || inner.kind === 'literal' ? read(inner) : undefined)) : undefined;
  return truth === undefined ? undefined : { value: truth };
}
/** The constant a call gives. */
function constantGiven(value: Call, held: Followed): Known | undefined {
  const end = resolveValue(value, held).value;
  return end.kind === 'literal' ? { value: end.value } : undefined;
}

/** A name in a test leads to the test it was made of: `const isDev = process.env.NODE_ENV === 'development'`. */
function followedTest(value: Value, held: Followed, called: (call: Call) => FunctionView | undefined): Value {
  const end = resolveValue(value, held).value;
  // `isProduction()` of the project: the one test it gives back.
  const only = end.kind === 'call' && end.form === 'call' && end.args.length === 0 ? called(end) : undefined;
  const [step] = only?.steps ?? [];
  if (only?.complete && !only.async && only.steps.length === 1 && step?.do === 'return' && step.value && /^(compare|not)$/.test(step.value.kind)) return step.value;
  return end.kind === 'object' || end.kind === 'function' ? value : end;
}

/** `const helmet = require('helmet')` binds a name without a binding of its own. */
function requiredNames(module: ModuleView, name: string, held: Holdings): boolean {
  if (module.system !== 'commonjs') return false;
  const text = held.textOf(module.path);
  const index = text.search(new RegExp(`\\b(?:const|let|var)\\s{1,3}${name.replace(/[^\w$]/g, '')}\\s{0,3}=\\s{0,3}require\\b`));
  return index >= 0;
}
