import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { Guard, Layer, ScopeId } from '../model/api.js';
import type { Branch } from '../model/module.js';
import type { Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Frame, LoggedEvent, ScopeState } from './abstract.js';
import type { Evaluation } from './evaluation.js';
import type { Layers } from './layers.js';
import { flattenValues, type Flat } from './path-values.js';
import { objectOf, returnedOf, type Asks } from './shown-route.js';

/** What a route asks for: layers of its own, or those of the application's default. */
export interface Asked {
  readonly own: readonly Layer[];
  readonly others: readonly { readonly layer: Layer; readonly scope: ScopeId; readonly when: readonly Branch[]; readonly sure: boolean }[];
}
export interface Strategies {
  /** Of a route of a scope below an application; `asks` is what it says itself. */
  asked(app: ScopeState, scope: ScopeState, asks: Asks, frame: Frame): Asked;
}
interface StrategiesInput {
  readonly evaluation: Evaluation;
  readonly layers: Layers;
  readonly adapters: readonly FrameworkAdapter[];
}
/** `open`: nothing is asked for. Names undefined: those of the default. */
type Wanted =
  | { readonly kind: 'open' | 'default' }
  | { readonly kind: 'unclear'; readonly because: string }
  | { readonly kind: 'asks'; readonly names: readonly string[] | undefined; readonly mode: 'required' | 'lenient' | 'unclear' | undefined; readonly limits: boolean };
interface Default {
  readonly wanted: Wanted;
  readonly logged: LoggedEvent;
  readonly scope: ScopeState;
  readonly value: Value;
}
interface Registry {
  readonly schemes: ReadonlyMap<string, Layer | undefined>;
  /** Names of the schemes of strategies; undefined where they cannot be read. */
  readonly strategies: ReadonlyMap<string, string | undefined>;
  readonly defaults: readonly Default[];
  readonly layersOf: Map<string, Layer>;
}
type Verdict = { readonly is: 'refuses'; readonly certainty: Guard['certainty'] } | { readonly is: 'passes' } | { readonly is: 'unknown'; readonly doubt: string };

/** What the strategies of an application keep out, as layers of the routes that ask for them. */
export function createStrategies({ evaluation, layers, adapters }: StrategiesInput): Strategies {
  const registries = new Map<ScopeId, Registry>();
  const known = new Map(adapters.map((adapter) => [adapter.id, adapter.schemes ?? new Set<string>()]));
  return { asked };

  function asked(app: ScopeState, scope: ScopeState, asks: Asks, frame: Frame): Asked {
    const registry = registryOf(app);
    if (asks.is === 'unclear') return { own: [unclear(asks.at, 'the options of the route cannot be read', asks.value)], others: [] };
    const wanted = asks.is === 'absent' ? ({ kind: 'default' } as const) : wantedIn(asks.value, asks.frame ?? frame);
    if (wanted.kind === 'open') return { own: [], others: [] };
    if (wanted.kind === 'default' || asks.is === 'absent')
      return {
        own: [],
        others: registry.defaults.flatMap((one) => {
          const layer = layerOf(registry, scope.framework, one.wanted, one.value, undefined);
          return layer ? [{ layer, scope: one.scope.id, when: one.logged.when, sure: !one.logged.openLoop }] : [];
        }),
      };
    // What a route leaves out is what the default says.
    const base = wanted.kind === 'asks' && wanted.names === undefined ? registry.defaults[0]?.wanted : undefined;
    const whole: Wanted = wanted.kind === 'asks' && base?.kind === 'asks' ? { kind: 'asks', names: base.names, mode: wanted.mode ?? base.mode, limits: wanted.limits || base.limits } : wanted;
    const layer = layerOf(registry, scope.framework, whole, asks.value, 'auth');
    return { own: layer ? [layer] : [], others: [] };
  }

  function wantedIn(value: Value, frame: Frame): Wanted {
    const text = `nobody can tell which strategy ${value.kind === 'ref' ? value.text : 'this'} names`;
    // Which side of a test runs nobody knows.
    if (value.kind === 'choice' || (value.kind === 'logic' && value.op === '&&')) return { kind: 'unclear', because: 'whether it asks who the caller is depends on a setting' };
    const got = evaluation.evaluate(value, frame);
    if (got.is !== 'value') return { kind: 'unclear', because: text };
    if (got.value.kind === 'literal') {
      if (got.value.value === false) return { kind: 'open' };
      if (got.value.value === undefined || got.value.value === null) return { kind: 'default' };
      return typeof got.value.value === 'string' ? { kind: 'asks', names: [got.value.value], mode: undefined, limits: false } : { kind: 'unclear', because: text };
    }
    const held = objectOf(evaluation, got, 0);
    if (!held) return { kind: 'unclear', because: got.value.kind === 'choice' ? 'whether it asks who the caller is depends on a setting' : text };
    const entry = (key: string): { readonly value: Value; readonly frame: Frame } | undefined => {
      const one = held.entries.findLast((each) => each.entry.key === key);
      return one && { value: one.entry.value, frame: one.frame };
    };
    const named = entry('strategy') ?? entry('strategies');
    const names = named && flattenValues(evaluation, [named.value], named.frame).map(textIn);
    if (names?.some((name) => name === undefined) === true || (held.open && !named)) return { kind: 'unclear', because: text };
    const mode = entry('mode');
    const modeText = mode && textIn(flattenValues(evaluation, [mode.value], mode.frame)[0]);
    return {
      kind: 'asks',
      names: names?.flatMap((name) => name ?? []),
      mode: !mode ? undefined : modeText === undefined ? 'unclear' : modeText === 'required' ? 'required' : 'lenient',
      limits: isLimit(entry('scope')) || accessLimits(entry('access')),
    };
  }
  function textIn(flat: Flat | undefined): string | undefined {
    return flat?.target.is === 'value' && flat.target.value.kind === 'literal' && typeof flat.target.value.value === 'string' ? flat.target.value.value : undefined;
  }
  function isLimit(scope: { readonly value: Value; readonly frame: Frame } | undefined): boolean {
    return scope !== undefined && !(scope.value.kind === 'literal' && !scope.value.value) && !(scope.value.kind === 'array' && scope.value.items.length === 0);
  }
  function accessLimits(access: { readonly value: Value; readonly frame: Frame } | undefined): boolean {
    if (!access) return false;
    return flattenValues(evaluation, [access.value], access.frame).some((one) => {
      const held = objectOf(evaluation, one.target, 0);
      return held?.entries.some(({ entry }) => entry.key === 'scope' && isLimit({ value: entry.value, frame: access.frame })) === true;
    });
  }

  function layerOf(registry: Registry, framework: string, wanted: Wanted, value: Value, key: string | undefined): Layer | undefined {
    if (wanted.kind === 'unclear') return unclear(value.at, wanted.because, value);
    if (wanted.kind !== 'asks') return undefined;
    const { names, mode, limits } = wanted;
    const id = `${value.at.path} ${value.at.mark} ${names?.join(' ') ?? ''} ${mode ?? ''} ${String(limits)}`;
    const before = registry.layersOf.get(id);
    if (before) return before;
    const name = names?.join(', ') ?? 'the default strategy';
    const base = { value, name, fn: undefined, at: value.at, phase: 'request', ...(key === undefined ? {} : { key }) } as const;
    const made: Layer = { ...base, ...claimed(verdict(registry, framework, names ?? [], mode), name, limits) };
    registry.layersOf.set(id, made);
    return made;
  }
  function claimed(verdict: Verdict, name: string, limits: boolean): Pick<Layer, 'claims' | 'doubt'> {
    if (verdict.is === 'passes') return { claims: [{ protects: 'nothing', certainty: 'certain', because: `${name} lets requests without credentials through` }] };
    if (verdict.is === 'unknown') return { claims: [], doubt: verdict.doubt };
    const claim = (protects: Guard['protects'], because: string): Guard => ({ protects, certainty: verdict.certainty, because });
    return { claims: [claim('authentication', `the strategy ${name}`), ...(limits ? [claim('authorization', `a scope asked of ${name}`)] : [])] };
  }
  /** All must refuse; a later one that lets strangers in is asked only where those before it say that credentials are missing. */
  function verdict(registry: Registry, framework: string, names: readonly string[], mode: Extract<Wanted, { kind: 'asks' }>['mode']): Verdict {
    if (mode === 'lenient') return { is: 'passes' };
    if (mode === 'unclear') return { is: 'unknown', doubt: 'whether credentials are required depends on a setting' };
    const each = names.map((name) => ofStrategy(registry, framework, name));
    const through = each.find((one) => one.is !== 'refuses');
    if (through) return through === each[0] || through.is === 'unknown' ? through : { is: 'unknown', doubt: `nobody can tell which of ${names.join(' and ')} a stranger meets` };
    return { is: 'refuses', certainty: each.length > 0 && each.every((one) => one.is === 'refuses' && one.certainty === 'certain') ? 'certain' : 'likely' };
  }
  function ofStrategy({ schemes, strategies }: Registry, framework: string, name: string): Verdict {
    if (/anonymous|^(guest|public|none|no-?auth|noop)$/i.test(name) && !strategies.has(name)) return { is: 'unknown', doubt: `nobody can tell whom the strategy ${name} lets in` };
    if (!strategies.has(name)) return { is: 'refuses', certainty: 'likely' };
    const scheme = strategies.get(name);
    if (scheme === undefined) return { is: 'refuses', certainty: 'likely' };
    const own = schemes.get(scheme);
    if (!own) return { is: 'refuses', certainty: !schemes.has(scheme) && known.get(framework)?.has(scheme) === true ? 'certain' : 'likely' };
    if (own.claims.some((claim) => claim.protects === 'authentication')) return { is: 'refuses', certainty: own.claims.some((claim) => claim.protects === 'authentication' && claim.certainty === 'certain') ? 'certain' : 'likely' };
    if (own.claims.some((claim) => claim.protects === 'nothing')) return { is: 'passes' };
    return { is: 'unknown', doubt: own.doubt ?? `nobody can tell what the scheme ${scheme} does` };
  }
  function unclear(at: At, because: string, value: Value): Layer {
    return { value, name: value.kind === 'ref' ? value.text : 'auth', fn: undefined, at, phase: 'request', claims: [], doubt: because };
  }

  function registryOf(app: ScopeState): Registry {
    const before = registries.get(app.id);
    if (before) return before;
    const schemes = new Map<string, Layer | undefined>();
    const strategies = new Map<string, string | undefined>();
    const defaults: Default[] = [];
    const text = (value: Value, { frame }: LoggedEvent): string | undefined => textIn(flattenValues(evaluation, [value], frame)[0]);
    const seen = new Set([app]);
    for (const scope of seen)
      for (const logged of scope.log) {
        const { event } = logged;
        if (logged.child) seen.add(logged.child);
        if (event.kind === 'scheme') {
          const name = text(event.name, logged);
          if (name !== undefined) schemes.set(name, schemeLayer(event.value, logged, scope.framework));
        } else if (event.kind === 'strategy') {
          const name = text(event.name, logged);
          if (name !== undefined) strategies.set(name, text(event.scheme, logged));
        } else if (event.kind === 'default') {
          const wanted = wantedIn(event.value, logged.frame);
          const mode = event.mode && text(event.mode, logged);
          const isLenient = mode !== undefined && mode !== 'required';
          defaults.push({ wanted: isLenient && wanted.kind === 'asks' ? { ...wanted, mode: 'lenient' } : wanted, logged, scope, value: event.value });
        }
      }
    const made: Registry = { schemes, strategies, defaults, layersOf: new Map() };
    registries.set(app.id, made);
    return made;
  }
  /** What the `authenticate` of an own scheme does to a request. */
  function schemeLayer(value: Value, { frame }: LoggedEvent, framework: string): Layer | undefined {
    const made = returnedOf(evaluation.evaluate(value, frame));
    if (!made) return undefined;
    const authenticate: Value = { kind: 'ref', root: { kind: 'value', of: made.value }, path: ['authenticate'], text: 'authenticate', at: value.at, nameAt: value.at };
    const target = evaluation.evaluate(authenticate, made.frame);
    if (target.is !== 'function') return undefined;
    return layers.of({ value: authenticate, target, frame: made.frame, unsure: false }, { framework, from: target.frame.module.path, as: 'layer' });
  }
}
