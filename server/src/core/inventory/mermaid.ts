import type { InventoryEntry } from '../engine-types.js';
import { gapLines, missingLines, visible, type InventoryForm } from './form.js';

/** mermaid 11 draws at most 500 edges and 50000 characters (`maxEdges`, `maxTextSize`) unless the page says otherwise. */
const MOST_EDGES = 450;
const MOST_TEXT = 45_000;
/** Longer labels make the picture unreadable. */
const LONGEST_LABEL = 120;

type State = InventoryEntry['authentication'];
const STATES: readonly State[] = ['guarded', 'unguarded', 'unknown'];
const STYLES = [
  'classDef guarded fill:#d7f0dd,stroke:#1b7f3b,color:#0b2e16',
  'classDef unguarded fill:#fbdcdc,stroke:#b3261e,color:#410e0b',
  'classDef unknown fill:#fdf1cf,stroke:#8a6d00,color:#3d3000',
  'classDef notice fill:#eeeeee,stroke:#555555,color:#222222,stroke-dasharray:4 3',
];

/** A flow chart of paths and methods, coloured by guard state; where it would be too large to draw, a summary of each first segment that says so. */
export const mermaid: InventoryForm = {
  id: 'mermaid',
  extension: 'mmd',
  render(inventory) {
    const { entries } = inventory;
    const groups = groupsOf(entries);
    const said = (words: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [`${words}: ${lines.slice(0, 3).join('; ')}${lines.length > 3 ? '; ...' : ''}`]);
    const notice = [...said('Documented, but not served', missingLines(inventory)), ...said('Some routes may be missing', gapLines(inventory))];
    if (entries.length + groups.length <= MOST_EDGES) {
      const whole = chart(inventory.title, groups, (group, id) => group.entries.map((one, index) => leaf(id, index, `${one.method} ${one.path}`, one.authentication)), notice);
      if (whole.length <= MOST_TEXT) return whole;
    }
    const all = counted(groups);
    const shown = all.slice(0, MOST_SUMMARIES);
    const kept = shown.reduce((sum, { entries: own }) => sum + own.length, 0);
    const sums = [
      `${entries.length} endpoints are more than can be drawn: each first segment is summed up`,
      ...(shown.length < all.length ? [`${entries.length - kept} endpoints of ${all.length - shown.length} other segments are left out`] : []),
    ];
    return chart(inventory.title, shown, (group, id) => STATES.flatMap((state, index) => {
      const number = group.entries.filter(({ authentication }) => authentication === state).length;
      return number === 0 ? [] : [leaf(id, index, `${number} ${state}`, state)];
    }), [...sums, ...notice]);
  },
};
/** Four edges each at most. */
const MOST_SUMMARIES = 100;

interface Group {
  readonly name: string;
  readonly entries: readonly InventoryEntry[];
}
function groupsOf(entries: readonly InventoryEntry[]): readonly Group[] {
  const groups = new Map<string, InventoryEntry[]>();
  for (const entry of entries) {
    const name = /^\/?[^/]*/.exec(entry.path)?.[0] ?? '';
    const own = groups.get(name);
    if (own) own.push(entry);
    else groups.set(name, [entry]);
  }
  return [...groups].map(([name, own]) => ({ name, entries: own }));
}
/** Largest first, so that what is left out is little. */
function counted(groups: readonly Group[]): readonly Group[] {
  return [...groups].sort((a, b) => b.entries.length - a.entries.length || (a.name < b.name ? -1 : 1));
}
function chart(title: string, groups: readonly Group[], leaves: (group: Group, id: string) => readonly string[], notices: readonly string[]): string {
  const lines = [
    'flowchart LR',
    ...STYLES.map((style) => `  ${style}`),
    `  api([${label(title)}])`,
    ...groups.flatMap((group, index) => [`  api --> g${index}[${label(group.name || '/')}]`, ...leaves(group, `g${index}`)]),
    ...notices.map((notice, index) => `  notice${index}[${label(notice, Infinity)}]:::notice`),
  ];
  return `${lines.join('\n')}\n`;
}
function leaf(group: string, index: number, text: string, state: State): string {
  return `  ${group} --> ${group}e${index}[${label(text)}]:::${state}`;
}
/** A quoted label that no text can leave: all but letters, digits and a few signs are written as numbers. */
function label(text: string, longest = LONGEST_LABEL): string {
  const points = [...visible(text)];
  const cut = points.length > longest ? [...points.slice(0, longest), '...'] : points;
  return `"${cut.map((point) => (/^[A-Za-z0-9 ./_-]+$/.test(point) || point > '\u00ff' ? point : `#${point.codePointAt(0) ?? 63};`)).join('')}"`;
}
