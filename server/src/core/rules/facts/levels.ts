import type { Call, Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { wordsOf } from './names.js';

const RIGHTS: ReadonlySet<string> = new Set('role roles permission permissions scope scopes level access right rights require requires required policy ability abilities allow allowed clearance privilege privileges tier grant grants'.split(' '));
const OPENS = /^(Public|Open|SkipAuth|AllowAnonymous|NoAuth|IsPublic|Anonymous|Unprotected)$/;
const WHO = /^(req|request|ctx|user|currentUser|account|me|principal|auth|session|caller|identity)$/i;

/** The decorator of the project that keeps a right for the guards to read, as it is written: `@Level('dispatcher')`. */
export function levelOf(endpoint: Endpoint, context: RuleContext): string | undefined {
  for (const one of decoratorsOf(endpoint, context)) {
    if (!wordsOf(one.name).some((word) => RIGHTS.has(word)) || !keepsMetadata(one, context)) continue;
    const first = one.args[0]?.value;
    const right = first?.kind === 'array' ? first.items[0]?.value : first;
    const text = right && context.constant(right)?.value;
    if (typeof text === 'string') return `@${one.name}('${text}')`;
    if (right?.kind === 'ref' && right.path.length > 0) return `@${one.name}(${right.text})`;
  }
  return undefined;
}
/** A method whose decorators and parameters say nothing of rights or of who calls. */
export function saysNothingOfRights(endpoint: Endpoint, context: RuleContext): boolean {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  const names = decoratorsOf(endpoint, context).map((one) => one.name);
  return body !== undefined && !names.some((name) => OPENS.test(name) || wordsOf(name).some((word) => RIGHTS.has(word) || word === 'guards')) && !body.parameters.some((one) => WHO.test(one.name ?? ''));
}
function decoratorsOf(endpoint: Endpoint, context: RuleContext): readonly Call[] {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  return (body?.decorators ?? []).filter((one): one is Call => one.kind === 'call');
}
/** `const Level = (level) => SetMetadata('level', level)`, `Reflector.createDecorator()`. */
function keepsMetadata({ target }: Call, context: RuleContext): boolean {
  const end: Value = context.resolve(target).value;
  if (end.kind === 'call') return /(^|\.)createDecorator$/.test(end.callee || end.name);
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  return body !== undefined && body.steps.some((step) => step.do === 'call' && /(^|\.)(SetMetadata|applyDecorators)$/.test(step.call.callee || step.call.name));
}
