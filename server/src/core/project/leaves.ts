import type { Branch, Step } from '../model/module.js';
import type { Entry, Value } from '../model/value.js';
import type { Leaf } from '../rules/rule.js';

const MOST_LEAVES = 500;
const DEEPEST = 12;
/** Calls whose result carries what they are given. */
const CARRIES = /(^|\.)(stringify|parse|String|inspect|toString|serializeError|assign|entries|values|fromEntries|from|concat|join|resolve|toJSON|freeze|getOwnPropertyNames|keys|encode|escape\w*)$/;
const CARRIES_RECEIVER = /^(toString|toJSON|concat|join)$/;

/** Where a value stands on its way into the payload. */
interface Place {
  readonly when: readonly Branch[];
  readonly key: string | undefined;
  readonly through: readonly string[];
  readonly entry: Entry | undefined;
  readonly via: Value | undefined;
}
/** A value given to a local, or to a member of it, after its declaration: `out.stack = err.stack`. */
interface Write {
  readonly key: string | undefined;
  readonly value: Value;
  readonly when: readonly Branch[];
}

/** The leaves of a payload; `follow` gives the value of a const local one step back, `steps` what the function around does to its locals. */
export function leavesOf(value: Value, follow: (value: Value) => Value | undefined, steps: readonly Step[] = []): Iterable<Leaf> {
  const found: Leaf[] = [];
  const visit = (at: Value, place: Place, depth: number): void => {
    if (found.length >= MOST_LEAVES || depth > DEEPEST) return;
    const under = (test: Value, holds: boolean): Place => ({ ...place, when: [...place.when, branch(test, holds)] });
    switch (at.kind) {
      case 'object':
        for (const one of at.entries) visitEntry(one, place, depth);
        return;
      case 'array': for (const item of at.items) visit(item.value, place, depth + 1); return;
      case 'template': for (const part of at.parts) if (typeof part !== 'string') visit(part, { ...place, through: [...place.through, 'template'] }, depth + 1); return;
      case 'choice':
        visit(at.then, under(at.test, true), depth + 1);
        visit(at.else, under(at.test, false), depth + 1);
        return;
      case 'logic':
        if (at.op === '&&') visit(at.right, under(at.left, true), depth + 1);
        else {
          visit(at.left, place, depth + 1);
          visit(at.right, place, depth + 1);
        }
        return;
      case 'call': {
        const name = at.callee || at.name;
        found.push({ value: at, ...place });
        if (!CARRIES.test(name)) return;
        for (const item of at.args) visit(item.value, { ...place, through: [...place.through, name] }, depth + 1);
        if (at.receiver && CARRIES_RECEIVER.test(at.name)) visit(at.receiver, { ...place, through: [...place.through, at.name] }, depth + 1);
        return;
      }
      case 'ref':
        found.push({ value: at, ...place });
        if (place.via === undefined) visitName(at, { ...place, via: at }, depth);
        return;
      default: found.push({ value: at, ...place });
    }
  };
  const visitEntry = (one: Entry, place: Place, depth: number): void => {
    const isGuarded = one.form === 'spread' && one.value.kind === 'logic' && one.value.op === '&&';
    const inner: Place = { ...place, key: one.key ?? place.key, entry: one };
    if (isGuarded && one.value.kind === 'logic') visit(one.value.right, { ...inner, when: [...place.when, branch(one.value.left, true)] }, depth + 1);
    else visit(one.value, inner, depth + 1);
  };
  /** What a local holds: its value, as far as later writes leave it, and what they add. */
  const visitName = (at: Extract<Value, { kind: 'ref' }>, place: Place, depth: number): void => {
    const writes = at.root.kind === 'local' && at.path.length === 0 ? writesTo(at.root.binding, steps) : [];
    const next = follow(at);
    if (next && next !== at && next.kind !== 'function' && next.kind !== 'literal') {
      if (next.kind !== 'object') visit(next, place, depth + 1);
      else
        for (const one of next.entries) {
          const left = remains(one.key, [], writes);
          if (left) visitEntry(one, { ...place, when: [...place.when, ...left] }, depth + 1);
        }
    }
    writes.forEach((write, index) => {
      const left = write.value.kind === 'literal' || write.value === next ? undefined : remains(write.key, write.when, writes.slice(index + 1));
      if (left) visit(write.value, { ...place, key: write.key ?? place.key, when: [...place.when, ...write.when, ...left] }, depth + 1);
    });
  };
  visit(value, { when: [], key: undefined, through: [], entry: undefined, via: undefined }, 0);
  return found;
}

function writesTo(binding: number, steps: readonly Step[]): readonly Write[] {
  return steps.flatMap((step) => {
    if (step.do !== 'assign' || step.target.root.kind !== 'local' || step.target.root.binding !== binding || step.target.path.length > 1) return [];
    return [{ key: step.target.path[0], value: step.value, when: step.when }];
  });
}
/** The branches under which a value is still there after later writes to its key; undefined: none. */
function remains(key: string | undefined, when: readonly Branch[], later: readonly Write[]): readonly Branch[] | undefined {
  const left: Branch[] = [];
  for (const write of later) {
    if (write.key !== key) continue;
    const last = write.when.findLast((one) => !when.includes(one));
    if (!last) return undefined;
    left.push({ ...last, holds: !last.holds });
  }
  return left;
}
function branch(test: Value, holds: boolean): Branch {
  return { test, holds, early: false, at: test.at };
}
