import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { changesOf } from './changes.js';
import { isHarmless } from './guards.js';
import { refusesByItself } from './methods.js';
import { standsOpen } from './peers.js';
import { someIn, someValue } from './walk.js';

/** A message about money that is believed whoever sends it. */
export interface BelievedEvent {
  readonly how: 'event';
  readonly endpoint: Endpoint;
  /** What it is about: the event's name, or the field that is set. */
  readonly about: string;
  /** It is the path of a neighbour that looks at a signature. */
  readonly beside?: true;
}
/** Names providers give what happened: Stripe, Paddle, Lemon Squeezy, PayPal, Razorpay, GoCardless, Mollie. */
const EVENT = /^((checkout\.session|payment_intent|invoice|charge|setup_intent|payment_method|customer\.subscription|subscription|payout|transfer|transaction|order|payment|refund)\.[a-z_.]{2,40}|(PAYMENT|CHECKOUT|BILLING)\.[A-Z_.]{2,60}|(order|subscription|payment)_(created|paid|payment_success|cancelled|expired|captured|updated))$/;
const SIGNED = /signature|constructEvent|createHmac|verify|timingSafeEqual|webhookSecret|svix|unmarshal/i;
const DEEPEST = 2;

/** The handler acts on what a payment provider is said to have sent, and proves nothing: no signature, no secret, no question back. */
export function believedEvent(endpoint: Endpoint, context: RuleContext): BelievedEvent | undefined {
  if (endpoint.method !== 'POST' || endpoint.route.public || refusesByItself(endpoint, context)) return undefined;
  if (!standsOpen(endpoint)) return unsignedBeside(endpoint, context);
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  if (!body?.complete || proves(body, context, 0)) return undefined;
  const about = eventIn(body) ?? paidIn(body, context);
  return about === undefined ? unsignedBeside(endpoint, context) : { how: 'event', endpoint, about };
}
const HOOK = /(^|\/)(web-?)?(hooks?|callbacks?|ipn|notify|notifications?|events?)(\/|$)/i;
/** A hook whose neighbour of the same router looks at a signature, and which proves nothing itself. */
function unsignedBeside(endpoint: Endpoint, context: RuleContext): BelievedEvent | undefined {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  if (!HOOK.test(endpoint.path.text) || endpoint.route.layers.some((layer) => !isHarmless(layer)) || !body?.complete || proves(body, context, 0)) return undefined;
  const signed = context.endpoints({ scope: endpoint.scope }).find((one) => one !== endpoint && one.method === 'POST' && HOOK.test(one.path.text) && checksSignature(one, context));
  return signed && { how: 'event', endpoint, about: signed.path.text, beside: true };
}
function checksSignature(endpoint: Endpoint, context: RuleContext): boolean {
  const isSigned = (layer: Endpoint['route']['layers'][number]): boolean => /signature|signed|hmac|verify\w*hook|hook\w*verif/i.test(layer.name);
  return refusesByItself(endpoint, context) || endpoint.route.layers.some(isSigned);
}
/** Something is checked on the way: a signature, a header, an identity. */
function proves(body: FunctionView, context: RuleContext, depth: number): boolean {
  return someValue(body, (value) => {
    const field = context.request(value);
    if (field?.from === 'header' || field?.from === 'identity' || field?.from === 'ip') return true;
    if (value.kind === 'ref') return value.path.some((key) => key !== undefined && /^(headers|session|user|auth)$/i.test(key));
    if (value.kind !== 'call') return false;
    return SIGNED.test(value.callee || value.name) || value.name === 'headers' || asksBack(value) || (depth < DEEPEST && provesInside(value, body, context, depth));
  });
}
function provesInside(call: Call, body: FunctionView, context: RuleContext, depth: number): boolean {
  const end = context.resolve(call.target).value;
  const inner = end.kind === 'function' && end.fn !== body.id ? context.body(end.fn) : undefined;
  return inner !== undefined && proves(inner, context, depth + 1);
}
/** `stripe.events.retrieve(event.id)`: the provider itself is asked whether it happened. */
function asksBack({ callee, name }: Call): boolean {
  return /^(retrieve\w*|get\w*Payment\w*|capture\w*|lookup\w*)$/.test(name) || /(^|\.)(events|payments|paymentIntents|orders|transactions|subscriptions|sessions)\.(get|fetch|find|show)$/.test(callee);
}
function eventIn(body: FunctionView): string | undefined {
  let found: string | undefined;
  someValue(body, (value) => {
    if (value.kind !== 'compare' || !/^[!=]==?$/.test(value.op)) return false;
    const sides = [value.left, value.right];
    const literal = sides.find((side) => side.kind === 'literal');
    const isNamed = sides.some((side) => side.kind === 'ref' && /(^|\.)(\w*type|event|event_?name|event_?type|action|alert_name)$/i.test(side.text));
    if (literal?.kind === 'literal' && typeof literal.value === 'string' && isNamed && EVENT.test(literal.value)) found = literal.value;
    return found !== undefined;
  });
  return found;
}
/** `Order.updateOne({ ref: req.body.reference }, { paid: true })` */
function paidIn(body: FunctionView, context: RuleContext): string | undefined {
  for (const { call, kind, held } of changesOf(body, context)) {
    if (!call || held || kind !== 'write' || !call.args.some(({ value }) => someIn(value, (one) => context.request(one)?.from === 'body'))) continue;
    const key = call.args.map(({ value }) => paidKey(value, 0)).find((one) => one !== undefined);
    if (key !== undefined) return key;
  }
  return undefined;
}
function paidKey(value: Value, depth: number): string | undefined {
  if (value.kind !== 'object' || depth > 4) return undefined;
  for (const { key, value: held } of value.entries) {
    const isPaid = key !== undefined && held.kind === 'literal' && ((/^(is_?)?paid$/i.test(key) && held.value === true) || (/status$/i.test(key) && typeof held.value === 'string' && /^paid$/i.test(held.value)));
    const inner = isPaid ? key : paidKey(held, depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
