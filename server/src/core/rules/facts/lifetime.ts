import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1 / 86_400_000, s: 1 / 86_400, m: 1 / 1440, h: 1 / 24, d: 1, w: 7, y: 365.25 };
/** A quarter of an hour. */
const BRIEF_DAYS = 15 / 1440;

/** Days that a lifetime lasts, as tokens are given one: '365d', 31536000 (seconds), '90 days'; 0 for what is no time. */
export function daysOf(value: unknown): number {
  if (typeof value === 'number') return value / 86_400;
  const found = typeof value === 'string' ? /^(\d{1,12}(?:\.\d{1,6})?) ?([a-z]{0,12})$/i.exec(value.trim()) : undefined;
  if (!found) return 0;
  const unit = (found[2] ?? '').toLowerCase();
  const short = unit === '' || unit.startsWith('ms') || unit.startsWith('milli') ? 'ms' : unit.startsWith('mo') ? 'mo' : unit.slice(0, 1);
  return Number(found[1]) * (short === 'mo' ? 30 : (UNITS[short] ?? 0));
}
/** A token that is made here and good for minutes. */
export function isBrief(value: Value | undefined, context: RuleContext): boolean {
  const end = value && context.resolve(value).value;
  if (end?.kind !== 'call' || !/^(sign|signAsync|jwtSign|generate)\w*$/.test(end.name)) return false;
  return end.args.some((arg) => {
    const answer = context.option(arg.value, 'expiresIn');
    const days = answer.kind === 'value' ? daysOf(context.constant(answer.value)?.value) : 0;
    return days > 0 && days <= BRIEF_DAYS;
  });
}
