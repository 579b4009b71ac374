import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import type { Documented, Endpoint } from '../../project/project.js';
import { at } from '../../openapi/schemas.js';
import { isTrue, valueOf } from '../../openapi/values.js';
import { rule, type Change } from '../rule.js';

interface Evidence {
  readonly operation: Operation;
  readonly document: OpenApiDocument;
  readonly how: 'missing' | 'deprecated' | 'older';
  /** The endpoint, where the finding stands in the code. */
  readonly endpoint: Endpoint | undefined;
  /** The path of the newer version that is served beside it. */
  readonly newer: string | undefined;
}

export default rule<'contract', Evidence>({
  meta: {
    id: 'spec/zombie-endpoint',
    title: 'Documented operation that no code serves',
    owasp: ['API9:2019', 'API9:2023'],
    cwe: [1059],
    severity: 'info',
    confidence: 'medium',
    topics: ['inventory'],
    since: '0.1.0',
    whenNotToUse: 'Operations are documented before they are built, or another service answers some of them.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/'],
  },
  on: 'contract',
  words: [],
  *detect(contract) {
    if (contract.side === 'code') {
      const { endpoint, said } = contract;
      const [first] = said.state === 'listed' ? said.operations : [];
      if (!first || !said.operations.every(isDeprecated)) return;
      yield {
        at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, severity: 'hint',
        evidence: { ...first, how: 'deprecated', newer: undefined, endpoint }, related: [{ at: first.operation.methodAt, label: 'deprecated here' }],
      };
      return;
    }
    const { operation, document, served } = contract;
    const base = { at: operation.methodAt, subject: `${operation.method} ${operation.path}` };
    if (served.state === 'missing') {
      yield { ...base, evidence: { operation, document, how: 'missing', newer: undefined, endpoint: undefined } };
      return;
    }
    const [endpoint] = served.endpoints;
    if (served.state !== 'served' || !isDeprecated(contract) || !endpoint) return;
    const { newer } = served;
    yield {
      ...base, severity: newer ? 'warning' : 'hint',
      evidence: { operation, document, how: newer ? 'older' : 'deprecated', newer: newer?.path.text, endpoint: undefined },
      related: [{ at: endpoint.methodAt, label: 'served here' }, ...(newer ? [{ at: newer.methodAt, label: 'its successor' }] : [])],
    };
  },
  explain: ({ operation, document, how, newer, endpoint }) => {
    const name = `${operation.method} ${operation.path}`;
    return {
      message: endpoint
        ? `${document.path} calls ${name} deprecated, and it is still served here: what nobody mends any more stays open. Set a day on which it goes.`
        : how === 'missing'
        ? `${name} is documented but not served here. Remove it on one side, or serve it.`
        : how === 'older'
          ? `${name} is deprecated but still served beside ${newer ?? 'its successor'}: attackers use the old version, which nobody mends any more. Remove it on one side.`
          : `${name} is deprecated but still served. Set a day on which the code goes, too.`,
      why: 'An inventory that is wrong hides what matters: old versions stay open long after the last client has left, and nobody knows who answers what is only written down.',
      remedy: 'Delete the operation from the document, or the route from the code.',
    };
  },
  *fix({ evidence: { operation, document, how } }) {
    if (how !== 'missing') {
      yield { refused: 'The route has to go first, when its last client has left.' };
      return;
    }
    yield { title: `Remove ${operation.method} ${operation.path} from ${document.path}`, safety: 'review', changes: [removal(operation, document)] };
  },
  examples: [
    {
      title: 'an operation no code has',
      bad: `
        //- app.js
        const app = require('express')();
        app.get('/orders', list);
        app.post('/orders', add);
        app.get('/orders/:id', show);
        app.delete('/orders/:id', drop);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders:
            get: { responses: { default: { description: any } } }
            post: { responses: { default: { description: any } } }
          /orders-legacy:
            get: { responses: { default: { description: any } } }
        #   ^^^ spec/zombie-endpoint "GET /orders-legacy is documented but not served here"
          /orders/{id}:
            get: { responses: { default: { description: any } } }
            delete: { responses: { default: { description: any } } }
      `,
      fixed: `
        //- app.js
        const app = require('express')();
        app.get('/orders', list);
        app.post('/orders', add);
        app.get('/orders/:id', show);
        app.delete('/orders/:id', drop);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders:
            get: { responses: { default: { description: any } } }
            post: { responses: { default: { description: any } } }
          /orders/{id}:
            get: { responses: { default: { description: any } } }
            delete: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'the old version is deprecated and lives on beside the new one',
      bad: `
        //- app.js
        const app = require('express')();
        app.get('/v1/export', exportAll);
        //  ^^^ spec/zombie-endpoint "openapi.yaml calls GET /v1/export deprecated, and it is still served here"
        app.get('/v2/export', exportPage);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Export, version: 2.0.0 }
        paths:
          /v1/export:
            get: { deprecated: true, responses: { default: { description: any } } }
        #   ^^^ spec/zombie-endpoint "GET /v1/export is deprecated but still served beside /v2/export"
          /v2/export:
            get: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'deprecated, without a successor',
      bad: `
        //- app.js
        const app = require('express')();
        app.get('/export', exportAll);
        //  ^^^ spec/zombie-endpoint "deprecated, and it is still served here"
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Export, version: 2.0.0 }
        paths:
          /export:
            get: { deprecated: true, responses: { default: { description: any } } }
        #   ^^^ spec/zombie-endpoint "is deprecated but still served"
      `,
    },
    {
      title: 'everything is served: by a parameter, by a catch-all, or by all methods',
      good: `
        //- app.js
        const app = require('express')();
        app.get('/users/:id', show);
        app.all('/orders', orders);
        app.get('/files/*', file);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Users, version: 1.0.0 }
        paths:
          /users/{id}: { get: { responses: { default: { description: any } } } }
          /users/me: { get: { responses: { default: { description: any } } } }
          /orders: { get: { responses: { default: { description: any } } }, put: { responses: { default: { description: any } } } }
          /files/{name}/size: { get: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'some of the code cannot be seen, or another server answers',
      good: `
        //- app.js
        const app = require('express')();
        const { setup } = require('./elsewhere');
        app.get('/orders', list);
        app.post('/orders', add);
        app.get('/orders/:id', show);
        app.delete('/orders/:id', drop);
        setup(app);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        servers: [{ url: 'https://orders.example.com' }]
        paths:
          /orders: { get: { responses: { default: { description: any } } }, post: { responses: { default: { description: any } } } }
          /orders/{id}: { get: { responses: { default: { description: any } } }, delete: { responses: { default: { description: any } } } }
          /legacy: { get: { responses: { default: { description: any } } } }
          /token: { servers: [{ url: 'https://login.example.com' }], post: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'a last route that tells everybody there is no such page serves nothing',
      bad: `
        //- app.js
        const app = require('express')();
        app.get('/orders', list);
        app.get('/orders/:id', show);
        app.all('*', (req, res) => { res.status(404).json({ message: 'There is none.' }); });
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
          /orders/{id}:
            get: { responses: { default: { description: any } } }
            put: { responses: { default: { description: any } } }
        #   ^^^ spec/zombie-endpoint "PUT /orders/{id} is documented but not served here"
      `,
      fixed: `
        //- app.js
        const app = require('express')();
        app.get('/orders', list);
        app.get('/orders/:id', show);
        app.all('*', (req, res) => { res.status(404).json({ message: 'There is none.' }); });
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
          /orders/{id}:
            get: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'an operation for which no function is registered',
      bad: `
        //- app.js
        const app = require('express')();
        const { OpenAPIBackend } = require('openapi-backend');
        const api = new OpenAPIBackend({ definition: './openapi.yaml' });
        api.register({ list: (c, req, res) => res.json([]), add: (c, req, res) => res.sendStatus(201) });
        app.use((req, res) => api.handleRequest(req, req, res));
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders:
            get: { operationId: list, responses: { default: { description: any } } }
            post: { operationId: add, responses: { default: { description: any } } }
            delete: { operationId: drop, responses: { default: { description: any } } }
        #   ^^^^^^ spec/zombie-endpoint "is documented but not served"
      `,
    },
    {
      title: 'a document of which the code serves only a part',
      good: `
        //- app.js
        const app = require('express')();
        app.get('/orders', list);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Shop, version: 1.0.0 }
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
          /users: { get: { responses: { default: { description: any } } } }
          /files: { get: { responses: { default: { description: any } } } }
      `,
    },
  ],
});

function isDeprecated({ operation, document }: Documented): boolean {
  return isTrue(valueOf(at(document, operation.pointer), 'deprecated'));
}
/** Takes the operation out; with its path, where it has no other. */
function removal(operation: Operation, document: OpenApiDocument): Change {
  const { pointer } = operation;
  const isAlone = !document.operations.some((one) => one !== operation && one.section === 'paths' && one.path === operation.path);
  const isWritten = pointer.length === 3 && pointer[0] === 'paths';
  return { do: 'unset', path: document.path, key: isAlone && isWritten ? pointer.slice(0, 2) : pointer };
}
