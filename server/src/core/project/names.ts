import type { ModuleView } from '../model/module.js';
import type { Call, ClassId, FunctionId, Ref, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import { memberOf, type Abstract, type Frame } from './abstract.js';
import { elementsOf } from './lists.js';

/** What following names needs of the evaluation it is a part of. */
export interface NamesInput {
  /** Of code, and of data that code loads. */
  moduleAt(path: FilePath): ModuleView | undefined;
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  topFrame(path: FilePath): Frame | undefined;
  runModule(path: FilePath): void;
  runCall(call: Call, frame: Frame): Abstract;
  /** Runs a function without arguments: the getter of a member that is read. */
  get(getter: Extract<Abstract, { is: 'function' }>, self: Abstract | undefined): Abstract;
  /** Fields given to a function: `F.prototype.start = ...` under `prototype.start`. */
  readonly statics: ReadonlyMap<FunctionId | ClassId, ReadonlyMap<string, Abstract>>;
  readonly verbs: ReadonlySet<string>;
  /** Members of applications that answer requests. */
  readonly answering: ReadonlySet<string>;
}
export interface Names {
  /** What a value is worth in a frame. */
  evaluate(value: Value, frame: Frame): Abstract;
  /** What a called or used thing really is: a whole CommonJS module stands for its `module.exports`. */
  settled(value: Abstract): Abstract;
  /** `this` of a frame. */
  selfOf(frame: Frame): Abstract | undefined;
  /** The text a value surely is, and where that text is written. */
  textOf(value: Value, frame: Frame): Text | undefined;
  /** A member of what a value is worth. */
  member(of: Abstract, key: string): Abstract;
  /** The names a module exports; undefined for what is none, and where not all are known. */
  exportsOf(of: Abstract): readonly string[] | undefined;
  /** The frame a binding belongs to. */
  homeOf(frame: Frame, binding: number): Frame | undefined;
}
/** Known text with its place, which may be in another file. */
export interface Text {
  readonly text: string;
  readonly at: At;
  readonly frame: Frame;
}
const UNKNOWN: Abstract = { is: 'unknown' };
const DEEPEST_VALUE = 60;
/** Spreads and base classes looked through for one member: they may lead in circles, or double at each level. */
const MOST_HOLDERS = 200;

/** Follows names, members, imports and exports while registration is evaluated. */
export function createNames({ moduleAt, resolve, topFrame, runModule, runCall, get, statics, verbs, answering }: NamesInput): Names {
  let depth = 0;
  return { evaluate, settled, selfOf, homeOf, textOf, member, exportsOf };

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
      case 'choice': {
        // A choice between scopes is followed; one between guards is not: which one runs nobody knows.
        const then = evaluate(value.then, frame);
        if (then.is === 'scope') return then;
        const other = evaluate(value.else, frame);
        return other.is === 'scope' ? other : { is: 'value', value, frame };
      }
      case 'unknown': return UNKNOWN;
      default: return { is: 'value', value, frame };
    }
  }

  function textOf(value: Value, frame: Frame): Text | undefined {
    const got = evaluate(value, frame);
    if (got.is !== 'value') return undefined;
    if (got.value.kind === 'literal') return typeof got.value.value === 'string' || typeof got.value.value === 'number' ? { text: String(got.value.value), at: got.value.at, frame: got.frame } : undefined;
    if (got.value.kind !== 'template') return undefined;
    let text = '';
    for (const part of got.value.parts) {
      const piece = typeof part === 'string' ? part : textOf(part, got.frame)?.text;
      if (piece === undefined) return undefined;
      text += piece;
    }
    return { text, at: got.value.at, frame: got.frame };
  }

  function reference(ref: Ref, frame: Frame): Abstract {
    let current = rootOf(ref, frame);
    const computedAt = ref.computed ? ref.path.lastIndexOf(undefined) : -1;
    for (const [index, written] of ref.path.entries()) {
      const key = written ?? (index === computedAt && ref.computed ? textOf(ref.computed, frame)?.text : undefined);
      if (key === undefined && current.is !== 'scope') return UNKNOWN;
      current = key === undefined ? verb(current, '') : member(current, key);
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
        if (!target || !moduleAt(target)) return { is: 'value', value: { ...ref, path: [] }, frame };
        runModule(target);
        return root.name === '*' ? { is: 'module', path: target } : exported(target, root.name, 0);
      }
      case 'parameter': {
        for (let f: Frame | undefined = frame; f; f = f.parent) if (f.fn === root.fn) return f.args[root.index] ?? initial(root.index, f);
        return UNKNOWN;
      }
      case 'local': return local(root.binding, frame);
      case 'this': return selfOf(frame) ?? UNKNOWN;
      case 'value': return evaluate(root.of, frame);
      case 'global': {
        if (root.name === 'super') return above(frame);
        const isExports = (root.name === 'module' && ref.path[0] === 'exports') || root.name === 'exports';
        return isExports ? { is: 'module', path: frame.module.path } : UNKNOWN;
      }
      default: return { is: 'value', value: { ...ref, path: [] }, frame };
    }
  }

  function initial(index: number, frame: Frame): Abstract {
    const parameter = frame.module.functions.get(frame.fn)?.parameters[index];
    return parameter?.initial ? evaluate(parameter.initial, frame) : UNKNOWN;
  }

  /** `super` of a method: the same fields under the class above. */
  function above(frame: Frame): Abstract {
    let at: Frame | undefined = frame;
    while (at && frame.module.functions.get(at.fn)?.owner === undefined) at = at.parent;
    const owner = at && frame.module.functions.get(at.fn)?.owner;
    const view = owner === undefined ? undefined : frame.module.classes.get(owner);
    const base = view?.extends && settled(evaluate(view.extends, frame));
    const self = selfOf(frame);
    return base?.is === 'class' && self?.is === 'instance' ? { ...self, of: base } : base ?? UNKNOWN;
  }

  function verb(of: Abstract, name: string): Abstract {
    if (of.is === 'scope' && answering.has(name)) return { is: 'verb', scope: of.scope, name, answers: true };
    return of.is === 'scope' && (name === '' || verbs.has(name)) ? { is: 'verb', scope: of.scope, name } : UNKNOWN;
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

  /** `x = { ...x, y }` leads to itself: bounded like every other step. */
  function member(of: Abstract, key: string, left = { holders: MOST_HOLDERS }): Abstract {
    if (depth > DEEPEST_VALUE || left.holders-- <= 0) return UNKNOWN;
    depth++;
    try {
      return memberNow(of, key, left);
    } finally {
      depth--;
    }
  }
  function memberNow(of: Abstract, key: string, left: { holders: number }): Abstract {
    switch (of.is) {
      case 'module': {
        if (key === 'exports') return of;
        return exported(of.path, key, 0);
      }
      case 'scope': return memberOf(of.scope, key) ?? verb(of, key);
      case 'function': return statics.get(of.fn.id)?.get(key) ?? UNKNOWN;
      case 'list': return key === 'length' ? UNKNOWN : (of.items[Number(key)]?.got ?? UNKNOWN);
      case 'instance': return of.fields.get(key) ?? (of.of && method(of.of, key, of, left)) ?? UNKNOWN;
      case 'fields': return of.fields.get(key) ?? UNKNOWN;
      case 'class': return statics.get(of.view.id)?.get(key) ?? method(of, key, undefined, left) ?? UNKNOWN;
      case 'value': {
        if (of.value.kind === 'array') return /^\d+$/.test(key) ? (elementsOf(of, evaluate)?.[Number(key)]?.got ?? UNKNOWN) : UNKNOWN;
        if (of.value.kind !== 'object') return UNKNOWN;
        const given = of.frame.assigned.get(of.value.at.mark)?.get(key);
        if (given) return given;
        for (let i = of.value.entries.length - 1; i >= 0; i--) {
          const entry = of.value.entries[i];
          if (entry?.key === key) return read(evaluate(entry.value, of.frame), undefined);
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

  /** A getter is run when it is read. */
  function read(value: Abstract, self: Abstract | undefined): Abstract {
    return value.is === 'function' && value.fn.accessor === 'get' ? get(value, self) : value;
  }

  function method(of: Extract<Abstract, { is: 'class' }>, key: string, self: Abstract | undefined, left: { holders: number }): Abstract | undefined {
    if (left.holders-- <= 0) return undefined;
    const named = of.view.methods.flatMap((id) => {
      const fn = of.frame.module.functions.get(id);
      return fn && fn.accessor !== 'set' && plainName(id) === key ? [fn] : [];
    });
    // An instance and its class may each have a member of the name.
    const fn = named.find((one) => (one.static === true) === (self === undefined)) ?? named[0];
    const frame = self ? { ...of.frame, self } : of.frame;
    if (fn) return read({ is: 'function', fn, frame }, self);
    const field = of.view.fields.find((one) => one.name === key);
    if (field) return evaluate(field.value, frame);
    const base = of.view.extends && settled(evaluate(of.view.extends, of.frame));
    return base?.is === 'class' ? method(base, key, self, left) : undefined;
  }
  /** The member's name in the id of a method, `path#Class.name~2`. */
  function plainName(id: FunctionId): string {
    const name = id.slice(id.lastIndexOf('.') + 1);
    const ordinal = name.indexOf('~');
    return ordinal < 0 ? name : name.slice(0, ordinal);
  }

  function exported(path: FilePath, name: string, hops: number): Abstract {
    const module = moduleAt(path);
    const frame = topFrame(path);
    if (!module || !frame || hops > 20) return UNKNOWN;
    // Compilers write `exports.default = void 0` first.
    const own = module.exports.findLast((one) => one.name === name && !(one.value.kind === 'literal' && one.value.value === undefined));
    if (own) return read(evaluate(own.value, frame), undefined);
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

  function exportsOf(of: Abstract): readonly string[] | undefined {
    const module = of.is === 'module' ? moduleAt(of.path) : undefined;
    if (!module || module.exports.some(({ name }) => name === '=' || name === '*')) return undefined;
    return [...new Set(module.exports.map(({ name }) => name))];
  }
  /** What a called or used thing really is: a whole CommonJS module stands for its `module.exports`. */
  function settled(value: Abstract): Abstract {
    let current = value;
    for (let hops = 0; current.is === 'module' && hops < 20; hops++) {
      const module = moduleAt(current.path);
      const whole = module?.exports.findLast((one) => one.name === '=') ?? module?.exports.find((one) => one.name === 'default');
      const frame = topFrame(current.path);
      if (!whole || !frame) return current;
      current = evaluate(whole.value, frame);
    }
    return current;
  }
}
