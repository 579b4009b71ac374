import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:net';

/** What an HTTP server takes as its handler. */
export type Listener = http.RequestListener;

/** Runs a server on a free port for as long as the questions last. */
export async function served<T>(server: Server, ask: (port: number) => Promise<T>): Promise<T> {
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address: AddressInfo | string | null = server.address();
    return await ask(typeof address === 'object' && address !== null ? address.port : 0);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
/** The cookie a server sets at `/`. */
export async function cookieFrom(listener: Listener): Promise<string> {
  return await served(http.createServer(listener), async (port) => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    await answer.text();
    return answer.headers.get('set-cookie') ?? '';
  });
}
