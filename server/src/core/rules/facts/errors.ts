import type { At } from '../../text/source.js';
import type { Send } from '../../model/api.js';
import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Ref, Value } from '../../model/value.js';
import type { Detection, Leaf, RuleContext } from '../rule.js';

/** Databases, files and other services: what they throw speaks of the inside. */
const CLIENTS = /^(node:)?(fs|fs-extra|fs\/promises|axios|got|node-fetch|undici|pg|mysql2?|mongodb|mongoose|ioredis|redis|knex|sequelize|child_process)(\.|$)|^fetch$/;
const QUERIES = /(^|\.)(prisma|knex|sequelize|pool|db|client|connection|conn)\.(\w+\.)?(query|execute|\$queryRaw|raw|(find|create|update|delete|insert)\w*)$/;
const MODELS = /(^|\.)[A-Z]\w*\.(find(One|ById|All|AndCount\w*|Many|Unique|First|OneAnd\w+|ByIdAnd\w+|ByPk)?|create|insertMany|bulkCreate|updateOne|updateMany|deleteOne|deleteMany|countDocuments|aggregate|destroy)$/;

/** The function asks a database, the file system or another service inside a `try`. */
export function asksOthers(fn: FunctionView): boolean {
  return fn.steps.some((step: Step) => step.do === 'call' && step.zone === 'try' && (CLIENTS.test(step.call.callee) || QUERIES.test(step.call.callee) || MODELS.test(step.call.callee)));
}

/** The name an error is known by where it was thrown or handed over: a local leads to what it was made of. */
export function errorNamed(value: Ref, context: RuleContext): Ref {
  if (context.isError(value) && value.root.kind !== 'local') return value;
  const end = context.resolve(value).value;
  return end.kind === 'ref' ? end : value;
}

/** `status < 500 ? err.message : ...`: the status, or a mark of errors made for clients, decides what is sent. */
export function underStatusTest(when: readonly Branch[]): boolean {
  return when.some(({ test }) => {
    const values = test.kind === 'compare' ? [test.left, test.right] : test.kind === 'logic' ? [test.left, test.right] : [test];
    return (
      values.some((value) => value.kind === 'ref' && /^(status|statusCode|code|s|expose|isOperational|isPublic)$/.test(value.path.at(-1) ?? value.text)) ||
      values.some((value) => value.kind === 'literal' && typeof value.value === 'number' && value.value >= 400 && value.value <= 500)
    );
  });
}

/** The framework makes an answer of an error handed over whole: hapi of every one, Fastify of one that is sent or returned. */
export function isFormattedByFramework(send: Send, value: Value, fn: FunctionView, context: RuleContext): boolean {
  if (send.value !== value) return false;
  const framework = frameworkOf(send, fn, context);
  return framework === 'hapi' || (framework === 'fastify' && (send.call === undefined || send.call.name === 'send'));
}
/** The framework whose response is sent; undefined where nobody knows. */
function frameworkOf(send: Send, fn: FunctionView, context: RuleContext): string | undefined {
  let base: Value | undefined = send.call?.receiver ?? send.call?.target;
  for (let hops = 0; base?.kind === 'call' && hops < 20; hops++) base = base.receiver;
  const role = base?.kind === 'ref' && base.root.kind === 'parameter' ? context.role(base.root.fn) : context.role(fn.id);
  if (role?.framework !== 'unknown') return role?.framework;
  // `reply.code(500).send(err)`: only Fastify and old hapi call it so.
  return base?.kind === 'ref' && /^(reply|rep)$/.test(base.text) ? 'fastify' : undefined;
}

/** Where a leaf is reported: where it stands or, when that is another file, at what of the sending file it was reached through. */
export function placeOfLeaf(leaf: Leaf, send: Send): Pick<Detection<unknown>, 'at' | 'related'> | undefined {
  if (leaf.value.at.path === send.at.path) return { at: leaf.value.at };
  const at: At | undefined = leaf.via?.at;
  return at?.path === send.at.path ? { at, related: [{ at: leaf.value.at, label: 'It is put into the answer here.' }] } : undefined;
}
/** The answer is built by a function it is handed to: what stands at the place of the finding is no part of the answer. */
export function isHandedOn(leaf: Leaf, send: Send): boolean {
  return leaf.via?.kind === 'call' || leaf.via?.at.path !== leaf.value.at.path && leaf.via !== undefined || (leaf.entry !== undefined && leaf.entry.at.path !== send.at.path);
}
