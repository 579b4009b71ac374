import type { OpenApiDocument } from '../../openapi/document.js';
import { placedFix } from '../../openapi/part-places.js';
import { addedOperation } from '../../openapi/stub.js';
import type { Documented, Endpoint } from '../../project/project.js';
import type { Contract, Fix, FixAnswer, RuleContext } from '../rule.js';
import { refusesByItself } from './methods.js';
import { adminPath, asidePath } from './paths.js';
import { validationOf } from './validators.js';

const PAGE = /^(render|sendFile|sendfile|redirect|html|view|download)$/;
const TOOLS = /^(debug|internal|test|dev|dump|console|exec|shell|impersonate|backdoor|secret|private)([-_].{1,40})?$/i;

/** An endpoint a document lacks, where it would stand there, and the operations that stand beside it. */
export interface Unlisted {
  readonly endpoint: Endpoint;
  readonly place: { readonly document: OpenApiDocument; readonly key: string | undefined };
  readonly operations: readonly Documented[];
  /** A validator refuses its requests: nobody gets there until the document has it. */
  readonly refused: boolean;
}
/** An endpoint that a document of the API should have and lacks: its path, or its method there; undefined for all others. */
export function unlisted(contract: Contract, lacks: 'path' | 'method', context: RuleContext): Unlisted | undefined {
  if (contract.side !== 'code' || contract.said.state !== lacks) return undefined;
  const { endpoint, said: { place, operations } } = contract;
  if (!place || endpoint.route.statementAt.mark === 0 || isBesideApi(endpoint, context)) return undefined;
  const { refuses } = validationOf(endpoint, [place.document], context);
  return refuses === 'unknown' ? undefined : { endpoint, place, operations, refused: refuses === 'yes' };
}
/** A document of the API need not have it: probes, pages and their files, the console, and what refuses everybody. */
function isBesideApi(endpoint: Endpoint, context: RuleContext): boolean {
  if (asidePath(endpoint.path.text) || refusesByItself(endpoint, context) || endpoint.conduct?.closed === true) return true;
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  return endpoint.method === 'GET' && body !== undefined && body.steps.some((step) => step.do === 'call' && PAGE.test(step.call.name));
}
/** The path of an endpoint, as a document would write it where nobody knows what stands before it. */
export function pathName({ path }: Endpoint, { key }: Unlisted['place']): string {
  return path.known ? path.text : (key ?? path.text);
}
/** Something only its operators should use, by its path. */
export function isOfOperators({ path }: Endpoint): boolean {
  return adminPath(path.text) || path.segments.some(({ kind, text }) => kind === 'text' && TOOLS.test(text));
}

/** The change of a document that lists an endpoint, or why there is none. */
export function documentedBy({ endpoint, place }: Pick<Unlisted, 'endpoint' | 'place'>, context: RuleContext): FixAnswer {
  const { document, key } = place;
  if (key === undefined) return { refused: `How ${document.path} would write this path is not known.` };
  const { method, authentication, authorization } = endpoint;
  const { status, keys } = answerOf(endpoint, context);
  const guarded = authentication.state === 'unknown' ? undefined : authentication.state === 'guarded';
  const change = addedOperation(document, { method, key, guarded, restricted: authorization.state === 'guarded', status, answers: keys });
  if (!change) return { refused: `${document.path} has no place of its own for this path.` };
  const fix: Fix = { title: `Add ${method} ${key} to ${document.path}`, safety: status === '204' || keys !== undefined ? 'review' : 'manual', changes: [change] };
  return placedFix(fix, document);
}
/** The status of what an endpoint answers when all goes well, and the keys of it where they can be read. */
function answerOf(endpoint: Endpoint, context: RuleContext): { readonly status: string; readonly keys: readonly string[] | undefined } {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  for (const { value, status } of body ? context.sends(body.id) : []) {
    const code = status === undefined ? 200 : Number(context.constant(status)?.value);
    if (code === 204) return { status: '204', keys: undefined };
    if (!(code >= 200 && code < 300)) continue;
    const sent = value.kind === 'object' ? value : context.resolve(value).value;
    const keys = sent.kind === 'object' && !sent.open && sent.entries.length > 0 ? sent.entries.map((entry) => (entry.form === 'spread' ? undefined : entry.key)) : [undefined];
    const known = keys.flatMap((one) => one ?? []);
    return { status: String(code), keys: known.length === keys.length ? known : undefined };
  }
  const ends = body?.steps.some((step) => step.do === 'call' && /^(sendStatus|status|code)$/.test(step.call.name) && step.call.args[0] !== undefined && context.constant(step.call.args[0].value)?.value === 204);
  return { status: ends === true ? '204' : '200', keys: undefined };
}
