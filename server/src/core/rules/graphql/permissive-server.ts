import type { Change } from '../../findings/changes.js';
import { alternatives } from '../facts/alternatives.js';
import { graphqlOptions, graphqlServers, optionsObject } from '../facts/graphql.js';
import { rule, type FixAnswer, type OptionAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly option: string;
  readonly changes: readonly Change[];
}
/** Modules that refuse queries that are too deep or cost too much. */
const LIMITS = [
  'graphql-depth-limit', 'graphql-depth-limit-ts', '@escape.tech/graphql-armor', '@escape.tech/graphql-armor-max-depth', '@escape.tech/graphql-armor-cost-limit', 'graphql-query-complexity', 'graphql-cost-analysis',
  'graphql-validation-complexity', '@envelop/depth-limit', '@envelop/resource-limitations', 'graphql-no-batched-queries', 'graphql-query-depth-limit-esm',
];
const MOST_BATCHED = 50;
/** Plugins and rules that look at something else than the size of a query. */
const HARMLESS = /^(ApolloServerPlugin\w+|NoSchemaIntrospectionCustomRule|useCSRFPrevention|useCookies|usePersistedOperations|useDisableIntrospection|useResponseCache|useLogger|responseCachePlugin|keyValueCache)$/;
const SAYS: Readonly<Record<string, { readonly consequence: string; readonly cure: string }>> = {
  'csrfPrevention: false': { consequence: 'lets forms of any website send queries with the cookies of a visitor', cure: 'Remove it' },
  batching: { consequence: 'lets one request hold any number of queries, for example a thousand guesses of a password', cure: 'Switch it off, or limit the size of a batch' },
  depth: { consequence: 'takes queries of any depth, so a small request can keep the server busy', cure: 'Add a depth or cost limit' },
};

export default rule<'module', Evidence>({
  meta: {
    id: 'graphql/permissive-server',
    title: 'GraphQL server accepts any site or any depth',
    owasp: ['API7:2019', 'API4:2019', 'API8:2023', 'API4:2023'],
    cwe: [942, 770],
    severity: 'warning',
    confidence: 'medium',
    topics: ['cors', 'rate-limit'],
    since: '0.1.0',
    leansOn: ['@apollo/server/csrf'],
    whenNotToUse: 'Only persisted queries reach this server, or a gateway in front of it limits and checks them.',
    references: ['https://www.apollographql.com/docs/apollo-server/security/cors#preventing-cross-site-request-forgery-csrf', 'https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['apollo', 'graphql', 'yoga', 'mercurius'],
  *detect(module, context) {
    for (const { library, key, entry, when } of graphqlOptions(module, context)) {
      const isCsrf = key === 'csrfPrevention' && (library === 'apollo' || library === 'apollo-old' || library === 'nest');
      const isBatch = key === 'allowBatchedHttpRequests' || (key === 'batching' && library === 'yoga') || (key === 'allowBatchedQueries' && library === 'mercurius');
      if (!isCsrf && !isBatch) continue;
      for (const one of alternatives(entry.value, context)) {
        const value = one.value.kind === 'literal' ? one.value.value : undefined;
        if (value !== (isCsrf ? false : true)) continue;
        const changes: readonly Change[] = entry.form === 'pair' && one.when.length === 0 ? [{ do: 'remove', at: entry.at, as: 'entry' }] : [];
        yield { at: one.at, subject: `${library} ${key}`, evidence: { option: isCsrf ? 'csrfPrevention: false' : `${key}: true`, changes }, severity: isCsrf ? 'warning' : 'info', confidence: 'high', when: [...when, ...one.when] };
      }
    }
    for (const { library, options, when } of graphqlServers(module)) {
      const batching = library === 'yoga' ? context.option(optionsObject(options, context), 'batching') : undefined;
      const limit = batching?.kind === 'value' ? context.option(batching.value, 'limit') : undefined;
      const most = limit?.kind === 'value' ? context.constant(limit.value)?.value : undefined;
      if (limit?.kind !== 'value' || typeof most !== 'number' || most <= MOST_BATCHED || limit.value.at.path !== module.path) continue;
      yield { at: limit.value.at, subject: 'yoga batching limit', evidence: { option: `batching: { limit: ${most} }`, changes: [{ do: 'replace', at: limit.value.at, code: ['10'] }] }, severity: 'info', confidence: 'high', when };
    }
    if (LIMITS.some((name) => context.projectUses(name))) return;
    for (const { library, call, options, when } of graphqlServers(module)) {
      const limits = library === 'mercurius' ? ['queryDepth', 'validationRules'] : ['validationRules', 'plugins'];
      const object = optionsObject(options, context);
      if (!object || limits.some((key) => mayLimit(context.option(object, key), context))) continue;
      yield { at: call.nameAt, subject: `${library} depth`, evidence: { option: library === 'mercurius' ? 'mercurius' : library === 'nest' ? 'GraphQLModule' : call.name, changes: [] }, severity: 'hint', when };
    }
  },
  explain({ option }) {
    const { consequence, cure } = SAYS[option] ?? (option.endsWith(': true') || option.startsWith('batching') ? SAYS['batching'] : SAYS['depth']) ?? { consequence: 'takes what it is sent', cure: 'Limit it' };
    return {
      message: `'${option}' ${consequence}. ${cure}.`,
      why: 'One address answers every question of the API: what it takes without a limit, an attacker sends without a limit.',
      remedy: 'Keep the protection of the server on, and limit depth, cost and number of queries.',
    };
  },
  *fix({ evidence: { changes, option } }): Iterable<FixAnswer> {
    yield changes.length > 0
      ? { title: `Remove '${option}'`, safety: 'review', changes }
      : { refused: option.includes(':') ? 'The option is put together elsewhere.' : 'How deep a query may be is a decision about this schema.' };
  },
  examples: [
    {
      title: 'forms of other sites are let in',
      bad: `
        import { ApolloServer } from '@apollo/server';
        new ApolloServer({ schema, validationRules, csrfPrevention: false });
        //                                                          ^^^^^ graphql/permissive-server "'csrfPrevention: false' lets forms of any website"`,
      fixed: `
        import { ApolloServer } from '@apollo/server';
        new ApolloServer({ schema, validationRules });`,
    },
    {
      title: 'many queries in one request',
      bad: `
        const { ApolloServer } = require('@apollo/server');
        const { createYoga } = require('graphql-yoga');
        new ApolloServer({ schema, validationRules: [limit], allowBatchedHttpRequests: true });
        //                                                                             ^^^^ graphql/permissive-server "any number of queries"
        createYoga({ schema, plugins, batching: true });
        //                                      ^^^^ graphql/permissive-server`,
      fixed: `
        const { ApolloServer } = require('@apollo/server');
        const { createYoga } = require('graphql-yoga');
        new ApolloServer({ schema, validationRules: [limit] });
        createYoga({ schema, plugins, batching: true });`,
    },
    {
      title: 'queries of any depth',
      bad: `
        import { ApolloServer } from '@apollo/server';
        import mercurius from 'mercurius';
        export const server = new ApolloServer({ typeDefs, resolvers });
        //                        ^^^^^^^^^^^^ graphql/permissive-server "any depth"
        app.register(mercurius, { schema });
        //  ^^^^^^^^ graphql/permissive-server "mercurius"`,
    },
    { title: 'a limit of depth', good: `import { ApolloServer } from '@apollo/server'; import depthLimit from 'graphql-depth-limit'; new ApolloServer({ schema, validationRules: [depthLimit(8)] });` },
    { title: 'a limit elsewhere in the project', good: `
        //- limits.js
        module.exports = require('graphql-depth-limit')(7);
        //- app.js
        const { ApolloServer } = require('@apollo/server');
        const limit = require('./limits');
        module.exports = (base) => new ApolloServer({ schema, ...base });` },
    { title: 'options that are not all known, and a limit of the server', good: `
        import { createYoga } from 'graphql-yoga'; import mercurius from 'mercurius'; export const make = (base) => createYoga({ ...base });
        app.register(mercurius, { schema, queryDepth: 7 });` },
    { title: 'the protection is on', good: `import { ApolloServer } from '@apollo/server'; new ApolloServer({ schema, validationRules, csrfPrevention: true, allowBatchedHttpRequests: false });` },
    { title: 'in development only', good: `import { ApolloServer } from '@apollo/server'; new ApolloServer({ schema, validationRules, csrfPrevention: process.env.NODE_ENV === 'production' ? true : false });` },
    {
      title: 'options a function makes for each request, other servers, plugins that limit nothing',
      bad: `
        //- old.js
        const { graphqlHTTP } = require('express-graphql');
        app.use('/graphql', graphqlHTTP((req) => ({ schema, context: req.user })));
        //                  ^^^^^^^^^^^ graphql/permissive-server "any depth"
        //- new.js
        import { createHandler } from 'graphql-http/lib/use/express';
        app.all('/graphql', createHandler({ schema }));
        //                  ^^^^^^^^^^^^^ graphql/permissive-server "any depth"
        //- apollo.ts
        import { ApolloServer } from '@apollo/server';
        import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
        export const server = new ApolloServer({ typeDefs, plugins: [ApolloServerPluginDrainHttpServer({ httpServer })] });
        //                        ^^^^^^^^^^^^ graphql/permissive-server "any depth"
      `,
    },
    {
      title: 'a thousand queries in one request',
      bad: `
        import { createYoga } from 'graphql-yoga';
        createYoga({ schema, plugins: [limits], batching: { limit: 1000 } });
        //                                                         ^^^^ graphql/permissive-server "any number of queries"`,
      fixed: `
        import { createYoga } from 'graphql-yoga';
        createYoga({ schema, plugins: [limits], batching: { limit: 10 } });`,
    },
    { title: 'a few queries in one request', good: `import { createYoga } from 'graphql-yoga'; createYoga({ schema, plugins: [limits], batching: { limit: 10 } });` },
  ],
});

/** Something under the option may limit what is asked: all but an empty list and what is known to do something else. */
function mayLimit(answer: OptionAnswer, context: RuleContext): boolean {
  if (answer.kind !== 'value') return answer.kind === 'unknown';
  const end = answer.resolved.value;
  if (end.kind !== 'array' || end.open) return true;
  return end.items.some(({ value, spread }) => {
    const made = value.kind === 'ref' ? context.resolve(value).value : value;
    const names = [value, made].map((one) => (one.kind === 'call' ? one.name : one.kind === 'ref' ? (one.root.kind === 'import' && one.path.length === 0 ? one.root.name : (one.path.at(-1) ?? one.text)) : ''));
    return spread || !names.some((name) => HARMLESS.test(name));
  });
}
