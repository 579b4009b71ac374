import { createRequire } from 'node:module';
import { join } from 'node:path';
import manifest from '../../../package.json';
import { rulePages } from '../core/engine.js';
import { optimiseLater } from '../host/tiers.js';
import { readArguments, type CliCommand } from './arguments.js';
import { check } from './commands/check.js';
import { fix } from './commands/fix.js';
import { routes } from './commands/routes.js';
import { explain, rules } from './commands/rules.js';
import { Problem } from './problem.js';
import { reporters } from './reporters/index.js';
import { createTerminal } from './process-terminal.js';
import type { Terminal } from './terminal.js';

/** The process of the command line: sets the exit status and lets the process end by itself, so that nothing written is lost. */
async function main(): Promise<void> {
  const { version } = manifest;
  const homepage = 'homepage' in manifest && typeof manifest.homepage === 'string' ? manifest.homepage : undefined;
  try {
    const command = readArguments(process.argv.slice(2), {
      version,
      formats: reporters.map(({ id }) => id),
      ruleIds: rulePages().map(({ id }) => id),
    });
    process.exitCode = await perform(command, createTerminal(version, homepage));
  } catch (error) {
    const cause =
      error instanceof Problem
        ? error.message
        : `internal error: ${error instanceof Error ? error.message : String(error)}; report it with the command that was run`;
    process.stderr.write(`unlatched: ${cause.replace(/\s*[\r\n]+\s*/g, ' ')}\n`);
    process.exitCode = 2;
  }
}
async function perform(command: CliCommand, terminal: Terminal): Promise<number> {
  // A language server runs for as long as its editor.
  if (command.kind !== 'lsp') optimiseLater();
  switch (command.kind) {
    case 'check':
      return check(command, terminal);
    case 'routes':
      return routes(command, terminal);
    case 'fix':
      return fix(command, terminal);
    case 'explain':
      return explain(command.rule, terminal);
    case 'rules':
      return rules(command.format, terminal);
    case 'print':
      terminal.out(command.text);
      return 0;
    case 'lsp': {
      // Loaded only here: the other commands start faster without the protocol.
      createRequire(__filename)(join(__dirname, 'server.js'));
      return 0;
    }
  }
}

void main();
