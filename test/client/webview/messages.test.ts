import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOf } from '../../../client/src/mind-map-page.js';
import { layOut } from '../../../client/src/webview/layout.js';
import { fromPage, keyOf, placesOf, toPage } from '../../../client/src/webview/messages.js';
import { visibleRows } from '../../../client/src/webview/rows.js';
import { escaped, svgOf } from '../../../client/src/webview/svg.js';
import { buildTree } from '../../../client/src/webview/tree.js';
import { content, folder, item, texts } from './items.js';

const place = { uri: 'file:///shop/app.js', line: 1, character: 2 };
const colours = {
  background: '#ffffff',
  text: '#111111',
  dimmed: '#555555',
  risks: { 'open-write': '#cc0000', open: '#bb5500', unknown: '#6600aa', guarded: '#117733', unserved: '#555555' },
};

function picture(...names: readonly string[]): string {
  const root = buildTree(content(...names.map((name) => item(name, { authentication: 'unguarded' }))), 'all');
  return svgOf(
    layOut(
      visibleRows(root, () => true),
      () => 'a <note>',
      (text) => text.length * 7,
    ),
    texts,
    colours,
  );
}

test('messages of the page are read, and nothing is carried along', () => {
  assert.deepEqual(fromPage({ type: 'ready', more: 1 }), { type: 'ready' });
  assert.deepEqual(fromPage({ type: 'open', place: { ...place, command: 'rm' } }), { type: 'open', place });
  assert.deepEqual(fromPage({ type: 'export', form: '../../x' }), { type: 'export' });
});

test('a page that says anything else is not heard', () => {
  const hostile = [
    undefined,
    null,
    'ready',
    ['ready'],
    { type: 'READY' },
    { type: 'toString' },
    { type: '__proto__' },
    { type: ['ready'] },
    { type: 'open' },
    { type: 'open', place: 'file:///etc/passwd' },
    { type: 'open', place: { uri: 7, line: 0, character: 0 } },
    ...[-1, 0.5, NaN, Infinity, '0', null, 2 ** 60].map((line) => ({ type: 'open', place: { ...place, line } })),
    { type: 'command', command: 'workbench.action.terminal.sendSequence' },
    { type: 'svg' },
    { type: 'svg', text: ['<svg '] },
  ];
  for (const message of hostile) assert.equal(fromPage(message), undefined, JSON.stringify(message));
});

test('a picture is taken only as the map draws it', () => {
  const text = picture('PUT /files', 'GET /<script>alert(1)</script>');
  assert.deepEqual(fromPage({ type: 'svg', text }), { type: 'svg', text });
  const end = '</svg>\n';
  const into = (more: string): string => text.replace(end, more + end);
  const hostile = [
    into('<script>alert(1)</script>'),
    into('<g onload="alert(1)"/>'),
    into('<g\nonload="alert(1)"/>'),
    into('<a href="javascript:alert(1)">x</a>'),
    into('<foreignObject><iframe/></foreignObject>'),
    into('<rect fill="url(https://example.com/x)"/>'),
    into('<rect style="fill:red"/>'),
    into('<rect fill=red onclick=alert(1)>'),
    into('<!-- x -->'),
    into('<![CDATA[<script>]]>'),
    into('<svg xmlns="x" onload="y">'),
    into('<'),
    `<?xml version="1.0"?>${text}`,
    '<svg >',
    'x',
    '',
  ];
  for (const each of hostile) assert.equal(fromPage({ type: 'svg', text: each }), undefined, each.slice(-120));
});

test('a picture stands alone and names what it shows as text', () => {
  const text = picture('PUT /a<b>&"c\'/{id}', 'GET /x\u0000\ud800');
  assert.ok(text.startsWith('<svg xmlns="http://www.w3.org/2000/svg" ') && text.endsWith('</svg>\n'));
  assert.doesNotMatch(text, /<script|<foreignObject|href|url\(|var\(|class=|style=|\son\w+=/i);
  assert.ok(text.includes('&#60;b&#62;&#38;&#34;c&#39;'));
  assert.ok(text.includes('/x\ufffd\ufffd'));
  for (const [risk, colour] of Object.entries(colours.risks)) assert.ok(text.includes(colour), risk);
  assert.ok(text.includes('open write'), 'the legend is in it');
  assert.ok(text.includes('a &#60;note&#62;'));
  assert.equal(escaped('\u202ea'), '\ufffda');
});

test('the page draws only whole items', () => {
  const old = { id: 'old', folder, method: 'GET', path: '/old', admin: true, place };
  const good = { ...content(item('GET /a', { chain: ['auth'], findings: ['a/b'] })), unserved: [old] };
  assert.deepEqual(toPage({ type: 'content', content: good }), { type: 'content', content: good });
  const [whole] = good.items;
  assert.ok(whole);
  const broken = [
    { ...whole, method: 7 },
    { ...whole, authentication: 'maybe' },
    { ...whole, place: null },
    { ...whole, findings: [1] },
    { ...whole, documented: 'x' },
    { ...whole, public: 1 },
    { ...whole, chain: 'x' },
    null,
    'x',
  ];
  const mixed = { folders: [...good.folders, { uri: 1 }, null], items: [...broken, whole], unserved: [{ ...old, admin: 1 }, { ...old, path: 1 }, { ...old, place: {} }, null, old], gaps: 0 };
  assert.deepEqual(toPage({ type: 'content', content: mixed }), { type: 'content', content: good });
  for (const each of [
    undefined,
    null,
    'x',
    [],
    { type: 'content' },
    { type: 'content', content: { folders: [] } },
    { type: 'content', content: { folders: [], items: [], unserved: [], gaps: -1 } },
    { type: 'content', content: { folders: [], items: [], gaps: 0 } },
    { type: 'other' },
  ])
    assert.equal(toPage(each), undefined);
  assert.deepEqual(
    ['stopped', 'wantSvg'].map((type) => toPage({ type })),
    [{ type: 'stopped' }, { type: 'wantSvg' }],
  );
});

test('only places of the content may be opened', () => {
  const inDocument = { uri: 'file:///shop/openapi.yaml', line: 8, character: 4 };
  const unserved = [{ id: 'old', folder, method: 'GET', path: '/old', admin: false, place: inDocument }];
  const places = placesOf({ ...content(item('GET /a', { place })), unserved });
  assert.deepEqual([place, inDocument].map((each) => places.has(keyOf(each))), [true, true]);
  for (const each of [
    { ...place, line: 2 },
    { ...place, uri: 'file:///etc/passwd' },
  ])
    assert.equal(places.has(keyOf(each)), false);
});

test('the page runs its own script and style only, whatever its texts hold', () => {
  const page = pageOf({
    nonce: 'n0nce',
    cspSource: "'self' https://*.vscode-cdn.net",
    script: 'https://a/x.js?a="b"',
    style: 'https://a/x.css',
    language: 'de',
    texts: { ...texts, title: '</title><script>alert(1)</script>', help: '</script><script>alert(2)</script>' },
  });
  assert.match(
    page,
    /content="default-src &#39;none&#39;; script-src &#39;nonce-n0nce&#39;; style-src &#39;self&#39; https:\/\/\*\.vscode-cdn\.net; base-uri/,
  );
  assert.deepEqual(page.match(/<script[^>]*>/g), [
    '<script type="application/json" id="texts" nonce="n0nce">',
    '<script nonce="n0nce" src="https://a/x.js?a=&#34;b&#34;">',
  ]);
  assert.doesNotMatch(page, /unsafe|\sstyle=|\son\w+=|http:/);
  const data = /id="texts"[^>]*>([^<]*)</.exec(page)?.[1] ?? '';
  assert.equal(JSON.parse(data).help, '</script><script>alert(2)</script>');
});
