import type { Example } from '../rule.js';

/** Routers that are mounted twice: auth/route-missing-auth. */
export const mountedExamples: readonly Example[] = [
  {
    title: 'Express: the same router once more, without the check',
    bad: `
      //- app.js
      import express from 'express';
      import { requireAuth } from './auth.js';
      import { parcels } from './parcels.js';
      const app = express();
      app.use('/api/parcels', requireAuth, parcels);
      app.use('/legacy/parcels', parcels);
      //                         ^^^^^^^ auth/route-missing-auth "PUT /legacy/parcels/{id} and 1 more are reached here without 'requireAuth'"
      app.listen(3000);
      //- parcels.js
      import { Router } from 'express';
      export const parcels = Router();
      parcels.get('/', (req, res) => res.json(all()));
      parcels.put('/:id', (req, res) => res.json(change(req.params.id, req.body.weight)));
      parcels.delete('/:id', (req, res) => res.json(drop(req.params.id)));
    `,
  },
  {
    title: 'Hono: administration below a second path',
    bad: `
      import { Hono } from 'hono';
      import { bearerAuth } from 'hono/bearer-auth';
      const desk = new Hono();
      desk.get('/numbers', (c) => c.json(numbers()));
      const app = new Hono();
      app.use('/v1/admin/*', bearerAuth({ token: process.env.DESK_TOKEN }));
      app.route('/v1/admin', desk);
      app.route('/inside/admin', desk);
      //                         ^^^^ auth/route-missing-auth "GET /inside/admin/numbers is reached here without 'bearerAuth'"
      export default app;
    `,
  },
  {
    title: 'a second path that is public by its name, one behind another check, and one that is only read',
    good: `
      import express from 'express';
      import { requireAuth, requireApiKey } from './auth.js';
      const app = express();
      const shelves = express.Router();
      shelves.get('/', (req, res) => res.json(all()));
      const polls = express.Router();
      polls.post('/votes', (req, res) => res.json(vote(req.body)));
      app.use('/api/shelves', requireAuth, shelves);
      app.use('/shelves', shelves);
      app.use('/api/polls', requireAuth, polls);
      app.use('/public/polls', polls);
      app.use('/partners/polls', requireApiKey, polls);
      app.listen(3000);
    `,
  },
];
