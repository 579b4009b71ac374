import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { Call, Entry, FunctionId, Ref, Value } from '../model/value.js';
import type { Alternative } from '../rules/facts/alternatives.js';
import type { CorsPolicy } from '../rules/rule.js';
import type { At } from '../text/source.js';
import { namesIn, unsaid } from './cors-names.js';
import { arms, exclusive, opposed, originHeader, testKind, type CorsContext } from './cors-origin.js';

const ORIGIN = 'access-control-allow-origin';
const CREDENTIALS = 'access-control-allow-credentials';
const METHODS = 'access-control-allow-methods';
const HEADERS = 'access-control-allow-headers';
const EXPOSED = 'access-control-expose-headers';
const KNOWN: ReadonlySet<string> = new Set([ORIGIN, CREDENTIALS, METHODS, HEADERS, EXPOSED]);
const SETTERS: ReadonlySet<string> = new Set(['setHeader', 'setHeaders', 'header', 'headers', 'set', 'append', 'writeHead']);
/** Constructors and helpers whose second argument has a `headers` option. */
const RESPONSES = /(^|[./])(Response|NextResponse|Response\.json|NextResponse\.(json|next|rewrite|redirect))$/;
const BODIES: ReadonlySet<string> = new Set(['json', 'text', 'html', 'body']);

/** One header a call sets. `group` is the object or function it is set in. */
interface Setting {
  readonly header: string;
  readonly value: Value;
  readonly call: Call;
  readonly when: readonly Branch[];
  readonly entry: Entry | undefined;
  /** The statement, when it does nothing but this. */
  readonly statementAt: At | undefined;
}

/** Policies made by setting `Access-Control-Allow-Origin` by hand; any letter case, one header at a time or as an object. */
export function* manualPolicies(module: ModuleView, context: CorsContext): Iterable<CorsPolicy> {
  const seen = new Set<string>();
  for (const fn of [module.top, ...module.functions.values()]) {
    const settings = settingsOf(fn, context);
    for (const setting of settings) {
      if (setting.header !== ORIGIN) continue;
      const key = `${setting.value.at.path}:${setting.value.at.mark}`;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const arm of arms(setting.value, context)) {
        const when = [...setting.when, ...arm.when];
        const credentials = settings.find((other) => other.header === CREDENTIALS && !exclusive(other.when, when) && !opposed(other.when, when));
        yield policy(setting, credentials, arm, fn.id, namesBeside(settings, setting, context), context);
      }
    }
    // Methods and headers of an answer whose origin is set elsewhere.
    if (settings.some((one) => one.header === ORIGIN)) continue;
    const [first] = settings.filter((one) => one.header !== CREDENTIALS);
    if (first) yield { ...policy(first, undefined, { value: first.value, at: first.value.at, when: [] }, fn.id, namesBeside(settings, first, context), context), origin: 'unknown', credentials: 'unknown', values: [], originWritten: false };
  }
}

type Lists = Pick<CorsPolicy, 'methods' | 'headers' | 'exposed'>;
/** The other lists that are set where this header is. */
function namesBeside(settings: readonly Setting[], own: Setting, context: CorsContext): Lists {
  const of = (header: string): CorsPolicy['methods'] => {
    const found = settings.find((other) => other.header === header && !exclusive(other.when, own.when));
    return found ? namesIn(found.value, context) : unsaid;
  };
  return { methods: of(METHODS), headers: of(HEADERS), exposed: of(EXPOSED) };
}
function policy(setting: Setting, credentials: Setting | undefined, arm: Alternative, inside: FunctionId, lists: Lists, context: CorsContext): CorsPolicy {
  const constant = credentials && context.constant(credentials.value);
  return {
    origin: originOf(arm, [...setting.when, ...arm.when], context),
    credentials: credentials === undefined ? false : constant === undefined ? 'unknown' : String(constant.value).toLowerCase() === 'true',
    values: [arm.value],
    inList: false,
    source: 'manual',
    library: 'manual',
    major: undefined,
    options: undefined,
    ...lists,
    path: undefined,
    originAt: arm.at,
    originWritten: true,
    credentialsAt: credentials?.value.at,
    credentialsEntryAt: credentials?.entry?.at ?? credentials?.statementAt,
    at: setting.call.at,
    call: setting.call,
    when: [...setting.when, ...arm.when],
    inside,
  };
}

function originOf(arm: Alternative, when: readonly Branch[], context: CorsContext): CorsPolicy['origin'] {
  const constant = context.constant(arm.value);
  if (constant) {
    if (constant.value === '*') return 'any';
    if (constant.value === 'null') return 'null';
    return constant.value ? 'list' : 'off';
  }
  if (!originHeader(arm.value, context)) return 'unknown';
  const isOrigin = (value: Value): boolean => originHeader(value, context);
  const tested = when.some((branch) => testKind(branch.test, isOrigin, context) === 'tested' || namesTest(branch.test) || looksUp(branch.test, context));
  return tested ? 'fn' : 'reflect';
}

/** A test of what a table held for a key that is not known: `const tenant = tenants[origin]; if (!tenant) ...`. */
function looksUp(test: Value, context: CorsContext): boolean {
  const bare = test.kind === 'not' ? test.of : test;
  const end = bare.kind === 'ref' ? context.resolve(bare).value : bare;
  return end.kind === 'ref' && end.path.includes(undefined);
}
/** A name that says the origin was looked up somewhere this file does not show: `if (isAllowed)`. */
function namesTest(test: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (test.kind === 'not') return namesTest(test.of, depth + 1);
  if (test.kind === 'logic') return namesTest(test.left, depth + 1) || namesTest(test.right, depth + 1);
  return test.kind === 'ref' && /allow|trust|valid|match|white|permit|known|\bok\b/i.test(test.text);
}

function settingsOf(fn: FunctionView, context: CorsContext): readonly Setting[] {
  const found: Setting[] = [];
  for (const decorator of fn.decorators)
    if (decorator.kind === 'call' && /(^|\.)Header$/.test(decorator.callee)) pair(decorator, fn.when, undefined);
  for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
    if (SETTERS.has(call.name) && call.form === 'call' && isResponse(call, fn, context)) {
      pair(call, step.when, step.used || call.receiver?.kind === 'call' ? undefined : step.statementAt);
      for (const arg of call.args.slice(0, 3)) object(arg.value, call, step.when);
    } else if (RESPONSES.test(call.callee)) {
      const headers = context.option(call.args[1]?.value ?? call.args[0]?.value, 'headers');
      if (headers.kind === 'value') object(headers.value, call, step.when);
    } else if (BODIES.has(call.name) && call.args.length === 3 && call.receiver?.kind === 'ref' && call.receiver.root.kind === 'parameter') object(call.args[2]?.value, call, step.when);
  }
  return found;

  function pair(call: Call, when: readonly Branch[], statementAt: At | undefined): void {
    const name = call.args[0] && context.constant(call.args[0].value)?.value;
    const value = call.args[1]?.value;
    if (typeof name !== 'string' || !value) return;
    const header = headerOf(name);
    if (header) found.push({ header, value, call, when, entry: undefined, statementAt });
  }
  function object(value: Value | undefined, call: Call, when: readonly Branch[]): void {
    const resolved = value?.kind === 'ref' ? context.resolve(value).value : value;
    if (resolved?.kind !== 'object') return;
    for (const entry of resolved.entries) {
      const header = entry.key === undefined ? undefined : headerOf(entry.key);
      if (header) found.push({ header, value: entry.value, call, when, entry, statementAt: undefined });
      else if (entry.form === 'spread') object(entry.value, call, when);
    }
  }
}

function headerOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  return KNOWN.has(lower) ? lower : undefined;
}

/** Not a request, a map, an application's settings, or headers that only an outgoing call gets. */
function isResponse(call: Call, fn: FunctionView, context: CorsContext): boolean {
  let receiver = call.receiver;
  for (let hops = 0; receiver?.kind === 'call' && hops < 50; hops++) {
    if (RESPONSES.test(receiver.callee)) return true;
    receiver = receiver.receiver;
  }
  if (receiver?.kind !== 'ref') return false;
  if (receiver.root.kind === 'value' && receiver.root.of.kind === 'call') return RESPONSES.test(receiver.root.of.callee);
  if (receiver.root.kind === 'import' || receiver.root.kind === 'global') return false;
  if (receiver.text.split(/[.?!()[\]]+/).some((part) => /^(x|proxy|client|up|out)?_?req(uest)?$/i.test(part) && part !== '')) return isKoaResponse(receiver);
  const made = context.resolve({ ...receiver, path: [] }).value;
  if (made.kind !== 'call') return true;
  if (/(^|\.)Headers$/.test(made.callee) && receiver.path.length === 0) return feedsResponse(fn, receiver, context);
  return !/(^|\.)(Map|WeakMap|URLSearchParams|FormData|URL|express|Request|fetch)$/.test(made.callee);
}

/** `ctx.request....` is the request; `req.res....` is not. */
function isKoaResponse(receiver: Ref): boolean {
  return receiver.path.some((key) => key === 'res' || key === 'response');
}

/** A `Headers` object of the server goes into a Response of the same function, or is returned. */
function feedsResponse(fn: FunctionView, headers: Ref, context: CorsContext): boolean {
  const same = (value: Value | undefined): boolean => value?.kind === 'ref' && value.root.kind === 'local' && headers.root.kind === 'local' && value.root.binding === headers.root.binding;
  return fn.steps.some((step) => {
    if (step.do === 'return') return same(step.value);
    if (step.do !== 'call' || !RESPONSES.test(step.call.callee)) return false;
    const option = context.option(step.call.args[1]?.value, 'headers');
    return option.kind === 'value' && same(option.value);
  });
}
