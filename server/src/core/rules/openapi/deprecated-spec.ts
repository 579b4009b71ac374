import { entryOf, valueOf } from '../../openapi/values.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly fault: 'version' | 'unversioned';
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
  *detect(document) {
    const version = entryOf(document.root, 'swagger');
    if (document.version === '2.0' && version) yield { at: version.value.at, subject: 'swagger', evidence: { fault: 'version' } };
    const info = entryOf(document.root, 'info');
    if (info?.value.kind === 'object' && !info.value.open && !entryOf(info.value, '$ref') && !valueOf(info.value, 'version')) yield { at: info.keyAt, subject: 'info', evidence: { fault: 'unversioned' } };
  },
  explain: ({ fault }) => ({
    message: fault === 'version'
      ? 'Swagger 2.0 cannot express bearer tokens or several servers. Move to OpenAPI 3.1.'
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
