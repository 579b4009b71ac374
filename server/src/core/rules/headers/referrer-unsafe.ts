import type { Severity } from '../../findings/finding.js';
import type { Call, Value } from '../../model/value.js';
import type { ModuleView } from '../../model/module.js';
import { alternatives } from '../facts/alternatives.js';
import { isHeaderSetup } from '../facts/header-setup.js';
import { helmetMember } from '../facts/headers.js';
import { setHeaders } from '../facts/set-headers.js';
import { rule } from '../rule.js';
import type { Detection, RuleContext } from '../rule.js';

interface Evidence {
  readonly policy: string;
  readonly isText: boolean;
}
/** What browsers of today know; of a list they take the last one. */
const KNOWN: ReadonlySet<string> = new Set(['no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url']);
const UNSAFE: ReadonlyMap<string, Severity> = new Map([['unsafe-url', 'info'], ['no-referrer-when-downgrade', 'info'], ['origin-when-cross-origin', 'hint']]);

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/referrer-unsafe',
    title: 'Full URLs leak to other sites',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [200],
    severity: 'info',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    leansOn: ['helmet/defaults'],
    whenNotToUse: 'Partners need the full address visitors come from, and addresses hold nothing private.',
    references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Referrer-Policy'],
  },
  on: 'module',
  words: ['unsafe-url', 'no-referrer-when-downgrade', 'origin-when-cross-origin'],
  *detect(module, context) {
    for (const fn of [module.top, ...module.functions.values()])
      for (const step of fn.steps) if (step.do === 'call') for (const value of optionsOf(step.call, context)) yield* judge(value, `${fn.id} referrer`, step.when, module, context);
    for (const header of setHeaders(module, context)) if (header.name === 'referrer-policy') yield* judge(header.value, `${header.inside} referrer`, header.when, module, context);
  },
  explain: ({ policy }) => ({
    message:
      policy === 'origin-when-cross-origin'
        ? "'origin-when-cross-origin' sends this site's name to other sites even over plain HTTP. Use 'strict-origin-when-cross-origin' or 'no-referrer'."
        : `'${policy}' sends full URLs, ids and tokens included, to other sites. Use 'strict-origin-when-cross-origin' or 'no-referrer'.`,
    why: 'Links for resetting a password, ids and search words stand in addresses, and every site that is linked or loaded reads them.',
    remedy: "Use 'strict-origin-when-cross-origin', which is what browsers do of themselves.",
  }),
  *fix({ at, evidence: { isText } }) {
    if (isText) yield { title: "Use 'strict-origin-when-cross-origin'", safety: 'review', changes: [{ do: 'replace', at, code: [{ quote: 'strict-origin-when-cross-origin' }] }] };
    else yield { refused: 'The value is one of several, or stands in another file.' };
  },
  examples: [
    {
      title: 'an option of helmet',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ referrerPolicy: { policy: 'unsafe-url' } }));
        //                                         ^^^^^^^^^^^^ headers/referrer-unsafe "'unsafe-url' sends full URLs"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ referrerPolicy: { policy: 'strict-origin-when-cross-origin' } }));`,
    },
    {
      title: 'a header set by hand',
      bad: `
        export function headers(req, res, next) {
          res.setHeader('Referrer-Policy', 'no-referrer-when-downgrade');
          //                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ headers/referrer-unsafe
          next();
        }`,
      fixed: `
        export function headers(req, res, next) {
          res.setHeader('Referrer-Policy', 'strict-origin-when-cross-origin');
          next();
        }`,
    },
    {
      title: 'the part of helmet alone, with a list whose last word counts',
      bad: `
        const helmet = require('helmet');
        app.use(helmet.referrerPolicy({ policy: ['no-referrer', 'unsafe-url'] }));
        //                                                      ^^^^^^^^^^^^ headers/referrer-unsafe`,
    },
    {
      title: 'Hono, hapi and Next.js',
      bad: `
        //- app.ts
        import Hapi from '@hapi/hapi';
        import { secureHeaders } from 'hono/secure-headers';
        app.use(secureHeaders({ referrerPolicy: 'origin-when-cross-origin' }));
        //                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^ headers/referrer-unsafe "plain HTTP"
        const server = Hapi.server({ routes: { security: { referrer: 'unsafe-url' } } });
        //                                                           ^^^^^^^^^^^^ headers/referrer-unsafe
        //- next.config.mjs
        export default { async headers() { return [{ source: '/(.*)', headers: [{ key: 'Referrer-Policy', value: 'unsafe-url' }] }]; } };
        //                                                                                                       ^^^^^^^^^^^^ headers/referrer-unsafe`,
    },
    { title: 'nothing, and what helmet does', good: `import helmet from 'helmet';\napp.use(helmet({ referrerPolicy: { policy: 'no-referrer' } }));\napp.use(helmet());` },
    {
      title: 'an older word for older browsers',
      good: `
        import helmet from 'helmet';
        app.use(helmet({ referrerPolicy: { policy: ['no-referrer-when-downgrade', 'strict-origin-when-cross-origin'] } }));
        export const page = (req, res) => { res.set('Referrer-Policy', 'origin-when-cross-origin, strict-origin-when-cross-origin'); };`,
    },
    { title: 'of a request that is made', good: `fetch('https://a.example.com', { referrerPolicy: 'unsafe-url' });` },
    { title: 'only while developing', good: `import helmet from 'helmet';\napp.use(helmet({ referrerPolicy: { policy: process.env.NODE_ENV === 'production' ? 'no-referrer' : 'unsafe-url' } }));` },
  ],
});

function optionsOf(call: Call, context: RuleContext): readonly Value[] {
  const first = call.args[0]?.value;
  const at = (value: Value | undefined, ...keys: readonly string[]): Value | undefined => {
    let current = value;
    for (const key of keys) {
      const answer = context.option(current, key);
      if (answer.kind !== 'value') return undefined;
      current = answer.value;
    }
    return current;
  };
  const found = (): Value | undefined => {
    if (/^(@hapi\/hapi|hapi)\.(server|Server)$/.test(call.callee)) return at(first, 'routes', 'security', 'referrer');
    if (call.callee === 'hono/secure-headers.secureHeaders') return at(first, 'referrerPolicy');
    if (helmetMember(call.callee)?.option === 'referrerPolicy' || call.callee === 'referrer-policy') return at(first, 'policy');
    return isHeaderSetup(call) ? at(call.name === 'register' ? call.args[1]?.value : first, 'referrerPolicy', 'policy') : undefined;
  };
  const value = found();
  return value ? [value] : [];
}
function* judge(value: Value, subject: string, when: Detection<Evidence>['when'], module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const one of alternatives(value, context)) {
    const words = one.value.kind === 'array' ? one.value.items.map((item) => item.value) : [one.value];
    const texts = words.flatMap((word) => {
      const text = context.constant(word)?.value;
      return typeof text === 'string' ? text.split(',').map((part) => ({ policy: part.trim().toLowerCase(), word, isText: word.kind === 'literal' && !text.includes(',') })) : [];
    });
    if (one.value.kind === 'array' && (one.value.open || texts.length < words.length)) continue;
    const last = texts.findLast(({ policy }) => KNOWN.has(policy));
    const severity = last && UNSAFE.get(last.policy);
    if (!last || !severity) continue;
    const isHere = last.word.at.path === module.path;
    yield { at: isHere ? last.word.at : one.at, subject, evidence: { policy: last.policy, isText: isHere && last.isText }, severity, when: [...(when ?? []), ...one.when] };
  }
}
