import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { routesOf } from './routes.js';

/** The same lines in any order. */
function same(actual: readonly string[], expected: readonly string[]): void {
  assert.deepEqual([...actual].sort(), [...expected].sort());
}
const IMPORTS = `
import { All, Controller, Delete, Get, Head, Injectable, Module, Options, Patch, Post, Put, RequestMethod, Search,
  Sse, SetMetadata, UnauthorizedException, UseGuards, Version, VERSION_NEUTRAL, VersioningType, applyDecorators, forwardRef } from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector, RouterModule } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
`;
const KNOWN = "class Known { canActivate(context) { const request = context.switchToHttp().getRequest(); if (!request.headers.authorization) throw new UnauthorizedException(); return true; } }";
const START = `
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(3000);
}
bootstrap();`;
function inventory(code: string, start = START): ReturnType<ReturnType<typeof engineOver>['inventory']> {
  return engineOver(new Map([[filePath('main.ts'), `${IMPORTS}${KNOWN}\n${code}\n${start}`]])).inventory();
}
/** Method, path and authentication of all routes. */
function listOf(code: string, start = START): readonly string[] {
  return inventory(code, start).map((one) => `${one.method} ${one.path} ${one.authentication}`);
}
/** Authentication, authorization and chain of the only route. */
function stateOf(code: string, start = START): string {
  const [one, ...others] = inventory(code, start);
  assert.ok(one && others.length === 0, 'one route');
  return [one.authentication, one.authorization, one.chain.map(({ name }) => name).join(' > ') || '-'].join(' ');
}
const MODULE = '@Module({ controllers: [Cats] }) class AppModule {}';
/** The state of `GET /` behind a guard, with decorators on the method and providers of the module. */
function guardedBy(guard: string, on = '@UseGuards(Guard)', providers = ''): string {
  return stateOf(`${guard}\n@Controller() class Cats { ${on} @Get() list() { return []; } }\n@Module({ controllers: [Cats], providers: [${providers}] }) class AppModule {}`);
}

test('the application of the guide: modules in files, a prefix, guards on class and method', () => {
  same(routesOf({
    'src/main.ts': `
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix('api');
  await app.listen(process.env.PORT ?? 3000);
}
void bootstrap();`,
    'src/app.module.ts': `import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { CatsModule } from './cats/cats.module';
@Module({ imports: [ConfigModule.forRoot({ isGlobal: true }), CatsModule] })
export class AppModule {}`,
    'src/cats/cats.module.ts': "import { Module } from '@nestjs/common';\nimport { CatsController } from './cats.controller';\n@Module({ controllers: [CatsController] })\nexport class CatsModule {}",
    'src/cats/cats.controller.ts': `
import { Body, Controller, Delete, Get, Param, Put, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
@Controller('cats')
export class CatsController {
  constructor(private readonly cats: CatsService) {}
  @Get()
  findAll() { return this.cats.findAll(); }
  @Put(':id')
  @UseGuards(AuthGuard('jwt'))
  update(@Param('id') id: string, @Body() cat: Cat) { return this.cats.update(id, cat); }
  @Delete(':id')
  remove(@Param('id') id: string) { return this.cats.remove(id); }
}`,
  }), ['GET /api/cats unguarded src/cats/cats.controller.ts:6', 'PUT /api/cats/{id} guarded src/cats/cats.controller.ts:8', 'DELETE /api/cats/{id} unguarded src/cats/cats.controller.ts:11']);
});
test('a route stands at the name of its decorator', () => {
  const code = `@Controller() class Cats { @Put('x') x() { return 1; } }\n${MODULE}`;
  const text = `${IMPORTS}${KNOWN}\n${code}\n${START}`;
  const [one] = inventory(code);
  assert.equal(one && text.slice(one.at.span.start, one.at.span.end), 'Put');
});
test('paths of controllers: text, a list, an object, a constant, none, one nobody knows', () => {
  same(listOf("@Controller(['a', 'b/']) class Cats { @Get(['x', '/y']) x() { return 1; } }\n@Module({ controllers: [Cats] }) class AppModule {}"), ['GET /a/x unguarded', 'GET /a/y unguarded', 'GET /b/x unguarded', 'GET /b/y unguarded']);
  same(listOf(`const PATH = 'cats';
@Controller({ path: PATH, host: 'x.example.com' }) class Cats { @Get(':id') x() { return 1; } @Post() y() { return 1; } }
@Module({ controllers: [Cats] }) class AppModule {}`), ['GET /cats/{id} unguarded', 'POST /cats unguarded']);
  same(listOf(`@Controller() class Cats { @Get() x() { return 1; } @Get('a/*rest') y() { return 1; } @Get(process.env.PATH) z() { return 1; } }
@Module({ controllers: [Cats] }) class AppModule {}`), ['GET / unguarded', 'GET /a/{*rest} unguarded', 'GET /{?} unguarded']);
});
test('methods: every decorator, all of them, events; what answers no HTTP request is no route', () => {
  same(listOf(`@Controller('c') class Cats {
    @Get() a() { return 1; } @Post() b() { return 1; } @Put() c() { return 1; } @Patch() d() { return 1; }
    @Delete() e() { return 1; } @Options() f() { return 1; } @Head() g() { return 1; } @Search() h() { return 1; } @All('all') i() { return 1; } @Sse('events') j() { return 1; }
    @MessagePattern('x') k() { return 1; } @EventPattern('y') l() { return 1; } m() { return 1; } @Cron('* * * * *') n() { return 1; }
  }
  @Resolver() class Graph { @Query() q() { return 1; } @Mutation() put() { return 1; } }
  @WebSocketGateway() class Gate { @SubscribeMessage('x') on() { return 1; } }
  @Module({ controllers: [Cats], providers: [Graph, Gate] }) class AppModule {}`),
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'SEARCH'].map((name) => `${name} /c unguarded`).concat(['ALL /c/all unguarded', 'GET /c/events unguarded']));
});
test('methods of classes above are routes, unless they are written anew; so are those of a class a function makes', () => {
  same(listOf(`
class Base { @Get() list() { return 1; } @UseGuards(Known) @Post() add() { return 1; } @Delete() remove() { return 1; } }
@Controller('a') class A extends Base { @Put() put() { return 1; } remove() { return 2; } }
function crud(name: string) { class Crud { @Get(name) one() { return 1; } } return Crud; }
@Controller('b') class B extends crud('made') {}
@UseGuards(Known) class Closed { @Patch() patch() { return 1; } }
@Controller('c') class C extends Closed {}
@Module({ controllers: [A, B, C] }) class AppModule {}`), ['GET /a unguarded', 'POST /a guarded', 'PUT /a unguarded', 'GET /b/made unguarded', 'PATCH /c guarded']);
});
test('a controller no module lists is not served; one of a module nobody imports is not known', () => {
  same(listOf(`@Controller('a') class A { @Get() a() { return 1; } }
@Controller('b') class B { @Get() b() { return 1; } }
@Controller('c') class C { @Get() c() { return 1; } }
@Module({ controllers: [C] }) class Other {}
@Module({ controllers: [A] }) class AppModule {}`), ['GET /a unguarded', 'GET /{?}/c unknown']);
  same(listOf("@Controller('a') class A { @Get() a() { return 1; } @UseGuards(Known) @Put() b() { return 1; } }", ''), ['GET /{?}/a unknown', 'PUT /{?}/a guarded']);
});
test('modules: dynamic ones, references that come later, conditions, lists', () => {
  same(listOf(`
@Controller('a') class A { @Get() a() { return 1; } }
@Controller('b') class B { @Get() b() { return 1; } }
@Controller('c') class C { @Get() c() { return 1; } }
@Controller('d') class D { @Get() d() { return 1; } }
@Controller('e') class E { @Get() e() { return 1; } }
@Module({}) class One { static forRoot(more: unknown[]) { return { module: One, controllers: [A, ...more] }; } }
@Module({ controllers: [C] }) class Two {}
@Module({ controllers: [D] }) class Three {}
@Module({ controllers: [E] }) class Four { static async register() { const given = { module: Four }; return given; } }
const others = [forwardRef(() => Two)];
@Module({ imports: [One.forRoot([B]),
  ...others, process.env.THREE === 'on' ? Three : undefined, Four.register()] }) class AppModule {}`), ['GET /a unguarded', 'GET /b unguarded', 'GET /c unguarded', 'GET /d unguarded', 'GET /e unguarded']);
});
test('a module of a package may bring a guard, one that only brings services does not', () => {
  const of = (head: string, module: string): string => stateOf(`${head}\n@Controller() class Cats { @Get() a() { return 1; } }\n@Module({ imports: [${module}], controllers: [Cats] }) class AppModule {}`);
  assert.equal(of("import { TypeOrmModule } from '@nestjs/typeorm';", 'TypeOrmModule.forRoot()'), 'unguarded unguarded -');
  assert.equal(of("import { LoggerModule } from 'nestjs-pino';", 'LoggerModule.forRoot()'), 'unguarded unguarded -');
  assert.equal(of("import { PlatformModule } from '@acme/platform';", 'PlatformModule'), 'unknown unknown -');
  assert.equal(of("import { SharedModule } from './missing';", 'SharedModule'), 'unknown unknown -');
});
test('RouterModule puts modules under paths', () => {
  same(listOf(`
@Controller('a') class A { @Get() a() { return 1; } }
@Controller('b') class B { @Get() b() { return 1; } }
@Module({ controllers: [A] }) class One {}
@Module({ controllers: [B] }) class Two {}
@Module({ imports: [One, Two, RouterModule.register([{ path: 'admin', module: One, children: [{ path: '/deep', module: Two }] }])] }) class AppModule {}`), ['GET /admin/a unguarded', 'GET /admin/deep/b unguarded']);
});
test('a prefix with exceptions, and versions in the path', () => {
  const code = `@Controller('a') class A { @Get() a() { return 1; } @Post() b() { return 1; } }
@Controller('health') class H { @Get() h() { return 1; } @Get('deep') d() { return 1; } }
@Module({ controllers: [A, H] }) class AppModule {}`;
  const start = (lines: string): string => `async function bootstrap() { const app = await NestFactory.create(AppModule); ${lines} await app.listen(1); }\nbootstrap();`;
  same(listOf(code, start("app.setGlobalPrefix('api', { exclude: ['health', { path: 'a', method: RequestMethod.POST }] });")), ['GET /api/a unguarded', 'POST /a unguarded', 'GET /health unguarded', 'GET /api/health/deep unguarded']);
  same(listOf(code, start("app.setGlobalPrefix(config.get('prefix'));")), ['GET /{?}/a unguarded', 'POST /{?}/a unguarded', 'GET /{?}/health unguarded', 'GET /{?}/health/deep unguarded']);
  const versions = `@Controller({ path: 'a', version: ['1', '2'] }) class A { @Get() a() { return 1; } @Version('3') @Get('b') b() { return 1; } @Version(VERSION_NEUTRAL) @Get('c') c() { return 1; } }
@Controller('d') class D { @Get() d() { return 1; } }
@Module({ controllers: [A, D] }) class AppModule {}`;
  const uri = ['GET /v1/a unguarded', 'GET /v2/a unguarded', 'GET /v3/a/b unguarded', 'GET /a/c unguarded'];
  same(listOf(versions, start('app.enableVersioning({ type: VersioningType.URI });')), [...uri, 'GET /d unguarded']);
  same(listOf(versions, start("app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });")), [...uri, 'GET /v1/d unguarded']);
  same(listOf(versions, start(`app.setGlobalPrefix('api');
app.enableVersioning({ type: VersioningType.URI, prefix: 'version-' });`)), ['GET /api/version-1/a unguarded', 'GET /api/version-2/a unguarded', 'GET /api/version-3/a/b unguarded', 'GET /api/a/c unguarded', 'GET /api/d unguarded']);
  const plain = ['GET /a unguarded', 'GET /a/b unguarded', 'GET /a/c unguarded', 'GET /d unguarded'];
  same(listOf(versions, start("app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });")), plain);
  same(listOf(versions, start('')), plain);
});
test('guards are read: what they ask, give and throw', () => {
  assert.equal(guardedBy('class Guard { canActivate() { return true; } }'), 'unguarded unguarded Guard');
  assert.equal(guardedBy('class Guard { canActivate(context) { return !!context.switchToHttp().getRequest().user; } }'), 'guarded unguarded Guard');
  assert.equal(guardedBy("class Guard { canActivate(context) { const request = context.switchToHttp().getRequest(); if (request.headers['x-api-key'] !== this.key) return false; return true; } }"), 'guarded unguarded Guard');
  assert.equal(guardedBy(`class Guard {
    async canActivate(context) { const request = context.switchToHttp().getRequest(); const token = this.tokenOf(request); if (!token) throw new UnauthorizedException();
      try { request.user = await this.jwt.verifyAsync(token); } catch { throw new UnauthorizedException(); } return true; }
    private tokenOf(request) { const [type, token] = request.headers.authorization?.split(' ') ?? []; return type === 'Bearer' ? token : undefined; }
  }`), 'guarded unguarded Guard');
  assert.equal(guardedBy("class Guard { canActivate(context) { return context.switchToHttp().getRequest().user?.role === 'admin'; } }"), 'guarded guarded Guard');
  assert.equal(guardedBy('class Guard { canActivate(context) { const { user } = context.switchToHttp().getRequest(); if (!user) return true; return user.active; } }'), 'unguarded unguarded Guard');
  assert.equal(guardedBy("class FlagGuard { canActivate() { return this.flags.isOn('new'); } }", '@UseGuards(FlagGuard)'), 'unknown unknown FlagGuard');
  assert.equal(guardedBy('class Guard { canActivate() { if (process.env.CHECKS !== "on") return true; throw new UnauthorizedException(); } }'), 'unknown unknown Guard');
  assert.equal(guardedBy("import { JwtAuthGuard } from './missing';", '@UseGuards(JwtAuthGuard)'), 'guarded unguarded JwtAuthGuard');
  assert.equal(guardedBy("import { ThrottlerGuard } from '@nestjs/throttler';", '@UseGuards(ThrottlerGuard)'), 'unguarded unguarded ThrottlerGuard');
});
test('a guard that never refuses by itself is none that is known: what it calls may know strangers as guests', () => {
  assert.equal(guardedBy(`const copy = (...all) => ({ ...all[0], ...all[1] });
  class Guard extends AuthGuard('jwt') {
    async canActivate(context) { const request = context.switchToHttp().getRequest(); this.log(request.url); let is; if (request.headers.authorization) { try { is = await super.canActivate(context); } catch {} }
      if (is) return copy({}, request.user); return this.asGuest(request); }
    log(url) { return url === '/x'; }
    async asGuest(request) { request.user = await this.strategy.validate(request, { roles: { guest: true } }); return true; }
  }`), 'unknown unknown Guard');
  assert.equal(guardedBy('class Guard { async canActivate(context) { await this.service.verifyRequest(context.switchToHttp().getRequest()); return true; } }'), 'guarded unguarded Guard');
});
test('packages around Nest that are handed the application register no guard', () => {
  const start = `
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { secure } from '@acme/platform';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, new DocumentBuilder().build()));
  HANDS
  await app.listen(3000);
}
bootstrap();`;
  const code = `@Controller() class Cats { @Get() a() { return 1; } }\n${MODULE}`;
  assert.equal(stateOf(code, start.replace('HANDS', '')), 'unguarded unguarded -');
  assert.equal(stateOf(code, start.replace('HANDS', 'secure(app);')), 'unknown unknown -');
});
test('a server made elsewhere may hold a guard; a new one holds none', () => {
  const start = (server: string): string => `
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
async function bootstrap() { const app = await NestFactory.create(AppModule, ${server}); await app.listen(3000); }
bootstrap();`;
  const code = `@Controller() class Cats { @Get() a() { return 1; } }\n${MODULE}`;
  assert.equal(stateOf(code, start('new ExpressAdapter(server)')), 'unknown unknown -');
  assert.equal(stateOf(code, start('new ExpressAdapter(), { logger: false }')), 'unguarded unguarded -');
  assert.equal(stateOf(code, start('new FastifyAdapter({ trustProxy: true })')), 'unguarded unguarded -');
});
test('guards of passport, and classes made of them', () => {
  assert.equal(guardedBy("const Guard = AuthGuard(['jwt', 'basic']);"), 'guarded unguarded Guard');
  assert.equal(guardedBy('', "@UseGuards(AuthGuard(['jwt', 'anonymous']))"), 'unguarded unguarded AuthGuard');
  assert.equal(guardedBy("class Guard extends AuthGuard('jwt') {}"), 'guarded unguarded Guard');
  assert.equal(guardedBy("class Guard extends AuthGuard('jwt') { handleRequest(error, user) { return user; } }"), 'unguarded unguarded Guard');
  assert.equal(guardedBy("class Guard extends AuthGuard('jwt') { handleRequest(error, user) { if (error || !user) throw error || new UnauthorizedException(); return user; } }"), 'guarded unguarded Guard');
  assert.equal(guardedBy("class Guard extends AuthGuard('jwt') { async canActivate(context) { const is = (await super.canActivate(context)) as boolean; await this.log(context); return is; } }"), 'guarded unguarded Guard');
  assert.equal(guardedBy("class Guard extends AuthGuard('jwt') { async canActivate(context) { try { await super.canActivate(context); } catch { this.count++; } return true; } }"), 'unguarded unguarded Guard');
  assert.equal(guardedBy("class Base { canActivate(context) { return Boolean(context.switchToHttp().getRequest().user); } }\nclass Guard extends Base {}"), 'guarded unguarded Guard');
});
test('metadata of a route decides what a guard lets through there', () => {
  const guard = (asks: string): string => `
const Public = () => SetMetadata('isPublic', true);
const Open = Reflector.createDecorator<boolean>();
const Roles = (...roles: string[]) => SetMetadata('roles', roles);
class Guard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) { super(); }
  canActivate(context) { const found = ${asks}; if (found) return true; return super.canActivate(context); }
}
class RolesGuard {
  constructor(private readonly reflector: Reflector) {}
  canActivate(context) {
    const roles = this.reflector.getAllAndOverride<string[]>('roles', [context.getHandler(), context.getClass()]);
    if (!roles) return true;
    const { user } = context.switchToHttp().getRequest();
    return roles.some((role) => user.roles?.includes(role));
  }
}`;
  const both = guard("this.reflector.getAllAndOverride<boolean>('isPublic', [context.getHandler(), context.getClass()])");
  const global = '{ provide: APP_GUARD, useClass: Guard }';
  assert.equal(guardedBy(both, '', global), 'guarded unguarded Guard');
  assert.equal(guardedBy(both, '@Public()', global), 'unguarded unguarded Guard');
  assert.equal(guardedBy(both, "@SetMetadata('isPublic', false)", global), 'guarded unguarded Guard');
  assert.equal(guardedBy(both, '@SetMetadata("isPublic", process.env.OPEN)', global), 'unknown unknown Guard');
  assert.equal(guardedBy(guard('this.reflector.get(Open, context.getHandler())'), '@Open(true)', global), 'unguarded unguarded Guard');
  assert.equal(guardedBy(guard('this.reflector.get(Open, context.getClass())'), '@Open(true)', global), 'guarded unguarded Guard');
  assert.equal(guardedBy(both, '@UseGuards(RolesGuard)'), 'unguarded unguarded RolesGuard');
  assert.equal(guardedBy(both, "@Roles('admin') @UseGuards(RolesGuard)"), 'guarded guarded RolesGuard');
  assert.equal(guardedBy(`${both}\nimport { Skip } from './missing';`, '@Skip()', global), 'unknown unknown Guard > Skip');
});
test('decorators made of others are looked into', () => {
  const guard = "const Roles = (...roles: string[]) => SetMetadata('roles', roles);\nclass Guard { canActivate(context) { return !!context.switchToHttp().getRequest().user; } }";
  assert.equal(guardedBy(`${guard}\nconst Auth = (...roles: string[]) => applyDecorators(Roles(...roles), UseGuards(Guard));`, "@Auth('admin')"), 'guarded unguarded Guard');
  assert.equal(guardedBy(`${guard}\nfunction Auth() { const list = [UseGuards(Guard)]; return applyDecorators(...list); }`, '@Auth()'), 'guarded unguarded Guard');
  assert.equal(guardedBy(`${guard}\nfunction Auth() { return (target, key, descriptor) => { UseGuards(Guard)(target, key, descriptor); }; }`, '@Auth()'), 'guarded unguarded Guard');
  assert.equal(guardedBy(`${guard}\nconst Auth = UseGuards(Guard);`, '@Auth'), 'guarded unguarded Guard');
  assert.equal(guardedBy(`${guard}\nfunction Auth(on?: boolean) { return on ? applyDecorators(UseGuards(Guard)) : applyDecorators(); }`, '@Auth()'), 'unknown unknown Guard');
  same(listOf("const Save = (path: string) => applyDecorators(Put(path), UseGuards(Known));\n@Controller('c') class Cats { @Save(':id') save() { return 1; } }\n@Module({ controllers: [Cats] }) class AppModule {}"), ['PUT /c/{id} guarded']);
  assert.equal(guardedBy("import { ApiBearerAuth, ApiOkResponse } from '@nestjs/swagger';", '@ApiBearerAuth() @ApiOkResponse()'), 'unguarded unguarded -');
});
test('guards of the application: provided in any module, or set before it listens', () => {
  const code = '@Controller() class Cats { @Get() a() { return 1; } }\n@Module({ providers: [{ provide: APP_GUARD, useClass: Known }] }) class Security {}\n';
  const start = (lines: string): string => `async function bootstrap() { const app = await NestFactory.create(AppModule); ${lines} }\nbootstrap();`;
  assert.equal(stateOf(`${code}@Module({ imports: [Security], controllers: [Cats] }) class AppModule {}`), 'guarded unguarded Known');
  assert.equal(stateOf(`${code}${MODULE}`), 'unguarded unguarded -');
  assert.equal(stateOf(`${code}@Module({ controllers: [Cats], providers: [{ provide: APP_GUARD, useFactory: () => new Known() }] }) class AppModule {}`), 'guarded unguarded Known');
  assert.equal(stateOf(`${code}${MODULE}`, start('app.useGlobalGuards(new Known()); await app.listen(1);')), 'guarded unguarded Known');
  assert.equal(stateOf(`${code}${MODULE}`, start('await app.listen(1); app.useGlobalGuards(new Known());')), 'unguarded unguarded -');
  assert.equal(stateOf(`${code}${MODULE}`, start("if (process.env.GUARDS === 'on') app.useGlobalGuards(new Known()); await app.listen(1);")), 'unknown unguarded Known');
  assert.equal(stateOf(`import basicAuth from 'express-basic-auth';\n${code}${MODULE}`, start("app.use(basicAuth({ users: {} })); await app.listen(1);")), 'guarded unguarded basicAuth');
  assert.equal(stateOf(`import basicAuth from 'express-basic-auth';\n${code}${MODULE}`, start("app.use('/docs', basicAuth({ users: {} })); await app.listen(1);")), 'unguarded unguarded -');
});
test('middleware of modules: paths without the prefix, methods, exceptions, controllers', () => {
  const code = (configure: string): string => `
class Check { use(req, res, next) { if (!req.headers.authorization) return res.status(401).end(); next(); } }
function check(req, res, next) { if (!req.user) throw new UnauthorizedException(); next(); }
@Controller('a') class A { @Get() a() { return 1; } @Put() b() { return 1; } @Get('x') x() { return 1; } }
@Controller('b') class B { @Get() c() { return 1; } }
@Module({ controllers: [A, B] }) class AppModule { configure(consumer) { ${configure} } }`;
  const start = "async function bootstrap() { const app = await NestFactory.create(AppModule); app.setGlobalPrefix('api'); await app.listen(1); }\nbootstrap();";
  const guarded = (configure: string): readonly string[] => listOf(code(configure), start).flatMap((line) => (line.endsWith(' guarded') ? [line.replace(' guarded', '').replace('/api', '')] : []));
  same(guarded("consumer.apply(Check).forRoutes('a');"), ['GET /a', 'PUT /a', 'GET /a/x']);
  same(guarded("consumer.apply(check).forRoutes({ path: 'a', method: RequestMethod.PUT });"), ['PUT /a']);
  same(guarded("consumer.apply(check).forRoutes({ path: 'a', method: RequestMethod.ALL });"), ['GET /a', 'PUT /a']);
  same(guarded('consumer.apply(Check).forRoutes(A);'), ['GET /a', 'PUT /a', 'GET /a/x']);
  same(guarded("consumer.apply(Check).forRoutes('*');"), ['GET /a', 'PUT /a', 'GET /a/x', 'GET /b']);
  same(guarded("consumer.apply(Check).exclude({ path: 'a', method: RequestMethod.GET }, 'b').forRoutes('{*splat}');"), ['PUT /a', 'GET /a/x']);
  same(guarded("consumer.apply(Check).exclude('a/{*rest}').forRoutes(A, B);"), ['GET /a', 'PUT /a', 'GET /b']);
  same(guarded("consumer.apply(Check).forRoutes('b').apply((req, res, next) => next()).forRoutes('*');"), ['GET /b']);
  same(guarded("if (process.env.CHECK === 'on') consumer.apply(Check).forRoutes('*');"), []);
  assert.equal(listOf(code('secure(consumer);'), start).every((line) => line.endsWith(' unknown')), true);
});
test('what compilers make of decorators is read as well', () => {
  const compiled = (decorate: string): string => `
Object.defineProperty(exports, "__esModule", { value: true });
exports.CatsController = void 0;
const common_1 = require("@nestjs/common");
const guards_1 = require("./guards");
let CatsController = class CatsController {
    constructor(cats) { this.cats = cats; }
    findAll() { return this.cats.findAll(); }
    update(id, cat) { return this.cats.update(id, cat); }
};
exports.CatsController = CatsController;
${decorate}([
    (0, common_1.Get)(),
    __metadata("design:type", Function),
], CatsController.prototype, "findAll", null);
${decorate}([
    (0, common_1.Put)(':id'),
    (0, common_1.UseGuards)(guards_1.Known),
    __param(0, (0, common_1.Param)('id')),
    __param(1, (0, common_1.Body)()),
], CatsController.prototype, "update", null);
exports.CatsController = CatsController = ${decorate}([
    (0, common_1.Controller)('cats'),
    __metadata("design:paramtypes", [Object])
], CatsController);`;
  for (const decorate of ['__decorate', 'tslib_1.__decorate', '(0, tslib_1.__decorate)', '_ts_decorate', '__decorateClass']) {
    same(routesOf({
      'main.js': `const core_1 = require("@nestjs/core");
const app_module_1 = require("./app.module");
async function bootstrap() {
    const app = await core_1.NestFactory.create(app_module_1.AppModule);
    await app.listen(3000);
}
bootstrap();`,
      'app.module.js': `const common_1 = require("@nestjs/common");
const cats_1 = require("./cats");
let AppModule = class AppModule {
};
exports.AppModule = AppModule;
exports.AppModule = AppModule = ${decorate}([
    (0, common_1.Module)({ controllers: [cats_1.CatsController] })
], AppModule);`,
      'guards.js': `const common_1 = require("@nestjs/common");
class Known {
    canActivate(context) {
        if (!context.switchToHttp().getRequest().user)
            throw new common_1.UnauthorizedException();
        return true;
    }
}
exports.Known = Known;`,
      'cats.js': compiled(decorate),
    }), ['GET /cats unguarded cats.js:12', 'PUT /cats/{id} guarded cats.js:16']);
  }
});
test('the service locator, settings and others are no routes', () => {
  same(listOf("@Module({}) class AppModule {}", `async function bootstrap() { const app = await NestFactory.create(AppModule); app.get('/x'); app.get(Service, { strict: false }); app.useLogger(app.get(Logger)); await app.listen(1); }
bootstrap();`), []);
  same(listOf("@Controller('a') class A { @Get() a() { return 1; } }\n@Module({ controllers: [A] }) class AppModule {}", 'NestFactory.createMicroservice(AppModule, {});'), ['GET /{?}/a unknown']);
});
