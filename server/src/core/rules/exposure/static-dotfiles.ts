import type { Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { reachedBy } from '../facts/mounts.js';
import { folderOf, isContentFolder, isPublicFolder, staticMounts, type StaticMount } from '../facts/static.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly mount: StaticMount;
  /** The setting that shows hidden files; undefined: none hides them. */
  readonly setting: { readonly at: At; readonly safe: string } | undefined;
  readonly root: string;
}
/** What shows hidden files, by library: the option, the value that does, and the one that does not. */
const SHOWING: Readonly<Record<StaticMount['library'], { readonly key: string; readonly shows: unknown; readonly safe: string } | undefined>> = {
  express: { key: 'dotfiles', shows: 'allow', safe: 'ignore' },
  fastify: { key: 'dotfiles', shows: 'allow', safe: 'ignore' },
  nest: { key: 'dotfiles', shows: 'allow', safe: 'ignore' },
  koa: { key: 'hidden', shows: true, safe: 'false' },
  hapi: { key: 'showHidden', shows: true, safe: 'false' },
  'serve-index': { key: 'hidden', shows: true, safe: 'false' },
  sirv: { key: 'dotfiles', shows: true, safe: 'false' },
  hono: undefined,
  restify: undefined,
};

/** Folders that callers or jobs write to. */
const FILLED = /^(uploads?|uploaded|files?|storage|data|tmp|temp|downloads?|exports?|backups?|user-?content)$/i;

export default rule<'call', Evidence>({
  meta: {
    id: 'exposure/static-dotfiles',
    title: 'Hidden files are served',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [538],
    severity: 'warning',
    confidence: 'medium',
    topics: ['static'],
    since: '0.1.0',
    leansOn: ['express4/static-dot-folders', 'express/static-dotfiles', '@fastify/static/dotfiles', '@hono/node-server/dotfiles'],
    whenNotToUse: 'The folder is made by a build that never puts a hidden file into it.',
    references: ['https://expressjs.com/en/resources/middleware/serve-static.html', 'https://github.com/fastify/fastify-static#dotfiles'],
  },
  on: 'call',
  words: ['static', 'directory', 'serve', 'koa-send', 'sirv'],
  *detect({ call, step }, context): Iterable<Detection<Evidence>> {
    for (const mount of staticMounts(call, context)) {
      const showing = SHOWING[mount.library];
      const [first] = mount.roots;
      if (mount.roots.some((root) => endsWellKnown(root, context))) continue;
      const root = first === undefined ? 'this folder' : shown(first, context);
      const common = { subject: `${mount.library} ${root}`, when: step.when };
      if (!showing) {
        if (mount.library === 'hono' && mount.roots.some((one) => servesOthers(one, context))) yield { ...common, at: mount.at, evidence: { mount, setting: undefined, root }, severity: 'info', confidence: 'medium' };
        continue;
      }
      const answer = context.option(mount.options, showing.key);
      if (answer.kind === 'value') {
        if (context.constant(answer.value)?.value !== showing.shows) continue;
        // Said on purpose, for those a guard lets through: no harm is known, unless the program's own folder is served.
        const isMeant = reachedBy(call, context).by === 'guarded' && !mount.roots.some((one) => holdsProgram(one, context));
        yield { ...common, at: answer.value.at, evidence: { mount, setting: { at: answer.value.at, safe: showing.safe }, root }, confidence: 'high', ...(isMeant && { severity: 'hint' }) };
        continue;
      }
      if (answer.kind === 'unknown' && mount.options !== undefined) continue;
      const isOpen = mount.library === 'fastify' || (mount.library === 'express' && context.major('express', context.pathOf(call.at)) === 4);
      if (!isOpen || isHandedOut(mount, context) || reachedBy(call, context).by === 'guarded') continue;
      // A folder made to be served, by its name: the default alone is no fault there.
      if (mount.roots.length > 0 && mount.roots.map((one) => usual(one, context)).every((one) => isMade(lastOf(one, context)) || isContentFolder(one, context))) continue;
      const isKnown = mount.roots.some((one) => context.constant(one) !== undefined || folderOf(one, context) !== undefined);
      yield { ...common, at: mount.at, evidence: { mount, setting: undefined, root }, severity: isKnown ? 'info' : 'hint', confidence: 'medium' };
    }
  },
  explain: ({ root, mount, setting }) => ({
    message: `Files ${setting === undefined && mount.library === 'express' ? 'in hidden folders like .git' : 'like .env or .git/config'} in ${root} can be downloaded. ${advice(mount.library)}`,
    why: 'A .git folder gives away the whole source, a .env file every secret of the application.',
    remedy: 'Serve no hidden files; a folder such as .well-known can be served by a mount of its own.',
  }),
  *fix({ evidence: { mount, setting } }): Iterable<FixAnswer> {
    if (setting) {
      yield { title: 'Hide them', safety: 'review', changes: [{ do: 'replace', at: setting.at, code: setting.safe === 'false' ? ['false'] : [{ quote: setting.safe }] }] };
      return;
    }
    if (mount.library === 'hono') {
      yield { refused: 'serveStatic of Hono has no option that hides them.' };
      return;
    }
    const title = "Set dotfiles: 'ignore'";
    if (mount.options?.kind === 'object') yield { title, safety: 'review', changes: [{ do: 'insert', at: mount.options.at, where: 'entry-last', code: ['dotfiles: ', { quote: 'ignore' }] }] };
    else if (mount.options === undefined) yield { title, safety: 'review', changes: [{ do: 'insert', at: mount.call.at, where: 'argument-last', code: ['{ dotfiles: ', { quote: 'ignore' }, ' }'] }] };
    else yield { refused: 'The options stand elsewhere and may be used for other folders too.' };
  },
  examples: [
    {
      title: 'hidden files allowed',
      bad: `
        import express from 'express';
        express().use(express.static('public', { dotfiles: 'allow' }));
        //                                                 ^^^^^^^ exposure/static-dotfiles ".env"
      `,
      fixed: `
        import express from 'express';
        express().use(express.static('public', { dotfiles: 'ignore' }));
      `,
    },
    {
      title: 'Koa, hapi and a listing',
      bad: `
        const app = new (require('koa'))();
        const koaStatic = require('koa-static');
        const serveIndex = require('serve-index');
        app.use(koaStatic('public', { hidden: true }));
        //                                    ^^^^ exposure/static-dotfiles
        require('express')().use(serveIndex('files', { hidden: true }));
        //                                                     ^^^^ exposure/static-dotfiles
        require('@hapi/hapi').server().route({ method: 'GET', path: '/{p*}', handler: { directory: { path: 'files', showHidden: true } } });
        //                                                                                                                      ^^^^ exposure/static-dotfiles
      `,
    },
    {
      title: 'sirv',
      bad: `
        import polka from 'polka';
        import sirv from 'sirv';
        polka().use(sirv('public', { dotfiles: true, etag: true }));
        //                                     ^^^^ exposure/static-dotfiles
      `,
    },
    { title: 'sirv hides them', good: `import polka from 'polka'; import sirv from 'sirv'; polka().use(sirv('files')).use(sirv('public', { dotfiles: false }));` },
    {
      title: 'Fastify serves them unless told otherwise',
      bad: `
        import Fastify from 'fastify';
        import fastifyStatic from '@fastify/static';
        Fastify().register(fastifyStatic, { root: '/srv/files', prefix: '/files/' });
        //                 ^^^^^^^^^^^^^ exposure/static-dotfiles
      `,
      fixed: `
        import Fastify from 'fastify';
        import fastifyStatic from '@fastify/static';
        Fastify().register(fastifyStatic, { root: '/srv/files', prefix: '/files/', dotfiles: 'ignore' });
      `,
    },
    {
      title: 'Express 4 serves what is in hidden folders',
      bad: `
        //- package.json
        { "dependencies": { "express": "^4.18.0" } }
        //- app.js
        const express = require('express');
        express().use(express.static('files'));
        //                    ^^^^^^ exposure/static-dotfiles "hidden folders"
      `,
      fixed: `
        //- package.json
        { "dependencies": { "express": "^4.18.0" } }
        //- app.js
        const express = require('express');
        express().use(express.static('files', { dotfiles: 'ignore' }));
      `,
    },
    {
      title: 'a constant from another file, in Nest',
      bad: `
        //- settings.ts
        export const DOTFILES = 'allow';
        //- main.ts
        import { NestFactory } from '@nestjs/core';
        import { DOTFILES } from './settings';
        const app = await NestFactory.create(AppModule);
        app.useStaticAssets('files', { dotfiles: DOTFILES });
        //                                       ^^^^^^^^ exposure/static-dotfiles
      `,
    },
    {
      title: 'Hono has no option against it',
      bad: `
        import { Hono } from 'hono';
        import { serveStatic } from '@hono/node-server/serve-static';
        new Hono().use('/files/*', serveStatic({ root: './storage' }));
        //                         ^^^^^^^^^^^ exposure/static-dotfiles "without hidden ones"
        new Hono().use('/*', serveStatic({ root: './public' }));
      `,
    },
    {
      title: 'hidden files kept in',
      good: `
        import express from 'express';
        import Fastify from 'fastify';
        import fastifyStatic from '@fastify/static';
        express().use(express.static('public', { dotfiles: 'ignore' }));
        express().use(express.static('public', { dotfiles: 'deny' }));
        Fastify().register(fastifyStatic, { root, dotfiles: 'deny' });
      `,
    },
    {
      title: 'the default of Express 5, Koa and hapi',
      good: `
        import express from 'express';
        import koaStatic from 'koa-static';
        import Hapi from '@hapi/hapi';
        express().use(express.static('files'));
        app.use(koaStatic('files'));
        Hapi.server().route({ method: 'GET', path: '/{p*}', handler: { directory: { path: 'files' } } });
      `,
    },
    {
      title: 'the built page, unless a setting names another folder, and the folder of a package',
      good: `
        //- package.json
        { "dependencies": { "express": "4.19.2" } }
        //- app.js
        const path = require('path');
        const express = require('express');
        const built = () => path.join(__dirname, '..', 'frontend', 'build');
        module.exports = function app(config) {
          const folder = config.publicFolder || built();
          const page = require.resolve('@house/app');
          return express().use(express.static(folder)).use('/admin', express.static(path.join(page, '..')));
        };
      `,
    },
    {
      title: 'folders made to be served keep the default of Express 4 and Fastify',
      good: `
        //- package.json
        { "dependencies": { "express": "^4.18.0", "@fastify/static": "^7.0.0", "fastify": "^4.0.0" } }
        //- app.js
        const path = require('path');
        const express = require('express');
        const fastifyStatic = require('@fastify/static');
        const app = express();
        const site = path.join(__dirname, 'public');
        app.use(express.static(site));
        app.use('/img', express.static('img', { maxAge: '1d' }));
        app.use(express.static(\`\${__dirname}/../client/build\`));
        app.use('/docs', express.static(path.dirname(require.resolve('swagger-ui-dist'))));
        app.use(express.static(path.join(settings.root, 'assets')));
        require('fastify')().register(fastifyStatic, { root: path.join(process.cwd(), 'dist') });
        //- web.js
        import express from 'express';
        import { fileURLToPath } from 'node:url';
        express().use(express.static(fileURLToPath(new URL('../www', import.meta.url))));
      `,
    },
    {
      title: 'folders of content keep the default, whatever they are called',
      good: `
        //- package.json
        { "dependencies": { "express": "^4.18.0", "fastify": "^4.0.0" } }
        //- src/app.js
        const path = require('path');
        const express = require('express');
        const app = express();
        app.use(express.static('kiosk'));
        app.use('/maps', express.static(path.join(__dirname, '../maps'), { maxAge: '1h' }));
        require('fastify')().register(require('@fastify/static'), { root: path.resolve('scores'), prefix: '/scores/' });
        //- edge.ts
        import { Hono } from 'hono';
        import { serveStatic } from '@hono/node-server/serve-static';
        new Hono().use('/tiles/*', serveStatic({ root: './tiles' }));
      `,
    },
    {
      title: 'the default for the folder that holds the program or its settings',
      bad: `
        //- package.json
        { "dependencies": { "express": "^4.18.0" } }
        //- shop/lib/app.js
        const path = require('path');
        const express = require('express');
        const app = express();
        app.use(express.static(path.join(__dirname, '..')));
        //              ^^^^^^ exposure/static-dotfiles
        app.use('/conf', express.static(path.join(__dirname, '../config')));
        //                       ^^^^^^ exposure/static-dotfiles "'config'"
      `,
    },
    {
      title: 'the default where uploads lie, or somebody else says which folder',
      bad: `
        //- package.json
        { "dependencies": { "express": "4.19.2", "fastify": "^4.0.0" } }
        //- app.js
        const path = require('path');
        const express = require('express');
        const app = express();
        app.use('/files', express.static(path.join(__dirname, 'uploads')));
        //                        ^^^^^^ exposure/static-dotfiles "in 'uploads' can"
        app.use('/more', express.static('public/uploads'));
        //                       ^^^^^^ exposure/static-dotfiles
        app.use(express.static(settings.root));
        //              ^^^^^^ exposure/static-dotfiles "in this folder can"
        require('fastify')().register(require('@fastify/static'), { root: path.join(process.cwd(), 'storage') });
        //                            ^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-dotfiles "'storage'"
      `,
    },
    {
      title: 'downloads, and a folder behind a login',
      good: `
        //- package.json
        { "dependencies": { "express": "4.19.2" } }
        //- app.js
        const path = require('path');
        const express = require('express');
        const app = express();
        const login = (req, res, next) => (req.user ? next() : res.sendStatus(401));
        app.use('/got', express.static(path.join(__dirname, 'attachments'), { setHeaders: (res) => res.set('Content-Disposition', 'attachment') }));
        app.use('/own', login, express.static(path.join(__dirname, 'uploads')));
        app.listen(3000);`,
    },
    {
      title: 'for those a guard lets through, on purpose: a hint, unless it is the folder of the program',
      bad: `
        const express = require('express');
        const app = express();
        const worker = (req, res, next) => (req.get('authorization') === process.env.WORKER ? next() : res.sendStatus(401));
        app.use('/tmp', worker, express.static('/srv/tmp', { dotfiles: 'allow' }));
        //                                                             ^^^^^^^ exposure/static-dotfiles "in 'tmp'"
        app.use('/all', worker, express.static(__dirname, { dotfiles: 'allow' }));
        //                                                            ^^^^^^^ exposure/static-dotfiles
        app.listen(3000);`,
    },
    {
      title: 'the folder for well-known documents',
      good: `import express from 'express'; express().use('/.well-known', express.static('public/.well-known', { dotfiles: 'allow' }));`,
    },
    { title: 'options nobody knows', good: `import Fastify from 'fastify'; import fastifyStatic from '@fastify/static'; Fastify().register(fastifyStatic, options);` },
    { title: 'an option of something else', good: `import { grid } from './grid'; grid.render('files', { hidden: true, dotfiles: 'allow' });` },
    { title: 'in development only', good: `import express from 'express'; const app = express(); if (process.env.NODE_ENV !== 'production') app.use(express.static('files', { dotfiles: 'allow' }));` },
  ],
});

/** Files are sent as downloads: somebody thought of what lies there. */
function isHandedOut({ options }: StaticMount, context: RuleContext): boolean {
  const headers = context.option(options, 'setHeaders');
  return headers.kind === 'value' && /content-disposition/i.test(context.textOf(headers.resolved.value.at));
}
/** The folder of the project, of the file that serves it, or one around them, where settings and the repository lie. */
function holdsProgram(root: Value, context: RuleContext): boolean {
  const folder = folderOf(root, context);
  const here = context.pathOf(root.at).split('/').slice(0, -1);
  return folder !== undefined && (folder.from === 'above' || (folder.from === 'project' || folder.segments.length === 0) && folder.segments.every((one, index) => here[index] === one));
}
/** A folder that is known, and not one a build makes. */
function servesOthers(root: Value, context: RuleContext): boolean {
  const folder = folderOf(root, context);
  return folder !== undefined && folder.segments.length > 0 && !isPublicFolder(folder.segments) && !isContentFolder(root, context);
}
function isMade(segments: readonly string[]): boolean {
  return isPublicFolder(segments.slice(-2)) && !FILLED.test(segments.at(-1) ?? '');
}
/** The named folders of a path, as far as they can be read: below a folder that is not known, of a package, of the code. */
function lastOf(root: Value, context: RuleContext): readonly string[] {
  const folder = folderOf(root, context);
  if (folder) return folder.segments;
  const end = context.resolve(root).value;
  const last = end.kind === 'call' && /(^|\.)(join|resolve)$/.test(end.callee) ? end.args.at(-1)?.value : end.kind === 'template' ? end.parts.at(-1) : undefined;
  const text = typeof last === 'string' ? last : last && context.constant(last)?.value;
  const named = typeof text === 'string' ? text.split('/').filter((one) => one !== '' && one !== '.' && one !== '..') : [];
  return named.length === 0 && isOfPackage(end, context) ? ['dist'] : named;
}
/** The folder of an installed package, which ships without hidden files: `path.dirname(require.resolve('swagger-ui-dist'))`. */
function isOfPackage(value: Value, context: RuleContext, depth = 0): boolean {
  const made = value.kind === 'ref' ? context.resolve(value).value : value;
  if (made.kind !== 'call' || depth > 5) return false;
  if (made.callee === 'require.resolve' || (made.name === 'resolve' && context.textOf(made.target.at) === 'require.resolve') || /(^|\.)(getAbsoluteFSPath|absolutePath)$/.test(made.callee)) return true;
  return /(^|\.)(dirname|join)$/.test(made.callee) && made.args[0] !== undefined && isOfPackage(made.args[0].value, context, depth + 1);
}
/** The folder that is served where no setting names another: `settings.publicFolder || builtFolder()`, and what a function of one return gives. */
function usual(root: Value, context: RuleContext): Value {
  const end = context.resolve(root).value;
  const chosen = end.kind === 'logic' && end.op !== '&&' ? end.right : root;
  const called = chosen.kind === 'call' ? context.called(chosen) : undefined;
  const returns = (called?.steps ?? []).flatMap((step) => (step.do === 'return' && step.value ? [step.value] : []));
  return (returns.length === 1 ? returns[0] : undefined) ?? chosen;
}
function endsWellKnown(root: Value, context: RuleContext): boolean {
  return folderOf(root, context)?.segments.includes('.well-known') === true || /\.well-known/.test(root.kind === 'ref' ? '' : context.textOf(root.at));
}
function shown(root: Value, context: RuleContext): string {
  const folder = folderOf(root, context);
  const last = folder?.segments.at(-1);
  return last === undefined ? 'this folder' : `'${last}'`;
}
function advice(library: StaticMount['library']): string {
  const showing = SHOWING[library];
  if (showing === undefined) return 'Serve a folder without hidden ones.';
  return showing.safe === 'ignore' ? "Set dotfiles: 'ignore'." : `Leave ${showing.key} out.`;
}
