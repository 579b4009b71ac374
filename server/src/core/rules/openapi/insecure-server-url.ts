import type { Severity } from '../../findings/finding.js';
import type { OpenApiDocument } from '../../openapi/document.js';
import { credentialUrls, schemeItems, serverUrls, type UrlPlace } from '../../openapi/urls.js';
import { asText, entryOf, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { rule, type Change, type RuleContext } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly place: UrlPlace | undefined;
  readonly host: string;
  /** `http` or `ws` as written; undefined where no scheme is written at all. */
  readonly scheme: string | undefined;
  readonly at: At;
}
/** Findings of one document. */
const MOST = 20;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/insecure-server-url',
    title: 'The API is offered over plain HTTP',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [319],
    severity: 'warning',
    confidence: 'high',
    topics: ['openapi-transport'],
    since: '0.1.0',
    whenNotToUse: 'Where the document describes only a network in which TLS ends before the API.',
    references: ['https://spec.openapis.org/oas/v3.1.0#server-object', 'https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html'],
  },
  on: 'openapi',
  words: ['http', 'ws', 'host'],
  *detect(document, context) {
    let count = 0;
    for (const { place, severity: usual } of places(document)) {
      const url = /^(http|ws):\/\/([^/?#]*)/i.exec(place.url);
      if (!url) continue;
      const host = hostOf(url[2] ?? '');
      if (host === undefined || isLocal(host)) continue;
      if (count++ >= MOST) return;
      const at = schemeAt(place, context);
      const severity = isStandIn(host) ? 'info' : usual;
      yield {
        at,
        subject: place.pointer.join('/'),
        evidence: { document, place, host: host === '' ? 'the host of this document' : host, scheme: url[1] ?? 'http', at },
        ...(severity === undefined ? {} : { severity }),
      };
    }
    const host = entryOf(document.root, 'host');
    const name = hostOf(asText(host?.value) ?? '');
    if (document.version !== '2.0' || !host || !name || isLocal(name) || entryOf(document.root, 'schemes') || !document.complete) return;
    yield { at: host.value.at, subject: 'host', severity: 'info', evidence: { document, place: undefined, host: name, scheme: undefined, at: host.value.at } };
  },
  explain: ({ host, scheme }) => ({
    message: scheme === undefined
      ? `Clients generated from this document may send credentials unencrypted to ${host}, since it names no scheme. List https in schemes.`
      : `Clients generated from this document will send credentials unencrypted to ${host}. Use ${scheme.toLowerCase() === 'ws' ? 'wss' : 'https'}.`,
    why: 'Everybody on the way can read and change what is sent without TLS: tokens, passwords and answers.',
    remedy: 'Offer the API over https only and say so in the document.',
  }),
  *fix({ evidence: { document, place, scheme, at } }) {
    if (!place || scheme === undefined) {
      yield { title: 'List https as the only scheme', safety: 'review', changes: [{ do: 'set', path: document.path, key: ['schemes'], value: ['https'] }] };
      return;
    }
    const secure = scheme.toLowerCase() === 'ws' ? 'wss' : 'https';
    const listed = place.others.some((other) => other.toLowerCase() === secure || other.toLowerCase().startsWith(`${secure}:`));
    const twin = place.kind === 'server' && isServerOf(document, place, secure) ? place.pointer.slice(0, -1) : undefined;
    const key = twin ?? (place.kind !== 'server' && listed ? place.pointer : undefined);
    const change: Change = key ? { do: 'unset', path: document.path, key } : { do: 'replace', at, code: [secure] };
    yield { title: change.do === 'unset' ? `Offer ${secure} only` : `Use ${secure}`, safety: 'review', changes: [change] };
  },
  examples: [
    {
      title: 'a server without TLS',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        servers:
          - url: http://api.example-corp.com/v1
        #        ^^^^ openapi/insecure-server-url "unencrypted to api.example-corp.com"
        paths: {}
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        servers:
          - url: https://api.example-corp.com/v1
        paths: {}
      `,
    },
    {
      title: 'a version 2 document that offers both schemes',
      bad: `
        #- swagger.yaml
        swagger: '2.0'
        schemes: [http, https]
        #         ^^^^ openapi/insecure-server-url "Use https"
        paths: {}
      `,
      fixed: `
        #- swagger.yaml
        swagger: '2.0'
        schemes: [https]
        paths: {}
      `,
    },
    {
      title: 'the caller may choose http',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        servers:
          - url: '{scheme}://api.example.com'
            variables:
              scheme:
                default: https
                enum:
                  - https
                  - http
        #           ^^^^ openapi/insecure-server-url "api.example.com"
        paths: {}
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        servers:
          - url: '{scheme}://api.example.com'
            variables:
              scheme:
                default: https
                enum:
                  - https
        paths: {}
      `,
    },
    {
      title: 'tokens are fetched over http',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": {},
          "components": { "securitySchemes": { "login": { "type": "oauth2", "flows": {
            "clientCredentials": { "tokenUrl": "http://id.example.com/token", "scopes": {} } } } } }
                                                ^^^^ openapi/insecure-server-url "id.example.com"
        }
      `,
      fixed: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": {},
          "components": { "securitySchemes": { "login": { "type": "oauth2", "flows": {
            "clientCredentials": { "tokenUrl": "https://id.example.com/token", "scopes": {} } } } } }
        }
      `,
    },
    {
      title: 'a version 2 host without schemes',
      bad: `
        #- swagger.yaml
        swagger: '2.0'
        host: api.example.com
        #     ^^^^^^^^^^^^^^^ openapi/insecure-server-url "names no scheme"
        paths: {}
      `,
      fixed: `
        #- swagger.yaml
        swagger: '2.0'
        host: api.example.com
        paths: {}
        schemes:
          - https
      `,
    },
    {
      title: 'a name that stands for the real host, beside the address of its tokens',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        servers:
          - url: https://stock.example/v2
          - url: http://stock.example/v2
        #        ^^^^ openapi/insecure-server-url "unencrypted to stock.example"
        paths: {}
        components:
          securitySchemes:
            shop:
              type: oauth2
              flows:
                authorizationCode:
                  authorizationUrl: https://login.stock.example/authorize
                  tokenUrl: https://login.stock.example/token
                  refreshUrl: http://login.stock.example/renew
        #                     ^^^^ openapi/insecure-server-url "unencrypted to login.stock.example"
                  scopes: {}
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        servers:
          - url: https://stock.example/v2
        paths: {}
        components:
          securitySchemes:
            shop:
              type: oauth2
              flows:
                authorizationCode:
                  authorizationUrl: https://login.stock.example/authorize
                  tokenUrl: https://login.stock.example/token
                  refreshUrl: http://login.stock.example/renew
                  scopes: {}
      `,
    },
    {
      title: 'https, and http only on the developer\'s own machine',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        servers:
          - url: https://api.example-corp.com/v1
          - url: http://localhost:3000
          - url: http://127.0.0.1:8080
          - url: http://gateway/v1
          - url: http://api.local
          - url: http://api.test
        paths: {}
      `,
    },
    {
      title: 'a relative url takes the scheme of the document',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        servers:
          - url: /v1
        paths: {}
      `,
    },
    {
      title: 'links to people and texts carry no credentials',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        info:
          license: { name: MIT, url: http://opensource.org/licenses/MIT }
          contact: { url: http://www.example.com }
        externalDocs: { url: http://docs.example.com }
        paths: {}
      `,
    },
    {
      title: 'a scheme variable that allows https only',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        servers:
          - url: '{scheme}://api.example.com'
            variables:
              scheme: { default: https, enum: [https] }
        paths: {}
      `,
    },
  ],
});

function* places(document: OpenApiDocument): Iterable<{ readonly place: UrlPlace; readonly severity: Severity | undefined }> {
  for (const place of serverUrls(document)) yield { place, severity: isForDevelopment(place.description) ? 'info' : undefined };
  for (const place of schemeItems(document)) yield { place, severity: undefined };
  for (const place of credentialUrls(document)) yield { place, severity: 'error' };
}
function isForDevelopment(description: string): boolean {
  return /\b(dev|development|developer|local|locally|localhost|test|testing|sandbox|staging|stage|qa|mock|debug)\b/i.test(description);
}
/** The host name of an authority, lower case; undefined while a part of it is a variable without a value. */
function hostOf(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.includes('{') || host.includes('}')) return undefined;
  if (host.startsWith('[')) return host.slice(0, host.indexOf(']') + 1).toLowerCase();
  return (host.split(':')[0] ?? '').toLowerCase();
}
/** The document offers the same address with TLS too. */
function isServerOf(document: OpenApiDocument, { url, pointer }: UrlPlace, secure: string): boolean {
  if (pointer.length !== 3 || pointer[0] !== 'servers') return false;
  const wanted = url.replace(/^\w{2,5}:/, `${secure}:`);
  return document.servers.some((server) => asText(valueOf(server, 'url')) === wanted);
}
/** A name nobody can own, which stands for the real host: its scheme is copied with the rest. */
function isStandIn(host: string): boolean {
  return host.endsWith('.example');
}
/** Names that lead to this machine or this network. */
function isLocal(host: string): boolean {
  if (host === '') return false;
  if (host === '[::1]' || host === '0.0.0.0' || /^127(\.\d{1,3}){3}$/.test(host)) return true;
  if (!host.includes('.') && !host.startsWith('[')) return true;
  return /\.(local|localhost|test)$/.test(host);
}
/** The scheme inside the literal, or the whole literal where its source is written in another way. */
function schemeAt(place: UrlPlace, context: RuleContext): At {
  const source = context.textOf(place.literal.at);
  const match = (place.kind === 'server' ? /(http|ws):\/\//i : /(http|ws)/i).exec(source);
  return match ? context.within(place.literal.at, match.index, match.index + (match[1]?.length ?? 0)) : place.literal.at;
}
