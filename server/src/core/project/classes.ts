import type { Call, ClassId } from '../model/value.js';
import type { Abstract, Fn, Frame } from './abstract.js';
import type { Class, Instance, Machine } from './machine.js';
import { isWorthBuilding } from './relevance.js';

export interface Classes {
  construct(target: Class, call: Call, frame: Frame): Abstract;
  /** `new F()` of a plain function. */
  constructPlain(target: Fn, call: Call, frame: Frame): Abstract;
  build(target: Class, instance: Instance, args: readonly Abstract[], frame: Frame, mark: number, hops: number): void;
}
const UNKNOWN: Abstract = { is: 'unknown' };
const DEEPEST_NESTING = 3;

/** Instances of classes: their fields, what their constructors do, and what getters give. */
export function createClasses(machine: Machine): Classes {
  const { built, runs, superseded, isTest, statics, names, traits, stores, apply, applyTo, mayRun } = machine;
  const { evaluate, settled, selfOf, member } = names;
  const building = new Map<ClassId, number>();
  return { construct, constructPlain, build };

  function construct(target: Class, call: Call, frame: Frame): Abstract {
    const args = call.args.map((item) => settled(evaluate(item.value, frame)));
    if (isSuper(call)) {
      const self = selfOf(frame);
      if (self?.is === 'instance') build(target, self, args, frame, call.at.mark, 1);
      return UNKNOWN;
    }
    const instance: Instance = { is: 'instance', trail: `${frame.trail}>${call.at.path}${call.at.mark}`, fields: new Map(), of: target };
    if (runs.has(target.view.id) && frame.run !== target.view.id && !isTest(frame.origin)) superseded.add(target.view.id);
    if (!built.has(target.view.id)) built.set(target.view.id, instance);
    // A class may hold instances of itself, as static fields or as children.
    const nested = building.get(target.view.id) ?? 0;
    if (nested >= DEEPEST_NESTING) return instance;
    if (!mayRun(frame) || !isWorthBuilding(target, args, traits.relevantIn)) return instance;
    building.set(target.view.id, nested + 1);
    build(target, instance, args, frame, call.at.mark, 0);
    building.set(target.view.id, nested);
    return instance;
  }
  /** `new F()` of a plain function: its prototype's methods, and what it gives itself. */
  function constructPlain(target: Fn, call: Call, frame: Frame): Abstract {
    const fields = new Map<string, Abstract>();
    const own = statics.get(target.fn.id);
    const whole = own?.get('prototype');
    if (whole?.is === 'value' && whole.value.kind === 'object') for (const { key } of whole.value.entries) if (key !== undefined) fields.set(key, member(whole, key));
    for (const [key, value] of own ?? []) if (key.startsWith('prototype.')) fields.set(key.slice('prototype.'.length), value);
    const instance: Abstract = { is: 'instance', trail: `${frame.trail}>${call.at.path}${call.at.mark}`, fields, of: undefined };
    const given = apply(target, call, frame, instance);
    return given.is === 'scope' || given.is === 'instance' ? given : instance;
  }
  function build(target: Class, instance: Instance, args: readonly Abstract[], frame: Frame, mark: number, hops: number): void {
    if (hops > 8) return;
    const fn = target.view.construct && target.frame.module.functions.get(target.view.construct);
    const base = fn ? undefined : baseOf(target);
    if (base?.is === 'class') build(base, instance, args, frame, mark, hops + 1);
    const inside: Frame = { ...target.frame, self: instance, results: new Map(), depth: frame.depth + 1, trail: `${frame.trail}>${mark}`, origin: frame.origin, run: frame.run };
    for (const field of target.view.fields) instance.fields.set(field.name, evaluate(field.value, inside));
    if (!fn) return;
    fn.parameters.forEach((parameter, index) => {
      // `constructor(private readonly app: Express)` makes a field of the parameter.
      const arg = args[index];
      if (parameter.name !== undefined && arg) instance.fields.set(parameter.name, arg);
    });
    applyTo({ is: 'function', fn, frame: target.frame }, args, frame, mark, instance, { force: target.view.extends !== undefined || stores(target, baseOf) });
  }
  function baseOf(of: Class): Abstract | undefined {
    return of.view.extends && settled(evaluate(of.view.extends, of.frame));
  }
}

/** `super(...)`: the constructor of the class above, on the instance that is being made. */
export function isSuper({ target }: Call): boolean {
  return target.kind === 'ref' && target.root.kind === 'global' && target.root.name === 'super' && target.path.length === 0;
}
