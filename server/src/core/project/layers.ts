import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { Conduct, Layer, Role } from '../model/api.js';
import type { ModuleView } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import type { Policy } from '../policy/policy.js';
import { authGuardName } from '../rules/facts/guards.js';
import type { FilePath } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';
import { conductOf, type ConductInput, type Followed } from './conduct.js';
import type { Evaluation } from './evaluate.js';
import { claimsOf } from './guards.js';
import { nameOf, wrappedFunction } from './join-parts.js';
import type { Flat } from './path-values.js';
import type { Traits } from './traits.js';

/** Layers of the joins before, by the value that was registered: good while what they were made of is the same. */
export type KnownLayers = WeakMap<Value, KnownLayer>;
interface KnownLayer {
  readonly layer: Layer;
  readonly conduct: Conduct | undefined;
  readonly policy: Policy;
}
export interface LayersInput {
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  readonly traits: Traits;
  readonly known: KnownLayers;
  policyOf(path: FilePath): Policy;
}
/** What registered values are worth as layers and handlers. */
export interface Layers {
  of(flat: Flat, from: FilePath, as: 'layer' | 'handler' | 'error', on: FrameworkAdapter | undefined): Layer;
  conduct(fn: FunctionId): Conduct | undefined;
  /** Roles of the functions that became layers or handlers. */
  readonly roles: ReadonlyMap<FunctionId, Role>;
  /** What was asked of functions. */
  readonly conducts: ReadonlyMap<FunctionId, Conduct>;
  /** Functions whose steps were read since a request is handed on to them. */
  readonly followed: ReadonlySet<FunctionId>;
}
const WRAPPER = /^(async_?(handler|middleware|wrap(per)?)?|express-async-handler|catch_?(async|errors?)|wrap(_?async)?|promisify|unless|try_?catch|error_?wrap(per)?)$/i;

export function createLayers({ modules, traits, known, policyOf }: LayersInput, evaluation: Evaluation): Layers {
  const conducts = new Map<FunctionId, Conduct>();
  const followed = new Set<FunctionId>();
  const roles = new Map<FunctionId, Role>();
  const inside: NonNullable<ConductInput['inside']> = new Map();

  function conduct(fn: FunctionId): Conduct | undefined {
    const before = conducts.get(fn);
    if (before) return before;
    const module = modules.get(fn.slice(0, fn.indexOf('#')) as FilePath);
    const view = module?.functions.get(fn);
    if (!module || !view) return undefined;
    const own = traits.conduct(view, module);
    const made = own.follows ? conductOf(view, module, { guardName: authGuardName, follow, inside }) : own.conduct;
    conducts.set(fn, made);
    return made;
  }
  /** Names of functions a module declares at its top or imports; what a parameter is worth depends on who calls. */
  function follow(target: Value, from: ModuleView): Followed | undefined {
    const frame = target.kind === 'ref' && (target.root.kind === 'local' || target.root.kind === 'import') ? evaluation.frameOf(from.path) : undefined;
    const found = frame && evaluation.evaluate(target, frame);
    if (found?.is !== 'function') return undefined;
    followed.add(found.fn.id);
    return { fn: found.fn, module: found.frame.module };
  }

  function of({ value, target, frame }: Flat, from: FilePath, as: 'layer' | 'handler' | 'error', on: FrameworkAdapter | undefined): Layer {
    const unwrapped = look(value, target, frame);
    const fn = unwrapped.target.is === 'function' ? unwrapped.target.fn : undefined;
    const role = fn && on?.role(fn, as);
    if (fn && role) roles.set(fn.id, role);
    const phase = role?.as === 'error' ? 'error' : 'request';
    const does = fn && conduct(fn.id);
    const policy = policyOf(from);
    const before = known.get(value);
    if (before && before.layer.fn === fn?.id && before.conduct === does && before.policy === policy && before.layer.phase === phase) return before.layer;
    const name = nameOf(unwrapped.value, fn?.name);
    const layer: Layer = { value, name, fn: fn?.id, at: value.at, phase, claims: claimsOf(unwrapped.value, name, does, policy) };
    known.set(value, { layer, conduct: does, policy });
    return layer;
  }
  /** Looks through wrappers: `asyncHandler(fn)`, `upload.single('f')` stays, `wrap(controller.save)`. */
  function look(value: Value, target: Abstract, frame: Frame): { value: Value; target: Abstract } {
    if (target.is === 'function') return { value, target: wrappedFunction(target, evaluation, traits) ?? target };
    if (value.kind !== 'call' || !(WRAPPER.test(value.name || value.callee) || value.callee === 'express-async-handler')) return { value, target };
    const inner = value.args.find(({ value: arg }) => arg.kind === 'function' || arg.kind === 'ref')?.value;
    return inner ? { value: inner, target: evaluation.evaluate(inner, frame) } : { value, target };
  }
  return { of, conduct, roles, conducts, followed };
}
