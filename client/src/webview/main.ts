import { filters } from '../api-map/filters.js';
import { risks } from '../api-map/risk.js';
import { element, type EditorApi } from './dom.js';
import { toPage, type FromPage } from './messages.js';
import { MindMap } from './mind-map.js';
import { savedFrom } from './saved.js';
import { svgOf, type Colours } from './svg.js';
import { filled, routesText, type Texts } from './texts.js';
import type { MapNode } from './tree.js';

declare function acquireVsCodeApi(): EditorApi;

const editor = acquireVsCodeApi();
// The extension wrote it into the page.
const texts: Texts = JSON.parse(element('texts', HTMLScriptElement).textContent ?? '{}');
const query = element('query', HTMLInputElement);
const status = element('status', HTMLElement);
const empty = element('empty', HTMLElement);
const map = element('map', SVGSVGElement);
const buttons = filters.map((filter) => ({ filter, button: element(`filter-${filter}`, HTMLButtonElement) }));

const rememberMs = 20;
let remembering = false;

const saved = savedFrom(editor.getState());
const mindMap = new MindMap(
  map,
  element('plane', SVGGElement),
  texts,
  { openSource: (place) => send({ type: 'open', place }), shown, changed: remember },
  saved,
);
query.value = saved.query;
for (const { filter, button } of buttons) {
  press(button, saved.filters.includes(filter));
  button.addEventListener('click', () => {
    press(button, !isPressed(button));
    ask();
  });
}
query.addEventListener('input', ask);
query.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || query.value === '') return;
  query.value = '';
  ask();
});
element('zoom-in', HTMLButtonElement).addEventListener('click', () => mindMap.zoomBy(1.25));
element('zoom-out', HTMLButtonElement).addEventListener('click', () => mindMap.zoomBy(0.8));
element('fit', HTMLButtonElement).addEventListener('click', () => mindMap.fit());
element('export', HTMLButtonElement).addEventListener('click', () => send({ type: 'export' }));
window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = toPage(data);
  if (message?.type === 'content') mindMap.show(message.content);
  if (message?.type === 'stopped') say(texts.stopped);
  if (message?.type === 'wantSvg') send({ type: 'svg', text: svgOf(mindMap.laidOut(), texts, coloursNow()) });
});
send({ type: 'ready' });

function send(message: FromPage): void {
  editor.postMessage(message);
}
function ask(): void {
  const on = buttons.filter(({ button }) => isPressed(button)).map(({ filter }) => filter);
  mindMap.ask({ filters: on, query: query.value });
}
function isPressed(button: HTMLButtonElement): boolean {
  return button.getAttribute('aria-pressed') === 'true';
}
function press(button: HTMLButtonElement, on: boolean): void {
  button.setAttribute('aria-pressed', String(on));
}

/** Says how much is shown; a screen reader is told the same. */
function shown(root: MapNode, all: number, gaps: number): void {
  for (const risk of risks) element(`count-${risk}`, HTMLElement).textContent = String(root.counts[risk]);
  if (all === 0) return say(texts.noRoutes);
  if (root.routes === 0 && root.counts.unserved === 0) return say(texts.noneShown);
  empty.hidden = true;
  map.toggleAttribute('hidden', false);
  const missing = gaps === 0 ? '' : `, ${gaps === 1 ? texts.oneGap : filled(texts.manyGaps, gaps)}`;
  status.textContent = (root.routes === all ? routesText(all, texts) : filled(texts.shown, root.routes, all)) + missing;
}
/** In place of the map. */
function say(text: string): void {
  empty.textContent = text;
  empty.hidden = false;
  map.toggleAttribute('hidden', true);
  status.textContent = text;
}

/** Many changes, as of a drag, are remembered together. Not by a frame: a page that is being hidden has none. */
function remember(): void {
  if (remembering) return;
  remembering = true;
  setTimeout(() => {
    remembering = false;
    editor.setState(mindMap.saved());
  }, rememberMs);
}

/** The colours as the theme has them now, as pixels show them: in a form that every program reads. */
function coloursNow(): Colours {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const colour = (name: string): string => {
    const probe = document.createElement('span');
    probe.style.setProperty('color', `var(${name})`);
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    if (!context) return color;
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  };
  return {
    background: colour('--map-background'),
    text: colour('--map-text'),
    dimmed: colour('--map-dimmed'),
    risks: {
      'open-write': colour('--map-open-write'),
      open: colour('--map-open'),
      unknown: colour('--map-unknown'),
      guarded: colour('--map-guarded'),
      unserved: colour('--map-dimmed'),
    },
  };
}
