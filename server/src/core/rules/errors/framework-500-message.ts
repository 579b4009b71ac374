import type { Change } from '../../findings/changes.js';
import type { FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { errorNamed, throwsOwn } from '../facts/errors.js';
import { ALWAYS, fieldsOf } from '../facts/error-texts.js';
import { isForeseen } from '../facts/foreseen.js';
import { shapedText } from '../facts/shaped.js';
import { handedAs } from '../facts/handed.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly name: string;
  /** The exception's text. */
  readonly text: Value;
  readonly error: string;
  /** The call whose options take a cause, and how. */
  readonly cause: { readonly call: Call; readonly options: Value | undefined; readonly within: boolean } | undefined;
}
/** An exception whose text is the answer, and where it stands. */
interface Exception {
  readonly text: Value;
  readonly cause: Evidence['cause'];
  /** The text is meant for the client: only what drivers alone have is too much. */
  readonly isClient?: true;
}
/** Exceptions of Nest 12 that answer with a 5xx status. */
const NEST = /^@nestjs\/common\.(InternalServerError|NotImplemented|BadGateway|ServiceUnavailable|GatewayTimeout|HttpVersionNotSupported)Exception$/;
/** 5xx makers of @fastify/sensible, whose texts the default handler of Fastify 5 sends, and of @hapi/boom 10, which hides that of a 500 alone. */
const SENSIBLE = /^(internalServerError|notImplemented|badGateway|serviceUnavailable|gatewayTimeout)$/;
const BOOM = /^@hapi\/boom(\.Boom)?\.(notImplemented|badGateway|serverUnavailable|gatewayTimeout)$/;
/** Exceptions of Nest that answer with a 4xx status, and errors whose extensions GraphQL sends. */
const CLIENT = /^@nestjs\/common\.(BadRequest|Unauthorized|Forbidden|NotFound|Conflict|Gone|NotAcceptable|UnprocessableEntity|PreconditionFailed)Exception$/;
const GRAPHQL = /^graphql(\/error)?\.GraphQLError$/;
const STATUSES: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'NOT_IMPLEMENTED', 'BAD_GATEWAY', 'SERVICE_UNAVAILABLE', 'GATEWAY_TIMEOUT']);

export default rule<'function', Evidence>({
  meta: {
    id: 'errors/framework-500-message',
    title: 'A 5xx exception carries internal text to the client',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [209],
    severity: 'warning',
    confidence: 'high',
    topics: ['error-leak'],
    since: '0.1.0',
    leansOn: ['@nestjs/core/exception-message', 'hono/http-exception', 'koa/expose', 'fastify/default-handler'],
    whenNotToUse: 'An exception filter or error handler of the application replaces the text of every 5xx exception.',
    references: ['https://docs.nestjs.com/exception-filters', 'https://hono.dev/docs/api/exception', 'https://koajs.com/#error-handling'],
  },
  on: 'function',
  words: ['exception', 'graphqlerror', 'throw', 'expose', 'httperrors', 'boom', 'internalservererror', 'serviceunavailable'],
  *detect(fn, context): Iterable<Detection<Evidence>> {
    for (const step of fn.steps) {
      if (isForeseen(step.when)) continue;
      if (step.do === 'call') yield* ofCall(step.call, step, fn, context);
      else if (step.do === 'assign' && step.target.path.length === 1 && step.target.path[0] === 'expose' && context.constant(step.value)?.value === true && context.isError({ ...step.target, path: [] }) && !throwsOwn(step, fn)) {
        const error = step.target.text.split('.')[0] ?? 'error';
        yield { at: step.target.at, subject: `${error}.expose`, evidence: { name: step.target.text, text: step.value, error, cause: undefined }, confidence: 'high', when: step.when };
      }
    }
  },
  explain: ({ name }) => ({
    message: `${name} puts this text in the response body. Use a fixed text and pass the error as 'cause'.`,
    why: 'The framework hides the texts of unexpected failures, but sends those of its own exceptions as they are: table names, hosts and files with them.',
    remedy: 'Throw the exception with a fixed text; the log keeps the cause.',
  }),
  *fix({ evidence: { text, error, cause } }): Iterable<FixAnswer> {
    const title = "Send 'Internal server error' instead";
    if (text.kind === 'literal') {
      yield { title: 'Keep the text hidden', safety: 'review', changes: [{ do: 'replace', at: text.at, code: ['false'] }] };
      return;
    }
    const changes: Change[] = [{ do: 'replace', at: text.at, code: [{ quote: 'Internal server error' }] }];
    if (cause?.options?.kind === 'object') changes.push({ do: 'insert', at: cause.options.at, where: 'entry-last', code: [`cause: ${error}`] });
    else if (cause && cause.options === undefined) changes.push({ do: 'insert', at: cause.call.at, where: 'argument-last', code: [`{ cause: ${error} }`] });
    yield { title, safety: 'review', changes };
  },
  examples: [
    {
      title: 'Nest',
      bad: `
        import { InternalServerErrorException } from '@nestjs/common';
        export class Orders {
          async all() {
            try {
              return await this.load();
            } catch (e) {
              throw new InternalServerErrorException(e.message);
              //                                     ^^^^^^^^^ errors/framework-500-message "InternalServerErrorException puts"
            }
          }
        }
      `,
      fixed: `
        import { InternalServerErrorException } from '@nestjs/common';
        export class Orders {
          async all() {
            try {
              return await this.load();
            } catch (e) {
              throw new InternalServerErrorException('Internal server error', { cause: e });
            }
          }
        }
      `,
    },
    {
      title: 'an exception with a status',
      bad: `
        import { HttpException, HttpStatus } from '@nestjs/common';
        export async function load() {
          try { return await work(); } catch (error) { throw new HttpException(\`failed: \${error.message}\`, HttpStatus.INTERNAL_SERVER_ERROR); }
          //                                                                              ^^^^^^^^^^^^^ errors/framework-500-message
        }
        export const save = () => work().catch((err) => { throw new HttpException({ status: 'error', error: err.stack }, 500); });
        //                                                                                                  ^^^^^^^^^ errors/framework-500-message
      `,
      fixed: `
        import { HttpException, HttpStatus } from '@nestjs/common';
        export async function load() {
          try { return await work(); } catch (error) { throw new HttpException('Internal server error', HttpStatus.INTERNAL_SERVER_ERROR, { cause: error }); }
        }
        export const save = () => work().catch((err) => { throw new HttpException({ status: 'error', error: err.stack }, 500); });
        //                                                                                                  ^^^^^^^^^ errors/framework-500-message
      `,
    },
    {
      title: 'Hono',
      bad: `
        import { Hono } from 'hono';
        import { HTTPException } from 'hono/http-exception';
        new Hono().get('/', async (c) => {
          try {
            return c.json(await work());
          } catch (e) {
            throw new HTTPException(500, { message: String(e) });
            //                                             ^ errors/framework-500-message
          }
        });
      `,
      fixed: `
        import { Hono } from 'hono';
        import { HTTPException } from 'hono/http-exception';
        new Hono().get('/', async (c) => {
          try {
            return c.json(await work());
          } catch (e) {
            throw new HTTPException(500, { message: 'Internal server error', cause: e });
          }
        });
      `,
    },
    {
      title: 'Koa, told to show it',
      bad: `
        import Koa from 'koa';
        new Koa().use(async (ctx, next) => {
          try { await next(); } catch (err) { ctx.throw(500, err.message, { expose: true }); }
          //                                                 ^^^^^^^^^^^ errors/framework-500-message
        });
        new Koa().use(async (ctx, next) => {
          try { await next(); } catch (err) { err.expose = true; throw err; }
          //                                  ^^^^^^^^^^ errors/framework-500-message
        });
      `,
    },
    {
      title: 'what only a driver knows, whatever the status',
      bad: `
        import { BadRequestException, HttpException } from '@nestjs/common';
        import { GraphQLError } from 'graphql';
        import { QueryFailedError } from 'typeorm';
        export const create = (repository, body) => repository.save(body).catch((err) => {
          if (err instanceof QueryFailedError) throw new HttpException({ message: 'Not saved', query: err.query, values: err.parameters }, 400);
          //                                                                                          ^^^^^^^^^ errors/framework-500-message
          throw new BadRequestException({ detail: err.driverError.detail });
          //                                      ^^^^^^^^^^^^^^^^^^^^^^ errors/framework-500-message
        });
        export const resolve = () => work().catch((err) => { throw new GraphQLError('Failed', { extensions: { sql: err.sql } }); });
        //                                                                                                         ^^^^^^^ errors/framework-500-message
      `,
    },
    {
      title: 'Fastify with its helpers, and the 503 of Boom',
      bad: `
        import Fastify from 'fastify';
        import Boom from '@hapi/boom';
        const app = Fastify();
        app.get('/', async (request, reply) => {
          try { return await work(); } catch (err) { throw app.httpErrors.internalServerError(err.message); }
          //                                                                                  ^^^^^^^^^^^ errors/framework-500-message
        });
        export const up = () => ping().catch((err) => { throw Boom.serverUnavailable(err.message); });
        //                                                                           ^^^^^^^^^^^ errors/framework-500-message
      `,
    },
    {
      title: 'texts of the application',
      good: `
        import { InternalServerErrorException, NotFoundException, HttpException } from '@nestjs/common';
        export async function load(id) {
          try { return await work(id); } catch (e) {
            if (e.code === 'P2025') throw new NotFoundException(\`Order \${id} not found\`);
            throw new InternalServerErrorException('Internal server error', { cause: e });
          }
        }
        export const stop = () => { throw new HttpException('Not implemented', 501); };
      `,
    },
    {
      title: 'a client error',
      good: `
        import { BadRequestException, HttpException } from '@nestjs/common';
        export function parse(text) { try { return JSON.parse(text); } catch (e) { throw new BadRequestException(e.message); } }
        export function read(text) { try { return JSON.parse(text); } catch (e) { throw new HttpException(e.message, 400); } }
      `,
    },
    {
      title: 'what the framework hides',
      good: `
        import Koa from 'koa';
        import Boom from '@hapi/boom';
        new Koa().use(async (ctx, next) => { try { await next(); } catch (err) { ctx.throw(500, err.message); } });
        export const work = () => run().catch((err) => { throw Boom.internal(err.message); });
        export const more = () => run().catch((err) => { throw new Error(err.message); });
      `,
    },
    {
      title: 'an error that was foreseen',
      good: `
        import { InternalServerErrorException } from '@nestjs/common';
        export async function load() { try { return await work(); } catch (e) { if (e instanceof QuotaError) throw new InternalServerErrorException(e.message); throw e; } }
      `,
    },
    { title: 'an exception of another package', good: `import { InternalServerErrorException } from './exceptions'; export const load = () => work().catch((e) => { throw new InternalServerErrorException(e.message); });` },
    {
      title: 'own errors are shown',
      good: `
        import * as errors from './errors.js';
        export function refuse(ctx, failed) {
          try {
            if (ctx.pending('none')) {
              if (failed.known) throw new errors.LoginRequired(failed.text);
              throw new errors.CustomError(failed.error, failed.text);
            }
          } catch (err) {
            err.status = 400;
            err.expose = true;
            throw err;
          }
        }
        export const check = (given) => {
          try { if (!given) throw new Error('nothing given'); } catch (e) { e.expose = true; throw e; }
        };
        export async function later(ctx) {
          const kind = await kindOf(ctx);
          try { throw new errors.Refused(kind.text); } catch (error) { error.expose = true; throw error; }
        }
      `,
    },
    {
      title: 'own errors beside what a database throws',
      bad: `
        export async function load(ctx, repository) {
          try {
            const one = await repository.load(ctx.params.id);
            if (!one) throw new Error('not there');
          } catch (err) {
            err.expose = true;
        //  ^^^^^^^^^^ errors/framework-500-message
            throw err;
          }
        }
      `,
    },
  ],
});

function* ofCall(call: Call, step: Step, fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  const exception = exceptionOf(call, context);
  if (!exception) return;
  for (const leaf of context.leaves(exception.text, fn)) {
    const value = shapedText(leaf.value);
    if (value.kind !== 'ref' || value.at.path !== call.at.path || isForeseen(leaf.when)) continue;
    const end = errorNamed(value, context);
    if (!context.isError(end) || fieldsOf(end, context).length > 1) continue;
    const [field] = fieldsOf(end, context);
    const isInner = field === 'stack' || ALWAYS.has(field ?? '');
    if (exception.isClient ? !isInner : !(field === undefined || field === 'message' || isInner)) continue;
    const error = /^\(?([A-Za-z_$][\w$]{0,60})/.exec(value.text)?.[1] ?? 'error';
    // A text of several pieces is replaced whole.
    const text = exception.text.kind === 'object' ? value : exception.text;
    yield { at: value.at, subject: `${call.name} ${value.text}`, evidence: { name: call.name, text, error, cause: exception.cause }, confidence: 'high', when: [...step.when, ...leaf.when], ...(isInner ? { severity: 'error' } : {}) };
    return;
  }
}
function exceptionOf(call: Call, context: RuleContext): Exception | undefined {
  const [first, second, third] = call.args;
  if (!first) return undefined;
  if (call.form === 'new' && NEST.test(call.callee)) return { text: first.value, cause: { call, options: second?.value, within: false } };
  if (call.form === 'new' && call.callee === '@nestjs/common.HttpException') return { text: first.value, cause: { call, options: third?.value, within: false }, ...(isServerError(second?.value, context) ? {} : { isClient: true }) };
  if (call.form === 'new' && CLIENT.test(call.callee)) return { text: first.value, cause: { call, options: second?.value, within: false }, isClient: true };
  if (call.form === 'new' && GRAPHQL.test(call.callee)) {
    const extensions = context.option(second?.value, 'extensions');
    return extensions.kind === 'value' ? { text: extensions.value, cause: undefined, isClient: true } : undefined;
  }
  if (call.form === 'new' && call.callee === 'hono/http-exception.HTTPException') {
    const message = context.option(second?.value, 'message');
    return isServerError(first.value, context) && message.kind === 'value' ? { text: message.value, cause: second && { call, options: second.value, within: true } } : undefined;
  }
  if (call.name === 'throw' && call.receiver && second && isServerError(first.value, context)) {
    const expose = context.option(third?.value, 'expose');
    return expose.kind === 'value' && context.constant(expose.value)?.value === true ? { text: second.value, cause: undefined } : undefined;
  }
  const isSensible = SENSIBLE.test(call.name) && call.receiver?.kind === 'ref' && (call.receiver.path.at(-1) === 'httpErrors' || isReply(call.receiver, context));
  return isSensible || BOOM.test(call.callee) ? { text: first.value, cause: undefined } : undefined;
}
function isReply(value: Value, context: RuleContext): boolean {
  return value.kind === 'ref' && value.path.length === 0 && handedAs(value, context) === 'response';
}
/** A status of 500 and above: a number, or a name of Nest's list. */
function isServerError(value: Value | undefined, context: RuleContext): boolean {
  if (!value) return false;
  const status = context.constant(value)?.value;
  if (typeof status === 'number') return status >= 500;
  return value.kind === 'ref' && STATUSES.has(value.path.at(-1) ?? '');
}
