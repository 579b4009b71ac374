import type { ModuleView } from '../model/module.js';
import type { Value } from '../model/value.js';

const VARIABLE = /^[A-Z][A-Z0-9_]{2,60}$/;
/** Functions that refuse what is not set, by their names; node:assert, tiny-invariant. */
const ASSERTS = /^(assert|ok|invariant|strict|equal|notEqual|notStrictEqual)$/;
const REQUIRES = /^(require|must|ensure|assert|need|check|validate|mandatory|required)\w{0,30}$|^getOrThrow$/i;
const SCHEMA = /^(zod|joi|@hapi\/joi|envalid|yup|valibot|superstruct|env-var|z|Joi)(\.|$)/;
const OPEN = /^(optional|default|nullish|nullable|catch)$/;
const DEEPEST = 10;

/** Environment variables that a file refuses to run without: it throws or ends, asserts, or parses them by a schema. */
export function envChecks(module: ModuleView): ReadonlySet<string> {
  const found = new Set<string>();
  let byName = false;
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do === 'throw' || (step.do === 'call' && /^(process\.)?(exit|abort)$/.test(step.call.callee)))
        for (const branch of step.when) byName = mentioned(branch.test, module, found, 0) || byName;
      if (step.do !== 'call') continue;
      const { call } = step;
      if (ASSERTS.test(call.name)) for (const { value } of call.args.slice(0, 1)) mentioned(value, module, found, 0);
      else if (REQUIRES.test(call.name)) for (const { value } of call.args) texts(value, found);
      for (const { value } of call.args) schema(value, found, 0);
    }
  // `for (const name of names) if (!process.env[name]) throw ...`: the names stand in a list.
  if (byName) for (const binding of module.bindings) texts(binding.value, found);
  if (byName) for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) if (step.loop) texts(step.loop.over, found);
  return found;
}
/** Environment variables a file signs tokens with. */
export function envSigned(module: ModuleView): ReadonlySet<string> {
  const found = new Set<string>();
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      const key = step.do === 'call' && step.call.callee === 'jsonwebtoken.sign' ? step.call.args[1]?.value : undefined;
      if (key) mentioned(key, module, found, 0);
    }
  return found;
}
/** Adds the variables a test speaks of; whether it speaks of one by a computed name. */
function mentioned(value: Value, module: ModuleView, found: Set<string>, depth: number): boolean {
  if (depth > DEEPEST) return false;
  const below = (next: Value): boolean => mentioned(next, module, found, depth + 1);
  switch (value.kind) {
    case 'ref': {
      if (value.root.kind === 'env') {
        if (value.root.name !== undefined) found.add(value.root.name);
        return value.root.name === undefined && value.path.includes(undefined);
      }
      const bound = value.root.kind === 'local' ? module.bindings[value.root.binding]?.value : undefined;
      if (bound && value.path.length === 0) return below(bound.kind === 'logic' ? bound.left : bound);
      return value.root.kind === 'value' ? below(value.root.of) : false;
    }
    case 'not': return below(value.of);
    case 'logic':
    case 'compare': {
      const left = below(value.left);
      return below(value.right) || left;
    }
    case 'call': {
      const inside = value.args.map((arg) => below(arg.value)).some(Boolean);
      return (value.receiver ? below(value.receiver) : false) || inside;
    }
    default: return false;
  }
}
/** Names of variables among texts: one, or a list of them. */
function texts(value: Value, found: Set<string>): void {
  const each = value.kind === 'array' ? value.items.map((item) => item.value) : [value];
  for (const one of each) if (one.kind === 'literal' && typeof one.value === 'string' && VARIABLE.test(one.value)) found.add(one.value);
}
/** `{ JWT_SECRET: z.string() }`, `cleanEnv(process.env, { JWT_SECRET: str() })`. */
function schema(value: Value, found: Set<string>, depth: number): void {
  if (value.kind !== 'object' || depth > 3) return;
  for (const entry of value.entries) {
    if (entry.key !== undefined && VARIABLE.test(entry.key) && isRequired(entry.value)) found.add(entry.key);
    else schema(entry.value, found, depth + 1);
  }
}
function isRequired(value: Value): boolean {
  let current: Value | undefined = value;
  let known = false;
  for (let hops = 0; current?.kind === 'call' && hops < 12; hops++) {
    if (OPEN.test(current.name)) return false;
    known = known || SCHEMA.test(current.callee);
    current = current.receiver;
  }
  return known;
}
