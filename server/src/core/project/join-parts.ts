import type { OrderRules } from '../frameworks/adapter.js';
import type { Layer, Methods, Route, ScopeId } from '../model/api.js';
import type { Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { Abstract, LoggedEvent, ScopeState } from './abstract.js';
import type { Evaluation } from './evaluation.js';
import type { PathPiece } from './paths.js';
import type { Endpoint, PathPattern, ProjectModel } from './project.js';
import type { Flat } from './path-values.js';
import type { Traits } from './traits.js';

/** Whether a layer under some branches surely runs for a route under others: all its branches must be the route's too. */
export function isUnder(layer: readonly Branch[], route: readonly Branch[]): boolean {
  return layer.every((one) => route.some((other) => other === one || (other.holds === one.holds && other.at.mark === one.at.mark && other.at.path === one.at.path)));
}
/** The scopes a used value stands for. */
export function scopesOfTarget(target: Abstract): readonly ScopeState[] {
  return target.is === 'scope' ? [target.scope] : target.is === 'wrapped' ? target.scopes : [];
}
/** The value is one thing; of `on ? guard : pass` and `on && guard` nobody knows which runs. */
export function isOne(value: Value): boolean {
  return value.kind !== 'choice' && value.kind !== 'logic';
}
/** The events of a scope whose layers cover all of it, in an order in which they come first. */
export function layersFirst(log: readonly LoggedEvent[]): readonly LoggedEvent[] {
  const isLayer = ({ event, child }: LoggedEvent): boolean => child === undefined && event.kind !== 'route';
  return [...log.filter(isLayer), ...log.filter((logged) => !isLayer(logged))];
}
/** The scope a plugin was given, as what is mounted here. */
export function pluggedIn({ event, frame }: LoggedEvent, child: ScopeState): Flat {
  return { value: { kind: 'unknown', why: 'plugin', at: event.at }, frame, target: { is: 'scope', scope: child }, unsure: false };
}
/** The pattern covers every path. */
export function isAll(full: readonly PathPattern[]): boolean {
  return full.length > 0 && full.every((one) => one.segments.length === 0);
}
/** Why a chain may not be whole: a sentence, or the name of what was handed the application. */
export function doubtOf(reason: string | undefined): string | undefined {
  return reason === undefined || reason.includes(' ') ? reason : `nobody can tell what ${reason === '' ? 'is called here and' : reason} does with the application`;
}
/** The value of a key, made when it is missing. */
export function set<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** What a scope holds at a moment of the evaluation. */
export function held(scope: ScopeState, until: number): readonly LoggedEvent[] {
  return until === Infinity ? scope.log : scope.log.filter((one) => one.order < until);
}
/** Whether a router takes what is mounted on it as it is at that moment. */
export function isCopied(rules: OrderRules | undefined, kind: ScopeState['kind']): boolean {
  return rules?.copies === 'all' || (rules?.copies === 'routers' && kind === 'router');
}
/** Routers that only were mounted where a copy had been taken before, and those below them: nothing of them is served. */
export function missedByCopies(scopes: readonly ScopeState[], walked: ReadonlySet<ScopeId>, copies: (scope: ScopeState) => boolean): ReadonlySet<ScopeId> {
  const sources = new Set(scopes.filter((scope) => copies(scope)).map(({ id }) => id));
  const missed = new Set<ScopeId>();
  for (let size = -1; size < missed.size; ) {
    size = missed.size;
    for (const { id, parents } of scopes)
      if (!walked.has(id) && parents.size > 0 && [...parents].every((one) => (walked.has(one) && sources.has(one)) || missed.has(one))) missed.add(id);
  }
  return missed;
}
/** The path before all of a scope's: the last one it was given. */
export function prefixOf(log: readonly LoggedEvent[], pieces: (value: Value, logged: LoggedEvent) => readonly PathPiece[]): readonly PathPiece[] {
  for (let i = log.length - 1; i >= 0; i--) {
    const logged = log[i];
    if (logged?.event.kind === 'prefix') return pieces(logged.event.path, logged).slice(0, 1);
  }
  return [];
}
/** The layer surely asks who calls. */
export function isGuard(layer: Layer): boolean {
  return layer.claims.some((one) => one.protects === 'authentication' && one.certainty === 'certain');
}
/** Whether what runs for some methods runs for all of others. */
export function shared(mine: Methods, others: Methods): 'yes' | 'no' | 'maybe' {
  const isMine = (name: string): boolean => mine.some((one) => one.name === name);
  if (others.every(({ name }) => isMine(name))) return mine.some((one) => one.name === 'unknown') ? 'maybe' : 'yes';
  const isOpen = mine.some((one) => one.name === 'unknown') || others.some(({ name }) => name === 'unknown' || name === 'all' || isMine(name));
  return isOpen ? 'maybe' : 'no';
}
/** `guard.unless({ path })` lets some requests by: nobody knows which. */
export function isExempting(value: Value): boolean {
  return value.kind === 'call' && value.name === 'unless';
}

/** Statements under `// unlatched: public -- reason`, by path and mark of what they govern. */
export function publicMarks(modules: ReadonlyMap<FilePath, ModuleView>): ReadonlySet<string> {
  const out = new Set<string>();
  for (const module of modules.values()) for (const note of module.notes) if (note.kind === 'public' && note.governs && /--\s*\S/.test(note.text)) out.add(`${module.path}:${note.governs.mark}`);
  return out;
}

/** Whether the function answers every request itself: what stands behind it is never reached. */
export function answersAlways(fn: FunctionView): boolean {
  // `(ctx) => ...`: without a `next` nothing can be reached.
  if (fn.complete && fn.parameters.length === 1 && fn.steps.some((step) => answersOnContext(step))) return true;
  return (
    fn.complete &&
    fn.parameters.length === 2 &&
    fn.steps.some((step) => step.do === 'call' && step.when.length === fn.when.length && step.zone === 'body' && /^(send|json|end|sendStatus|render|redirect|sendFile)$/.test(step.call.name))
  );
}

/** `ctx.body = data`, `c.json(data)`. */
function answersOnContext(step: Step): boolean {
  const target = step.do === 'assign' ? step.target : step.do === 'call' ? step.call.receiver : undefined;
  if (target?.kind !== 'ref' || target.root.kind !== 'parameter' || target.root.index !== 0) return false;
  return step.do === 'assign' ? /^(body|status)$/.test(target.path.at(-1) ?? '') : step.do === 'call' && /^(json|text|html|body|redirect|render)$/.test(step.call.name);
}

/** The name a person knows a layer by. */
export function nameOf(value: Value, fnName: string | undefined): string {
  if (value.kind === 'call' && value.target.kind === 'ref' && value.target.root.kind !== 'value' && !value.target.text.includes('(')) return value.target.text;
  if (value.kind === 'call') return value.callee || (value.receiver?.kind === 'call' ? `${nameOf(value.receiver, undefined)}.${value.name}` : value.name) || fnName || 'call';
  if (value.kind === 'ref') return value.text.length > 80 ? (value.path.at(-1) ?? 'middleware') : value.text;
  return fnName && !fnName.includes('(') && fnName !== 'anonymous' ? fnName : 'inline function';
}

/** Endpoints by shape, scope, handler, file, and other files that mount them. */
export function indexes(endpoints: readonly Endpoint[]): Pick<ProjectModel, 'byShape' | 'byScope' | 'byHandler' | 'byFile' | 'byMount' | 'byExemption'> {
  const byShape = new Map<string, Endpoint[]>();
  const byScope = new Map<ScopeId, Endpoint[]>();
  const byHandler = new Map<FunctionId, Endpoint[]>();
  const byFile = new Map<FilePath, Endpoint[]>();
  const byMount = new Map<FilePath, Endpoint[]>();
  const byExemption = new Map<FilePath, Endpoint[]>();
  for (const one of endpoints) {
    set(byShape, `${one.app} ${one.path.shape}`, () => []).push(one);
    set(byScope, one.scope, () => []).push(one);
    if (one.handler !== undefined) set(byHandler, one.handler, () => []).push(one);
    set(byFile, one.methodAt.path, () => []).push(one);
    for (const path of mountingFiles(one)) set(byMount, path, () => []).push(one);
    if (one.exempt) set(byExemption, one.exempt.at.path, () => []).push(one);
  }
  return { byShape, byScope, byHandler, byFile, byMount, byExemption };
}
/** The files other than its own that mount what the endpoint is registered on. */
export function mountingFiles({ mounts, methodAt }: Pick<Endpoint, 'mounts' | 'methodAt'>): ReadonlySet<FilePath> {
  return new Set(mounts.map(({ path }) => path).filter((path) => path !== methodAt.path));
}

/** Guards this code base uses, most frequent first. */
export function habitsOf(endpoints: readonly Endpoint[]): ProjectModel['habits'] {
  const guards = new Map<string, number>();
  const roleGuards = new Map<string, number>();
  const seen = new Set<Route>();
  for (const endpoint of endpoints) {
    if (seen.has(endpoint.route)) continue;
    seen.add(endpoint.route);
    for (const layer of endpoint.route.layers) {
      const isRole = layer.claims.some((one) => one.protects === 'authorization');
      // What a call is told is its own: only names can be repeated elsewhere.
      if (isRole && layer.value.kind === 'ref') roleGuards.set(layer.name, (roleGuards.get(layer.name) ?? 0) + 1);
      else if (!isRole && layer.claims.some((one) => one.protects === 'authentication') && layer.value.kind === 'ref') guards.set(layer.name, (guards.get(layer.name) ?? 0) + 1);
    }
  }
  const sorted = (map: Map<string, number>): { text: string; import: undefined; count: number }[] => [...map].map(([text, count]) => ({ text, import: undefined, count })).sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
  return { guards: sorted(guards), roleGuards: sorted(roleGuards) };
}

/** `wrap(fn)` that gives back `(req, res, next) => fn(req, res, next)`: the function that was wrapped, read where the wrapper was called. */
export function wrappedFunction(target: Extract<Abstract, { is: 'function' }>, evaluation: Evaluation, traits: Traits): Extract<Abstract, { is: 'function' }> | undefined {
  for (const to of traits.callsParameters(target.fn)) {
    const found = evaluation.evaluate(to, target.frame);
    if (found.is === 'function' && found.fn.id !== target.fn.id) return found;
  }
  return undefined;
}

/** Whether a file hands a scope out: as itself, or in the object it exports. */
export function isExported(scope: ScopeState, module: ModuleView | undefined, evaluation: Evaluation): boolean {
  const frame = evaluation.frameOf(scope.file);
  if (!module || !frame) return false;
  return module.exports.some((one) => {
    const value = evaluation.evaluate(one.value, frame);
    if (value.is === 'scope') return value.scope.id === scope.id;
    return (
      value.is === 'value' &&
      value.value.kind === 'object' &&
      value.value.entries.some((entry) => {
        const inner = evaluation.evaluate(entry.value, value.frame);
        return (inner.is === 'scope' || (inner.is === 'verb' && inner.answers === true)) && inner.scope.id === scope.id;
      })
    );
  });
}
