import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** One command and what it must answer. */
export interface Step {
  /** `[NAME=value ...] [cd folder &&] unlatched ... [< file]` or `cat file`. */
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}
/** Files in an empty folder, and commands run there one after the other. */
export interface Scenario {
  /** What it shows, as free text. */
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
}

/** The day every scenario runs on. */
const TODAY = '2026-11-24';

/**
 * Reads a scenario: its title, then files behind `//- path` or `#- path`, then steps. A step is a line `$ command`, the lines of standard output, those of
 * standard error behind `stderr: `, and at last `exit N`.
 */
export function readScenario(text: string): Scenario {
  const title: string[] = [];
  const files = new Map<string, string>();
  const steps: Step[] = [];
  let file: { readonly path: string; readonly lines: string[] } | undefined;
  let step: { readonly command: string; readonly out: string[]; readonly err: string[] } | undefined;
  const closeFile = (): void => {
    if (file) files.set(file.path, `${file.lines.join('\n').replace(/\s+$/, '')}\n`);
    file = undefined;
  };
  for (const line of text.split('\n')) {
    const header = step ? null : /^(?:\/\/|#)- (\S.*)$/.exec(line);
    const status = /^exit (\d+)$/.exec(line);
    if (header?.[1] !== undefined) {
      closeFile();
      file = { path: header[1], lines: [] };
    } else if (step) {
      if (status) {
        steps.push({ command: step.command, stdout: written(step.out), stderr: written(step.err), status: Number(status[1]) });
        step = undefined;
      } else if (line.startsWith('stderr: ')) step.err.push(line.slice('stderr: '.length));
      else step.out.push(line);
    } else if (line.startsWith('$ ')) {
      closeFile();
      step = { command: line.slice(2), out: [], err: [] };
    } else if (file) file.lines.push(line);
    else if (steps.length === 0) title.push(line);
    else if (line !== '') throw new Error(`text between steps: ${line}`);
  }
  if (step) throw new Error(`a step has no exit line: ${step.command}`);
  return { title: title.join('\n').trim(), files, steps };
}

/** The inverse of `readScenario`. */
export function printScenario({ title, files, steps }: Scenario): string {
  const sections = [...files].map(([path, text]) => `${path.endsWith('.yml') || path.endsWith('.yaml') ? '#' : '//'}- ${path}\n${text}`);
  const runs = steps.map(({ command, stdout, stderr, status }) => {
    const errors = stderr
      .split('\n')
      .slice(0, -1)
      .map((line) => `stderr: ${line}\n`);
    return `$ ${command}\n${stdout}${errors.join('')}exit ${status}\n`;
  });
  return `${title}\n\n${sections.join('\n')}\n${runs.join('\n')}`;
}

/** Runs the steps on a built command line, in a folder that is gone afterwards, and gives the scenario as it really went. */
export function runScenario(scenario: Scenario, cli: string): Scenario {
  const folder = mkdtempSync(join(tmpdir(), 'unlatched-scenario-'));
  try {
    for (const [path, text] of scenario.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return { ...scenario, steps: scenario.steps.map(({ command }) => ({ command, ...runStep(command, folder, cli) })) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runStep(command: string, folder: string, cli: string): Omit<Step, 'command'> {
  const { variables, cwd, words, input } = readCommand(command);
  const [program, ...args] = words;
  const at = join(folder, cwd);
  if (program === 'cat') {
    const path = join(at, args[0] ?? '');
    return existsSync(path)
      ? { stdout: readFileSync(path, 'utf8'), stderr: '', status: 0 }
      : { stdout: '', stderr: 'no such file\n', status: 1 };
  }
  if (program !== 'unlatched') throw new Error(`a scenario cannot run ${program}`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [cli, ...args], {
    cwd: at,
    env: { ...plainEnvironment(), UNLATCHED_TODAY: TODAY, ...variables },
    input: input === undefined ? '' : readFileSync(join(at, input)),
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { stdout: normalised(stdout), stderr: normalised(stderr), status: status ?? -1 };
}
/** This process without what changes the answers of a child: colours, and options of the test runner. */
export function plainEnvironment(): Record<string, string | undefined> {
  const { NODE_OPTIONS: _options, FORCE_COLOR: _colour, NO_COLOR: _none, NODE_TEST_CONTEXT: _context, ...rest } = process.env;
  return rest;
}

interface Parsed {
  readonly variables: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly words: readonly string[];
  readonly input: string | undefined;
}
function readCommand(command: string): Parsed {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const variables: Record<string, string> = {};
  let cwd = '.';
  if (words[0] === 'cd' && words[2] === '&&') cwd = words.splice(0, 3)[1] ?? '.';
  for (let found = /^([A-Z_]+)=(.*)$/.exec(words[0] ?? ''); found; found = /^([A-Z_]+)=(.*)$/.exec(words[0] ?? '')) {
    variables[found[1] ?? ''] = found[2] ?? '';
    words.shift();
  }
  const from = words.indexOf('<');
  const input = from < 0 ? undefined : words.splice(from, 2)[1];
  return { variables, cwd, words, input };
}
function written(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
function normalised(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
