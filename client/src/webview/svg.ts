import { risks, type Risk } from '../api-map/risk.js';
import { linkPath, round, textStart, type Layout, type Placed } from './layout.js';
import { dashes, outerRing, ring, sign, symbols } from './symbols.js';
import type { Texts } from './texts.js';

/** The colours of the theme, as they are now. */
export interface Colours {
  readonly background: string;
  readonly text: string;
  readonly dimmed: string;
  readonly risks: Readonly<Record<Risk, string>>;
}
const border = 24;
const legendHeight = 30;
const font = 'system-ui, -apple-system, Segoe UI, Ubuntu, sans-serif';

/** The map as a picture that stands alone: all in view, colours written out, no script and nothing from elsewhere. */
export function svgOf({ nodes, box }: Layout, texts: Texts, colours: Colours): string {
  const legend = legendOf(texts, box.left, box.bottom + legendHeight, colours);
  const [left, top] = [box.left - border, box.top - border];
  const width = Math.max(box.right, legend.right) - left + border;
  const height = box.bottom + legendHeight - top + border;
  const frame = [left, top, width, height].map(round);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="${frame.join(' ')}" role="img"`;
  const lines = [
    `${head} aria-label="${escaped(texts.title)}" font-family="${font}" font-size="13">`,
    `<title>${escaped(texts.title)}</title>`,
    `<rect x="${frame[0] ?? 0}" y="${frame[1] ?? 0}" width="100%" height="100%" fill="${escaped(colours.background)}"/>`,
    ...nodes.filter(({ from }) => from !== undefined).map((node) => linkOf(node, colours)),
    ...nodes.map((node) => nodeOf(node, colours)),
    legend.text,
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function linkOf(node: Placed, colours: Colours): string {
  const { risk } = node.row.node;
  const { dashed, line } = symbols[risk];
  return `<path d="${linkPath(node)}" fill="none" stroke="${escaped(colours.risks[risk])}" stroke-opacity="0.7" stroke-width="${line}"${dash(dashed)}/>`;
}
function nodeOf({ row, x, y, name, note, nameWidth }: Placed, colours: Colours): string {
  const { node, open } = row;
  const drawn = open === undefined ? routeSymbol(node.risk, colours) : branchSymbol(node.risk, open, colours);
  const said = `<text x="${textStart}" dy="0.35em" font-weight="600" fill="${escaped(colours.text)}">${escaped(name)}</text>`;
  const beside =
    note === ''
      ? ''
      : `<text x="${round(textStart + nameWidth + 8)}" dy="0.35em" font-size="12" fill="${escaped(colours.dimmed)}">${escaped(note)}</text>`;
  return `<g transform="translate(${round(x)},${round(y)})"><title>${escaped(node.path || node.label)}</title>${drawn}${said}${beside}</g>`;
}
function routeSymbol(risk: Risk, { risks: colour, background }: Colours): string {
  const { outline, sign: mark, dashed } = symbols[risk];
  const hollow = risk === 'unknown' || risk === 'unserved';
  const inside = escaped(hollow ? colour[risk] : background);
  const own = escaped(colour[risk]);
  return `<path d="${outline}" fill="${hollow ? escaped(background) : own}" stroke="${own}" stroke-width="1.5"${dash(dashed)}/><path d="${mark}" fill="none" stroke="${inside}" stroke-width="1.75"/>`;
}
function branchSymbol(risk: Risk, open: boolean, { risks: colour, background }: Colours): string {
  const own = escaped(colour[risk]);
  const outer = risk === 'open-write' ? `<path d="${outerRing}" fill="none" stroke="${own}"/>` : '';
  return `${outer}<path d="${ring}" fill="${escaped(background)}" stroke="${own}" stroke-width="1.75"${dash(symbols[risk].dashed)}/><path d="${sign(open)}" fill="none" stroke="${own}" stroke-width="1.75"/>`;
}
function legendOf(texts: Texts, left: number, y: number, colours: Colours): { readonly text: string; readonly right: number } {
  let x = left + 8;
  const parts = risks.map((risk) => {
    const at = x;
    x += textStart + texts.risks[risk].length * 8 + 24;
    const said = `<text x="${textStart}" dy="0.35em" fill="${escaped(colours.text)}">${escaped(texts.risks[risk])}</text>`;
    return `<g transform="translate(${round(at)},${round(y)})">${routeSymbol(risk, colours)}${said}</g>`;
  });
  return { text: parts.join('\n'), right: x };
}
function dash(dashed: boolean): string {
  return dashed ? ` stroke-dasharray="${dashes}"` : '';
}

/** Text that is no markup, and holds nothing an XML file may not. */
export function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udfff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
