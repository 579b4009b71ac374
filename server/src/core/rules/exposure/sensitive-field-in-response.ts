import type { Change } from '../../findings/changes.js';
import type { Send } from '../../model/api.js';
import type { Value } from '../../model/value.js';
import { placeOfLeaf } from '../facts/errors.js';
import { personName, recordRead, sensitiveField, takesAway, type RecordRead } from '../facts/records.js';
import { rule, type FixAnswer, type Leaf, type RuleContext } from '../rule.js';

type Evidence = { readonly leaf: Leaf; readonly send: Send } & ({ readonly field: string; readonly isSalt: boolean } | { readonly read: RecordRead });
/** Objects whose members are texts about a field, and switches. */
const ABOUT = /^(errors?|errs?|validation\w*|messages?|msgs?|labels?|strings|i18n|rules|schema|touched|required|flags?|features?|policy|policies|settings|counts?|stats|colors?|config|process)$/i;

export default rule<'send', Evidence>({
  meta: {
    id: 'exposure/sensitive-field-in-response',
    title: 'Whole user record goes to the client',
    owasp: ['API3:2019', 'API3:2023'],
    cwe: [213, 359],
    severity: 'warning',
    confidence: 'medium',
    topics: ['data-exposure'],
    since: '0.1.0',
    whenNotToUse: 'The records hold public fields only, or a serialiser this rule cannot see removes the others.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/', 'https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html'],
  },
  on: 'send',
  words: [],
  *detect({ send, in: fn }, context) {
    // A page shows what its template names.
    if (send.call?.name === 'render') return;
    const hasSchema = context.endpoints({ handler: fn.id }).some((one) => one.framework === 'fastify' && describesAnswer(one.route.options, context));
    const seen = new Set<unknown>();
    const leaves = [...context.leaves(send.value, fn)];
    for (const leaf of leaves) {
      const place = placeOfLeaf(leaf, send);
      const known = leaf.entry ?? leaf.via ?? leaf.value;
      if (!place || seen.has(known)) continue;
      const field = fieldIn(leaf, context);
      if (field !== undefined) {
        seen.add(known);
        const isSalt = isSaltName(field) && !leaves.some((one) => one !== leaf && sensitiveField(one.key ?? '') !== undefined && !isSaltName(one.key ?? ''));
        const found = { ...place, subject: `${field} ${leaf.key ?? ''}`, evidence: { leaf, send, field, isSalt }, when: [...send.when, ...leaf.when] };
        yield { ...found, severity: isSalt ? 'info' : 'error', confidence: 'medium' };
        continue;
      }
      if (hasSchema || leaf.followed === true || leaf.through.length > 0 || takesAway(fn) || leaf.entered?.some(takesAway) === true) continue;
      const read = recordRead(leaf.value, fn, context);
      if (!read || (context.projectUses('class-transformer') && context.role(fn.id)?.framework === 'nest')) continue;
      seen.add(known);
      // The name that is sent tells more than the query it was read with.
      const shown = leaf.via?.at.path === send.at.path && leaf.via.kind === 'ref' ? { at: leaf.via.at } : place;
      yield { ...shown, subject: `${read.model} ${leaf.key ?? ''}`, evidence: { leaf, send, read }, confidence: read.proven ? 'high' : 'medium', when: [...send.when, ...leaf.when] };
    }
  },
  explain: (evidence) => ({
    message: 'field' in evidence
      ? `'${evidence.field}' leaves the server in this response. ${evidence.isSalt ? 'It tells which accounts there are, and clients that hash passwords themselves send what is as good as one.' : 'Remove it.'}`
      : `The whole ${evidence.read.model} record is returned, with any password hash or token it holds. Select the fields the client needs.`,
    why: 'A password hash can be guessed offline, and a reset token takes the account over.',
    remedy: 'Name the fields that are sent, in the query or in a function that builds the answer.',
  }),
  *fix({ evidence }, context): Iterable<FixAnswer> {
    if ('field' in evidence) yield* withoutField(evidence.leaf);
    else yield* narrowed(evidence.read, evidence.leaf, evidence.send, context);
  },
  examples: [
    {
      title: 'a record as it was found',
      bad: `
        import express from 'express';
        import { User } from './models';
        express().get('/users/:id', async (req, res) => {
          const user = await User.findById(req.params.id);
          res.json(user);
          //       ^^^^ exposure/sensitive-field-in-response "whole User record"
        });
      `,
      fixed: `
        import express from 'express';
        import { User } from './models';
        express().get('/users/:id', async (req, res) => {
          const user = await User.findById(req.params.id).select('-password');
          res.json(user);
        });
      `,
    },
    {
      title: 'a field by name',
      bad: `
        import express from 'express';
        express().get('/users/:id', async (req, res) => {
          const u = await load(req.params.id);
          res.json({ id: u.id, passwordHash: u.passwordHash });
          //                                 ^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "'passwordHash' leaves"
        });
      `,
      fixed: `
        import express from 'express';
        express().get('/users/:id', async (req, res) => {
          const u = await load(req.params.id);
          res.json({ id: u.id });
        });
      `,
    },
    {
      title: 'the salt alone, for a client that hashes, and a salt beside its hash',
      bad: `
        import express from 'express';
        const app = express();
        app.get('/authenticate/:email', async (req, res) => {
          const user = await load(req.params.email);
          res.json({ salt: user.passwordSalt });
          //               ^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "which accounts there are"
        });
        app.get('/users/:id', async (req, res) => {
          const user = await load(req.params.id);
          res.json({ salt: user.passwordSalt, hash: user.passwordHash });
          //               ^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "Remove it"
          //                                        ^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
        });
      `,
    },
    {
      title: 'Prisma and Fastify',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/users', async (request, reply) => {
          return reply.send(await prisma.user.findMany({ where: { active: true } }));
          //                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
        });
        app.get('/first', async () => prisma.user.findFirst());
        //                            ^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      `,
      fixed: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/users', async (request, reply) => {
          return reply.send(await prisma.user.findMany({ where: { active: true }, omit: { password: true } }));
        });
        app.get('/first', async () => prisma.user.findFirst());
        //                            ^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      `,
    },
    {
      title: 'a promise, a callback and a statement of SQL',
      bad: `
        const express = require('express');
        const app = express();
        app.get('/a', (req, res) => { Account.findAll().then((accounts) => res.json({ accounts })); });
        //                                                                            ^^^^^^^^ exposure/sensitive-field-in-response
        app.get('/b', (req, res) => { User.findOne({ email: 1 }, (err, found) => { res.send(found); }); });
        //                                                                                  ^^^^^ exposure/sensitive-field-in-response
        app.get('/c', async (req, res) => {
          const { rows } = await pool.query('SELECT * FROM users WHERE id = $1', [req.params.id]);
          res.json(rows[0]);
          //       ^^^^^^^ exposure/sensitive-field-in-response
        });
      `,
    },
    {
      title: 'a new user, saved and sent back',
      bad: `
        import express from 'express';
        express().post('/users', async (req, res) => {
          const user = new User({ email: req.body.email, password: await hash(req.body.password) });
          await user.save();
          res.status(201).json({ ok: true, user });
          //                               ^^^^ exposure/sensitive-field-in-response
        });
      `,
    },
    {
      title: 'the schema says what rides along',
      bad: `
        //- models/user.js
        const mongoose = require('mongoose');
        const userSchema = new mongoose.Schema({ email: String, password: { type: String } });
        module.exports = mongoose.model('User', userSchema);
        //- app.js
        const User = require('./models/user');
        const app = require('express')();
        app.get('/users', async (req, res) => { const users = await User.find({}).sort('email').lean(); res.json(users); });
        //                                                                                                       ^^^^^ exposure/sensitive-field-in-response
      `,
    },
    {
      title: 'a repository, with a place of its own for the answer',
      bad: `
        import express from 'express';
        export class Users {
          constructor(private readonly userRepository: Repository) {}
          show = async (req, res) => { const found = await this.userRepository.findOneBy({ id: req.params.id }); res.json(found); };
          //                                                                                                              ^^^^^ exposure/sensitive-field-in-response
        }
      `,
      fixed: `
        import express from 'express';
        export class Users {
          constructor(private readonly userRepository: Repository) {}
          show = async (req, res) => { const found = await this.userRepository.findOneBy({ id: req.params.id }); const { password, ...safe } = found; res.json(safe); };
        }
      `,
    },
    {
      title: 'fields that were chosen',
      good: `
        import express from 'express';
        const app = express();
        app.get('/a', async (req, res) => { const user = await User.findById(req.params.id).select('name email'); res.json(user); });
        app.get('/b', async (req, res) => { res.json(await User.findOne({ id: 1 }, 'name')); });
        app.get('/c', async (req, res) => { res.json(await prisma.user.findMany({ select: { id: true } })); });
        app.get('/d', async (req, res) => { res.json(await User.findAll({ attributes: ['id', 'name'] })); });
        app.get('/e', async (req, res) => { res.json(await prisma.user.findUnique({ where: { id: 1 }, omit: { password: true } })); });
        app.get('/f', async (req, res) => { res.json(await db('users').select('id', 'name')); });
        app.get('/g', async (req, res) => { res.json(await User.findAll(options)); });
      `,
    },
    {
      title: 'fields that were dropped',
      good: `
        import express from 'express';
        const app = express();
        app.get('/a', async (req, res) => { const user = await User.findById(1); const { password, ...safe } = user; res.json(safe); });
        app.get('/b', async (req, res) => { const user = await User.findById(1); user.password = ''; res.json(user); });
        app.get('/c', async (req, res) => { const users = await User.find().lean(); res.json(users.map(toDto)); });
        app.get('/d', async (req, res) => { const user = await User.findById(1); res.json(sanitize(user)); res.json(pick(user, ['id'])); });
        function clean(user) { delete user.password; return user; }
        app.get('/e', async (req, res) => { const user = await User.findById(1); res.json(clean(user)); });
      `,
    },
    {
      title: 'a schema that keeps the password in',
      good: `
        //- models/user.js
        const mongoose = require('mongoose');
        const userSchema = new mongoose.Schema({ email: String, password: { type: String, select: false } });
        exports.User = mongoose.model('User', userSchema);
        const memberSchema = new mongoose.Schema({ email: String, password: String }, { toJSON: { transform: hide } });
        exports.Member = mongoose.model('Member', memberSchema);
        exports.Customer = mongoose.model('Customer', new mongoose.Schema({ name: String, city: String }));
        //- app.js
        const { User, Member, Customer } = require('./models/user');
        const app = require('express')();
        app.get('/users', async (req, res) => { res.json({ users: await User.find({}), members: await Member.find({}), customers: await Customer.find({}) }); });
      `,
    },
    {
      title: 'a schema for the answer',
      good: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/users', { schema: { response: { 200: userSchema } } }, async () => prisma.user.findMany());
      `,
    },
    {
      title: 'counts, other records, and a yes or no',
      good: `
        import express from 'express';
        const app = express();
        app.get('/a', async (req, res) => { res.json({ total: await User.count(), taken: !!(await User.exists({ email: 1 })), rows: await Order.find({}) }); });
        app.get('/b', async (req, res) => { const user = await User.findById(1); res.json({ id: user.id, hasPassword: !!user.password, ok: Boolean(user) }); });
      `,
    },
    {
      title: 'a service of the project that is called like a repository',
      good: `
        import { Controller, Get } from '@nestjs/common';
        class Patients {
          private rows = new Map<string, { id: string; name: string }>();
          find() { return [...this.rows.values()].map(({ id, name }) => ({ id, name })); }
        }
        @Controller('patients')
        export class PatientsController {
          constructor(private readonly patients: Patients) {}
          @Get() list() { return this.patients.find(); }
        }
      `,
    },
    {
      title: 'texts about a field',
      good: `
        import express from 'express';
        express().post('/a', (req, res) => {
          const errors = check(req.body);
          res.status(400).json({ message: 'password updated', password: 'too short', fields: { password: errors.password }, hash: build.hash, pin: board.pin });
        });
      `,
    },
    { title: 'a page that is rendered', good: `import express from 'express'; express().get('/me', async (req, res) => { const user = await User.findById(1); res.render('me', { user }); });` },
  ],
});

/** A field of the list that is put in by name. */
function fieldIn({ value, key, through }: Leaf, context: RuleContext): string | undefined {
  if (value.kind !== 'ref' || through.some((name) => /(^|\.)(keys|getOwnPropertyNames)$/.test(name))) return undefined;
  const last = value.path.at(-1) ?? (value.path.length === 0 ? value.text : '');
  const own = sensitiveField(last);
  const keyed = key === undefined ? undefined : sensitiveField(key);
  if (own === undefined || context.request(value) !== undefined) return undefined;
  const owner = value.path.length > 1 ? (value.path.at(-2) ?? '') : (value.text.split(/[?.![]/)[0] ?? '');
  if (value.path.length === 0) {
    const end = context.resolve(value).value;
    return keyed === 'sure' && end.kind === 'ref' && end.path.length > 0 && end.root.kind === 'value' && end.root.of.kind === 'call' ? last : undefined;
  }
  if (value.root.kind === 'env' || value.root.kind === 'import' || ABOUT.test(owner)) return undefined;
  return own === 'sure' || personName(owner) ? last : undefined;
}
function isSaltName(name: string): boolean {
  return /salt$/i.test(name);
}
function describesAnswer(options: Value | undefined, context: RuleContext): boolean {
  const schema = context.option(options, 'schema');
  return schema.kind === 'unknown' || (schema.kind === 'value' && context.option(schema.value, 'response').kind !== 'absent');
}

function* withoutField({ entry, value }: Leaf): Iterable<FixAnswer> {
  if (entry && entry.value === value && entry.form !== 'spread') yield { title: 'Remove the field', safety: 'review', changes: [{ do: 'remove', at: entry.at, as: 'entry' }] };
  else yield { refused: 'The field is no property of the answer that could be removed alone.' };
}
function* narrowed({ library, call, list }: RecordRead, leaf: Leaf, send: Send, context: RuleContext): Iterable<FixAnswer> {
  const first = call.args[0];
  if (library === 'mongoose' && /^find/.test(call.name)) {
    yield { title: "Leave the password out with .select('-password')", safety: 'review', changes: [{ do: 'insert', at: call.at, where: 'after', code: ['.select(', { quote: '-password' }, ')'] }] };
    return;
  }
  if (library === 'prisma' && (!first || first.value.kind === 'object')) {
    const changes: Change[] = first ? [{ do: 'insert', at: first.value.at, where: 'entry-last', code: ['omit: { password: true }'] }] : [{ do: 'insert', at: call.at, where: 'argument-last', code: ['{ omit: { password: true } }'] }];
    yield { title: 'Leave the password out with omit', safety: 'review', changes };
    return;
  }
  const sent = leaf.via?.kind === 'ref' && leaf.via.at.path === send.at.path ? leaf.via : leaf.value;
  if (sent.kind !== 'ref' || sent.path.length > 0 || ['password', 'safe'].some((name) => context.visible(name, send.at) === 'present')) {
    yield { refused: 'Which fields the client needs has to be said where the record is read.' };
    return;
  }
  const isShorthand = leaf.entry?.form === 'shorthand';
  const name = isShorthand ? `${sent.text}: ` : '';
  if (list) yield { title: 'Leave the password out', safety: 'review', changes: [{ do: 'replace', at: sent.at, code: [`${name}${sent.text}.map(({ password, ...safe }) => safe)`] }] };
  else {
    yield {
      title: 'Leave the password out',
      safety: 'review',
      changes: [
        { do: 'insert', at: send.statementAt, where: 'line-before', code: [`const { password, ...safe } = ${sent.text};`] },
        { do: 'replace', at: sent.at, code: [`${name}safe`] },
      ],
    };
  }
}
