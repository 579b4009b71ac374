import type { Call, Value } from '../../model/value.js';

/** What is called comes out of a module, so that its dotted name starts with that module's and not with a local's. */
export function isImported({ target }: Call): boolean {
  return fromModule(target, 0);
}
function fromModule(value: Value, depth: number): boolean {
  if (depth > 8) return false;
  if (value.kind === 'call') return value.callee === 'require' || fromModule(value.target, depth + 1);
  return value.kind === 'ref' && (value.root.kind === 'import' || (value.root.kind === 'value' && fromModule(value.root.of, depth + 1)));
}
/** The package whose only export is called, also as compilers write it: `cors()`, `(0, _cors.default)()`; undefined for members of it. */
export function calledModule({ target, form }: Call): string | undefined {
  if (form === 'decorator' || target.kind !== 'ref' || target.root.kind !== 'import') return undefined;
  const { path, root } = target;
  return path.length === 0 || (path.length === 1 && path[0] === 'default') ? root.from : undefined;
}
