import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { kindByName } from '../../server/src/core/artifacts/names.js';
import { readFacts } from '../../server/src/core/project/facts.js';
import type { Value } from '../../server/src/core/model/value.js';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

function read(path: string, text: string): { readonly facts: ReturnType<typeof readFacts>; span(value: { readonly mark: number }): string } {
  const facts = readFacts({ path: filePath(path), text, revision: 1 });
  return { facts, span: ({ mark }) => text.slice(facts.spans[(-mark - 1) * 2], facts.spans[(-mark - 1) * 2 + 1]) };
}
/** A value as plain data; what names a variable in `<...>`. */
function plain(value: Value): unknown {
  if (value.kind === 'literal') return value.value;
  if (value.kind === 'object') return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
  if (value.kind === 'array') return value.items.map((item) => plain(item.value));
  if (value.kind === 'template') return value.parts.map((part) => (typeof part === 'string' ? part : `<${part.kind === 'ref' ? part.text : part.kind}>`)).join('');
  return value.kind;
}

suite('kinds by name', () => {
  const kinds: Readonly<Record<string, string | undefined>> = {
    'package.json': 'package-json', 'packages/a/package.json': 'package-json', 'my-package.json': undefined,
    '.env': 'dotenv', 'a/.env.production.local': 'dotenv', 'prod.env': 'dotenv', '.env.ts': undefined, '.env.json': undefined, '.envrc': undefined, 'env': undefined,
    'compose.yaml': 'compose', 'docker-compose.yml': 'compose', 'docker-compose.prod.yml': 'compose', 'a/compose-db.yaml': 'compose', 'decompose.yaml': undefined, 'compose.json': undefined,
    '.npmrc': 'npmrc', 'web/.npmrc': 'npmrc', 'npmrc': undefined, '.npmrc.json': undefined, '.yarnrc.yml': 'yarnrc', '.yarnrc': undefined, 'pnpm-workspace.yaml': 'pnpm-workspace',
    Dockerfile: 'dockerfile', 'api/Dockerfile.prod': 'dockerfile', 'api.Dockerfile': 'dockerfile', Containerfile: 'dockerfile', 'Dockerfile.dockerignore': undefined, 'Dockerfile.md': undefined, 'Dockerfile/x': undefined,
  };
  for (const [path, kind] of Object.entries(kinds)) test(`${path}: ${kind ?? 'none'}`, () => assert.equal(kindByName(filePath(path)), kind));
});

suite('environment files', () => {
  const cases: readonly (readonly [title: string, text: string, data: unknown])[] = [
    ['plain, with spaces, exported', 'A=1\n  B = two words  \nexport C=3\n', { A: '1', B: 'two words', C: '3' }],
    ['comments', '# A=1\nB=2 # why\nC="3 # not"\nD=\n', { B: '2', C: '3 # not', D: '' }],
    ['quotes', `A='$x "y"'\nB="a\\nb"\nC=\`it's\`\n`, { A: '$x "y"', B: 'a\nb', C: "it's" }],
    ['over several lines', 'KEY="-----BEGIN\nabc\n-----END"\nB=2\n', { KEY: '-----BEGIN\nabc\n-----END', B: '2' }],
    ['a quote that stays open', 'A="x\nB=2\n', { A: '"x', B: '2' }],
    ['other variables', 'A=http://${HOST:-x}:$PORT/\nB="${A}"\nC=\\$5\n', { A: 'http://<HOST>:<PORT>/', B: '<A>', C: '\\$5' }],
    ['Windows line ends and a byte order mark', '\uFEFFA=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['what is no assignment', 'just words\n=1\n: x\nA 1\n', {}],
    ['a colon', 'A: 1\n', { A: '1' }],
  ];
  for (const [title, text, data] of cases)
    test(title, () => {
      const { artifact } = read('.env', text).facts;
      assert.equal(artifact?.shape, 'settings');
      if (artifact?.shape === 'settings') assert.deepEqual(plain(artifact.root), data);
    });
  test('places are those of the text', () => {
    const { facts, span } = read('.env', 'export A="x y" # z\nB=1\n');
    const root = facts.artifact?.shape === 'settings' ? facts.artifact.root : undefined;
    assert.deepEqual(root?.kind === 'object' && root.entries.map(({ keyAt, value, at }) => [span(keyAt), span(value.at), span(at)]), [['A', '"x y"', 'A="x y"'], ['B', '1', 'B=1']]);
  });
});

suite('settings of npm', () => {
  const cases: readonly (readonly [title: string, text: string, data: unknown])[] = [
    ['plain, with spaces and names of registries', 'a=1\n  strict-ssl = false  \n//npm.acme.io/:_authToken=x=y\n@acme:registry=https://npm.acme.io/\n',
      { a: '1', 'strict-ssl': 'false', '//npm.acme.io/:_authToken': 'x=y', '@acme:registry': 'https://npm.acme.io/' }],
    ['comments', '; a=1\n# b=2\nc=3 ; why\nd=4 # why\ne="5;6"\n', { c: '3', d: '4', e: '5;6' }],
    ['variables', 'a=${TOKEN}\nb=https://${HOST?}/x\nc=$TOKEN\nd="${TOKEN}"\n', { a: '<TOKEN>', b: 'https://<HOST>/x', c: '$TOKEN', d: '<TOKEN>' }],
    ['Windows line ends and a byte order mark', '\uFEFFa=1\r\nb=2\r\n', { a: '1', b: '2' }],
    ['lists, sections and words', 'ca[]=x\nword\n=1\na=\n[other]\nb=2\n', { a: '' }],
  ];
  for (const [title, text, data] of cases)
    test(title, () => {
      const { artifact } = read('.npmrc', text).facts;
      assert.equal(artifact?.shape, 'settings');
      if (artifact?.shape === 'settings') assert.deepEqual(plain(artifact.root), data);
    });
  test('places are those of the text', () => {
    const { facts, span } = read('.npmrc', '\uFEFFx=1\r\n a = "b c" # d\r\n');
    const root = facts.artifact?.shape === 'settings' ? facts.artifact.root : undefined;
    assert.deepEqual(root?.kind === 'object' && root.entries.map(({ keyAt, value, at }) => [span(keyAt), span(value.at), span(at)]), [['x', '1', 'x=1'], ['a', '"b c"', 'a = "b c"']]);
  });
});

suite('YAML and JSON', () => {
  test('every document of a file, with its places', () => {
    const text = '# head\n---\nservices: { a: 1 }\n---\nb: two\n---\n';
    const { facts, span } = read('compose.yaml', text);
    assert.ok(facts.artifact?.shape === 'settings');
    assert.deepEqual(facts.artifact.documents.map(plain), [{ services: { a: 1 } }, { b: 'two' }, null]);
    const second = facts.artifact.documents[1];
    assert.equal(second?.kind === 'object' && span(second.entries[0]?.value.at ?? { mark: 0 }), 'two');
  });
  test('a place of a package.json is the same for rules and for code that loads it', () => {
    const { facts, span } = read('package.json', '{ "name": "x", "scripts": { "start": "node ." } }');
    assert.ok(facts.artifact?.shape === 'settings' && facts.artifact.root.kind === 'object');
    assert.equal(facts.artifact.kind, 'package-json');
    assert.equal(facts.manifest?.name, 'x');
    assert.equal(span(facts.artifact.root.entries[1]?.keyAt ?? { mark: 0 }), '"scripts"');
    assert.equal(span(facts.artifact.at).length, 49);
  });
});

suite('Dockerfiles', () => {
  test('stages, instructions, words and pairs', () => {
    const text = 'ARG V=22\nFROM node:$V AS build\nRUN npm ci \\\n  && npm run build\nFROM build\nENV A=1 B="two words"\nENV C three\nCOPY --chown=node:node --from=build /app .\nCMD ["node", "app.js"]\n';
    const { facts, span } = read('Dockerfile', text);
    const { artifact } = facts;
    assert.ok(artifact?.shape === 'dockerfile');
    assert.deepEqual(artifact.globals.map(({ keyword, pairs }) => [keyword, pairs[0]?.name, pairs[0]?.value]), [['ARG', 'V', '22']]);
    assert.deepEqual(artifact.stages.map(({ image, name, base }) => [image?.text, name, base]), [['node:$V', 'build', undefined], ['build', undefined, 0]]);
    const last = artifact.stages[1]?.instructions ?? [];
    assert.deepEqual(last.map(({ keyword, form }) => `${keyword} ${form}`), ['ENV shell', 'ENV shell', 'COPY shell', 'CMD exec']);
    assert.deepEqual(last.flatMap(({ keyword, pairs }) => (keyword === 'ENV' ? pairs.map(({ name, value }) => [name, value]) : [])), [['A', '1'], ['B', 'two words'], ['C', 'three']]);
    assert.deepEqual(last[2]?.flags.map(({ name, value }) => [name, value]), [['chown', 'node:node'], ['from', 'build']]);
    assert.deepEqual(last[3]?.words.map(({ text: word, at }) => [word, span(at)]), [['node', 'node'], ['app.js', 'app.js']]);
  });
});

suite('suppression comments', () => {
  const texts: Readonly<Record<string, string>> = {
    Dockerfile: 'ARG V=22\n# unlatched-ignore config/docker -- the platform sets the user\nFROM node:22\nENV NODE_ENV=production\nCMD ["node", "app.js"]\n',
    '.env': 'PORT=1\n# unlatched-ignore config/env-file-committed -- a key of nothing\nAPI_KEY=Zq3v9Lk2Xw8Rt5Yb\n',
    'compose.yaml': 'services:\n  api: { build: . }\n  db:\n    image: postgres\n    # unlatched-ignore config/compose -- behind a firewall\n    ports: ["5432:5432"]\n',
    'nginx.conf': 'server {\n  autoindex on; # unlatched-ignore config/nginx -- a mirror\n}\n',
    Procfile: '# unlatched-ignore config/start-script -- a machine of ours\nweb: nodemon app.js\n',
    'netlify.toml': '[[headers]]\nfor = "/api/*"\n[headers.values]\n# unlatched-ignore config/serverless-cors -- public data\nAccess-Control-Allow-Origin = "*"\n',
  };
  for (const [path, text] of Object.entries(texts))
    test(path, () => {
      const findings = (content: string): readonly string[] => engineOver(new Map([[filePath(path), content]])).findings(filePath(path)).map(({ rule, state }) => `${rule} ${state}`);
      const open = findings(text.replace(/#? ?unlatched-ignore [^\n]*/, ''));
      assert.equal(open.length, 1, open.join());
      assert.deepEqual(findings(text), open.map((one) => one.replace('open', 'suppressed')));
    });
});
