import type { Role } from '../model/api.js';
import type { Call, Value } from '../model/value.js';
import { REGISTERS_NOTHING, type FrameworkAdapter } from './adapter.js';

/** Node 24: the last function is the listener, what stands before it are options. */
const CREATES = /^(http|https|http2)\.(createServer|createSecureServer|Server)$/;
const HANDLER: Role = { framework: 'node:http', as: 'handler', parameters: ['request', 'response'], returnSends: false, sure: true };

/** The servers of Node itself: one function is given every request and asks for method and path by tests of its own. */
const nodeHttp: FrameworkAdapter = {
  id: 'node:http',
  packages: ['http', 'https', 'http2', 'node:http', 'node:https', 'node:http2'],
  ...REGISTERS_NOTHING,
  listens(call, callee) {
    const name = callee.replace(/^node:/, '');
    if (CREATES.test(name)) return { listener: listenerIn(call) };
    const on = /^(?:node:)?(\w+\.\w+)\(\)\.(?:on|once|addListener|prependListener)$/.exec(callee)?.[1];
    const event = call.args[0]?.value;
    return on !== undefined && CREATES.test(on) && event?.kind === 'literal' && event.value === 'request' ? { listener: call.args[1]?.value } : undefined;
  },
  role: () => HANDLER,
};
export default nodeHttp;

/** `createServer(listener)`, `createServer(options, listener)`: what is written as an object is no listener. */
function listenerIn(call: Call): Value | undefined {
  const last = call.args.at(-1);
  return last === undefined || last.spread || call.args.length > 2 || last.value.kind === 'object' ? undefined : last.value;
}
