import type { Call, Value } from '../../model/value.js';
import { namesFoundRow } from '../facts/found-rows.js';
import { endpointsAround, hasFixedName, isCheck, isNarrow, taintOf } from '../facts/tainted-paths.js';
import { rule, type Change, type FixAnswer } from '../rule.js';

interface Evidence {
  readonly source: Value;
  readonly text: string;
  readonly open: boolean;
  /** The source stands in the argument itself. */
  readonly direct: boolean;
}
const WRITES =
  /^(node:)?(fs|fs-extra|graceful-fs)(\/promises)?\.(promises\.)?(createWriteStream|(writeFile|appendFile|outputFile|mkdir|rm|unlink|rename|copyFile)(Sync)?)$/;
const TWO_PATHS = /rename(Sync)?$/;
const METHODS: ReadonlySet<string> = new Set(['PUT', 'POST', 'PATCH', 'all']);

export default rule<'call', Evidence>({
  meta: {
    id: 'uploads/put-writes-file',
    title: 'A PUT request writes a file chosen by the caller',
    owasp: ['API7:2019', 'API5:2019', 'API8:2023', 'API5:2023'],
    cwe: [434, 22],
    severity: 'error',
    confidence: 'medium',
    topics: ['upload', 'method'],
    since: '0.1.0',
    whenNotToUse: 'The service is a file store whose callers own the whole folder, and another layer keeps the path inside it.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/', 'https://cwe.mitre.org/data/definitions/22.html'],
  },
  on: 'call',
  words: ['write', 'append', 'rename', 'copyfile', 'mkdir', 'unlink', 'rm', '.mv', 'outputfile'],
  *detect({ call, step, in: fn }, context) {
    const endpoints = endpointsAround(fn, context);
    if (endpoints.length > 0 && !endpoints.some((one) => METHODS.has(one.method))) return;
    for (const argument of paths(call)) {
      const taint = taintOf(argument, context, [], 0);
      if (!taint || isNarrow(taint, endpoints, context)) continue;
      const words = [...taint.names, context.textOf(taint.source.at)];
      if (step.when.some((branch) => isCheck(branch.test, words, context, 0))) continue;
      const asked = endpoints.filter((one) => METHODS.has(one.method));
      const open = asked.some((one) => one.authentication.state === 'open' && one.chainComplete);
      yield {
        at: argument.at,
        subject: `${call.name} ${context.textOf(taint.source.at).replace(/["'`\s]/g, '')}`,
        evidence: { source: taint.source, text: context.textOf(taint.source.at), open, direct: taint.names.length === 0 },
        severity: namesFoundRow(taint.source, endpoints, context) ? 'hint' : hasFixedName(argument, context) ? (open ? 'warning' : 'info') : open ? 'error' : 'warning',
        confidence: open ? 'high' : 'medium',
        when: step.when,
      };
      return;
    }
  },
  explain: ({ text, open }) => ({
    message: `The caller chooses the file that is written (${text})${open ? ', and no login is required' : ''}. Generate the name on the server and keep it inside one folder.`,
    why: 'A path from the request reaches pages, scripts and settings of the server: `../` leaves the folder.',
    remedy: 'Store the file under a generated id, and keep the name given by the caller as data only.',
  }),
  *fix({ at, evidence: { source, direct } }, context): Iterable<FixAnswer> {
    if (!direct) {
      yield { refused: 'The path is put together earlier: the name has to be cleaned there.' };
      return;
    }
    const known = context.localName(at.path, 'node:path', '*') ?? context.localName(at.path, 'path', '*') ?? context.localName(at.path, 'node:path', 'default') ?? context.localName(at.path, 'path', 'default');
    if (known === undefined && context.visible('path', at) !== 'absent') {
      yield { refused: "The name 'path' means something else in this file." };
      return;
    }
    const changes: Change[] = [{ do: 'replace', at: source.at, code: [`${known ?? 'path'}.basename(`, { copy: source.at }, ')'] }];
    if (known === undefined) changes.push({ do: 'import', path: at.path, from: 'node:path', name: 'default', as: 'path' });
    yield { title: 'Keep the last part of the name only', safety: 'review', changes };
  },
  examples: [
    {
      title: 'two dots taken out once',
      bad: `
        import express from 'express';
        import fs from 'node:fs';
        express().put('/files/:name', (req, res) => { fs.writeFileSync('data/' + req.params.name.replace('..', ''), req.body); res.end(); });
        //                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ uploads/put-writes-file
      `,
    },
    {
      title: 'a stream to a path from the address, without a login',
      bad: `
        import express from 'express';
        import fs from 'node:fs';
        const app = express();
        app.put('/files/:name', (req, res) => { req.pipe(fs.createWriteStream('public/' + req.params.name)); res.end(); });
        //                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ uploads/put-writes-file "(req.params.name), and no login is required"
      `,
    },
    {
      title: 'a path from the body, joined',
      bad: `
        import express from 'express';
        import fs from 'fs';
        import path from 'path';
        const app = express();
        app.post('/save', requireAuth, (req, res) => {
          fs.writeFileSync(path.join(root, req.body.path), req.body.data);
        //                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ uploads/put-writes-file "(req.body.path). Generate"
          res.end();
        });
      `,
      fixed: `
        import express from 'express';
        import fs from 'fs';
        import path from 'path';
        const app = express();
        app.post('/save', requireAuth, (req, res) => {
          fs.writeFileSync(path.join(root, path.basename(req.body.path)), req.body.data);
          res.end();
        });
      `,
    },
    {
      title: 'through a local name',
      bad: `
        import express from 'express';
        import { writeFile } from 'node:fs/promises';
        express().put('/notes/:id', async (req, res) => {
          const file = \`notes/\${req.params.id}\`;
          await writeFile(file, req.body);
        //                ^^^^ uploads/put-writes-file "req.params.id"
          res.end();
        });
      `,
    },
    {
      title: 'a generated name',
      good: `import express from 'express'; import fs from 'node:fs'; import path from 'node:path'; import { randomUUID } from 'node:crypto';
express().put('/files/:id', auth, (req, res) => { req.pipe(fs.createWriteStream(path.join(dir, randomUUID()))); });`,
    },
    {
      title: 'the last part only, and a cleaned name',
      good: `import express from 'express'; import fs from 'node:fs'; import path from 'node:path'; import sanitize from 'sanitize-filename';
express().put('/files/:id', (req, res) => { fs.writeFileSync(path.join(dir, path.basename(req.params.id)), req.body);
fs.writeFileSync(path.join(dir, sanitize(req.params.id)), req.body); });`,
    },
    {
      title: 'kept below the root',
      good: `import express from 'express'; import fs from 'node:fs'; import path from 'node:path';
express().put('/files/:name', requireAuth, (req, res) => { const p = path.resolve(root, req.params.name);
if (!p.startsWith(root + path.sep)) return res.sendStatus(400); fs.writeFileSync(p, req.body); res.end(); });`,
    },
    {
      title: 'a parameter whose pattern leaves nothing to choose',
      good: `import express from 'express'; import fs from 'node:fs'; import path from 'node:path';
express().put('/covers/:id(\\\\d+)', (req, res) => { req.pipe(fs.createWriteStream(path.join('covers', \`\${req.params.id}.jpg\`))); });`,
    },
    {
      title: 'a list of allowed names',
      good: `import express from 'express'; import fs from 'node:fs';
express().put('/files/:name', (req, res) => { if (!ALLOWED.has(req.params.name)) return res.sendStatus(404);
fs.writeFileSync('data/' + req.params.name, req.body); res.end(); });`,
    },
    {
      title: 'a pattern that rejects',
      good: `import express from 'express'; import fs from 'node:fs';
express().put('/files/:name', (req, res) => { if (!/^[\\w-]+$/.test(req.params.name)) return res.sendStatus(400);
fs.writeFileSync('data/' + req.params.name, req.body); res.end(); });`,
    },
    {
      title: 'compared with the folder by a relative path',
      good: `import express from 'express'; import fs from 'node:fs'; import path from 'node:path';
express().put('/files/:name', requireAuth, (req, res) => { const file = path.join(root, req.params.name); const inside = path.relative(root, file);
if (inside.startsWith('..')) return res.sendStatus(400); fs.writeFileSync(file, req.body); res.end(); });`,
    },
    {
      title: 'what was uploaded is copied to a name of the server',
      good: `import express from 'express'; import { randomUUID } from 'node:crypto'; import fs from 'node:fs/promises'; import path from 'node:path';
express().post('/scans', requireAuth, async (req, res) => { const { scan } = req.body; await fs.copyFile(scan.path, path.join('scans', randomUUID() + '.jpg')); res.end(); });`,
    },
    { title: 'a fixed file', good: `import express from 'express'; import fs from 'node:fs'; express().put('/note', (req, res) => { fs.writeFileSync('data/note.txt', req.body.text); res.end(); });` },
    {
      title: 'a file of one name, in a folder of the caller',
      bad: `
        import express from 'express';
        import fs from 'node:fs';
        import path from 'node:path';
        const app = express();
        app.put('/ignored', requireAuth, (req, res) => fs.promises.writeFile(path.join(req.body.path, '.gitignore'), req.body.data));
        //                                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ uploads/put-writes-file
      `,
    },
  ],
});

/** The arguments of a call that name a file to write. */
function paths(call: Call): readonly Value[] {
  const first = call.args[0];
  const second = call.args[1];
  if (!first || first.spread) return [];
  if (call.callee === 'Bun.write') return [first.value];
  if (call.name === 'mv' && call.receiver?.kind === 'ref' && /(^|\.)files?(\.|\[|$)|file$/i.test(call.receiver.text)) return [first.value];
  if (!WRITES.test(call.callee.replace(/\.default\./, '.'))) return [];
  if (/^copyFile/.test(call.name) && second) return [second.value];
  return TWO_PATHS.test(call.name) && second ? [first.value, second.value] : [first.value];
}
