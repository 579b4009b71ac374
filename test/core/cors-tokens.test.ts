import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

/** The severity of the only CORS finding on the files. */
function severityIn(sources: Readonly<Record<string, string>>): string | undefined {
  const files = new Map(Object.entries(sources).map(([path, text]) => [filePath(path), text]));
  return allFindings(engineOver(files), files).find(({ rule }) => /^cors\/(wildcard|reflected)-origin$/.test(rule))?.severity;
}
const GUARD = "const user = (req, res, next) => (users.has(req.get('authorization')) ? next() : res.sendStatus(401));\n";
const TOP = `const cors = require('cors');\nconst express = require('express');\nconst app = express();\n${GUARD}`;
const routes = "app.post('/login', signIn);\napp.post('/bids', user, (req, res) => res.json(add(req.body)));\napp.get('/me', user, (req, res) => res.json(mine(req)));\napp.listen(1);";

test('any origin without credentials is a hint where every route asks for a token in a header', () => {
  for (const options of ['', "{ origin: '*', maxAge: 600 }", '{ origin: true }', '{ origin: (origin, done) => done(null, origin) }']) assert.equal(severityIn({ 'app.js': `${TOP}app.use(cors(${options}));\n${routes}` }), 'hint', options);
  // A router of another file, a package that reads the header, and Nest.
  assert.equal(severityIn({
    'app.js': "import cors from 'cors';\nimport express from 'express';\nimport { api } from './api.js';\nconst app = express();\napp.use(cors({ origin: '*' }));\napp.use('/v1', api);\napp.listen(1);",
    'api.js': "import { Router } from 'express';\nimport { expressjwt } from 'express-jwt';\nexport const api = Router();\napi.use(expressjwt({ secret: process.env.KEY, algorithms: ['HS256'] }));\n"
      + "api.put('/bids/:id', (req, res) => res.json(change(req)));",
  }), 'hint');
  const guard = "import { CanActivate, UnauthorizedException } from '@nestjs/common';\nexport class TokenGuard implements CanActivate {\n  canActivate(context) {\n"
      + "    const request = context.switchToHttp().getRequest();\n    if (!tokens.has(request.headers.authorization)) throw new UnauthorizedException();\n    return true;\n  }\n}";
  const nest = (provided: string): Readonly<Record<string, string>> => ({
    'main.ts': "import { NestFactory } from '@nestjs/core';\nimport helmet from 'helmet';\nimport { AppModule } from './app.module';\nconst app = await NestFactory.create(AppModule);\n"
      + "app.use(helmet());\napp.enableCors({ origin: '*', credentials: false });\nawait app.listen(3000);",
    'app.module.ts': `import { Module } from '@nestjs/common';\nimport { APP_GUARD } from '@nestjs/core';\nimport { TokenGuard } from './guard';\nimport { Bids } from './bids';\n`
      + `@Module({ controllers: [Bids], providers: [${provided}] })\nexport class AppModule {}`,
    'bids.ts': "import { Controller, Patch, Body } from '@nestjs/common';\n@Controller('bids')\nexport class Bids {\n  @Patch(':id')\n  change(@Body() body: Bid) { return save(body); }\n}",
    'guard.ts': guard,
  });
  assert.equal(severityIn(nest('{ provide: APP_GUARD, useClass: TokenGuard }')), 'hint');
  assert.equal(severityIn(nest('')), 'warning');
});

test('it stays a warning where a route asks nothing, a cookie tells who calls, or nobody knows how callers are told', () => {
  assert.equal(severityIn({ 'app.js': `${TOP}app.use(cors());\napp.post('/wipe', (req, res) => res.json(wipe()));\n${routes}` }), 'warning');
  assert.equal(severityIn({ 'app.js': `${TOP}app.use(cors(), require('cookie-parser')());\n${routes}` }), 'warning');
  assert.equal(severityIn({ 'app.js': `${TOP.replace("req.get('authorization')", 'req.ip')}app.use(cors());\n${routes}` }), 'warning');
});

test('an echo without credentials where every site may read anyway is a hint', () => {
  const echo = (path: string, handler: string): string | undefined => severityIn({ 'app.js': `${TOP}app.get('${path}', cors({ origin: true }), ${handler});\napp.listen(1);` });
  assert.equal(echo('/embed/badge.json', "(req, res) => res.json({ up: true })"), 'hint');
  assert.equal(echo('/fonts/:name', 'serveFont'), 'hint');
  assert.equal(echo('/forecast', '(req, res) => res.json({ sun: true })'), 'hint');
  assert.equal(echo('/customers', '(req, res) => res.json(customers)'), 'info');
});
