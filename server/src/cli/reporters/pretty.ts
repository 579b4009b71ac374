import pc from 'picocolors';
import type { Finding, Severity } from '../../core/findings/finding.js';
import type { FilePath } from '../../core/text/source.js';
import { mask } from '../masking.js';
import { printable } from '../terminal.js';
import { placesIn, type Place, type Places } from './places.js';
import type { Reporter, Run } from './reporter.js';
import { count, summaryLine } from './totals.js';

/** The most characters of one line of code that are shown, and of those how many stand before the finding. */
const WIDTH = 120;
const BEFORE = 40;

interface Painter {
  readonly colours: ReturnType<typeof pc.createColors>;
  readonly places: Places;
}

/** The report for people: by file, with the code that is meant. Only open findings are told one by one. */
const reporter: Reporter = {
  id: 'pretty',
  render(run) {
    const painter = painterFor(run);
    const open = run.findings.filter(({ state }) => state === 'open');
    if (run.quiet) {
      const refused = run.notAnalysed.map(({ path, reason }) => `${printable(path)}: not analysed: ${printable(reason)}\n`);
      return [...open.map((finding) => `${printable(finding.at.path)}:${headline(finding, painter)}\n`), ...refused].join('');
    }
    const out: string[] = [];
    const { colours } = painter;
    let file: FilePath | undefined;
    for (const finding of open) {
      if (finding.at.path !== file) out.push(`${file === undefined ? '' : '\n'}${colours.underline(printable(finding.at.path))}`);
      file = finding.at.path;
      out.push(`  ${headline(finding, painter)}`, ...frame(finding, run, painter), ...related(finding, painter));
    }
    if (run.notAnalysed.length > 0) {
      out.push(
        `${open.length > 0 ? '\n' : ''}Not analysed`,
        ...run.notAnalysed.map(({ path, reason }) => `  ${printable(path)}: ${printable(reason)}`),
      );
    }
    if (out.length > 0) out.push('');
    out.push(colours.bold(summaryLine(run)));
    const safe = open.filter(({ fix }) => fix === 'safe').length;
    if (safe > 0) out.push(`${count(safe, 'finding')} can be repaired by 'unlatched fix'`);
    return `${out.join('\n')}\n`;
  },
};
export default reporter;

function painterFor(run: Run): Painter {
  return { colours: pc.createColors(run.colours), places: placesIn((path) => run.files.get(path)) };
}
function headline(finding: Finding, { colours, places }: Painter): string {
  const { line, column } = places.of(finding.at);
  return `${line}:${column} ${severity(finding.severity, colours)} ${printable(finding.explanation.message)} ${colours.dim(finding.rule)}`;
}
function severity(level: Severity, colours: Painter['colours']): string {
  switch (level) {
    case 'error':
      return colours.red(level);
    case 'warning':
      return colours.yellow(level);
    case 'info':
      return colours.blue(level);
    case 'hint':
      return colours.gray(level);
  }
}
/** The line of code, cut to the screen, the range underlined and secrets masked. */
function frame(finding: Finding, run: Run, painter: Painter): readonly string[] {
  const { path, span } = finding.at;
  const text = run.files.get(path)?.text ?? '';
  const place: Place = painter.places.of(finding.at);
  const start = painter.places.startOf(path, place.line);
  const end = endOfLine(text, start);
  // A long line is cut before it is masked, so that no work grows with it; a secret that the cut divides stays masked.
  const left = end - start <= WIDTH ? start : Math.max(start, span.start - BEFORE);
  const right = Math.min(end, left + WIDTH);
  const inside = run
    .secrets(path)
    .filter((secret) => secret.start < right && secret.end > left)
    .map((secret) => ({ start: Math.max(secret.start, left) - left, end: Math.min(secret.end, right) - left }));
  const masked = mask(text.slice(left, right), inside);
  const line = masked.text.replaceAll('\t', ' ');
  if (line.trim() === '') return [];
  const from = masked.move(Math.min(span.start, right) - left);
  const to = masked.move(Math.min(Math.max(span.end, span.start), right) - left);
  const lead = left > start ? '...' : '';
  const tail = right < end ? '...' : '';
  const indent = lead === '' ? line.length - line.trimStart().length : 0;
  const number = String(place.line);
  const { colours } = painter;
  return [
    colours.dim(`    ${number} | `) + lead + printable(line.slice(indent)).trimEnd() + tail,
    `${colours.dim(`    ${' '.repeat(number.length)} | `)}${' '.repeat(lead.length + Math.max(0, from - indent))}${colours.red('^'.repeat(Math.max(1, to - from)))}`,
  ];
}
function related({ related: others }: Finding, { places, colours }: Painter): readonly string[] {
  return others.map(({ at, label }) => {
    const { line, column } = places.of(at);
    return colours.dim(`    ${printable(at.path)}:${line}:${column} ${printable(label)}`);
  });
}
function endOfLine(text: string, start: number): number {
  for (let at = start; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}
