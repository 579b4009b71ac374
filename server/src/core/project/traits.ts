import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { Conduct, Role } from '../model/api.js';
import type { FunctionView, ModuleView } from '../model/module.js';
import type { Call, FunctionId, Ref } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import { authGuardName } from '../rules/facts/guards.js';
import { conductOf, givenRoles, type ConductInput } from './conduct.js';
import { registersOn } from './guess.js';
import { kept } from './memo.js';
import { isLoader } from './outside.js';
import { relevance } from './relevance.js';
import { givesMember, makesText } from './text-functions.js';

/** What a function does to a request by itself; `follows`: it hands the request on, so that others have a part in it. */
export interface OwnConduct {
  readonly conduct: Conduct;
  readonly follows: boolean;
}
/** A parameter the body registers on, and the field of it, '' for the parameter itself. */
export interface Registered {
  readonly index: number;
  readonly member: string;
  readonly framework: string;
  /** Frameworks it may be of as well, as far as the body tells. */
  readonly others: readonly string[];
}
/** What the evaluation asks of the text of a function, whoever calls it. Answers are kept for as long as the function is. */
export interface Traits {
  /** Functions of a module that can have to do with registration. */
  relevantIn(module: ModuleView): ReadonlySet<FunctionId>;
  /** The body makes an application or router, or registers on one it was not given. */
  starts(fn: FunctionView): boolean;
  /** Registers under a computed method name: `app[method](path, handler)`. */
  byName(fn: FunctionView): boolean;
  /** The body registers on a parameter that looks like an application. */
  registersOn(fn: FunctionView): Registered | undefined;
  /** Names of parameters of functions around it that the body, a short one, calls with a request: what a wrapper was given. */
  callsParameters(fn: FunctionView): readonly Ref[];
  /** A short function that gives text: a path put together. */
  makesText(fn: FunctionView): boolean;
  /** Only gives what its object, or data of its file, has. */
  givesMember(fn: FunctionView): boolean;
  /** `role`: what its parameters mean where it stands. */
  conduct(fn: FunctionView, module: ModuleView, role?: Role): OwnConduct;
  /** The answers about a function that was not run, as one text: equal for functions the evaluation treats alike. */
  summary(fn: FunctionView): string;
}

/** `isOwn`: the specifier names something of the project; what was answered holds for as long as that does. */
export function createTraits(adapters: readonly FrameworkAdapter[], isOwn: (specifier: string, from: FilePath) => boolean): Traits {
  const verbs = new Set(adapters.flatMap((adapter) => [...adapter.verbs]));
  const plain = new Set(adapters.flatMap((adapter) => [...adapter.plain]));
  const relevantIn = kept(relevance(adapters, isOwn));
  const makes = (call: Call): boolean => adapters.some((adapter) => adapter.creates(call) !== undefined || adapter.listens?.(call, call.callee)?.listener !== undefined);
  const starts = kept((fn: FunctionView) => fn.steps.some((step) => step.do === 'call' && (makes(step.call) || registers(step.call, fn, verbs, plain))));
  const texts = kept(makesText);
  const members = kept(givesMember);
  const byName = kept((fn: FunctionView) => fn.steps.some((step) => step.do === 'call' && step.call.target.kind === 'ref' && step.call.target.computed !== undefined && step.call.args.length > 0));
  const registered = kept((fn: FunctionView): { readonly found: Registered | undefined } => {
    for (let index = 0; index < fn.parameters.length; index++) {
      const found = registersOn(fn, index, adapters);
      if (found) return { found: { index, ...found } };
    }
    return { found: undefined };
  });
  const conducts = new WeakMap<FunctionView, Map<string, OwnConduct>>();
  const inside: NonNullable<ConductInput['inside']> = new WeakMap();

  return {
    relevantIn,
    starts,
    byName,
    makesText: texts,
    givesMember: members,
    callsParameters: kept(calledParameters),
    registersOn: (fn) => registered(fn).found,
    conduct(fn, module, role) {
      const key = role ? `${role.as} ${role.parameters.join()}` : '';
      const byRole = conducts.get(fn) ?? new Map<string, OwnConduct>();
      const known = byRole.get(key);
      if (known) return known;
      let follows = false;
      const conduct = conductOf(fn, module, {
        guardName: authGuardName,
        inside,
        follow() {
          follows = true;
          return undefined;
        },
      }, givenRoles(fn, role));
      const made = { conduct, follows };
      byRole.set(key, made);
      conducts.set(fn, byRole);
      return made;
    },
    summary: kept((fn: FunctionView) => {
      const { found } = registered(fn);
      return [starts(fn), byName(fn), texts(fn), members(fn), isLoader(fn), found?.index, found?.member, found?.framework, found?.others.join(' ')].join();
    }),
  };
}

function registers(call: Call, fn: FunctionView, verbs: ReadonlySet<string>, plain: ReadonlySet<string>): boolean {
  const { receiver } = call;
  if (!verbs.has(call.name) || receiver?.kind !== 'ref') return false;
  if (receiver.root.kind !== 'local' && receiver.root.kind !== 'this' && receiver.root.kind !== 'import') return false;
  if (receiver.root.kind === 'local' && fn.parameters.some((one) => one.name === receiver.text)) return false;
  if (plain.has(call.name)) return call.args.length > 0;
  const first = call.args[0]?.value;
  const isPath = first?.kind === 'regex' || first?.kind === 'template' || (first?.kind === 'literal' && typeof first.value === 'string' && first.value.startsWith('/'));
  return isPath && (call.name === 'route' || call.args.length > 1);
}
const MOST_CALLS_OF_WRAPPER = 4;
function calledParameters(fn: FunctionView): readonly Ref[] {
  if (fn.parameters.length < 2) return [];
  const calls = fn.steps.flatMap((step) => (step.do === 'call' ? [step.call] : []));
  if (calls.length > MOST_CALLS_OF_WRAPPER) return [];
  return calls.flatMap(({ target, args }) => (target.kind === 'ref' && target.path.length === 0 && target.root.kind === 'parameter' && target.root.fn !== fn.id && args.length >= 2 ? [target] : []));
}
