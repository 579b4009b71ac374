import type { Example } from '../rule.js';

/** Headers that are switched off for a page, and names of software that are never sent: headers/protection-disabled. */
export const headersOffExamples: readonly Example[] = [
  {
    title: 'switched off for the page of the documentation, which keeps a policy of its own',
    bad: `
      import express from 'express';
      import helmet from 'helmet';
      import swaggerUi from 'swagger-ui-express';
      const app = express();
      app.use(helmet({ contentSecurityPolicy: false }));
      //                                      ^^^^^ headers/protection-disabled
      app.use('/api-docs', swaggerUi.serve, swaggerUi.setup(document));
      app.listen(3000);`,
    fixed: `
      import express from 'express';
      import helmet from 'helmet';
      import swaggerUi from 'swagger-ui-express';
      const app = express();
      app.use(helmet());
      app.use('/api-docs', helmet.contentSecurityPolicy({ directives: { scriptSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:', 'https:'] } }));
      app.use('/api-docs', swaggerUi.serve, swaggerUi.setup(document));
      app.listen(3000);`,
  },
  {
    title: 'nobody names the software',
    good: `
      //- api.js
      const fastify = require('fastify')();
      fastify.register(require('@fastify/helmet'), { hidePoweredBy: false });
      //- shop.js
      const express = require('express'); const helmet = require('helmet'); const app = express();
      app.use(helmet({ xPoweredBy: false })); app.disable('x-powered-by'); app.listen(80);`,
  },
];
