import type { Value } from '../../model/value.js';
import { samePlace } from '../../text/source.js';
import type { LiteralUse, RuleContext } from '../rule.js';
import { snakeCase } from './names.js';
import { secretValue } from './secrets.js';
import { someValue } from './walk.js';

/** Calls of node:crypto that are given a key, and which argument it is. */
const KEYED: ReadonlyMap<string, number> = new Map([['createHmac', 1], ['createCipheriv', 1], ['createDecipheriv', 1], ['createSecretKey', 0], ['scryptSync', 0], ['pbkdf2Sync', 0]]);
const CRYPTO = /^((node:)?crypto(\.default)?\.)?\w+$/;
const KEY_NAME = /(^|_)(key|secret|token|code|passcode)$/;
/** Hashes that name things rather than sign them. */
const NAMING = /^(md5|sha1)$/i;

/**
 * What a fixed text does as a key, whatever it is called: 'mac' of a signature or a cipher, or 'opens' what a caller has to bring it for.
 * Asked in the file it is written in.
 */
export function keyUse(use: LiteralUse, context: RuleContext): 'mac' | 'opens' | undefined {
  if (use.joined || use.value.length < 6 || /\s/.test(use.value)) return undefined;
  if (use.position === 'argument') return use.call && isKey(use.call.callee, use.call.args, use.argument) ? 'mac' : undefined;
  if (use.position !== 'binding' || use.name === undefined) return undefined;
  const isThis = (value: Value | undefined): boolean => value?.kind === 'ref' && value.path.length === 0 && isAt(context.resolve(value).value, use);
  const opens = KEY_NAME.test(snakeCase(use.name)) && /\d/.test(use.value) && secretValue(use.value, { name: use.name });
  for (const fn of context.functions(use.at.path)) {
    for (const step of fn.steps) {
      if (step.do === 'call' && step.call.args.some(({ value }, index) => isKey(step.call.callee, step.call.args, index) && isThis(value))) return 'mac';
    }
    if (opens && someValue(fn, (value) => value.kind === 'compare' && [[value.left, value.right], [value.right, value.left]].some(([one, other]) => isThis(one) && isBrought(other, context)))) return 'opens';
  }
  return undefined;
}
function isKey(callee: string, args: NonNullable<LiteralUse['call']>['args'], index: number | undefined): boolean {
  if (!CRYPTO.test(callee)) return false;
  const name = callee.slice(callee.lastIndexOf('.') + 1);
  const algorithm = args[0]?.value;
  const place = KEYED.get(name);
  return place !== undefined && place === index && !(name === 'createHmac' && algorithm?.kind === 'literal' && NAMING.test(String(algorithm.value)));
}
function isAt(value: Value, { at, value: text }: LiteralUse): boolean {
  return value.kind === 'literal' && value.value === text && samePlace(value.at, at);
}
function isBrought(value: Value | undefined, context: RuleContext): boolean {
  const from = value && context.request(value)?.from;
  return from === 'header' || from === 'query';
}
