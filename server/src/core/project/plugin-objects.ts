import type { Value } from '../model/value.js';
import type { Abstract, Bound, Frame } from './abstract.js';
import { elementsOf } from './lists.js';
import type { Names } from './names.js';

/** A plugin as it is registered: what is run, or what stands for it where nothing can be. */
export interface PluginObject {
  readonly target: Abstract;
  /** As it is written: tells the package of what cannot be read. */
  readonly value: Value;
  readonly options: Abstract | undefined;
  /** A prefix of its own replaces the one of the scope it is registered on. */
  readonly prefix: Value | undefined;
}
const UNKNOWN: Abstract = { is: 'unknown' };

/** The plugins in `register(one)` and `register([one, { plugin, options, routes: { prefix } }])`, each `{ register }`, something that exports one, or a function. */
export function pluginObjects(value: Value, frame: Frame, { evaluate, settled, member, textOf }: Names): readonly PluginObject[] {
  const got = settled(evaluate(value, frame));
  const items = elementsOf(got, evaluate);
  if (items) return items.map(single);
  // An element that cannot be read leaves the others readable.
  if (got.is === 'value' && got.value.kind === 'array') return got.value.items.map((item) => single({ value: item.value, frame: got.frame, got: item.spread ? UNKNOWN : evaluate(item.value, got.frame) }));
  return [single({ value, frame, got })];

  function single(item: Bound): PluginObject {
    const whole = inner(item.got, 'plugin') ? item.got : settled(item.got);
    const held = inner(whole, 'plugin');
    if (!held) return { ...runnable(whole, item.value), options: undefined, prefix: undefined };
    const again = inner(held, 'register') ? undefined : (inner(held, 'plugin') ?? inner(settled(held), 'plugin'));
    const written = whole.is === 'value' && whole.value.kind === 'object' ? whole.value.entries.findLast((entry) => entry.key === 'plugin')?.value : undefined;
    return { ...runnable(again ?? held, written ?? item.value), options: inner(whole, 'options'), prefix: routePrefix(whole, { member, textOf }) };
  }
  function runnable(plugin: Abstract, written: Value): Pick<PluginObject, 'target' | 'value'> {
    const shown = plugin.is === 'value' && plugin.value.kind !== 'object' ? plugin.value : written;
    const register = inner(plugin, 'register') ?? inner(settled(plugin), 'register');
    // `{ register: require('./plugin') }` of old versions.
    const below = register && register.is !== 'function' ? (inner(register, 'register') ?? settled(register)) : register;
    return { target: below ?? settled(plugin), value: shown };
  }
  function inner(of: Abstract, key: string): Abstract | undefined {
    const found = member(of, key);
    return found.is === 'unknown' ? undefined : found;
  }
}

/** The prefix in `{ routes: { prefix } }`; a value nobody can read where there is one. */
export function routePrefix(holder: Abstract, { member, textOf }: Pick<Names, 'member' | 'textOf'>): Value | undefined {
  const routes = member(holder, 'routes');
  if (routes.is !== 'value' || routes.value.kind !== 'object') return routes.is === 'value' ? { kind: 'unknown', why: 'prefix', at: routes.value.at } : undefined;
  const entry = routes.value.entries.findLast((one) => one.key === 'prefix');
  if (!entry) return undefined;
  const text = textOf(entry.value, routes.frame)?.text;
  if (text !== undefined) return { kind: 'literal', value: text, at: entry.value.at };
  const { value } = entry;
  const isNothing = value.kind === 'literal' && (value.value === undefined || value.value === null);
  return isNothing ? undefined : { kind: 'unknown', why: 'prefix', at: value.at };
}
