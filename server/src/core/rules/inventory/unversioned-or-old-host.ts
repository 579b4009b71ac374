import type { OpenApiDocument } from '../../openapi/document.js';
import { serverUrls } from '../../openapi/urls.js';
import type { Branch, ModuleView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { clientTargets } from '../facts/clients.js';
import { hostClass, splitUrl, urlsOf } from '../facts/hosts.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  readonly host: string;
  readonly side: 'code' | 'document';
  /** The whole address where it is written as one text, and what follows its host. */
  readonly literal: { readonly at: At; readonly rest: string } | undefined;
}
/** A label, or a part of one, that names a system for tests or the one before. */
const OLD = /(?:^|[.-])(dev|develop|development|test|testing|staging|stage|uat|qa|sandbox|preprod|pre-prod|old|legacy|beta)(?=[.-])/i;
/** A file that is for one environment by its name. */
const PER_ENVIRONMENT = /(^|[./_-])(dev|develop|development|test|testing|staging|stage|uat|qa|local|sandbox|preprod|environments?|config|configs|settings)[./_-]/i;
/** Labels at the end of a host that its owner did not choose. */
const OWNED = 2;

export default rule<'source', Evidence>({
  meta: {
    id: 'inventory/unversioned-or-old-host',
    title: 'Old or non-production API host is referenced',
    owasp: ['API9:2019', 'API9:2023'],
    cwe: [1059],
    severity: 'hint',
    confidence: 'low',
    topics: ['inventory'],
    since: '0.1.0',
    whenNotToUse: 'The name means something else: a product that is called Beta, a partner who has one system only.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/'],
  },
  on: 'source',
  words: ['dev', 'test', 'staging', 'stage', 'uat', 'qa', 'sandbox', 'preprod', 'pre-prod', 'old', 'legacy', 'beta'],
  *detect(source, context) {
    if (source.kind === 'document') yield* serversOf(source.document, context);
    else if (!PER_ENVIRONMENT.test(source.module.path)) yield* callsOf(source.module, context);
  },
  explain: ({ host, side }) => ({
    message: side === 'code'
      ? `This production code calls ${host}; test systems are weaker protected, and old ones are no longer mended. Take the host from configuration.`
      : `The document offers ${host} without saying what for; test systems are weaker protected, and old ones are no longer mended. Describe the server or remove it.`,
    why: 'Data of production ends up where passwords are shared, patches are late and logs are open.',
    remedy: 'Name each host once, in the configuration of its environment.',
  }),
  *fix({ evidence: { side, literal } }): Iterable<FixAnswer> {
    if (side === 'document') yield { refused: 'What the server is for is for the author to say.' };
    else if (!literal || /[`$\\]/.test(literal.rest)) yield { refused: 'The address is put together in a way this fix does not know.' };
    else {
      const setting = { slot: 'process.env.API_URL' };
      yield { title: 'Take the host from process.env.API_URL', safety: 'manual', changes: [{ do: 'replace', at: literal.at, code: literal.rest === '' ? [setting] : ['`${', setting, `}${literal.rest}\``] }] };
    }
  },
  examples: [
    {
      title: 'a call to the staging system',
      bad: `
        import axios from 'axios';
        export const users = () => axios.get('https://staging.api.example-corp.net/users');
        //                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inventory/unversioned-or-old-host "calls staging.api.example-corp.net"
      `,
      fixed: `
        import axios from 'axios';
        export const users = () => axios.get(\`\${process.env.API_URL}/users\`);
      `,
    },
    {
      title: 'a document that offers the old host',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        servers:
          - url: https://api.example-corp.net
          - url: https://old-api.example-corp.net/v1
        #                ^^^^^^^^^^^^^^^^^^^^^^^^ inventory/unversioned-or-old-host "offers old-api.example-corp.net"
        paths: {}
      `,
    },
    {
      title: 'the host comes from the environment, or is called under a test only',
      good: `
        import axios from 'axios';
        export const a = () => axios.get(\`\${process.env.API_URL}/users\`);
        export const b = () => axios.get(process.env.API_URL || 'https://staging.example-corp.net/users');
        export const c = () => { if (process.env.NODE_ENV === 'test') return axios.get('https://staging.example-corp.net/users'); };
        export const d = () => axios.get('https://api.example-corp.net/staging/users');
        export const e = () => axios.get('https://dev.to/api/articles');
      `,
    },
    {
      title: 'what is no call, a file of one environment, and servers that are described',
      good: `
        //- text.js
        export const message = 'See https://staging.example-corp.net/users';
        //- config/staging.js
        import axios from 'axios';
        export const api = axios.create({ baseURL: 'https://staging.example-corp.net' });
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        servers:
          - { url: 'https://staging.example-corp.net', description: For tests with made-up data }
        paths: {}
      `,
    },
  ],
});

function isOld(host: string): boolean {
  const own = host.split('.').slice(0, -OWNED).join('.');
  return own !== '' && hostClass(host) === 'remote' && OLD.test(`${own}.`);
}
function* callsOf(module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    for (const { value } of clientTargets(step.call, context)) {
      // A setting with its default: whoever runs the program says where it calls.
      if (value.kind === 'logic' || context.resolve(value).value.kind === 'logic') continue;
      for (const url of urlsOf(value, context)) {
        if (!isOld(url.host) || url.at.path !== module.path) continue;
        const isHere = url.at === url.schemeAt && !url.credentials;
        const start = url.scheme.length + 3;
        const at = isHere ? context.within(url.at, start, start + url.host.length) : url.at;
        yield { at, subject: url.host, when: [...step.when, ...url.when] satisfies readonly Branch[], evidence: { host: url.host, side: 'code', literal: literalOf(value, module) } };
      }
    }
  }
}
/** The address as one text of this file. */
function literalOf(value: Value, module: ModuleView): Evidence['literal'] {
  const text = value.kind === 'literal' && typeof value.value === 'string' && value.at.path === module.path ? value.value : undefined;
  const url = text === undefined ? undefined : splitUrl(text);
  return url && !url.rest.startsWith(':') ? { at: value.at, rest: url.rest } : undefined;
}
function* serversOf(document: OpenApiDocument, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { kind, url, description, literal, pointer } of serverUrls(document)) {
    const parts = kind === 'server' && description === '' ? splitUrl(url) : undefined;
    if (!parts || !isOld(parts.host)) continue;
    const written = context.textOf(literal.at).indexOf(parts.host);
    yield { at: written < 0 ? literal.at : context.within(literal.at, written, written + parts.host.length), subject: pointer.join('/'), evidence: { host: parts.host, side: 'document', literal: undefined } };
  }
}
