import type { At, SourceRange } from '../text/source.js';

/** What two findings must share for one to silence the other, besides the same token, which always suffices. */
export type Ground = 'node' | 'cors' | 'endpoint' | 'sink' | 'application' | 'function' | 'call' | 'document' | 'dependency';

/** A finding as precedence sees it: its rule, the key of the token it stands at, and the keys of what it is about. */
export interface Ranked {
  readonly rule: string;
  /** Equal for equal tokens: `rangeKey` or `atKey`, the same one for all findings of a run. */
  readonly node: string;
  readonly grounds?: { readonly [ground in Exclude<Ground, 'node'>]?: string };
}
/** One line of the table: of findings on one ground, each rule silences all to its right; an inner list stands on one level. */
export interface Order {
  readonly within: Ground;
  readonly rules: readonly (string | readonly string[])[];
}

/** One defect, one diagnostic. `stack` silences only at its own token: another token of the same response is another leak. */
export const orders: readonly Order[] = [
  { within: 'cors', rules: ['cors/credentials-any-origin', 'cors/reflected-origin', 'cors/wildcard-origin', ['cors/permissive-methods', 'cors/permissive-headers']] },
  {
    within: 'endpoint',
    rules: ['methods/unguarded-sibling', 'spec/security-mismatch', 'auth/admin-route-without-role', 'methods/destructive-without-role', 'auth/route-missing-auth', 'methods/put-enabled'],
  },
  // The other rules of the line above say something else than a breach of the allow-list does, so it speaks beside them.
  { within: 'endpoint', rules: ['methods/put-enabled', 'methods/not-in-allow-list'] },
  { within: 'endpoint', rules: ['debug/route', 'spec/shadow-endpoint'] },
  { within: 'endpoint', rules: [['methods/all-methods', 'spec/shadow-endpoint'], 'spec/undocumented-method'] },
  { within: 'endpoint', rules: ['uploads/put-writes-file', 'uploads/original-name', 'methods/put-enabled'] },
  // The two look at one call that writes a file; one underlines its path, the other the name in it.
  { within: 'call', rules: ['uploads/put-writes-file', 'uploads/original-name'] },
  {
    within: 'node',
    rules: ['secrets/known-token', 'secrets/connection-string', ['secrets/hardcoded-jwt-secret', 'secrets/hardcoded-session-secret'], 'secrets/default-password', 'secrets/hardcoded-admin-key'],
  },
  { within: 'node', rules: ['secrets/env-fallback', ['jwt/secret-may-be-unset', 'secrets/hardcoded-jwt-secret', 'secrets/hardcoded-session-secret', 'secrets/hardcoded-admin-key']] },
  { within: 'node', rules: ['exposure/env-or-config-in-response', 'exposure/secret-in-response', 'exposure/sensitive-field-in-response'] },
  { within: 'node', rules: ['errors/stack-in-response', ['errors/framework-500-message', 'errors/message-in-response', 'errors/raw-error-in-response']] },
  { within: 'sink', rules: ['errors/framework-500-message', 'errors/message-in-response', 'errors/raw-error-in-response'] },
  { within: 'node', rules: ['headers/protection-disabled', 'headers/powered-by'] },
  { within: 'application', rules: ['headers/helmet-missing', ['headers/powered-by', 'headers/csp-missing']] },
  { within: 'function', rules: ['auth/bypass-shortcut', 'auth/always-allow', 'debug/test-identity'] },
  { within: 'application', rules: ['limits/rate-limit-ineffective', 'limits/trust-proxy-any'] },
  { within: 'application', rules: ['debug/error-handler-package', 'errors/no-error-handler'] },
  { within: 'document', rules: ['openapi/no-security-defined', 'openapi/write-without-security'] },
  { within: 'endpoint', rules: ['openapi/sibling-unsecured', 'openapi/write-without-security', 'openapi/empty-security', 'spec/security-mismatch'] },
  { within: 'node', rules: ['spec/zombie-endpoint', 'openapi/deprecated-spec'] },
  { within: 'call', rules: ['jwt/none-algorithm', 'jwt/no-algorithms'] },
  { within: 'dependency', rules: ['deps/vulnerable', ['deps/deprecated', 'deps/unpinned']] },
];

/** A key that is equal for equal places of one revision. */
export function atKey({ path, mark, part }: At): string {
  return `${path}\0${mark}\0${part ? `${part.start}-${part.end}` : ''}`;
}
/** A key that is equal for equal spans, however the places were made; to be preferred where spans are at hand. */
export function rangeKey({ path, span }: SourceRange): string {
  return `${path}\0${span.start}-${span.end}`;
}

/**
 * Splits findings into those that speak and those another one silences. Give every finding of rules that are on, suppressed and
 * baselined ones too: they silence as open ones do. A silenced finding silences nobody. Both lists keep the order given.
 */
export function applyPrecedence<T extends Ranked>(findings: readonly T[]): { readonly kept: readonly T[]; readonly silenced: readonly T[] } {
  const places = new Map<string, Set<string>>();
  const silenced = new Set<T>();
  const ordered = findings.filter((each) => RANKS.has(each.rule)).sort((a, b) => (RANKS.get(a.rule) ?? 0) - (RANKS.get(b.rule) ?? 0));
  for (const finding of ordered) {
    const hushed = (EDGES.get(finding.rule) ?? []).some(({ by, within }) => placesOf(finding, within).some((place) => places.get(by)?.has(place) === true));
    if (hushed) {
      silenced.add(finding);
      continue;
    }
    const own = places.get(finding.rule) ?? new Set<string>();
    for (const place of allPlaces(finding)) own.add(place);
    places.set(finding.rule, own);
  }
  return { kept: findings.filter((each) => !silenced.has(each)), silenced: findings.filter((each) => silenced.has(each)) };
}

interface Edge {
  readonly by: string;
  readonly within: Ground;
}
function placesOf(finding: Ranked, within: Ground): readonly string[] {
  const ground = within === 'node' ? undefined : finding.grounds?.[within];
  return ground === undefined ? [`node\0${finding.node}`] : [`node\0${finding.node}`, `${within}\0${ground}`];
}
function allPlaces(finding: Ranked): readonly string[] {
  return [`node\0${finding.node}`, ...Object.entries(finding.grounds ?? {}).map(([ground, key]) => `${ground}\0${key}`)];
}
/** For each rule, those that silence it. */
function edges(): ReadonlyMap<string, readonly Edge[]> {
  const table = new Map<string, Edge[]>();
  for (const { within, rules } of orders) {
    const left: string[] = [];
    for (const level of rules) {
      const here = typeof level === 'string' ? [level] : level;
      for (const rule of here) table.set(rule, [...(table.get(rule) ?? []), ...left.map((by) => ({ by, within }))]);
      left.push(...here);
    }
  }
  return table;
}
/** The longest way from a rule nobody silences: whoever silences a rule has a lower rank. Bounded, should the table ever hold a circle. */
function ranks(table: ReadonlyMap<string, readonly Edge[]>): ReadonlyMap<string, number> {
  const rank = new Map<string, number>([...table.keys()].map((rule) => [rule, 0]));
  for (let round = 0, moved = true; moved && round <= table.size; round++) {
    moved = false;
    for (const [rule, by] of table) {
      const next = by.reduce((most, edge) => Math.max(most, (rank.get(edge.by) ?? 0) + 1), 0);
      if (next > (rank.get(rule) ?? 0)) {
        rank.set(rule, next);
        moved = true;
      }
    }
  }
  return rank;
}

const EDGES = edges();
const RANKS = ranks(EDGES);
