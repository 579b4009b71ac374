import type { Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { Change } from '../../findings/changes.js';
import type { Artifact } from '../../artifacts/kind.js';
import { asText, entriesOf as settingsOf } from '../../openapi/values.js';
import { packageSources } from '../facts/package-sources.js';
import { alternatives } from '../facts/alternatives.js';
import { entriesOf } from '../facts/entries.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly name: string;
  readonly value: string;
  readonly changes: readonly Change[];
}
const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED';
/** Switches of tools that are started with this environment: they fetch code. */
const OF_TOOLS: ReadonlyMap<string, RegExp> = new Map([
  ['GIT_SSL_NO_VERIFY', /^(1|true)$/i],
  ['npm_config_strict_ssl', /^false$/i],
  ['NPM_CONFIG_STRICT_SSL', /^false$/i],
]);

export default rule<'source', Evidence>({
  meta: {
    id: 'tls/env-verification-disabled',
    title: 'Certificate checks are off for the whole process',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [295],
    severity: 'error',
    confidence: 'high',
    topics: ['tls'],
    since: '0.1.0',
    leansOn: ['node/environment-switch'],
    whenNotToUse: 'Never in a process that talks to other machines; a local experiment can be suppressed with its reason.',
    references: ['https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue', 'https://cwe.mitre.org/data/definitions/295.html'],
  },
  on: 'source',
  words: [VARIABLE.toLowerCase(), 'git_ssl_no_verify', 'npm_config_strict_ssl', 'strict-ssl', 'strictssl'],
  *detect(source, context) {
    if (source.kind === 'settings') yield* settled(source.artifact);
    if (source.kind !== 'code') return;
    const { module } = source;
    for (const view of [module.top, ...module.functions.values()])
      for (const step of view.steps) {
        if (step.do !== 'assign' || step.target.root.kind !== 'env') continue;
        const name = step.target.root.name ?? step.target.path[0];
        if (name !== undefined && step.target.path.length <= 1) yield* written(name, step.value, step.when, [{ do: 'remove', at: step.statementAt, as: 'statement' }], context);
      }
    // An environment that is handed to a child process, a process manager or a platform.
    for (const { entry, when } of entriesOf(module)) {
      if (entry.key === undefined) continue;
      yield* written(entry.key, entry.value, when, entry.form === 'pair' ? [{ do: 'remove', at: entry.at, as: 'entry' }] : [], context);
    }
  },
  explain: ({ name, value }) => ({
    message:
      name === VARIABLE
        ? `${name}=0 turns off certificate checks for every connection of this process. Remove it and set NODE_EXTRA_CA_CERTS to your CA file.`
        : `${name}=${value} lets anyone on the network replace the code that is fetched. Remove it and give the tool your CA file.`,
    why: 'Encryption without a check of the certificate is encryption to whoever answers, for every library of the process.',
    remedy: 'Remove the variable; for a certificate of your own, start the process with NODE_EXTRA_CA_CERTS.',
  }),
  *fix({ evidence: { changes } }): Iterable<FixAnswer> {
    yield changes.length > 0 ? { title: 'Remove it', safety: 'review', changes } : { refused: 'Other values stand beside it: what is left has to be decided.' };
  },
  examples: [
    {
      title: 'the variable set at the start',
      bad: `
        import https from 'node:https';
        process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
        //                                         ^^^ tls/env-verification-disabled "NODE_TLS_REJECT_UNAUTHORIZED=0 turns off"
        https.get('https://api.example.com');`,
      fixed: `
        import https from 'node:https';
        https.get('https://api.example.com');`,
    },
    {
      title: 'a number, and the name in brackets',
      bad: `
        process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0;
        //                                            ^ tls/env-verification-disabled`,
    },
    {
      title: 'before one call and back afterwards',
      bad: `
        const OFF = '0';
        export async function load(url) {
          const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
          process.env.NODE_TLS_REJECT_UNAUTHORIZED = OFF;
          //                                         ^^^ tls/env-verification-disabled
          const answer = await fetch(url);
          process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
          return answer;
        }`,
    },
    {
      title: 'the environment of a child process',
      bad: `
        const { spawn } = require('node:child_process');
        spawn('node', ['worker.js'], { env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
        //                                                                                  ^^^ tls/env-verification-disabled`,
      fixed: `
        const { spawn } = require('node:child_process');
        spawn('node', ['worker.js'], { env: { ...process.env } });`,
    },
    {
      title: 'the settings of a process manager',
      bad: `
        //- ecosystem.config.js
        module.exports = { apps: [{ name: 'api', script: 'server.js', env_production: { PORT: 80, NODE_TLS_REJECT_UNAUTHORIZED: 0 } }] };
        //                                                                                                                      ^ tls/env-verification-disabled`,
    },
    {
      title: 'only where a setting asks for it, and in production',
      bad: `
        if (process.env.ALLOW_SELF_SIGNED) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
        //                                                                            ^^^ tls/env-verification-disabled
        Object.assign(process.env, { NODE_TLS_REJECT_UNAUTHORIZED: process.env.NODE_ENV === 'production' ? '0' : '1' });
        //                                                                                                 ^^^ tls/env-verification-disabled`,
    },
    {
      title: 'code is fetched unchecked',
      bad: `
        import { execFile } from 'node:child_process';
        execFile('git', ['clone', url], { env: { GIT_SSL_NO_VERIFY: 'true' } });
        //                                                          ^^^^^^ tls/env-verification-disabled "replace the code"`,
    },
    {
      title: 'npm fetches packages unchecked',
      bad: `
        #- .npmrc
        save-exact=true
        strict-ssl = false
        #            ^^^^^ tls/env-verification-disabled "strict-ssl=false lets anyone on the network replace the code"
        fund=false
      `,
      fixed: `
        #- .npmrc
        save-exact=true
        fund=false
      `,
    },
    {
      title: 'pnpm and yarn fetch packages unchecked',
      bad: `
        #- .yarnrc.yml
        nodeLinker: node-modules
        enableStrictSsl: false
        #                ^^^^^ tls/env-verification-disabled
        #- pnpm-workspace.yaml
        packages: ['apps/*']
        strictSsl: false
        #          ^^^^^ tls/env-verification-disabled
      `,
      fixed: `
        #- .yarnrc.yml
        nodeLinker: node-modules
        #- pnpm-workspace.yaml
        packages: ['apps/*']
        strictSsl: false
      `,
    },
    {
      title: 'the environment files of what runs',
      bad: `
        #- .env.production
        PORT=3000
        NODE_TLS_REJECT_UNAUTHORIZED=0
        #                            ^ tls/env-verification-disabled "for every connection"
        #- .env
        NODE_TLS_REJECT_UNAUTHORIZED="0"
        #                            ^^^ tls/env-verification-disabled
        LOG=info
      `,
      fixed: `
        #- .env.production
        PORT=3000
        #- .env
        NODE_TLS_REJECT_UNAUTHORIZED="0"
        LOG=info
      `,
    },
    {
      title: 'settings that keep the check, and files of developers',
      good: `
        #- .npmrc
        strict-ssl=true
        ; strict-ssl=false
        cafile=/etc/ssl/ca.pem
        #- .yarnrc.yml
        enableStrictSsl: true
        httpsCaFilePath: ./ca.pem
        #- .env.development
        NODE_TLS_REJECT_UNAUTHORIZED=0
        #- .env.example
        NODE_TLS_REJECT_UNAUTHORIZED=0
        #- .env
        NODE_TLS_REJECT_UNAUTHORIZED=1
      `,
    },
    { title: 'in development and in tests', good: `if (process.env.NODE_ENV === 'test') process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\nif (process.env.NODE_ENV !== 'production') { process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; }` },
    { title: 'values that keep the check on', good: `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '1';\nprocess.env.NODE_TLS_REJECT_UNAUTHORIZED = 'false';\nprocess.env.NODE_TLS_REJECT_UNAUTHORIZED = '';` },
    { title: 'the variable taken away, or only read', good: `delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;\nif (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') console.warn('certificates are not checked');` },
    { title: 'a CA of your own', good: `process.env.NODE_EXTRA_CA_CERTS = '/etc/ssl/ca.pem';` },
    { title: 'a description of the variable', good: `export const schema = { NODE_TLS_REJECT_UNAUTHORIZED: { type: 'string', default: '1' }, GIT_SSL_NO_VERIFY: false };` },
  ],
});

/** Environment files of developers and tests, and samples. */
const ASIDE = /\.(example|sample|template|dist|defaults?|tests?|ci|e2e|dev|development)(\.|$)/i;
const RUNS = /\.(prod|production|live)(\.|$)/i;

/** What files of settings switch off: those of package managers, and of the environment a program is started with. */
function* settled(artifact: Artifact): Iterable<Detection<Evidence>> {
  for (const one of packageSources(artifact))
    if (one.what === 'unchecked') yield { at: one.at, subject: one.key, evidence: { name: one.key, value: one.written, changes: [one.removal] }, severity: 'warning' };
  if (artifact.shape !== 'settings' || artifact.kind !== 'dotenv' || ASIDE.test(artifact.path)) return;
  for (const { key, value, at } of settingsOf(artifact.root)) {
    const text = asText(value);
    const tool = OF_TOOLS.get(key);
    if (text === undefined || (tool ? !tool.test(text) : key !== VARIABLE || text !== '0')) continue;
    yield { at: value.at, subject: key, evidence: { name: key, value: text, changes: [{ do: 'remove', at, as: 'text' }] }, severity: !tool && RUNS.test(artifact.path) ? 'error' : 'warning' };
  }
}
function* written(name: string, value: Value, when: readonly Branch[], changes: readonly Change[], context: RuleContext): Iterable<Detection<Evidence>> {
  const tool = OF_TOOLS.get(name);
  if (name !== VARIABLE && !tool) return;
  for (const one of alternatives(value, context)) {
    if (one.value.kind !== 'literal') continue;
    const text = String(one.value.value);
    if (tool ? !tool.test(text) : text !== '0' || typeof one.value.value === 'boolean') continue;
    yield { at: one.at, subject: name, evidence: { name, value: text, changes: one.when.length === 0 ? changes : [] }, severity: tool ? 'warning' : 'error', when: [...when, ...one.when] };
  }
}
