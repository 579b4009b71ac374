import { links, type Endpoint } from '../../project/project.js';
import { changing, methodName, routeGuard } from '../facts/methods.js';
import { needsNoGuard } from '../facts/open-design.js';
import { openExamples } from '../facts/open-examples.js';
import { publicPath } from '../facts/paths.js';
import { roleSiblingExamples } from '../facts/role-sibling-examples.js';
import { guardFix, isAlone, isSignUp, standsOpen } from '../facts/peers.js';
import { relativeExamples } from '../facts/relative-examples.js';
import { fewerChecks } from '../facts/fewer-checks.js';
import { fewerExamples } from '../facts/fewer-examples.js';
import { ownedExamples } from '../facts/owned-examples.js';
import { ownedBeside, ownedRead, type OwnedBeside } from '../facts/owned-beside.js';
import { isLogin, leveled, relatives, repeats } from '../facts/relatives.js';
import { weakerRight, widerRoles } from '../facts/right-words.js';
import { mayAskForRights, readsCallerItself } from '../facts/rights.js';
import { rule, type FixAnswer } from '../rule.js';

interface Evidence {
  readonly open: Endpoint;
  readonly guarded: Endpoint;
  readonly guard: string;
  readonly guardAt: Endpoint['methodAt'] | undefined;
  /** The option of a route the guard stands under. */
  readonly key: string | undefined;
  /** The right that is asked for here, where it is less than the sibling's. */
  readonly right?: string;
  /** Whose records the sibling changes, where this one changes any. */
  readonly owned?: OwnedBeside;
}

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/unguarded-sibling',
    title: 'Another method on this path skips the check its sibling has',
    owasp: ['API5:2019', 'API5:2023'],
    cwe: [862, 650],
    severity: 'error',
    confidence: 'medium',
    topics: ['method', 'auth'],
    since: '0.1.0',
    leansOn: ['express/sibling-middleware'],
    whenNotToUse: 'The open method is meant for everybody: mark the route `// unlatched: public -- reason`.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/'],
  },
  on: 'endpoint',
  words: [],
  *detect(open, context) {
    if (open.route.public || open.route.statementAt.mark === 0) return;
    const read = ownedRead(open, context);
    if (read || !changing.has(open.method)) return read && (yield ofOwned(open, read));
    if ((open.method === 'POST' && publicPath(open.path.text)) || needsNoGuard(open, context)) return;
    const same = context.endpoints({ shape: `${open.app} ${open.path.shape}` }).filter((one) => one.scope === open.scope || open.chainComplete);
    // Peers share what stands before both, so a comparison needs no complete chain; a guard state must still be open, not unknown.
    if (standsOpen(open)) {
      const guarded = same.find((one) => one !== open && one.method !== open.method && hasOwnGuard(one) && one.method !== 'OPTIONS' && one.method !== 'HEAD' && !isLogin(one));
      if (guarded) {
        const isOpenByDesign = isSignUp(open) && !same.some((one) => one !== open && changing.has(one.method) && one.method !== 'DELETE' && hasOwnGuard(one));
        yield detection(open, guarded, isOpenByDesign ? 'hint' : 'error');
        return;
      }
      const collection = open.path.shape.endsWith('/{}') ? open.path.shape.slice(0, -3) : undefined;
      const above = collection === undefined ? undefined : context.endpoints({ shape: `${open.app} ${collection}` }).find((one) => changing.has(one.method) && hasOwnGuard(one) && (one.scope === open.scope || open.chainComplete));
      if (above) yield detection(open, above, 'warning');
      return;
    }
    const weaker = weakerRight(open, context) ?? widerRoles(open, same, context);
    if (weaker) {
      const { right, other, needed } = weaker;
      yield {
        at: open.methodAt, subject: open.id, severity: 'warning', confidence: 'medium',
        evidence: { open, guarded: other, guard: needed, guardAt: undefined, key: undefined, right },
        related: [{ at: other.methodAt, label: `${other.method} asks for '${needed}'` }],
      };
      return;
    }
    const level = open.framework === 'nest' ? leveled(open, same, context) : undefined;
    if (level) {
      yield { ...detection(open, level.other, 'warning', 'authorization'), evidence: { open, guarded: level.other, guard: level.written, guardAt: undefined, key: undefined } };
      return;
    }
    if (open.authorization.state === 'guarded') return;
    const owned = ownedBeside(open, context);
    if (owned) return yield ofOwned(open, owned);
    const body = open.handler === undefined ? undefined : context.body(open.handler);
    // What belongs to the caller is told from the rest by the query.
    if ((body && readsCallerItself(body, context)) || links(open.chain).some(({ layer }) => mayAskForRights(layer.value))) return;
    const near = body?.complete === true && open.method !== 'POST' ? relatives(open, context) : [];
    const isLess = (one: Endpoint): boolean => asksForRole(one) && (open.authorization.state === 'open' || repeats(open, one));
    const ruled = same.find((one) => one !== open && one.method !== open.method && isLess(one)) ?? near.find(isLess);
    if (ruled) return yield detection(open, ruled, 'warning', 'authorization');
    const fewer = fewerChecks(open, same, body, context);
    if (fewer) yield {
      ...detection(open, fewer.other, 'warning', 'authorization'), related: [{ at: fewer.layer.at, label: `${fewer.other.method} is guarded here` }],
      evidence: { open, guarded: fewer.other, guard: fewer.scoped ? 'a scope' : fewer.layer.name, guardAt: fewer.layer.at, key: fewer.layer.key },
    };
  },
  explain: ({ open, guarded, guard, right, owned }) => ({
    message: owned ? `${methodName(open)} ${open.path.text} ${open.method === 'GET' ? 'gives' : 'changes'} records of '${owned.table}' whoever they belong to, but ` +
      `${guarded.method} ${guarded.path.text} only those of the caller. Choose them by '${owned.column}' here too.` : right !== undefined
      ? `${methodName(open)} ${open.path.text} changes data and asks for '${right}' only, but ${guarded.method} ${guarded.path.text} asks for '${guard}'. Ask for the same right here.`
      : `${methodName(open)} ${open.path.text} runs without ${isCheck(guard) ? guard : `'${guard}'`}, ` +
      `but ${guarded.method === 'all' ? 'the catch-all' : guarded.method} ${guarded.path.shape === open.path.shape ? 'on the same path' : guarded.path.text} ${isCheck(guard) ? 'has one' : 'requires it'}: ` +
      `callers can go around the check. Add ${isCheck(guard) ? 'it' : `'${guard}'`} here too, or remove the method.`,
    why: 'Whoever is refused by one method can use the other: POST answers 403, PUT 200.',
    remedy: 'Put the same guard on both, or register it once before both.',
  }),
  *fix({ evidence: { open, guardAt, guard, key, right, owned } }, context): Iterable<FixAnswer> {
    if (right !== undefined || owned) return yield { refused: owned ? 'How the owner is compared is for the author to say.' : 'Which right a caller needs here is for the author to say.' };
    const added = guardAt && guardFix(open, { name: guard, at: guardAt, ...(key === undefined ? {} : { key }) }, context);
    if (added) yield added;
    // One of a list of routes cannot be removed by its statement.
    if (isAlone(open, context) && open.route.branch !== true) yield { title: 'Remove this route', safety: 'review', changes: [{ do: 'remove', at: open.route.statementAt, as: 'statement' }] };
  },
  examples: [
    {
      title: 'upload is guarded, replacement is not',
      bad: `
        import express from 'express';
        import { requireAuth } from 'auth-of-ours';
        const app = express();
        app.post('/files', requireAuth, upload);
        app.put('/files', upload);
        //  ^^^ methods/unguarded-sibling "PUT /files runs without 'requireAuth', but POST"
      `,
      fixed: `
        import express from 'express';
        import { requireAuth } from 'auth-of-ours';
        const app = express();
        app.post('/files', requireAuth, upload);
        app.put('/files', requireAuth, upload);
      `,
    },
    ...roleSiblingExamples,
    ...relativeExamples,
    ...ownedExamples,
    ...fewerExamples,
    {
      title: 'Fastify: the check is an option of the route',
      bad: `
        import Fastify from 'fastify';
        import { verifyJwt } from './verify.js';
        const fastify = Fastify();
        fastify.post('/docs', { preHandler: [verifyJwt] }, create);
        fastify.put('/docs', create);
        //      ^^^ methods/unguarded-sibling
      `,
      fixed: `
        import Fastify from 'fastify';
        import { verifyJwt } from './verify.js';
        const fastify = Fastify();
        fastify.post('/docs', { preHandler: [verifyJwt] }, create);
        fastify.put('/docs', { preHandler: verifyJwt }, create);
      `,
    },
    {
      title: 'branches of a plain Node server: a check in one of them',
      bad: `
        import http from 'node:http';
        http.createServer((req, res) => {
          if (req.url !== '/files') return res.writeHead(404).end();
          switch (req.method) {
            case 'POST':
              if (!req.headers.authorization) return res.writeHead(401).end();
              return upload(req, res);
            case 'PUT':
              // ^^^^^ methods/unguarded-sibling "PUT /files runs without a check in its handler, but POST on the same path has one"
              res.writeHead(200);
              return res.end(replaced());
          }
          res.writeHead(405).end();
        }).listen(process.env.PORT);
        function upload(req, res) {
          res.end(stored());
        }
      `,
    },
    {
      title: 'a plain Node server whose check stands before all branches',
      good: `
        import http from 'node:http';
        http.createServer((req, res) => {
          if (!req.headers.authorization) return res.writeHead(401).end();
          if (req.url === '/files' && req.method === 'POST') return res.end(stored());
          if (req.url === '/files' && req.method === 'PUT') return res.end(replaced());
          res.writeHead(404).end();
        }).listen(process.env.PORT);
      `,
    },
    {
      title: 'Fastify: a route with other options',
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.route({ method: 'POST', url: '/docs', onRequest: verifyJwt, handler: create });
        fastify.route({ method: 'DELETE', url: '/docs', schema, handler: remove });
        //                      ^^^^^^^^ methods/unguarded-sibling
      `,
      fixed: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.route({ method: 'POST', url: '/docs', onRequest: verifyJwt, handler: create });
        fastify.route({ method: 'DELETE', url: '/docs', schema, handler: remove, preHandler: verifyJwt });
      `,
    },
    {
      title: 'Fastify: one hook of the scope, written after the routes, stands before both',
      good: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.post('/docs', { preHandler: [verifyJwt] }, create);
        fastify.put('/docs', create);
        fastify.addHook('onRequest', verifyJwt);
      `,
    },
    {
      title: 'hapi: the strategy is asked for by one of both',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.auth.strategy('token', 'jwt', { keys });
        server.route({ method: 'POST', path: '/files', options: { auth: 'token' }, handler: save });
        server.route({ method: 'PUT', path: '/files', handler: replace });
        //                     ^^^^^ methods/unguarded-sibling "runs without 'token'"
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.auth.strategy('token', 'jwt', { keys });
        server.route({ method: 'POST', path: '/files', options: { auth: 'token' }, handler: save });
        server.route({ method: 'PUT', path: '/files', handler: replace, options: { auth: 'token' } });
      `,
    },
    {
      title: 'hapi: a step before the handler, in a list of routes',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route([
          { method: 'POST', path: '/files/{id}', options: { pre: [requireUser] }, handler: save },
          { method: 'DELETE', path: '/files/{id}', options: { tags: ['files'] }, handler: remove },
          //        ^^^^^^^^ methods/unguarded-sibling
        ]);
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route([
          { method: 'POST', path: '/files/{id}', options: { pre: [requireUser] }, handler: save },
          { method: 'DELETE', path: '/files/{id}', options: { tags: ['files'], pre: [requireUser] }, handler: remove },
        ]);
      `,
    },
    {
      title: 'hapi: the default strategy stands before both, whenever it is set',
      good: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: 'POST', path: '/files', options: { auth: 'token' }, handler: save });
        server.route({ method: 'PUT', path: '/files', handler: replace });
        server.auth.default('token');
      `,
    },
    {
      title: 'Nest: the guard stands on one method of the controller',
      bad: `
        import { Controller, Module, Post, Put, UseGuards, UsePipes } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { AuthGuard } from '@nestjs/passport';
        @Controller('files')
        class FilesController {
          @UseGuards(AuthGuard('jwt')) @Post() upload() { return this.files.add(); }
          @UsePipes(Checked) @Put() replace() { return this.files.replace(); }
          //                  ^^^ methods/unguarded-sibling "PUT /files"
        }
        @Module({ controllers: [FilesController] }) class AppModule {}
        const app = await NestFactory.create(AppModule);
        await app.listen(3000);`,
      fixed: `
        import { Controller, Module, Post, Put, UseGuards, UsePipes } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { AuthGuard } from '@nestjs/passport';
        @Controller('files')
        class FilesController {
          @UseGuards(AuthGuard('jwt')) @Post() upload() { return this.files.add(); }
          @UseGuards(AuthGuard('jwt'))
          @UsePipes(Checked) @Put() replace() { return this.files.replace(); }
        }
        @Module({ controllers: [FilesController] }) class AppModule {}
        const app = await NestFactory.create(AppModule);
        await app.listen(3000);`,
    },
    {
      title: 'Nest: the guard stands on the class',
      good: `
        import { Controller, Module, Post, Put, UseGuards } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { AuthGuard } from '@nestjs/passport';
        @UseGuards(AuthGuard('jwt'))
        @Controller('files')
        class FilesController {
          @Post() upload() { return this.files.add(); }
          @Put() replace() { return this.files.replace(); }
        }
        @Module({ controllers: [FilesController] }) class AppModule {}
        const app = await NestFactory.create(AppModule);
        await app.listen(3000);`,
    },
    {
      title: 'reading is guarded, deleting is not',
      bad: `
        import { Router } from 'express';
        const router = Router();
        router.get('/orders/:id', auth, show);
        router.delete('/orders/:key', destroy);
        //     ^^^^^^ methods/unguarded-sibling
        export default router;
      `,
    },
    {
      title: 'the item is open, the collection is not',
      bad: `
        import express from 'express';
        const app = express();
        app.post('/files', requireAuth, (req, res) => res.end());
        app.put('/files/:id', (req, res) => res.end());
        //  ^^^ methods/unguarded-sibling
      `,
    },
    {
      title: 'methods of one route() chain',
      bad: `
        import express from 'express';
        const app = express();
        app.route('/books').post(isAuthenticated, (req, res) => res.end()).put((req, res) => res.end());
        //                                                                 ^^^ methods/unguarded-sibling
      `,
    },
    {
      title: 'a webhook that checks its signature',
      good: `import express from 'express'; const app = express(); app.get('/stripe', requireAuth, show); app.post('/stripe', (req, res) => { stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], key); res.end(); });`,
    },
    { title: 'a guard before both', good: `import express from 'express'; const router = express.Router(); router.use(requireAuth); router.post('/files', requireAuth, up); router.put('/files', up);` },
    { title: 'reading may be public', good: `import express from 'express'; const app = express(); app.get('/posts', list); app.post('/posts', requireAuth, create);` },
    {
      title: 'the handler checks the caller itself',
      good: `import express from 'express'; const app = express(); app.post('/files', requireAuth, save); app.put('/files', (req, res) => { if (!req.user) return res.sendStatus(401); save(req, res); });`,
    },
    { title: 'what stands before cannot be read', good: `import express from 'express'; import { gate } from 'gate'; const app = express(); app.post('/files', requireAuth, save); app.put('/files', gate, save);` },
    ...openExamples,
    {
      title: 'a route marked public',
      good: `
        import express from 'express';
        const app = express();
        app.post('/files', requireAuth, save);
        // unlatched: public -- signed links carry the permission
        app.put('/files', save);
      `,
    },
    { title: 'a verb above a guarded catch-all is not below it', good: `import express from 'express'; const app = express(); app.all('/a', requireAuth); app.post('/a', requireAuth, save); app.put('/a', save);` },
  ],
});

const CHECK = 'a check in its handler';
/** Only callers with a role come through: by a layer of the route, or by a test in its handler. */
function asksForRole({ method, authorization, route, conduct }: Endpoint): boolean {
  if (authorization.state !== 'guarded') return false;
  if (route.layers.some((layer) => layer.claims.some((claim) => claim.protects === 'authorization'))) return changing.has(method);
  return conduct !== undefined && conduct.refuses.includes(403) && conduct.tests.includes('role');
}
/** What is asked has no name of its own. */
function isCheck(guard: string): boolean {
  return guard.includes(' ');
}
function detection(open: Endpoint, guarded: Endpoint, severity: 'error' | 'warning' | 'hint', kind: 'authentication' | 'authorization' = 'authentication') {
  const guard = routeGuard(guarded, kind);
  const name = guard?.name ?? CHECK;
  return {
    at: open.methodAt,
    subject: open.id,
    severity,
    confidence: 'medium' as const,
    evidence: { open, guarded, guard: name, guardAt: guard?.at, key: guard?.key },
    related: [{ at: guard?.at ?? guarded.methodAt, label: `${guarded.method} is guarded here` }],
  };
}

function ofOwned(open: Endpoint, owned: OwnedBeside) {
  const evidence = { open, guarded: owned.other, guard: '', guardAt: undefined, key: undefined, owned };
  return { ...detection(open, owned.other, 'warning', 'authorization'), related: [{ at: owned.other.methodAt, label: `chosen by '${owned.column}' here` }], evidence };
}
/** The endpoint's guard is its own: written on the route or in the handler, not on something both pass. A method that nobody may use has none. */
function hasOwnGuard(endpoint: Endpoint): boolean {
  if (endpoint.conduct?.closed === true && endpoint.authentication.by === undefined) return false;
  if (endpoint.route.layers.some((layer) => layer.claims.some((claim) => claim.protects === 'authentication'))) return true;
  return (
    endpoint.authentication.state === 'guarded' &&
    (endpoint.authentication.by === undefined || endpoint.authentication.by.from === 'route' || endpoint.authentication.by.from === 'router' || endpoint.authentication.by.from === 'application')
  );
}
