import type { RuleContext } from '../rule.js';

/** What is found out once for each subject, for as long as the context lives in which it was asked: several rules ask for it, some for every endpoint. */
export function once<K extends object, V>(find: (subject: K, context: RuleContext) => V): (subject: K, context: RuleContext) => V {
  const known = new WeakMap<RuleContext, Map<K, { readonly value: V }>>();
  return (subject, context) => {
    const held = known.get(context) ?? new Map<K, { readonly value: V }>();
    known.set(context, held);
    const found = held.get(subject) ?? { value: find(subject, context) };
    held.set(subject, found);
    return found.value;
  };
}
