import type { Call, Value } from '../../model/value.js';
import type { Branch, ModuleView } from '../../model/module.js';
import type { Endpoint } from '../../project/project.js';
import { sensitivePath } from '../facts/paths.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly how: 'responses' | 'requests' | 'security' | 'schema';
  /** The value to replace, or the options to add to. */
  readonly value: Value | undefined;
  readonly options: Value | undefined;
  readonly path: string | undefined;
}
const VALIDATOR = /^express-openapi-validator\.(default\.)?(middleware|OpenApiValidator)$/;
const OPTIONS = [
  ['validateResponses', 'responses', 'hint'],
  ['validateRequests', 'requests', 'warning'],
  ['validateSecurity', 'security', 'info'],
] as const;

export default rule<'module', Evidence>({
  meta: {
    id: 'spec/no-response-validation',
    title: 'Responses are not checked against the document',
    owasp: ['API3:2019', 'API3:2023'],
    cwe: [20],
    severity: 'hint',
    confidence: 'medium',
    topics: ['inventory'],
    since: '0.1.0',
    whenNotToUse: 'Responses are checked in tests, and checking them on every request costs too much.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/'],
  },
  on: 'module',
  words: ['openapi', 'fastify', 'schema'],
  *detect(module, context) {
    for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
      if (step.do === 'call' && VALIDATOR.test(step.call.callee)) yield* validatorOf(step.call, step.when, context);
    }
    for (const endpoint of context.endpoints({ file: module.path })) if (endpoint.methodAt.path === module.path) yield* schemaOf(endpoint, module, context);
  },
  explain: ({ how, path }) => ({
    message: {
      responses: 'Extra fields in responses go unnoticed, since responses are not held against the document. Set validateResponses: true.',
      requests: 'Requests are not held against the document: what it forbids reaches the handlers. Leave validateRequests on.',
      security: 'The security that the document requires is not checked here, so each route needs a check of its own. Give validateSecurity its handlers.',
      schema: `${path ?? 'The route'} has a schema for what comes in and none for what goes out: fields nobody meant to show are sent. Add a schema for its responses.`,
    }[how],
    why: 'A model that grows a field shows it to every client, unless something holds the answer against what was promised.',
    remedy: 'Let the framework check or cut responses by the schema that describes them.',
  }),
  *fix({ evidence: { how, value, options } }): Iterable<FixAnswer> {
    const name = how === 'requests' ? 'validateRequests' : 'validateResponses';
    if (how === 'schema') yield { refused: 'Which fields the response has is for its author to say.' };
    else if (how === 'security') yield { refused: 'Which function checks which scheme is for the author to say.' };
    else if (value) yield { title: `Set ${name}: true`, safety: 'review', changes: [{ do: 'replace', at: value.at, code: ['true'] }] };
    else if (options?.kind === 'object') yield { title: `Add ${name}: true`, safety: 'review', changes: [{ do: 'insert', at: options.at, where: 'entry-last', code: [`${name}: true`] }] };
    else yield { refused: 'The options stand elsewhere.' };
  },
  examples: [
    {
      title: 'the default checks requests only',
      bad: `
        import * as OpenApiValidator from 'express-openapi-validator';
        app.use(OpenApiValidator.middleware({ apiSpec: './openapi.yaml' }));
        //                       ^^^^^^^^^^ spec/no-response-validation "Set validateResponses: true"
      `,
      fixed: `
        import * as OpenApiValidator from 'express-openapi-validator';
        app.use(OpenApiValidator.middleware({ apiSpec: './openapi.yaml', validateResponses: true }));
      `,
    },
    {
      title: 'checks are switched off',
      bad: `
        const OpenApiValidator = require('express-openapi-validator');
        const options = { apiSpec, validateRequests: false, validateResponses: false, validateSecurity: false };
        //                                           ^^^^^ spec/no-response-validation "what it forbids reaches the handlers"
        //                                                                     ^^^^^ spec/no-response-validation
        //                                                                                              ^^^^^ spec/no-response-validation
        app.use(OpenApiValidator.middleware(options));
      `,
      fixed: `
        const OpenApiValidator = require('express-openapi-validator');
        const options = { apiSpec, validateRequests: true, validateResponses: false, validateSecurity: false };
        app.use(OpenApiValidator.middleware(options));
      `,
    },
    {
      title: 'Fastify: what comes in has a schema, accounts that go out have none',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/users/:id', { schema: { params: { type: 'object', properties: { id: { type: 'string' } } } } }, async (request) => users.one(request.params.id));
        //                      ^^^^^^ spec/no-response-validation "GET /users/{id} has a schema for what comes in"
        app.listen({ port: 3000 });
      `,
    },
    {
      title: 'responses are checked, or outside production',
      good: `
        import * as OpenApiValidator from 'express-openapi-validator';
        app.use(OpenApiValidator.middleware({ apiSpec, validateRequests: true, validateResponses: true }));
        app.use(OpenApiValidator.middleware({ apiSpec, validateResponses: process.env.NODE_ENV !== 'production' }));
        app.use(OpenApiValidator.middleware({ apiSpec, validateResponses: { removeAdditional: 'failing' } }));
        app.use(OpenApiValidator.middleware(settings));
        app.use(OpenApiValidator.middleware({ ...settings }));
      `,
    },
    {
      title: 'Fastify: a schema for what goes out, and routes without any',
      good: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/users/:id', { schema: { response: { 200: { type: 'object', properties: { name: { type: 'string' } } } } } }, async (request) => users.one(request.params.id));
        app.get('/orders', async () => orders.all());
        app.get('/accounts', { schema: accounts }, async () => list());
        app.get('/colours', { schema: { querystring: {} } }, async () => colours);
        app.listen({ port: 3000 });
      `,
    },
  ],
});

function* validatorOf(call: Call, when: readonly Branch[], context: RuleContext): Iterable<Detection<Evidence>> {
  const given = call.args[0];
  const options = given && !given.spread ? context.resolve(given.value).value : undefined;
  if (options?.kind !== 'object') return;
  for (const [key, how, severity] of OPTIONS) {
    const answer = context.option(options, key);
    const shared = { subject: key, severity, when };
    if (answer.kind === 'absent' && how === 'responses') yield { ...shared, at: call.nameAt, evidence: { how, value: undefined, options: options.at.path === call.at.path ? options : undefined, path: undefined } };
    if (answer.kind !== 'value') continue;
    const isOff = context.constant(answer.value)?.value === false;
    if (isOff) yield { ...shared, at: answer.value.at, evidence: { how, value: answer.value.kind === 'literal' ? answer.value : undefined, options: undefined, path: undefined } };
  }
}
/** A Fastify route that describes what it takes and not what it gives. */
function* schemaOf(endpoint: Endpoint, module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  if (endpoint.framework !== 'fastify' || endpoint.method === 'HEAD' || !sensitivePath(endpoint.path.text) || !endpoint.route.options) return;
  const answer = context.option(endpoint.route.options, 'schema');
  const schema = answer.kind === 'value' ? answer.resolved.value : undefined;
  if (answer.kind !== 'value' || schema?.kind !== 'object' || schema.open || context.option(schema, 'response').kind !== 'absent') return;
  const at = answer.entry.keyAt;
  if (at.path !== module.path || !DESCRIBES.some((key) => context.option(schema, key).kind === 'value')) return;
  yield { at, subject: endpoint.id, when: endpoint.when, evidence: { how: 'schema', value: undefined, options: undefined, path: `${endpoint.method} ${endpoint.path.text}` } };
}
const DESCRIBES = ['body', 'querystring', 'query', 'params', 'headers'];
