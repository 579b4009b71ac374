import type { At } from '../../text/source.js';
import type { Change, Code, Detection, FixAnswer, RuleContext, Severity } from '../rule.js';

/** One thing that is wrong in a configuration file, with its words and its repair. */
export interface ConfigRisk {
  readonly at: At;
  /** What it is about, for the fingerprint. */
  readonly subject: string;
  /** What is wrong and what to do. */
  readonly message: string;
  readonly severity: Severity;
  readonly related?: readonly { readonly at: At; readonly label: string }[];
  /** `safe`: it changes nothing but the fault. */
  readonly repair: { readonly title: string; readonly changes: readonly Change[]; readonly safe?: true; readonly manual?: true } | { readonly refused: string };
}

/** The risks as what a rule reports; of several at one place the worst. */
export function* riskDetections(risks: Iterable<ConfigRisk>): Iterable<Detection<ConfigRisk>> {
  const best = new Map<string, ConfigRisk>();
  for (const risk of risks) {
    const key = `${risk.at.mark} ${risk.at.part?.start ?? ''}`;
    const other = best.get(key);
    if (!other || RANK[risk.severity] > RANK[other.severity]) best.set(key, risk);
  }
  for (const risk of best.values()) yield { at: risk.at, subject: risk.subject, evidence: risk, severity: risk.severity, ...(risk.related ? { related: risk.related } : {}) };
}
/** The repair of a risk as the answer of a rule. */
export function riskFix({ repair }: ConfigRisk): FixAnswer {
  return 'refused' in repair ? repair : { title: repair.title, safety: repair.safe ? 'safe' : repair.manual ? 'manual' : 'review', changes: repair.changes };
}
const RANK: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1, hint: 0 };
/** The repair of an origin that is open to all: the one the policy trusts, or a place for it, in these quotes. */
export function originNamed(at: At, quote: string, context: RuleContext): ConfigRisk['repair'] {
  const [origin] = context.policy('cors').origins;
  const end = [...quote].reverse().join('');
  const code: Code = origin === undefined ? [quote, { slot: 'https://app.example.com' }, end] : [`${quote}${origin}${end}`];
  return { title: 'Name the allowed origin', ...(origin === undefined ? { manual: true } : {}), changes: [{ do: 'replace', at, code }] };
}
