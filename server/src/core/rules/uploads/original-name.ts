import type { Branch, FunctionView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import { nodeMember } from '../facts/node-import.js';
import { isCallback } from '../facts/uploads.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly source: Value;
  /** Something of the server's own stands beside it: no file is overwritten. */
  readonly unique: boolean;
  /** The library leaves `../` in the name. */
  readonly raw: boolean;
}
interface Source {
  readonly value: Value;
  readonly unique: boolean;
  readonly raw: boolean;
}
const WRITES = /^(node:)?(fs|fs-extra|graceful-fs)(\/promises)?\.(promises\.)?(createWriteStream|(writeFile|appendFile|outputFile|rename|copyFile|copy|move)(Sync)?)$/;
const TWO_PATHS = /(rename|copyFile|copy|move)(Sync)?$/;
/** Calls that hand the name on, whole or in part; an extension or a hash of it is no name. */
const PASSES_ON = /^(join|resolve|normalize|basename|concat|String|toString|trim|toLowerCase|replace|replaceAll|decodeURIComponent|encodeURIComponent|slice|substring|from|split|pop|at)$/;
const CLEANS = /^(extname|createHash|digest|update|uuid|v4|randomUUID|nanoid|lookup|sanitize)$/;
const UNIQUE = /^(now|randomUUID|v4|v1|uuid|uuidv4|nanoid|randomBytes|getTime|random|cuid|ulid|createId|randomInt)$/;

export default rule<'call', Evidence>({
  meta: {
    id: 'uploads/original-name',
    title: "The client's file name is used on disk",
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [22, 434],
    severity: 'warning',
    confidence: 'medium',
    topics: ['upload'],
    since: '0.1.0',
    leansOn: ['multer/original-name', 'express-fileupload/original-name'],
    whenNotToUse: 'Uploads are kept under a folder of each user that nothing serves, and overwriting the own file is wanted.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html', 'https://cwe.mitre.org/data/definitions/434.html'],
  },
  on: 'call',
  words: ['originalname', 'originalfilename', '.mv', 'filename', '.name'],
  *detect({ call, step, in: fn }, context) {
    const handed = storedName(call, fn, context);
    const found = handed ? sourceOf(handed, context, 0) : paths(call).map((path) => sourceOf(path, context, 0)).find((one) => one !== undefined);
    if (!found || step.when.some((branch) => isAllowList(branch, context))) return;
    const detection: Detection<Evidence> = {
      at: found.value.at.path === call.at.path ? found.value.at : call.nameAt,
      subject: `${call.name} ${context.textOf(found.value.at)}`,
      evidence: { source: found.value, unique: found.unique, raw: found.raw },
      severity: found.raw && !found.unique ? 'error' : found.unique ? 'info' : 'warning',
      when: step.when,
    };
    yield detection;
  },
  explain: ({ unique, raw }) => ({
    message: raw
      ? "The uploader chooses the file name and may put '../' into it, so any file can be overwritten. Generate the name."
      : unique
        ? 'The uploader chooses the end of the file name, so a file can be served as HTML. Generate the name.'
        : 'The uploader chooses the file name, so files can be overwritten or served as HTML. Generate the name.',
    why: "A name that a stranger chooses replaces another's file, or brings an extension that browsers and servers run.",
    remedy: 'Store the file under a generated name with an extension from a list, and keep the name that was given as data.',
  }),
  *fix({ at, evidence: { source } }, context): Iterable<FixAnswer> {
    const id = nodeMember('crypto', 'randomUUID', at, context);
    const extension = nodeMember('path', 'extname', at, context);
    if (!id || !extension || source.at.path !== at.path || source.at.mark !== at.mark) {
      yield { refused: 'The name is read in another place than it is used.' };
      return;
    }
    yield {
      title: 'Generate the name',
      safety: 'review',
      changes: [{ do: 'replace', at, code: [`\`\${${id.text}()}\${${extension.text}(`, { copy: at }, ').toLowerCase()}`'] }, ...id.changes, ...extension.changes],
    };
  },
  examples: [
    {
      title: 'the name a form part was sent with',
      bad: `
        const fs = require('fs');
        const path = require('path');
        const busboy = require('busboy');
        module.exports = (req, res) => {
          const form = busboy({ headers: req.headers, limits: { fileSize: 1e6 } });
          form.on('file', (field, stream, info) => stream.pipe(fs.createWriteStream(path.join('/srv/in', info.filename))));
          //                                                                                             ^^^^^^^^^^^^^ uploads/original-name
          form.on('close', () => res.end());
          req.pipe(form);
        };`,
    },
    {
      title: 'the storage of multer keeps the name',
      bad: `
        import multer from 'multer';
        import path from 'node:path';
        export const storage = multer.diskStorage({
          destination: path.join('data', 'uploads'),
          filename: (req, file, cb) => cb(null, file.originalname),
          //                                    ^^^^^^^^^^^^^^^^^ uploads/original-name "files can be overwritten"
        });`,
      fixed: `
        import multer from 'multer';
        import path from 'node:path';
        import { randomUUID } from 'node:crypto';
        export const storage = multer.diskStorage({
          destination: path.join('data', 'uploads'),
          filename: (req, file, cb) => cb(null, \`\${randomUUID()}\${path.extname(file.originalname).toLowerCase()}\`),
        });`,
    },
    {
      title: 'express-fileupload moves a file to where its name says',
      bad: `
        const fileUpload = require('express-fileupload');
        const app = require('express')();
        app.use(fileUpload({ limits: { fileSize: 1e6 }, abortOnLimit: true }));
        app.post('/up', async (req, res) => {
          await req.files.doc.mv('./up/' + req.files.doc.name);
          //                               ^^^^^^^^^^^^^^^^^^ uploads/original-name "files can be overwritten"
          res.end();
        });`,
      fixed: `
        const fileUpload = require('express-fileupload');
        const app = require('express')();
        const { randomUUID } = require('node:crypto');
        const { extname } = require('node:path');
        app.use(fileUpload({ limits: { fileSize: 1e6 }, abortOnLimit: true }));
        app.post('/up', async (req, res) => {
          await req.files.doc.mv('./up/' + \`\${randomUUID()}\${extname(req.files.doc.name).toLowerCase()}\`);
          res.end();
        });`,
    },
    {
      title: 'a time before it',
      bad: `
        import { diskStorage } from 'multer';
        export const storage = diskStorage({
          filename(req, file, cb) {
            const name = Date.now() + '-' + file.originalname.replace(/ /g, '_');
            //                              ^^^^^^^^^^^^^^^^^ uploads/original-name "the end of the file name"
            cb(null, name);
          },
        });`,
    },
    {
      title: 'a Fastify stream, and a part of formidable',
      bad: `
        import Fastify from 'fastify';
        import fs from 'node:fs';
        import path from 'node:path';
        const app = Fastify();
        app.post('/up', async (request, reply) => {
          const data = await request.file();
          data.file.pipe(fs.createWriteStream(path.join('data', data.filename)));
          //                                                    ^^^^^^^^^^^^^ uploads/original-name
          return 'ok';
        });
        export const keep = (files) => fs.renameSync(files.doc.filepath, 'data/' + files.doc.originalFilename);
        //                                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^ uploads/original-name`,
    },
    {
      title: 'memory storage, written by the handler',
      bad: `
        import express from 'express';
        import { writeFile } from 'node:fs/promises';
        const app = express();
        app.post('/up', upload.single('f'), async (req, res) => {
          await writeFile(\`data/\${req.file.originalname}\`, req.file.buffer);
          //                      ^^^^^^^^^^^^^^^^^^^^^ uploads/original-name
          res.end();
        });`,
    },
    {
      title: 'every part of a request to Fastify',
      bad: `
        import Fastify from 'fastify';
        import multipart from '@fastify/multipart';
        import fs from 'node:fs';
        const app = Fastify();
        app.register(multipart);
        app.post('/many', async (request) => {
          for await (const part of request.files()) part.file.pipe(fs.createWriteStream('./up/' + part.filename));
          //                                                                                      ^^^^^^^^^^^^^ uploads/original-name
          return 'ok';
        });`,
    },
    {
      title: 'a file of a web form, a form of Hono, and a name for the file of express-fileupload',
      bad: `
        //- app/api/scans/route.ts
        import { writeFile } from 'node:fs/promises';
        import path from 'node:path';
        export async function POST(req: Request) {
          const form = await req.formData();
          const file = form.get('scan') as File;
          const target = path.join(process.cwd(), 'public', 'scans', file.name);
          //                                                         ^^^^^^^^^ uploads/original-name
          await writeFile(target, Buffer.from(await file.arrayBuffer()));
          return Response.json({ ok: true });
        }
        //- avatars.ts
        import { Hono } from 'hono';
        import { writeFile } from 'node:fs/promises';
        export const avatars = new Hono();
        avatars.post('/', async (c) => {
          const body = await c.req.parseBody();
          const file = body['avatar'] as File;
          await writeFile('public/' + file.name, Buffer.from(await file.arrayBuffer()));
          //                          ^^^^^^^^^ uploads/original-name
          return c.json({ ok: true });
        });
        //- drops.js
        const path = require('path');
        const app = require('express')();
        app.post('/', async (req, res) => {
          const f = req.files.file;
          const target = path.join('/srv/drops', f.name);
          //                                     ^^^^^^ uploads/original-name
          await f.mv(target);
          res.end();
        });`,
    },
    {
      title: 'a field of a form that is no name of a file',
      good: `
        import { writeFile } from 'node:fs/promises';
        export async function POST(req) {
          const form = await req.formData();
          const file = form.get('scan');
          await writeFile('data/' + crypto.randomUUID(), Buffer.from(await file.arrayBuffer()));
          return Response.json({ name: file.name });
        }`,
    },
    { title: 'a generated name with the extension', good: `
        import multer from 'multer'; import path from 'node:path'; import { randomUUID } from 'node:crypto';
        multer.diskStorage({ filename: (req, file, cb) => cb(null, randomUUID() + path.extname(file.originalname)) });` },
    { title: 'kept as data', good: `app.post('/up', async (req, res) => { await db.insert({ original: req.file.originalname, key: randomUUID() }); res.json({ name: req.file.originalname }); });` },
    { title: 'a hash of it', good: `import multer from 'multer'; import crypto from 'node:crypto'; multer.diskStorage({ filename: (req, file, cb) => cb(null, crypto.createHash('sha256').update(file.originalname).digest('hex')) });` },
    { title: 'names of the own files', good: `
        import fs from 'node:fs'; import path from 'node:path'; export const copy = (entry) => fs.copyFileSync(entry.filename, path.join('out', entry.name));
        export const write = (file) => fs.writeFileSync(file.name, file.text);` },
    { title: 'only names of a list', good: `import fs from 'node:fs'; export const keep = (file) => { if (!ALLOWED.includes(file.originalname)) return; fs.writeFileSync('data/' + file.originalname, file.buffer); };` },
    { title: 'a callback that is no storage', good: `export const check = { rename: (req, file, cb) => cb(null, file.originalname), fileFilter: (req, file, cb) => cb(null, file.originalname.endsWith('.png')) };` },
  ],
});

/** The name a storage is told to use: `filename: (req, file, cb) => cb(null, name)`, and the key of an object store. */
function storedName(call: Call, fn: FunctionView, context: RuleContext): Value | undefined {
  if (!/^(filename|key|public_id)$/.test(fn.name) && !/(>|#|\.)(filename|key|public_id)(~|$|\d)/.test(fn.id)) return undefined;
  if (!isCallback(call, fn.id) || context.constant(call.args[0]?.value ?? call)?.value !== null) return undefined;
  return call.args[1]?.value;
}
/** The arguments of a call that name a file to write. */
function paths(call: Call): readonly Value[] {
  const [first, second] = call.args;
  if (!first || first.spread) return [];
  if (call.callee === 'Bun.write' || (call.name === 'mv' && call.receiver !== undefined)) return [first.value];
  if (!WRITES.test(call.callee.replace(/\.default\./, '.'))) return [];
  return TWO_PATHS.test(call.name) && second ? [second.value] : [first.value];
}
/** The name of the client a text is made of. */
function sourceOf(value: Value, context: RuleContext, depth: number): Source | undefined {
  if (depth > 10) return undefined;
  const own = clientName(value, context);
  if (own) return own;
  const any = (values: readonly Value[]): Source | undefined => {
    for (const one of values) {
      const found = sourceOf(one, context, depth + 1);
      if (found) return { ...found, unique: found.unique || values.some((other) => isUnique(other, context, 0)) };
    }
    return undefined;
  };
  switch (value.kind) {
    case 'template': return any(value.parts.flatMap((part) => (typeof part === 'string' ? [] : [part])));
    case 'choice': return any([value.then, value.else]);
    case 'logic': return any([value.left, value.right]);
    case 'array': return any(value.items.map((item) => item.value));
    case 'call':
      if (CLEANS.test(value.name) || !PASSES_ON.test(value.name)) return undefined;
      return any([...(value.receiver && (value.receiver.kind !== 'ref' || !/^(path|Buffer|String)$/.test(value.receiver.text)) ? [value.receiver] : []), ...value.args.map((item) => item.value)]);
    case 'ref': {
      if (value.root.kind === 'value') return undefined;
      const end = context.resolve(value).value;
      return end === value || end.kind === 'ref' ? undefined : sourceOf(end, context, depth + 1);
    }
    default: return undefined;
  }
}
function clientName(value: Value, context: RuleContext): Source | undefined {
  if (value.kind !== 'ref') return undefined;
  const last = value.path.at(-1) ?? '';
  if (last === 'originalname') return { value, unique: false, raw: false };
  if (last === 'originalFilename') return { value, unique: false, raw: true };
  // busboy: `(field, stream, { filename })`, and the name alone before its version 1.
  const isThird = value.root.kind === 'parameter' && value.root.index === 2 && (last === 'filename' || (value.path.length === 0 && value.text === 'filename'));
  if (isThird && ['busboy', '@fastify/busboy'].some((name) => context.projectUses(name))) return { value, unique: false, raw: true };
  if (last === 'name' && isFormFile(value, context)) return { value, unique: false, raw: true };
  if (last === 'name') return context.request(value)?.from === 'file' || fileOfRequest(value, context) ? { value, unique: false, raw: false } : undefined;
  if (last !== 'filename') return undefined;
  const end = context.resolve(value).value;
  // `for await (const part of request.files())`: the name of a loop has no value of its own.
  if (value.root.kind === 'local' && /^(part|file|data|upload)\.filename$/.test(value.text) && (end === value || end.kind !== 'ref') && context.projectUses('@fastify/multipart')) return { value, unique: false, raw: false };
  const of = end.kind === 'ref' && end.root.kind === 'value' && end.root.of.kind === 'call' ? end.root.of : undefined;
  return of && of.name === 'file' && of.receiver && context.request(of.receiver)?.from === 'whole' ? { value, unique: false, raw: false } : undefined;
}
/** A file of a web form: `form.get('scan')` of `await request.formData()`, `(await c.req.parseBody())['avatar']`. */
function isFormFile(value: Ref, context: RuleContext): boolean {
  const made = fileBehind(value, context);
  if (made?.kind === 'ref') return made.path.length === 1 && made.root.kind === 'value' && made.root.of.kind === 'call' && made.root.of.name === 'parseBody';
  if (made?.kind !== 'call' || made.name !== 'get' || !made.receiver) return false;
  const form = context.resolve(made.receiver).value;
  return form.kind === 'call' && form.name === 'formData';
}
/** `const f = req.files.doc; f.name` of express-fileupload. */
function fileOfRequest(value: Ref, context: RuleContext): boolean {
  const made = fileBehind(value, context);
  return made?.kind === 'ref' && made.path.length > 0 && context.request(made)?.from === 'file';
}
/** What the name before `.name` was made as. */
function fileBehind({ path, ...ref }: Ref, context: RuleContext): Value | undefined {
  if (ref.root.kind !== 'local' && ref.root.kind !== 'value') return undefined;
  if (ref.root.kind === 'value' && path.length === 1) return ref.root.of;
  return context.resolve({ ...ref, path: path.slice(0, -1), nameAt: ref.at }).value;
}
function isUnique(value: Value, context: RuleContext, depth: number): boolean {
  if (depth > 4) return false;
  if (value.kind === 'call') return UNIQUE.test(value.name) || (value.receiver !== undefined && isUnique(value.receiver, context, depth + 1)) || value.args.some((item) => isUnique(item.value, context, depth + 1));
  if (value.kind === 'template') return value.parts.some((part) => typeof part !== 'string' && isUnique(part, context, depth + 1));
  if (value.kind === 'ref' && value.root.kind === 'local') {
    const end = context.resolve(value).value;
    return end !== value && isUnique(end, context, depth + 1);
  }
  return false;
}
/** The name is one of a list. */
function isAllowList({ test }: Branch, context: RuleContext): boolean {
  const inner = test.kind === 'not' ? test.of : test;
  return inner.kind === 'call' && /^(includes|has)$/.test(inner.name) && inner.args.some((item) => sourceOf(item.value, context, 0) !== undefined);
}
