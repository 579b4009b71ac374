import type { ModuleView } from '../model/module.js';
import type { Value } from '../model/value.js';
import { destinationOf, foldersAbove, staticRootOf, uploadersOf, type FolderReader } from '../rules/facts/uploads.js';
import { holdsPapers } from '../rules/facts/papers.js';
import { constantOf, optionOf, resolveValue, type Followed } from './values.js';

/**
 * Marks for the folders a file serves (`serves public`) and keeps uploads of any type in, with the folders above (`stores public/up`, `stores public`),
 * or uploads that are papers about single persons (`keeps storage/passports`, `keeps storage`). Names of other files are not followed.
 */
export function folderMarks(module: ModuleView): readonly string[] {
  const own = (path: string): ModuleView | undefined => (path === module.path ? module : undefined);
  const followed: Followed = { module: own, surface: own, resolveFile: () => undefined, isStable: () => true };
  const reader: FolderReader = {
    resolve: (value: Value) => resolveValue(value, followed),
    constant: (value: Value) => constantOf(value, followed),
    option: (value: Value | undefined, key: string) => optionOf(value, key, followed),
    body: (fn) => module.functions.get(fn),
  };
  const marks: string[] = [];
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps) {
      const root = step.do === 'call' ? staticRootOf(step.call, reader) : undefined;
      if (root !== undefined && root.text !== '') marks.push(`serves ${root.text}`);
    }
  for (const { options } of uploadersOf(module, reader)) {
    const folder = destinationOf(options, reader)?.text;
    if (folder !== undefined && holdsPapers(folder)) for (const above of foldersAbove(folder)) marks.push(`keeps ${above}`);
    if (folder === undefined || reader.option(options, 'fileFilter').kind !== 'absent') continue;
    for (const above of foldersAbove(folder)) marks.push(`stores ${above}`);
  }
  return marks;
}
