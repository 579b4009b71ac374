import type { Role, Send } from '../model/api.js';
import type { Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import { calledFunction } from './called.js';
import { leavesOf, type Entered } from './leaves.js';
import { sendsOf, type Around } from './sends.js';
import { resolveValue, type Followed } from './values.js';
import type { Leaf } from '../rules/rule.js';

/** What reading payloads needs: the project, and what the parameters of a function mean. */
export interface PayloadInput extends Followed {
  body(fn: FunctionId): FunctionView | undefined;
  role(fn: FunctionId): Role | undefined;
}
/** What is sent, what it is made of, and what of it is an error. */
export interface Payloads {
  /** RULES 0.11. */
  isError(value: Value): boolean;
  sends(fn: FunctionView): readonly Send[];
  leaves(value: Value, inside: FunctionView): Iterable<Leaf>;
  /** The value of a const local one step back. */
  followBinding(value: Value): Value | undefined;
}
const DEEPEST = 5;
type Parameter = Role['parameters'][number];

/** Reads payloads through names, files, functions that make them, and functions that are handed the response. */
export function createPayloads(input: PayloadInput): Payloads {
  const { role } = input;
  const around: Around = { follow: followBinding, answers };
  return { isError: (value) => isError(value, 0), sends: (fn) => sendsOf(fn, role, around), leaves, followBinding };

  function followBinding(value: Value): Value | undefined {
    if (value.kind !== 'ref' || value.root.kind !== 'local') return undefined;
    const binding = input.module(value.at.path)?.bindings[value.root.binding];
    if (!binding || value.path.length > 0 || !input.isStable(value.at.path, binding.id)) return undefined;
    return binding.value;
  }
  function isError(value: Value, depth: number): boolean {
    if (value.kind !== 'ref' || depth > DEEPEST) return false;
    const { root } = value;
    if (root.kind === 'caught') return true;
    if (root.kind === 'parameter') {
      const own = role(root.fn);
      // hapi keeps what failed where the answer would be.
      return own?.parameters[root.index] === 'error' || (own?.framework === 'hapi' && own.parameters[root.index] === 'request' && value.path[0] === 'response');
    }
    if (root.kind === 'value') return root.of.kind === 'ref' && isError(root.of, depth + 1);
    if (root.kind !== 'local') return false;
    const from = input.module(value.at.path)?.bindings[root.binding]?.value;
    if (from?.kind === 'call') return UNWRAPS.test(from.name) && from.args[0] !== undefined && isError(from.args[0].value, depth + 1);
    if (from === undefined) return false;
    // `let error = { ...err }` is the error still, also where it is replaced when it is one that was foreseen.
    const source = from.kind === 'logic' ? from.left : (copiedIn(from) ?? from);
    const isWhole = source.kind === 'ref' && (source.path.length === 0 || source.path.every((key) => /^(response|originalError|original|cause)$/.test(key ?? '')));
    return (isWhole || input.isStable(value.at.path, root.binding)) && isError(source, depth + 1);
  }
  function leaves(value: Value, inside: FunctionView): Iterable<Leaf> {
    return leavesOf(value, { follow: (one) => followBinding(one) ?? objectBehind(one, input), enter }, inside.steps);
  }

  function parameterOf(value: Value | undefined): Parameter | undefined {
    return value?.kind === 'ref' && value.root.kind === 'parameter' && value.path.length === 0 ? role(value.root.fn)?.parameters[value.root.index] : undefined;
  }
  /** Functions of the project that make a payload, and those that answer with what they are given beside the response. */
  function enter(call: Call): Entered | undefined {
    const fn = calledFunction(call.target, call.form === 'new', input);
    if (!fn) return undefined;
    const common = { fn, quiet: false, ignored: NOTHING };
    if (call.form === 'new') return { ...common, values: fieldsSet(fn) };
    if (!isHanded(call)) return { ...common, values: fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [{ value: step.value, when: after(step.when, fn), step }] : [])) };
    const answered = answersIn(fn, call);
    return answered && { fn, values: answered.sends.map(({ value, when }) => ({ value, when: after(when, fn), ...stepOf(value, fn) })), quiet: true, ignored: answered.ignored };
  }
  function isHanded(call: Call): boolean {
    return call.args.some(({ value }) => /^(response|context)$/.test(parameterOf(value) ?? ''));
  }
  /** What a function that is handed the response sends, and which of its parameters say nothing new. */
  function answersIn(fn: FunctionView, call: Call): { readonly sends: readonly Send[]; readonly ignored: ReadonlySet<number> } | undefined {
    const own = role(fn.id);
    if (own?.sure === true) return undefined;
    const given = fn.parameters.map((_, index) => parameterOf(call.args[index]?.value));
    const parameters = given.map((one, index): Parameter => one ?? own?.parameters[index] ?? 'other');
    const handed: Role = { framework: 'unknown', as: 'other', parameters, returnSends: false, sure: false };
    const sends = sendsOf(fn, (id) => (id === fn.id ? handed : role(id)), { follow: followBinding });
    // What the function itself knows for an error is reported where it sends it.
    const knows = own?.parameters.some((one) => one === 'response' || one === 'context') === true;
    const ignored = parameters.flatMap((_, index) => (/^(request|response|context|next)$/.test(given[index] ?? '') || (knows && own.parameters[index] === 'error') ? [index] : []));
    return { sends, ignored: new Set(ignored) };
  }
  function answers(call: Call): { readonly status: Value | undefined } | undefined {
    const fn = calledFunction(call.target, false, input);
    const found = fn && isHanded(call) ? answersIn(fn, call) : undefined;
    if (!fn || !found || found.sends.length === 0) return undefined;
    const status = found.sends.map((one) => one.status).find((one) => one !== undefined);
    const isGiven = status?.kind === 'ref' && status.root.kind === 'parameter' && status.root.fn === fn.id && status.path.length === 0;
    return { status: isGiven && status.root.kind === 'parameter' ? call.args[status.root.index]?.value : status };
  }
}

/** Calls that give the error back that another one was made of. */
const UNWRAPS = /^(unwrap\w*Error|(to|as|get|ensure|normali[sz]e)(Original)?Error)$/;
const NOTHING: ReadonlySet<number> = new Set();
/** What a constructor puts into the object it makes. */
function fieldsSet(fn: FunctionView): Entered['values'] {
  return fn.steps.flatMap((step) => {
    if (step.do !== 'assign' || step.target.root.kind !== 'this' || step.target.path.length !== 1) return [];
    const [key] = step.target.path;
    return [{ value: step.value, when: after(step.when, fn), ...(key === undefined ? {} : { key }) }];
  });
}
/** The branches inside a function. */
function after(when: readonly Branch[], fn: FunctionView): readonly Branch[] {
  return when.slice(fn.when.length);
}
/** The step that answers with the value. */
function stepOf(value: Value, fn: FunctionView): { readonly step?: Step } {
  const step = fn.steps.find((one) => (one.do === 'call' ? one.call === value || one.call.args.some((item) => item.value === value) : one.value === value));
  return step ? { step } : {};
}
function copiedIn(value: Value): Ref | undefined {
  const spread = value.kind === 'object' ? value.entries.find((one) => one.form === 'spread')?.value : undefined;
  return spread?.kind === 'ref' && spread.path.length === 0 ? spread : undefined;
}
/** The object a name of another file, or a member, surely is. */
function objectBehind(value: Value, input: Followed): Value | undefined {
  if (value.kind !== 'ref' || (value.root.kind !== 'import' && value.root.kind !== 'local')) return undefined;
  const { value: end, exact } = resolveValue(value, input);
  return exact && end.kind === 'object' ? end : undefined;
}

/** A function that GraphQL servers hand every error to, known by its name: what it gives back is the answer. */
export function formatterRole(fn: FunctionView, module: ModuleView | undefined): Role | undefined {
  if (!/(^|\.)(formatError|customFormatErrorFn|formatErrorFn|customFormatError|formatGraphQLError|maskError)$/.test(fn.name) || fn.parameters.length === 0) return undefined;
  const isGraphql = module?.imports.some((one) => /^(graphql|@?apollo|express-graphql|koa-graphql|mercurius|@graphql-yoga|@nestjs\/(graphql|apollo)|type-graphql)/.test(one.from)) === true;
  return isGraphql ? { framework: 'graphql', as: 'other', parameters: ['error', 'error'], returnSends: true, sure: false } : undefined;
}
/** Who goes through the errors of a result, inside such a function: `errors: result.errors.map((error) => ({ ... }))`. */
export function listedErrorRole(fn: FunctionView, outer: FunctionView | undefined): Role | undefined {
  if (!outer || !/(^|\.)(errorFormatter|formatResponse|formatErrors?|customFormatErrorFn|willSendResponse|didEncounterErrors|onExecuteDone|onResultProcess)$/.test(outer.name)) return undefined;
  const step = outer.steps.find((one) => one.do === 'call' && one.call.name === 'map' && one.call.args[0]?.value.kind === 'function' && one.call.args[0].value.fn === fn.id);
  const list = step?.do === 'call' ? step.call.receiver : undefined;
  return list?.kind === 'ref' && list.path.at(-1) === 'errors' ? { framework: 'graphql', as: 'other', parameters: ['error'], returnSends: true, sure: false } : undefined;
}
/** The `catch(exception, host)` of a class under `@Catch()`: what Nest 12 hands every failure to. */
export function filterRole(fn: FunctionView, module: ModuleView | undefined): Role | undefined {
  const owner = fn.owner === undefined ? undefined : module?.classes.get(fn.owner);
  if (!owner || fn.name !== `${owner.name}.catch` || fn.parameters.length !== 2) return undefined;
  const isFilter = owner.decorators.some((one) => one.kind === 'call' && one.callee === '@nestjs/common.Catch') || owner.implements.some((one) => /^ExceptionFilter(<|$)/.test(one));
  return isFilter ? { framework: 'nest', as: 'error', parameters: ['error', 'other'], returnSends: false, sure: true } : undefined;
}
