import type { FunctionView, ModuleView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { jwtUses } from './jwt.js';
import { partsOf } from './walk.js';

/** `readFileSync(join(keys, header.kid))`: the key's file is chosen by a token nobody has checked yet. */
export function* keyFiles(module: ModuleView, context: RuleContext): Iterable<{ readonly call: Call; readonly fn: FunctionView; readonly step: Step }> {
  if (!jwtUses(module, context).some((use) => use.does === 'verify' || use.does === 'decode')) return;
  for (const fn of module.functions.values())
    for (const step of fn.steps) {
      const first = step.do === 'call' && /^(readFile|readFileSync|createReadStream)$/.test(step.call.name) ? step.call.args[0]?.value : undefined;
      if (step.do !== 'call' || !first || !namesKey(first, context, 0) || fn.steps.some((one) => one.do === 'call' && isSorted(one.call) && one.call.args.some(({ value }) => isKid(value)))) continue;
      yield { call: step.call, fn, step };
    }
}
function namesKey(value: Value, context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  if (isKid(value)) return true;
  if (value.kind === 'call' && /(^|\.)basename$/.test(value.callee)) return false;
  if (value.kind === 'ref' && value.root.kind === 'local') {
    const end = context.resolve(value).value;
    if (end !== value && end.kind !== 'ref') return namesKey(end, context, depth + 1);
  }
  return partsOf(value).some((part) => namesKey(part, context, depth + 1));
}
function isKid(value: Value): boolean {
  return value.kind === 'ref' && value.root.kind !== 'env' && value.root.kind !== 'import' && /(^|[.])kid$/.test(value.text);
}
/** What is looked up or matched first. */
function isSorted({ name }: Call): boolean {
  return /^(test|includes|has|match|basename|exec|indexOf)$/.test(name);
}
