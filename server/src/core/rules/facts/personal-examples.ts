import type { Example } from '../rule.js';
import { ownedOpenExamples } from './owned-open-examples.js';

/** What auth/route-missing-auth says of personal data that everybody may read. */
export const personalExamples: readonly Example[] = [
  {
    title: 'records of persons for everybody, where the model says what they hold',
    bad: `
      //- models.js
      import mongoose from 'mongoose';
      export const Tenant = mongoose.model('Tenant', new mongoose.Schema({ name: String, phone: String, iban: String }));
      //- app.js
      import express from 'express';
      import { Tenant } from './models.js';
      import { requireAuth } from './auth.js';
      const app = express();
      app.put('/flats/:id', requireAuth, save);
      app.get('/people', async (req, res) => res.json(await Tenant.find()));
      //  ^^^ auth/route-missing-auth "GET /people sends records of 'tenant' with personal data to everybody"
      app.get('/people/:id', async (req, res) => {
      //  ^^^ auth/route-missing-auth
        const one = await Tenant.findById(req.params.id).lean();
        if (!one) return res.sendStatus(404);
        res.json(one);
      });
      app.listen(3000);
    `,
  },
  {
    title: 'columns of a statement, and a table of Drizzle',
    bad: `
      //- db.ts
      import { pgTable, text, serial } from 'drizzle-orm/pg-core';
      export const bookings = pgTable('bookings', { id: serial('id'), guestEmail: text('guest_email'), day: text('day') });
      //- app.ts
      import { Hono } from 'hono';
      import { jwt } from 'hono/jwt';
      import { db, pool } from './clients';
      import { bookings } from './db';
      const app = new Hono();
      app.get('/calendar', async (c) => c.json(await db.select().from(bookings)));
      //  ^^^ auth/route-missing-auth "records of 'booking'"
      app.get('/drivers/list', async (c) => {
      //  ^^^ auth/route-missing-auth "records of 'driver'"
        const { rows } = await pool.query('SELECT name, mobile FROM drivers ORDER BY name');
        return c.json(rows);
      });
      app.use('/own/*', jwt({ secret: process.env.KEY, alg: 'HS256' }));
      app.post('/own/bookings', add);
      export default app;
    `,
  },
  {
    title: 'a query of GraphQL',
    bad: `
      import mongoose from 'mongoose';
      import { GraphQLError } from 'graphql';
      const Driver = mongoose.model('Driver', new mongoose.Schema({ name: String, phone: String }));
      export const resolvers = {
        Query: {
          drivers: () => Driver.find(),
      //  ^^^^^^^ auth/route-missing-auth "Query.drivers gives records of 'driver' with personal data to everybody"
          names: () => Driver.find().select('name'),
          me: (_, __, { user }) => Driver.findById(user.id),
        },
        Mutation: {
          assign: (_, args, { user }) => {
            if (!user) throw new GraphQLError('no', { extensions: { code: 'UNAUTHENTICATED' } });
            return Driver.updateOne({ _id: args.id }, { van: args.van });
          },
        },
      };
    `,
  },
  {
    title: 'what is meant to be found: places, names and pictures, what a link or the caller is known by',
    good: `
      //- models.js
      import mongoose from 'mongoose';
      export const Author = mongoose.model('Author', new mongoose.Schema({ name: String, email: String }));
      export const Shop = mongoose.model('Shop', new mongoose.Schema({ name: String, phone: String }));
      export const Member = mongoose.model('Member', new mongoose.Schema({ name: String, avatar: String, email: String, handle: String }));
      export const Product = mongoose.model('Product', new mongoose.Schema({ name: String, price: Number }));
      //- app.js
      import express from 'express';
      import { Author, Member, Product, Shop } from './models.js';
      import { requireAuth } from './auth.js';
      const app = express();
      app.get('/authors', async (req, res) => res.json(await Author.find()));
      app.get('/shops/:id', async (req, res) => res.json(await Shop.findById(req.params.id)));
      app.get('/products', async (req, res) => res.json(await Product.find()));
      app.get('/people', async (req, res) => res.json(await Member.find().select('name avatar')));
      app.get('/faces', async (req, res) => res.json((await Member.find()).map(({ name, avatar }) => ({ name, avatar }))));
      app.get('/people/:handle', async (req, res) => res.json(await Member.findOne({ handle: req.params.handle })));
      app.get('/invited', async (req, res) => res.json(await Member.findOne({ invite: req.query.token })));
      app.get('/whoami', async (req, res) => res.json(await Member.findById(req.session.member)));
      app.get('/members', requireAuth, async (req, res) => res.json(await Member.find()));
      app.post('/products', requireAuth, add);
      app.listen(3000);
    `,
  },
  {
    title: 'a program without accounts',
    good: `
      import express from 'express';
      import mongoose from 'mongoose';
      const Person = mongoose.model('Person', new mongoose.Schema({ name: String, phone: String }));
      const app = express();
      app.get('/people', async (req, res) => res.json(await Person.find()));
      app.post('/people', async (req, res) => res.json(await Person.create({ name: req.body.name })));
      app.listen(3000);
    `,
  },
  ...ownedOpenExamples,
];
