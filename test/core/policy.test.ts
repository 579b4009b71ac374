import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { defaultPolicy } from '../../server/src/core/policy/policy.js';
import { applySettings, readPolicy, type PolicyRead } from '../../server/src/core/policy/read.js';
import { policySchema } from '../../server/src/core/policy/schema.js';
import { filePath, type FilePath, type SourceFile } from '../../server/src/core/text/source.js';

const ruleIds = new Set(['cors/wildcard-origin', 'cors/reflected-origin', 'headers/powered-by', 'methods/put-enabled', 'unlatched/suppression-unused']);
const policyPath = filePath('unlatched.yml');

function read(text: string, others: Readonly<Record<string, string>> = {}, path: FilePath = policyPath): PolicyRead {
  const load = (wanted: FilePath): SourceFile | undefined => (others[wanted] === undefined ? undefined : { path: wanted, text: others[wanted], revision: 1 });
  return readPolicy({ path, text, revision: 1 }, load, ruleIds);
}
/** Each problem as `marked text: message`. */
function problems(text: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return read(text, others).problems.map(
    ({ path, span, message }) => `${path === policyPath ? '' : `${path} `}${(path === policyPath ? text : (others[path] ?? '')).slice(span.start, span.end)} | ${message}`,
  );
}

const whole = `
version: 1
preset: recommended
exclude: ["legacy/**"]
minConfidence: medium
rules:
  cors/wildcard-origin: error
  headers/powered-by: off # not ours
methods:
  allow: [GET, post, PROPFIND]
  paths: { "/admin/**": [GET] }
cors: { origins: ["https://app.example.com"], publicPaths: ["/fonts/**"] }
auth:
  at: gateway
  publicPaths: ["/v1/catalog/**"]
  guards: [myGuard]
  roleGuards: [needsRole]
  trustedHeaders: [x-user-id]
tls: { internalHosts: require }
docs: { public: true }
spec: [openapi.yaml]
baseline: accepted.json
`;
test('every key is read', () => {
  const { policy, problems: found, stated } = read(whole);
  assert.deepEqual(found, []);
  assert.deepEqual(policy, {
    source: policyPath,
    rules: new Map([
      ['cors/wildcard-origin', 'error'],
      ['headers/powered-by', 'off'],
    ]),
    minConfidence: 'medium',
    exclude: ['legacy/**'],
    methods: { allow: ['GET', 'POST', 'PROPFIND'], paths: new Map([['/admin/**', ['GET']]]) },
    cors: { origins: ['https://app.example.com'], publicPaths: ['/fonts/**'] },
    auth: { at: 'gateway', publicPaths: ['/v1/catalog/**'], guards: ['myGuard'], roleGuards: ['needsRole'], trustedHeaders: ['x-user-id'] },
    tls: { internalHosts: 'require' },
    docs: { public: true },
    spec: ['openapi.yaml'],
    baseline: 'accepted.json',
    stated,
  });
  assert.ok(stated.has('auth.guards') && !stated.has('extends'));
});
test('an empty file, or keys with nothing below them yet, state nothing', () => {
  for (const text of ['', '# nothing\n', '\uFEFF', '---\n', 'rules:\ncors:\nmethods:\n  paths:\n']) {
    const { policy, problems: found, stated } = read(text);
    assert.deepEqual(found, [], text);
    assert.deepEqual(policy, { ...defaultPolicy, source: policyPath, stated: new Set() }, text);
    assert.equal(stated.size, 0);
  }
});
test('the same keys in JSON read alike', () => {
  const { policy, problems: found } = read('{ "rules": { "headers/powered-by": "off" }, "docs": { "public": true } }', {}, filePath('policy.json'));
  assert.deepEqual(found, []);
  assert.equal(policy.rules.get('headers/powered-by'), 'off');
  assert.equal(policy.docs.public, true);
});

const faults: readonly (readonly [string, string])[] = [
  ['rules: { cors/wildcard: error }', 'cors/wildcard | unknown rule "cors/wildcard": did you mean "cors/wildcard-origin"?'],
  ['rules: { zzz: error }', 'zzz | unknown rule "zzz"'],
  ['rules: { headers/powered-by: eror }', 'eror | the level of "headers/powered-by" must be "error", "warning", "info", "hint" or "off": did you mean "error"?'],
  ['rules: { headers/powered-by: false }', 'false | the level of "headers/powered-by" must be "error", "warning", "info", "hint" or "off"'],
  ['rules: [cors/wildcard-origin]', '[cors/wildcard-origin] | "rules" must be a mapping of keys to values'],
  ['method: { allow: [GET] }', 'method | unknown key "method": did you mean "methods"?'],
  ['cors: { origin: ["https://a.test"] }', 'origin | unknown key "cors.origin": did you mean "cors.origins"?'],
  ['guards: [a]', 'guards | unknown key "guards": did you mean "auth.guards"?'],
  ['trustedHeaders: [a]', 'trustedHeaders | unknown key "trustedHeaders": did you mean "auth.trustedHeaders"?'],
  ['auth: { minConfidence: low }', 'minConfidence | unknown key "auth.minConfidence": did you mean "minConfidence"?'],
  ['constructor: 1', 'constructor | unknown key "constructor"'],
  ['version: 2', '2 | "version" must be 1'],
  ['version: "1"', '"1" | "version" must be 1'],
  ['preset: strict', 'strict | "preset" must be "recommended"'],
  ['minConfidence: hgih', 'hgih | "minConfidence" must be "low", "medium" or "high": did you mean "high"?'],
  ['auth: { at: gate }', 'gate | "auth.at" must be "code" or "gateway": did you mean "gateway"?'],
  ['exclude: "legacy/**"', '"legacy/**" | "exclude" must be a list of glob patterns'],
  ['exclude: [1]', '1 | each entry of "exclude" must be a glob pattern: put it in quotes'],
  ['docs: { public: "yes" }', '"yes" | "docs.public" must be true or false'],
  ['baseline: [a]', '[a] | "baseline" must be a path'],
  ['methods: { allow: [GTE] }', 'GTE | unknown method "GTE": did you mean "GET"?'],
  ['methods: { allow: ["G E T"] }', '"G E T" | each entry of "methods.allow" must be an HTTP method'],
  ['methods: { paths: { "/a": GET } }', 'GET | "/a" must be a list of HTTP methods'],
  ['cors: { origins: ["*"] }', '"*" | each entry of "cors.origins" must be an origin without a path, like https://app.example.com'],
  ['cors: { origins: [https://a.test/] }', 'https://a.test/ | each entry of "cors.origins" must be an origin without a path, like https://app.example.com'],
  ['auth: { guards: ["a b"] }', '"a b" | each entry of "auth.guards" must be a name without spaces'],
  ['spec: [a]\nspec: [b]', 'spec | "spec" is stated twice: keep one of them'],
  ['just text', 'just text | a policy must be a mapping of keys to values'],
  ['extends: https://x.test/p.yml', 'https://x.test/p.yml | "extends" must be a path relative to this file'],
  ['extends: /etc/unlatched.yml', '/etc/unlatched.yml | "extends" must be a path relative to this file'],
  ['extends: gone.yml', 'gone.yml | there is no file gone.yml: correct the path'],
  ['extends: ./unlatched.yml', './unlatched.yml | "extends" leads back to unlatched.yml: remove one of them'],
];
test('each fault is reported once, at its place, with what to write', () => {
  for (const [text, expected] of faults) assert.deepEqual(problems(text), [expected], text);
});
test('a fault costs its own key only', () => {
  const { policy } = read('rules: { zzz: error, headers/powered-by: off }\nminConfidence: x\ndocs: { public: true }');
  assert.deepEqual(policy.rules, new Map([['headers/powered-by', 'off']]));
  assert.equal(policy.minConfidence, 'low');
  assert.equal(policy.docs.public, true);
});
test('a syntax error is reported alone', () => {
  const found = problems('rules:\n  cors/wildcard-origin: [error\nexclude: 3\n');
  assert.ok(found.length >= 1);
  assert.ok(
    found.every((each) => !each.includes('must be')),
    found.join('\n'),
  );
});
test('the schema and the reader agree on every sample', () => {
  const validate = new Ajv({ strict: true, strictTypes: false }).compile(policySchema(ruleIds));
  assert.equal(validate(parse(whole)), true, JSON.stringify(validate.errors));
  // A reader of data cannot see doubled keys, other files, or which method names are slips.
  const beyond = /stated twice|extends|no file|unknown method/;
  for (const [text, expected] of faults) if (!beyond.test(expected)) assert.equal(validate(parse(text, { uniqueKeys: false })), false, text);
});
test('the schema describes every key and lists every rule', () => {
  const text = JSON.stringify(policySchema(ruleIds));
  for (const id of ruleIds) assert.ok(text.includes(`"${id}"`), id);
  assert.equal(JSON.stringify(policySchema([...ruleIds].reverse())), text);
});

test('a policy inherits key by key; mappings entry by entry; paths are seen from its own folder', () => {
  const base =
    'rules: { cors/wildcard-origin: error, headers/powered-by: off }\nexclude: ["**/gen/**", "packages/api/old/**", "legacy/**", "!legacy/keep.ts"]' +
      '\nspec: [docs/openapi.yaml]\nbaseline: accepted.json\nauth: { guards: [a], at: gateway }\nmethods: { paths: { "/a": [GET], "/b": [GET] } }';
  const own = 'extends: ../../unlatched.yml\nrules: { headers/powered-by: hint }\nauth: { guards: [b] }\nmethods: { paths: { "/b": [PUT] } }';
  const { policy, problems: found, stated } = read(own, { 'unlatched.yml': base }, filePath('packages/api/unlatched.yml'));
  assert.deepEqual(found, []);
  assert.deepEqual(
    policy.rules,
    new Map([
      ['cors/wildcard-origin', 'error'],
      ['headers/powered-by', 'hint'],
    ]),
  );
  assert.deepEqual(policy.exclude, ['**/gen/**', 'old/**', '../../legacy/**', '!../../legacy/keep.ts']);
  assert.deepEqual(policy.spec, ['../../docs/openapi.yaml']);
  assert.equal(policy.baseline, '../../accepted.json');
  assert.deepEqual([policy.auth.at, policy.auth.guards], ['gateway', ['b']]);
  assert.deepEqual(
    policy.methods.paths,
    new Map([
      ['/a', ['GET']],
      ['/b', ['PUT']],
    ]),
  );
  assert.ok(stated.has('auth.at'));
});
test('a policy above the root can be extended', () => {
  const { policy, problems: found } = read('extends: ../unlatched.yml', { '../unlatched.yml': 'minConfidence: high\nbaseline: b.json' });
  assert.deepEqual(found, []);
  assert.deepEqual([policy.minConfidence, policy.baseline], ['high', '../b.json']);
});
test('faults of a policy that is extended are reported in its own file', () => {
  assert.deepEqual(problems('extends: base.yml', { 'base.yml': 'minConfidence: x' }), ['base.yml x | "minConfidence" must be "low", "medium" or "high"']);
});
test('circles and long chains of policies end with a problem', () => {
  assert.deepEqual(problems('extends: a.yml', { 'a.yml': 'extends: b.yml', 'b.yml': 'extends: a.yml' }), ['b.yml a.yml | "extends" leads back to a.yml: remove one of them']);
  const chain = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}.yml`, `extends: p${i + 1}.yml`]));
  assert.deepEqual(problems('extends: p0.yml', chain), ['p9.yml p10.yml | "extends" goes through more than 10 files: join some of them']);
});
test('a setting holds only where no policy file states the key', () => {
  const settings = {
    rules: new Map([
      ['cors/wildcard-origin', 'hint'],
      ['headers/powered-by', 'hint'],
    ] as const),
    minConfidence: 'high',
  } as const;
  const stated = applySettings(read('rules: { headers/powered-by: off }\nminConfidence: low').policy, settings);
  assert.deepEqual(
    stated.rules,
    new Map([
      ['cors/wildcard-origin', 'hint'],
      ['headers/powered-by', 'off'],
    ]),
  );
  assert.equal(stated.minConfidence, 'low');
  assert.equal(applySettings(read('rules: {}').policy, settings).minConfidence, 'high');
  assert.equal(applySettings(defaultPolicy, settings).minConfidence, 'high');
  assert.equal(applySettings(defaultPolicy, { rules: new Map(), minConfidence: undefined }).minConfidence, 'low');
  const inherited = read('extends: base.yml', { 'base.yml': 'minConfidence: low' }).policy;
  assert.equal(applySettings(inherited, settings).minConfidence, 'low');
});
test('reading never throws, and problems lie inside their file', () => {
  const piece = fc.constantFrom(
    'rules:',
    ' ',
    '\n',
    '  ',
    'cors',
    ':',
    '[',
    ']',
    '{',
    '}',
    '*a',
    '&a',
    '!!set',
    '- ',
    '"',
    'off',
    'extends: x.yml',
    'exclude',
    '<<: ',
    '? ',
    '|',
    '\r',
    '__proto__',
    '# x',
    '\uFEFF',
    '\t',
    ',',
    '1',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
      (text) => {
        const { policy, problems: found } = read(text, { 'x.yml': text });
        assert.ok(policy.minConfidence === 'low');
        for (const { span } of found) assert.ok(span.start >= 0 && span.start <= span.end && span.end <= text.length, JSON.stringify(span));
      },
    ),
    { numRuns: 1000 },
  );
});
