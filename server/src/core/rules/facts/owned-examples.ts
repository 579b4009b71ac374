import type { Example } from '../rule.js';

/** Routes that change any record, where another changes only those of the caller: methods/unguarded-sibling. */
export const ownedExamples: readonly Example[] = [
  {
    title: 'what others borrowed is read by whoever names them',
    bad: `
      import { Router } from 'express';
      import { Loan } from './models.js';
      const loans = Router();
      loans.get('/mine', requireAuth, async (req, res) => res.json(await Loan.findAll({ where: { borrowerId: req.user.id } })));
      loans.get('/of/:reader', requireAuth, async (req, res) => res.json(await Loan.findAll({ where: { borrowerId: req.params.reader }, order: ['due'] })));
      //    ^^^ methods/unguarded-sibling "gives records of 'loan' whoever they belong to, but GET"
      export default loans;
    `,
  },
  {
    title: 'more roles may remove than change',
    bad: `
      import { Router } from 'express';
      import { Pump } from './models.js';
      import { only } from './only.js';
      const pumps = Router();
      pumps.put('/:id', only('engineer'), async (req, res) => { await Pump.updateOne({ _id: req.params.id }, { rate: Number(req.body.rate) }); res.end(); });
      pumps.delete('/:id', only('engineer', 'visitor'), async (req, res) => { await Pump.deleteOne({ _id: req.params.id }); res.end(); });
      //    ^^^^^^ methods/unguarded-sibling "asks for 'engineer or visitor' only, but PUT"
      export default pumps;
    `,
  },
  {
    title: 'what everybody may read of others, what is compared, and what staff reads',
    good: `
      import { Router } from 'express';
      import { Loan, Review } from './models.js';
      import { only } from './only.js';
      const loans = Router();
      loans.get('/mine', requireAuth, async (req, res) => res.json(await Loan.findAll({ where: { borrowerId: req.user.id } })));
      loans.get('/of/:reader', requireAuth, async (req, res) => { if (req.params.reader !== req.user.id) return res.sendStatus(403); res.json(await Loan.findAll({ where: { borrowerId: req.params.reader } })); });
      loans.get('/book/:book', requireAuth, async (req, res) => res.json(await Loan.count({ where: { bookId: req.params.book } })));
      loans.get('/desk/:reader', requireAuth, only('desk'), async (req, res) => res.json(await Loan.findAll({ where: { borrowerId: req.params.reader } })));
      loans.get('/reviews', requireAuth, async (req, res) => res.json(await Review.findAll({ where: { authorId: req.user.id } })));
      loans.get('/reviews/:author', requireAuth, async (req, res) => res.json(await Review.findAll({ where: { authorId: req.params.author } })));
      loans.put('/:id', only('desk'), async (req, res) => { await Loan.update({ due: String(req.body.due) }, { where: { id: req.params.id, borrowerId: req.user.id } }); res.end(); });
      loans.delete('/:id', only('desk', 'reader'), async (req, res) => { await Loan.destroy({ where: { id: req.params.id, borrowerId: req.user.id } }); res.end(); });
      export default loans;
    `,
  },
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
