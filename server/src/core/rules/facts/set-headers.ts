import type { Branch, FunctionView, ModuleView, StepFrame } from '../../model/module.js';
import type { Call, Entry, FunctionId, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { onResponse } from './header-setup.js';

/** A response header written by hand. */
export interface SetHeader {
  /** Lower case. */
  readonly name: string;
  readonly nameAt: At;
  readonly value: Value;
  readonly entry: Entry | undefined;
  readonly call: Call | undefined;
  /** The statement, where it does nothing but this. */
  readonly statementAt: At | undefined;
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
  /** The path a configuration names for it. */
  readonly path: string | undefined;
  /** The headers that are written beside it. */
  readonly beside: readonly string[];
}
const SETTERS: ReadonlySet<string> = new Set(['setHeader', 'setHeaders', 'header', 'headers', 'set', 'append', 'writeHead', 'appendHeader']);
const RESPONSES = /(^|[./])(Response|NextResponse|Response\.json|NextResponse\.(json|next|rewrite|redirect))$/;
const BODIES: ReadonlySet<string> = new Set(['json', 'text', 'html', 'body', 'newResponse']);
const MOST_ROUTES = 500;

/** Every response header a file writes: on responses of all frameworks, as options of a Response, by decorators, in the settings of Next.js. */
export function setHeaders(module: ModuleView, context: RuleContext): readonly SetHeader[] {
  const found: SetHeader[] = [];
  for (const fn of [module.top, ...module.functions.values()]) {
    for (const decorator of fn.decorators) if (decorator.kind === 'call' && /(^|\.)Header$/.test(decorator.callee)) pair(decorator, fn, undefined);
    for (const step of fn.steps) if (step.do === 'call') ofCall(step.call, step, step.used, fn);
  }
  if (/(^|\/)next\.config\.[cm]?[jt]s$/.test(module.path)) nextHeaders(module, context, found);
  return withBeside(found);

  function ofCall(call: Call, step: StepFrame, used: boolean, fn: FunctionView): void {
    if (SETTERS.has(call.name) && call.form === 'call' && isResponse(call)) {
      pair(call, fn, step, used);
      for (const { value } of call.args.slice(0, 3)) object(value, call, step.when, fn.id, 0);
    } else if (RESPONSES.test(call.callee)) {
      for (const { value } of call.args.slice(0, 2)) {
        const headers = context.option(value, 'headers');
        if (headers.kind !== 'value') continue;
        object(headers.value, call, step.when, fn.id, 0);
        const made = context.resolve(headers.value).value;
        if (made.kind === 'call' && made.callee === 'Headers') object(made.args[0]?.value, call, step.when, fn.id, 0);
      }
    } else if (BODIES.has(call.name) && call.args.length === 3 && isResponse(call)) object(call.args[2]?.value, call, step.when, fn.id, 0);
  }
  function isResponse(call: Call): boolean {
    if (onResponse(call, context)) return true;
    const base = call.receiver;
    if (base?.kind !== 'ref' || base.root.kind !== 'local') return false;
    // `const res = NextResponse.next(); res.headers.set(...)`, `const headers = new Headers()` is a request's as often as not.
    const made = context.resolve({ ...base, path: [] }).value;
    return made.kind === 'call' && RESPONSES.test(made.callee) && base.path.length === 1 && base.path[0] === 'headers';
  }
  function pair(call: Call, fn: FunctionView, step: StepFrame | undefined, used = false): void {
    const [first, second] = call.args;
    const name = first && context.constant(first.value)?.value;
    if (typeof name !== 'string' || !second || !first) return;
    const isAlone = step !== undefined && !used && call.receiver?.kind === 'ref';
    found.push({ name: name.toLowerCase(), nameAt: first.value.at, value: second.value, entry: undefined, call, statementAt: isAlone ? step.statementAt : undefined, when: step?.when ?? [], inside: fn.id, path: undefined, beside: [] });
  }
  function object(value: Value | undefined, call: Call, when: readonly Branch[], inside: FunctionId, depth: number): void {
    const resolved = value?.kind === 'ref' ? context.resolve(value).value : value;
    if (resolved?.kind !== 'object' || depth > 4) return;
    for (const entry of resolved.entries) {
      if (entry.form === 'spread') object(entry.value, call, when, inside, depth + 1);
      else if (entry.key !== undefined) found.push({ name: entry.key.toLowerCase(), nameAt: entry.keyAt, value: entry.value, entry, call, statementAt: undefined, when, inside, path: undefined, beside: [] });
    }
  }
}
function withBeside(found: readonly SetHeader[]): readonly SetHeader[] {
  const groups = new Map<string, string[]>();
  const keyOf = (one: SetHeader): string => `${one.inside} ${one.path ?? ''}`;
  for (const one of found) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one.name]);
  return found.map((one) => ({ ...one, beside: groups.get(keyOf(one)) ?? [] }));
}

/** `headers: async () => [{ source: '/(.*)', headers: [{ key, value }] }]`. */
function nextHeaders(module: ModuleView, context: RuleContext, found: SetHeader[]): void {
  const config = module.exports.find((one) => one.name === '=' || one.name === 'default');
  const headers = config && context.option(config.value, 'headers');
  const fn = headers?.kind === 'value' && headers.resolved.value.kind === 'function' ? context.body(headers.resolved.value.fn) : undefined;
  for (const step of fn?.steps ?? []) {
    if (step.do !== 'return' || !step.value || !fn) continue;
    for (const route of itemsOf(step.value, context)) {
      const source = context.option(route, 'source');
      const path = source.kind === 'value' ? context.constant(source.value)?.value : undefined;
      const list = context.option(route, 'headers');
      for (const pair of list.kind === 'value' ? itemsOf(list.value, context) : []) {
        const [key, value] = [context.option(pair, 'key'), context.option(pair, 'value')];
        const name = key.kind === 'value' ? context.constant(key.value)?.value : undefined;
        if (typeof name !== 'string' || key.kind !== 'value' || value.kind !== 'value') continue;
        found.push({ name: name.toLowerCase(), nameAt: key.value.at, value: value.value, entry: undefined, call: undefined, statementAt: undefined, when: step.when, inside: fn.id, path: typeof path === 'string' ? path : undefined, beside: [] });
      }
    }
  }
}
function itemsOf(value: Value, context: RuleContext): readonly Value[] {
  const list = value.kind === 'ref' ? context.resolve(value).value : value;
  return list.kind === 'array' ? list.items.slice(0, MOST_ROUTES).map((item) => item.value) : [];
}
