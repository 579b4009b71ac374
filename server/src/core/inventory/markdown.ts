import { gapLines, missingLines, placeOf, visible, type InventoryForm } from './form.js';

const HEAD = ['Method', 'Path', 'Authentication', 'Authorization', 'Chain', 'Place', 'Document', 'Findings'];

/** One table of all endpoints, for a page or a pull request. */
export const markdown: InventoryForm = {
  id: 'markdown',
  extension: 'md',
  render(inventory) {
    const { entries } = inventory;
    const rows = entries.map((entry) => [
      text(entry.method),
      code(entry.path),
      entry.likely ? 'guarded (likely)' : entry.authentication,
      entry.authorization,
      entry.chain.map(({ name }) => code(name)).join(', ') || '-',
      code(placeOf(entry.at, inventory)),
      entry.operation === undefined ? '-' : code(placeOf(entry.operation, inventory)),
      entry.findings.map(code).join(', ') || '-',
    ]);
    const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    const table = rows.length === 0 ? ['No endpoints found.'] : [row(HEAD), `|${HEAD.map(() => '---|').join('')}`, ...rows.map(row)];
    const list = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', title, '', ...lines.map((line) => `- ${code(line)}`)]);
    const notes = [...list('Documented, but not served:', missingLines(inventory)), ...list('Some routes may be missing:', gapLines(inventory))];
    const lines = [`## Endpoints of ${text(inventory.title)}`, '', ...table, ...notes];
    return `${lines.join('\n')}\n`;
  },
};

/** Text that is no markup, whatever it holds: CommonMark makes nothing of a character that is written as a number. */
function text(plain: string): string {
  return visible(plain).replace(/[!-,:-@[-`{-~]/g, (char) => `&#${char.charCodeAt(0)};`);
}
/** A name as code. Between backticks where it cannot close them or end its cell. */
function code(plain: string): string {
  const shown = visible(plain);
  if (shown === '') return '-';
  return /[`|\\]/.test(shown) || shown.trim() !== shown ? `<code>${text(shown)}</code>` : `\`${shown}\``;
}
