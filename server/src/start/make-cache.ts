import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { compiled, invoke, keepCache } from '../host/code-cache.js';

// Run by the build: `node make-cache.js BUNDLE ARGS...` runs a bundle with these arguments and keeps, when it ends, the code V8 made of it meanwhile.
const [bundle = '', ...args] = process.argv.slice(2);
const path = resolve(bundle);
const script = compiled(path);
process.argv = [process.execPath, path, ...args];
process.on('exit', () => {
  keepCache(path, script);
});
invoke(script, path, createRequire(path));
