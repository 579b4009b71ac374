import ts from 'typescript';

/** One name a file has from a module. `host` is the import declaration or the pattern more names can join. */
export interface Imported {
  readonly from: string;
  /** 'default', '*' or the exported name. */
  readonly name: string;
  readonly local: string;
}
/** One import or require of a file: what it brings, and where more can be merged in. */
export interface ImportHost {
  readonly from: string;
  readonly statement: ts.Statement;
  readonly names: readonly Imported[];
  /** The `a, b` of `{ a, b }`. */
  readonly list: ts.NamedImports | ts.ObjectBindingPattern | undefined;
  /** The clause of a value import; undefined for a require and for `import 'x'`. */
  readonly clause: ts.ImportClause | undefined;
}

/** Imports and requires at the top level, in order. Type-only ones are left out: they bring no value. */
export function importsOf(tree: ts.SourceFile): readonly ImportHost[] {
  return [...tree.statements].flatMap((statement): readonly ImportHost[] => {
    if (ts.isImportDeclaration(statement)) return declared(statement);
    if (ts.isImportEqualsDeclaration(statement)) return equalled(statement);
    return ts.isVariableStatement(statement) ? statement.declarationList.declarations.flatMap((one) => required(statement, one)) : [];
  });
}
/** Module names with and without `node:` are one. */
export function moduleName(from: string): string {
  return from.replace(/^node:/, '');
}
/** The string of `require('x')`, also of `require('x').y` and `require('x')()`. */
export function requiredBy(expression: ts.Expression): string | undefined {
  let root = expression;
  for (;;) {
    if (ts.isCallExpression(root) && ts.isIdentifier(root.expression) && root.expression.text === 'require') {
      const [argument] = root.arguments;
      return argument && ts.isStringLiteralLike(argument) ? argument.text : undefined;
    }
    if (ts.isCallExpression(root) || ts.isPropertyAccessExpression(root) || ts.isNonNullExpression(root) || ts.isAsExpression(root)) root = root.expression;
    else return undefined;
  }
}

function declared(statement: ts.ImportDeclaration): readonly ImportHost[] {
  const { importClause: clause, moduleSpecifier } = statement;
  if (!ts.isStringLiteral(moduleSpecifier) || clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const from = moduleName(moduleSpecifier.text);
  const bindings = clause?.namedBindings;
  const names: Imported[] = clause?.name ? [{ from, name: 'default', local: clause.name.text }] : [];
  if (bindings && ts.isNamespaceImport(bindings)) names.push({ from, name: '*', local: bindings.name.text });
  const list = bindings && ts.isNamedImports(bindings) ? bindings : undefined;
  for (const one of list?.elements ?? []) if (!one.isTypeOnly) names.push({ from, name: (one.propertyName ?? one.name).text, local: one.name.text });
  return [{ from, statement, names, list, clause }];
}
function equalled(statement: ts.ImportEqualsDeclaration): readonly ImportHost[] {
  const { moduleReference: reference, name } = statement;
  if (statement.isTypeOnly || !ts.isExternalModuleReference(reference) || !ts.isStringLiteral(reference.expression)) return [];
  const from = moduleName(reference.expression.text);
  return [{ from, statement, names: [{ from, name: '*', local: name.text }], list: undefined, clause: undefined }];
}
function required(statement: ts.VariableStatement, declaration: ts.VariableDeclaration): readonly ImportHost[] {
  const { name, initializer } = declaration;
  const module = initializer && requiredBy(initializer);
  if (!initializer || module === undefined) return [];
  const from = moduleName(module);
  const host = { from, statement, clause: undefined };
  const isWhole = ts.isCallExpression(initializer) && ts.isIdentifier(initializer.expression);
  if (ts.isIdentifier(name)) {
    const member = ts.isPropertyAccessExpression(initializer) && ts.isCallExpression(initializer.expression) ? initializer.name.text : undefined;
    return isWhole || member !== undefined ? [{ ...host, names: [{ from, name: member ?? '*', local: name.text }], list: undefined }] : [{ ...host, names: [], list: undefined }];
  }
  if (!isWhole || !ts.isObjectBindingPattern(name)) return [{ ...host, names: [], list: undefined }];
  const names = name.elements.flatMap((one): readonly Imported[] => {
    const key = one.propertyName ?? one.name;
    return ts.isIdentifier(key) && ts.isIdentifier(one.name) && !one.dotDotDotToken ? [{ from, name: key.text, local: one.name.text }] : [];
  });
  return [{ ...host, names, list: name.elements.some((one) => one.dotDotDotToken) ? undefined : name }];
}
