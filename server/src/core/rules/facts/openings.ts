import type { Layer } from '../../model/api.js';
import type { Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

const OPENING_DECORATOR = /^(public|public_?route|is_?public|skip_?auth(entication)?|no_?auth|allow_?anonymous|allow_?unauthorized|unauthenticated|anonymous)$/i;

/** Marks a guard lets pass, by their names. */
const MARK = /^(is_?)?(public|open|anonymous|no_?auth|skip_?auth\w*|allow_?(anonymous|unauthorized|public)\w*|unprotected|unguarded|unauthenticated)(_?(route|endpoint|key|access))?$/i;

/** A guard of the route's own router that is registered below it and would have covered it. */
export function laterGuard(endpoint: Endpoint, context: RuleContext): Layer | undefined {
  if (!/^(express|koa|hono)$/.test(endpoint.framework)) return undefined;
  const scope = context.scopeOf(endpoint.methodAt);
  if (scope?.id !== endpoint.scope) return undefined;
  const index = scope.order.findIndex((entry) => entry.kind === 'route' && isSame(entry.at, endpoint.methodAt));
  if (index < 0) return undefined;
  const later = scope.order.slice(index + 1).find((entry) => entry.layer && entry.when.length === 0 && entry.layer.claims.some((claim) => claim.protects === 'authentication') && covers(entry.path?.segments, endpoint));
  return later?.layer;
}
function covers(segments: Endpoint['path']['segments'] | undefined, { path }: Endpoint): boolean {
  return (segments ?? []).every((one, index) => one.kind === 'rest' || (one.kind !== 'unknown' ? one.text === path.segments[index]?.text : path.segments[index]?.kind === 'unknown'));
}
function isSame(a: At, b: At): boolean {
  return a.path === b.path && a.mark === b.mark && a.part?.start === b.part?.start;
}

/** What takes a check away from one route. */
export interface Off {
  readonly at: At;
  /** The decorator, or the entry. */
  readonly whole: At;
  readonly how: 'decorator' | 'option';
  readonly name: string;
}
/** What takes a check away from this route alone: `@Public()`, `auth: false`. */
export function switchedOff(endpoint: Endpoint, context: RuleContext): Off | undefined {
  if (endpoint.framework === 'nest') {
    const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
    const found = body?.decorators.find((one) => opensByName(one) || marksOpen(one, context));
    if (!found || found.at.path !== endpoint.methodAt.path) return undefined;
    return { at: found.kind === 'call' ? found.nameAt : found.at, whole: found.at, how: 'decorator', name: `@${context.textOf(found.at)}` };
  }
  const option = openingOption(endpoint, context);
  // A mode that lets everybody pass is another rule's matter.
  return option?.mode === false ? { at: option.valueAt, whole: option.entryAt, how: 'option', name: 'auth: false' } : undefined;
}
/** `@Public()`, `@SkipAuth()` */
export function opensByName(one: Value): boolean {
  return one.kind === 'call' ? OPENING_DECORATOR.test(one.name) : one.kind === 'ref' && OPENING_DECORATOR.test(one.text);
}
/** A decorator of the project that sets a mark a guard looks for: `const Open = () => SetMetadata('open', true)`. */
function marksOpen(one: Value, context: RuleContext): boolean {
  if (one.kind !== 'call' && one.kind !== 'ref') return false;
  const end = context.resolve(one.kind === 'call' ? one.target : one).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  const last = body?.steps.at(-1);
  const made = last?.do === 'return' ? last.value : end;
  if (made?.kind !== 'call' || made.callee !== '@nestjs/common.SetMetadata') return false;
  const [key, value] = made.args.map((item) => context.constant(item.value)?.value);
  return typeof key === 'string' && MARK.test(key) && value === true;
}
/** `auth: false`, or a mode under it that lets everybody through. */
export function openingOption(endpoint: Endpoint, context: RuleContext): { readonly valueAt: At; readonly entryAt: At; readonly mode: boolean } | undefined {
  if (endpoint.framework !== 'hapi' || endpoint.route.options?.at.path !== endpoint.methodAt.path) return undefined;
  for (const key of ['options', 'config']) {
    const held = context.option(endpoint.route.options, key);
    const auth = held.kind === 'value' ? context.option(held.value, 'auth') : undefined;
    if (auth?.kind !== 'value' || auth.value.at.path !== endpoint.methodAt.path) continue;
    if (auth.value.kind === 'literal' && auth.value.value === false) return { valueAt: auth.value.at, entryAt: auth.entry.at, mode: false };
    const mode = context.option(auth.value, 'mode');
    if (mode.kind === 'value' && mode.value.kind === 'literal' && (mode.value.value === 'try' || mode.value.value === 'optional')) return { valueAt: mode.value.at, entryAt: mode.entry.at, mode: true };
  }
  return undefined;
}
