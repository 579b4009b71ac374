import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { at } from '../../openapi/schemas.js';
import { asText, entryOf, isTrue, valueOf } from '../../openapi/values.js';
import { rule, type Detection } from '../rule.js';

interface Evidence {
  readonly fault: 'version' | 'unversioned' | 'over' | 'succeeded';
  /** The operation, and what took its place or the day it should have gone. */
  readonly name?: string;
  readonly by?: string;
}

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/deprecated-spec',
    title: 'Old or vague document version',
    owasp: ['API9:2019', 'API9:2023'],
    cwe: [1104],
    severity: 'hint',
    confidence: 'high',
    topics: ['openapi-data'],
    since: '0.1.0',
    whenNotToUse: 'Where tools that read the document know version 2.0 only.',
    references: ['https://spec.openapis.org/oas/v3.1.0'],
  },
  on: 'openapi',
  words: ['swagger', 'openapi'],
  *detect(document, context) {
    const version = entryOf(document.root, 'swagger');
    if (document.version === '2.0' && version) yield { at: version.value.at, subject: 'swagger', evidence: { fault: 'version' } };
    const info = entryOf(document.root, 'info');
    if (info?.value.kind === 'object' && !info.value.open && !entryOf(info.value, '$ref') && !valueOf(info.value, 'version')) yield { at: info.keyAt, subject: 'info', evidence: { fault: 'unversioned' } };
    yield* outlived(document, context.today());
  },
  explain: ({ fault, name = '', by = '' }) => ({
    message: fault === 'version'
      ? 'Swagger 2.0 cannot express bearer tokens or several servers. Move to OpenAPI 3.1.'
      : fault === 'over'
      ? `${name} should have gone on ${by} and is still offered: what nobody mends any more stays open. Remove it.`
      : fault === 'succeeded'
      ? `${name} is deprecated and still offered beside ${by}, without a day on which it goes: what nobody mends any more stays open. Remove it, or say when with x-sunset.`
      : 'The document has no version, so nobody can tell which one a server or client follows. Add info.version.',
    why: 'What the document cannot say is not enforced by what is made from it, and documents without a version are mixed up with old ones.',
    remedy: 'Convert the document to OpenAPI 3.1, and count its versions.',
  }),
  examples: [
    {
      title: 'version 2.0',
      bad: `
        #- swagger.yaml
        swagger: '2.0'
        #        ^^^^^ openapi/deprecated-spec "Swagger 2.0 cannot express bearer tokens"
        info: { title: Orders, version: 1.4.0 }
        paths: {}
      `,
    },
    {
      title: 'nobody counts the versions',
      bad: `
        #- openapi.json
        { "openapi": "3.1.0", "info": { "title": "Orders" }, "paths": {} }
                              ^^^^^^ openapi/deprecated-spec "Add info.version"
      `,
    },
    {
      title: 'operations that outlive their day, or their successor',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 2.0.0 }
        paths:
          /v1/orders:
            get: { deprecated: true, responses: { default: { description: any } } }
        #   ^^^ openapi/deprecated-spec "GET /v1/orders is deprecated and still offered beside /v2/orders"
          /v2/orders:
            get: { responses: { default: { description: any } } }
          /export:
            post: { deprecated: true, x-sunset: 2019-03-31, responses: { default: { description: any } } }
        #   ^^^^ openapi/deprecated-spec "POST /export should have gone on 2019-03-31"
      `,
    },
    {
      title: 'deprecated, with a day to come or without a successor',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 2.0.0 }
        paths:
          /v1/orders: { get: { deprecated: true, x-sunset: 2199-01-01, responses: { default: { description: any } } } }
          /v2/orders: { get: { responses: { default: { description: any } } } }
          /export: { post: { deprecated: true, responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'version 3.1, with its own number',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.4.0 }
        paths: {}
      `,
    },
    {
      title: 'what the document is about stands in another file',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        info: { $ref: ./info.yaml }
        paths: {}
      `,
    },
  ],
});

const MAJOR = /(^|\/)v(\d{1,3})(?=\/|$)/i;
const isDeprecated = ofOperation((operation, document) => isTrue(valueOf(at(document, operation.pointer), 'deprecated')));
/** Deprecated operations that are past their day, or stand beside the same one of a later version. */
function* outlived(document: OpenApiDocument, today: string): Iterable<Detection<Evidence>> {
  const all = document.operations.filter(({ section }) => section === 'paths');
  const keys = new Map<string, Operation[]>();
  const keyOf = ({ method, path }: Operation): string => `${method} ${path.replace(MAJOR, '$1v').replace(/\{[^{}]{0,200}\}/g, '{}')}`;
  const over = all.filter((one) => isDeprecated(one, document));
  if (over.length > 0) for (const one of all) if (MAJOR.test(one.path)) keys.set(keyOf(one), [...(keys.get(keyOf(one)) ?? []), one]);
  for (const one of over) {
    const name = `${one.method} ${one.path}`;
    const place = { at: one.methodAt, subject: name };
    const day = /^\d{4}-\d\d-\d\d/.exec(asText(one.extensions.get('x-sunset')) ?? '')?.[0];
    if (day !== undefined) {
      if (day < today) yield { ...place, severity: 'warning', evidence: { fault: 'over', name, by: day } };
      continue;
    }
    const version = Number(MAJOR.exec(one.path)?.[2] ?? NaN);
    const later = (keys.get(keyOf(one)) ?? []).find((other) => Number(MAJOR.exec(other.path)?.[2]) > version);
    if (later && !one.extensions.has('x-sunset')) yield { ...place, evidence: { fault: 'succeeded', name, by: later.path } };
  }
}
