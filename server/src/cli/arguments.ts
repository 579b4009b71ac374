import { Command, CommanderError, Option } from 'commander';
import { didYouMean } from '../core/engine.js';
import type { Confidence, Severity } from '../core/findings/finding.js';
import { inventoryForms } from '../core/inventory/forms.js';
import { Problem } from './problem.js';

/** What is analysed, and under which policy and baseline. */
export interface Scope {
  /** As given; none means the current folder. */
  readonly paths: readonly string[];
  readonly config: string | undefined;
  /** A file, false for none, undefined for the one the policy names. */
  readonly baseline: string | false | undefined;
}
/** Which findings count. */
export interface Selection {
  /** Rule ids; empty: every rule. */
  readonly rules: readonly string[];
  /** Undefined: what the policy says. */
  readonly minConfidence: Confidence | undefined;
  readonly failOn: Severity | 'never';
}
export interface CheckCommand extends Scope, Selection {
  readonly kind: 'check';
  readonly format: string;
  readonly output: string | undefined;
  /** Write the open findings to the baseline, so that they are accepted from now on. */
  readonly updateBaseline: boolean;
  readonly stats: boolean;
  readonly quiet: boolean;
  /** The name under which standard input is analysed in place of paths. */
  readonly stdinName: string | undefined;
}
export interface RoutesCommand extends Scope {
  readonly kind: 'routes';
  readonly format: string;
  /** Operations that no route serves stand among the routes of the JSON. */
  readonly unserved: boolean;
}
export interface FixCommand extends Scope, Selection {
  readonly kind: 'fix';
  readonly dryRun: boolean;
}
export type CliCommand =
  | CheckCommand
  | RoutesCommand
  | FixCommand
  | { readonly kind: 'explain'; readonly rule: string }
  | { readonly kind: 'rules'; readonly format: string }
  | { readonly kind: 'lsp' }
  /** Help or the version, asked for. */
  | { readonly kind: 'print'; readonly text: string };

/** What can be named in arguments. */
export interface Vocabulary {
  readonly version: string;
  readonly formats: readonly string[];
  readonly ruleIds: readonly string[];
}

const severities = ['error', 'warning', 'info', 'hint', 'never'] as const;
const confidences = ['low', 'medium', 'high'] as const;
const routeFormats = ['table', 'json', ...inventoryForms.map(({ id }) => id)];
const ruleFormats = ['table', 'json'];
/** Announced for later versions: named, so that nobody believes they took effect. */
const laterCommands = ['diff', 'init', 'merge', 'probe'];
const laterCheckOptions = ['--staged', '--changed-since <ref>', '--shard <part>', '--jobs <count>'];

/** Reads the arguments after the program's name. Throws a Problem that names the cause and the cure. */
export function readArguments(argv: readonly string[], words: Vocabulary): CliCommand {
  const printed: string[] = [];
  let command: CliCommand | undefined;
  const program = buildProgram(words, (read) => {
    command = read;
  });
  for (const each of [program, ...program.commands])
    each.exitOverride().configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => undefined });
  const [first, about] = argv;
  // The parser's own answer to help on a command that does not exist is the help on everything, as a failure.
  if (first === 'help' && about !== undefined) knownCommand(about, [...program.commands.map((each) => each.name()), 'help']);
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed.join('') };
    throw new Problem(oneLine(error));
  }
  if (command === undefined)
    throw new Problem("no command given; 'unlatched check' analyses the current folder, 'unlatched --help' lists all commands");
  return command;
}

function buildProgram(words: Vocabulary, give: (command: CliCommand) => void): Command {
  const program = new Command('unlatched')
    .description('Finds API security misconfiguration: routes, middleware and OpenAPI documents, offline.')
    .version(words.version)
    .addHelpText('after', '\nExit status: 0 nothing at or above --fail-on, 1 something is, 2 the run itself failed.');
  const check = withSelection(withScope(program.command('check').description('analyse files and report findings')), words)
    .addOption(choice('--format <format>', 'form of the report', words.formats, 'pretty'))
    .option('--output <file>', 'write the report to a file')
    .option('--update-baseline', 'accept what is found: write it to the baseline')
    .option('--stats', 'print counts and times to standard error')
    .option('--quiet', 'one line per finding: no code, no summary, no progress')
    .option('--stdin', 'analyse standard input; needs --stdin-filename')
    .option('--stdin-filename <name>', 'the path standard input stands for')
    .action((paths: string[], options: CheckOptions) => give(readCheck(paths, options)));
  for (const flags of laterCheckOptions) check.addOption(later(flags));
  withScope(program.command('routes').description('list the endpoints, who guards them and in which order'))
    .addOption(choice('--format <format>', 'form of the list', routeFormats, 'table'))
    .option('--unserved', 'with --format json, also list documented operations that no route serves, as "served": false')
    .action((paths: string[], options: ScopeOptions & { format: string; unserved?: true }) =>
      give({ kind: 'routes', ...readScope(paths, options), format: options.format, unserved: options.unserved === true }),
    );
  withSelection(withScope(program.command('fix').description('apply the safe fixes')), words)
    .option('--dry-run', 'print a diff and write nothing')
    .addOption(later('--review'))
    .action((paths: string[], options: ScopeOptions & SelectionOptions & { dryRun?: true }) =>
      give({ kind: 'fix', ...readScope(paths, options), ...readSelection(options), dryRun: options.dryRun === true }),
    );
  program
    .command('explain <rule>')
    .description("print a rule's page")
    .action((rule: string) => give({ kind: 'explain', rule: ruleId(rule, words.ruleIds) }));
  program
    .command('rules')
    .description('list the rules')
    .addOption(choice('--format <format>', 'form of the list', ruleFormats, 'table'))
    .action(({ format }: { format: string }) => give({ kind: 'rules', format }));
  program
    .command('lsp')
    .description('start the language server')
    .option('--stdio', 'speak over standard input and output')
    .action(({ stdio }: { stdio?: true }) => {
      if (!stdio) throw new Problem("the language server needs a transport; write 'unlatched lsp --stdio'");
      give({ kind: 'lsp' });
    });
  for (const name of laterCommands) {
    program
      .command(`${name} [rest...]`, { hidden: true })
      .allowUnknownOption()
      .helpOption(false)
      .action(() => {
        throw new Problem(`the command '${name}' is not available in this version; 'unlatched --help' lists those that are`);
      });
  }
  return program;
}

interface ScopeOptions {
  readonly config?: string;
  readonly baseline?: string | boolean;
}
interface SelectionOptions {
  readonly rule?: readonly string[];
  readonly minConfidence?: string;
  readonly failOn: string;
}
interface CheckOptions extends ScopeOptions, SelectionOptions {
  readonly format: string;
  readonly output?: string;
  readonly updateBaseline?: true;
  readonly stats?: true;
  readonly quiet?: true;
  readonly stdin?: true;
  readonly stdinFilename?: string;
}

function withScope(command: Command): Command {
  return command
    .argument('[paths...]', 'files and folders; the current folder where none is given')
    .option('--config <file>', 'policy file, in place of the nearest unlatched.yml')
    .option('--baseline <file>', 'file of accepted findings')
    .option('--no-baseline', 'accept nothing');
}
function withSelection(command: Command, words: Vocabulary): Command {
  return command
    .option('--rule <id>', 'report only this rule; may be repeated', (id: string, before: readonly string[] = []) => [
      ...before,
      ruleId(id, words.ruleIds),
    ])
    .addOption(choice('--min-confidence <level>', 'leave out findings we are less sure of', confidences))
    .addOption(choice('--fail-on <severity>', 'severity from which the exit status is 1', severities, 'error'));
}
function readScope(paths: readonly string[], { config, baseline }: ScopeOptions): Scope {
  return { paths, config, baseline: typeof baseline === 'string' || baseline === false ? baseline : undefined };
}
function readSelection({ rule, minConfidence, failOn }: SelectionOptions): Selection {
  return {
    rules: rule ?? [],
    minConfidence: confidences.find((each) => each === minConfidence),
    failOn: severities.find((each) => each === failOn) ?? 'error',
  };
}
function readCheck(paths: readonly string[], options: CheckOptions): CheckCommand {
  const { stdin, stdinFilename } = options;
  if (stdin && stdinFilename === undefined) throw new Problem('--stdin needs --stdin-filename NAME, the path the text stands for');
  if (!stdin && stdinFilename !== undefined) throw new Problem('--stdin-filename names what --stdin gives; add --stdin or leave it out');
  if (options.output === '') throw new Problem('--output is empty; give it a file or leave it out');
  if (options.updateBaseline && options.baseline === false)
    throw new Problem('--update-baseline and --no-baseline exclude each other; leave out one of the two');
  if (options.updateBaseline && (stdin || options.rule !== undefined || options.minConfidence !== undefined))
    throw new Problem('--update-baseline accepts what the policy lets through; leave out --stdin, --rule and --min-confidence');
  if (stdin && paths.length > 0) throw new Problem('--stdin takes no paths; leave out one of the two');
  return {
    kind: 'check',
    ...readScope(paths, options),
    ...readSelection(options),
    format: options.format,
    output: options.output,
    updateBaseline: options.updateBaseline === true,
    stats: options.stats === true,
    quiet: options.quiet === true,
    stdinName: stdinFilename,
  };
}

/** An option with a closed list of values. */
function choice(flags: string, description: string, values: readonly string[], preset?: string): Option {
  const option = new Option(flags, `${description} (${values.join('|')})`);
  if (preset !== undefined) option.default(preset);
  const name = flags.split(' ')[0] ?? flags;
  return option.argParser((value: string) => {
    if (values.includes(value)) return value;
    throw new Problem(`${name} does not know '${value}'${didYouMean(value, values) || ';'} use one of ${values.join(', ')}`);
  });
}
function later(flags: string): Option {
  const name = flags.split(' ')[0] ?? flags;
  const reject = (): never => {
    throw new Problem(`${name} is not available in this version; leave it out`);
  };
  // Without a value commander calls the parser only where one may follow.
  return new Option(flags.includes('<') ? flags.replace('<', '[').replace('>', ']') : `${flags} [none]`)
    .argParser(reject)
    .preset('given')
    .hideHelp();
}
function knownCommand(name: string, known: readonly string[]): void {
  if (!known.includes(name))
    throw new Problem(`unknown command '${name}'${didYouMean(name, known) || ';'} 'unlatched --help' lists all commands`);
}
function ruleId(id: string, known: readonly string[]): string {
  if (known.includes(id)) return id;
  throw new Problem(`there is no rule '${id}'${didYouMean(id, known) || ';'} 'unlatched rules' lists all rules`);
}
/** What commander says over several lines, as one, with a way on where it suggests none. */
function oneLine({ message, code }: CommanderError): string {
  if (code === 'commander.help')
    return "no command given; 'unlatched check' analyses the current folder, 'unlatched --help' lists all commands";
  const text = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return text.includes('Did you mean') ? text : `${text.replace(/\.$/, '')}; 'unlatched --help' lists commands and options`;
}
