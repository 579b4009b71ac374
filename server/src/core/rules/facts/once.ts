import { remembered } from '../../project/looks.js';
import type { RuleContext } from '../rule.js';

/** What is found out once for each subject, for as long as the context lives in which it was asked: several rules ask for it, some for every endpoint. */
export function once<K extends object, V>(find: (subject: K, context: RuleContext) => V): (subject: K, context: RuleContext) => V {
  const known = new WeakMap<RuleContext, (subject: K) => V>();
  return (subject, context) => {
    const ask = known.get(context) ?? remembered(context.looks, (one: K) => find(one, context));
    known.set(context, ask);
    return ask(subject);
  };
}
