import type { Change } from '../../findings/changes.js';
import type { ModuleView } from '../../model/module.js';
import { links } from '../../project/project.js';
import { cspPolicies, type CspPolicy } from '../facts/csp.js';
import { handSet, isHeaderSetup } from '../facts/header-setup.js';
import { rule } from '../rule.js';
import type { RuleContext } from '../rule.js';

interface Evidence {
  readonly change: Change | undefined;
  readonly title: string;
}

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/csp-report-only',
    title: 'The CSP is only reported, not enforced',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [693],
    severity: 'info',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    leansOn: ['helmet/report-only'],
    whenNotToUse: 'A new policy is being tried out, and someone reads the reports.',
    references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy-Report-Only'],
  },
  on: 'module',
  words: ['reportonly', 'report-only'],
  *detect(module, context) {
    const policies = [...cspPolicies(module, context)];
    if (policies.some((one) => one.reportOnly === false)) return;
    for (const policy of policies) {
      if (policy.reportOnly !== true || policy.reportOnlyAt?.path !== module.path || isEnforced(policy, module, context)) continue;
      yield { at: policy.reportOnlyAt, subject: `${policy.inside} report only`, evidence: repair(policy, module), when: policy.when };
    }
  },
  explain: () => ({
    message: 'This policy blocks nothing yet. Enforce it when the reports are clean.',
    why: 'Browsers run what a policy of this kind forbids and only tell about it: an injected script does its work.',
    remedy: 'Send the policy as Content-Security-Policy, and try stricter ones beside it.',
  }),
  *fix({ evidence: { change, title } }) {
    if (change) yield { title, safety: 'review', changes: [change] };
    else yield { refused: 'The name of the header stands elsewhere.' };
  },
  examples: [
    {
      title: 'an option of helmet',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'"] }, reportOnly: true } }));
        //                                                                                           ^^^^ headers/csp-report-only "blocks nothing"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'"] } } }));`,
    },
    {
      title: 'a header set by hand',
      bad: `
        export function headers(req, res, next) {
          res.setHeader('Content-Security-Policy-Report-Only', "default-src 'self'");
          //            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ headers/csp-report-only
          next();
        }`,
      fixed: `
        export function headers(req, res, next) {
          res.setHeader('Content-Security-Policy', "default-src 'self'");
          next();
        }`,
    },
    {
      title: 'Hono has an option of its own for it',
      bad: `
        import { secureHeaders } from 'hono/secure-headers';
        app.use(secureHeaders({ contentSecurityPolicyReportOnly: { defaultSrc: ["'self'"] } }));
        //                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ headers/csp-report-only`,
      fixed: `
        import { secureHeaders } from 'hono/secure-headers';
        app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"] } }));`,
    },
    {
      title: 'the plugin of Fastify, and the settings of Next.js',
      bad: `
        //- server.js
        import helmet from '@fastify/helmet';
        app.register(helmet, { contentSecurityPolicy: { reportOnly: true } });
        //                                                          ^^^^ headers/csp-report-only
        //- next.config.js
        module.exports = { headers: async () => [{ source: '/(.*)', headers: [{ key: 'Content-Security-Policy-Report-Only', value: "default-src 'self'" }] }] };
        //                                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ headers/csp-report-only`,
    },
    { title: 'a stricter one is tried beside the one that holds', good: `import helmet from 'helmet';\napp.use(helmet());\napp.use(helmet.contentSecurityPolicy({ reportOnly: true, directives: { defaultSrc: ["'none'"] } }));` },
    { title: 'both headers by hand', good: `export const page = (req, res) => { res.set('Content-Security-Policy', "default-src 'self'"); res.set('Content-Security-Policy-Report-Only', "default-src 'none'"); };` },
    {
      title: 'only while developing',
      good: `
        import helmet from 'helmet';
        app.use(helmet({ contentSecurityPolicy: { reportOnly: process.env.NODE_ENV !== 'production' } }));
        if (process.env.NODE_ENV === 'development') app.use(helmet.contentSecurityPolicy({ reportOnly: true }));`,
    },
    {
      title: 'the policy that holds is set in another file',
      good: `
        //- base.js
        const helmet = require('helmet');
        module.exports = helmet();
        //- app.js
        const helmet = require('helmet');
        const app = require('express')();
        app.use(require('./base'));
        app.use(helmet.contentSecurityPolicy({ reportOnly: true, directives: { defaultSrc: ["'none'"] } }));`,
    },
    { title: 'enforced', good: `import helmet from 'helmet';\napp.use(helmet({ contentSecurityPolicy: { reportOnly: false } }));` },
  ],
});

/** Another layer of the application, or another call of the file, sets a policy that holds. */
function isEnforced(policy: CspPolicy, module: ModuleView, context: RuleContext): boolean {
  const { call } = policy;
  // helmet sends a policy unless it is told otherwise.
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps)
      if (step.do === 'call' && step.call !== call && isHeaderSetup(step.call) && !step.call.callee.startsWith('hono/')) {
        const own = context.option(step.call.name === 'register' ? step.call.args[1]?.value : step.call.args[0]?.value, 'contentSecurityPolicy');
        if (own.kind !== 'value' || (own.resolved.value.kind !== 'object' && context.constant(own.value)?.value !== false)) return true;
      }
  if (!call) return false;
  const layers = [...(context.scopeOf(call.at)?.layers ?? []), ...context.endpointsThrough(call.at).slice(0, 1).flatMap((endpoint) => links(endpoint.chain))];
  return layers.some(({ layer }) => {
    const value = context.resolve(layer.value).value;
    if (value.kind === 'call' && value !== call && value.at.path !== module.path && isHeaderSetup(value)) return true;
    const body = layer.fn === undefined || layer.fn === policy.inside ? undefined : context.body(layer.fn);
    return body !== undefined && handSet(body, context).has('content-security-policy');
  });
}
function repair(policy: CspPolicy, module: ModuleView): Evidence {
  const { reportOnlyEntry, reportOnlyAt, header, library } = policy;
  if (reportOnlyEntry) return { title: 'Enforce the policy', change: reportOnlyEntry.at.path === module.path ? { do: 'remove', at: reportOnlyEntry.at, as: 'entry' } : undefined };
  if (library === 'hono' && reportOnlyAt) return { title: 'Enforce the policy', change: { do: 'replace', at: reportOnlyAt, code: ['contentSecurityPolicy'] } };
  return { title: 'Enforce the policy', change: header && reportOnlyAt ? { do: 'replace', at: reportOnlyAt, code: [{ quote: 'Content-Security-Policy' }] } : undefined };
}
