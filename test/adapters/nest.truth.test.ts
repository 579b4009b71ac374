import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { runNest } from './nest-run.js';

const HEAD = `
import {
  All, CanActivate, Controller, Delete, ExecutionContext, Get, Inject, MiddlewareConsumer, Module, NestMiddleware, NestModule, Patch, Post, Put, RequestMethod, Search, SetMetadata, UnauthorizedException, UseGuards,
  Version, VERSION_NEUTRAL, VersioningType, applyDecorators, forwardRef, mixin,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector, RouterModule } from '@nestjs/core';
class Check implements CanActivate {
  canActivate(context: ExecutionContext) {
    if (!context.switchToHttp().getRequest().headers.authorization) throw new UnauthorizedException();
    return true;
  }
}
class Open implements CanActivate { canActivate() { return true; } }
class Stop implements NestMiddleware {
  use(req: any, res: any, next: () => void) {
    if (!req.headers.authorization) return res.status(401).end();
    next();
  }
}
const Public = () => SetMetadata('isPublic', true);
const Roles = (...roles: string[]) => SetMetadata('roles', roles);
class Unless implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext) {
    if (this.reflector.getAllAndOverride<boolean>('isPublic', [context.getHandler(), context.getClass()])) return true;
    return Boolean(context.switchToHttp().getRequest().user);
  }
}
class RolesGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext) {
    const roles = this.reflector.get<string[] | undefined>('roles', context.getHandler());
    if (!roles) return true;
    const { user } = context.switchToHttp().getRequest();
    return roles.some((role) => user?.roles?.includes(role));
  }
}
@Controller('a') class A {
  @Get() list() { return 'a'; }
  @Put(':id') put() { return 'a'; }
  @Public() @Get('open') open() { return 'a'; }
}
@Controller('b') class B {
  @Get() list() { return 'b'; }
  @Post('x') add() { return 'b'; }
}
`;
const AB = '@Module({ controllers: [A, B] }) class AppModule {}';
/** Applications, the lines put between their making and `init`, those after it, and how many routes each has. */
const APPLICATIONS: readonly { readonly name: string; readonly code: string; readonly before?: string; readonly after?: string; readonly routes: number }[] = [
  { name: 'no guard', routes: 5, code: AB },
  { name: 'guards on class and method, in any order of decorators', routes: 8, code: `
@UseGuards(Check) @Controller('c') class C { @Get() a() { return 1; } @UseGuards(Open) @Put() b() { return 1; } }
@Controller(['d', 'e']) class D { @Get(['x', 'y']) @UseGuards(Check) a() { return 1; } }
@Controller() class E { @UseGuards(Open, Check) @Search('s') s() { return 1; } @All('all') b() { return 1; } }
@Module({ controllers: [C, D, E] }) class AppModule {}` },
  { name: 'a guard provided in a module that is imported by another', routes: 5, code: `
@Module({ providers: [{ provide: APP_GUARD, useClass: Unless }] }) class Security {}
@Module({ imports: [forwardRef(() => Security)], controllers: [B] }) class Other {}
@Module({ imports: [Other], controllers: [A] }) class AppModule {}` },
  { name: 'metadata on a class, and on a method below a guarded class', routes: 4, code: `
@Public() @Controller('p') class P { @Get() a() { return 1; } @SetMetadata('isPublic', false) @Put() b() { return 1; } }
@Controller('r') class R { @UseGuards(RolesGuard) @Get() a() { return 1; } @Public() @Roles('admin') @UseGuards(RolesGuard) @Put() b() { return 1; } }
@Module({ controllers: [P, R], providers: [{ provide: APP_GUARD, useClass: Unless }, RolesGuard] }) class AppModule {}` },
  { name: 'decorators made of others', routes: 3, code: `
const Auth = (...roles: string[]) => applyDecorators(Roles(...roles), UseGuards(RolesGuard));
const Save = (path: string) => applyDecorators(Put(path), UseGuards(Check));
function Own(): MethodDecorator { return (target, key, descriptor) => { UseGuards(Check)(target, key, descriptor); }; }
@Controller('c') class C { @Auth('admin') @Get() a() { return 1; } @Save(':id') b() { return 1; } @Own() @Get('own') c() { return 1; } }
@Module({ controllers: [C] }) class AppModule {}` },
  { name: 'a decorator that keeps its own metadata', routes: 2, code: `
const Free = Reflector.createDecorator<boolean>();
class Ask implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext) { return this.reflector.get(Free, context.getHandler()) === true || Boolean(context.switchToHttp().getRequest().user); }
}
@UseGuards(Ask) @Controller('c') class C { @Free(true) @Get('free') a() { return 1; } @Get('asked') b() { return 1; } }
@Module({ controllers: [C] }) class AppModule {}` },
  { name: 'guards of the application before it begins', routes: 5, code: AB, before: 'server.useGlobalGuards(new Check());' },
  { name: 'guards of the application after it began', routes: 5, code: AB, after: 'server.useGlobalGuards(new Check());' },
  { name: 'middleware of the server below, before and after', routes: 5, code: AB, before: "server.use('/a', new Stop().use);", after: 'server.use(new Stop().use);' },
  ...[
    "consumer.apply(Stop).forRoutes('a');",
    'consumer.apply(Stop).forRoutes(B);',
    "consumer.apply(Stop).forRoutes({ path: 'a/:id', method: RequestMethod.PUT });",
    "consumer.apply(Stop).forRoutes({ path: 'a', method: RequestMethod.ALL });",
    "consumer.apply(Stop).exclude('a', { path: 'b/x', method: RequestMethod.GET }).forRoutes('*');",
    "consumer.apply(Stop).exclude({ path: 'a/:id', method: RequestMethod.ALL }).forRoutes(A, B);",
    "consumer.apply(Stop).forRoutes('a/*rest');",
    "consumer.apply(Stop).exclude('b/*rest').forRoutes('{*splat}');",
    "consumer.apply((req, res, next) => (req.headers.authorization ? next() : res.status(401).end())).forRoutes('b');",
  ].flatMap((configure) => ['', "server.setGlobalPrefix('api');", "server.setGlobalPrefix('api', { exclude: ['a', 'b/x'] });"].map((before) => (
    { name: `${configure} ${before}`, routes: 5, before, code: `@Module({ controllers: [A, B] }) class AppModule implements NestModule { configure(consumer: MiddlewareConsumer) { ${configure} } }` }
  ))),
  ...[
    'server.enableVersioning({ type: VersioningType.URI });',
    "server.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });",
    "server.enableVersioning({ type: VersioningType.URI, defaultVersion: ['1', VERSION_NEUTRAL], prefix: false });",
    "server.setGlobalPrefix('api', { exclude: ['b'] });\nserver.enableVersioning({ type: VersioningType.URI, prefix: 'x' });",
    "server.setGlobalPrefix('/');\nserver.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });",
    '',
  ].map((before) => ({ name: `versions: ${before}`, before, routes: 0, code: `
@Controller({ path: 'v', version: ['1', '2'] }) class V { @Get() a() { return 1; } @UseGuards(Check) @Version('3') @Get('m') b() { return 1; } @Version(VERSION_NEUTRAL) @Get('n') c() { return 1; } }
@Module({ controllers: [V, B] }) class AppModule {}` })),
  { name: 'modules under paths', routes: 4, before: "server.setGlobalPrefix('api');", code: `
@Controller('c') class C { @Get() a() { return 1; } @UseGuards(Check) @Put() b() { return 1; } }
@Module({ controllers: [C] }) class One {}
@Module({ controllers: [B] }) class Two {}
@Module({ imports: [One, Two, RouterModule.register([{ path: 'admin', module: One, children: [{ path: '/deep/', module: Two }] }])] }) class AppModule {}` },
  { name: 'classes above controllers, and classes made by functions', routes: 6, code: `
class Base { @Get() list() { return 1; } @UseGuards(Check) @Post() add() { return 1; } @Delete() remove() { return 1; } }
@Controller('x') class X extends Base { @Put() put() { return 1; } remove() { return 2; } }
function crud(name: string) { class Crud { @Get(name) one() { return 1; } } return Crud; }
@Controller('y') class Y extends crud('made') {}
@UseGuards(Check) class Closed { @Patch() patch() { return 1; } }
@Controller('z') class Z extends Closed {}
const Made = () => { class Guard implements CanActivate { canActivate(context: ExecutionContext) { return Boolean(context.switchToHttp().getRequest().headers.authorization); } } return mixin(Guard); };
@Controller('m') class M { @UseGuards(Made()) @Get() a() { return 1; } }
@Module({ controllers: [X, Y, Z, M] }) class AppModule {}` },
  { name: 'dynamic modules', routes: 6, code: `
@Controller('c') class C { @Get() a() { return 1; } }
@Module({}) class One { static forRoot(more: any[]) { return { module: One, controllers: [A, ...more], providers: [{ provide: APP_GUARD, useFactory: () => new Check() }] }; } }
@Module({ controllers: [C] }) class Two { static async register() { const given = { module: Two }; return given; } }
@Module({ imports: [One.forRoot([B]), ...[Two.register()]] }) class AppModule {}` },
];

for (const { name, code, before = '', after = '', routes } of APPLICATIONS) {
  test(`what Nest answers strangers: ${name}`, async () => {
    const text = `${HEAD}${code}
async function bootstrap() {
  const server = await NestFactory.create(AppModule, { logger: false });
  ${before}
  await server.init();
  ${after}
  return server;
}
export const app = bootstrap();
`;
    const inventory = engineOver(new Map([[filePath('main.ts'), text]])).inventory();
    const running = await runNest({ 'main.ts': text }, 'main.ts');
    try {
      // Nest answers 404 itself where a route stands outside the prefix.
      const served = running.routes().filter((line) => !line.startsWith('ALL ') || code.includes('@All('));
      const known = [...new Set(inventory.map(({ method, path }) => `${method} ${path}`))];
      if (routes > 0) assert.equal(inventory.length, routes, known.join('\n'));
      assert.deepEqual(known.filter((line) => !served.includes(line)), [], 'what Nest does not serve');
      assert.deepEqual(served.filter((line) => !known.includes(line) && !code.includes('configure')), [], 'what Nest serves beside it');
      const wrong: string[] = [];
      for (const { method, path, authentication } of inventory) {
        const status = await running.ask(method === 'ALL' ? 'POST' : method, path.replace(/\{[^{}]*\}/g, '1'));
        // Who names no version is not answered.
        if (status === 404 && before.includes('HEADER') && path.startsWith('/v')) continue;
        const isRight = authentication === 'guarded' ? status === 401 || status === 403 : authentication === 'unguarded' && status >= 200 && status < 300;
        if (!isRight) wrong.push(`${method} ${path} is ${authentication} and answers ${String(status)}`);
      }
      assert.deepEqual(wrong, []);
    } finally {
      await running.close();
    }
  });
}
