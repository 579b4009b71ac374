/** Texts nobody means to write, by file name: each must be analysed, or refused with a reason, and never thrown at. */
export interface Hostile {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
}

const head = `import express from 'express';\nimport cors from 'cors';\nconst app = express();\n`;
/** The blank lines keep a long text from being taken for machine-written code, which is passed over. */
const code = (title: string, text: string, path = 'app.ts'): Hostile => ({
  title,
  files: { [path]: `${head}${text}\n${'\n'.repeat(text.length / 400)}` },
});
const document = (title: string, text: string, path = 'openapi.yaml'): Hostile => ({ title, files: { [path]: text } });
const times = (count: number, make: (index: number) => string, between = ''): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(between);
const nested = (count: number, open: string, inside: string, close: string): string => open.repeat(count) + inside + close.repeat(count);

/** Code nested or chained `depth` times. */
export function deepCode(depth: number): readonly Hostile[] {
  const nests: readonly (readonly [string, string, string, string])[] = [
    ['parentheses', '(', '1', ')'],
    ['arrays', '[', '1', ']'],
    ['objects', '{ a: ', '1', ' }'],
    ['calls', 'f(', '1', ')'],
    ['function expressions', 'function () { return ', '1', '; }'],
    ['arrow functions', '() => ', '1', ''],
    ['arrow functions with bodies', '() => { return ', '1', '; }'],
    ['template literals', '`${', '1', '}`'],
    ['conditionals', 'a ? b : ', '1', ''],
    ['conditionals on the left', '(a ? ', '1', ' : b)'],
    ['unary operators', '!', 'a', ''],
    ['awaits', 'await ', 'a', ''],
    ['new', 'new (', 'A', ')'],
    ['spreads', '[...', 'a', ']'],
    ['assignments', 'a = ', '1', ''],
    ['classes', 'class { a = ', '1', ' }'],
    ['non-null and casts', '(<any>', 'a', ')'],
    ['middleware arrays', '[requireUser, ', 'next', ']'],
    ['wrapped handlers', 'wrap(', '(req, res) => res.json(req.body)', ')'],
  ];
  return [
    ...nests.flatMap(([title, open, inside, close]) => [
      code(`${title} as a value`, `const v = ${nested(depth, open, inside, close)};`),
      code(
        `${title} as an argument`,
        `app.use(${nested(depth, open, inside, close)});\napp.put('/x', ${nested(depth, open, inside, close)});`,
      ),
    ]),
    code('blocks', nested(depth, '{', 'f();', '}')),
    code('ifs', `${'if (a) '.repeat(depth)}f();`),
    code('else ifs', `${'if (a) f(); else '.repeat(depth)}f();`),
    code('guards in a handler', `app.put('/x', (req, res, next) => { ${nested(depth, 'if (req.user) {', 'res.json(1);', '}')} });`),
    code('loops', nested(depth, 'for (const a of b) {', 'app.put(a, f);', '}')),
    code('tries', nested(depth, 'try {', 'f();', '} catch (e) { res.json(e.stack); }')),
    code('functions', nested(depth, 'function f() {', 'f();', '}')),
    code('classes in methods', nested(depth, 'class A { m() {', 'f();', '} }')),
    code('namespaces', nested(depth, 'namespace N {', 'f();', '}')),
    code('labels', `${'l: '.repeat(depth)}f();`),
    code('JSX', `const v = ${nested(depth, '<div>', 'x', '</div>')};`, 'app.jsx'),
    code('JSX in expressions', `const v = ${nested(depth, '<a>{', 'x', '}</a>')};`, 'app.tsx'),
    code('type arguments', `let v: ${nested(depth, 'Array<', 'string', '>')};`),
    code('destructuring', `const ${nested(depth, '{ a: ', 'b', ' }')} = c;`),
    code('array destructuring', `const ${nested(depth, '[', 'b', ']')} = c;`),
    code('a receiver chain of calls', `app${times(Math.min(depth, 1500), (index) => `.use('/p${index}', f)`)};`),
    code('a receiver chain of promises', `fetch('/x')${times(Math.min(depth, 1500), () => `.then((res) => res.json())`)};`),
    code(
      'a chain of routes',
      `app.route('/x')${times(Math.min(depth, 1500), (index) => (index % 2 ? `.put(f)` : `.post(requireUser, f)`))};`,
    ),
    code('a chain of properties', `const v = a${'.b'.repeat(depth)};\napp.use(a${'.b'.repeat(depth)});`),
    code('a chain of indices', `const v = a${'[0]'.repeat(depth)};`),
    code('a chain of optional calls', `a${'?.b()'.repeat(depth)};`),
    code('a chain of calls of calls', `f${'()'.repeat(depth)};`),
    code('tagged templates', `f${'``'.repeat(depth)};`),
    code('a sum of texts', `const v = ${times(depth, (index) => `'k${index}'`, ' + ')};\nres.send(v);`),
    code('a sum in a route', `app.put(${times(depth, (index) => `'/k${index}'`, ' + ')}, f);`),
    code('logical operators', `if (${times(depth, (index) => `req.a${index}`, ' && ')}) f();`),
    code('alternatives', `const v = ${times(depth, (index) => `process.env.A${index}`, ' || ')};`),
    code('commas', `${times(depth, (index) => `f(${index})`, ', ')};`),
    code('open parentheses', '('.repeat(depth)),
    code('open braces', '{'.repeat(depth)),
    code('open calls', 'app.put("/x", '.repeat(depth)),
    code('open templates', '`${'.repeat(depth)),
    code('open generics', 'f<'.repeat(depth)),
    code('closing brackets', ')]}'.repeat(depth)),
    code('open comments', '/* '.repeat(depth)),
    code('decorators', `${'@a() '.repeat(depth)}class A {}`),
  ];
}

/** Code that is wide, long, or leads in circles. */
export function wideCode(size: number): readonly Hostile[] {
  return [
    code(
      'a huge switch',
      `app.put('/x', (req, res) => { switch (req.body.k) { ${times(size, (index) => `case ${index}: res.json(${index}); break;`)} } });`,
    ),
    code(
      'many routes',
      times(size, (index) => `app.put('/r${index}', f);`, '\n'),
    ),
    code(
      'many equal routes',
      times(
        Math.min(size, 1500),
        (index) => `app.${['put', 'post', 'delete'][index % 3]}('/same', ${index % 2 ? 'requireUser, ' : ''}f);`,
        '\n',
      ),
    ),
    code('many layers', `app.put('/x', ${times(size, (index) => `m${index}`, ', ')});`),
    code('many arguments', `f(${times(size, String, ', ')});`),
    code('many properties', `app.use(cors({ ${times(size, (index) => `k${index}: '*'`, ', ')} }));`),
    code(
      'many secrets',
      `const keys = { ${times(size, (index) => `adminApiKey${index}: 'fd-adm-7b1de0c4a77f${index}'`, ',\n')} };\nconst ADMIN_API_KEY = 'fd-adm-7b1de0c4a77f4e21';`,
    ),
    code(
      'many assignments of one name',
      times(size, (index) => `app = f(${index});`, '\n'),
    ),
    code(
      'many names, each the one before',
      `const a0 = express();\n${times(size, (index) => `const a${index + 1} = a${index};`, '\n')}\na${size}.put('/x', f);`,
    ),
    code(
      'many functions, each calls the one before',
      `function f0(app) { app.put('/x', g); }\n${times(size, (index) => `function f${index + 1}(app) { f${index}(app); }`, '\n')}\nf${size}(app);`,
    ),
    code(
      'functions that double their calls',
      `function f0(app) { app.put('/x', g); }\n${times(40, (index) => `function f${index + 1}(app) { f${index}(app); f${index}(app); }`, '\n')}\nf40(app);`,
    ),
    code(
      'loops in loops',
      `${times(12, (index) => `for (const a${index} of ['1', '2', '3', '4', '5', '6', '7', '8'])`, ' ')} app.put(a0 + a1, f);`,
    ),
    code('a router mounted in itself', `const r = express.Router(); r.put('/x', f); r.use('/y', r); app.use(r); app.use(app);`),
    code(
      'functions that call each other',
      `function a(req, res, next) { return b(req, res, next); }\nfunction b(req, res, next) { return a(req, res, next); }\napp.use(a);\napp.put('/x', b);`,
    ),
    code(
      'names that are each other',
      `const a = b; const b = a; const c = { c }; const d = [...d]; const e = () => e(); app.use(a, b, c, d, e());`,
    ),
    code('objects in themselves', `const o = { ...o, p: o.p, q: { ...o } }; app.use(cors(o)); app.use(cors(o.q.q.p));`),
    code(
      'classes in circles',
      `class A extends B {} class B extends A {} class C extends C { constructor() { super(); this.app = this; this.app.put('/x', f); new C(); } }\nnew A(); new C();`,
    ),
    code('functions as their own arguments', `const y = (f) => f(f); y(y); app.use(y(y)); function w(g) { g(w); w(g); } w(w);`),
    code(
      'spreads that double',
      `const s0 = [f, f];\n${times(40, (index) => `const s${index + 1} = [...s${index}, ...s${index}];`, '\n')}\napp.put('/x', ...s40);`,
    ),
    code(
      'texts that double',
      `const t0 = '/abc';\n${times(40, (index) => `const t${index + 1} = t${index} + t${index};`, '\n')}\napp.put(t40, f);\nres.send(\`\${t40}\`);`,
    ),
    code(
      'objects that double',
      `const o0 = { a: 1 };\n${times(40, (index) => `const o${index + 1} = { l: o${index}, r: o${index} };`, '\n')}\nres.json(o40);\napp.use(cors(o40));`,
    ),
    code(
      'choices that double',
      `const c0 = a ? b : '*';\n${times(40, (index) => `const c${index + 1} = a${index} ? c${index} : c${index};`, '\n')}\napp.use(cors({ origin: c40 }));`,
    ),
    code(
      'branches one after the other',
      `app.use((req, res, next) => { ${times(60, (index) => `if (req.a${index}) { x(); } else { y(); }`)} if (!req.user) return res.sendStatus(401); next(); });`,
    ),
    code(
      'one long line',
      `const v = [${times(size, (index) => `{ "a": ${index}, "b": "xxxxxxxxxxxxxxxxxxxx" }`, ',')}]; app.use(cors({ origin: '*' }));`,
    ),
    code('a long text', `const v = '${'x'.repeat(size * 100)}'; app.use(cors({ origin: '${'*'.repeat(size)}' }));`),
    code(
      'a long name',
      `app.put('/x', ${'n'.repeat(size * 20)}, f);\nconst ADMIN_API_KEY_${'N'.repeat(size * 20)} = 'fd-adm-7b1de0c4a77f4e21';`,
    ),
    code('a long path', `app.put('${'/a'.repeat(size)}', f); app.post('${'/a'.repeat(size)}', requireUser, f);`),
    code('a path of stars and parameters', `app.put('${'/:a*(.*)+?'.repeat(size)}', f);`),
    code(
      'a long regular expression',
      `app.put(/${'(a+)+'.repeat(size)}$/, f); if (/${'(x|x)*'.repeat(size)}/.test(req.headers.origin)) f();`,
    ),
    code('a long comment', `// unlatched-ignore ${'x/y, '.repeat(size)} -- ${'z'.repeat(size)}\napp.put('/x', f);`),
    code(
      'many comments',
      times(size, (index) => `// unlatched-ignore cors/wildcard-origin -- ${index}`, '\n'),
    ),
    code('many blank lines', '\n'.repeat(size * 50)),
    code('spaces', ' '.repeat(size * 50)),
    {
      title: 'cyclic imports',
      files: {
        'a.ts': `export * from './b';\nexport { x } from './b';\nimport { y } from './b';\ny();`,
        'b.ts': `export * from './a';\nexport { x } from './a';\nimport { x } from './a';\nexport const y = x;\nx();\nexport { default } from './a';`,
      },
    },
    {
      title: 'cyclic mounts across files',
      files: {
        'app.ts': `${head}import { a } from './a';\napp.use(a);`,
        'a.ts': `import { Router } from 'express';\nimport { b } from './b';\nexport const a = Router();\na.use('/b', b);\na.put('/x', f);`,
        'b.ts': `import { Router } from 'express';\nimport { a } from './a';\nexport const b = Router();\nb.use('/a', a);`,
      },
    },
    {
      title: 'a file that imports itself',
      files: {
        'a.ts': `${head}import * as a from './a';\nimport b from './a';\nexport { app };\na.app.put('/x', f);\nexport default b;\nexport const c = a.c;\nrequire('./a').app.put('/y', f);`,
      },
    },
    {
      title: 'a long chain of re-exports',
      files: Object.fromEntries([
        ['f0.ts', `${head}export const x = app;`],
        ...Array.from({ length: Math.min(size, 400) }, (_, index) => [`f${index + 1}.ts`, `export * from './f${index}';`] as const),
        ['end.ts', `import { x } from './f${Math.min(size, 400)}';\nx.put('/x', f);`],
      ]),
    },
    {
      title: 'stars that double',
      files: Object.fromEntries([
        ['f0.ts', `export const x = 1;`],
        ...Array.from(
          { length: 40 },
          (_, index) => [`f${index + 1}.ts`, `export * from './f${index}';\nexport * from './g${index}';`] as const,
        ),
        ...Array.from({ length: 40 }, (_, index) => [`g${index}.ts`, `export * from './f${index}';`] as const),
        ['end.ts', `import { nowhere, x } from './f40';\nnowhere(x);\napp.use(nowhere);`],
      ]),
    },
  ];
}

/** OpenAPI documents, manifests and other data. */
export function badDocuments(depth: number): readonly Hostile[] {
  const top = `openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\n`;
  const json = (rest: string): string => `{ "openapi": "3.1.0", "info": { "title": "T", "version": "1" }, ${rest} }`;
  const bomb = `a0: &a0 [x, x]\n${times(40, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`, '\n')}\n`;
  const mergeBomb = `m0: &m0 { a: 1 }\n${times(40, (index) => `m${index + 1}: &m${index + 1} { <<: [*m${index}, *m${index}], k${index}: *m${index} }`, '\n')}\n`;
  return [
    document('flow nesting', `${top}x: ${nested(depth, '[', '1', ']')}\n`),
    document('flow mapping nesting', `${top}paths: ${nested(depth, '{ a: ', '1', ' }')}\n`),
    document('open flow', `${top}paths: ${'{ a: '.repeat(depth)}\n`),
    document('open lists', `${top}paths: ${'['.repeat(depth)}\n`),
    document('block nesting', `${top}paths:\n${times(Math.min(depth, 1500), (index) => `${' '.repeat(index + 1)}a:`, '\n')}\n`),
    document('dashes', `${top}servers:\n  ${'- '.repeat(depth)}x\n`),
    document('question marks', `${top}paths:\n  ${'? '.repeat(depth)}x\n`),
    document('tags and anchors', `${top}paths: ${'!a &b '.repeat(depth)}x\n`),
    document('JSON nesting of arrays', json(`"x": ${nested(depth, '[', '1', ']')}`), 'openapi.json'),
    document('JSON nesting of objects', json(`"paths": ${nested(depth, '{"a":', '1', '}')}`), 'openapi.json'),
    document('JSON cut in its nesting', json(`"paths": ${'{"a":'.repeat(depth)}`), 'openapi.json'),
    document('JSON in YAML', json(`"paths": ${nested(depth, '{"a":', '1', '}')}`), 'openapi.yaml'),
    document('an alias bomb', `${top}${bomb}paths: { /x: *a40 }\n`),
    document('an alias bomb as a path item', `${top}${bomb}paths: *a40\nservers: *a40\nsecurity: *a40\ncomponents: *a40\n`),
    document('a merge bomb', `${top}${mergeBomb}paths: { /x: *m40 }\n`),
    document('an alias of itself', `${top}paths: &p { /x: *p, <<: *p }\nsecurity: &s [*s]\n`),
    document('an alias of nothing', `${top}paths: *nothing\n`),
    document(
      'references in circles',
      `${top}paths:\n  /x: { $ref: '#/paths/~1x' }\n  /y: { put: { $ref: '#/paths/~1y/put', responses: { '200': { $ref: '#/paths/~1y/put/responses/200' } } } }\n  /z: { $ref: '#/components/pathItems/a' }\n` +
        `components:\n  pathItems: { a: { $ref: '#/components/pathItems/b' }, b: { $ref: '#/components/pathItems/a' } }\n  securitySchemes: { s: { $ref: '#/components/securitySchemes/s' } }\n`,
    ),
    document(
      'a reference to everything',
      `${top}paths: { /x: { $ref: '#' }, /y: { $ref: '' }, /z: { $ref: '#/' }, /w: { $ref: 1 }, /v: { $ref: '#/paths/%zz' } }\n`,
    ),
    document(
      'references in a chain',
      `${top}paths:\n  /x: { $ref: '#/components/pathItems/p${depth}' }\ncomponents:\n  pathItems:\n    p0: { put: { responses: {} } }\n${times(depth, (index) => `    p${index + 1}: { $ref: '#/components/pathItems/p${index}' }`, '\n')}\n`,
    ),
    document(
      'duplicate keys',
      `${top}paths: { /x: { put: {} } }\npaths: { /x: { post: {} }, /x: { put: {}, put: 1 } }\nopenapi: 2\nservers: []\nservers: [{ url: 'http://a.example.com' }]\n`,
    ),
    document(
      'duplicate keys in JSON',
      json(`"paths": 1, "paths": { "/x": { "put": {}, "put": [] } }, "__proto__": { "a": 1 }, "constructor": 1, "toString": []`),
      'openapi.json',
    ),
    document(
      'names of the prototype',
      `${top}paths:\n  __proto__: { put: {} }\n  constructor: { put: { security: [{ __proto__: [] }] } }\nsecurity: [{ toString: [], hasOwnProperty: [] }]\ncomponents: { securitySchemes: { __proto__: { type: http } } }\n`,
    ),
    document('tabs', `openapi: 3.1.0\n\tinfo:\n\t\ttitle: T\npaths:\n\t/x:\n\t\tput:\n\t\t\tresponses: {}\n`),
    document('several documents', `---\n${top}---\n${top}...\n---\npaths: { /x: { put: {} } }\n`),
    document('directives', `%YAML 1.2\n%TAG ! tag:x\n%FOO\n---\n${top}paths: !!binary aGk=\n`),
    document('block texts', `${top}paths:\n  /x:\n    put: |+9\n     a\n    post: >-\n\n\n    delete: |\n`),
    document('wide', `${top}paths:\n${times(depth, (index) => `  /p${index}: { put: {}, post: { security: [{ a: [] }] } }`, '\n')}\n`),
    document('a long line', `${top}paths: { ${times(depth, (index) => `/p${index}: { put: { responses: {} } }`, ', ')} }\n`),
    document(
      'complex keys',
      `${top}paths:\n  ? [a, b]\n  : { put: {} }\n  ? { c: d }\n  : 1\n  null: { put: {} }\n  1.5: { put: {} }\n  : { put: {} }\n`,
    ),
    document('numbers no number can hold', `${top}paths: { /x: { put: { responses: { 1e999: 1, 0x1F: 2, -.inf: 3, .nan: 4 } } } }\n`),
    document('a manifest nested deeply', nested(depth, '{"dependencies":', '1', '}'), 'package.json'),
    document(
      'a manifest of wrong kinds',
      `{ "dependencies": ["express"], "devDependencies": { "express": 4, "helmet": null }, "__proto__": { "dependencies": { "x": "1" } } }`,
      'package.json',
    ),
  ];
}
