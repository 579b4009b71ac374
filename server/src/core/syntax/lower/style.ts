import ts from 'typescript';
import type { Style } from '../../model/module.js';
import { mark, type Lowering } from './state.js';

/** How the file is written, counted once on its first 20,000 characters. */
export function style(l: Lowering): Style {
  const sample = l.text.slice(0, 20_000);
  const count = (pattern: RegExp): number => [...sample.matchAll(pattern)].length;
  const indent = /\n(\t| {2,8})\S/.exec(sample)?.[1] ?? '  ';
  return {
    quote: count(/"/g) > count(/'/g) ? '"' : "'",
    semicolons: count(/;[ \t]*\r?\n/g) * 3 >= count(/[)\w'"\]][ \t]*\r?\n/g),
    indent,
    newline: sample.includes('\r\n') ? '\r\n' : '\n',
    trailingComma: count(/,[ \t]*\r?\n[ \t]*[}\])]/g) > 0,
    importsEnd: importsEnd(l),
  };
}

/** After the last import or require at the top, else after directives. */
function importsEnd(l: Lowering): Style['importsEnd'] {
  let end = 0;
  for (const node of l.tree.statements) {
    const isImport = ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node) || (ts.isVariableStatement(node) && /\brequire\s{0,3}\(/.test(node.getText(l.tree).slice(0, 300)));
    const isDirective = ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
    if (!isImport && !isDirective) break;
    end = node.end;
  }
  return mark(l, end, end);
}
