import type { Example } from '../rule.js';

/** Records that are read along with others, columns that are asked for by name, and look-alikes: exposure/sensitive-field-in-response. */
export const joinedRecords: readonly Example[] = [
  {
    title: 'rows of joined tables, of statements and of builders',
    bad: `
      //- migrations/1.sql
      create table technicians (id int, full_name text, password_hash text);
      create table tours (id int, title text, technician_id int);
      //- app.js
      import express from 'express';
      import { kysely, knex, pool } from './db.js';
      const app = express();
      app.get('/a', async (req, res) => { const { rows } = await pool.query('SELECT t.title, p.* FROM tours t JOIN technicians p ON p.id = t.technician_id'); res.json(rows); });
      //                                                                                                                                                               ^^^^ exposure/sensitive-field-in-response "whole technicians record"
      app.get('/b', async (req, res) => res.json(await knex('tours').join('technicians as p', 'p.id', 'tours.technician_id').select('tours.*', 'p.*')));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole technicians record"
      app.get('/c', async (req, res) => res.json(await kysely.selectFrom('tours').innerJoin('technicians', 'technicians.id', 'tours.technician_id').selectAll().execute()));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole technicians record"
      app.get('/d', async (req, res) => { const [rows, total] = await Promise.all([knex('technicians').limit(9), knex('tours').count()]); res.json({ rows, total }); });
      //                                                                                                                                             ^^^^ exposure/sensitive-field-in-response "whole technicians record"
      app.get('/e', async (req, res) => res.json(await knex('technicians').select('id', 'password_hash')));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "'password_hash'"
    `,
  },
  {
    title: 'the first of joined rows, the table behind one of people, and a table under a short name',
    bad: `
      //- shelves.sql
      create table readers (id int, mail text, password_hash text);
      //- app.js
      import express from 'express';
      import { knex } from './db.js';
      const app = express();
      app.get('/a/:id', async (req, res) => res.json(await knex('loans').join('readers', 'readers.id', 'loans.reader_id').where('loans.id', req.params.id).first()));
      //                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole readers record"
      app.get('/b', async (req, res) => res.json(await knex('patients').join('readers', 'readers.id', 'patients.reader_id')));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole readers record"
      app.get('/c/:id', async (req, res) => res.json(await knex('loans').join('readers', 'readers.id', 'loans.reader_id').where('loans.id', req.params.id).first('loans.id', 'readers.mail')));
      //- chefs.ts
      import { pgTable, text } from 'drizzle-orm/pg-core';
      export const cooks = pgTable('cooks', { name: text('name'), passwordHash: text('password_hash') });
      //- menu.ts
      import express from 'express';
      import { cooks as c } from './chefs';
      const menu = express();
      menu.get('/cooks/:id', async (req, res) => res.json(await db.select().from(c).where(eq(c.name, req.params.id))));
      //                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole cooks record"
    `,
  },
  {
    title: 'tables of Drizzle and relations of Prisma',
    bad: `
      //- schema.ts
      import { integer, pgTable, text } from 'drizzle-orm/pg-core';
      export const chefs = pgTable('chefs', { name: text('name'), pwHash: text('pw_hash') });
      export const dishes = pgTable('dishes', { name: text('name'), chefId: integer('chef_id') });
      export const dishRelations = relations(dishes, ({ one }) => ({ cook: one(chefs) }));
      //- prisma/schema.prisma
      model Landlord {
        id Int @id
        hashedPassword String
      }
      model Flat {
        id Int @id
        contact Landlord
      }
      //- app.ts
      import { Hono } from 'hono';
      import { db, prisma } from './db';
      import { chefs, dishes } from './schema';
      const app = new Hono();
      app.get('/a', async (c) => c.json(await db.select().from(dishes).leftJoin(chefs, on)));
      //                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole chefs record"
      app.get('/b', async (c) => c.json(await db.query.dishes.findMany({ with: { cook: true } })));
      //                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole cook record"
      app.get('/c', async (c) => c.json(await db.select({ dish: dishes.name, chef: chefs }).from(dishes).innerJoin(chefs, on)));
      //                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole chefs record"
      app.get('/d', async (c) => c.json(await prisma.flat.findMany({ include: { contact: true } })));
      //                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole contact record"
      app.get('/e', async (c) => c.json(await prisma.flat.findMany({ select: { id: true, contact: { select: { hashedPassword: true } } } })));
      //                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "'hashedPassword'"
      export default app;
    `,
  },
  {
    title: 'documents and models that are read along, and what a scope or a schema leaves out',
    bad: `
      //- models.js
      import mongoose from 'mongoose';
      import { DataTypes, Sequelize } from 'sequelize';
      export const Sailor = mongoose.model('Sailor', new mongoose.Schema({ name: String, refreshToken: String }));
      export const Boat = mongoose.model('Boat', new mongoose.Schema({ name: String, skipper: { type: mongoose.Schema.Types.ObjectId, ref: 'Sailor' } }));
      export const Scout = mongoose.model('Scout', new mongoose.Schema({ name: String, password: { type: String, select: false } }));
      const sequelize = new Sequelize('sqlite::memory:');
      export const Vet = sequelize.define('Vet', { name: DataTypes.STRING, passwordHash: DataTypes.STRING }, { defaultScope: { attributes: { exclude: ['passwordHash'] } } });
      export const Keeper = sequelize.define('Keeper', { name: DataTypes.STRING, totpSecret: DataTypes.STRING });
      export const Pet = sequelize.define('Pet', { name: DataTypes.STRING });
      Pet.belongsTo(Keeper, { as: 'holder' });
      //- app.js
      import express from 'express';
      import { Boat, Pet, Scout, Vet } from './models.js';
      const app = express();
      app.get('/a', async (req, res) => res.json(await Boat.find().populate('skipper')));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole skipper record"
      app.get('/b', async (req, res) => res.json(await Scout.findById(req.params.id).select('+password')));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "'password'"
      app.get('/c', async (req, res) => res.json(await Pet.findAll({ include: ['holder'] })));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole holder record"
      app.get('/d', async (req, res) => res.json(await Vet.unscoped().findAll()));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole Vet record"
      app.get('/e', async (req, res) => res.json(await Boat.aggregate([{ $lookup: { from: 'sailors', localField: 'skipper', foreignField: '_id', as: 'skipper' } }])));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole sailors record"
      app.get('/f', async (req, res) => { const found = await Boat.findOne({ name: 'x' }).populate({ path: 'skipper' }); res.json(found.toObject()); });
      //                                                                                                                          ^^^^^ exposure/sensitive-field-in-response "whole skipper record"
    `,
  },
  {
    title: 'relations of TypeORM, eager ones too, and numbers of identity',
    bad: `
      //- entities.ts
      import { Column, Entity, ManyToOne } from 'typeorm';
      @Entity() export class Trainer { @Column() name: string; @Column() passwordHash: string; }
      @Entity() export class Lesson { @Column() title: string; @ManyToOne(() => Trainer) substitute: Trainer; }
      @Entity() export class Visit { @Column() title: string; @ManyToOne(() => Trainer, { eager: true }) helper: Trainer; }
      @Entity() export class Permit { @Column() number: string; @Column() nationalId: string; }
      //- app.ts
      import express from 'express';
      import { source } from './source';
      import { Lesson, Permit, Trainer, Visit } from './entities';
      const lessons = source.getRepository(Lesson);
      const visits = source.getRepository(Visit);
      const permits = source.getRepository(Permit);
      const app = express();
      app.get('/a', async (req, res) => res.json(await lessons.find({ relations: ['substitute'] })));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole substitute record"
      app.get('/b', async (req, res) => res.json(await lessons.createQueryBuilder('l').leftJoinAndSelect('l.substitute', 's').getMany()));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole substitute record"
      app.get('/c', async (req, res) => res.json(await visits.find()));
      //                                               ^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole trainer record"
      app.get('/d', async (req, res) => { const [items, total] = await source.getRepository(Trainer).findAndCount(); res.json({ items, total }); });
      //                                                                                                                        ^^^^^ exposure/sensitive-field-in-response "whole Trainer record"
      app.get('/e', async (req, res) => res.json(await permits.find()));
      //                                               ^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "'nationalId'"
    `,
  },
  {
    title: 'some columns of joined tables and of relations',
    good: `
      //- schema.ts
      import mongoose from 'mongoose';
      import { pgTable, text } from 'drizzle-orm/pg-core';
      export const chefs = pgTable('chefs', { name: text('name'), pwHash: text('pw_hash') });
      export const dishes = pgTable('dishes', { name: text('name') });
      export const accounts = pgTable('account', { name: text('name') });
      export const Sailor = mongoose.model('Sailor', new mongoose.Schema({ name: String, refreshToken: String }));
      export const Boat = mongoose.model('Boat', new mongoose.Schema({ name: String, skipper: { type: mongoose.Schema.Types.ObjectId, ref: 'Sailor' } }));
      //- app.ts
      import express from 'express';
      import { db, knex, pool, prisma } from './db';
      import { accounts, Boat, chefs, dishes } from './schema';
      const app = express();
      app.get('/a', async (req, res) => res.json(await db.select({ dish: dishes.name, chef: chefs.name }).from(dishes).innerJoin(chefs, on)));
      app.get('/b', async (req, res) => res.json(await db.query.dishes.findMany({ with: { chefs: { columns: { name: true } } } })));
      app.get('/c', async (req, res) => res.json(await Boat.find().populate('skipper', 'name')));
      app.get('/d', async (req, res) => res.json(await Boat.find().populate({ path: 'skipper', select: '-refreshToken' })));
      app.get('/e', async (req, res) => res.json(await knex('dishes').join('chefs as c', 'c.id', 'dishes.chef').select('dishes.*', 'c.name')));
      app.get('/f', async (req, res) => { const { rows } = await pool.query('SELECT d.*, c.name FROM dishes d JOIN chefs c ON c.id = d.chef'); res.json(rows); });
      app.get('/g', async (req, res) => res.json(await db.select().from(accounts)));
      app.get('/h', async (req, res) => { const { rows } = await pool.query('SELECT count(*) FROM chefs'); res.json(rows[0]); });
      app.get('/i', async (req, res) => res.json(await prisma.account.findMany({ select: { id: true, owner: true } })));
    `,
  },
  {
    title: 'keys and numbers of identity for their owner, and for those whose role is asked for',
    good: `
      //- permit.ts
      import { Column, Entity } from 'typeorm';
      @Entity() export class Permit { @Column() number: string; @Column() nationalId: string; @Column() userId: string; }
      @Entity() export class Device { @Column() label: string; @Column() apiToken: string; @Column() userId: string; }
      //- app.ts
      import express from 'express';
      import { requireAuth, requireRole } from './guards';
      import { source } from './source';
      import { Device, Permit } from './permit';
      const permits = source.getRepository(Permit);
      const devices = source.getRepository(Device);
      const app = express();
      app.get('/mine', requireAuth, async (req, res) => res.json(await permits.find({ where: { userId: req.user.id } })));
      app.get('/all', requireRole('clerk'), async (req, res) => res.json(await permits.find()));
      app.post('/devices', requireAuth, async (req, res) => res.json(await devices.save({ label: req.body.label })));
      app.get('/devices', requireAuth, async (req, res) => { const owner = req.user.id; res.json(await devices.findBy({ userId: owner })); });
    `,
  },
];
