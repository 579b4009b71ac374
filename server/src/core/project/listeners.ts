import type { Conduct, ScopeEvent } from '../model/api.js';
import type { FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Value } from '../model/value.js';
import { authGuardName, harmlessModules, harmlessName } from '../rules/facts/guards.js';
import type { At } from '../text/source.js';
import type { Abstract, Fn, Frame } from './abstract.js';
import { conductOf, type ConductInput } from './conduct.js';
import { moduleOf } from './guards.js';
import type { Machine } from './machine.js';
import { ANY, casesOf, holdsIn, isWithin, shownPath } from './request-cases.js';
import { createParts } from './request-parts.js';
import { createTests } from './request-tests.js';
import { insideOf, viewOf, withConstants, withSteps, type Inside, type View } from './request-views.js';
import { asksIdentity } from './web-values.js';
import type { Case } from './request-forms.js';
import type { Listening } from './listening.js';

/** One place at which requests are answered. */
interface Answer {
  readonly is: 'answered' | 'refused' | 'redirected' | 'unknown';
  readonly cases: readonly Case[];
  /** The function a request is handed to where its last test was made. */
  readonly handler: Fn;
  readonly at: At;
  readonly statementAt: At;
  readonly name: string;
  /** In the listener itself. */
  readonly near: boolean;
}
interface Found {
  readonly event: ScopeEvent;
  readonly frame: Frame;
  readonly statementAt: At;
  readonly answerAt: At;
  readonly of: Case;
  readonly conduct: Conduct;
}
interface Seen {
  readonly fn: Fn;
  readonly frame: Frame;
  readonly of: Case | undefined;
  readonly before: readonly Case[];
  readonly stack: readonly FunctionId[];
  readonly out: Answer[];
  /** Calls before an answer of which nobody can tell what they do to a request. */
  readonly unread: string[];
}
const DEEPEST = 8;
const MOST_LISTENERS = 1000;
const MOST_CASES = 400;
const MOST_ANSWERS = 4_000;
const ENDS = /^(end|send|json|jsonp|write|sendFile|sendfile|sendStatus|render|redirect|respond|html|text)$/;
const PIPES = /^(pipe|pipeTo|pipeline)$/;

/** Finds the routes of servers that ask for method and path in a function: what is answered, under which tests. */
export function createListeners(machine: Machine): { run(listening: readonly Listening[]): void } {
  const { names, topFrame, applied, create, record } = machine;
  const { evaluate, settled } = names;
  const parts = createParts(machine);
  const tests = createTests(names, parts, names.member);
  const insides = new WeakMap<FunctionView, Inside>();
  const views = new Map<Frame, Map<string, View>>();
  const frameOf = new WeakMap<ModuleView, Frame>();
  return { run };

  function run(listening: readonly Listening[]): void {
    const seen = new Set<string>();
    for (const one of listening) {
      const key = `${one.call.at.path}#${one.call.at.mark}${one.frame.trail}>${one.listener.fn.id}`;
      // A handler that starts its own server again would do so for ever.
      if (seen.has(key) || seen.size >= MOST_LISTENERS || one.frame.trail.split('>').includes(String(one.call.at.mark))) continue;
      seen.add(key);
      listen(one);
    }
  }
  function listen(one: Listening): void {
    const { framework, listener, bound, call, frame, step } = one;
    const { fn } = listener;
    const top = topFrame(listener.frame.module.path) ?? listener.frame;
    const inner: Frame = {
      ...top, fn: fn.id, parent: listener.frame, args: [...bound.map((value): Abstract => evaluate(value, frame)), parts.given('request', fn, listener.frame), parts.given('response', fn, listener.frame)], self: listener.frame.self,
      locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map(), depth: 0, trail: `${frame.trail}>${call.at.mark}`, run: frame.run, when: [],
    };
    if (one.fixed) {
      listenAt(one, inner, one.fixed);
      return;
    }
    const all = answersOf(listener, inner, undefined);
    const cases = [...new Map(all.out.flatMap((one) => one.cases).map((one) => [one.key, one])).values()].slice(0, MOST_CASES);
    const found = cases.flatMap((of) => routeOf(one, inner, of) ?? []);
    // `if (a || b)` where one of both is asked for more generally, and both are answered alike, is one route.
    const events = found.filter((route) => !found.some((other) => other !== route && other.answerAt.mark === route.answerAt.mark && isWithin(route.of, other.of) && isAlike(route.conduct, other.conduct)));
    const beyond = all.out.filter((one) => one.is === 'unknown' && one.cases.some(({ key }) => key === ANY.key));
    if (events.length === 0 && beyond.length === 0) return;
    const scope = create(framework, { kind: 'application', options: undefined, turn: `>${fn.id}` }, call, frame, step);
    const common = { when: [...frame.when, ...(step?.when ?? [])], loop: undefined, openLoop: false, under: [] };
    for (const route of events) {
      record(scope, { ...common, event: route.event, frame: route.frame, statementAt: route.statementAt });
      scope.files.add(route.statementAt.path);
    }
    for (const { name, at, statementAt } of beyond.slice(0, 1)) record(scope, { ...common, event: { kind: 'incomplete', why: name, at }, frame, statementAt });
    for (const other of standing(inner, fn)) record(scope, { ...common, event: { kind: 'answers', values: [functionValue(other.fn)], at: other.fn.at }, frame: other.frame, statementAt: other.fn.at });
    record(scope, { ...common, event: { kind: 'serves', at: call.at }, frame, statementAt: step?.statementAt ?? call.at });
  }
  /** Routes of a function whose path is known by its place: one for each method it tells apart. */
  function listenAt(one: Listening, inner: Frame, { scope, path, before, name }: NonNullable<Listening['fixed']>): void {
    const { listener, call, frame, step } = one;
    const all = answersOf(listener, inner, undefined);
    const methods = new Map(all.out.flatMap(({ cases }) => cases).map((of) => [of.method, { ...ANY, key: `${of.method ?? ''} `, method: of.method, methodAt: of.methodAt }]));
    const found = [...methods.values()].flatMap((of) => routeOf(one, inner, of) ?? []);
    const common = { when: frame.when, loop: undefined, openLoop: false, under: [] };
    const known: readonly Pick<Found, 'event' | 'statementAt'>[] = found.length > 0 ? found : [wholeOf(one, inner, name, all.unread)];
    for (const { event, statementAt } of known) {
      if (event.kind !== 'route') continue;
      const [method] = event.methods;
      const at = event.at === call.nameAt ? (step?.statementAt ?? call.at) : statementAt;
      record(scope, { ...common, event: { ...event, path }, frame: listener.frame, statementAt: at, before: before(method?.name === 'all' ? undefined : method?.name) });
    }
    for (const other of standing(inner, listener.fn)) record(scope, { ...common, event: { kind: 'answers', values: [functionValue(other.fn)], at: other.fn.at }, frame: other.frame, statementAt: other.fn.at });
    scope.files.add(call.at.path);
  }
  /** Where no answer can be told apart: all methods, and perhaps refused for everybody. */
  function wholeOf({ listener, call, step, fixed }: Listening, inner: Frame, name: string, unread: readonly string[]): Pick<Found, 'event' | 'statementAt'> {
    const own = conductFor(listener, inner, ANY);
    const conduct = fixed ? fixed.conduct(own, ANY) : own;
    const doubt = conduct.closed ? undefined : `nobody can tell what ${unread[0] ?? name} does with the request`;
    const route = { kind: 'route' as const, methods: [{ name: 'all' as const, at: call.nameAt }], path: undefined, values: [functionValue(listener.fn)], conduct };
    const event: ScopeEvent = { ...route, ...(doubt === undefined ? {} : { doubt }), at: call.nameAt };
    return { event, statementAt: step?.statementAt ?? call.at };
  }
  /** The functions that are handed a request and its answer in this order, with all others that were read marked as such. */
  function standing(from: Frame, listener: FunctionView): readonly { readonly fn: FunctionView; readonly frame: Frame }[] {
    const found = new Map<FunctionId, { readonly fn: FunctionView; readonly frame: Frame }>();
    // Asking for parts reads further calls: what is read meanwhile is not asked about again.
    for (const frame of [...views.keys()]) {
      const fn = frame.module.functions.get(frame.fn);
      if (!fn || (frame !== from && !frame.trail.startsWith(`${from.trail}>`))) continue;
      const [first, second] = frame.args;
      const isOf = (binding: typeof first, is: 'request' | 'response'): boolean => binding?.is === 'value' && parts.partOf(binding.value, binding.frame)?.is === is;
      if (fn === listener || (isOf(first, 'request') && isOf(second, 'response'))) found.set(fn.id, { fn, frame: frame.parent ?? frame });
    }
    return [...found.values()];
  }

  function routeOf({ listener, call, step, fixed }: Listening, frame: Frame, of: Case): Found | undefined {
    const { out, unread } = answersOf(listener, frame, of);
    const own = out.filter((one) => one.cases.some(({ key }) => key === of.key) && one.is !== 'refused');
    const isAny = of.paths.length === 0;
    const answer = own.find((one) => one.is === 'answered') ?? (isAny ? undefined : own[0]);
    if (!answer) return undefined;
    // A preflight request is answered for every path: no route.
    if (isAny && (of.method === 'OPTIONS' || (fixed && of.method === 'HEAD'))) return undefined;
    const ofOwn = conductFor(listener, frame, of);
    const conduct = fixed ? fixed.conduct(ofOwn, of) : ofOwn;
    const doubtful = answer.is === 'unknown' ? answer.name : unread[0];
    const isSet = conduct.welcomes === 'setting' && conduct.turnsAway !== 'no';
    const doubt = doubtful !== undefined ? `nobody can tell what ${doubtful} does with the request` : isSet ? `the handler asks who the caller is only if ${conduct.settings[0] ?? 'a setting'} says so` : undefined;
    const shown = shownPath(of);
    const named = answer.cases.find(({ key }) => key === of.key) ?? of;
    const isWhole = isAny && of.method === undefined && (!answer.near || fixed !== undefined);
    const pathAt = named.pathAt ?? named.methodAt ?? (isWhole ? call.nameAt : answer.at);
    const path: Value = 'text' in shown ? { kind: 'literal', value: shown.text, at: pathAt } : { kind: 'regex', source: shown.regex, flags: '', at: pathAt };
    const methods = [{ name: of.method ?? ('all' as const), at: named.methodAt ?? pathAt }];
    const event: ScopeEvent = { kind: 'route', methods, path, values: [functionValue(answer.handler.fn)], conduct, ...(doubt === undefined ? {} : { doubt }), at: isWhole ? call.nameAt : answer.at };
    return { event, frame: answer.handler.frame, statementAt: isWhole ? (step?.statementAt ?? call.at) : answer.statementAt, answerAt: answer.at, of, conduct };
  }
  function functionValue(fn: FunctionView): Value {
    return { kind: 'function', fn: fn.id, at: fn.nameAt };
  }

  function viewFor(target: Fn, frame: Frame, of: Case | undefined): View {
    const byCase = views.get(frame) ?? new Map<string, View>();
    views.set(frame, byCase);
    const key = of?.key ?? '';
    const known = byCase.get(key);
    if (known) return known;
    const { fn } = target;
    const inside = insides.get(fn) ?? insideOf(fn, frame.module);
    insides.set(fn, inside);
    // What was read of these functions is part of the model.
    applied.add(fn.id);
    for (const one of inside.all) applied.add(one.id);
    const seen = withConstants(viewOf(fn, frame, of, tests, inside), frame);
    const made = of ? withSteps(seen, (step) => withStatus(step, frame)) : seen;
    frameOf.set(made.module, frame);
    byCase.set(key, made);
    return made;
  }

  /** `this.setStatus(res, 401)` is `res.writeHead(401)` under another name. */
  function withStatus(step: Step, frame: Frame): Step {
    if (step.do !== 'call') return step;
    const { call } = step;
    const on = call.args.find(({ value }) => parts.partOf(value, frame)?.is === 'response')?.value;
    const status = on && statusSetBy(call, frame);
    if (!on || status === undefined) return step;
    const literal: Value = { kind: 'literal', value: status, at: call.at };
    return { ...step, call: { ...call, callee: 'writeHead', name: 'writeHead', receiver: on, args: [{ value: literal, spread: false, at: call.at }] } };
  }
  /** The status a function sets and nothing more. */
  function statusSetBy(call: Call, frame: Frame): number | undefined {
    const got = settled(evaluate(call.target, frame));
    if (got.is !== 'function' || got.fn.steps.length > 40) return undefined;
    const inner = parts.entered(call, got, frame);
    let found: number | undefined;
    for (const step of got.fn.steps) {
      if (step.do === 'call' && isOnResponse(step.call, inner)) {
        if (ENDS.test(step.call.name)) return undefined;
        found = statusOf(step.call, inner) ?? found;
      } else if (step.do === 'call' && step.call.args.some(({ value }) => parts.partOf(value, inner)?.is === 'response')) return undefined;
      if (step.do === 'assign' && step.target.path.at(-1) === 'statusCode') found = numberIn(step.value, inner) ?? found;
    }
    if (found !== undefined) applied.add(got.fn.id);
    return found;
  }

  function answersOf(target: Fn, frame: Frame, of: Case | undefined): Pick<Seen, 'out' | 'unread'> {
    const seen: Seen = { fn: target, frame, of, before: [ANY], stack: [target.fn.id], out: [], unread: [] };
    look(seen, target);
    return seen;
  }
  /** Walks what runs for a case; `handler` is the function the request was handed to last. */
  function look(seen: Seen, handler: Fn): void {
    const view = viewFor(seen.fn, seen.frame, seen.of);
    if (!view.fn.complete) seen.unread.push(seen.fn.fn.name);
    for (const one of [view.fn, ...view.inner])
      for (const step of one.steps) {
        if (seen.out.length > MOST_ANSWERS) return;
        if (step.do === 'call') meet(seen, view, one, step, step.call, handler);
      }
  }
  function meet(seen: Seen, view: View, one: FunctionView, step: Step, call: Call, handler: Fn): void {
    const { frame } = seen;
    const cases = (): readonly Case[] => casesOf(seen.before, view.full(step).slice(seen.fn.fn.when.length).map((branch) => ({ formula: tests.compile(branch.test, frame), holds: branch.holds })));
    const put = (is: Answer['is'], name = call.callee || call.name): void => void seen.out.push({ is, cases: cases(), handler, at: call.nameAt, statementAt: step.statementAt, name, near: seen.stack.length === 1 });
    if (isOnResponse(call, frame)) {
      if (ENDS.test(call.name)) put(call.name === 'redirect' ? 'redirected' : ofStatus(statusBefore(one, step, frame, call)));
      else if (call.name === 'writeHead' && (statusOf(call, frame) ?? 500) < 300) put('answered');
      return;
    }
    const given = call.args.map(({ value }) => parts.partOf(value, frame)?.is);
    // `handle({ req, res })`: what is done with it there is not followed any further than its routes.
    const held = call.args.flatMap(({ value }) => (value.kind === 'object' ? value.entries.slice(0, 50).map((entry) => parts.partOf(entry.value, frame)?.is) : []));
    if (held.includes('response')) seen.unread.push(call.callee || call.name);
    given.push(...held);
    if (asksIdentity(call)) return;
    const takesRequest = given.includes('request');
    const takesResponse = given.includes('response');
    if (!takesRequest && !takesResponse) return;
    if (PIPES.test(call.name) && takesResponse && !takesRequest) {
      put(ofStatus(statusBefore(one, step, frame, call)));
      return;
    }
    const targets = targetsOf(call, seen);
    for (const target of targets ?? []) enter(seen, target.fn, call, target.cases ? () => casesOf(cases(), [{ formula: target.cases ?? { is: 'other' }, holds: true }]) : cases, takesRequest, handler);
    if (targets) return;
    const name = call.callee || call.name;
    if (isElsewhere(call, frame)) return;
    const [status] = call.args.flatMap(({ value }) => (value.kind === 'literal' && typeof value.value === 'number' && value.value >= 400 && value.value < 600 ? [value.value] : []));
    if (takesResponse && status !== undefined) put('refused');
    else if (takesRequest && takesResponse && harmless(call, name)) return;
    else if (takesRequest && takesResponse) {
      if (!seen.out.some((other) => other.is === 'answered')) seen.unread.push(name);
      put('unknown');
    } else if (takesResponse && !harmless(call, name) && !/^(set|apply|add|write)?_?(cors|headers?|cookies?|security)/i.test(call.name) && !isTopic(call)) put('answered');
    else if (takesRequest && !harmless(call, name) && (authGuardName(name) || authGuardName(call.name))) seen.unread.push(name);
  }
  /** `server.emit('request', req, res)` of another server, `console.log(req)`. */
  function isElsewhere(call: Call, frame: Frame): boolean {
    if (/^(console|util|assert|log(ger)?|debug|Object|JSON|Array|Promise)(\.|$)/.test(call.callee)) return true;
    const on = call.receiver ? settled(evaluate(call.receiver, frame)) : settled(evaluate(call.target, frame));
    return on.is === 'scope' || on.is === 'verb';
  }
  function isTopic(call: Call): boolean {
    return /^(on|once|off|emit|push|add|set|log|debug|info|bind|create\w*|new\w*)$/i.test(call.name) || call.form === 'new';
  }
  function harmless(call: Call, name: string): boolean {
    const from = moduleOf(call);
    return (from !== undefined && harmlessModules.has(from)) || (harmlessName(name) !== undefined && !authGuardName(name));
  }
  function targetsOf(call: Call, { frame, of }: Seen): readonly { readonly fn: Fn; readonly cases?: Parameters<typeof holdsIn>[0] }[] | undefined {
    const got = settled(evaluate(throughBind(call.target), frame));
    const chosen = got.is === 'function' && call.target.kind !== 'logic' ? undefined : tests.choices(call.target, frame);
    if (!chosen) return got.is === 'function' ? [{ fn: got }] : undefined;
    const found = chosen.flatMap(({ formula, got: inner }) => (inner.is === 'function' && (!of || holdsIn(formula, of) !== false) ? [{ fn: inner, cases: formula }] : []));
    const rest = call.target.kind === 'logic' ? settled(evaluate(call.target.right, frame)) : undefined;
    if (rest?.is === 'function' && (!of || found.length === 0)) return [...found, { fn: rest }];
    return found.length > 0 || of ? found : undefined;
  }
  /** `this.handle.call(this, req, res)` */
  function throughBind(target: Value): Value {
    const last = target.kind === 'ref' ? target.path.at(-1) : undefined;
    return target.kind === 'ref' && last === 'call' ? { ...target, path: target.path.slice(0, -1) } : target;
  }
  function enter(seen: Seen, target: Fn, call: Call, cases: () => readonly Case[], takesRequest: boolean, handler: Fn): void {
    if (seen.stack.length >= DEEPEST || seen.stack.includes(target.fn.id)) return;
    const args = call.target.kind === 'ref' && call.target.path.at(-1) === 'call' && call.name === 'call' ? call.args.slice(1) : call.args;
    const inner = parts.entered({ ...call, args }, target, seen.frame);
    const isHanded = takesRequest || args.length === 1;
    const now = cases();
    // It handles what was told apart up to here; what only passes everything on is no handler.
    const isTold = now.every(({ key }) => key === ANY.key) || now.length !== seen.before.length || now.some(({ key }, index) => key !== seen.before[index]?.key);
    look({ ...seen, fn: target, frame: inner, before: now, stack: [...seen.stack, target.fn.id] }, isHanded && isTold ? target : handler);
  }

  function isOnResponse(call: Call, frame: Frame): boolean {
    let receiver = call.receiver;
    for (let hops = 0; receiver?.kind === 'call' && hops < 20; hops++) receiver = receiver.receiver;
    return receiver !== undefined && parts.partOf(receiver, frame)?.is === 'response';
  }
  function ofStatus(status: number | undefined): Answer['is'] {
    return status === undefined || status < 300 ? 'answered' : status < 400 ? 'redirected' : 'refused';
  }
  /** The status set before an answer, on the way to it. */
  function statusBefore(one: FunctionView, answer: Step, frame: Frame, call: Call): number | undefined {
    for (let on = call.receiver; on?.kind === 'call'; on = on.receiver) {
      const status = statusOf(on, frame);
      if (status !== undefined) return status;
    }
    const own = call.name === 'sendStatus' ? statusOf(call, frame) : undefined;
    if (own !== undefined) return own;
    let found: number | undefined;
    for (const step of one.steps) {
      if (step === answer) break;
      if (step.zone !== answer.zone && step.zone === 'catch') continue;
      if (!step.when.every((branch) => answer.when.includes(branch))) continue;
      if (step.do === 'call' && isOnResponse(step.call, frame)) found = statusOf(step.call, frame) ?? found;
      if (step.do === 'assign' && step.target.path.at(-1) === 'statusCode') found = numberIn(step.value, frame) ?? found;
    }
    return found;
  }
  function statusOf(call: Call, frame: Frame): number | undefined {
    const first = call.args[0]?.value;
    return /^(writeHead|status|sendStatus|code)$/.test(call.name) && first ? numberIn(first, frame) : undefined;
  }
  function numberIn(value: Value, frame: Frame): number | undefined {
    const got: Abstract = value.kind === 'literal' ? { is: 'value', value, frame } : settled(evaluate(value, frame));
    return got.is === 'value' && got.value.kind === 'literal' && typeof got.value.value === 'number' ? got.value.value : undefined;
  }

  /** What the function does to the requests of a case, and to no others. */
  function conductFor(listener: Fn, frame: Frame, of: Case): Conduct {
    const view = viewFor(listener, frame, of);
    const request = frame.args.length - 2;
    const follow: ConductInput['follow'] = (target, from, call) => {
      const at = frameOf.get(from);
      if (!at) return undefined;
      const got = call ? targetsOf(call, { fn: listener, frame: at, of, before: [], stack: [], out: [], unread: [] }) : undefined;
      const found = got?.length === 1 ? got[0]?.fn : undefined;
      if (!found || !call) return undefined;
      const inner = viewFor(found, parts.entered(call, found, at), of);
      return { fn: inner.fn, module: inner.module };
    };
    const made = conductOf(view.fn, view.module, { guardName: authGuardName, follow, byText: true }, { request, response: request + 1, next: -1 });
    // Who is told 401 was asked who it is; where a setting decides whether it is told so, nobody knows the rest.
    const welcomes = made.turnsAway === 'setting' && made.welcomes === 'maybe' ? 'setting' : made.welcomes;
    const tested: Conduct['tests'] = made.refuses.includes(401) && !made.tests.includes('credential') ? [...made.tests, 'credential'] : made.tests;
    return { ...made, welcomes, tests: tested };
  }
}
function isAlike(a: Conduct, b: Conduct): boolean {
  return a.turnsAway === b.turnsAway && a.welcomes === b.welcomes && a.refuses.join() === b.refuses.join();
}
