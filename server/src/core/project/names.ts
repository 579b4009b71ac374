import type { ModuleView } from '../model/module.js';
import type { Call, Ref, Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';

/** What following names needs of the evaluation it is a part of. */
export interface NamesInput {
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  topFrame(path: FilePath): Frame | undefined;
  runModule(path: FilePath): void;
  runCall(call: Call, frame: Frame): Abstract;
}
export interface Names {
  /** What a value is worth in a frame. */
  evaluate(value: Value, frame: Frame): Abstract;
  /** What a called or used thing really is: a whole CommonJS module stands for its `module.exports`. */
  settled(value: Abstract): Abstract;
  /** `this` of a frame. */
  selfOf(frame: Frame): Abstract | undefined;
  /** The frame a binding belongs to. */
  homeOf(frame: Frame, binding: number): Frame | undefined;
}
const UNKNOWN: Abstract = { is: 'unknown' };
const DEEPEST_VALUE = 60;
/** Spreads and base classes looked through for one member: they may lead in circles, or double at each level. */
const MOST_HOLDERS = 200;

/** Follows names, members, imports and exports while registration is evaluated. */
export function createNames({ modules, resolve, topFrame, runModule, runCall }: NamesInput): Names {
  let depth = 0;
  return { evaluate, settled, selfOf, homeOf };

  function selfOf(frame: Frame): Abstract | undefined {
    for (let f: Frame | undefined = frame; f; f = f.parent) if (f.self) return f.self;
    return undefined;
  }
  function homeOf(frame: Frame, binding: number): Frame | undefined {
    const scope = frame.module.bindings[binding]?.scope;
    for (let f: Frame | undefined = frame; f; f = f.parent) if (f.fn === scope) return f;
    return frame;
  }

  function evaluate(value: Value, frame: Frame): Abstract {
    if (depth > DEEPEST_VALUE) return UNKNOWN;
    depth++;
    try {
      return evaluateNow(value, frame);
    } finally {
      depth--;
    }
  }

  function evaluateNow(value: Value, frame: Frame): Abstract {
    switch (value.kind) {
      case 'ref': return reference(value, frame);
      case 'call': return frame.results.get(value.at.mark) ?? runCall(value, frame);
      case 'function': {
        const fn = frame.module.functions.get(value.fn);
        return fn ? { is: 'function', fn, frame } : UNKNOWN;
      }
      case 'class': {
        const view = frame.module.classes.get(value.id);
        return view ? { is: 'class', view, frame } : UNKNOWN;
      }
      case 'logic': {
        if (value.op === '&&') return evaluate(value.right, frame);
        const left = evaluate(value.left, frame);
        const isPlain = left.is === 'unknown' || (left.is === 'value' && left.value.kind !== 'literal');
        return isPlain ? evaluate(value.right, frame) : left;
      }
      case 'unknown': return UNKNOWN;
      default: return { is: 'value', value, frame };
    }
  }

  function reference(ref: Ref, frame: Frame): Abstract {
    let current = rootOf(ref, frame);
    for (const key of ref.path) {
      if (key === undefined) return UNKNOWN;
      current = member(current, key);
      if (current.is === 'unknown') break;
    }
    if (current.is === 'unknown' && ref.path.length > 0) return { is: 'value', value: ref, frame };
    return current;
  }

  function rootOf(ref: Ref, frame: Frame): Abstract {
    const { root } = ref;
    switch (root.kind) {
      case 'import': {
        const target = resolve(root.from, frame.module.path);
        if (!target) return { is: 'value', value: { ...ref, path: [] }, frame };
        runModule(target);
        return root.name === '*' ? { is: 'module', path: target } : exported(target, root.name, 0);
      }
      case 'parameter': {
        for (let f: Frame | undefined = frame; f; f = f.parent) if (f.fn === root.fn) return f.args[root.index] ?? UNKNOWN;
        return UNKNOWN;
      }
      case 'local': return local(root.binding, frame);
      case 'this': return selfOf(frame) ?? UNKNOWN;
      case 'value': return evaluate(root.of, frame);
      case 'global': {
        const isExports = (root.name === 'module' && ref.path[0] === 'exports') || root.name === 'exports';
        return isExports ? { is: 'module', path: frame.module.path } : UNKNOWN;
      }
      default: return { is: 'value', value: { ...ref, path: [] }, frame };
    }
  }

  function local(binding: number, frame: Frame): Abstract {
    const home = homeOf(frame, binding);
    const found = frame.module.bindings[binding];
    if (!home || !found) return UNKNOWN;
    const known = home.locals.get(found.id);
    if (known === 'busy') return UNKNOWN;
    if (known) return known;
    home.locals.set(found.id, 'busy');
    const value = evaluate(found.value, home);
    home.locals.set(found.id, value);
    if (value.is === 'scope') value.scope.binding ??= found.name;
    return value;
  }

  function member(of: Abstract, key: string, left = { holders: MOST_HOLDERS }): Abstract {
    if (left.holders-- <= 0) return UNKNOWN;
    switch (of.is) {
      case 'module': {
        if (key === 'exports') return of;
        return exported(of.path, key, 0);
      }
      case 'instance': return of.fields.get(key) ?? method(of.of, key, of, left) ?? UNKNOWN;
      case 'fields': return of.fields.get(key) ?? UNKNOWN;
      case 'class': return method(of, key, undefined, left) ?? UNKNOWN;
      case 'value': {
        if (of.value.kind !== 'object') return UNKNOWN;
        for (let i = of.value.entries.length - 1; i >= 0; i--) {
          const entry = of.value.entries[i];
          if (entry?.key === key) return evaluate(entry.value, of.frame);
          if (entry?.form === 'spread') {
            const inner = member(evaluate(entry.value, of.frame), key, left);
            if (inner.is !== 'unknown') return inner;
          }
        }
        return UNKNOWN;
      }
      default: return UNKNOWN;
    }
  }

  function method(of: Extract<Abstract, { is: 'class' }>, key: string, self: Abstract | undefined, left: { holders: number }): Abstract | undefined {
    if (left.holders-- <= 0) return undefined;
    const id = of.view.methods.find((fn) => fn.endsWith(`#${of.view.name}.${key}`) || fn.endsWith(`.${key}`));
    const fn = id === undefined ? undefined : of.frame.module.functions.get(id);
    if (fn) return { is: 'function', fn, frame: self ? { ...of.frame, self } : of.frame };
    const field = of.view.fields.find((one) => one.name === key);
    if (field) return evaluate(field.value, self ? { ...of.frame, self } : of.frame);
    const base = of.view.extends && evaluate(of.view.extends, of.frame);
    return base?.is === 'class' ? method(base, key, self, left) : undefined;
  }

  function exported(path: FilePath, name: string, hops: number): Abstract {
    const module = modules.get(path);
    const frame = topFrame(path);
    if (!module || !frame || hops > 20) return UNKNOWN;
    const own = module.exports.find((one) => one.name === name);
    if (own) return evaluate(own.value, frame);
    const whole = module.exports.findLast((one) => one.name === '=');
    if (whole) {
      const value = evaluate(whole.value, frame);
      if (name === 'default' || name === '*') return value;
      const inner = member(value, name);
      if (inner.is !== 'unknown') return inner;
    }
    if (name === 'default' && module.system !== 'esm') return { is: 'module', path };
    for (const one of module.exports) {
      if (one.name !== '*' || one.value.kind !== 'ref' || one.value.root.kind !== 'import') continue;
      const target = resolve(one.value.root.from, path);
      const inner = target && exported(target, name, hops + 1);
      if (inner && inner.is !== 'unknown') return inner;
    }
    return UNKNOWN;
  }

  /** What a called or used thing really is: a whole CommonJS module stands for its `module.exports`. */
  function settled(value: Abstract): Abstract {
    if (value.is !== 'module') return value;
    const module = modules.get(value.path);
    const whole = module?.exports.findLast((one) => one.name === '=') ?? module?.exports.find((one) => one.name === 'default');
    const frame = topFrame(value.path);
    return whole && frame ? evaluate(whole.value, frame) : value;
  }
}
