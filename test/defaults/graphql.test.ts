import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { verify } from './verify.js';

const load = createRequire(import.meta.url);
const typeDefs = 'type Query { fails: String }';
const resolvers = { Query: { fails: (): never => { throw new Error('the table users is locked'); } } };

interface Apollo {
  start(): Promise<void>;
  stop(): Promise<void>;
  executeHTTPGraphQLRequest(request: object): Promise<{ readonly status?: number; readonly body: { readonly string: string } }>;
}
const { ApolloServer, HeaderMap }: { ApolloServer: new (options: object) => Apollo; HeaderMap: new (entries: readonly (readonly [string, string])[]) => object } = load('@apollo/server');

/** What an Apollo server in production answers to a query. */
async function apollo(query: string, options: object, type = 'application/json'): Promise<{ readonly status: number; readonly text: string }> {
  const server = new ApolloServer({ typeDefs, resolvers, nodeEnv: 'production', stopOnTerminationSignals: false, ...options });
  await server.start();
  const headers = new HeaderMap(type === '' ? [] : [['content-type', type]]);
  const form = type === 'application/json';
  const answer = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: form ? 'POST' : 'GET', headers, search: form ? '' : `?query=${encodeURIComponent(query)}`, body: form ? { query } : undefined },
    context: async () => ({}),
  });
  await server.stop();
  return { status: answer.status ?? 200, text: answer.body.string };
}
verify('@apollo/server/development', async () => {
  const schema = '{ __schema { queryType { name } } }';
  assert.match((await apollo(schema, {})).text, /introspection is not allowed/i);
  assert.match((await apollo(schema, { introspection: true })).text, /"queryType"/);
  assert.doesNotMatch((await apollo('{ fails }', {})).text, /stacktrace/);
  assert.match((await apollo('{ fails }', { includeStacktraceInErrorResponses: true })).text, /stacktrace/);
});
verify('@apollo/server/csrf', async () => {
  assert.equal((await apollo('{ __typename }', {}, '')).status, 400);
  assert.equal((await apollo('{ __typename }', { csrfPrevention: false }, '')).status, 200);
});
verify('graphql-yoga/open', async () => {
  interface Yoga {
    fetch(url: string, request: object): Promise<Response>;
  }
  const { createYoga, createSchema }: { createYoga(options: object): Yoga; createSchema(options: object): object } = load('graphql-yoga');
  const { NODE_ENV: before } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    const ask = async (options: object, query: string): Promise<string> => {
      const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false, ...options });
      return await (await yoga.fetch('http://x.test/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) })).text();
    };
    const page = await createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false }).fetch('http://x.test/graphql', { headers: { accept: 'text/html' } });
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /text\/html/);
    assert.match(await ask({}, '{ __schema { queryType { name } } }'), /"queryType"/);
    assert.doesNotMatch(await ask({}, '{ fails }'), /locked/);
    assert.match(await ask({ maskedErrors: false }, '{ fails }'), /locked/);
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
});
