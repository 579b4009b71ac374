import type { ModuleView } from '../../model/module.js';
import type { Change } from '../../findings/changes.js';
import type { Call, Value } from '../../model/value.js';
import { bytesOf } from '../facts/body-limits.js';
import { entriesOf } from '../facts/entries.js';
import { isRequestStream } from '../facts/request-streams.js';
import { LARGE, LARGE_PAYLOAD, sizeLevel } from '../facts/upload-sizes.js';
import { uploadersOf, type Uploader } from '../facts/uploads.js';
import { whereWritten } from '../facts/written.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

type Evidence =
  | { readonly what: 'none'; readonly uploader: Uploader }
  | { readonly what: 'stream' }
  | { readonly what: 'cut'; readonly uploader: Uploader }
  | { readonly what: 'endless' | 'large'; readonly size: number; readonly value: Value };
const MEGABYTE = 1024 * 1024;

export default rule<'module', Evidence>({
  meta: {
    id: 'uploads/no-limits',
    title: 'Upload size is not limited',
    owasp: ['API4:2019', 'API4:2023'],
    cwe: [770, 400],
    severity: 'warning',
    confidence: 'high',
    topics: ['upload'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['multer/no-limit', 'express-fileupload/truncates', '@fastify/multipart/limit'],
    whenNotToUse: 'A proxy in front of every instance limits the size of request bodies, and nothing else can reach the service.',
    references: ['https://github.com/expressjs/multer#limits', 'https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/'],
  },
  on: 'module',
  words: ['multer', 'multipart', 'graphqlupload', 'sizelimit', 'interceptor', 'fileupload', 'busboy', 'formidable', 'filesize', 'maxbytes', 'maxfilesize', 'createwritestream'],
  *detect(module, context) {
    for (const uploader of uploadersOf(module, context)) yield* ofUploader(uploader, module, context);
    yield* sizes(module, context);
    yield* ofPlugin(module, context);
    yield* streams(module, context);
  },
  explain(evidence) {
    const why = 'Files are kept in memory or written to disk while they arrive: without a limit one request can stop the service for everybody.';
    switch (evidence.what) {
      case 'none': {
        const name = evidence.uploader.library === 'graphql-upload' ? 'maxFileSize' : 'limits.fileSize';
        return { message: `Uploads have no size limit, so one request can fill memory or disk. Set ${name}.`, why, remedy: `Set ${name} to the largest file this endpoint needs, and answer 413 above it.` };
      }
      case 'stream':
        return {
          message: 'The whole request is written to disk whatever its size, so one client can fill the disk. Count the bytes and stop.',
          why,
          remedy: 'Refuse a Content-Length that is too large, count what arrives, and stop with 413.',
        };
      case 'cut':
        return {
          message: 'Uploads over the limit are cut off and still handed on as if they were whole. Set abortOnLimit to true.',
          why: 'express-fileupload truncates a file at the limit and calls the handler with what is left.',
          remedy: 'Set abortOnLimit, so that the request is refused with 413.',
        };
      case 'endless':
        return { message: 'Uploads have no size limit, so one request can fill memory or disk. Set the size this endpoint needs.', why, remedy: 'Set the limit to the largest file this endpoint needs.' };
      case 'large':
        return {
          message: `Uploads of up to ${Math.round(evidence.size / MEGABYTE)} MB are taken, so a few requests can fill memory or disk. Set the size this endpoint needs.`,
          why,
          remedy: 'Set the limit to the largest file this endpoint needs.',
        };
    }
  },
  *fix({ evidence }, context): Iterable<FixAnswer> {
    if (evidence.what === 'none') yield* limited(evidence.uploader, context);
    else if (evidence.what === 'cut') yield* withEntry('Refuse what is over the limit', evidence.uploader, 'abortOnLimit: true', context);
    else if (evidence.what === 'endless') yield { title: 'Limit to 5 MB', safety: 'review', changes: [{ do: 'replace', at: evidence.value.at, code: ['5 * 1024 * 1024'] }] };
    else if (evidence.what === 'stream') yield { refused: 'Only you know how much may be written here.' };
    else yield { refused: 'Only you know how large a file this endpoint needs.' };
  },
  examples: [
    {
      title: 'multer with a folder only',
      bad: `
        import multer from 'multer';
        const upload = multer({ dest: 'uploads/' });
        //             ^^^^^^ uploads/no-limits "Uploads have no size limit"
        app.post('/files', requireAuth, upload.array('files'), save);`,
      fixed: `
        import multer from 'multer';
        const upload = multer({ dest: 'uploads/', limits: { fileSize: 5 * 1024 * 1024 } });
        app.post('/files', requireAuth, upload.array('files'), save);`,
    },
    {
      title: 'multer in memory, for one file',
      bad: `
        const multer = require('multer');
        app.post('/avatar', multer({ storage: multer.memoryStorage() }).single('avatar'), save);
        //                  ^^^^^^ uploads/no-limits`,
      fixed: `
        const multer = require('multer');
        app.post('/avatar', multer({ storage: multer.memoryStorage(), limits: { fileSize: 5 * 1024 * 1024, files: 1 } }).single('avatar'), save);`,
    },
    {
      title: 'a limit on something else',
      bad: `
        import multer from 'multer';
        export const upload = multer({ limits: { files: 3 } });
        //                    ^^^^^^ uploads/no-limits`,
      fixed: `
        import multer from 'multer';
        export const upload = multer({ limits: { files: 3, fileSize: 5 * 1024 * 1024 } });`,
    },
    {
      title: 'express-fileupload without options',
      bad: `
        const fileUpload = require('express-fileupload');
        app.use(fileUpload());
        //      ^^^^^^^^^^ uploads/no-limits`,
      fixed: `
        const fileUpload = require('express-fileupload');
        app.use(fileUpload({ limits: { fileSize: 5 * 1024 * 1024 }, abortOnLimit: true }));`,
    },
    {
      title: 'express-fileupload that cuts files off',
      bad: `
        import fileUpload from 'express-fileupload';
        app.use(fileUpload({ limits: { fileSize: 2e6 } }));
        //      ^^^^^^^^^^ uploads/no-limits "cut off"`,
      fixed: `
        import fileUpload from 'express-fileupload';
        app.use(fileUpload({ limits: { fileSize: 2e6 }, abortOnLimit: true }));`,
    },
    {
      title: 'files beside a query, without options and with those of another file',
      bad: `
        //- limits.ts
        export const limits = { form: { limits: { fileSize: Infinity, files: 2 } } };
        //                                                  ^^^^^^^^ uploads/no-limits
        //- graph.ts
        import express from 'express';
        import graphqlUploadExpress from 'graphql-upload/graphqlUploadExpress.mjs';
        const app = express();
        app.use('/a', graphqlUploadExpress({ maxFiles: 3 }));
        //            ^^^^^^^^^^^^^^^^^^^^ uploads/no-limits "Set maxFileSize"
        app.use('/b', graphqlUploadExpress({ maxFileSize: 2_000_000, maxFiles: 3 }));
        //- forms.ts
        import Fastify from 'fastify';
        import multipart from '@fastify/multipart';
        import { limits } from './limits';
        export const server = Fastify();
        server.register(multipart, limits.form);`,
    },
    {
      title: 'what a page route reads, and one that reads a form',
      bad: `
        //- pages/api/import.js
        export const config = { api: { bodyParser: { sizeLimit: '200mb' } } };
        //                                                      ^^^^^^^ uploads/no-limits "200 MB"
        export default function handler(req, res) { res.json({ rows: req.body.rows.length }); }
        //- next.config.mjs
        export default { serverActions: { bodySizeLimit: '1gb' } };
        //                                               ^^^^^ uploads/no-limits
        //- pages/api/note.js
        export const config = { api: { bodyParser: { sizeLimit: '2mb' } } }; export default function handler(req, res) { res.json({ ok: true }); }`,
    },
    {
      title: 'a Nest interceptor',
      bad: `
        import { Controller, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
        import { FileInterceptor } from '@nestjs/platform-express';
        @Controller('files')
        export class FilesController {
          @Post()
          @UseInterceptors(FileInterceptor('file'))
          //               ^^^^^^^^^^^^^^^ uploads/no-limits
          upload(@UploadedFile() file) { return this.files.save(file); }
        }`,
      fixed: `
        import { Controller, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
        import { FileInterceptor } from '@nestjs/platform-express';
        @Controller('files')
        export class FilesController {
          @Post()
          @UseInterceptors(FileInterceptor('file', { limits: { fileSize: 5 * 1024 * 1024 } }))
          upload(@UploadedFile() file) { return this.files.save(file); }
        }`,
    },
    {
      title: 'busboy, and a limit that is none',
      bad: `
        import busboy from 'busboy';
        import multer from 'multer';
        export const read = (req) => req.pipe(busboy({ headers: req.headers }));
        //                                    ^^^^^^ uploads/no-limits
        export const upload = multer({ limits: { fileSize: Infinity } });
        //                                                 ^^^^^^^^ uploads/no-limits`,
    },
    {
      title: 'very large files',
      bad: `
        import formidable from 'formidable';
        export const form = formidable({ maxFileSize: 2 * 1024 * 1024 * 1024 });
        //                                            ^^^^^^^^^^^^^^^^^^^^^^ uploads/no-limits "up to 2048 MB"
        server.route({ method: 'POST', path: '/up', options: { payload: { maxBytes: 209715200, output: 'file' } }, handler });
        //                                                                          ^^^^^^^^^ uploads/no-limits "up to 200 MB"`,
    },
    { title: 'a limit', good: `import multer from 'multer'; const MB = 1024 * 1024; multer({ dest: 'up/', limits: { fileSize: 2e6 } }); multer({ storage: multer.memoryStorage(), limits: { fileSize: 5 * MB } });` },
    { title: 'fields only', good: `import multer from 'multer'; app.post('/x', multer().none(), h); const form = multer(); app.post('/y', form.none(), h);` },
    { title: 'limits of another file', good: `
        //- limits.js
        module.exports = { fileSize: 1e6 };
        //- app.js
        const multer = require('multer');
        const limits = require('./limits');
        module.exports = multer({ dest: 'up', limits });` },
    { title: 'options that are not known', good: `
        import multer from 'multer'; export const make = (options) => multer(options); export const more = (base) => multer({ ...base, dest: 'up' });
        export const set = multer({ limits: { fileSize: Number(process.env.MAX) } });` },
    { title: 'libraries with a limit of their own', good: `import multipart from '@fastify/multipart'; import formidable from 'formidable'; app.register(multipart); formidable({ multiples: true });` },
    {
      title: 'limits for all interceptors of an application',
      good: `
        //- app.module.ts
        import { Module } from '@nestjs/common';
        import { MulterModule } from '@nestjs/platform-express';
        @Module({ imports: [MulterModule.register({ limits: { fileSize: 1e6 } })] })
        export class AppModule {}
        //- files.controller.ts
        import { Controller, Post, UseInterceptors } from '@nestjs/common';
        import { FileInterceptor } from '@nestjs/platform-express';
        @Controller('files')
        export class FilesController {
          @Post()
          @UseInterceptors(FileInterceptor('file'))
          upload() {}
        }`,
    },
    {
      title: 'a stream that is measured',
      good: `
        import busboy from 'busboy';
        export function read(req, done) {
          const parser = busboy({ headers: req.headers });
          let totalBytes = 0;
          parser.on('file', (name, stream) => stream.on('data', (chunk) => {
            totalBytes += chunk.length;
            if (totalBytes > MOST) done(new Error('too large'));
          }));
          req.pipe(parser);
        }`,
    },
    {
      title: 'the same after a compiler',
      good: `
        //- module.js
        const _platformexpress = require('@nestjs/platform-express');
        const metadata = { imports: [_platformexpress.MulterModule.register({ limits: { fileSize: SIZES.most } })] };
        exports.metadata = metadata;
        //- controller.js
        const _platformexpress = require('@nestjs/platform-express');
        exports.interceptors = [(0, _platformexpress.AnyFilesInterceptor)()];`,
    },
    { title: 'refuses what is over the limit', good: `import fileUpload from 'express-fileupload'; app.use(fileUpload({ limits: { fileSize: 2e6 }, abortOnLimit: true }));` },
    { title: 'a size that is no upload', good: `export const cache = { maxBytes: 1e12 }; export const file = { fileSize: 5e9 }; new Cache({ maxFileSize: Infinity });` },
    {
      title: 'the request goes into a file as it comes',
      bad: `
        //- plain.js
        const http = require('http');
        const fs = require('fs');
        http.createServer((req, res) => {
          const out = fs.createWriteStream('/data/in.bin');
          req.pipe(out);
          //  ^^^^ uploads/no-limits "one client can fill the disk"
          out.on('finish', () => res.end());
        }).listen(3000);
        //- express.js
        import express from 'express';
        import { createWriteStream } from 'node:fs';
        import { pipeline } from 'node:stream/promises';
        const app = express();
        app.put('/blob', async (req, res) => { await pipeline(req, createWriteStream('/data/blob')); res.end(); });
        //                                           ^^^^^^^^ uploads/no-limits
        //- koa.js
        import Koa from 'koa';
        import fs from 'node:fs';
        new Koa().use(async (ctx) => { ctx.req.pipe(fs.createWriteStream('/data/blob')); ctx.status = 204; });
        //                                     ^^^^ uploads/no-limits
      `,
    },
    {
      title: 'counted on the way, or no request',
      good: `
        //- counted.js
        import express from 'express';
        import { createWriteStream } from 'node:fs';
        const app = express();
        app.put('/blob', (req, res) => {
          let bytes = 0;
          req.on('data', (chunk) => { bytes += chunk.length; if (bytes > MOST) req.destroy(); });
          req.pipe(createWriteStream('/data/blob'));
        });
        //- download.js
        import { createWriteStream } from 'node:fs';
        export async function download(url) { (await fetch(url)).body.pipe(createWriteStream('/tmp/file')); }
      `,
    },
  ],
});

function* ofUploader(uploader: Uploader, module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  const { call, options, uses, library, when } = uploader;
  if (uses.size > 0 && [...uses].every((use) => use === 'none')) return;
  const isDefault = library === 'nest' && call.name !== 'register' && (options === undefined || context.option(options, 'limits').kind === 'absent');
  if (isDefault && context.projectUses('upload-module')) return;
  if (library === 'busboy' && counts(module)) return;
  const limits = context.option(options, 'limits');
  const size = library === 'graphql-upload' ? context.option(options, 'maxFileSize') : limits.kind === 'value' ? context.option(limits.value, 'fileSize') : limits;
  const found = { at: call.nameAt, subject: `${library} ${call.name} ${module.path}`, when };
  if (size.kind === 'absent') yield { ...found, evidence: { what: 'none', uploader } };
  if (size.kind === 'value' && size.value.at.path !== module.path) yield* tooLarge(size.value, context.spokenOf(size.value.at.path) ? size.value.at : call.nameAt, `fileSize ${module.path}`, when, LARGE, context, call);
  else if (size.kind === 'value' && library === 'express-fileupload') {
    const aborts = context.option(options, 'abortOnLimit');
    const handler = context.option(options, 'limitHandler');
    const isCut = (aborts.kind === 'absent' || (aborts.kind === 'value' && context.constant(aborts.value)?.value === false)) && handler.kind === 'absent';
    if (isCut) yield { ...found, evidence: { what: 'cut', uploader }, severity: 'info' };
  }
}
/** A request that is written to a file as it comes: `req.pipe(fs.createWriteStream(path))`, `pipeline(request.raw, out)`. */
function* streams(module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  if (counts(module)) return;
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
    const given = call.args.map(({ value }) => value).filter((value) => value.kind !== 'function');
    const [from, to] = call.name === 'pipe' && call.receiver ? [call.receiver, given[0]] : call.name === 'pipeline' && given.length === 2 ? given : [];
    if (!from || !to || !isRequestStream(from, context) || !isFile(to, context)) continue;
    yield { at: call.nameAt, subject: `${call.name} request`, evidence: { what: 'stream' }, when: step.when };
  }
}
function isFile(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  return end.kind === 'call' && /^(node:)?(fs|fs-extra|graceful-fs)(\/promises)?\.(promises\.)?createWriteStream$/.test(end.callee);
}
/** What is streamed is measured by the code itself. */
function counts(module: ModuleView): boolean {
  const isSize = (value: Value): boolean => value.kind === 'ref' && /size|bytes|length|limit/i.test(value.path.at(-1) ?? value.text);
  const measures = (test: Value): boolean => test.kind === 'compare' && /[<>]/.test(test.op) && (isSize(test.left) || isSize(test.right));
  return [module.top, ...module.functions.values()].some((fn) => fn.steps.some((step) => step.when.some(({ test }) => measures(test))));
}
/** Numbers that are larger than any form needs, at the places where libraries read them. */
function* sizes(module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { entry, keys, call, argument, when } of entriesOf(module)) {
    const isPayload = entry.key === 'maxBytes' && keys.at(-1) === 'payload';
    const isLimit = entry.key === 'fileSize' && keys.at(-1) === 'limits' && call !== undefined && argument !== undefined;
    const isFormidable = entry.key === 'maxFileSize' && call !== undefined && (/^(formidable|koa-body|koa-better-body)(\.|$)/.test(call.callee) || keys.at(-1) === 'formidable');
    const isNext = (entry.key === 'sizeLimit' && keys.at(-1) === 'bodyParser' && keys.at(-2) === 'api') || (entry.key === 'bodySizeLimit' && keys.at(-1) === 'serverActions');
    if (!isPayload && !isLimit && !isFormidable && !isNext) continue;
    yield* tooLarge(entry.value, whereWritten(entry.value, entry.value.at, context), `${entry.key ?? ''} ${module.path}`, when, isPayload || isNext ? LARGE_PAYLOAD : LARGE, context, call);
  }
}
/** The limits of the plugin of Fastify, which has one of its own, where they stand in another file. */
function* ofPlugin(module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    const plugin = step.do === 'call' && step.call.name === 'register' ? step.call.args[0]?.value : undefined;
    if (step.do !== 'call' || plugin?.kind !== 'ref' || plugin.root.kind !== 'import' || !/^(@fastify\/multipart|fastify-multipart)$/.test(plugin.root.from)) continue;
    const limits = context.option(step.call.args[1]?.value, 'limits');
    const size = limits.kind === 'value' ? context.option(limits.value, 'fileSize') : limits;
    if (size.kind !== 'value' || size.value.at.path === module.path) continue;
    yield* tooLarge(size.value, context.spokenOf(size.value.at.path) ? size.value.at : step.call.nameAt, `multipart ${module.path}`, step.when, LARGE, context, step.call);
  }
}
function* tooLarge(value: Value, at: Detection<Evidence>['at'], subject: string, when: Uploader['when'], most: number, context: RuleContext, call?: Call): Iterable<Detection<Evidence>> {
  const size = bytesOf(context.resolve(value).value, context);
  if (size !== undefined && size > most) yield { at, subject, evidence: { what: size === Infinity ? 'endless' : 'large', size, value }, severity: sizeLevel(size, call, context), when };
}
function* limited(uploader: Uploader, context: RuleContext): Iterable<FixAnswer> {
  if (uploader.library === 'graphql-upload') return yield* withEntry('Limit size and number of files', uploader, 'maxFileSize: 5 * 1024 * 1024', context);
  const limits = context.option(uploader.options, 'limits');
  const object = limits.kind === 'value' ? context.resolve(limits.value).value : undefined;
  const onlyOne = uploader.uses.size > 0 && [...uploader.uses].every((use) => use === 'single');
  const title = 'Limit the size of a file';
  if (object) {
    if (object.kind === 'object' && object.at.path === uploader.call.at.path) yield { title, safety: 'review', changes: [{ do: 'insert', at: object.at, where: 'entry-last', code: ['fileSize: 5 * 1024 * 1024'] }] };
    else yield { refused: 'The limits stand in another file.' };
    return;
  }
  yield* withEntry(title, uploader, `limits: { fileSize: 5 * 1024 * 1024${onlyOne ? ', files: 1' : ''} }${uploader.library === 'express-fileupload' ? ', abortOnLimit: true' : ''}`, context);
}
/** One more option, in the object that is there or in a new one. */
function* withEntry(title: string, { call, options, before, library }: Uploader, entry: string, context: RuleContext): Iterable<FixAnswer> {
  const object = options && context.resolve(options).value;
  const given = call.args.length;
  const changes: readonly Change[] | undefined =
    object?.kind === 'object' && object.at.path === call.at.path
      ? [{ do: 'insert', at: object.at, where: 'entry-last', code: [entry] }]
      : !options && (given === before || (library === 'nest' && given === 1))
        ? [{ do: 'insert', at: call.at, where: 'argument-last', code: [`{ ${entry} }`] }]
        : undefined;
  yield changes ? { title, safety: 'review', changes } : { refused: 'The options stand where this repair cannot reach.' };
}
