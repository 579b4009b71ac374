import type { Branch } from '../../model/module.js';
import type { Call, Ref, Scalar, Value } from '../../model/value.js';

/** Members that errors made for clients have. */
const NARROWS = /^(name|isOperational|operational|expose|status|statusCode|statuscode|httpStatus|isJoi|isBoom|code|type|errors|validation|validationContext|isClient|isPublic|isUserError|userMessage|publicMessage|constructor)$/;
const STATUS = /^(status|statusCode|statuscode|httpStatus|httpCode|code|s|sc|output)$/;
/** Classes whose instances carry what a database or another service said. */
const DRIVERS = /(^|\.)((Native|Any)?Error|QueryFailedError|TypeORMError|(Sequelize)?(Database|Connection\w*|BaseS?)Error|ForeignKeyConstraintError|PrismaClient\w*Error|Mongo\w*Error|AxiosError|FetchError|SqlError|PostgresError|RequestError)$/;
/** Packages whose `Error` is the class of what their driver throws. */
const DRIVER_PACKAGES = /^_?(mongoose|mongodb|sequelize|knex|objection|typeorm|prisma|@prisma\/client|pg|mysql2?|mariadb|mssql|tedious|oracledb|sqlite3?|better-sqlite3|redis|ioredis|axios|globalThis|global)(\/.{0,60})?$/i;
const PREDICATE = /^(is(?!Axios|Native|Any)[A-Z]\w*(Error|Exception)|isHttpError|isBoom)$/;
/** Names of the errors nobody foresaw: every other one was. */
const UNEXPECTED = /^(internal(_?server)?(_?error)?|unknown(_?error)?|unexpected(_?error)?)$/i;
const ERROR = /^(e|ex|\w{0,20}(err|error|exception|reason|problem|cause))\b/i;
const DEEPEST = 8;

/** The value of a const local one step back. */
export type Follow = (value: Value) => Value | undefined;

/** Under these branches the error is one that was foreseen: an `instanceof`, a name, a mark or a status below 500 tells it from all others, or it is no error. */
export function isForeseen(when: readonly Branch[], follow?: Follow): boolean {
  return when.some((branch) => tells(branch.test, branch.holds, follow, 0));
}

/** A test that comes out like this leaves only errors that were foreseen. */
function tells(test: Value, holds: boolean, follow: Follow | undefined, depth: number): boolean {
  if (depth > DEEPEST) return false;
  const inner = (value: Value, side: boolean): boolean => tells(value, side, follow, depth + 1);
  switch (test.kind) {
    case 'not': return inner(test.of, !holds);
    case 'logic': {
      if (test.op !== '&&' && test.op !== '||') return inner(test.left, holds);
      const isBoth = (test.op === '&&') === holds;
      // `a instanceof A || a.name === 'B'`: each way is one that was foreseen, also where one of them cannot be read.
      return isBoth ? inner(test.left, holds) || inner(test.right, holds) : (inner(test.left, holds) && !leaves(test.right, holds)) || (inner(test.right, holds) && !leaves(test.left, holds));
    }
    case 'compare': return compared(test, holds);
    case 'ref': {
      if (isLookedUp(test)) return holds;
      const made = test.path.length === 0 ? follow?.(test) : undefined;
      if (made && made !== test && (made.kind !== 'ref' || isLookedUp(made))) return inner(made, holds);
      if (test.path.at(-1) === 'isServer') return !holds;
      // hapi makes one of every failure before it asks.
      if (test.path.at(-1) === 'isBoom' && /(^|\.)(response|resp|res)\.isBoom$/.test(test.text)) return false;
      const isMark = test.path.length > 0 ? ofError(test) && test.path.some((key) => key !== undefined && NARROWS.test(key)) : /^(expose|isOperational|isPublic|isClientError|isOperationalError)$/.test(test.text);
      return holds && isMark;
    }
    case 'call': return holds && (PREDICATE.test(test.name) || isListed(test));
    default: return false;
  }
}
/** A side of an `||` that surely lets unexpected errors through: `status >= 500`, `err instanceof Error`. */
function leaves(test: Value, holds: boolean): boolean {
  return test.kind === 'compare' && ((test.op === 'instanceof' && isDriver(test.right)) || (isStatus(test.left) && compared(test, !holds)));
}
function compared({ op, left, right }: Extract<Value, { kind: 'compare' }>, holds: boolean): boolean {
  if (op === 'instanceof') {
    if (right.kind === 'ref' && right.root.kind === 'global' && right.root.name === 'Error' && right.path.length === 0) return !holds;
    return holds && !isDriver(right);
  }
  if (op === 'in') return holds && (left.kind === 'literal' ? NARROWS.test(String(left.value)) : isNameOfError(left));
  const number = numberOf(right) ?? numberOf(left);
  const isFlipped = numberOf(right) === undefined && number !== undefined;
  const asked = isFlipped ? right : left;
  if (number !== undefined && (isStatus(asked) || (number >= 400 && number < 600))) return belowServerErrors(op, number, isFlipped, holds);
  const isEqual = (op === '===' || op === '==') === holds;
  // `err.message === 'Connection is closed.'`: its text is the one that is written there.
  if (isEqual && [[left, right], [right, left]].some(([one, to]) => one?.kind === 'ref' && one.path.at(-1) === 'message' && ofError(one) && to?.kind === 'literal' && typeof to.value === 'string')) return true;
  const [named, other] = isNamed(left) ? [left, right] : [right, left];
  if (!isNamed(named) || op.includes('<') || op.includes('>')) return false;
  const text: Scalar | 'unknown' = other.kind === 'literal' ? other.value : 'unknown';
  // `err.status !== undefined`: it has one.
  if (text === null || text === undefined) return !isEqual;
  if (typeof text === 'string' && UNEXPECTED.test(text)) return !isEqual;
  return isEqual && text !== 'Error' && !(typeof text === 'string' && DRIVERS.test(text));
}
/** Whether the comparison with a number, coming out like this, leaves statuses below 500 alone. */
function belowServerErrors(op: string, number: number, isFlipped: boolean, holds: boolean): boolean {
  const less = isFlipped ? op.startsWith('>') : op.startsWith('<');
  const more = isFlipped ? op.startsWith('<') : op.startsWith('>');
  if (less) return holds && number <= 500;
  if (more) return !holds && number <= 500;
  const isEqual = (op === '===' || op === '==') === holds;
  return isEqual ? number < 500 : number >= 500;
}
/** `[400, 404].includes(status)`, `CODES.has(err.code)`, `TEXTS.get(err.code)`, `Object.hasOwn(TEXTS, err.code)`. */
function isListed({ name, args }: Call): boolean {
  const asked = args[name === 'hasOwn' ? 1 : 0]?.value;
  if (asked === undefined) return false;
  return /^(includes|has|test)$/.test(name) ? isNamed(asked) || isStatus(asked) : /^(get|hasOwnProperty|hasOwn)$/.test(name) && isNameOfError(asked);
}
/** `KNOWN[err.code]`: a table of the errors that were foreseen. */
function isLookedUp(test: Ref): boolean {
  return test.computed !== undefined && test.path.at(-1) === undefined && isNameOfError(test.computed);
}
/** `err.code`, and not the `type` of anything else. */
function isNameOfError(value: Value): boolean {
  return isNamed(value) && (value.root.kind === 'caught' || ERROR.test(value.text));
}
function isStatus(value: Value): boolean {
  if (value.kind === 'logic') return isStatus(value.left);
  // `parseInt(err.status, 10) === 302`.
  if (value.kind === 'call' && /^(Number\.)?parseInt$|^Number$/.test(value.callee)) return value.args[0] !== undefined && isStatus(value.args[0].value);
  return value.kind === 'ref' && STATUS.test(value.path.at(-1) ?? value.text);
}
function isNamed(value: Value): value is Ref {
  return value.kind === 'ref' && ofError(value) && value.path.some((key) => key !== undefined && NARROWS.test(key));
}
function ofError({ root }: Ref): boolean {
  return root.kind === 'caught' || root.kind === 'parameter' || root.kind === 'local' || (root.kind === 'value' && root.of.kind === 'ref' && ofError(root.of));
}
function numberOf(value: Value): number | undefined {
  return value.kind === 'literal' && typeof value.value === 'number' ? value.value : undefined;
}
function isDriver(value: Value): boolean {
  return value.kind === 'ref' && DRIVERS.test(value.text) && !isErrorOfOthers(value);
}
/** `Parse.Error`: the class a package made for its own errors, unless it is one of those that speak to a database or a service. */
function isErrorOfOthers({ text, root, path }: Ref): boolean {
  const owner = root.kind === 'import' ? root.from : root.kind === 'global' && path.length > 0 ? root.name : (text.split('.').at(-2) ?? '');
  return /\.Error$/.test(text) && !DRIVER_PACKAGES.test(owner);
}
