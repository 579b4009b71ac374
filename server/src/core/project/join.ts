import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { Layer, Place, Route, ScopeId } from '../model/api.js';
import type { ModuleView } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import type { DrivenDocument } from '../openapi/driven.js';
import type { Policy } from '../policy/policy.js';
import type { At, FilePath } from '../text/source.js';
import type { Abstract, LoggedEvent, ScopeState } from './abstract.js';
import { evaluateProject } from './evaluate.js';
import type { Evaluation } from './evaluation.js';
import { protection } from './guards.js';
import { missingModule } from './missing.js';
import { knownPatterns, withoutBraces, type KnownPatterns, type PathPiece } from './paths.js';
import { links, type ChainLink, type Endpoint, type JoinedCode, type PathPattern, type Scope } from './project.js';
import type { Traits } from './traits.js';
import {
  answersAlways, doubtOf, habitsOf, held, indexes, isCopied, isExempting, isExported, isGuard, isOne, isUnder, layersFirst, missedByCopies, pluggedIn, prefixOf, publicMarks, scopesOfTarget, set,
} from './join-parts.js';
import { createActivations } from './activations.js';
import { coverage, createActives, exemptionOf, type Active } from './active.js';
import { createLayers, type Asked, type KnownLayers } from './layers.js';
import { flattenValues, pathPieces, type Flat } from './path-values.js';
import { resumes, unsure } from './resuming.js';
import { createStrategies } from './strategies.js';
import { placeOfGuards, shownRoute, type ShownRoute } from './shown-route.js';

export interface JoinInput {
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  readonly adapters: readonly FrameworkAdapter[];
  readonly traits: Traits;
  /** Layers of the joins before. */
  readonly known: KnownLayers;
  readonly paths: KnownPatterns;
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  /** A file of plain data as a module. */
  data(path: FilePath): ModuleView | undefined;
  /** A document as far as routes are made of it. */
  document(path: FilePath): DrivenDocument | undefined;
  /** The specifier names something of this project, held or not. */
  isOwn(specifier: string, from: FilePath): boolean;
  depends(name: string, from: FilePath): boolean | undefined;
  policyOf(path: FilePath): Policy;
  /** Names of modules a file imports, and marks such as 'html'. */
  usesOf(path: FilePath): ReadonlySet<string>;
}
interface Walk {
  readonly app: ScopeState;
  readonly scope: ScopeState;
  readonly prefix: readonly PathPiece[];
  readonly mounts: readonly At[];
  readonly when: ChainLink['when'];
  readonly stack: readonly ScopeId[];
  /** What was registered from here on is missed: the scope was copied. */
  readonly until: number;
}

/** What may be registered any number of times without standing before anything else. */
const LOOPED: ReadonlySet<string> = new Set(['route', 'setting', 'scheme', 'strategy', 'default']);
/** Whatever is below a router nobody mounts is below the same unknown place. */
const NOWHERE: PathPiece = { unknown: 'mount' };
const MOST_ENDPOINTS = 50_000;
const MOST_LINKS = 256;
const DEEPEST_MOUNT = 16;
/** Routers mounted twice in each other, level upon level, would be walked a million times. */
const MOST_WALKS = 2_000;

export interface JoinResult {
  readonly project: JoinedCode;
  /** Functions whose steps were read: to find registrations, or as what a chain hands a request on to. */
  readonly applied: ReadonlySet<FunctionId>;
  /** What was asked of functions that stand in chains or handle requests. */
  readonly conducts: ReadonlyMap<FunctionId, Asked>;
  /** Files in which the operations of documents are answered, where all of that could be read. */
  readonly answered: ReadonlySet<FilePath>;
}

/** Joins all modules to the inventory: scopes, endpoints with their effective chains, roles of functions. */
export function joinProject(input: JoinInput): JoinResult {
  const evaluation = evaluateProject(input);
  const layersKnown = createLayers(input, evaluation);
  const { conduct, roles, conducts, followed } = layersKnown;
  const ordersOf = new Map(input.adapters.map((adapter) => [adapter.id, adapter.order]));
  const layerOf = (flat: Flat, logged: LoggedEvent, as: Place, framework: string): Layer => {
    const extra = logged.event.kind === 'use' ? { late: logged.event.late === true, ...(logged.options ? { options: logged.options } : {}) } : {};
    return layersKnown.of(flat, { framework, from: logged.frame.module.path, as, ...extra });
  };
  const endpoints: Endpoint[] = [];
  const counts = new Map<string, number>();
  const layersOf = new Map<ScopeId, ChainLink[]>();
  const orderOf = new Map<ScopeId, Scope['order'][number][]>();
  const settingsOf = new Map<ScopeId, Map<string, { value: Value | boolean; at: At }>>();
  const servesOf = new Map<ScopeId, At[]>();
  const becauseOf = new Map<ScopeId, { readonly why: string; readonly at: At }[]>();
  const reached = new Map<ScopeId, Set<ScopeId>>();

  const flatten = (values: readonly Value[], logged: LoggedEvent): Flat[] => flattenValues(evaluation, values, logged.frame);
  const pieces = (value: Value | undefined, logged: LoggedEvent): PathPiece[] => pathPieces(evaluation, value, logged.frame);

  const patternsOf = (all: readonly PathPiece[], { framework }: ScopeState): readonly PathPattern[] => knownPatterns(ordersOf.get(framework)?.braces === true ? all.map(withoutBraces) : all, input.paths);

  const actives = createActives({ evaluation, layerOf, ordersOf, patternsOf, isByPath });
  const strategies = createStrategies({ evaluation, layers: layersKnown, adapters: input.adapters });
  const activations = createActivations({ evaluation, policyOf: (path) => input.policyOf(path) });
  linkParents(evaluation);
  const publicAt = publicMarks(input.modules);
  const walked = new Set<ScopeId>();
  let walks = 0;
  for (const scope of evaluation.scopes) if (scope.parents.size === 0) walkRoot(scope);
  // Scopes that only mount each other in a circle have no root: start somewhere.
  const missed = missedByCopies(evaluation.scopes, walked, ({ framework, kind }) => isCopied(ordersOf.get(framework), kind));
  for (const scope of evaluation.scopes) if (!walked.has(scope.id) && !missed.has(scope.id)) walkRoot(scope);

  const project = { scopes: scopesOf(), endpoints: new Map(endpoints.map((one) => [one.id, one])), ...indexes(endpoints), roles, handed: evaluation.handed, habits: habitsOf(endpoints) };
  return { project, applied: new Set([...evaluation.applied, ...followed, ...activations.read]), conducts, answered: evaluation.answered };

  function walkRoot(scope: ScopeState): void {
    walks = 0;
    const prefix = scope.kind === 'router' && (scope.guessed || scope.parents.size === 0) ? [NOWHERE] : [];
    walk({ app: scope, scope, prefix, mounts: [], when: [], stack: [scope.id], until: Infinity }, [], scope.kind === 'router' ? ['nobody mounts this router'] : []);
  }

  /** Walks one scope's events in order; returns what of it also runs for requests that fall through. */
  function walk(at: Walk, inherited: readonly Active[], reasonsBefore: readonly string[]): Active[] {
    const { scope } = at;
    const isFirst = !walked.has(scope.id);
    walked.add(scope.id);
    set(reached, at.app.id, () => new Set<ScopeId>()).add(scope.id);
    const own: Active[] = [];
    let outer = inherited;
    const reasons = [...reasonsBefore];
    const order = isFirst ? set(orderOf, scope.id, () => []) : [];
    const rules = ordersOf.get(scope.framework);
    const isCopying = isCopied(rules, scope.kind);
    const log = held(scope, at.until);
    const prefix = prefixOf(log, pieces);
    if (at.stack.length === 1) own.push(...actives.reachingAll(scope, prefix));
    if (rules?.parametersFirst === true) for (const logged of log) own.push(...actives.checks(logged, scope));
    for (const logged of rules?.layers === 'scope' ? layersFirst(log) : log) {
      const { event } = logged;
      const here: Walk = prefix.length + logged.under.length === 0 ? at : { ...at, prefix: [...at.prefix, ...prefix, ...logged.under.map((one) => pathPieces(evaluation, one.value, one.frame)[0])] };
      if (logged.openLoop && !LOOPED.has(event.kind)) addReason(scope, reasons, { why: 'registered in a loop over an unknown list', at: event.at }, isFirst);
      switch (event.kind) {
        case 'use': {
          const { paths, values } = actives.usedPaths(event, logged);
          const before = event.whole === true ? [] : here.prefix;
          for (const value of logged.child ? [pluggedIn(logged, logged.child)] : flatten(values, logged)) {
            const { target, under = [] } = value;
            if (target.is === 'wrapped' && target.scopes.length === 0) continue;
            const full = paths.flatMap((piece) => patternsOf([...before, piece, ...under], scope));
            const mounted = mountedIn(target, at);
            const pathAt = paths.some((piece) => piece !== '') ? (event.paths[0] ?? event.values[0])?.at : undefined;
            for (const below of mounted) {
              if (isFirst) order.push({ kind: 'mount', at: value.value.at, ...(pathAt ? { pathAt } : {}), path: full[0], layer: undefined, when: logged.when });
              if (at.stack.includes(below.id) || at.stack.length > DEEPEST_MOUNT || walks > MOST_WALKS) {
                addReason(scope, reasons, { why: 'routers mount each other', at: value.value.at }, isFirst);
                continue;
              }
              const because = target.is === 'wrapped' && target.by !== undefined ? [...reasons, target.by] : reasons;
              for (const piece of paths) {
                walks++;
                const leaked = walk(
                  { ...at, scope: below, prefix: [...before, piece, ...under], mounts: [...at.mounts, value.value.at], when: [...at.when, ...logged.when], stack: [...at.stack, below.id], until: isCopying ? logged.order : Infinity },
                  [...outer, ...own],
                  because,
                );
                if (isCopying || rules?.fallThrough === true) for (const one of leaked) own.push(one);
              }
            }
            if (mounted.length > 0) continue;
            const active = actives.ofUse(value, logged, full, scope);
            const { layer } = active;
            // What is a guard by its name registers nothing.
            const missing = target.is === 'value' && isFirst && layer.claims.length === 0 ? missingModule(target.value, input) : undefined;
            if (missing !== undefined) set(becauseOf, scope.id, () => []).push({ why: `what is registered by ${missing} is not known: no such file was read`, at: value.value.at });
            if (layer.phase === 'request' && event.reach !== 'application') own.push(active);
            if (layer.phase === 'error' && target.is === 'function' && resumes(target.fn)) {
              // Whom a check before has refused by an error may come through here.
              outer = outer.map(unsure);
              own.splice(0, own.length, ...own.map(unsure));
            }
            if (isFirst) {
              order.push({ kind: 'layer', at: layer.at, ...(pathAt ? { pathAt } : {}), path: full[0], layer, when: logged.when });
              set(layersOf, scope.id, () => []).push({ layer, from: active.from, scope: scope.id, when: logged.when, sure: active.sure && logged.when.length === 0, before: undefined });
            }
          }
          break;
        }
        case 'route': {
          const handler = emit(here, logged, [...outer, ...own], reasons);
          const isForAll = event.methods.every((one) => one.name === 'all');
          if (rules?.routesPass === true && (isForAll || (handler && leadsOn(handler)))) {
            // app.all(path, guard) and app.post(path, guard) run before what is registered for the path after them.
            const full = pieces(event.path, logged).flatMap((piece) => patternsOf([...here.prefix, piece], scope));
            for (const value of flatten(event.values, logged)) own.push(actives.ofRoute(value, logged, full, scope, isForAll ? undefined : event.methods));
          }
          if (isFirst) order.push({ kind: 'route', at: event.methods[0]?.at ?? event.at, path: patternsOf([...here.prefix, ...shownOf(event, logged).paths.slice(0, 1)], scope)[0], layer: undefined, when: logged.when });
          break;
        }
        case 'parameter':
          if (rules?.parametersFirst !== true) own.push(...actives.checks(logged, scope));
          break;
        case 'answers':
          for (const value of flatten(event.values, logged)) layerOf(value, logged, 'handler', scope.framework);
          break;
        case 'setting':
          if (isFirst) set(settingsOf, scope.id, () => new Map()).set(event.name, { value: event.value, at: event.at });
          break;
        case 'serves':
          if (isFirst) set(servesOf, scope.id, () => []).push(event.at);
          break;
        case 'incomplete':
          addReason(scope, reasons, event, isFirst);
          break;
      }
    }
    return own.filter((active) => active.parameter === undefined && (active.from !== 'route' || at.until < Infinity));
  }

  /** Scopes a value mounts here; what wraps the scope it stands on is a layer. */
  function mountedIn(target: Abstract, at: Walk): readonly ScopeState[] {
    const found = scopesOfTarget(target);
    return target.is === 'wrapped' ? found.filter((one) => !at.stack.includes(one.id)) : found;
  }
  function shownOf(event: Extract<LoggedEvent['event'], { kind: 'route' }>, logged: LoggedEvent): ShownRoute {
    return shownRoute(evaluation, event, logged);
  }
  function addReason(scope: ScopeState, reasons: string[], { why, at }: { readonly why: string; readonly at: At }, isFirst: boolean): void {
    if (!reasons.includes(why)) reasons.push(why);
    if (isFirst) set(becauseOf, scope.id, () => []).push({ why, at });
  }

  /** Makes the endpoints of a route; gives what handles it. */
  function emit(at: Walk, logged: LoggedEvent, active: readonly Active[], reasons: readonly string[]): Layer | undefined {
    const { event } = logged;
    if (event.kind !== 'route') return undefined;
    const shown = shownOf(event, logged);
    const { values, methods } = shown;
    const routesPass = ordersOf.get(at.scope.framework)?.routesPass === true;
    const handlerIndex = shown.handlerIndex ?? lastHandler(values.map(({ target }) => target));
    const layers = values.map((value, index) => layerOf(value, logged, index === handlerIndex ? 'handler' : (shown.places[index] ?? 'layer'), at.scope.framework));
    const handler = layers[handlerIndex];
    const asked = activations.asked(logged, at.app) ?? (shown.asks ? strategies.asked(at.app, at.scope, shown.asks, logged.frame) : { own: [], others: [] });
    // A guard that nothing follows refuses strangers just the same.
    const before = [...asked.own, ...layers].slice(0, Math.max(0, routesPass && handler && isCheck(handler) ? handlerIndex + 1 : handlerIndex) + asked.own.length);
    const firstValue = event.values[0];
    const isUnread = event.doubt !== undefined || shown.unsure || values.some(({ unsure }) => unsure);
    const route: Route = {
      ...(isUnread ? { unread: true } : {}),
      kind: 'route',
      methods,
      path: shown.path,
      layers: before,
      handler,
      options: shown.options,
      at: event.at,
      statementAt: logged.statementAt,
      ...(event.conduct || event.found ? { layersAt: undefined, branch: true } : event.described ? placeOfGuards(shown, event) : { layersAt: firstValue?.at }),
      public: publicAt.has(`${logged.statementAt.path}:${logged.statementAt.mark}`),
    };
    // app.all(path, guard) is a check in front of the verbs, not an endpoint.
    if (routesPass && methods.every((one) => one.name === 'all') && handler && passesOn(handler)) return handler;
    const paths = shown.paths.flatMap((piece) => patternsOf([...at.prefix, piece], at.scope));
    const conventions = (logged.before ?? []).map(({ value, frame, target, conduct: does, name, sure }): ChainLink => {
      const layer = layersKnown.of({ value, frame, target, unsure: false }, { framework: at.scope.framework, from: frame.module.path, as: 'layer', ...(does ? { given: { conduct: does, ...(name === undefined ? {} : { name }) } } : {}) });
      return { layer, from: 'convention', scope: at.scope.id, when: [], sure, before: undefined };
    });
    const routeWhen = [...at.when, ...logged.when];
    const unique = new Map(paths.map((path) => [path.text, path]));
    for (const path of unique.values()) {
      if (endpoints.length >= MOST_ENDPOINTS) return handler;
      let chain: ChainLink | undefined;
      let length = 0;
      let exempt: Endpoint['exempt'];
      if (event.found !== true) for (const one of conventions) chain = { ...one, before: chain };
      for (const one of active) {
        const how = coverage(one, path, at.scope, methods);
        if (how === 'no') exempt ??= exemptionOf(one, path, methods);
        if (how === 'no' || length++ > MOST_LINKS) continue;
        chain = { layer: one.layer, from: one.from, scope: one.scope, when: one.when, sure: one.sure && how === 'yes' && isUnder(one.when, routeWhen), before: chain };
      }
      for (const one of asked.others) chain = { layer: one.layer, from: 'application', scope: one.scope, when: one.when, sure: one.sure && isUnder(one.when, routeWhen), before: chain };
      if (event.found === true) for (const one of conventions) chain = { ...one, before: chain };
      for (const layer of before) chain = { layer, from: 'route', scope: at.scope.id, when: logged.when, sure: isOne(layer.value) && !isExempting(layer.value), before: chain };
      const chainList = links(chain);
      const late: ChainLink[] = layers.slice(handlerIndex + 1).map((layer) => ({ layer, from: 'route', scope: at.scope.id, when: logged.when, sure: true, before: undefined }));
      const complete = reasons.length === 0 && !isUnread;
      const because = event.doubt ?? doubtOf(reasons[0]) ?? 'the list of middleware cannot be read';
      const handlerConduct = event.conduct ?? (handler?.fn === undefined ? undefined : conduct(handler.fn));
      const authorization = protection('authorization', chainList, late, handlerConduct, complete, because);
      const authentication = protection('authentication', chainList, late, handlerConduct, complete, because);
      for (const method of methods) {
        const key = `${at.app.id} ${method.name} ${path.shape}`;
        const ordinal = (counts.get(key) ?? 0) + 1;
        counts.set(key, ordinal);
        endpoints.push({
          id: ordinal === 1 ? key : `${key} ${ordinal}`,
          method: method.name,
          methodAt: method.at,
          pathAt: shown.path?.at,
          path,
          framework: at.scope.framework,
          app: at.app.id,
          scope: at.scope.id,
          route,
          operation: undefined,
          chain,
          chainComplete: complete,
          when: routeWhen,
          handler: handler?.fn,
          conduct: handlerConduct,
          authentication,
          authorization,
          mounts: at.mounts,
          ...(exempt ? { exempt } : {}),
        });
      }
    }
    return handler;
  }

  /** A check that lets some paths through guards nobody knows which routes. */
  function isByPath(layer: Layer): boolean {
    const known = layer.fn === undefined ? undefined : conduct(layer.fn);
    return known !== undefined && known.passes === 'sometimes' && known.tests.includes('path');
  }
  function isCheck(layer: Layer): boolean {
    return isGuard(layer) && passesOn(layer);
  }
  /** What is known of it says that it is middleware: what stands before it stands before later routes of the path too. */
  function leadsOn(layer: Layer): boolean {
    return layer.claims.length > 0 && passesOn(layer);
  }
  function passesOn(layer: Layer): boolean {
    const known = layer.fn === undefined ? undefined : conduct(layer.fn);
    if (known && known.passes !== 'unknown') return known.passes !== 'never';
    return layer.claims.length > 0;
  }

  /** The last function is the handler; what stands after an error handler or a known guard name does not move it. */
  function lastHandler(targets: readonly Abstract[]): number {
    for (let i = targets.length - 1; i >= 0; i--) {
      const target = targets[i];
      if (target?.is === 'function' && target.fn.parameters.length === 4) continue;
      // A guard written after a function that answers every request guards nothing: the answer is the handler.
      for (let j = 0; j < i; j++) {
        const earlier = targets[j];
        if (earlier?.is === 'function' && conduct(earlier.fn.id)?.passes === 'never' && answersAlways(earlier.fn)) return j;
      }
      return i;
    }
    return targets.length - 1;
  }
  function linkParents(found: Evaluation): void {
    for (const scope of found.scopes)
      for (const logged of scope.log) {
        if (logged.child) logged.child.parents.add(scope.id);
        if (logged.event.kind !== 'use') continue;
        for (const { target } of flatten(logged.event.values, logged)) for (const below of scopesOfTarget(target)) if (below.id !== scope.id) below.parents.add(scope.id);
      }
  }

  function scopesOf(): ReadonlyMap<ScopeId, Scope> {
    const out = new Map<ScopeId, Scope>();
    const byId = new Map(evaluation.scopes.map((scope) => [scope.id, scope]));
    for (const one of evaluation.scopes) {
      const below = reached.get(one.id) ?? new Set([one.id]);
      const files = new Set([...below].flatMap((id) => [...(byId.get(id)?.files ?? [])]));
      const gaps = becauseOf.get(one.id) ?? [];
      const because = [...new Set(gaps.map(({ why }) => why))];
      out.set(one.id, {
        id: one.id,
        framework: one.framework,
        kind: one.kind,
        at: one.at,
        nameAt: one.nameAt,
        statementAt: one.statementAt,
        binding: one.binding,
        options: one.options,
        root: one.parents.size === 0,
        serves: servesOf.get(one.id) ?? [],
        exported: isExported(one, input.modules.get(one.file), evaluation),
        parents: [...one.parents],
        layers: layersOf.get(one.id) ?? [],
        order: orderOf.get(one.id) ?? [],
        settings: settingsOf.get(one.id) ?? new Map(),
        complete: because.length === 0 && !one.guessed,
        incompleteBecause: because,
        gaps,
        reaches: new Set([...files].flatMap((file) => [...input.usesOf(file)])),
      });
    }
    return out;
  }
}
