import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const ESM = "import { Router } from 'express';\nconst router = Router();\nrouter.get('/x', (req, res) => res.end());\nexport default router;\nexport { router };\n";
const CJS = "const { Router } = require('express');\nconst router = Router();\nrouter.get('/x', (req, res) => res.end());\n";
/** The first lines of an application in either spelling, and how it ends. */
const common = (mount: string): string => `const express = require('express');\nconst app = express();\n${mount}\napp.listen(1);\n`;
const modern = (lines: string, mount = "app.use('/api', router);"): string => `import express from 'express';\n${lines}\nconst app = express();\n${mount}\napp.listen(1);\n`;
/** What makes one route, GET /api/x, out of several files; the router is in `r`. */
const table: readonly (readonly [name: string, files: Readonly<Record<string, string>>])[] = [
  ['import default of module.exports', { 'app.js': modern("import router from './r.cjs';"), 'r.cjs': `${CJS}module.exports = router;\n` }],
  ['import of a name of module.exports', { 'app.js': modern("import { router } from './r.cjs';"), 'r.cjs': `${CJS}module.exports = { router };\n` }],
  ['import of a name of exports', { 'app.js': modern("import { router } from './r.cjs';"), 'r.cjs': `${CJS}exports.router = router;\n` }],
  ['import of all', { 'app.js': modern("import * as r from './r.js';", "app.use('/api', r.router);"), 'r.js': ESM }],
  ['import of all, its default', { 'app.js': modern("import * as r from './r.js';", "app.use('/api', r.default);"), 'r.js': ESM }],
  ['import of all that is a function, as TypeScript allows it', { 'app.ts': modern("import * as router from './r';"), 'r.ts': `${CJS}export = router;\n` }],
  ['import = require', { 'app.ts': modern("import router = require('./r');"), 'r.ts': `${CJS}export = router;\n` }],
  ['require of a default', { 'app.js': common("app.use('/api', require('./r').default);"), 'r.js': ESM }],
  ['require of a name', { 'app.js': common("const { router: a } = require('./r');\napp.use('/api', a);"), 'r.js': ESM }],
  ['exports = module.exports =', { 'app.js': common("app.use('/api', require('./r'));"), 'r.js': `${CJS}exports = module.exports = router;\n` }],
  ['module.exports.default', { 'app.js': common("app.use('/api', require('./r').default);"), 'r.js': `${CJS}module.exports = {};\nmodule.exports.default = router;\n` }],
  ['module.exports made of exports', { 'app.js': common("app.use('/api', require('./r'));"), 'r.js': `${CJS}exports.default = router;\nmodule.exports = exports.default;\n` }],
  ['babel: _interopRequireDefault', {
    'app.js': '"use strict";\nvar _express = _interopRequireDefault(require("express"));\nvar _r = _interopRequireDefault(require("./r"));\nfunction _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }\n'
      + 'const app = (0, _express.default)();\napp.use("/api", _r.default);\napp.listen(1);\n',
    'r.js': '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.default = void 0;\nvar _express = require("express");\nconst router = (0, _express.Router)();\n'
      + 'router.get("/x", (req, res) => res.end());\nvar _default = exports.default = router;\n',
  }],
  ['babel 6: wrapped after it was loaded', {
    'app.js': common('var _r = require("./r");\nvar _r2 = _interopRequireDefault(_r);\n'
      + 'function _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }\napp.use("/api", _r2.default);'),
    'r.js': '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nvar _express = require("express");\nvar _express2 = _interopRequireDefault(_express);\n'
      + 'function _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }\nvar router = _express2.default.Router();\n'
      + 'router.get("/x", function (req, res) { res.end(); });\nexports.default = router;\n',
  }],
  ['babel: of module.exports', { 'app.js': common('var _r = _interopRequireDefault(require("./r"));\nfunction _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }\napp.use("/api", _r.default);'),
    'r.js': `${CJS}module.exports = router;\n` }],
  ['babel: _interopRequireWildcard', { 'app.js': common('var r = _interopRequireWildcard(require("./r"));\nfunction _interopRequireWildcard(e, t) { return e; }\napp.use("/api", r.router);'), 'r.js': `${CJS}exports.router = router;\n` }],
  ['babel: runtime helpers', { 'app.js': common('var _interop = require("@babel/runtime/helpers/interopRequireDefault");\nvar _r = _interop(require("./r"));\napp.use("/api", _r.default);'), 'r.js': `${CJS}exports.default = router;\n` }],
  ['babel: helpers through themselves', {
    'app.js': common('var _interopRequireDefault = require("@babel/runtime/helpers/interopRequireDefault");\nvar _r = _interopRequireDefault(require("./r"));\napp.use("/api", _r["default"]);'),
      'r.js': `${CJS}exports["default"] = router;\n`,
  }],
  ['babel: a getter of a re-export', {
    'app.js': common('var _routes = require("./routes");\napp.use("/api", _routes.router);'),
    'routes.js': 'Object.defineProperty(exports, "__esModule", { value: true });\nObject.defineProperty(exports, "router", { enumerable: true, get: function () { return _r.router; } });\nvar _r = require("./r");\n',
      'r.js': `${CJS}exports.router = router;\n`,
  }],
  ['babel: export of all', {
    'app.js': common('var _routes = require("./routes");\napp.use("/api", _routes.router);'),
    'routes.js': 'var _r = require("./r");\nObject.keys(_r).forEach(function (key) {\n  if (key === "default" || key === "__esModule") return;\n  if (key in exports && exports[key] === _r[key]) return;\n'
      + '  Object.defineProperty(exports, key, { enumerable: true, get: function () { return _r[key]; } });\n});\n',
    'r.js': `${CJS}exports.router = router;\n`,
  }],
  ...(['_interopDefaultCompat', '_interopDefaultLegacy', '_interopDefault'] as const).map((name): (typeof table)[number] => [`rollup: ${name}`, {
    'app.js': `'use strict';\nvar express = require('express');\nvar r = require('./r');\nfunction ${name} (e) { return e && typeof e === 'object' && 'default' in e ? e : { default: e }; }\n`
      + `var express__default = /*#__PURE__*/${name}(express);\nvar r__default = ${name}(r);\nconst app = express__default.default();\napp.use('/api', r__default.default);\napp.listen(1);\n`,
    'r.js': `${CJS}exports.default = router;\n`,
  }]),
  ['tsc: __importDefault', {
    'app.js': '"use strict";\nvar __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };\n'
      + 'const express_1 = __importDefault(require("express"));\nconst r_1 = __importDefault(require("./r"));\n'
      + 'const app = (0, express_1.default)();\napp.use("/api", r_1.default);\napp.listen(1);\n',
    'r.js': `${CJS}exports.default = router;\n`,
  }],
  ['tsc: __importStar', { 'app.js': common('const r = __importStar(require("./r"));\napp.use("/api", r.router);'), 'r.js': `${CJS}exports.router = router;\n` }],
  ['tsc: __exportStar', { 'app.js': common('const r = require("./all");\napp.use("/api", r.router);'), 'all.js': '__exportStar(require("./r"), exports);\n', 'r.js': `${CJS}exports.router = router;\n` }],
  ['tslib', {
    'app.js': common('const tslib_1 = require("tslib");\nconst all = tslib_1.__importStar(require("./all"));\napp.use("/api", all.router);'), 'all.js': 'const tslib_1 = require("tslib");\ntslib_1.__exportStar(require("./r"), exports);\n',
    'r.js': `${CJS}exports.router = router;\n`,
  }],
  ['tsc: a getter of a re-export', {
    'app.js': common('const r = require("./all");\napp.use("/api", r.router);'),
    'all.js': 'var r_1 = require("./r");\nObject.defineProperty(exports, "router", { enumerable: true, get: function () { return __importDefault(r_1).default; } });\n', 'r.js': `${CJS}exports.default = router;\n`,
  }],
  ['swc', {
    'app.js': common('const _r = /*#__PURE__*/ _interop_require_default(require("./r"));\napp.use("/api", _r.default);'),
    'r.js': 'function _export(target, all) {\n  for (var name in all) Object.defineProperty(target, name, { enumerable: true, get: all[name] });\n}\n_export(exports, {\n  default: function() { return _default; },\n'
      + '  other: function() { return 1; }\n});\n'
      + `${CJS}const _default = router;\n`,
  }],
  ['swc: export of all', { 'app.js': common('const r = require("./all");\napp.use("/api", r.router);'), 'all.js': '_export_star(require("./r"), exports);\n', 'r.js': `${CJS}exports.router = router;\n` }],
  ['esbuild', {
    'app.js': '"use strict";\nvar import_express = __toESM(require("express"));\nvar import_r = __toESM(require("./r"));\nconst app = (0, import_express.default)();\napp.use("/api", import_r.router);\napp.listen(1);\n',
    'r.js': 'var r_exports = {};\n__export(r_exports, { router: () => router });\nmodule.exports = __toCommonJS(r_exports);\nvar import_express = require("express");\nconst router = (0, import_express.Router)();\n'
      + 'router.get("/x", (req, res) => res.end());\n'
      + '// Annotate the CommonJS export names for ESM import in node:\n0 && (module.exports = { router });\n',
  }],
  ['esbuild: export of all', {
    'app.js': common('const r = require("./all");\napp.use("/api", r.router);'), 'all.js': 'var all_exports = {};\nmodule.exports = __toCommonJS(all_exports);\n__reExport(all_exports, require("./r"), module.exports);\n',
      'r.js': `${CJS}exports.router = router;\n`,
  }],
  ['export from', { 'app.js': modern("import { router } from './all.js';"), 'all.js': "export { default as router } from './r.js';\n", 'r.js': ESM }],
  ['export of a default from', { 'app.js': modern("import router from './all.js';"), 'all.js': "export { router as default } from './r.js';\n", 'r.js': ESM }],
  ['export of all, twice', { 'app.js': modern("import { router } from './all.js';"), 'all.js': "export * from './none.js';\nexport * from './more.js';\n", 'more.js': "export * from './r.js';\n", 'r.js': ESM }],
  ['export of all under a name', { 'app.js': modern("import { routes } from './all.js';", "app.use('/api', routes.router);"), 'all.js': "export * as routes from './r.js';\n", 'r.js': ESM }],
  ['exports in a circle', { 'app.js': modern("import { router } from './a.js';"), 'a.js': "export * from './b.js';\n", 'b.js': "export * from './a.js';\nexport * from './r.js';\n", 'r.js': ESM }],
  ['import and export again', { 'app.js': modern("import { router } from './all.js';"), 'all.js': "import router from './r.js';\nexport { router };\n", 'r.js': ESM }],
  ['import() of a default', { 'app.js': modern('', "const { default: router } = await import('./r.js');\napp.use('/api', router);"), 'r.js': ESM }],
  ['import() in brackets', { 'app.js': modern('', "app.use('/api', (await import('./r.js')).default);"), 'r.js': ESM }],
  ['import().then()', { 'app.js': modern('', "import('./r.js').then((all) => app.use('/api', all.default));"), 'r.js': ESM }],
  ['import().then(), taken apart', { 'app.js': modern('', "import('./r.js').then(({ router }) => { app.use('/api', router); });"), 'r.js': ESM }],
  ['createRequire', { 'app.mjs': modern("import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nconst router = require('./r.cjs');"), 'r.cjs': `${CJS}module.exports = router;\n` }],
  ['createRequire under another name', { 'app.mjs': modern("import { createRequire } from 'module';\nconst load = createRequire(import.meta.url);\nconst router = load('./r.cjs');"), 'r.cjs': `${CJS}module.exports = router;\n` }],
  ['createRequire, at once', { 'app.mjs': modern("import { createRequire } from 'node:module';\nconst router = createRequire(import.meta.url)('./r.cjs');"), 'r.cjs': `${CJS}module.exports = router;\n` }],
  ['require of a joined path', { 'app.js': common("const path = require('path');\napp.use('/api', require(path.join(__dirname, 'routes', 'r')));"), 'routes/r.js': `${CJS}module.exports = router;\n` }],
  ['require of a known name', { 'app.js': common("for (const name of ['r']) app.use('/api', require('./routes/' + name));"), 'routes/r.js': `${CJS}module.exports = router;\n` }],
  ['require with dots', { 'src/app.js': common("app.use('/api', require(`${__dirname}/../r`));"), 'r.js': `${CJS}module.exports = router;\n` }],
  ['require in a function', { 'app.js': common("const load = () => require('./r');\napp.use('/api', load());"), 'r.js': `${CJS}module.exports = router;\n` }],
  ['a getter that loads', { 'app.js': common("app.use('/api', require('./routes').router);"), 'routes/index.js': "module.exports = { get router() { return require('./r'); } };\n", 'routes/r.js': `${CJS}module.exports = router;\n` }],
  ['Object.assign to exports', { 'app.js': common("app.use('/api', require('./all').router);"), 'all.js': "Object.assign(exports, require('./r'));\n", 'r.js': `${CJS}exports.router = router;\n` }],
  ['module.exports with a spread', { 'app.js': common("app.use('/api', require('./all').router);"), 'all.js': "module.exports = { ...require('./r') };\n", 'r.js': `${CJS}exports.router = router;\n` }],
];
for (const [name, files] of table)
  test(`a router in another file is mounted: ${name}`, () => {
    assert.deepEqual(routesOf(files).map((line) => line.split(' ').slice(0, 2).join(' ')), ['GET /api/x']);
  });
