import type { FrameworkAdapter, PlacedFile } from '../frameworks/adapter.js';
import type { Conduct, ScopeEvent } from '../model/api.js';
import type { Export, ModuleView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import { wrapperName } from '../rules/facts/guards.js';
import { foldersFrom } from '../text/paths.js';
import { filePath, folderOf, type At, type FilePath } from '../text/source.js';
import type { Abstract, Before, Fn, Frame, ScopeState } from './abstract.js';
import { nameOf } from './join-parts.js';
import type { Machine } from './machine.js';
import { isOfCaller } from './refusals.js';
import { ANY } from './request-cases.js';
import { PASSES, readCheck, type RouteCheck } from './route-checks.js';
import { settingIn } from './route-settings.js';
import { best, worst } from './strangers.js';
import { createWebAnswers, type WebOutcome } from './web-answers.js';
import type { Listening } from './listening.js';

/** A file whose place makes its exports routes. */
interface Routed {
  readonly adapter: FrameworkAdapter;
  readonly path: FilePath;
  readonly module: ModuleView;
  readonly place: PlacedFile;
}
/** What stands behind an export: wrappers from the outside in, and the function they end at. */
interface Unwrapped {
  readonly wrappers: readonly Before[];
  readonly handler: Fn | undefined;
  /** Another framework answers: its own routes are there already. */
  readonly elsewhere: boolean;
}
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const DEEPEST = 6;
const DEEPEST_EXPORT = 6;

/** Finds the routes of frameworks that tell them by the places of files. */
export function createRouteFiles(machine: Machine, depends: (name: string, from: FilePath) => boolean | undefined): { run(): void } {
  const { adapters, modules, names, listening, topFrame, runModule, create, record, isTest } = machine;
  const { evaluate, settled } = names;
  const web = createWebAnswers(machine);
  const scopes = new Map<string, ScopeState>();
  const checks = new Map<string, RouteCheck>();
  return { run };

  function run(): void {
    for (const adapter of adapters) {
      if (!adapter.placed) continue;
      const files = [...modules].filter(([path]) => !isTest(path)).flatMap(([path, module]) => placeOf(adapter, path, module) ?? []);
      for (const file of files) if (file.place.as === 'check') checkOf(file);
      for (const file of files) if (file.place.as === 'methods') methodsOf(file);
      for (const file of files) if (file.place.as === 'handler') handlerOf(file);
      if (adapter.calledByPages !== undefined) for (const [path, module] of modules) if (!isTest(path)) actionsOf(adapter, path, module);
    }
  }
  /** The place of a file, where the project is one of the framework. */
  function placeOf(adapter: FrameworkAdapter, path: FilePath, module: ModuleView): Routed | undefined {
    const all = adapter.placed?.(path) ?? [];
    const place = all.find(({ root }) => beginsAt(adapter, root)) ?? all[0];
    if (!place) return undefined;
    const isOurs = depends(adapter.packages[0] ?? adapter.id, path) === true || settingsAt(adapter, place.root) !== undefined || module.imports.some(({ from }) => adapter.packages.includes(from));
    return isOurs ? { adapter, path, module, place } : undefined;
  }
  /** Settings or a package of its own say that an application begins in a folder. */
  function beginsAt(adapter: FrameworkAdapter, root: string): boolean {
    return settingsAt(adapter, root) !== undefined || ownPackage(adapter, root);
  }
  function ownPackage(adapter: FrameworkAdapter, root: string): boolean {
    const name = adapter.packages[0] ?? adapter.id;
    return depends(name, below(root)) === true && (root === '' || depends(name, below(folderOf(root))) !== true);
  }
  function settingsAt(adapter: FrameworkAdapter, root: string): ModuleView | undefined {
    for (const extension of ['js', 'mjs', 'ts', 'cjs', 'mts']) {
      const found = modules.get(below(root, `${adapter.id}.config.${extension}`));
      if (found) return found;
    }
    return undefined;
  }

  function scopeOf({ adapter, place }: Routed, call: Call, frame: Frame): ScopeState {
    const key = `${adapter.id} ${place.root}`;
    const known = scopes.get(key);
    if (known) return known;
    const made = create(adapter.id, { kind: 'application', options: undefined, turn: `>${key}` }, call, frame, undefined);
    scopes.set(key, made);
    return made;
  }

  function checkOf({ adapter, module, path, place }: Routed): void {
    const frame = topFrame(path);
    if (!frame) return;
    runModule(path);
    const check = readCheck(module, frame, machine, web);
    if (check) checks.set(`${adapter.id} ${place.root}`, check);
  }
  /** What stands before a route of a file, from the outside in; one of several paths of a file is asked for all. */
  function before({ adapter, place }: Routed, method: string | undefined, wrappers: readonly Before[]): readonly Before[] {
    const check = checks.get(`${adapter.id} ${place.root}`);
    const all = check ? place.paths.map((path) => check.before(shown(path), method)) : [];
    const [first] = all;
    const one = all.find((other) => other === undefined) === undefined && all.every((other) => other?.sure === first?.sure) ? first : all.find((other) => other !== undefined);
    if (!one) return wrappers;
    return [{ ...one, sure: one.sure && all.every((other) => other?.sure === true) }, ...wrappers];
  }

  /** `export async function PUT(request)`: one route for each method. */
  function methodsOf(file: Routed): void {
    const frame = topFrame(file.path);
    if (!frame) return;
    runModule(file.path);
    const seen = new Set<string>();
    for (const one of exportsOf(file.module, file.path, 0)) {
      if (!METHODS.has(one.name) || seen.has(one.name)) continue;
      seen.add(one.name);
      const call = callOf(one);
      const { wrappers, handler, elsewhere } = unwrapped(one.value, frame, 0);
      if (elsewhere) continue;
      const scope = scopeOf(file, call, frame);
      const own = handler && web.outcome(handler, { of: { ...ANY, key: `${one.name} `, method: one.name, methodAt: one.nameAt }, next: undefined });
      const doubt = doubtOf(own, nameOf(one.value, undefined));
      const event: ScopeEvent = {
        kind: 'route', methods: [{ name: one.name, at: one.nameAt }], path: pathOf(file, one.nameAt), values: [handler ? functionValue(handler) : one.value],
        conduct: shownConduct(own), ...(doubt === undefined ? {} : { doubt }), at: one.nameAt,
      };
      record(scope, { when: [], loop: undefined, openLoop: false, under: [], event, frame: handler?.frame ?? frame, statementAt: one.statementAt ?? one.at, before: before(file, one.name, wrappers) });
      scope.files.add(file.path);
    }
  }
  /** `export default function handler(request, response)`: its tests of the method tell the routes. */
  function handlerOf(file: Routed): void {
    const frame = topFrame(file.path);
    const one = exportsOf(file.module, file.path, 0).find(({ name }) => name === 'default') ?? file.module.exports.findLast(({ name }) => name === '=');
    if (!frame || !one) return;
    runModule(file.path);
    const call = callOf(one);
    const { wrappers, handler, elsewhere } = unwrapped(one.value, frame, 0);
    if (elsewhere) return;
    const scope = scopeOf(file, call, frame);
    const path = pathOf(file, one.nameAt);
    const step = { when: [], loop: undefined, zone: 'body' as const, at: one.at, statementAt: one.statementAt ?? one.at };
    if (handler && handler.fn.parameters.length >= 2) {
      const name = nameOf(one.value, handler.fn.name);
      const fixed: Listening['fixed'] = { scope, path, before: (method) => before(file, method, wrappers), name, conduct: (own, of) => withThrown(own, web.outcome(handler, { of, next: undefined })) };
      listening.push({ framework: file.adapter.id, listener: handler, bound: [], call, frame, step, fixed });
      return;
    }
    const own = handler && web.outcome(handler, { of: ANY, next: undefined });
    const doubt = doubtOf(own, nameOf(one.value, undefined));
    const event: ScopeEvent = {
      kind: 'route', methods: [{ name: 'all', at: one.nameAt }], path, values: [handler ? functionValue(handler) : one.value], conduct: shownConduct(own), ...(doubt === undefined ? {} : { doubt }), at: one.nameAt,
    };
    record(scope, { when: [], loop: undefined, openLoop: false, under: [], event, frame: handler?.frame ?? frame, statementAt: step.statementAt, before: before(file, undefined, wrappers) });
    scope.files.add(file.path);
  }
  /** Functions a page calls by a POST to itself: where that is, their file does not say. All a file exports, or those that say so themselves. */
  function actionsOf(adapter: FrameworkAdapter, path: FilePath, module: ModuleView): void {
    const isWhole = module.top.directive === adapter.calledByPages;
    const inside = isWhole ? [] : [...module.functions.values()].filter(({ id, directive }) => directive === adapter.calledByPages && id !== module.top.id);
    if (!isWhole && inside.length === 0) return;
    const root = nearestRoot(adapter, folderOf(path));
    const frame = topFrame(path);
    if (!frame || (root === undefined && !module.imports.some(({ from }) => adapter.packages.includes(from)))) return;
    const file: Routed = { adapter, path, module, place: { root: root ?? '', as: 'handler', paths: [] } };
    runModule(path);
    for (const one of isWhole ? module.exports : []) {
      const { wrappers, handler } = unwrapped(one.value, frame, 0);
      if (handler && one.name !== '*') actionOf(file, one, handler, wrappers);
    }
    for (const fn of inside) {
      const value: Value = { kind: 'function', fn: fn.id, at: fn.at };
      actionOf(file, { name: fn.name, value, at: fn.at, nameAt: fn.nameAt }, { is: 'function', fn, frame }, []);
    }
  }
  function actionOf(file: Routed, one: Export, handler: Fn, wrappers: readonly Before[]): void {
    const own = web.outcome(handler, { of: undefined, next: undefined });
    const named: Before = { value: { kind: 'unknown', why: 'an action', at: one.nameAt }, frame: handler.frame, target: { is: 'unknown' }, conduct: PASSES, name: `server action ${one.name}`, sure: true };
    const doubt = checks.has(`${file.adapter.id} ${file.place.root}`) ? 'the pages that call it are not known, nor what is checked before them' : doubtOf(own, one.name);
    const unknown: Value = { kind: 'unknown', why: 'the page of an action', at: one.nameAt };
    const event: ScopeEvent = { kind: 'route', methods: [{ name: 'POST', at: one.nameAt }], path: unknown, values: [functionValue(handler)], conduct: shownConduct(own), ...(doubt === undefined ? {} : { doubt }), at: one.nameAt };
    record(scopeOf(file, callOf(one), handler.frame), { when: [], loop: undefined, openLoop: false, under: [], event, frame: handler.frame, statementAt: one.statementAt ?? one.at, before: [named, ...wrappers] });
  }
  /** The folder an application begins in, of those around another. */
  function nearestRoot(adapter: FrameworkAdapter, from: string): string | undefined {
    return [...foldersFrom(from)].find((folder) => beginsAt(adapter, folder));
  }
  /** The exports of a file, with those it hands on from others; each stands where this file says so. */
  function exportsOf(module: ModuleView, path: FilePath, depth: number): readonly Export[] {
    return module.exports.flatMap((one) => {
      if (one.name !== '*') return [one];
      const frame = depth < DEEPEST_EXPORT ? topFrame(path) : undefined;
      const got = frame && evaluate(one.value, frame);
      const other = got?.is === 'module' ? modules.get(got.path) : undefined;
      if (got?.is !== 'module' || !other || one.value.kind !== 'ref' || one.value.root.kind !== 'import') return [];
      const { from } = one.value.root;
      return exportsOf(other, got.path, depth + 1).filter(({ name }) => name !== 'default' && name !== '=').map(({ name }): Export => {
        const value: Value = { kind: 'ref', root: { kind: 'import', from, name }, path: [], text: name, at: one.at, nameAt: one.nameAt };
        return { name, value, at: one.at, nameAt: one.nameAt };
      });
    });
  }
  function pathOf({ adapter, place }: Routed, at: At): Value {
    const base = baseOf(adapter, place.root);
    const items = place.paths.map((path) => ({ value: { kind: 'literal' as const, value: `${base}${path === '/' && base !== '' ? '' : path}`, at }, spread: false, at }));
    const [only] = items;
    return items.length === 1 && only ? only.value : { kind: 'array', items, open: false, at };
  }
  /** `basePath` of the settings; `{?}` where it is there and cannot be read. */
  function baseOf(adapter: FrameworkAdapter, root: string): string {
    const module = settingsAt(adapter, root);
    const frame = module && topFrame(module.path);
    if (!module || !frame) return '';
    runModule(module.path);
    const one = module.exports.findLast(({ name }) => name === '=' || name === 'default');
    const found = one && settingIn(settled(evaluate(one.value, frame)), 'basePath', names);
    if (!found) return '';
    const text = names.textOf(found.value, found.frame)?.text;
    return text === undefined ? '/{?}' : text.replace(/\/+$/, '');
  }
  /** `withAuth(handler)`, in however many layers. */
  function unwrapped(value: Value, frame: Frame, depth: number): Unwrapped {
    const got = settled(evaluate(value, frame));
    const member = got.is === 'value' || got.is === 'unknown' ? memberOfResult(value, frame) : undefined;
    if (member && depth <= DEEPEST) return unwrapped(member.value, member.frame, depth + 1);
    if (got.is === 'scope' || (got.is === 'verb' && got.answers === true)) return { wrappers: [], handler: undefined, elsewhere: true };
    if (depth > DEEPEST) return { wrappers: [], handler: undefined, elsewhere: false };
    if (got.is === 'function') return ofFunction(got, depth);
    const call = got.is === 'value' && got.value.kind === 'call' ? got : undefined;
    if (!call || call.value.kind !== 'call') return { wrappers: [], handler: undefined, elsewhere: false };
    const args = call.value.args.map(({ value: arg, spread }): Abstract => {
      const is: Abstract = spread ? { is: 'unknown' } : settled(evaluate(arg, call.frame));
      return is.is === 'unknown' && arg.kind !== 'unknown' ? { is: 'value', value: arg, frame: call.frame } : is;
    });
    return around(call.value, args, web.madeBy(call.value, call.frame), depth, call.frame);
  }
  /** `const { GET } = make(settings)`: what stands under the name in what a function of the project gives back. */
  function memberOfResult(value: Value, frame: Frame): { readonly value: Value; readonly frame: Frame } | undefined {
    if (value.kind !== 'ref') return undefined;
    if (value.root.kind === 'local' && value.path.length === 0) {
      const binding = frame.module.bindings[value.root.binding];
      return binding?.constant === true && binding.value.kind === 'ref' ? memberOfResult(binding.value, frame) : undefined;
    }
    const of = value.root.kind === 'value' && value.root.of.kind === 'call' ? web.resultOf(value.root.of, frame) : undefined;
    const object = of && settled(evaluate(of.value, of.frame));
    const [key] = value.path;
    const entry = object?.is === 'value' && object.value.kind === 'object' && value.path.length === 1 ? object.value.entries.findLast((one) => one.key === key) : undefined;
    return entry && object?.is === 'value' ? { value: entry.value, frame: object.frame } : undefined;
  }
  function ofFunction(got: Abstract, depth: number): Unwrapped {
    if (got.is !== 'function') return { wrappers: [], handler: undefined, elsewhere: false };
    const { via, args } = got.frame;
    // What a function of the project gave back when it was called here.
    if (via && got.fn.within === got.frame.fn && depth <= DEEPEST) return around(via, args, got, depth);
    return { wrappers: [], handler: got, elsewhere: false };
  }
  function around(call: Call, args: readonly Abstract[], made: Fn | undefined, depth: number, frame: Frame | undefined = made?.frame): Unwrapped {
    if (args.some((arg) => arg.is === 'scope' || (arg.is === 'verb' && arg.answers === true))) return { wrappers: [], handler: undefined, elsewhere: true };
    const inner = args.find((arg) => arg.is === 'function') ?? args.find((arg) => arg.is === 'value' && arg.value.kind === 'call');
    if (!inner || !frame) return { wrappers: [], handler: made, elsewhere: false };
    const below = inner.is === 'value' ? unwrapped(inner.value, inner.frame, depth + 1) : ofFunction(inner, depth + 1);
    // `auth(handler)` of Auth.js 5 tells the handler who calls and refuses nobody; others only catch what is thrown.
    if (!made && (call.name === 'auth' || wrapperName(call.callee))) return below;
    const own = made && web.outcome(made, { of: ANY, next: inner });
    const sure = !(own?.byOther === true && own.conduct.strangers === 'maybe');
    const one: Before = { value: call, frame, target: made ?? { is: 'unknown' }, conduct: own?.conduct ?? UNREAD, name: nameOf(makerOf(call), undefined), sure };
    return { ...below, wrappers: [one, ...below.wrappers] };
  }
}
/** What is asked of a handler that cannot be found. */
const UNREAD: Conduct = { passes: 'unknown', refuses: [], tests: [], touches: [], closed: false, complete: false, strangers: 'maybe', welcomes: 'maybe', stops: 'maybe', turnsAway: 'no', settings: [], byName: undefined };

/** Why nobody can tell what a handler does, where something in it cannot be read. */
function doubtOf(own: WebOutcome | undefined, name: string): string | undefined {
  if (!own) return `nobody can tell what ${name} does with the request`;
  const { conduct, unread: [first] } = own;
  if (conduct.welcomes === 'setting' && conduct.turnsAway !== 'no') return `the handler asks who the caller is only if ${conduct.settings[0] ?? 'a setting'} says so`;
  if (conduct.closed) return undefined;
  if (isPartly(own)) return 'the handler answers some requests before it asks who calls';
  return first === undefined ? undefined : `nobody can tell what ${first} does with the request`;
}
/** Some are refused, and others are answered for something else than who they are. */
function isPartly({ conduct, byOther }: WebOutcome): boolean {
  return byOther && conduct.welcomes === 'maybe' && conduct.turnsAway !== 'no';
}
function shownConduct(own: WebOutcome | undefined): Conduct {
  if (!own) return UNREAD;
  return isPartly(own) ? { ...own.conduct, welcomes: 'yes' } : own.conduct;
}
/** `/users/:id` as `/users/{id}`. */
function shown(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}').replace(/\*(\w+)/g, '{*$1}');
}
function functionValue({ fn }: Fn): Value {
  return { kind: 'function', fn: fn.id, at: fn.nameAt };
}
/** `withRole('admin')` in `withRole('admin')(handler)`. */
function makerOf(call: Call): Call {
  return call.target.kind === 'call' ? makerOf(call.target) : call;
}
/** What a handler does itself, with what functions it calls throw at strangers. */
function withThrown(own: Conduct, { conduct, threw }: WebOutcome): Conduct {
  const refuses = conduct.refuses.filter((status) => status === 0 || isOfCaller(status));
  if (threw === 'no' || !refuses.some(isOfCaller)) return own;
  return {
    ...own, refuses: [...new Set([...own.refuses, ...refuses])].sort((a, b) => a - b), tests: [...new Set([...own.tests, ...conduct.tests])].sort(),
    welcomes: worst(own.welcomes, threw === 'yes' ? 'no' : 'maybe'), stops: best(own.stops, threw), turnsAway: best(own.turnsAway, conduct.turnsAway),
  };
}
/** An export as the call that registers it. */
function callOf({ value, at, nameAt }: Export): Call {
  return { kind: 'call', callee: '', name: '', nameAt, target: value, receiver: undefined, args: [], form: 'call', awaited: false, at };
}
function below(folder: string, name = 'x'): FilePath {
  return filePath(folder === '' ? name : `${folder}/${name}`);
}
