import type { OpenApiDocument } from '../../openapi/document.js';
import { serverUrls } from '../../openapi/urls.js';
import { asText, valueOf } from '../../openapi/values.js';
import type { Branch, ModuleView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { clientTargets } from '../facts/clients.js';
import { hostClass, splitUrl, urlsOf } from '../facts/hosts.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  readonly host: string;
  readonly side: 'code' | 'document';
  /** What is wrong with a server of a document: its host, that it is a machine of a developer, or that a later version stands beside it. */
  readonly fault?: 'host' | 'here' | 'version';
  /** The whole address where it is written as one text, and what follows its host. */
  readonly literal: { readonly at: At; readonly rest: string } | undefined;
}
/** A label, or a part of one, that names a system for tests or the one before. */
const OLD = /(?:^|[.-])(dev|develop|development|test|testing|staging|stage|uat|qa|sandbox|preprod|pre-prod|old|legacy|beta)(?=[.-])/i;
/** A description that only says the name of the environment. */
const NAMES_IT = new RegExp(
  '^(the |our )?(dev(elopment)?|test(ing)?|stag(e|ing)|uat|qa|acceptance|integration|pre-?prod(uction)?|old|legacy|beta)( (api|server|servers|environment|env|system|host|cluster|instance|url))?[.!]?$', 'i',
);
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
  words: ['dev', 'test', 'staging', 'stage', 'uat', 'qa', 'sandbox', 'preprod', 'pre-prod', 'old', 'legacy', 'beta', 'servers'],
  *detect(source, context) {
    if (source.kind === 'document') yield* serversOf(source.document, context);
    else if (source.kind === 'code' && !PER_ENVIRONMENT.test(source.module.path)) yield* callsOf(source.module, context);
  },
  explain: ({ host, side, fault }) => ({
    message: side === 'code'
      ? `This production code calls ${host}; test systems are weaker protected, and old ones are no longer mended. Take the host from configuration.`
      : fault === 'version'
        ? `The document still offers ${host} beside a later version; what nobody mends any more stays open to attackers. Say when it goes, or remove it.`
        : fault === 'here'
          ? `The document offers ${host} beside the public server: whoever tries it sends credentials to what happens to run there. Keep servers of developers out of it.`
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
      title: 'the machine of a developer, a system that is only named, and a version that has a successor',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 3.0.0 }
        servers:
          - url: https://api.example-corp.net/v3
          - url: https://api.example-corp.net/v2
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inventory/unversioned-or-old-host "still offers"
            description: for older clients
          - url: http://localhost:3000/v3
        #               ^^^^^^^^^ inventory/unversioned-or-old-host "beside the public server"
          - url: https://api-uat.example-corp.net/v3
        #                ^^^^^^^^^^^^^^^^^^^^^^^^ inventory/unversioned-or-old-host
            description: UAT environment
        paths: {}
        #- swagger.yaml
        swagger: '2.0'
        info: { title: Stock, version: 1.0.0 }
        host: staging.stock.example-corp.net
        #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inventory/unversioned-or-old-host
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
          - { url: 'https://api.example-corp.net/v2' }
          - { url: 'https://api.example-corp.net/reports/v1' }
          - { url: 'http://localhost:8080', description: While you develop }
        paths: {}
        //- local.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        servers: [{ url: 'http://localhost:8080' }]
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
  const servers = serverUrls(document).filter(({ kind }) => kind === 'server').flatMap((one) => ({ ...one, parts: splitUrl(one.url) }));
  const isPublic = servers.some(({ parts }) => parts !== undefined && hostClass(parts.host) === 'remote' && !isOld(parts.host));
  for (const { url, parts, description, literal, pointer } of servers) {
    const isNameless = description === '' || (isPublic && NAMES_IT.test(description.trim()));
    const version = Number(MAJOR.exec(url)?.[2] ?? NaN);
    const later = servers.some((one) => Number(MAJOR.exec(one.url)?.[2] ?? NaN) > version && one.url.replace(MAJOR, '/v') === url.replace(MAJOR, '/v'));
    const fault = later ? 'version' : !parts ? undefined : isNameless && isOld(parts.host) ? 'host' : description === '' && isPublic && LOOP.test(parts.host) ? 'here' : undefined;
    if (!fault) continue;
    const what = fault === 'version' ? url : parts?.host ?? url;
    const written = context.textOf(literal.at).indexOf(what);
    yield { at: written < 0 ? literal.at : context.within(literal.at, written, written + what.length), subject: pointer.join('/'), evidence: { host: what, side: 'document', fault, literal: undefined } };
  }
  // A document of version 2 has one host.
  const host = document.version === '2.0' ? valueOf(document.root, 'host') : undefined;
  const name = asText(host)?.replace(/:\d{1,5}$/, '');
  if (host && name !== undefined && isOld(name)) yield { at: host.at, subject: 'host', evidence: { host: name, side: 'document', fault: 'host', literal: undefined } };
}
const MAJOR = /\/(v)(\d{1,3})(?=\/|$)/i;
const LOOP = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|0\.0\.0\.0|\[::1\])$/i;
