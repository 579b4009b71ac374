import type { At } from '../../text/source.js';
import type { Send } from '../../model/api.js';
import type { Branch, FunctionView, Step, StepFrame } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { Detection, Leaf, RuleContext } from '../rule.js';
import { isForeseen } from './foreseen.js';
import { baseOf } from './walk.js';

/** Databases, files and other services: what they throw speaks of the inside. */
const CLIENTS = /^(node:)?(fs|fs-extra|fs\/promises|axios|got|node-fetch|undici|pg|mysql2?|mongodb|mongoose|ioredis|redis|knex|sequelize|child_process)(\.|$)|^fetch$/;
/** Drivers and query builders by the names they are given: better-sqlite3, pg-promise, Drizzle, D1; repositories of TypeORM. */
const DRIVERS = /(^|\.)(db|database|sqlite|DB|sql|pgp?)\.(prepare|exec|run|all|each|any|one|oneOrNone|none|many|manyOrNone|tx|batch|transaction|select|insert|update|delete)$|(^|\.)\w{0,40}[rR]epo(sitory)?\.(find\w*|save|insert|update|upsert|delete|remove)$/;
const QUERIES = /(^|\.)(prisma|knex|sequelize|pool|db|client|connection|conn)\.(\w+\.)?(query|execute|\$queryRaw|raw|(find|create|update|delete|insert)\w*)$/;
const MODELS = /(^|\.)[A-Z]\w*\.(find(One|ById|All|AndCount\w*|Many|Unique|First|OneAnd\w+|ByIdAnd\w+|ByPk)?|create|insertMany|bulkCreate|updateOne|updateMany|deleteOne|deleteMany|countDocuments|aggregate|destroy)$/;

const ASKS_OTHERS = /^(save|remove|exec\w*|run|all|each|get\w*|set\w*|put|del|insert\w*|update\w*|upsert\w*|delete\w*|find\w*|create\w*|count\w*|aggregate|query\w*|search|scan|list\w*|load\w*|read\w*|write\w*|open|stat|mkdir|unlink|rename|copy|move|connect|send\w*|request|fetch\w*|post|patch|call|invoke|log_?in|log_?out|register|authenticate|destroy|upload\w*|download\w*|populate|then|catch|end|on|once)$/i;

const CHECKS_INPUT = /^(validate|assert|ensure|check)([A-Z_]|$)/;

/** What stands in the `try` whose failure is answered: calls to a database, the file system or another service; only what the language itself has; something else, or nobody can tell. */
export type Tried = 'others' | 'own' | 'unknown';

/** What the `try` of the catch a send stands in does, or the call whose failure a callback is told. */
export function tried(send: Send, fn: FunctionView, context: RuleContext): Tried {
  const { calls, throws } = tryOf(send, fn);
  const asked = send.zone === 'catch' ? calls : [...calls, ...callsAround(fn, context)];
  if (asked.some(({ callee }) => CLIENTS.test(callee) || QUERIES.test(callee) || DRIVERS.test(callee) || MODELS.test(callee))) return 'others';
  return !throws && calls.length > 0 && calls.every((call) => isOfLanguage(call, context)) ? 'own' : 'unknown';
}
/** The `try` waits for nothing and works on values of the request alone: what fails is what the caller sent. */
export function isOfCaller(send: Send, fn: FunctionView, context: RuleContext): boolean {
  const { calls } = tryOf(send, fn);
  const isRead = ({ args }: Call): boolean => args.some(({ value }) => context.request(value) !== undefined);
  return calls.some(isRead) && calls.every((call) => isOfLanguage(call, context) || (isRead(call) && !call.awaited && call.args.every(({ value }) => value.kind !== 'function')));
}
/** The `try` before a `catch` throws errors it makes itself, and waits for nothing that could throw others: their texts were written for whoever is answered. */
export function throwsOwn(step: Step, fn: FunctionView): boolean {
  const { steps, calls, throws } = tryOf(step, fn);
  return throws && calls.every((call) => !call.awaited && !CLIENTS.test(call.callee) && !QUERIES.test(call.callee) && !DRIVERS.test(call.callee) && !MODELS.test(call.callee))
    && steps.every((one) => one.do !== 'throw' || (one.value?.kind === 'call' && one.value.form === 'new'));
}
/** The `try` only has what the caller sent checked, by functions named so whose answer nobody takes: what fails is what was sent, whatever the status. */
export function isOfChecks(send: Send, fn: FunctionView, context: RuleContext): boolean {
  const { steps } = tryOf(send, fn);
  const checks = steps.filter((step) => step.do === 'call' && !isOfLanguage(step.call, context));
  return checks.length > 0 && steps.every((step) => step.do !== 'assign') && checks.every((step) =>
    step.do === 'call' && !step.used && CHECKS_INPUT.test(step.call.name) && step.call.args.length > 0 && step.call.args.every(({ value }) => isSent(value, context, 0)));
}
/** What the caller sent, also once it was read as JSON or the like. */
function isSent(value: Value, context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  if (context.request(value) !== undefined || value.kind === 'literal') return true;
  if (value.kind === 'call') return [...(value.receiver?.kind === 'call' ? [value.receiver] : []), ...value.args.map((one) => one.value)].some((one) => one.kind !== 'literal' && isSent(one, context, depth + 1));
  if (value.kind !== 'ref') return false;
  if (value.root.kind === 'value') return isSent(value.root.of, context, depth + 1);
  if (value.root.kind !== 'local') return false;
  const end = context.resolve(value).value;
  return end !== value && isSent(end, context, depth + 1);
}
function tryOf({ tries }: Pick<StepFrame, 'tries'>, fn: FunctionView): { readonly steps: readonly Step[]; readonly calls: readonly Call[]; readonly throws: boolean } {
  const caught = tries?.findLast((one) => one.zone === 'catch')?.of;
  const inside = fn.steps.filter((step) => step.tries?.some((one) => one.of === caught && one.zone === 'try') === true);
  return { steps: inside, calls: inside.flatMap((step) => (step.do === 'call' ? [step.call] : [])), throws: inside.some((step) => step.do === 'throw') };
}
/** The call a callback is handed to: `fs.readFile(path, (err, data) => ...)`, and what `.catch(...)` stands behind. */
function callsAround(fn: FunctionView, context: RuleContext): readonly Call[] {
  const outer = fn.within === undefined ? undefined : context.body(fn.within);
  const step = outer?.steps.find((one) => one.do === 'call' && one.call.args.some(({ value }) => value.kind === 'function' && value.fn === fn.id));
  if (step?.do !== 'call') return [];
  const all: Call[] = [step.call];
  for (let at = step.call.receiver; at?.kind === 'call' && all.length < 20; at = at.receiver) all.push(at);
  return all;
}
/** Told to a callback of a method that nobody can follow and whose name speaks of no file, database or other service: what may go wrong there is not known. */
export function isOfUnknownMethod(error: Value, send: Send, fn: FunctionView, context: RuleContext): boolean {
  if (error.kind !== 'ref' || error.root.kind !== 'caught' || error.root.how !== 'callback' || send.zone === 'catch') return false;
  const [call] = callsAround(fn, context);
  if (call?.receiver === undefined || call.target.kind !== 'ref' || ASKS_OTHERS.test(call.name) || fn.parameters[0]?.name !== error.text.split('.')[0]) return false;
  const { root } = call.target;
  const isOfPackage = root.kind === 'global' || (root.kind === 'import' && !root.from.startsWith('.'));
  return !isOfPackage && context.resolve(call.target).value.kind !== 'function';
}
/** It is handed every error of the application that nobody else answers. */
export function answersAllErrors(fn: FunctionView, context: RuleContext): boolean {
  return context.role(fn.id)?.as === 'error';
}
/** Nothing but the language, a log or the answer itself: what they throw tells nothing of the inside. */
export function isOfLanguage(call: Call, context: RuleContext): boolean {
  if (call.awaited || call.args.some(({ value }) => value.kind === 'function')) return false;
  const { root, path } = call.target.kind === 'ref' ? call.target : { root: undefined, path: [] };
  if (root?.kind === 'global') return LANGUAGE.test(root.name) && !(root.name === 'process' && path[0] !== 'uptime');
  if (root?.kind === 'parameter') return /^(response|context)$/.test(context.role(root.fn)?.parameters[root.index] ?? '') || METHODS.test(call.name);
  return METHODS.test(call.name) && call.receiver !== undefined;
}

/** Globals and methods of texts, lists and numbers. */
const LANGUAGE = /^(JSON|Object|Array|String|Number|Boolean|Math|Date|RegExp|BigInt|Symbol|Buffer|URL|URLSearchParams|Map|Set|parseInt|parseFloat|isNaN|decodeURIComponent|encodeURIComponent|decodeURI|encodeURI|console|structuredClone|process|atob|btoa|Intl)$/;
const METHODS = /^(includes|indexOf|split|trim|join|slice|substring|replace|replaceAll|startsWith|endsWith|toLowerCase|toUpperCase|toString|toJSON|concat|push|charAt|padStart|toFixed|toISOString|getTime|keys|values|entries|has|info|debug|warn|error|trace|log)$/;

/** The name an error is known by where it was thrown or handed over: a local leads to what it was made of. */
export function errorNamed(value: Ref, context: RuleContext): Ref {
  if (context.isError(value) && value.root.kind !== 'local') return value;
  const end = context.resolve(value).value;
  return end.kind === 'ref' ? end : value;
}

/** Under these branches the error is one that was foreseen, names of the function followed; also in the `default` of a switch that has a case for server errors. */
export function isExcused(when: readonly Branch[], fn: FunctionView, context: RuleContext): boolean {
  const follow = (value: Value): Value | undefined => {
    const end = context.resolve(value).value;
    return end.kind === 'ref' && end.computed === undefined ? undefined : end;
  };
  return isForeseen(when, follow) || when.some((branch, index) => branch.test.kind === 'unknown' && branch.test.why === 'default case' && fn.steps.some((step) => isServerCase(step.when[index]?.test)));
}
function isServerCase(test: Value | undefined): boolean {
  if (test?.kind === 'logic') return isServerCase(test.left) || isServerCase(test.right);
  return test?.kind === 'compare' && test.op === '===' && test.right.kind === 'literal' && typeof test.right.value === 'number' && test.right.value >= 500 && test.right.value < 600;
}

/** An error handler of Fastify that sends the error itself: its text is the answer. */
export function sendsText(send: Send, value: Value, fn: FunctionView, context: RuleContext): boolean {
  return send.value === value && send.call?.name === 'send' && answersAllErrors(fn, context) && frameworkOf(send, fn, context) === 'fastify';
}
/** The framework makes an answer of an error handed over whole: hapi and GraphQL of every one, Fastify of one that is sent or returned. */
export function isFormattedByFramework(send: Send, value: Value, fn: FunctionView, context: RuleContext): boolean {
  if (!isWay(send.value, value, 0)) return false;
  const framework = frameworkOf(send, fn, context);
  return framework === 'hapi' || framework === 'graphql' || (framework === 'fastify' && (send.call === undefined || send.call.name === 'send'));
}
/** All that is sent, or one way of a choice: `known ? err : new Error('failed')`. */
function isWay(sent: Value, value: Value, depth: number): boolean {
  if (sent === value) return true;
  if (depth > 8) return false;
  return sent.kind === 'choice' ? isWay(sent.then, value, depth + 1) || isWay(sent.else, value, depth + 1) : sent.kind === 'logic' && (isWay(sent.left, value, depth + 1) || isWay(sent.right, value, depth + 1));
}
/** The framework whose response is sent; undefined where nobody knows. */
function frameworkOf(send: Send, fn: FunctionView, context: RuleContext): string | undefined {
  const base = baseOf(send.call?.receiver ?? send.call?.target);
  const role = base?.kind === 'ref' && base.root.kind === 'parameter' ? context.role(base.root.fn) : context.role(fn.id);
  if (role?.framework !== 'unknown') return role?.framework;
  // `reply.code(500).send(err)`: only Fastify and old hapi call it so.
  return base?.kind === 'ref' && /^(reply|rep)$/.test(base.text) ? 'fastify' : undefined;
}

/** Where a leaf is reported: where it stands or, when that is another file, at what of the sending file it was reached through. */
export function placeOfLeaf(leaf: Leaf, send: Send): Pick<Detection<unknown>, 'at' | 'related'> | undefined {
  if (leaf.value.at.path === send.at.path) return { at: leaf.value.at };
  const at: At | undefined = leaf.via?.at;
  return at?.path === send.at.path ? { at, related: [{ at: leaf.value.at, label: 'It is put into the answer here.' }] } : undefined;
}
/** The answer is built by a function it is handed to: what stands at the place of the finding is no part of the answer. */
export function isHandedOn(leaf: Leaf, send: Send): boolean {
  return leaf.via?.kind === 'call' || leaf.via?.at.path !== leaf.value.at.path && leaf.via !== undefined || (leaf.entry !== undefined && leaf.entry.at.path !== send.at.path);
}
