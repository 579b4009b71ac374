import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { CallStep, FunctionView } from '../model/module.js';
import type { Call, ObjectValue } from '../model/value.js';

/** Where a body registers: a field of the parameter, '' for the parameter itself, and the framework the parameter is of by what is called on it. */
export interface GuessedScope {
  readonly member: string;
  readonly framework: string;
  /** Frameworks it may be of as well, as far as this function tells. */
  readonly others: readonly string[];
}
/** Whether the body registers routes on a parameter or on a field of it (`args.app.get('/x', h)`). */
export function registersOn(fn: FunctionView, index: number, adapters: readonly FrameworkAdapter[]): GuessedScope | undefined {
  const steps = fn.steps.flatMap((step) => {
    const receiver = step.do === 'call' ? step.call.receiver : undefined;
    return step.do === 'call' && receiver?.kind === 'ref' && receiver.root.kind === 'parameter' && receiver.root.fn === fn.id && receiver.root.index === index ? [step] : [];
  });
  const calls = steps.map((step) => step.call);
  if (!calls.some(({ name }) => adapters.some(({ verbs }) => verbs.has(name)))) return undefined;
  // A name of its own or a method of its own tells a framework from those that share the usual ones.
  const ranked = adapters.map((adapter) => ({ adapter, points: score(adapter, fn, index, calls), member: memberOf(fn, index, steps, adapter) })).sort((a, b) => b.points - a.points);
  for (const { adapter, points, member } of ranked) {
    if (member === undefined) continue;
    const others = ranked.filter((one) => one.adapter !== adapter && one.points === points && one.member === member);
    return { member, framework: adapter.id, others: others.map((one) => one.adapter.id) };
  }
  return undefined;
}
function score({ id, marks }: FrameworkAdapter, fn: FunctionView, index: number, calls: readonly Call[]): number {
  const parameter = fn.parameters[index];
  const isTyped = parameter?.type !== undefined && marks.type.test(parameter.type);
  const isNamed = parameter?.name?.toLowerCase().includes(id) === true;
  const isUsed = calls.some((call) => marks.verbs.has(call.name));
  const isDescribed = marks.options === true && calls.some((call) => call.args.length > 1 && call.args[1]?.value.kind === 'object');
  const isKeyed = marks.keys !== undefined && calls.some((call) => call.name === 'route' && routesIn(call).some((route) => route.entries.some((one) => one.key !== undefined && marks.keys?.has(one.key) === true)));
  return (isTyped ? 8 : 0) + (isNamed ? 4 : 0) + (isUsed ? 2 : 0) + (isDescribed || isKeyed ? 1 : 0);
}
/** The route objects written in a call. */
function routesIn({ args }: Call): readonly ObjectValue[] {
  const first = args[0]?.value;
  const all = first?.kind === 'array' ? first.items.map((item) => item.value) : first ? [first] : [];
  return all.flatMap((one) => (one.kind === 'object' ? [one] : []));
}

function memberOf(fn: FunctionView, index: number, steps: readonly CallStep[], { verbs, plain, marks }: FrameworkAdapter): string | undefined {
  const parameter = fn.parameters[index];
  const isNamed = marks.name.test(parameter?.name ?? '') || marks.type.test(parameter?.type ?? '');
  for (const { call, used } of steps) {
    const { name, receiver, args } = call;
    if (!verbs.has(name) || receiver?.kind !== 'ref') continue;
    const [field] = receiver.path;
    if (field === undefined ? !isNamed : receiver.path.length > 1 || !/^_?(app|router|express|expressApp|fastify|server)$/.test(field)) continue;
    const first = args[0]?.value;
    const isPath = first?.kind === 'regex' || first?.kind === 'template' || (first?.kind === 'literal' && typeof first.value === 'string' && first.value.startsWith('/'));
    const isObject = name === 'route' && routesIn(call).some((route) => route.entries.some((one) => one.key === 'handler' || (one.key !== undefined && one.key !== 'options' && marks.keys?.has(one.key) === true)));
    // `server.route(require('./routes'))`: where a path is given, what comes back is used.
    const isGiven = name === 'route' && marks.lists === true && !used && first !== undefined && (first.kind === 'ref' || first.kind === 'call' || first.kind === 'array');
    const isAlways = plain.has(name) && name !== 'listen' && name !== 'route' && name !== 'after';
    if (isAlways ? args.length > 0 : isObject || isGiven || (name === 'route' ? isPath : isPath && args.length > 1)) return field ?? '';
  }
  return undefined;
}
