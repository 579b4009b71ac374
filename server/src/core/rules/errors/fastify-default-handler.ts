import type { Scope } from '../../project/project.js';
import { reachable } from '../facts/listening.js';
import { rule, type FixAnswer } from '../rule.js';

export default rule<'scope', { readonly scope: Scope }>({
  meta: {
    id: 'errors/fastify-default-handler',
    title: "Fastify's default handler shows error texts",
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [209],
    severity: 'info',
    confidence: 'high',
    topics: ['error-leak'],
    since: '0.1.0',
    leansOn: ['fastify/default-handler'],
    whenNotToUse: 'A gateway in front of the service replaces the bodies of all 5xx answers.',
    references: ['https://fastify.dev/docs/latest/Reference/Errors/', 'https://fastify.dev/docs/latest/Reference/Server/#seterrorhandler'],
  },
  on: 'scope',
  words: ['fastify'],
  *detect(scope, context) {
    if (scope.framework !== 'fastify' || scope.kind !== 'application' || !scope.root || scope.serves.length === 0) return;
    // A handler may be set by a plugin, anywhere in the project.
    if (scope.layers.some((link) => link.layer.phase === 'error') || context.projectUses('error-handler')) return;
    const where = reachable(scope, context);
    if (where === 'socket') return;
    yield { at: scope.nameAt, subject: `${scope.binding ?? 'fastify'} error handler`, evidence: { scope }, confidence: scope.complete ? 'high' : 'medium', ...(where === 'loopback' || where === 'default' ? { severity: 'hint' } : {}) };
  },
  explain: () => ({
    message: 'Without setErrorHandler Fastify sends the text of unexpected errors to clients. Add a handler that hides 5xx messages.',
    why: 'The default handler answers with err.message and err.code of every failure, in production too: texts of drivers name tables, hosts and files.',
    remedy: 'Set an error handler that logs the error and sends a fixed text for 5xx.',
  }),
  *fix({ evidence: { scope } }): Iterable<FixAnswer> {
    if (scope.binding === undefined) {
      yield { refused: 'The application has no name here that a handler could be set on.' };
      return;
    }
    const lines = [
      `${scope.binding}.setErrorHandler((err, req, reply) => {`,
      '  req.log.error(err);',
      '  const status = err.statusCode ?? 500;',
    ].join('\n');
    yield {
      title: 'Add an error handler',
      safety: 'review',
      changes: [{ do: 'insert', at: scope.statementAt, where: 'line-after', code: [`${lines}\n  reply.code(status).send({ error: status < 500 ? err.message : `, { quote: 'Internal server error' }, ' });\n});'] }],
    };
  },
  examples: [
    {
      title: 'a server without an error handler',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        //          ^^^^^^^ errors/fastify-default-handler "Without setErrorHandler"
        app.get('/', async () => work());
        app.listen({ port: 3000 });
      `,
      fixed: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.setErrorHandler((err, req, reply) => {
          req.log.error(err);
          const status = err.statusCode ?? 500;
          reply.code(status).send({ error: status < 500 ? err.message : 'Internal server error' });
        });
        app.get('/', async () => work());
        app.listen({ port: 3000 });
      `,
    },
    {
      title: 'exported, and listening at once',
      bad: `
        const fastify = require('fastify');
        const app = fastify({ logger: true });
        //          ^^^^^^^ errors/fastify-default-handler
        module.exports = app;
        app.register(require('./routes'));
        app.listen({ port: 3000 });
        //- routes.js
        module.exports = async (app) => { app.get('/x', async () => work()); };
      `,
    },
    { title: 'a handler of its own', good: `import Fastify from 'fastify'; const app = Fastify(); app.setErrorHandler(onError); app.get('/', h); app.listen({ port: 3000 });` },
    {
      title: 'a plugin sets it',
      good: `
        //- app.js
        import Fastify from 'fastify';
        import { setup } from './setup.js';
        const app = Fastify();
        setup(app);
        app.listen({ port: 3000 });
        //- setup.js
        export function setup(instance) { instance.setErrorHandler((error, request, reply) => reply.code(500).send({ error: 'failed' })); }
      `,
    },
    { title: 'a plugin', good: `import fp from 'fastify-plugin'; export default fp(async (app) => { app.get('/x', h); });` },
    { title: 'nothing is served', good: `import Fastify from 'fastify'; export const build = () => { const app = Fastify(); app.get('/', h); return app; };` },
    { title: 'another framework', good: `import Koa from 'koa'; const app = new Koa(); app.listen(3000);` },
    {
      title: 'only a socket or pipe of this machine',
      good: `
        import Fastify from 'fastify';
        export async function start(socketPath) {
          const app = Fastify();
          app.get('/state', async () => state());
          await app.listen({ path: socketPath });
        }
      `,
    },
  ],
});
