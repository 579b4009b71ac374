import type { ScopeEvent } from '../model/api.js';
import type { StepFrame } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { Abstract, Fn, Frame, LoggedEvent, ScopeState } from './abstract.js';
import { moduleOf } from './guards.js';
import type { Machine } from './machine.js';
import { pluginObjects, routePrefix } from './plugin-objects.js';
import { pathText, pluginsOf, type FolderPlugin } from './plugin-folders.js';

/** An event before it has its turn. */
type Unlogged = Omit<LoggedEvent, 'order'>;
type Plugin = Extract<ScopeEvent, { kind: 'plugin' }>;
/** Runs plugins: functions that are given a scope of their own, or the scope they are registered on. */
export interface Plugins {
  plug(event: Plugin, call: Call, logged: Unlogged, scope: ScopeState, step: StepFrame | undefined): void;
  /** Gives a scope a member. */
  give(event: Extract<ScopeEvent, { kind: 'member' }>, scope: ScopeState, frame: Frame): void;
}
interface Found {
  readonly target: Abstract;
  readonly open: boolean;
}
const UNKNOWN: Abstract = { is: 'unknown' };
/** What of a folder's files is chosen. */
const CHOOSING: readonly string[] = ['ignoreFilter', 'matchFilter', 'indexPattern', 'scriptPattern', 'autoHooksPattern', 'maxDepth', 'ignorePattern', 'overwriteHooks', 'appendAutoPrefix'];
function plain(at: Value): Plugin {
  return { kind: 'plugin', value: at, gives: ['scope', 'options', 'other'], options: undefined, open: false, at: at.at };
}
/** A function marked so by hand is what `fastify-plugin` makes of one. */
export const OPEN_MARK = 'Symbol(skip-override)';

export function createPlugins(machine: Machine): Plugins {
  const { adapters, names, statics, create, applyTo } = machine;
  const { evaluate, settled, textOf, member } = names;
  const adapterOf = new Map(adapters.map((adapter) => [adapter.id, adapter]));
  return { plug, give };

  function plug(event: Plugin, call: Call, logged: Unlogged, scope: ScopeState, step: StepFrame | undefined): void {
    const { frame } = logged;
    const options = event.options ? settled(evaluate(event.options, frame)) : undefined;
    if (event.written === 'objects') {
      plugObjects(event, call, logged, scope, options, step);
      return;
    }
    const { target, open } = found(event.value, frame, scope, event.open);
    if (target.is !== 'function') {
      if (isLoader(target, scope) && loadFolder(call, logged, scope, options, step)) return;
      // What cannot be run stands before all routes of the scope, as far as anybody can tell.
      machine.record(scope, { ...logged, event: { kind: 'use', paths: [], values: [event.value], as: 'plugin', at: event.at }, ...(settledOptions(options, event) ?? {}) });
      return;
    }
    if (open) {
      run(target, event, call, logged, scope, options, '');
      return;
    }
    const prefix = prefixOf(event, options, frame);
    const text = prefix?.kind === 'literal' ? String(prefix.value) : prefix ? '?' : '';
    const turn = `>${target.fn.id} ${text}`;
    run(target, event, call, logged, below(event, prefix, turn, call, logged, scope, step), options, turn);
  }
  /** Plugins with options and a prefix of their own, or with those of the call. */
  function plugObjects(event: Plugin, call: Call, logged: Unlogged, scope: ScopeState, given: Abstract | undefined, step: StepFrame | undefined): void {
    const common = given && routePrefix(given, names);
    for (const [index, { target, value, options, prefix }] of pluginObjects(event.value, logged.frame, names).entries()) {
      if (target.is !== 'function') {
        const shown = options?.is === 'value' ? { options: options.value } : {};
        machine.record(scope, { ...logged, event: { kind: 'use', paths: [], values: [value], as: 'plugin', reach: 'application', at: event.at }, ...shown });
        continue;
      }
      const text = prefix ?? common;
      const turn = `>${index}${target.fn.id} ${text?.kind === 'literal' ? String(text.value) : text ? '?' : ''}`;
      run(target, event, call, logged, below(event, text, turn, call, logged, scope, step, prefix !== undefined), options, turn);
    }
  }
  /** A scope of its own for what is registered here; `whole`: its prefix is all that stands before its paths. */
  function below(event: Plugin, prefix: Value | undefined, turn: string, call: Call, logged: Unlogged, scope: ScopeState, step: StepFrame | undefined, whole = false): ScopeState {
    const child = create(scope.framework, { kind: 'router', options: event.options, outer: scope, turn }, call, logged.frame, step);
    machine.record(scope, { ...logged, event: { kind: 'use', paths: prefix ? [prefix] : [], values: [], ...(whole ? { whole } : {}), at: event.at }, child });
    return child;
  }
  function isLoader(target: Abstract, scope: ScopeState): boolean {
    const from = target.is === 'value' ? moduleOf(target.value) : undefined;
    return from !== undefined && adapterOf.get(scope.framework)?.folders?.has(from) === true;
  }

  /** Registers the files of a folder; false where nobody can tell which. */
  function loadFolder(call: Call, logged: Unlogged, scope: ScopeState, options: Abstract | undefined, step: StepFrame | undefined): boolean {
    if (options?.is !== 'value' || options.value.kind !== 'object') return false;
    const told = (key: string): Value | undefined => (options.value.kind === 'object' ? options.value.entries.findLast((one) => one.key === key)?.value : undefined);
    const isTrue = (key: string): boolean => { const value = told(key); return value?.kind === 'literal' && value.value === true; };
    const dir = told('dir');
    const folder = dir && pathText(dir, options.frame, evaluate);
    const prefixes = told('dirNameRoutePrefix');
    if (folder === undefined || options.value.open || (prefixes !== undefined && prefixes.kind !== 'literal')) return false;
    const how = { folder, prefixes: prefixes?.kind !== 'literal' || prefixes.value !== false, hooks: isTrue('autoHooks'), cascade: isTrue('cascadeHooks'), parameters: isTrue('routeParams') };
    const files = pluginsOf(machine.modules.keys(), how);
    if (files.length === 0) return false;
    if (CHOOSING.some((key) => told(key) !== undefined)) machine.incomplete(scope, 'only some files of a folder', logged.frame, call.at);
    const given = told('options');
    const inner = given && settled(evaluate(given, options.frame));
    const base = given ? prefixOf({ ...plain(given), options: given }, inner, options.frame) : undefined;
    const isOpen = told('encapsulate')?.kind === 'literal' && !isTrue('encapsulate');
    for (const file of files) loadFile(file, base, isOpen, inner);
    return true;

    function loadFile({ path, prefix, hooks }: FolderPlugin, before: Value | undefined, open: boolean, args: Abstract | undefined): void {
      machine.runModule(path);
      const from: Abstract = { is: 'module', path };
      const { target, open: isMarked } = foundIn(settled(from), scope, open);
      const own = target.is === 'function' ? target : foundIn(settled(member(from, 'default')), scope, open).target;
      if (own.is !== 'function') return;
      const event = plain(given ?? call);
      const auto = member(from, 'autoPrefix').is === 'unknown' && member(own, 'autoPrefix').is === 'unknown' && member(from, 'prefixOverride').is === 'unknown' && member(from, 'autoConfig').is === 'unknown';
      const text = before === undefined ? prefix : before.kind === 'literal' ? `${String(before.value)}${prefix}` : undefined;
      const whole: Value | undefined = !auto || text === undefined ? { kind: 'unknown', why: 'prefix', at: call.at } : text === '' ? undefined : { kind: 'literal', value: text, at: call.at };
      const at = hooks.length > 0 ? below(event, undefined, `>hooks ${path}`, call, logged, scope, step) : scope;
      for (const hook of hooks) {
        machine.runModule(hook);
        const hooked = foundIn(settled({ is: 'module', path: hook }), scope, true).target;
        if (hooked.is === 'function') run(hooked, event, call, logged, at, args, `>${hook} ${path}`);
        else machine.incomplete(at, 'hooks that cannot be read', logged.frame, call.at);
      }
      const turn = `>${path}`;
      run(own, event, call, logged, isMarked ? at : below(event, whole, turn, call, logged, at, step), args, turn);
    }
  }
  function settledOptions(options: Abstract | undefined, event: Plugin): { readonly options: Value } | undefined {
    const value = options?.is === 'value' ? options.value : event.options;
    return value && { options: value };
  }
  function run(target: Fn, event: Plugin, call: Call, { frame, openLoop }: Unlogged, scope: ScopeState, options: Abstract | undefined, turn: string): void {
    const given: Abstract = { is: 'scope', scope };
    const args = event.gives.map((what): Abstract => (what === 'scope' ? given : what === 'options' ? (options ?? UNKNOWN) : UNKNOWN));
    applyTo(target, args, { ...frame, trail: `${frame.trail}${turn}` }, call.at.mark, undefined, { force: true, openLoop });
  }

  /** The function a registered value is, through what marks it and through modules. */
  function found(value: Value, frame: Frame, scope: ScopeState, isOpen: boolean): Found {
    const adapter = adapterOf.get(scope.framework);
    let current = settled(evaluate(value, frame));
    let open = isOpen;
    for (let hops = 0; current.is === 'value' && current.value.kind === 'call' && hops < 5; hops++) {
      const inner = adapter?.opens?.(current.value);
      if (!inner) break;
      open ||= inner.open;
      current = settled(evaluate(inner.value, current.frame));
    }
    // `{ default: plugin }` is taken as well.
    if (current.is === 'module' || (current.is === 'value' && current.value.kind === 'object')) {
      const inner = settled(member(current, 'default'));
      if (inner.is === 'function' || (inner.is === 'value' && inner.value.kind === 'call')) return current === inner ? { target: current, open } : foundIn(inner, scope, open);
    }
    if (current.is === 'function' && statics.get(current.fn.id)?.has(OPEN_MARK) === true) open = true;
    return { target: current, open };
  }
  function foundIn(inner: Abstract, scope: ScopeState, open: boolean): Found {
    return inner.is === 'value' && inner.value.kind === 'call' ? found(inner.value, inner.frame, scope, open) : { target: inner, open };
  }

  /** The prefix in the options; a value nobody can read where there may be one. */
  function prefixOf(event: Plugin, options: Abstract | undefined, frame: Frame): Value | undefined {
    if (event.options === undefined || !options) return undefined;
    const unknown: Value = { kind: 'unknown', why: 'prefix', at: event.options.at };
    // Options of a plugin nobody registers here, handed on: whatever its own prefix is stands before this one already.
    if (isHandedOn(event.options, frame)) return undefined;
    if (options.is !== 'value' || options.value.kind !== 'object') return unknown;
    const { entries, open } = options.value;
    const own = entries.findLast((entry) => entry.key === 'prefix' || (entry.form === 'spread' && entry.key === undefined));
    if (!own) return open ? unknown : undefined;
    const value = own.key === 'prefix' ? own.value : undefined;
    const text = value ? textOf(value, options.frame)?.text : spreadPrefix(own.value, options.frame);
    return text === undefined ? unknown : { kind: 'literal', value: text, at: value?.at ?? own.at };
  }
  function isHandedOn(options: Value, frame: Frame): boolean {
    if (options.kind === 'call' && options.callee === 'Object.assign') return options.args.length === 2 && options.args[1] !== undefined && isHandedOn(options.args[1].value, frame);
    if (options.kind === 'object' && options.entries.length === 1 && options.entries[0]?.form === 'spread') return isHandedOn(options.entries[0].value, frame);
    return options.kind === 'ref' && options.root.kind === 'parameter' && options.path.length === 0 && evaluate(options, frame).is === 'unknown';
  }
  function spreadPrefix(spread: Value, frame: Frame): string | undefined {
    const got = settled(evaluate(spread, frame));
    if (got.is !== 'value' || got.value.kind !== 'object' || got.value.open) return undefined;
    const inner = got.value.entries.findLast((entry) => entry.key === 'prefix');
    return inner ? textOf(inner.value, got.frame)?.text : '';
  }

  function give({ name, value, reach }: Extract<ScopeEvent, { kind: 'member' }>, scope: ScopeState, frame: Frame): void {
    const text = textOf(name, frame)?.text;
    let to = scope;
    while (reach === 'application' && to.outer) to = to.outer;
    if (text !== undefined) to.fields.set(text, evaluate(value, frame));
  }
}
