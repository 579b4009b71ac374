import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handedOut, localHost, registrable } from '../../server/src/core/rules/facts/domains.js';
import { judgePattern } from '../../server/src/core/rules/facts/origin-pattern.js';
import { lookAlike } from '../../server/src/core/rules/facts/origin-text.js';

test('what a pattern lets in besides the hosts it spells out', () => {
  const table: readonly (readonly [pattern: RegExp, lets: string, example?: string])[] = [
    [/example\.com$/, 'strangers', 'https://evil-example.com'],
    [/^https:\/\/.*example\.com$/, 'strangers', 'https://evil-example.com'],
    [/^https:\/\/app-.*example\.com$/, 'strangers', 'https://app-evil-example.com'],
    [/https:\/\/example\.com/, 'strangers', 'https://example.com.evil.test'],
    [/\.example\.com/, 'strangers', 'https://app.example.com.evil.test'],
    [/^http:\/\/192.168.1.\d+/, 'strangers', 'http://192.168.1.1.evil.test'],
    [/example\.com:8443$/, 'strangers', 'https://evil-example.com:8443'],
    [/mycompany/, 'strangers', 'https://mycompany.evil.test'],
    [/vercel\.app$/, 'strangers', 'https://attacker.vercel.app'],
    [/^https:\/\/www.example.com$/, 'dots', 'https://wwwxexample.com'],
    [/^https:\/\/[\w-]+\.shop.example\.com$/, 'dots', 'https://a.shopxexample.com'],
    [/\.example\.com$/, 'plain', 'http://a.example.com'],
    [/^https?:\/\/(.+\.)?example\.com(:\d+)?$/, 'plain', 'http://example.com'],
    [/.*/, 'everyone', 'https://evil.test'],
    [/^https?:\/\//, 'everyone', 'https://evil.test'],
    [/^http:/, 'everyone', 'http://evil.test'],
    [/^https:\/\/([a-z0-9-]+\.)?example\.com$/, 'nothing'],
    [/^https:\/\/(www|app)\.shop\.co\.uk$/, 'nothing'],
    [/^https:\/\/app-[a-z0-9]+\.vercel\.app$/, 'nothing'],
    [/^http:\/\/localhost(:\d+)?$/, 'nothing'],
    [/^chrome-extension:\/\/[a-p]+$/, 'nothing'],
  ];
  for (const [{ source, flags }, lets, example] of table) {
    const verdict = judgePattern(source, flags);
    assert.deepEqual([verdict?.lets, verdict?.example], [lets, example ?? ''], source);
  }
  assert.equal(judgePattern('^(?!x)', ''), undefined);
  assert.equal(judgePattern('^https://app.example.com$', '')?.escaped, '^https://app\\.example\\.com$');
});
test('an example is let in by the pattern itself, as the language matches it', () => {
  for (const pattern of [/example\.com$/, /^https:\/\/app.example.com$/, /https:\/\/example\.com/, /\.example\.com/, /(a|b)example\.org$/i]) {
    const verdict = judgePattern(pattern.source, pattern.flags);
    assert.ok(verdict && verdict.lets !== 'nothing' && pattern.test(verdict.example), pattern.source);
  }
});
test('the origin that passes a comparison with a part of the text', () => {
  const of = (how: 'starts' | 'ends' | 'contains', text: string, what: 'origin' | 'host' | 'referer' = 'origin'): string | undefined => lookAlike({ how, of: what }, text)?.example;
  assert.deepEqual(
    [of('starts', 'https://a.com'), of('starts', 'https://a.com/'), of('starts', 'https://'), of('starts', 'http://localhost:'), of('starts', 'https://app-'), of('starts', 'app.', 'host'), of('starts', 'https://a.com/', 'referer')],
    ['https://a.com.attacker.com', undefined, undefined, undefined, 'https://app-attacker.com', 'https://app.attacker.com', undefined],
  );
  assert.deepEqual([of('ends', 'a.com'), of('ends', '://a.com'), of('ends', ':3000'), of('ends', '/x', 'referer')], ['https://attackera.com', undefined, 'https://attacker.com:3000', 'https://attacker.com/x']);
  assert.deepEqual([of('contains', 'a.com'), of('contains', 'https://'), of('contains', ','), of('contains', 'localhost')], ['https://a.com.attacker.com', undefined, undefined, 'https://localhost.attacker.com']);
  for (const text of ['a.com', '.a.com', 'localhost', 'https://a.com', 'app-']) for (const how of ['starts', 'ends', 'contains'] as const) {
    const example = of(how, text);
    if (example !== undefined) assert.ok(how === 'starts' ? example.startsWith(text) : how === 'ends' ? example.endsWith(text) : example.includes(text), `${how} ${text} ${example}`);
  }
});
test('who owns a host', () => {
  assert.deepEqual(['a.b.example.com', 'shop.co.uk', 'a.shop.co.uk', 'x.y.vercel.app', 'example.com', 'localhost'].map(registrable), ['example.com', 'shop.co.uk', 'shop.co.uk', 'y.vercel.app', 'example.com', 'localhost']);
  assert.deepEqual([handedOut('vercel.app'), handedOut('example.com'), localHost('nas.local'), localHost('10.1.2.3'), localHost('example.com')], [true, false, true, true, false]);
});
