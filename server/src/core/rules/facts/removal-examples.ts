import type { Example } from '../rule.js';

/** What auth/route-missing-auth says of routes that remove what is stored. */
export const removalExamples: readonly Example[] = [
  {
    title: 'everybody may send in and read some of it, and remove it as well',
    bad: `
      import { Router } from 'express';
      import { db, requireAuth } from './lib.js';
      const router = Router();
      router.get('/menu', async (req, res) => res.json(await db.dish.findMany()));
      router.post('/', async (req, res) => res.json(await db.order.create({ data: { table: Number(req.body.table) } })));
      router.get('/today', requireAuth, async (req, res) => res.json(await db.order.findMany()));
      router.delete('/:id', async (req, res) => { await db.order.delete({ where: { id: req.params.id } }); res.sendStatus(204); });
      //     ^^^^^^ auth/route-missing-auth "has no authentication while 1 of 3 routes here"
      export default router;
    `,
  },
  {
    title: 'where nobody is known at all, and a list in memory',
    good: `
      import { Router } from 'express';
      import { db } from './lib.js';
      const router = Router();
      router.get('/notes', async (req, res) => res.json(await db.note.findMany()));
      router.delete('/notes/:id', async (req, res) => { await db.note.delete({ where: { id: req.params.id } }); res.sendStatus(204); });
      export default router;
    `,
  },
  {
    title: 'a login among guarded routes',
    good: `import { Router } from 'express'; const router = Router(); router.post('/login', login); router.get('/orders', auth, list); router.post('/orders', auth, create); export default router;`,
  },
  {
    title: 'a catalogue anybody may read',
    good: `import { Router } from 'express'; const router = Router(); router.get('/products', list); router.post('/products', auth, add); router.put('/products/:id', auth, put); export default router;`,
  },
  {
    title: 'a password stands in for the login, another is only measured',
    bad: `
      import { Router } from 'express';
      import { requireSession } from './session.js';
      import { checkPassword, checkPasswordStrength } from './secret.js';
      const router = Router();
      router.post('/enable', requireSession, turnOn);
      router.post('/disable', requireSession, turnOff);
      router.post('/settings', async (req, res) => {
        if (!(await checkPassword(req.body.password))) return res.status(400).json({ reason: 'wrong' });
        res.json(await change(req.body));
      });
      router.post('/hints', async (req, res) => {
        //   ^^^^ auth/route-missing-auth
        if (!checkPasswordStrength(req.body.password)) return res.status(400).json({ reason: 'weak' });
        res.json(await change(req.body));
      });
      export default router;
    `,
  },
  {
    title: 'the only route of a router that is read without an account',
    bad: `
      import Fastify from 'fastify';
      import { knex } from './knex.js';
      const app = Fastify();
      app.register(async (boats) => {
        boats.get('/', { onRequest: boats.authenticate }, async () => knex('boats').select('id', 'name'));
        boats.get('/:id', { onRequest: boats.authenticate }, async (request) => knex('boats').where({ id: request.params.id }).first());
        boats.patch('/:id', { onRequest: boats.authenticate }, async (request) => knex('boats').where({ id: request.params.id }).update({ name: request.body.name }));
        boats.get('/:id/course', async (request) => knex('fixes').where({ boat: request.params.id }).select('lat', 'lng'));
        //    ^^^ auth/route-missing-auth "has no authentication while 3 of 3 routes here"
      }, { prefix: '/boats' });
    `,
  },
  {
    title: 'what is read by everybody: beside changes alone, beside another that is open, and by what only some can name',
    good: `
      import { Router } from 'express';
      import { Song, Set } from './models.js';
      const songs = Router();
      songs.get('/:id', async (req, res) => res.json(await Song.findByPk(req.params.id)));
      songs.post('/', requireAuth, add); songs.put('/:id', requireAuth, change); songs.patch('/:id/title', requireAuth, rename);
      const sets = Router();
      sets.get('/', requireAuth, mine); sets.get('/latest', requireAuth, latest); sets.put('/:id', requireAuth, change);
      sets.get('/:id/songs', async (req, res) => res.json(await Song.findAll({ where: { set: req.params.id } })));
      sets.get('/top', async (req, res) => res.json(await Set.findAll({ limit: 10 })));
      const lists = Router();
      lists.get('/', requireAuth, mine); lists.get('/latest', requireAuth, latest); lists.put('/:id', requireAuth, change);
      lists.get('/:slug', async (req, res) => res.json(await Set.findOne({ where: { slug: req.params.slug } })));
      export { songs, sets, lists };
    `,
  },
];
