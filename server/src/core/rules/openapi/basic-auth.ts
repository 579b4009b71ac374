import { schemesKey } from '../../openapi/changes.js';
import type { OpenApiDocument } from '../../openapi/document.js';
import { requiredSchemes } from '../../openapi/security.js';
import { schemeItems, serverUrls } from '../../openapi/urls.js';
import { asText, valueOf } from '../../openapi/values.js';
import { hostClass, splitUrl } from '../facts/hosts.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly name: string;
  readonly plain: boolean;
}

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/basic-auth',
    title: 'HTTP Basic sends the password with every call',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [522],
    severity: 'info',
    confidence: 'high',
    topics: ['openapi-security', 'openapi-transport'],
    since: '0.1.0',
    whenNotToUse: 'Between two servers that share a long random secret over TLS.',
    references: ['https://datatracker.ietf.org/doc/html/rfc7617#section-4'],
  },
  on: 'openapi',
  words: ['basic', 'digest'],
  *detect(document) {
    const required = requiredSchemes(document);
    const plain = isPlain(document);
    for (const [name, scheme] of document.schemes) {
      // Where nothing is required at all, the schemes still say how callers log in.
      if (!required.has(name) && document.complete && required.size > 0) continue;
      const type = valueOf(scheme, 'type');
      const http = valueOf(scheme, 'scheme');
      const place = document.version === '2.0' ? (asText(type) === 'basic' ? type : undefined) : asText(type) === 'http' && /^(basic|digest)$/i.test(asText(http) ?? '') ? http : undefined;
      if (place) yield { at: place.at, subject: name, evidence: { document, name, plain }, ...(plain ? { severity: 'warning' } : {}) };
    }
  },
  explain: ({ plain }) => ({
    message: `Basic sends the password on every request${plain ? ', here even unencrypted' : ''}. Prefer bearer tokens.`,
    why: 'A password that travels with every call is seen by every proxy and log on the way, never expires and opens everything its owner may do.',
    remedy: 'Exchange the password once for a token that expires and can be withdrawn.',
  }),
  *fix({ evidence: { document, name } }) {
    if (document.version === '2.0') yield { refused: 'Version 2.0 cannot describe bearer tokens.' };
    else yield { title: 'Use bearer tokens', safety: 'review', changes: [{ do: 'set', path: document.path, key: [...schemesKey(document), name, 'scheme'], value: 'bearer' }] };
  },
  examples: [
    {
      title: 'passwords with every call',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ login: [] }]
        paths: {}
        components:
          securitySchemes:
            login: { type: http, scheme: basic }
        #                                ^^^^^ openapi/basic-auth "Basic sends the password on every request. Prefer"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ login: [] }]
        paths: {}
        components:
          securitySchemes:
            login: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'over plain HTTP, in version 2',
      bad: `
        #- swagger.yaml
        swagger: '2.0'
        host: api.acme.io
        schemes: [http]
        security: [{ login: [] }]
        paths: {}
        securityDefinitions:
          login: { type: basic }
        #                ^^^^^ openapi/basic-auth "here even unencrypted"
      `,
    },
    {
      title: 'a bearer token, and a scheme nothing requires',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        servers: [{ url: http://localhost:3000 }]
        security: [{ jwt: [] }]
        paths: {}
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
            old: { type: http, scheme: basic }
      `,
    },
    {
      title: 'a key in a header',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        security: [{ key: [] }]
        paths: {}
        securityDefinitions:
          key: { type: apiKey, in: header, name: X-API-Key }
      `,
    },
  ],
});

/** A server outside this machine and network is offered over plain HTTP. */
function isPlain(document: OpenApiDocument): boolean {
  return [...serverUrls(document), ...schemeItems(document)].some(({ url }) => {
    const parts = splitUrl(url);
    return parts?.scheme === 'http' && hostClass(parts.host) === 'remote';
  });
}
