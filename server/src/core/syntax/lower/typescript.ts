import ts from 'typescript';
import type { Entry, Value } from '../../model/value.js';
import { expression, propertyName } from './expressions.js';
import { at, lookUp, openScope, type Lowering } from './state.js';

/** An enum as the object it is at run time, without the names of its numbers; its members are names inside it. */
export function enumObject(l: Lowering, node: ts.EnumDeclaration): Value {
  const own = lookUp(l.scope, node.name.text);
  const outer = openScope(l, l.scope.fn);
  let next: number | undefined = 0;
  const entries = node.members.flatMap((member): readonly Entry[] => {
    const key = propertyName(member.name);
    if (key === undefined) return [];
    const place = at(l, member);
    const value: Value = member.initializer ? expression(l, member.initializer) : next === undefined ? { kind: 'unknown', why: 'enum member', at: place } : { kind: 'literal', value: next, at: place };
    next = value.kind === 'literal' && typeof value.value === 'number' ? value.value + 1 : undefined;
    if (own) l.scope.names.set(key, { root: own.root, path: [...own.path, key] });
    return [{ key, keyAt: at(l, member.name), value, form: 'pair', at: place }];
  });
  l.scope = outer;
  return { kind: 'object', entries, open: false, at: at(l, node) };
}
/** What a namespace exports, as the object it is at run time; asked for in its scope. */
export function namespaceObject(l: Lowering, node: ts.ModuleDeclaration, block: ts.ModuleBlock): Value {
  const names = block.statements.flatMap((one) => {
    const flags = ts.canHaveModifiers(one) ? (ts.getModifiers(one) ?? []) : [];
    if (!flags.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(one)) return one.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name] : []));
    return (ts.isFunctionDeclaration(one) || ts.isClassDeclaration(one) || ts.isEnumDeclaration(one)) && one.name ? [one.name] : [];
  });
  const entries = names.map((name): Entry => ({ key: name.text, keyAt: at(l, name), value: expression(l, name), form: 'shorthand', at: at(l, name) }));
  return { kind: 'object', entries, open: false, at: at(l, node) };
}
