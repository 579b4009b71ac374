import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asText, valueAt } from '../../openapi/values.js';
import { folderOf, type FilePath } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** A script of the nearest package.json at or above a file: its command, and the value it stands in. */
export function scriptNear(path: FilePath, name: string, context: RuleContext): { readonly command: string; readonly value: Value; readonly file: Settings } | undefined {
  const manifests = context.artifacts('package-json');
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    const file = manifests.find((one) => folderOf(one.path) === folder);
    const value = file?.shape === 'settings' ? valueAt(file.root, 'scripts', name) : undefined;
    const command = asText(value);
    if (file?.shape === 'settings' && value && command !== undefined) return { command, value, file };
    if (folder === '' || file) return undefined;
  }
}
