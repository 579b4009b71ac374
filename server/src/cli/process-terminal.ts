import { Problem } from './problem.js';
import { printable, type Terminal } from './terminal.js';

/** Between two updates of the progress line, in milliseconds. */
const PROGRESS_EVERY = 80;
const CLEAR_LINE = '\r\u001b[K';

/** The real process. A reader that closes the pipe early ends the run silently, with the status known so far. */
export function createTerminal(version: string, homepage: string | undefined): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'EPIPE') process.exit();
      process.stderr.write(`unlatched: the output cannot be written: ${error.code ?? error.message}; check where it goes\n`);
      process.exit(2);
    });
  }
  const watched = process.stderr.isTTY === true;
  let shown = false;
  let next = 0;
  const clear = (): void => {
    if (shown) process.stderr.write(CLEAR_LINE);
    shown = false;
  };
  return {
    cwd: process.cwd(),
    today: dayOf(process.env['UNLATCHED_TODAY']),
    colours: process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    version,
    homepage,
    out(text) {
      clear();
      process.stdout.write(text);
    },
    err(text) {
      clear();
      process.stderr.write(text);
    },
    progress(done, total, what) {
      if (!watched || performance.now() < next) return;
      next = performance.now() + PROGRESS_EVERY;
      shown = true;
      const room = Math.max(10, (process.stderr.columns ?? 80) - 20);
      process.stderr.write(`${CLEAR_LINE}${done}/${total} ${printable(what).slice(-room)}`);
    },
    now: () => performance.now(),
    async stdin() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      return Buffer.concat(chunks);
    },
  };
}

/** The day findings are judged by: the one set, else the local one. */
function dayOf(set: string | undefined): string {
  if (set !== undefined && set !== '') {
    const time = /^\d{4}-\d{2}-\d{2}$/.test(set) ? Date.parse(`${set}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== set)
      throw new Problem(`UNLATCHED_TODAY is '${printable(set)}'; write a day as YYYY-MM-DD or leave it unset`);
    return set;
  }
  const now = new Date();
  return [
    String(now.getFullYear()).padStart(4, '0'),
    String(now.getMonth() + 1).padStart(2, '0'),
    String(now.getDate()).padStart(2, '0'),
  ].join('-');
}
