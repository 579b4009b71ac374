import type { ModuleView } from '../../model/module.js';
import type { Change } from '../../findings/changes.js';
import type { At } from '../../text/source.js';
import { destinationOf, foldersAbove, isCallback, uploadersOf, type Uploader } from '../facts/uploads.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly uploader: Uploader;
  readonly served: boolean;
  /** A filter is there and accepts everything. */
  readonly open: boolean;
}
/** What reads a file decides what it takes. */
const READERS = ['file-type', 'sharp', 'jimp', 'image-size', 'mmmagic', 'magic-bytes.js', 'file-type-checker', 'csv-parse', 'csv-parse/sync', 'csv-parser', 'csvtojson', 'fast-csv', 'papaparse', 'xlsx', 'exceljs', 'pdf-parse'];

export default rule<'module', Evidence>({
  meta: {
    id: 'uploads/no-file-filter',
    title: 'Any file type is accepted',
    owasp: ['API8:2019', 'API7:2019', 'API8:2023'],
    cwe: [434],
    severity: 'info',
    confidence: 'medium',
    topics: ['upload'],
    since: '0.1.0',
    whenNotToUse: 'The service stores whatever it is given, like a file store does, and never serves it to browsers from its own origin.',
    references: ['https://github.com/expressjs/multer#filefilter', 'https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['multer', 'interceptor'],
  *detect(module, context) {
    for (const uploader of uploadersOf(module, context)) {
      const { library, options, call, uses, when } = uploader;
      if ((library !== 'multer' && library !== 'nest') || call.name === 'register' || (uses.size > 0 && [...uses].every((use) => use === 'none'))) continue;
      const filter = context.option(options, 'fileFilter');
      const folder = destinationOf(options, context)?.text;
      const served = folder !== undefined && foldersAbove(folder).some((above) => context.projectUses(`serves ${above}`));
      const found = { subject: `${library} ${call.name}`, when, severity: served ? ('warning' as const) : ('info' as const) };
      if (filter.kind === 'value') {
        const at = acceptsAll(filter.value.at.path === module.path ? filter.resolved.value : undefined, context);
        if (at) yield { ...found, at, severity: 'warning', confidence: 'high', evidence: { uploader, served, open: true } };
      } else if (filter.kind === 'absent' && !isJudged(library, module, context)) yield { ...found, at: call.nameAt, evidence: { uploader, served, open: false } };
    }
  },
  explain: ({ served }) => ({
    message: `Every file type is accepted, HTML and scripts too${served ? ', and the folder is served to browsers' : ''}. Check type and extension against a list.`,
    why: 'A page or an SVG picture that is uploaded and opened runs as a script of this site, with the logins of its visitors.',
    remedy: 'Accept the types this endpoint needs by a list, and look into the file before you trust the type it was sent with.',
  }),
  *fix({ evidence: { uploader, open } }, context): Iterable<FixAnswer> {
    const { options, call } = uploader;
    const object = options && context.resolve(options).value;
    const code = ['fileFilter: (req, file, cb) => cb(null, [', { slot: "'image/png', 'image/jpeg'" }, '].includes(file.mimetype))'];
    const title = 'Accept a list of types';
    const changes: readonly Change[] | undefined =
      object?.kind === 'object' && object.at.path === call.at.path
        ? [{ do: 'insert', at: object.at, where: 'entry-last', code }]
        : !options && call.args.length === uploader.before
          ? [{ do: 'insert', at: call.at, where: 'argument-last', code: ['{ ', ...code, ' }'] }]
          : undefined;
    if (open) yield { refused: 'The filter is there: which types it should accept is a decision about this endpoint.' };
    else yield changes ? { title, safety: 'manual', changes } : { refused: 'The options stand where this repair cannot reach.' };
  },
  examples: [
    {
      title: 'any file, in a folder that is served',
      bad: `
        import express from 'express';
        import multer from 'multer';
        const app = express();
        app.use(express.static('public'));
        const upload = multer({ dest: 'public/up', limits: { fileSize: 1e6 } });
        //             ^^^^^^ uploads/no-file-filter "the folder is served to browsers"
        app.post('/files', requireAuth, upload.single('file'), save);`,
      fixed: `
        import express from 'express';
        import multer from 'multer';
        const app = express();
        app.use(express.static('public'));
        const upload = multer({ dest: 'public/up', limits: { fileSize: 1e6 }, fileFilter: (req, file, cb) => cb(null, ['image/png', 'image/jpeg'].includes(file.mimetype)) });
        app.post('/files', requireAuth, upload.single('file'), save);`,
    },
    {
      title: 'a filter that lets everything in',
      bad: `
        const multer = require('multer');
        module.exports = multer({ limits: { fileSize: 1e6 }, fileFilter: (req, file, cb) => cb(null, true) });
        //                                                                                           ^^^^ uploads/no-file-filter "Every file type is accepted"`,
    },
    {
      title: 'a Nest interceptor',
      bad: `
        import { Controller, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
        import { FileInterceptor } from '@nestjs/platform-express';
        @Controller('files')
        export class FilesController {
          @Post()
          @UseInterceptors(FileInterceptor('file', { limits: { fileSize: 1e6 } }))
          //               ^^^^^^^^^^^^^^^ uploads/no-file-filter
          upload(@UploadedFile() file) { return this.files.save(file); }
        }`,
    },
    { title: 'a filter', good: `
        import multer from 'multer'; import { onlyImages } from './filters'; multer({ dest: 'data/up', fileFilter: onlyImages });
        multer({ dest: 'up', fileFilter: (req, file, cb) => cb(null, file.mimetype === 'image/png') });` },
    {
      title: 'the handler looks at the type',
      good: `
        import multer from 'multer';
        const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 1e6 } });
        app.post('/avatar', upload.single('avatar'), (req, res) => {
          if (!TYPES.has(req.file.mimetype)) return res.sendStatus(415);
          res.end();
        });`,
    },
    { title: 'a library reads the file', good: `
        import multer from 'multer'; import sharp from 'sharp'; const upload = multer({ limits: { fileSize: 1e6 } });
        app.post('/a', upload.single('a'), async (req, res) => res.send(await sharp(req.file.buffer).resize(64).toBuffer()));` },
    {
      title: 'a validator of Nest',
      good: `
        import { Controller, FileTypeValidator, ParseFilePipe, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
        import { FileInterceptor } from '@nestjs/platform-express';
        @Controller('files')
        export class FilesController {
          @Post()
          @UseInterceptors(FileInterceptor('file'))
          upload(@UploadedFile(new ParseFilePipe({ validators: [new FileTypeValidator({ fileType: 'image/png' })] })) file) { return file.size; }
        }`,
    },
    { title: 'fields only, and options that are not known', good: `import multer from 'multer'; app.post('/x', multer().none(), h); export const make = (options) => multer(options);` },
  ],
});

/** Something in the project looks at the type of a file, or reads it with a library that takes one kind only. */
function isJudged(library: Uploader['library'], module: ModuleView, context: RuleContext): boolean {
  return context.projectUses('type-check') || READERS.some((name) => context.projectUses(name)) || (library === 'nest' && context.projectUses('upload-module'));
}
/** The `true` of a filter that never says no. */
function acceptsAll(filter: Parameters<RuleContext['resolve']>[0] | undefined, context: RuleContext): At | undefined {
  if (filter?.kind !== 'function') return undefined;
  const body = context.body(filter.fn);
  const calls = (body?.steps ?? []).filter((step) => step.do === 'call');
  const [only] = calls;
  if (!body?.complete || calls.length !== 1 || only?.do !== 'call' || only.when.length > 0 || !isCallback(only.call, filter.fn)) return undefined;
  const verdict = only.call.args[1]?.value;
  return verdict && context.constant(verdict)?.value === true ? verdict.at : undefined;
}
