import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { Call, Entry, FunctionId, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { LiteralUse } from '../rules/rule.js';

interface Place {
  readonly name: string | undefined;
  readonly position: LiteralUse['position'];
  readonly call: Call | undefined;
  readonly argument: number | undefined;
  readonly siblings: readonly Entry[];
  readonly against: Value | undefined;
  readonly compare?: Extract<Value, { readonly kind: 'compare' }>;
  readonly env: string | undefined;
  readonly joined: boolean;
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
  readonly statementAt: At;
}
const DEEPEST = 30;

/** Every string constant of a module at a place that gives it meaning, each once. */
export function literalsOf(module: ModuleView): readonly LiteralUse[] {
  const found = new Map<number, LiteralUse>();
  const seenTests = new Set<Value>();
  const seenCalls = new Set<Call>();
  const visit = (value: Value, place: Place, depth: number): void => {
    if (depth > DEEPEST) return;
    switch (value.kind) {
      case 'literal':
        // The argument of an inner call is seen first; what it is compared with says more.
        if (typeof value.value === 'string' && (!found.has(value.at.mark) || place.position === 'comparison')) found.set(value.at.mark, { value: value.value, ...place, at: value.at });
        return;
      case 'template':
        for (const part of value.parts) if (typeof part !== 'string') visit(part, { ...place, joined: true }, depth + 1);
        return;
      case 'object':
        for (const entry of value.entries) if (mayHold(entry.value)) visit(entry.value, { ...place, name: entry.key ?? place.name, position: 'entry', siblings: value.entries }, depth + 1);
        return;
      case 'array':
        for (const item of value.items) visit(item.value, { ...place, position: 'item' }, depth + 1);
        return;
      case 'call': return arguments_(value, place, depth);
      case 'choice':
        visit(value.test, { ...place, position: 'other' }, depth + 1);
        visit(value.then, place, depth + 1);
        visit(value.else, place, depth + 1);
        return;
      case 'logic': {
        visit(value.left, place, depth + 1);
        const env = value.op !== '&&' && value.left.kind === 'ref' && value.left.root.kind === 'env' ? value.left.root.name : undefined;
        visit(value.right, value.op === '&&' ? place : { ...place, position: 'fallback', env: env ?? place.env }, depth + 1);
        return;
      }
      case 'compare':
        if (mayHold(value.left)) visit(value.left, { ...place, position: 'comparison', against: value.right, compare: value, name: nameOf(value.right) }, depth + 1);
        if (mayHold(value.right)) visit(value.right, { ...place, position: 'comparison', against: value.left, compare: value, name: nameOf(value.left) }, depth + 1);
        return;
      case 'not': return visit(value.of, place, depth + 1);
      case 'ref': if (value.root.kind === 'value') visit(value.root.of, { ...place, position: 'other' }, depth + 1); return;
      default: return;
    }
  };
  function arguments_(call: Call, place: Place, depth: number): void {
    // Each call is a step of its own and stands inside others as well: what it is given means the same everywhere.
    if (seenCalls.has(call)) return;
    seenCalls.add(call);
    for (const { literal, against } of comparedIn(call)) visit(literal, { ...place, position: 'comparison', against, name: nameOf(against) }, depth + 1);
    call.args.forEach((item, index) => {
      if (mayHold(item.value)) visit(item.value, { ...place, name: undefined, position: 'argument', call, argument: index, siblings: [], against: undefined }, depth + 1);
    });
    if (call.receiver && mayHold(call.receiver)) visit(call.receiver, { ...place, position: 'other' }, depth + 1);
  }
  const functions: readonly FunctionView[] = [module.top, ...module.functions.values()];
  for (const binding of module.bindings) if (mayHold(binding.value)) visit(binding.value, { ...emptyPlace(module.top), inside: binding.scope, when: binding.when, name: binding.name, position: 'binding', statementAt: binding.nameAt }, 0);
  for (const view of module.classes.values()) for (const field of view.fields) visit(field.value, { ...emptyPlace(module.top), name: field.name, position: 'binding', statementAt: field.nameAt }, 0);
  for (const fn of functions) for (const step of fn.steps) {
    const place: Place = { ...emptyPlace(fn), when: step.when, statementAt: step.statementAt };
    for (const branch of step.when) {
      if (seenTests.has(branch.test)) continue;
      seenTests.add(branch.test);
      visit(branch.test, { ...place, position: 'other' }, 0);
    }
    if (step.do === 'call') arguments_(step.call, place, 0);
    else if (step.do === 'assign') visit(step.value, { ...place, name: nameOf(step.target), position: 'assignment' }, 0);
    else if (step.value) visit(step.value, { ...place, position: 'other' }, 0);
  }
  for (const one of module.exports) visit(one.value, { ...emptyPlace(module.top), name: one.name === 'default' || one.name === '=' ? undefined : one.name, position: 'binding', statementAt: one.at }, 0);
  return [...found.values()];
}
/** A name, a function or a number holds no text: there is no need to say where it stands. */
function mayHold(value: Value): boolean {
  switch (value.kind) {
    case 'literal': return typeof value.value === 'string';
    case 'ref': return value.root.kind === 'value';
    case 'function': case 'unknown': case 'regex': case 'class': return false;
    default: return true;
  }
}
function emptyPlace(fn: FunctionView): Place {
  return { name: undefined, position: 'other', call: undefined, argument: undefined, siblings: [], against: undefined, env: undefined, joined: false, when: [], inside: fn.id, statementAt: fn.at };
}
/** Comparisons written as calls: `timingSafeEqual(Buffer.from(a), Buffer.from(b))`, `a.equals(b)`, `['a', 'b'].includes(c)`. */
function comparedIn(call: Call): readonly { readonly literal: Value; readonly against: Value }[] {
  const args = call.args.map((arg) => compared(arg.value, 0));
  const [first, second] = args;
  if (/^(timingSafeEqual|safeCompare|safeEqual|secureCompare|tsscmp)$/.test(call.name) && first && second) return pairsOf(first, second);
  if (!first || !call.receiver) return [];
  if (call.name === 'equals') return pairsOf(compared(call.receiver, 0), first);
  if (call.name !== 'includes' || call.receiver.kind !== 'array') return [];
  return call.receiver.items.filter((item) => item.value.kind === 'literal').map((item) => ({ literal: item.value, against: first }));
}
function pairsOf(a: Value, b: Value): readonly { readonly literal: Value; readonly against: Value }[] {
  return a.kind === 'literal' ? [{ literal: a, against: b }] : b.kind === 'literal' ? [{ literal: b, against: a }] : [];
}
/** What is compared below `Buffer.from(x)`, `String(x)` and a default for what is missing. */
function compared(value: Value, depth: number): Value {
  if (depth > 4) return value;
  if (value.kind === 'logic' && value.op !== '&&') return compared(value.left, depth + 1);
  const first = value.kind === 'call' && /^(Buffer\.from|String)$|(^|\.)Buffer\.from$/.test(value.callee) ? value.args[0]?.value : undefined;
  return first ? compared(first, depth + 1) : value;
}
/** What a compared or assigned thing is called: its last member, or a header's name. */
function nameOf(value: Value): string | undefined {
  if (value.kind === 'ref') return value.path.at(-1) ?? (value.root.kind === 'env' ? value.root.name : value.text);
  if (value.kind === 'call') {
    const first = value.args[0]?.value;
    return first?.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined;
  }
  return undefined;
}
