import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { largeRouter, writeOpenApi, writeOpenApiJson, writeServer } from '../bench/corpus.js';
import { measure, type Latency } from '../bench/lsp-latency.js';
import { createEngine } from '../server/src/core/engine.js';
import { parseJavaScript } from '../server/src/core/syntax/javascript.js';
import { filePath } from '../server/src/core/text/source.js';
import { buildIfNeeded } from './outputs.js';
import { root } from './project.js';

const peers = {
  eslint: '9.39.5',
  'eslint-plugin-security': '4.1.0',
  'eslint-plugin-sonarjs': '4.2.2',
  '@typescript-eslint/parser': '8.73.0',
  '@redocly/cli': '2.77.0',
};
const corpus = join(root, 'out/bench');
const cache = process.env['UNLATCHED_BENCH_PEERS'] ?? join(homedir(), '.cache/unlatched/bench-peers');

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
}
interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly budget: string;
  readonly kept: boolean | undefined;
}

/** `npm run bench [-- --runs N] [--no-peers] [--write]`: measures against the budgets, prints a table, `--write` keeps it in docs/bench.md. Never a test: machines differ, so read the ratios. */
export async function main(args: readonly string[]): Promise<number> {
  const runs = Number(args[args.indexOf('--runs') + 1] ?? 5);
  const rounds = args.includes('--runs') && Number.isInteger(runs) && runs > 0 ? runs : 5;
  if (!buildIfNeeded()) return 2;
  const compare = !args.includes('--no-peers') && installPeers();
  prepare();
  const rows = [...commandLine(rounds, compare), analysisShare(), ...(await editor(compare))];
  const table = render(rows);
  console.log(table);
  if (args.includes('--write')) {
    writeFileSync(join(root, 'docs/bench.md'), page(table, rounds));
    console.log('wrote docs/bench.md');
  }
  return rows.some(({ kept }) => kept === false) ? 1 : 0;
}

/** Peers live below the user's cache, never in this project. False, with the reason printed, when they cannot be had. */
function installPeers(): boolean {
  const wanted = JSON.stringify({ private: true, dependencies: peers });
  const stamp = join(cache, 'installed.json');
  mkdirSync(cache, { recursive: true });
  // The peers are those of this file, not those of an earlier one.
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  writeFileSync(join(cache, 'package.json'), wanted);
  console.error(`Installing the peers below ${cache} ...`);
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: cache,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('The peers could not be installed: only our own times are measured.');
    return false;
  }
  for (const [name, plugins] of [
    ['security', ['security']],
    ['sonarjs', ['security', 'sonarjs']],
  ] as const)
    writeFileSync(join(cache, `${name}.config.mjs`), eslintConfig(plugins));
  writeFileSync(stamp, wanted);
  return true;
}
function eslintConfig(plugins: readonly string[]): string {
  const imports = plugins.map((name) => `import ${name} from 'eslint-plugin-${name}';\n`).join('');
  const configs = plugins.map((name) => `${name}.configs.recommended, `).join('');
  return `import parser from '@typescript-eslint/parser';\n${imports}export default [{ files: ['**/*.{js,ts}'], languageOptions: { parser } }, ${configs}];\n`;
}
function prepare(): void {
  rmSync(corpus, { recursive: true, force: true });
  writeServer(join(corpus, 'server-24'), 24);
  writeServer(join(corpus, 'server-240'), 240);
  writeServer(join(corpus, 'server-1000'), 1000);
  writeOpenApi(join(corpus, 'small/openapi.yaml'), 8);
  writeOpenApi(join(corpus, 'middle/openapi.yaml'), 155);
  writeOpenApi(join(corpus, 'large/openapi.yaml'), 2060);
  writeOpenApiJson(join(corpus, 'huge/openapi.json'), 7000);
  for (const set of ['server-24', 'server-1000']) writeFileSync(join(corpus, set, 'src/large.ts'), largeRouter(38));
}

function commandLine(rounds: number, compare: boolean): readonly Row[] {
  const set = join(corpus, 'server-240');
  const one = join(set, 'src/routes/account-0.js');
  const eslint = (config: string, target: string): Contender => ({
    name: `eslint + ${config}`,
    command: [join(cache, 'node_modules/eslint/bin/eslint.js'), '--config', join(cache, `${config}.config.mjs`), '--no-ignore', target],
    cwd: corpus,
  });
  const redocly = (target: string): Contender => ({
    name: 'redocly',
    command: [join(cache, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', '--extends', 'recommended', target],
    cwd: corpus,
  });
  const start: Contender = { name: 'unlatched', command: [join(root, 'server/out/cli.js'), '--version'], cwd: corpus };
  const eslintStart: Contender = { name: 'eslint', command: [join(cache, 'node_modules/eslint/bin/eslint.js'), '--version'], cwd: corpus };
  const rows: Row[] = [
    against('240 server files, cold', check(set), eslint('sonarjs', set), 10, rounds, compare),
    against('240 server files, cold', check(set), eslint('security', set), 1, rounds, compare),
    against('one file, cold', check(one), eslint('security', one), 3, rounds, compare),
    against('start alone (--version)', start, eslintStart, 1, rounds, compare),
  ];
  for (const [name, file] of [
    ['242 lines', 'small/openapi.yaml'],
    ['112 KB', 'middle/openapi.yaml'],
    ['1.5 MB', 'large/openapi.yaml'],
    ['10 MB, JSON', 'huge/openapi.json'],
  ] as const)
    rows.push(against(`OpenAPI ${name}, cold`, check(join(corpus, file)), redocly(join(corpus, file)), 1, Math.min(rounds, 3), compare));
  const [few, many] = best([check(join(corpus, 'server-24')), check(set)], Math.min(rounds, 3));
  if (few !== undefined && many !== undefined)
    rows.push({
      what: '24 files to 240 files',
      ours: `${seconds(few)} to ${seconds(many)}`,
      peer: '',
      ratio: `${(many / few).toFixed(1)} times`,
      budget: 'at most 11 times',
      kept: many / few <= 11,
    });
  return rows;
}
function check(target: string): Contender {
  return { name: 'unlatched', command: [join(root, 'server/out/cli.js'), 'check', target, '--fail-on', 'never', '--quiet'], cwd: corpus };
}
function against(what: string, ours: Contender, peer: Contender, budget: number, rounds: number, compare: boolean): Row {
  const [mine, theirs] = best(compare ? [ours, peer] : [ours], rounds);
  if (mine === undefined) return { what, ours: 'did not run', peer: peer.name, ratio: '', budget: `${budget} times faster`, kept: false };
  const ratio = theirs === undefined ? undefined : theirs / mine;
  return {
    what,
    ours: seconds(mine),
    peer: theirs === undefined ? `${peer.name}: not measured` : `${peer.name} ${seconds(theirs)}`,
    ratio: ratio === undefined ? '' : `${ratio.toFixed(1)} times faster`,
    budget: budget === 1 ? 'faster' : `${budget} times faster`,
    kept: ratio === undefined ? undefined : ratio >= budget,
  };
}
/** Seconds of the fastest of so many rounds for each contender, taking turns; undefined for one that could not run. */
function best(contenders: readonly Contender[], rounds: number): readonly (number | undefined)[] {
  const times = contenders.map(() => new Array<number>());
  for (let round = 0; round < rounds; round++)
    contenders.forEach(({ command, cwd }, index) => {
      const started = performance.now();
      const { status } = spawnSync(process.execPath, [...command], { cwd, stdio: 'ignore', maxBuffer: 1 << 28 });
      if (status === 0 || status === 1) times[index]?.push((performance.now() - started) / 1000);
    });
  return times.map((taken) => (taken.length === 0 ? undefined : Math.min(...taken)));
}

async function editor(compare: boolean): Promise<readonly Row[]> {
  const workspace = join(corpus, 'server-1000');
  const large = (folder: string, keys: number, pace: number): Promise<Latency> =>
    typing(folder, 'src/large.ts', 'typescript', handlerLine, keys, pace);
  const code = await large(workspace, 200, 60);
  const alone = await large(join(corpus, 'server-24'), 100, 60);
  const document = await typing(join(corpus, 'large'), 'openapi.yaml', 'yaml', '# a note typed by the bench', 60, 120);
  const inHandler = await typing(workspace, 'src/large.ts', 'typescript', " console.info('part', id);", 100, 60, "'not allowed' });");
  const inText = await typing(join(corpus, 'large'), 'openapi.yaml', 'yaml', ' with every part of it', 60, 120, 'summary: Read item');
  const long = await large(workspace, 2000, 10);
  const eslint = compare ? warmEslint(join(workspace, 'src/large.ts')) : undefined;
  const [mine, theirs] = [code.p95, eslint];
  return [
    ...keystrokes('a 38 KB file among 1,000', code, 30),
    ...keystrokes('a handler of that file', inHandler, 30),
    {
      what: 'the same against eslint + security, warm (lintText, no protocol)',
      ours: `p95 ${mine.toFixed(1)} ms`,
      peer: theirs === undefined ? 'not measured' : `p50 ${theirs.toFixed(1)} ms`,
      ratio: theirs === undefined ? '' : `${(theirs / mine).toFixed(1)} times`,
      budget: "p95 within 3 times the peer's p50",
      kept: theirs === undefined ? undefined : mine <= 3 * theirs,
    },
    {
      what: 'keystroke among 24 files, among 1,000 files',
      ours: `p50 ${alone.p50.toFixed(1)}, ${code.p50.toFixed(1)} ms`,
      peer: '',
      ratio: `${(code.p50 / alone.p50).toFixed(1)} times`,
      budget: 'at most 1.5 times',
      kept: code.p50 / alone.p50 <= 1.5,
    },
    budgeted('server start: initialize', code.initialize, 300),
    budgeted('open to diagnostics', code.open, 150),
    ...keystrokes('a comment of a 1.5 MB OpenAPI document', document, 150),
    ...keystrokes('a summary of that document', inText, 150),
    memory('server memory, 1,000 files', code.memory, 200),
    memory('the same after 2,000 edits', long.memory, 200),
    {
      what: 'growth from edit 1,000 to edit 2,000',
      ours: `${(long.memoryEarly ?? Number.NaN).toFixed(0)} to ${(long.memory ?? Number.NaN).toFixed(0)} MB`,
      peer: '',
      ratio: long.memory === undefined || long.memoryEarly === undefined ? '' : `${(long.memory / long.memoryEarly).toFixed(2)} times`,
      budget: 'at most 1.1 times',
      kept: long.memory === undefined || long.memoryEarly === undefined ? undefined : long.memory / long.memoryEarly <= 1.1,
    },
  ];
}
const handlerLine = "large.put('/admin/:id', (req, res) => { res.status(500).json({ error: err.stack }) })";

function typing(
  folder: string,
  file: string,
  language: string,
  typed: string,
  keys: number,
  pace: number,
  behind?: string,
): Promise<Latency> {
  const command = [process.execPath, join(root, 'server/out/server.js'), '--stdio'];
  return measure({
    command,
    root: folder,
    file: join(folder, file),
    language,
    typed,
    keys,
    pace,
    expect: '',
    ...(behind === undefined ? {} : { behind }),
  });
}
function memory(what: string, megabytes: number | undefined, budget: number): Row {
  return {
    what,
    ours: megabytes === undefined ? 'unknown' : `${megabytes.toFixed(0)} MB`,
    peer: '',
    ratio: '',
    budget: `${budget} MB`,
    kept: megabytes === undefined ? undefined : megabytes <= budget,
  };
}
/** What eslint with the security plugin needs for one more character, in a process that is warm: the least an editor built on it can take. */
function warmEslint(file: string): number | undefined {
  const script = join(cache, 'warm.mjs');
  writeFileSync(
    script,
    `import { readFileSync } from 'node:fs';
import { ESLint } from 'eslint';
const file = ${JSON.stringify(file)};
const eslint = new ESLint({ cwd: ${JSON.stringify(corpus)}, overrideConfigFile: ${JSON.stringify(join(cache, 'security.config.mjs'))}, ignore: false });
const text = readFileSync(file, 'utf8');
const taken = [];
for (let key = 0; key < 40; key++) {
  const started = performance.now();
  await eslint.lintText(text + '// ' + 'x'.repeat(key), { filePath: file });
  if (key >= 10) taken.push(performance.now() - started);
}
console.log(taken.sort((a, b) => a - b)[taken.length >> 1]);
`,
  );
  const { status, stdout } = spawnSync(process.execPath, [script], { cwd: cache, encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}
/** How long all that comes after parsing takes, in this process, warm; the parser is that of the package. */
function analysisShare(): Row {
  const folder = join(corpus, 'server-240');
  const set = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[jt]s$/.test(path))
    .map((path) => ({ path: filePath(path), text: readFileSync(join(folder, path), 'utf8'), revision: 1 }));
  let parse = Infinity;
  let whole = Infinity;
  for (let round = 0; round < 4; round++) {
    const started = performance.now();
    for (const file of set) parseJavaScript(file);
    const parsed = performance.now();
    const engine = createEngine();
    engine.apply({ set, today: '2026-11-24' });
    const steps = engine.work();
    while (!steps.next().done);
    for (const { path } of set) engine.findings(path);
    if (engine.inventory().length === 0) throw new Error('the corpus holds no endpoint');
    parse = Math.min(parse, parsed - started);
    whole = Math.min(whole, performance.now() - parsed);
  }
  const beyond = whole - parse;
  return {
    what: 'analysis beyond parsing, 240 files, warm',
    ours: `${beyond.toFixed(0)} ms, parsing ${parse.toFixed(0)} ms`,
    peer: '',
    ratio: `${(beyond / parse).toFixed(2)} times the parse`,
    budget: 'at most 1 time',
    kept: beyond <= parse,
  };
}
function keystrokes(what: string, latency: Latency, p95: number): readonly Row[] {
  const ours = `p50 ${latency.p50.toFixed(1)}, p95 ${latency.p95.toFixed(1)}, max ${latency.max.toFixed(0)} ms`;
  return [
    {
      what: `keystroke in ${what}`,
      ours: `${ours}; ${latency.unanswered} unanswered`,
      peer: '',
      ratio: '',
      budget: `p95 ${p95} ms`,
      kept: latency.p95 <= p95 && latency.unanswered === 0,
    },
  ];
}
function budgeted(what: string, taken: number, budget: number): Row {
  return { what, ours: `${taken.toFixed(0)} ms`, peer: '', ratio: '', budget: `${budget} ms`, kept: taken <= budget };
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
function render(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, ours, peer, ratio, budget, kept }) =>
      `| ${what} | ${ours} | ${peer} | ${ratio} | ${budget} | ${kept === undefined ? '' : kept ? 'kept' : 'missed'} |`,
  );
  return ['| What | Unlatched | Peer | Ratio | Budget | |', '|---|---|---|---|---|---|', ...lines].join('\n');
}
function page(table: string, rounds: number): string {
  const versions = Object.entries(peers)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return `# Measurements

Written by \`npm run bench -- --write\`. Best of ${rounds} (OpenAPI: 3), contenders taking turns, each a new process with Node ${process.versions.node}; the corpora are generated
(\`bench/corpus.ts\`). Machines differ: read the ratios, not the times. Peers: ${versions}.

${table}
`;
}
