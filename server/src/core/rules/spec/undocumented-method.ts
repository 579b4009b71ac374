import { documentedBy, pathName, unlisted, type Unlisted } from '../facts/contract.js';
import { changing } from '../facts/methods.js';
import { needsNoGuard } from '../facts/open-design.js';
import { listed } from '../facts/prose.js';
import { rule } from '../rule.js';

interface Evidence extends Pick<Unlisted, 'endpoint' | 'place' | 'refused'> {
  readonly methods: readonly string[];
}

export default rule<'contract', Evidence>({
  meta: {
    id: 'spec/undocumented-method',
    title: 'A method of a documented path is missing in the document',
    owasp: ['API9:2019', 'API7:2019', 'API9:2023', 'API8:2023'],
    cwe: [650, 1059],
    severity: 'warning',
    confidence: 'medium',
    topics: ['inventory'],
    since: '0.1.0',
    whenNotToUse: 'The document describes a chosen part of the API on purpose.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/'],
  },
  on: 'contract',
  words: [],
  *detect(contract, context) {
    const found = unlisted(contract, 'method', context);
    if (!found) return;
    const { endpoint, place, operations, refused } = found;
    const methods = [...new Set(operations.map(({ operation }) => operation.method))];
    const isGrave = changing.has(endpoint.method) && endpoint.authentication.state === 'open' && !endpoint.route.public && !needsNoGuard(endpoint, context);
    yield { at: endpoint.methodAt, subject: endpoint.id, evidence: { endpoint, methods, place, refused }, when: endpoint.when, severity: refused ? 'hint' : isGrave ? 'error' : 'warning' };
  },
  explain: ({ endpoint, methods, place, refused }) => ({
    message: `${endpoint.method} ${pathName(endpoint, place)} is served but ${place.document.path} lists only ${listed(methods)}: ${
      refused ? 'only the validator keeps callers from it' : 'nobody who goes by the document tests or guards it'}. Document it or remove it.`,
    why: 'Reviews, tests and gateways follow the document: a method it does not name stands open beside those that are watched.',
    remedy: 'Add the operation to the path, or delete the route.',
  }),
  *fix({ evidence }, context) {
    yield documentedBy(evidence, context);
  },
  examples: [
    {
      title: 'PUT beside the documented GET and POST',
      bad: `
        //- app.js
        const express = require('express');
        const { auth } = require('./auth');
        const app = express();
        app.get('/files', auth, list);
        app.post('/files', auth, add);
        app.put('/files', auth, (req, res) => res.sendStatus(204));
        //  ^^^ spec/undocumented-method "PUT /files is served but openapi.json lists only GET and POST"
        app.listen(3000);
        //- openapi.json
        {
          "openapi": "3.0.3",
          "info": { "title": "Files", "version": "1.0.0" },
          "paths": {
            "/files": {
              "get": { "security": [{ "key": [] }], "responses": { "default": { "description": "Error" } } },
              "post": {
                "security": [{ "key": [] }],
                "responses": { "default": { "description": "Error" } }
              }
            }
          },
          "components": { "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "X-Key" } } }
        }
      `,
      fixed: `
        //- app.js
        const express = require('express');
        const { auth } = require('./auth');
        const app = express();
        app.get('/files', auth, list);
        app.post('/files', auth, add);
        app.put('/files', auth, (req, res) => res.sendStatus(204));
        app.listen(3000);
        //- openapi.json
        {
          "openapi": "3.0.3",
          "info": { "title": "Files", "version": "1.0.0" },
          "paths": {
            "/files": {
              "get": { "security": [{ "key": [] }], "responses": { "default": { "description": "Error" } } },
              "post": {
                "security": [{ "key": [] }],
                "responses": { "default": { "description": "Error" } }
              },
              "put": {
                "security": [
                  {
                    "key": []
                  }
                ],
                "responses": {
                  "204": {
                    "description": "No content"
                  },
                  "401": {
                    "description": "Unauthorized"
                  },
                  "default": {
                    "description": "Error"
                  }
                }
              }
            }
          },
          "components": { "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "X-Key" } } }
        }
      `,
    },
    {
      title: 'Fastify: a change that the document does not name',
      bad: `
        //- app.js
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.get('/files/:id', async (request) => one(request.params.id));
        fastify.patch('/files/:id', async (request) => change(request.params.id, request.body));
        //      ^^^^^ spec/undocumented-method "PATCH /files/{id} is served but api/swagger.yml lists only GET"
        fastify.listen({ port: 3000 });
        //- api/swagger.yml
        swagger: '2.0'
        info: { title: Files, version: 1.0.0 }
        basePath: /files
        paths:
          /{fileId}:
            get:
              parameters:
                - $ref: '#/parameters/fileId'
              responses:
                404: { description: There is none. }
                default: { description: any }
        parameters:
          fileId: { name: fileId, in: path, required: true, type: string, maxLength: 40 }
      `,
      fixed: `
        //- app.js
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.get('/files/:id', async (request) => one(request.params.id));
        fastify.patch('/files/:id', async (request) => change(request.params.id, request.body));
        fastify.listen({ port: 3000 });
        //- api/swagger.yml
        swagger: '2.0'
        info: { title: Files, version: 1.0.0 }
        basePath: /files
        paths:
          /{fileId}:
            get:
              parameters:
                - $ref: '#/parameters/fileId'
              responses:
                404: { description: There is none. }
                default: { description: any }
            patch:
              parameters:
                - $ref: '#/parameters/fileId'
              responses:
                200:
                  description: OK
                  schema:
                    type: object
                    additionalProperties: false
                    properties: {}
                404:
                  description: There is none.
                default:
                  description: any
        parameters:
          fileId: { name: fileId, in: path, required: true, type: string, maxLength: 40 }
      `,
    },
    {
      title: 'HEAD and OPTIONS go without saying',
      good: `
        //- app.js
        const app = require('express')();
        app.get('/files', list);
        app.head('/files', head);
        app.options('/files', options);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Files, version: 1.0.0 }
        paths:
          /files: { get: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'the methods of a path stand in a file nobody has, or are answered as one',
      good: `
        //- app.js
        const app = require('express')();
        app.get('/files', list);
        app.put('/files', put);
        app.get('/users', users);
        app.all('/users', (req, res) => res.sendStatus(405));
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Files, version: 1.0.0 }
        paths:
          /files: { $ref: ./paths/files.yaml }
          /users: { get: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'the second of two documents has the method',
      good: `
        //- app.js
        const app = require('express')();
        app.get('/files', list);
        app.delete('/files', drop);
        app.listen(3000);
        //- public.yaml
        openapi: 3.0.3
        info: { title: Files, version: 1.0.0 }
        paths:
          /files: { get: { responses: { default: { description: any } } } }
        //- internal.yaml
        openapi: 3.0.3
        info: { title: Files, version: 1.0.0 }
        paths:
          /files: { delete: { responses: { default: { description: any } } } }
      `,
    },
  ],
});
