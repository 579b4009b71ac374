import type { FunctionView, Step } from '../../model/module.js';
import type { Call } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { registration, wrapped } from '../facts/development.js';
import { isImported } from '../facts/imported.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly name: string;
  /** The setting that shows the page. */
  readonly setting: { readonly at: At; readonly code: readonly (string | { readonly quote: string })[] } | undefined;
  /** The statement that mounts it. */
  readonly statementAt: At | undefined;
}
const ALWAYS = /^(errorhandler|express\.errorHandler|development-error-handler|youch(\.Youch)?|ouch(\.Ouch)?|express-error-with-sources)$/;
/** Packages that show the page when they are told to: the option, and what does. */
const TOLD: ReadonlyMap<string, { readonly key: string; readonly shows: unknown }> = new Map([
  ['koa-error', { key: 'env', shows: 'development' }],
  ['strong-error-handler', { key: 'debug', shows: true }],
  ['hapi-dev-errors', { key: 'showErrors', shows: true }],
]);

export default rule<'call', Evidence>({
  meta: {
    id: 'debug/error-handler-package',
    title: 'The development error page runs in production',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [489, 209],
    severity: 'warning',
    confidence: 'high',
    topics: ['debug', 'error-leak'],
    since: '0.1.0',
    leansOn: ['errorhandler/always'],
    whenNotToUse: 'The application is a tool that runs on the machines of its developers only.',
    references: ['https://github.com/expressjs/errorhandler#readme'],
  },
  on: 'call',
  words: ['error', 'youch', 'ouch'],
  *detect({ call, step, in: fn }, context): Iterable<Detection<Evidence>> {
    const name = call.callee.split('.')[0] ?? call.callee;
    if (ALWAYS.test(call.callee) && isImported(call)) {
      const mount = registration(call, fn);
      yield { at: call.nameAt, subject: call.callee, evidence: { name, setting: undefined, statementAt: mount }, when: step.when };
      return;
    }
    yield* told(call, step, fn, context);
  },
  explain: ({ name }) => ({
    message: `${name} sends message and stack in production too. Use it only when NODE_ENV is 'development'.`,
    why: 'It shows file paths, library versions and the failing code to everyone who can cause an error.',
    remedy: 'Mount it in development alone, and answer with a fixed text everywhere else.',
  }),
  *fix({ evidence: { setting, statementAt } }): Iterable<FixAnswer> {
    if (setting) yield { title: 'Let NODE_ENV decide', safety: 'review', changes: [{ do: 'replace', at: setting.at, code: setting.code }] };
    else if (statementAt) yield { title: 'Mount it in development only', safety: 'review', changes: wrapped(statementAt) };
    else yield { refused: 'It is no statement of its own that a test could be put before.' };
  },
  examples: [
    {
      title: 'mounted for every environment',
      bad: `
        const express = require('express');
        const errorhandler = require('errorhandler');
        const app = express();
        app.use(errorhandler());
        //      ^^^^^^^^^^^^ debug/error-handler-package "in production too"
      `,
      fixed: `
        const express = require('express');
        const errorhandler = require('errorhandler');
        const app = express();
        if (process.env.NODE_ENV === 'development') app.use(errorhandler());
      `,
    },
    {
      title: 'with options, under another name',
      bad: `
        import express from 'express';
        import errorHandler from 'errorhandler';
        const app = express();
        app.use(errorHandler({ log: false }));
        //      ^^^^^^^^^^^^ debug/error-handler-package
      `,
      fixed: `
        import express from 'express';
        import errorHandler from 'errorhandler';
        const app = express();
        if (process.env.NODE_ENV === 'development') app.use(errorHandler({ log: false }));
      `,
    },
    {
      title: 'the one that came with Express 3',
      bad: `
        var express = require('express');
        var app = express();
        app.use(express.errorHandler({ dumpExceptions: true, showStack: true }));
        //              ^^^^^^^^^^^^ debug/error-handler-package
      `,
    },
    {
      title: 'a page that is written by hand',
      bad: `
        import express from 'express';
        import Youch from 'youch';
        express().use(async (err, req, res, next) => {
          const page = new Youch(err, req);
          //               ^^^^^ debug/error-handler-package
          res.status(500).send(await page.toHTML());
        });
      `,
    },
    {
      title: 'packages that are told to show it',
      bad: `
        const Koa = require('koa');
        const error = require('koa-error');
        const strong = require('strong-error-handler');
        new Koa().use(error({ env: 'development' }));
        //                         ^^^^^^^^^^^^^ debug/error-handler-package
        require('express')().use(strong({ debug: true, log: true }));
        //                                       ^^^^ debug/error-handler-package
        require('@hapi/hapi').server().register({ plugin: require('hapi-dev-errors'), options: { showErrors: true } });
        //                                                                                                   ^^^^ debug/error-handler-package
      `,
      fixed: `
        const Koa = require('koa');
        const error = require('koa-error');
        const strong = require('strong-error-handler');
        new Koa().use(error({ env: process.env.NODE_ENV }));
        require('express')().use(strong({ debug: true, log: true }));
        //                                       ^^^^ debug/error-handler-package
        require('@hapi/hapi').server().register({ plugin: require('hapi-dev-errors'), options: { showErrors: true } });
        //                                                                                                   ^^^^ debug/error-handler-package
      `,
    },
    {
      title: 'in development only',
      good: `
        import express from 'express';
        import errorhandler from 'errorhandler';
        const app = express();
        if (process.env.NODE_ENV === 'development') app.use(errorhandler());
        if (app.get('env') === 'development') app.use(errorhandler({ log: true }));
        if (process.env.NODE_ENV !== 'production') { app.use(errorhandler()); }
      `,
    },
    { title: 'a setting that the environment decides', good: `const strong = require('strong-error-handler'); require('express')().use(strong({ debug: process.env.NODE_ENV === 'development', log: true }));` },
    { title: 'a function of the file', good: `import express from 'express'; function errorhandler() { return (err, req, res, next) => res.sendStatus(500); } express().use(errorhandler());` },
    { title: 'a handler of the project', good: `import express from 'express'; import errorhandler from './errorhandler.js'; express().use(errorhandler());` },
  ],
});

function* told(call: Call, step: Step, fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  const [first] = call.args;
  const isPlugin = call.name === 'register' && first !== undefined;
  const plugin = isPlugin ? context.option(first.value, 'plugin') : undefined;
  const from = plugin?.kind === 'value' && plugin.value.kind === 'ref' && plugin.value.root.kind === 'import' ? plugin.value.root.from : call.callee;
  const known = TOLD.get(from);
  const given = isPlugin && known ? context.option(first.value, 'options') : undefined;
  const options = given?.kind === 'value' ? given.value : first?.value;
  const answer = known && options ? context.option(options, known.key) : undefined;
  if (!known || answer?.kind !== 'value' || context.constant(answer.value)?.value !== known.shows) return;
  const code = known.shows === true ? ['process.env.NODE_ENV === ', { quote: 'development' }] : ['process.env.NODE_ENV'];
  yield { at: answer.value.at, subject: from, evidence: { name: from, setting: { at: answer.value.at, code }, statementAt: registration(call, fn) }, when: step.when };
}
