import type { OrderRules } from '../frameworks/adapter.js';
import type { Layer, Methods, Place, ScopeEvent, ScopeId } from '../model/api.js';
import type { Value } from '../model/value.js';
import type { At } from '../text/source.js';
import { claimsGuard } from '../rules/facts/guards.js';
import type { Frame, LoggedEvent, ScopeState } from './abstract.js';
import type { Evaluation } from './evaluation.js';
import { exempted, exemptionsOf, isExempt, type Exemption } from './exemptions.js';
import { isAll, isOne, scopesOfTarget, shared } from './join-parts.js';
import { flattenValues, pathPieces, type Flat } from './path-values.js';
import { covers, isKnown, type PathPiece } from './paths.js';
import type { ChainLink, Endpoint, PathPattern } from './project.js';

/** A layer that may stand before later routes, with the paths it covers (none: all). */
export interface Active {
  readonly layer: Layer;
  readonly patterns: readonly PathPattern[];
  readonly exact: boolean;
  readonly caseSensitive: boolean;
  /** Only requests of these methods; none: all. */
  readonly methods?: Methods;
  readonly scope: ScopeId;
  readonly from: ChainLink['from'];
  readonly when: ChainLink['when'];
  readonly sure: boolean;
  /** Only routes of its scope, not of those below. */
  readonly own?: true;
  /** Requests it lets by. */
  readonly except?: readonly { readonly patterns: readonly PathPattern[]; readonly methods: Methods | undefined; readonly exact: boolean; readonly at: At }[];
  /** The same, by patterns of whole paths. */
  readonly skips?: readonly Exemption[];
  /** app.param: only routes of this scope with this parameter. */
  readonly parameter: string | undefined;
}

/** Whether a layer runs for requests of these methods to a path of a scope. */
export function coverage(active: Active, path: PathPattern, scope: Pick<ScopeState, 'id'>, methods: Methods): 'yes' | 'no' | 'maybe' {
  const some = active.methods === undefined ? 'yes' : shared(active.methods, methods);
  if (some === 'no' || (active.own === true && active.scope !== scope.id)) return 'no';
  if (active.parameter !== undefined) {
    if (active.scope !== scope.id) return 'no';
    if (active.parameter === '?') return 'maybe';
    return path.segments.some((one) => one.kind === 'parameter' && one.text.includes(`{${active.parameter}}`)) ? 'yes' : 'no';
  }
  const { how: excepted } = exceptedIn(active, path, methods);
  if (excepted === 'yes') return 'no';
  if (active.patterns.length === 0) return excepted === 'maybe' ? 'maybe' : some;
  const answers = active.patterns.map((pattern) => covers(pattern, path, active.exact, active.caseSensitive));
  return some === 'yes' && excepted === 'no' && answers.includes('yes') ? 'yes' : answers.includes('yes') || answers.includes('maybe') ? 'maybe' : 'no';
}

/** A guard that would stand before the path, were it not told to let requests to it by, and where; undefined where it is none, or nobody can tell. */
export function exemptionOf(active: Active, path: PathPattern, methods: Methods): Endpoint['exempt'] {
  if ((active.except === undefined && active.skips === undefined) || !claimsGuard(active.layer)) return undefined;
  const { how, at } = exceptedIn(active, path, methods);
  const { except: _, skips: __, ...bare } = active;
  return how === 'yes' && at && coverage(bare, path, { id: bare.scope }, methods) === 'yes' ? { layer: active.layer, at } : undefined;
}
function exceptedIn({ except = [], skips, caseSensitive }: Active, path: PathPattern, methods: Methods): ReturnType<typeof exempted> {
  const skipped = skips ? exempted(skips, path.text, methods) : undefined;
  if (skipped?.how === 'yes') return skipped;
  let maybe = skipped?.at;
  for (const one of except) {
    const some = one.methods === undefined ? 'yes' : shared(one.methods, methods);
    const found = one.patterns.map((pattern) => covers(pattern, path, one.exact, caseSensitive));
    if (some === 'no' || found.every((how) => how === 'no')) continue;
    if (some === 'yes' && found.includes('yes')) return { how: 'yes', at: one.at };
    maybe ??= one.at;
  }
  return { how: maybe ? 'maybe' : 'no', at: maybe };
}

interface ActivesInput {
  readonly evaluation: Evaluation;
  readonly ordersOf: ReadonlyMap<string, OrderRules>;
  layerOf(flat: Flat, logged: LoggedEvent, as: Place, framework: string): Layer;
  patternsOf(pieces: readonly PathPiece[], scope: ScopeState): readonly PathPattern[];
  /** The layer lets some paths through. */
  isByPath(layer: Layer): boolean;
}
type Use = Extract<ScopeEvent, { kind: 'use' }>;
/** Makes of what is registered something that may stand before routes. */
export interface Actives {
  /** What a scope is used with; `full` are the paths it covers. */
  ofUse(value: Flat, logged: LoggedEvent, full: readonly PathPattern[], scope: ScopeState): Active;
  /** A function of a route that passes requests on; `methods` undefined: all of them. */
  ofRoute(value: Flat, logged: LoggedEvent, full: readonly PathPattern[], scope: ScopeState, methods: Methods | undefined): Active;
  /** Checks of a path parameter: they stand before routes of this scope that have it. */
  checks(logged: LoggedEvent, scope: ScopeState): Active[];
  /** Layers that cover every route of an application, from all the scopes below it. */
  reachingAll(root: ScopeState, prefix: readonly PathPiece[]): Active[];
  /** The paths of a `use` and what it registers there: a first argument may turn out to be text only now. */
  usedPaths(event: Use, logged: LoggedEvent): { readonly paths: readonly PathPiece[]; readonly values: readonly Value[] };
}

export function createActives({ evaluation, ordersOf, layerOf, patternsOf, isByPath }: ActivesInput): Actives {
  const sensitive = new Map<ScopeId, boolean>();
  return { ofUse, ofRoute, checks, reachingAll, usedPaths };

  /** Asked for every layer, and the same for all of a scope. */
  function isCaseSensitive(scope: ScopeState): boolean {
    const known = sensitive.get(scope.id) ?? mindsCase(scope);
    sensitive.set(scope.id, known);
    return known;
  }
  /** The last that was said: by an option where the scope was made, or by a setting of it. */
  function mindsCase(scope: ScopeState): boolean {
    const rules = ordersOf.get(scope.framework);
    const names = rules?.caseOptions ?? [];
    for (const { event, frame } of [...scope.log].reverse()) {
      const said = event.kind === 'setting' && names.includes(event.name) ? truthOf(event.value, frame) : undefined;
      if (said !== undefined) return said;
    }
    const frame = evaluation.frameOf(scope.file);
    const options = scope.options && frame ? evaluation.evaluate(scope.options, frame) : undefined;
    const entry = options?.is === 'value' && options.value.kind === 'object' ? options.value.entries.findLast(({ key }) => key !== undefined && names.includes(key)) : undefined;
    return (entry && options?.is === 'value' ? truthOf(entry.value, options.frame) : undefined) ?? rules?.caseSensitive === true;
  }
  /** What an own function makes that is no function, router or list stands where only a path can: `app.use(joined(base, 'api'), guard)`. */
  function isMadeText(value: Value, frame: Frame): boolean {
    if (value.kind !== 'call' || evaluation.evaluate(value.target, frame).is !== 'function') return false;
    const made = evaluation.evaluate(value, frame);
    return made.is === 'value' && (made.value.kind === 'call' || made.value.kind === 'template' || made.value.kind === 'literal');
  }
  /** Before others, what nobody can look up may be their path as well: `app.use(config.base, guard)`. */
  function isAfterPerhapsText(use: Use | undefined, frame: Frame): boolean {
    const [first, second] = use?.paths.length === 0 ? use.values : [];
    if (first?.kind !== 'ref' || second === undefined) return false;
    const got = evaluation.evaluate(first, frame);
    if (got.is !== 'value') return got.is === 'unknown';
    const { value } = got;
    if (value.kind === 'unknown') return true;
    return value.kind === 'ref' && (value.root.kind === 'import' ? value.root.from.startsWith('.') : value.root.kind !== 'global');
  }
  function truthOf(value: Value | boolean, frame: Frame): boolean | undefined {
    if (typeof value === 'boolean') return value;
    const got = evaluation.evaluate(value, frame);
    return got.is === 'value' && got.value.kind === 'literal' ? Boolean(got.value.value) : undefined;
  }

  function ofUse(value: Flat, logged: LoggedEvent, full: readonly PathPattern[], scope: ScopeState): Active {
    const use = logged.event.kind === 'use' ? logged.event : undefined;
    const layer = layerOf(value, logged, use?.as ?? 'layer', scope.framework);
    const skips = exemptionsOf(value, scope.framework, (one, frame) => evaluation.evaluate(one, frame));
    return {
      layer,
      patterns: isAll(full) && use?.exact !== true ? [] : full,
      exact: use?.exact === true,
      caseSensitive: isCaseSensitive(scope),
      ...(use?.methods ? { methods: use.methods } : {}),
      ...(use?.except ? { except: use.except.map(({ path, methods, below }) => ({ methods, exact: below !== true, at: path.at, patterns: pathPieces(evaluation, path, logged.frame).flatMap((piece) => patternsOf([piece], scope)) })) } : {}),
      ...(skips ? { skips } : {}),
      ...(use?.reach === 'own' ? { own: true } : {}),
      scope: scope.id,
      from: scope.kind === 'application' || use?.reach === 'application' ? 'application' : 'router',
      when: logged.when,
      sure: !logged.openLoop && isOne(value.value) && !isByPath(layer) && (skips !== undefined || !isExempt(value)) && !isAfterPerhapsText(use, logged.frame),
      parameter: undefined,
    };
  }
  function ofRoute(value: Flat, logged: LoggedEvent, full: readonly PathPattern[], scope: ScopeState, methods: Methods | undefined): Active {
    return {
      layer: layerOf(value, logged, 'layer', scope.framework),
      patterns: full,
      exact: true,
      caseSensitive: isCaseSensitive(scope),
      ...(methods ? { methods } : {}),
      scope: scope.id,
      from: 'route',
      when: logged.when,
      sure: !logged.openLoop && isOne(value.value),
      parameter: undefined,
    };
  }
  function checks(logged: LoggedEvent, scope: ScopeState): Active[] {
    const { event } = logged;
    if (event.kind !== 'parameter') return [];
    const name = event.name.kind === 'literal' && typeof event.name.value === 'string' ? event.name.value : undefined;
    const sure = name !== undefined && !logged.openLoop;
    const common = { patterns: [], exact: false, caseSensitive: false, scope: scope.id, from: 'application', when: logged.when, sure, parameter: name ?? '?' } as const;
    return flattenValues(evaluation, event.values, logged.frame).map((value) => ({ ...common, layer: layerOf(value, logged, 'layer', scope.framework) }));
  }
  function reachingAll(root: ScopeState, prefix: readonly PathPiece[]): Active[] {
    const found: Active[] = [];
    const seen = new Set<ScopeState>([root]);
    for (const scope of seen)
      for (const logged of scope.log) {
        const { event, child } = logged;
        if (event.kind !== 'use') continue;
        if (child) seen.add(child);
        for (const value of flattenValues(evaluation, event.values, logged.frame)) {
          const below = scopesOfTarget(value.target);
          for (const one of below) seen.add(one);
          if (event.reach !== 'application' || below.length > 0) continue;
          const { paths } = usedPaths(event, logged);
          const active = ofUse(value, logged, paths.flatMap((piece) => patternsOf([...prefix, piece], scope)), scope);
          if (active.layer.phase === 'request') found.push(active);
        }
      }
    return found;
  }
  function usedPaths(event: Use, logged: LoggedEvent): { readonly paths: readonly PathPiece[]; readonly values: readonly Value[] } {
    if (event.paths.length > 0) return { paths: event.paths.flatMap((path) => pathPieces(evaluation, path, logged.frame)), values: event.values };
    const [first, ...rest] = event.values;
    const paths = first && rest.length > 0 && (first.kind === 'ref' || first.kind === 'call') ? pathPieces(evaluation, first, logged.frame) : [];
    return paths.length > 0 && (paths.every(isKnown) || (first && isMadeText(first, logged.frame))) ? { paths, values: rest } : { paths: [event.exact === true ? '*' : ''], values: event.values };
  }
}
