import type { Call, Entry, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { Severity } from '../../findings/finding.js';
import { alternatives } from '../facts/alternatives.js';
import { someValue } from '../facts/walk.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly kind: 'ignored' | 'response' | 'detail' | 'attached' | 'skipping';
  readonly entryAt: At;
}

export default rule<'call', Evidence>({
  meta: {
    id: 'auth/validation-ignored',
    title: 'Invalid requests are let through',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [20],
    severity: 'warning',
    confidence: 'high',
    topics: ['auth'],
    since: '0.1.0',
    leansOn: ['hapi/fail-action', 'fastify/attach-validation', 'fastify/remove-additional'],
    whenNotToUse: 'The handler looks at the outcome of the validation itself, in a form this rule does not see.',
    references: ['https://hapi.dev/api/?v=21#-routeoptionsvalidatefailaction', 'https://fastify.dev/docs/latest/Reference/Validation-and-Serialization/'],
  },
  on: 'call',
  words: ['failaction', 'attachvalidation', 'skipmissingproperties'],
  *detect({ call, step, in: fn }, context) {
    const base = { subject: `${fn.name} validation`, when: step.when };
    if (isHapi(call, context)) for (const item of call.args) yield* inHapi(item.value, undefined, base, context, 0);
    yield* attached(call, base, context);
    if (call.name === 'ValidationPipe' && call.form === 'new' && call.args[0]) {
      const options = call.args[0].value;
      const skips = context.option(options, 'skipMissingProperties');
      if (skips.kind === 'value' && context.constant(skips.value)?.value === true && context.option(options, 'whitelist').kind === 'absent')
        yield { ...base, at: skips.value.at, severity: 'info', evidence: { kind: 'skipping', entryAt: skips.entry.at } };
    }
  },
  explain: ({ kind }) => ({
    message: kind === 'ignored' || kind === 'attached' ? `Requests that fail validation still reach the handler. ${kind === 'ignored' ? "Use 'error'." : 'Look at request.validationError, or remove the option.'}`
      : kind === 'response' ? "Responses that break their schema are sent all the same. Use 'error' outside production at least."
        : kind === 'detail' ? 'The whole text of the validator is sent to the caller, field names and rules included. Answer a plain 400, and log the rest.'
          : 'Requests that leave properties out pass the validation. Remove skipMissingProperties, or allow single properties to be missing.',
    why: 'The schema says what the handler may rely on; where it is not enforced, the handler works on whatever a caller made up.',
    remedy: 'Refuse what does not match.',
  }),
  *fix({ at, evidence: { kind, entryAt } }): Iterable<FixAnswer> {
    if (kind === 'ignored' || kind === 'response') yield { title: "Use 'error'", safety: 'review', changes: [{ do: 'replace', at, code: [{ quote: 'error' }] }] };
    else yield { title: 'Remove the option', safety: 'review', changes: [{ do: 'remove', at: entryAt, as: 'entry' }] };
  },
  examples: [
    {
      title: 'hapi: a payload that may be anything',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: 'POST', path: '/a', options: { validate: { payload: schema, failAction: 'ignore' } }, handler });
        //                                                                                             ^^^^^^^^ auth/validation-ignored "still reach the handler"
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: 'POST', path: '/a', options: { validate: { payload: schema, failAction: 'error' } }, handler });
      `,
    },
    {
      title: 'hapi: for all routes, and for responses',
      bad: `
        const Hapi = require('@hapi/hapi');
        const server = Hapi.server({ routes: { validate: { failAction: 'log' } } });
        //                                                             ^^^^^ auth/validation-ignored "still reach the handler"
        server.route([{ method: 'GET', path: '/a', options: { response: { schema, failAction: 'log' } }, handler }]);
        //                                                                                    ^^^^^ auth/validation-ignored "Responses that break"
      `,
    },
    {
      title: 'hapi: the text of the validator',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({
          routes: { validate: { failAction: (request, h, err) => { throw err; } } },
        //                      ^^^^^^^^^^ auth/validation-ignored "whole text of the validator"
        });
      `,
    },
    {
      title: 'Fastify: an outcome nobody reads',
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.post('/x', { attachValidation: true, schema }, async (request) => save(request.body));
        //                   ^^^^^^^^^^^^^^^^ auth/validation-ignored "request.validationError"
      `,
      fixed: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.post('/x', { schema }, async (request) => save(request.body));
      `,
    },
    {
      title: 'Nest: properties may be missing',
      bad: `
        import { ValidationPipe } from '@nestjs/common';
        export const pipe = new ValidationPipe({ skipMissingProperties: true });
        //                                                              ^^^^ auth/validation-ignored "leave properties out"
      `,
    },
    {
      title: 'hapi: the default, and error',
      good: `
        import Hapi from '@hapi/hapi'; const server = Hapi.server(); server.route({ method: 'POST', path: '/a', options: { validate: { payload: schema } }, handler });
        server.route({ method: 'POST', path: '/b', options: { validate: { payload: schema, failAction: 'error' } }, handler });
      `,
    },
    {
      title: 'hapi: responses are only logged in production',
      good: `
        import Hapi from '@hapi/hapi'; const server = Hapi.server();
        server.route({ method: 'GET', path: '/a', options: { response: { schema, failAction: process.env.NODE_ENV === 'production' ? 'error' : 'log' } }, handler });
      `,
    },
    {
      title: 'hapi: a step that may fail',
      good: `
        import Hapi from '@hapi/hapi'; const server = Hapi.server(); server.route({ method: 'GET', path: '/a', options: { pre: [{ method: load, failAction: 'log' }] }, handler });
      `,
    },
    {
      title: 'hapi: an answer of its own',
      good: `
        import Hapi from '@hapi/hapi'; const server = Hapi.server({ routes: { validate: { failAction: (request, h, err) => { log(err); throw Boom.badRequest('Invalid request'); } } } });
      `,
    },
    {
      title: 'Fastify: the outcome is read',
      good: `
        import Fastify from 'fastify'; const fastify = Fastify();
        fastify.post('/x', { attachValidation: true, schema }, async (request, reply) => { if (request.validationError) return reply.code(400).send(); return save(request.body); });
      `,
    },
    {
      title: 'Fastify: a function that cannot be read',
      good: `
        import Fastify from 'fastify'; import { handler } from './handlers.js'; const fastify = Fastify(); fastify.post('/x', { attachValidation: true, schema }, handler);
      `,
    },
    {
      title: 'Nest: named properties only',
      good: `
        import { ValidationPipe } from '@nestjs/common'; export const pipe = new ValidationPipe({ skipMissingProperties: true, whitelist: true });
        export const other = new ValidationPipe({ disableErrorMessages: true });
      `,
    },
  ],
});

function isHapi(call: Call, context: RuleContext): boolean {
  if (call.name === 'route') return context.endpoints({ file: call.at.path }).some((one) => one.framework === 'hapi');
  return /(^|\.)[sS]erver$/.test(call.callee) && call.target.kind === 'ref' && call.target.root.kind === 'import' && /hapi/.test(call.target.root.from);
}
/** `failAction` under `validate` or `response`, wherever that stands in the options of routes. */
function* inHapi(value: Value, under: 'validate' | 'response' | undefined, base: Pick<Detection<Evidence>, 'subject' | 'when'>, context: RuleContext, depth: number): Iterable<Detection<Evidence>> {
  if (depth > 5) return;
  if (value.kind === 'array') for (const item of value.items) yield* inHapi(item.value, under, base, context, depth + 1);
  if (value.kind !== 'object') return;
  for (const entry of value.entries) {
    if (entry.key === 'failAction' && under) yield* failing(entry, under, base, context);
    else if (entry.key === 'validate' || entry.key === 'response') yield* inHapi(entry.value, entry.key, base, context, depth + 1);
    else if (entry.key === 'options' || entry.key === 'config' || entry.key === 'routes') yield* inHapi(entry.value, undefined, base, context, depth + 1);
  }
}
function* failing(entry: Entry, under: 'validate' | 'response', base: Pick<Detection<Evidence>, 'subject' | 'when'>, context: RuleContext): Iterable<Detection<Evidence>> {
  const severity: Severity = under === 'response' ? 'info' : 'warning';
  for (const { value, at, when } of alternatives(entry.value, context)) {
    if (value.kind === 'literal' && (value.value === 'ignore' || value.value === 'log')) {
      if (at.path === entry.at.path) yield { ...base, at, severity, when: [...(base.when ?? []), ...when], evidence: { kind: under === 'response' ? 'response' : 'ignored', entryAt: entry.at } };
    }
    const body = value.kind === 'function' ? context.body(value.fn) : undefined;
    const [only] = body?.steps ?? [];
    if (!body || under === 'response' || body.steps.length !== 1 || only?.do !== 'throw' || body.at.path !== entry.at.path) continue;
    const isOwn = only.value?.kind === 'ref' && only.value.root.kind === 'parameter' && only.value.root.fn === body.id && only.value.path.length === 0;
    if (isOwn) yield { ...base, at: entry.keyAt, severity: 'info', evidence: { kind: 'detail', entryAt: entry.at } };
  }
}
function* attached(call: Call, base: Pick<Detection<Evidence>, 'subject' | 'when'>, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { value } of call.args) {
    if (value.kind !== 'object') continue;
    const entry = value.entries.find((one) => one.key === 'attachValidation');
    if (!entry || context.constant(entry.value)?.value !== true) continue;
    const [endpoint] = context.endpoints({ file: call.at.path }).filter((one) => one.framework === 'fastify' && one.route.at.mark === call.at.mark);
    const body = endpoint?.handler === undefined ? undefined : context.body(endpoint.handler);
    if (!endpoint || !body) continue;
    const isRead = [endpoint.handler, ...endpoint.route.layers.map((layer) => layer.fn)].some((fn) => {
      const one = fn === undefined ? undefined : context.body(fn);
      return one !== undefined && someValue(one, (part) => part.kind === 'ref' && part.path.includes('validationError'));
    });
    // A function the whole request is handed to may look.
    const isHanded = someValue(body, (part) => part.kind === 'call' && part.args.some((item) => item.value.kind === 'ref' && item.value.root.kind === 'parameter' && item.value.path.length === 0));
    if (!isRead && !isHanded) yield { ...base, at: entry.keyAt, evidence: { kind: 'attached', entryAt: entry.at } };
  }
}
