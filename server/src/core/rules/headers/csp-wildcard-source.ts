import type { Severity } from '../../findings/finding.js';
import { cspPolicies, governing, type CspDirective, type CspPolicy } from '../facts/csp.js';
import { offence, replacement, withoutSource, type Offence } from '../facts/csp-fixes.js';
import { forDocsOnly } from '../facts/docs-page.js';
import { rule } from '../rule.js';

type Evidence =
  | (Offence & { readonly kind: 'source'; readonly token: string })
  | { readonly kind: 'defaults'; readonly policy: CspPolicy; readonly lost: string }
  | { readonly kind: 'disabled'; readonly policy: CspPolicy };

/** Directives for which any host means no policy, and what it costs. frame-ancestors is the matter of headers/framing-allowed. */
const GUARDED: ReadonlyMap<string, Severity> = new Map([
  ['default-src', 'warning'], ['script-src', 'warning'], ['script-src-elem', 'warning'], ['object-src', 'warning'], ['base-uri', 'warning'], ['form-action', 'warning'], ['connect-src', 'info'], ['frame-src', 'info'],
]);
const ANY = /^(\*|https?:|https?:\/\/\*|wss?:\/\/\*)$/i;

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/csp-wildcard-source',
    title: 'CSP allows any source',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [693],
    severity: 'warning',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['helmet/no-csp-defaults'],
    whenNotToUse: 'The pages show what users link to from anywhere, and escaping is checked in another way.',
    references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP', 'https://cheatsheetseries.owasp.org/cheatsheets/Content_Security_Policy_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['helmet', 'secureheaders', 'content-security-policy', 'blankie', 'lusca'],
  *detect(module, context) {
    for (const policy of cspPolicies(module, context)) {
      if (policy.reportOnly === true || forDocsOnly(policy, context)) continue;
      for (const directive of policy.directives.values()) {
        const severity = GUARDED.get(directive.name);
        if (severity === undefined || ignoresHosts(directive)) continue;
        for (const word of directive.words) {
          if (!ANY.test(word.text)) continue;
          const at = word.at.path === module.path || context.spokenOf(word.at.path) ? word.at : policy.call?.nameAt;
          if (!at) continue;
          yield {
            at, subject: `${policy.inside} ${directive.name} ${word.text}`, evidence: { kind: 'source', ...offence(policy, directive, word, module, context), token: word.text },
            when: [...policy.when, ...word.when], severity,
          };
        }
      }
      const lost = lostDefaults(policy);
      if (lost !== undefined && policy.noDefaults?.value.at.path === module.path)
        yield { at: policy.noDefaults.value.at, subject: `${policy.inside} useDefaults`, evidence: { kind: 'defaults', policy, lost }, when: policy.when, severity: 'info' };
      // Without any word on scripts the policy is about framing alone, as for an API.
      if (policy.disabledDefault?.path === module.path && policy.directives.get('script-src')?.words.length !== 0)
        yield { at: policy.disabledDefault, subject: `${policy.inside} default-src`, evidence: { kind: 'disabled', policy }, when: policy.when };
    }
  },
  explain(evidence) {
    switch (evidence.kind) {
      case 'source':
        return {
          message: `${evidence.token} in ${evidence.directive.name} allows any host. Name the hosts you load from.`,
          why: 'An attacker who gets a line into a page loads the rest from a host of his own: for this kind of content the policy is as good as none.',
          remedy: "List the hosts this application needs, or keep 'self'.",
        };
      case 'defaults':
        return {
          message: `'useDefaults: false' leaves the policy without ${evidence.lost}, so helmet's own protection there is gone. Remove this line, or write the directive yourself.`,
          why: 'default-src does not stand in for every directive: without frame-ancestors any site may frame the pages.',
          remedy: 'Keep the defaults of helmet, or write down each directive you need.',
        };
      case 'disabled':
        return {
          message: 'Without default-src every kind of content that has no directive of its own may come from any host. Give default-src a source.',
          why: 'What a policy does not name is allowed unless default-src says otherwise.',
          remedy: "Set default-src to 'self' and open what is needed.",
        };
    }
  },
  *fix({ evidence }, context) {
    if (evidence.kind === 'source') {
      const { policy, directive, word, docs } = evidence;
      const isAlone = directive.words.every((one) => one.text === word.text || one.text === "'self'");
      const change = docs || !isAlone || directive.words.some((one) => one.text === "'self'") ? undefined : replacement(word, "'self'", policy);
      if (change) yield { title: "Use 'self'", safety: 'review', changes: [change] };
      else yield* withoutSource(evidence, context, `Remove ${evidence.token}`);
    } else if (evidence.kind === 'defaults' && evidence.policy.noDefaults) yield { title: 'Remove line', safety: 'review', changes: [{ do: 'remove', at: evidence.policy.noDefaults.at, as: 'entry' }] };
    else if (evidence.kind === 'disabled' && evidence.policy.disabledDefault) yield { title: "Use 'self'", safety: 'review', changes: [{ do: 'replace', at: evidence.policy.disabledDefault, code: [`["'self'"]`] }] };
  },
  examples: [
    {
      title: 'everything from anywhere',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ['*'] } } }));
        //                                                                    ^ headers/csp-wildcard-source "* in default-src"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } } }));`,
    },
    {
      title: 'scripts from every host with a certificate',
      bad: `
        const helmet = require('helmet');
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", 'https:'] } } }));
        //                                                                             ^^^^^^ headers/csp-wildcard-source "https: in script-src"`,
      fixed: `
        const helmet = require('helmet');
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'"] } } }));`,
    },
    {
      title: 'a text set by hand',
      bad: `
        export function headers(req, res, next) {
          res.set({ 'Content-Security-Policy': "default-src 'self'; object-src *; connect-src https://*; img-src *" });
          //                                                                   ^ headers/csp-wildcard-source "object-src"
          //                                                                                  ^^^^^^^^^ headers/csp-wildcard-source "connect-src"
          next();
        }`,
      fixed: `
        export function headers(req, res, next) {
          res.set({ 'Content-Security-Policy': "default-src 'self'; object-src 'self'; connect-src https://*; img-src *" });
          next();
        }`,
    },
    {
      title: "helmet's own directives thrown away",
      bad: `
        import helmet from 'helmet';
        app.use(helmet.contentSecurityPolicy({ useDefaults: false, directives: { defaultSrc: ["'self'"] } }));
        //                                                  ^^^^^ headers/csp-wildcard-source "frame-ancestors"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet.contentSecurityPolicy({ directives: { defaultSrc: ["'self'"] } }));`,
    },
    {
      title: 'default-src taken away by the symbol of helmet',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: helmet.contentSecurityPolicy.dangerouslyDisableDefaultSrc } } }));
        //                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ headers/csp-wildcard-source "Without default-src"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } } }));`,
    },
    {
      title: 'Hono, and forms that go anywhere',
      bad: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"], formAction: ['https:'] } }));
        //                                                                                     ^^^^^^ headers/csp-wildcard-source`,
    },
    {
      title: 'the settings of Next.js',
      bad: `
        //- next.config.js
        const policy = [
          "default-src 'self'",
          "script-src 'self' http:",
          //                 ^^^^^ headers/csp-wildcard-source
        ];
        module.exports = { headers: async () => [{ source: '/:path*', headers: [{ key: 'content-security-policy', value: policy.join(';') }] }] };`,
      fixed: `
        //- next.config.js
        const policy = [
          "default-src 'self'",
          "script-src 'self'",
        ];
        module.exports = { headers: async () => [{ source: '/:path*', headers: [{ key: 'content-security-policy', value: policy.join(';') }] }] };`,
    },
    {
      title: 'pictures from anywhere, scripts from hosts that are named',
      good: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { imgSrc: ["'self'", 'https:'], scriptSrc: ["'self'", 'https://cdn.example.com', 'https://*.example.com'] } } }));`,
    },
    { title: 'styles and fonts as helmet has them', good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], styleSrc: ["'self'", 'https:'], fontSrc: ['*'] } } }));` },
    {
      title: 'strict-dynamic makes browsers pass over hosts',
      good: `
        export const page = (req, res) => { res.set('Content-Security-Policy', \`script-src 'nonce-\${res.locals.nonce}' 'strict-dynamic' https: http:; object-src 'none'\`); };`,
    },
    { title: 'only while developing', good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", ...(process.env.NODE_ENV === 'development' ? ['*'] : [])] } } }));` },
    {
      title: 'a whole policy without the defaults',
      good: `
        import helmet from 'helmet';
        app.use(helmet.contentSecurityPolicy({ useDefaults: false, directives: { defaultSrc: ["'self'"], frameAncestors: ["'none'"], baseUri: ["'self'"] } }));`,
    },
    {
      title: 'a policy of an API, which is about framing alone',
      good: `
        import helmet from 'helmet';
        app.use('/api', helmet.contentSecurityPolicy({ directives: { defaultSrc: helmet.contentSecurityPolicy.dangerouslyDisableDefaultSrc, scriptSrc: null, styleSrc: null, frameAncestors: ["'none'"] } }));`,
    },
    { title: 'a policy that only reports', good: `export const page = (req, res) => { res.set('Content-Security-Policy-Report-Only', 'default-src *'); };` },
    {
      title: 'the page of the documentation',
      good: `
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        app.use('/docs', helmet.contentSecurityPolicy({ directives: { scriptSrc: ["'self'", 'https:'] } }));
        app.get('/docs', page);`,
    },
    { title: 'a star that is no source', good: `import cors from 'cors';\nconst accept = { 'Content-Security-Policy': '*' };\napp.use(cors({ origin: 'https://a.example.com', allowedHeaders: ['*'] }));` },
  ],
});

/** Browsers that know strict-dynamic pass over hosts and schemes. */
function ignoresHosts({ name, words }: CspDirective): boolean {
  return /^(script|default)-src/.test(name) && words.some((word) => word.text === "'strict-dynamic'");
}
/** What `useDefaults: false` takes away and nothing replaces. */
function lostDefaults(policy: CspPolicy): string | undefined {
  if (!policy.noDefaults || policy.open || policy.joined) return undefined;
  const lost = ['frame-ancestors', ...(governing(policy, 'object-src') ? [] : ['object-src'])].filter((name) => !policy.directives.has(name));
  return lost.length > 0 ? lost.join(' and ') : undefined;
}
