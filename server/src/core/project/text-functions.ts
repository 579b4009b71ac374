import type { FunctionView } from '../model/module.js';
import type { Value } from '../model/value.js';

const MOST_STEPS = 20;
const DEEPEST = 4;
const MOST_MEMBERS = 4;
/** What arrays and texts answer with text. */
const OF_TEXT = /^(join|replace|replaceAll|concat|trim|trimEnd|trimStart|toLowerCase|toUpperCase|slice|substring|padEnd|toString|normalize)$/;

/** Whether a short function surely gives text: `(base, name) => base + '/' + name`. */
export function makesText(fn: FunctionView): boolean {
  const given = fn.steps.flatMap((step) => (step.do === 'return' ? [step.value] : []));
  return fn.steps.length <= MOST_STEPS && given.length > 0 && given.every((value) => value !== undefined && isText(value, 0));
}
/** Whether a short method only gives what its object, or data of its file, has: `return this.path`, `return spec.paths['/x'].get`, `return this.answer.bind(this)`. */
export function givesMember({ steps, async }: FunctionView): boolean {
  const given = steps.flatMap((step) => (step.do === 'return' ? [step.value] : []));
  const [only] = given;
  if (async || given.length !== 1 || only === undefined || steps.length > MOST_MEMBERS || steps.some((step) => step.do === 'throw' || step.do === 'assign')) return false;
  const value = only.kind === 'call' && only.name === 'bind' ? only.receiver : only;
  return value?.kind === 'ref' && (value.root.kind === 'this' || value.root.kind === 'local' || value.root.kind === 'import');
}
function isText(value: Value, depth: number): boolean {
  if (depth > DEEPEST) return false;
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string';
    case 'template':
      return true;
    case 'choice':
      return isText(value.then, depth + 1) && isText(value.else, depth + 1);
    case 'logic':
      return isText(value.right, depth + 1);
    case 'call':
      return value.receiver !== undefined && OF_TEXT.test(value.name);
    default:
      return false;
  }
}
