import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createConnection, type Connection } from 'vscode-languageserver/node';
import { realDoor } from './real-door.js';
import type { Door, HostFactory } from './door.js';
import { serve } from './language-server.js';
import { nodeHost } from './node-host.js';

/** What a caller may put in place of the real thing. */
export interface ServerOptions {
  readonly door?: Door;
  readonly today?: () => string;
  readonly pageUri?: (rule: string) => string | undefined;
}

/** The language server over standard input and output, or whatever transport the arguments of the process name. Nothing a handler throws ends it. */
export function startServer(): void {
  // Without an argument that names a transport the library throws: standard streams are what everybody means.
  const named = process.argv.some((argument) => /^--(?:stdio|node-ipc|socket|pipe)/.test(argument));
  const connection = named ? createConnection() : createConnection(process.stdin, process.stdout);
  const report = (error: unknown): void => {
    connection.console.error(`unexpected: ${error instanceof Error ? error.message : String(error)}`);
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
  createServer(connection, nodeHost);
}

/** The language server on a connection of the caller's. */
export function createServer(connection: Connection, hostFactory: HostFactory, options: ServerOptions = {}): void {
  serve(connection, {
    hostFactory,
    door: options.door ?? realDoor,
    pageUri: options.pageUri ?? shippedPage,
    today: options.today ?? localDay,
    version: process.env['UNLATCHED_VERSION'] ?? '0.0.0',
  });
}

/** The bundle lies in `server/out`, the pages in `docs/rules` beside `server`. */
function shippedPage(rule: string): string | undefined {
  return typeof __dirname === 'string' ? pathToFileURL(join(__dirname, '..', '..', 'docs', 'rules', `${rule}.md`)).href : undefined;
}

function localDay(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
