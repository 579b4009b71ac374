import type { Change } from '../../findings/changes.js';
import type { Call, Value } from '../../model/value.js';
import { staticRootOf } from '../facts/uploads.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly changes: readonly Change[];
}

export default rule<'call', Evidence>({
  meta: {
    id: 'uploads/served-inline',
    title: "Uploaded files are served from the API's own origin",
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [434, 79],
    severity: 'info',
    confidence: 'medium',
    topics: ['upload'],
    since: '0.1.0',
    whenNotToUse: 'Only people who may change the pages of this site anyway can upload files.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html', 'https://cwe.mitre.org/data/definitions/79.html'],
  },
  on: 'call',
  words: ['static'],
  *detect({ call, step }, context) {
    const root = staticRootOf(call, context);
    if (!root || root.text === '' || !context.projectUses(`stores ${root.text}`)) return;
    const { options } = root;
    const headers = context.option(options, 'setHeaders');
    if (headers.kind === 'unknown' || (headers.kind === 'value' && asAttachment(headers.value, context))) return;
    yield { at: root.value.at.path === call.at.path ? root.value.at : call.nameAt, subject: `${call.name} ${root.text}`, evidence: { changes: headers.kind === 'value' ? [] : changesFor(call, options, context) }, when: step.when };
  },
  explain: () => ({
    message: 'Users can upload pages that run on this origin. Send them as attachments or from another domain.',
    why: 'A page that was uploaded and is opened here has the logins of the visitor who opens it.',
    remedy: 'Serve uploads with Content-Disposition: attachment, or from a domain without logins.',
  }),
  *fix({ evidence: { changes } }): Iterable<FixAnswer> {
    yield changes.length > 0 ? { title: 'Send the files as attachments', safety: 'review', changes } : { refused: 'How this server sets headers of files is written elsewhere.' };
  },
  examples: [
    {
      title: 'uploads below the public folder',
      bad: `
        import express from 'express';
        import multer from 'multer';
        const app = express();
        export const upload = multer({ dest: 'public/uploads' });
        app.use('/uploads', express.static('public/uploads'));
        //                                 ^^^^^^^^^^^^^^^^ uploads/served-inline "Users can upload pages"`,
      fixed: `
        import express from 'express';
        import multer from 'multer';
        const app = express();
        export const upload = multer({ dest: 'public/uploads' });
        app.use('/uploads', express.static('public/uploads', { setHeaders: (res) => res.setHeader('Content-Disposition', 'attachment') }));`,
    },
    {
      title: 'the folder above, in another file',
      bad: `
        //- upload.js
        const multer = require('multer');
        const path = require('path');
        const storage = multer.diskStorage({ destination: (req, file, cb) => cb(null, path.join(__dirname, 'public', 'files')) });
        module.exports = multer({ storage });
        //- app.js
        const express = require('express');
        const path = require('path');
        const app = express();
        app.use(express.static(path.join(__dirname, 'public'), { index: false }));
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ uploads/served-inline`,
      fixed: `
        //- app.js
        const express = require('express');
        const path = require('path');
        const app = express();
        app.use(express.static(path.join(__dirname, 'public'), { index: false, setHeaders: (res) => res.setHeader('Content-Disposition', 'attachment') }));`,
    },
    {
      title: 'a plugin of Fastify',
      bad: `
        import fastifyStatic from '@fastify/static';
        import multer from 'fastify-multer';
        const uploads = 'data/uploads';
        export const upload = multer({ dest: uploads });
        fastify.register(fastifyStatic, { root: uploads, prefix: '/u/' });
        //                                      ^^^^^^^ uploads/served-inline`,
    },
    { title: 'sent as attachments', good: `
        import express from 'express'; import multer from 'multer'; export const upload = multer({ dest: 'uploads' });
        app.use('/uploads', express.static('uploads', { setHeaders: (r) => r.set('Content-Disposition', 'attachment') }));` },
    { title: 'uploads elsewhere', good: `import express from 'express'; import multer from 'multer'; export const upload = multer({ dest: '/var/data/up' }); app.use(express.static('public'));` },
    { title: 'pictures only', good: `
        import express from 'express'; import multer from 'multer'; import { onlyPictures } from './filters';
        export const upload = multer({ dest: 'public/up', fileFilter: onlyPictures }); app.use(express.static('public'));` },
    { title: 'a folder of the same beginning', good: `import express from 'express'; import multer from 'multer'; export const upload = multer({ dest: 'public-uploads' }); app.use(express.static('public'));` },
  ],
});

/** The function sets Content-Disposition, or cannot be seen. */
function asAttachment(value: Value, context: RuleContext): boolean {
  const end = context.resolve(value).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  return !body || body.steps.some((step) => step.do === 'call' && step.call.args.some((item) => /^content-(disposition|security-policy)$/i.test(String(context.constant(item.value)?.value))));
}
function changesFor(call: Call, options: Value | undefined, context: RuleContext): readonly Change[] {
  const code = ['setHeaders: (res) => res.setHeader(', { quote: 'Content-Disposition' }, ', ', { quote: 'attachment' }, ')'];
  if (!/(^|\.)(static|serve-static)$/.test(call.callee) && call.name !== 'register') return [];
  const object = options && context.resolve(options).value;
  if (object?.kind === 'object' && object.at.path === call.at.path) return [{ do: 'insert', at: object.at, where: 'entry-last', code }];
  return !options && call.args.length === 1 ? [{ do: 'insert', at: call.at, where: 'argument-last', code: ['{ ', ...code, ' }'] }] : [];
}
