import { select, type EnterElement, type Selection } from 'd3-selection';
import { round, linkPath, rowHeight, textStart, type Placed } from './layout.js';
import { found } from './search.js';
import { dashes, outerRing, ring, sign, symbols } from './symbols.js';
import { spoken, type Texts } from './texts.js';

type Nodes = Selection<SVGGElement, Placed, SVGGElement, unknown>;

/** What the nodes are drawn with besides their place. */
export interface Drawing {
  readonly nodes: readonly Placed[];
  /** The one node that Tab leads to. */
  readonly current: string;
  readonly words: readonly string[];
  readonly texts: Texts;
}

/** Brings links and nodes up to date; elements of nodes that stay are kept, so that the focus stays with them. */
export function draw(plane: SVGGElement, { nodes, current, words, texts }: Drawing): void {
  select(plane)
    .select<SVGGElement>('.links')
    .selectAll<SVGPathElement, Placed>('path')
    .data(
      nodes.filter(({ from }) => from !== undefined),
      idOf,
    )
    .join('path')
    .attr('class', ({ row }) => `link ${row.node.risk}`)
    .attr('stroke-width', ({ row }) => symbols[row.node.risk].line)
    .attr('stroke-dasharray', ({ row }) => (symbols[row.node.risk].dashed ? dashes : null))
    .attr('d', linkPath);

  // Not in the node: what it is called by speech is its name.
  select(plane)
    .select<SVGGElement>('.notes')
    .selectAll<SVGTextElement, Placed>('text')
    .data(
      nodes.filter(({ note }) => note !== ''),
      idOf,
    )
    .join((entering) => entering.append('text').attr('class', 'note').attr('dy', '0.35em'))
    .attr('x', ({ x, nameWidth }) => round(x + textStart + nameWidth + 8))
    .attr('y', ({ y }) => round(y))
    .text(({ note }) => note);

  const all: Nodes = select(plane)
    .select<SVGGElement>('.nodes')
    .selectAll<SVGGElement, Placed>('g.node')
    .data([...nodes], idOf)
    .join(enter);
  all
    // A screen reader reads in the order of the document.
    .order()
    .attr('class', ({ row }) => `node ${row.node.kind} ${row.node.risk}`)
    .attr('transform', ({ x, y }) => `translate(${round(x)},${round(y)})`)
    .attr('aria-level', ({ row }) => row.level)
    .attr('aria-posinset', ({ row }) => row.position)
    .attr('aria-setsize', ({ row }) => row.size)
    .attr('aria-expanded', ({ row }) => (row.open === undefined ? null : String(row.open)))
    .attr('aria-label', ({ row }) => spoken(row.node, texts))
    .attr('tabindex', ({ row }) => (row.node.id === current ? 0 : -1));
  part(all, '.back').attr('width', ({ width }) => round(width + 20));
  part(all, '.outer').attr('d', ({ row }) => (row.open !== undefined && row.node.risk === 'open-write' ? outerRing : ''));
  part(all, '.outline')
    .attr('d', ({ row }) => (row.open === undefined ? symbols[row.node.risk].outline : ring))
    .attr('stroke-dasharray', ({ row }) => (symbols[row.node.risk].dashed ? dashes : null));
  part(all, '.sign').attr('d', ({ row }) => (row.open === undefined ? symbols[row.node.risk].sign : sign(row.open)));
  part(all, 'title').text(({ row }) => row.node.path || row.node.label);
  part(all, '.name').each(function ({ name }) {
    writeName(this, name, words);
  });
}

/** The element of a node that is drawn. */
export function elementOf(plane: SVGGElement, id: string): SVGGElement | undefined {
  return select(plane)
    .selectAll<SVGGElement, Placed>('g.node')
    .filter((each) => idOf(each) === id)
    .nodes()[0];
}
/** The node an element belongs to, and whether the element is its symbol. */
export function nodeAt(target: EventTarget | null): { readonly id: string; readonly onSymbol: boolean } | undefined {
  if (!(target instanceof Element)) return undefined;
  const node = target.closest<SVGGElement>('g.node');
  if (!node) return undefined;
  return { id: idOf(select<SVGGElement, Placed>(node).datum()), onSymbol: target.closest('.symbol') !== null };
}

function idOf({ row }: Placed): string {
  return row.node.id;
}
function enter(entering: Selection<EnterElement, Placed, SVGGElement, unknown>): Nodes {
  const node = entering.append('g').attr('role', 'treeitem').attr('class', 'node');
  node.append('title');
  node
    .append('rect')
    .attr('class', 'back')
    .attr('x', -14)
    .attr('y', -rowHeight / 2 + 1)
    .attr('height', rowHeight - 2)
    .attr('rx', 4);
  const symbol = node.append('g').attr('class', 'symbol');
  // What can be hit is larger than what is seen.
  symbol.append('circle').attr('class', 'target').attr('r', 12);
  for (const name of ['outer', 'outline', 'sign']) symbol.append('path').attr('class', name);
  node.append('text').attr('class', 'name').attr('x', textStart).attr('dy', '0.35em');
  return node;
}
/** One part of each node, with the node's datum. */
function part(nodes: Nodes, selector: string): Selection<SVGElement, Placed, SVGGElement, unknown> {
  return nodes.select<SVGElement>(selector);
}
/** Writes a name, with what the query found marked. */
function writeName(text: SVGElement, name: string, words: readonly string[]): void {
  const hits = found(name, words);
  if (hits.length === 0 && text.childElementCount === 0) {
    if (text.textContent !== name) text.textContent = name;
    return;
  }
  let at = 0;
  const parts: Node[] = [];
  for (const [start, end] of hits) {
    const hit = document.createElementNS('http://www.w3.org/2000/svg', 'tspan');
    hit.setAttribute('class', 'hit');
    hit.textContent = name.slice(start, end);
    parts.push(document.createTextNode(name.slice(at, start)), hit);
    at = end;
  }
  text.replaceChildren(...parts, document.createTextNode(name.slice(at)));
}
