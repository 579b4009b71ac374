import type { Branch, FunctionView } from '../../model/module.js';
import type { ObjectValue, Value } from '../../model/value.js';
import { LOWER, type Severity } from '../../findings/finding.js';
import type { Change, Code } from '../../findings/changes.js';
import { alternatives } from '../facts/alternatives.js';
import { graphqlOptions, graphqlServers, type GraphqlOption } from '../facts/graphql.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly option: string;
  readonly shows: 'the whole schema' | 'an API console' | 'stack traces' | 'internal error texts' | undefined;
  readonly changes: readonly Change[];
}
type Found = Detection<Evidence>;
const OUTSIDE_PRODUCTION: Code = ['process.env.NODE_ENV !== ', { quote: 'production' }];
/** Pages with a console, made by a call. */
const CONSOLES =
  /(^|\.)(ApolloServerPluginLandingPage(LocalDefault|GraphQLPlayground)|graphiql(Express|Koa)|altairExpress|expressPlayground|render(PlaygroundPage|GraphiQL|TrpcPanel)|ruruHTML)$|^graphql-playground-middleware-(express|koa)(\.default)?$/;

export default rule<'module', Evidence>({
  meta: {
    id: 'graphql/debug-exposed',
    title: 'Schema, playground or stack traces are open in production',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [200, 209],
    severity: 'warning',
    confidence: 'high',
    topics: ['debug'],
    since: '0.1.0',
    leansOn: ['@apollo/server/development', 'graphql-yoga/open'],
    whenNotToUse: 'The API is public, its schema is its documentation, and callers are invited to try it.',
    references: ['https://www.apollographql.com/docs/apollo-server/api/apollo-server', 'https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['graphql', 'apollo', 'yoga', 'mercurius', 'ruru', 'trpc'],
  *detect(module, context) {
    for (const option of graphqlOptions(module, context)) yield* ofOption(option, context);
    for (const { library, call, options, when } of graphqlServers(module)) {
      if (library !== 'yoga' || call.name === 'GraphQLServer' || context.option(options, 'graphiql').kind !== 'absent') continue;
      const object = options && context.resolve(options).value;
      const entry: Code = ['graphiql: ', ...OUTSIDE_PRODUCTION];
      const changes: readonly Change[] =
        object?.kind === 'object' && object.at.path === module.path
          ? [{ do: 'insert', at: object.at, where: 'entry-last', code: entry }]
          : options ? [] : [{ do: 'insert', at: call.at, where: 'argument-last', code: ['{ ', ...entry, ' }'] }];
      yield { at: call.nameAt, subject: 'yoga graphiql', evidence: { option: call.name, shows: 'an API console', changes }, severity: 'info', when };
    }
    for (const view of [module.top, ...module.functions.values()])
      for (const step of view.steps) {
        if (step.do !== 'call' || !CONSOLES.test(step.call.callee) || step.call.target.kind !== 'ref' || step.call.target.root.kind !== 'import') continue;
        // A test decides, and nobody here knows what its setting says; in development the page is welcome.
        if (step.when.length > 0 || isBehindOthers(view, context)) continue;
        yield { at: step.call.nameAt, subject: step.call.name, evidence: { option: step.call.name, shows: 'an API console', changes: [] }, severity: 'info', when: step.when };
      }
  },
  explain: ({ option, shows }) => ({
    message: shows === undefined ? `Apollo Server ignores '${option}' since version 4. Remove it.` : `'${option}' shows ${shows} to every caller in production. Enable it in development only.`,
    why: 'Field names, types and internals of resolvers are the map an attacker starts with.',
    remedy: "Tie the option to the environment: process.env.NODE_ENV !== 'production'.",
  }),
  *fix({ evidence: { changes, option, shows } }): Iterable<FixAnswer> {
    if (changes.length === 0) yield { refused: 'The option is put together elsewhere.' };
    else yield { title: shows === undefined || option === 'maskedErrors' ? 'Remove the option' : 'Outside production only', safety: 'review', changes };
  },
  examples: [
    {
      title: 'introspection for everybody',
      bad: `
        import { ApolloServer } from '@apollo/server';
        const server = new ApolloServer({ typeDefs, resolvers, introspection: true });
        //                                                                    ^^^^ graphql/debug-exposed "'introspection' shows the whole schema"`,
      fixed: `
        import { ApolloServer } from '@apollo/server';
        const server = new ApolloServer({ typeDefs, resolvers, introspection: process.env.NODE_ENV !== 'production' });`,
    },
    {
      title: 'errors that are not masked',
      bad: `
        import { createYoga } from 'graphql-yoga';
        export const yoga = createYoga({ schema, graphiql: false, maskedErrors: false });
        //                                                                      ^^^^^ graphql/debug-exposed "internal error texts"`,
      fixed: `
        import { createYoga } from 'graphql-yoga';
        export const yoga = createYoga({ schema, graphiql: false });`,
    },
    {
      title: 'a console nobody asked for',
      bad: `
        const { createYoga } = require('graphql-yoga');
        const yoga = createYoga({ schema });
        //           ^^^^^^^^^^ graphql/debug-exposed "an API console"`,
      fixed: `
        const { createYoga } = require('graphql-yoga');
        const yoga = createYoga({ schema, graphiql: process.env.NODE_ENV !== 'production' });`,
    },
    {
      title: 'stack traces, and options of their own',
      bad: `
        import { ApolloServer } from '@apollo/server';
        const options = { typeDefs, includeStacktraceInErrorResponses: true };
        //                                                             ^^^^ graphql/debug-exposed "stack traces"
        export const server = new ApolloServer(options);`,
    },
    {
      title: 'Nest, and a factory',
      bad: `
        import { Module } from '@nestjs/common';
        import { GraphQLModule } from '@nestjs/graphql';
        @Module({ imports: [GraphQLModule.forRoot({ driver, playground: true, debug: true })] })
        //                                                              ^^^^ graphql/debug-exposed "an API console"
        //                                                                           ^^^^ graphql/debug-exposed "stack traces"
        export class AppModule {}
        @Module({ imports: [GraphQLModule.forRootAsync({ useFactory: () => ({ introspection: true }) })] })
        //                                                                                   ^^^^ graphql/debug-exposed
        export class OtherModule {}`,
    },
    {
      title: 'middleware of Express, a plugin of Fastify, an old Apollo',
      bad: `
        import { graphqlHTTP } from 'express-graphql';
        import mercurius from 'mercurius';
        import { ApolloServer } from 'apollo-server-express';
        app.use('/graphql', graphqlHTTP({ schema, graphiql: true }));
        //                                                  ^^^^ graphql/debug-exposed
        fastify.register(mercurius, { schema, graphiql: 'graphiql' });
        //                                              ^^^^^^^^^^ graphql/debug-exposed
        new ApolloServer({ typeDefs, playground: { endpoint: '/graphql' } });
        //                                       ^^^^^^^^^^^^^^^^^^^^^^^^ graphql/debug-exposed`,
    },
    {
      title: 'a landing page for development, and an option without effect',
      bad: `
        import { ApolloServer } from '@apollo/server';
        import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
        new ApolloServer({ typeDefs, playground: true, plugins: [ApolloServerPluginLandingPageLocalDefault()] });
        //                                       ^^^^ graphql/debug-exposed "ignores 'playground' since version 4"
        //                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ graphql/debug-exposed`,
      fixed: `
        import { ApolloServer } from '@apollo/server';
        import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
        new ApolloServer({ typeDefs, plugins: [ApolloServerPluginLandingPageLocalDefault()] });`,
    },
    {
      title: 'on until somebody switches it off',
      bad: `
        import { ApolloServer } from '@apollo/server';
        import mercurius from 'mercurius';
        export const make = (config) => new ApolloServer({ schema, introspection: config.get('GRAPHQL_INTROSPECTION', true) });
        //                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ graphql/debug-exposed "the whole schema"
        fastify.register(mercurius, { schema, graphiql: process.env.CONSOLE !== 'off' });
        //                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ graphql/debug-exposed "an API console"`,
    },
    {
      title: 'hidden only where somebody asks for it',
      bad: `
        import { createYoga } from 'graphql-yoga';
        createYoga({ schema, graphiql: false, maskedErrors: process.env.HIDE_ERRORS === 'yes' });
        //                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ graphql/debug-exposed "internal error texts"`,
    },
    {
      title: 'a mask that hands errors on',
      bad: `
        import { createYoga } from 'graphql-yoga';
        createYoga({ schema, graphiql: false, maskedErrors: { maskError: (error) => error } });
        //                                                               ^^^^^^^^^^^^^^^^ graphql/debug-exposed "'maskError' shows internal error texts"`,
    },
    {
      title: 'pages with a console, made by a call',
      bad: `
        import express from 'express';
        import { ruruHTML } from 'ruru/server';
        import { renderTrpcPanel } from 'trpc-panel';
        const app = express();
        app.get('/ruru', (req, res) => { res.type('html').end(ruruHTML({ endpoint: '/graphql' })); });
        //                                                    ^^^^^^^^ graphql/debug-exposed "an API console"
        app.use('/panel', (req, res) => res.send(renderTrpcPanel(router, { url: '/trpc' })));
        //                                       ^^^^^^^^^^^^^^^ graphql/debug-exposed`,
    },
    {
      title: 'pages with a console in development, or behind a login, and errors that are masked',
      good: `
        import express from 'express';
        import { renderTrpcPanel } from 'trpc-ui';
        import { createYoga } from 'graphql-yoga';
        const app = express();
        if (process.env.NODE_ENV === 'development') app.use('/panel', (req, res) => res.send(renderTrpcPanel(router, { url: '/trpc' })));
        app.get('/admin/panel', requireAdmin, (req, res) => res.send(renderTrpcPanel(router, { url: '/trpc' })));
        createYoga({ schema, graphiql: process.env.CONSOLE === 'on', maskedErrors: { maskError: (error) => (error.isPublic ? error : new Error('failed')) } });`,
    },
    { title: 'outside production only', good: `
        import { ApolloServer } from '@apollo/server'; const isDev = process.env.NODE_ENV !== 'production';
        new ApolloServer({ typeDefs, introspection: isDev, includeStacktraceInErrorResponses: process.env.NODE_ENV === 'development' });` },
    { title: 'switched off', good: `import { createYoga } from 'graphql-yoga'; createYoga({ schema, graphiql: false }); createYoga({ schema, graphiql: process.env.NODE_ENV === 'development', cors: false });` },
    { title: 'the defaults of Apollo', good: `import { ApolloServer } from '@apollo/server'; new ApolloServer({ typeDefs, resolvers });` },
    {
      title: 'a page chosen by the environment',
      good: `
        import { ApolloServerPluginLandingPageLocalDefault, ApolloServerPluginLandingPageProductionDefault } from '@apollo/server/plugin/landingPage/default';
        export const page = process.env.NODE_ENV === 'production' ? ApolloServerPluginLandingPageProductionDefault() : ApolloServerPluginLandingPageLocalDefault();`,
    },
    { title: 'decided by a setting that nobody knows', good: `import { ApolloServer } from '@apollo/server'; export const make = (config) => new ApolloServer({ typeDefs, introspection: config.introspection, ...config.more });` },
    {
      title: 'a page that a setting of the application asks for',
      good: `
        import { ApolloServer } from '@apollo/server';
        import { ApolloServerPluginLandingPageLocalDefault, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/landingPage/default';
        export const make = (config) => new ApolloServer({ typeDefs, plugins: [config.playground ? ApolloServerPluginLandingPageLocalDefault() : ApolloServerPluginLandingPageDisabled()] });`,
    },
    { title: 'options of something else', good: `import hapi from '@hapi/hapi'; hapi.server({ debug: { request: ['error'] } }); new Sentry({ debug: true }); export const flags = { playground: true, introspection: true };` },
    {
      title: 'options that are spread into what a function makes',
      bad: `
        const { graphqlHTTP } = require('express-graphql');
        const options = { graphiql: true, pretty: true };
        //                          ^^^^ graphql/debug-exposed "an API console"
        app.use('/graphql', graphqlHTTP((req) => ({ schema, context: { ip: req.ip }, ...options })));`,
    },
    { title: 'a plugin of the server decides who may ask for the schema', good: `
        import { ApolloServer } from '@apollo/server'; import { IntrospectionControlPlugin } from './introspection.js';
        export const make = (config) => new ApolloServer({ typeDefs, introspection: true, plugins: [IntrospectionControlPlugin(config.public)] });` },
  ],
});

function* ofOption({ library, key, entry, object, when }: GraphqlOption, context: RuleContext): Iterable<Found> {
  const judged = judge(library, key);
  if (!judged || (key === 'introspection' && isGated(object, context))) return;
  for (const one of alternatives(entry.value, context)) {
    const { value } = one;
    const open = key === 'maskedErrors' ? opened(value, context) : undefined;
    if (open) {
      yield { at: open.at, subject: `${library} maskError`, evidence: { option: 'maskError', shows: judged.shows, changes: [] }, severity: judged.severity, when: [...when, ...one.when] };
      continue;
    }
    if (key !== 'maskedErrors' && isOnUnless(value, context)) {
      yield { at: one.at, subject: `${library} ${key}`, evidence: { option: key, shows: judged.shows, changes: [] }, severity: LOWER[judged.severity], when: [...when, ...one.when] };
      continue;
    }
    if (key === 'maskedErrors' && isOffUnless(value, context)) {
      yield { at: one.at, subject: `${library} ${key}`, evidence: { option: key, shows: judged.shows, changes: [] }, severity: 'warning', when: [...when, ...one.when] };
      continue;
    }
    const constant = value.kind === 'literal' ? value.value : undefined;
    const isOn = key === 'maskedErrors' ? constant === false : constant === true || (judged.shows === 'an API console' && (value.kind === 'object' || (typeof constant === 'string' && constant !== '' && constant !== 'false')));
    if (!isOn) continue;
    const isPair = entry.form === 'pair' && one.when.length === 0;
    yield {
      at: one.at,
      subject: `${library} ${key}`,
      evidence: { option: key, shows: judged.shows, changes: !isPair ? [] : changed(key, judged.shows, entry.at, one.at, value.kind === 'object' || typeof constant === 'string') },
      severity: judged.severity,
      when: [...when, ...one.when],
    };
  }
}
/** A setting that is on until somebody switches it off: `config.get('INTROSPECTION', true)`, `process.env.GRAPHIQL !== 'off'`. */
function isOnUnless(value: Value, context: RuleContext): boolean {
  if (value.kind === 'call') {
    const fallback = value.args[1]?.value;
    return value.name === 'get' && fallback !== undefined && context.constant(fallback)?.value === true && value.receiver?.kind === 'ref' && /config|settings|env|flags/i.test(value.receiver.text);
  }
  if (value.kind !== 'compare' || !value.op.startsWith('!=') || value.right.kind !== 'literal') return false;
  const named = context.resolve(value.left).value;
  return named.kind === 'ref' && named.root.kind === 'env' && /^(false|off|0|no|disabled?)$/i.test(String(value.right.value));
}
/** Errors are hidden only where somebody asks for it: `process.env.MASK === 'true'`. */
function isOffUnless(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'compare' || !value.op.startsWith('==') || value.right.kind !== 'literal') return false;
  const named = context.resolve(value.left).value;
  return named.kind === 'ref' && named.root.kind === 'env' && named.root.name !== 'NODE_ENV' && /^(true|on|1|yes|enabled?)$/i.test(String(value.right.value));
}
/** `maskError: (error) => error`: the function that hides errors hands them on. */
function opened(value: Value, context: RuleContext): Value | undefined {
  const mask = context.option(value, 'maskError');
  const made = mask.kind === 'value' ? mask.resolved.value : undefined;
  const body = made?.kind === 'function' ? context.body(made.fn) : undefined;
  const given = body?.steps.flatMap((step) => (step.do === 'return' ? [step.value] : [])) ?? [];
  const isSame = given.length > 0 && given.every((one) => one?.kind === 'ref' && one.root.kind === 'parameter' && one.root.fn === body?.id && one.root.index === 0 && one.path.length === 0);
  return isSame && mask.kind === 'value' && body?.steps.every((step) => step.do !== 'assign' && step.do !== 'throw') === true ? mask.value : undefined;
}
/** The handler stands behind others in its registration, which may ask for a login. */
function isBehindOthers(view: FunctionView, context: RuleContext): boolean {
  if (context.endpoints({ handler: view.id }).some((one) => one.authentication.state !== 'open')) return true;
  const outer = view.within === undefined ? undefined : context.body(view.within);
  return outer?.steps.some((step) => {
    const index = step.do === 'call' ? step.call.args.findIndex(({ value }) => value.kind === 'function' && value.fn === view.id) : -1;
    return index > 0 && step.do === 'call' && step.call.args.slice(0, index).some(({ value }) => value.kind !== 'literal' && value.kind !== 'template');
  }) === true;
}
/** A plugin or rule of the same server refuses questions for the schema: `plugins: [IntrospectionControlPlugin(config)]`. */
function isGated(object: ObjectValue, context: RuleContext): boolean {
  return ['plugins', 'validationRules'].some((key) => {
    const list = context.option(object, key);
    const end = list.kind === 'value' ? list.resolved.value : undefined;
    return end?.kind === 'array' && end.items.some(({ value }) => /introspection/i.test(value.kind === 'call' ? value.callee || value.name : value.kind === 'ref' ? value.text : ''));
  });
}
function changed(key: string, shows: Evidence['shows'], entry: Branch['at'], at: Branch['at'], keep: boolean): readonly Change[] {
  if (shows === undefined || key === 'maskedErrors') return [{ do: 'remove', at: entry, as: 'entry' }];
  return [{ do: 'replace', at, code: keep ? [...OUTSIDE_PRODUCTION, ' && ', { copy: at }] : OUTSIDE_PRODUCTION }];
}
function judge(library: GraphqlOption['library'], key: string): { readonly shows: Evidence['shows']; readonly severity: Severity } | undefined {
  switch (key) {
    case 'introspection': return library === 'yoga' ? undefined : { shows: 'the whole schema', severity: 'warning' };
    case 'includeStacktraceInErrorResponses': return { shows: 'stack traces', severity: 'error' };
    case 'graphiql':
    case 'ide': return { shows: 'an API console', severity: 'warning' };
    case 'playground': return library === 'apollo' ? { shows: undefined, severity: 'hint' } : { shows: 'an API console', severity: 'warning' };
    case 'debug': return library === 'apollo-old' || library === 'nest' ? { shows: 'stack traces', severity: 'warning' } : undefined;
    case 'maskedErrors': return library === 'yoga' ? { shows: 'internal error texts', severity: 'error' } : undefined;
    default: return undefined;
  }
}
