import type { ModuleView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import { LONGEST_TEXT, readPattern, type Pattern as LinearPattern } from '../rules/facts/pattern.js';
import type { RuleContext } from '../rules/rule.js';
import { foldersFrom } from '../text/paths.js';
import { folderOf, type FilePath } from '../text/source.js';

/** Packages that put the OpenAPI parts of comments together, and the name by which they do. */
const PACKAGES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['swagger-jsdoc', new Set(['default', '*', '='])],
  ['next-swagger-doc', new Set(['createSwaggerSpec', 'withSwagger'])],
]);
/** Values of one definition. */
const MOST = 5000;
const DEPTH = 20;

/** The calls of a module that make a document of comments: `swaggerJsdoc({ definition, apis })`. */
export function commentSetups(module: ModuleView): readonly Call[] {
  if (!module.imports.some((one) => PACKAGES.has(one.from))) return [];
  const found: Call[] = [];
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call' || step.call.target.kind !== 'ref' || step.call.target.root.kind !== 'import') continue;
    const { root, path } = step.call.target;
    const names = PACKAGES.get(root.from);
    if (names?.has(root.name) || path.some((name) => name !== undefined && names?.has(name))) found.push(step.call);
  }
  return found;
}

/** What a call says of the files it puts together. */
export interface Sources {
  /** Nothing but comments and these files is put together. */
  readonly whole: boolean;
  /** The YAML files its patterns name, those it has as documents of their own left out. */
  readonly files: readonly FilePath[];
}
/** The files a call puts together besides comments: swagger-jsdoc 6 takes all of a YAML file its patterns name. Patterns nobody can read may bring more. */
export function sourcesOf(call: Call, context: RuleContext, paths: readonly FilePath[]): Sources {
  const options = call.args[0]?.value;
  const [apis, folder] = ['apis', 'apiFolder'].map((key) => context.option(options, key));
  if (apis?.kind !== 'value') return { whole: folder?.kind === 'value' && apis?.kind === 'absent', files: [] };
  const { value, exact } = apis.resolved;
  if (!exact || value.kind !== 'array') return { whole: false, files: [] };
  let whole = !value.open;
  const files = new Set<FilePath>();
  for (const item of value.items) {
    const pattern = item.spread ? undefined : endOf(item.value, context);
    const found = pattern ? named(pattern, folderOf(call.at.path), paths) : [];
    for (const path of found) files.add(path);
    if (found.length === 0) whole &&= !item.spread && !OTHERS.test(context.textOf(item.value.at));
  }
  return { whole, files: [...files] };
}
/** What may name a YAML file, in the text of a pattern. */
const OTHERS = /ya?ml|\*\.\*|\*['"`]|^[A-Za-z_$][\w$]*$/i;
/** A pattern as far as it can be read: relative to the folder the program is started in (`./docs/*.yaml`) or to the file (`${__dirname}/docs/*.yaml`). */
interface Pattern {
  readonly text: string;
  readonly fromFile: boolean;
}
function endOf(value: Value, context: RuleContext): Pattern | undefined {
  const plain = context.constant(value)?.value;
  if (typeof plain === 'string') return { text: plain, fromFile: false };
  const end = context.resolve(value).value;
  const parts = end.kind === 'call' && /^(path\.|node:path\.)?(posix\.)?(join|resolve)$/.test(end.callee) ? end.args.map((one) => one.value) : end.kind === 'template' ? end.parts : [];
  const [first, ...rest] = parts;
  if (first === undefined || typeof first === 'string' || rest.length === 0) return undefined;
  const base = /^(__dirname|import\.meta\.dirname|process\.cwd\(\))$/.exec(context.textOf(first.at))?.[1];
  const texts = rest.map((part) => (typeof part === 'string' ? part : context.constant(part)?.value));
  return base !== undefined && texts.every((text) => typeof text === 'string') ? { text: texts.join('/'), fromFile: !base.startsWith('process') } : undefined;
}
/** YAML files a pattern names, below the nearest folder upward in which it names any. */
function named({ text, fromFile }: Pattern, folder: string, paths: readonly FilePath[]): readonly FilePath[] {
  const pattern = text.startsWith('/') && !fromFile ? undefined : globOf(text);
  if (!pattern) return [];
  for (const base of fromFile ? [folder] : foldersFrom(folder)) {
    const top = parentOf(base, (/^\/?(?:\.\/)?((?:\.\.\/)*)/.exec(text)?.[1]?.length ?? 0) / 3);
    const found = top === undefined ? [] : paths.filter((path) => YAML.test(path) && path.length <= LONGEST_TEXT && (top === '' || path.startsWith(`${top}/`)) && pattern.matches(top === '' ? path : path.slice(top.length + 1)));
    if (found.length > 0) return found;
  }
  return [];
}
const YAML = /\.ya?ml$/i;
function parentOf(folder: string, steps: number): string | undefined {
  let found: string | undefined = folder;
  for (let step = 0; step < steps && found !== undefined; step++) found = found === '' ? undefined : folderOf(found);
  return found;
}
/** A glob as a pattern of linear time, whatever stars it has: `*`, `**`, `?` and one level of `{a,b}`. */
function globOf(text: string): LinearPattern | undefined {
  const glob = text.replaceAll('\\', '/').replace(/^(?:\.{0,2}\/)+/, '').replace(/\/{2,}/g, '/');
  return /^[\w./*?{},@ -]+$/.test(glob) ? readPattern(`^${glob.replace(/\*\*\/|\*\*|[*?.{},]/g, (sign) => SIGNS.get(sign) ?? sign)}$`, '') : undefined;
}
const SIGNS: ReadonlyMap<string, string> = new Map([['**/', '(?:[^/]+/)*'], ['**', '.*'], ['*', '[^/]*'], ['?', '[^/]'], ['.', '\\.'], ['{', '(?:'], ['}', ')'], [',', '|']]);

/** The definition a call is given, as a value without names: what is no constant is unknown. Undefined where nothing can be told of it. `from`: takes the files it stands in. */
export function definitionOf(call: Call, context: RuleContext, from: Set<FilePath>): Value | undefined {
  const options = call.args[0]?.value;
  const given = ['definition', 'swaggerDefinition'].map((key) => context.option(options, key)).find((answer) => answer.kind === 'value');
  if (given?.kind !== 'value') return undefined;
  const plain = plainValue(given.value, context, from, { left: MOST }, 0);
  return plain.kind === 'object' ? plain : undefined;
}

function plainValue(value: Value, context: RuleContext, from: Set<FilePath>, budget: { left: number }, depth: number): Value {
  const { value: end, exact } = context.resolve(value);
  from.add(end.at.path);
  const unknown: Value = { kind: 'unknown', why: 'no constant', at: end.at };
  if (!exact || budget.left-- <= 0 || depth > DEPTH) return unknown;
  if (end.kind === 'literal') return end;
  const inner = (one: Value): Value => plainValue(one, context, from, budget, depth + 1);
  if (end.kind === 'array') {
    const items = end.items.flatMap((item) => (item.spread ? [] : [{ ...item, value: inner(item.value) }]));
    return { ...end, items, open: end.open || items.length < end.items.length };
  }
  if (end.kind !== 'object') return unknown;
  let { open } = end;
  const entries = end.entries.flatMap((entry) => {
    if (entry.form !== 'spread') {
      if (entry.key === undefined) open = true;
      return [{ ...entry, form: entry.key === undefined ? entry.form : ('pair' as const), value: inner(entry.value) }];
    }
    const spread = inner(entry.value);
    if (spread.kind === 'object') {
      open ||= spread.open;
      return spread.entries;
    }
    open = true;
    return [];
  });
  return { ...end, entries, open: open };
}
