import type { Send } from '../../model/api.js';
import type { Change, RuleContext } from '../rule.js';

/** A line before the send that logs the error, with the file's logger where it has one. */
export function logged(send: Send, error: string, context: RuleContext): readonly Change[] {
  const logger = ['logger', 'log'].find((name) => context.visible(name, send.at) === 'present');
  return [{ do: 'insert', at: send.statementAt, where: 'line-before', code: [`${logger ?? 'console'}.error(${error});`] }];
}
