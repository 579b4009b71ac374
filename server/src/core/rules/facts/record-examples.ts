import type { Example } from '../rule.js';

/** Answers that hold a record with what no client needs: exposure/sensitive-field-in-response speaks. */
export const recordLeaks: readonly Example[] = [
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
    title: 'a person that is read along with a record',
    bad: `
      //- app/api/slots/route.js
      import { prisma } from '../../../db';
      export async function GET() {
        const rows = await prisma.slot.findMany({ where: { open: true }, include: { user: true } });
        return Response.json(rows);
        //                   ^^^^ exposure/sensitive-field-in-response "The whole user record"
      }
      //- app.js
      import express from 'express';
      import { prisma } from './db';
      express().get('/posts/:id', async (req, res) => res.json(await prisma.post.findUnique({ where: { id: req.params.id }, include: { author: true, tags: true } })));
      //                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "The whole author record"
    `,
  },
  {
    title: 'all columns of a table, asked for with Kysely, Drizzle and Supabase',
    bad: `
      import express from 'express';
      import { drizzle } from 'drizzle-orm/node-postgres';
      import { kysely, supabase } from './clients';
      import { users } from './schema';
      const db = drizzle(process.env.DATABASE_URL);
      const app = express();
      app.get('/a', async (req, res) => res.json(await kysely.selectFrom('account').selectAll().execute()));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "The whole account record"
      app.get('/b', async (req, res) => {
        const rows = await db.select().from(users).where(active);
        res.json({ rows });
        //         ^^^^ exposure/sensitive-field-in-response "The whole users record"
      });
      app.get('/c', async (req, res) => {
        const { data } = await supabase.from('users').select('*').eq('team', req.query.team);
        res.json(data);
        //       ^^^^ exposure/sensitive-field-in-response
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
    title: 'records the program keeps itself, and one that was just made',
    bad: `
      //- store.js
      const people = new Map();
      exports.people = people;
      //- app.js
      const express = require('express');
      const bcrypt = require('bcrypt');
      const { people } = require('./store');
      const app = express();
      const staff = [{ id: 1, email: 'a@example.com', passwordHash: bcrypt.hashSync('x', 10) }];
      app.post('/people', async (req, res) => {
        const made = { id: 1, email: req.body.email, password: await bcrypt.hash(req.body.password, 10) };
        //                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "'password' leaves"
        people.set(made.id, made);
        res.json(made);
      });
      app.get('/people', (req, res) => res.json([...people.values()]));
      //                                            ^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      app.get('/people/:id', (req, res) => res.json(people.get(req.params.id)));
      //                                            ^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      app.get('/staff', (req, res) => res.json(staff));
      //                                       ^^^^^ exposure/sensitive-field-in-response "whole staff record"
      app.get('/staff/:id', (req, res) => {
        const one = staff.find((who) => who.id === Number(req.params.id));
        res.json(one);
        //       ^^^ exposure/sensitive-field-in-response
      });
    `,
  },
  {
    title: 'an entity that declares what rides along, whatever it is called',
    bad: `
      //- entities.ts
      import { Column, Entity } from 'typeorm';
      @Entity() export class Traveller { @Column() email: string; @Column() passwordHash: string; }
      @Entity() export class Guest { @Column() email: string; @Column({ select: false }) passwordHash: string; }
      //- trips.controller.ts
      import { Controller, Get } from '@nestjs/common';
      import { Repository } from 'typeorm';
      import { Guest, Traveller } from './entities';
      @Controller('trips')
      export class Trips {
        constructor(private readonly travellers: Repository<Traveller>, private readonly members: Repository<Guest>) {}
        @Get('one') one() { return this.travellers.findOneBy({ id: 1 }); }
        //                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole Traveller record"
        @Get('some') some() { return this.travellers.find({ select: ['email'] }); }
        @Get('guests') guests() { return this.members.find(); }
      }
    `,
  },
  {
    title: 'written out as text, a collection of MongoDB, a prepared statement, a change of Prisma',
    bad: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.get('/a', async (request, reply) => { const rows = await User.findAll(); reply.type('text/csv').send(Papa.unparse(rows)); });
      //                                                                                                                    ^^^^ exposure/sensitive-field-in-response
      app.get('/b', async () => mongo.db().collection('users').find({}).toArray());
      //                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      app.get('/c', async () => db.prepare('SELECT * FROM users').all());
      //                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      app.patch('/d', async (request) => prisma.user.update({ where: { id: 1 }, data: { name: request.body.name } }));
      //                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
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
];
/** Answers that hold a part of one: it is silent. */
export const recordAnswers: readonly Example[] = [
  {
    title: 'some fields of a person, and some columns',
    good: `
      import express from 'express';
      import { drizzle } from 'drizzle-orm/node-postgres';
      import { kysely, prisma, supabase } from './clients';
      import { users } from './schema';
      const db = drizzle(process.env.DATABASE_URL);
      const app = express();
      app.get('/a', async (req, res) => res.json(await prisma.post.findMany({ include: { author: { select: { name: true } }, user: false, tags: true } })));
      app.get('/b', async (req, res) => res.json(await kysely.selectFrom('account').select(['id', 'name']).execute()));
      app.get('/c', async (req, res) => res.json(await db.select({ id: users.id }).from(users)));
      app.get('/d', async (req, res) => res.json((await supabase.from('users').select('id, name')).data));
      app.get('/e', async (req, res) => res.json(await kysely.selectFrom('product').selectAll().execute()));
    `,
  },
  {
    title: 'records the program keeps itself, without such fields or with those taken out',
    good: `
      import { Hono } from 'hono';
      const users = [{ id: 1, email: 'a@example.com', passwordHash: makeHash('x') }];
      const members = [{ id: 1, name: 'Ada' }];
      const app = new Hono();
      app.get('/a', (c) => c.json(users.map(({ id, email }) => ({ id, email }))));
      app.get('/b', (c) => { const { passwordHash, ...rest } = users.find((one) => one.id === 1); return c.json(rest); });
      app.get('/c', (c) => c.json({ count: users.length, known: Boolean(users.find((one) => one.id === 1)) }));
      app.get('/d', (c) => c.json(members.find((one) => one.id === 1)));
      app.get('/e', (c) => c.json(members));
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
];
