import type { Send } from '../../model/api.js';
import type { Value } from '../../model/value.js';
import type { Change, RuleContext } from '../rule.js';

/** A line before the send that logs the error, with the file's logger where it has one. */
export function logged(send: Send, error: string, context: RuleContext): readonly Change[] {
  const logger = ['logger', 'log'].find((name) => context.visible(name, send.at) === 'present');
  return [{ do: 'insert', at: send.statementAt, where: 'line-before', code: [`${logger ?? 'console'}.error(${error});`] }];
}

/** The answer with a text that says nothing instead of what it held; as JSON where the call can send it. */
export function genericAnswer(send: Send): readonly Change[] {
  const { call, value } = send;
  const isPlain = call !== undefined && (call.name === 'json' || (call.name === 'send' && call.receiver !== undefined && !setsType(call.receiver)));
  if (!isPlain) return [{ do: 'replace', at: value.at, code: [{ quote: 'Internal server error' }] }];
  const changes: Change[] = [{ do: 'replace', at: value.at, code: ['{ error: ', { quote: 'Internal server error' }, ' }'] }];
  return call.name === 'json' ? changes : [{ do: 'replace', at: call.nameAt, code: ['json'] }, ...changes];
}
/** `res.type('text').send(...)`. */
function setsType(receiver: Value): boolean {
  let current: Value | undefined = receiver;
  for (let hops = 0; current?.kind === 'call' && hops < 20; hops++) {
    if (/^(type|contentType|set|header|setHeader)$/.test(current.name)) return true;
    current = current.receiver;
  }
  return false;
}
