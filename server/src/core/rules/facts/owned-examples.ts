import type { Example } from '../rule.js';

/** Routes that change any record, where another changes only those of the caller: methods/unguarded-sibling. */
export const ownedExamples: readonly Example[] = [
  {
    title: 'removing asks whose it is, renaming does not',
    bad: `
      import { Router } from 'express';
      import { Album } from './models.js';
      const albums = Router();
      albums.patch('/:id', requireAuth, async (req, res) => { await Album.updateOne({ _id: req.params.id }, { title: String(req.body.title) }); res.end(); });
      //     ^^^^^ methods/unguarded-sibling "changes records of 'album' whoever they belong to, but DELETE"
      albums.delete('/:id', requireAuth, async (req, res) => { await Album.deleteOne({ _id: req.params.id, owner: req.user.id }); res.end(); });
      export default albums;
    `,
  },
  {
    title: 'a statement with the owner beside one without',
    bad: `
      import Fastify from 'fastify';
      import { pool } from './db.js';
      const app = Fastify();
      app.put('/cards/:id', { preHandler: requireAuth }, async (request) => pool.query('UPDATE cards SET label = $1 WHERE id = $2 AND member_id = $3', [request.body.label, request.params.id, request.user.id]));
      app.delete('/cards/:id', { preHandler: requireAuth }, async (request) => pool.query('DELETE FROM cards WHERE id = $1', [request.params.id]));
      //  ^^^^^^ methods/unguarded-sibling "Choose them by 'member_id' here too"
    `,
  },
  {
    title: 'both ask, or the other is for staff, or looked up first',
    good: `
      import { Router } from 'express';
      import { prisma } from './db.js';
      const albums = Router();
      albums.patch('/:id', requireAuth, async (req, res) => { await prisma.album.update({ where: { id: req.params.id, ownerId: req.user.id }, data: { title: req.body.title } }); res.end(); });
      albums.delete('/:id', requireAuth, requireRole('curator'), async (req, res) => { await prisma.album.delete({ where: { id: req.params.id } }); res.end(); });
      albums.put('/:id', requireAuth, async (req, res) => {
        const found = await prisma.album.findFirst({ where: { id: req.params.id, ownerId: req.user.id } });
        if (!found) return res.sendStatus(404);
        await prisma.album.update({ where: { id: found.id }, data: { title: req.body.title } });
        res.end();
      });
      albums.post('/:id/plays', requireAuth, async (req, res) => { await mayChange(req); await prisma.album.update({ where: { id: req.params.id }, data: { plays: { increment: 1 } } }); res.end(); });
      export default albums;
    `,
  },
];
