import type { FunctionView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { isTable, statementWrite, writeNamed, type DataWrite } from './data-writes.js';
import { baseOf } from './walk.js';

/** Calls that give a table, a model or a repository. */
const GIVES = /^(getRepository|getMongoRepository|getTreeRepository|getCustomRepository|model|define|collection|getCollection|getModel|getModelForClass|discriminator)$/;
/** Types of fields and parameters that are one. */
const TYPES = /^(\w{1,40}\.)?(\w{0,40}Repository|\w{0,40}Model|ReturnModelType|PaginateModel|Collection|EntityManager)\b/;
const FINDS = /^(find(One|OneBy|OneOrFail|OneByOrFail|ById|ByPk|Unique|UniqueOrThrow|First|FirstOrThrow|AndCountAll)?|get|findByIdOrFail|findOrFail|load)$/;
const OF_ROW = /^(save|update|destroy|remove|deleteOne|updateOne|delete|increment|decrement|softRemove)$/;
const REMEMBERS = /seen|visit|view|count|hit|access|last|used|online|read|attempt/i;
const COMMANDS = /^@aws-sdk\/(client|lib)-(dynamodb|s3)\.(Delete|Put|Update|BatchWrite|TransactWrite)\w{0,30}Command$/;
const DEEPEST = 6;

/** What a call changes, where only what its receiver was made from, or is declared as, tells: rows, models under other names, statements kept in constants. */
export function storedBy(call: Call, body: FunctionView, context: RuleContext): DataWrite | undefined {
  const name = call.target.kind === 'ref' ? call.target.text : call.name;
  if (call.name === 'send') return commandIn(call, context);
  if (call.receiver && /^(sendMail|sendEmail)$/.test(call.name)) {
    const made = context.resolve(call.receiver).value;
    return made.kind === 'call' && /^nodemailer\./.test(made.callee) ? { call, kind: 'write', name } : undefined;
  }
  const statement = statementOf(call, context);
  if (statement) return statement;
  const kind = writeNamed(call.name);
  if (!kind || !call.receiver) return undefined;
  const root = rootOf(call.receiver);
  if (root === undefined) return undefined;
  if (isStore(root, context)) return { call, kind, name };
  return root === call.receiver && OF_ROW.test(call.name) && isRow(root, context) && !onlyRemembers(root, call, body, context) ? { call, kind, name } : undefined;
}
/** `client.send(new DeleteCommand(...))` */
function commandIn(call: Call, context: RuleContext): DataWrite | undefined {
  const first = call.args[0]?.value;
  const command = first && context.resolve(first).value;
  if (command?.kind !== 'call' || command.form !== 'new' || !COMMANDS.test(command.callee)) return undefined;
  return { call, kind: /\.Delete/.test(command.callee) ? 'delete' : 'write', name: command.name };
}
/** `db.query(SQL.close, [id])`, `close.run(id)` of a statement prepared before. */
function statementOf(call: Call, context: RuleContext): DataWrite | undefined {
  const made = call.name === 'run' && call.receiver?.kind === 'ref' ? context.resolve(call.receiver).value : undefined;
  const first = made?.kind === 'call' && made.name === 'prepare' ? made.args[0]?.value : /^(query|execute|none|run|raw)$/.test(call.name) && call.args[0]?.value.kind === 'ref' ? call.args[0].value : undefined;
  const text = first && context.constant(first)?.value;
  return typeof text === 'string' ? statementWrite(call, text) : undefined;
}
/** The name a chain of calls begins with. */
function rootOf(value: Value): Ref | undefined {
  const base = baseOf(value, DEEPEST);
  return base?.kind === 'ref' ? base : undefined;
}
function isStore(root: Ref, context: RuleContext): boolean {
  if (context.entity(root) !== undefined && root.root.kind !== 'import') return true;
  const type = context.typeOf(root);
  if (type !== undefined) return TYPES.test(type);
  return givesStore(context.resolve(root).value, 0);
}
function givesStore(value: Value, depth: number): boolean {
  if (value.kind === 'logic' && depth < 3) return givesStore(value.left, depth + 1) || givesStore(value.right, depth + 1);
  return value.kind === 'call' && GIVES.test(value.name);
}
/** A row that was looked up in a table: `const todo = await Todo.findOne(...)`. */
function isRow(value: Ref, context: RuleContext): boolean {
  if (value.path.length > 0) return false;
  let end: Value | undefined = context.resolve(value).value;
  for (let hops = 0; end?.kind === 'call' && hops < DEEPEST; hops++) {
    const of: Value | undefined = end.receiver;
    if (of && FINDS.test(end.name)) {
      const root = rootOf(of);
      return isTable(of, end, 0) || (root !== undefined && isStore(root, context));
    }
    end = of;
  }
  return false;
}
/** All that is set on the row says that it was seen or used. */
function onlyRemembers(row: Ref, call: Call, body: FunctionView, context: RuleContext): boolean {
  if (call.name !== 'save') return REMEMBERS.test(context.textOf(call.at).slice(row.text.length, 200));
  const set = body.steps.flatMap((step) => (step.do === 'assign' && step.target.path.length > 0 && step.target.root.kind === 'local' && row.root.kind === 'local' && step.target.root.binding === row.root.binding ? [step.target.text] : []));
  return set.length > 0 && set.every((text) => REMEMBERS.test(text.slice(row.text.length)));
}
