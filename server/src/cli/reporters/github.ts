import type { Severity } from '../../core/findings/finding.js';
import { placesIn, type Place } from './places.js';
import type { Reporter } from './reporter.js';

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' };

/** Workflow commands: GitHub shows each as an annotation in the pull request. Only open findings. */
const reporter: Reporter = {
  id: 'github',
  render(run) {
    const places = placesIn((path) => run.files.get(path));
    const found = run.findings
      .filter(({ state }) => state === 'open')
      .map(({ severity, at, rule, explanation }) =>
        command(commands[severity], { file: at.path, ...columns(places.of(at)), title: rule }, explanation.message),
      );
    const refused = run.notAnalysed.map(({ path, reason }) => command('notice', { file: path, title: 'unlatched/not-analysed' }, reason));
    return [...found, ...refused].map((line) => `${line}\n`).join('');
  },
};
export default reporter;

/** An annotation ends on its last column: without an end column GitHub takes the start column for it. Over several lines it refuses columns. */
function columns({ line, column, endLine, endColumn }: Place): Readonly<Record<string, string | number>> {
  if (line !== endLine) return { line, endLine };
  return { line, col: column, endLine, endColumn: Math.max(column, endColumn - 1) };
}
function command(name: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const written = Object.entries(properties).map(
    ([key, value]) => `${key}=${escapeData(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return `::${name} ${written.join(',')}::${escapeData(message)}`;
}
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
