import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { personName, tableName } from './field-names.js';
import { outward } from './outward.js';
import { holdsHidden, type RecordRead } from './held-records.js';
import { recordRead, takesAway } from './records.js';

/** What programs call those who sign in. */
const MODELS = 'user account member admin customer employee agent player driver student teacher staff usuario utilisateur person patient client owner seller guest'.split(' ');
const MOST_LINKS = 60;

/** The record of a person that a check before the handler put on the request, whole: `req.user = await User.findById(id)`, or what passport gives for a session or a token. */
export function signedIn(value: Value, fn: FunctionView, context: RuleContext): RecordRead | undefined {
  if (value.kind !== 'ref' || value.root.kind !== 'parameter') return undefined;
  const role = context.role(value.root.fn)?.parameters[value.root.index];
  const path = value.path.join('.');
  if (!(role === 'request' ? /^\w+$/ : role === 'context' ? /^state\.\w+$/ : /$^/).test(path)) return undefined;
  for (const endpoint of context.endpoints({ handler: fn.id })) {
    const given = settersOf(endpoint, path, context);
    const reads = given.map((one) => (takesAway(one.in) ? undefined : recordRead(one.value, one.in, context)));
    const [first] = reads;
    if (first && reads.every((one) => one !== undefined)) return { ...first, call: undefined };
    if (given.length > 0) return undefined;
  }
  if (!/(^|\.)user$/.test(path)) return undefined;
  const model = MODELS.find((one) => context.projectUses(`signs in ${one}`));
  const isWhole = model !== undefined && (holdsHidden(model, context) || (personName(model) && !context.projectUses(`trims ${tableName(model)}`)));
  return isWhole ? { model, library: 'other', call: undefined, list: false, proven: holdsHidden(model, context) } : undefined;
}
/** What the layers before a handler put at the path of the request. */
function settersOf(endpoint: Endpoint, path: string, context: RuleContext): readonly { readonly value: Value; readonly in: FunctionView }[] {
  const found: { readonly value: Value; readonly in: FunctionView }[] = [];
  let hops = 0;
  for (let link = endpoint.chain; link && hops < MOST_LINKS; link = link.before, hops++) {
    const layer = link.layer.fn === undefined ? undefined : context.body(link.layer.fn);
    if (!layer) continue;
    const own = context.functions(layer.at.path).filter((one) => [...outward(one, context.body, 7)].some(({ id }) => id === layer.id));
    for (const one of own) for (const step of one.steps)
      if (step.do === 'assign' && step.target.root.kind === 'parameter' && step.target.root.fn === layer.id && step.target.path.join('.') === path) found.push({ value: step.value, in: one });
  }
  return found;
}
