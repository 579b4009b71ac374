import type { Row } from './rows.js';

/** A key that was pressed in the tree. */
export interface Press {
  readonly key: string;
  readonly shift: boolean;
  /** Control, Alt or Command is held: such keys belong to the editor. */
  readonly modified: boolean;
}
/** What a key does. */
export type Action =
  | { readonly do: 'focus'; readonly id: string }
  | { readonly do: 'open' | 'close'; readonly ids: readonly string[] }
  | { readonly do: 'source'; readonly id: string }
  | { readonly do: 'pan'; readonly x: number; readonly y: number }
  | { readonly do: 'zoom'; readonly by: number }
  | { readonly do: 'fit' }
  | { readonly do: 'type'; readonly text: string };

const step = 80;
const pans: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [step, 0],
  ArrowRight: [-step, 0],
  ArrowUp: [0, step],
  ArrowDown: [0, -step],
};
const zooms: Readonly<Record<string, number>> = { '+': 1.25, '=': 1.25, '-': 0.8, _: 0.8 };

/**
 * What a key does while the row of this index has the focus: the tree pattern of ARIA's Authoring Practices, and the
 * keys of the view (+ and - zoom, 0 fits, arrows with Shift pan). Undefined: the key is not ours.
 */
export function actionOf(rows: readonly Row[], index: number, { key, shift, modified }: Press): Action | undefined {
  const row = rows[index];
  if (modified || row === undefined) return undefined;
  const pan = pans[key];
  if (shift && pan) return { do: 'pan', x: pan[0], y: pan[1] };
  const by = zooms[key];
  if (by !== undefined) return { do: 'zoom', by };
  if (key === '0') return { do: 'fit' };
  switch (key) {
    case 'ArrowDown':
      return focus(rows[index + 1]);
    case 'ArrowUp':
      return focus(rows[index - 1]);
    case 'Home':
      return focus(rows[0]);
    case 'End':
      return focus(rows.at(-1));
    case 'ArrowRight':
      if (row.open === false) return { do: 'open', ids: [row.node.id] };
      return row.open === true ? focus(rows[index + 1]) : undefined;
    case 'ArrowLeft':
      if (row.open === true) return { do: 'close', ids: [row.node.id] };
      return row.parent === undefined ? undefined : focus(rows[row.parent]);
    case 'Enter':
      return { do: 'source', id: row.node.id };
    case ' ':
      return toggle(row) ?? { do: 'source', id: row.node.id };
    case '*':
      return { do: 'open', ids: rows.filter(({ parent, open }) => parent === row.parent && open === false).map(({ node }) => node.id) };
    default:
      return key.length === 1 && /\S/.test(key) ? { do: 'type', text: key } : undefined;
  }
}
/** Opens what is closed and closes what is open; undefined for a leaf. */
export function toggle({ open, node }: Row): Action | undefined {
  return open === undefined ? undefined : { do: open ? 'close' : 'open', ids: [node.id] };
}
function focus(row: Row | undefined): Action | undefined {
  return row === undefined ? undefined : { do: 'focus', id: row.node.id };
}

/** The next row, from the focused one on and around, whose name begins so; signs that open a segment or parameter need not be typed. */
export function typeAhead(rows: readonly Row[], from: number, typed: string): Row | undefined {
  const text = typed.toLowerCase();
  // A first letter moves on; more letters may stay where they already match.
  const start = text.length === 1 ? from + 1 : from;
  for (let offset = 0; offset < rows.length; offset++) {
    const row = rows[(start + offset) % rows.length];
    if (row === undefined) return undefined;
    const name = row.node.label.toLowerCase();
    if (name.startsWith(text) || name.replace(/^[/{*:]+/, '').startsWith(text)) return row;
  }
  return undefined;
}
