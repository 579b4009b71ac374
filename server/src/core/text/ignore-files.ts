import ignore, { type Ignore } from 'ignore';

/** The ignore rules that hold in one folder: those of the folders above it and its own, in git's order. Paths are relative to the top. */
export type IgnoreRules = Ignore;

/** No rules yet, at the top. */
export function noRules(): IgnoreRules {
  return ignore({ ignorecase: false });
}

/**
 * The rules of a folder (`''` is the top, else a path without slash at the end) with the text of its ignore file added. They are
 * rewritten to be relative to the top, so that one set decides and the deeper file has the last word, as in git.
 */
export function withIgnoreFile(above: IgnoreRules, folder: string, text: string): IgnoreRules {
  const rules = noRules().add(above);
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const pattern = fromTop(line, folder);
    if (pattern !== undefined) rules.add(pattern);
  }
  return rules;
}

/** Whether git would leave this path out; a folder's path ends with a slash. */
export function isIgnored(rules: IgnoreRules, path: string): boolean {
  return ignore.isPathValid(path) && rules.ignores(path);
}

function fromTop(line: string, folder: string): string | undefined {
  if (line.startsWith('#') || line.trim() === '') return undefined;
  if (folder === '') return line;
  const negated = line.startsWith('!');
  const body = negated ? line.slice(1) : line;
  const anchored = body.replace(/[ \t]+$/, '').replace(/\/$/, '').includes('/');
  const prefix = folder.replace(/[\\*?[\]!# ]/g, '\\$&');
  return `${negated ? '!' : ''}/${prefix}/${anchored ? body.replace(/^\//, '') : `**/${body}`}`;
}
