import type { Example } from '../rule.js';

/** Methods that are open beside guarded ones: by design, by a check in the handler, or by mistake. */
export const openExamples: readonly Example[] = [
  { title: 'a method that nobody may use, beside one that everybody may', good: `import express from 'express'; const app = express(); app.post('/a', (req, res) => res.sendStatus(405)); app.put('/a', save);` },
  { title: 'a method that is denied to all', good: `import express from 'express'; const app = express(); app.post('/a', requireAuth, save); app.put('/a', (req, res) => res.sendStatus(403));` },
  {
    title: 'anybody sends a form in, only the office reads and deletes them',
    good: `
      import express from 'express'; import { requireStaff } from './staff.js'; const app = express();
      app.get('/applications', requireStaff, (req, res) => res.json(all())); app.post('/applications', (req, res) => { keep(req.body); res.status(201).end(); });
      app.delete('/applications/:id', requireStaff, (req, res) => res.status(204).end());
    `,
  },
  {
    title: 'Nest: a form for everybody',
    good: `
      import { Controller, Delete, Get, Module, Post, UseGuards } from '@nestjs/common'; import { NestFactory } from '@nestjs/core'; import { EditorGuard } from './editor.guard';
      @Controller('letters') class LettersController {
        @Post() send() { return this.letters.add(); }
        @UseGuards(EditorGuard) @Get() list() { return this.letters.all(); }
      }
      @Module({ controllers: [LettersController] }) class AppModule {}
      const app = await NestFactory.create(AppModule); await app.listen(3000);
    `,
  },
  {
    title: 'the office reads and changes, so whoever adds is asked too',
    bad: `
      import express from 'express';
      import { requireStaff } from './staff.js';
      const app = express();
      app.get('/tariffs', requireStaff, (req, res) => res.json(all()));
      app.put('/tariffs', requireStaff, (req, res) => res.end());
      app.post('/tariffs', requireStaff, (req, res) => res.end());
      app.patch('/tariffs', (req, res) => res.end());
      //  ^^^^^ methods/unguarded-sibling "requires it"
    `,
  },
  {
    title: 'the caller is asked for in the handler, and refused as if there were nothing',
    good: `
      //- viewer.js
      import { cookies } from 'next/headers';
      export async function viewer() {
        const id = cookies().get('sid')?.value;
        return id ? find(id) : null;
      }
      //- app/api/notes/route.js
      import { viewer } from '../../../viewer.js';
      export async function POST(request) {
        const who = await viewer();
        if (!who) return Response.json({}, { status: 401 });
        return Response.json(add(who.id, await request.json()));
      }
      export async function DELETE(request) {
        const who = await viewer();
        if (!who) return new Response(null, { status: 404 });
        remove(who.id);
        return new Response(null, { status: 204 });
      }
    `,
  },
  {
    title: 'an owner is asked for',
    good: `
      import express from 'express'; const app = express(); app.post('/lists', requireAuth, save);
      app.put('/lists', (req, res) => { if (!lists.isOwner(req.signed.who, req.body.id)) return res.status(404).end(); lists.put(req.body); res.end(); });
    `,
  },
  {
    title: 'what was not found says nothing of the caller',
    bad: `
      import express from 'express';
      const app = express();
      app.post('/lists/:id', requireAuth, save);
      app.put('/lists/:id', async (req, res) => {
      //  ^^^ methods/unguarded-sibling
        const list = await lists.find(req.params.id);
        if (!list) return res.status(404).end();
        res.json(list.replace(req.body));
      });
    `,
  },
];
