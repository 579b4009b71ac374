import type { ChainWalk, InventoryEndpoint, InventoryStep } from './protocol.js';
import type { Texts } from './texts.js';

const DOT = ' \u00b7 ';
const ARROW = ' \u2192 ';
/** Steps that are named at the start and at the end of a chain too long for one line. */
const HEAD = 5;
const TAIL = 4;
const LONGEST_REASON = 90;
const LONGEST_NAME = 60;

/** What one line says of the endpoints registered on it: the first with its chain as a request meets it, and how many more there are. */
export function lensText(endpoints: readonly InventoryEndpoint[], texts: Texts): string {
  const [first, ...others] = endpoints;
  if (!first) return '';
  const more = others.length === 0 ? '' : `${DOT}${texts.andMore(others.length)}`;
  return `${first.method} ${first.path}${DOT}${shortened(piecesOf(first, texts)).join(ARROW)}${more}`;
}

/** The places of the endpoints in that order, for a client that opens them. */
export function walkOf(endpoints: readonly InventoryEndpoint[], texts: Texts): ChainWalk {
  return {
    routes: endpoints.map((endpoint) => ({
      title: `${endpoint.method} ${endpoint.path}`,
      stops: [
        ...endpoint.chain.map((step, index) => ({ name: stepName(step), note: index === endpoint.by ? endpoint.because : step.because, location: step.location })),
        ...(endpoint.handler ? [{ name: handlerName(endpoint, texts), note: endpoint.by === null ? endpoint.because : '', location: endpoint.handler.location }] : []),
      ],
    })),
  };
}

function piecesOf(endpoint: InventoryEndpoint, texts: Texts): readonly string[] {
  const { chain, by, authentication, because, likely } = endpoint;
  const pieces = chain.map((step, index) => (index === by && authentication === 'guarded' ? texts.guardedBy(stepName(step), likely) : stepName(step)));
  if (authentication === 'unguarded') pieces.push(texts.noAuthentication);
  if (authentication === 'unknown') pieces.push(texts.authenticationUnknown(cut(because, LONGEST_REASON)));
  if (authentication === 'guarded' && by === null) pieces.push(texts.guardedByHandler);
  return [...pieces, handlerName(endpoint, texts)];
}
function shortened(pieces: readonly string[]): readonly string[] {
  return pieces.length <= HEAD + TAIL + 1 ? pieces : [...pieces.slice(0, HEAD), '\u2026', ...pieces.slice(-TAIL)];
}

/** `json` for `express.json`, `cors(*)` for CORS that lets every site in. */
function stepName({ name, detail }: InventoryStep): string {
  const short = cut(name.replace(/^(?:express|fastify|koa|hono)\.(?=.)/, ''), LONGEST_NAME);
  return detail === null ? short : `${short}(${cut(detail, LONGEST_NAME)})`;
}
function handlerName({ handler }: InventoryEndpoint, texts: Texts): string {
  return handler === null || handler.name === 'inline function' ? texts.handler : cut(handler.name, LONGEST_NAME);
}
function cut(text: string, longest: number): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}\u2026`;
}
