import type { Example } from '../rule.js';

/** Routes about the same things, one of which asks for less: methods/unguarded-sibling. */
export const relativeExamples: readonly Example[] = [
  {
    title: 'adding asks for a role, setting does not',
    bad: `
      const { Router } = require('express');
      const { pool } = require('./db');
      const shelf = Router();
      shelf.post('/stock/:sku/add', requireAuth, requireRole('keeper'), async (req, res) => { await pool.query('UPDATE stock SET n = n + ? WHERE sku = ?', [req.body.n, req.params.sku]); res.end(); });
      shelf.put('/stock/:sku', requireAuth, async (req, res) => { await pool.query('UPDATE stock SET n = ? WHERE sku = ?', [req.body.n, req.params.sku]); res.end(); });
      //    ^^^ methods/unguarded-sibling "but POST /{?}/stock/{sku}/add requires it"
      module.exports = shelf;
    `,
  },
  {
    title: 'a level that a decorator keeps for the guard before all methods',
    bad: `
      //- wards.controller.ts
      import { Controller, Delete, Get, Module, Param, Patch } from '@nestjs/common';
      import { APP_GUARD, NestFactory } from '@nestjs/core';
      import { NeedsAccess } from './access';
      import { KeyGuard } from './key.guard';
      @Controller('wards')
      class WardsController {
        @Get(':id') one(@Param('id') id: string) { return this.wards.one(id); }
        @NeedsAccess('matron') @Patch(':id') move(@Param('id') id: string) { return this.wards.move(id); }
        @Delete(':id') drop(@Param('id') id: string) { return this.wards.drop(id); }
      // ^^^^^^ methods/unguarded-sibling "runs without '@NeedsAccess('matron')', but PATCH"
      }
      @Module({ controllers: [WardsController], providers: [{ provide: APP_GUARD, useClass: KeyGuard }] }) class AppModule {}
      NestFactory.create(AppModule).then((app) => app.listen(3000));
      //- access.ts
      import { SetMetadata } from '@nestjs/common';
      export const NeedsAccess = (level: string) => SetMetadata('access', level);
      //- key.guard.ts
      import { Injectable } from '@nestjs/common';
      import { Reflector } from '@nestjs/core';
      import { keyFor } from './keys';
      @Injectable()
      export class KeyGuard {
        constructor(private reflector: Reflector) {}
        canActivate(context) {
          const level = this.reflector.get('access', context.getHandler()) ?? 'visitor';
          return keyFor(level) === context.switchToHttp().getRequest().headers['x-api-key'];
        }
      }
    `,
  },
  {
    title: 'what tells tenants apart tells nothing of the caller',
    bad: `
      import express from 'express';
      const runs = express.Router();
      runs.put('/:id', requireAuth, async (req, res) => { const workspaceId = req.user?.activeWorkspaceId; res.json(await Run.change(req.params.id, req.body, workspaceId)); });
      //   ^^^ methods/unguarded-sibling
      runs.delete('/:id', requireAuth, requirePermission('runs:delete'), async (req, res) => { res.json(await Run.drop(req.params.id, req.user.activeWorkspaceId)); });
      export default runs;
    `,
  },
  {
    title: 'own things below those of others, and things of another name',
    good: `
      import express from 'express';
      const app = express();
      app.delete('/posts/:id', requireAuth, requireRole('moderator'), async (req, res) => { await Post.drop(req.params.id); res.end(); });
      app.delete('/posts/:id/like', requireAuth, async (req, res) => { await Like.drop(req.params.id, req.user.id); res.end(); });
      app.put('/drafts/:id', requireAuth, async (req, res) => { await Draft.write(req.params.id, req.body); res.end(); });
      app.post('/posts/:id/comments', requireAuth, async (req, res) => { await Comment.add(req.params.id, req.body); res.end(); });
    `,
  },
  {
    title: 'a session is begun with a password and ended without one, tickets are sent in by anybody',
    good: `
      import express from 'express';
      const app = express();
      app.post('/session', async (req, res) => { if (!(await known(req.body.password))) return res.sendStatus(401); res.cookie('sid', await begin()); res.end(); });
      app.delete('/session', (req, res) => { res.clearCookie('sid'); res.end(); });
      app.get('/tickets', requireAuth, (req, res) => res.json(all()));
      app.post('/tickets', (req, res) => { keep(req.body.subject); res.status(201).end(); });
    `,
  },
];
