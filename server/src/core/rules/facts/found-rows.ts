import type { Layer } from '../../model/api.js';
import type { Branch, FunctionView } from '../../model/module.js';
import type { FunctionId, Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { tableQueries } from './owned-tables.js';
import { requestReads } from './request-reads.js';
import { someIn } from './walk.js';

/** Columns whose texts a server makes itself. */
const ID = /^_?(id|uuid|guid)$|[a-z]_?(Id|ID|id|Uuid|uuid)$/;

/** Before the handler does its work, a check in front of it or the handler itself looked for the row of the id that a parameter names, and turned away whoever named none. Databases that compare numbers with texts by their first digits find one all the same. */
export function namesFoundRow(source: Value, endpoints: readonly Endpoint[], context: RuleContext): boolean {
  const field = context.request(source);
  const key = field?.from === 'param' ? field.key : undefined;
  return key !== undefined && endpoints.length > 0 && endpoints.every((one) => functionsOf(one).some((fn) => {
    const body = context.body(fn);
    return body !== undefined && refusesWithout(body, key, context);
  }));
}
function functionsOf({ chain, handler }: Endpoint): readonly FunctionId[] {
  const layers = links(chain).filter(({ sure }) => sure).flatMap(({ layer }): readonly Layer[] => [layer, ...(layer.parts ?? [])]);
  return [...layers.map(({ fn }) => fn), handler].flatMap((fn) => (fn === undefined ? [] : [fn]));
}
function refusesWithout(body: FunctionView, key: string, context: RuleContext): boolean {
  const queries = tableQueries(body, context).filter(({ kind, filters }) => kind === 'read' && filters.some(({ column, value }) => ID.test(column) && requestReads(value, context).some(({ field }) => field.from === 'param' && field.key === key)));
  const marks = new Set(queries.map(({ at }) => at.mark));
  const isMissing = ({ test, holds, early }: Branch): boolean => test.kind === 'not' && holds !== early && someIn(test.of, (one) => {
    const end = one.kind === 'ref' ? context.resolve(one).value : one;
    return end.kind === 'call' && marks.has(end.nameAt.mark);
  });
  return marks.size > 0 && body.steps.some((step) => step.when.some((branch) => isMissing(branch) && (branch.early || step.do === 'throw')));
}
