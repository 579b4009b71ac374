import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Change } from '../../server/src/core/findings/changes.js';
import { filePath, type At } from '../../server/src/core/text/source.js';
import { after, workspace, type Workspace } from '../support/places.js';

/** One intent on one file: the place it is about, the text before and after. */
type Row = readonly [claim: string, before: string, changes: (at: Workspace['at']) => readonly Change[], expected: string, path?: string];

function table(name: string, rows: readonly Row[]): void {
  suite(name, () => {
    for (const [claim, before, changes, expected, path = 'app.ts'] of rows) {
      test(claim, () => {
        const files = workspace({ [path]: before });
        assert.equal(after(files, path, files.fix(changes(files.at))), expected);
      });
      // The same with Windows line ends: they are kept, and new ones are made.
      if (before.includes('\n') && !before.includes('\r')) {
        test(`${claim} (CRLF)`, () => {
          const files = workspace({ [path]: before.replaceAll('\n', '\r\n') });
          const at: Workspace['at'] = (text, options) => files.at(text.replaceAll('\n', '\r\n'), options);
          assert.equal(after(files, path, files.fix(changes(at))), expected.replaceAll('\n', '\r\n'));
        });
      }
    }
  });
}
const replace = (at: At, ...code: Extract<Change, { do: 'replace' }>['code']): Change => ({ do: 'replace', at, code });
const remove = (at: At, as: Extract<Change, { do: 'remove' }>['as']): Change => ({ do: 'remove', at, as });
const insert = (at: At, where: Extract<Change, { do: 'insert' }>['where'], ...code: Extract<Change, { do: 'insert' }>['code']): Change => ({ do: 'insert', at, where, code });
const imports = (from: string, name: string, as: string, path = 'app.ts'): Change => ({ do: 'import', path: filePath(path), from, name, as });
const requireEnv = (name: string, path = 'app.ts'): Change => ({ do: 'require-env', path: filePath(path), name });

table('replace', [
  ['quotes are the ones the file has', `import a from "a";\nuse("x");\nuse('y');\n`, (at) => [replace(at(`'y'`), { quote: 'Internal "server" error' })], `import a from "a";\nuse("x");\nuse("Internal \\"server\\" error");\n`],
  ['a quoted text is escaped', `use('y');\n`, (at) => [replace(at(`'y'`), { quote: "it's\n\\" })], `use('it\\'s\\n\\\\');\n`],
  ['source is copied', `res.send(err.message);\n`, (at) => [replace(at('err.message'), 'status < 500 ? ', { copy: at('err.message') }, ' : ', { quote: 'x' })], `res.send(status < 500 ? err.message : 'x');\n`],
  ['a conditional in an operand gets parentheses', `send('error: ' + err.message);\n`, (at) => [replace(at('err.message'), 'ok ? a : b')], `send('error: ' + (ok ? a : b));\n`],
  ['and before a member', `send(err.message.trim());\n`, (at) => [replace(at('err.message'), 'a ?? b')], `send((a ?? b).trim());\n`],
  ['an assigned value needs none', `body = err.message;\n`, (at) => [replace(at('err.message'), 'a ? b : c')], `body = a ? b : c;\n`],
  ['nor a value in parentheses', `send((key));\n`, (at) => [replace(at('key'), 'a ? b : c')], `send((a ? b : c));\n`],
  ['an object an arrow returns gets parentheses', `const f = () => load();\n`, (at) => [replace(at('load()'), '{ a: 1 }')], `const f = () => ({ a: 1 });\n`],
  ['a shorthand keeps its key', `res.json({ message, code });\n`, (at) => [replace(at('message'), { quote: 'x' })], `res.json({ message: 'x', code });\n`],
  ['a shorthand becomes another member', `res.json({ stack });\n`, (at) => [replace(at('stack'), '...(dev ? { stack } : {})')], `res.json({ ...(dev ? { stack } : {}) });\n`],
  ['a part of a string', `fetch('http://api');\n`, (at) => [replace(at('http'), 'https')], `fetch('https://api');\n`],
  ['quotes inside a string are escaped', `csp('default-src x');\n`, (at) => [replace(at('x'), "'self'")], `csp('default-src \\'self\\'');\n`],
  ['in a template nothing is escaped', 'csp(`default-src x`);\n', (at) => [replace(at('x'), "'self'")], "csp(`default-src 'self'`);\n"],
  ['decorators around stay', `@Controller('files')\nclass A {\n  @Put(':id')\n  @UseGuards(X)\n  put() {}\n}\n`, (at) => [replace(at('Put'), 'Patch')], `@Controller('files')\nclass A {\n  @Patch(':id')\n  @UseGuards(X)\n  put() {}\n}\n`],
  ['a generic arrow in .tsx is not mistaken', `const f = <T,>(x: T) => <a href="y">{x}</a>;\nuse('x');\n`, (at) => [replace(at(`'x'`), { quote: 'z' })], `const f = <T,>(x: T) => <a href="y">{x}</a>;\nuse('z');\n`, 'app.tsx'],
  ['a cast in .ts is not mistaken', `const f = <string>x;\nuse('x');\n`, (at) => [replace(at(`'x'`), { quote: 'z' })], `const f = <string>x;\nuse('z');\n`],
]);

table('remove an entry', [
  ['the only one goes with its object', `app.use(helmet({ hsts: false }));\n`, (at) => [remove(at('hsts: false'), 'entry')], `app.use(helmet());\n`],
  ['also from several lines', `app.use(\n  helmet({\n    hsts: false,\n  }),\n);\n`, (at) => [remove(at('hsts: false'), 'entry')], `app.use(\n  helmet(),\n);\n`],
  ['an object beside other arguments stays', `axios.get(url, { agent: bad });\n`, (at) => [remove(at('agent: bad'), 'entry')], `axios.get(url, {});\n`],
  ['an object elsewhere stays', `const a = { b: 1 };\n`, (at) => [remove(at('b: 1'), 'entry')], `const a = {};\n`],
  ['an object with a comment stays', `helmet({ hsts: false /* later */ });\n`, (at) => [remove(at('hsts: false'), 'entry')], `helmet({ /* later */ });\n`],
  ['the first of a line', `f({ a: 1, b: 2 });\n`, (at) => [remove(at('a: 1'), 'entry')], `f({ b: 2 });\n`],
  ['one in the middle', `f({ a: 1, b: 2, c: 3 });\n`, (at) => [remove(at('b: 2'), 'entry')], `f({ a: 1, c: 3 });\n`],
  ['the last of a line', `f({ a: 1, b: 2 });\n`, (at) => [remove(at('b: 2'), 'entry')], `f({ a: 1 });\n`],
  ['the last before a trailing comma', `f({ a: 1, b: 2, });\n`, (at) => [remove(at('b: 2'), 'entry')], `f({ a: 1, });\n`],
  ['its line goes when it stands alone', `f({\n  a: 1,\n  b: 2, // why\n  c: 3,\n});\n`, (at) => [remove(at('b: 2'), 'entry')], `f({\n  a: 1,\n  c: 3,\n});\n`],
  ['the last line takes the comma before it', `f({\n\ta: 1, // one\n\tb: 2\n});\n`, (at) => [remove(at('b: 2'), 'entry')], `f({\n\ta: 1 // one\n});\n`],
  ['a comment above stays', `f({\n  // about a\n  a: 1,\n  // about b\n  b: 2,\n});\n`, (at) => [remove(at('b: 2'), 'entry')], `f({\n  // about a\n  a: 1,\n  // about b\n});\n`],
  ['a comment beside stays', `f({ a: 1, /* b */ b: 2, c: 3 });\n`, (at) => [remove(at('b: 2'), 'entry')], `f({ a: 1, /* b */ c: 3 });\n`],
  ['a value of many lines', `f({\n  a: {\n    x: 1,\n  },\n  b: 2,\n});\n`, (at) => [remove(at('a: {\n    x: 1,\n  }'), 'entry')], `f({\n  b: 2,\n});\n`],
  ['a shorthand', `res.json({ message, stack });\n`, (at) => [remove(at('stack'), 'entry')], `res.json({ message });\n`],
  ['two at once', `f({ a: 1, b: 2, c: 3 });\n`, (at) => [remove(at('b: 2'), 'entry'), remove(at('c: 3'), 'entry')], `f({ a: 1 });\n`],
  ['all at once', `f({ a: 1, b: 2 });\n`, (at) => [remove(at('a: 1'), 'entry'), remove(at('b: 2'), 'entry')], `f();\n`],
  ['two lines at once', `f({\n  a: 1,\n  b: 2,\n  c: 3\n});\n`, (at) => [remove(at('b: 2'), 'entry'), remove(at('c: 3'), 'entry')], `f({\n  a: 1\n});\n`],
]);

table('remove an item or argument', [
  ['an item', `const a = ['GET', 'PUT', 'TRACE'];\n`, (at) => [remove(at(`'PUT'`), 'item')], `const a = ['GET', 'TRACE'];\n`],
  ['two items to the end', `const a = ['GET', 'PUT', 'TRACE'];\n`, (at) => [remove(at(`'PUT'`), 'item'), remove(at(`'TRACE'`), 'item')], `const a = ['GET'];\n`],
  ['two items from the start', `const a = ['GET', 'PUT', 'TRACE'];\n`, (at) => [remove(at(`'GET'`), 'item'), remove(at(`'PUT'`), 'item')], `const a = ['TRACE'];\n`],
  ['two items before a trailing comma', `const a = ['GET', 'PUT', 'TRACE',];\n`, (at) => [remove(at(`'PUT'`), 'item'), remove(at(`'TRACE'`), 'item')], `const a = ['GET',];\n`],
  ['the only item', `const a = ['none'];\n`, (at) => [remove(at(`'none'`), 'item')], `const a = [];\n`],
  ['a spread item', `const a = [x, ...(dev ? [y] : [])];\n`, (at) => [remove(at('...(dev ? [y] : [])'), 'item')], `const a = [x];\n`],
  ['an argument in the middle', `app.put('/files', debug, save);\n`, (at) => [remove(at('debug'), 'argument')], `app.put('/files', save);\n`],
  ['the first of several lines', `app.put(\n  '/files',\n  debug,\n  save,\n);\n`, (at) => [remove(at('debug'), 'argument')], `app.put(\n  '/files',\n  save,\n);\n`],
  ['an argument on the line of the bracket', `app.put('/files', debug,\n  save);\n`, (at) => [remove(at('debug'), 'argument')], `app.put('/files',\n  save);\n`],
]);

table('remove a statement or text', [
  ['its line goes', `a();\napp.put('/x', y);\nb();\n`, (at) => [remove(at(`app.put('/x', y);`), 'statement')], `a();\nb();\n`],
  ['named by its expression', `a();\n  app.put('/x', y);\nb();\n`, (at) => [remove(at(`app.put('/x', y)`), 'statement')], `a();\nb();\n`],
  ['with what is said behind it', `a();\nput(); // debug only\nb();\n`, (at) => [remove(at('put();'), 'statement')], `a();\nb();\n`],
  ['many lines', `a();\nput('/x', () => {\n  y();\n});\nb();\n`, (at) => [remove(at(`put('/x', () => {\n  y();\n});`), 'statement')], `a();\nb();\n`],
  ['of two blank lines one stays', `a();\n\nput();\n\nb();\n`, (at) => [remove(at('put();'), 'statement')], `a();\n\nb();\n`],
  ['at the end without a line end', `a();\nput();`, (at) => [remove(at('put();'), 'statement')], `a();`],
  ['one of a line', `function f() { a(); put(); }\n`, (at) => [remove(at('put();'), 'statement')], `function f() { a(); }\n`],
  ['the first of a line', `function f() { put(); a(); }\n`, (at) => [remove(at('put();'), 'statement')], `function f() { a(); }\n`],
  ['where one must stand, braces do', `if (dev) put();\nelse a();\n`, (at) => [remove(at('put();'), 'statement')], `if (dev) {}\nelse a();\n`],
  ['a decorator with its line', `class A {\n  @Public()\n  @Get()\n  all() {}\n}\n`, (at) => [remove(at('@Public()'), 'statement')], `class A {\n  @Get()\n  all() {}\n}\n`],
  ['a method', `class A {\n  @Get()\n  all() {}\n\n  @Put()\n  put() {}\n}\n`, (at) => [remove(at('@Put()\n  put() {}'), 'statement')], `class A {\n  @Get()\n  all() {}\n\n}\n`],
  ['a text as it is', `app.get('/a').put(b).post(c);\n`, (at) => [remove(at('.put(b)'), 'text')], `app.get('/a').post(c);\n`],
  ['a text that fills its line', `app\n  .get(a)\n  .put(b)\n  .post(c);\n`, (at) => [remove(at('.put(b)'), 'text')], `app\n  .get(a)\n  .post(c);\n`],
]);

table('insert before, behind and into lists', [
  ['before an argument', `app.put('/files', save);\n`, (at) => [insert(at('save'), 'before', 'requireAuth, ')], `app.put('/files', requireAuth, save);\n`],
  ['before an argument on its own line', `app.put(\n  '/files',\n  save,\n);\n`, (at) => [insert(at('save'), 'before', 'requireAuth, ')], `app.put(\n  '/files',\n  requireAuth,\n  save,\n);\n`],
  ['behind', `app.get('/a', b);\n`, (at) => [insert(at('b'), 'after', ', c')], `app.get('/a', b, c);\n`],
  ['first argument', `f(a);\n`, (at) => [insert(at('f(a)'), 'argument-first', 'x')], `f(x, a);\n`],
  ['only argument', `app.use(cors());\n`, (at) => [insert(at('cors()'), 'argument-last', '{ origin: ', { quote: 'x' }, ' }')], `app.use(cors({ origin: 'x' }));\n`],
  ['last argument', `app.use(a, { b: 1 });\n`, (at) => [insert(at('app.use(a, { b: 1 })'), 'argument-last', 'c')], `app.use(a, { b: 1 }, c);\n`],
  ['last argument on its own line', `f(\n  a,\n  b\n);\n`, (at) => [insert(at('f(\n  a,\n  b\n)'), 'argument-last', 'c')], `f(\n  a,\n  b,\n  c\n);\n`],
  ['last argument behind a trailing comma', `f(\n  a,\n  b, // b\n);\n`, (at) => [insert(at('f(\n  a,\n  b, // b\n)'), 'argument-last', 'c')], `f(\n  a,\n  b, // b\n  c,\n);\n`],
  ['an argument behind a function', `f('/', (x) => {\n  y();\n});\n`, (at) => [insert(at(`f('/', (x) => {\n  y();\n})`), 'argument-last', 'z')], `f('/', (x) => {\n  y();\n}, z);\n`],
  ['new without parentheses', `const h = new Hono;\n`, (at) => [insert(at('new Hono'), 'argument-first', 'x')], `const h = new Hono(x);\n`],
  ['an entry of a line', `f({ a: 1 });\n`, (at) => [insert(at('{ a: 1 }'), 'entry-last', 'b: 2')], `f({ a: 1, b: 2 });\n`],
  ['an entry behind a trailing comma', `f({ a: 1, });\n`, (at) => [insert(at('{ a: 1, }'), 'entry-last', 'b: 2')], `f({ a: 1, b: 2, });\n`],
  ['the only entry', `f({});\n`, (at) => [insert(at('{}'), 'entry-last', 'b: 2')], `f({ b: 2 });\n`],
  ['an entry on its own line', `f({\n    a: 1,\n    b: 2,\n});\n`, (at) => [insert(at('{\n    a: 1,\n    b: 2,\n}'), 'entry-last', 'c: 3')], `f({\n    a: 1,\n    b: 2,\n    c: 3,\n});\n`],
  ['an entry where no comma trails, behind a comment', `f({\n\ta: 1,\n\tb: 2 // two\n});\n`, (at) => [insert(at('{\n\ta: 1,\n\tb: 2 // two\n}'), 'entry-last', 'c: 3')], `f({\n\ta: 1,\n\tb: 2, // two\n\tc: 3\n});\n`],
  ['an object that hugs its value', `f({ a: {\n  b: 1\n} });\n`, (at) => [insert(at('{ a: {\n  b: 1\n} }'), 'entry-last', 'c: 3')], `f({ a: {\n  b: 1\n}, c: 3 });\n`],
  ['several entries', `f({});\n`, (at) => [insert(at('{}'), 'entry-last', 'a: 1'), insert(at('{}'), 'entry-last', 'b: 2')], `f({ a: 1, b: 2 });\n`],
  ['several entries on lines', `f({\n  a: 1 // one\n});\n`, (at) => [insert(at('{\n  a: 1 // one\n}'), 'entry-last', 'b: 2'), insert(at('{\n  a: 1 // one\n}'), 'entry-last', 'c: 3')], `f({\n  a: 1, // one\n  b: 2,\n  c: 3\n});\n`],
  ['an item', `const a = [x];\n`, (at) => [insert(at('[x]'), 'entry-last', 'y')], `const a = [x, y];\n`],
  ['one entry out, another in', `f({ a: 1, b: 2 });\n`, (at) => [remove(at('b: 2'), 'entry'), insert(at('{ a: 1, b: 2 }'), 'entry-last', 'c: 3')], `f({ a: 1, c: 3 });\n`],
]);

table('insert lines', [
  ['before', `function f() {\n\tres.send(err);\n}\n`, (at) => [insert(at('res.send(err);'), 'line-before', 'console.error(err);')], `function f() {\n\tconsole.error(err);\n\tres.send(err);\n}\n`],
  ['before, by a place inside', `if (x) {\n  res.send(err.stack);\n}\n`, (at) => [insert(at('err.stack'), 'line-before', 'log(err);')], `if (x) {\n  log(err);\n  res.send(err.stack);\n}\n`],
  ['before, without semicolons', `const a = 1\nres.send(err)\n`, (at) => [insert(at('res.send(err)'), 'line-before', 'log(err);')], `const a = 1\nlog(err)\nres.send(err)\n`],
  ['without semicolons, where the next line would go on', `const a = 1\n;[a].map(b)\nf()\n`, (at) => [insert(at('const a = 1'), 'line-after', 'log(err)')], `const a = 1\nlog(err)\n;[a].map(b)\nf()\n`],
  ['without semicolons, one is kept where the next line would go on', `const a = 1;\n[a].map(b)\nf()\ng()\n`, (at) => [insert(at('const a = 1;'), 'line-after', 'log(err)')], `const a = 1;\nlog(err);\n[a].map(b)\nf()\ng()\n`],
  ['before, between comment and statement', `// about send\nsend();\n`, (at) => [insert(at('send();'), 'line-before', 'log();')], `// about send\nlog();\nsend();\n`],
  [
    'before, above what speaks of the line',
    `// @ts-expect-error old types\n// unlatched: public -- health\nsend();\n`,
    (at) => [insert(at('send();'), 'line-before', 'log();')],
    `log();\n// @ts-expect-error old types\n// unlatched: public -- health\nsend();\n`,
  ],
  ['before, on a shared line', `try { run(); } catch (e) { send(e); }\n`, (at) => [insert(at('send(e);'), 'line-before', 'log(e);')], `try { run(); } catch (e) { log(e); send(e); }\n`],
  ['before the one statement of an if', `if (err)\n  send(err);\nnext();\n`, (at) => [insert(at('send(err);'), 'line-before', 'log(err);')], `if (err) {\n  log(err);\n  send(err);\n}\nnext();\n`],
  [
    'before the one statement of an else',
    `function f() {\n    if (a) b();\n    else send(err);\n}\n`,
    (at) => [insert(at('send(err);'), 'line-before', 'log(err);')],
    `function f() {\n    if (a) b();\n    else {\n        log(err);\n        send(err);\n    }\n}\n`,
  ],
  ['before what an arrow returns', `app.use((err, req, res, next) => res.send(err));\n`, (at) => [insert(at('res.send(err)'), 'line-before', 'log(err);')], `app.use((err, req, res, next) => {\n  log(err);\n  return res.send(err);\n});\n`],
  ['in a case', `switch (x) {\n  case 1:\n    send();\n}\n`, (at) => [insert(at('send();'), 'line-before', 'log();')], `switch (x) {\n  case 1:\n    log();\n    send();\n}\n`],
  ['a decorator before a method', `class A {\n  @Put()\n  put() {}\n}\n`, (at) => [insert(at('@Put()\n  put() {}'), 'line-before', '@UseGuards(Auth)')], `class A {\n  @UseGuards(Auth)\n  @Put()\n  put() {}\n}\n`],
  ['a comment line', `a();\nput();\n`, (at) => [insert(at('put();'), 'line-before', '// unlatched: public -- ', { slot: 'reason' })], `a();\n// unlatched: public -- reason\nput();\n`],
  ['behind', `const app = express();\napp.get();\n`, (at) => [insert(at('const app = express();'), 'line-after', 'app.use(helmet());')], `const app = express();\napp.use(helmet());\napp.get();\n`],
  ['behind, by a place inside', `const app = express(); // the app\n`, (at) => [insert(at('express()'), 'line-after', 'app.use(helmet());')], `const app = express(); // the app\napp.use(helmet());\n`],
  ['behind, at the end', `const app = express()`, (at) => [insert(at('const app = express()'), 'line-after', 'app.use(helmet());')], `const app = express()\napp.use(helmet())`],
  ['behind, on a shared line', `function f() { const a = b(); return a; }\n`, (at) => [insert(at('const a = b();'), 'line-after', 'use(a);')], `function f() { const a = b(); use(a); return a; }\n`],
  ['behind the one statement of an if', `if (x) go();\n`, (at) => [insert(at('go();'), 'line-after', 'log();')], `if (x) {\n  go();\n  log();\n}\n`],
  [
    'code of several lines',
    `\tconst app = express();\n\tfunction f() {\n\t\tg();\n\t}\n`,
    (at) => [insert(at('const app = express();'), 'line-after', 'app.use((req, res, next) => {\n  next();\n});')],
    `\tconst app = express();\n\tapp.use((req, res, next) => {\n\t\tnext();\n\t});\n\tfunction f() {\n\t\tg();\n\t}\n`,
  ],
  ['first in a body', `app.get('/', (req, res) => {\n  res.send();\n});\n`, (at) => [insert(at(`(req, res) => {\n  res.send();\n}`), 'body-first', 'check(req);')], `app.get('/', (req, res) => {\n  check(req);\n  res.send();\n});\n`],
  [
    'first in a body, behind directives',
    `function f() {\n  'use strict'; // yes\n  g();\n}\n`,
    (at) => [insert(at(`function f() {\n  'use strict'; // yes\n  g();\n}`), 'body-first', 'check();')],
    `function f() {\n  'use strict'; // yes\n  check();\n  g();\n}\n`,
  ],
  ['first in an empty body', `function f() {}\n`, (at) => [insert(at('{}'), 'body-first', 'check();')], `function f() {\n  check();\n}\n`],
  ['first in a body on one line', `function f() { g(); }\n`, (at) => [insert(at('{ g(); }'), 'body-first', 'check();')], `function f() { check(); g(); }\n`],
  ['first in an arrow without a body', `const f = (x) => ({ a: x });\n`, (at) => [insert(at('(x) => ({ a: x })'), 'body-first', 'check(x);')], `const f = (x) => {\n  check(x);\n  return ({ a: x });\n};\n`],
]);

table('settle', [
  ['an if goes, with all it holds', `a();\nif (dev) {\n  // shortcut\n  req.user = { id: 1 };\n  return next();\n}\nb();\n`, (at) => [{ do: 'settle', at: at('dev'), as: 'never' }], `a();\nb();\n`],
  ['an if goes, its else stays', `if (dev) next();\nelse {\n  check();\n}\n`, (at) => [{ do: 'settle', at: at('dev'), as: 'never' }], `check();\n`],
  ['a block stays without its if', `if (isProd) {\n  // always\n  app.use(auth);\n}\nrun();\n`, (at) => [{ do: 'settle', at: at('isProd'), as: 'always' }], `// always\napp.use(auth);\nrun();\n`],
  ['a short-circuit statement', `isProd && app.use(auth);\n`, (at) => [{ do: 'settle', at: at('isProd'), as: 'always' }], `app.use(auth);\n`],
  ['a list spread into a list', `app.get('/a', ...(isProd ? [auth, log] : []), h);\n`, (at) => [{ do: 'settle', at: at('isProd'), as: 'always' }], `app.get('/a', auth, log, h);\n`],
  ['a choice', `const guard = isProd ? auth : noop;\n`, (at) => [{ do: 'settle', at: at('isProd'), as: 'always' }], `const guard = auth;\n`],
]);

table('unwrap and move', [
  ['one statement', `if (isProd) app.use(auth);\nrun();\n`, (at) => [{ do: 'unwrap', at: at('if (isProd) app.use(auth);'), keep: at('app.use(auth);') }], `app.use(auth);\nrun();\n`],
  ['named by its call', `if (isProd) app.use(auth);\n`, (at) => [{ do: 'unwrap', at: at('if (isProd) app.use(auth);'), keep: at('app.use(auth)') }], `app.use(auth);\n`],
  [
    'a block, indented anew',
    `  if (isProd) {\n    // guard\n    app.use(auth);\n    log(\`\n    x\`);\n  }\n`,
    (at) => [{ do: 'unwrap', at: at(`if (isProd) {\n    // guard\n    app.use(auth);\n    log(\`\n    x\`);\n  }`), keep: at(`{\n    // guard\n    app.use(auth);\n    log(\`\n    x\`);\n  }`) }],
    `  // guard\n  app.use(auth);\n  log(\`\n    x\`);\n`,
  ],
  [
    'a block whose names would clash keeps its braces',
    `const a = 1;\nif (x) { const a = 2; use(a); }\n`,
    (at) => [{ do: 'unwrap', at: at('if (x) { const a = 2; use(a); }'), keep: at('{ const a = 2; use(a); }') }],
    `const a = 1;\n{ const a = 2; use(a); }\n`,
  ],
  ['an expression', `app.use(isProd ? auth : noop);\n`, (at) => [{ do: 'unwrap', at: at('isProd ? auth : noop'), keep: at('auth') }], `app.use(auth);\n`],
  ['a short-circuit statement', `isProd && app.use(auth);\n`, (at) => [{ do: 'unwrap', at: at('isProd && app.use(auth)'), keep: at('app.use(auth)') }], `app.use(auth);\n`],
  ['an operand that needs parentheses', `const x = 1 + (dev ? a || b : c);\n`, (at) => [{ do: 'unwrap', at: at('(dev ? a || b : c)'), keep: at('a || b') }], `const x = 1 + (a || b);\n`],
  [
    'a statement moves with the comment above it',
    `const app = express();\napp.get('/a', b);\n// headers\napp.use(helmet()); // all\nrun();\n`,
    (at) => [{ do: 'move', at: at('app.use(helmet());'), after: at('const app = express();') }],
    `const app = express();\n// headers\napp.use(helmet()); // all\napp.get('/a', b);\nrun();\n`,
  ],
  [
    'a statement moves out of a block',
    `const app = express();\nif (x) {\n  app.use(\n    helmet(),\n  );\n}\n`,
    (at) => [{ do: 'move', at: at(`app.use(\n    helmet(),\n  );`), after: at('const app = express();') }],
    `const app = express();\napp.use(\n  helmet(),\n);\nif (x) {\n}\n`,
  ],
  ['a statement moves down', `a();\nb();\nc();\n`, (at) => [{ do: 'move', at: at('a();'), after: at('b();') }], `b();\na();\nc();\n`],
]);

table('imports', [
  ['behind the last one', `import express from 'express';\n\nconst app = express();\n`, () => [imports('helmet', 'default', 'helmet')], `import express from 'express';\nimport helmet from 'helmet';\n\nconst app = express();\n`],
  [
    'without semicolons, in double quotes',
    `import express from "express"\nimport a from "a" // a\nexpress()\n`,
    () => [imports('helmet', 'default', 'helmet')],
    `import express from "express"\nimport a from "a" // a\nimport helmet from "helmet"\nexpress()\n`,
  ],
  ['a name joins an import of the module', `import { a } from 'm';\na();\n`, () => [imports('m', 'b', 'b'), imports('m', 'c', 'd')], `import { a, b, c as d } from 'm';\na();\n`],
  ['a name joins a list of lines', `import {\n  a,\n  b,\n} from 'm';\na();\n`, () => [imports('m', 'c', 'c')], `import {\n  a,\n  b,\n  c,\n} from 'm';\na();\n`],
  ['a name joins a default import', `import m from 'm';\nm();\n`, () => [imports('m', 'c', 'c')], `import m, { c } from 'm';\nm();\n`],
  ['a default joins names', `import { a } from 'm';\na();\n`, () => [imports('m', 'default', 'm')], `import m, { a } from 'm';\na();\n`],
  ['a type import brings no value', `import type { A } from 'm';\nlet a: A;\n`, () => [imports('m', 'b', 'b')], `import type { A } from 'm';\nimport { b } from 'm';\nlet a: A;\n`],
  ['a namespace import cannot be joined', `import * as m from 'm';\nm.a();\n`, () => [imports('m', 'b', 'b')], `import * as m from 'm';\nimport { b } from 'm';\nm.a();\n`],
  ['default and names of one module are one line', `f();\n`, () => [imports('m', 'default', 'm'), imports('m', 'a', 'a'), imports('n', '*', 'n')], `import m, { a } from 'm';\nimport * as n from 'n';\n\nf();\n`],
  [
    'CommonJS',
    `'use strict';\nconst express = require('express');\n\nconst app = express();\n`,
    () => [imports('helmet', 'default', 'helmet', 'app.js')],
    `'use strict';\nconst express = require('express');\nconst helmet = require('helmet');\n\nconst app = express();\n`,
    'app.js',
  ],
  [
    'CommonJS with var',
    `var express = require('express')\nvar app = express()\n`,
    () => [imports('helmet', 'default', 'helmet', 'app.js')],
    `var express = require('express')\nvar helmet = require('helmet')\nvar app = express()\n`,
    'app.js',
  ],
  [
    'CommonJS names',
    `const { a } = require('m');\nmodule.exports = a;\n`,
    () => [imports('m', 'b', 'c', 'app.js'), imports('n', 'd', 'd', 'app.js')],
    `const { a, b: c } = require('m');\nconst { d } = require('n');\nmodule.exports = a;\n`,
    'app.js',
  ],
  [
    'behind a require that is called',
    `require('dotenv').config();\nconst express = require('express')();\nrun();\n`,
    () => [imports('helmet', 'default', 'helmet', 'app.js')],
    `require('dotenv').config();\nconst express = require('express')();\nconst helmet = require('helmet');\nrun();\n`,
    'app.js',
  ],
  [
    'without semicolons before a line that would go on',
    `const a = require('a')\n;(async () => {})()\nb()\n`,
    () => [imports('m', 'default', 'm', 'app.js')],
    `const a = require('a')\nconst m = require('m')\n;(async () => {})()\nb()\n`,
    'app.js',
  ],
  ['behind directives', `'use strict';\n\nmodule.exports = 1;\n`, () => [imports('m', 'default', 'm', 'app.js')], `'use strict';\nconst m = require('m');\n\nmodule.exports = 1;\n`, 'app.js'],
  ['behind shebang and licence', `#!/usr/bin/env node\n/* Copyright me */\n\n// the app\nrun();\n`, () => [imports('m', 'default', 'm')], `#!/usr/bin/env node\n/* Copyright me */\n\nimport m from 'm';\n\n// the app\nrun();\n`],
  [
    'behind a comment about the file',
    `// unlatched-ignore-file cors/wildcard-origin -- public data\nrun();\n`,
    () => [imports('m', 'default', 'm')],
    `// unlatched-ignore-file cors/wildcard-origin -- public data\nimport m from 'm';\n\nrun();\n`,
  ],
  ['before a comment about the statement', `// unlatched: public -- health\nrun();\n`, () => [imports('m', 'default', 'm')], `import m from 'm';\n\n// unlatched: public -- health\nrun();\n`],
  ['behind a byte order mark', `\uFEFFrun();\n`, () => [imports('m', 'default', 'm')], `\uFEFFimport m from 'm';\n\nrun();\n`],
  ['into an empty file', ``, () => [imports('m', 'default', 'm')], `import m from 'm';\n`],
  ['a .mjs file is a module', `run();\n`, () => [imports('m', 'default', 'm', 'app.mjs')], `import m from 'm';\n\nrun();\n`, 'app.mjs'],
  [
    'the environment is checked behind imports',
    `import a from 'a';\nconst key = process.env.KEY;\n`,
    () => [requireEnv('KEY'), imports('b', 'default', 'b')],
    `import a from 'a';\nimport b from 'b';\nif (!process.env.KEY) throw new Error('KEY is not set');\nconst key = process.env.KEY;\n`,
  ],
  [
    'a second variable is checked behind the first',
    `import a from 'a';\nif (!process.env.A) throw new Error('A is not set');\nb();\n`,
    () => [requireEnv('A'), requireEnv('B'), requireEnv('B')],
    `import a from 'a';\nif (!process.env.A) throw new Error('A is not set');\nif (!process.env.B) throw new Error('B is not set');\nb();\n`,
  ],
]);
