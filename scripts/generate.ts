import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generated, stale } from './generated.js';
import { root } from './project.js';

/** `npm run generate [-- --check]`: writes every generated file, or lists those that would change and exits with 1. */
export async function main(args: readonly string[]): Promise<number> {
  const files = await generated();
  const paths = stale(files);
  if (args.includes('--check')) {
    for (const path of paths) console.log(`${path} is not what npm run generate writes`);
    return paths.length > 0 ? 1 : 0;
  }
  for (const path of paths) {
    const text = files.get(path);
    if (text === undefined) rmSync(join(root, path));
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    console.log(`${text === undefined ? 'removed' : 'wrote'} ${path}`);
  }
  if (paths.length === 0) console.log('nothing to do');
  return 0;
}
