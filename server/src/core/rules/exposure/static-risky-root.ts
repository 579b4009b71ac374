import type { Change } from '../../findings/changes.js';
import type { Branch, FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { onResponse } from '../facts/header-setup.js';
import type { Endpoint } from '../../project/project.js';
import { endpointsAround, hasFixedName, isCheck, isNarrow, namesBehind, taintOf, type Taint } from '../facts/tainted-paths.js';
import { papersExamples } from '../facts/papers-examples.js';
import { openPapers } from '../facts/private-folders.js';
import { folderOf, isPublicFolder, staticMounts, usedUnder, type Folder, type StaticMount } from '../facts/static.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Root {
  readonly kind: 'root';
  readonly root: Value;
  readonly shown: string;
  readonly isWhole: boolean;
}
type Evidence = Root | { readonly kind: 'escapes'; readonly text: string } | { readonly kind: 'papers'; readonly text: string };
const READS = /^(node:)?(fs|fs-extra|graceful-fs)(\/promises)?\.(promises\.)?(createReadStream|readFile(Sync)?)$/;
/** What gives a file to the caller and keeps it inside a folder only where it is told which. */
const SENDS = /^(sendFile|sendfile|download)$/;
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
  words: ['static', 'directory', 'serve', 'koa-send', 'sirv', 'sendfile', 'download', 'createreadstream', 'readfile'],
  *detect({ call, step, in: fn }, context) {
    const read = readPath(call, fn, context);
    const taint = read && taintOf(read, context, [], 0);
    const endpoints = taint ? endpointsAround(fn, context) : [];
    if (read && taint && !isKept(taint, endpoints, step.when, context)) {
      const text = context.textOf(taint.source.at);
      yield { at: read.at, subject: `${call.name} ${text.replace(/["'`\s]/g, '')}`, evidence: { kind: 'escapes', text }, severity: hasFixedName(read, context) ? 'info' : 'warning', confidence: 'medium', when: step.when };
    }
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
          evidence: { kind: 'root', root, ...found },
          ...(found.shown === 'node_modules' ? { severity: 'info' as const } : {}),
          confidence: found.isWhole ? 'high' : 'medium',
          when: step.when,
        };
      }
    }
    const papers = openPapers(call, context);
    const at = papers?.root.at.path === call.at.path ? papers.root.at : call.nameAt;
    if (papers) yield { at, subject: `${call.name} papers ${papers.text}`, evidence: { kind: 'papers', text: papers.text }, severity: 'warning', confidence: 'medium', when: step.when };
  },
  explain: (evidence) => evidence.kind === 'papers' ? {
    message: `Everyone who knows or guesses a name downloads what is kept in '${evidence.text}', such as papers about single persons. Send these files from a route that checks who asks.`,
    why: 'Names of files are found in logs, in mails, in the history of browsers and by trying.',
    remedy: 'Keep the folder outside of what is served, and send one file at a time to whom it concerns.',
  } : evidence.kind === 'escapes' ? {
    message: `The caller chooses the file that is read (${evidence.text.slice(0, 60)}): dots in it leave the folder. Keep the last part of the name only, or refuse what is not below the folder.`,
    why: '`../` and its encoded forms reach settings, keys and sources of the server.',
    remedy: 'Resolve the path and compare its beginning with the folder, or send it with the option root.',
  } : {
    message: `This serves ${evidence.shown}, source and configuration files included. Serve a folder that holds only public files.`,
    why: 'Whoever guesses a name downloads code, .env files, keys and databases.',
    remedy: 'Put what the browser needs into a folder of its own and serve that one.',
  },
  *fix({ evidence }, context): Iterable<FixAnswer> {
    if (evidence.kind === 'papers') return yield { refused: 'Who may see which file is for the author to say.' };
    if (evidence.kind === 'escapes') return yield { refused: 'Where the name has to be checked is for the author to say.' };
    const { root, isWhole } = evidence;
    const end = context.resolve(root).value;
    if (root.kind === 'literal') yield { title: "Serve the folder 'public'", safety: 'review', changes: [{ do: 'replace', at: root.at, code: [{ quote: 'public' }] }] };
    else if (!isWhole || (root.kind === 'ref' && end.kind === 'literal') || root.kind === 'call' && !isPath(root)) yield { refused: 'Which of its files are public cannot be told from the code.' };
    else yield { title: "Serve its folder 'public'", safety: 'review', changes: joined(root, context) };
  },
  examples: [
    {
      title: 'a file the caller chooses, by its address and by a parameter',
      bad: `
        const http = require('node:http');
        const fs = require('node:fs');
        const path = require('node:path');
        const express = require('express');
        http.createServer((req, res) => {
          const file = '/srv/www' + decodeURIComponent(req.url);
          fs.createReadStream(file).pipe(res);
          //                  ^^^^ exposure/static-risky-root "The caller chooses the file"
        }).listen(80);
        const app = express();
        app.get('/text', (req, res) => res.sendFile(path.resolve('/srv/texts', req.query.name)));
        //                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root
        app.get('/bill/:nr', async (req, res) => res.end(await fs.promises.readFile(path.join('/srv/bills', \`\${req.params.nr}.pdf\`))));
        //                                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root "req.params.nr"
        app.listen(81);`,
    },
    {
      title: 'a file kept inside its folder',
      good: `
        const fs = require('node:fs');
        const path = require('node:path');
        const express = require('express');
        const app = express();
        app.get('/a', (req, res) => res.sendFile(req.query.name, { root: '/srv/texts' }));
        app.get('/b/:name', (req, res) => res.sendFile(path.join('/srv/texts', path.basename(req.params.name))));
        app.get('/c', (req, res) => {
          const file = path.resolve('/srv/texts', req.query.name);
          if (!file.startsWith('/srv/texts' + path.sep)) return res.sendStatus(404);
          fs.stat(file, (error) => (error ? res.sendStatus(404) : fs.createReadStream(file).pipe(res)));
        });
        app.get('/d/:nr(\\\\d+)', (req, res) => res.sendFile(path.join('/srv/bills', req.params.nr)));
        app.get('/f/:id', (req, res) => {
          const id = req.params.id;
          if (!/^[0-9a-f]{16}$/.test(id)) return res.sendStatus(404);
          const shelf = id.substring(0, 2);
          res.sendFile(path.join('/srv/books', shelf, id));
        });
        app.get('/e/:lang', (req, res) => { if (!LANGUAGES.includes(req.params.lang)) return res.sendStatus(404); res.sendFile('/srv/' + req.params.lang); });
        app.listen(81);`,
    },
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
    ...papersExamples,
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
    {
      title: 'a file of one name, in a folder of the caller',
      bad: `
        import express from 'express';
        import fs from 'node:fs';
        import path from 'node:path';
        const app = express();
        app.get('/ignored', (req, res) => fs.promises.readFile(path.join(req.query.path, '.gitignore'), 'utf8').then((text) => res.send(text)));
        //                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root
        app.get('/modules', (req, res) => { const file = \`\${req.query.path}/.gitmodules\`; fs.readFile(file, 'utf8', (error, text) => res.send(text)); });
        //                                                                                            ^^^^ exposure/static-risky-root
        app.get('/any', (req, res) => fs.readFile(path.join(req.query.path, req.query.name), (error, text) => res.send(text)));
        //                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root
      `,
    },
    {
      title: 'a pattern of the path that lets plain names in',
      good: `
        import express from 'express';
        import path from 'node:path';
        const app = express();
        app.get(/^\\/theme\\/(\\w+\\.\\w+)$/, (req, res) => res.sendFile(path.join(process.argv[2], 'theme', req.params[0])));
        app.get(/^\\/(?:old|new)\\/([a-z0-9-]+)\\.json$/, (req, res) => res.sendFile(path.join(process.argv[2], req.params[0])));
        app.get(/^\\/(\\d+)\\/(\\w{1,20})$/, (req, res) => res.sendFile(path.join(process.argv[2], req.params[0], req.params[1])));
      `,
    },
    {
      title: 'a pattern of the path that lets anything in',
      bad: `
        import express from 'express';
        import path from 'node:path';
        const app = express();
        app.get(/^\\/theme\\/(.+)$/, (req, res) => res.sendFile(path.join(process.argv[2], 'theme', req.params[0])));
        //                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root
      `,
    },
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
function risk({ from, segments, own }: Folder, path: string): Pick<Root, 'shown' | 'isWhole'> | undefined {
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

/** Something keeps the path in its folder: a test of it, the pattern of the parameter, or a schema of the route, which nobody reads here. */
function isKept(taint: Taint, endpoints: readonly Endpoint[], when: readonly Branch[], context: RuleContext): boolean {
  if (isNarrow(taint, endpoints, context)) return true;
  const names = [...taint.names, ...namesBehind(taint.source, context)];
  return when.some((branch) => isCheck(branch.test, names, context, 0)) || endpoints.some(({ route }) => route.options !== undefined && /schema|validate/i.test(context.textOf(route.options.at)));
}
/** The path of a file that is read or sent; a whole path, not one below a folder the call is told. */
function readPath(call: Call, fn: FunctionView, context: RuleContext): Value | undefined {
  const [first, second] = call.args;
  if (!first || first.spread) return undefined;
  if (READS.test(call.callee.replace(/\.default\./, '.'))) return endpointsAround(fn, context).length > 0 || context.role(fn.id) !== undefined ? first.value : undefined;
  if (!SENDS.test(call.name) || !onResponse(call, context)) return undefined;
  const options = call.args.find(({ value }) => value.kind === 'object' || (value.kind === 'ref' && value !== first.value))?.value;
  return second && options && context.option(options, 'root').kind !== 'absent' ? undefined : first.value;
}
