import type { Ref, Value } from '../model/value.js';
import type { Abstract, Frame } from './abstract.js';
import { placeOfSpecifier } from './specifier-paths.js';

const DEEPEST_KEY = 8;

/**
 * What tells an unknown value of a path from others: equal keys are the same text in one run of the program, as long as a getter gives the same
 * twice. Undefined where nothing can tell.
 */
export function keyOfUnknown(value: Value, frame: Frame, evaluate: (value: Value, frame: Frame) => Abstract, depth = 0): string | undefined {
  if (depth > DEEPEST_KEY) return undefined;
  const keyOf = (one: Value): string | undefined => keyOfUnknown(one, frame, evaluate, depth + 1);
  switch (value.kind) {
    case 'literal':
      return JSON.stringify(value.value) ?? 'undefined';
    case 'template':
      return joined(value.parts.map((part) => (typeof part === 'string' ? JSON.stringify(part) : keyOf(part))), '+');
    case 'logic':
      return joined([keyOf(value.left), keyOf(value.right)], value.op);
    case 'call': {
      if (value.form !== 'call' || value.args.some((item) => item.spread)) return undefined;
      const args = joined(value.args.map((item) => keyOf(item.value)), ',');
      return joined([keyOf(value.target), args], '!');
    }
    case 'ref': {
      const got = evaluate(value, frame);
      if (got.is !== 'value') return keyOfName(value, frame, keyOf);
      const keyThere = (one: Value): string | undefined => keyOfUnknown(one, got.frame, evaluate, depth + 1);
      return got.value.kind === 'ref' ? keyOfName(got.value, got.frame, keyThere) : keyThere(got.value);
    }
    default:
      return undefined;
  }
}
function joined(keys: readonly (string | undefined)[], by: string): string | undefined {
  return keys.includes(undefined) ? undefined : `(${keys.join(by)})`;
}

function keyOfName(ref: Ref, frame: Frame, keyOf: (value: Value) => string | undefined): string | undefined {
  const root = keyOfRoot(ref, frame, keyOf);
  return root === undefined || ref.path.includes(undefined) ? undefined : [root, ...ref.path].join('.');
}
function keyOfRoot({ root }: Ref, frame: Frame, keyOf: (value: Value) => string | undefined): string | undefined {
  switch (root.kind) {
    case 'import':
      return `${placeOfSpecifier(root.from, frame.module.path)}#${root.name}`;
    case 'env':
      // `process.env.A` is a name, `const { A } = process.env` a member of all of them.
      return root.name === undefined ? 'env' : `env.${root.name}`;
    case 'global':
      return `global#${root.name}`;
    case 'value':
      return keyOf(root.of);
    case 'parameter': {
      for (let f: Frame | undefined = frame; f; f = f.parent) if (f.fn === root.fn) return `${f.trail}#${root.fn}#${String(root.index)}`;
      return undefined;
    }
    case 'local': {
      const scope = frame.module.bindings[root.binding]?.scope;
      let home: Frame | undefined = frame;
      while (home && home.fn !== scope) home = home.parent;
      // What stands before a loop is the same in all its turns.
      while (home?.outside && root.binding < home.outside.binding) home = home.outside.frame;
      return home && `${home.trail}#${frame.module.path}#${String(root.binding)}`;
    }
    case 'this': {
      for (let f: Frame | undefined = frame; f; f = f.parent) if (f.self) return f.self.is === 'instance' ? `this${f.self.trail}#${String(root.class)}` : undefined;
      return undefined;
    }
    default:
      return undefined;
  }
}
