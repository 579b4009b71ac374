import { writeAllSettings } from '../syntax/write/settings.js';
import type { SourceFile, TextEdit } from '../text/source.js';

/** The list of `auth` a name is added to. */
export type GuardKey = 'guards' | 'roleGuards';

/**
 * Edits that add a name to `auth.guards` or `auth.roleGuards` of a policy and keep every other byte; an empty text becomes a whole policy.
 * Undefined when the file has errors or a form that cannot be edited.
 */
export function teachGuard(file: SourceFile, key: GuardKey, name: string): readonly TextEdit[] | undefined {
  const append = { do: 'append' as const, path: file.path, key: ['auth', key], value: name };
  const isNew = file.text.trim() === '';
  return writeAllSettings(file, isNew ? [{ do: 'set', path: file.path, key: ['version'], value: 1 }, append] : [append]);
}
