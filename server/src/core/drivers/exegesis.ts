import type { Driver } from './driver.js';

/** exegesis 4.3.0: controllers of a folder or an object; an operation whose scheme has no authenticator stops the start. */
export const exegesis: Driver = {
  id: 'exegesis-express',
  calls: /^exegesis(-express)?(\.default)?\.middleware$/,
  imports: new Set(['exegesis', 'exegesis-express']),
  as: 'middleware',
  framework: 'exegesis',
  document: [[0]],
  bases: 'servers',
  handlers: [[1, 'controllers']],
  naming: { ids: ['x-exegesis-operationId', 'operationId'], files: ['x-exegesis-controller'] },
  security: { at: [[1, 'authenticators']], welcome: 'success', lacking: 'refused', none: 'refused' },
};
