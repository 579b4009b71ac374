import type { Change, Fix } from '../../findings/changes.js';
import type { Value } from '../../model/value.js';
import { localHost } from '../facts/domains.js';
import { judgePattern, patternOf, type PatternVerdict } from '../facts/origin-pattern.js';
import { rule } from '../rule.js';
import type { FixAnswer, OriginTest, RuleContext } from '../rule.js';

export default rule<'origin', { readonly test: OriginTest; readonly pattern: Value; readonly source: string; readonly flags: string; readonly verdict: PatternVerdict }>({
  meta: {
    id: 'cors/origin-regex-loose',
    title: 'Origin pattern matches more than it should',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [625, 185],
    severity: 'error',
    confidence: 'medium',
    topics: ['cors'],
    since: '0.1.0',
    leansOn: ['cors/pattern-origin'],
    whenNotToUse: 'The API is public, holds nothing private and will never use cookies.',
    references: ['https://portswigger.net/web-security/cors', 'https://cwe.mitre.org/data/definitions/625.html'],
  },
  on: 'origin',
  words: ['origin', 'referer', 'referrer'],
  *detect(test, context) {
    const [pattern] = test.with;
    if (test.how !== 'matches' || test.leads !== 'in' || test.of !== 'origin' || !pattern) return;
    const written = patternOf(pattern, context);
    const verdict = written && judgePattern(written.source, written.flags);
    if (!written || !verdict || verdict.lets === 'nothing') return;
    // An origin option that lets everybody in is an echo: cors/reflected-origin.
    if (verdict.lets === 'everyone' && test.policy) return;
    if (!test.sure && verdict.lets === 'everyone') return;
    yield {
      at: test.at,
      subject: `${test.inside} ${test.policy?.library ?? 'test'} /${written.source}/`,
      evidence: { test, pattern, source: written.source, flags: written.flags, verdict },
      when: test.when,
      confidence: test.sure ? 'high' : 'medium',
      ...(verdict.lets === 'dots' ? { severity: 'warning' } : verdict.lets === 'plain' ? { severity: 'info' } : {}),
    };
  },
  explain: ({ verdict }) => ({
    message: verdict.lets === 'plain'
      ? `This pattern also accepts ${verdict.example}, a page loaded over plain HTTP. Begin it with ^https:\\/\\/.`
      : `This pattern also accepts ${verdict.example}. Anchor it with ^ and $ and escape the dots, or list the origins.`,
    why: verdict.lets === 'plain' ? 'Whoever sits in between can put a script into a page that came over plain HTTP, and it may read this API.' : 'Such a host can be registered by anyone, and its pages then read the API as the visitor.',
    remedy: 'Match the whole origin, from scheme to end, with every dot escaped.',
  }),
  *fix({ evidence }, context) {
    yield* repairs(evidence, context);
  },
  examples: [
    {
      title: 'a pattern without a beginning',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: /example\\.com$/ }));
        //                     ^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://evil-example.com"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: /^https:\\/\\/([a-z0-9-]+\\.)?example\\.com$/ }));`,
    },
    {
      title: 'a dot that stands for any character',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: [/^https:\\/\\/app.example.com$/] }));
        //                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://appxexample.com"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: [/^https:\\/\\/app\\.example\\.com$/] }));`,
    },
    {
      title: 'a dot that stands for any character, below a subdomain',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: /^https:\\/\\/[\\w-]+\\.shop.example.com$/ }));
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://a.shopxexample.com"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: /^https:\\/\\/[\\w-]+\\.shop\\.example\\.com$/ }));`,
    },
    {
      title: 'anything before the domain',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: /^https:\\/\\/.*example\\.com$/, credentials: true }));
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://evil-example.com"`,
    },
    {
      title: 'a pattern without an end, in a test',
      bad: `
        import cors from 'cors';
        const ours = /^https:\\/\\/app\\.example\\.com/;
        //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://app.example.com.evil.test"
        app.use(cors({ origin: (origin, cb) => cb(null, !origin || ours.test(origin)) }));`,
      fixed: `
        import cors from 'cors';
        const ours = /^https:\\/\\/app\\.example\\.com$/;
        app.use(cors({ origin: (origin, cb) => cb(null, !origin || ours.test(origin)) }));`,
    },
    {
      title: 'a header answered after a match',
      bad: `
        export function allow(req, res, next) {
          const origin = req.headers.origin;
          if (origin && origin.match(/mysite\\.com$/)) res.setHeader('Access-Control-Allow-Origin', origin);
          //                         ^^^^^^^^^^^^^^ cors/origin-regex-loose "https://evil-mysite.com"
          next();
        }`,
    },
    {
      title: 'a pattern made from a text',
      bad: `
        import fastifyCors from '@fastify/cors';
        await app.register(fastifyCors, { origin: new RegExp('example\\\\.com$') });
        //                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/origin-regex-loose`,
    },
    {
      title: 'hosts anybody can have for nothing',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com', /^https:\\/\\/.*\\.vercel\\.app$/] }));
        //                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://attacker.vercel.app"`,
    },
    {
      title: 'a list of patterns that is walked through',
      bad: `
        const patterns = [/^https:\\/\\/([a-z0-9-]+\\.)?example\\.com$/, /localhost/];
        //                                                           ^^^^^^^^^^^ cors/origin-regex-loose "https://localhost.evil.test"
        export const isAllowedOrigin = (origin) => patterns.some((one) => one.test(origin));
        export const allow = (req, res, next) => { if (isAllowedOrigin(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin); next(); };`,
    },
    {
      title: 'plain HTTP is let in',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: /\\.example\\.com$/ }));
        //                     ^^^^^^^^^^^^^^^^^ cors/origin-regex-loose "over plain HTTP"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: /^https:\\/\\/([a-z0-9-]+\\.)?example\\.com$/ }));`,
    },
    {
      title: 'an alternative that is anchored on one side only',
      bad: `
        const { cors } = { cors: require('cors') };
        const middleware = require('cors');
        app.use(middleware({ origin: /^https:\\/\\/www\\.example\\.com|https:\\/\\/api\\.example\\.com$/ }));
        //                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://www.example.com.evil.test"`,
    },
    {
      title: 'subdomains without an end',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: /\\.example\\.com/ }));
        //                     ^^^^^^^^^^^^^^^^ cors/origin-regex-loose "https://app.example.com.evil.test"`,
    },
    { title: 'the whole origin, with subdomains', good: `import cors from 'cors';\napp.use(cors({ origin: /^https:\\/\\/([a-z0-9-]+\\.)?example\\.com$/ }));` },
    { title: 'alternatives of one domain', good: `import cors from 'cors';\napp.use(cors({ origin: /^https:\\/\\/(www|app)\\.shop\\.co\\.uk$/ }));` },
    { title: 'previews of one project', good: `import cors from 'cors';\napp.use(cors({ origin: /^https:\\/\\/my-project-[a-z0-9]+-my-team\\.vercel\\.app$/ }));` },
    { title: 'this machine only', good: `import cors from 'cors';\napp.use(cors({ origin: /^http:\\/\\/localhost(:\\d+)?$/ }));` },
    { title: 'only in development', good: `import cors from 'cors';\nif (process.env.NODE_ENV !== 'production') app.use(cors({ origin: /localhost/ }));` },
    { title: 'a pattern that only another engine can judge', good: `import cors from 'cors';\napp.use(cors({ origin: /^https:\\/\\/(?!evil)[a-z]+\\.example\\.com$/ }));` },
    { title: 'a pattern that lets everybody in is an echo', good: `import cors from 'cors';\napp.use(cors({ origin: /.*/ }));` },
    { title: 'a pattern that turns callers away', good: `import cors from 'cors';\napp.use(cors({ origin(origin, cb) { if (/spam/.test(origin)) return cb(new Error('no')); cb(null, allowed.has(origin)); } }));` },
    { title: 'a pattern for other texts', good: `export const isMail = (text) => /example\\.com$/.test(text);\nexport const log = (req) => { if (/example\\.com/.test(req.headers.origin)) console.log('ours'); };` },
    { title: 'an extension of a browser', good: `import cors from 'cors';\napp.use(cors({ origin: [/^chrome-extension:\\/\\/[a-p]{32}$/, /^capacitor:\\/\\/localhost$/] }));` },
  ],
});

interface Evidence {
  readonly test: OriginTest;
  readonly pattern: Value;
  readonly source: string;
  readonly flags: string;
  readonly verdict: PatternVerdict;
}
/** New patterns are offered only when they shut the strangers out and still welcome the hosts that are spelled out. */
function* repairs({ test, pattern, source, flags, verdict }: Evidence, context: RuleContext): Iterable<FixAnswer> {
  if (pattern.kind !== 'regex' || pattern.at.path !== test.at.path) return yield { refused: 'The pattern is put together elsewhere, so it has to be rewritten by hand.' };
  const replace = (text: string): Change => ({ do: 'replace', at: pattern.at, code: [`/${text}/${flags.replace(/[gy]/g, '')}`] });
  const fix = (title: string, safety: Fix['safety'], text: string): Fix => ({ title, safety, changes: [replace(text)] });
  if (verdict.escaped !== undefined) yield fix('Escape the dots', 'safe', verdict.escaped);
  const anchored = `${source.startsWith('^') ? '' : '^'}${source}${source.endsWith('$') ? '' : '$'}`;
  if (!source.includes('|') && /^\^?https:/.test(source.replaceAll('\\/', '/')) && isTight(anchored, flags)) yield fix('Anchor the pattern', 'review', anchored);
  const trusted = context.policy('cors').origins.filter((origin) => origin !== '*' && origin !== 'null');
  const hosts = [...new Set(verdict.hosts)].filter((host) => !localHost(host));
  const [host] = hosts;
  const subdomains = host === undefined ? undefined : `^https:\\/\\/([a-z0-9-]+\\.)?${host.replaceAll('.', '\\.')}$`;
  if (hosts.length === 1 && subdomains !== undefined && isTight(subdomains, '')) yield fix('Match the domain and its subdomains over HTTPS', 'review', subdomains);
  const items = trusted.flatMap((origin, index) => (index === 0 ? [{ quote: origin }] : [', ', { quote: origin }]));
  if (test.policy && trusted.length > 0) yield { title: 'List the origins of the policy', safety: 'review', changes: [{ do: 'replace', at: pattern.at, code: test.inList ? items : ['[', ...items, ']'] }] };
  else if (test.policy && !(hosts.length === 1 && subdomains !== undefined && isTight(subdomains, ''))) {
    const slot = { slot: "'https://app.example.com'" };
    yield { title: 'List the origins', safety: 'manual', changes: [{ do: 'replace', at: pattern.at, code: test.inList ? [slot] : ['[', slot, ']'] }] };
  } else if (!test.policy) yield { refused: 'No pattern could be worked out that keeps the hosts that are meant and lets no other in.' };
}
function isTight(source: string, flags: string): boolean {
  return judgePattern(source, flags)?.lets === 'nothing';
}
