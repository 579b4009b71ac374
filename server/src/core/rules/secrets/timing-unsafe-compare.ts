import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { comparesOf, type Compare } from '../facts/compares.js';
import { constantTime } from '../facts/constant-time.js';
import { secretName } from '../facts/secrets.js';
import { someValue } from '../facts/walk.js';
import { rule, type RuleContext } from '../rule.js';

interface Evidence {
  readonly compare: Compare;
  /** The environment variable the request's value is compared with, where it is one. */
  readonly variable: string | undefined;
  /** Nothing refuses to run without the variable. */
  readonly mayBeUnset: boolean;
  readonly isText: boolean;
}
/** `HIVE_KEY`: what a caller has to bring, where it is compared with what one brings. */
const PLAIN_KEY = /^(?!.*(PUBLIC|PUBLISHABLE|SITE|CLIENT)_?)[A-Z0-9_]{0,60}_KEY$/;
const DIGESTS: ReadonlySet<string> = new Set(['digest', 'createHmac', 'hmac', 'hmacSHA256', 'HmacSHA256', 'HmacSHA1', 'HmacSHA512']);

export default rule<'function', Evidence>({
  meta: {
    id: 'secrets/timing-unsafe-compare',
    title: 'Secret compared with ===',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [208],
    severity: 'info',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    whenNotToUse: 'The values compared are already hashes that an attacker cannot choose.',
    references: ['https://nodejs.org/api/crypto.html#cryptotimingsafeequala-b', 'https://cwe.mitre.org/data/definitions/208.html'],
  },
  on: 'function',
  words: ['env', 'secret', 'key', 'token', 'digest', 'hmac', 'password'],
  *detect(fn, context) {
    for (const { compare, when } of comparesOf(fn)) {
      if (!/^[!=]==?$/.test(compare.op)) continue;
      const secret = [compare.left, compare.right].map((side) => secretIn(side, fn, context));
      const [left, right] = secret;
      if ((left === undefined) === (right === undefined)) continue;
      const found = left ?? right;
      if (found === undefined || !fromCaller(left ? compare.right : compare.left, context)) continue;
      const { variable } = found;
      // Where it is asked for, nothing passes by being absent, and measured from afar such a comparison tells next to nothing.
      if (variable !== undefined && asksWhetherSet(fn, variable, context)) continue;
      const mayBeUnset = variable !== undefined && !context.projectUses(`checks ${variable}`);
      yield { at: operatorOf(compare, context), subject: `${fn.id} ${found.name}`, evidence: { compare, variable, mayBeUnset, isText: found.isText === true }, confidence: variable === undefined ? 'medium' : 'high', when };
    }
  },
  explain: ({ mayBeUnset, isText, variable }) => ({
    message: mayBeUnset && isText
      ? `This comparison leaks timing, and if ${variable ?? 'the variable'} is not set, the text it is put into is one that everybody can guess. Stop at start-up when it is missing, and use crypto.timingSafeEqual on equal-length hashes.`
      : mayBeUnset
      ? 'This comparison leaks timing, and passes when both sides are missing. Use crypto.timingSafeEqual on equal-length hashes.'
      : 'This comparison takes longer the more of a guess is right, which helps guessing the secret. Use crypto.timingSafeEqual on equal-length hashes.',
    why: 'Text is compared character by character and the comparison stops at the first difference; many answers, measured well, tell how far it came.',
    remedy: 'Hash both sides and compare the hashes with crypto.timingSafeEqual; refuse to start when the secret is not set.',
  }),
  *fix({ at, evidence: { compare, variable, mayBeUnset } }) {
    yield {
      title: 'Compare hashes in constant time',
      safety: 'review',
      changes: [
        ...constantTime(compare.at, compare.op, [{ copy: compare.left.at }], [{ copy: compare.right.at }]),
        ...(variable !== undefined && mayBeUnset ? [{ do: 'require-env' as const, path: at.path, name: variable }] : []),
      ],
    };
  },
  examples: [
    {
      title: 'a key that may be missing on both sides',
      bad: `
        import express from 'express';
        const app = express();
        app.post('/hives', (req, res) => {
          if (req.get('x-hive') !== process.env.HIVE_KEY) return res.sendStatus(401);
          //                    ^^^ secrets/timing-unsafe-compare "passes when both sides are missing"
          res.end();
        });`,
    },
    {
      title: 'an API key of the environment',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          if (req.get('x-api-key') === process.env.API_KEY) return next();
          //                       ^^^ secrets/timing-unsafe-compare "passes when both sides are missing"
          res.sendStatus(401);
        });`,
      fixed: `
        import express from 'express';
        import { createHash, timingSafeEqual } from 'node:crypto';
        if (!process.env.API_KEY) throw new Error('API_KEY is not set');
        const app = express();
        app.use((req, res, next) => {
          if (timingSafeEqual(createHash('sha256').update(String(req.get('x-api-key'))).digest(), createHash('sha256').update(String(process.env.API_KEY)).digest())) return next();
          res.sendStatus(401);
        });`,
    },
    {
      title: 'a text that is put together with a key, and is there without it',
      bad: `
        import express from 'express';
        const gate = (req, res, next) => (req.get('authorization') === \`Bearer \${process.env.UPLOAD_TOKEN}\` ? next() : res.sendStatus(401));
        //                                                         ^^^ secrets/timing-unsafe-compare "if UPLOAD_TOKEN is not set"
        express().post('/upload', gate, (req, res) => res.end());
      `,
    },
    {
      title: 'a text with a key that is there for sure, and one with nothing secret',
      good: `
        import express from 'express';
        const token = process.env.UPLOAD_TOKEN;
        express().post('/upload', (req, res, next) => (token && req.get('authorization') === 'Bearer ' + token ? next() : res.sendStatus(401)));
        express().get('/etag', (req, res) => (req.get('if-none-match') === \`W/\${process.env.RELEASE}\` ? res.sendStatus(304) : res.end()));
      `,
    },
    {
      title: 'the signature of a webhook',
      bad: `
        const crypto = require('crypto');
        const express = require('express');
        const app = express();
        app.post('/hooks', (req, res) => {
          const hmac = crypto.createHmac('sha256', process.env.HOOK_SECRET).update(req.rawBody);
          if (hmac.digest('hex') !== req.get('x-signature')) return res.sendStatus(401);
          //                     ^^^ secrets/timing-unsafe-compare "which helps guessing the secret"
          run(req.body);
          res.sendStatus(204);
        });`,
    },
    {
      title: 'both sides in names, in Fastify',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        const adminToken = process.env.ADMIN_TOKEN;
        app.addHook('onRequest', async (request, reply) => {
          const given = request.headers['x-admin-token'];
          if (given != adminToken) return reply.code(401).send();
          //        ^^ secrets/timing-unsafe-compare
        });`,
    },
    {
      title: 'a secret of the configuration',
      bad: `
        //- config.js
        exports.webhookSecret = process.env.WEBHOOK_SECRET;
        //- app.js
        const express = require('express');
        const config = require('./config');
        const app = express();
        app.post('/hooks', (req, res) => res.sendStatus(req.query.secret === config.webhookSecret ? 204 : 401));
        //                                                               ^^^ secrets/timing-unsafe-compare`,
    },
    {
      title: 'compared in constant time',
      good: `
        import { createHash, timingSafeEqual } from 'node:crypto';
        import express from 'express';
        const sha = (text) => createHash('sha256').update(text).digest();
        express().use((req, res, next) => {
          if (timingSafeEqual(sha(req.get('x-api-key') ?? ''), sha(process.env.API_KEY))) return next();
          res.sendStatus(401);
        });`,
    },
    { title: 'a test whether it is set', good: `if (process.env.API_KEY == null) throw new Error('API_KEY is not set');\nif (process.env.API_KEY === '') process.exit(1);` },
    {
      title: 'a key that is asked for before it is compared',
      good: `
        import express from 'express';
        const opsKey = process.env.OPS_KEY;
        express().get('/stats', (req, res) => {
          if (!opsKey || req.get('x-ops') !== opsKey) return res.sendStatus(404);
          res.json(stats());
        });
        express().get('/more', (req, res) => (process.env.OPS_KEY && req.query.key === process.env.OPS_KEY ? res.json(stats()) : res.sendStatus(404)));`,
    },
    { title: 'two settings', good: `if (process.env.API_KEY === process.env.OLD_API_KEY) console.warn('rotate the key');` },
    {
      title: 'a setting that is no secret',
      good: `
        import express from 'express';
        express().use((req, res, next) => (req.get('x-version') === process.env.APP_VERSION ? next() : res.sendStatus(409)));`,
    },
    {
      title: 'the length of a token, and its kind',
      good: `
        import express from 'express';
        express().use((req, res, next) => {
          if (req.get('x-api-key').length !== process.env.API_KEY.length) return res.sendStatus(401);
          if (typeof req.get('x-api-key') !== 'string') return res.sendStatus(401);
          next();
        });`,
    },
    {
      title: 'a checksum of content nobody keeps secret',
      good: `
        import { createHash } from 'node:crypto';
        import express from 'express';
        express().get('/', (req, res) => {
          const etag = createHash('sha1').update(page).digest('hex');
          if (req.get('if-none-match') === etag) return res.sendStatus(304);
          res.send(page);
        });`,
    },
  ],
});

/** The function asks whether the variable is set: `!process.env.KEY ||`, `if (!key) return`. */
function asksWhetherSet(fn: FunctionView, variable: string, context: RuleContext): boolean {
  const isIt = (value: Value): boolean => {
    if (value.kind !== 'ref' || value.path.length > 0) return false;
    const end = context.resolve(value).value;
    return end.kind === 'ref' && end.root.kind === 'env' && end.root.name === variable && end.path.length === 0;
  };
  const asks = (value: Value): boolean => (value.kind === 'not' && isIt(value.of)) || (value.kind === 'logic' && value.op === '&&' && (isIt(value.left) || isIt(value.right)));
  return someValue(fn, asks) || fn.steps.some((step) => step.when.some(({ test }) => isIt(test)));
}
interface Found {
  /** A text is put together with it, which is there without it as well: `Bearer ${process.env.KEY}`. */
  readonly isText?: true;
  readonly name: string;
  readonly variable: string | undefined;
}
/** The secret a side of a comparison is: an environment variable or setting by its name, or a signature that is computed here. */
function secretIn(side: Value, fn: FunctionView, context: RuleContext): Found | undefined {
  if (side.kind === 'literal' || context.request(side)) return undefined;
  if (side.kind === 'ref' && side.path.at(-1) === 'length') return undefined;
  const value = context.resolve(side).value;
  if (value.kind === 'ref' && value.root.kind === 'env') {
    const { name } = value.root;
    return name !== undefined && value.path.length === 0 && (secretName(name) || (PLAIN_KEY.test(name) && !context.projectUses(`checks ${name}`))) ? { name, variable: name } : undefined;
  }
  const around = value.kind === 'template' ? value.parts.flatMap((part) => (typeof part === 'string' || part.kind === 'template' ? [] : [secretIn(part, fn, context)])).find((one) => one?.variable !== undefined) : undefined;
  if (around) return { ...around, isText: true };
  if (isSignature(value, fn, context, 0)) return { name: 'signature', variable: undefined };
  // A member of the configuration: `config.webhookSecret`. What belongs to a user or a record is looked up, not a secret of the server.
  if (side.kind !== 'ref' || side.root.kind !== 'import' || !/^(\.|~|@\/|#)/.test(side.root.from)) return undefined;
  const name = side.path.at(-1) ?? side.root.name;
  return secretName(name) ? { name, variable: undefined } : undefined;
}
/** A keyed hash: `createHmac(...).update(...).digest(...)`, in one chain or through a name. A plain hash is no secret. */
function isSignature(value: Value, fn: FunctionView, context: RuleContext, depth: number): boolean {
  if (depth > 8) return false;
  if (value.kind === 'ref') {
    const next = value.root.kind === 'value' ? value.root.of : context.resolve(value).value;
    return next !== value && next.kind === 'call' && isSignature(next, fn, context, depth + 1);
  }
  if (value.kind === 'template') return value.parts.some((part) => typeof part !== 'string' && isSignature(part, fn, context, depth + 1));
  if (value.kind !== 'call') return false;
  if (/^(node:)?crypto\.createHmac$/.test(value.callee) || (DIGESTS.has(value.name) && /hmac/i.test(value.name))) return true;
  return value.receiver !== undefined && isSignature(value.receiver, fn, context, depth + 1);
}
/** The value comes from whoever calls: a part of the request that is text. */
function fromCaller(value: Value, context: RuleContext): boolean {
  if (value.kind === 'ref' && value.path.at(-1) === 'length') return false;
  const field = context.request(value) ?? context.request(context.resolve(value).value);
  return field !== undefined && ['header', 'query', 'body', 'param', 'cookie'].includes(field.from);
}
/** The operator's token, found between the two sides; the whole comparison where they hide it. */
function operatorOf(compare: Compare, context: RuleContext): At {
  const text = context.textOf(compare.at);
  const left = context.textOf(compare.left.at);
  const from = text.indexOf(left);
  const at = from < 0 ? -1 : text.indexOf(compare.op, from + left.length);
  return at < 0 ? compare.at : context.within(compare.at, at, at + compare.op.length);
}
