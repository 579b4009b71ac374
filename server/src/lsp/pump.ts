import type { CancellationToken } from 'vscode-languageserver';
import type { Engine, Progress } from '../core/engine-types.js';
import type { FilePath } from '../core/text/source.js';

/** Milliseconds of work between two looks at the event loop. What was done before something newer came is kept, so typing cannot keep the work from its end. */
const SLICE = 8;
/** Rounds of reading what the model names but does not hold. */
const MOST_ROUNDS = 64;

/** Turns of the event loop without a change after which no further one is taken to wait; one message is read a turn. */
const STILL_TURNS = 3;
const MOST_TURNS = 200;
/** Milliseconds: who types steadily would never be still. */
const LONGEST_CALM = 25;

/** What the owner does for the pump. */
export interface PumpOwner {
  /** Reads what the engine wants; true when something was applied. */
  wanted(): Promise<boolean>;
  settled(changed: ReadonlySet<FilePath>): void;
  log(line: string): void;
}

/** Drives the work of one engine in slices, so that messages are read in between; everybody who waits shares one run. */
export class Pump {
  private generation = 0;
  private done = -1;
  private running: Promise<void> | undefined;
  private waiting = 0;
  /** Questions that are getting ready to be answered. */
  private questions = 0;
  private tasks: Promise<void> = Promise.resolve();
  private halted = false;
  private changedPaths = new Set<FilePath>();
  private progress: ((progress: Progress) => void) | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly owner: PumpOwner,
  ) {}

  /** Something was applied, or the owner wants to be told when things are settled: work is due. */
  changed(): void {
    this.generation++;
    this.halted = false;
  }

  get idle(): boolean {
    return this.done === this.generation && this.waiting === 0;
  }

  /** Queues reading that must be done before the engine counts as up to date; one at a time, in order. */
  task(run: () => Promise<void>): void {
    this.waiting++;
    this.changed();
    this.tasks = this.tasks
      .then(run)
      .catch((error: unknown) => this.owner.log(`reading failed: ${String(error)}`))
      .finally(() => {
        this.waiting--;
      });
  }

  /** A task, and the promise of its end. */
  quiet(run: () => Promise<void>): Promise<void> {
    this.task(run);
    return this.tasks;
  }

  /** Drops the work at hand; the next change or question takes it up again. */
  stop(): void {
    this.halted = true;
  }

  /** Resolves with true when everything is worked off, with false when cancelled or stopped before. */
  async settle(token?: CancellationToken, progress?: (progress: Progress) => void): Promise<boolean> {
    if (token?.isCancellationRequested) return false;
    if (this.idle) return true;
    if (this.running === undefined) this.halted = false;
    if (progress) this.progress = progress;
    const wish = this.generation;
    const run = this.runUntil(wish);
    if (!token) return run;
    return new Promise((resolve) => {
      const listening = token.onCancellationRequested(() => resolve(false));
      void run.then((done) => {
        listening.dispose();
        resolve(done && !token.isCancellationRequested);
      });
    });
  }

  /** What one question needs: queued reading done and the files read that the model names, without working off the rest. */
  async ready(): Promise<void> {
    this.questions++;
    try {
      await this.calm();
      for (let round = 0; round < MOST_ROUNDS; round++) {
        while (this.waiting > 0) await this.tasks;
        if (!(await this.fetch())) return;
      }
    } finally {
      this.questions--;
    }
  }

  /** Between two slices of work nobody waits for: messages are read, and questions go first. */
  async rest(): Promise<void> {
    do await pause();
    while (this.questions > 0);
  }

  /** Changes that already wait to be read are taken first: the questions between them then share one answer. */
  private async calm(): Promise<void> {
    const until = performance.now() + LONGEST_CALM;
    for (let turn = 0, still = 0; still < STILL_TURNS && turn < MOST_TURNS && performance.now() < until; turn++) {
      const seen = this.generation;
      await pause();
      still = this.generation === seen ? still + 1 : 0;
    }
  }

  /** A run that was ending when the change came does not have it: then another follows. */
  private async runUntil(wish: number): Promise<boolean> {
    while (this.done < wish && !this.halted) {
      await (this.running ??= this.run().finally(() => {
        this.running = undefined;
        this.progress = undefined;
      }));
    }
    return !this.halted;
  }

  private async run(): Promise<void> {
    for (let round = 0; !this.halted; ) {
      while (this.waiting > 0) await this.tasks;
      const seen = this.generation;
      if (!(await this.drain(seen))) continue;
      if (round < MOST_ROUNDS && (await this.fetch())) {
        round++;
        continue;
      }
      if (this.generation !== seen || this.waiting > 0) continue;
      this.done = seen;
      break;
    }
    const changed = this.changedPaths;
    this.changedPaths = new Set();
    try {
      this.owner.settled(changed);
    } catch (error) {
      this.owner.log(`after work: ${String(error)}`);
    }
  }

  private async fetch(): Promise<boolean> {
    try {
      return await this.owner.wanted();
    } catch (error) {
      this.owner.log(`reading failed: ${String(error)}`);
      return false;
    }
  }

  /** True when the engine said it is done; false when something newer came. */
  private async drain(seen: number): Promise<boolean> {
    try {
      const work = this.engine.work();
      let since = performance.now();
      for (let step = work.next(); ; step = work.next()) {
        if (step.done) {
          for (const path of step.value) this.changedPaths.add(path);
          return true;
        }
        this.progress?.(step.value);
        if (performance.now() - since < SLICE) continue;
        await this.rest();
        if (this.generation !== seen || this.halted) {
          work.return?.();
          return false;
        }
        since = performance.now();
      }
    } catch (error) {
      this.owner.log(`analysis failed: ${String(error)}`);
      return true;
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
