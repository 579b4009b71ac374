import type { Code, Fix } from '../../findings/changes.js';
import { rule } from '../rule.js';
import type { Detection, FixAnswer, OriginTest } from '../rule.js';

type Fault = 'star' | 'wildcard' | 'several' | 'slash' | 'scheme' | 'case' | 'port' | 'list';
/** Libraries that take a list of origins. */
const TAKES_LISTS = /^(cors|@nestjs\/core|socket\.io|@fastify\/cors|hono\/cors|graphql-yoga|@hapi\/hapi)$/;
/** Libraries that take patterns. */
const TAKES_PATTERNS = /^(cors|@nestjs\/core|socket\.io|@fastify\/cors)$/;

interface Evidence {
  readonly test: OriginTest;
  readonly text: string;
  readonly fault: Fault;
}

export default rule<'origin', Evidence>({
  meta: {
    id: 'cors/ineffective-option',
    title: 'This CORS option does not do what it says',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [16],
    severity: 'info',
    confidence: 'high',
    topics: ['cors'],
    since: '0.1.0',
    leansOn: ['cors/one-text', 'cors/exact-list', 'hono/cors-defaults', '@koa/cors/no-off'],
    whenNotToUse: 'The origins are compared by code that allows for slashes, letter case or stars.',
    references: ['https://developer.mozilla.org/docs/Web/HTTP/Headers/Origin', 'https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Origin'],
  },
  on: 'origin',
  words: ['origin'],
  *detect(test, context) {
    if (test.how !== 'equals' || test.of !== 'origin' || test.leads !== 'in') return;
    const [value] = test.with;
    const text = value && context.constant(value)?.value;
    if (typeof text !== 'string') return;
    const { policy } = test;
    const found = (fault: Fault, at = test.at): Detection<Evidence> =>
      ({ at, subject: `${test.inside} ${policy?.library ?? 'test'} ${fault} ${text}`, evidence: { test, text, fault }, when: test.when });
    // @koa/cors sends each member of a list as a header of its own, and browsers refuse several.
    if (policy && test.inList && policy.library === '@koa/cors' && policy.origin === 'list') {
      if (policy.values[0] === value && policy.values.length > 1) yield found('list', policy.originAt);
      return;
    }
    const fault = faultOf(text, test);
    if (fault) yield found(fault);
  },
  explain: ({ text, fault, test }) => ({
    message: fault === 'list'
      ? '@koa/cors sends a list as several headers, which browsers refuse. Give it a function that looks the origin up.'
      : fault === 'several' && !comparesTexts(test)
        ? `'${text}' is sent as one origin, and browsers refuse it. Answer the one origin that asked, after looking it up in a list.`
        : `'${text}' never equals a browser's Origin header, so it allows nothing. ${ADVICE[fault]}`,
    why: 'The origins that were meant are refused, and such a setting is often "repaired" with a wildcard later.',
    remedy: 'Write each origin as scheme://host[:port] in lower case, without a slash, one by one.',
  }),
  *fix({ evidence }) {
    yield* repairs(evidence);
  },
  examples: [
    {
      title: 'several origins in one text',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: 'https://a.example,https://b.example' }));
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "Use an array"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://a.example', 'https://b.example'] }));`,
    },
    {
      title: 'a slash at the end',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://a.example/'] }));
        //                      ^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "without a slash"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://a.example'] }));`,
    },
    {
      title: 'a star in a list that is compared exactly',
      bad: `
        import cors from 'cors';
        import { cors as honoCors } from 'hono/cors';
        app.use(cors({ origin: ['*'] }));
        //                      ^^^ cors/ineffective-option "allows nothing"
        hono.use(honoCors({ origin: ['*', 'https://a.example'] }));
        //                           ^^^ cors/ineffective-option`,
    },
    {
      title: 'a star for subdomains',
      bad: `
        import { NestFactory } from '@nestjs/core';
        const app = await NestFactory.create(AppModule);
        app.enableCors({ origin: ['https://*.example.com'] });
        //                        ^^^^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "pattern"`,
      fixed: `
        import { NestFactory } from '@nestjs/core';
        const app = await NestFactory.create(AppModule);
        app.enableCors({ origin: [/^https:\\/\\/[a-z0-9-]+\\.example\\.com$/] });`,
    },
    {
      title: 'a host without its scheme',
      bad: `
        import { Server } from 'socket.io';
        const io = new Server(server, { cors: { origin: 'app.example.com' } });
        //                                              ^^^^^^^^^^^^^^^^^ cors/ineffective-option "scheme"`,
      fixed: `
        import { Server } from 'socket.io';
        const io = new Server(server, { cors: { origin: 'https://app.example.com' } });`,
    },
    {
      title: 'a list that code looks up',
      bad: `
        const allowed = ['https://app.example.com/', 'https://App.example.com'];
        //               ^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "without a slash"
        //                                           ^^^^^^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "lower case"
        export function allow(req, res, next) {
          const origin = req.headers.origin;
          if (allowed.includes(origin)) res.setHeader('Access-Control-Allow-Origin', origin);
          next();
        }`,
    },
    {
      title: 'several origins in one header',
      bad: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', 'https://a.example, https://b.example');
          //                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "browsers refuse it"
          next();
        }`,
    },
    {
      title: 'a list for @koa/cors',
      bad: `
        import cors from '@koa/cors';
        app.use(cors({ origin: ['https://a.example', 'https://b.example'] }));
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "several headers"`,
      fixed: `
        import cors from '@koa/cors';
        app.use(cors({ origin: (ctx) => ['https://a.example', 'https://b.example'].includes(ctx.get('Origin')) ? ctx.get('Origin') : '' }));`,
    },
    {
      title: 'the port a browser leaves out',
      bad: `
        import fastifyCors from '@fastify/cors';
        await app.register(fastifyCors, { origin: ['https://app.example.com:443'] });
        //                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/ineffective-option "port"`,
      fixed: `
        import fastifyCors from '@fastify/cors';
        await app.register(fastifyCors, { origin: ['https://app.example.com'] });`,
    },
    { title: 'a list of origins', good: `import cors from 'cors';\napp.use(cors({ origin: ['https://a.example', 'https://b.example:8443'] }));` },
    { title: 'one origin', good: `import cors from 'cors';\napp.use(cors({ origin: 'https://a.example' }));` },
    { title: 'a star in a list is a wildcard for Fastify', good: `import fastifyCors from '@fastify/cors';\nawait app.register(fastifyCors, { origin: ['*'] });` },
    { title: 'hapi knows stars in origins', good: `import Hapi from '@hapi/hapi';\nconst server = Hapi.server({ routes: { cors: { origin: ['https://*.example.com'] } } });` },
    { title: 'schemes of apps and extensions', good: `import cors from 'cors';\napp.use(cors({ origin: ['capacitor://localhost', 'chrome-extension://abcdefghijklmnop', 'http://localhost:3000'] }));` },
    { title: 'a text that is split', good: `import cors from 'cors';\napp.use(cors({ origin: 'https://a.example,https://b.example'.split(',') }));` },
    { title: 'one origin for @koa/cors', good: `import cors from '@koa/cors';\napp.use(cors({ origin: 'https://a.example' }));` },
    { title: 'a code list with a star that means everybody', good: `const list = ['*'];\nexport const isAllowedOrigin = (origin) => list.includes('*') || list.includes(origin);` },
    { title: 'a list of other things', good: `const hosts = ['app.example.com/', 'b.example.com'];\nexport const pick = (host) => hosts.includes(host);` },
    { title: 'only in development', good: `import cors from 'cors';\nif (process.env.NODE_ENV === 'development') app.use(cors({ origin: 'http://localhost:3000/' }));` },
  ],
});

const ADVICE: Readonly<Record<Fault, string>> = {
  star: 'List the origins instead.',
  wildcard: 'A star stands for nothing here: use a pattern, or list the origins.',
  several: 'Use an array.',
  slash: 'Write scheme://host[:port] without a slash.',
  scheme: 'Write scheme://host[:port], with the scheme.',
  case: 'Write it in lower case.',
  port: "Leave out the scheme's own port, as browsers do.",
  list: '',
};

function faultOf(text: string, { policy, inList }: OriginTest): Fault | undefined {
  if (policy?.origin === 'reflect' || policy?.origin === 'any' || policy?.origin === 'null') return undefined;
  if (text === '*') return policy && inList && /^(cors|@nestjs\/core|socket\.io|hono\/cors)$/.test(policy.library) ? 'star' : undefined;
  if (text === '' || text === 'null') return undefined;
  if (/[,\s]/.test(text.trim())) return /^\s*(https?:\/\/)?[\w.-]+/.test(text) && text.trim().length > 6 ? 'several' : undefined;
  if (text.includes('*')) return policy?.library === '@hapi/hapi' || !policy ? undefined : 'wildcard';
  if (/^https?:\/\/[^/]+\/.*$/i.test(text)) return 'slash';
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:\d+)?\/?$/i.test(text) || /^localhost(:\d+)?\/?$/.test(text)) return 'scheme';
  if (/^https?:\/\/\S+$/i.test(text) && text !== text.toLowerCase()) return 'case';
  return /^(https:\/\/[^/:]+:443|http:\/\/[^/:]+:80)$/.test(text) ? 'port' : undefined;
}
/** The text is compared with the caller's origin, not sent. */
function comparesTexts({ policy, inList }: OriginTest): boolean {
  return !policy || inList || TAKES_LISTS.test(policy.library);
}
/** The same origin as browsers write it. */
function asBrowsersDo(text: string): string {
  const bare = text.trim().toLowerCase().replace(/^(https?:\/\/[^/]+)\/.*$/, '$1').replace(/\/$/, '');
  const whole = /^[a-z][a-z0-9+.-]*:\/\//.test(bare) ? bare : /^localhost(:|$)/.test(bare) ? `http://${bare}` : `https://${bare}`;
  return whole.replace(/^(https:\/\/[^/:]+):443$/, '$1').replace(/^(http:\/\/[^/:]+):80$/, '$1');
}
function* repairs({ test, text, fault }: Evidence): Iterable<FixAnswer> {
  const { policy, at, inList } = test;
  const [value] = test.with;
  if (fault === 'list') {
    const list = policy && originValue(policy);
    if (!list) return yield { refused: 'The list is written elsewhere, so the function has to be written by hand.' };
    const header: Code = ['ctx.get(', { quote: 'Origin' }, ')'];
    return yield { title: 'Look the origin up in the list', safety: 'review', changes: [{ do: 'replace', at: list, code: ['(ctx) => ', { copy: list }, '.includes(', ...header, ') ? ', ...header, ' : ', { quote: '' }] }] };
  }
  if (value?.kind !== 'literal' || value.at.path !== at.path || value.at.mark !== at.mark) return yield { refused: 'The text is put together or written elsewhere.' };
  const fix = (title: string, code: Code, safety: Fix['safety'] = 'review'): Fix => ({ title, safety, changes: [{ do: 'replace', at, code }] });
  if (fault === 'star') {
    if (test.beside.length > 0) return yield { title: "Remove '*'", safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    return yield fix('List the origins', [{ slot: "'https://app.example.com'" }], 'manual');
  }
  if (fault === 'several') {
    if (policy && !TAKES_LISTS.test(policy.library)) return yield { refused: 'One header holds one origin: the caller has to be looked up in a list first.' };
    const origins = text.split(/[,\s]+/).filter((one) => one !== '').map(asBrowsersDo);
    const items: Code = origins.flatMap((origin, index) => (index === 0 ? [{ quote: origin }] : [', ', { quote: origin }]));
    return yield fix('Make it a list', inList ? items : ['[', ...items, ']']);
  }
  if (fault === 'wildcard') {
    const parts = /^(https?):\/\/\*\.([a-z0-9.-]+)$/i.exec(text);
    if (!policy || !TAKES_PATTERNS.test(policy.library) || !parts?.[1] || !parts[2]) return yield { refused: 'The library takes no patterns here, so the origins have to be listed.' };
    return yield fix('Use a pattern', [`/^${parts[1].toLowerCase()}:\\/\\/[a-z0-9-]+\\.${parts[2].toLowerCase().replaceAll('.', '\\.')}$/`]);
  }
  yield fix('Write it as browsers do', [{ quote: asBrowsersDo(text) }]);
}
/** The list of a setting, where it is written in its options. */
function originValue(policy: NonNullable<OriginTest['policy']>): OriginTest['at'] | undefined {
  return policy.originWritten && policy.originAt.path === policy.at.path ? policy.originAt : undefined;
}
