import type { Entry } from '../../model/value.js';
import { transports } from '../facts/hsts.js';
import { rule } from '../rule.js';

type Evidence =
  | { readonly kind: 'short' | 'milliseconds'; readonly age: number; readonly isNumber: boolean }
  | { readonly kind: 'subdomains'; readonly entry: Entry };
const ENOUGH = 15_552_000;
/** A hundred years: nobody means so many seconds. */
const MILLISECONDS = 3_200_000_000;

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/hsts-weak',
    title: 'HTTPS is remembered for too short a time',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [319, 523],
    severity: 'warning',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['helmet/refused-options'],
    whenNotToUse: 'HTTPS is being rolled out and the time is raised step by step.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Strict_Transport_Security_Cheat_Sheet.html', 'https://www.rfc-editor.org/rfc/rfc6797'],
  },
  on: 'module',
  words: ['helmet', 'secureheaders', 'strict-transport-security', 'hsts', 'lusca'],
  *detect(module, context) {
    const isRollback = /(^|[/._-])roll-?back([/._-]|$)/i.test(module.path);
    for (const { age, ageAt, isNumber, without, when, inside } of transports(module, context)) {
      const place = { subject: `${inside} hsts`, when };
      if (age !== undefined && age < ENOUGH && age >= 0 && !(age === 0 && isRollback)) yield { ...place, at: ageAt, evidence: { kind: 'short', age, isNumber } };
      if (age !== undefined && age > MILLISECONDS) yield { ...place, at: ageAt, evidence: { kind: 'milliseconds', age, isNumber }, severity: 'info' };
      if (without) yield { ...place, at: without.value.at, subject: `${inside} includeSubDomains`, evidence: { kind: 'subdomains', entry: without }, severity: 'info' };
    }
  },
  explain(evidence) {
    switch (evidence.kind) {
      case 'short':
        return {
          message: `${evidence.age === 0 ? 'HSTS is switched off' : `HSTS lasts ${human(evidence.age)}`}: after that browsers accept plain HTTP again and can be intercepted. Use at least 180 days (15552000 s).`,
          why: 'The first request after the time has run out may go over plain HTTP, where whoever is on the way reads and changes it.',
          remedy: 'Set the time to a year, 31536000 seconds, once HTTPS works everywhere.',
        };
      case 'milliseconds':
        return {
          message: `${evidence.age} seconds are ${human(evidence.age)}: HSTS counts seconds, not milliseconds. Write 31536000 for a year.`,
          why: 'A number a thousand times too large cannot be taken back: browsers remember it for as long as they exist.',
          remedy: 'Write the time in seconds.',
        };
      case 'subdomains':
        return {
          message: 'Subdomains are left out of HSTS, so a plain-HTTP subdomain can set cookies for this site. Remove this line once every subdomain has HTTPS.',
          why: 'An attacker on the way answers for any subdomain over plain HTTP and plants cookies that this site trusts.',
          remedy: 'Keep includeSubDomains, which is the default of helmet.',
        };
    }
  },
  *fix({ evidence, at }) {
    if (evidence.kind === 'subdomains') yield { title: 'Remove line', safety: 'review', changes: [{ do: 'remove', at: evidence.entry.at, as: 'entry' }] };
    else if (evidence.isNumber) yield { title: 'Use a year', safety: 'review', changes: [{ do: 'replace', at, code: ['31536000'] }] };
    else yield { refused: 'The number is computed, or stands in another file.' };
  },
  examples: [
    {
      title: 'an hour',
      bad: `
        import helmet from 'helmet';
        app.use(helmet({ strictTransportSecurity: { maxAge: 3600 } }));
        //                                                  ^^^^ headers/hsts-weak "HSTS lasts 60 minutes"`,
      fixed: `
        import helmet from 'helmet';
        app.use(helmet({ strictTransportSecurity: { maxAge: 31536000 } }));`,
    },
    {
      title: 'switched off in a text',
      bad: `
        export function headers(req, res, next) {
          res.setHeader('Strict-Transport-Security', 'max-age=0');
          //                                                  ^ headers/hsts-weak "switched off"
          next();
        }`,
      fixed: `
        export function headers(req, res, next) {
          res.setHeader('Strict-Transport-Security', 'max-age=31536000');
          next();
        }`,
    },
    {
      title: 'a month, computed and in a constant, with subdomains left out',
      bad: `
        const helmet = require('helmet');
        const MONTH = 60 * 60 * 24 * 30;
        app.use(helmet.hsts({ maxAge: MONTH, includeSubDomains: false }));
        //                            ^^^^^ headers/hsts-weak "30 days"
        //                                                      ^^^^^ headers/hsts-weak "Subdomains"`,
    },
    {
      title: 'subdomains left out of an old name of the option',
      bad: `
        import helmet from 'koa-helmet';
        app.use(helmet({ hsts: { maxAge: 31536000, includeSubDomains: false } }));
        //                                                            ^^^^^ headers/hsts-weak`,
      fixed: `
        import helmet from 'koa-helmet';
        app.use(helmet({ hsts: { maxAge: 31536000 } }));`,
    },
    {
      title: 'options that are changed after they were made',
      bad: `
        import helmet from 'helmet';
        const options = { hsts: { maxAge: 300 } };
        options.hsts = { maxAge: 60 };
        //                       ^^ headers/hsts-weak "1 minute"
        app.use(helmet(options));`,
    },
    {
      title: 'milliseconds',
      bad: `
        import helmet from '@fastify/helmet';
        app.register(helmet, { hsts: { maxAge: 31536000000 } });
        //                                     ^^^^^^^^^^^ headers/hsts-weak "not milliseconds"`,
      fixed: `
        import helmet from '@fastify/helmet';
        app.register(helmet, { hsts: { maxAge: 31536000 } });`,
    },
    {
      title: 'hapi takes a number',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { security: { hsts: 86400 } } });
        //                                                       ^^^^^ headers/hsts-weak "1 day"`,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { security: { hsts: 31536000 } } });`,
    },
    {
      title: 'Hono takes a text',
      bad: `
        import { secureHeaders } from 'hono/secure-headers';
        app.use(secureHeaders({ strictTransportSecurity: 'max-age=600; includeSubDomains' }));
        //                                                        ^^^ headers/hsts-weak "10 minutes"`,
    },
    {
      title: 'the settings of Next.js',
      bad: `
        //- next.config.js
        const securityHeaders = [{ key: 'Strict-Transport-Security', value: 'max-age=63072; includeSubDomains; preload' }];
        //                                                                           ^^^^^ headers/hsts-weak "17 hours"
        module.exports = { async headers() { return [{ source: '/:path*', headers: securityHeaders }]; } };`,
    },
    { title: 'a year', good: `import helmet from 'helmet';\napp.use(helmet({ hsts: { maxAge: 31536000, includeSubDomains: true } }));\napp.use(helmet());` },
    { title: 'computed, and long enough', good: `import helmet from 'helmet';\napp.use(helmet({ hsts: { maxAge: 365 * 24 * 60 * 60 } }));\napp.use(helmet({ hsts: { maxAge: Number(process.env.HSTS_SECONDS) } }));` },
    { title: 'off only while developing', good: `import helmet from 'helmet';\nconst isProduction = process.env.NODE_ENV === 'production';\napp.use(helmet({ hsts: { maxAge: isProduction ? 31536000 : 0 } }));` },
    { title: 'a file that takes HTTPS back', good: `//- ops/rollback.js\nexport const headers = (req, res, next) => { res.setHeader('Strict-Transport-Security', 'max-age=0'); next(); };` },
    { title: 'another max-age', good: `export const headers = (req, res) => { res.setHeader('Cache-Control', 'max-age=60'); res.cookie('a', 'b', { maxAge: 60 }); };` },
    { title: 'two years by hand', good: `export const headers = (req, res) => { res.set('strict-transport-security', 'max-age=63072000; includeSubDomains; preload'); };` },
  ],
});

/** Seconds as a person says them. */
function human(seconds: number): string {
  for (const [unit, size] of [['year', 31_536_000], ['day', 86_400], ['hour', 3_600], ['minute', 60]] as const) {
    const count = Math.floor(seconds / size);
    if (count >= 1 && !(unit === 'hour' && count === 1)) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return `${seconds} seconds`;
}
