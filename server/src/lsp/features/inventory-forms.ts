import type { CancellationToken } from 'vscode-languageserver';
import type { InventoryEntry, InventoryGap, InventoryOperation } from '../../core/engine-types.js';
import type { Inventory } from '../../core/inventory/form.js';
import { inventoryForms } from '../../core/inventory/forms.js';
import { inventoryJson, type LinePlace } from '../../core/inventory/json.js';
import { titleOf } from '../../core/inventory/title.js';
import { indexLines, type Lines } from '../../core/text/lines.js';
import { filePath, type FilePath, type SourceRange } from '../../core/text/source.js';
import type { Folder } from '../folder.js';
import type { InventoryAsResult } from '../protocol.js';
import { cancelled, type Session } from '../session.js';
import { isRecord } from '../settings.js';
import { folderName, inventoryFolders } from './inventory.js';

/** Registers `unlatched/inventoryAs`. */
export function registerInventoryForms(session: Session): void {
  session.connection.onRequest('unlatched/inventoryAs', (params: unknown, token) =>
    session.fence<InventoryAsResult | null>('unlatched/inventoryAs', null, () => (isRecord(params) ? written(session, params['format'], params['folder'], token) : null)),
  );
}

async function written(session: Session, format: unknown, folder: unknown, token: CancellationToken): Promise<InventoryAsResult | null> {
  const form = inventoryForms.find(({ id }) => id === format);
  if (!form && format !== 'json') return null;
  if (!(await session.settle(token))) throw cancelled();
  const { inventory, placeOf } = joined(inventoryFolders(session, typeof folder === 'string' ? folder : undefined));
  return form ? { text: form.render(inventory), extension: form.extension } : { text: inventoryJson(inventory.entries, placeOf), extension: 'json' };
}

/** The inventories of several folders as one: the files of each are then named below the name of their folder. */
function joined(folders: readonly Folder[]): { readonly inventory: Inventory; readonly placeOf: (range: SourceRange) => LinePlace } {
  const sources = new Map<FilePath, string>();
  const names = new Map<Folder, string>();
  for (const folder of folders) names.set(folder, freeName(folderName(folder), new Set(names.values())));
  const entries: InventoryEntry[] = [];
  const gaps: InventoryGap[] = [];
  const missing: InventoryOperation[] = [];
  for (const folder of folders) {
    const prefix = folders.length > 1 ? `${names.get(folder) ?? ''}/` : '';
    const moved = ({ path, span }: SourceRange): SourceRange => {
      const shown = filePath(prefix + path);
      if (!sources.has(shown)) sources.set(shown, folder.source(path)?.text ?? '');
      return { path: shown, span };
    };
    for (const entry of folder.engine.inventory()) {
      entries.push({
        ...entry, at: moved(entry.at), operation: entry.operation && moved(entry.operation),
        chain: entry.chain.map((step) => ({ ...step, at: moved(step.at) })),
      });
    }
    for (const { at, why } of folder.engine.gaps()) gaps.push({ at: moved(at), why });
    for (const one of folder.engine.missing()) missing.push({ ...one, at: moved(one.at) });
  }
  const places = new Map<FilePath, Lines>();
  const placeOf = ({ path, span }: SourceRange): LinePlace => {
    const lines = places.get(path) ?? indexLines(sources.get(path) ?? '');
    places.set(path, lines);
    const { line, column } = lines.position(span.start);
    return { line: line + 1, column: column + 1 };
  };
  const [first] = folders;
  const inventory = { entries, gaps, missing, lineOf: (range: SourceRange) => placeOf(range).line, ...titleOf(first?.engine.source(filePath('package.json'))?.text) };
  return { inventory, placeOf };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}
