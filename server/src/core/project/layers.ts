import type { Conduct, Layer, Place, Role } from '../model/api.js';
import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { ModuleView } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import type { Policy } from '../policy/policy.js';
import { authGuardName } from '../rules/facts/guards.js';
import { fileOf, type FilePath } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';
import { conductOf, givenRoles, type ConductInput, type Followed } from './conduct.js';
import type { Evaluation } from './evaluation.js';
import { claimsOf, moduleOf } from './guards.js';
import { innerFunctions } from './refusals.js';
import { nameOf, wrappedFunction } from './join-parts.js';
import type { Flat } from './path-values.js';
import type { Traits } from './traits.js';

/** Layers of the joins before, by the value that was registered: good while what they were made of is the same. */
export type KnownLayers = WeakMap<Value, KnownLayer>;
interface KnownLayer {
  readonly layer: Layer;
  readonly conduct: Conduct | undefined;
  readonly policy: Policy;
  readonly made: Value;
}
export interface LayersInput {
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  readonly traits: Traits;
  readonly known: KnownLayers;
  readonly adapters: readonly FrameworkAdapter[];
  policyOf(path: FilePath): Policy;
}
/** Where a value is registered. `late`: behind the handlers. */
export interface Stand {
  readonly framework: string;
  readonly from: FilePath;
  readonly as: Place;
  readonly late?: boolean;
  /** What a plugin was given. */
  readonly options?: Value;
  /** What it does to the requests that are asked about, and the name it goes by, where that is known already. */
  readonly given?: { readonly conduct: Conduct; readonly name?: string };
}
/** What was asked of a function, and as what it stood where it was asked. */
export interface Asked {
  readonly conduct: Conduct;
  readonly role: Role | undefined;
}
/** What registered values are worth as layers and handlers. */
export interface Layers {
  of(flat: Flat, on: Stand): Layer;
  conduct(fn: FunctionId): Conduct | undefined;
  /** Roles of the functions that became layers or handlers. */
  readonly roles: ReadonlyMap<FunctionId, Role>;
  /** What was asked of functions. */
  readonly conducts: ReadonlyMap<FunctionId, Asked>;
  /** Functions whose steps were read since a request is handed on to them. */
  readonly followed: ReadonlySet<FunctionId>;
}
const DEEPEST_NAME = 4;
const WRAPPER = /^(async_?(handler|middleware|wrap(per)?)?|express-async-handler|catch_?(async|errors?)|wrap(_?async)?|promisify|unless|try_?catch|error_?wrap(per)?)$/i;

export function createLayers({ modules, traits, known, adapters, policyOf }: LayersInput, evaluation: Evaluation): Layers {
  const conducts = new Map<FunctionId, Asked>();
  const adapterOf = new Map(adapters.map((adapter) => [adapter.id, adapter]));
  const followed = new Set<FunctionId>();
  const roles = new Map<FunctionId, Role>();
  const inside: NonNullable<ConductInput['inside']> = new WeakMap();

  function conduct(fn: FunctionId): Conduct | undefined {
    const before = conducts.get(fn);
    if (before) return before.conduct;
    const module = modules.get(fileOf(fn));
    const view = module?.functions.get(fn);
    if (!module || !view) return undefined;
    const role = roles.get(fn);
    const own = traits.conduct(view, module, role);
    const made = own.follows ? conductOf(view, module, { guardName: authGuardName, follow, inside }, givenRoles(view, role)) : own.conduct;
    conducts.set(fn, { conduct: made, role });
    return made;
  }
  /** Names of functions a module declares at its top or imports; what a parameter is worth depends on who calls. */
  function follow(target: Value, from: ModuleView): Followed | undefined {
    const frame = target.kind === 'ref' && (target.root.kind === 'local' || target.root.kind === 'import') ? evaluation.frameOf(from.path) : undefined;
    const found = frame && evaluation.evaluate(target, frame);
    if (found?.is !== 'function') return undefined;
    const { module } = found.frame;
    // Callbacks inside it are read with it.
    if (!followed.has(found.fn.id)) for (const other of innerFunctions(found.fn, module, { inside })) followed.add(other.id);
    followed.add(found.fn.id);
    return { fn: found.fn, module };
  }

  function of({ value, target, frame }: Flat, { framework, from, as, late, options, given }: Stand): Layer {
    if (given) return ofGiven(value, target, given, policyOf(from));
    const unwrapped = look(value, target, frame);
    const fn = unwrapped.target.is === 'function' ? unwrapped.target.fn : undefined;
    const adapter = adapterOf.get(framework);
    // Also under a name: `const write = app.auth([...])`.
    const put = value.kind === 'call' ? { value, frame } : target.is === 'value' ? target : undefined;
    const combined = put?.value.kind === 'call' ? adapter?.combines?.(put.value) : undefined;
    if (put && combined) return ofSeveral(value, put.frame, combined, { framework, from, as });
    const role = fn && adapter?.role(as, fn);
    if (fn && role) roles.set(fn.id, role);
    const phase = as === 'error' || role?.as === 'error' ? 'error' : late === true ? 'response' : 'request';
    const does = fn && conduct(fn.id);
    const policy = policyOf(from);
    const made = behind(unwrapped.value, unwrapped.target, frame, 0);
    const before = known.get(value);
    if (before && before.layer.fn === fn?.id && before.conduct === does && before.policy === policy && before.layer.phase === phase && before.made === made) return before.layer;
    // A plugin is known by its package, however it was loaded.
    const plain = nameOf(unwrapped.value, fn?.name);
    const name = as === 'plugin' && plain.includes('(') ? (moduleOf(unwrapped.value) ?? plain) : plain;
    const claims = as === 'plugin' && adapter?.plugin ? { claims: pluginClaims(unwrapped.value, options, adapter, policy) } : claimsOf(unwrapped.value, name, does, policy, made);
    const layer: Layer = { value, name, fn: fn?.id, at: value.at, phase, ...claims, ...(made === unwrapped.value || made.kind !== 'call' ? {} : { made: made.at }) };
    known.set(value, { layer, conduct: does, policy, made });
    return layer;
  }
  /** The call of a package a name stands for, or a member of what such a call made: `const limit = rateLimit(...)`, `upload.single('f')` of `const upload = multer()`. */
  function behind(value: Value, target: Abstract, frame: Frame, depth: number): Value {
    if (depth > DEEPEST_NAME || target.is === 'function' || moduleOf(value) !== undefined) return value;
    if (value.kind === 'ref') return target.is === 'value' && target.value.kind === 'call' && moduleOf(target.value) !== undefined ? target.value : value;
    const { receiver } = value.kind === 'call' ? value : { receiver: undefined };
    if (receiver?.kind !== 'ref') return value;
    const made = behind(receiver, evaluation.evaluate(receiver, frame), frame, depth + 1);
    return made.kind === 'call' ? made : value;
  }
  function ofGiven(value: Value, target: Abstract, { conduct: does, name: said }: NonNullable<Stand['given']>, policy: Policy): Layer {
    const fn = target.is === 'function' ? target.fn : undefined;
    const name = said ?? nameOf(value, fn?.name);
    const made = claimsOf(value, name, does, policy);
    // Read in full, and nothing it refuses has to do with who calls.
    const isOpen = does.complete && does.strangers === 'yes' && made.claims.every((one) => one.protects === 'nothing');
    const claims: Layer['claims'] = isOpen ? [{ protects: 'nothing', certainty: 'certain', because: `${name} lets requests without credentials through` }] : made.claims;
    return { value, name, fn: fn?.id, at: value.at, phase: 'request', claims, ...(isOpen || made.doubt === undefined ? {} : { doubt: made.doubt }) };
  }
  /** Checks of which all must pass, or one is enough: then it keeps out only what each of them would. */
  function ofSeveral(value: Value, frame: Frame, { values, all }: { readonly values: readonly Value[]; readonly all: boolean }, on: Stand): Layer {
    const layers = values.map((one) => of({ value: one, frame, target: evaluation.evaluate(one, frame), unsure: false }, on));
    const parts = layers.map((layer) => layer.claims);
    const kinds = (['authentication', 'authorization'] as const).filter((kind) => (all ? parts.some((claims) => has(claims, kind)) : parts.every((claims) => has(claims, kind))));
    const name = nameOf(value, undefined);
    const isHarmless = parts.every((claims) => claims.length > 0 && !has(claims, 'authentication')) || (!all && parts.some((claims) => has(claims, 'nothing')));
    const harmless: Layer['claims'] = isHarmless ? [{ protects: 'nothing', certainty: 'certain', because: `${name} lets every request through` }] : [];
    const claims = kinds.length > 0 ? kinds.flatMap((kind) => parts.flat().find((claim) => claim.protects === kind) ?? []) : harmless;
    return { value, name, fn: undefined, at: value.at, phase: 'request', claims, ...(all ? { parts: layers } : {}) };
  }
  /** What a plugin does to the scope it is registered on: most only add members that routes may use, whatever their name says. */
  function pluginClaims(value: Value, options: Value | undefined, adapter: FrameworkAdapter, policy: Policy): Layer['claims'] {
    const name = nameOf(value, undefined);
    if (policy.auth.guards.includes(name) || policy.auth.roleGuards.includes(name)) return claimsOf(value, name, undefined, policy).claims;
    const from = moduleOf(value);
    const protects = from === undefined ? undefined : adapter.plugin?.(from, options);
    return protects === undefined ? [] : [{ protects, certainty: 'certain', because: `module ${from ?? ''}` }];
  }
  /** Looks through wrappers: `asyncHandler(fn)`, `upload.single('f')` stays, `wrap(controller.save)`. */
  function look(value: Value, target: Abstract, frame: Frame): { value: Value; target: Abstract } {
    if (target.is === 'function') return { value, target: wrappedFunction(target, evaluation, traits) ?? target };
    // `helmet.default ? helmet.default() : helmet()`: one package, however it was loaded.
    if (value.kind === 'choice' && moduleOf(value.else) !== undefined && moduleOf(value.else) === moduleOf(value.then)) return { value: value.else, target };
    if (value.kind !== 'call' || !(WRAPPER.test(value.name || value.callee) || value.callee === 'express-async-handler')) return { value, target };
    const inner = value.args.find(({ value: arg }) => arg.kind === 'function' || arg.kind === 'ref')?.value;
    return inner ? { value: inner, target: evaluation.evaluate(inner, frame) } : { value, target };
  }
  return { of, conduct, roles, conducts, followed };
}
function has(claims: Layer['claims'], kind: Layer['claims'][number]['protects']): boolean {
  return claims.some((claim) => claim.protects === kind);
}
