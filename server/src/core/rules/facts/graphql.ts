import type { ModuleView } from '../../model/module.js';
import type { Call, Entry, ObjectValue, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { entriesOf, type PlacedEntry } from './entries.js';

export type GraphqlLibrary = 'apollo' | 'apollo-old' | 'yoga' | 'express-graphql' | 'graphql-http' | 'mercurius' | 'nest';
/** An option of a GraphQL server, as it is written. */
export interface GraphqlOption {
  readonly library: GraphqlLibrary;
  readonly key: string;
  readonly entry: Entry;
  readonly object: ObjectValue;
  readonly when: PlacedEntry['when'];
}
/** A GraphQL server that is set up in the file, with its options. */
export interface GraphqlServer {
  readonly library: GraphqlLibrary;
  readonly call: Call;
  readonly options: Value | undefined;
  readonly when: PlacedEntry['when'];
}

/** Which GraphQL server a call sets up. Apollo 2 and 3 came in packages of their own. */
export function graphqlLibrary(call: Call): GraphqlLibrary | undefined {
  const { callee } = call;
  if (callee === '@apollo/server.ApolloServer') return 'apollo';
  if (/^apollo-server(-\w+)?\.ApolloServer$/.test(callee)) return 'apollo-old';
  if (/^(graphql-yoga|@graphql-yoga\/[\w-]+)\.(createYoga|createServer|GraphQLServer)$/.test(callee)) return 'yoga';
  if (/^(express-graphql|koa-graphql)(\.graphqlHTTP|\.default)?$/.test(callee)) return 'express-graphql';
  if (/^graphql-http(\/lib\/use\/[\w/-]{1,40})?\.(createHandler|createHttpHandler)$/.test(callee) || callee === '@hono/graphql-server.graphqlServer') return 'graphql-http';
  if (/^@nestjs\/graphql\.GraphQLModule\.forRoot$/.test(callee)) return 'nest';
  const plugin = call.name === 'register' ? call.args[0]?.value : undefined;
  return plugin?.kind === 'ref' && plugin.root.kind === 'import' && /^(mercurius|fastify-gql)$/.test(plugin.root.from) ? 'mercurius' : undefined;
}

/** The options of every GraphQL server in a file, also those a factory gives to Nest and those of a constant that is handed over. */
export function* graphqlOptions(module: ModuleView, context: RuleContext): Iterable<GraphqlOption> {
  const handed = new Map<number, GraphqlLibrary>();
  for (const { library, options } of graphqlServers(module)) for (const object of writtenIn(optionsObject(options, context), context, 0)) if (object.at.path === module.path) handed.set(object.at.mark, library);
  const isNest = context.uses(module.path, '@nestjs/graphql');
  for (const { entry, object, keys, call, when } of entriesOf(module)) {
    if (entry.key === undefined || entry.form === 'spread') continue;
    const library = handed.get(object.at.mark) ?? (keys.length === 0 && call ? graphqlLibrary(call) : undefined) ?? (isNest && call === undefined && keys.length === 0 ? 'nest' : undefined);
    if (library) yield { library, key: entry.key, entry, object, when };
  }
}
/** The options as an object: also those a function makes for each request, `graphqlHTTP((req) => ({ ... }))`. */
export function optionsObject(options: Value | undefined, context: RuleContext): ObjectValue | undefined {
  const end = options && context.resolve(options).value;
  if (end?.kind === 'object') return end;
  const steps = (end?.kind === 'function' ? context.body(end.fn)?.steps : undefined) ?? [];
  const returned = steps.flatMap((step) => (step.do === 'return' && step.value ? [context.resolve(step.value).value] : []));
  const [only] = returned;
  return returned.length === 1 && only?.kind === 'object' ? only : undefined;
}
/** The object and those it spreads. */
function writtenIn(object: ObjectValue | undefined, context: RuleContext, depth: number): readonly ObjectValue[] {
  if (!object || depth > 3) return [];
  return [object, ...object.entries.flatMap((entry) => {
    const spread = entry.form === 'spread' ? context.resolve(entry.value).value : undefined;
    return spread?.kind === 'object' ? writtenIn(spread, context, depth + 1) : [];
  })];
}
/** Every call of a file that sets up a GraphQL server. */
export function* graphqlServers(module: ModuleView): Iterable<GraphqlServer> {
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps) {
      if (step.do !== 'call') continue;
      const library = graphqlLibrary(step.call);
      if (library) yield { library, call: step.call, options: step.call.args[library === 'mercurius' ? 1 : 0]?.value, when: step.when };
    }
}
