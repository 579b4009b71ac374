import { schemesKey } from '../../openapi/changes.js';
import type { OpenApiDocument, Pointer } from '../../openapi/document.js';
import { requiredSchemes } from '../../openapi/security.js';
import { asText, entriesOf, entryOf, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { rule, type Change } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly flow: 'implicit' | 'password';
  readonly at: At;
  /** The quote sign around the name, if any. */
  readonly quote: string;
  /** The flow's object; in version 2 the scheme itself. */
  readonly pointer: Pointer;
  /** The address that the code flow needs and this one lacks. */
  readonly lacks: 'tokenUrl' | 'authorizationUrl' | undefined;
  /** The code flow stands beside it. */
  readonly replaced: boolean;
}

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/oauth-weak-flow',
    title: 'OAuth implicit or password flow',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [522, 1390],
    severity: 'warning',
    confidence: 'high',
    topics: ['openapi-security'],
    since: '0.1.0',
    whenNotToUse: 'While old clients are moved to the authorization code flow.',
    references: ['https://datatracker.ietf.org/doc/html/rfc9700#section-2.1.2', 'https://datatracker.ietf.org/doc/html/rfc9700#section-2.4'],
  },
  on: 'openapi',
  words: ['implicit', 'password'],
  *detect(document, context) {
    const required = requiredSchemes(document);
    // Where nothing is required at all, the schemes still say how callers log in.
    const isUnused = (name: string): boolean => document.complete && required.size > 0 && !required.has(name);
    for (const [name, scheme] of document.schemes) {
      if (asText(valueOf(scheme, 'type')) !== 'oauth2' || isUnused(name)) continue;
      const pointer = [...schemesKey(document), name];
      const quoteAt = (at: At): string => /^['"]/.exec(context.textOf(at))?.[0] ?? '';
      if (document.version === '2.0') {
        const value = valueOf(scheme, 'flow');
        const flow = weak(asText(value));
        const lacks = flow === 'implicit' ? 'tokenUrl' : 'authorizationUrl';
        if (value && flow) yield { at: value.at, subject: name, evidence: { document, flow, at: value.at, quote: quoteAt(value.at), pointer, lacks: entryOf(scheme, lacks) ? undefined : lacks, replaced: false } };
        continue;
      }
      const flows = valueOf(scheme, 'flows');
      for (const entry of entriesOf(flows)) {
        const flow = weak(entry.key);
        if (!flow) continue;
        const lacks = flow === 'implicit' ? 'tokenUrl' : 'authorizationUrl';
        const evidence: Evidence = {
          document, flow, at: entry.keyAt, quote: quoteAt(entry.keyAt), pointer: [...pointer, 'flows', entry.key],
          lacks: entryOf(entry.value, lacks) ? undefined : lacks, replaced: entryOf(flows, 'authorizationCode') !== undefined,
        };
        yield { at: entry.keyAt, subject: `${name} ${flow}`, evidence };
      }
    }
  },
  explain: ({ flow }) => ({
    message: `The ${flow} flow exposes ${flow === 'implicit' ? 'the token in the URL' : "the user's password to the app"}. Use authorizationCode with PKCE.`,
    why: 'OAuth 2.1 dropped both flows: tokens in addresses are logged and leaked, and an application that takes passwords can keep them and knows no second factor.',
    remedy: 'Offer the authorization code flow with PKCE, which browsers and mobile applications can use without a secret.',
  }),
  *fix({ evidence: { document, flow, at, quote, pointer, lacks, replaced } }) {
    const path = document.path;
    if (replaced) {
      yield { title: `Remove the ${flow} flow`, safety: 'review', changes: [{ do: 'unset', path, key: pointer }] };
      return;
    }
    const old = document.version === '2.0';
    const name = old ? 'accessCode' : 'authorizationCode';
    const holder = old ? pointer : [...pointer.slice(0, -1), flow];
    const added: readonly Change[] = lacks === undefined ? [] : [{ do: 'set', path, key: [...holder, lacks], value: `https://example.com/${lacks === 'tokenUrl' ? 'token' : 'authorize'}` }];
    yield { title: `Use the ${name} flow`, safety: lacks === undefined ? 'review' : 'manual', changes: [...added, { do: 'replace', at, code: [quote + name + quote] }] };
  },
  examples: [
    {
      title: 'the implicit flow',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ login: [] }]
        paths: {}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                implicit:
        #       ^^^^^^^^ openapi/oauth-weak-flow "exposes the token in the URL"
                  authorizationUrl: https://id.example.com/authorize
                  scopes: {}
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ login: [] }]
        paths: {}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                authorizationCode:
                  authorizationUrl: https://id.example.com/authorize
                  scopes: {}
                  tokenUrl: https://example.com/token
      `,
    },
    {
      title: 'passwords go through the application, in version 2',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "security": [{ "login": [] }],
          "paths": {},
          "securityDefinitions": { "login": { "type": "oauth2", "flow": "password", "tokenUrl": "https://id.example.com/t", "scopes": {} } }
                                                                        ^^^^^^^^^^ openapi/oauth-weak-flow "the user's password to the app"
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "security": [{ "login": [] }],
          "paths": {},
          "securityDefinitions": { "login": { "type": "oauth2", "flow": "accessCode", "tokenUrl": "https://id.example.com/t", "scopes": {}, "authorizationUrl": "https://example.com/authorize" } }
        }
      `,
    },
    {
      title: 'the code flow is offered too',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        security: [{ login: [] }]
        paths: {}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                password: { tokenUrl: https://id.example.com/t, scopes: {} }
        #       ^^^^^^^^ openapi/oauth-weak-flow "Use authorizationCode with PKCE"
                authorizationCode: { authorizationUrl: https://id.example.com/a, tokenUrl: https://id.example.com/t, scopes: {} }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        security: [{ login: [] }]
        paths: {}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                authorizationCode: { authorizationUrl: https://id.example.com/a, tokenUrl: https://id.example.com/t, scopes: {} }
      `,
    },
    {
      title: 'other flows, and a scheme nothing requires',
      good: `
        #- openapi.yaml
        openapi: 3.2.0
        security: [{ login: [] }]
        paths: {}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                clientCredentials: { tokenUrl: https://id.example.com/t, scopes: {} }
                deviceAuthorization: { deviceAuthorizationUrl: https://id.example.com/d, tokenUrl: https://id.example.com/t, scopes: {} }
            old:
              type: oauth2
              flows: { implicit: { authorizationUrl: https://id.example.com/a, scopes: {} } }
      `,
    },
    {
      title: 'the code flow of version 2',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        security: [{ login: [] }]
        paths: {}
        securityDefinitions:
          login: { type: oauth2, flow: accessCode, authorizationUrl: https://id.example.com/a, tokenUrl: https://id.example.com/t, scopes: {} }
      `,
    },
  ],
});

function weak(flow: string | undefined): 'implicit' | 'password' | undefined {
  return flow === 'implicit' || flow === 'password' ? flow : undefined;
}
