import { cluster, hierarchy } from 'd3-hierarchy';
import type { Row } from './rows.js';

/** A row with its place on the plane: `x`, `y` is the middle of its symbol, the root's is 0, 0. */
export interface Placed {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
  /** The name, cut where it is very long, and what is said beside it. */
  readonly name: string;
  readonly note: string;
  readonly nameWidth: number;
  /** From the middle of the symbol to the end of the text. */
  readonly width: number;
  /** Where its link starts, the end of its parent's text; undefined for the root. */
  readonly from: { readonly x: number; readonly y: number } | undefined;
}
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
/** Nodes in reading order, and the box around all. */
export interface Layout {
  readonly nodes: readonly Placed[];
  readonly box: Box;
}

export const rowHeight = 26;
/** Half of a symbol, and where the text begins. */
export const symbolRadius = 8;
export const textStart = 14;
const leastGap = 30;
const mostGap = 170;
const noteGap = 8;
const longestName = 36;

/** Width of a text in the font it is drawn in. */
export type Measure = (text: string, bold: boolean) => number;

/** A name of a length that can be looked at, cut between words where it can be; the whole of it is in the tooltip. */
export function cut(text: string, most = longestName): string {
  const points = [...text];
  if (points.length <= most) return text;
  const kept = points.slice(0, most - 1);
  const end = kept.findLastIndex((point, index) => index > most / 2 && /[/.:_-]/.test(point));
  return `${kept.slice(0, end < 0 ? kept.length : end).join('')}\u2026`;
}

/** Lays the rows out from left to right: every leaf has a line of its own without gaps, so that nothing can overlap; parents stand in the middle of their children. */
export function layOut(rows: readonly Row[], noteOf: (row: Row) => string, measure: Measure): Layout {
  const { ys, spans } = heights(rows);
  const nodes: Placed[] = [];
  // Parents come before their children.
  rows.forEach((row, index) => {
    const name = cut(row.node.label);
    const note = noteOf(row);
    const nameWidth = measure(name, true);
    const width = textStart + nameWidth + (note === '' ? 0 : noteGap + measure(note, false));
    const parent = row.parent === undefined ? undefined : nodes[row.parent];
    const from = parent && { x: parent.x + parent.width + noteGap / 2, y: parent.y };
    // Links that have far to go up or down get room to do so.
    const gap = leastGap + Math.min(mostGap - leastGap, (spans[row.parent ?? index] ?? 0) / 8);
    nodes.push({ row, x: from ? from.x + gap : 0, y: ys[index] ?? 0, name, note, nameWidth, width, from });
  });
  return { nodes, box: boxAround(nodes) };
}

function heights(rows: readonly Row[]): { readonly ys: readonly number[]; readonly spans: readonly number[] } {
  const below = rows.map((): number[] => []);
  rows.forEach(({ parent }, index) => {
    if (parent !== undefined) below[parent]?.push(index);
  });
  const [ys, spans]: [number[], number[]] = [[], []];
  cluster<number>()
    .nodeSize([rowHeight, 1])
    .separation(() => 1)(hierarchy(0, (index) => below[index]))
    .each(({ data, x, children }) => {
      ys[data] = x;
      spans[data] = (children?.at(-1)?.x ?? 0) - (children?.[0]?.x ?? 0);
    });
  return { ys, spans };
}
/** The box around some nodes, at least that of the root's symbol. */
export function boxAround(nodes: readonly Placed[]): Box {
  const boxes = nodes.map(({ x, y, width }) => ({
    left: x - symbolRadius,
    top: y - rowHeight / 2,
    right: x + width,
    bottom: y + rowHeight / 2,
  }));
  const [first = { left: -symbolRadius, top: -rowHeight / 2, right: 0, bottom: rowHeight / 2 }] = boxes;
  return boxes.reduce(
    (box, each) => ({
      left: Math.min(box.left, each.left),
      top: Math.min(box.top, each.top),
      right: Math.max(box.right, each.right),
      bottom: Math.max(box.bottom, each.bottom),
    }),
    first,
  );
}

/** The path of a link: a curve from the end of the parent's text to the symbol. */
export function linkPath({ from, x, y }: Placed): string {
  if (from === undefined) return '';
  const end = x - symbolRadius;
  const middle = (from.x + end) / 2;
  return `M${round(from.x)},${round(from.y)}C${round(middle)},${round(from.y)} ${round(middle)},${round(y)} ${round(end)},${round(y)}`;
}
/** Coordinates are rounded, so that the same map is written in the same bytes. */
export function round(value: number): number {
  return Math.round(value * 10) / 10 || 0;
}

/** Where the plane is looked at from, as d3-zoom has it: a point is shown at `x + k * px`, `y + k * py`. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}
export const smallestScale = 0.1;
export const largestScale = 4;
const margin = 24;

/** The view that shows the whole box, never enlarged; where it is too large for the smallest scale its root stays in view. */
export function fit(box: Box, { width, height }: Size, least = smallestScale): View {
  const [w, h] = [box.right - box.left, box.bottom - box.top];
  const k = Math.max(least, Math.min(1, (width - 2 * margin) / Math.max(1, w), (height - 2 * margin) / Math.max(1, h)));
  const x = w * k <= width - 2 * margin + 1 ? (width - w * k) / 2 - box.left * k : margin - box.left * k;
  const y = h * k <= height - 2 * margin + 1 ? (height - h * k) / 2 - box.top * k : height / 2;
  return { x, y, k };
}
/** The view moved as little as needed so that the box is in it; of a box that is too large, its upper left corner. */
export function reveal(view: View, box: Box, { width, height }: Size): View {
  const x = shift(view.x + box.left * view.k, view.x + box.right * view.k, width);
  const y = shift(view.y + box.top * view.k, view.y + box.bottom * view.k, height);
  return { x: view.x + x, y: view.y + y, k: view.k };
}
/** Whether a box can be seen whole at this scale. */
export function fits({ left, top, right, bottom }: Box, { k }: View, { width, height }: Size): boolean {
  return (right - left) * k <= width - 2 * margin && (bottom - top) * k <= height - 2 * margin;
}
function shift(start: number, end: number, size: number): number {
  if (start < margin || end - start > size - 2 * margin) return margin - start;
  return end > size - margin ? size - margin - end : 0;
}

/** Fewer nodes than these are all drawn, so that a screen reader can browse them. */
export const alwaysDrawn = 400;

/** The nodes that must be drawn: all where they are few, else those in view, with their neighbourhood, and those that are asked for. */
export function drawn({ nodes }: Layout, view: View, { width, height }: Size, wanted: (id: string) => boolean): readonly Placed[] {
  if (nodes.length <= alwaysDrawn) return nodes;
  const beyond = 200;
  return nodes.filter((node) => {
    if (wanted(node.row.node.id)) return true;
    const [x, y] = [view.x + node.x * view.k, view.y + node.y * view.k];
    return y > -beyond && y < height + beyond && x < width + beyond && x + node.width * view.k > -beyond;
  });
}
