import { requireLogin } from '../../openapi/changes.js';
import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { placedFix } from '../../openapi/part-places.js';
import { refusalsOnceSecured } from '../../openapi/refusals.js';
import { effective, schemeNames, type Requirement } from '../../openapi/security.js';
import type { Documented, Endpoint } from '../../project/project.js';
import { needsNoGuard } from '../facts/open-design.js';
import { commonGuard, guardFix, isMeantForAll, publicFix } from '../facts/peers.js';
import { meantPublic } from '../facts/public-operation.js';
import { validationOf } from '../facts/validators.js';
import { rule, type Detection, type Fix, type FixAnswer, type RuleContext } from '../rule.js';

type Evidence =
  | { readonly how: 'unguarded' | 'public' | 'right'; readonly endpoint: Endpoint; readonly documented: Documented; readonly needs: string }
  | { readonly how: 'undocumented'; readonly operation: Operation; readonly document: OpenApiDocument; readonly requirement: Requirement | { readonly kind: 'absent' }; readonly guard: string };
const RIGHT = /(^|[^a-z])(admin|superuser|root|owner)/i;

export default rule<'contract', Evidence>({
  meta: {
    id: 'spec/security-mismatch',
    title: 'The document requires login, the code does not',
    owasp: ['API2:2019', 'API5:2019', 'API2:2023', 'API5:2023'],
    cwe: [306, 862],
    severity: 'error',
    confidence: 'medium',
    topics: ['inventory', 'auth'],
    since: '0.1.0',
    whenNotToUse: 'A gateway in front checks what the document says: say `auth: { at: gateway }` in the policy.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/', 'https://spec.openapis.org/oas/v3.1.0#security-requirement-object'],
  },
  on: 'contract',
  words: [],
  *detect(contract, context) {
    if (context.policy('auth').at === 'gateway') return;
    if (contract.side === 'code') {
      if (contract.said.state === 'listed' && !isSecured(contract.endpoint, contract.said.operations, context)) yield* codeSide(contract.endpoint, contract.said.operations, context);
      return;
    }
    const { operation, document, served } = contract;
    const requirement = effective(operation, document);
    const isOpen = requirement.kind === 'none' || (requirement.kind === 'absent' && document.mentionsSecurity);
    if (served.state !== 'served' || !isOpen || !operation.complete || meantPublic(operation, document, context)) return;
    if (!served.endpoints.every((one) => !isSecured(one, [{ operation, document }], context) && one.authentication.state === 'guarded' && one.authentication.likely !== true && !one.route.public)) return;
    const [endpoint] = served.endpoints;
    if (!endpoint) return;
    yield {
      at: operation.methodAt, subject: `${operation.method} ${operation.path}`, severity: 'info',
      evidence: { how: 'undocumented', operation, document, requirement, guard: endpoint.authentication.by?.layer.name ?? 'its handler' },
      related: [{ at: endpoint.methodAt, label: 'served here' }],
    };
  },
  explain: (evidence) => ({
    message: messageOf(evidence),
    why: 'Reviews and tests trust what the document promises: where the code does something else, either callers get in who should not, or clients are built that never log in.',
    remedy: 'Let both say the same: put the check before the handler, or correct the requirement in the document.',
  }),
  *fix({ evidence }, context): Iterable<FixAnswer> {
    if (evidence.how === 'undocumented') {
      const { operation, document, requirement } = evidence;
      const change = requireLogin(operation, document, requirement);
      if (change) yield { title: `${change.title} ${operation.method} ${operation.path}`, safety: 'review', changes: [change.change, ...refusalsOnceSecured([operation], document, 1)] };
      else yield { refused: 'The document defines no scheme that could be required.' };
      return;
    }
    const { endpoint, documented: { operation, document } } = evidence;
    if (evidence.how === 'public') {
      const open: Fix = { title: `Let ${document.path} say that everybody may call it`, safety: 'review', changes: [{ do: 'set', path: document.path, key: [...operation.pointer, 'security'], value: [] }] };
      yield placedFix(open, document);
      return;
    }
    if (evidence.how === 'right') {
      yield { refused: 'Which right callers need is for the author to say.' };
      return;
    }
    const added = promisedGuard(endpoint, context);
    if (added) yield added;
    const open = publicFix(endpoint, context);
    if (open) yield open;
  },
  examples: [
    {
      title: 'a deletion that the document closes and the code leaves open',
      bad: `
        //- app.js
        const express = require('express');
        const { requireJwt } = require('./auth');
        const app = express();
        app.post('/orders', requireJwt, create);
        app.delete('/orders/:id', remove);
        //  ^^^^^^ spec/security-mismatch "openapi.yaml says DELETE /orders/{orderId} needs jwt"
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        security:
          - jwt: []
        paths:
          /orders: { post: { responses: { default: { description: any } } } }
          /orders/{orderId}: { delete: { responses: { default: { description: any } } } }
      `,
      fixed: `
        //- app.js
        const express = require('express');
        const { requireJwt } = require('./auth');
        const app = express();
        app.post('/orders', requireJwt, create);
        app.delete('/orders/:id', requireJwt, remove);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        security:
          - jwt: []
        paths:
          /orders: { post: { responses: { default: { description: any } } } }
          /orders/{orderId}: { delete: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'Next: what the document secures is created by anybody',
      bad: `
        //- app/api/orders/route.ts
        import type { NextRequest } from 'next/server';
        export async function POST(req: NextRequest) { return Response.json(await create(await req.json())); }
        //                    ^^^^ spec/security-mismatch "needs jwt"
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        servers: [{ url: /api }]
        paths:
          /orders: { post: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'the document asks for the right of an administrator',
      bad: `
        //- app.js
        import express from 'express';
        import { requireAuth } from './auth.js';
        const app = express();
        app.get('/reports', requireAuth, list);
        app.delete('/reports/:id', requireAuth, drop);
        //  ^^^^^^ spec/security-mismatch "asks for oauth with reports:admin"
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Reports, version: 1.0.0 }
        paths:
          /reports: { get: { security: [{ oauth: [reports:read] }], responses: { default: { description: any } } } }
          /reports/{id}: { delete: { security: [{ oauth: [reports:admin] }], responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'the code checks, the document says that everybody may',
      bad: `
        //- app.js
        const app = require('express')();
        const { requireJwt } = require('./auth');
        app.get('/orders', requireJwt, list);
        app.get('/orders/:id', requireJwt, show);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders:
            get:
              security: [{ jwt: [] }]
              responses: { default: { description: any } }
          /orders/{id}:
            get:
        #   ^^^ spec/security-mismatch "by 'requireJwt', but the document says that anybody may call GET /orders/{id}"
              responses: { default: { description: any } }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        //- app.js
        const app = require('express')();
        const { requireJwt } = require('./auth');
        app.get('/orders', requireJwt, list);
        app.get('/orders/:id', requireJwt, show);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders:
            get:
              security: [{ jwt: [] }]
              responses: { default: { description: any } }
          /orders/{id}:
            get:
              responses: { default: { description: any } }
              security:
                - jwt: []
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'a validator whose checks of credentials are switched off',
      bad: `
        //- app.js
        const OpenApiValidator = require('express-openapi-validator');
        const app = require('express')();
        app.use(OpenApiValidator.middleware({ apiSpec: 'openapi.yaml', validateSecurity: false, validateResponses: true }));
        app.get('/orders', list);
        app.delete('/orders/:id', remove);
        //  ^^^^^^ spec/security-mismatch "openapi.yaml says DELETE /orders/{id} needs jwt"
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { security: [], responses: { default: { description: any } } } }
          /orders/{id}: { delete: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
        components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
      `,
    },
    {
      title: 'nobody refuses whom the check does not welcome',
      bad: `
        //- app.js
        const app = require('express')();
        const { OpenAPIBackend } = require('openapi-backend');
        const api = new OpenAPIBackend({ definition: './openapi.yaml', handlers: { drop: (c, req, res) => res.sendStatus(204) } });
        //                                                                         ^^^^ spec/security-mismatch
        api.registerSecurityHandler('key', (c) => c.request.headers['x-key'] === process.env.KEY);
        app.use((req, res) => api.handleRequest(req, req, res));
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.0.3
        info: { title: Orders, version: 1.0.0 }
        components: { securitySchemes: { key: { type: apiKey, in: header, name: x-key } } }
        paths:
          /orders: { delete: { operationId: drop, security: [{ key: [] }], responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'both say the same',
      good: `
        //- app.js
        const app = require('express')();
        const { requireJwt } = require('./auth');
        app.get('/orders', list);
        app.delete('/orders/:id', requireJwt, remove);
        app.post('/orders/search', (req, res) => { if (!req.user) return res.status(401).end(); res.json(find(req.body)); });
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { security: [], responses: { default: { description: any } } } }
          /orders/{id}: { delete: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
          /orders/search: { post: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'a validator checks what the document requires',
      good: `
        //- app.js
        import * as OpenApiValidator from 'express-openapi-validator';
        import express from 'express';
        const app = express();
        app.use(OpenApiValidator.middleware({ apiSpec: 'openapi.yaml', validateSecurity: { handlers: { jwt: check } }, validateResponses: true }));
        app.delete('/orders/:id', remove);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders/{id}: { delete: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'Next: the user is asked for, and the refusal is made elsewhere, whether or not its file can be found',
      good: `
        //- package.json
        { "name": "team", "dependencies": { "next": "15.5.12" } }
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Teams, version: 1.0.0 }
        servers: [{ url: /api }]
        paths:
          /teams: { get: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
          /tags: { get: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
        components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
        //- lib/answers.ts
        export const turnAway = () => Response.json({ message: 'Sign in.' }, { status: 401 });
        //- app/api/teams/route.ts
        import { signedInUser } from '@/lib/users';
        import { turnAway } from '@/lib/answers';
        export async function GET(request: Request) {
          const user = await signedInUser(request);
          if (!user) return turnAway();
          return Response.json(await teams(user.id));
        }
        //- app/api/tags/route.ts
        import { currentUser } from '@/lib/users';
        import { noEntry } from '@/lib/refusals';
        export async function GET(request: Request) {
          const user = await currentUser(request);
          if (!user) return noEntry();
          return Response.json(await tags(user.id));
        }
      `,
    },
    {
      title: 'a gateway authenticates, as the policy says',
      good: `
        //- app.js
        const app = require('express')();
        app.delete('/orders/:id', remove);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders/{id}: { delete: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
      `,
      policy: { auth: { at: 'gateway', publicPaths: [], guards: [], roleGuards: [], trustedHeaders: [] } },
    },
    {
      title: 'a prefix nobody knows may be guarded, and anonymous callers may be allowed',
      good: `
        //- orders.js
        const router = require('express').Router();
        router.delete('/orders/:id', remove);
        module.exports = router;
        //- app.js
        const app = require('express')();
        app.get('/orders', list);
        app.listen(3000);
        //- openapi.yaml
        openapi: 3.1.0
        info: { title: Orders, version: 1.0.0 }
        paths:
          /orders: { get: { security: [{ jwt: [] }, {}], responses: { default: { description: any } } } }
          /orders/{id}: { delete: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
      `,
    },
  ],
});

/** A validator checks the credentials the documents ask for. */
function isSecured(endpoint: Endpoint, operations: readonly Documented[], context: RuleContext): boolean {
  return validationOf(endpoint, operations.map(({ document }) => document), context).secures;
}
function* codeSide(endpoint: Endpoint, operations: readonly Documented[], context: RuleContext): Iterable<Detection<Evidence>> {
  const [documented] = operations;
  const all = operations.map(({ operation, document }) => effective(operation, document));
  const requirement = all[0];
  if (!documented || requirement?.kind !== 'required' || !all.every((one) => one.kind === 'required') || endpoint.route.statementAt.mark === 0) return;
  const base = { at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, related: [{ at: documented.operation.methodAt, label: 'required here' }] };
  const needs = requirement.alternatives.map(schemeNames).join(' or ');
  const { authentication, authorization, route } = endpoint;
  if (authentication.state === 'guarded') {
    const rights = requirement.alternatives.map((alternative) => alternative.flatMap((part) => part.scopes.filter((scope) => RIGHT.test(scope)).map((scope) => `${part.scheme} with ${scope}`)));
    const [first] = rights.flat();
    if (first !== undefined && authorization.state === 'open' && endpoint.chainComplete && rights.every((one) => one.length > 0)) yield { ...base, severity: 'warning', evidence: { how: 'right', endpoint, documented, needs: first } };
    return;
  }
  if (authentication.state !== 'open' || !endpoint.chainComplete || route.public || route.unread === true || needsNoGuard(endpoint, context)) return;
  if (isMeantForAll(endpoint, context)) yield { ...base, severity: 'hint', evidence: { how: 'public', endpoint, documented, needs } };
  else yield { ...base, evidence: { how: 'unguarded', endpoint, documented, needs } };
}
function messageOf(evidence: Evidence): string {
  if (evidence.how === 'undocumented') {
    const { operation, guard } = evidence;
    return `The code checks who calls, by '${guard}', but the document says that anybody may call ${operation.method} ${operation.path}. State the requirement in the document.`;
  }
  const { endpoint, documented: { operation, document }, needs } = evidence;
  const name = `${operation.method} ${operation.path}`;
  if (evidence.how === 'right') return `${document.path} asks for ${needs} at ${name}, but the code asks for a login only: every account may call it. Check the right, too.`;
  if (evidence.how === 'public') return `${document.path} says ${name} needs ${needs}, but the code lets everybody call it, as such a path usually does. Say so in the document, or add the check.`;
  return `${document.path} says ${name} needs ${needs}, but no check runs before this handler${endpoint.method === 'all' ? ' of all methods' : ''}. Add it.`;
}

/** The guard that routes around have: of the same router, else of the same application. */
function promisedGuard(endpoint: Endpoint, context: RuleContext): Fix | undefined {
  const all = [...context.endpoints({ scope: endpoint.scope }), ...context.endpoints({ file: endpoint.methodAt.path }).filter((one) => one.app === endpoint.app)];
  const guard = commonGuard(all.filter((one) => one.authentication.state === 'guarded'))?.guard;
  const fix = guard && guardFix(endpoint, guard, context);
  return fix && { ...fix, title: `Add the guard the document promises: ${fix.title.replace(/^Add /, '')}` };
}
