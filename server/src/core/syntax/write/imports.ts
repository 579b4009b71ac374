import ts from 'typescript';
import type { TextEdit } from '../../text/source.js';
import { lineEnd, type Page } from './page.js';

/** Adds an import in the file's module system, merged into one of the same module; no edit when the name is there already. */
export function addImport(page: Page, from: string, name: string, as: string): readonly TextEdit[] | undefined {
  const statements = page.tree.statements;
  const own = statements.filter((node): node is ts.ImportDeclaration => ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text === from);
  for (const node of own) {
    const clause = node.importClause;
    const named = clause?.namedBindings;
    if (name === 'default' ? clause?.name?.text === as : named && ts.isNamedImports(named) && named.elements.some((one) => one.name.text === as)) return [];
    if (name !== 'default' && named && ts.isNamedImports(named) && !clause?.isTypeOnly) {
      const last = named.elements.at(-1);
      if (last) return [{ span: { start: last.end, end: last.end }, text: `, ${spelled(name, as)}` }];
    }
  }
  if (required(page, from, as)) return [];
  const quoted = `${page.quote}${from}${page.quote}`;
  const isEsm = statements.some((node) => ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isExportAssignment(node) || (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword)));
  const isCommonJs = !isEsm && /\brequire\s{0,3}\(|\bmodule\.exports\b/.test(page.text.slice(0, 200_000));
  const line = isCommonJs
    ? `const ${name === 'default' ? as : `{ ${name === as ? as : `${name}: ${as}`} }`} = require(${quoted})`
    : `import ${name === 'default' ? as : `{ ${spelled(name, as)} }`} from ${quoted}`;
  return [insertTopLine(page, line + page.semicolon)];
}
function spelled(name: string, as: string): string {
  return name === as ? name : `${name} as ${as}`;
}
function required(page: Page, from: string, as: string): boolean {
  return page.tree.statements.some((node) => ts.isVariableStatement(node) && node.declarationList.declarations.some((one) => one.name.getText(page.tree).includes(as) && one.initializer !== undefined && one.initializer.getText(page.tree).includes(`require(`) && one.initializer.getText(page.tree).includes(from)));
}

/** `if (!process.env.X) throw …` after the imports, once per file. */
export function requireEnvironment(page: Page, name: string): readonly TextEdit[] {
  if (page.text.includes(`!process.env.${name}) throw`)) return [];
  const { quote, semicolon } = page;
  return [insertTopLine(page, `if (!process.env.${name}) throw new Error(${quote}${name} is not set${quote})${semicolon}`)];
}

/** A line of its own after the imports and directives at the top; at the very top, below a `#!` line, where there are none. */
function insertTopLine(page: Page, line: string): TextEdit {
  let end = 0;
  for (const node of page.tree.statements) {
    const isImport = ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node) || (ts.isVariableStatement(node) && node.declarationList.declarations.some((one) => one.initializer !== undefined && /^(\(?await import|require)\s{0,3}\(/.test(one.initializer.getText(page.tree))));
    const isDirective = ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
    if (!isImport && !isDirective) break;
    end = node.end;
  }
  if (end === 0) {
    const shebang = page.text.startsWith('#!') ? lineEnd(page, 0) : page.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    return { span: { start: shebang, end: shebang }, text: line + page.newline };
  }
  const rest = page.text.slice(end, lineEnd(page, end));
  // Another statement on the same line: the new one goes between them.
  if (!/^[ \t]*(\/\/.*|\/\*.*\*\/[ \t]*)?\r?\n?$/.test(rest)) return { span: { start: end, end }, text: `${page.newline}${line}${page.newline}` };
  const at = end + rest.replace(/\r?\n$/, '').length;
  return { span: { start: at, end: at }, text: page.newline + line };
}
