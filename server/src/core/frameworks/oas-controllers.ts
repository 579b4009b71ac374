import type { Role } from '../model/api.js';
import { REGISTERS_NOTHING, type FrameworkAdapter } from './adapter.js';

/** Parameters of the operation follow: four are no error handler. */
const HANDLER: Role = { framework: 'express', as: 'handler', parameters: ['request', 'response', 'next'], returnSends: false, sure: true };

/** Controllers of oas3-tools 2.2.3, @oas-tools/core 3.1.0, swagger-tools 0.10.4 and swagger-express-mw 0.7.0: functions of Express that no call registers. */
const oasControllers: FrameworkAdapter = {
  id: 'oas-controllers',
  packages: ['oas3-tools', '@oas-tools/core', 'oas-tools', 'swagger-tools', 'swagger-express-mw'],
  ...REGISTERS_NOTHING,
  role: () => HANDLER,
  order: { ...REGISTERS_NOTHING.order, caseSensitive: false },
};
export default oasControllers;
