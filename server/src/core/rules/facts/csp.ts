import type { Branch, ModuleView } from '../../model/module.js';
import type { Call, Entry, FunctionId, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { alternatives } from './alternatives.js';
import { helmetInside, helmetJoinsDefaults } from './csp-defaults.js';
import { isHeaderSetup } from './header-setup.js';
import { HOLE, writtenHeader, type Word } from './header-text.js';
import { helmetMember } from './headers.js';
import { setHeaders, type SetHeader } from './set-headers.js';
import { optionValue } from './options.js';

/** One directive as it is written. `complete`: no source of it is unknown. `nonce`: it names a nonce, a hash or strict-dynamic, or may do so. */
export interface CspDirective {
  readonly name: string;
  readonly words: readonly Word[];
  readonly complete: boolean;
  readonly nonce: boolean;
}
/** One Content-Security-Policy, whatever sets it. */
export interface CspPolicy {
  /** 'helmet' also for its wrappers. */
  readonly library: 'helmet' | 'hono' | 'blankie' | 'lusca' | 'manual' | 'next';
  /** The major version of helmet that answers. */
  readonly major: number | undefined;
  readonly directives: ReadonlyMap<string, CspDirective>;
  /** There may be directives nobody knows. */
  readonly open: boolean;
  /** The library's own directives stand behind those that are written. */
  readonly joined: boolean;
  readonly reportOnly: boolean | 'unknown';
  /** The entry that makes it report only, or the header's name. */
  readonly reportOnlyAt: At | undefined;
  readonly reportOnlyEntry: Entry | undefined;
  /** The entry `useDefaults: false`. */
  readonly noDefaults: Entry | undefined;
  /** Where default-src is taken away by helmet's symbol. */
  readonly disabledDefault: At | undefined;
  readonly call: Call | undefined;
  readonly header: SetHeader | undefined;
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
  readonly statementAt: At | undefined;
}
type Place = Pick<CspPolicy, 'call' | 'header' | 'when' | 'inside' | 'statementAt'>;
const MOST = 8;
const HEADER = 'content-security-policy';

/** Every policy of a file: options of helmet and its kin, blankie and lusca, texts set by hand, the settings of Next.js. */
export function* cspPolicies(module: ModuleView, context: RuleContext): Iterable<CspPolicy> {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps)
      if (step.do === 'call') yield* ofCall(step.call, { call: step.call, header: undefined, when: step.when, inside: fn.id, statementAt: step.statementAt }, module, context);
  for (const header of setHeaders(module, context)) {
    if (header.name !== HEADER && header.name !== `${HEADER}-report-only`) continue;
    const place = { call: header.call, header, when: header.when, inside: header.inside, statementAt: header.statementAt };
    const isReport = header.name !== HEADER;
    for (const { value, when } of alternatives(header.value, context).slice(0, MOST))
      yield made(header.path === undefined ? 'manual' : 'next', textDirectives(value.at.path === module.path ? value : header.value, module, context), { ...place, when: [...place.when, ...when] }, isReport ? { reportOnly: true, reportOnlyAt: header.nameAt } : {});
  }
}

function* ofCall(call: Call, place: Place, module: ModuleView, context: RuleContext): Iterable<CspPolicy> {
  const { callee } = call;
  const first = call.args[0]?.value;
  if (callee === 'hono/secure-headers.secureHeaders') {
    for (const [key, reportOnly] of [['contentSecurityPolicy', false], ['contentSecurityPolicyReportOnly', true]] as const) {
      const answer = context.option(first, key);
      if (answer.kind !== 'value') continue;
      for (const { value, when } of objects(answer.value, context))
        yield made('hono', objectDirectives(value, module, context), { ...place, when: [...place.when, ...when] }, reportOnly ? { reportOnly, reportOnlyAt: answer.entry.keyAt } : {});
    }
    return;
  }
  const part = helmetMember(callee);
  if (callee === 'helmet-csp' || (part?.option === 'contentSecurityPolicy' && !callee.startsWith('lusca'))) {
    if (first) yield* helmetPolicies(first, callee === 'helmet-csp' ? 'helmet' : callee.slice(0, callee.indexOf('.')), place, module, context);
  } else if (/^(koa-)?lusca(\.csp)?$/.test(callee)) {
    const csp = callee.endsWith('.csp') ? first : optionValue(first, 'csp', context);
    const policy = optionValue(csp, 'policy', context);
    if (policy && optionValue(csp, 'reportOnly', context) === undefined)
      yield made('lusca', isText(policy, context) ? textDirectives(policy, module, context) : objectDirectives(policy, module, context), place);
  } else if (call.name === 'register' && !isHeaderSetup(call)) yield* blankie(first, place, module, context);
  else if (isHeaderSetup(call) || (call.name === 'helmet' && call.receiver) || /^next-secure-headers\./.test(callee)) {
    const options = call.name === 'register' ? call.args[1]?.value : first;
    yield* inOptions(options, wrapperOf(call), place, module, context);
  }
  if (!call.receiver || isHeaderSetup(call)) return;
  // A route of Fastify may bring options of its own: `{ helmet: { ... } }`.
  for (const { value } of call.args.slice(0, 2)) {
    const own = value.kind === 'object' ? optionValue(value, 'helmet', context) : undefined;
    if (own) yield* inOptions(own, '@fastify/helmet', place, module, context);
  }
}
function* inOptions(options: Value | undefined, wrapper: string, place: Place, module: ModuleView, context: RuleContext): Iterable<CspPolicy> {
  if (!options) return;
  for (const one of objects(options, context)) {
    const policy = optionValue(one.value, 'contentSecurityPolicy', context);
    if (policy) yield* helmetPolicies(policy, wrapper, { ...place, when: [...place.when, ...one.when] }, module, context);
  }
}
/** The package whose version decides. */
function wrapperOf(call: Call): string {
  if (call.name === 'helmet' && call.receiver && !isHeaderSetup(call)) return '@fastify/helmet';
  if (call.name !== 'register') return call.callee === 'koa-helmet' ? 'koa-helmet' : 'helmet';
  const plugin = call.args[0]?.value;
  return plugin?.kind === 'ref' && plugin.root.kind === 'import' ? plugin.root.from : '@fastify/helmet';
}
/** `{ plugin: Blankie, options: { scriptSrc: 'self' } }`, alone or in a list; it writes the quotes itself. */
function* blankie(registered: Value | undefined, place: Place, module: ModuleView, context: RuleContext): Iterable<CspPolicy> {
  const list = registered?.kind === 'array' ? registered.items.map((item) => item.value) : registered ? [registered] : [];
  for (const one of list) {
    const plugin = optionValue(one, 'plugin', context);
    const options = optionValue(one, 'options', context);
    if (plugin?.kind !== 'ref' || plugin.root.kind !== 'import' || plugin.root.from !== 'blankie' || !options) continue;
    const reportOnly = optionValue(options, 'reportOnly', context);
    yield made('blankie', objectDirectives(options, module, context), place, reportOnly ? { reportOnly: context.constant(reportOnly)?.value === true ? true : 'unknown' } : {});
  }
}

function* helmetPolicies(options: Value, wrapper: string, place: Place, module: ModuleView, context: RuleContext): Iterable<CspPolicy> {
  const own = context.major(wrapper, module.path);
  const major = wrapper === 'helmet' ? own : helmetInside(wrapper, own);
  for (const one of objects(options, context)) {
    const within = { ...place, when: [...place.when, ...one.when] };
    const report = context.option(one.value, 'reportOnly');
    const defaults = context.option(one.value, 'useDefaults');
    const joins = defaults.kind === 'value' ? context.constant(defaults.value)?.value : undefined;
    const more = {
      major,
      reportOnly: report.kind === 'absent' ? false : report.kind === 'unknown' ? ('unknown' as const) : flagOf(report.value, context),
      reportOnlyAt: report.kind === 'value' ? report.value.at : undefined,
      reportOnlyEntry: report.kind === 'value' ? report.entry : undefined,
      noDefaults: defaults.kind === 'value' && joins === false ? defaults.entry : undefined,
      joined: defaults.kind === 'absent' ? helmetJoinsDefaults(major ?? 8) : joins !== false,
    };
    const directives = optionValue(one.value, 'directives', context);
    if (!directives) yield made('helmet', { directives: new Map(), open: context.option(one.value, 'directives').kind === 'unknown', joined: true, disabledDefault: undefined }, within, { ...more, joined: more.noDefaults === undefined });
    else for (const each of objects(directives, context)) yield made('helmet', objectDirectives(each.value, module, context), { ...within, when: [...within.when, ...each.when] }, more);
  }
}
function flagOf(value: Value, context: RuleContext): boolean | 'unknown' {
  const constant = context.constant(value);
  return constant === undefined ? 'unknown' : Boolean(constant.value);
}

interface Read {
  readonly directives: ReadonlyMap<string, CspDirective>;
  readonly open: boolean;
  readonly joined: boolean;
  readonly disabledDefault: At | undefined;
}
function made(library: CspPolicy['library'], read: Read, place: Place, more: Partial<CspPolicy> = {}): CspPolicy {
  return {
    library, major: undefined, reportOnly: false, reportOnlyAt: undefined, reportOnlyEntry: undefined, noDefaults: undefined, ...place, ...more,
    directives: read.directives, open: read.open, disabledDefault: read.disabledDefault, joined: read.joined || more.joined === true,
  };
}

function objectDirectives(value: Value, module: ModuleView, context: RuleContext): Read {
  const directives = new Map<string, CspDirective>();
  const state: { open: boolean; joined: boolean; disabledDefault: At | undefined } = { open: false, joined: false, disabledDefault: undefined };
  const read = (written: Value, depth: number): void => {
    const object = context.resolve(written).value;
    if (object.kind === 'call' && object.name === 'getDefaultDirectives') state.joined = true;
    else if (object.kind !== 'object' || depth > 5) state.open = true;
    else
      for (const { key, value: sources, form } of object.entries) {
        if (form === 'spread') read(sources, depth + 1);
        else if (key === undefined) state.open = true;
        else {
          const name = key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
          if (sources.kind === 'ref' && sources.path.at(-1) === 'dangerouslyDisableDefaultSrc') state.disabledDefault = sources.at;
          else directives.set(name, directive(name, sources, module, context));
        }
      }
  };
  read(value, 0);
  return { directives, ...state };
}
function directive(name: string, value: Value, module: ModuleView, context: RuleContext): CspDirective {
  const written = writtenHeader(value, module.path, context);
  return judged(name, written.words(0, written.text.length));
}
function textDirectives(value: Value, module: ModuleView, context: RuleContext): Read {
  const listed = listedDirectives(value, context);
  if (listed) return objectDirectives(listed, module, context);
  const written = writtenHeader(value, module.path, context);
  const directives = new Map<string, CspDirective>();
  let open = false;
  for (const match of written.text.matchAll(/[^;]+/g)) {
    const [name, ...words] = written.words(match.index, match.index + match[0].length);
    if (!name) continue;
    const key = name.text.toLowerCase();
    if (key.includes(HOLE)) open = true;
    else if (!directives.has(key)) directives.set(key, judged(key, words));
  }
  return { directives, open, joined: false, disabledDefault: undefined };
}
/** `Object.entries(directives).map(...).join('; ')` writes out an object. */
function listedDirectives(value: Value, context: RuleContext): Value | undefined {
  const joined = context.resolve(value).value;
  const mapped = joined.kind === 'call' && joined.name === 'join' && joined.receiver ? context.resolve(joined.receiver).value : undefined;
  const entries = mapped?.kind === 'call' && mapped.name === 'map' && mapped.receiver ? context.resolve(mapped.receiver).value : undefined;
  return entries?.kind === 'call' && entries.callee === 'Object.entries' ? entries.args[0]?.value : undefined;
}
function judged(name: string, words: readonly Word[]): CspDirective {
  const known = words.filter((word) => !word.text.includes(HOLE));
  const isComplete = known.length === words.length || words.every(({ text }) => !text.includes(HOLE) || text.startsWith("'nonce-"));
  return { name, words: known, complete: isComplete, nonce: words.some(({ text }) => /^'?(nonce-|sha(256|384|512)-|strict-dynamic)/.test(text)) };
}

function isText(value: Value, context: RuleContext): boolean {
  const { kind } = context.resolve(value).value;
  return kind === 'literal' || kind === 'template';
}
/** The objects a value may be, with the tests that choose between them. */
function objects(value: Value, context: RuleContext): readonly { readonly value: Value; readonly when: readonly Branch[] }[] {
  return alternatives(value, context).filter((one) => one.value.kind === 'object' || one.value.kind === 'call').slice(0, MOST);
}

/** The directive that governs a kind of content: its own, else what the library has of its own (undefined), else default-src. */
export function governing(policy: CspPolicy, name: string): CspDirective | undefined {
  const own = policy.directives.get(name);
  if (own) return own;
  return policy.joined || policy.open ? undefined : policy.directives.get('default-src');
}
