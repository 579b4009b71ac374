import type { Conduct, Layer } from '../model/api.js';
import type { Call, FunctionId, Value } from '../model/value.js';
import type { Policy } from '../policy/policy.js';
import { authGuardName } from '../rules/facts/guards.js';
import type { FilePath } from '../text/source.js';
import { bindingOf } from './bound.js';
import type { Abstract, Attached, Fn, Frame, Kept, LoggedEvent, Placed, ScopeState, Standing } from './abstract.js';
import { packageCallee } from './outside.js';
import { classMade, givenBy } from './class-made.js';
import { keyOf } from './decorators.js';
import type { Evaluation } from './evaluation.js';
import { activationOf, type Activation } from './guard-conduct.js';
import { claimsOf } from './guards.js';
import { nameOf } from './join-parts.js';
import { elementsOf } from './lists.js';
import type { Class } from './machine.js';
import type { Asked } from './strategies.js';
import { best } from './strangers.js';

export interface Activations {
  /** The guards decorators and modules put before a route, as layers. */
  asked(logged: LoggedEvent, app: ScopeState): Asked | undefined;
  /** Functions that were read. */
  readonly read: ReadonlySet<FunctionId>;
}
interface ActivationsInput {
  readonly evaluation: Evaluation;
  policyOf(path: FilePath): Policy;
}
/** What stands behind the name of a guard. */
interface Looked {
  readonly cls: Class | undefined;
  /** The call of a package that makes it, or its name. */
  readonly made: Placed | undefined;
  readonly name: string;
}
const AUTH_GUARD = '@nestjs/passport.AuthGuard';
/** Strategies of passport 0.7 that pass a request without credentials on. */
const PASSING: ReadonlySet<string> = new Set(['anonymous', 'session']);
const DEEPEST_CLASS = 8;
const KEEPS_OUT: Activation = { passes: 'no', refuses: 'no', throws: 'yes', statuses: new Set([401]), tests: new Set(['credential']), settings: new Set(), complete: true, isBlind: false };
const LETS_IN: Activation = { ...KEEPS_OUT, passes: 'yes', throws: 'no', statuses: new Set(), tests: new Set() };

/** Judges guards of classes: for each route by its own metadata. */
export function createActivations({ evaluation, policyOf }: ActivationsInput): Activations {
  const { evaluate } = evaluation;
  const read = new Set<FunctionId>();
  const known = new Map<string, Layer>();
  return { asked, read };

  function asked({ attached }: LoggedEvent, app: ScopeState): Asked | undefined {
    if (!attached) return undefined;
    const layers = attached.guards.map((one) => ({ one, layer: layerOf(one, attached) }));
    return {
      own: layers.flatMap(({ one, layer }) => (one.global ? [] : [layer])),
      others: layers.flatMap(({ one, layer }) => (one.global ? [{ layer, scope: app.id, when: one.when, sure: !one.unsure }] : [])),
    };
  }
  function layerOf(standing: Standing, { metadata }: Attached): Layer {
    const { value, frame, unsure, global, decorator } = standing;
    /** Keys of metadata nobody can read here. */
    const unclear = new Set<string>();
    const place = `${value.at.path} ${value.at.mark} ${frame.trail}`;
    // What a guard asks of a route is told apart by what the route keeps.
    const key = `${place} ${metadata.map((one) => `${one.on}${one.key ?? '?'}${one.unsure ? '?' : ''}${worthOf(one)}`).join()}`;
    const before = known.get(key);
    if (before) return before;
    const policy = policyOf(value.at.path);
    const looked = decorator === undefined ? lookAt(value, frame) : { cls: undefined, made: undefined, name: decorator.slice(decorator.lastIndexOf('.') + 1) };
    const fn = looked.cls && methodOf(looked.cls, 'canActivate');
    const base = { value, name: looked.name, fn: fn?.fn.id, at: value.at, phase: 'request' } as const;
    const does = decorator === undefined ? activation(looked, metadata, unclear) : undefined;
    const claimed = claims(looked.name, value, does, policy, decorator, unclear.size > 0);
    const isGuard = claimed.claims.some(({ protects }) => protects === 'authentication' || protects === 'authorization');
    const layer: Layer = { ...base, ...(unsure && !global && isGuard ? { claims: [], doubt: `${looked.name} may not run for this route` } : claimed) };
    known.set(key, layer);
    return layer;
  }
  function claims(name: string, value: Value, does: Activation | undefined, policy: Policy, decorator: string | undefined, isUnclear: boolean): Pick<Layer, 'claims' | 'doubt'> {
    if (policy.auth.guards.includes(name) || policy.auth.roleGuards.includes(name)) return claimsOf(value, name, undefined, policy);
    if (decorator !== undefined) {
      const isNamed = authGuardName(name) && !/^(roles?|permissions?|scopes?|public|resource)$/i.test(name);
      if (isNamed) return { claims: [{ protects: 'authentication', certainty: 'likely', because: `the name ${name}` }] };
      return decorator.startsWith('@') || !/[./]/.test(decorator.charAt(0)) ? { claims: [{ protects: 'nothing', certainty: 'likely', because: `the name ${name}` }] } : { claims: [] };
    }
    if (!does) return claimsOf(value, name, undefined, policy);
    const conduct = conductOf(does);
    if (does.passes === 'yes' && conduct.stops === 'no') return { claims: [{ protects: 'nothing', certainty: 'certain', because: `${name} lets every request through` }] };
    if (isUnclear && does.passes !== 'no') return { claims: [], doubt: `whom ${name} lets through depends on metadata nobody can read` };
    // It never refuses by itself: what it calls may, or may know strangers as guests.
    if (conduct.refuses.length === 0 && does.passes !== 'no') return { claims: [], doubt: `nobody can tell whom ${name} lets through` };
    const isBlind = does.isBlind && does.passes !== 'no' && !does.statuses.has(401) && does.tests.size === 0;
    // Every guard ends in this word: it tells nothing of what it guards against.
    if (isBlind && !authGuardName(name.replace(/_?guard$/i, ''))) return { claims: [], doubt: `nobody can tell whom ${name} lets through` };
    return claimsOf(value, name, conduct, policy);
  }
  function conductOf({ passes, refuses, throws, statuses, tests, settings, complete }: Activation): Conduct {
    const stops = best(refuses, throws);
    const all = new Set(refuses === 'no' ? statuses : [...statuses, 403]);
    return {
      passes: all.size === 0 ? (passes === 'yes' ? 'always' : 'unknown') : 'sometimes', refuses: [...all].sort((a, b) => a - b), tests: [...tests].sort(), touches: [],
      closed: false, complete, strangers: passes, welcomes: 'no', stops, turnsAway: stops, settings: [...settings], byName: undefined,
    };
  }

  function lookAt(value: Value, frame: Frame): Looked {
    const got = evaluate(value, frame);
    const cls = got.is === 'instance' ? got.of : classMade(value, frame, evaluate, read);
    const name = nameOf(value, undefined).replace(/^new /, '');
    if (cls) return { cls, made: undefined, name: value.kind === 'call' && value.form !== 'new' ? name : cls.view.name };
    if (got.is === 'value' && (got.value.kind === 'call' || got.value.kind === 'ref')) return { cls: undefined, made: { value: got.value, frame: got.frame }, name };
    // A guard an own function makes: `() => AuthGuard('jwt')`.
    const given = value.kind === 'call' ? givenBy(value, frame, evaluate, read)[0] : undefined;
    const made = given && evaluate(given.value, given.frame);
    return { cls: undefined, made: made?.is === 'value' ? { value: made.value, frame: made.frame } : undefined, name };
  }
  function methodOf(cls: Class, name: string): Fn | undefined {
    const of: Value = { kind: 'class', id: cls.view.id, at: cls.view.at };
    const got = evaluate({ kind: 'ref', root: { kind: 'value', of }, path: [name], text: name, at: cls.view.at, nameAt: cls.view.at }, cls.frame);
    return got.is === 'function' ? { ...got, frame: { ...got.frame, self: cls } } : undefined;
  }
  function baseOf(cls: Class): Abstract | undefined {
    if (!cls.view.extends) return undefined;
    return classMade(cls.view.extends, cls.frame, evaluate, read) ?? evaluate(cls.view.extends, cls.frame);
  }
  /** What is known of a guard: by its code, or by the package that makes it; undefined where there is only a name. */
  function activation({ cls, made }: Looked, metadata: readonly Kept[], unclear: Set<string>): Activation | undefined {
    if (made) return ofPackage(made, undefined, metadata, unclear);
    return cls && ofClass(cls, metadata, unclear, 0);
  }
  function ofClass(cls: Class, metadata: readonly Kept[], unclear: Set<string>, hops: number): Activation | undefined {
    if (hops > DEEPEST_CLASS) return undefined;
    const own = methodOf(cls, 'canActivate');
    if (own) return activationOf(own, inputFor(own, metadata, unclear, hops));
    let at: Class = cls;
    for (let up = 0; up < DEEPEST_CLASS; up++) {
      const base = baseOf(at);
      if (base?.is !== 'class') return at.view.extends && ofPackage({ value: at.view.extends, frame: at.frame }, methodOf(cls, 'handleRequest'), metadata, unclear);
      at = base;
    }
    return undefined;
  }
  function inputFor(fn: Fn, metadata: readonly Kept[], unclear: Set<string>, hops: number): Parameters<typeof activationOf>[1] {
    return {
      evaluate,
      read,
      metadata: (call, frame) => metadataOf(call, frame, metadata, unclear),
      above(call) {
        const owner = fn.fn.owner === undefined ? undefined : fn.frame.module.classes.get(fn.fn.owner);
        const ownerClass: Class | undefined = owner && { is: 'class', view: owner, frame: { ...fn.frame, self: undefined } };
        const base = ownerClass && baseOf(ownerClass);
        if (!ownerClass || !base || call.name !== 'canActivate') return undefined;
        if (base.is === 'class') return ofClass(base, metadata, unclear, hops + 1);
        const self = fn.frame.self?.is === 'class' ? fn.frame.self : ownerClass;
        return ofPackage({ value: ownerClass.view.extends ?? call, frame: ownerClass.frame }, methodOf(self, 'handleRequest'), metadata, unclear);
      },
    };
  }
  /** `AuthGuard('jwt')`, and what a class above it makes of the answer: `handleRequest(error, user)`. */
  function ofPackage({ value, frame }: Placed, handle: Fn | undefined, metadata: readonly Kept[], unclear: Set<string>): Activation | undefined {
    const got = evaluate(value, frame);
    const call = got.is === 'value' && got.value.kind === 'call' ? { value: got.value, frame: got.frame } : undefined;
    const callee = call ? packageCallee(evaluate(call.value.target, call.frame)) : packageCallee(got);
    if (callee !== AUTH_GUARD) return undefined;
    const first = call?.value.args[0]?.value;
    const texts = call && first ? (elementsOf(evaluate(first, call.frame), evaluate) ?? [{ value: first, frame: call.frame }]).map((one) => textOf(one.value, one.frame)) : [];
    if (texts.some((text) => text !== undefined && PASSING.has(text))) return LETS_IN;
    if (!handle) return KEEPS_OUT;
    const handled = activationOf(handle, inputFor(handle, metadata, unclear, DEEPEST_CLASS), new Map(), new Set([0, 1]));
    // What it gives becomes the user, and the request goes on whatever that is.
    const passes = best(handled.passes, handled.refuses);
    return { ...handled, passes, refuses: 'no', isBlind: false };
  }
  function textOf(value: Value, frame: Frame): string | undefined {
    const got = evaluate(value, frame);
    return got.is === 'value' && got.value.kind === 'literal' && typeof got.value.value === 'string' ? got.value.value : undefined;
  }

  /** `reflector.getAllAndOverride(KEY, [context.getHandler(), context.getClass()])`: what the route keeps under the key. */
  function metadataOf(call: Call, frame: Frame, metadata: readonly Kept[], unclear: Set<string>): Value | undefined {
    if (!/^(get|getAll|getAllAndOverride|getAllAndMerge|getMetadata)$/.test(call.name)) return undefined;
    const [key, on] = call.args;
    const places = on && placesIn(on.value, frame, 0);
    if (!key || !places || places.length === 0) return undefined;
    const name = keyOf(key.value, frame, evaluate);
    const lost = ({ kind, at }: Value): Value => {
      unclear.add(`${kind} ${at.mark}`);
      return { kind: 'unknown', why: 'metadata', at: call.at };
    };
    if (name === undefined) return lost(key.value);
    for (const place of places) {
      const found = metadata.find((one) => one.on === place && (one.key === name || one.key === undefined));
      if (!found) continue;
      if (found.unsure || found.key === undefined) return lost(found.value);
      const got = evaluate(found.value, found.frame);
      if (got.is === 'value' && got.value.kind === 'literal') return { ...got.value, at: call.at };
      return got.is === 'unknown' || (got.is === 'value' && got.value.kind === 'ref' && got.value.root.kind !== 'import') ? lost(found.value) : { kind: 'array', items: [], open: true, at: call.at };
    }
    return call.name === 'getAllAndMerge' || call.name === 'getAll' ? { kind: 'array', items: [], open: false, at: call.at } : { kind: 'literal', value: undefined, at: call.at };
  }
  function placesIn(value: Value, frame: Frame, depth: number): readonly Kept['on'][] {
    if (depth > 4) return [];
    if (value.kind === 'array') return value.items.flatMap((item) => placesIn(item.value, frame, depth + 1));
    if (value.kind === 'call') return value.name === 'getHandler' ? ['method'] : value.name === 'getClass' ? ['class'] : [];
    const binding = bindingOf(value, frame.module);
    return binding ? placesIn(binding.value, frame, depth + 1) : [];
  }
  function worthOf({ value, frame }: Kept): string {
    const got = evaluate(value, frame);
    return got.is === 'value' && got.value.kind === 'literal' ? String(got.value.value) : got.is;
  }
}
