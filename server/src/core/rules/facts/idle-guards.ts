import type { Role } from '../../model/api.js';
import type { FunctionView, Step } from '../../model/module.js';
import type { At } from '../../text/source.js';
import { callsParameter, goesOnFrom } from './handed.js';
import type { RuleContext } from '../rule.js';
import { authGuardName } from './guards.js';
import { wordsOf } from './names.js';
import { givesTrueAlways } from './passing-guards.js';
import { SILENT, truthIn } from './passing-verifiers.js';

/** A guard with nothing in it that could refuse. */
export interface Idle {
  readonly at: At;
  readonly name: string;
  readonly how: 'layer' | 'true' | 'empty';
  /** What answers a refusal, where it is known: the parameter of the response. */
  readonly response: string | undefined;
  readonly framework: string | undefined;
}
/** Names that say it themselves, that of a stand-in, or of what counts requests and asks nobody who they are. */
const OPEN = /^(optional|optionally|maybe|public|noop|allow|anonymous|anyone|everyone|pass|passthrough|fake|mock|stub|dummy|test|base|abstract|skip|disabled?|default|throttl\w*|rate|limit(s|er|ers|ing)?|quotas?|csrf|cache|log\w*|no|dev)$/i;

/** The function is a guard by its name or its class, and lets everybody through without asking. */
export function idleGuard(fn: FunctionView, context: RuleContext): Idle | undefined {
  const owner = ownerOf(fn);
  const isMethod = /(^|\.)canActivate$/.test(fn.name) && owner !== '';
  const name = isMethod ? owner : fn.name;
  if (!fn.complete || fn.when.length > 0 || !(isMethod || authGuardName(name)) || wordsOf(name).some((word) => OPEN.test(word)) || isReplaced(fn, context)) return undefined;
  if (isMethod) {
    const returns = fn.steps.filter((step) => step.do === 'return');
    const yes = returns.map((step) => (step.do === 'return' && step.value ? truthIn(step.value) : undefined));
    const isIdleGuard = yes.length > 0 && yes.every((at) => at !== undefined) && fn.steps.every(isIdle);
    const at = isIdleGuard ? yes[0] : givesTrueAlways(fn, context);
    return at && { at, name, how: 'true', response: undefined, framework: undefined };
  }
  const role = context.role(fn.id);
  // By its shape alone, a function that is handed a way on stands before handlers.
  const isLayer = role?.as === 'layer' || (role?.as === 'other' && !role.sure && role.parameters.includes('next'));
  if (!role || !isLayer || !fn.steps.every((step) => isIdle(step) || isNext(step, fn, context))) return undefined;
  const next = fn.steps.find((step) => isNext(step, fn, context));
  const response = fn.parameters[role.parameters.findIndex((one) => one === 'response' || one === 'context')]?.name;
  if (next?.do === 'call') return { at: next.call.at, name, how: 'layer', response, framework: frameworkOf(role) };
  return role.sure && !role.parameters.includes('next') && !fn.steps.some((step) => step.do === 'throw') ? { at: fn.nameAt, name, how: 'empty', response: undefined, framework: undefined } : undefined;
}
/** `let guard = (req, res, next) => next(); if (on) guard = real;`: which of them stands before a route hangs on a setting. */
function isReplaced(fn: FunctionView, context: RuleContext): boolean {
  return context.functions(fn.at.path).some(({ steps }) => steps.some((step) =>
    step.do === 'assign' && step.target.root.kind === 'local' && step.target.path.length === 0 && step.target.text === fn.name && !(step.value.kind === 'function' && step.value.fn === fn.id)));
}
function frameworkOf({ framework, parameters }: Role): string | undefined {
  if (framework === 'koa' || framework === 'express') return framework;
  return framework === 'unknown' && parameters.includes('response') ? 'express' : undefined;
}
/** The class a method stands in: `RolesGuard` of `RolesGuard.canActivate`. */
function ownerOf(fn: FunctionView): string {
  const dot = fn.name.lastIndexOf('.');
  return dot > 0 ? fn.name.slice(0, dot) : fn.owner === undefined ? '' : fn.owner.slice(fn.owner.indexOf('#') + 1);
}
/** Nothing that could refuse: a log, a plain assignment, an end. Only under no test. */
function isIdle(step: Step): boolean {
  if (step.when.length > 0) return false;
  if (step.do === 'call') return SILENT.test(step.call.callee);
  if (step.do === 'assign') return step.value.kind === 'literal';
  return step.do === 'return' && (step.value === undefined || step.value.kind === 'literal' || truthIn(step.value) !== undefined || (step.value.kind === 'call' && callsParameter(step.value)));
}
function isNext(step: Step, fn: FunctionView, context: RuleContext): boolean {
  return step.do === 'call' && step.when.length === 0 && goesOnFrom(step.call, fn, context);
}
