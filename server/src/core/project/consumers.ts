import type { Excepted, Methods, ScopeEvent } from '../model/api.js';
import type { Branch, FunctionView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Abstract, Fn, Frame, Placed } from './abstract.js';
import type { Controllers } from './controllers.js';
import { entered } from './decorators.js';
import { elementsOf } from './lists.js';
import type { Class, Machine } from './machine.js';
import type { PathPiece } from './paths.js';
import { joinedText, type Prefixes } from './prefixes.js';

type Use = Extract<ScopeEvent, { kind: 'use' }>;
/** Middleware a module puts before routes, in order. */
export interface Consumed {
  readonly event: Use;
  readonly frame: Frame;
  readonly when: readonly Branch[];
  readonly statementAt: At;
}
export interface Consumer {
  readonly uses: readonly Consumed[];
  readonly gaps: readonly { readonly why: string; readonly at: At }[];
}
interface Found {
  readonly uses: Consumed[];
  readonly gaps: { readonly why: string; readonly at: At }[];
}
interface Target {
  readonly text: string;
  readonly methods: Methods | undefined;
  /** The text alone covers what is below it as well. */
  readonly exact: boolean;
  /** It ends in a wildcard. */
  readonly below: boolean;
}
const DEEPEST = 4;
const MOST_HOPS = 20;

/** Reads `configure(consumer) { consumer.apply(Check).exclude('a').forRoutes('b'); }` of modules. Paths are written without the prefix and cover, as text, what is below them. */
export function createConsumers({ names, applied }: Pick<Machine, 'names' | 'applied'>, controllers: Controllers): { of(cls: Class, prefixes: Prefixes): Consumer } {
  const { evaluate, settled, member } = names;
  return { of };

  function of(cls: Class, prefixes: Prefixes): Consumer {
    const found: Found = { uses: [], gaps: [] };
    const configure = member(cls, 'configure');
    if (configure.is === 'function') read({ ...configure, frame: { ...configure.frame, self: configure.frame.self ?? cls } }, 0, [], prefixes, found, 0);
    return found;
  }
  function read(target: Fn, index: number, when: readonly Branch[], prefixes: Prefixes, found: Found, depth: number): void {
    const { fn } = target;
    applied.add(fn.id);
    const frame = entered(target, [], target.frame, fn.at.mark);
    for (const step of fn.steps) {
      if (step.do !== 'call') continue;
      const { call } = step;
      const branches = [...when, ...step.when.slice(fn.when.length)];
      if (call.name === 'forRoutes') {
        const chain = chainOf(call, fn, index, frame);
        if (chain) found.uses.push(...usesOf(chain, call, frame, prefixes).map((event): Consumed => ({ event, frame, when: branches, statementAt: step.statementAt })));
        continue;
      }
      const at = call.args.findIndex(({ value }) => isConsumer(value, fn, index));
      if (at < 0) continue;
      const inner = settled(evaluate(call.target, frame));
      if (inner.is === 'function' && depth < DEEPEST) read(inner, at, branches, prefixes, found, depth + 1);
      else found.gaps.push({ why: call.callee || call.name, at: call.at });
    }
  }
  function isConsumer(value: Value, fn: FunctionView, index: number): boolean {
    return value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === index && value.path.length === 0;
  }
  /** The calls before `forRoutes`, from the first: `apply(...)`, `exclude(...)`. */
  function chainOf(last: Call, fn: FunctionView, index: number, frame: Frame): readonly Call[] | undefined {
    const calls: Call[] = [];
    let at: Value | undefined = last.receiver;
    for (let hops = 0; at && hops < MOST_HOPS; hops++) {
      if (at.kind === 'call') {
        // What `forRoutes` gives back is the consumer again.
        if (at.name !== 'forRoutes') calls.unshift(at);
        else return calls;
        at = at.receiver;
      } else if (isConsumer(at, fn, index)) return calls;
      else if (at.kind === 'ref' && at.root.kind === 'local' && at.path.length === 0) at = frame.module.bindings[at.root.binding]?.value;
      else return undefined;
    }
    return undefined;
  }
  function usesOf(chain: readonly Call[], last: Call, frame: Frame, prefixes: Prefixes): readonly Use[] {
    const layers = chain.filter(({ name }) => name === 'apply').flatMap((call) => flat(call.args.map(({ value }) => value), frame)).map(({ value, frame: from }) => asLayer(value, from));
    if (layers.length === 0) return [];
    const excluded = chain.filter(({ name }) => name === 'exclude').flatMap((call) => flat(call.args.map(({ value }) => value), frame));
    const except = excluded.flatMap((one) => targetsOf(one, prefixes).map(({ text, methods, below }): Excepted => ({ path: literal(text, one.value.at), ...(methods ? { methods } : {}), ...(below ? { below } : {}) })));
    return flat(last.args.map(({ value }) => value), frame).flatMap((one) => targetsOf(one, prefixes).map((target): Use => ({
      kind: 'use', paths: [literal(target.text, one.value.at)], values: layers, whole: true, at: last.at,
      ...(target.methods ? { methods: target.methods } : {}), ...(target.exact ? { exact: true } : {}), ...(except.length > 0 ? { except } : {}),
    })));
  }
  function literal(text: string, at: At): Value {
    return { kind: 'literal', value: text, at };
  }
  /** A class stands for its method `use`. */
  function asLayer(value: Value, frame: Frame): Value {
    const got = settled(evaluate(value, frame));
    if (got.is !== 'class') return value;
    return { kind: 'ref', root: { kind: 'value', of: value }, path: ['use'], text: got.view.name, at: value.at, nameAt: value.at };
  }
  function flat(values: readonly Value[], frame: Frame): readonly (Placed & { readonly got: Abstract })[] {
    return values.flatMap((value) => {
      const got = settled(evaluate(value, frame));
      return elementsOf(got, evaluate)?.map((item) => ({ value: item.value, frame: item.frame, got: item.got })) ?? [{ value, frame, got }];
    });
  }
  /** What a route of `forRoutes` or `exclude` covers: a controller its routes, each with its method. */
  function targetsOf({ value, frame, got }: Placed & { readonly got: Abstract }, prefixes: Prefixes): readonly Target[] {
    if (got.is === 'class') {
      return controllers.routesOf(got).flatMap((route) => whole([route.controllerPath, route.piece], route.methods, route.version, { exact: true, below: false }, prefixes));
    }
    const named = prefixes.namedIn(value, frame);
    if (!named) return [{ text: '/{?}', methods: undefined, exact: false, below: true }];
    const isPlain = got.is !== 'value' || got.value.kind !== 'object';
    const { piece, below } = withoutWildcard(named.piece);
    const methods = named.methods?.some(({ name }) => name === 'all') === true ? undefined : named.methods;
    return whole([piece], methods, named.version, { exact: !isPlain && !below, below }, prefixes);
  }
  function whole(pieces: readonly PathPiece[], methods: Methods | undefined, version: Placed | undefined, how: Pick<Target, 'exact' | 'below'>, prefixes: Prefixes): readonly Target[] {
    // What stands on the other side of the prefix is covered there: @nestjs/core 12.5.1 mounts it for both.
    const both = prefixes.outside.length > 0 ? prefixes.sides(version) : prefixes.before(pieces, methods, version);
    return [...new Set(both.map((before) => joinedText([...before, ...pieces])))].map((text) => ({ text, methods, ...how }));
  }
}

/** `a/*rest` is all that is below `a`, `a{/*rest}` is `a` as well. */
function withoutWildcard(piece: PathPiece): { readonly piece: PathPiece; readonly below: boolean } {
  if (typeof piece !== 'string') return { piece, below: false };
  if (/^\/?(\{\/?\*\w{0,60}\}|\*\w{0,60}|\(\.\*\)|\.\*)?$/.test(piece)) return { piece: '', below: true };
  const optional = /^([^*]{1,500}?)\{\/\*\w{0,60}\}$/.exec(piece)?.[1];
  if (optional !== undefined) return { piece: optional, below: true };
  const above = /^([^*]{1,500}?)\/(\{\*\w{0,60}\}|\*\w{0,60}|\(\.\*\))$/.exec(piece)?.[1];
  return above === undefined ? { piece, below: false } : { piece: `${above}/:rest`, below: true };
}
