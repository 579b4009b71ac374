import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPrecedence, atKey, orders, rangeKey, type Ranked } from '../../server/src/core/findings/precedence.js';
import { filePath } from '../../server/src/core/text/source.js';

const at = (rule: string, node: string, grounds: Ranked['grounds'] = {}): Ranked => ({ rule, node, grounds });
const speaking = (...findings: Ranked[]): readonly string[] => applyPrecedence(findings).kept.map(({ rule }) => rule);

test('on one token the left of two rules silences the right, whatever the order given', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['cors/credentials-any-origin', 'cors/wildcard-origin'],
    ['cors/reflected-origin', 'cors/wildcard-origin'],
    ['methods/unguarded-sibling', 'methods/put-enabled'],
    ['spec/security-mismatch', 'auth/admin-route-without-role'],
    ['methods/put-enabled', 'methods/not-in-allow-list'],
    ['methods/all-methods', 'spec/undocumented-method'],
    ['spec/shadow-endpoint', 'spec/undocumented-method'],
    ['uploads/put-writes-file', 'methods/put-enabled'],
    ['secrets/known-token', 'secrets/hardcoded-admin-key'],
    ['secrets/hardcoded-jwt-secret', 'secrets/default-password'],
    ['secrets/env-fallback', 'secrets/hardcoded-session-secret'],
    ['secrets/env-fallback', 'jwt/secret-may-be-unset'],
    ['exposure/env-or-config-in-response', 'exposure/sensitive-field-in-response'],
    ['errors/stack-in-response', 'errors/raw-error-in-response'],
    ['headers/helmet-missing', 'headers/powered-by'],
    ['auth/bypass-shortcut', 'debug/test-identity'],
    ['limits/rate-limit-ineffective', 'limits/trust-proxy-any'],
    ['debug/error-handler-package', 'errors/no-error-handler'],
    ['openapi/sibling-unsecured', 'openapi/empty-security'],
    ['jwt/none-algorithm', 'jwt/no-algorithms'],
  ];
  for (const [left, right] of pairs) {
    assert.deepEqual(speaking(at(left, 'n'), at(right, 'n')), [left]);
    assert.deepEqual(speaking(at(right, 'n'), at(left, 'n')), [left]);
    assert.deepEqual(speaking(at(right, 'n'), at(left, 'm')), [right, left], 'elsewhere both speak');
  }
});
test('rules that are independent of each other both speak', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['cors/wildcard-origin', 'cors/null-origin'],
    ['cors/permissive-methods', 'cors/permissive-headers'],
    ['cors/credentials-any-origin', 'cors/origin-regex-loose'],
    ['tls/env-verification-disabled', 'tls/verification-disabled'],
    ['methods/unguarded-sibling', 'methods/not-in-allow-list'],
    ['headers/csp-missing', 'headers/powered-by'],
    ['cors/wildcard-origin', 'cors/wildcard-origin'],
    ['no/such-rule', 'cors/wildcard-origin'],
  ];
  for (const [a, b] of pairs) assert.deepEqual(speaking(at(a, 'n'), at(b, 'n')), [a, b]);
});
test('one response: a stack silences at its own token only, a message silences the raw error beside it', () => {
  assert.deepEqual(
    speaking(at('errors/raw-error-in-response', '3', { sink: 's' }), at('errors/message-in-response', '2', { sink: 's' }), at('errors/stack-in-response', '1', { sink: 's' })),
    ['errors/message-in-response', 'errors/stack-in-response'],
  );
  assert.deepEqual(speaking(at('errors/message-in-response', '2', { sink: 's' }), at('errors/raw-error-in-response', '3', { sink: 't' })).length, 2);
});
test('an allow-list breach speaks where the PUT finding that says the same is itself silenced', () => {
  assert.deepEqual(speaking(at('methods/not-in-allow-list', 'n'), at('methods/put-enabled', 'n'), at('methods/unguarded-sibling', 'n')), ['methods/not-in-allow-list', 'methods/unguarded-sibling']);
});
test('a document without any scheme silences each write of it, a sibling only its own operation', () => {
  const write = (endpoint: string): Ranked => at('openapi/write-without-security', endpoint, { document: 'd', endpoint });
  assert.deepEqual(speaking(write('a'), write('b'), at('openapi/no-security-defined', 'root', { document: 'd' })), ['openapi/no-security-defined']);
  assert.deepEqual(speaking(write('a'), write('b'), at('openapi/sibling-unsecured', 'x', { document: 'd', endpoint: 'a' })), ['openapi/write-without-security', 'openapi/sibling-unsecured']);
});
test('grounds of different kinds never meet', () => {
  assert.equal(speaking(at('cors/wildcard-origin', '1', { cors: 'k' }), at('cors/permissive-methods', '2', { endpoint: 'k' })).length, 2);
  assert.equal(speaking(at('cors/wildcard-origin', '1', { cors: 'k' }), at('cors/permissive-methods', '2', { cors: 'k' })).length, 1);
});
test('the table holds no circle', () => {
  const right = new Map<string, Set<string>>();
  for (const { rules } of orders) {
    const levels = rules.map((level) => (typeof level === 'string' ? [level] : level));
    levels.forEach((level, index) => { for (const rule of level) for (const later of levels.slice(index + 1).flat()) right.set(rule, (right.get(rule) ?? new Set()).add(later)); });
  }
  for (const start of right.keys()) {
    const seen = new Set<string>();
    const open = [...(right.get(start) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) if (!seen.has(next)) { seen.add(next); open.push(...(right.get(next) ?? [])); }
    assert.equal(seen.has(start), false, start);
  }
});
test('no finding is lost, the first of each chain speaks, and the outcome does not depend on the order given', () => {
  const known = [...new Set(orders.flatMap(({ rules }) => rules.flat()))];
  const finding = fc.record({ rule: fc.constantFrom(...known, 'other/rule'), node: fc.constantFrom('1', '2'), grounds: fc.record({ endpoint: fc.constantFrom('e', 'f'), cors: fc.constantFrom('c', 'd') }) });
  fc.assert(fc.property(fc.array(finding, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (findings, numbers) => {
    const { kept, silenced } = applyPrecedence(findings);
    assert.equal(kept.length + silenced.length, findings.length);
    if (findings.length > 0) assert.ok(kept.length > 0);
    const shuffled = findings.map((each) => ({ each, key: numbers.next().value })).sort((a, b) => a.key - b.key).map(({ each }) => each);
    const again = new Set(applyPrecedence(shuffled).kept);
    assert.deepEqual(findings.filter((each) => again.has(each)), kept);
    assert.deepEqual(applyPrecedence(kept).silenced, []);
  }));
});
test('keys of places are equal exactly for equal places', () => {
  const path = filePath('a.ts');
  assert.equal(atKey({ path, mark: 3 }), atKey({ path, mark: 3 }));
  assert.notEqual(atKey({ path, mark: 3 }), atKey({ path, mark: 3, part: { start: 0, end: 2 } }));
  assert.notEqual(atKey({ path, mark: 3 }), atKey({ path: filePath('b.ts'), mark: 3 }));
  assert.notEqual(rangeKey({ path, span: { start: 1, end: 2 } }), rangeKey({ path, span: { start: 1, end: 3 } }));
});
