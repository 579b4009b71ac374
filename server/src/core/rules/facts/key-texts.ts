import { branchOf, type Branch } from '../../model/module.js';
import type { Call, FunctionId, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** A text that is written in code and is, or becomes, a key. */
export interface KeyText {
  readonly value: string;
  readonly at: At;
  /** The name in the asked value through which it was reached, where it stands elsewhere. */
  readonly via: At | undefined;
  /** The tests that choose it, and what has to be unset for it to count. */
  readonly when: readonly Branch[];
  /** Counts only when something before it is not set. */
  readonly fallback: boolean;
  /** Position in a list of keys, newest first. */
  readonly index: number;
}
interface Found extends Omit<KeyText, 'index'> {
  index: number;
}
interface Way {
  readonly via: At | undefined;
  readonly when: readonly Branch[];
  readonly fallback: boolean;
  readonly index: number;
  readonly depth: number;
}
const DEEPEST = 10;
const MOST = 12;
/** Calls that give the bytes of a text: Node's Buffer and crypto, TextEncoder, jose 4 to 6. */
const BYTES = /(^|\.)(Buffer\.from|Uint8Array\.from|createSecretKey|base64url\.decode|decodeBase64|atob|btoa|String|utf8ToBytes|hexToBytes)$/;
const ENTRIES: ReadonlySet<string> = new Set(['key', 'secret', 'private', 'privateKey', 'value', 'k']);

/** Every text a key may be: through names, files, fields, lists, `Buffer.from`, `TextEncoder`, hashes, and functions that give it. */
export function keyTexts(value: Value, context: RuleContext): readonly KeyText[] {
  const found: Found[] = [];
  const seen = new Set<FunctionId>();
  const search = (current: Value, way: Way): void => {
    if (way.depth > DEEPEST || found.length >= MOST) return;
    const below = (next: Value, change: Partial<Way> = {}): void => search(next, { ...way, depth: way.depth + 1, ...change });
    switch (current.kind) {
      case 'literal':
        if (typeof current.value === 'string') found.push({ value: current.value, at: current.at, via: way.via, when: way.when, fallback: way.fallback, index: way.index });
        return;
      case 'template': {
        const text = context.constant(current)?.value;
        if (typeof text === 'string') found.push({ value: text, at: current.at, via: way.via, when: way.when, fallback: way.fallback, index: way.index });
        return;
      }
      case 'choice':
        below(current.then, { when: [...way.when, branchOf(current.test, true)] });
        below(current.else, { when: [...way.when, branchOf(current.test, false)], fallback: way.fallback || current.test.kind === 'ref' });
        return;
      case 'logic':
        if (current.op === '&&') below(current.right, { when: [...way.when, branchOf(current.left, true)] });
        else {
          below(current.left);
          below(current.right, { when: [...way.when, branchOf(current.left, false)], fallback: true });
        }
        return;
      case 'array': current.items.forEach((item, index) => { below(item.value, { index: way.index + index }); }); return;
      case 'object':
        for (const entry of current.entries) if (entry.key !== undefined && ENTRIES.has(entry.key)) below(entry.value);
        return;
      case 'call': {
        const inner = bytesOf(current, context);
        if (inner) return below(inner);
        const target = current.target.kind === 'ref' ? context.resolve(current.target).value : current.target;
        if (target.kind === 'function') given(target.fn, { ...way, via: way.via ?? current.at });
        return;
      }
      case 'function': return given(current.fn, way);
      case 'ref': {
        if (current.root.kind === 'env') return;
        const end = context.resolve(current);
        if (end.value !== current && end.exact && end.value.kind !== 'ref') below(end.value, { via: way.via ?? current.at });
        else {
          const first = beneath(current, context);
          if (first) below(first, { via: way.via ?? current.at });
        }
        return;
      }
      default:
    }
  };
  /** What a function gives: back, or to a callback `done(null, key)`. */
  const given = (id: FunctionId, way: Way): void => {
    const fn = seen.has(id) ? undefined : context.body(id);
    if (!fn) return;
    seen.add(id);
    for (const step of fn.steps) {
      const next = { ...way, when: [...way.when, ...step.when], depth: way.depth + 1 };
      if (step.do === 'return' && step.value) search(step.value, next);
      else if (step.do === 'call' && step.call.target.kind === 'ref' && step.call.target.root.kind === 'parameter' && step.call.args.length === 2) {
        const last = step.call.args[1]?.value;
        if (last) search(last, next);
      }
    }
  };
  search(value, { via: undefined, when: [], fallback: false, index: 0, depth: 0 });
  return found;
}

/** What a key of settings is until something that is spread over them says otherwise: `{ secret: 'x', ...own }`. */
function beneath(ref: Extract<Value, { readonly kind: 'ref' }>, context: RuleContext): Value | undefined {
  const [key, ...more] = ref.path;
  if (key === undefined || more.length > 0 || (ref.root.kind !== 'local' && ref.root.kind !== 'import')) return undefined;
  const holder = context.resolve({ ...ref, path: [] }).value;
  if (holder.kind !== 'object' || !holder.open) return undefined;
  const found = holder.entries.findLast((one) => one.key === key);
  return found?.form === 'pair' && found.value.kind === 'literal' ? found.value : undefined;
}
/** The value whose bytes a call gives: `Buffer.from(k, 'base64')`, `encoder.encode(k)`, `createHash('sha256').update(k).digest()`, `k.trim()`. */
export function bytesOf(call: Call, context: Pick<RuleContext, 'resolve'>): Value | undefined {
  const first = call.args[0]?.value;
  if (first && BYTES.test(call.callee)) return first;
  if (first && call.name === 'encode' && call.receiver && isEncoder(context.resolve(call.receiver).value)) return first;
  if (call.name === 'digest' && call.receiver?.kind === 'call' && call.receiver.name === 'update') return call.receiver.args[0]?.value;
  if (call.receiver && /^(trim|toString|replace|replaceAll|slice|padEnd|padStart|repeat)$/.test(call.name)) return call.receiver;
  return undefined;
}
function isEncoder(value: Value): boolean {
  return value.kind === 'call' && value.form === 'new' && /(^|\.)TextEncoder$/.test(value.callee);
}
