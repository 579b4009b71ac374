import type { ScopeEvent } from '../model/api.js';
import type { StepFrame } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { Abstract, Frame, LoggedEvent, ScopeState } from './abstract.js';
import type { Fn, Machine } from './machine.js';

type Plugin = Extract<ScopeEvent, { kind: 'plugin' }>;
/** Runs plugins: functions that are given a scope of their own, or the scope they are registered on. */
export interface Plugins {
  plug(event: Plugin, call: Call, logged: LoggedEvent, scope: ScopeState, step: StepFrame | undefined): void;
  /** Gives a scope a member. */
  give(event: Extract<ScopeEvent, { kind: 'member' }>, scope: ScopeState, frame: Frame): void;
}
interface Found {
  readonly target: Abstract;
  readonly open: boolean;
}
const UNKNOWN: Abstract = { is: 'unknown' };
/** A function marked so by hand is what `fastify-plugin` makes of one. */
export const OPEN_MARK = 'Symbol(skip-override)';

export function createPlugins({ adapters, names, statics, create, applyTo }: Machine): Plugins {
  const { evaluate, settled, textOf, member, selfOf } = names;
  const adapterOf = new Map(adapters.map((adapter) => [adapter.id, adapter]));
  return { plug, give };

  function plug(event: Plugin, call: Call, logged: LoggedEvent, scope: ScopeState, step: StepFrame | undefined): void {
    const { frame } = logged;
    const options = event.options ? settled(evaluate(event.options, frame)) : undefined;
    const { target, open } = found(event.value, frame, scope, event.open);
    if (target.is !== 'function') {
      // What cannot be run stands before all routes of the scope, as far as anybody can tell.
      scope.log.push({ ...logged, event: { kind: 'use', paths: [], values: [event.value], as: 'plugin', at: event.at }, ...(settledOptions(options, event) ?? {}) });
      return;
    }
    if (open) {
      run(target, event, call, logged, scope, options, '');
      return;
    }
    const prefix = prefixOf(event, options);
    const text = prefix?.kind === 'literal' ? String(prefix.value) : prefix ? '?' : '';
    const turn = `>${target.fn.id} ${text}`;
    const child = create(scope.framework, { kind: 'router', options: event.options, outer: scope, turn }, call, frame, step);
    scope.log.push({ ...logged, event: { kind: 'use', paths: prefix ? [prefix] : [], values: [], at: event.at }, child });
    run(target, event, call, logged, child, options, turn);
  }
  function settledOptions(options: Abstract | undefined, event: Plugin): { readonly options: Value } | undefined {
    const value = options?.is === 'value' ? options.value : event.options;
    return value && { options: value };
  }
  function run(target: Fn, event: Plugin, call: Call, { frame, openLoop }: LoggedEvent, scope: ScopeState, options: Abstract | undefined, turn: string): void {
    const given: Abstract = { is: 'scope', scope };
    const args = event.gives.map((what): Abstract => (what === 'scope' ? given : what === 'options' ? (options ?? UNKNOWN) : UNKNOWN));
    // In a plain function `this` is the scope too.
    const around = selfOf(target.frame);
    const self = (around === undefined || around.is === 'scope') && target.fn.owner === undefined ? given : undefined;
    applyTo(target, args, { ...frame, trail: `${frame.trail}${turn}` }, call.at.mark, self, { force: true, openLoop });
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
  function prefixOf(event: Plugin, options: Abstract | undefined): Value | undefined {
    if (event.options === undefined || !options) return undefined;
    const unknown: Value = { kind: 'unknown', why: 'prefix', at: event.options.at };
    if (options.is !== 'value' || options.value.kind !== 'object') return unknown;
    const { entries, open } = options.value;
    const own = entries.findLast((entry) => entry.key === 'prefix' || (entry.form === 'spread' && entry.key === undefined));
    if (!own) return open ? unknown : undefined;
    const value = own.key === 'prefix' ? own.value : undefined;
    const text = value ? textOf(value, options.frame)?.text : spreadPrefix(own.value, options.frame);
    return text === undefined ? unknown : { kind: 'literal', value: text, at: value?.at ?? own.at };
  }
  function spreadPrefix(spread: Value, frame: Frame): string | undefined {
    const got = settled(evaluate(spread, frame));
    if (got.is !== 'value' || got.value.kind !== 'object' || got.value.open) return undefined;
    const inner = got.value.entries.findLast((entry) => entry.key === 'prefix');
    return inner ? textOf(inner.value, got.frame)?.text : '';
  }

  function give({ name, value }: Extract<ScopeEvent, { kind: 'member' }>, scope: ScopeState, frame: Frame): void {
    const text = textOf(name, frame)?.text;
    if (text !== undefined) scope.fields.set(text, evaluate(value, frame));
  }
}
