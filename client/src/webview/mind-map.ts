import { select } from 'd3-selection';
import { zoom, zoomIdentity, type D3ZoomEvent } from 'd3-zoom';
import { createMeasure } from './dom.js';
import { draw, elementOf, nodeAt } from './draw.js';
import type { MapContent, Place } from './item.js';
import { actionOf, toggle, typeAhead, type Action } from './keyboard.js';
import {
  boxAround,
  drawn,
  fit,
  fits,
  largestScale,
  layOut,
  reveal,
  smallestScale,
  type Layout,
  type Placed,
  type Size,
  type View,
} from './layout.js';
import { Openness, visibleRows, type Row } from './rows.js';
import { answer, isAsked, wordsOf, type Question } from './search.js';
import type { Saved } from './saved.js';
import { noteOf, type Texts } from './texts.js';
import { buildTree, everyNode, type MapNode } from './tree.js';

/** What the map tells the page around it. */
export interface Around {
  /** Somebody asks for the source of a node. */
  openSource(place: Place): void;
  /** Other endpoints are shown than before, of so many; at so many places others may be missing. */
  shown(root: MapNode, all: number, gaps: number): void;
  /** Something that is remembered changed. */
  changed(): void;
}
const typingMs = 700;

/** The tree in its picture: what is open, where it is looked at from, and which node has the focus. */
export class MindMap {
  private content: MapContent = { folders: [], items: [], unserved: [], gaps: 0 };
  private question: Question;
  private readonly openness: Openness;
  /** While something is searched, what is opened and closed is not remembered. */
  private searching = new Openness();
  private root: MapNode | undefined;
  private rows: readonly Row[] = [];
  private layout: Layout = { nodes: [], box: { left: 0, top: 0, right: 0, bottom: 0 } };
  private byId = new Map<string, number>();
  /** The focused node and all above it, so that the focus has somewhere to go when it vanishes. */
  private trail: readonly string[];
  private view: View | undefined;
  /** Where one looked from before something was searched. */
  private viewBefore: View | undefined;
  private size: Size = { width: 0, height: 0 };
  private typed = { text: '', at: 0 };
  private frame = 0;
  /** A button of the mouse is down: what it is on must not move away before it is up. */
  private pointing = false;
  private readonly measure = createMeasure();
  private readonly zoom = zoom<SVGSVGElement, unknown>().scaleExtent([smallestScale, largestScale]);

  constructor(
    private readonly svg: SVGSVGElement,
    private readonly plane: SVGGElement,
    private readonly texts: Texts,
    private readonly around: Around,
    saved: Saved,
  ) {
    this.openness = new Openness(saved.choices);
    this.view = saved.view;
    this.question = { filters: saved.filters, query: saved.query };
    this.trail = saved.focus === undefined ? [] : [saved.focus];
    this.zoom
      .extent(() => [
        [0, 0],
        [this.size.width, this.size.height],
      ])
      .on('zoom', ({ transform, sourceEvent }: D3ZoomEvent<SVGSVGElement, unknown>) => this.moved(transform, sourceEvent !== null));
    select(svg).call(this.zoom).on('dblclick.zoom', null);
    svg.addEventListener('pointerdown', () => (this.pointing = true), { capture: true });
    window.addEventListener('pointerup', () => (this.pointing = false), { capture: true });
    svg.addEventListener('click', (event) => this.clicked(event));
    svg.addEventListener('keydown', (event) => this.pressed(event));
    // Not on the picture: Chromium lets Tab stop at what listens for the focus.
    svg.parentElement?.addEventListener('focusin', (event) => this.focused(event.target));
    new ResizeObserver(() => this.resized()).observe(svg);
  }

  /** Draws other content; what is open, focused and in view stays so. */
  show(content: MapContent): void {
    this.content = content;
    this.refresh();
  }
  /** Narrows what is shown. */
  ask(question: Question): void {
    if (!isAsked(this.question)) this.viewBefore = this.view;
    this.question = question;
    this.searching = new Openness();
    this.refresh();
    if (!isAsked(question) && this.viewBefore) this.lookFrom(this.viewBefore);
    else if (this.view) this.lookFrom(fit(this.layout.box, this.size, 0.6));
    this.around.changed();
  }
  /** Everything in view. */
  fit(): void {
    this.lookFrom(fit(this.layout.box, this.size));
  }
  zoomBy(factor: number): void {
    select(this.svg).call((each) => this.zoom.scaleBy(each, factor));
  }
  /** What is laid out now, for a picture. */
  laidOut(): Layout {
    return this.layout;
  }
  /** What is remembered. */
  saved(): Saved {
    return { choices: this.openness.choices(), view: this.view, ...this.question, focus: this.trail[0] };
  }

  private opennessNow(): Openness {
    return isAsked(this.question) ? this.searching : this.openness;
  }
  private refresh(): void {
    const root = buildTree(answer(this.content, this.question), this.texts.workspace);
    this.root = root;
    this.opennessNow().meet(root, everyNode(root));
    this.relayout();
    this.around.shown(root, this.content.items.length, this.content.gaps);
  }
  /** Lays out anew. The focused node stays where it is in the window, so that what is looked at does not jump. */
  private relayout(): void {
    if (!this.root) return;
    const openness = this.opennessNow();
    const before = this.placed(this.trail[0]);
    this.rows = visibleRows(this.root, ({ id }) => openness.isOpen(id));
    this.layout = layOut(this.rows, ({ node, open }) => noteOf(node, open, this.texts), this.measure);
    this.byId = new Map(this.rows.map(({ node }, index) => [node.id, index]));
    const id = this.trail.find((each) => this.byId.has(each)) ?? this.root.id;
    this.follow(id);
    const after = this.placed(id);
    if (!this.view) return this.start();
    if (before && after && before.row.node.id === id && (before.x !== after.x || before.y !== after.y)) {
      const { x, y, k } = this.view;
      this.lookFrom({ x: x + (before.x - after.x) * k, y: y + (before.y - after.y) * k, k });
    }
    this.render();
  }
  private render(): void {
    const current = this.trail[0] ?? '';
    const hadFocus = this.svg.contains(document.activeElement);
    const nodes = this.view ? drawn(this.layout, this.view, this.size, (id) => id === current) : [];
    draw(this.plane, { nodes, current, words: wordsOf(this.question.query), texts: this.texts });
    // An element that is moved in the document loses the focus.
    const own = elementOf(this.plane, current);
    if (hadFocus && !own?.contains(document.activeElement)) own?.focus({ preventScroll: true });
  }

  private resized(): void {
    const before = this.size;
    const { clientWidth: width, clientHeight: height } = this.svg;
    // Hidden: nothing matched.
    if (width === 0 || height === 0) return;
    this.size = { width, height };
    if (!this.view) return this.start();
    const { x, y, k } = this.view;
    // The middle stays the middle, and the focused node in view, as when its source opens beside the map.
    const current = this.placed(this.trail[0]);
    const wasSeen = current !== undefined && this.isSeen(current, before);
    const known = before.width > 0;
    this.lookFrom(known ? { x: x + (width - before.width) / 2, y: y + (height - before.height) / 2, k } : this.view);
    if (wasSeen) this.bringIn(this.trail[0]);
  }
  private isSeen(placed: Placed, size: Size): boolean {
    if (!this.view) return false;
    const { x, y } = reveal(this.view, boxAround([placed]), size);
    return x === this.view.x && y === this.view.y;
  }
  /** The first look: all of it where that can be read, else the root and what is near. */
  private start(): void {
    if (this.size.width === 0 || this.size.height === 0 || this.rows.length === 0) return;
    this.lookFrom(fit(this.layout.box, this.size, 0.6));
  }
  private lookFrom({ x, y, k }: View): void {
    select(this.svg).call((each) => this.zoom.transform(each, zoomIdentity.translate(x, y).scale(k)));
  }
  private moved({ x, y, k }: View, byHand: boolean): void {
    this.view = { x, y, k };
    this.plane.setAttribute('transform', `translate(${x},${y}) scale(${k})`);
    this.around.changed();
    // Nodes that come into view are drawn once for each frame.
    if (byHand && this.frame === 0)
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.render();
      });
    else if (!byHand) this.render();
  }

  private clicked(event: MouseEvent): void {
    const at = nodeAt(event.target);
    const row = at && this.row(at.id);
    if (!at || !row) return;
    this.focus(at.id);
    this.act((at.onSymbol ? toggle(row) : undefined) ?? { do: 'source', id: at.id });
  }
  private pressed(event: KeyboardEvent): void {
    const index = this.byId.get(this.trail[0] ?? '');
    if (index === undefined || event.isComposing) return;
    const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
    const action = actionOf(this.rows, index, { key, shift: shiftKey, modified: ctrlKey || altKey || metaKey });
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    this.act(action);
  }
  private act(action: Action): void {
    switch (action.do) {
      case 'focus':
        return this.focus(action.id);
      case 'open':
      case 'close':
        return this.setOpen(action.ids, action.do === 'open');
      case 'source': {
        const place = this.row(action.id)?.node.place;
        if (place) this.around.openSource(place);
        return;
      }
      case 'pan': {
        const { x, y, k } = this.view ?? zoomIdentity;
        return this.lookFrom({ x: x + action.x, y: y + action.y, k });
      }
      case 'zoom':
        return this.zoomBy(action.by);
      case 'fit':
        return this.fit();
      case 'type':
        return this.type(action.text);
    }
  }
  private setOpen(ids: readonly string[], open: boolean): void {
    const openness = this.opennessNow();
    for (const id of ids) openness.set(id, open);
    this.relayout();
    const [id] = ids;
    const own = this.layout.nodes.filter(({ row }) => row.node.id === id || (open && this.parentOf(row) === id));
    const box = boxAround(own);
    if (own.length > 0 && this.view && fits(box, this.view, this.size)) this.lookFrom(reveal(this.view, box, this.size));
    else this.bringIn(id);
    this.around.changed();
  }
  private type(text: string): void {
    const now = performance.now();
    this.typed = { text: now - this.typed.at < typingMs ? this.typed.text + text : text, at: now };
    const next = typeAhead(this.rows, this.byId.get(this.trail[0] ?? '') ?? 0, this.typed.text);
    if (next) this.focus(next.node.id);
  }

  private focus(id: string): void {
    this.follow(id);
    this.bringIn(id);
    this.render();
    elementOf(this.plane, id)?.focus({ preventScroll: true });
    this.around.changed();
  }
  /** The focus came by Tab or by a screen reader. */
  private focused(target: EventTarget | null): void {
    const at = nodeAt(target);
    if (!at || at.id === this.trail[0]) return;
    this.follow(at.id);
    if (!this.pointing) this.bringIn(at.id);
    this.render();
    this.around.changed();
  }
  private follow(id: string): void {
    const trail: string[] = [];
    for (let row = this.row(id); row; row = row.parent === undefined ? undefined : this.rows[row.parent]) trail.push(row.node.id);
    if (trail.length > 0) this.trail = trail;
  }
  private bringIn(id: string | undefined): void {
    const placed = this.placed(id);
    if (!placed || !this.view) return;
    const next = reveal(this.view, boxAround([placed]), this.size);
    if (next.x !== this.view.x || next.y !== this.view.y) this.lookFrom(next);
  }
  private row(id: string): Row | undefined {
    return this.rows[this.byId.get(id) ?? -1];
  }
  private parentOf({ parent }: Row): string | undefined {
    return parent === undefined ? undefined : this.rows[parent]?.node.id;
  }
  private placed(id: string | undefined): Placed | undefined {
    return id === undefined ? undefined : this.layout.nodes[this.byId.get(id) ?? -1];
  }
}
