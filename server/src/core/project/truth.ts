import type { Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { Scalar, Value } from '../model/value.js';

/** What is surely known of a value: the constant it is, or only that it is something, or some function. */
export type Known = { readonly value: Scalar } | 'something' | 'function';
type Read = (value: Value) => Known | undefined;
const DEEPEST = 8;
const TYPES: Readonly<Record<string, string>> = { string: 'string', number: 'number', boolean: 'boolean', undefined: 'undefined' };

/** Whether a test surely holds, by what `read` knows of the names in it; undefined where nobody can tell. */
export function truthOf(test: Value, read: Read, depth = 0): boolean | undefined {
  if (depth > DEEPEST) return undefined;
  switch (test.kind) {
    case 'not': {
      const inner = truthOf(test.of, read, depth + 1);
      return inner === undefined ? undefined : !inner;
    }
    case 'logic': {
      if (test.op !== '&&' && test.op !== '||') return undefined;
      const left = truthOf(test.left, read, depth + 1);
      const right = truthOf(test.right, read, depth + 1);
      const decides = test.op === '||';
      if (left === decides || right === decides) return decides;
      return left === undefined || right === undefined ? undefined : !decides;
    }
    case 'compare': return compared(test, read);
    case 'literal':
    case 'call':
    case 'ref': {
      const known = knownOf(test, read);
      return known === undefined ? undefined : typeof known === 'string' || Boolean(known.value);
    }
    default: return undefined;
  }
}
function compared({ op, left, right }: Extract<Value, { readonly kind: 'compare' }>, read: Read): boolean | undefined {
  const isEqual = op === '===' || op === '==';
  if (!isEqual && op !== '!==' && op !== '!=') return undefined;
  const [a, b] = [knownOf(left, read), knownOf(right, read)];
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === 'string' || typeof b === 'string') {
    const other = typeof a === 'string' ? b : a;
    return typeof other !== 'string' && isNothing(other.value) ? !isEqual : undefined;
  }
  const isSame = a.value === b.value || (op.length === 2 && isNothing(a.value) && isNothing(b.value));
  if (!isSame && op.length === 2 && typeof a.value !== typeof b.value && !isNothing(a.value) && !isNothing(b.value)) return undefined;
  return isSame === isEqual;
}
function knownOf(value: Value, read: Read): Known | undefined {
  if (value.kind === 'literal') return { value: value.value };
  if (value.kind === 'ref' || value.kind === 'call') return read(value);
  // `typeof next === 'function'`
  if (value.kind !== 'unknown' || value.of === undefined) return undefined;
  const of = read(value.of);
  if (of === undefined || of === 'something') return undefined;
  return { value: of === 'function' ? of : (TYPES[typeof of.value] ?? 'object') };
}
function isNothing(value: Scalar): boolean {
  return value === null || value === undefined;
}

/**
 * The module without what never runs: steps on the side of a test that surely fails, decided by constants of the file.
 * A test that surely holds is none: what stands under it stands in the open.
 */
export function withoutDead(module: ModuleView): ModuleView {
  const constants = new Map<number, Scalar>();
  for (const { constant, value, id } of module.bindings) if (constant && value.kind === 'literal') constants.set(id, value.value);
  const truths = new Map<Branch, boolean | undefined>();
  const constantOf = (value: Value): Known | undefined => (value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 && constants.has(value.root.binding) ? { value: constants.get(value.root.binding) } : undefined);
  const decided = (branch: Branch): boolean | undefined => {
    if (truths.has(branch)) return truths.get(branch);
    const truth = truthOf(branch.test, constantOf);
    const holds = truth === undefined ? undefined : truth === branch.holds;
    truths.set(branch, holds);
    return holds;
  };
  let changed = false;
  const settled = (fn: FunctionView): FunctionView => {
    if (!fn.when.some((branch) => decided(branch) !== undefined) && !fn.steps.some((step) => step.when.some((branch) => decided(branch) !== undefined))) return fn;
    changed = true;
    const settledBy = [...new Set(fn.steps.flatMap(({ when }) => when))].filter((one) => one.test.kind === 'logic' && decided(one) !== undefined && isAsked(one.test, (id) => !constants.has(id)));
    const left = (when: readonly Branch[]): readonly Branch[] => when.filter((branch) => decided(branch) === undefined);
    const steps = fn.steps.flatMap((step): readonly Step[] => (step.when.some((branch) => decided(branch) === false) ? [] : [{ ...step, when: left(step.when) }]));
    return { ...fn, when: left(fn.when), steps, ...(settledBy.length > 0 ? { settled: settledBy } : {}) };
  };
  const top = settled(module.top);
  const functions = new Map([...module.functions].map(([id, fn]) => [id, settled(fn)] as const));
  return changed ? { ...module, top, functions } : module;
}
/** A constant is written beside something that would be asked: `user.isAdmin || true`, `isOwn || 'chief'`. */
function isAsked(test: Value, isOpen: (binding: number) => boolean, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (test.kind === 'logic') return isAsked(test.left, isOpen, depth + 1) || isAsked(test.right, isOpen, depth + 1);
  if (test.kind === 'not') return isAsked(test.of, isOpen, depth + 1);
  return test.kind === 'call' || test.kind === 'compare' || (test.kind === 'ref' && (test.root.kind !== 'local' || isOpen(test.root.binding)));
}
