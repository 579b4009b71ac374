import type { InventoryEntry } from '../../core/engine.js';
import { emit } from '../output.js';
import { placer } from '../reporters/places.js';
import { openSession } from '../session.js';
import { UsageError } from '../usage-error.js';

const LATER = ['openapi', 'mermaid', 'markdown', 'http'];

/** `unlatched routes`: the API inventory. */
export async function routes(paths: readonly string[], options: { readonly format: string; readonly output?: string; readonly config?: string }): Promise<0> {
  if (LATER.includes(options.format)) throw new UsageError(`routes --format ${options.format} is not available in this version. Use table or json.`);
  if (options.format !== 'table' && options.format !== 'json') throw new UsageError(`unknown format "${options.format}". Use table or json.`);
  const session = await openSession({ paths, config: options.config });
  const shown = new Set<string>(session.files);
  const entries = session.engine.inventory().filter((entry) => shown.has(entry.at.path));
  const place = placer(session.sources);
  const rows = entries.map((entry) => ({ entry, ...place(entry.at) }));
  if (options.format === 'json') {
    const data = rows.map(({ entry, line, column }) => ({
      method: entry.method, path: entry.path, framework: entry.framework, file: entry.at.path, line, column,
      chain: entry.chain.map((one) => ({ name: one.name, file: one.at.path, line: place(one.at).line, protects: one.protects })),
      authentication: entry.authentication, authorization: entry.authorization, operation: entry.operation ? { file: entry.operation.path, line: place(entry.operation).line } : null, findings: entry.findings,
    }));
    await emit(`${JSON.stringify(data, undefined, 2)}\n`, options.output);
  } else await emit(table(rows), options.output);
  return 0;
}

function table(rows: readonly { readonly entry: InventoryEntry; readonly line: number }[]): string {
  if (rows.length === 0) return 'No routes found.\n';
  const cells = rows.map(({ entry, line }) => [entry.method, entry.path, entry.authentication, entry.chain.map((one) => one.name).join(' > ') || '-', `${entry.at.path}:${line}`]);
  const head = ['METHOD', 'PATH', 'AUTHENTICATION', 'CHAIN', 'WHERE'];
  const widths = head.map((title, column) => Math.min(60, Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0))));
  const text = (row: readonly string[]): string => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd();
  return `${[head, ...cells].map(text).join('\n')}\n\n${rows.length} route${rows.length === 1 ? '' : 's'}\n`;
}
