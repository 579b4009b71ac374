import ts from 'typescript';
import type { Ref, Root, Value } from '../../model/value.js';

/** `import x from 'm'`, `import * as x` and `require('m')` are all spelled `m`; members follow with dots. */
export function spell(target: Value): string {
  if (target.kind !== 'ref') return '';
  const { root } = target;
  const path = target.path.map((key) => key ?? '?');
  switch (root.kind) {
    case 'import': {
      const names = root.name === '*' || root.name === 'default' ? path : [root.name, ...path];
      const from = root.from.replace(/^node:/, '');
      return [from, ...(names[0] === 'default' ? names.slice(1) : names)].join('.');
    }
    case 'env': return ['process.env', ...(root.name === undefined ? [] : [root.name]), ...path].join('.');
    case 'global': return [root.name, ...path].join('.');
    case 'value': return '';
    default: return /[?!\s]/.test(target.text) ? target.text.replaceAll('?.', '.').replaceAll('!', '').replace(/\s+/g, '') : target.text;
  }
}

/** `process.env.A`, `import.meta.env.A`, `Bun.env.A`: one root for all spellings. */
export function environment(root: Root, path: readonly (string | undefined)[]): { root: Root; path: readonly (string | undefined)[] } {
  if (root.kind === 'env' && root.name === undefined && path.length > 0) return path[0] === undefined ? { root, path } : { root: { kind: 'env', name: path[0] }, path: path.slice(1) };
  const isEnv = (root.kind === 'global' && ['process', 'Bun', 'Deno', 'globalThis'].includes(root.name)) || (root.kind === 'import' && /^(node:)?process$/.test(root.from));
  if (!isEnv || path[0] !== 'env' || path.length !== 1) return { root, path };
  return { root: { kind: 'env', name: undefined }, path: [] };
}

/** The value that was read just before the called member is what it is called on. */
export function isReceiver(before: Value | undefined, target: Value): before is Ref {
  return before?.kind === 'ref' && target.kind === 'ref' && before.root === target.root && before.path.length === target.path.length - 1;
}

/** The expression without parentheses, casts and `!` around it. */
export function unwrapped(node: ts.Expression): ts.Expression {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isNonNullExpression(inner) || ts.isAsExpression(inner)) inner = inner.expression;
  return inner;
}
