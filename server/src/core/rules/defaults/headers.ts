import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/headers.test.ts. */
export const headersDefaults: readonly LibraryDefault[] = [
  { id: 'express/x-powered-by', name: 'express', version: '5.3.0', installed: 'express', says: 'Responses carry X-Powered-By: Express unless helmet or a setting takes it away.' },
  { id: 'express4/x-powered-by', name: 'express', version: '4.22.3', installed: 'express4', says: 'Responses carry X-Powered-By: Express unless helmet or a setting takes it away.' },
  { id: 'express/order', name: 'express', version: '5.3.0', installed: 'express', says: 'A route above helmet is answered without its headers.' },
  { id: 'express4/order', name: 'express', version: '4.22.3', installed: 'express4', says: 'A route above helmet is answered without its headers.' },
  { id: 'helmet3/defaults', name: 'helmet', version: '3.23.3', installed: 'helmet3', says: 'helmet() sends neither a policy nor Referrer-Policy, 180 days of HSTS, and the old XSS filter.' },
  { id: 'helmet4/defaults', name: 'helmet', version: '4.6.0', installed: 'helmet4', says: 'helmet() sends a policy without form-action, Expect-CT, and 180 days of HSTS.' },
  { id: 'helmet5/defaults', name: 'helmet', version: '5.1.1', installed: 'helmet5', says: 'helmet() sends the cross-origin headers, form-action, and 180 days of HSTS.' },
  { id: 'helmet6/defaults', name: 'helmet', version: '6.2.0', installed: 'helmet6', says: 'helmet() sends the cross-origin headers but no Expect-CT, and 180 days of HSTS.' },
  { id: 'helmet7/defaults', name: 'helmet', version: '7.2.0', installed: 'helmet7', says: 'helmet() sends no Cross-Origin-Embedder-Policy, and 180 days of HSTS.' },
  { id: 'helmet/defaults', name: 'helmet', version: '8.3.0', installed: 'helmet', says: 'helmet() sends 365 days of HSTS, SAMEORIGIN and no-referrer.' },
  { id: 'helmet/csp-defaults', name: 'helmet', version: '8.3.0', installed: 'helmet', says: "The policy of helmet lets inline styles in, but no inline script, and only 'self' frames the pages." },
  { id: 'helmet/csp-nonce', name: 'helmet', version: '8.3.0', installed: 'helmet', says: 'A function in a directive is called for each response, and its text is the source.' },
  { id: 'helmet/aliases', name: 'helmet', version: '8.3.0', installed: 'helmet', says: 'Old and new names of an option mean the same, and both at once are refused.' },
  { id: 'helmet/refused-options', name: 'helmet', version: '8.3.0', installed: 'helmet', says: 'allow-from, texts for seconds, unquoted keywords and a policy without default-src are refused.' },
  { id: 'helmet/no-csp-defaults', name: 'helmet', version: '8.3.0', installed: 'helmet', says: 'useDefaults: false drops frame-ancestors, which default-src does not stand in for, and object-src.' },
  { id: 'helmet/report-only', name: 'helmet', version: '8.3.0', installed: 'helmet', says: 'reportOnly: true sends the Report-Only header in place of the policy.' },
  { id: 'helmet/part-alone', name: 'helmet', version: '8.3.0', installed: 'helmet', says: 'helmet.hsts() alone sends no policy and keeps X-Powered-By.' },
  { id: '@fastify/helmet/defaults', name: '@fastify/helmet', version: '13.2.0', installed: '@fastify/helmet', says: 'It sends what helmet 8 does, and nothing with global: false unless a route asks.' },
  { id: 'koa-helmet/defaults', name: 'koa-helmet', version: '9.0.0', installed: 'koa-helmet', says: 'It sends what the helmet beside it does.' },
  { id: 'hono/secure-headers', name: 'hono', version: '4.13.19', installed: 'hono', says: 'secureHeaders() sends 180 days of HSTS and SAMEORIGIN, but no policy unless one is given.' },
  { id: 'hapi/security', name: '@hapi/hapi', version: '21.4.10', installed: '@hapi/hapi', says: 'security: true sends half a year of HSTS, DENY and nosniff but no policy; without it there are none.' },
  { id: 'frameworks/no-powered-by', name: 'fastify', version: '5.12.8', installed: 'fastify', says: 'Fastify, Koa, hapi and Hono do not name themselves and send no security headers.' },
  { id: 'nest/x-powered-by', name: '@nestjs/core', version: '12.5.1', installed: '@nestjs/core', says: 'On Express it sends X-Powered-By: Express.' },
];
