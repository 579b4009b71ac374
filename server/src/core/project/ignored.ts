import { dockerIgnoreFilesOf, ignoreFilesAbove } from '../artifacts/names.js';
import { isIgnored, noRules, withIgnoreFile, type IgnoreRules } from '../text/ignore-files.js';
import { folderOf, type FilePath } from '../text/source.js';

/** What the ignore files say of one path. */
export interface Ignoring {
  readonly ignored: boolean;
  /** The nearest of them, where there is any. */
  readonly nearest: FilePath | undefined;
}
type TextOf = (ignoreFile: FilePath) => string | undefined;

/** Whether git leaves a path out by the `.gitignore` files that are held in its folders. `textOf` is asked for each. */
export function gitIgnore(path: FilePath, textOf: TextOf): Ignoring {
  let rules: IgnoreRules = noRules();
  let nearest: FilePath | undefined;
  for (const file of ignoreFilesAbove(path)) {
    const text = textOf(file);
    if (text === undefined) continue;
    rules = withIgnoreFile(rules, folderOf(file), text);
    nearest = file;
  }
  return { ignored: isIgnored(rules, path), nearest };
}

/** Whether an image built from a Dockerfile leaves a file at the top of its context out. Which folder the context is, nobody but the builder knows: each that is likely counts. */
export function dockerIgnore(dockerfile: FilePath, name: string, textOf: TextOf): Ignoring {
  const files = dockerIgnoreFilesOf(dockerfile).flatMap((file) => {
    const text = textOf(file);
    return text === undefined ? [] : [{ file, rules: withIgnoreFile(noRules(), '', text) }];
  });
  return { ignored: files.some(({ rules }) => isIgnored(rules, name)), nearest: files[0]?.file };
}
