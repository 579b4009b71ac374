import type { ModuleView } from '../model/module.js';
import type { Call, Entry, Ref, Scalar, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { OptionAnswer, Resolved } from '../rules/rule.js';
import type { Followed } from './followed.js';
import { givenBy } from './given.js';

export type { Followed };
const MOST_HOPS = 20;
/** Objects looked into for one question: they may hold or spread themselves, and spreads may double at each level. */
const MOST_OBJECTS = 200;
interface Left {
  objects: number;
}

/** Follows names, imports and members to a value that is no name; stops at parameters, calls and what is unknown. */
export function resolveValue(value: Value, project: Followed): Resolved {
  return leads(value) ? follow(value, project, { objects: MOST_OBJECTS }) : { value, trail: NOWHERE, exact: value.kind !== 'unknown' };
}
const NOWHERE: readonly At[] = [];
/** Only names and calls lead to another value. */
function leads({ kind }: Value): boolean {
  return kind === 'ref' || kind === 'call';
}
function follow(value: Value, project: Followed, left: Left): Resolved {
  const trail: At[] = [];
  let current = value;
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    const next: Value | undefined = current.kind === 'ref' ? stepInto(current, project, left) : current.kind === 'call' ? given(current, project, left) : undefined;
    if (!next) return { value: current, trail, exact: current.kind === 'ref' ? current.root.kind === 'env' : current.kind !== 'unknown' };
    trail.push(current.at);
    current = next;
  }
  return { value: current, trail, exact: false };
}

function stepInto(ref: Ref, project: Followed, left: Left): Value | undefined {
  const path = ref.at.path;
  const { root } = ref;
  if (root.kind === 'local') {
    const surface = project.surface(path);
    const binding = surface?.bindings[root.binding];
    // A name of a body: the whole file is looked at.
    if (binding && binding.scope !== surface?.top.id) project.module(path);
    if (!binding || !project.isStable(path, binding.id)) return undefined;
    if (binding.value.kind === 'unknown') return undefined;
    return descend(binding.value, ref.path, ref, project, left);
  }
  if (root.kind === 'parameter') {
    const given = project.handed?.(root.fn, root.index);
    return given && descend(given, ref.path, ref, project, left);
  }
  if (root.kind === 'import') {
    const target = project.resolveFile(root.from, path);
    const module = target && project.surface(target);
    if (!module) return undefined;
    return fromExports(module, root.name, ref.path, ref, project, left, 0);
  }
  if (root.kind === 'this' && root.class !== undefined && ref.path[0] !== undefined) {
    const field = project.module(path)?.fields?.get(root.class)?.get(ref.path[0]);
    return field && descend(field, ref.path.slice(1), ref, project, left);
  }
  if (root.kind === 'global' && (root.name === 'exports' || root.name === 'module')) return ofOwnExports(ref, project, left);
  if (root.kind === 'value') {
    const of = root.of.kind === 'call' ? given(root.of, project, left) : root.of;
    return of && descend(of, ref.path, ref, project, left);
  }
  return undefined;
}
/** The data a call gives. */
function given(call: Call, project: Followed, left: Left): Value | undefined {
  if (left.objects-- <= 0) return undefined;
  return givenBy(call, project, (value) => follow(value, project, left).value);
}

/** `exports.fail(res, err)`, `module.exports.limit`: what the file itself exports, once. */
function ofOwnExports(ref: Ref, project: Followed, left: Left): Value | undefined {
  const path = ref.root.kind === 'global' && ref.root.name === 'module' ? (ref.path[0] === 'exports' ? ref.path.slice(1) : []) : ref.path;
  const [key, ...rest] = path;
  const surface = key === undefined ? undefined : project.surface(ref.at.path);
  const named = surface?.system === 'commonjs' ? surface.exports.filter((one) => one.name === key && !isAnnounced(one.value)) : [];
  const [own] = named;
  if (own) return named.length === 1 ? descend(own.value, rest, ref, project, left) : undefined;
  return surface?.system === 'commonjs' && surface.exports.filter((one) => one.name === '=').length === 1 ? fromExports(surface, '*', path, ref, project, left, 0) : undefined;
}
/** `exports.limit = void 0`, which compilers write before they give the name its value. */
function isAnnounced(value: Value): boolean {
  return value.kind === 'literal' && value.value === undefined;
}
function fromExports(module: ModuleView, name: string, path: readonly (string | undefined)[], ref: Ref, project: Followed, left: Left, hops: number): Value | undefined {
  if (hops > 10) return undefined;
  const whole = module.exports.findLast((one) => one.name === '=');
  if (name === '*') {
    const [key, ...rest] = path;
    if (key === undefined) return path.length === 0 ? whole?.value : undefined;
    const own = module.exports.find((one) => one.name === key && !isAnnounced(one.value));
    if (own) return descend(own.value, rest, ref, project, left);
    return whole && descend(whole.value, path, ref, project, left);
  }
  const own = module.exports.find((one) => one.name === name && !isAnnounced(one.value));
  if (own) return descend(own.value, path, ref, project, left);
  if (whole) return descend(whole.value, name === 'default' ? path : [name, ...path], ref, project, left);
  for (const one of module.exports) {
    if (one.name !== '*' || one.value.kind !== 'ref' || one.value.root.kind !== 'import') continue;
    const target = project.resolveFile(one.value.root.from, module.path);
    const next = target && project.surface(target);
    const found = next && fromExports(next, name, path, ref, project, left, hops + 1);
    if (found) return found;
  }
  return undefined;
}

function descend(value: Value, path: readonly (string | undefined)[], ref: Ref, project: Followed, left: Left): Value | undefined {
  let current: Value = value;
  for (let i = 0; i < path.length; i++) {
    const key = path[i] ?? (ref.path.indexOf(undefined) === ref.path.lastIndexOf(undefined) ? chosenKey(ref, current, project, left) : undefined);
    if (key === undefined) return undefined;
    if (current.kind === 'logic') current = preferred(current, project, left);
    if (current.kind === 'ref') return { ...current, ...joinPath(current, path.slice(i)), nameAt: ref.nameAt };
    if (current.kind === 'call') return { kind: 'ref', root: { kind: 'value', of: current }, path: path.slice(i), text: ref.text, at: current.at, nameAt: current.at };
    if (current.kind === 'array') {
      const item: Value | undefined = /^\d+$/.test(key) && !current.items.some((one) => one.spread) ? current.items[Number(key)]?.value : undefined;
      if (!item) return undefined;
      current = item;
      continue;
    }
    if (current.kind !== 'object') return undefined;
    const found = entryOf(current, key, project, left, 0);
    if (typeof found === 'string') return undefined;
    current = found.value;
  }
  return current;
}
/** `stages[process.env.NODE_ENV]`: what runs in production. */
function chosenKey({ computed }: Ref, value: Value, project: Followed, left: Left): string | undefined {
  if (!computed || left.objects-- <= 0) return undefined;
  const end = follow(computed, project, left).value;
  const name = end.kind === 'logic' ? follow(end.left, project, left).value : end;
  if (name.kind !== 'ref' || name.root.kind !== 'env' || name.root.name !== 'NODE_ENV' || name.path.length > 0) return undefined;
  return ['production', 'prod'].find((key) => typeof entryOf(value, key, project, left, 0) === 'object');
}
/** Of `a || b` the first, where that is surely an object. */
function preferred(value: Extract<Value, { readonly kind: 'logic' }>, project: Followed, left: Left): Value {
  return value.op !== '&&' && left.objects-- > 0 && follow(value.left, project, left).value.kind === 'object' ? value.left : value;
}
function joinPath(ref: Ref, rest: readonly (string | undefined)[]): Pick<Ref, 'root' | 'path'> {
  if (ref.root.kind === 'env' && ref.root.name === undefined && rest[0] !== undefined) return { root: { kind: 'env', name: rest[0] }, path: rest.slice(1) };
  return { root: ref.root, path: [...ref.path, ...rest] };
}

/** The last entry with the key, through names and spreads. */
export function optionOf(value: Value | undefined, key: string, project: Followed): OptionAnswer {
  const left = { objects: MOST_OBJECTS };
  const found = value ? entryOf(value, key, project, left, 0) : 'absent';
  return typeof found === 'string' ? { kind: found } : { kind: 'value', value: found.value, entry: found, resolved: follow(found.value, project, left) };
}
function entryOf(value: Value, key: string, project: Followed, left: Left, depth: number): Entry | 'absent' | 'unknown' {
  if (depth > 6 || left.objects-- <= 0) return 'unknown';
  const end = follow(value, project, left).value;
  if (end.kind === 'literal' && (end.value === undefined || end.value === null)) return 'absent';
  if (end.kind !== 'object') return 'unknown';
  for (let i = end.entries.length - 1; i >= 0; i--) {
    const entry: Entry | undefined = end.entries[i];
    if (!entry) continue;
    if (entry.key === key) return entry;
    if (entry.form === 'spread') {
      const inner = entryOf(entry.value, key, project, left, depth + 1);
      if (inner !== 'absent') return inner;
    } else if (entry.form === 'computed') return 'unknown';
  }
  return 'absent';
}

/** The constant a value surely is. */
export function constantOf(value: Value, project: Followed, depth = 0): { readonly value: Scalar } | undefined {
  if (depth > 10) return undefined;
  const end = leads(value) ? resolveValue(value, project).value : value;
  if (end.kind === 'literal') return { value: end.value };
  if (end.kind === 'template') {
    let text = '';
    for (const part of end.parts) {
      const piece = typeof part === 'string' ? { value: part } : constantOf(part, project, depth + 1);
      if (!piece) return undefined;
      text += String(piece.value);
    }
    return { value: text };
  }
  return undefined;
}

/** Whether two values read alike: same shape, same names, wherever they stand. */
export function sameValue(a: Value, b: Value, depth = 0): boolean {
  if (depth > 12 || a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'literal':
      return b.kind === 'literal' && a.value === b.value;
    case 'regex':
      return b.kind === 'regex' && a.source === b.source && a.flags === b.flags;
    case 'ref':
      return b.kind === 'ref' && a.root.kind === b.root.kind && a.text === b.text && a.path.every((key, i) => key === b.path[i]);
    case 'call':
      return (
        b.kind === 'call' &&
        a.callee === b.callee &&
        a.name === b.name &&
        a.args.length === b.args.length &&
        a.args.every((item, i) => {
          const other = b.args[i];
          return other !== undefined && sameValue(item.value, other.value, depth + 1);
        })
      );
    case 'function':
      return b.kind === 'function' && a.fn === b.fn;
    case 'array':
      return (
        b.kind === 'array' &&
        a.items.length === b.items.length &&
        a.items.every((item, i) => {
          const other = b.items[i];
          return other !== undefined && sameValue(item.value, other.value, depth + 1);
        })
      );
    case 'object':
      return (
        b.kind === 'object' &&
        a.entries.length === b.entries.length &&
        a.entries.every((entry, i) => {
          const other = b.entries[i];
          return other !== undefined && entry.key === other.key && sameValue(entry.value, other.value, depth + 1);
        })
      );
    default:
      return false;
  }
}
