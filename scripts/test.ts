import { failure, lanes, sum, type Outcome } from './lanes.js';

const usage = 'usage: npm test [-- --fast] [--lane <id>[,<id>]] [--file <part of a test file name>]';

/** `npm test`: runs every lane, adds their counts, and ends with exactly one line. 0 only when nothing failed. */
export async function main(args: readonly string[]): Promise<number> {
  const asked = option(args, '--lane')?.split(',');
  const filter = option(args, '--file');
  const fast = args.includes('--fast');
  const unknown = asked?.filter((id) => !lanes.some((lane) => lane.id === id)) ?? [];
  if (unknown.length > 0 || args.some((arg) => arg.startsWith('-') && !['--fast', '--lane', '--file'].includes(arg))) {
    console.error(`${usage}\nlanes: ${lanes.map(({ id }) => id).join(', ')}`);
    return 2;
  }
  const outcomes: Outcome[] = [];
  for (const lane of lanes) {
    if (asked !== undefined ? !asked.includes(lane.id) : filter !== undefined && lane.id !== 'tests') continue;
    const started = performance.now();
    const outcome = lane.slow && fast ? skipped('left out by --fast') : await lane.run(filter).catch(crashed);
    outcomes.push(outcome);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${outcome.failed > 0 ? 'FAIL' : outcome.passed === 0 ? 'skip' : 'ok  '} ${lane.title} (${outcome.passed} passed, ${seconds} s)`,
    );
    for (const line of outcome.lines) console.log(`  ${line}`);
  }
  const total = sum(outcomes);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 ? 0 : 1;
}

function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}
function skipped(reason: string): Outcome {
  return { passed: 0, failed: 0, skipped: 1, lines: [reason] };
}
function crashed(error: unknown): Outcome {
  return failure([`the lane itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]);
}
