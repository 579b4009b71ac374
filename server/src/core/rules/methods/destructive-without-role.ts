import type { FunctionView } from '../../model/module.js';
import { links, type Endpoint } from '../../project/project.js';
import { refusesByItself } from '../facts/methods.js';
import { ownBody } from '../facts/own-steps.js';
import { identityPath, publicPath } from '../facts/paths.js';
import { givesPower, isGivenPower, removesAccounts } from '../facts/powers.js';
import { mayAskForRights, readsCaller, roleFix } from '../facts/rights.js';
import { rule, type Fix, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
}
const DESTRUCTIVE_POST = /\/(delete|remove|ban|disable|purge|reset|promote|demote|roles?|permissions|impersonate)$/i;
const ROLE_WRITE = /\/(roles?|permissions)$/i;
/** Words for taking something away, which also say what else is done with a body that names it. */
const TAKES_AWAY = /\/(delete|remove|purge|wipe|erase|destroy|kick|expel)(\/|$)/i;
const OWN = /(^|\/)((me|self)(\/|$)|(account|profile)(\/(?![^]*\{)|$))/i;
/** The word before what it is done to: `/accounts/delete/{id}`. */
const ACCOUNT_POST = /\/(users?|accounts?|members?|customers?|employees?|admins?)\/(delete|remove|ban|disable|purge|promote|demote|impersonate)\/\{[^/{}]{1,60}\}$/i;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/destructive-without-role',
    title: 'Anyone logged in can delete accounts',
    owasp: ['API5:2019', 'API1:2019', 'API5:2023', 'API1:2023'],
    cwe: [285, 639],
    severity: 'warning',
    confidence: 'medium',
    topics: ['method', 'auth'],
    since: '0.1.0',
    whenNotToUse: 'Every caller of this service is an administrator already.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/'],
  },
  on: 'endpoint',
  words: [],
  *detect(endpoint, context) {
    if (endpoint.route.public || OWN.test(endpoint.path.text)) return;
    const body = ownBody(endpoint, context);
    if (!isDestructive(endpoint) && !actsOnAccounts(endpoint, body, context)) return;
    if (endpoint.authorization.state === 'guarded' || links(endpoint.chain).some((link) => mayAskForRights(link.layer.value)) || refusesByItself(endpoint, context)) return;
    const isOpen = endpoint.authentication.state === 'open' && endpoint.chainComplete;
    // An unread layer may be the role check.
    if (!isOpen && endpoint.authorization.state === 'unknown' && endpoint.authorization.by !== undefined) return;
    if (!isOpen && endpoint.authentication.state !== 'guarded') return;
    if (body && readsCaller(body, context)) return;
    if (endpoint.conduct && endpoint.conduct.refuses.includes(403) && endpoint.conduct.tests.length > 0) return;
    yield {
      at: endpoint.methodAt,
      subject: endpoint.id,
      evidence: { endpoint },
      confidence: 'medium',
      when: endpoint.when,
      severity: body ? (isOpen ? 'error' : 'warning') : 'info',
      ...(endpoint.pathAt ? { related: [{ at: endpoint.pathAt, label: 'the account is named by the caller' }] } : {}),
    };
  },
  explain: ({ endpoint }) => ({
    message: `${endpoint.method} ${endpoint.path.text} can ${endpoint.method === 'DELETE' && isAccountLast(endpoint) ? 'remove' : 'change'} any account, an administrator's too: ` +
      `${endpoint.authentication.state === 'open' ? 'no check' : 'only a login check'} runs before it. Require a role, and refuse to delete privileged or own accounts.`,
    why: 'A login says who calls, not what the caller may destroy: DELETE /users/1 removes the super admin.',
    remedy: 'Require an administrator role, or compare the account with the caller.',
  }),
  *fix({ evidence: { endpoint } }, context): Iterable<Fix> {
    const required = roleFix(endpoint, context);
    if (required) yield required;
  },
  examples: [
    {
      title: 'only a login check',
      bad: `
        import { Router } from 'express';
        import { User } from './models';
        const router = Router();
        router.delete('/users/:id', requireAuth, (req, res) => User.findByIdAndDelete(req.params.id));
        //     ^^^^^^ methods/destructive-without-role "only a login check"
        export default router;
      `,
      fixed: `
        import { Router } from 'express';
        import { User } from './models';
        const router = Router();
        router.delete('/users/:id', requireAuth, requireRole('admin'), (req, res) => User.findByIdAndDelete(req.params.id));
        export default router;
      `,
    },
    {
      title: 'no check at all',
      bad: `
        import express from 'express';
        const app = express();
        app.delete('/users/:id', (req, res) => { remove(req.params.id); res.end(); });
        //  ^^^^^^ methods/destructive-without-role "no check runs before it"
      `,
    },
    {
      title: 'a role that anybody may give',
      bad: `
        import express from 'express';
        express().put('/users/:id/role', requireAuth, (req, res) => { setRole(req.params.id, req.body.role); res.end(); });
        //        ^^^ methods/destructive-without-role "can change any account"
      `,
    },
    {
      title: 'the account to delete is named behind the word',
      bad: `
        var router = require('express').Router();
        router.post('/member/remove/:id', function (req, res) { db.prepare('DELETE FROM members WHERE id = ?').run(req.params.id); res.redirect('/'); });
        //     ^^^^ methods/destructive-without-role
        module.exports = router;
        require('express')().use(router).listen(80);
      `,
    },
    {
      title: 'whoever is logged in makes anybody an administrator',
      bad: `
        import express from 'express';
        const app = express();
        app.patch('/crew/:name', requireAuth, async (req, res) => { await Crew.updateOne({ name: req.params.name }, { isAdmin: req.body.isAdmin }); res.end(); });
        //  ^^^^^ methods/destructive-without-role "only a login check"
        app.listen(3000);
      `,
    },
    {
      title: 'accounts by another name: their table holds passwords',
      bad: `
        //- tables.js
        import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
        export const keepers = pgTable('keepers', { id: uuid('id').primaryKey(), login: text('login'), passwordHash: text('password_hash') });
        //- store.js
        import Database from 'better-sqlite3';
        const db = new Database('hives.db');
        db.exec('create table if not exists helpers(id integer primary key, name text, salt text, hash text)');
        export const drop = (id) => db.prepare('delete from helpers where id = ?').run(id).changes;
        //- app.js
        import { Hono } from 'hono';
        import { eq } from 'drizzle-orm';
        import { db } from './db.js';
        import { keepers } from './tables.js';
        import { drop } from './store.js';
        const app = new Hono();
        app.delete('/hives/:keeper', requireAuth, async (c) => { await db.delete(keepers).where(eq(keepers.id, c.req.param('keeper'))); return c.body(null, 204); });
        //  ^^^^^^ methods/destructive-without-role "only a login check"
        app.post('/helpers/remove', requireAuth, async (c) => { const { id } = await c.req.json(); return c.json({ gone: drop(id) }); });
        //  ^^^^ methods/destructive-without-role
        export default app;
      `,
    },
    {
      title: 'rights that are always given, to whoever is named',
      bad: `
        import express from 'express';
        import { pool } from './pool.js';
        const app = express();
        app.post('/crew/:id/promote', requireAuth, async (req, res) => { await pool.query('UPDATE crew SET is_admin = true WHERE id = $1', [req.params.id]); res.end(); });
        //  ^^^^ methods/destructive-without-role "can change any account"
        app.put('/boats/:id/captain/:who', requireAuth, async (req, res) => { await Crew.updateOne({ _id: req.params.who }, { role: 'manager' }); res.end(); });
        //  ^^^ methods/destructive-without-role
        app.listen(3000);
      `,
    },
    {
      title: 'rows of other tables, rights that are taken or everybody has, and what is the caller\'s own',
      good: `
        import express from 'express';
        import { pool } from './pool.js';
        const app = express();
        app.delete('/crew/:id/watches/:watch', requireAuth, async (req, res) => { await pool.query('DELETE FROM watches WHERE id = $1', [req.params.watch]); res.end(); });
        app.delete('/invitations/:id', requireAuth, async (req, res) => { await User.deleteOne({ _id: req.params.id, invitedBy: req.user.id }); res.end(); });
        app.post('/crew/:id/leave', requireAuth, async (req, res) => { await pool.query('UPDATE crew SET is_admin = false WHERE id = $1', [req.params.id]); res.end(); });
        app.put('/crew/:id', requireAuth, async (req, res) => { await Crew.updateOne({ _id: req.params.id }, { role: 'reader' }); res.end(); });
        app.post('/owners/:code', requireAuth, async (req, res) => { await Crew.updateOne({ _id: req.user.id }, { role: 'owner' }); res.end(); });
        app.listen(3000);
      `,
    },
    {
      title: 'a guard that is told which right it takes',
      good: `
        import express from 'express'; express().delete('/users/:id', auth('manageUsers'), (req, res) => { remove(req.params.id); res.end(); });
      `,
    },
    { title: 'a role guard', good: `import { Router } from 'express'; const router = Router(); router.delete('/users/:id', requireAuth, requireRole('admin'), removeUser);` },
    {
      title: 'the caller is compared',
      good: `import { Router } from 'express'; const router = Router(); router.delete('/users/:id', requireAuth, (req, res) => { if (req.user.id !== req.params.id) return res.sendStatus(403); del(req, res); });`,
    },
    {
      title: 'the query asks for the owner',
      good: `
        import { Router } from 'express'; const router = Router(); router.delete('/accounts/:id', requireAuth, (req, res) => Account.deleteOne({ _id: req.params.id, owner: req.user.id }));
      `,
    },
    {
      title: 'the own account',
      good: `
        import { Router } from 'express'; const router = Router(); router.post('/me/remove', requireAuth, removeMe); router.delete('/users/me', requireAuth, deleteMe);
        router.patch('/crew/:name', requireAuth, async (req, res) => res.json(await Crew.updateOne({ name: req.params.name }, { hut: req.body.hut })));
      `,
    },
    {
      title: 'what belongs to an account',
      bad: `
        import express from 'express';
        import { requireAuth } from 'auth-of-ours';
        const app = express();
        app.delete('/users/:slug/sessions/:id', requireAuth, (req, res) => { sessions.remove(req.params.id); res.end(); });
        //  ^^^^^^ methods/destructive-without-role "can change any account"
        app.delete('/orgs/:org/members/:id', requireAuth, (req, res) => { members.remove(req.params.id); res.end(); });
        //  ^^^^^^ methods/destructive-without-role "can remove any account"
      `,
    },
  ],
});

/** What its handler does to accounts, whatever its path is called. */
function actsOnAccounts(endpoint: Endpoint, body: FunctionView | undefined, context: RuleContext): boolean {
  if (!body || !/^(DELETE|PUT|PATCH|POST)$/.test(endpoint.method) || publicPath(endpoint.path.text)) return false;
  const isNamed = endpoint.path.shape.includes('{}');
  // Rights are set for whoever the path names, as the caller wrote them, or always the same: `update({ role: req.body.role })`.
  if (endpoint.method !== 'DELETE' && isNamed && givesPower(body, (value) => isGivenPower(value, context), context)) return true;
  const mayRemove = endpoint.method === 'DELETE' ? isNamed : endpoint.method === 'POST' && TAKES_AWAY.test(endpoint.path.text);
  return mayRemove && removesAccounts(body, context) !== undefined;
}
/** What is removed is the account, and nothing that belongs to it, such as one of its sessions. */
function isAccountLast({ path }: Endpoint): boolean {
  return !identityPath(path.text) || identityPath(`/${path.text.split('/').slice(-2).join('/')}`);
}
function isDestructive(endpoint: Endpoint): boolean {
  const path = endpoint.path.text;
  if (endpoint.method === 'DELETE') return identityPath(path);
  if (endpoint.method === 'POST') return (identityPath(path) && DESTRUCTIVE_POST.test(path)) || ACCOUNT_POST.test(path);
  return (endpoint.method === 'PUT' || endpoint.method === 'PATCH') && identityPath(path) && ROLE_WRITE.test(path);
}

