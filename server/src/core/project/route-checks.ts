import type { Conduct } from '../model/api.js';
import type { Export, ModuleView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { Abstract, Before, Fn, Frame } from './abstract.js';
import { nameOf } from './join-parts.js';
import { elementsOf } from './lists.js';
import type { Machine } from './machine.js';
import { matchesPath, patternOf, type PathMatch } from './path-match.js';
import { ANY } from './request-cases.js';
import { settingIn } from './route-settings.js';
import type { WebAnswers } from './web-answers.js';
import type { Case } from './request-forms.js';

/** The check that stands before all routes of an application, where its file says for which. */
export interface RouteCheck {
  /** Before requests to a path, written with `{id}` and without the base of the application; undefined: it does not run for them. */
  before(path: string, method: string | undefined): Before | undefined;
}
/** What a check turned out to be. */
type Checker =
  | { readonly is: 'function'; readonly fn: Fn; readonly request: number }
  /** Refuses strangers where this function of settings says no to them, or always. */
  | { readonly is: 'asks'; readonly fn: Fn | undefined; readonly name: string }
  /** Refuses strangers except for some paths. */
  | { readonly is: 'except'; readonly open: Value | undefined; readonly frame: Frame }
  | { readonly is: 'passes' }
  | { readonly is: 'unknown' };
const DEEPEST = 6;
const CHECKS = /^(middleware|proxy|default|=)$/;
const HARMLESS = /^(next-intl\/|next-axiom|@axiomhq\/|next-i18n-router|next-i18next|@sentry\/nextjs|next-international)/;

/** Reads a file of checks; undefined where it exports none. */
export function readCheck(module: ModuleView, frame: Frame, machine: Machine, web: WebAnswers): RouteCheck | undefined {
  const { evaluate, settled, textOf } = machine.names;
  const file = /([a-z]+)\.\w+$/.exec(module.path)?.[1] ?? '';
  const one = module.exports.find(({ name }) => name === file) ?? module.exports.findLast(({ name }) => CHECKS.test(name));
  if (!one) return undefined;
  const matchers = matchersOf();
  const checker = checkerOf(one.value, frame, 0);
  const name = nameIn(one);
  return { before };

  function before(path: string, method: string | undefined): Before | undefined {
    const covers = matchers(path);
    if (covers === 'no') return undefined;
    const fn = checker.is === 'function' ? checker.fn : undefined;
    const value: Value = fn ? { kind: 'function', fn: fn.fn.id, at: one?.nameAt ?? fn.fn.nameAt } : { kind: 'unknown', why: 'a check', at: one?.nameAt ?? module.top.at };
    const common = { value, frame, target: fn ?? ({ is: 'unknown' } as const), name, sure: covers === 'yes' };
    const of: Case = { ...ANY, key: `${method ?? ''} ${path}`, method, paths: [{ is: 'route', text: path }] };
    switch (checker.is) {
      case 'function': {
        const made = web.outcome(checker.fn, { of, next: undefined, passesByNothing: true, request: checker.request });
        return { ...common, conduct: doubted(made), sure: common.sure && !(made.byOther && made.conduct.strangers === 'maybe') };
      }
      case 'asks': {
        const reach = checker.fn ? web.says(checker.fn, of) : 'no';
        if (reach === 'yes') return { ...common, conduct: PASSES };
        return { ...common, conduct: reach === 'no' ? REFUSES : { ...REFUSES, strangers: reach, stops: 'maybe', turnsAway: 'maybe', complete: false } };
      }
      case 'except': {
        const open = checker.open ? listMatches(checker.open, checker.frame, path) : 'no';
        if (open === 'yes') return { ...common, conduct: PASSES };
        return { ...common, conduct: REFUSES, sure: common.sure && open === 'no' };
      }
      case 'passes': return { ...common, conduct: PASSES };
      default: return { ...common, conduct: UNKNOWN };
    }
  }
  function doubted({ conduct, unread }: ReturnType<WebAnswers['outcome']>): Conduct {
    return unread.length === 0 ? conduct : { ...conduct, complete: false, strangers: conduct.strangers === 'yes' ? 'maybe' : conduct.strangers, passes: conduct.refuses.length === 0 ? 'unknown' : conduct.passes };
  }

  /** `config.matcher`: one pattern or several, with conditions perhaps. Without it every request is checked. */
  function matchersOf(): (path: string) => PathMatch {
    const exported = module.exports.findLast((other) => other.name === 'config');
    const found = exported && settingIn(settled(evaluate(exported.value, frame)), 'matcher', machine.names);
    if (!exported) return () => 'yes';
    if (!found) return () => 'yes';
    return (path) => listMatches(found.value, found.frame, path);
  }
  function listMatches(list: Value, at: Frame, path: string): PathMatch {
    const got = settled(evaluate(list, at));
    const items = elementsOf(got, evaluate) ?? (got.is === 'value' && got.value.kind !== 'array' ? [{ value: got.value, frame: got.frame }] : undefined);
    if (!items) return 'maybe';
    let best: PathMatch = 'no';
    for (const item of items) {
      const is = matches(item.value, item.frame, path);
      if (is === 'yes') return is;
      if (is === 'maybe') best = is;
    }
    return best;
  }
  function matches(value: Value, at: Frame, path: string): PathMatch {
    const got = settled(evaluate(value, at));
    if (got.is === 'value' && got.value.kind === 'regex') return matchesPath(got.value.source, path, got.value.flags.includes('i'));
    if (got.is === 'value' && got.value.kind === 'object') {
      const source = got.value.entries.findLast(({ key }) => key === 'source')?.value;
      const isBound = got.value.open || got.value.entries.some(({ key }) => key === 'has' || key === 'missing');
      const is = source ? matches(source, got.frame, path) : 'maybe';
      return is === 'yes' && isBound ? 'maybe' : is;
    }
    const text = textOf(value, at)?.text;
    const pattern = text === undefined ? undefined : patternOf(text);
    return pattern === undefined ? 'maybe' : matchesPath(pattern, path, true);
  }

  function checkerOf(value: Value, at: Frame, depth: number): Checker {
    const got = settled(evaluate(value, at));
    if (depth > DEEPEST) return { is: 'unknown' };
    if (got.is === 'function') return { is: 'function', fn: got, request: 0 };
    const inner = got.is === 'value' ? got.value : value;
    const from = got.is === 'value' ? got.frame : at;
    if (inner.kind === 'ref') {
      if (inner.root.kind === 'import' && inner.root.from === 'next-auth/middleware') return { is: 'asks', fn: undefined, name: 'next-auth' };
      const made = authOf(inner, from);
      if (made) return made;
      return inner.root.kind === 'import' && HARMLESS.test(inner.root.from) ? { is: 'passes' } : { is: 'unknown' };
    }
    return inner.kind === 'call' ? ofCall(inner, from, depth) : { is: 'unknown' };
  }
  function ofCall(call: Call, at: Frame, depth: number): Checker {
    const args = call.args.map((item) => settled(evaluate(item.value, at)));
    const fn = args.find((arg) => arg.is === 'function');
    if (/^next-auth\/middleware\./.test(call.callee)) {
      const options = args.find((arg) => arg.is === 'value' && arg.value.kind === 'object');
      const authorized = options && functionIn(options, 'authorized');
      return { is: 'asks', fn: authorized, name: 'withAuth' };
    }
    if (call.name === 'clerkMiddleware') return fn?.is === 'function' ? { is: 'function', fn, request: 1 } : { is: 'passes' };
    if (/^@clerk\/nextjs(\/server)?\.authMiddleware$/.test(call.callee)) {
      const found = args[0] && settingIn(args[0], 'publicRoutes', machine.names);
      return { is: 'except', open: found?.value, frame: found?.frame ?? at };
    }
    // `auth((request) => ...)` of Auth.js: the function alone decides.
    if (call.name === 'auth' && fn?.is === 'function') return { is: 'function', fn, request: 0 };
    if (call.target.kind === 'ref' && call.target.root.kind === 'import' && HARMLESS.test(call.target.root.from) && !fn) return { is: 'passes' };
    const made = web.madeBy(call, at);
    if (made) return { is: 'function', fn: made, request: 0 };
    const only = call.args.length === 1 ? call.args[0] : undefined;
    return only && HARMLESS.test(call.callee) ? checkerOf(only.value, at, depth + 1) : { is: 'unknown' };
  }
  /** `NextAuth(config).auth`: refuses only whom `callbacks.authorized` refuses. */
  function authOf(ref: Extract<Value, { kind: 'ref' }>, at: Frame): Checker | undefined {
    const of = ref.root.kind === 'value' ? ref.root.of : undefined;
    const call = of?.kind === 'call' ? of : undefined;
    if (!call || !/^next-auth(\.|$)/.test(call.callee) || ref.path.at(-1) !== 'auth') return undefined;
    const config = call.args[0] && settled(evaluate(call.args[0].value, at));
    const authorized = config && functionIn(config, 'authorized');
    return authorized ? { is: 'asks', fn: authorized, name: 'auth' } : config?.is === 'value' && config.value.kind === 'object' ? { is: 'passes' } : { is: 'unknown' };
  }
  /** `callbacks: { authorized() {} }` */
  function functionIn(options: Abstract, key: string): Fn | undefined {
    const callbacks = settingIn(options, 'callbacks', machine.names);
    const found = callbacks && settingIn(settled(evaluate(callbacks.value, callbacks.frame)), key, machine.names);
    const got = found && settled(evaluate(found.value, found.frame));
    return got?.is === 'function' ? got : undefined;
  }
  function nameIn({ value }: Export): string {
    if (value.kind === 'ref' && value.root.kind === 'import' && !value.root.from.startsWith('.')) return value.root.name === 'default' ? value.root.from : `${value.root.from}.${value.root.name}`;
    if (checker.is === 'function' && value.kind === 'function' && checker.fn.fn.name !== 'default') return checker.fn.fn.name;
    const said = value.kind === 'ref' && value.root.kind === 'value' ? (value.path.at(-1) ?? value.text) : nameOf(value, undefined);
    return said === 'inline function' ? file : said;
  }
}
const COMMON = { touches: [], closed: false, welcomes: 'no', settings: [], byName: undefined } as const;
/** What refuses nobody. */
export const PASSES: Conduct = { ...COMMON, passes: 'always', refuses: [], tests: [], complete: true, strangers: 'yes', stops: 'no', turnsAway: 'no' };
const REFUSES: Conduct = { ...COMMON, passes: 'sometimes', refuses: [302], tests: ['credential'], complete: true, strangers: 'no', stops: 'yes', turnsAway: 'yes' };
const UNKNOWN: Conduct = { ...COMMON, passes: 'unknown', refuses: [], tests: [], complete: false, strangers: 'maybe', stops: 'maybe', turnsAway: 'no' };
