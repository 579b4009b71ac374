import type { Example } from '../rule.js';

/** Changes by GET that only other functions, types and the words of a path tell of; and what only looks like one. */
export const changeExamples: readonly Example[] = [
  {
    title: 'statements of tags, which change and which read',
    bad: `
      import { Hono } from 'hono';
      import postgres from 'postgres';
      import { prisma } from './prisma.js';
      const sql = postgres(process.env.DATABASE_URL);
      const app = new Hono();
      app.get('/rounds/:id/leave', async (c) => { await sql\`delete from seats where round = \${c.req.param('id')}\`; return c.redirect('/'); });
      //  ^^^ methods/unsafe-get "(DELETE FROM)"
      app.get('/rounds/:id/close', async (c) => { await prisma.$executeRaw\`UPDATE rounds SET open = false WHERE id = \${c.req.param('id')}\`; return c.json({}); });
      //  ^^^ methods/unsafe-get "(UPDATE ROUNDS)"
      app.get('/rounds/:id/start', async (c) => c.json(await sql\`select starts from rounds where id = \${c.req.param('id')}\`));
      app.get('/rounds/:id', async (c) => { await sql\`update rounds set views = views + 1 where id = \${c.req.param('id')}\`; return c.json({}); });
      export default app;
    `,
  },
  {
    title: 'accounts, and a message to a device',
    bad: `
      import express from 'express';
      import mqtt from 'mqtt';
      import { Account } from './models.js';
      const app = express();
      const hub = mqtt.connect(process.env.HUB);
      app.get('/accounts/:id/reset-badge', signedIn, async (req, res) => { await Account.update({ badge: null }, { where: { id: req.params.id } }); res.end(); });
      //  ^^^ methods/unsafe-get "(Account.update)"
      app.get('/pumps/:id/disconnect', signedIn, (req, res) => { hub.publish('pumps/' + req.params.id, 'off'); res.end(); });
      //  ^^^ methods/unsafe-get "(hub.publish)"
      app.get('/accounts/:id/leave', signedIn, async (req, res) => res.json(await leaveOf(req.params.id)));
    `,
  },
  {
    title: 'services, rows that were looked up, models under other names, mails',
    bad: `
      //- app.ts
      import { Controller, Get, Module, Param, UseGuards } from '@nestjs/common';
      import { AuthGuard } from '@nestjs/passport';
      import { NestFactory } from '@nestjs/core';
      import { Repository } from 'typeorm';
      import { TicketService } from './ticket.service';
      @Controller('tickets')
      class TicketController {
        constructor(private readonly work: TicketService, private readonly notes: Repository<any>) {}
        @UseGuards(AuthGuard('jwt')) @Get(':id/accept') accept(@Param('id') id) { return this.work.accept(id); }
        //                            ^^^ methods/unsafe-get "(this.work.accept)"
        @Get(':id/note') note(@Param('id') id) { return this.notes.update(id, { open: false }); }
      // ^^^ methods/unsafe-get "(this.notes.update)"
      }
      @Module({ controllers: [TicketController] }) class AppModule {}
      NestFactory.create(AppModule).then((app) => app.listen(3000));
      //- ticket.service.ts
      export class TicketService {
        constructor(private readonly rows: Repository<any>) {}
        async accept(id) { await this.rows.update(id, { accepted: true }); }
      }
      //- shop.js
      const express = require('express');
      const mongoose = require('mongoose');
      const nodemailer = require('nodemailer');
      const order = mongoose.model('Order', schema);
      const post = nodemailer.createTransport(process.env.SMTP);
      const SHIP = 'UPDATE orders SET shipped = 1 WHERE id = ?';
      const app = express();
      app.get('/orders/:id/pay', async (req, res) => { const one = await order.findById(req.params.id); one.paid = true; await one.save(); res.end(); });
      //  ^^^ methods/unsafe-get "(one.save)"
      app.get('/orders/:id/send', async (req, res) => { await pool.query(SHIP, [req.params.id]); res.end(); });
      //  ^^^ methods/unsafe-get "(UPDATE ORDERS)"
      app.get('/reminders', async (req, res) => { const all = await order.find(); await Promise.all(all.map((one) => post.sendMail({ to: one.mail }))); res.end(); });
      //  ^^^ methods/unsafe-get "(post.sendMail)"
      app.listen(3000);
    `,
  },
  {
    title: 'a visit that is remembered, a look-up that makes what is missing, a link of a mail',
    good: `
      import express from 'express'; import { eq, sql } from 'drizzle-orm'; import { db, links, carts, Cart, Invite } from './store.js'; const app = express();
      app.get('/:slug', async (q, s) => { await db.update(links).set({ clicks: sql\`clicks + 1\` }).where(eq(links.slug, q.params.slug)); s.redirect(await to(q.params.slug)); });
      app.get('/users/:id', async (q, s) => { const one = await Cart.findById(q.params.id); one.lastSeen = new Date(); await one.save(); s.json(one); });
      app.get('/cart', async (q, s) => s.json(await getCart(q.session.id))); async function getCart(id) { return (await Cart.findById(id)) ?? Cart.create({ id }); }
      app.get('/invites/:token/accept', async (q, s) => { await Invite.updateOne({ token: q.params.token }, { used: true }); s.redirect('/'); });
    `,
  },
  {
    title: 'the path says what is done, and the handler does it',
    bad: `
      import { Hono } from 'hono';
      import { alarms } from './alarms';
      import * as ovens from './ovens';
      import { pause } from './belt';
      const app = new Hono();
      app.get('/alarms/:id/silence/toggle', async (c) => c.json(await alarms.toggle(c.req.param('id'))));
      //  ^^^ methods/unsafe-get "changes data (alarms.toggle)"
      app.get('/alarms/:id/delete', async (c) => { await alarms.remove(c.req.param('id')); return c.redirect('/alarms'); });
      //  ^^^ methods/unsafe-get "changes data (alarms.remove)"
      app.get('/ovens/:id/lock', ovens.lock);
      //  ^^^ methods/unsafe-get "changes data (ovens.lock)"
      app.get('/belts/:id/pause', async (c) => { const belt = await find(c.req.param('id')); await belt?.pauseAll(); return c.text('ok'); });
      //  ^^^ methods/unsafe-get "pauseAll"
      export default app;
    `,
  },
  {
    title: 'a device is told, and what a controller keeps is changed',
    bad: `
      import { Controller, Get, Module, Param } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      @Controller('gates')
      class GatesController {
        private readonly gates = new Map();
        constructor(private readonly mqtt) {}
        @Get(':id/state') state(@Param('id') id) { return this.gates.get(id); }
        @Get(':id/release') release(@Param('id') id) { return Object.assign(this.gates.get(id), { open: true }); }
      // ^^^ methods/unsafe-get "(Object.assign)"
        @Get(':id/restart') restart(@Param('id') id) { this.mqtt.publish('gates/' + id, 'restart'); return {}; }
      // ^^^ methods/unsafe-get "(this.mqtt.publish)"
      }
      @Module({ controllers: [GatesController] }) class AppModule {}
      NestFactory.create(AppModule).then((app) => app.listen(3000));
    `,
  },
];
