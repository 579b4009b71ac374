import type { Artifact } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asScalar, asText, entriesOf, isTrue, valueOf } from '../../openapi/values.js';
import { riskDetections, riskFix, type ConfigRisk } from '../facts/config-risk.js';
import { settingSecret } from '../facts/config-secrets.js';
import { devCommands, type DevCommand } from '../facts/dev-commands.js';
import { settingFault } from '../facts/setting-faults.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

/** Scripts that start what serves others. */
const STARTS = /^(start|serve|prod|production|start[:_-]?(prod|production|server|api)|serve[:_-]?(prod|production)|(prod|production)[:_-]start)$/;
/** An address of this machine only, written out. */
const HERE = /=(127\.|localhost|\[?::1)/;
/** Programs that only restart another one: what they start can be started alone. */
const RESTARTS = /^(nodemon|ts-node-dev|tsnd|node-dev|supervisor)$/;

export default rule<'artifact', ConfigRisk>({
  meta: {
    id: 'config/start-script',
    title: 'The start script runs a development server',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [489],
    severity: 'warning',
    confidence: 'high',
    topics: ['other-config'],
    since: '0.1.0',
    whenNotToUse: 'The package is a tool or a front end whose `start` is for its developers, and it is deployed by other means.',
    references: ['https://expressjs.com/en/advanced/best-practice-performance.html#set-node_env-to-production', 'https://nodejs.org/en/learn/getting-started/security-best-practices', 'https://cwe.mitre.org/data/definitions/489.html'],
  },
  on: 'artifact',
  words: ['start', 'serve', 'prod', 'web:', 'worker', 'apps', 'script'],
  *detect(artifact, context) {
    yield* riskDetections(risksOf(artifact, context));
  },
  explain: ({ message }) => ({
    message,
    why: 'A development server answers with errors and sources, a debugger runs any code it is sent, and both are what runs when somebody types the usual command on a server.',
    remedy: 'Keep such commands in scripts named dev, and let start run the built program.',
  }),
  *fix({ evidence }): Iterable<FixAnswer> {
    yield riskFix(evidence);
  },
  examples: [
    {
      title: 'a process file whose only stage is that of developers, with a password in it',
      bad: `
        //- ecosystem.config.js
        module.exports = {
          apps: [{
            name: 'mailer',
            script: 'dist/mailer.js',
            watch: true,
            //     ^^^^ config/start-script "starts anew whenever a file changes"
            env: { NODE_ENV: 'development', SMTP_PASSWORD: 'Tr0ub4dor-mail' },
            //               ^^^^^^^^^^^^^ config/start-script "sets the environment of developers"
            //                                             ^^^^^^^^^^^^^^^^ config/start-script "'SMTP_PASSWORD' is written down"
          }],
        };
      `,
      fixed: `
        //- ecosystem.config.js
        module.exports = {
          apps: [{
            name: 'mailer',
            script: 'dist/mailer.js',
            watch: false,
            env: { NODE_ENV: 'development', SMTP_PASSWORD: 'Tr0ub4dor-mail' },
          }],
        };
      `,
    },
    {
      title: 'a process file that is a list',
      bad: `
        //- ecosystem.config.js
        module.exports = [
          { name: 'api', script: 'dist/api.js', env: { NODE_ENV: 'development', MONGO: 'mongodb+srv://shop:Rz7Qk2pLx9@cluster0.ab12c.mongodb.net/' } },
          //                                                     ^^^^^^^^^^^^^ config/start-script "and there is none"
          //                                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/start-script "'MONGO' is written down"
        ];
      `,
      fixed: `
        //- ecosystem.config.js
        module.exports = [
          { name: 'api', script: 'dist/api.js', env: { NODE_ENV: 'production', MONGO: 'mongodb+srv://shop:Rz7Qk2pLx9@cluster0.ab12c.mongodb.net/' } },
        ];
      `,
    },
    {
      title: 'a process file with a stage for production, and what is read from the environment',
      good: `
        //- ecosystem.config.js
        module.exports = {
          apps: [{
            name: 'api',
            script: 'dist/api.js',
            watch: false,
            env: { NODE_ENV: 'development', DB_PASSWORD: process.env.DB_PASSWORD },
            env_production: { NODE_ENV: 'production' },
            env_development: { DB_PASSWORD: 'Local-only-77' },
          }],
        };
      `,
    },
    {
      title: 'a server that watches files',
      bad: `
        #- package.json
        { "scripts": { "start": "nodemon server.js", "test": "vitest" } }
                                 ^^^^^^^ config/start-script "'start' starts a development server"
      `,
      fixed: `
        #- package.json
        { "scripts": { "start": "node server.js", "test": "vitest" } }
      `,
    },
    {
      title: 'the environment of developers, a debugger for the network',
      bad: `
        #- package.json
        {
          "dependencies": { "express": "^5.1.0" },
          "scripts": {
            "start": "NODE_ENV=development node server.js",
                      ^^^^^^^^^^^^^^^^^^^^ config/start-script "sets the environment of developers"
            "start:prod": "node --inspect=0.0.0.0:9229 dist/main",
                                ^^^^^^^^^^^^^^^^^^^^^^ config/start-script "opens the debugger"
            "serve": "tsx watch src/main.ts"
                      ^^^^^^^^^ config/start-script
          }
        }
      `,
      fixed: `
        #- package.json
        {
          "dependencies": { "express": "^5.1.0" },
          "scripts": {
            "start": "NODE_ENV=production node server.js",
            "start:prod": "node --inspect=0.0.0.0:9229 dist/main",
            "serve": "tsx watch src/main.ts"
          }
        }
      `,
    },
    {
      title: 'certificates that are not checked, in a process file',
      bad: `
        #- Procfile
        release: npm run migrate
        web: NODE_TLS_REJECT_UNAUTHORIZED=0 node server.js
        #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/start-script "checks no certificates"
      `,
      fixed: `
        #- Procfile
        release: npm run migrate
        web: node server.js
      `,
    },
    {
      title: 'production settings that are none, in a process file of pm2',
      bad: `
        //- ecosystem.config.js
        module.exports = {
          apps: [{
            name: 'api',
            script: 'dist/main.js',
            node_args: '--inspect=0.0.0.0:9229',
        //             ^^^^^^^^^^^^^^^^^^^^^^^^ config/start-script "opens the debugger"
            env: { NODE_ENV: 'development' },
            env_production: { NODE_ENV: 'development' },
        //                              ^^^^^^^^^^^^^ config/start-script "sets the environment of developers"
          }],
        };
      `,
    },
    {
      title: 'a tool that is started by hand, and a debugger on this machine only',
      good: `
        //- ecosystem.config.js
        module.exports = {
          apps: [
            { name: 'api', script: 'dist/main.js', env: { NODE_ENV: 'production' } },
            { name: 'repl', script: 'repl.js', autorestart: false, node_args: '--inspect=127.0.0.1:9230', env: { NODE_ENV: 'development' } },
          ],
        };
      `,
    },
    {
      title: 'a process file with production settings',
      good: `
        //- ecosystem.config.cjs
        const apps = [{ name: 'api', script: 'dist/main.js', env: { NODE_ENV: 'development' }, env_production: { NODE_ENV: 'production' } }];
        module.exports = { apps };
      `,
    },
    {
      title: 'scripts for developers, and servers that were built',
      good: `
        #- package.json
        {
          "dependencies": { "express": "^5.1.0" },
          "scripts": {
            "dev": "nodemon server.js",
            "start:debug": "node --inspect server.js",
            "start:dev": "nest start --watch",
            "start": "NODE_ENV=production node server.js",
            "start:prod": "next start",
            "serve": "vite preview"
          }
        }
      `,
    },
    {
      title: 'the start script of a command',
      good: `
        //- package.json
        { "bin": { "create-things": "bin/create-things" }, "scripts": { "start": "nodemon --" }, "dependencies": { "commander": "^12.0.0" } }
      `,
    },
    {
      title: 'the start of a front end, and programs whose names look alike',
      good: `
        #- web/package.json
        { "dependencies": { "react": "^19.0.0", "react-scripts": "5.0.1" }, "scripts": { "start": "react-scripts start" } }
        #- api/package.json
        { "dependencies": { "fastify": "^5.0.0" }, "scripts": { "start": "node ./nodemon.js && node --inspect-only x.js", "serve": 5 } }
        #- Procfile
        web: npm start
        #- Procfile.dev
        web: npx nodemon --inspect server.js
      `,
    },
  ],
});

function* risksOf(artifact: Artifact, context: RuleContext): Iterable<ConfigRisk> {
  if (artifact.kind === 'package-json') {
    for (const { key, value } of entriesOf(valueOf(artifact.root, 'scripts'))) if (STARTS.test(key)) yield* inCommand(key, value, artifact, context);
  } else if (artifact.kind === 'procfile') {
    // `foreman start -f Procfile.dev` is for the machine of a developer.
    if (/\.(dev|devel|development|local|tests?|ci)$/i.test(artifact.path)) return;
    for (const { key, value } of entriesOf(artifact.root)) if (/^(web|api|server|worker\w{0,20})$/.test(key)) yield* inCommand(key, value, artifact, context);
  } else if (artifact.kind === 'pm2') {
    const root = context.resolve(artifact.root).value;
    const apps = valueOf(root, 'apps');
    // The list may be all there is, or the only application.
    for (const { value: app } of asArray(apps ? context.resolve(apps).value : root)?.items ?? []) yield* inApp(app, context);
    if (!apps && valueOf(root, 'script')) yield* inApp(root, context);
  }
}
/** One application of a process file: its production settings, and what Node is given. */
function* inApp(written: Value, context: RuleContext): Iterable<ConfigRisk> {
  const app = context.resolve(written).value;
  const name = asText(valueOf(app, 'name')) ?? 'app';
  const environment = valueOf(valueOf(app, 'env_production'), 'NODE_ENV');
  const text = asText(environment);
  if (environment && text !== undefined && /^(development|dev|local|test)$/.test(text))
    yield {
      at: environment.at, subject: `${name} environment`, severity: 'warning', message: `'env_production' ${FAULT.environment}. ${CURE.environment}.`,
      repair: { title: 'Set it to production', changes: [{ do: 'replace', at: environment.at, code: [{ quote: 'production' }] }] },
    };
  yield* given(app, name, context);
  const watch = valueOf(app, 'watch');
  if (watch && (isTrue(watch) || watch.kind === 'array'))
    yield {
      at: watch.at, subject: `${name} watch`, severity: 'info', message: `'${name}' starts anew whenever a file changes, and so whenever somebody uploads one there. Leave watch to the machines of developers.`,
      repair: watch.kind === 'array' ? { refused: 'What is watched on purpose, only its author knows.' } : { title: 'Do not watch', changes: [{ do: 'replace', at: watch.at, code: ['false'] }] },
    };
  for (const key of ['node_args', 'interpreter_args', 'args']) {
    const args = valueOf(app, key);
    for (const value of args?.kind === 'array' ? args.items.map((item) => item.value) : args ? [args] : []) {
      const found = devCommands(asText(value) ?? '').find(({ how }) => how === 'debugger');
      // Only who is on the machine already reaches it there.
      if (!found || HERE.test(found.word)) continue;
      const severity = /=(0\.0\.0\.0|\[?::)/.test(found.word) ? 'warning' : 'info';
      yield { at: value.at, subject: `${name} debugger`, severity, message: `'${name}' ${FAULT.debugger}. ${CURE.debugger}.`, repair: { refused: 'It may be one of several arguments in one text.' } };
    }
  }
}
/** The variables an application is started with: those of `env` hold unless a stage of its own is asked for. */
function* given(app: Value, name: string, context: RuleContext): Iterable<ConfigRisk> {
  const stages = app.kind === 'object' ? app.entries.flatMap(({ key, value }) => (key === 'env' || key?.startsWith('env_') === true ? [{ key, holder: context.resolve(value).value }] : [])) : [];
  // What is not started again when it ends is no server.
  const isByHand = asScalar(valueOf(app, 'autorestart'))?.value === false;
  const hasProduction = stages.some(({ key, holder }) => key.startsWith('env_prod') && valueOf(holder, 'NODE_ENV') !== undefined);
  for (const { key: stage, holder } of stages) for (const { key, value } of entriesOf(holder)) {
    const text = asText(value);
    if (text === undefined) continue;
    if (settingSecret(key, text) === 'secret' && !/dev|test|local/.test(stage))
      yield {
        at: value.at, subject: `${name} ${key}`, severity: 'error', message: `'${key}' is written down for everyone who can read this file. Take it from the environment, and change it.`,
        repair: { refused: 'Where the secret is to be kept, only the operator knows.' },
      };
    if (stage === 'env' && key === 'NODE_ENV' && !hasProduction && !isByHand && settingFault(key, text))
      yield {
        at: value.at, subject: `${name} mode`, severity: 'warning', message: `'${name}' ${FAULT.environment}, unless another stage is asked for, and there is none. ${CURE.environment}.`,
        repair: { title: 'Set it to production', changes: [{ do: 'replace', at: value.at, code: [{ quote: 'production' }] }] },
      };
  }
}
function* inCommand(name: string, value: Value, artifact: Artifact, context: RuleContext): Iterable<ConfigRisk> {
  const command = asText(value);
  if (command === undefined) return;
  const source = context.textOf(value.at);
  const from = source.indexOf(command);
  // Words behind a backslash stand elsewhere than they read.
  if (from < 0) return;
  for (const found of devCommands(command)) {
    if (found.how === 'debugger' && HERE.test(found.word)) continue;
    if (found.how === 'server' && (isFrontEnd(artifact, found, context) || isTool(artifact, context))) continue;
    const at = context.within(value.at, from + found.start, from + found.end);
    const severity = found.how === 'debugger' && !/=(0\.0\.0\.0|\[?::)/.test(found.word) ? 'info' : 'warning';
    yield { at, subject: `${name} ${found.how}`, severity, message: `'${name}' ${FAULT[found.how]}. ${CURE[found.how]}.`, repair: repairOf(found, command, value, from, context) };
  }
}
const FAULT: Readonly<Record<DevCommand['how'], string>> = {
  server: 'starts a development server; errors and sources are shown to everyone',
  environment: 'sets the environment of developers; errors are shown to everyone',
  debugger: 'opens the debugger, which runs any code it is sent',
  tls: 'checks no certificates, so that anyone on the path can read and change what is sent',
};
const CURE: Readonly<Record<DevCommand['how'], string>> = {
  server: 'Use a production command', environment: 'Set NODE_ENV to production', debugger: 'Keep it for a script named debug', tls: 'Trust the certificate it is about instead',
};
function repairOf(found: DevCommand, command: string, value: Value, from: number, context: RuleContext): ConfigRisk['repair'] {
  const at = context.within(value.at, from + found.start, from + found.end);
  switch (found.how) {
    case 'server': {
      const isAlone = RESTARTS.test(found.word) && found.start === 0 && /^\S+\s+[\w./-]+\.[cm]?js(\s|$)/.test(command);
      return isAlone ? { title: 'Start it with node', changes: [{ do: 'replace', at, code: ['node'] }] } : { refused: 'How the program is built and started, only its author knows.' };
    }
    case 'environment': return { title: 'Set it to production', changes: [{ do: 'replace', at, code: [found.word.replace(/=(["']?)\w+/, '=$1production')] }] };
    default: {
      const gap = /^\s*/.exec(command.slice(found.end))?.[0].length ?? 0;
      const whole = context.within(value.at, from + found.start, from + found.end + gap);
      return { title: found.how === 'tls' ? 'Check certificates' : 'Start without the debugger', changes: [{ do: 'remove', at: whole, as: 'text' }] };
    }
  }
}
/** A command that is installed on the machines of others, and serves nothing: its start script is for those who write it. */
function isTool(artifact: Artifact, context: RuleContext): boolean {
  return artifact.kind === 'package-json' && valueOf(artifact.root, 'bin') !== undefined && !SERVERS.some((name) => context.depends(name, artifact.path) === true);
}
/** Pages that are built elsewhere: their start script is for developers. No package of it serves an API. */
function isFrontEnd(artifact: Artifact, { word }: DevCommand, context: RuleContext): boolean {
  if (/^(nodemon|ts-node-dev|tsnd|node-dev|supervisor|tsx|nest|--watch)/.test(word)) return false;
  return !SERVERS.some((name) => context.depends(name, artifact.path) === true) && !/^(next|nuxi?|remix|strapi)\b/.test(word);
}
const SERVERS = ['express', 'fastify', 'koa', 'hono', '@hapi/hapi', '@nestjs/core', 'restify', '@strapi/strapi'];
