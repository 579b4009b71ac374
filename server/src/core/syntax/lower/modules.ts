import ts from 'typescript';
import type { Root, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { expression, named } from './expressions.js';
import { classDeclaration, declarePattern, functionDeclaration } from './statements.js';
import { at, lookUp, type Lowering } from './state.js';

/** Declares what `import` statements bring in, before anything else is read. */
export function imports(l: Lowering): void {
  for (const node of l.tree.statements) {
    if (ts.isImportDeclaration(node) && ts.isStringLiteralLike(node.moduleSpecifier)) importDeclaration(l, node, node.moduleSpecifier.text);
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference) && ts.isStringLiteralLike(node.moduleReference.expression))
      bring(l, node, node.moduleReference.expression.text, '*', node.name, node.isTypeOnly);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteralLike(node.moduleSpecifier)) reExport(l, node, node.moduleSpecifier.text);
  }
}

function importDeclaration(l: Lowering, node: ts.ImportDeclaration, from: string): void {
  l.usesEsm = true;
  const clause = node.importClause;
  const typeOnly = clause?.isTypeOnly ?? false;
  if (!clause) l.imports.push({ from, name: '*', local: undefined, order: l.imports.length, lazy: false, typeOnly: false, at: at(l, node) });
  if (clause?.name) bring(l, node, from, 'default', clause.name, typeOnly);
  const named = clause?.namedBindings;
  if (named && ts.isNamespaceImport(named)) bring(l, node, from, '*', named.name, typeOnly);
  if (named && ts.isNamedImports(named)) for (const one of named.elements) bring(l, node, from, (one.propertyName ?? one.name).text, one.name, typeOnly || one.isTypeOnly);
}

function bring(l: Lowering, node: ts.Node, from: string, name: string, local: ts.Identifier, typeOnly: boolean): void {
  l.imports.push({ from, name, local: local.text, order: l.imports.length, lazy: false, typeOnly, at: at(l, node) });
  declarePattern(l.scope, local, { root: { kind: 'import', from, name }, path: [] });
}

function reExport(l: Lowering, node: ts.ExportDeclaration, from: string): void {
  l.usesEsm = true;
  const place = at(l, node);
  l.imports.push({ from, name: '*', local: undefined, order: l.imports.length, lazy: false, typeOnly: node.isTypeOnly, at: place });
  const value = (name: string): Value => ({ kind: 'ref', root: { kind: 'import', from, name }, path: [], text: name, at: place, nameAt: place });
  if (!node.exportClause) l.exports.push({ name: '*', value: value('*'), at: place, nameAt: place });
  else if (ts.isNamespaceExport(node.exportClause)) l.exports.push({ name: node.exportClause.name.text, value: value('*'), at: place, nameAt: place });
  else for (const one of node.exportClause.elements) l.exports.push({ name: one.name.text, value: value((one.propertyName ?? one.name).text), at: at(l, one), nameAt: at(l, one.name) });
}

/** Reads the export forms of a top-level statement; true when it read the statement itself. */
export function exported(l: Lowering, node: ts.Statement): boolean {
  if (ts.isExportAssignment(node)) {
    l.usesEsm = true;
    const value = named(l, node.expression, 'default');
    l.exports.push({ name: node.isExportEquals ? '=' : 'default', value, at: at(l, node), nameAt: at(l, node.expression) });
    return true;
  }
  if (ts.isExportDeclaration(node)) {
    if (!node.moduleSpecifier && node.exportClause && ts.isNamedExports(node.exportClause)) for (const one of node.exportClause.elements) {
      const local = one.propertyName ?? one.name;
      if (ts.isIdentifier(local)) l.exports.push({ name: one.name.text, value: expression(l, local), at: at(l, one), nameAt: at(l, one.name) });
    }
    return true;
  }
  const flags = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  if (!flags.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return false;
  l.usesEsm = true;
  const isDefault = flags.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    const value = ts.isFunctionDeclaration(node) ? functionDeclaration(l, node) : classDeclaration(l, node);
    if (value) l.exports.push({ name: isDefault ? 'default' : (node.name?.text ?? 'default'), value, at: at(l, node), nameAt: at(l, node.name ?? node) });
    return true;
  }
  if (ts.isVariableStatement(node)) for (const declaration of node.declarationList.declarations) exportNames(l, declaration.name, at(l, node));
  const isObject = ts.isEnumDeclaration(node) || (ts.isModuleDeclaration(node) && node.body);
  if (isObject && ts.isIdentifier(node.name) && !l.exports.some(({ name }) => name === node.name.text)) exportNames(l, node.name, at(l, node));
  return false;
}

function exportNames(l: Lowering, name: ts.BindingName, statementAt: At): void {
  if (!ts.isIdentifier(name)) {
    for (const element of name.elements) if (!ts.isOmittedExpression(element)) exportNames(l, element.name, statementAt);
    return;
  }
  const place = at(l, name);
  const declared = lookUp(l.scope, name.text);
  const root: Root = declared?.root ?? { kind: 'global', name: name.text };
  l.exports.push({ name: name.text, value: { kind: 'ref', root, path: declared?.path ?? [], text: name.text, at: place, nameAt: place }, at: place, nameAt: place, statementAt });
}

