import type { AssignStep, FunctionView, Step, StepFrame } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { dataWrite, statementWrite, type DataWrite } from './data-writes.js';
import { taggedStatement } from './record-texts.js';
import { storedBy } from './stored.js';
import { wordsOf } from './names.js';
import { outward } from './outward.js';

/** A change of what is stored. `held`: only in memory, or in the caller's session. */
export interface StoredChange extends Pick<DataWrite, 'kind' | 'name'> {
  readonly call: Call | undefined;
  readonly held: boolean;
}
const FILES = /(^|\.)(unlink|unlinkSync|rm|rmSync|rmdir|rmdirSync)$/;
const OF_FILES = /^(node:)?(fs|fs\/promises|fs-extra|rimraf|del)\b/;
const TAKES = /^(delete|clear|splice|pop|shift)$/;
const PUTS = /^(set|add|push|unshift)$/;
const FINDS = /^(get|find|findOne|findById|findByPk|findUnique|findFirst|at)$/;
const BESIDE: ReadonlySet<string> = new Set('cache caches cached seen visits hits counts counters stats metrics sessions tokens nonces timers listeners clients sockets connections limits buckets queue log logs history url params headers searchparams cookies query'.split(' '));
const DEEPEST = 3;
const LOOKS_UP = /^(get|find|list|load|fetch|read|ensure|resolve|check|authenticate|validate|verify|current|require|sync)/i;
/** What runs on another occasion, or when something failed. */
const LATER = /^(on|once|addListener|addEventListener|catch|setInterval|use|subscribe|schedule)$/;

/** The changes a function makes to what is stored, also through functions of the project it calls. */
export function changesOf(body: FunctionView, context: RuleContext, depth = 0): readonly StoredChange[] {
  return body.steps.flatMap((step): readonly StoredChange[] => {
    if (step.do === 'assign') return ofAssignment(step, context);
    return step.do === 'call' ? ofCall(step, step.call, body, context, depth) : [];
  });
}
function ofCall(step: Step, call: Call, body: FunctionView, context: RuleContext, depth: number): readonly StoredChange[] {
  const statement = taggedStatement(call, context);
  const direct = (statement === undefined ? undefined : statementWrite(call, statement)) ?? dataWrite(call) ?? storedBy(call, body, context);
  if (direct) return [{ call, kind: direct.kind, name: direct.name, held: false }];
  if (FILES.test(call.callee) && OF_FILES.test(call.callee)) return [{ call, kind: 'delete', name: call.name, held: false }];
  const kept = heldIn(call, body, context, depth) ?? ofKeys(call, context);
  if (kept) return [kept];
  if (depth >= DEEPEST || step.zone === 'catch') return [];
  const target = context.called(call);
  const name = call.target.kind === 'ref' ? call.target.text : call.name;
  // What looks something up may also make it, or remember that it was asked for.
  const inside = target && target.id !== body.id ? changesOf(target, context, depth + 1).filter((one) => one.kind === 'delete' || !LOOKS_UP.test(call.name)) : [];
  return [...inside.slice(0, 4).map((one) => ({ ...one, call, name })), ...(LATER.test(call.name) ? [] : inCallbacks(call, body, context, depth))];
}
/** `rows.map((row) => row.destroy())`, `db.transaction(async (tx) => ...)`: functions that are handed over run as well. */
function inCallbacks(call: Call, body: FunctionView, context: RuleContext, depth: number): readonly StoredChange[] {
  return call.args.flatMap(({ value }) => {
    const inner = value.kind === 'function' ? context.body(value.fn) : undefined;
    return inner && inner.id !== body.id ? changesOf(inner, context, depth + 1).slice(0, 4) : [];
  });
}
/** `items.delete(id)` of a list or map of the module, or of the plugin that registers the handler. */
function heldIn(call: Call, body: FunctionView, context: RuleContext, depth: number): StoredChange | undefined {
  const kind = TAKES.test(call.name) ? 'delete' : PUTS.test(call.name) ? 'write' : undefined;
  const joined = call.callee === 'Object.assign' ? call.args[0]?.value : undefined;
  // What was looked up is changed where it is kept: `Object.assign(orders.get(id), { paid: true })`.
  if (joined && call.args.length > 1 && isFound(joined, context)) return { call, kind: 'write', name: call.callee, held: true };
  if (!kind || call.receiver?.kind !== 'ref' || !(isHeld(call.receiver, context) || (depth === 0 && isAround(call.receiver, body, context)))) return undefined;
  return { call, kind, name: call.target.kind === 'ref' ? call.target.text : call.name, held: true };
}
/** A map that a function around the handler makes: it lasts from one request to the next. */
function isAround(value: Ref, body: FunctionView, context: RuleContext): boolean {
  if (value.root.kind !== 'local' || value.path.length > 0 || wordsOf(value.text).some((word) => BESIDE.has(word))) return false;
  const made = context.resolve(value).value;
  if (made.kind !== 'call' || made.form !== 'new' || !/^(Map|Set)$/.test(made.callee) || made.at.path !== body.at.path) return false;
  const around = [...outward(body, context.body, 1 + DEEPEST)].slice(1);
  return around.some((fn) => fn.steps.some((step) => step.do === 'call' && step.call.at.mark === made.at.mark));
}
/** `redis.del(key)`, `redis.hset(key, ...)`: keys that are shared are as often a cache as the only copy. */
function ofKeys(call: Call, context: RuleContext): StoredChange | undefined {
  const { receiver } = call;
  const isWrite = /^(set|hset|hmset|sadd|zadd|lpush|rpush|incr|incrby|hincrby|decr|rename)$/i.test(call.name);
  if (!isWrite && !/^(del|unlink|hdel|srem|zrem|lrem|flushall|flushdb)$/i.test(call.name) || receiver?.kind !== 'ref' || wordsOf(receiver.text).some((word) => BESIDE.has(word))) return undefined;
  const made = context.resolve(receiver).value;
  const isClient = made.kind === 'call' && /^(ioredis|redis|@redis\/client|@upstash\/redis)\b/.test(made.callee);
  return isClient ? { call, kind: isWrite ? 'write' : 'delete', name: call.target.kind === 'ref' ? call.target.text : call.name, held: true } : undefined;
}
function isHeld(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref' || !/^(local|import|this)$/.test(value.root.kind) || wordsOf(value.text).some((word) => BESIDE.has(word))) return false;
  const end = madeFor(value, context);
  // A controller or a service is made once.
  if (value.root.kind === 'this' && value.path.length !== 1) return false;
  const isMade = (end.kind === 'call' && end.form === 'new' && /^(Map|Set)$/.test(end.callee)) || end.kind === 'array';
  const top = context.top(value.at.path);
  // What a function makes for itself is gone when it ends.
  return isMade && (value.root.kind === 'this' || end.at.path !== value.at.path || (top !== undefined && isTop(end, value, context)));
}
function isTop(made: Value, value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref') return false;
  const text = context.textOf(made.at);
  const top = context.top(value.at.path);
  return top !== undefined && (top.steps.some((step) => step.do === 'call' && step.call.at.mark === made.at.mark) || (made.kind === 'array' && !text.includes('(')));
}
/** `delete req.session.cart`, `invoice.voided = true` of an invoice that was looked up. */
function ofAssignment({ target, value }: AssignStep & StepFrame, context: RuleContext): readonly StoredChange[] {
  const isTaken = value.kind === 'literal' && value.value === undefined;
  if (target.path[0] === 'session' && target.path.length > 1) return [{ call: undefined, kind: isTaken ? 'delete' : 'write', name: target.text, held: true }];
  if (target.root.kind !== 'local') return [];
  // `delete games[req.params.id]`, `games[id].score = 0`
  if (target.computed && target.path.includes(undefined) && context.request(target.computed) && isMapping({ ...target, path: [], nameAt: target.at }, context)) return [{ call: undefined, kind: isTaken ? 'delete' : 'write', name: target.text, held: true }];
  // `items = items.filter(...)`
  if (target.path.length === 0) return value.kind === 'call' && value.name === 'filter' && value.receiver && context.sameValue(value.receiver, target) && isHeld(target, context) ? [{ call: undefined, kind: 'delete', name: target.text, held: true }] : [];
  if (target.path.length === 1 && target.path[0] === 'length' && value.kind === 'literal' && value.value === 0) return isEmptied(target, context) ? [{ call: undefined, kind: 'delete', name: target.text, held: true }] : [];
  return isFound({ ...target, path: [] }, context) ? [{ call: undefined, kind: isTaken ? 'delete' : 'write', name: target.text, held: true }] : [];
}
/** An object the module keeps rows in, by their keys. */
function isMapping(list: Ref, context: RuleContext): boolean {
  const name = list.text.split(/[.[?]/)[0] ?? '';
  return !wordsOf(name).some((word) => BESIDE.has(word)) && madeFor(list, context).kind === 'object';
}
function isFound(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  return end.kind === 'call' && FINDS.test(end.name) && end.receiver !== undefined && isHeld(end.receiver, context);
}
/** What a name stands for; of a `let` or `var` of the module what it was made with. */
function madeFor(value: Ref, context: RuleContext): Value {
  const end = context.resolve(value).value;
  const { root } = value;
  if (end.kind !== 'ref' || root.kind !== 'local' || value.path.length > 0) return end;
  const first = context.top(value.at.path)?.steps.find((step) => step.do === 'assign' && step.target.path.length === 0 && step.target.root.kind === 'local' && step.target.root.binding === root.binding);
  return first?.do === 'assign' ? first.value : end;
}
/** `items.length = 0` of a list that the module keeps. */
function isEmptied(target: Ref, context: RuleContext): boolean {
  const list: Ref = { ...target, path: [], text: target.text.split('.')[0] ?? '', nameAt: target.at };
  const made = madeFor(list, context);
  return !wordsOf(list.text).some((word) => BESIDE.has(word)) && (made.kind === 'array' || made.kind === 'call') && (made.at.path !== list.at.path || isTop(made, list, context));
}
