import type { ObjectValue, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { wordsOf } from './names.js';
import { secretName } from './secrets.js';

/** Words of names that say whether or how, not what. */
const ABOUT = /^(is|has|use|uses|with|without|requires?|required|masked|max|min|manager|provider|strategy|options|schema|limits?|config)$/;

/** All settings of the program, secrets of the environment among them: `log.info('starting', config)`. */
export function holdsSettings(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref' || value.path.length > 1 || (value.root.kind !== 'import' && value.root.kind !== 'local')) return false;
  const end = context.resolve(value).value;
  return end.kind === 'object' && holdsVariable(end, 0, context);
}
function holdsVariable({ entries }: ObjectValue, depth: number, context: RuleContext): boolean {
  return entries.some(({ key, value }) => {
    if (value.kind === 'object') return depth < 4 && holdsVariable(value, depth + 1, context);
    const read = value.kind === 'logic' ? value.left : value;
    const name = read.kind === 'ref' && read.root.kind === 'env' ? read.root.name : read.kind === 'call' && read.args.length > 0 && /env|read|get|need|require|must|config/i.test(read.name) ? key : undefined;
    return name !== undefined && secretName(name) && !wordsOf(name).some((word) => ABOUT.test(word));
  });
}
