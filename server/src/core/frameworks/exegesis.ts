import type { Role } from '../model/api.js';
import { REGISTERS_NOTHING, type FrameworkAdapter } from './adapter.js';

const HANDLER: Role = { framework: 'exegesis', as: 'handler', parameters: ['context', 'other'], returnSends: true, sure: true };

/** exegesis 4.3.0: controllers are given a context, and what they give back is the answer; no call registers a route. */
const exegesis: FrameworkAdapter = {
  id: 'exegesis',
  packages: ['exegesis', 'exegesis-express', 'exegesis-koa'],
  ...REGISTERS_NOTHING,
  role: () => HANDLER,
};
export default exegesis;
