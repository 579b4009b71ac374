import type { FunctionView } from '../../model/module.js';
import type { Endpoint } from '../../project/project.js';
import { changeExamples } from '../facts/change-examples.js';
import { changesOf, type StoredChange } from '../facts/changes.js';
import { actionOf, deedOf, type Deed } from '../facts/deeds.js';
import { ofRequest } from '../facts/handed.js';
import { ownBody } from '../facts/own-steps.js';
import { publicPath } from '../facts/paths.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
  readonly write: Pick<StoredChange, 'kind' | 'name'> | Deed | undefined;
  readonly word: string | undefined;
  /** What it changes is who is logged in. */
  readonly ends?: true;
}
const ACTION = /^(delete|remove|destroy|purge|reset|disable|enable|approve|transfer)(-?[a-z]{1,30})?$/i;
const EXACT_ACTION = /^(delete|remove|destroy|purge|disable|approve|transfer|clear|empty|void|cancel|archive|revoke|wipe|flush|drop|reset|ban|unban|publish|unpublish|restore|toggle|rotate|pay|refund|promote|demote)$/i;
/** Of those, words that also name what is shown. */
const WEAK_ACTION = /^(archive|reset|pay|publish|drop|restore|toggle|promote|clear|empty|flush|void|cancel|ban|unban|unpublish|wipe|rotate|refund|demote|revoke)$/i;
/** Links in mails, and ends of sessions, that have to be GET; and what is remembered of a visit. */
const BY_LINK = /(^|\/)(verify|confirm|activate|unsubscribe|callback|logout|log-out|signout|sign-out|invite|invitation|accept|magic|track|pixel|open|click|redirect|cron|webhooks?|health|seed)(-?\w{1,30})?(\/|$)/i;
const ALWAYS_LINK = /(^|\/)(callback|logout|log-out|signout|sign-out|magic|track|pixel|redirect|unsubscribe|webhooks?|health)(-?\w{1,30})?(\/|$)/i;
const LOGOUT = /^(log-?out|sign-?out|logoff|sign-?off)$/i;
const ASIDE = /seen|visit|view|(?<!ac)count|hit|access|log|audit|track|stat|last|session|cache|history|activity|online|read/i;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/unsafe-get',
    title: 'A GET request changes data',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [650, 352],
    severity: 'warning',
    confidence: 'low',
    topics: ['method'],
    since: '0.1.0',
    whenNotToUse: 'The change only remembers that something was read.',
    references: ['https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1'],
  },
  on: 'endpoint',
  words: ['get', 'delete', 'update', 'create', 'remove'],
  *detect(endpoint, context) {
    const { method, path, route } = endpoint;
    if (method !== 'GET' || route.public) return;
    const last = path.segments.at(-1);
    const ended = last && LOGOUT.test(last.text) ? sessionEnd(endpoint, context) : undefined;
    if (ended !== undefined) yield { at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, severity: 'hint', confidence: 'medium', evidence: { endpoint, write: { kind: 'write', name: ended }, word: undefined, ends: true } };
    if (publicPath(path.text) || byLink(endpoint)) return;
    const word = last?.kind === 'text' && EXACT_ACTION.test(last.text) ? last.text : undefined;
    const body = ownBody(endpoint, context);
    const isAction = word !== undefined || actionOf(endpoint) !== undefined;
    const writes = body ? changesOf(body, context).filter((one) => (!one.held || isAction) && (one.held || !isAside(one, one.call ? wholeText(one, body, context) : ''))) : [];
    // A read may remember that it was made; a removal, or a path that names an action, is no such thing.
    const write = writes.find((one) => one.kind === 'delete') ?? (writes[0] && (isAction || ACTION.test(last?.text ?? '') || !reads(body?.name ?? '')) ? writes[0] : undefined);
    const deed = write ? undefined : deedOf(endpoint, body, context);
    if (deed && (body !== undefined || !isFormOf(endpoint, context))) {
      yield { at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, severity: deed.kind === 'delete' && body ? 'warning' : 'info', confidence: body ? 'medium' : 'low', evidence: { endpoint, write: deed, word } };
      return;
    }
    if (!write && (word === undefined || WEAK_ACTION.test(word) || !body || rendersOnly(body.steps.flatMap((step) => (step.do === 'call' ? [step.call.name] : []))) || isFormOf(endpoint, context))) return;
    const severity = !write || (write.kind === 'write' && word === undefined) ? 'info' : 'warning';
    yield { at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, severity, confidence: write ? 'medium' : 'low', evidence: { endpoint, write, word } };
  },
  explain: ({ endpoint, write, word, ends }) => ({
    message: ends
      ? `GET ${endpoint.path.text} ends the session (${write?.name ?? ''}), so any page can log visitors out with a picture. Use POST.`
      : `GET ${endpoint.path.text} changes data (${write?.name ?? `its path ends in ${word ?? ''}`}); links and prefetching can trigger it without the user's intent. ` +
      `Use ${write?.kind === 'delete' || /delete|remove|destroy|purge/i.test(word ?? '') ? 'DELETE' : 'POST'}.`,
    why: 'Pictures, links, prefetchers and crawlers send GET with the cookies of whoever looks; defences against forgery leave GET out.',
    remedy: 'Answer it to POST or DELETE, and send that from the page.',
  }),
  *fix({ at, evidence: { endpoint, write, word } }, context): Iterable<FixAnswer> {
    const to = write?.kind === 'delete' || /delete|remove|destroy|purge/i.test(word ?? '') ? 'delete' : 'post';
    const text = context.textOf(at);
    const [quote] = /^['"]/.exec(text) ?? [];
    if (endpoint.route.branch === true && endpoint.framework !== 'next') yield { refused: 'The method is tested inside a function that does more.' };
    else if (text === 'get') yield { title: `Use ${to.toUpperCase()}`, safety: 'review', changes: [{ do: 'replace', at, code: [to] }] };
    else if (text === 'GET' || quote !== undefined) yield { title: `Use ${to.toUpperCase()}`, safety: 'review', changes: [{ do: 'replace', at, code: quote === undefined ? [to.toUpperCase()] : [{ quote: to.toUpperCase() }] }] };
    else if (text === 'Get') {
      const name = to === 'delete' ? 'Delete' : 'Post';
      yield { title: `Use ${to.toUpperCase()}`, safety: 'review', changes: [{ do: 'replace', at, code: [name] }, { do: 'import', path: at.path, from: '@nestjs/common', name, as: name }] };
    } else yield { refused: 'The method is written in a form this fix does not know how to edit.' };
  },
  examples: [
    ...changeExamples,
    { title: 'a prepared statement, a repository that a function gives', bad: `
        const app = require('express')(), { db, placeRepository } = require('./store');
        app.get('/places/:id/close', (req, res) => { db.prepare('UPDATE places SET open = 0 WHERE id = ?').run(req.params.id); res.json({}); });
        //  ^^^ methods/unsafe-get "(UPDATE PLACES)"
        app.get('/places/:id/show', async (req, res) => { await placeRepository().update(req.params.id, { shown: true }); res.json({}); });
        //  ^^^ methods/unsafe-get "(placeRepository().update)"
      ` },
    {
      title: 'a link deletes',
      bad: `
        import express from 'express';
        import { Cart } from './models.js';
        const app = express();
        app.get('/carts/:id/delete', auth, async (req, res) => res.json(await Cart.findByIdAndDelete(req.params.id)));
        //  ^^^ methods/unsafe-get "changes data (Cart.findByIdAndDelete)"
      `,
      fixed: `
        import express from 'express';
        import { Cart } from './models.js';
        const app = express();
        app.delete('/carts/:id/delete', auth, async (req, res) => res.json(await Cart.findByIdAndDelete(req.params.id)));
      `,
    },
    {
      title: 'a statement of SQL',
      bad: `
        const router = require('express').Router();
        router.get('/empty', auth, async (req, res) => { await db.query('DELETE FROM carts'); res.end(); });
        //     ^^^ methods/unsafe-get "(DELETE FROM)"
        module.exports = router;
      `,
    },
    {
      title: 'Fastify with Prisma',
      bad: `
        import Fastify from 'fastify';
        import { prisma } from './db.js';
        const fastify = Fastify();
        fastify.route({ method: 'GET', url: '/orders/:id/remove', handler: async (request) => prisma.order.delete({ where: { id: request.params.id } }) });
        //                      ^^^^^ methods/unsafe-get "(prisma.order.delete)"
      `,
      fixed: `
        import Fastify from 'fastify';
        import { prisma } from './db.js';
        const fastify = Fastify();
        fastify.route({ method: 'DELETE', url: '/orders/:id/remove', handler: async (request) => prisma.order.delete({ where: { id: request.params.id } }) });
      `,
    },
    {
      title: 'Nest with a repository',
      bad: `
        import { Controller, Get, Module, Param } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        @Controller('posts')
        class PostsController {
          constructor(private readonly postRepository) {}
          @Get(':id/remove') remove(@Param('id') id) { return this.postRepository.delete(id); }
        // ^^^ methods/unsafe-get
        }
        @Module({ controllers: [PostsController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
      fixed: `
        import { Controller, Get, Module, Param, Delete } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        @Controller('posts')
        class PostsController {
          constructor(private readonly postRepository) {}
          @Delete(':id/remove') remove(@Param('id') id) { return this.postRepository.delete(id); }
        }
        @Module({ controllers: [PostsController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
    },
    {
      title: 'functions of the project that remove, a file, a session',
      bad: `
        import express from 'express';
        import { rm } from 'node:fs/promises';
        import { removeItem } from './store.js';
        const app = express();
        app.get('/items/:id/gone', async (req, res) => { await removeItem(req.params.id); res.redirect('/items'); });
        //  ^^^ methods/unsafe-get "(removeItem)"
        app.get('/photos/:name/delete', async (req, res) => { await rm(pathOf(req.params.name)); res.end(); });
        //  ^^^ methods/unsafe-get "(rm)"
        app.get('/cart/clear', (req, res) => { delete req.session.cart; res.redirect('/cart'); });
        //  ^^^ methods/unsafe-get "(req.session.cart)"
        //- store.js
        import { Item } from './models.js';
        export async function removeItem(id) { await Item.deleteOne({ _id: id }); }
      `,
    },
    {
      title: 'a record that is kept in memory, and voided by a link',
      bad: `
        import { Router } from 'express';
        export const invoices = Router();
        const rows = new Map();
        invoices.get('/:id/void', (req, res) => {
        //       ^^^ methods/unsafe-get "(invoice.voided)"
          const invoice = rows.get(req.params.id);
          if (!invoice) return res.sendStatus(404);
          invoice.voided = true;
          res.redirect('/invoices');
        });
      `,
    },
    {
      title: 'what a plugin keeps for its handlers, and keys of Redis, removed by a link',
      bad: `
        import Fastify from 'fastify';
        import { createClient } from 'redis';
        const keys = createClient();
        const fastify = Fastify();
        fastify.register(baskets, { prefix: '/baskets' });
        async function baskets(app) {
          const open = new Map();
          app.post('/', async (req) => { open.set(req.body.id, req.body); return {}; });
          app.get('/:id/cancel', async (req) => { open.delete(req.params.id); return {}; });
          //  ^^^ methods/unsafe-get "(open.delete)"
          app.get('/:id/drop', async (req) => { await keys.del(req.params.id); return {}; });
          //  ^^^ methods/unsafe-get "(keys.del)"
        }
      `,
    },
    {
      title: 'a number in a table goes up, and a list is emptied',
      bad: `
        const express = require('express');
        const knex = require('./db');
        const app = express();
        const notices = loadNotices();
        app.get('/passes/:id/more', async (req, res) => { await knex('passes').where({ id: req.params.id, owner: req.session.id }).increment('rides', 2); res.end(); });
        //  ^^^ methods/unsafe-get
        app.get('/notices/clear', (req, res) => { notices.length = 0; res.end(); });
        //  ^^^ methods/unsafe-get "notices.length"
        let rows = [];
        app.get('/rows/:id/remove', (req, res) => { rows = rows.filter((row) => row.id !== req.params.id); res.json(rows); });
        //  ^^^ methods/unsafe-get "(rows)"
        app.listen(3000);
      `,
    },
    {
      title: 'the end of a session, which any page may ask for',
      bad: `
        const express = require('express');
        const router = express.Router();
        router.get('/logout', (req, res) => req.session.destroy(() => res.redirect('/')));
        //     ^^^ methods/unsafe-get "log visitors out"
        router.get('/sign-out', (req, res, next) => req.logout((error) => (error ? next(error) : res.redirect('/'))));
        //     ^^^ methods/unsafe-get "log visitors out"
        module.exports = router;
      `,
      fixed: `
        const express = require('express');
        const router = express.Router();
        router.post('/logout', (req, res) => req.session.destroy(() => res.redirect('/')));
        router.get('/sign-out', (req, res, next) => req.logout((error) => (error ? next(error) : res.redirect('/'))));
        module.exports = router;
      `,
    },
    {
      title: 'one function that answers several methods, and removes for one of them',
      good: `
        import http from 'node:http';
        import fs from 'node:fs';
        http.createServer((req, res) => {
          if (req.method === 'GET') return fs.createReadStream(nameOf(req.url)).pipe(res);
          if (!allowed(req)) return res.writeHead(401).end();
          if (req.method === 'DELETE') return fs.unlink(nameOf(req.url), () => res.end());
          res.writeHead(405).end();
        }).listen(80);
      `,
    },
    {
      title: 'words that name what is shown, and what is done to the answer',
      good: `
        import express from 'express'; import { posts } from './posts.js'; import * as pages from './pages.js'; const app = express();
        app.get('/archive', async (q, s) => s.json(await posts.archive(q.query.page))); app.get('/posts/:id/end', (q, s) => s.end()); app.get('/a/:id/close', (q, s) => { s.set('x', '1'); s.status(200).close(); });
        app.get('/b/:id/remove', pages.removeForm); app.get('/c/:id/cancel', pages.cancel); app.post('/c/:id/cancel', pages.canceled); app.get('/locks/lock', (q, s) => s.json(posts.locked(q.query.id)));
        app.get('/d/:id/start', (q, s) => { setTimeout(() => s.json(posts.startTimes(q.params.id)), 1); });
      `,
    },
    {
      title: 'keys of a cache, and a map that lasts for one request',
      good: `
        import express from 'express'; import Redis from 'ioredis'; const app = express(); const redis = new Redis(); const cache = new Redis();
        app.get('/rates/:id', async (q, s) => { await redis.del(q.params.id); s.json(await rates(q.params.id)); });
        app.get('/rates/:id/drop', async (q, s) => { await cache.del(q.params.id); s.render('rates'); });
        app.get('/a/:id/cancel', (q, s) => { const own = new Map(); const drop = () => own.delete(q.params.id); drop(); s.render('a', { own }); });
      `,
    },
    {
      title: 'words that also say what is shown, where nothing is kept',
      good: `
        import express from 'express'; import { Router } from 'express'; const app = express(); const trips = new Map();
        app.get('/trips/:id/return', (q, s) => s.json(Object.assign({}, trips.get(q.params.id), { way: 'back' }))); app.get('/trips/:id/release', (q, s) => { s.set('x-a', '1'); s.json(trips.get(q.params.id)); });
      `,
    },
    {
      title: 'a form, and what is sent by it',
      good: `
        import express from 'express'; const app = express();
        app.get('/account/delete', (q, s) => Delete.get(q, s)); app.post('/account/delete', (q, s) => Delete.post(q, s)); app.get('/pages/archive', (q, s) => s.json(old()));
        const seen = new Map(); app.get('/a/:id', (q, s) => { seen.set(q.params.id, 1); const own = new Map(); own.delete('x'); s.json(own); });
      `,
    },
    {
      title: 'reading, and a cache',
      good: `
        import express from 'express'; import { User } from './models.js'; const app = express();
        app.get('/users/:id', auth, async (q, s) => { cache.delete('x'); seen.delete(q.ip); s.json(await User.findById(q.params.id).select('name')); });
      `,
    },
    {
      title: 'links in mails and the end of a session',
      good: `
        import express from 'express'; import { User } from './models.js'; const app = express();
        app.get('/verify/:token', async (q, s) => { await User.updateOne({ token: q.params.token }, { verified: true }); s.end(); });
        app.get('/logout', async (q, s) => { await Session.deleteOne({ id: q.sessionID }); s.redirect('/'); });
      `,
    },
    {
      title: 'counts and logs',
      good: `
        import express from 'express'; import { Post, AuditLog } from './models.js'; const app = express();
        app.get('/posts/:id', async (q, s) => { await AuditLog.create({ path: q.path }); await Post.updateOne({ _id: q.params.id }, { $inc: { views: 1 } }); s.json(await Post.findById(q.params.id)); });
      `,
    },
    {
      title: 'objects, cookies and parameters',
      good: `
        import express from 'express'; const app = express();
        app.get('/a', (q, s) => { const url = new URL(q.url); url.searchParams.delete('x'); const hash = crypto.createHash('sha1'); s.json(Object.create(null)); });
        app.get('/b', (c) => { c.cookies.delete('a'); });
      `,
    },
    {
      title: 'the page that asks whether to delete',
      good: `
        import express from 'express'; const app = express(); app.get('/posts/:id/delete', auth, (q, s) => s.render('delete', { id: q.params.id }));
      `,
    },
    {
      title: 'changes by methods that change',
      good: `
        import express from 'express'; import { User } from './models.js'; const app = express();
        app.post('/users/:id/remove', auth, async (q, s) => s.json(await User.findByIdAndDelete(q.params.id)));
        app.delete('/users/:id', auth, async (q, s) => s.json(await User.deleteOne({ _id: q.params.id })));
      `,
    },
  ],
});

/** How the handler ends the caller's session: `req.session.destroy()`, `req.logout()`, `ctx.session = null`. */
function sessionEnd({ handler }: Endpoint, context: RuleContext): string | undefined {
  for (const step of (handler === undefined ? undefined : context.body(handler))?.steps ?? []) {
    if (step.do === 'call' && (/(^|\.)session\.(destroy|regenerate|delete|reset)$/.test(step.call.callee) || (/^(logout|logOut)$/.test(step.call.name) && ofRequest(step.call.receiver, context)))) return step.call.callee;
    if (step.do === 'assign' && step.target.path.join('.') === 'session' && step.value.kind === 'literal' && ofRequest(step.target, context)) return step.target.text;
  }
  return undefined;
}
/** The page of a form whose sending another method of the same path answers. */
function isFormOf({ app, path }: Endpoint, context: RuleContext): boolean {
  return context.endpoints({ shape: `${app} ${path.shape}` }).some((one) => one.method === 'POST' || one.method === 'PUT' || one.method === 'DELETE');
}
/** The call with what is chained to it, as long as its statement is no longer than a few lines. */
function wholeText({ call }: StoredChange, body: FunctionView, context: RuleContext): string {
  const step = call && body.steps.find((one) => one.do === 'call' && one.call.at.mark === call.at.mark && one.call.at.part === call.at.part);
  const text = step && context.textOf(step.statementAt);
  return text !== undefined && text.length < 300 ? text : call ? context.textOf(call.at) : '';
}
/** What only remembers something beside the answer. */
function isAside({ name }: StoredChange, text: string): boolean {
  // What a row is looked up by says nothing of what is kept in it.
  return ASIDE.test(name.replace(/\.where\([^]*$/i, '')) || /\$inc\b|lastSeen|last_?(login|access|active|used)|views?\b|clicks?\b|hits?\b|visits?\b|counter/i.test(text.slice(0, 400));
}
/** Nobody opens a link of a mail with a login before it, but some routes have to be GET all the same. */
function byLink({ path, authentication }: Endpoint): boolean {
  if (ALWAYS_LINK.test(path.text)) return true;
  const last = path.segments.at(-1);
  return BY_LINK.test(path.text) && !(authentication.state === 'guarded' && last?.kind === 'text' && path.segments.at(-2)?.kind === 'parameter' && !/token|code|key|hash|secret|sig/i.test(path.text));
}
function reads(name: string): boolean {
  return /(^|\.)(get|list|find|show|read|fetch|index|view|load|search)[A-Z_]?\w*$/i.test(name);
}
/** A page that asks, or what answers without doing: nothing else is called. */
function rendersOnly(calls: readonly string[]): boolean {
  return calls.length === 0 || calls.some((name) => /^(render\w*|sendFile|redirect)$/.test(name));
}
