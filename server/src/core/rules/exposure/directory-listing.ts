import type { Call, Value } from '../../model/value.js';
import type { Entry } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { reachedBy } from '../facts/mounts.js';
import { folderOf, isContentFolder, staticMounts, usedUnder, type StaticMount } from '../facts/static.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly root: string;
  readonly call: Call;
  readonly entry: Entry | undefined;
  readonly statementAt: At;
  /** The listing is all that the statement mounts. */
  readonly alone: boolean;
  readonly others: At | undefined;
}
const OPTION: Readonly<Partial<Record<StaticMount['library'], string>>> = { fastify: 'list', hapi: 'listing' };

export default rule<'call', Evidence>({
  meta: {
    id: 'exposure/directory-listing',
    title: 'Folder contents are listed',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [548],
    severity: 'warning',
    confidence: 'high',
    topics: ['static'],
    since: '0.1.0',
    leansOn: ['serve-index/lists', '@fastify/static/list', 'express/static-no-listing', '@hapi/inert/listing'],
    whenNotToUse: 'The folder is a public archive and people are meant to browse it.',
    references: ['https://cwe.mitre.org/data/definitions/548.html', 'https://github.com/fastify/fastify-static#list'],
  },
  on: 'call',
  words: ['index', 'list', 'static', 'directory'],
  *detect({ call, step, in: fn }, context) {
    for (const mount of staticMounts(call, context)) {
      const found = mount.library === 'serve-index' ? { at: mount.at, entry: undefined } : listed(mount, context);
      const isIndex = mount.library === 'serve-index';
      if (!found || (!isIndex && isArchive(mount, pathOf(mount, context), context))) continue;
      const use = isIndex ? fn.steps.find((one) => one.do === 'call' && one.call !== call && one.call.args.some((item) => item.value.at.mark === call.at.mark)) : undefined;
      const args = use?.do === 'call' ? use.call.args : [];
      const rest = args.filter(({ value }) => value.at.mark !== call.at.mark && !(value.kind === 'literal' || value.kind === 'template'));
      const own = args.find(({ value }) => value.at.mark === call.at.mark)?.at;
      const root = shown(mount, context);
      yield {
        at: found.at,
        subject: `${mount.library} ${root}`,
        evidence: { root, call, entry: found.entry, statementAt: use?.statementAt ?? step.statementAt, alone: use !== undefined && rest.length === 0, others: rest.length > 0 ? own : undefined },
        ...(isIndex && isArchive(mount, usedUnder(call, fn, context), context) ? { severity: 'hint' as const } : isIndex && reachedBy(call, context).by === 'guarded' ? { severity: 'info' as const } : {}),
        when: step.when,
      };
    }
  },
  explain: ({ root }) => ({
    message: `Visitors can list every file in ${root}. Remove the listing.`,
    why: 'Backups, drafts and uploads nobody links to are found at once.',
    remedy: 'Serve the files without a list of them.',
  }),
  *fix({ evidence: { entry, statementAt, alone, others } }): Iterable<FixAnswer> {
    const title = 'Remove the listing';
    if (entry) yield { title, safety: 'review', changes: [{ do: 'remove', at: entry.at, as: 'entry' }] };
    else if (alone) yield { title, safety: 'review', changes: [{ do: 'remove', at: statementAt, as: 'statement' }] };
    else if (others) yield { title, safety: 'review', changes: [{ do: 'remove', at: others, as: 'argument' }] };
    else yield { refused: 'The listing is bound to a name, and its use would have to go with it.' };
  },
  examples: [
    {
      title: 'serve-index',
      bad: `
        import express from 'express';
        import serveIndex from 'serve-index';
        const app = express();
        app.use('/ftp', serveIndex('ftp'));
        //              ^^^^^^^^^^ exposure/directory-listing "every file in 'ftp'"
        app.use('/ftp', express.static('ftp'));
      `,
      fixed: `
        import express from 'express';
        import serveIndex from 'serve-index';
        const app = express();
        app.use('/ftp', express.static('ftp'));
      `,
    },
    {
      title: 'beside the files',
      bad: `
        const express = require('express');
        const serveIndex = require('serve-index');
        express().use('/logs', express.static('logs'), serveIndex('logs', { icons: true }));
        //                                             ^^^^^^^^^^ exposure/directory-listing
      `,
      fixed: `
        const express = require('express');
        const serveIndex = require('serve-index');
        express().use('/logs', express.static('logs'));
      `,
    },
    {
      title: 'hapi',
      bad: `
        const server = require('@hapi/hapi').server();
        server.route({ method: 'GET', path: '/f/{p*}', handler: { directory: { path: 'files', listing: true } } });
        //                                                                                             ^^^^ exposure/directory-listing
      `,
      fixed: `
        const server = require('@hapi/hapi').server();
        server.route({ method: 'GET', path: '/f/{p*}', handler: { directory: { path: 'files' } } });
      `,
    },
    {
      title: 'Fastify',
      bad: `
        import Fastify from 'fastify';
        import fastifyStatic from '@fastify/static';
        const LIST = { format: 'html', render };
        Fastify().register(fastifyStatic, { root: '/srv/files', prefix: '/files/', index: false, list: LIST });
        //                                                                                             ^^^^ exposure/directory-listing
      `,
    },
    {
      title: 'behind a login it is worth less',
      bad: `
        import express from 'express';
        import serveIndex from 'serve-index';
        const app = express();
        app.use('/logs', requireAuth, serveIndex('logs'));
        //                            ^^^^^^^^^^ exposure/directory-listing
      `,
    },
    {
      title: 'content under its own name is a hint, what is kept in a folder of data is more',
      bad: `
        const express = require('express');
        const serveIndex = require('serve-index');
        express().use('/leaflets', express.static('leaflets'), serveIndex('leaflets'));
        //                                                     ^^^^^^^^^^ exposure/directory-listing "every file in 'leaflets'"
        express().use('/letters', serveIndex('storage/letters'));
        //                        ^^^^^^^^^^ exposure/directory-listing
      `,
    },
    { title: 'files without a list', good: `import express from 'express'; const app = express(); app.use('/ftp', express.static('ftp'));` },
    { title: 'in development only', good: `import express from 'express'; import serveIndex from 'serve-index'; const app = express(); if (process.env.NODE_ENV === 'development') app.use(serveIndex('dist'));` },
    {
      title: 'switched off',
      good: `
        import Fastify from 'fastify';
        import fastifyStatic from '@fastify/static';
        Fastify().register(fastifyStatic, { root: '/srv/files', list: false });
        require('@hapi/hapi').server().route({ method: 'GET', path: '/f/{p*}', handler: { directory: { path: 'f', listing: false } } });
      `,
    },
    {
      title: 'a folder of published content that is listed under its own name',
      good: `
        const path = require('path');
        const server = require('@hapi/hapi').server();
        server.route({ method: 'GET', path: '/leaflets/{file*}', handler: { directory: { path: path.join(__dirname, 'leaflets'), listing: true } } });
        require('fastify')().register(require('@fastify/static'), { root: path.join(__dirname, 'scores'), prefix: '/scores/', list: { format: 'json' } });
      `,
    },
    {
      title: 'the folder of the whole site, and one under another name',
      bad: `
        const path = require('path');
        const server = require('@hapi/hapi').server();
        server.route({ method: 'GET', path: '/{file*}', handler: { directory: { path: 'leaflets', listing: true } } });
        //                                                                                                 ^^^^ exposure/directory-listing
        require('fastify')().register(require('@fastify/static'), { root: path.join(__dirname, 'backups'), prefix: '/backups/', list: true });
        //                                                                                                                            ^^^^ exposure/directory-listing
        require('fastify')().register(require('@fastify/static'), { root: path.resolve('data/scores'), prefix: '/scores/', list: true });
        //                                                                                                                       ^^^^ exposure/directory-listing
      `,
    },
    { title: 'lists of something else', good: `import serveIndex from './serve-index'; serveIndex('ftp'); shop.route({ directory: { path: 'f', listing: true } });` },
  ],
});

function listed(mount: StaticMount, context: RuleContext): { readonly at: At; readonly entry: Entry } | undefined {
  const key = OPTION[mount.library];
  const answer = key === undefined ? undefined : context.option(mount.options, key);
  if (answer?.kind !== 'value') return undefined;
  const isOn = answer.resolved.value.kind === 'object' || context.constant(answer.value)?.value === true;
  return isOn ? { at: answer.value.at, entry: answer.entry } : undefined;
}
/** A folder of content, served below a path of its own name: the author publishes it as a list. serve-index has nothing else to do, so that there it is only a hint. */
function isArchive({ roots: [root, ...more] }: StaticMount, path: string | undefined, context: RuleContext): boolean {
  if (!root || more.length > 0 || path === undefined || !isContentFolder(root, context)) return false;
  return path.split('/').filter((part) => part !== '' && !part.startsWith('{')).at(-1) === folderOf(root, context)?.segments.at(-1);
}
/** The path that the options or the route of a listing name. */
function pathOf({ library, options, call }: StaticMount, context: RuleContext): string | undefined {
  const prefix = library === 'fastify' ? context.option(options, 'prefix') : library === 'hapi' ? context.option(call.args[0]?.value, 'path') : undefined;
  const path = prefix?.kind === 'value' ? context.constant(prefix.value)?.value : undefined;
  return typeof path === 'string' ? path : undefined;
}
function shown({ roots }: StaticMount, context: RuleContext): string {
  const [root]: readonly Value[] = roots;
  const last = root && folderOf(root, context)?.segments.at(-1);
  return last === undefined ? 'this folder' : `'${last}'`;
}
