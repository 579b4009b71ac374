import type { Endpoint } from '../../project/project.js';
import type { FunctionId, Value } from '../../model/value.js';
import { setHeaders, type SetHeader } from '../facts/set-headers.js';
import { rule } from '../rule.js';
import type { RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  readonly valueAt: At;
  readonly isLiteral: boolean;
}

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/cache-sensitive',
    title: 'Private answers may be cached by shared caches',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [525],
    severity: 'hint',
    confidence: 'medium',
    topics: ['headers'],
    since: '0.1.0',
    whenNotToUse: 'Everybody who is logged in gets the same answer, and a cache in front checks the login.',
    references: ['https://www.rfc-editor.org/rfc/rfc9111', 'https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['cache-control'],
  *detect(module, context) {
    for (const header of setHeaders(module, context)) {
      const shared = header.name === 'cache-control' ? sharedWord(header, context) : undefined;
      if (!shared || shared.at.path !== module.path) continue;
      const endpoints = guardedBy(header.inside, context);
      const [first] = endpoints;
      if (!first) continue;
      const guard = first.authentication.by?.layer;
      yield {
        at: shared.at, subject: `${first.id} cache-control`, evidence: { valueAt: shared.value.at, isLiteral: shared.value.kind === 'literal' }, when: header.when,
        ...(guard && guard.at.path === module.path ? { related: [{ at: guard.at, label: 'only for those who are logged in' }] } : {}),
      };
    }
  },
  explain: () => ({
    message: "This answer belongs to one user but caches may store it for all. Use 'private, no-store'.",
    why: 'A proxy or a CDN that keeps the answer hands it to the next one who asks, whoever that is.',
    remedy: "Send 'private, no-store' where the answer depends on who asks.",
  }),
  *fix({ evidence: { valueAt, isLiteral } }) {
    if (isLiteral) yield { title: "Use 'private, no-store'", safety: 'review', changes: [{ do: 'replace', at: valueAt, code: [{ quote: 'private, no-store' }] }] };
    else yield { refused: 'The value is put together of pieces.' };
  },
  examples: [
    {
      title: 'the account of whoever asks',
      bad: `
        import express from 'express';
        const app = express();
        app.get('/me', requireAuth, (req, res) => {
          res.set('Cache-Control', 'public, max-age=600').json(req.user);
          //                        ^^^^^^ headers/cache-sensitive "one user"
        });
        app.listen(3000);`,
      fixed: `
        import express from 'express';
        const app = express();
        app.get('/me', requireAuth, (req, res) => {
          res.set('Cache-Control', 'private, no-store').json(req.user);
        });
        app.listen(3000);`,
    },
    {
      title: 'a decorator of Nest',
      bad: `
        import { Controller, Get, Header, UseGuards } from '@nestjs/common';
        @Controller('account')
        export class AccountController {
          @UseGuards(JwtAuthGuard)
          @Header('Cache-Control', 'max-age=60, s-maxage=600')
          //                                    ^^^^^^^^ headers/cache-sensitive
          @Get('me')
          me() { return this.accounts.me(); }
        }`,
      fixed: `
        import { Controller, Get, Header, UseGuards } from '@nestjs/common';
        @Controller('account')
        export class AccountController {
          @UseGuards(JwtAuthGuard)
          @Header('Cache-Control', 'private, no-store')
          @Get('me')
          me() { return this.accounts.me(); }
        }`,
    },
    {
      title: 'an object of headers behind a guard of the application',
      bad: `
        import express from 'express';
        import { expressjwt } from 'express-jwt';
        const app = express();
        app.use(expressjwt({ secret: process.env.SECRET, algorithms: ['HS256'] }));
        app.get('/orders', (req, res) => {
          res.set({ 'cache-control': 'public' });
          //                          ^^^^^^ headers/cache-sensitive
          res.json(orders);
        });
        app.listen(3000);`,
    },
    { title: 'the same answer for everybody', good: `import express from 'express';\nconst app = express();\napp.get('/catalog', (req, res) => res.set('Cache-Control', 'public, max-age=60').json(items));\napp.listen(3000);` },
    { title: 'kept by the browser alone', good: `import express from 'express';\nconst app = express();\napp.get('/me', requireAuth, (req, res) => res.set('Cache-Control', 'private, no-store').json(req.user));\napp.listen(3000);` },
    {
      title: 'files whose names change with their content',
      good: `
        import express from 'express';
        const app = express();
        app.get('/assets/:name', requireAuth, (req, res) => { res.set('Cache-Control', 'public, max-age=31536000, immutable'); res.end(file); });
        app.listen(3000);`,
    },
    {
      title: 'a request that is made',
      good: `
        import express from 'express';
        const app = express();
        app.get('/me', requireAuth, async (req, res) => { res.json(await fetch(url, { headers: { 'Cache-Control': 'public' } })); });
        app.listen(3000);`,
    },
    { title: 'a login nobody needs', good: `import express from 'express';\nconst app = express();\napp.get('/news', optionalAuth, (req, res) => res.set('Cache-Control', 's-maxage=60').json(news));\napp.listen(3000);` },
  ],
});

/** `public` or `s-maxage` in the value, and where it stands. */
function sharedWord({ value }: SetHeader, context: RuleContext): { readonly at: At; readonly value: Value } | undefined {
  const end = context.resolve(value).value;
  const text = context.constant(end)?.value;
  if (typeof text !== 'string' || /\b(immutable|private|no-store)\b/i.test(text)) return undefined;
  const word = /\b(public|s-maxage)\b/i.exec(text)?.[1];
  if (word === undefined) return undefined;
  const index = context.textOf(end.at).indexOf(word);
  return { at: index >= 0 ? context.within(end.at, index, index + word.length) : end.at, value: end };
}
/** The endpoints a function answers, where a login is needed for each of them. */
function guardedBy(fn: FunctionId, context: RuleContext): readonly Endpoint[] {
  const endpoints = context.endpoints({ handler: fn });
  const isGuarded = ({ authentication }: Endpoint): boolean => authentication.state === 'guarded' && authentication.likely !== true;
  return endpoints.every(isGuarded) ? endpoints : [];
}
