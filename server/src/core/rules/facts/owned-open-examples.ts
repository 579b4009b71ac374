import type { Example } from '../rule.js';

/** Records that one route gives to their owner and another to everybody, and routes that are open for a reason: auth/route-missing-auth. */
export const ownedOpenExamples: readonly Example[] = [
  {
    title: 'hapi: own bookings for the caller, those of anybody for everybody',
    bad: `
      import Hapi from '@hapi/hapi';
      import { prisma } from './db.js';
      const server = Hapi.server({ port: 80 });
      server.auth.strategy('desk', 'jwt', { keys, verify, validate });
      server.auth.default('desk');
      server.route([
        { method: 'GET', path: '/stays', handler: (request) => prisma.stay.findMany({ where: { guestId: request.auth.credentials.sub } }) },
        { method: 'GET', path: '/guests/{id}/stays', options: { auth: false }, handler: (request) => prisma.stay.findMany({ where: { guestId: request.params.id } }) },
        //                                                            ^^^^^ auth/route-missing-auth "gives records of 'stay' to everybody"
      ]);
    `,
  },
  {
    title: 'Express: a statement with the owner in it, and one without',
    bad: `
      import { Router } from 'express';
      import { pool } from './db.js';
      const letters = Router();
      letters.get('/mine', requireAuth, async (req, res) => res.json(await pool.query('SELECT title FROM invoices WHERE user_id = $1', [req.user.id])));
      letters.get('/of/:id', async (req, res) => res.json(await pool.query('SELECT title FROM invoices WHERE order_id = $1', [req.params.id])));
      //      ^^^ auth/route-missing-auth "gives records of 'invoice' to everybody"
      export default letters;
    `,
  },
  {
    title: 'GraphQL: own seats, anybody\'s seats, and a change without the owner',
    bad: `
      import { db } from './db.js';
      const me = (context) => { if (!context.session.userId) throw new GraphQLError('sign in'); return context.session.userId; };
      export const resolvers = {
        Query: {
          mySeats: (_, args, context) => db.seat.findMany({ where: { holderId: me(context) } }),
          seats: (_, { showId }) => db.seat.findMany({ where: { showId } }),
      //  ^^^^^ auth/route-missing-auth "seats gives records of 'seat' to everybody"
        },
        Mutation: {
          moveSeat: (_, { id, row }, context) => db.seat.update({ where: { id, holderId: me(context) }, data: { row } }),
          returnSeat: (_, { id }, context) => { me(context); return db.seat.delete({ where: { id } }); },
      //  ^^^^^^^^^^ auth/route-missing-auth "returnSeat changes records of 'seat' for everybody with an account"
        },
      };
    `,
  },
  {
    title: 'GraphQL: the list is for moderators, and everybody removes from it',
    bad: `
      import { DataSource } from 'typeorm';
      import { Angler, Catch } from './entities';
      export const source = new DataSource({ type: 'postgres' });
      const known = (context) => { if (!context.angler) throw new GraphQLError('login'); return context.angler; };
      export const resolvers = {
        Query: {
          anglers: (_, args, context) => { if (!known(context).warden) throw new GraphQLError('wardens'); return source.getRepository(Angler).find({ select: { id: true } }); },
        },
        Mutation: {
          dropAngler: async (_, { id }, context) => { known(context); await source.getRepository(Angler).delete({ id }); return true; },
      //  ^^^^^^^^^^ auth/route-missing-auth "while another resolver here asks for a right too"
          dropCatch: async (_, { id }, context) => { await source.getRepository(Catch).delete({ id, angler: known(context).id }); return true; },
        },
      };
    `,
  },
  {
    title: 'what an author wrote is for all, drafts are left out, and an owner is looked at',
    good: `
      import { Router } from 'express';
      import { prisma } from './db.js';
      const notes = Router();
      notes.get('/mine', requireAuth, async (req, res) => res.json(await prisma.note.findMany({ where: { ownerId: req.user.id } })));
      notes.get('/of/:id', async (req, res) => res.json(await prisma.note.findMany({ where: { ownerId: req.params.id, published: true } })));
      notes.get('/own/:id', async (req, res) => { if (req.session.uid !== req.params.id) return res.sendStatus(403); res.json(await prisma.note.findMany({ where: { ownerId: req.params.id } })); });
      notes.get('/posts/mine', requireAuth, async (req, res) => res.json(await prisma.post.findMany({ where: { authorId: req.user.id } })));
      notes.get('/posts/of/:id', async (req, res) => res.json(await prisma.post.findMany({ where: { authorId: req.params.id } })));
      export default notes;
    `,
  },
  {
    title: 'a list in the code, a link that was given out, and first names on a screen',
    good: `
      import { Router } from 'express';
      import { prisma, pool } from './db.js';
      const accounts = Router();
      accounts.get('/users', requireAuth, async (req, res) => res.json(await prisma.user.findMany({ select: { id: true } })));
      accounts.put('/users/:id', requireAuth, async (req, res) => { await prisma.user.update({ where: { id: req.user.id }, data: { name: req.body.name } }); res.end(); });
      accounts.get('/accounts/kinds', (req, res) => res.json(['single', 'shared', { name: 'firm' }]));
      accounts.get('/users/shared/:key', async (req, res) => res.json(await prisma.page.findFirst({ where: { shareKey: String(req.params.key) } })));
      export default accounts;
    `,
  },
];
