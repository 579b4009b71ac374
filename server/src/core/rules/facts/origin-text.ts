import type { Value } from '../../model/value.js';
import type { OriginTest, RuleContext } from '../rule.js';
import { handedOut } from './domains.js';
import { readPattern } from './pattern.js';

/** An origin of a stranger that passes a test of a part of the text; `subdomain`: any host below one that is the author's own. */
export interface LookAlike {
  readonly example: string;
  readonly subdomain: boolean;
}
const SCHEME_ONLY = /^[a-z][a-z0-9+.-]*:?\/{0,2}$/i;

/** The origin an attacker would take to pass a comparison with this text; undefined where there is none. */
export function lookAlike({ how, of }: Pick<OriginTest, 'how' | 'of'>, text: string): LookAlike | undefined {
  if (text.length < 2 || !/^[a-z0-9.:/[\]-]+$/i.test(text) || /^(https?|wss?|file|null)$/i.test(text)) return undefined;
  const example = how === 'starts' ? starting(text, of) : how === 'ends' ? ending(text, of) : how === 'contains' ? containing(text, of) : undefined;
  if (example === undefined) return undefined;
  const subdomain = how === 'ends' && text.startsWith('.') && of !== 'referer' && !handedOut(text.slice(1));
  return { example, subdomain };
}

function starting(text: string, of: OriginTest['of']): string | undefined {
  const whole = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/i.exec(text);
  if (of === 'host') return whole || text.includes('/') ? undefined : `https://${joined(text)}`;
  const [, rest] = whole ?? [];
  // Anything else never begins an origin; a scheme alone says nothing of the host.
  if (rest === undefined || rest === '' || !/^(https?|wss?)$/i.test(text.slice(0, text.indexOf(':')))) return undefined;
  // A slash ends the host, and so does a port.
  return rest.includes('/') || /:\d*$/.test(rest) ? undefined : joined(text);
}
function joined(text: string): string {
  return /[.-]$/.test(text) ? `${text}attacker.com` : `${text}.attacker.com`;
}
function ending(text: string, of: OriginTest['of']): string | undefined {
  if (of === 'referer') return `https://attacker.com/${text.replace(/^\//, '')}`;
  if (text.includes('/')) return undefined;
  if (/^:\d+$/.test(text)) return of === 'host' ? undefined : `https://attacker.com${text}`;
  return /\.[a-z][a-z0-9-]*(:\d+)?$/i.test(text) || /^[a-z0-9-]+$/i.test(text) ? `https://attacker${text}` : undefined;
}
function containing(text: string, of: OriginTest['of']): string | undefined {
  if (SCHEME_ONLY.test(text) && /[:/]/.test(text)) return undefined;
  if (of === 'referer') return `https://attacker.com/?${text}`;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return of === 'host' ? undefined : starting(text, 'origin');
  if (/^:\d+$/.test(text)) return of === 'host' ? undefined : `https://attacker.com${text}`;
  if (text.includes('/')) return undefined;
  return `https://${text.startsWith('.') ? `app${text}` : text.replace(/:\d+$/, '')}.attacker.com`;
}

/** Whether the tests beside this one refuse the example, so far as they can be read. */
export function refusedBeside(test: OriginTest, example: string, context: RuleContext): boolean {
  return test.beside.some((other) => passes(other, example, context, 0) === false);
}
/** The tests beside this one let nobody in over plain HTTP. */
export function encryptedBeside(test: OriginTest, example: string, context: RuleContext): boolean {
  const plain = example.replace(/^https:/i, 'http:');
  return test.beside.some((other) => passes(other, plain, context, 0) === false || asksScheme(other, context));
}
/** `url.protocol === 'https:'`. */
function asksScheme(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'compare' || (value.op !== '===' && value.op !== '==')) return false;
  const [one, other] = value.left.kind === 'literal' ? [value.right, value.left] : [value.left, value.right];
  const asked = one.kind === 'ref' && one.path.length === 0 ? context.resolve(one).value : one;
  return asked.kind === 'ref' && asked.path.at(-1) === 'protocol' && other.kind === 'literal' && other.value === 'https:';
}
/** A test beside this one whose answer nobody can tell, which may refuse any origin. */
export function doubtBeside(test: OriginTest, example: string, context: RuleContext): boolean {
  return test.beside.some((other) => other.kind === 'call' && other.args.length > 0 && passes(other, example, context, 0) === undefined);
}
function passes(value: Value, example: string, context: RuleContext, depth: number): boolean | undefined {
  if (depth > 6) return undefined;
  if (value.kind === 'not') {
    const inner = passes(value.of, example, context, depth + 1);
    return inner === undefined ? undefined : !inner;
  }
  if (value.kind === 'logic') {
    const left = passes(value.left, example, context, depth + 1);
    const right = passes(value.right, example, context, depth + 1);
    if (value.op === '&&') return left === false || right === false ? false : left === undefined || right === undefined ? undefined : true;
    return left === true || right === true ? true : left === undefined || right === undefined ? undefined : false;
  }
  if (value.kind !== 'call') return undefined;
  const [first] = value.args;
  const text = first && context.constant(first.value)?.value;
  if (typeof text === 'string') {
    if (value.name === 'startsWith') return example.startsWith(text);
    if (value.name === 'endsWith') return example.endsWith(text);
    if (value.name === 'includes') return example.includes(text);
  }
  const pattern = value.name === 'test' ? value.receiver : value.name === 'match' ? first?.value : undefined;
  const regex = pattern && (pattern.kind === 'ref' ? context.resolve(pattern).value : pattern);
  return regex?.kind === 'regex' ? readPattern(regex.source, regex.flags)?.matches(example) : undefined;
}
