import type { Change } from '../../findings/changes.js';
import type { Call, Value } from '../../model/value.js';
import { folderOf, isPublicFolder, staticMounts, usedUnder, type Folder, type StaticMount } from '../facts/static.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly root: Value;
  readonly shown: string;
  readonly isWhole: boolean;
}
/** Folders of the machine that every program shares. */
const SYSTEM = /^(tmp|etc|home|root|var|usr|opt|proc|dev|mnt)$/;
const SOURCES = /^(src|server|config|configs|data|db|database|logs?|private|secrets?|keys|certs?)$/i;

export default rule<'call', Evidence>({
  meta: {
    id: 'exposure/static-risky-root',
    title: 'Static files are served from a source folder',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [538, 552],
    severity: 'error',
    confidence: 'medium',
    topics: ['static'],
    since: '0.1.0',
    whenNotToUse: 'The folder holds public files only, whatever it is called.',
    references: ['https://expressjs.com/en/starter/static-files.html', 'https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/'],
  },
  on: 'call',
  words: ['static', 'directory', 'serve', 'koa-send', 'sirv'],
  *detect({ call, step, in: fn }, context) {
    for (const mount of staticMounts(call, context)) {
      if (context.option(mount.options, 'allowedPath').kind === 'value') continue;
      const roots = mount.library === 'hono' && mount.roots.length === 0 && isWholeFolder(mount, context) ? [call] : mount.roots;
      for (const root of roots) {
        const folder = root === call ? { from: 'project' as const, segments: [], own: false } : folderOf(root, context);
        const found = folder && risk(below(folder, mount, call, usedUnder(call, fn, context)), context.pathOf(root.at));
        if (!found) continue;
        const at = root === call ? mount.at : root.at;
        yield {
          at,
          subject: `${mount.library} ${found.shown}`,
          evidence: { root, ...found },
          ...(found.shown === 'node_modules' ? { severity: 'info' as const } : {}),
          confidence: found.isWhole ? 'high' : 'medium',
          when: step.when,
        };
      }
    }
  },
  explain: ({ shown }) => ({
    message: `This serves ${shown}, source and configuration files included. Serve a folder that holds only public files.`,
    why: 'Whoever guesses a name downloads code, .env files, keys and databases.',
    remedy: 'Put what the browser needs into a folder of its own and serve that one.',
  }),
  *fix({ evidence: { root, isWhole } }, context): Iterable<FixAnswer> {
    const end = context.resolve(root).value;
    if (root.kind === 'literal') yield { title: "Serve the folder 'public'", safety: 'review', changes: [{ do: 'replace', at: root.at, code: [{ quote: 'public' }] }] };
    else if (!isWhole || (root.kind === 'ref' && end.kind === 'literal') || root.kind === 'call' && !isPath(root)) yield { refused: 'Which of its files are public cannot be told from the code.' };
    else yield { title: "Serve its folder 'public'", safety: 'review', changes: joined(root, context) };
  },
  examples: [
    {
      title: 'a folder that all programs of the machine share',
      bad: `
        const serve = require('koa-static');
        const mount = require('koa-mount');
        app.use(mount('/scans', serve('/tmp')));
        //                            ^^^^^^ exposure/static-risky-root "'/tmp'"
      `,
    },
    { title: 'a folder of its own below such a one', good: `import express from 'express'; express().use('/media', express.static('/var/lib/shop/media'));` },
    {
      title: 'sirv and restify',
      bad: `
        //- shop/web.mjs
        import polka from 'polka';
        import sirv from 'sirv';
        polka().use('/backup', sirv('.', { dev: true }));
        //                          ^^^ exposure/static-risky-root
        //- api/server.js
        const restify = require('restify');
        const server = restify.createServer();
        server.get('/ui/*', restify.plugins.serveStatic({ directory: __dirname, default: 'index.html' }));
        //                                                           ^^^^^^^^^ exposure/static-risky-root
        server.get('/conf/*', restify.plugins.serveStaticFiles('./config'));
        //                                                     ^^^^^^^^^^ exposure/static-risky-root
      `,
    },
    { title: 'sirv and restify with folders of their own', good: `import sirv from 'sirv'; import restify from 'restify'; sirv('public'); restify.plugins.serveStatic({ directory: './public' });` },
    {
      title: 'the folder of the code',
      bad: `
        const express = require('express');
        const path = require('path');
        const app = express();
        app.use(express.static(__dirname));
        //                     ^^^^^^^^^ exposure/static-risky-root "source and configuration"
      `,
      fixed: `
        const express = require('express');
        const path = require('path');
        const app = express();
        app.use(express.static(path.join(__dirname, 'public')));
      `,
    },
    {
      title: 'the folder the process was started in',
      bad: `
        import Koa from 'koa';
        import koaStatic from 'koa-static';
        const app = new Koa();
        app.use(koaStatic(process.cwd()));
        //                ^^^^^^^^^^^^^ exposure/static-risky-root
      `,
      fixed: `
        import Koa from 'koa';
        import koaStatic from 'koa-static';
        import path from 'node:path';
        const app = new Koa();
        app.use(koaStatic(path.join(process.cwd(), 'public')));
      `,
    },
    {
      title: 'files sent one by one, by the path the caller says',
      bad: `
        import Koa from 'koa';
        import send from 'koa-send';
        const app = new Koa();
        app.use(async (ctx) => { await send(ctx, ctx.path.slice(3), { root: process.cwd(), hidden: true }); });
        //                                                                  ^^^^^^^^^^^^^ exposure/static-risky-root
      `,
    },
    {
      title: 'one file of the folder',
      good: `import Koa from 'koa'; import send from 'koa-send'; new Koa().use(async (ctx) => { await send(ctx, 'index.html', { root: process.cwd() }); });`,
    },
    {
      title: 'a dot',
      bad: `
        import express from 'express';
        express().use('/files', express.static('./'));
        //                                     ^^^^ exposure/static-risky-root
      `,
      fixed: `
        import express from 'express';
        express().use('/files', express.static('public'));
      `,
    },
    {
      title: 'the folder above the code, under a name',
      bad: `
        //- src/app.js
        import express from 'express';
        import path from 'node:path';
        import { fileURLToPath } from 'node:url';
        const here = path.dirname(fileURLToPath(import.meta.url));
        const root = path.join(here, '..');
        express().use(express.static(root, { maxAge: '1d' }));
        //                           ^^^^ exposure/static-risky-root
      `,
    },
    {
      title: 'folders that hold no public files',
      bad: `
        import Fastify from 'fastify';
        import fastifyStatic from '@fastify/static';
        import express from 'express';
        import path from 'node:path';
        const app = Fastify();
        app.register(fastifyStatic, { root: path.join(__dirname, 'config'), prefix: '/c/' });
        //                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root
        express().use('/logs', express.static(__dirname + '/logs'));
        //                                    ^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root "logs"
        express().use('/modules', express.static('node_modules'));
        //                                       ^^^^^^^^^^^^^^ exposure/static-risky-root
      `,
    },
    {
      title: 'Hono and hapi',
      bad: `
        import { Hono } from 'hono';
        import { serveStatic } from '@hono/node-server/serve-static';
        import Hapi from '@hapi/hapi';
        new Hono().use('/*', serveStatic({ root: './' }));
        //                                       ^^^^ exposure/static-risky-root
        Hapi.server().route({ method: 'GET', path: '/{p*}', handler: { directory: { path: '.' } } });
        //                                                                                ^^^ exposure/static-risky-root
      `,
    },
    {
      title: 'Nest',
      bad: `
        //- src/main.ts
        import { NestFactory } from '@nestjs/core';
        import { join } from 'path';
        const app = await NestFactory.create(AppModule);
        app.useStaticAssets(join(__dirname, '..'));
        //                  ^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root
      `,
    },
    {
      title: 'folders of public files',
      good: `
        import express from 'express';
        import path from 'node:path';
        const app = express();
        app.use(express.static('public'));
        app.use(express.static(path.join(__dirname, 'public')));
        app.use('/img', express.static(path.join(__dirname, 'assets', 'img')));
        app.use(express.static(path.join(__dirname, '..', 'client', 'build')));
        app.use(express.static(__dirname + '/static'));
        app.use('/b', express.static(path.join(__dirname, 'node_modules/bootstrap/dist')));
        app.use(express.static(path.resolve('dist')));
        app.use(express.static(root));
        app.use(express.static(process.env.WEB_ROOT));
      `,
    },
    { title: 'a server that stands in the folder it serves', good: `//- public/serve.js\nimport express from 'express';\nexpress().use(express.static(__dirname));` },
    {
      title: 'Hono looks for the path of the request below the root',
      good: `
        import { Hono } from 'hono';
        import { serveStatic } from '@hono/node-server/serve-static';
        const app = new Hono();
        app.use('/static/*', serveStatic({ root: './' }));
        app.get('/favicon.ico', serveStatic({ path: './favicon.ico' }));
      `,
    },
    { title: 'in development only', good: `import express from 'express'; const app = express(); if (process.env.NODE_ENV === 'development') app.use(express.static('.'));` },
    {
      title: 'files for replies, not for requests',
      good: `import Fastify from 'fastify'; import fastifyStatic from '@fastify/static'; Fastify().register(fastifyStatic, { root: __dirname, serve: false });`,
    },
    { title: 'static members and other servers', good: `import { Model } from './model'; Model.static('.'); const directory = { path: '.' }; queue.serve(process.cwd());` },
  ],
});

/** Hono serves below the root what the request's path says: a mount at \`/static/*\` shows that folder alone. */
function below(folder: Folder, { library }: StaticMount, call: Call, path: string | undefined): Folder {
  if (library !== 'hono' || path === undefined) return folder;
  return { ...folder, segments: [...folder.segments, ...path.split('/').filter((one) => one !== '' && !/[*:{]/.test(one))], own: false };
}
function isWholeFolder({ options }: StaticMount, context: RuleContext): boolean {
  return context.option(options, 'root').kind === 'absent' && context.option(options, 'path').kind === 'absent';
}
function risk({ from, segments, own }: Folder, path: string): Pick<Evidence, 'shown' | 'isWhole'> | undefined {
  if (from === 'above') return { shown: 'the folder above the project', isWhole: true };
  if (from === 'machine') return segments.length === 0 ? { shown: 'the whole file system', isWhole: true } : segments.length === 1 && SYSTEM.test(segments[0] ?? '') ? { shown: `'/${segments[0] ?? ''}'`, isWhole: false } : undefined;
  const last = segments.at(-1);
  if (own) return isPublicFolder(segments) ? undefined : { shown: last === undefined ? 'the folder of the project' : `the folder of the code ('${last}')`, isWhole: true };
  if (last === undefined) return isPublicFolder(path.split('/').slice(0, -1)) ? undefined : { shown: 'the folder of the project', isWhole: true };
  if (last === 'node_modules') return { shown: 'node_modules', isWhole: false };
  return SOURCES.test(last) && !isPublicFolder(segments) ? { shown: `'${last}'`, isWhole: false } : undefined;
}
function isPath({ callee }: Call): boolean {
  return /(^|\.)(cwd|join|resolve|dirname)$/.test(callee);
}
function joined(root: Value, context: RuleContext): readonly Change[] {
  const path = context.pathOf(root.at);
  const known = ['path', 'node:path'].flatMap((from) => [context.localName(path, from, 'default'), context.localName(path, from, '*')]).find((one) => one !== undefined);
  const needs: Change[] = known === undefined ? [{ do: 'import', path, from: 'node:path', name: 'default', as: 'path' }] : [];
  return [...needs, { do: 'replace', at: root.at, code: [`${known ?? 'path'}.join(`, { copy: root.at }, ', ', { quote: 'public' }, ')'] }];
}
