import type ts from 'typescript';
import type { FunctionId } from '../../model/value.js';
import { idOf, MOST_STEPS, type FunctionFrame, type FunctionNaming, type Lowering, type ReadFunction } from './state.js';

/** Reads a function, or takes what was read of it before: one that sees the names of the module and no others, and stands under nothing. */
export function readOnce(l: Lowering, node: ts.Node, naming: FunctionNaming, read: () => FunctionId): FunctionId {
  const { frame } = l;
  if (!l.known || l.scope.parent !== undefined || !isOpen(frame)) return read();
  const known = l.mayTake ? l.known.get(node) : undefined;
  if (known && isSame(known, l, naming)) {
    for (const { name, count } of known.given) l.ids.set(name, count);
    l.given.push(...known.given);
    for (const fn of known.functions) l.functions.set(fn.id, fn);
    l.bindings.push(...known.bindings);
    frame.steps.push(...known.steps);
    return known.id;
  }
  const before = countsOf(l);
  const id = read();
  const after = countsOf(l);
  const isAlone = after.others === before.others && frame.complete;
  if (!isAlone) return id;
  const given = l.given.slice(before.given);
  const { nameNode: _, ...named } = naming;
  l.known.set(node, {
    id, naming: named, outer: frame.id, statementAt: frame.statementAt, depth: l.depth, firstBinding: before.bindings,
    given, functions: given.flatMap((one) => l.functions.get(idOf(one) as FunctionId) ?? []), bindings: l.bindings.slice(before.bindings), steps: frame.steps.slice(before.steps),
  });
  return id;
}
function isOpen({ when, loop, zone, tries }: FunctionFrame): boolean {
  return when.length === 0 && loop === undefined && zone === 'body' && tries === undefined;
}
function isSame(known: ReadFunction, l: Lowering, naming: FunctionNaming): boolean {
  const { frame } = l;
  return known.naming.name === naming.name && known.naming.caught === naming.caught && known.naming.owner === naming.owner && known.outer === frame.id && known.statementAt === frame.statementAt
    && known.depth === l.depth && frame.steps.length + known.steps.length <= MOST_STEPS && known.firstBinding === l.bindings.length && isNext(known.given, l);
}
/** The names would be given again for the same time. */
function isNext(given: ReadFunction['given'], { ids }: Lowering): boolean {
  const counts = new Map<string, number>();
  return given.every(({ name, count }) => {
    const next = (counts.get(name) ?? ids.get(name) ?? 0) + 1;
    counts.set(name, next);
    return next === count;
  });
}
/** How much there is of what a function may add to its module; `others`: what only a new reading adds rightly. */
function countsOf(l: Lowering): { readonly bindings: number; readonly given: number; readonly steps: number; readonly others: string } {
  const others = [l.imports.length, l.exports.length, l.handed.length, l.classes.size, l.decorations.length, l.usesCommonJs, l.usesEsm, l.scope.names.size].join();
  return { bindings: l.bindings.length, given: l.given.length, steps: l.frame.steps.length, others };
}
