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
