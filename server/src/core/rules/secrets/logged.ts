import type { ModuleView } from '../../model/module.js';
import type { Entry, FunctionId, Item, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { secretName, tokenName } from '../facts/secrets.js';
import { headersWritten } from '../facts/log-serializers.js';
import { refsOf } from '../facts/mentions.js';
import { wordsOf } from '../facts/names.js';
import { holdsSettings } from '../facts/settings.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly what: string;
  /** What can be taken out: an entry of an object, or one of several arguments. */
  readonly remove: { readonly at: At; readonly as: 'entry' | 'argument' } | undefined;
}
interface Logged {
  readonly value: Value;
  readonly entry: Entry | undefined;
  readonly argument: Item | undefined;
}
const LEVELS = /^(log|info|warn|warning|error|debug|trace|verbose|fatal|silly|http|notice|dir)$/;
const LOGGERS = /^(console|log|logger|_logger|winston|pino|bunyan|signale|consola|tracer|loglevel|LOG|Log)$|Logger$/;
/** Calls that only turn a value into text. */
const WRAPPERS = /^(JSON\.stringify|String|util\.inspect|inspect|util\.format)$/;
const ACCOUNT = /(^|[/_-])(log-?in|sign-?in|sign-?up|register|registration|auth|authenticate|token|session|password|passwd|credentials?|account|users?)s?($|[/_-])/i;
const CREDENTIAL_HEADER = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|x-access-token|api-key|x-admin-key)$/i;
const PASSWORD_FIELD = /^(password|passwd|pwd|pass|newPassword|oldPassword|currentPassword|secret|token|apiKey|api_key|access_token|refresh_token|otp|pin)$/i;
/** Variables that hold the address of a database with its password. */
const CONNECTION = /^(MONGO(DB)?|DATABASE|DB|POSTGRES(QL)?|PG|MYSQL|REDIS|AMQP|RABBIT(MQ)?)(_(URI|URL|DSN|CONNECTION))?$/;
/** Whether something is there, not what it is. */
const ASKS = /^(is|has|had|should|needs?|no|with|without|requires?|use|uses|valid|missing|invalid|expired|num|total|max|min|hashed|masked|encrypted|show|hide)$/;
const KIND =
  /^(manager|service|provider|store|repository|controller|handler|validator|generator|strategy|config|options|settings|result|response|error|err|info|meta|metadata|schema|model|list|address|contract|symbol|mint|price|usage|limits?)$/;
const TOKEN_WORD = /^(access|auth|refresh|id|bearer|jwt|api|reset|session|user|admin|verification|signed|raw)_?token$/i;

export default rule<'call', Evidence>({
  meta: {
    id: 'secrets/logged',
    title: 'Credentials are written to the log',
    owasp: ['API7:2019', 'API10:2019', 'API8:2023'],
    cwe: [532],
    severity: 'warning',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    leansOn: ['morgan/query'],
    whenNotToUse: 'The logger takes out credentials by its own settings, in another file.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude', 'https://cwe.mitre.org/data/definitions/532.html'],
  },
  on: 'call',
  words: ['log', 'console', 'morgan', 'debug', 'winston', 'pino'],
  *detect({ call, step, in: fn, module }, context) {
    if (call.callee === 'morgan' && call.args[0]) {
      const format = context.constant(call.args[0].value)?.value;
      const field = typeof format === 'string' ? /:req\[(authorization|cookie|x-api-key|proxy-authorization)\]/i.exec(format)?.[1] : undefined;
      if (field !== undefined) yield { at: call.args[0].value.at, subject: `morgan ${field}`, evidence: { what: `The ${field.toLowerCase()} header`, remove: undefined }, confidence: 'high', when: step.when };
      return;
    }
    for (const entry of headersWritten(call, context)) {
      const text = context.textOf(entry.value.at).slice(0, 60);
      yield { at: entry.value.at, subject: `serializer ${entry.key ?? ''}`, evidence: { what: text, remove: { at: entry.at, as: 'entry' } }, confidence: 'high', when: step.when };
    }
    if (!isLogger(call.name, call.receiver) || redacts(call.receiver, context)) return;
    // What a command prints, somebody reads who asked for it.
    if (/^console\./.test(call.callee) && isCommand(module)) return;
    for (const argument of call.args)
      for (const logged of valuesIn(argument.value, undefined, call.args.length > 1 ? argument : undefined, 0)) {
        const found = credential(logged.value, fn.id, fn.name, context);
        if (!found || isAskedOnly(logged.value)) continue;
        const { entry, argument: whole } = logged;
        const remove = entry ? { at: entry.at, as: 'entry' as const } : whole && whole.value === logged.value ? { at: whole.at, as: 'argument' as const } : undefined;
        yield { at: logged.value.at, subject: `${fn.name} ${found.what.replace(/["'`\s]/g, '')}`, evidence: { what: found.what, remove }, confidence: found.sure ? 'high' : 'medium', when: step.when };
      }
  },
  explain: ({ what }) => ({
    message: `${what} puts credentials in the log. Leave it out or redact it.`,
    why: 'Logs are copied to other systems, kept for long and read by many who must not act as these users.',
    remedy: 'Log an id or whether the value was there; set up redaction in the logger for what may slip through.',
  }),
  *fix({ evidence: { remove } }): Iterable<FixAnswer> {
    if (remove) yield { title: 'Leave it out of the log', safety: 'review', changes: [{ do: 'remove', at: remove.at, as: remove.as }] };
    else yield { refused: 'It is part of a text, or all that is logged: what should be said instead is the author\'s.' };
  },
  examples: [
    {
      title: 'what is sent to log in',
      bad: `
        import express from 'express';
        const app = express();
        app.post('/login', (req, res) => {
          console.log('login', req.body);
          //                   ^^^^^^^^ secrets/logged "req.body puts credentials in the log"
          res.sendStatus(204);
        });
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.post('/login', (req, res) => {
          console.log('login');
          res.sendStatus(204);
        });
      `,
    },
    {
      title: 'all headers, one header, a cookie',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          logger.info({ url: req.path, headers: req.headers });
          //                                    ^^^^^^^^^^^ secrets/logged "req.headers"
          log.debug(\`auth: \${req.headers.authorization}\`);
          //                 ^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/logged
          console.log(JSON.stringify({ cookie: req.get('cookie') }));
          //                                   ^^^^^^^^^^^^^^^^^ secrets/logged
          next();
        });
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          logger.info({ url: req.path });
          log.debug(\`auth: \${req.headers.authorization}\`);
          console.log(JSON.stringify({ cookie: req.get('cookie') }));
          next();
        });
      `,
    },
    {
      title: 'a token cut from its header, and the address of a database',
      bad: `
        import express from 'express';
        console.log('connecting to', process.env.MONGODB_URI);
        //                           ^^^^^^^^^^^^^^^^^^^^^^^ secrets/logged "process.env.MONGODB_URI"
        express().use((req, res, next) => {
          const token = req.headers.authorization?.slice(7) ?? '';
          if (!known(token)) logger.warn(\`turned away \${token}\`);
          //                                            ^^^^^ secrets/logged
          next();
        });
      `,
    },
    {
      title: 'a logger that writes all headers of every request',
      bad: `
        import pinoHttp from 'pino-http';
        import Fastify from 'fastify';
        export const log = pinoHttp({ serializers: { req: (r) => ({ url: r.url, headers: r.headers }) } });
        //                                                                               ^^^^^^^^^ secrets/logged "r.headers"
        export const app = Fastify({ logger: { serializers: { req(r) { return { method: r.method, body: r.raw.body }; } } } });
        //                                                                                              ^^^^^^^^^^ secrets/logged
      `,
      fixed: `
        import pinoHttp from 'pino-http';
        import Fastify from 'fastify';
        export const log = pinoHttp({ serializers: { req: (r) => ({ url: r.url }) } });
        export const app = Fastify({ logger: { serializers: { req(r) { return { method: r.method, body: r.raw.body }; } } } });
      `,
    },
    { title: 'a logger that takes the secrets out', good: `import pino from 'pino';\nexport const log = pino({ redact: ['req.headers.authorization', 'req.headers.cookie'], serializers: { req: (r) => ({ headers: r.headers }) } });` },
    {
      title: 'secrets of the server',
      bad: `
        console.log('starting with', process.env);
        //                           ^^^^^^^^^^^ secrets/logged "process.env"
        console.log('db', process.env.DB_PASSWORD);
        //                ^^^^^^^^^^^^^^^^^^^^^^^ secrets/logged
        export function connect({ apiKey }, refreshToken) {
          logger.debug({ apiKey, refreshToken });
          //             ^^^^^^ secrets/logged "apiKey"
          //                     ^^^^^^^^^^^^ secrets/logged
        }
      `,
    },
    {
      title: 'a format of morgan, a password of a request',
      bad: `
        import morgan from 'morgan';
        import Fastify from 'fastify';
        export const access = morgan(':method :url :req[authorization]');
        //                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/logged "The authorization header"
        const app = Fastify();
        app.post('/reset', async (request, reply) => {
          request.log.info({ user: request.body.email, password: request.body.password });
          //                                                     ^^^^^^^^^^^^^^^^^^^^^ secrets/logged
          return {};
        });
      `,
    },
    {
      title: 'a key that was just made',
      bad: `
        import express from 'express';
        import { mint } from './api-keys.js';
        const app = express();
        app.post('/keys', (req, res) => {
          const key = mint(String(req.body.owner), ['read']);
          console.info('issued key %s for %s', key, req.body.owner);
          //                                   ^^^ secrets/logged "key puts credentials in the log"
          res.status(201).json({ key });
        });
        app.post('/forgot', (req, res) => {
          const code = generateResetToken(req.body.email);
          logger.debug({ code });
          //             ^^^^ secrets/logged
          res.end();
        });
      `,
    },
    {
      title: 'keys of a cache, a command that prints, the body of a change without a password',
      good: `
        //- server.js
        const express = require('express');
        const app = express();
        app.patch('/tokens/:id', (req, res) => { const { expiresAt } = req.body; logger.info('token changed', req.body); res.json({ expiresAt }); });
        const key = createKey('users', 1), other = generateCacheKey('a'); console.log(key, other);
        //- cli/mfa.js
        const inquirer = require('inquirer');
        exports.show = (secret) => { console.log('enter this code', secret); };
        //- tools/license-generator.js
        const jwt = require('jsonwebtoken'), promptly = require('promptly');
        (async () => { const licence = jwt.sign({ plan: await promptly.prompt('Plan: ') }, key); console.info(licence); })();
      `,
    },
    {
      title: 'an id, and whether it is set',
      good: `
        const authKey = \`\${fn}-\${method}-\${path}\`; logger.debug(\`scheme for \${authKey}\`);
        import express from 'express';
        express().post('/login', (req, res) => { logger.info({ id: req.id }); console.log('token set:', !!process.env.TOKEN, process.env.API_KEY ? 'yes' : 'no', typeof process.env.API_SECRET, process.env.API_KEY.length); });
      `,
    },
    {
      title: 'texts and masks',
      good: `
        const passwordMessage = 'Wrong password'; console.log('password changed', passwordMessage, mask(apiKey), redact({ headers: req.headers }), accessToken.slice(0, 4), hasPassword, isTokenValid, passwordErrors.length, tokenCount);
      `,
    },
    { title: 'where a key lies', good: `const apikeyFilename = './APIKEY.txt'; const sessionKeyPath = './SESSIONKEY.txt'; console.log('reading', apikeyFilename, sessionKeyPath);` },
    { title: 'a body that is no login', good: `import express from 'express'; express().post('/orders', (req, res) => { console.log('order', req.body); console.log(req.body.amount, req.headers['user-agent']); });` },
    {
      title: 'taken out by the logger',
      good: `
        import pino from 'pino';
        import express from 'express';
        const logger = pino({ redact: ['headers.authorization', 'headers.cookie'] });
        express().use((req, res, next) => { logger.info({ headers: req.headers });
        next(); });
      `,
    },
    { title: 'in development only', good: `if (process.env.NODE_ENV === 'development') console.log('key', process.env.API_KEY);` },
    { title: 'other things called token', good: `for (const token of tokens) console.log(token, tokenizer, token.type); logger.info('usage', { promptTokens, tokenAddress, tokenManager, keyboard, monkey });` },
    {
      title: 'all settings of the program',
      bad: `
        //- settings.js
        exports.settings = { port: 80, mail: { password: process.env.MAIL_PASSWORD } };
        //- start.js
        const log = require('pino')();
        const { settings } = require('./settings');
        log.info({ settings }, 'starting');
        //         ^^^^^^^^ secrets/logged
      `,
    },
    { title: 'settings that hold no secret', good: `const log = require('pino')(); const settings = { port: process.env.PORT, masked: Boolean(process.env.MAIL_PASSWORD) }; log.info({ settings }, 'starting');` },
    {
      title: 'under a constant that is never set',
      good: `
        const mocked = null;
        export function refresh(req) {
          if (mocked != null) console.log('mocked', req.body.password);
          const TRACE = false;
          if (TRACE) console.log(req.body.password);
          return TRACE && console.log(req.body.password);
        }
      `,
    },
    {
      title: 'under a constant that holds',
      bad: `
        const TRACE = true;
        export function login(req) {
          if (TRACE) console.log('login', req.body.password);
          //                              ^^^^^^^^^^^^^^^^^ secrets/logged
        }
      `,
    },
  ],
});

const COMMAND_FOLDER = /(^|\/)(cli|bin|commands)\//i;
const COMMAND_PACKAGE = /^(inquirer|@inquirer\/[\w-]+|prompts|enquirer|readline|node:readline|node:readline\/promises|commander|yargs|@clack\/prompts|prompt|prompt-sync|promptly|readline-sync|meow|cac|oclif|@oclif\/core)$/;
function isCommand(module: ModuleView): boolean {
  return COMMAND_FOLDER.test(module.path) || module.imports.some((one) => COMMAND_PACKAGE.test(one.from));
}
function isLogger(name: string, receiver: Value | undefined): boolean {
  if (!LEVELS.test(name) || receiver?.kind !== 'ref') return false;
  return LOGGERS.test(receiver.path.at(-1) ?? receiver.text);
}
/** pino 6 to 9 takes out what it is told to. */
function redacts(receiver: Value | undefined, context: RuleContext): boolean {
  const end = receiver && context.resolve(receiver).value;
  return end?.kind === 'call' && end.args.some((arg) => context.option(arg.value, 'redact').kind === 'value');
}
/** What is written of an argument: through objects, lists, texts and alternatives, not through calls that may hide it. */
function* valuesIn(value: Value, entry: Entry | undefined, argument: Item | undefined, depth: number): Iterable<Logged> {
  if (depth > 8) return;
  switch (value.kind) {
    case 'ref': yield { value, entry, argument }; return;
    case 'object': for (const one of value.entries) yield* valuesIn(one.value, one.form === 'spread' ? undefined : one, undefined, depth + 1); return;
    case 'array': for (const one of value.items) yield* valuesIn(one.value, undefined, undefined, depth + 1); return;
    case 'template': for (const part of value.parts) if (typeof part !== 'string') yield* valuesIn(part, undefined, undefined, depth + 1); return;
    case 'logic':
      if (value.op !== '&&') yield* valuesIn(value.left, undefined, undefined, depth + 1);
      yield* valuesIn(value.right, undefined, undefined, depth + 1);
      return;
    case 'choice':
      yield* valuesIn(value.then, undefined, undefined, depth + 1);
      yield* valuesIn(value.else, undefined, undefined, depth + 1);
      return;
    case 'call':
      if (WRAPPERS.test(value.callee)) for (const arg of value.args.slice(0, 1)) yield* valuesIn(arg.value, undefined, undefined, depth + 1);
      else yield { value, entry, argument };
      return;
    default:
  }
}
function isAskedOnly(value: Value): boolean {
  return value.kind === 'ref' && value.path.at(-1) === 'length';
}
/** What of a credential the value is. */
function credential(value: Value, handler: Parameters<RuleContext['body']>[0], name: string, context: RuleContext): { readonly what: string; readonly sure: boolean } | undefined {
  const text = context.textOf(value.at).replace(/\s+/g, ' ');
  const what = /^[\w.?![\]'"()-]{1,60}$/.test(text) ? text : 'This value';
  if (value.kind === 'ref' && value.root.kind === 'env') {
    if (value.root.name === undefined) return value.path.length === 0 ? { what, sure: true } : undefined;
    return (secretName(value.root.name) || CONNECTION.test(value.root.name)) && value.path.length === 0 ? { what, sure: true } : undefined;
  }
  if (holdsSettings(value, context)) return { what, sure: true };
  const field = context.request(value);
  if (field) {
    if (field.from === 'header') return field.key === undefined ? (/headers$/i.test(text) ? { what, sure: true } : undefined) : CREDENTIAL_HEADER.test(field.key) ? { what, sure: true } : undefined;
    if (field.from === 'body') return field.key === undefined ? (/body$/.test(text) ? accountBody(handler, name, what, context) : undefined) : PASSWORD_FIELD.test(field.key) ? { what, sure: true } : undefined;
    if (field.from === 'cookie') return field.key === undefined ? { what, sure: false } : undefined;
    return undefined;
  }
  if (isMade(value, context)) return { what, sure: true };
  if (value.kind !== 'ref' || value.root.kind === 'global') return undefined;
  const last = value.path.at(-1) ?? value.text;
  if (!/^[\w$]{2,60}$/.test(last) || !secretName(last)) return undefined;
  const words = wordsOf(last);
  if (words.some((word) => ASKS.test(word) || KIND.test(word)) || (tokenName(last) && !TOKEN_WORD.test(last))) return undefined;
  const end = context.resolve(value).value;
  // A name put together of others: `${route}-${method}`.
  if (end.kind === 'template' && end.parts.length > 1 && !end.parts.some((part) => typeof part !== 'string' && (part.kind !== 'ref' || secretName(part.path.at(-1) ?? part.text)))) return undefined;
  return end.kind === 'function' || end.kind === 'literal' || end.kind === 'class' || end.kind === 'compare' || end.kind === 'not' ? undefined : { what, sure: false };
}
/** The whole body of a login, as the fields that are taken from it say, else the path of a POST or the name. */
function accountBody(handler: FunctionId, name: string, what: string, context: RuleContext): { readonly what: string; readonly sure: boolean } | undefined {
  const fields = bodyFields(handler, context);
  if (fields.length > 0) return fields.some((field) => PASSWORD_FIELD.test(field)) ? { what, sure: true } : undefined;
  const words = wordsOf(name.slice(name.lastIndexOf('.') + 1));
  if (/^(update|patch|get|list|find|delete|remove|set|edit)$/.test(words[0] ?? '')) return undefined;
  const isPath = context.endpoints({ handler }).some((endpoint) => endpoint.method === 'POST' && ACCOUNT.test(lastFixed(endpoint.path.text)));
  return isPath || words.some((word) => /^(login|signin|signup|register|authenticate)$/.test(word)) || /log_in|sign_(in|up)/.test(words.join('_')) ? { what, sure: false } : undefined;
}
function lastFixed(path: string): string {
  return path.split('/').findLast((segment) => segment !== '' && !/[:{*[]/.test(segment)) ?? '';
}
/** What a handler takes out of the body. */
function bodyFields(handler: FunctionId, context: RuleContext): readonly string[] {
  const body = context.body(handler);
  if (!body) return [];
  const found = new Set<string>();
  for (const ref of refsOf(body)) {
    const field = context.request(ref);
    if (field?.from === 'body' && field.key !== undefined) found.add(field.key);
  }
  return [...found];
}
/** Calls that make a credential for somebody, and that are no keys of a cache or of a file. */
const MAKES = /^(mint|issue|generate|gen|rotate|create|make|new|sign|regenerate)$/;
const OTHER_KEYS = /^(cache|storage|object|file|path|query|redis|hash|id|page|lock|idempotency|primary|public|partition|sort|map|lookup|group|index|csrf|cursor|sequence|pair|report|name|url)$/;
/** A key, a token or a password that was made a moment ago: nobody else has it yet. */
function isMade(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 ? context.resolve(value).value : value;
  if (end.kind !== 'call') return false;
  const words = wordsOf(end.name);
  if (/^jsonwebtoken\.sign$/.test(end.callee)) return true;
  if (!MAKES.test(words[0] ?? '') || words.some((word) => OTHER_KEYS.test(word))) return false;
  const kind = /^(key|token|secret|password|apikey|credentials?|passcode|otp)$/;
  const own = value.kind === 'ref' ? wordsOf(value.text).at(-1) ?? '' : '';
  const isPlain = words.length === 1 && /^(mint|issue)$/.test(words[0] ?? '');
  return (isPlain && kind.test(own)) || (words.slice(1).some((word) => kind.test(word)) && (words.length > 2 || !/^key$/.test(words[1] ?? '') || /^(mint|issue|generate|rotate)$/.test(words[0] ?? '')));
}
