import type { ModuleView } from '../../model/module.js';
import type { Call } from '../../model/value.js';
import type { Severity } from '../../findings/finding.js';
import { clientTargets, type ClientTarget } from '../facts/clients.js';
import { fallbacksIn } from '../facts/fallbacks.js';
import { addressVariables, givenUrls, type GivenUrl } from '../facts/given-urls.js';
import { hostClass, urlsOf, type KnownUrl } from '../facts/hosts.js';
import { isService, plainSeverity, readsPage } from '../facts/plain-calls.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';
import type { At, FilePath } from '../../text/source.js';
import type { Change } from '../../findings/changes.js';
import { plainSources } from '../facts/package-sources.js';

interface Evidence {
  readonly host: string;
  readonly better: string | undefined;
  /** The scheme, in whatever file it stands. */
  readonly schemeAt: At | undefined;
  /** Packages come from there: the address of a registry, or a host that may be asked in plain. */
  readonly packages?: { readonly removal?: Change };
}
/** The encrypted scheme that takes the place of each; ftp has none that the same client speaks. */
const BETTER: ReadonlyMap<string, string | undefined> = new Map([['http', 'https'], ['ws', 'wss'], ['mqtt', 'mqtts'], ['ftp', undefined]]);
const RANK: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1, hint: 0 };

export default rule<'source', Evidence>({
  meta: {
    id: 'tls/plain-http-url',
    title: 'Service-to-service call without TLS',
    owasp: ['API7:2019', 'API10:2019', 'API8:2023', 'API10:2023'],
    cwe: [319],
    severity: 'warning',
    confidence: 'high',
    topics: ['tls'],
    since: '0.1.0',
    whenNotToUse: 'A service mesh encrypts what leaves the process; set tls.internalHosts to say which hosts may be called in plain.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/', 'https://cwe.mitre.org/data/definitions/319.html'],
  },
  on: 'source',
  // The address may stand in another file: then a client's name does here.
  words: [
    'http', 'ws', 'ftp://', 'mqtt', 'fetch', 'axios', 'got', 'request', 'superagent', 'needle', 'ky', 'soap', 'jwks', 'socket', 'eventsource', 'proxy', 'graphql', 'apollo', 'passport', 'oauth', 'openid', 'saml',
    'okta', 'search', 'influx', 'clickhouse', 'minio', 'aws', 'nats', 'consul', 'vault', 'wretch', 'bent', 'phin', 'undici', 'popsicle', 'urllib', 'grpc', 'weaviate', 'qdrant', 'typesense', 'upstream',
  ],
  *detect(source, context) {
    if (source.kind === 'settings')
      for (const { at, subject, severity, host, schemeAt, removal } of plainSources(source.artifact, context))
        yield { at, subject, severity, evidence: { host, better: 'https', schemeAt, packages: removal ? { removal } : {} } };
    if (source.kind !== 'code') return;
    const { module } = source;
    const best = new Map<string, Detection<Evidence>>();
    for (const found of [...allCalls(module, context), ...defaults(module, context), ...given(module, context)]) {
      const key = `${found.at.mark} ${found.at.part?.start ?? ''}`;
      const other = best.get(key);
      if (!other || RANK[found.severity ?? 'warning'] > RANK[other.severity ?? 'warning']) best.set(key, found);
    }
    yield* best.values();
  },
  explain: ({ host, better, packages }) => ({
    message: packages
      ? `Packages may come from ${host === '*' ? 'any host' : host} unencrypted, so whoever sits on the way chooses the code that runs. ${packages.removal ? 'Take it out of the list' : `Use ${better ?? 'https'}`}.`
      : `This call to ${host} is not encrypted; anyone on the path can read and change it. ${better === undefined ? 'Use an encrypted protocol' : `Use ${better}`}.`,
    why: 'Between two services lie networks that others share: passwords, tokens and data of the call can be read and replaced on the way.',
    remedy: 'Call the other side over TLS, and let it refuse plain connections.',
  }),
  *fix({ evidence: { better, schemeAt, packages } }): Iterable<FixAnswer> {
    if (packages?.removal) yield { title: 'Take it out of the list', safety: 'review', changes: [packages.removal] };
    else if (better !== undefined && schemeAt) yield { title: `Use ${better}`, safety: 'review', changes: [{ do: 'replace', at: schemeAt, code: [better] }] };
    else yield { refused: schemeAt ? 'This protocol needs another client to be encrypted.' : 'The module that is called speaks plain HTTP only: another one has to be imported.' };
  },
  examples: [
    {
      title: 'an address of a table, one that a helper is handed, and a default in the own network',
      bad: `
        import mqtt from 'mqtt';
        const TARGETS = { mail: 'https://mail.corp-site.com/in', bills: 'http://bills.corp-site.com/in' };
        //                                                               ^^^^ tls/plain-http-url "bills.corp-site.com"
        export const send = (name, body) => fetch(TARGETS[name], { method: 'POST', body });
        const connectTo = (url, more) => mqtt.connect(url, { keepalive: 20, ...more });
        export const field = connectTo('mqtt://broker.corp-site.com:1883', { username: 'hub', password: process.env.KEY });
        //                              ^^^^ tls/plain-http-url
        export const settings = { stockUrl: process.env.STOCK_URL || 'http://stock.prod.internal:8090' };
        //                                                            ^^^^ tls/plain-http-url`,
    },
    {
      title: 'a request to another company',
      bad: `
        import axios from 'axios';
        export const invoices = () => axios.get('http://billing.example-corp.com/v1/invoices');
        //                                       ^^^^ tls/plain-http-url "This call to billing.example-corp.com is not encrypted"`,
      fixed: `
        import axios from 'axios';
        export const invoices = () => axios.get('https://billing.example-corp.com/v1/invoices');`,
    },
    {
      title: 'a token in the clear',
      bad: `
        export const me = async (t) => await fetch('http://api.example-corp.com/me', { headers: { Authorization: \`Bearer \${t}\` } });
        //                                          ^^^^ tls/plain-http-url "anyone on the path"`,
    },
    {
      title: 'a client with its base address in another file',
      bad: `
        //- config.ts
        export const config = { billing: { url: 'http://billing.example-corp.com' } };
        //- client.ts
        import axios from 'axios';
        import { config } from './config';
        export const billing = axios.create({ baseURL: config.billing.url, timeout: 1000 });
        //                                             ^^^^^^^^^^^^^^^^^^ tls/plain-http-url`,
    },
    {
      title: 'a template on a constant, reported once for two calls',
      bad: `
        const got = require('got');
        const BASE = 'http://stock.example-corp.com:8080';
        //            ^^^^ tls/plain-http-url
        exports.one = (id) => got(\`\${BASE}/items/\${id}\`);
        exports.all = () => got.get(BASE + '/items');`,
      fixed: `
        const got = require('got');
        const BASE = 'https://stock.example-corp.com:8080';
        exports.one = (id) => got(\`\${BASE}/items/\${id}\`);
        exports.all = () => got.get(BASE + '/items');`,
    },
    {
      title: 'the fallback of a setting',
      bad: `
        const url = process.env.PAYMENTS_URL || 'http://payments.example-corp.com';
        //                                       ^^^^ tls/plain-http-url
        export const pay = (body) => fetch(new URL('/pay', url), { method: 'POST', body });
        export const charge = (body) => fetch(url, { method: 'POST', body });`,
    },
    {
      title: 'a proxy inside the network, and a proxy plugin',
      bad: `
        import { createProxyMiddleware } from 'http-proxy-middleware';
        import proxy from '@fastify/http-proxy';
        export const api = createProxyMiddleware({ target: 'http://10.2.0.7:8080' });
        //                                                  ^^^^ tls/plain-http-url "10.2.0.7"
        fastify.register(proxy, { upstream: 'http://orders.example-corp.com' });
        //                                   ^^^^ tls/plain-http-url "orders.example-corp.com"`,
    },
    {
      title: 'inside the network, where the policy asks for TLS',
      policy: { tls: { internalHosts: 'require' } },
      bad: `
        export const users = () => fetch('http://users:3000/all');
        //                                ^^^^ tls/plain-http-url "users"`,
      fixed: `
        export const users = () => fetch('https://users:3000/all');`,
    },
    {
      title: 'a host without a scheme, a socket, a key set',
      bad: `
        import http from 'node:http';
        import WebSocket from 'ws';
        import jwksClient from 'jwks-rsa';
        http.request({ hostname: 'api.example-corp.com', path: '/v1' });
        //                       ^^^^^^^^^^^^^^^^^^^^^^ tls/plain-http-url "api.example-corp.com"
        new WebSocket('ws://feed.example-corp.com');
        //             ^^ tls/plain-http-url "Use wss"
        jwksClient({ jwksUri: 'http://id.example-corp.com/jwks' });
        //                     ^^^^ tls/plain-http-url`,
    },
    {
      title: 'fields of a class, a base with a path behind it, defaults of settings',
      bad: `
        //- stock.service.ts
        import { Injectable } from '@nestjs/common';
        import { HttpService } from '@nestjs/axios';
        import { ConfigService } from '@nestjs/config';
        import axios from 'axios';
        @Injectable()
        export class StockService {
          private readonly base = 'http://stock.corp-site.io';
          //                       ^^^^ tls/plain-http-url "This call to stock.corp-site.io"
          private readonly prices;
          constructor(private readonly http: HttpService, config: ConfigService) {
            this.prices = axios.create({ baseURL: config.get('PRICES_URL', 'http://prices.corp-site.io') });
            //                                                              ^^^^ tls/plain-http-url
          }
          one(id: string) { return this.http.get(\`\${this.base}/items/\${id}\`); }
        }
        //- rates.js
        const RATES = process.env.RATES_URL || 'http://rates.corp-site.io';
        //                                      ^^^^ tls/plain-http-url
        exports.rates = async (path) => (await fetch(RATES + path)).json();
        //- config.js
        module.exports = { port: 3000, services: { billing: process.env.BILLING_SERVICE_URL ?? 'http://billing.corp-site.io:8080' } };
        //                                                                                      ^^^^ tls/plain-http-url
        //- billing.js
        const axios = require('axios');
        const config = require('./config');
        exports.invoices = () => axios.get(config.services.billing + '/invoices');
      `,
    },
    {
      title: 'an address that an environment file gives to the variable of a client',
      bad: `
        //- .env.production
        PORT=3000
        PAYMENTS_URL="http://payments.corp-site.io"
        //- pay.ts
        import axios from 'axios';
        const url = process.env.PAYMENTS_URL;
        export const pay = (body) => axios.post(\`\${url}/pay\`, body);
        //                                         ^^^ tls/plain-http-url "This call to payments.corp-site.io"
        export const refund = (body) => fetch(new URL('/refund', url), { method: 'POST', body });
      `,
      fixed: `
        //- .env.production
        PORT=3000
        PAYMENTS_URL="https://payments.corp-site.io"
        //- pay.ts
        import axios from 'axios';
        const url = process.env.PAYMENTS_URL;
        export const pay = (body) => axios.post(\`\${url}/pay\`, body);
        export const refund = (body) => fetch(new URL('/refund', url), { method: 'POST', body });
      `,
    },
    {
      title: 'an address that a compose file gives, with a token in the call; a service of the same file is a private network',
      bad: `
        //- compose.yaml
        services:
          api:
            build: .
            environment:
              - STOCK_URL=http://stock.corp-site.io
              - USERS_URL=http://users:3000
        //- stock.ts
        export const stock = (t) => fetch(process.env.STOCK_URL, { headers: { authorization: t } });
        //                                ^^^^^^^^^^^^^^^^^^^^^ tls/plain-http-url "stock.corp-site.io"
        export const users = () => fetch(process.env.USERS_URL);
        //                               ^^^^^^^^^^^^^^^^^^^^^ tls/plain-http-url "users"
      `,
    },
    {
      title: 'addresses in samples, in files for developers, and of this machine',
      good: `
        //- .env.example
        STOCK_URL=http://stock.corp-site.io
        //- .env
        STOCK_URL=http://localhost:4000
        RATES_URL=https://rates.corp-site.io
        SITE_URL=http://shop.corp-site.io
        //- compose.dev.yaml
        services: { api: { build: ., environment: { STOCK_URL: 'http://stock.corp-site.io' } } }
        //- stock.ts
        export const stock = () => fetch(process.env.STOCK_URL);
        export const rates = () => fetch(process.env.RATES_URL);
        export const site = process.env.SITE_URL;
      `,
    },
    {
      title: 'registries that packages come from',
      bad: `
        #- .npmrc
        registry=http://npm.corp-site.io/
        #        ^^^^ tls/plain-http-url "Packages may come from npm.corp-site.io unencrypted"
        @shop:registry=https://npm.corp-site.io/
      `,
      fixed: `
        #- .npmrc
        registry=https://npm.corp-site.io/
        @shop:registry=https://npm.corp-site.io/
      `,
    },
    {
      title: 'a registry of yarn, whose key goes with each request, and of pnpm',
      bad: `
        #- .yarnrc.yml
        npmScopes:
          shop:
            npmRegistryServer: "http://yarn.corp-site.io"
            #                   ^^^^ tls/plain-http-url
            npmAuthToken: "\${NPM_TOKEN}"
        #- pnpm-workspace.yaml
        registries:
          '@shop': http://pnpm.corp-site.io
          #        ^^^^ tls/plain-http-url "pnpm.corp-site.io"
      `,
    },
    {
      title: 'hosts that yarn may ask in plain',
      bad: `
        #- .yarnrc.yml
        npmRegistryServer: "https://yarn.corp-site.io"
        unsafeHttpWhitelist: ["*.corp-site.io", localhost]
        #                     ^^^^^^^^^^^^^^^^ tls/plain-http-url "Take it out of the list"
      `,
      fixed: `
        #- .yarnrc.yml
        npmRegistryServer: "https://yarn.corp-site.io"
        unsafeHttpWhitelist: [localhost]
      `,
    },
    {
      title: 'registries on this machine, proxies, and what a variable says',
      good: `
        #- .npmrc
        registry=http://localhost:4873/
        https-proxy=http://proxy.corp-site.io:3128
        @corp:registry=http://\${REGISTRY_HOST}/
        #- .yarnrc.yml
        httpProxy: http://proxy.corp-site.io:3128
        unsafeHttpWhitelist: [localhost]
      `,
    },
    { title: 'this machine, and names set aside for examples', good: `
        fetch('http://localhost:3000/health'); fetch('http://127.0.0.1/'); fetch('http://[::1]:80/'); fetch('http://api.example.com/x'); fetch('http://app.test/');
         fetch('http://169.254.169.254/latest/meta-data');` },
    { title: 'namespaces and addresses that nobody calls', good: `
        export const ns = 'http://www.w3.org/2000/svg';
        export const schema = { $schema: 'http://json-schema.org/draft-07/schema#' };
        export const pkg = { license: { url: 'http://www.apache.org/licenses/LICENSE-2.0' } };
        doc.createElementNS('http://www.w3.org/2000/svg', 'g');` },
    { title: 'tests of a text', good: `export const ok = (url) => url.startsWith('http://') && /^http:/.test(url) && !allowed.includes('http://evil.corp.com');` },
    { title: 'routes and getters that look like a client', good: `import express from 'express'; const app = express(); app.get('/x', (req, res) => res.redirect('http://other.corp.com/')); config.get('http://a.corp.com');` },
    { title: 'an issuer is a name', good: `import jwt from 'jsonwebtoken'; export const make = (p) => jwt.sign(p, process.env.KEY, { issuer: 'http://id.corp-site.com', audience: 'http://api.corp-site.com' });` },
    { title: 'encrypted, or not known', good: `import axios from 'axios'; axios.get('https://api.corp-site.com'); axios.get(process.env.API_URL); axios.get(\`http://\${host}/x\`); axios.get('http://api.' + domain + '/x');` },
    { title: 'addresses of this service itself, and of pages', good: `
        module.exports = { site: process.env.SITE_URL || 'http://shop.corp-site.io', cors: process.env.CORS_ORIGIN || 'http://app.corp-site.io' };
        exports.back = process.env.REDIRECT_URL || 'http://shop.corp-site.io/done';` },
    { title: 'in development only', good: `const base = process.env.NODE_ENV === 'production' ? 'https://api.corp-site.com' : 'http://staging.corp-site.com'; export const load = () => fetch(base);` },
  ],
});

function* allCalls(module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps)
      if (step.do === 'call')
        for (const target of [...clientTargets(step.call, context), ...handedOn(step.call)])
          for (const found of plain(target, context)) yield { ...found, when: [...step.when, ...(found.when ?? [])] };
}
/** An address only a client can use, handed to a function that makes one: `connectTo('mqtt://broker.corp-site.com')`. */
function handedOn(call: Call): readonly ClientTarget[] {
  return call.args.flatMap(({ value }) => (value.kind === 'literal' && typeof value.value === 'string' && /^(mqtt|ftp):\/\/[\w.-]/i.test(value.value) ? [{ value, bare: false, call }] : []));
}
/** Addresses that configuration files give to the variables a client uses: one finding for a variable and a host, wherever the file calls it. */
function* given(module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  const found = new Map<string, Detection<Evidence>>();
  let urls: ReadonlyMap<string, readonly GivenUrl[]> | undefined;
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps) {
      if (step.do !== 'call') continue;
      for (const target of clientTargets(step.call, context)) {
        if (target.bare) continue;
        for (const { name, at, when } of addressVariables(target.value, context)) {
          urls ??= givenUrls(context);
          for (const { scheme, host, where, credentials, schemeAt } of urls.get(name) ?? []) {
            const severity = BETTER.has(scheme) ? plainSeverity(scheme, where, credentials, step.call, context) : undefined;
            if (!severity || at.path !== module.path) continue;
            const key = `${name} ${schemeAt.path} ${host}`;
            const first = found.get(key);
            const related = [...(first?.related ?? [{ at: schemeAt, label: `the address, given to ${name}` }]), ...(first && first.at.mark !== at.mark ? [{ at, label: 'called here too' }] : [])];
            const worse = !first || RANK[severity] > RANK[first.severity ?? 'warning'] ? severity : first.severity ?? severity;
            found.set(key, { at: first?.at ?? at, subject: `${name} ${host}`, evidence: { host, better: BETTER.get(scheme), schemeAt }, severity: worse, when: first?.when ?? [...step.when, ...when], related });
          }
        }
      }
    }
  yield* found.values();
}
/** Addresses of services that stand in for a variable, wherever they are asked for: told here, and not where they are used. */
function* defaults(module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { variable, fallback, when } of fallbacksIn(module, context)) {
    if (!isService(variable)) continue;
    for (const url of urlsOf(fallback, context)) {
      if (!BETTER.has(url.scheme) || url.schemeAt.path !== module.path) continue;
      const severity = plainSeverity(url.scheme, url.where, url.credentials, undefined, context);
      const evidence: Evidence = { host: url.host, better: BETTER.get(url.scheme), schemeAt: url.schemeAt };
      if (severity && (severity !== 'hint' || (url.host.includes('.') && /[a-z]/i.test(url.host)))) yield { at: url.at, subject: `${variable} ${url.host}`, evidence, severity, when: [...when, ...url.when] };
    }
  }
}
/** The default of a setting in another file, which is told there. */
function isToldThere({ schemeAt, when }: KnownUrl, path: FilePath): boolean {
  return schemeAt.path !== path && when.some(({ test, holds }) => !holds && test.kind === 'ref' && test.root.kind === 'env' && isService(test.root.name ?? ''));
}
function* plain({ value, bare, call }: ClientTarget, context: RuleContext): Iterable<Detection<Evidence>> {
  if (bare) {
    const host = context.constant(value)?.value;
    const where = typeof host === 'string' && /^[\w.-]+$/.test(host) ? hostClass(host) : 'here';
    const severity = plainSeverity('http', where, false, call, context);
    const protocol = context.option(call.args[0]?.value, 'protocol');
    const isEncrypted = protocol.kind === 'unknown' || (protocol.kind === 'value' && context.constant(protocol.value)?.value !== 'http:');
    if (severity && !isEncrypted && where === 'remote') yield { at: value.at, subject: `${call.name} ${String(host)}`, evidence: { host: String(host), better: undefined, schemeAt: undefined }, severity };
    return;
  }
  for (const url of urlsOf(value, context)) {
    if (isToldThere(url, call.at.path)) continue;
    const severity = BETTER.has(url.scheme) ? plainSeverity(url.scheme, url.where, url.credentials, call, context) : undefined;
    if (!severity) continue;
    const isPage = severity === 'warning' && readsPage(value, url.host, call, context);
    yield { at: url.at, subject: `${call.name} ${url.host}`, evidence: { host: url.host, better: BETTER.get(url.scheme), schemeAt: url.schemeAt }, severity: isPage ? 'info' : severity, when: url.when };
  }
}
