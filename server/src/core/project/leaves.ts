import type { Branch } from '../model/module.js';
import type { Entry, Value } from '../model/value.js';
import type { Leaf } from '../rules/rule.js';

const MOST_LEAVES = 500;
const DEEPEST = 12;
/** Calls whose result carries what they are given. */
const CARRIES = /(^|\.)(stringify|String|inspect|toString|serializeError|assign|entries|values|fromEntries|from|concat|join|resolve|toJSON|freeze|getOwnPropertyNames|keys|encode|escape\w*)$/;

/** The leaves of a payload; `follow` gives the value of a const local one step back. */
export function leavesOf(value: Value, follow: (value: Value) => Value | undefined): Iterable<Leaf> {
  const found: Leaf[] = [];
  const visit = (at: Value, when: readonly Branch[], key: string | undefined, through: readonly string[], entry: Entry | undefined, depth: number, followed: boolean): void => {
    if (found.length >= MOST_LEAVES || depth > DEEPEST) return;
    switch (at.kind) {
      case 'object':
        for (const one of at.entries) {
          const carrier = one.form === 'spread' && one.value.kind === 'logic' && one.value.op === '&&' ? { value: one.value.right, when: [...when, branch(one.value.left, true)] } : { value: one.value, when };
          visit(carrier.value, carrier.when, one.key ?? key, through, one, depth + 1, followed);
        }
        return;
      case 'array': for (const item of at.items) visit(item.value, when, key, through, entry, depth + 1, followed); return;
      case 'template': for (const part of at.parts) if (typeof part !== 'string') visit(part, when, key, [...through, 'template'], entry, depth + 1, followed); return;
      case 'choice':
        visit(at.then, [...when, branch(at.test, true)], key, through, entry, depth + 1, followed);
        visit(at.else, [...when, branch(at.test, false)], key, through, entry, depth + 1, followed);
        return;
      case 'logic':
        if (at.op === '&&') visit(at.right, [...when, branch(at.left, true)], key, through, entry, depth + 1, followed);
        else {
          visit(at.left, when, key, through, entry, depth + 1, followed);
          visit(at.right, when, key, through, entry, depth + 1, followed);
        }
        return;
      case 'call': {
        const name = at.callee || at.name;
        found.push({ value: at, when, key, through, entry });
        if (CARRIES.test(name)) {
          for (const item of at.args) visit(item.value, when, key, [...through, name], entry, depth + 1, followed);
          if (at.receiver && /^(toString|toJSON|concat|join)$/.test(at.name)) visit(at.receiver, when, key, [...through, at.name], entry, depth + 1, followed);
        }
        return;
      }
      case 'ref': {
        found.push({ value: at, when, key, through, entry });
        const next = followed ? undefined : follow(at);
        if (next && next !== at && next.kind !== 'function' && next.kind !== 'literal') visit(next, when, key, through, entry, depth + 1, true);
        return;
      }
      default: found.push({ value: at, when, key, through, entry });
    }
  };
  visit(value, [], undefined, [], undefined, 0, false);
  return found;
}
function branch(test: Value, holds: boolean): Branch {
  return { test, holds, early: false, at: test.at };
}
