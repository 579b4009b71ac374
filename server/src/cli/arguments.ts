import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { didYouMean } from '../core/engine.js';
import { check, type CheckOptions } from './commands/check.js';
import { explain, listRules } from './commands/explain.js';
import { fix } from './commands/fix.js';
import { routes } from './commands/routes.js';
import { UsageError } from './usage-error.js';
import { version } from './version.js';

export type ExitStatus = 0 | 1 | 2;
const COMMANDS = ['check', 'routes', 'fix', 'explain', 'rules', 'lsp'];
/** Promised for later versions: named so that nobody takes silence for success. */
const LATER_COMMANDS = ['diff', 'init', 'merge', 'probe'];
const LATER_OPTIONS = ['--staged', '--changed-since', '--shard', '--jobs', '--update-baseline', '--baseline', '--review'];

/** Runs the command line; `args` are those after the program's name. Never rejects: errors become status 2 and one line. */
export async function runCommandLine(args: readonly string[]): Promise<ExitStatus> {
  try {
    refuseLater(args);
    let status: ExitStatus = 0;
    await program((value) => { status = value; }).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      return failed(cause(error, args));
    }
    return failed(error instanceof UsageError ? error.message : `unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
function failed(message: string): 2 {
  process.stderr.write(`unlatched: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
  return 2;
}
function refuseLater(args: readonly string[]): void {
  const [command] = args;
  if (command !== undefined && LATER_COMMANDS.includes(command)) throw new UsageError(`the command ${command} is not available in this version. "unlatched --help" lists what is.`);
  const option = args.map((arg) => arg.replace(/=.*$/s, '')).find((arg) => LATER_OPTIONS.includes(arg));
  if (option !== undefined) throw new UsageError(`the option ${option} is not available in this version. "unlatched ${command ?? ''} --help" lists what is.`);
}
/** Commander's own words, with the nearest name added. */
function cause(error: CommanderError, args: readonly string[]): string {
  const text = error.message.replace(/^error:\s*/, '').replace(/\n.*$/s, '');
  if (error.code === 'commander.unknownCommand') return `unknown command "${args[0] ?? ''}"${didYouMean(args[0] ?? '', COMMANDS)} "unlatched --help" lists them.`;
  const hint = /\(Did you mean (.*?)\?\)/.exec(error.message)?.[1];
  return `${text}${hint === undefined ? '' : `: did you mean ${hint}?`} "unlatched --help" shows the usage.`;
}

function program(done: (status: ExitStatus) => void): Command {
  const top = new Command('unlatched').description('Finds API security misconfiguration: routes, middleware and OpenAPI documents. Offline; never runs what it reads.').version(version, '-V, --version').exitOverride().configureOutput({ writeErr: () => undefined });
  const sub = (text: string): Command => top.command(text).exitOverride().configureOutput({ writeErr: () => undefined });
  sub('check').argument('[paths...]').description('analyse and report')
    .option('--format <format>', 'pretty, json, sarif or github', 'pretty').option('--output <file>', 'write the report to a file').option('--config <file>', 'the policy to use')
    .option('--fail-on <level>', 'error, warning, info, hint or never', 'error').option('--rule <id>', 'only this rule (repeatable)', collect).option('--min-confidence <level>', 'low, medium or high', 'low')
    .option('--no-baseline', 'use no baseline').option('--stats', 'time and memory on stderr').option('--quiet', 'no code frames').option('--stdin', 'analyse the text on stdin').option('--stdin-filename <name>', 'what to take it for')
    .action(async (paths: string[], options: CheckOptions) => done(await check(paths, options)));
  sub('routes').argument('[paths...]').description('the API inventory').option('--format <format>', 'table or json', 'table').option('--output <file>', 'write to a file').option('--config <file>', 'the policy to use')
    .action(async (paths: string[], options: { format: string; output?: string; config?: string }) => done(await routes(paths, options)));
  sub('fix').argument('[paths...]').description('apply safe fixes').option('--dry-run', 'print a diff, write nothing').option('--config <file>', 'the policy to use').option('--fail-on <level>', 'error, warning, info, hint or never', 'error')
    .action(async (paths: string[], options: { dryRun?: boolean; config?: string; failOn: string }) => done(await fix(paths, options)));
  sub('explain').argument('<rule>').description("a rule's page").action(async (id: string) => done(await explain(id)));
  sub('rules').description('all rules').option('--format <format>', 'table or json', 'table').action(async (options: { format: string }) => done(await listRules(options)));
  sub('lsp').description('the language server').option('--stdio', 'talk over stdin and stdout').action(async () => {
    const { startServer } = await import('../lsp/server.js');
    startServer();
    // The connection ends the process.
    await new Promise(() => undefined);
  });
  return top;
}
function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  if (value === '') throw new InvalidArgumentError('a rule id is missing');
  return [...(before ?? []), value];
}
