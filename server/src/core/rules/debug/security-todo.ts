import type { ModuleView, Remark } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { rule, type RuleContext } from '../rule.js';

/** What is left to do is protection itself, or something that must not go live. */
const PROTECTION = /\b(auth|authenticat\w{1,8}|authoriz\w{1,8}|authoris\w{1,8}|security|secure|permissions?|rate.?limit\w{0,4}|csrf|access control|require.?login|admin.?only)\b/i;
const MISSING = /\b(add|adding|enable|re-?enable|restore|implement|put|need\w{0,2}|require\w{0,2}|missing|check|verify|protect|lock|disabled?|off|turn|bypass\w{0,3}|skip\w{0,4}|remove|temporar\w{1,4}|fix|before)\b/i;
const GO_LIVE = /\b(remove|delete|disable|revert|take out|drop)\b.{0,40}\b(before|in|for|prior to)\b.{0,20}\b(prod|production|release|deploy\w{0,6}|launch|going? live|ship\w{0,4})\b/i;
const NAME = /[A-Za-z_$][\w$]*/g;

export default rule<'module', { readonly remark: Remark }>({
  meta: {
    id: 'debug/security-todo',
    title: 'A protection is commented out',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [546, 489],
    severity: 'hint',
    confidence: 'low',
    topics: ['debug'],
    since: '0.1.0',
    whenNotToUse: 'Remarks about protections are tracked elsewhere and stay in the code.',
    references: ['https://cwe.mitre.org/data/definitions/546.html'],
  },
  on: 'module',
  words: ['//'],
  *detect(module, context) {
    for (const remark of module.remarks) {
      const isCode = remark.kind === 'code';
      if (isCode ? isLive(remark, module) : !speaksOfProtection(remark.text)) continue;
      const text = context.textOf(remark.at);
      const start = text.indexOf(remark.text);
      const first = /^[@\w.]{1,80}/.exec(remark.text)?.[0] ?? remark.text;
      yield { at: context.within(remark.at, start, start + first.length), subject: `${remark.kind} ${remark.text}`, evidence: { remark }, confidence: isCode ? 'medium' : 'low' };
    }
  },
  explain: ({ remark: { kind } }) => ({
    message: kind === 'code' ? 'This protection is commented out. Restore it or delete the line.' : 'A protection is left to do here, so whoever finds the gap first may use it. Do it, or delete the line.',
    why: 'What was switched off to try something out is easily forgotten, and the routes below are then served without it.',
    remedy: 'Restore the line, or delete it when another one took its place.',
  }),
  *fix({ evidence: { remark } }, context) {
    if (remark.kind === 'todo') {
      yield { refused: 'Only its author knows what is left to do.' };
      return;
    }
    if (!isBound(remark.text, context, remark)) {
      yield { refused: 'The line uses a name that this file does not know.' };
      return;
    }
    yield { title: 'Restore the line', safety: 'review', changes: [{ do: 'replace', at: remark.at, code: [remark.text] }] };
  },
  examples: [
    {
      title: 'a guard commented out',
      bad: `
        import express from 'express';
        import { requireAuth } from './auth';
        const app = express();
        // app.use(requireAuth);
        // ^^^^^^^ debug/security-todo "commented out"
        app.delete('/users/:id', removeUser);`,
      fixed: `
        import express from 'express';
        import { requireAuth } from './auth';
        const app = express();
        app.use(requireAuth);
        app.delete('/users/:id', removeUser);`,
    },
    {
      title: 'helmet, and a guard of a controller',
      bad: `
        import { Controller, Get, UseGuards } from '@nestjs/common';
        import { AuthGuard } from './auth.guard';
        @Controller('orders')
        // @UseGuards(AuthGuard)
        // ^^^^^^^^^^ debug/security-todo
        export class OrdersController {
          @Get() list() { return []; }
        }
        //app.use(helmet());
        //^^^^^^^ debug/security-todo`,
    },
    {
      title: 'work left to do',
      bad: `
        import express from 'express';
        const app = express();
        // TODO remove before prod: auth disabled
        // ^^^^ debug/security-todo "left to do"
        app.get('/admin', panel);
        // FIXME: add permission check
        // ^^^^^ debug/security-todo
        app.delete('/admin/users/:id', removeUser);`,
    },
    { title: 'a remark on where the guard stands', good: `import express from 'express';\nconst app = express();\n// requireAuth is mounted in server.js\n// app.use(compression())\napp.get('/', h);` },
    { title: 'an example in documentation', good: `/**\n * @example app.use(requireAuth)\n * // app.use(requireAuth)\n */\nexport function requireAuth(req, res, next) { next(); }` },
    { title: 'other work to do', good: `// TODO support production builds of products\n// TODO: cache the author list\n// FIXME authentic fonts\nexport const a = 1;` },
    { title: 'the same guard stands below', good: `import express from 'express';\nimport { requireAuth } from './auth';\nconst app = express();\n// app.use(requireAuth);\napp.use('/api', requireAuth);` },
    { title: 'text that looks like a comment', good: "export const usage = `\n// app.use(requireAuth)\n// TODO add auth check\n`;" },
  ],
});

function speaksOfProtection(text: string): boolean {
  return GO_LIVE.test(text) || (PROTECTION.test(text) && MISSING.test(text));
}
/** The protection the line names is registered elsewhere in the file. */
function isLive({ text }: Remark, module: ModuleView): boolean {
  const names = namesIn(text);
  const has = (value: Value, depth: number): boolean => {
    if (depth > 6) return false;
    if (value.kind === 'ref') return names.has(value.text);
    if (value.kind === 'call') return (names.has(value.name) && value.receiver === undefined) || value.args.some((item) => has(item.value, depth + 1));
    return value.kind === 'array' && value.items.some((item) => has(item.value, depth + 1));
  };
  return [module.top, ...module.functions.values()].some((fn) => fn.steps.some((step) => step.do === 'call' && has(step.call, 0)) || fn.decorators.some((one) => has(one, 0)));
}
/** The names a registration hands over: what follows its first bracket. */
function namesIn(text: string): ReadonlySet<string> {
  const given = text.slice(text.indexOf('(') + 1);
  return new Set([...given.matchAll(NAME)].map(([name]) => name));
}
/** Each name that stands first in what is handed over is known where the line is. */
function isBound(text: string, context: RuleContext, { at }: Remark): boolean {
  const given = text.slice(text.indexOf('(') + 1);
  const [first] = given.match(NAME) ?? [];
  return first === undefined || context.visible(first, at) === 'present';
}
