import type { Example } from '../rule.js';

/** Routes that give callers the cookie their neighbours ask for: auth/route-missing-auth. */
export const handedOutExamples: readonly Example[] = [
  {
    title: 'who joins gets the cookie that the others ask for: signed, plain, in the session',
    good: `
      //- play.ts
      import { Hono } from 'hono';
      import { getSignedCookie, setSignedCookie } from 'hono/cookie';
      import { createMiddleware } from 'hono/factory';
      export const play = new Hono();
      const player = createMiddleware(async (c, next) => {
        const id = await getSignedCookie(c, process.env.KEY, 'player');
        if (!id) return c.json({ error: 'join first' }, 401);
        await next();
      });
      play.post('/join', async (c) => {
        const id = crypto.randomUUID();
        await redis.hset('game', id, (await c.req.json()).nick);
        await setSignedCookie(c, 'player', id, process.env.KEY, { httpOnly: true, secure: true, sameSite: 'Lax' });
        return c.json({ id });
      });
      play.post('/answers', player, async (c) => c.body(null, 204));
      play.delete('/answers', player, async (c) => c.body(null, 204));
      //- table.ts
      import express from 'express';
      import { randomUUID } from 'node:crypto';
      export const app = express();
      const seated = (req, res, next) => (req.signedCookies.seat ? next() : res.sendStatus(401));
      app.post('/sit', (req, res) => {
        res.cookie('seat', randomUUID(), { signed: true, httpOnly: true, secure: true, sameSite: 'lax' });
        res.json({});
      });
      app.post('/bets', seated, bet);
      app.post('/cards', seated, card);
      //- poll.ts
      import express from 'express';
      import { nanoid } from 'nanoid';
      export const poll = express();
      const voter = (req, res, next) => {
        if (!req.session.voter) return res.sendStatus(401);
        next();
      };
      poll.post('/begin', (req, res) => {
        req.session.voter = nanoid();
        res.json({});
      });
      poll.post('/votes', voter, vote);
      poll.delete('/votes', voter, unvote);
    `,
  },
  {
    title: 'the caller chooses who to be, and a cookie that nobody asks for',
    bad: `
      import express from 'express';
      import { randomUUID } from 'node:crypto';
      const app = express();
      const seated = (req, res, next) => (req.signedCookies.seat ? next() : res.sendStatus(401));
      app.post('/bets', seated, bet);
      app.post('/cards', seated, card);
      app.delete('/cards', seated, drop);
      app.put('/cards', seated, change);
      app.post('/moves', (req, res) => {
      //  ^^^^ auth/route-missing-auth "POST /moves has no authentication"
        res.cookie('seat', req.body.seat, { signed: true, httpOnly: true, secure: true, sameSite: 'lax' });
        res.json({});
      });
      app.post('/chips', (req, res) => {
      //  ^^^^ auth/route-missing-auth "POST /chips has no authentication"
        res.cookie('visit', randomUUID(), { httpOnly: true, secure: true, sameSite: 'lax' });
        res.json(buy(req.body.count));
      });
      app.listen(3000);
    `,
  },
];
