import type { Example } from '../rule.js';

/** A decorator of the project that opens a route, and a guard that stands too late: auth/route-missing-auth. */
export const decoratorExamples: readonly Example[] = [
  {
    title: 'a decorator of the project takes the check away',
    bad: `
      //- app.module.ts
      import { Module } from '@nestjs/common';
      import { APP_GUARD, NestFactory } from '@nestjs/core';
      import { InvoicesController } from './invoices.controller';
      import { TokenGuard } from './token.guard';
      @Module({ controllers: [InvoicesController], providers: [{ provide: APP_GUARD, useClass: TokenGuard }] }) class AppModule {}
      NestFactory.create(AppModule).then((app) => app.listen(3000));
      //- token.guard.ts
      import { CanActivate, Injectable, SetMetadata, UnauthorizedException } from '@nestjs/common';
      export const Unguarded = () => SetMetadata('unguarded', true);
      @Injectable()
      export class TokenGuard implements CanActivate {
        constructor(private reflector, private jwt) {}
        canActivate(context) {
          if (this.reflector.getAllAndOverride('unguarded', [context.getHandler(), context.getClass()])) return true;
          const user = this.jwt.verify(context.switchToHttp().getRequest().headers.authorization);
          if (!user) throw new UnauthorizedException();
          return true;
        }
      }
      //- invoices.controller.ts
      import { Controller, Delete, Get, Param } from '@nestjs/common';
      import { Unguarded } from './token.guard';
      @Controller('invoices')
      export class InvoicesController {
        @Get() all() { return this.invoices.all(); }
        @Unguarded()
      // ^^^^^^^^^ auth/route-missing-auth "@Unguarded() opens DELETE /invoices/{id} to everybody"
        @Delete(':id') drop(@Param('id') id) { return this.invoices.remove(id); }
        @Unguarded() @Get('rates') rates() { return ['EUR']; }
      }
    `,
  },
  {
    title: 'the guard is registered below the route',
    bad: `
      const router = require('express').Router();
      const { requireAuth } = require('./auth');
      router.post('/orders', create);
      //     ^^^^ auth/route-missing-auth "'requireAuth' is registered after POST"
      router.use(requireAuth);
      router.get('/orders', list);
      module.exports = router;
    `,
    fixed: `
      const router = require('express').Router();
      const { requireAuth } = require('./auth');
      router.post('/orders', requireAuth, create);
      router.use(requireAuth);
      router.get('/orders', list);
      module.exports = router;
    `,
  },
];
