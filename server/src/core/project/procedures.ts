import type { Role } from '../model/api.js';
import type { ModuleView } from '../model/module.js';
import type { Call, FunctionId, Value } from '../model/value.js';

const ROUTERS = /^(router|createTRPCRouter|createRouter)$/;
const KINDS = /^(query|mutation|subscription)$/;
const DEEPEST = 4;

/** The functions of a file that answer procedures of tRPC: `router({ me: authed.query(({ ctx }) => ...) })`. */
export function proceduresIn(module: ModuleView): ReadonlySet<FunctionId> {
  const found = new Set<FunctionId>();
  const ofRouter = ({ args }: Call, depth: number): void => {
    const first = args[0]?.value;
    if (first?.kind !== 'object' || depth > DEEPEST) return;
    for (const { value } of first.entries) {
      if (value.kind !== 'call') continue;
      if (ROUTERS.test(value.name)) ofRouter(value, depth + 1);
      const last: Value | undefined = KINDS.test(value.name) && value.receiver !== undefined ? value.args.at(-1)?.value : undefined;
      if (last?.kind === 'function') found.add(last.fn);
    }
  };
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) if (step.do === 'call' && ROUTERS.test(step.call.name)) ofRouter(step.call, 0);
  return found;
}
/** What such a function gives back is the answer. */
export const PROCEDURE: Role = { framework: 'trpc', as: 'other', parameters: ['other'], returnSends: true, sure: false };
