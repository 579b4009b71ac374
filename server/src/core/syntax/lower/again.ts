import type ts from 'typescript';
import type { FunctionId } from '../../model/value.js';
import type { FunctionFrame, FunctionNaming, Lowering, ReadFunction } from './state.js';

/** Reads a function, or takes what was read of it before: one that sees the names of the module and no others, and stands under nothing. */
export function readOnce(l: Lowering, node: ts.Node, naming: FunctionNaming, read: () => FunctionId): FunctionId {
  const { frame } = l;
  if (!l.known || l.scope.parent !== undefined || !isOpen(frame)) return read();
  const known = l.mayTake ? l.known.get(node) : undefined;
  if (known && isSame(known, l, naming)) {
    for (const [name, [, after]] of known.ids) l.ids.set(name, after);
    for (const fn of known.functions) l.functions.set(fn.id, fn);
    l.bindings.push(...known.bindings);
    frame.steps.push(...known.steps);
    return known.id;
  }
  const before = countsOf(l);
  const given = new Map(l.ids);
  const id = read();
  const after = countsOf(l);
  const isAlone = after.others === before.others && frame.complete;
  if (!isAlone) return id;
  const { nameNode: _, ...named } = naming;
  l.known.set(node, {
    id, naming: named, outer: frame.id, statementAt: frame.statementAt, depth: l.depth, firstBinding: before.bindings,
    ids: new Map([...l.ids].filter(([name, count]) => given.get(name) !== count).map(([name, count]) => [name, [given.get(name) ?? 0, count]])),
    functions: [...l.functions.values()].slice(before.functions), bindings: l.bindings.slice(before.bindings), steps: frame.steps.slice(before.steps),
  });
  return id;
}
function isOpen({ when, loop, zone, tries }: FunctionFrame): boolean {
  return when.length === 0 && loop === undefined && zone === 'body' && tries === undefined;
}
function isSame(known: ReadFunction, l: Lowering, naming: FunctionNaming): boolean {
  const { frame } = l;
  return known.naming.name === naming.name && known.naming.caught === naming.caught && known.naming.owner === naming.owner && known.outer === frame.id && known.statementAt === frame.statementAt
    && known.depth === l.depth && known.firstBinding === l.bindings.length && [...known.ids].every(([name, [before]]) => (l.ids.get(name) ?? 0) === before);
}
/** How much there is of what a function may add to its module; `others`: what only a new reading adds rightly. */
function countsOf(l: Lowering): { readonly bindings: number; readonly functions: number; readonly steps: number; readonly others: string } {
  const others = [l.imports.length, l.exports.length, l.handed.length, l.classes.size, l.decorations.length, l.usesCommonJs, l.usesEsm, l.scope.names.size].join();
  return { bindings: l.bindings.length, functions: l.functions.size, steps: l.frame.steps.length, others };
}
