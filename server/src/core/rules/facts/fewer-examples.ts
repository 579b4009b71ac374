import type { Example } from '../rule.js';

/** Routes with fewer checks than others about the same things, whatever the checks are called: methods/unguarded-sibling. */
export const fewerExamples: readonly Example[] = [
  {
    title: 'a check of the project by its own name stands before one of two',
    bad: `
      import { Router } from 'express';
      import { Herd } from './models.js';
      const known = (req, res, next) => { if (!req.session.uid) return res.sendStatus(401); next(); };
      const among = (...names) => (req, res, next) => (names.includes(req.claims.position) ? next() : res.status(403).end());
      const herds = Router();
      herds.put('/:id', known, async (req, res) => { await Herd.updateOne({ _id: req.params.id }, { name: String(req.body.name) }); res.end(); });
      //    ^^^ methods/unguarded-sibling "runs without 'among', but DELETE"
      herds.delete('/:id', known, among('vet'), async (req, res) => { await Herd.deleteOne({ _id: req.params.id }); res.end(); });
      export default herds;
    `,
  },
  {
    title: 'the list is for staff, and anybody removes from it; all at once with less than one',
    bad: `
      import { Hono } from 'hono';
      import { prisma } from './db.js';
      const member = async (c, next) => { if (!c.get('who').id) return c.text('login', 401); await next(); };
      const staff = async (c, next) => { if (!c.get('who').staff) return c.text('staff', 403); await next(); };
      const app = new Hono();
      app.get('/pupils', staff, async (c) => c.json(await prisma.pupil.findMany({ select: { id: true } })));
      app.delete('/pupils/:id', member, async (c) => { await prisma.pupil.delete({ where: { id: c.req.param('id') } }); return c.body(null, 204); });
      //  ^^^^^^ methods/unguarded-sibling "runs without 'staff', but GET /pupils requires it"
      app.delete('/books/:id', member, staff, async (c) => { await prisma.book.delete({ where: { id: c.req.param('id') } }); return c.body(null, 204); });
      app.post('/books/clear', member, async (c) => { await prisma.book.deleteMany({ where: { lost: true } }); return c.body(null, 204); });
      //  ^^^^ methods/unguarded-sibling "runs without 'staff', but DELETE /books/{id} requires it"
    `,
  },
  {
    title: 'a right of those who look, on another route of the same things',
    bad: `
      import express from 'express';
      import { team } from './teams.js';
      const app = express();
      app.get('/nodes', team('viewer'), (req, res) => res.json(nodes()));
      app.post('/nodes/:id/drain', team('operator'), (req, res) => res.json(drain(req.params.id)));
      app.put('/nodes/:id/labels', team('viewer'), (req, res) => res.json(label(req.params.id, req.body.labels)));
      //  ^^^ methods/unguarded-sibling "asks for 'viewer' only"
    `,
  },
  {
    title: 'all routes of the router ask for a right but one; hapi: a scope that is asked for to read, not to remove',
    bad: `
      //- stalls.js
      import { Router } from 'express';
      import { Stall } from './models.js';
      const known = (req, res, next) => { if (!req.session.uid) return res.sendStatus(401); next(); };
      const among = (...names) => (req, res, next) => (names.includes(req.claims.position) ? next() : res.status(403).end());
      const stalls = Router();
      stalls.use(known);
      stalls.get('/', among('warden'), async (req, res) => res.json(await Stall.find({}, 'place')));
      stalls.post('/', among('warden'), async (req, res) => res.json(await Stall.create({ place: String(req.body.place) })));
      stalls.delete('/fairs/:id', among('warden'), async (req, res) => { await Stall.deleteMany({ fair: req.params.id }); res.end(); });
      stalls.post('/free/:id', async (req, res) => { await Stall.updateOne({ _id: req.params.id }, { rent: 0 }); res.end(); });
      //     ^^^^ methods/unguarded-sibling "runs without 'among', but POST"
      export default stalls;
      //- server.js
      import Hapi from '@hapi/hapi';
      import { knex } from './knex.js';
      const server = Hapi.server();
      server.auth.strategy('token', 'jwt', { keys });
      server.auth.default('token');
      server.route({ method: 'GET', path: '/boats', options: { auth: { scope: 'harbour' } }, handler: () => knex('boats').select('id', 'name') });
      server.route({ method: 'DELETE', path: '/boats/{id}', handler: (request) => knex('boats').where({ id: request.params.id }).del() });
      //                     ^^^^^^^^ methods/unguarded-sibling "runs without a scope, but GET /boats has one"
    `,
  },
  {
    title: 'a router for those with a right, with one route that is about who calls, one that stores nothing, and one that asks for the owner',
    good: `
      import { Router } from 'express';
      import { Stall } from './models.js';
      const known = (req, res, next) => { if (!req.session.uid) return res.sendStatus(401); next(); };
      const among = (...names) => (req, res, next) => (names.includes(req.claims.position) ? next() : res.status(403).end());
      const hasStall = async (req, res, next) => ((await Stall.exists({ _id: req.params.id, keeper: req.session.uid })) ? next() : res.sendStatus(403));
      const stalls = Router();
      stalls.use(known);
      stalls.get('/', among('warden'), async (req, res) => res.json(await Stall.find({}, 'place')));
      stalls.post('/', among('warden'), async (req, res) => res.json(await Stall.create({ place: String(req.body.place) })));
      stalls.delete('/fairs/:id', among('warden'), async (req, res) => { await Stall.deleteMany({ fair: req.params.id }); res.end(); });
      stalls.put('/fairs/:id', among('warden'), async (req, res) => { await Stall.updateMany({ fair: req.params.id }, { rent: 1 }); res.end(); });
      stalls.post('/wish/:id', async (req, res) => { await Stall.updateOne({ _id: req.params.id }, { $push: { wishes: req.session.uid } }); res.end(); });
      stalls.post('/paint/:id', hasStall, async (req, res) => { await Stall.updateOne({ _id: req.params.id }, { colour: String(req.body.colour) }); res.end(); });
      export default stalls;
    `,
  },
  {
    title: 'what is the caller\'s own, asked for in the handler, or kept from robots',
    good: `
      import { Router } from 'express';
      import { Herd } from './models.js';
      const known = (req, res, next) => { if (!req.session.uid) return res.sendStatus(401); next(); };
      const among = (...names) => (req, res, next) => (names.includes(req.claims.position) ? next() : res.status(403).end());
      const sameOrigin = (req, res, next) => { if (req.headers.origin !== 'https://herds.example') return res.sendStatus(403); next(); };
      const herds = Router();
      herds.put('/:id', known, async (req, res) => { await Herd.updateOne({ _id: req.params.id, keeper: req.farm.id }, { name: String(req.body.name) }); res.end(); });
      herds.put('/:id/keeper', known, async (req, res) => { await Herd.updateOne({ _id: req.params.id }, { keeper: req.farm.id }); res.end(); });
      herds.patch('/:id', known, async (req, res) => { await mayChange(req); await Herd.updateOne({ _id: req.params.id }, { name: String(req.body.name) }); res.end(); });
      herds.delete('/:id', known, among('vet'), async (req, res) => { await Herd.deleteOne({ _id: req.params.id }); res.end(); });
      const pens = Router();
      pens.put('/:id', known, async (req, res) => { await Pen.updateOne({ _id: req.params.id }, { name: String(req.body.name) }); res.end(); });
      pens.delete('/:id', known, sameOrigin, async (req, res) => { await Pen.deleteOne({ _id: req.params.id }); res.end(); });
      export { herds, pens };
    `,
  },
];
