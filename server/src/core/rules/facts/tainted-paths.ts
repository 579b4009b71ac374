import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { outward } from './outward.js';

/** A part of the request that a path is made of. */
export interface Taint {
  readonly source: Value;
  /** Names the value went through. */
  readonly names: readonly string[];
}
const PASSES_ON = /^(join|resolve|normalize|concat|String|decodeURIComponent|decodeURI|toString|trim|toLowerCase)$/;
const CHECKS = /^(has|includes|test|startsWith|match|exec|indexOf|some|find)$/;

/** The parameter is one the route takes by a pattern of letters and digits: `/covers/:id(\\d+)`. */
export function isNarrow({ source }: Taint, endpoints: readonly Endpoint[], context: RuleContext): boolean {
  const field = context.request(source);
  if (field?.from !== 'param' || field.key === undefined || endpoints.length === 0) return false;
  const key = field.key;
  return endpoints.every(({ pathAt }) => {
    const text = pathAt ? context.textOf(pathAt) : '';
    if (text.startsWith('/')) return isPlainGroup(text, Number(key));
    const start = text.search(/[:{]/) < 0 ? -1 : Math.max(text.indexOf(`:${key}(`), text.indexOf(`:${key}{`));
    const pattern = start < 0 ? '' : text.slice(start + key.length + 2, start + key.length + 80);
    return /^[\w\\[\]+*{},|-]{1,60}[)}]/.test(pattern) && !/\\[SDW]/.test(pattern);
  });
}

/** The group of a pattern that a numbered parameter stands for lets letters, digits and single points in, and no slash: `/^\/theme\/(\w+\.\w+)$/`. */
function isPlainGroup(pattern: string, index: number): boolean {
  const groups = [...pattern.matchAll(/(\\.)|\((?!\?)([^()]{0,80})(\))?/g)].filter((one) => one[1] === undefined);
  const group = groups[index];
  if (group?.[2] === undefined || group[3] === undefined) return false;
  return /^(\\[wd.-]|[\w|-]|\[(\\[wd-]|[\w-]){1,40}\]|[+*?]|\{\d{1,3}(,\d{0,3})?\}){1,60}$/.test(group[2]);
}

/** Endpoints whose handler holds the code, also in a callback. */
export function endpointsAround(fn: FunctionView, context: RuleContext): readonly Endpoint[] {
  for (const one of outward(fn, context.body, 6)) {
    const found = context.endpoints({ handler: one.id });
    if (found.length > 0) return found;
  }
  return [];
}
/** The request value a path is built of, unless something on the way makes it harmless. */
export function taintOf(value: Value, context: RuleContext, names: readonly string[], depth: number): Taint | undefined {
  if (depth > 10) return undefined;
  const first = (values: readonly Value[]): Taint | undefined => {
    for (const one of values) {
      const found = taintOf(one, context, names, depth + 1);
      if (found) return found;
    }
    return undefined;
  };
  const field = context.request(value);
  if (field && isChosen(value, field.from)) return { source: value, names };
  switch (value.kind) {
    case 'template':
      return first(value.parts.flatMap((part) => (typeof part === 'string' ? [] : [part])));
    case 'choice':
      return first([value.then, value.else]);
    case 'logic':
      return first([value.left, value.right]);
    case 'call':
      // A text replaced by another leaves the rest as it was; a pattern may leave nothing dangerous.
      if (/^replace(All)?$/.test(value.name) && value.receiver && value.args[0]?.value.kind === 'literal') return first([value.receiver]);
      return PASSES_ON.test(value.name)
        ? first([...(value.receiver && value.receiver.kind !== 'ref' ? [value.receiver] : []), ...(value.args.length === 0 && value.receiver ? [value.receiver] : []), ...value.args.map((arg) => arg.value)])
        : undefined;
    case 'ref': {
      if (value.root.kind !== 'local') return undefined;
      const end = context.resolve(value).value;
      return end === value ? undefined : taintOf(end, context, [...names, value.text], depth + 1);
    }
    default:
      return undefined;
  }
}
/** The last part of a path is fixed, as in `path.join(req.query.folder, 'package.json')`: the caller says where, not what. */
export function hasFixedName(value: Value, context: RuleContext, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.kind === 'template') return isNameOnly(value.parts.at(-1));
  if (value.kind === 'choice') return hasFixedName(value.then, context, depth + 1) && hasFixedName(value.else, context, depth + 1);
  if (value.kind === 'call' && /^(join|resolve)$/.test(value.name)) {
    const last = value.args.at(-1)?.value;
    return last !== undefined && isNameOnly(`/${String(context.constant(last)?.value ?? '')}`);
  }
  if (value.kind !== 'ref' || value.root.kind !== 'local') return false;
  const end = context.resolve(value).value;
  return end !== value && hasFixedName(end, context, depth + 1);
}
function isNameOnly(part: Value | string | undefined): boolean {
  return typeof part === 'string' && /^\/([\w.@-]{1,60}\/){0,9}[\w@-]*\.?[\w@-][\w.@-]{0,60}$/.test(part);
}
const CUTS = /^(substring|substr|slice|trim|toLowerCase|toString|String|decodeURIComponent|decodeURI)$/;
/** The texts of a value of the request and of the names it was read through: `shelf`, `id` and `req.params.id` where `shelf` is a piece of `id`. */
export function namesBehind(value: Value, context: RuleContext, depth = 0): readonly string[] {
  if (depth > 6) return [];
  if (value.kind === 'call') {
    const of = CUTS.test(value.name) ? (value.receiver ?? value.args[0]?.value) : undefined;
    return of ? namesBehind(of, context, depth + 1) : [];
  }
  if (value.kind !== 'ref') return [];
  const end = value.root.kind === 'local' ? context.resolve(value).value : value;
  return [value.text, ...(end === value ? [] : namesBehind(end, context, depth + 1))];
}
function isChosen(value: Value, from: string): boolean {
  if (from === 'file') return value.kind === 'ref' && /^(originalname|originalFilename|name)$/.test(value.path.at(-1) ?? '');
  return ['param', 'query', 'body', 'path', 'url', 'header'].includes(from);
}
/** A test of one of these names against a list, a pattern or a folder. */
export function isCheck(test: Value, names: readonly string[], context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  switch (test.kind) {
    case 'not':
      return isCheck(test.of, names, context, depth + 1);
    case 'logic':
      return isCheck(test.left, names, context, depth + 1) || isCheck(test.right, names, context, depth + 1);
    case 'compare':
      return isCheck(test.left, names, context, depth + 1) || isCheck(test.right, names, context, depth + 1);
    case 'call': {
      if (!CHECKS.test(test.name)) return false;
      if (names.some((name) => context.textOf(test.at).includes(name))) return true;
      // `path.relative(root, file).startsWith('..')`, through a name.
      const made = test.receiver?.kind === 'ref' && test.receiver.path.length === 0 ? context.resolve(test.receiver).value : undefined;
      return made?.kind === 'call' && names.some((name) => context.textOf(made.at).includes(name));
    }
    default:
      return false;
  }
}
