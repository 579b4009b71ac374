import type { Example } from '../rule.js';

/** Records that are known for what they hold by other files, statements and comparisons, and look-alikes: exposure/sensitive-field-in-response. */
export const hiddenRecords: readonly Example[] = [
  {
    title: 'a table whose columns are told by a migration, and one that is written with a hash',
    bad: `
      //- migrations/1.js
      exports.up = (knex) => knex.schema.createTable('couriers', (t) => { t.increments('id'); t.string('pin_hash'); });
      //- app.js
      import express from 'express';
      import { knex, pool } from './db.js';
      const app = express();
      app.get('/couriers', async (req, res) => res.json(await knex('couriers').where({ active: true })));
      //                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole couriers record"
      app.post('/guides', async (req, res) => {
        const { rows } = await pool.query('INSERT INTO guides (name, password_hash) VALUES ($1, $2) RETURNING *', [req.body.name, req.body.hash]);
        res.json(rows[0]);
        //       ^^^^^^^ exposure/sensitive-field-in-response
      });
      app.get('/guides', async (req, res) => { const found = await pool.query('select id, name, password_hash from guides'); res.json(found.rows); });
      //                                                                                                                              ^^^^^^^^^^ exposure/sensitive-field-in-response
    `,
  },
  {
    title: 'all columns of a table of Drizzle on SQLite, and secrets of other services',
    bad: `
      //- store.js
      import { drizzle } from 'drizzle-orm/better-sqlite3';
      import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
      export const shops = sqliteTable('shops', { id: text('id'), title: text('title'), partnerSecret: text('partner_secret') });
      export const rooms = sqliteTable('rooms', { id: text('id'), title: text('title'), botToken: text('bot_token') });
      export const db = drizzle('shops.db');
      //- app.js
      import { Hono } from 'hono';
      import { eq } from 'drizzle-orm';
      import { db, rooms, shops } from './store.js';
      const app = new Hono();
      app.get('/shops', (c) => c.json(db.select().from(shops).where(eq(shops.title, c.req.query('q'))).all()));
      //                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      app.get('/rooms/:id', (c) => { const room = db.select().from(rooms).where(eq(rooms.id, c.req.param('id'))).get(); return c.json(room); });
      //                                                                                                                              ^^^^ exposure/sensitive-field-in-response
      app.get('/titles', (c) => c.json(db.select({ title: shops.title }).from(shops).all()));
      export default app;
    `,
  },
  {
    title: 'models of Mongoose, Sequelize and Drizzle, whatever they are called',
    bad: `
      //- models.js
      import mongoose from 'mongoose';
      import { pgTable, text } from 'drizzle-orm/pg-core';
      export const Keeper = mongoose.model('Keeper', new mongoose.Schema({ correo: String, contrasena: { type: String, required: true } }));
      export const riders = pgTable('riders', { name: text('name'), passwordHash: text('password_hash') });
      //- app.js
      import { Hono } from 'hono';
      import { db } from './db.js';
      import { Keeper, riders } from './models.js';
      const app = new Hono();
      app.get('/keepers', async (c) => c.json(await Keeper.find()));
      //                                            ^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole Keeper record"
      app.get('/riders', async (c) => c.json(await db.query.riders.findMany()));
      //                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      app.post('/riders', async (c) => { const [made] = await db.insert(riders).values(await c.req.json()).returning(); return c.json(made); });
      //                                                                                                                              ^^^^ exposure/sensitive-field-in-response
      export default app;
    `,
    fixed: `
      //- models.js
      import mongoose from 'mongoose';
      import { pgTable, text } from 'drizzle-orm/pg-core';
      export const Keeper = mongoose.model('Keeper', new mongoose.Schema({ correo: String, contrasena: { type: String, required: true } }));
      export const riders = pgTable('riders', { name: text('name'), passwordHash: text('password_hash') });
      //- app.js
      import { Hono } from 'hono';
      import { db } from './db.js';
      import { Keeper, riders } from './models.js';
      const app = new Hono();
      app.get('/keepers', async (c) => c.json(await Keeper.find().select('-contrasena')));
      app.get('/riders', async (c) => c.json(await db.query.riders.findMany()));
      //                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
      app.post('/riders', async (c) => { const [made] = await db.insert(riders).values(await c.req.json()).returning(); return c.json(made); });
      //                                                                                                                              ^^^^ exposure/sensitive-field-in-response
      export default app;
    `,
  },
  {
    title: 'a member that is compared elsewhere, and the record a check puts on the request',
    bad: `
      import express from 'express';
      import { compare } from 'bcrypt';
      import { Pupil } from './pupil.js';
      const app = express();
      app.post('/enter', async (req, res) => { const one = await Pupil.findOne({ nick: String(req.body.nick) }); res.json({ ok: await compare(req.body.word, one.word) }); });
      const known = async (req, res, next) => { req.user = await Pupil.findById(req.session.id); next(); };
      app.get('/me', known, (req, res) => res.json(req.user));
      //                                           ^^^^^^^^ exposure/sensitive-field-in-response "whole Pupil record"
      app.get('/pupils', known, async (req, res) => { const all = await Pupil.find().lean(); res.json(all.map((one) => ({ ...one, seen: true }))); });
      //                                                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response
    `,
  },
  {
    title: 'fields that are left out of such records',
    good: `
      //- models.js
      import mongoose from 'mongoose';
      const schema = new mongoose.Schema({ name: String, passwordHash: String });
      schema.set('toJSON', { transform: hide });
      export const Keeper = mongoose.model('Keeper', schema);
      //- app.js
      import express from 'express';
      import { compare } from 'bcrypt';
      import { Pupil } from './pupil.js';
      import { Keeper } from './models.js';
      const app = express();
      app.post('/enter', async (req, res) => { const one = await Pupil.findOne({ nick: String(req.body.nick) }); res.json({ ok: await compare(req.body.word, one.word) }); });
      const known = async (req, res, next) => { req.user = await Pupil.findById(req.session.id).select('nick'); next(); };
      app.get('/me', known, (req, res) => res.json(req.user));
      app.get('/keepers', async (req, res) => res.json(await Keeper.find()));
      app.get('/pupils', async (req, res) => res.json((await Pupil.find()).map(({ word, ...rest }) => rest)));
      app.get('/names', async (req, res) => { const { rows } = await pool.query('SELECT nick FROM pupils'); res.json(rows); });
      app.get('/books', async (req, res) => res.json(await Book.find()));
    `,
  },
  {
    title: 'models that are required by the names of their files',
    bad: `
      //- routes.js
      const router = require('express').Router();
      const User = require('./models/User.js');
      const Sketch = require('./models/Sketch.js');
      router.post('/users', async (req, res) => {
        const user = new User({ email: req.body.email, password: req.body.password });
        await user.save();
        res.json({ user });
        //         ^^^^ exposure/sensitive-field-in-response
      });
      router.post('/sketches', async (req, res) => {
        const sketch = new Sketch({ title: req.body.title });
        const saved = await sketch.save();
        res.json({ sketch: saved });
      });
      module.exports = router;
      //- models/User.js
      const db = require('../db.js');
      module.exports = function User(data) { this.email = data.email; this.password = data.password; this.save = () => db.users.insert(this); };
      //- models/Sketch.js
      const db = require('../db.js');
      module.exports = function Sketch(data) { this.title = data.title; this.save = () => db.sketches.insert(this); };
    `,
  },
  {
    title: 'Nest: a schema that gives out chosen fields alone',
    good: `
      //- crew.ts
      import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
      @Schema({ toJSON: { transform: (_doc, kept) => ({ id: kept._id, nick: kept.nick }) } })
      export class Member { @Prop() nick: string; @Prop() word: string; }
      export const MemberSchema = SchemaFactory.createForClass(Member);
      //- crew.controller.ts
      import { Controller, Get, Post, Body } from '@nestjs/common';
      import { InjectModel } from '@nestjs/mongoose';
      import bcrypt from 'bcrypt';
      import { Member } from './crew';
      @Controller('crew')
      export class CrewController {
        constructor(@InjectModel(Member.name) private members: Model<Member>) {}
        @Post('login') async login(@Body() b) { const m = await this.members.findOne({ nick: String(b.nick) }); return { ok: bcrypt.compareSync(String(b.word), m.word) }; }
        @Get() list() { return this.members.find().limit(100); }
      }
    `,
  },
  {
    title: 'a schema of a class that leaves fields out, columns under a name',
    good: `
      //- visitor.schema.ts
      import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
      @Schema({ toJSON: { transform: (doc, ret) => { delete ret.passwordHash; return ret; } } })
      export class Visitor { @Prop() name: string; @Prop() passwordHash: string; }
      @Schema()
      export class Porter { @Prop() name: string; @Prop() passwordHash: string; }
      export const PorterSchema = SchemaFactory.createForClass(Porter);
      PorterSchema.set('toJSON', { transform: (doc, ret) => { delete ret.passwordHash; return ret; } });
      //- columns.ts
      export const shown = { member: ['id', 'name'] };
      //- visitors.controller.ts
      import { Controller, Get } from '@nestjs/common';
      import { InjectModel } from '@nestjs/mongoose';
      import { Model } from 'mongoose';
      import knex from 'knex';
      import { Porter, Visitor } from './visitor.schema';
      import { shown } from './columns';
      @Controller('visitors')
      export class VisitorsController {
        constructor(@InjectModel('Visitor') private visitors: Model<Visitor>, @InjectModel('Porter') private porters: Model<Porter>) {}
        @Get() all() { return this.visitors.find().limit(50); }
        @Get('porters') porter() { return this.porters.find().limit(50); }
        @Get('member') member() { return knex('members').where({ id: 1 }).first(shown.member); }
      }
    `,
  },
];
