import type { Role } from '../model/api.js';
import type { FrameworkAdapter } from './adapter.js';

const NEVER = /(?!)/;
/** Parameters of the operation follow: four are no error handler. */
const HANDLER: Role = { framework: 'express', as: 'handler', parameters: ['request', 'response', 'next'], returnSends: false, sure: true };

/** Controllers of oas3-tools 2.2.3, @oas-tools/core 3.1.0, swagger-tools 0.10.4 and swagger-express-mw 0.7.0: functions of Express that no call registers. */
const oasControllers: FrameworkAdapter = {
  id: 'oas-controllers',
  packages: ['oas3-tools', '@oas-tools/core', 'oas-tools', 'swagger-tools', 'swagger-express-mw'],
  verbs: new Set(),
  creates: () => undefined,
  events: () => [],
  returns: () => undefined,
  role: () => HANDLER,
  plain: new Set(),
  marks: { name: NEVER, type: NEVER, verbs: new Set() },
  order: { fallThrough: false, caseSensitive: false, layers: 'registration', routesPass: false, copies: 'none', parametersFirst: false },
};
export default oasControllers;
