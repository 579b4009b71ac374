import type { Role } from '../model/api.js';
import type { FrameworkAdapter } from './adapter.js';

const NEVER = /(?!)/;
const HANDLER: Role = { framework: 'exegesis', as: 'handler', parameters: ['context', 'other'], returnSends: true, sure: true };

/** exegesis 4.3.0: controllers are given a context, and what they give back is the answer; no call registers a route. */
const exegesis: FrameworkAdapter = {
  id: 'exegesis',
  packages: ['exegesis', 'exegesis-express', 'exegesis-koa'],
  verbs: new Set(),
  creates: () => undefined,
  events: () => [],
  returns: () => undefined,
  role: () => HANDLER,
  plain: new Set(),
  marks: { name: NEVER, type: NEVER, verbs: new Set() },
  order: { fallThrough: false, caseSensitive: true, layers: 'registration', routesPass: false, copies: 'none', parametersFirst: false },
};
export default exegesis;
