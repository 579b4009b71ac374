import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { links } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { someIn } from './walk.js';

/** The whole body of a request, handed to what stores accounts. `schema`: a schema is asked first that lets other fields through. */
export interface MassAssignment {
  readonly value: Value;
  readonly through: 'nothing' | 'open-schema';
}
const IDENTITY_MODEL = /^(user|account|member|customer|admin|employee|tenant|organi[sz]ation|role)s?(model|repository|repo|entity|collection|dao|service|srv)?$/i;
const STORES = /^(create|insert|insertOne|insertMany|update|updateOne|updateMany|findByIdAndUpdate|findOneAndUpdate|upsert|bulkCreate|build|save)$/;
const CHECKS = /valid|schema|parse|sanit|pick|omit|whitelist|allow|filter|assert|cast|strip/i;
const LISTS = /^(every|filter|some|forEach|find|reduce)$/;
const DEEPEST = 3;

/** `User.create(req.body)`, `{ ...req.body }`, `Object.assign(user, req.body)`, where nothing in front of it or in the function it is handed to looks at its fields. */
export function massAssignment(call: Call, fn: FunctionView, context: RuleContext): MassAssignment | undefined {
  const value = assigned(call, context);
  if (!value || isCheckedBefore(fn, context)) return undefined;
  const before = checkedAbove(value, call, fn, context);
  if (before === 'closed') return undefined;
  const index = call.args.findIndex((item) => item.value === value || someIn(item.value, (one) => one === value));
  const end = context.resolve(call.target).value;
  const service = end.kind === 'function' ? context.body(end.fn) : undefined;
  if (!service && isForeign(call)) return undefined;
  const looked = service && index >= 0 ? looksAt(service, index, context, 0) : 'no';
  return looked === 'closed' ? undefined : { value, through: looked === 'open' || before === 'open' ? 'open-schema' : 'nothing' };
}
/** A check of the same whole body stands above in the handler: `await validateInput(req.body);`. */
function checkedAbove(value: Value, call: Call, fn: FunctionView, context: RuleContext): Looked {
  const text = context.textOf(value.at);
  const isSame = (one: Value): boolean => one.kind === 'ref' && one !== value && context.request(one)?.key === undefined && context.textOf(one.at) === text;
  let looked: Looked = 'no';
  for (const step of fn.steps) {
    if (step.do !== 'call' || !CHECKS.test(step.call.name) || !step.call.args.some((item) => isSame(item.value))) continue;
    if (step.call.at.mark === call.at.mark) break;
    if (stripsOnly(step.call, step.used, context)) continue;
    if (!isOpenSchema(step.call, context)) return 'closed';
    looked = 'open';
  }
  return looked;
}
/** `Schema.parse(req.body);` of zod: what it does not name is taken out of what it gives back, and nothing is refused. */
function stripsOnly(call: Call, used: boolean, context: RuleContext): boolean {
  const made = call.receiver && context.resolve(call.receiver).value;
  return !used && made?.kind === 'call' && someIn(made, (one) => one.kind === 'call' && /^zod\./.test(one.callee)) && !someIn(made, (one) => one.kind === 'call' && /^strict(Object)?$/.test(one.name));
}
/** A service of another file of which nobody can tell what it does; models have a capital, tables a database before them. */
function isForeign({ receiver }: Call): boolean {
  if (receiver?.kind !== 'ref' || receiver.root.kind !== 'import' || !/^[.~#@]/.test(receiver.root.from)) return false;
  return /^[a-z]/.test(receiver.text) && !/(^|\.)(prisma\w*|db|database|knex|orm|models?|mongo\w*|supabase|drizzle)(\.|$)/i.test(receiver.text);
}
function assigned(call: Call, context: RuleContext): Value | undefined {
  if (call.callee === 'Object.assign') {
    const [to, ...from] = call.args;
    const made = to && to.value.kind === 'ref' ? (to.value.path.at(-1) ?? to.value.text) : '';
    return IDENTITY_MODEL.test(made) ? from.map((item) => wholeBody(item.value, context)).find((one) => one !== undefined) : undefined;
  }
  if (!STORES.test(call.name) || call.receiver?.kind !== 'ref') return undefined;
  const name = call.receiver.path.at(-1) ?? call.receiver.text;
  if (!IDENTITY_MODEL.test(name.replace(/^.*\./, ''))) return undefined;
  return call.args.map((item) => bodyIn(item.value, context, 0)).find((one) => one !== undefined);
}
function bodyIn(value: Value, context: RuleContext, depth: number): Value | undefined {
  if (value.kind !== 'object' || depth > 3) return wholeBody(value, context);
  for (const entry of value.entries) {
    if (entry.form !== 'spread' && !/^(data|\$set|values|update|create)$/.test(entry.key ?? '')) continue;
    const found = bodyIn(entry.value, context, depth + 1);
    if (found) return found;
  }
  return undefined;
}
function wholeBody(value: Value, context: RuleContext): Value | undefined {
  if (value.kind !== 'ref' || value.root.kind !== 'parameter' || !/^(body|payload|requestBody|value)$/.test(value.path.at(-1) ?? '')) return undefined;
  const field = context.request(value);
  return field?.from === 'body' && field.key === undefined ? value : undefined;
}
/** A schema stands before it, which may take away what it does not name. */
function isCheckedBefore(fn: FunctionView, context: RuleContext): boolean {
  return context.endpoints({ handler: fn.id }).some((one) => {
    const options = one.route.options;
    return links(one.chain).some(({ layer }) => layer.claims.length === 0 || layer.claims.some((claim) => claim.protects === 'schema')) || (options !== undefined && /schema|validate/.test(context.textOf(options.at).slice(0, 400)));
  });
}

type Looked = 'no' | 'open' | 'closed';
/** Whether a function of the project looks at the fields of what it is handed: by a schema, one by one, or by taking some of them. */
function looksAt(service: FunctionView, index: number, context: RuleContext, depth: number): Looked {
  const isGiven = (value: Value): boolean => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === service.id && value.root.index === index && value.path.length === 0;
  let looked: Looked = 'no';
  for (const step of service.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
    const at = call.args.findIndex((item) => someIn(item.value, isGiven));
    const isListed = LISTS.test(call.name) && call.receiver !== undefined && someIn(call.receiver, isGiven);
    if (isListed && comparesInside(call, context)) return 'closed';
    if (at < 0) continue;
    if (CHECKS.test(call.callee || call.name)) {
      if (!isOpenSchema(call, context)) return 'closed';
      looked = 'open';
      continue;
    }
    const end = depth < DEEPEST ? context.resolve(call.target).value : undefined;
    const next = end?.kind === 'function' ? context.body(end.fn) : undefined;
    if (!next || next.id === service.id) continue;
    const below = looksAt(next, at, context, depth + 1);
    if (below === 'closed') return below;
    if (below === 'open') looked = below;
  }
  return looked;
}
/** `Object.keys(user).every((key) => allowed.includes(key))`, or a test of each. */
function comparesInside({ args }: Call, context: RuleContext): boolean {
  const [first] = args;
  const callback = first?.value.kind === 'function' ? context.body(first.value.fn) : undefined;
  return callback !== undefined && callback.steps.some((step) => step.when.length > callback.when.length || step.do === 'return' || step.do === 'throw');
}
/** The schema is written out, and lets fields through that it does not name. */
function isOpenSchema(call: Call, context: RuleContext): boolean {
  for (const { value } of call.args) {
    const end = context.resolve(value).value;
    if (end.kind !== 'object' || context.option(end, 'properties').kind !== 'value') continue;
    const rest = context.option(end, 'additionalProperties');
    return rest.kind === 'absent' || (rest.kind === 'value' && context.constant(rest.value)?.value === true);
  }
  return false;
}
