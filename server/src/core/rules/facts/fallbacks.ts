import { branchOf, type Branch, type FunctionView, type ModuleView } from '../../model/module.js';
import type { Call, ObjectValue, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { Change, RuleContext } from '../rule.js';
import { refsIn, refsOf } from './mentions.js';
import { once } from './once.js';
import { someIn } from './walk.js';

/** What may be done about a default: the text without it and where the variable is then asked for, other changes, or why nothing. */
export type Repair =
  | { readonly how: 'throw'; readonly whole: At; readonly left: At; readonly top: boolean; readonly name: string | undefined }
  | { readonly how: 'changes'; readonly title: string; readonly changes: readonly Change[] }
  | { readonly how: 'refuse'; readonly why: string };
/** A value that stands in for a variable of the environment, or a key of a configuration, that is not set. */
export interface Fallback {
  readonly variable: string;
  /** Names it is known by: of the variable, of what it is bound to. */
  readonly names: readonly string[];
  readonly fallback: Value;
  readonly when: readonly Branch[];
  readonly repair: Repair;
}
const SET_LATER = 'The line that sets the default is the author\'s to take out or to put under a test of NODE_ENV.';
const TAKEN_APART = 'The variable is taken out of process.env together with others: the check for it goes where they are used.';
const GETS = /^(get|env|getEnv|getenv|requireEnv|fromEnv|readEnv|envOr|getOrDefault|getString|string|str|optional)$/i;
const STORE = /(^|\.|_)(config|conf|configService|cfg|nconf|settings|env|environment)$/i;

/** Every default of a file: `||`, `??`, `?:`, destructuring, later assignments, getters of configurations, schemas of zod 3 and 4, joi 17, envalid 8, convict 6. */
export const fallbacksIn = once((module: ModuleView, context): readonly Fallback[] => {
  const all: Fallback[] = [];
  const calls = new Set<Call>();
  const roots = new Map<number, string>();
  for (const binding of module.bindings) if (binding.constant && binding.scope === module.top.id) roots.set(binding.value.at.mark, binding.name);
  const visit = (value: Value, name: string | undefined, when: readonly Branch[], depth: number): void => {
    if (depth > 20) return;
    const found = read(value, name, when, roots, module, context);
    if (found) all.push(found);
    switch (value.kind) {
      case 'object':
        all.push(...overridden(value, when, context));
        for (const entry of value.entries) visit(entry.value, entry.key ?? name, when, depth + 1);
        return;
      case 'array': for (const item of value.items) visit(item.value, name, when, depth + 1); return;
      case 'call':
        if (calls.has(value)) return;
        calls.add(value);
        for (const item of value.args) visit(item.value, undefined, when, depth + 1);
        if (value.receiver) visit(value.receiver, undefined, when, depth + 1);
        return;
      case 'logic':
        if (!found) visit(value.left, name, when, depth + 1);
        visit(value.right, name, value.op === '&&' ? [...when, branchOf(value.left, true)] : when, depth + 1);
        return;
      case 'choice':
        visit(value.then, name, [...when, branchOf(value.test, true)], depth + 1);
        visit(value.else, name, [...when, branchOf(value.test, false)], depth + 1);
        return;
      default:
    }
  };
  // Calls of a module know the branches they stand in: their arguments are looked at through the steps, not through what holds them.
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do === 'call') for (const { value } of step.call.args) entriesOf(value, step.when, (one, key, branches) => visit(one, key, branches, 1));
      if (step.do === 'assign') {
        visit(step.value, step.target.path.at(-1) ?? step.target.text, step.when, 0);
        const set = step.target.root.kind === 'env' ? step.target.root.name : undefined;
        const test = step.when.find((branch) => set !== undefined && unsetTest(branch) === set);
        if (set !== undefined && test) all.push({ variable: set, names: [set], fallback: step.value, when: step.when, repair: { how: 'refuse', why: SET_LATER } });
      } else if (step.do === 'return' && step.value) visit(step.value, fn.name.slice(fn.name.lastIndexOf('.') + 1), step.when, 0);
      if (step.do === 'call') {
        const found = asked(step.call, undefined, step.when, module, context);
        if (found) all.push(found);
        all.push(...mergedDefaults(step.call, step.when, context));
      }
    }
  for (const binding of module.bindings) visit(binding.value, binding.name, binding.when, 0);
  for (const view of module.classes.values()) for (const field of view.fields) visit(field.value, field.name, [], 0);
  for (const one of module.exports) visit(one.value, one.name, [], 0);
  return all;
});
function entriesOf(value: Value, when: readonly Branch[], visit: (value: Value, key: string | undefined, when: readonly Branch[]) => void): void {
  if (value.kind === 'object') for (const entry of value.entries) visit(entry.value, entry.key, when);
  else visit(value, undefined, when);
}

function read(value: Value, name: string | undefined, when: readonly Branch[], roots: ReadonlyMap<number, string>, module: ModuleView, context: RuleContext): Fallback | undefined {
  const names = (variable: string): readonly string[] => [variable, ...(name === undefined ? [] : [name])];
  if (value.kind === 'logic' && value.op !== '&&') {
    const variable = variableIn(value.left, context, 0);
    if (variable === undefined) return undefined;
    const bound = roots.get(value.at.mark);
    const repair: Repair = value.op === 'default' ? { how: 'refuse', why: TAKEN_APART } : { how: 'throw', whole: value.at, left: value.left.at, top: bound !== undefined, name: bound };
    return { variable, names: names(variable), fallback: value.right, when, repair };
  }
  if (value.kind === 'choice') {
    const unset = unsetTest(branchOf(value.test, true));
    const set = unsetTest(branchOf(value.test, false));
    const variable = unset ?? set;
    if (variable === undefined) return undefined;
    const [fallback, kept] = unset === undefined ? [value.else, value.then] : [value.then, value.else];
    const bound = roots.get(value.at.mark);
    return { variable, names: names(variable), fallback, when, repair: { how: 'throw', whole: value.at, left: kept.at, top: bound !== undefined, name: bound } };
  }
  return value.kind === 'call' && name !== undefined ? declared(value, name, when, context) : value.kind === 'object' ? convict(value, name, when, context) : undefined;
}
/** The environment variable a value is: through names, casts and `.trim()`, the first of several. */
function variableIn(value: Value, context: RuleContext, depth: number): string | undefined {
  if (depth > 4) return undefined;
  if (value.kind === 'logic' && value.op !== '&&') return variableIn(value.left, context, depth + 1);
  if (value.kind === 'call') {
    if (value.receiver && /^(trim|toString)$/.test(value.name)) return variableIn(value.receiver, context, depth + 1);
    const first = value.args[0] && context.constant(value.args[0].value)?.value;
    return value.args.length === 1 && typeof first === 'string' && isStore(value, context) ? first : undefined;
  }
  if (value.kind !== 'ref') return undefined;
  if (value.root.kind === 'env') return value.path.length === 0 ? value.root.name : undefined;
  const end = context.resolve(value).value;
  return end.kind === 'ref' && end.root.kind === 'env' && end.path.length === 0 ? end.root.name : undefined;
}
/** The variable a test finds unset, where the branch holds: `!process.env.A`, `process.env.A === undefined`. */
function unsetTest({ test, holds }: Branch): string | undefined {
  if (test.kind === 'not') return unsetTest({ test: test.of, holds: !holds, early: false, at: test.at });
  if (test.kind === 'ref') return !holds && test.root.kind === 'env' && test.path.length === 0 ? test.root.name : undefined;
  if (test.kind !== 'compare' || test.left.kind !== 'ref' || test.left.root.kind !== 'env' || test.right.kind !== 'literal') return undefined;
  const isEqual = test.op === '===' || test.op === '==';
  return (test.right.value === undefined || test.right.value === null || test.right.value === '') && isEqual === holds ? test.left.root.name : undefined;
}
function isStore(call: Call, context: RuleContext): boolean {
  if (!GETS.test(call.name)) return readsByName(call, context);
  const receiver = call.receiver;
  if (!receiver) return !/^get$/i.test(call.name);
  if (receiver.kind !== 'ref') return false;
  const { root } = receiver;
  // What Nest injects, whatever it is called: `(c: ConfigService) => c.get('A', 'x')`.
  if (root.kind === 'parameter' && receiver.path.length === 0 && /\bConfigService\b/.test(context.typeOf(receiver) ?? '')) return true;
  return (STORE.test(receiver.path.at(-1) ?? receiver.text) || (root.kind === 'import' && /^(config|nconf|env-var|@nestjs\/config)$/.test(root.from)));
}
/** A function of the project that reads the variable whose name it is given, and does not refuse what production forgot. */
function readsByName(call: Call, context: RuleContext): boolean {
  const body = readerBy(call, context);
  return body !== undefined && !refusesForgotten(body);
}
/** A call that gives the default it is handed outside production only: its function reads the variable it is told, and throws in production where that is not set. */
export function givesOutsideProduction(call: Call, context: RuleContext): boolean {
  const body = readerBy(call, context);
  return body !== undefined && refusesForgotten(body);
}
function readerBy(call: Call, context: RuleContext): FunctionView | undefined {
  const end = call.target.kind === 'ref' && (call.target.root.kind === 'local' || call.target.root.kind === 'import') ? context.resolve(call.target).value : undefined;
  const body = end?.kind === 'function' ? context.body(end.fn) : undefined;
  if (!body) return undefined;
  const refs = [...refsOf(body)].flatMap((ref) => (ref.root.kind === 'local' && ref.path.length === 0 ? [...refsIn(context.resolve(ref).value)] : [ref]));
  return refs.some(({ root, computed }) => root.kind === 'env' && root.name === undefined && computed?.kind === 'ref' && computed.root.kind === 'parameter' && computed.root.fn === body.id && computed.root.index === 0) ? body : undefined;
}
function refusesForgotten({ steps }: FunctionView): boolean {
  return steps.some((step) => step.do === 'throw' && step.when.some(({ test }) => someIn(test, (value) => value.kind === 'ref' && /prod|NODE_ENV/i.test(value.root.kind === 'env' ? (value.root.name ?? '') : value.text))));
}
/** `config.get('jwt.secret', 'x')`, `env('A', 'x')`, `read('A', { fallback: 'x' })`. */
function asked(call: Call, name: string | undefined, when: readonly Branch[], module: ModuleView, context: RuleContext): Fallback | undefined {
  const [first, second] = call.args;
  const key = first && context.constant(first.value)?.value;
  if (typeof key !== 'string' || !second || !isStore(call, context)) return undefined;
  const without: Change = { do: 'remove', at: second.at, as: 'argument' };
  const given = second.value.kind === 'object' ? second.value.entries.find((one) => one.form === 'pair' && /^(fallback|default|defaultValue|def|or|otherwise)$/.test(one.key ?? '')) : undefined;
  if (second.value.kind === 'object') return given && { variable: key, names: name === undefined ? [key] : [key, name], fallback: given.value, when, repair: { how: 'refuse', why: 'What this call does without a default is not known here.' } };
  const isNest = call.name === 'get' && module.imports.some((one) => one.from === '@nestjs/config');
  const repair: Repair = isNest
    ? { how: 'changes', title: 'Fail when unset', changes: [{ do: 'replace', at: call.nameAt, code: ['getOrThrow'] }, without] }
    : call.receiver?.kind === 'ref' && call.receiver.root.kind === 'import' && call.receiver.root.from === 'config'
      ? { how: 'changes', title: 'Take the default away', changes: [without] }
      : { how: 'refuse', why: 'What this call does without a default is not known here.' };
  return { variable: key, names: name === undefined ? [key] : [key, name], fallback: second.value, when, repair };
}
/** What a file or the environment may replace: `{ adminPassword: 'x', ...JSON.parse(readFileSync(file)) }`. */
function* overridden({ entries }: ObjectValue, when: readonly Branch[], context: RuleContext): Iterable<Fallback> {
  const last = entries.findLastIndex(({ form, value }) => form === 'spread' && isRead(value, context));
  for (const { key, value, form } of entries.slice(0, Math.max(last, 0)))
    if (key !== undefined && form === 'pair' && value.kind === 'literal') yield { variable: key, names: [key], fallback: value, when, repair: { how: 'refuse', why: 'Who sets it, and what happens without it, is the author\'s to say.' } };
}
/** Read from a file, or from the environment. */
function isRead(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  return someIn(end, (one) => (one.kind === 'call' && /^(parse|readFileSync|readFile|readJsonSync|readJson|load|loadConfig|readConfig|rc)$/.test(one.name)) || (one.kind === 'ref' && one.root.kind === 'env'));
}
/** Defaults handed to nconf, rc or a merge with what was read: `nconf.env().defaults({ ... })`. */
function mergedDefaults(call: Call, when: readonly Branch[], context: RuleContext): readonly Fallback[] {
  const { callee, name, args } = call;
  let first: Value | undefined = call;
  for (let hops = 0; first?.kind === 'call' && hops < 12; hops++) first = first.receiver ?? first.target;
  const isStore = callee === 'rc' || (name === 'defaults' && first?.kind === 'ref' && first.root.kind === 'import' && first.root.from === 'nconf') || (/^(merge|assign|defaults|defaultsDeep|deepmerge|extend)$/.test(name) && args.some(({ value }) => isRead(value, context)));
  if (!isStore) return [];
  return args.flatMap(({ value }) => (value.kind === 'object' ? value.entries : [])).flatMap(({ key, value, form }): readonly Fallback[] =>
    key !== undefined && form === 'pair' && value.kind === 'literal' ? [{ variable: key, names: [key], fallback: value, when, repair: { how: 'refuse', why: 'Who sets it, and what happens without it, is the author\'s to say.' } }] : []);
}
/** `JWT_SECRET: z.string().default('x')` of zod and joi, `JWT_SECRET: str({ default: 'x' })` of envalid. */
function declared(call: Call, name: string, when: readonly Branch[], context: RuleContext): Fallback | undefined {
  let current: Value = call;
  for (let hops = 0; current.kind === 'call' && hops < 12; hops++) {
    const first = current.args[0]?.value;
    if (/^(default|catch|prefault)$/.test(current.name) && first && current.receiver && rootOf(current.receiver)) {
      const repair: Repair = /^(z|zod)\b/.test(rootOf(current.receiver)) && current.at.mark === call.at.mark
        ? { how: 'changes', title: 'Require the variable', changes: [{ do: 'replace', at: current.at, code: [{ copy: current.receiver.at }] }] }
        : { how: 'refuse', why: 'Without the default the schema has to say that the variable is required, in its own words.' };
      return { variable: name, names: [name], fallback: first, when, repair };
    }
    if (/^(str|makeValidator|string)$/.test(current.name) && /^envalid\./.test(current.callee)) {
      const given = context.option(first, 'default');
      return given.kind === 'value' ? { variable: name, names: [name], fallback: given.value, when, repair: { how: 'changes', title: 'Require the variable', changes: [{ do: 'remove', at: given.entry.at, as: 'entry' }] } } : undefined;
    }
    if (!current.receiver) return undefined;
    current = current.receiver;
  }
  return undefined;
}
/** The library a chain of schema calls begins with, '' for another one. */
function rootOf(value: Value): string {
  let current: Value = value;
  for (let hops = 0; current.kind === 'call' && hops < 12; hops++) {
    const found = /^(zod|@hapi\/joi|joi|yup|env-var|z|Joi|t|v)\./.exec(current.callee)?.[1];
    if (found !== undefined) return found;
    if (!current.receiver) return '';
    current = current.receiver;
  }
  return '';
}
/** convict: `{ default: 'x', env: 'JWT_SECRET' }`. */
function convict(value: Extract<Value, { kind: 'object' }>, name: string | undefined, when: readonly Branch[], context: RuleContext): Fallback | undefined {
  const [variable, fallback] = [value.entries.find((entry) => entry.key === 'env'), value.entries.find((entry) => entry.key === 'default')];
  const text = variable && context.constant(variable.value)?.value;
  if (typeof text !== 'string' || !fallback) return undefined;
  return { variable: text, names: name === undefined ? [text] : [text, name], fallback: fallback.value, when, repair: { how: 'refuse', why: 'convict wants a default: give it null and a format that refuses null.' } };
}

/** The defaults of a file that production never gets to: without the variable the program ends before. */
export function unreachedDefaults(module: ModuleView, context: RuleContext): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { variable, fallback } of fallbacksIn(module, context)) if (isRefused(module, variable, context)) found.add(fallback.at.mark);
  return found;
}
/** The program ends, or throws, in production where the variable is not set. */
export function isRefused(module: ModuleView, variable: string, context: RuleContext): boolean {
  const speaksOf = (value: Value, depth: number): boolean => {
    if (depth > 8) return false;
    switch (value.kind) {
      case 'ref': return variableIn(value, context, 3) === variable || (value.root.kind === 'local' && speaksOf(behind(value, context), depth + 4));
      case 'not': return speaksOf(value.of, depth + 1);
      case 'logic':
      case 'compare': return speaksOf(value.left, depth + 1) || speaksOf(value.right, depth + 1);
      default: return false;
    }
  };
  return [module.top, ...module.functions.values()].some((fn) =>
    fn.steps.some((step) => (step.do === 'throw' || (step.do === 'call' && step.call.callee === 'process.exit')) && step.when.some((branch) => speaksOf(branch.test, 0))),
  );
}
function behind(value: Value, context: RuleContext): Value {
  const end = context.resolve(value).value;
  return end.kind === 'logic' ? end.left : end;
}
