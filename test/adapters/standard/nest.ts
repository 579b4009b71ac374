import { runNest } from '../nest-run.js';
import type { StandardApp } from './contract.js';

const FILES: Readonly<Record<string, string>> = {
  'src/main.ts': `
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
async function bootstrap() {
  const server = await NestFactory.create(AppModule, { logger: false });
  await server.init();
  return server;
}
export const app = bootstrap();
`,
  'src/app.module.ts': `
import { Module } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { FilesController } from './files.controller';
import { UsersModule } from './users.module';
@Module({ imports: [UsersModule, RouterModule.register([{ path: 'api', module: UsersModule }])], controllers: [FilesController] })
export class AppModule {}
`,
  'src/files.controller.ts': `
import { Controller, Get, HttpCode, Post, Put, UseGuards } from '@nestjs/common';
import { Gate, RequireUser } from './guards';
@Controller()
export class FilesController {
  @Get('health') health() { return 'data'; }
  @HttpCode(200) @Post('login') login() { return 'data'; }
  @UseGuards(RequireUser) @Post('files') add() { return 'data'; }
  @Put('files/:id') replace() { return 'data'; }
  @UseGuards(Gate) @Get('reports') reports() { return 'data'; }
}
`,
  'src/users.module.ts': `
import { Controller, Delete, Get, Module, UseGuards } from '@nestjs/common';
import { RequireAdmin, RequireUser } from './guards';
@UseGuards(RequireUser)
@Controller('users')
export class UsersController {
  @Get() list() { return []; }
  @Get(':id') one() { return {}; }
  @UseGuards(RequireAdmin) @Delete(':id') remove() { return {}; }
}
@Module({ controllers: [UsersController] })
export class UsersModule {}
`,
  'src/guards.ts': `
import { CanActivate, ExecutionContext, UnauthorizedException } from '@nestjs/common';
export class RequireUser implements CanActivate {
  canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest();
    if (!request.user) throw new UnauthorizedException();
    return true;
  }
}
export class RequireAdmin implements CanActivate {
  canActivate(context: ExecutionContext) {
    return context.switchToHttp().getRequest().user.role === 'admin';
  }
}
export class Gate implements CanActivate {
  canActivate(context: ExecutionContext) {
    if (process.env.GATE !== 'on') return true;
    return Boolean(context.switchToHttp().getRequest().user);
  }
}
`,
};

/** The standard API for Nest: a module under a path, guards on class and method. */
export const nest: StandardApp = { framework: 'nest', files: FILES, start: () => runNest(FILES, 'src/main.ts') };
