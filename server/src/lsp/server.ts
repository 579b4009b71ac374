import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createConnection, IPCMessageReader, IPCMessageWriter, type Connection } from 'vscode-languageserver/node';
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

/** The language server over standard streams, or Node's own channel with `--node-ipc`. It opens no socket, whatever its arguments say. Nothing a handler throws ends it. */
export function startServer(): void {
  const channel = process.argv.includes('--node-ipc') && process.send !== undefined;
  const connection = channel ? createConnection(new IPCMessageReader(process), new IPCMessageWriter(process)) : createConnection(process.stdin, process.stdout);
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
