import type { Role, Send } from '../model/api.js';
import type { FunctionView, Step } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import { isForeseen } from '../rules/facts/foreseen.js';

type RoleOf = (fn: FunctionId) => Role | undefined;
/** What else is known of the project where sends are looked for. */
export interface Around {
  /** The value of a const local one step back. */
  follow?(value: Value): Value | undefined;
  /** What a function of the project that is handed the response answers with: the status it sets, where there is any answer. */
  answers?(call: Call): { readonly status: Value | undefined } | undefined;
}
const EXPRESS_SINKS = /^(send|json|jsonp|end|write|setBody)$/;
const CONTEXT_SINKS = /^(json|text|html|body|render)$/;
/** Calls that fill a template: what it is given stands behind its name. */
const RENDERS = /^(render|view|viewAsync)$/;

/** Everything a function, or a callback inside it, hands to the client through a response that is known by role. */
export function sendsOf(fn: FunctionView, roleOf: RoleOf, around: Around = {}): readonly Send[] {
  const found: { readonly send: Send; readonly step: Step }[] = [];
  const statuses: { readonly value: Value; readonly step: Step }[] = [];
  for (const step of fn.steps) {
    const assigned = statusAssigned(step, roleOf);
    if (assigned) {
      statuses.push({ value: assigned, step });
      // What is assigned is sent when all is done: a status set later is its status too.
      found.forEach((one, index) => {
        if (isAssigned(one.step) && isSurelyBehind(step, one.step)) found[index] = { ...one, send: { ...one.send, status: assigned } };
      });
    }
    const send = sendOf(step, fn, roleOf, around) ?? handedOn(step, roleOf, around);
    if (!send) continue;
    // An assigned body that is assigned again, or left to a function that answers, is never sent.
    const lost = new Set(found.filter((one) => isAssigned(one.step) && isSurelyBehind(step, one.step)));
    if (lost.size > 0 && (isAssigned(step) || send.value === send.call)) found.splice(0, found.length, ...found.filter((one) => !lost.has(one)));
    // `res.status(500)` on a line of its own holds for what surely comes after it.
    const earlier = statuses.findLast((one) => one.step.when.every((branch) => step.when.includes(branch)) && holdsAfter(one.step, step))?.value;
    found.push({ send: { ...send, status: send.status ?? earlier, narrowed: isForeseen(step.when, around.follow) }, step });
  }
  return found.map((one) => one.send);
}
/** An answer that may be replaced by a later one; what is put into the payload of an error of hapi stays in it. */
function isAssigned(step: Step): boolean {
  return step.do === 'assign' && !isPayload(step.target.path);
}
/** Runs whenever the earlier step has run, in the same part of a `try`. */
function isSurelyBehind(later: Step, earlier: Step): boolean {
  return later.loop === earlier.loop && later.when.every((branch) => earlier.when.includes(branch)) && (later.tries?.length ?? 0) === (earlier.tries?.length ?? 0) && holdsAfter(earlier, later);
}
/** The later step stands in all parts of `try` statements that the earlier one stands in. */
function holdsAfter(earlier: Step, later: Step): boolean {
  return (earlier.tries ?? []).every(({ of, zone }, index) => later.tries?.[index]?.of === of && later.tries[index]?.zone === zone);
}

/** hapi: `request.response.output.payload.message = ...`, `boom.output.payload = { ... }`. */
function isPayload(path: Ref['path']): boolean {
  const index = path.indexOf('output');
  return index >= 0 && path[index + 1] === 'payload';
}
/** `res.statusCode = 500`, `res.status(500);`, `ctx.status = 500`. */
function statusAssigned(step: Step, roleOf: RoleOf): Value | undefined {
  if (step.do === 'assign') {
    const key = step.target.path.at(-1);
    return (key === 'statusCode' || key === 'status') && isResponse(step.target, roleOf) ? step.value : undefined;
  }
  if (step.do === 'call' && !step.used && (step.call.name === 'status' || step.call.name === 'writeHead' || step.call.name === 'code') && step.call.receiver && isResponse(step.call.receiver, roleOf)) return step.call.args[0]?.value;
  return undefined;
}

function frameOf({ when, zone, tries, statementAt }: Step): Pick<Send, 'when' | 'zone' | 'tries' | 'statementAt'> {
  return { when, zone, statementAt, ...(tries ? { tries } : {}) };
}
function sendOf(step: Step, fn: FunctionView, roleOf: RoleOf, around: Around): Omit<Send, 'narrowed'> | undefined {
  const frame = frameOf(step);
  if (step.do === 'assign') {
    const { target } = step;
    if (isPayload(target.path)) return { value: step.value, status: undefined, call: undefined, at: step.at, ...frame };
    const isBody = target.path.at(-1) === 'body' && (target.path.length === 1 || target.path[0] === 'response');
    if (!isBody || parameterRole(target, roleOf) !== 'context') return undefined;
    return { value: step.value, status: undefined, call: undefined, at: step.at, ...frame };
  }
  if (step.do === 'return') {
    const role = roleOf(fn.id);
    if (!role?.returnSends || !step.value || answersItself(step.value, roleOf)) return undefined;
    return { value: step.value, status: undefined, call: undefined, at: step.at, ...frame };
  }
  if (step.do !== 'call') return undefined;
  const { call } = step;
  if (/^((Next)?Response\.json|next\/server\.NextResponse\.json)$/.test(call.callee) || (call.form === 'new' && /^(next\/server\.Next)?Response$/.test(call.callee))) {
    const first = call.args[0]?.value;
    return first && { value: first, status: statusOption(call.args[1]?.value), call, at: call.at, ...frame };
  }
  // hapi: `h.response(data)`, and `reply(data)` of old versions.
  const toolkit = call.target.kind === 'ref' && call.target.root.kind === 'parameter' && (call.target.path.length === 0 || (call.target.path.length === 1 && /^(response|view)$/.test(call.name))) ? roleOf(call.target.root.fn) : undefined;
  if ((toolkit?.framework === 'hapi' || toolkit?.framework === 'socket') && call.target.kind === 'ref' && parameterRole(call.target, roleOf) === 'response') {
    const first = call.args[call.name === 'view' ? 1 : 0]?.value;
    return first && { value: first, status: statusOn(call, fn), call, at: call.at, ...frame };
  }
  // Nest: the adapter of the platform answers for a filter.
  const [first, second, third] = call.args;
  if (call.name === 'reply' && second && first?.value.kind === 'call' && first.value.name === 'getResponse') return { value: second.value, status: third?.value, call, at: call.at, ...frame };
  // `stream.pipe(res)`.
  const isInto = call.name === 'pipe' && first?.value.kind === 'ref' && first.value.path.length === 0 && parameterRole(first.value, roleOf) === 'response';
  if (isInto && call.receiver) return { value: call.receiver, status: undefined, call, at: call.at, ...frame };
  const { base, status } = chainOf(call.receiver);
  const kind = base && baseKind(base, roleOf, around);
  const isEvent = call.name === 'emit' && base?.kind === 'ref' && base.root.kind === 'parameter' && roleOf(base.root.fn)?.framework === 'socket';
  const index = isEvent || RENDERS.test(call.name) ? 1 : 0;
  const value = call.args[index]?.value;
  if (!value || call.args[index]?.spread) return undefined;
  if (kind === 'response' && (EXPRESS_SINKS.test(call.name) || RENDERS.test(call.name) || isEvent)) {
    // Express 3 spelling: res.send(500, body).
    const second = call.args[1]?.value;
    if (/^(send|json|jsonp)$/.test(call.name) && value.kind === 'literal' && typeof value.value === 'number' && second) return { value: second, status: value, call, at: call.at, ...frame };
    return { value, status, call, at: call.at, ...frame };
  }
  if (kind === 'context' && CONTEXT_SINKS.test(call.name)) return { value, status: call.args[1]?.value ?? status, call, at: call.at, ...frame };
  return undefined;
}

/** What the receiver of a sink is: `res`, `ctx`, `reply.raw`, `ctx.res`, and Nest's `host.switchToHttp().getResponse()`, as it is or under a name. */
function baseKind(base: Ref | Call, roleOf: RoleOf, around: Around): Role['parameters'][number] | undefined {
  if (base.kind === 'call') return base.name === 'getResponse' ? 'response' : undefined;
  if (base.root.kind === 'local' && base.path.length === 0) {
    const made = around.follow?.(base);
    return made?.kind === 'call' && made.name === 'getResponse' ? 'response' : undefined;
  }
  const kind = parameterRole(base, roleOf);
  if (base.path.length === 0) return kind;
  return base.path.length === 1 && ((kind === 'response' && base.path[0] === 'raw') || (kind === 'context' && base.path[0] === 'res')) ? 'response' : undefined;
}
/** `return reply.send(x)`, `return Response.json(x)`: the call that is returned has answered, or makes an answer that is a send of its own. */
function answersItself(value: Value, roleOf: RoleOf): boolean {
  if (value.kind !== 'call') return false;
  if (/^(Next)?Response(\.|$)|^next\/server\./.test(value.callee)) return true;
  let current: Value | undefined = value;
  for (let hops = 0; current?.kind === 'call' && hops < 50; hops++) {
    if (current.args.some((item) => isResponse(item.value, roleOf))) return true;
    current = current.receiver ?? (current.target.kind === 'call' ? undefined : current.target);
  }
  return current?.kind === 'ref' && (isResponse(current, roleOf) || parameterRole(current, roleOf) === 'next');
}
/** `fail(res, err)`: a function of the project that is handed the response answers with what else it is given. */
function handedOn(step: Step, roleOf: RoleOf, around: Around): Omit<Send, 'narrowed'> | undefined {
  if (step.do !== 'call' || !around.answers) return undefined;
  const { call } = step;
  if (call.args.length < 2 || !call.args.some((item) => item.value.kind === 'ref' && item.value.path.length === 0 && isResponse(item.value, roleOf))) return undefined;
  const answer = around.answers(call);
  return answer && { value: call, status: answer.status, call, at: call.at, ...frameOf(step) };
}

/** The status in `h.response(data).code(500)`, which is set on what the call makes. */
function statusOn({ at }: Call, fn: FunctionView): Value | undefined {
  for (const step of fn.steps) {
    if (step.do !== 'call' || step.call.name !== 'code') continue;
    let receiver = step.call.receiver;
    for (let hops = 0; receiver?.kind === 'call' && hops < 50; hops++) {
      if (receiver.at.mark === at.mark) return step.call.args[0]?.value;
      receiver = receiver.receiver;
    }
  }
  return undefined;
}
/** The response at the start of `res.status(500).type('json')`, and the status set on the way. */
function chainOf(receiver: Value | undefined): { base: Ref | Call | undefined; status: Value | undefined } {
  let current = receiver;
  let status: Value | undefined;
  for (let hops = 0; current?.kind === 'call' && hops < 50; hops++) {
    if (current.name === 'getResponse') return { base: current, status };
    if (/^(status|code|writeHead)$/.test(current.name)) status ??= current.args[0]?.value;
    current = current.receiver;
  }
  return { base: current?.kind === 'ref' ? current : undefined, status };
}
function statusOption(options: Value | undefined): Value | undefined {
  return options?.kind === 'object' ? options.entries.find((entry) => entry.key === 'status')?.value : undefined;
}
function parameterRole(ref: Ref, roleOf: RoleOf): Role['parameters'][number] | undefined {
  return ref.root.kind === 'parameter' ? roleOf(ref.root.fn)?.parameters[ref.root.index] : undefined;
}
function isResponse(value: Value, roleOf: RoleOf): boolean {
  if (value.kind !== 'ref') return false;
  const role = parameterRole(value, roleOf);
  return role === 'response' || role === 'context';
}

/** What a server of sockets hands to its callbacks: the socket itself at `on('connection', ...)`, and the function that answers a message, `socket.on('order', (data, ack) => ...)`. */
export function socketRole(fn: FunctionView, outer: FunctionView | undefined): Role | undefined {
  const step = outer?.steps.find((one) => one.do === 'call' && one.call.name === 'on' && one.call.args[1]?.value.kind === 'function' && one.call.args[1].value.fn === fn.id);
  const first = step?.do === 'call' ? step.call.args[0]?.value : undefined;
  if (step?.do !== 'call' || first?.kind !== 'literal' || fn.parameters.length === 0) return undefined;
  const role = (parameters: Role['parameters']): Role => ({ framework: 'socket', as: 'other', parameters, returnSends: false, sure: false });
  if (first.value === 'connection' || first.value === 'connect') return /^(socket|ws|conn|connection|client|sock)$/i.test(fn.parameters[0]?.name ?? '') ? role(['response', 'request']) : undefined;
  const last = fn.parameters.at(-1)?.name ?? '';
  const isSocket = step.call.receiver?.kind === 'ref' && step.call.receiver.root.kind === 'parameter' && /^(socket|client|sock)$/i.test(step.call.receiver.text);
  return isSocket && /^(ack|cb|callback|done|fn|respond|reply)$/i.test(last) ? role(fn.parameters.map((_, index) => (index === fn.parameters.length - 1 ? 'response' : 'other'))) : undefined;
}
/** Parameter meanings by name and count, where no registration says so. */
export function guessRole(fn: FunctionView): Role | undefined {
  const named = fn.parameters.map((parameter): Role['parameters'][number] => {
    const name = (parameter.name ?? '').replace(/^_+/, '');
    if (/^(req|request)$/i.test(name)) return 'request';
    if (/^(res|resp|response|reply|rep)$/i.test(name)) return 'response';
    if (/^(ctx|context|c)$/.test(name)) return 'context';
    if (/^(next|done)$/.test(name)) return 'next';
    if (/^(e|err|error|ex|exception)$/.test(name) || /^(\w*\.)?\w*(Error|Exception)$/.test(parameter.type ?? '')) return 'error';
    return 'other';
  });
  const isPair = named.indexOf('response') > 0 && named[named.indexOf('response') - 1] === 'request';
  const isContext = named[0] === 'context' && named.length <= 2;
  const isHelper = !isPair && named.includes('response') && answers(fn, named.indexOf('response'));
  if (!isPair && !isContext && !isHelper) return undefined;
  // A response alone may be a client's: `.then((res) => res.json())`; with a request before it, it is a server's.
  // A function that is handed a response and an error answers for whoever caught it.
  const isFailure = isHelper || (named.includes('error') && (isPair || named.length === 4));
  return { framework: 'unknown', as: named[0] === 'error' && named.length === 4 ? 'error' : 'other', parameters: named.map((one) => (one === 'error' && !isFailure ? 'other' : one)), returnSends: false, sure: false };
}
/** Calls only a server's response has, `status(500)` with a number, `sendStatus`, `setHeader`; or it is handed on with a status: `json(res, 500, body)`. */
function answers(fn: FunctionView, index: number): boolean {
  const isIt = (value: Value | undefined): boolean => value?.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === index && value.path.length === 0;
  return fn.steps.some((step) => {
    if (step.do !== 'call') return false;
    const { receiver, name, args } = step.call;
    if (receiver && isIt(receiver)) return /^(status|sendStatus|setHeader|writeHead)$/.test(name) && args.length > 0;
    return args.length > 2 && isIt(args[0]?.value) && args.slice(1).some(({ value }) => isStatus(value));
  });
}
function isStatus(value: Value): boolean {
  return value.kind === 'literal' && typeof value.value === 'number' && value.value >= 400 && value.value < 600;
}
