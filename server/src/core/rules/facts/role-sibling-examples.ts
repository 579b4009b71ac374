import type { Example } from '../rule.js';

/** Routes that ask for a role or a right beside others of the same things that do not, also in another file. */
export const roleSiblingExamples: readonly Example[] = [
  {
    title: 'making one asks for a role, removing one does not',
    bad: `
      const Router = require('@koa/router');
      const { needs } = require('./who');
      const api = new Router();
      api.post('/samples', requireAuth, requireRole('lab'), async (ctx) => { ctx.body = await samples.add(ctx.request.body); });
      api.delete('/samples/:id', requireAuth, async (ctx) => { await samples.remove(ctx.params.id); ctx.status = 204; });
      //  ^^^^^^ methods/unguarded-sibling
      module.exports = api;
    `,
  },
  {
    title: 'reading compares the role, removing does not',
    bad: `
      import { Router } from 'express';
      const marks = Router();
      marks.get('/:pupil', requireAuth, async (req, res) => {
        if (req.user.role !== 'teacher') return res.sendStatus(403);
        res.json(await Mark.list(req.params.pupil));
      });
      marks.delete('/:id', requireAuth, async (req, res) => { await Mark.remove(req.params.id); res.sendStatus(204); });
      //    ^^^^^^ methods/unguarded-sibling
      export default marks;
    `,
  },
  {
    title: 'what is removed is the caller\'s own',
    good: `
      import { Router } from 'express';
      const notes = Router();
      notes.post('/notes', requireAuth, requireRole('writer'), async (req, res) => { res.json(await Note.add(req.body)); });
      notes.delete('/notes/:id', requireAuth, async (req, res) => { await Note.remove({ id: req.params.id, owner: req.user.id }); res.sendStatus(204); });
      export default notes;
    `,
  },
  {
    title: 'the same path in two files',
    bad: `
      //- upload.js
      const router = require('express').Router();
      const { requireAuth } = require('auth-of-ours');
      router.post('/files', requireAuth, (req, res) => res.end());
      module.exports = router;
      //- replace.js
      const router = require('express').Router();
      const { requireAuth } = require('auth-of-ours');
      router.get('/files', requireAuth, (req, res) => res.end());
      router.put('/files', (req, res) => res.end());
      //     ^^^ methods/unguarded-sibling
      module.exports = router;
      //- app.js
      const app = require('express')();
      app.use('/api', require('./upload'));
      app.use('/api', require('./replace'));
      app.listen(3000);
    `,
  },
  {
    title: 'a right to read is enough to replace',
    bad: `
      import express from 'express';
      import { needs } from './api-keys.js';
      const app = express();
      app.get('/staff', needs('staff:read'), (req, res) => res.json(list()));
      app.patch('/staff/:id', needs('staff:write'), (req, res) => res.json(patch(req.body)));
      app.put('/staff/:id', needs('staff:read'), (req, res) => res.json(replace(req.body)));
      //  ^^^ methods/unguarded-sibling "asks for 'staff:read' only, but PATCH /staff/{id} asks for 'staff:write'"
    `,
  },
  { title: 'a method denied by name', good: `import express from 'express'; const app = express(); app.post('/a', requireAuth, save); app.put('/a', security.denyAll());` },
  {
    title: 'a part that is asked for by POST, and the right to remove the whole',
    good: `
      import express from 'express';
      import { needs } from 'rights-of-ours';
      import { bus } from './bus.js';
      const app = express();
      app.get('/devices/:id', needs('device:read'), (req, res) => res.json(one(req.params.id)));
      app.post('/devices/:id/logs', needs('device:read'), (req, res) => { bus.command(req.params.id, 'startLog'); res.json({ url: '/logs' }); });
      app.put('/devices/:id', needs('device:edit'), (req, res) => res.json(replace(req.body)));
      app.delete('/devices/:id', needs('device:delete'), (req, res) => res.json(drop(req.params.id)));
      app.post('/devices/:id/report', needs('device:read'), (req, res) => res.json(reportOf(req.body.from)));
    `,
  },
];
