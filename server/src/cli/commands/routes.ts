import pc from 'picocolors';
import type { InventoryEntry } from '../../core/engine.js';
import { gapLines, missingLines, type Inventory } from '../../core/inventory/form.js';
import { inventoryForms } from '../../core/inventory/forms.js';
import { inventoryJson } from '../../core/inventory/json.js';
import { titleOf } from '../../core/inventory/title.js';
import { filePath } from '../../core/text/source.js';
import type { RoutesCommand } from '../arguments.js';
import { placesIn, type Places } from '../reporters/places.js';
import { count } from '../reporters/totals.js';
import { analyse, resultsOf } from '../session.js';
import { printable, type Terminal } from '../terminal.js';

/** Lists the endpoints. Gives the exit status. */
export async function routes(command: RoutesCommand, terminal: Terminal): Promise<0> {
  const session = await analyse(command, terminal);
  const { engine } = session;
  const places = placesIn((path) => engine.source(path));
  const asked = new Set(session.files);
  const entries = engine.inventory().filter(({ at }) => asked.has(at.path));
  const inventory: Inventory = {
    entries,
    gaps: engine.gaps().filter(({ at }) => asked.has(at.path)),
    missing: engine.missing().filter(({ at }) => asked.has(at.path)),
    lineOf: (range) => places.of(range).line,
    ...titleOf(engine.source(filePath('package.json'))?.text),
  };
  const notes = [
    ...missingLines(inventory).map((line) => `Documented, but not served: ${line}\n`),
    ...gapLines(inventory).map((line) => `Some routes may be missing: ${line}\n`),
  ];
  const refused = resultsOf(session).notAnalysed.map(({ path, reason }) => `${printable(path)} is not analysed: ${printable(reason)}\n`);
  const form = inventoryForms.find(({ id }) => id === command.format);
  if (form) terminal.out(form.render(inventory));
  else if (command.format === 'json') {
    terminal.out(inventoryJson(entries, (range) => places.of(range), command.unserved ? inventory.missing : undefined));
    for (const line of notes) terminal.err(line);
  } else terminal.out(table(entries, places, terminal.colours) + [...notes, ...refused].join(''));
  // A form that other programs read has no room for it.
  if (form) for (const line of refused) terminal.err(line);
  return 0;
}

function table(entries: readonly InventoryEntry[], places: Places, colours: boolean): string {
  if (entries.length === 0) return 'No endpoints found\n';
  const paint = pc.createColors(colours);
  const rows = entries.map((entry) => [
    entry.method,
    printable(entry.path),
    entry.likely ? 'guarded (likely)' : entry.authentication,
    entry.chain.map(({ name }) => printable(name)).join(' > ') || '-',
    `${printable(entry.at.path)}:${places.of(entry.at).line}`,
  ]);
  const head = ['METHOD', 'PATH', 'AUTHENTICATION', 'CHAIN', 'PLACE'];
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[], tint: (cell: string, column: number) => string): string =>
    row
      .map((cell, column) => tint(cell, column) + ' '.repeat((widths[column] ?? 0) - cell.length))
      .join('  ')
      .trimEnd();
  const state = (cell: string, column: number): string =>
    column !== 2 ? cell : cell.startsWith('guarded') ? (cell === 'guarded' ? paint.green : paint.yellow)(cell) : cell === 'unguarded' ? paint.red(cell) : paint.yellow(cell);
  const lines = [line(head, (cell) => paint.bold(cell)), ...rows.map((row) => line(row, state)), '', count(entries.length, 'endpoint')];
  return `${lines.join('\n')}\n`;
}
