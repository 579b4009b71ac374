import type { Layer } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { links } from '../../project/project.js';
import { calledModule } from '../facts/imported.js';
import { someValue } from '../facts/walk.js';
import { handedAs } from '../facts/handed.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly through: string;
  /** It does so for GET as well, which a link can be. */
  readonly any: boolean;
  /** Undefined where the method is only read so. */
  readonly statementAt: At | undefined;
}
const PACKAGES = /^(method-override|koa-methodoverride|koa-override|koa-method-override)$/;

export default rule<'function', Evidence>({
  meta: {
    id: 'methods/method-override',
    title: 'A POST can be turned into any method',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [650],
    severity: 'warning',
    confidence: 'high',
    topics: ['method'],
    since: '0.1.0',
    leansOn: ['method-override/post'],
    whenNotToUse: 'The application renders HTML forms that need PUT and DELETE, and checks each of them against forgery.',
    references: ['https://expressjs.com/en/resources/middleware/method-override.html'],
  },
  on: 'function',
  words: ['override', '.method'],
  *detect(fn, context) {
    let isSet = false;
    for (const step of fn.steps) {
      const base = { when: step.when, subject: `${fn.name} method` };
      if (step.do === 'call' && isOverride(step.call)) {
        const any = anyMethod(step.call, context);
        yield {
          ...base, at: step.call.nameAt, confidence: 'high', severity: any ? 'error' : passesBy(step.call, context) ? 'warning' : isOfForms(step.call, context) ? 'hint' : 'info',
          evidence: { through: throughOf(step.call, context), any, statementAt: step.statementAt },
        };
      }
      if (step.do !== 'assign' || step.target.path.at(-1) !== 'method' || !isAsked({ ...step.target, path: step.target.path.slice(0, -1) }, context)) continue;
      const source = sourceIn(step.value, context, 0);
      if (source) isSet = true;
      if (source) yield { ...base, at: step.target.at, confidence: 'high', severity: 'warning', evidence: { through: source, any: false, statementAt: step.statementAt } };
    }
    const chosen = isSet ? undefined : chosenMethod(fn, context);
    if (chosen) yield { at: chosen.at, subject: `${fn.name} method`, confidence: 'high', severity: 'warning', evidence: { through: chosen.through, any: false, statementAt: undefined } };
  },
  explain: ({ through, any }) => ({
    message: `Callers can turn ${any ? 'any request, a link too,' : 'POST'} into PUT or DELETE with ${through}, past any method filter in front. Remove it; fetch can send every method itself.`,
    why: 'A firewall or gateway that lets only GET and POST through sees a POST; the application runs a DELETE.',
    remedy: 'Take it away; where HTML forms need it, let it stand behind a check against forgery.',
  }),
  *fix({ evidence: { statementAt } }): Iterable<FixAnswer> {
    if (statementAt === undefined) yield { refused: 'What is to be left of the expression is for the author to say.' };
    else yield { title: 'Remove it', safety: 'review', changes: [{ do: 'remove', at: statementAt, as: 'statement' }] };
  },
  examples: [
    {
      title: 'a header says the method',
      bad: `
        import express from 'express';
        import methodOverride from 'method-override';
        const app = express();
        app.use(methodOverride('X-HTTP-Method-Override'));
        //      ^^^^^^^^^^^^^^ methods/method-override "with the header X-HTTP-Method-Override"
        app.delete('/posts/:id', remove);
      `,
      fixed: `
        import express from 'express';
        import methodOverride from 'method-override';
        const app = express();
        app.delete('/posts/:id', remove);
      `,
    },
    {
      title: 'a query parameter, for every method',
      bad: `
        const express = require('express');
        const methodOverride = require('method-override');
        const app = express();
        app.use(methodOverride('_method', { methods: null }));
        //      ^^^^^^^^^^^^^^ methods/method-override "any request, a link too, into PUT or DELETE with the query parameter _method"
      `,
    },
    {
      title: 'as a compiler writes it',
      bad: `
        "use strict";
        var _express = _interopRequireDefault(require("express"));
        var _methodOverride = _interopRequireDefault(require("method-override"));
        function _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }
        const app = (0, _express.default)();
        app.use((0, _methodOverride.default)());
        //                          ^^^^^^^ methods/method-override
      `,
    },
    {
      title: 'written by hand',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          req.method = req.query._method ?? req.method;
        //^^^^^^^^^^ methods/method-override "the query parameter _method"
          next();
        });
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          next();
        });
      `,
    },
    {
      title: 'Koa: looked up first, then put into capitals',
      bad: `
        import Koa from 'koa';
        const HEADER = 'x-method-override';
        const app = new Koa();
        app.use(async (ctx, next) => {
          const wanted = ctx.get(HEADER) || ctx.query._method;
          if (wanted) ctx.method = String(wanted).toUpperCase();
        //            ^^^^^^^^^^ methods/method-override "the header x-method-override"
          await next();
        });
        app.listen(process.env.PORT);
      `,
    },
    {
      title: 'a table of handlers that is asked for another method than the request has',
      bad: `
        import { createServer } from 'node:http';
        createServer((req, res) => {
          const verb = req.headers['x-http-method-override'] || req.method;
          //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ methods/method-override "the header x-http-method-override"
          if (verb === 'DELETE') return res.end(removed());
          res.end(shown());
        }).listen(process.env.PORT);
      `,
    },
    {
      title: 'the method a preflight asks for, and the one a proxy tells of',
      good: `
        import { createServer } from 'node:http';
        createServer((req, res) => {
          const asked = req.headers['access-control-request-method'] || req.method;
          const told = req.headers['x-forwarded-method'] ?? req.method;
          res.end(allowed(asked, told) ? 'yes' : 'no');
        }).listen(process.env.PORT);
      `,
    },
    {
      title: 'in development only',
      good: `
        import express from 'express'; import methodOverride from 'method-override'; const app = express(); if (process.env.NODE_ENV === 'development') app.use(methodOverride());
      `,
    },
    { title: 'the method itself', good: `import express from 'express'; const app = express(); app.delete('/posts/:id', auth, remove);` },
    {
      title: 'a client sets its own method',
      good: `
        export function prepare(options) { options.method = options.query.method; return fetch(options.url, options); }
        const config = {}; config.method = process.env.METHOD;
      `,
    },
  ],
});

/** The request, or the context that stands for it. */
function isAsked(value: Ref, context: RuleContext): boolean {
  if (context.request(value)?.from !== undefined) return true;
  return value.path.length === 0 && handedAs(value, context) === 'context';
}
function isOverride(call: Call): boolean {
  return call.form === 'call' && PACKAGES.test(calledModule(call) ?? '');
}
/** A check of callers, methods or forged requests stands before it, and has judged another method. */
function passesBy(call: Call, context: RuleContext): boolean {
  return context.endpointsThrough(call.at).some((endpoint) => {
    const chain = links(endpoint.chain);
    const at = chain.findIndex(({ layer }) => isAt(layer.at, call) || (layer.made !== undefined && isAt(layer.made, call)));
    const judges = (layer: Layer): boolean => layer.claims.some(({ protects }) => protects === 'authentication' || protects === 'csrf') || (layer.fn !== undefined && context.conduct(layer.fn)?.tests.includes('method') === true);
    return chain.slice(0, Math.max(at, 0)).some(({ layer }) => judges(layer));
  });
}
/** Only the body of a form says the method, and a check against forgery stands behind it. */
function isOfForms({ args: [first], at }: Call, context: RuleContext): boolean {
  const fn = first?.value.kind === 'function' ? context.body(first.value.fn) : undefined;
  // method-override 3 and koa-methodoverride hand the request to a function.
  const isOther = (value: Value): boolean => value.kind === 'ref' && value.root.kind === 'parameter' && value.path[0] !== 'body' && value.path[1] !== 'body';
  return fn?.complete === true && fn.parameters.length > 0 && !someValue(fn, isOther) && context.endpointsThrough(at).some(({ chain }) => links(chain).some(({ layer }) => layer.claims.some(({ protects }) => protects === 'csrf')));
}
function isAt(at: At, call: Call): boolean {
  return at.path === call.at.path && at.mark === call.at.mark;
}
function throughOf(call: Call, context: RuleContext): string {
  const first = call.args[0]?.value;
  if (!first) return 'the header X-HTTP-Method-Override';
  const text = context.constant(first)?.value;
  if (typeof text !== 'string') return 'what they send';
  // The package reads names that begin with X- from headers, others from the query.
  return /^x-/i.test(text) ? `the header ${text}` : `the query parameter ${text}`;
}
function anyMethod(call: Call, context: RuleContext): boolean {
  const methods = context.option(call.args[1]?.value, 'methods');
  if (methods.kind !== 'value') return false;
  const { value } = methods.resolved;
  if (value.kind === 'literal') return value.value === null;
  return value.kind === 'array' && value.items.some((item) => item.value.kind === 'literal' && /^get$/i.test(String(item.value.value)));
}
/** Where a method that is assigned comes from, if a caller can say it. */
function sourceIn(value: Value, context: RuleContext, depth: number): string | undefined {
  if (depth > 6) return undefined;
  if (value.kind === 'logic') return sourceIn(value.left, context, depth + 1) ?? sourceIn(value.right, context, depth + 1);
  if (value.kind === 'choice') return sourceIn(value.then, context, depth + 1) ?? sourceIn(value.else, context, depth + 1);
  if (value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0) {
    const found = context.resolve(value).value;
    return found.kind === 'ref' && found.root.kind === 'local' ? undefined : sourceIn(found, context, depth + 1);
  }
  if (value.kind === 'call' && value.callee === 'String' && value.args[0]) return sourceIn(value.args[0].value, context, depth + 1);
  if (value.kind === 'call' && value.receiver && /^(toUpperCase|toString|trim)$/.test(value.name)) return sourceIn(value.receiver, context, depth + 1);
  const field = context.request(value);
  const header = field?.from === 'header' ? (field.key ?? (value.kind === 'call' && value.args[0] ? context.constant(value.args[0].value)?.value : undefined)) : undefined;
  if (typeof header === 'string' && /method/i.test(header)) return `the header ${header}`;
  if (field?.from === 'query' && field.key !== undefined) return `the query parameter ${field.key}`;
  return field?.from === 'body' && field.key !== undefined ? `the field ${field.key} of the body` : undefined;
}
const OVERRIDES = /^the (header x-(http-)?method(-override)?|(query parameter|field) _method( of the body)?)$/i;
/** `req.headers['x-http-method'] || req.method`: what is asked afterwards is not the method of the request. */
function chosenMethod(fn: FunctionView, context: RuleContext): { readonly at: At; readonly through: string } | undefined {
  let found: { readonly at: At; readonly through: string } | undefined;
  someValue(fn, (value) => {
    const end = value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 ? context.resolve(value).value : value;
    if (end.kind !== 'logic' || end.op === '&&' || context.request(end.right)?.from !== 'method') return false;
    const through = sourceIn(end.left, context, 0);
    if (through !== undefined && OVERRIDES.test(through)) found = { at: end.at, through };
    return found !== undefined;
  });
  return found;
}
