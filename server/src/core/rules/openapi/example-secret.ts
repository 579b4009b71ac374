import type { Entry, Value } from '../../model/value.js';
import type { OpenApiDocument } from '../../openapi/document.js';
import { ofDocument } from '../../openapi/kept.js';
import { follow } from '../../openapi/references.js';
import { asArray, asText, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { groupedBy } from '../facts/names.js';
import { secretName, secretValue, tokenName, weakPassword } from '../facts/secrets.js';
import { tokensIn } from '../facts/token-formats.js';
import { rule, type Change, type Code, type Detection, type RuleContext } from '../rule.js';

interface Evidence {
  readonly kind: 'token' | 'default' | 'shown' | 'weak';
  readonly vendor: string;
  /** The secret inside its literal. */
  readonly at: At;
  readonly text: string;
  /** Other places that hold it. */
  readonly again?: readonly At[];
}
/** Keys under which a document shows values or speaks to people. */
const SHOWN: ReadonlySet<string> = new Set(['example', 'examples', 'x-example', 'x-examples', 'default', 'description', 'summary']);
/** Values that writers of documents make up: words for what they show, runs of the alphabet and of digits, identifiers. */
const MADE_UP = /pass|secret|token|key|sample|test|demo|fake|foo|bar|abc|xyz|1234|4321|0000|jbswy3dpehpk3pxp|(.)\1\1|^[0-9a-f]{8}-[0-9a-f]{4}-|^eyJ/i;
/** A key in the usual form that says where it works; `pk` and `pub` are for browsers. */
const LIVE_KEY = /^(?!pk_|pub)[a-z]{2,12}_(live|prod)_[0-9a-z]{10,64}$/i;
/** What the name of every secret holds: asked first, since examples are most of a large document. */
const SECRET_KEY = /pass|secret|key|token|credential|pwd|conn/i;
/** Values of one document. */
const MOST = 500_000;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/example-secret',
    title: 'An example holds a real-looking secret',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [798],
    severity: 'warning',
    confidence: 'high',
    topics: ['secret'],
    since: '0.1.0',
    whenNotToUse: 'Where the value was withdrawn and its form matters to readers: suppress the line and say so.',
    references: ['https://cwe.mitre.org/data/definitions/798.html'],
  },
  on: 'openapi',
  words: ['example', 'default', 'description', 'summary'],
  *detect(document, context) {
    // The same value in many examples is one secret.
    for (const [first, ...others] of groupedBy(everywhere(document, context), ({ evidence: { kind, text } }) => `${kind} ${text}`).values()) {
      if (!first || (first.evidence.kind === 'token' && isOwnSample(first.evidence.vendor, document))) continue;
      const again = others.map(({ evidence }) => evidence.at);
      const related = again.slice(0, 10).map((at) => ({ at, label: 'here too' }));
      yield { ...first, evidence: { ...first.evidence, again }, ...(related.length > 0 ? { related } : {}) };
    }
  },
  explain: ({ kind, vendor }) => ({
    message: {
      token: `This example looks like a live ${vendor} credential. Revoke it and use a placeholder.`,
      default: 'This default is a secret that servers and clients made from the document will use. Remove it, and withdraw it where it is in use.',
      shown: 'This example looks like a secret in use. Show a placeholder, and withdraw it where it is one.',
      weak: 'Examples are copied: this password is among the first that are tried. Show a placeholder.',
    }[kind],
    why: 'Documents of an API are published and kept; a credential that was pasted in as an example works for every reader.',
    remedy: 'Show what a value looks like by a placeholder.',
  }),
  *fix({ evidence: { kind, at, again = [] } }) {
    const code: Code = kind === 'token' ? ['<token>'] : [{ quote: kind === 'weak' ? '<password>' : '<secret>' }];
    yield { title: 'Put a placeholder in its place', safety: 'review', changes: [at, ...again].map((place): Change => ({ do: 'replace', at: place, code })) };
  },
  examples: [
    {
      title: 'who issues a token shows what one looks like',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        servers: [{ url: https://api.github.com }]
        paths: {}
        components: { examples: { login: { value: { token: ghp_16C7e42F292c6912E7710c838347Ae178B4a } } } }
      `,
    },
    {
      title: 'a key in an example that operations share',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths: {}
        components:
          examples:
            login:
              value: { token: ghp_16C7e42F292c6912E7710c838347Ae178B4a }
        #                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ openapi/example-secret "live GitHub credential"
      `,
    },
    {
      title: 'the same key in two examples is one secret',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /things:
            get:
              responses:
                '200': { description: ok, content: { application/json: { example: { token: ghp_16C7e42F292c6912E7710c838347Ae178B4a } } } }
        #                                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ openapi/example-secret "live GitHub credential"
          /others:
            put:
              responses:
                '200': { description: ok, content: { application/json: { example: { token: ghp_16C7e42F292c6912E7710c838347Ae178B4a } } } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /things:
            get:
              responses:
                '200': { description: ok, content: { application/json: { example: { token: <token> } } } }
          /others:
            put:
              responses:
                '200': { description: ok, content: { application/json: { example: { token: <token> } } } }
      `,
    },
    {
      title: 'a pasted token, and a default that is a key',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /hooks:
            post:
              description: Send it as "ghp_16C7e42F292c6912E7710c838347Ae178B4a".
        #                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ openapi/example-secret "a live GitHub credential"
              responses: { default: { description: any } }
        components:
          schemas:
            Client:
              properties:
                apiKey:
                  type: string
                  default: q8Zr2kLw0vTn5XyB
        #                  ^^^^^^^^^^^^^^^^ openapi/example-secret "This default is a secret"
      `,
    },
    {
      title: 'inside an example object',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/login": { "post": {
            "requestBody": { "content": { "application/json": { "example": { "token": "glpat-Zx81mQ7vLk20TnR4sWyB" } } } },
                                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^ openapi/example-secret "a live GitLab credential"
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
      fixed: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/login": { "post": {
            "requestBody": { "content": { "application/json": { "example": { "token": "<token>" } } } },
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
    },
    {
      title: 'a password that somebody may use, and a token that says where it works',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /routers:
            put:
              requestBody:
                content:
                  application/json:
                    example: { name: attic, adminPassword: Waldweg-7719 }
        #                                                  ^^^^^^^^^^^^ openapi/example-secret "looks like a secret in use"
              responses: { default: { description: any } }
        components:
          schemas:
            Partner:
              properties:
                apiToken: { type: string, examples: [rt-prod-84d0c2e9b71f] }
        #                                            ^^^^^^^^^^^^^^^^^^^^ openapi/example-secret "looks like a secret in use"
                badge: { type: string, example: bdg_live_84d0c2e9b71f }
        #                                       ^^^^^^^^^^^^^^^^^^^^^ openapi/example-secret "looks like a secret in use"
                refreshToken: { type: string, example: 84d0c2e9b71f55aa }
                passphrase: { type: string, example: MyPass-8812! }
      `,
    },
    {
      title: 'a password that everybody tries',
      bad: `
        #- swagger.yaml
        swagger: '2.0'
        paths: {}
        definitions:
          Login:
            properties:
              password: { type: string, example: admin123 }
        #                                        ^^^^^^^^ openapi/example-secret "among the first that are tried"
      `,
      fixed: `
        #- swagger.yaml
        swagger: '2.0'
        paths: {}
        definitions:
          Login:
            properties:
              password: { type: string, example: '<password>' }
      `,
    },
    {
      title: 'placeholders, samples of vendors, and test keys',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths: {}
        components:
          schemas:
            Client:
              properties:
                apiKey: { type: string, example: '<api-key>' }
                token: { type: string, example: '<token>', default: '' }
                awsKey: { type: string, example: AKIAIOSFODNN7EXAMPLE }
                password: { type: string, format: password, description: at least twelve characters }
                secretName: { type: string, default: database }
      `,
    },
    {
      title: 'schemas that only name a secret',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths: {}
        definitions:
          Login:
            required: [password]
            properties:
              password: { type: string, minLength: 12, example: correct horse battery staple }
      `,
    },
  ],
});

function* everywhere(document: OpenApiDocument, context: RuleContext): Iterable<Detection<Evidence>> {
  const root: Spot = { value: document.root, shown: false, property: undefined, key: '', above: undefined };
  const walk: Walk = { document, context, shown: new Set(), other: new Set(), left: MOST };
  const paths = valueOf(document.root, 'paths');
  // Files refer to each other: their parts are looked at together.
  if (document.parts.size > 0 || document.root.kind !== 'object' || paths?.kind !== 'object') return yield* below(root, walk);
  for (const entry of document.root.entries) {
    const spot = spotOf(entry, root);
    if (entry.value.kind !== 'object' || !HOLDERS.has(entry.key ?? '')) yield* below(spot, walk);
    else for (const one of entry.value.entries) {
      if (entry.key !== 'components' || one.value.kind !== 'object') yield* keptBelow(one, spot, walk);
      else for (const component of one.value.entries) yield* keptBelow(component, spotOf(one, spot), walk);
    }
  }
}
/** Keys at the top of a document under which names lead to parts that an edit changes one at a time. */
const HOLDERS: ReadonlySet<string> = new Set(['paths', 'components', 'definitions', 'responses', 'parameters']);
function keptBelow(entry: Entry, above: Spot, walk: Walk): readonly Detection<Evidence>[] {
  const known = items.get(entry);
  if (known) return known;
  // What is found in it hangs on nothing that was seen elsewhere.
  const own: Walk = { ...walk, shown: new Set(), other: new Set() };
  const found = [...below(spotOf(entry, above), own)];
  walk.left = own.left;
  items.set(entry, found);
  return found;
}
/** A value of the document, and the way to it. */
interface Spot {
  readonly value: Value;
  /** It is an example, or stands in one. */
  readonly shown: boolean;
  /** The property it describes. */
  readonly property: string | undefined;
  readonly key: string;
  readonly above: Spot | undefined;
}
/** What one look at a document has seen: anchors of YAML lead to the same value more than once, and a file of examples may be met before what shows it. */
interface Walk {
  readonly document: OpenApiDocument;
  readonly context: RuleContext;
  readonly shown: Set<Value>;
  readonly other: Set<Value>;
  left: number;
}
/** What was found in path items and components that stay from revision to revision. */
const items = new WeakMap<Entry, readonly Detection<Evidence>[]>();
function spotOf({ key = '', value }: Entry, above: Spot): Spot {
  return { value, shown: above.shown || SHOWN.has(key), property: undefined, key, above };
}
function* below(top: Spot, walk: Walk): Iterable<Detection<Evidence>> {
  const { document, context } = walk;
  const waiting = [top];
  for (let one = waiting.pop(); one && walk.left-- > 0; one = waiting.pop()) {
    const { value, shown, property, key: own } = one;
    if (value.kind === 'literal' && shown && typeof value.value === 'string') yield* tokens(value, value.value, one, context);
    const seen = shown ? walk.shown : walk.other;
    if ((value.kind !== 'object' && value.kind !== 'array') || seen.has(value)) continue;
    seen.add(value);
    // An example in a file of its own is known as one by what refers to it.
    const there = shown && document.parts.size > 0 ? follow(document.root, value) : undefined;
    if (there && there.value !== value) waiting.push({ ...one, value: there.value });
    if (value.kind === 'array') {
      for (const [index, item] of value.items.entries()) if (shown || item.value.kind !== 'literal') waiting.push({ value: item.value, shown, property: undefined, key: String(index), above: one });
      continue;
    }
    if (property !== undefined && secretName(property)) yield* valuesOf(value, property, one);
    const names = own === 'properties' && !shown;
    for (const entry of value.entries) {
      const key = entry.key ?? '';
      const isShown = shown || (!names && SHOWN.has(key));
      if (isShown || entry.value.kind !== 'literal') waiting.push({ value: entry.value, shown: isShown, property: names ? key : undefined, key, above: one });
      if (shown && SECRET_KEY.test(key) && secretName(key)) yield* secretShown(entry.value, key, `${pathTo(one)}/${key}`);
    }
  }
}
/** Who issues a kind of token shows in its own document what one looks like. */
function isOwnSample(vendor: string, document: OpenApiDocument): boolean {
  return hostsOf(document).some((host) => host.split('.').includes(vendor.toLowerCase()));
}
const hostsOf = ofDocument((document): readonly string[] => {
  const urls = (asArray(valueOf(document.root, 'servers'))?.items ?? []).map((item) => asText(valueOf(item.value, 'url')) ?? '');
  return [...urls.map((url) => /^https?:\/\/([^/:?#]+)/i.exec(url)?.[1] ?? ''), asText(valueOf(document.root, 'host')) ?? ''].map((host) => host.toLowerCase());
});
function pathTo(spot: Spot): string {
  const keys: string[] = [];
  for (let one: Spot | undefined = spot; one?.above; one = one.above) keys.push(one.key);
  return keys.reverse().map((key) => `/${key}`).join('');
}
function* tokens(value: Value, text: string, spot: Spot, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { format, start, end } of tokensIn(text)) {
    if (format.kind === 'test') continue;
    const from = context.textOf(value.at).indexOf(text.slice(start, end));
    const at = from < 0 ? value.at : context.within(value.at, from, from + end - start);
    yield { at, subject: pathTo(spot), evidence: { kind: 'token', vendor: format.vendor, at, text: text.slice(start, end) }, ...(format.kind === 'signed' ? { severity: 'info', confidence: 'low' } : {}) };
  }
  const isLive = LIVE_KEY.test(text) && secretValue(text) && !MADE_UP.test(text) && tokensIn(text).length === 0;
  if (isLive) yield { at: value.at, subject: pathTo(spot), confidence: 'medium', evidence: { kind: 'shown', vendor: '', at: value.at, text } };
}
/** What the schema of a property that stands for a secret shows of it. */
function* valuesOf(schema: Value, name: string, spot: Spot): Iterable<Detection<Evidence>> {
  const fallback = valueOf(schema, 'default');
  const text = asText(fallback);
  const isNamed = text !== undefined && secretValue(text, { name }) && tokensIn(text).length === 0 && !LIVE_KEY.test(text);
  if (fallback && isNamed) yield { at: fallback.at, subject: `${pathTo(spot)}/default`, evidence: { kind: 'default', vendor: '', at: fallback.at, text } };
  const example = valueOf(schema, 'example');
  const shown = asText(example) ?? '';
  const isWeak = /pass|pwd/i.test(name) && weakPassword(shown);
  if (example && isWeak) yield { at: example.at, subject: `${pathTo(spot)}/example`, severity: 'hint', evidence: { kind: 'weak', vendor: '', at: example.at, text: shown } };
  const listed = (asArray(valueOf(schema, 'examples'))?.items ?? []).slice(0, 5).map((item) => item.value);
  for (const one of example ? [example, ...listed] : listed) yield* secretShown(one, name, `${pathTo(spot)}/example`);
}
/** A value that nobody would make up: letters and digits, random enough, and for a token a word that says where it works. */
function* secretShown(value: Value, name: string, path: string): Iterable<Detection<Evidence>> {
  const text = asText(value);
  if (text === undefined || !/[a-z]/i.test(text) || !/\d/.test(text) || !secretValue(text, { name }) || weakPassword(text) || MADE_UP.test(text) || tokensIn(text).length > 0) return;
  // The walk tells these whatever their name.
  if (LIVE_KEY.test(text)) return;
  const works = /(^|[-_.])(live|prod|production)([-_.]|$)/i.test(text);
  if (tokenName(name) && !works) return;
  yield { at: value.at, subject: path, ...(works ? {} : { severity: 'info', confidence: 'low' }), evidence: { kind: 'shown', vendor: '', at: value.at, text } };
}
