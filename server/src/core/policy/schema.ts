/** Text with a meaning: what it must look like, and how a problem names it. */
export type TextKind = 'glob' | 'path' | 'origin' | 'method' | 'name';

/** What the value of a policy key may be. */
export type Shape =
  | { readonly is: 'one' }
  | { readonly is: 'flag' }
  | { readonly is: 'choice'; readonly of: readonly string[]; readonly default?: string }
  | { readonly is: 'text'; readonly kind: TextKind }
  | { readonly is: 'list'; readonly of: TextKind }
  /** Keys are rule ids, values levels. */
  | { readonly is: 'levels' }
  /** Keys are path globs, values lists of methods. */
  | { readonly is: 'methods-by-path' }
  | { readonly is: 'group'; readonly keys: Keys };
export interface Key {
  readonly about: string;
  readonly shape: Shape;
}
export type Keys = Readonly<Record<string, Key>>;

/** Every level a rule can have, the strongest first. */
export const levels = ['error', 'warning', 'info', 'hint', 'off'] as const;
/** Every confidence, the lowest first. */
export const confidences = ['low', 'medium', 'high'] as const;

/** The keys of `unlatched.yml`: the one table behind the reader, the JSON schema and the editor's completion. */
export const policyKeys: Keys = {
  version: { about: 'Version of this format.', shape: { is: 'one' } },
  extends: { about: 'A policy file, relative to this one, whose keys hold where this file states none.', shape: { is: 'text', kind: 'path' } },
  preset: { about: 'The set of rules and levels to start from.', shape: { is: 'choice', of: ['recommended'], default: 'recommended' } },
  exclude: { about: 'Files that are not analysed: glob patterns relative to this file.', shape: { is: 'list', of: 'glob' } },
  minConfidence: { about: 'Findings less sure than this are not reported.', shape: { is: 'choice', of: confidences, default: 'low' } },
  rules: { about: 'The level of a rule, by rule id; it replaces all levels of that rule.', shape: { is: 'levels' } },
  methods: {
    about: 'HTTP methods this project serves.',
    shape: {
      is: 'group',
      keys: {
        allow: { about: 'Methods allowed everywhere. HEAD comes with GET, OPTIONS is always allowed.', shape: { is: 'list', of: 'method' } },
        paths: { about: 'Methods allowed below a path, by glob pattern.', shape: { is: 'methods-by-path' } },
      },
    },
  },
  cors: {
    about: 'Who may read this API from a browser.',
    shape: {
      is: 'group',
      keys: {
        origins: { about: 'Origins this project trusts; fixes insert these.', shape: { is: 'list', of: 'origin' } },
        publicPaths: { about: 'Paths every website may read, as glob patterns.', shape: { is: 'list', of: 'glob' } },
      },
    },
  },
  auth: {
    about: 'How callers are told apart.',
    shape: {
      is: 'group',
      keys: {
        at: { about: 'Where callers are authenticated: in this code, or by a gateway in front of it.', shape: { is: 'choice', of: ['code', 'gateway'], default: 'code' } },
        publicPaths: { about: 'Paths that need no authentication, as glob patterns.', shape: { is: 'list', of: 'glob' } },
        guards: { about: 'Names of middleware, hooks, guards and decorators that authenticate.', shape: { is: 'list', of: 'name' } },
        roleGuards: { about: 'Names of those that check a role or permission.', shape: { is: 'list', of: 'name' } },
        trustedHeaders: { about: 'Request headers a gateway sets and callers cannot.', shape: { is: 'list', of: 'name' } },
      },
    },
  },
  tls: {
    about: 'Encryption between services.',
    shape: {
      is: 'group',
      keys: { internalHosts: { about: 'Whether plain HTTP to hosts of the internal network is allowed.', shape: { is: 'choice', of: ['allow', 'require'], default: 'allow' } } },
    },
  },
  docs: {
    about: 'The API documentation this project serves.',
    shape: { is: 'group', keys: { public: { about: 'Everyone may read it.', shape: { is: 'flag' } } } },
  },
  spec: { about: 'OpenAPI documents of this project, relative to this file; without it every document found counts.', shape: { is: 'list', of: 'path' } },
  baseline: { about: 'The file of accepted findings, relative to this one.', shape: { is: 'text', kind: 'path' } },
};

/** What a text of each kind must match; simple enough for any reader of JSON schema. */
export const patterns: Readonly<Record<TextKind, string>> = {
  glob: '\\S',
  path: '\\S',
  origin: '^[A-Za-z][A-Za-z0-9+.-]*://[^/\\s]+$',
  method: '^[A-Za-z][A-Za-z-]*$',
  name: '^\\S+$',
};

/** A key with nothing below it yet reads as null. */
const MAPPING = ['object', 'null'] as const;

/** The JSON schema (draft 7) of `unlatched.yml`, for completion, hover and validation in any editor. */
export function policySchema(ruleIds: Iterable<string>): object {
  const ids = [...ruleIds].sort();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Unlatched policy',
    description: 'Keys of unlatched.yml. All are optional; the nearest file holds for the files below it.',
    ...schemaOf({ is: 'group', keys: policyKeys }, ids),
  };
}

function schemaOf(shape: Shape, ids: readonly string[]): object {
  switch (shape.is) {
    case 'one': return { type: 'integer', const: 1 };
    case 'flag': return { type: 'boolean', default: false };
    case 'choice': return { type: 'string', enum: shape.of, ...(shape.default === undefined ? {} : { default: shape.default }) };
    case 'text': return text(shape.kind);
    case 'list': return { type: 'array', items: text(shape.of) };
    case 'levels': return { type: MAPPING, additionalProperties: false, properties: Object.fromEntries(ids.map((id) => [id, { type: 'string', enum: levels }])) };
    case 'methods-by-path': return { type: MAPPING, additionalProperties: { type: 'array', items: text('method') } };
    case 'group':
      return {
        type: MAPPING,
        additionalProperties: false,
        properties: Object.fromEntries(Object.entries(shape.keys).map(([name, key]) => [name, { description: key.about, ...schemaOf(key.shape, ids) }])),
      };
  }
}
function text(kind: TextKind): object {
  return { type: 'string', pattern: patterns[kind] };
}
