import type { Example } from '../rule.js';

/** Messages about payments, and sockets, that are taken from anybody: auth/route-missing-auth. */
export const eventExamples: readonly Example[] = [
  {
    title: 'a message about a payment that anybody may send',
    bad: `
      import { Router } from 'express';
      import { Booking } from './models.js';
      import { unlock } from './courses.js';
      const router = Router();
      router.post('/webhooks/pay', async (req, res) => {
      //     ^^^^ auth/route-missing-auth "believes whoever sends it that money was paid ('checkout.session.completed')"
        if (req.body.type === 'checkout.session.completed') await unlock(req.body.data.object.client_reference_id);
        res.json({ received: true });
      });
      router.post('/transfers', async (req, res) => {
      //     ^^^^ auth/route-missing-auth "('paid')"
        await Booking.updateOne({ reference: String(req.body.reference) }, { paid: true });
        res.sendStatus(200);
      });
      export default router;
    `,
  },
  {
    title: 'messages about payments that prove where they come from, or are asked about',
    good: `
      import { Router } from 'express';
      import Stripe from 'stripe';
      import { Booking } from './models.js';
      import { signed } from './signed.js';
      const stripe = new Stripe(process.env.STRIPE_KEY);
      const router = Router();
      router.post('/webhooks/pay', async (req, res) => {
        const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], process.env.HOOK_SECRET);
        if (event.type === 'checkout.session.completed') await Booking.updateOne({ id: event.data.object.id }, { paid: true });
        res.json({ received: true });
      });
      router.post('/webhooks/other', async (req, res) => {
        const event = await stripe.events.retrieve(req.body.id);
        if (event.type === 'charge.refunded') await Booking.updateOne({ id: event.data.object.id }, { paid: false });
        res.json({ received: true });
      });
      router.post('/webhooks/more', signed, async (req, res) => { await Booking.updateOne({ id: req.body.id }, { paid: true }); res.end(); });
      router.post('/desk/:id', auth, async (req, res) => { await Booking.updateOne({ id: req.params.id }, { paid: true, by: req.body.by }); res.end(); });
      //- signed.js
      import { createHmac, timingSafeEqual } from 'node:crypto';
      export function signed(req, res, next) {
        const sum = createHmac('sha256', process.env.HOOK_SECRET).update(req.rawBody).digest();
        if (!timingSafeEqual(sum, Buffer.from(req.get('x-signature'), 'hex'))) return res.sendStatus(401);
        next();
      }
    `,
  },
  {
    title: 'sockets that anybody opens, beside routes with a login',
    bad: `
      import express from 'express';
      import http from 'node:http';
      import { Server } from 'socket.io';
      import { requireAuth } from './auth.js';
      import { Note } from './models.js';
      const app = express();
      const server = http.createServer(app);
      const io = new Server(server);
      app.get('/notes', requireAuth, list);
      io.on('connection', (socket) => {
      //    ^^^^^^^^^^^^ auth/route-missing-auth "what they send changes data (Note.create)"
        socket.on('note', async (note) => { io.emit('note', await Note.create({ text: note.text, by: note.by })); });
      });
      server.listen(80);
    `,
  },
  {
    title: 'one hook looks at a signature, its neighbour does not',
    bad: `
      import { Hono } from 'hono';
      import { createHmac } from 'node:crypto';
      const hooks = new Hono();
      hooks.post('/hooks/shop', async (c) => {
        const mac = createHmac('sha256', process.env.SHOP_KEY).update(await c.req.text()).digest('hex');
        if (mac !== c.req.header('x-shop-mac')) return c.text('no', 400);
        return c.text('ok');
      });
      hooks.post('/hooks/courier', async (c) => {
      //    ^^^^ auth/route-missing-auth "believes whoever sends it, while /hooks/shop beside it looks at the signature"
        const body = await c.req.json();
        await parcels.arrived(body.parcel);
        return c.text('ok');
      });
      export default hooks;
    `,
  },
  {
    title: 'both hooks look at something',
    good: `
      import { Hono } from 'hono'; import { createHmac } from 'node:crypto'; const hooks = new Hono();
      hooks.post('/hooks/shop', async (c) => { const mac = createHmac('sha256', process.env.SHOP_KEY).update(await c.req.text()).digest('hex'); return mac === c.req.header('x-shop-mac') ? c.text('ok') : c.text('no', 400); });
      hooks.post('/hooks/courier', async (c) => { if (c.req.header('x-courier-key') !== process.env.COURIER_KEY) return c.text('no', 400); await parcels.arrived((await c.req.json()).parcel); return c.text('ok'); });
      export default hooks;
    `,
  },
  {
    title: 'GraphQL: adding asks for a role, removing for a login only',
    bad: `
      const demand = (user, right) => { if (!user || (right && !user.rights.includes(right))) throw new Error('FORBIDDEN'); };
      export const resolvers = {
        Mutation: {
          addBerth: (_, { name }, { user }) => { demand(user, 'harbour'); return berths.add(name); },
          removeBerth: (_, { id }, { user }) => { demand(user); return berths.remove(id); },
        //^^^^^^^^^^^ auth/route-missing-auth "asks no more than who is logged in, while addBerth asks for 'harbour'"
          removeStay: (_, { id }, { user }) => { demand(user); return stays.remove(id, user.id); },
          addStay: (_, { id }, { user }) => { demand(user, 'harbour'); return stays.add(id); },
          renameSelf: (_, { name }, { user }) => { demand(user); return people.rename(name); },
        },
      };
    `,
  },
  {
    title: 'a check of another package stands before all routes, in a function that leaves some out',
    bad: `
      const express = require('express');
      const csurf = require('csurf');
      const app = express();
      const forms = csurf();
      app.use((req, res, next) => { if (req.originalUrl === '/hooks/shop') next(); else express.json()(req, res, next); });
      app.use((req, res, next) => { if (req.path === '/hooks/shop') return next(); forms(req, res, next); });
      const cook = (req, res, next) => (req.session.user ? next() : res.status(401).end());
      app.put('/menus/:day', cook, (req, res) => { write(req.params.day, req.body); res.end(); });
      app.delete('/menus/:day', cook, (req, res) => { drop(req.params.day); res.end(); });
      app.patch('/menus/:day/price', (req, res) => { price(req.params.day, req.body.price); res.end(); });
      //  ^^^^^ auth/route-missing-auth "while 2 of 2 routes here use 'cook'"
      app.listen(80);
    `,
  },
  {
    title: 'a namespace beside the one that is checked, and sockets of ws, in a program that knows its users',
    bad: `
      //- live.js
      import { Server } from 'socket.io';
      import { WebSocketServer } from 'ws';
      export function attach(server) {
        const io = new Server(server);
        io.use((socket, next) => (known(socket.handshake.auth.token) ? next() : next(new Error('unauthorized'))));
        io.on('connection', (socket) => socket.on('say', (text) => io.emit('said', text)));
        const host = io.of('/host');
        //                 ^^^^^^^ auth/route-missing-auth "The namespace '/host' takes sockets from anybody"
        host.on('connection', (socket) => socket.on('next', () => io.emit('question')));
        const live = new WebSocketServer({ server, path: '/live' });
        live.on('connection', (socket) => {
        //      ^^^^^^^^^^^^ auth/route-missing-auth "Check the token in verifyClient first"
          socket.on('message', async (raw) => {
            const { album } = JSON.parse(raw);
            await Photo.update({ scanned: false }, { where: { album } });
          });
        });
      }
      //- app.js
      import express from 'express';
      import { requireAuth } from './auth.js';
      const app = express();
      app.get('/photos', requireAuth, list);
      app.post('/photos', requireAuth, add);
      app.listen(3000);
    `,
  },
  {
    title: 'namespaces and sockets that are checked in their own way',
    good: `
      //- live.js
      import { Server } from 'socket.io';
      import { WebSocketServer } from 'ws';
      export function attach(server) {
        const io = new Server(server);
        io.use((socket, next) => (known(socket.handshake.auth.token) ? next() : next(new Error('unauthorized'))));
        const host = io.of('/host');
        host.use(isHost);
        host.on('connection', (socket) => socket.on('next', () => io.emit('question')));
        const desk = io.of('/desk');
        desk.on('connection', (socket) => { if (!socket.handshake.auth.desk) socket.disconnect(); });
        const live = new WebSocketServer({ server, verifyClient: ({ req }) => known(req.headers.authorization) });
        live.on('connection', (socket) => socket.on('message', (raw) => Photo.create(JSON.parse(raw))));
        const first = new WebSocketServer({ port: 8080 });
        first.on('connection', (socket, req) => {
          if (!known(req.headers.authorization)) return socket.close();
          socket.on('message', (raw) => Photo.create(JSON.parse(raw)));
        });
      }
      //- app.js
      import express from 'express';
      import { requireAuth } from './auth.js';
      const app = express();
      app.get('/photos', requireAuth, list);
      app.post('/photos', requireAuth, add);
      app.listen(3000);
    `,
  },
  {
    title: 'sockets that are checked, or only told something',
    good: `
      import express from 'express';
      import http from 'node:http';
      import { Server } from 'socket.io';
      import { requireAuth, check } from './auth.js';
      import { Note } from './models.js';
      const app = express();
      const server = http.createServer(app);
      app.get('/notes', requireAuth, list);
      const one = new Server(server);
      one.use((socket, next) => (check(socket.handshake.auth.token) ? next() : next(new Error('no'))));
      one.on('connection', (socket) => { socket.on('note', (note) => Note.create({ text: note.text })); });
      const two = new Server(server);
      two.on('connection', (socket) => { if (!check(socket.handshake.query.token)) return socket.disconnect(); socket.on('note', (note) => Note.create({ text: note.text })); });
      const three = new Server(server);
      three.on('connection', (socket) => { socket.on('ping', () => socket.emit('pong')); });
      server.listen(80);
    `,
  },
];
