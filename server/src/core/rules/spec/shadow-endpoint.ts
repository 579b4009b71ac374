import type { Endpoint } from '../../project/project.js';
import { documentedBy, isOfOperators, pathName, unlisted, type Unlisted } from '../facts/contract.js';
import { changing, methodName } from '../facts/methods.js';
import { rule, type RuleContext } from '../rule.js';

type Evidence = Pick<Unlisted, 'endpoint' | 'place' | 'refused'>;

export default rule<'contract', Evidence>({
  meta: {
    id: 'spec/shadow-endpoint',
    title: 'The code serves a route the API document does not list',
    owasp: ['API9:2019', 'API9:2023'],
    cwe: [1059, 912],
    severity: 'warning',
    confidence: 'medium',
    topics: ['inventory'],
    since: '0.1.0',
    whenNotToUse: 'The document describes a chosen part of the API on purpose: say which documents count with `spec` in the policy, or switch the rule off.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/', 'https://cwe.mitre.org/data/definitions/1059.html'],
  },
  on: 'contract',
  words: [],
  *detect(contract, context) {
    const found = unlisted(contract, 'path', context);
    if (!found) return;
    const { endpoint, place, refused } = found;
    const isGrave = endpoint.authentication.state === 'open' && (changing.has(endpoint.method) || isOfOperators(endpoint));
    yield { at: placeOf(endpoint, context), subject: endpoint.id, evidence: { endpoint, place, refused }, when: endpoint.when, severity: refused ? 'hint' : isGrave ? 'error' : 'warning' };
  },
  explain: ({ endpoint, place, refused }) => ({
    message: `${methodName(endpoint)} ${pathName(endpoint, place)} is not in ${place.document.path}: ${refused ? 'only the validator keeps callers from it' : 'it escapes review, tests and gateways'}. Document it or remove it.`,
    why: 'What no inventory lists is not tested, not monitored and not retired: attackers look for such endpoints first.',
    remedy: 'Add the operation to the document with its security and its errors, or delete the route.',
  }),
  *fix({ evidence }, context) {
    if (evidence.endpoint.method === 'all') yield { refused: 'A document lists methods one by one: say first which ones the route is for.' };
    else yield documentedBy(evidence, context);
  },
  examples: [
    {
      title: 'a forced refund nobody listed',
      bad: `
        //- app.js
        const express = require('express');
        const { auth } = require('./auth');
        const app = express();
        app.get('/orders', auth, list);
        app.get('/orders/:id', auth, show);
        app.post('/orders/:orderId/force-refund', auth, (req, res) => res.json({ refunded: true }));
        //       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ spec/shadow-endpoint "POST /orders/{orderId}/force-refund is not in openapi.yaml"
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        security:
          - jwt: []
        paths:
          /orders:
            get:
              responses:
                default: { description: Error }
          /orders/{id}:
            # one order
            get:
              parameters:
                - { name: id, in: path, required: true, schema: { type: string, maxLength: 40 } }
              responses:
                '401': { description: Log in first. }
                default: { description: Error }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        //- app.js
        const express = require('express');
        const { auth } = require('./auth');
        const app = express();
        app.get('/orders', auth, list);
        app.get('/orders/:id', auth, show);
        app.post('/orders/:orderId/force-refund', auth, (req, res) => res.json({ refunded: true }));
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        security:
          - jwt: []
        paths:
          /orders:
            get:
              responses:
                default: { description: Error }
          /orders/{id}:
            # one order
            get:
              parameters:
                - { name: id, in: path, required: true, schema: { type: string, maxLength: 40 } }
              responses:
                '401': { description: Log in first. }
                default: { description: Error }
          /orders/{id}/force-refund:
            post:
              parameters:
                - name: id
                  in: path
                  required: true
                  schema:
                    type: string
                    maxLength: 40
              responses:
                '200':
                  description: OK
                  content:
                    application/json:
                      schema:
                        type: object
                        additionalProperties: false
                        properties:
                          refunded: {}
                '401':
                  description: Log in first.
                '404':
                  description: Not Found
                default:
                  description: Error
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'Next: an export beside the documented ones',
      bad: `
        //- app/api/orders/route.ts
        import type { NextRequest } from 'next/server';
        export async function GET(req: NextRequest) { return Response.json(await list()); }
        export async function POST(req: NextRequest) { return Response.json(await add(await req.json())); }
        //- app/api/cache/route.ts
        import type { NextRequest } from 'next/server';
        export async function DELETE(req: NextRequest) { await flush(); return Response.json({ ok: true }); }
        //                    ^^^^^^ spec/shadow-endpoint "DELETE /api/cache is not in docs/openapi.json"
        //- docs/openapi.json
        { "openapi": "3.1.0", "info": { "title": "Orders", "version": "1" }, "servers": [{ "url": "https://example.com/api" }],
          "paths": { "/orders": { "get": { "responses": { "default": { "description": "any" } } }, "post": { "responses": { "default": { "description": "any" } } } } } }
      `,
    },
    {
      title: 'a validator that lets through what the document lacks',
      bad: `
        //- app.js
        const express = require('express');
        const OpenApiValidator = require('express-openapi-validator');
        const app = express();
        app.use(OpenApiValidator.middleware({ apiSpec: 'openapi.yaml', validateResponses: true, ignoreUndocumented: true }));
        app.get('/orders', list);
        app.post('/orders', add);
        app.get('/export', dump);
        //      ^^^^^^^^^ spec/shadow-endpoint "escapes review"
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } }, post: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'a validator keeps callers from what the document lacks',
      bad: `
        //- app.js
        const express = require('express');
        const OpenApiValidator = require('express-openapi-validator');
        const app = express();
        app.use(OpenApiValidator.middleware({ apiSpec: 'openapi.yaml', validateResponses: true, validateRequests: true }));
        app.get('/orders', list);
        app.post('/orders', add);
        app.get('/export', dump);
        //      ^^^^^^^^^ spec/shadow-endpoint "only the validator keeps callers from it"
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } }, post: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'paths that the validator passes over on purpose',
      good: `
        //- app.js
        const express = require('express');
        const OpenApiValidator = require('express-openapi-validator');
        const app = express();
        app.use(OpenApiValidator.middleware({ apiSpec: 'openapi.yaml', validateResponses: true, ignorePaths: /^\\/(internal|export)/ }));
        app.get('/orders', list);
        app.post('/orders', add);
        app.get('/export', dump);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } }, post: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'every route is listed, whatever the parameters are called and wherever the base stands',
      good: `
        //- src/app.js
        const express = require('express');
        const app = express();
        const orders = express.Router();
        orders.get('/', list);
        orders.get('/:orderId/', show);
        orders.get('/:orderId/files/*', file);
        app.use('/api/v1/orders', orders);
        app.get('/healthz', (req, res) => res.json({ ok: true }));
        app.get('/docs', (req, res) => res.json(spec));
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        servers: [{ url: 'https://{host}/api/{version}', variables: { host: { default: example.com }, version: { default: v1 } } }]
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
          /orders/{id}: { get: { responses: { default: { description: any } } } }
          /orders/{id}/files/{path}: { get: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'a document of another API that is called from here',
      good: `
        //- app.js
        const app = require('express')();
        app.get('/orders', list);
        app.post('/orders', add);
        app.get('/invoices', invoices);
        app.listen(3000);
        //- clients/payments.yaml
        openapi: 3.0.3
        info: { title: Payments, version: 1.0.0 }
        paths:
          /charges: { get: { responses: { default: { description: any } } } }
          /refunds: { get: { responses: { default: { description: any } } } }
          /orders: { get: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'a route beside those that are made from operations of the document',
      bad: `
        //- app.js
        import express from 'express';
        import { OpenAPIBackend } from 'openapi-backend';
        const api = new OpenAPIBackend({ definition: './openapi.yaml', handlers: { list: (c, req, res) => res.json([]) } });
        const app = express();
        app.post('/hooks', take);
        //       ^^^^^^^^ spec/shadow-endpoint "POST /hooks"
        app.use((req, res) => api.handleRequest(req, req, res));
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { operationId: list, responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'pages, and routes made from operations by functions nobody can tell',
      good: `
        //- web/app.js
        const app = require('express')();
        app.get('/orders', list);
        app.get('/about', (req, res) => res.render('about'));
        app.listen(3000);
        //- web/openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
        //- backend/app.js
        import express from 'express';
        import { OpenAPIBackend } from 'openapi-backend';
        const api = new OpenAPIBackend({ definition: './openapi.yaml', handlers: handlersOf('operations') });
        const app = express();
        app.get('/orders', list);
        app.post('/hooks', take);
        app.use((req, res) => api.handleRequest(req, req, res));
        app.listen(3000);
        //- backend/openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { operationId: list, responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'two documents are one contract, and the prefix nobody can tell claims nothing',
      good: `
        //- src/app.js
        const express = require('express');
        const { base } = require('./settings');
        const app = express();
        app.get('/users', users);
        app.get('/orders', orders);
        app.get(base + '/other', other);
        app.listen(3000);
        //- docs/users.yaml
        openapi: 3.0.3
        info: { title: Users, version: 1.0.0 }
        paths:
          /users: { get: { responses: { default: { description: any } } } }
        //- docs/orders.yaml
        swagger: '2.0'
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
      `,
    },
  ],
});

/** The path, unless it stands elsewhere or for routes of other methods, too. */
function placeOf(endpoint: Endpoint, context: RuleContext): Endpoint['methodAt'] {
  const { pathAt, methodAt } = endpoint;
  if (pathAt?.path !== methodAt.path) return methodAt;
  const isShared = context.endpoints({ file: methodAt.path }).some((one) => one.pathAt?.path === pathAt.path && one.pathAt.mark === pathAt.mark && one.methodAt.mark !== methodAt.mark);
  return isShared ? methodAt : pathAt;
}
