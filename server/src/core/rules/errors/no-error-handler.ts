import type { Scope } from '../../project/project.js';
import { reachable } from '../facts/listening.js';
import type { At } from '../../text/source.js';
import { rule, type FixAnswer } from '../rule.js';

export default rule<'scope', { readonly scope: Scope; readonly before: At | undefined }>({
  meta: {
    id: 'errors/no-error-handler',
    title: 'Production safety depends on NODE_ENV alone',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [209],
    severity: 'info',
    confidence: 'high',
    topics: ['error-leak'],
    since: '0.1.0',
    leansOn: ['express/stack-outside-production', 'express4/stack-outside-production'],
    whenNotToUse: 'Every place that starts the application sets NODE_ENV to production, outside of this project.',
    references: ['https://expressjs.com/en/guide/error-handling.html', 'https://expressjs.com/en/advanced/best-practice-performance.html#set-node_env-to-production'],
  },
  on: 'scope',
  words: ['express'],
  *detect(scope, context) {
    if (scope.framework !== 'express' || scope.kind !== 'application' || !scope.root || scope.serves.length === 0 || !scope.complete) return;
    if (context.endpoints({ scope: scope.id }).length === 0 && !scope.order.some((one) => one.kind === 'mount')) return;
    if (scope.layers.some(({ layer }) => layer.phase === 'error' || /err(or)?s?(_?handl\w+)?$|sentry|boom|celebrate/i.test(layer.name)) || context.projectUses('production')) return;
    const where = reachable(scope, context);
    if (where === 'socket') return;
    const [serves] = scope.serves;
    const before = serves && context.pathOf(serves) === context.pathOf(scope.at) ? serves : undefined;
    yield { at: scope.nameAt, subject: `${scope.binding ?? 'express'} error handler`, evidence: { scope, before }, when: [], ...(where === 'loopback' ? { severity: 'hint' } : {}) };
  },
  explain: () => ({
    message: "Express prints stack traces to clients unless NODE_ENV is exactly 'production'. Add an error handler.",
    why: 'An unset, misspelled or staging NODE_ENV shows file paths and library internals to everyone who can cause an error.',
    remedy: 'Add an error handler with four parameters behind the last route.',
  }),
  *fix({ evidence: { scope, before } }): Iterable<FixAnswer> {
    if (scope.binding === undefined || !before) {
      yield { refused: 'Where the last route is registered cannot be told from this file.' };
      return;
    }
    const code = [`${scope.binding}.use((err, req, res, next) => {\n  console.error(err);\n  res.status(500).json({ error: `, { quote: 'Internal server error' }, ' });\n});'];
    yield { title: 'Add an error handler', safety: 'review', changes: [{ do: 'insert', at: before, where: 'line-before', code }] };
  },
  examples: [
    {
      title: 'no error handler',
      bad: `
        import express from 'express';
        const app = express();
        //          ^^^^^^^ errors/no-error-handler "unless NODE_ENV is exactly"
        app.get('/', h);
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.get('/', h);
        app.use((err, req, res, next) => {
          console.error(err);
          res.status(500).json({ error: 'Internal server error' });
        });
        app.listen(3000);
      `,
    },
    {
      title: 'a server made by hand, and a router',
      bad: `
        const http = require('http');
        const express = require('express');
        const app = express();
        //          ^^^^^^^ errors/no-error-handler
        const api = express.Router();
        api.get('/', h);
        app.use('/api', api);
        http.createServer(app).listen(80);
      `,
    },
    { title: 'an error handler', good: `import express from 'express'; const app = express(); app.get('/', h); app.use((err, req, res, next) => res.sendStatus(500)); app.listen(3000);` },
    {
      title: 'an error handler of another file or package',
      good: `
        //- app.js
        import express from 'express';
        import { onFailure } from './failures.js';
        const app = express();
        app.get('/', h);
        app.use(onFailure);
        app.listen(3000);
        //- other.js
        import express from 'express';
        import * as Sentry from '@sentry/node';
        const other = express();
        other.get('/', h);
        other.use(Sentry.Handlers.errorHandler());
        other.listen(3001);
        //- failures.js
        export function onFailure(err, req, res, next) { res.sendStatus(500); }
      `,
    },
    { title: 'the environment is set where it is started', good: `
        //- package.json
        { "scripts": { "start": "NODE_ENV=production node app.js" } }
        //- app.js
        import express from 'express';
        const app = express();
        app.get('/', h);
        app.listen(3000);
      ` },
    { title: 'a sub-application', good: `import express from 'express';\nconst app = express(); const sub = express(); sub.get('/', h); app.use('/sub', sub); app.use((err, req, res, next) => res.sendStatus(500)); app.listen(3000);` },
    { title: 'somebody else sets it up', good: `import express from 'express'; import { setup } from './setup'; const app = express(); app.get('/', h); setup(app); app.listen(3000);` },
    { title: 'nothing is served', good: `import express from 'express'; export const app = express(); app.get('/', h);` },
    { title: 'the program sets the environment itself', good: `
        //- server.js
        if (!process.env.NODE_ENV) process.env.NODE_ENV = 'production';
        const { start } = require('./app');
        start();
        //- app.js
        const express = require('express');
        exports.start = () => { const app = express(); app.get('/', h); app.listen(3000); };
      ` },
    { title: 'or where nobody else did, and it listens on a socket', good: `
        //- main.js
        import express from 'express';
        process.env.NODE_ENV ??= 'production';
        const app = express();
        app.get('/', h);
        app.listen(3000);
      ` },
    { title: 'only a socket of this machine', good: `
        //- agent.js
        import http from 'node:http';
        import express from 'express';
        const app = express();
        app.get('/', h);
        const server = http.createServer(app);
        server.listen('/run/agent.sock');
        //- other.js
        import express from 'express';
        const other = express();
        other.get('/', h);
        other.listen({ path: SOCKET });
      ` },
    {
      title: 'a build script sets the environment of the build',
      bad: `
        //- tasks/build.js
        process.env.NODE_ENV = 'production';
        const webpack = require('webpack');
        webpack(config).run();
        //- app.js
        const express = require('express');
        const app = express();
        //          ^^^^^^^ errors/no-error-handler
        app.get('/', h);
        app.listen(3000);
      `,
    },
    {
      title: 'the package that makes the application answers its errors',
      good: `
        //- package.json
        { "dependencies": { "oas3-tools": "2.2.3" } }
        //- index.js
        const http = require('http');
        const oas3Tools = require('oas3-tools');
        const app = oas3Tools.expressAppConfig('api/openapi.yaml', { routing: { controllers: './controllers' } }).getApp();
        http.createServer(app).listen(8080);
        //- controllers/pets.js
        module.exports.list = function list (req, res) { res.json([]); };
        //- api/openapi.yaml
        openapi: 3.0.3
        info: { title: Pets, version: 1.0.0 }
        paths:
          /pets: { get: { operationId: list, x-swagger-router-controller: pets, responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'an application that a class makes for routes of development alone',
      good: `
        //- app.js
        const express = require('express');
        const app = express();
        if (process.env.NODE_ENV !== 'production') app.use('/try', require('./try')());
        app.use((err, req, res, next) => { res.sendStatus(500); });
        app.listen(3000);
        //- try.js
        const express = require('express');
        const Starter = require('./starter');
        module.exports = function tries() {
          const router = express.Router();
          const starter = new Starter();
          router.post('/start', async (req, res) => res.json({ port: await starter.start(8080) }));
          return router;
        };
        //- starter.js
        const express = require('express');
        class Starter {
          async start(port) {
            const app = express();
            app.get('/', (req, res) => res.send('hello'));
            app.listen(port);
            return port;
          }
        }
        module.exports = Starter;
      `,
    },
  ],
});
