import type { Change } from '../../findings/changes.js';
import type { FunctionView } from '../../model/module.js';
import type { Call } from '../../model/value.js';
import type { At } from '../../text/source.js';

/** The statement that does nothing but register what a call makes: `app.use(errorhandler());`. Undefined where it does more. */
export function registration(call: Call, fn: FunctionView): At | undefined {
  const outer = fn.steps.find((step) => step.do === 'call' && step.call !== call && step.call.args.some((item) => item.value.at.mark === call.at.mark));
  return outer?.do === 'call' && !outer.used && isPlain(outer.call) ? outer.statementAt : undefined;
}
/** The statement of a registering call, where it does nothing else. */
export function ownStatement(at: At, fn: FunctionView): At | undefined {
  const step = fn.steps.find((one) => one.do === 'call' && one.call.at.mark === at.mark);
  return step?.do === 'call' && !step.used && isPlain(step.call) ? step.statementAt : undefined;
}
/** `app.use(x)`, not a link of a chain. */
function isPlain({ receiver }: Call): boolean {
  return receiver?.kind === 'ref';
}
/** Puts a statement under a test for development. */
export function wrapped(statementAt: At): readonly Change[] {
  return [{ do: 'insert', at: statementAt, where: 'before', code: ['if (process.env.NODE_ENV === ', { quote: 'development' }, ') '] }];
}
