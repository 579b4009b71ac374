import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { Call, Entry, FunctionId, Value } from '../model/value.js';
import type { CorsNames, CorsPolicy } from '../rules/rule.js';
import type { At } from '../text/source.js';
import { manualPolicies } from './cors-headers.js';
import { corsOptionsIn, homeLibrary, toldAtHome } from './cors-home.js';
import { corsNames, optionNames, unsaid } from './cors-names.js';
import { nextPolicies } from './cors-next.js';
import { arms, judge, type CorsContext, type Judged, type OriginWords } from './cors-origin.js';

export type { CorsContext } from './cors-origin.js';

/** What a library does with its options; `absent`: no `origin` key; `bare`: `cors: true`; `credentials`: the key is left out. */
interface Library {
  readonly name: string;
  /** The npm package. */
  readonly package: string;
  /** The package whose answers these are: others hand their options on. */
  readonly family: 'cors' | '@fastify/cors' | '@koa/cors' | 'hono/cors' | '@hapi/hapi' | 'graphql-yoga';
  readonly words: OriginWords;
  readonly absent: CorsPolicy['origin'];
  readonly bare: CorsPolicy['origin'];
  readonly credentials: boolean;
  readonly major?: number | undefined;
}
const EXPRESS_WORDS: OriginWords = { yes: 'reflect', no: 'off', star: 'any', starInList: 'list', emptyList: 'list', calls: 'callback', patterns: true };
const EXPRESS: Library = { name: 'cors', package: 'cors', family: 'cors', words: EXPRESS_WORDS, absent: 'any', bare: 'any', credentials: false };
const NEST: Library = { ...EXPRESS, name: '@nestjs/core', package: '@nestjs/core' };
const SOCKET: Library = { ...EXPRESS, name: 'socket.io', package: 'socket.io' };
const FASTIFY: Library = { ...EXPRESS, name: '@fastify/cors', package: '@fastify/cors', family: '@fastify/cors', words: { ...EXPRESS_WORDS, starInList: 'any' } };
const HONO: Library = { ...EXPRESS, name: 'hono/cors', package: 'hono', family: 'hono/cors', words: { ...EXPRESS_WORDS, yes: 'unknown', calls: 'origin', patterns: false } };
const KOA: Library = { ...EXPRESS, name: '@koa/cors', package: '@koa/cors', family: '@koa/cors', words: { ...EXPRESS_WORDS, yes: 'unknown', no: 'any', calls: 'context', patterns: false } };
const HAPI_WORDS: OriginWords = { yes: 'unknown', no: 'unknown', star: 'reflect', starInList: 'reflect', emptyList: 'unknown', calls: 'origin', patterns: false, starsInItems: true, ignore: true };
const HAPI: Library = { name: '@hapi/hapi', package: '@hapi/hapi', family: '@hapi/hapi', words: HAPI_WORDS, absent: 'reflect', bare: 'reflect', credentials: false };
const YOGA_WORDS: OriginWords = { yes: 'unknown', no: 'reflect', star: 'reflect', starInList: 'reflect', emptyList: 'reflect', calls: 'origin', patterns: false, starInText: true };
const YOGA: Library = { name: 'graphql-yoga', package: 'graphql-yoga', family: 'graphql-yoga', words: YOGA_WORDS, absent: 'reflect', bare: 'unknown', credentials: true };
/** Packages whose defaults nobody measured: only what is written counts. */
const KOA_OTHERS: ReadonlySet<string> = new Set(['koa2-cors', 'koa-cors', 'kcors']);
const FASTIFY_NAMES: ReadonlySet<string> = new Set(['@fastify/cors', 'fastify-cors']);

const HOMES: readonly Library[] = [EXPRESS, FASTIFY, KOA, HONO];

/** Where a call keeps its CORS options. `keyed`: `value` was an entry `cors: ...` of larger options. */
export interface CorsSetup {
  readonly library: Library;
  readonly value: Value | undefined;
  /** Underlined where `origin` is left out. */
  readonly nameAt: At;
}
interface Place {
  readonly call: Call;
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
}

/** Every CORS setting of a module, normalised (RULES 0.13). A setting whose parts cannot be known is given with 'unknown' in their place. */
export function* corsPolicies(module: ModuleView, context: CorsContext): Iterable<CorsPolicy> {
  const seen = new Set<string>();
  const told = new Set<string>();
  // Alternatives of one setting share its lists, which are told once.
  const once = (names: CorsNames): CorsNames => {
    const key = names.at && `${names.at.path}:${names.at.mark}`;
    if (key !== undefined && told.has(key)) return { state: 'unknown', names: [], at: undefined };
    if (key !== undefined) told.add(key);
    return names;
  };
  for (const found of everyPolicy(module, context)) {
    const home = atHome(found, module, context);
    const policy = { ...home, methods: once(home.methods), headers: once(home.headers), exposed: once(home.exposed) };
    const key = `${policy.originAt.path}:${policy.originAt.mark}:${policy.origin}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield policy;
  }
}
/** Options kept in another file are reported where this one hands them over. */
function atHome(policy: CorsPolicy, module: ModuleView, context: CorsContext): CorsPolicy {
  if (policy.originAt.path === module.path) return policy;
  // What everybody may read is judged with the routes behind it, which only this file knows.
  const told = policy.origin !== 'any' && toldAtHome(policy.options, policy.library, module, context);
  const handed = policy.call?.args.find(({ value }) => (value.kind === 'ref' || value.kind === 'call') && value.at.path === module.path)?.value.at;
  return { ...policy, ...(told ? { told: true } : {}), originAt: handed ?? policy.call?.nameAt ?? policy.at };
}
function* everyPolicy(module: ModuleView, context: CorsContext): Iterable<CorsPolicy> {
  for (const { call, when, inside } of callsOf(module))
    for (const setup of corsSetups(call, context)) yield* policies(setup, { call, when, inside }, context);
  yield* homePolicies(module, context);
  yield* manualPolicies(module, context);
  yield* nextPolicies(module, context);
}

/** Options that another file hands to its library. Their lists of names are that file's finding. */
function* homePolicies(module: ModuleView, context: CorsContext): Iterable<CorsPolicy> {
  const name = homeLibrary(module.path, context);
  const library = HOMES.find((one) => one.package === name);
  if (!library) return;
  for (const options of corsOptionsIn(module, context)) {
    const origin = context.option(options, 'origin');
    const answer = context.option(options, 'credentials');
    if (origin.kind !== 'value' || origin.entry.at.path !== module.path) continue;
    for (const judged of judge(origin.value, library.words, context)) {
      if (judged.origin === 'any' || judged.origin === 'off') continue;
      yield {
        origin: judged.origin, credentials: credentialsOf(answer, library, judged.origin, context), values: judged.values, inList: judged.inList === true, source: 'module',
        library: library.name, major: context.major(library.package, module.path), options, methods: unsaid, headers: unsaid, exposed: unsaid, path: undefined,
        originAt: judged.at, ...(judged.echoAt ? { echoAt: judged.echoAt } : {}), originWritten: true,
        credentialsAt: answer.kind === 'value' ? answer.value.at : undefined, credentialsEntryAt: answer.kind === 'value' ? answer.entry.at : undefined,
        at: options.at, call: undefined, when: judged.when, inside: module.top.id,
      };
    }
  }
}

function* callsOf(module: ModuleView): Iterable<Place> {
  const views: readonly FunctionView[] = [module.top, ...module.functions.values()];
  for (const view of views)
    for (const step of view.steps) if (step.do === 'call') yield { call: step.call, when: step.when, inside: view.id };
  for (const view of module.classes.values())
    for (const call of view.decorators) if (call.kind === 'call') yield { call, when: [], inside: module.top.id };
}

/** The CORS settings one call makes, each with its library and its options. */
export function* corsSetups(call: Call, context: CorsContext): Iterable<CorsSetup> {
  const callee = call.callee.replace(/^(npm|jsr):/, '');
  const first = call.args[0]?.value;
  const nameAt = call.nameAt;
  if (callee === 'cors') yield { library: EXPRESS, value: first, nameAt };
  else if (callee === '@koa/cors') yield { library: koa(context.major('@koa/cors', call.at.path)), value: first, nameAt };
  else if (KOA_OTHERS.has(callee)) yield { library: { ...KOA, absent: 'unknown', words: { ...KOA.words, no: 'unknown' } }, value: first, nameAt };
  else if (callee === 'hono/cors.cors') yield { library: HONO, value: first, nameAt };
  else if (call.name === 'enableCors' && call.receiver) yield { library: nest(context.resolve(call.receiver).value, context), value: first, nameAt };
  else if (call.name === 'register' && isFastifyCors(first, context)) yield { library: FASTIFY, value: call.args[1]?.value, nameAt: first?.kind === 'ref' ? first.nameAt : nameAt };
  else if (callee === '@nestjs/core.NestFactory.create') yield* keyed(nest(call, context), call.args.slice(1), context);
  else if (callee === '@nestjs/websockets.WebSocketGateway') yield* keyed(SOCKET, call.args, context);
  else if ((callee === 'socket.io.Server' && call.form === 'new') || callee === 'socket.io') yield* keyed(SOCKET, call.args, context);
  else if (callee === 'graphql-yoga.createYoga') {
    const cors = first === undefined ? { kind: 'absent' as const } : context.option(first, 'cors');
    if (cors.kind === 'absent') yield { library: YOGA, value: undefined, nameAt };
    else if (cors.kind === 'value') yield { library: YOGA, value: cors.value, nameAt: cors.entry.keyAt };
  } else if (/^(@hapi\/hapi|hapi)\.(server|Server)$/.test(callee)) {
    const routes = context.option(first, 'routes');
    if (routes.kind === 'value') yield* keyed(HAPI, [{ value: routes.value }], context);
  } else if (call.name === 'route' && call.receiver) yield* hapiRoutes(first, context);
}

/** The `cors` entry of the first argument that has one. */
function* keyed(library: Library, options: readonly { readonly value: Value }[], context: CorsContext): Iterable<CorsSetup> {
  for (const { value } of options) {
    const cors = context.option(value, 'cors');
    if (cors.kind !== 'value') continue;
    yield { library, value: cors.value, nameAt: cors.entry.keyAt };
    return;
  }
}
/** hapi: `server.route({ method, path, options: { cors } })`, one route or a list. */
function* hapiRoutes(value: Value | undefined, context: CorsContext): Iterable<CorsSetup> {
  const resolved = value?.kind === 'ref' ? context.resolve(value).value : value;
  const routes = resolved?.kind === 'array' ? resolved.items.slice(0, 500).map((item) => item.value) : resolved ? [resolved] : [];
  for (const route of routes) {
    if (context.option(route, 'method').kind !== 'value' || context.option(route, 'path').kind !== 'value') continue;
    for (const key of ['options', 'config']) {
      const options = context.option(route, key);
      if (options.kind === 'value') yield* keyed(HAPI, [{ value: options.value }], context);
    }
  }
}
function isFastifyCors(value: Value | undefined, context: CorsContext): boolean {
  const candidates = value === undefined ? [] : [value, context.resolve(value).value];
  return candidates.some((one) => one.kind === 'ref' && one.root.kind === 'import' && FASTIFY_NAMES.has(one.root.from.replace(/^(npm|jsr):/, '')));
}
/** Nest hands the options to the package of its HTTP server. */
function nest(made: Value, context: CorsContext): Library {
  const adapter = made.kind === 'call' && made.name === 'create' ? made.args[1] && context.resolve(made.args[1].value).value : undefined;
  return adapter?.kind === 'call' && /(^|\.)FastifyAdapter$/.test(adapter.callee) ? { ...FASTIFY, name: '@fastify/cors', package: '@nestjs/platform-fastify' } : NEST;
}
/** Before 5 a missing origin echoed the caller's (C13); `credentials: true` turns '*' into an echo (C12). */
function koa(major: number | undefined): Library {
  return { ...KOA, name: '@koa/cors@5', major, ...(major !== undefined && major < 5 ? { absent: 'reflect', words: { ...KOA.words, no: 'reflect' } } : {}) };
}

function* policies(setup: CorsSetup, place: Place, context: CorsContext): Iterable<CorsPolicy> {
  const { library, value, nameAt } = setup;
  if (value === undefined) {
    yield policy(setup, place, { origin: library.absent, values: [], at: nameAt, when: [] }, false, undefined, context);
    return;
  }
  for (const arm of arms(value.kind === 'call' ? context.resolve(value).value : value, context)) {
    const within: Place = { ...place, when: [...place.when, ...arm.when] };
    if (arm.value.kind === 'literal') {
      const origin = arm.value.value === true ? library.bare : arm.value.value === undefined ? library.absent : arm.value.value === false ? 'off' : 'unknown';
      yield policy(setup, within, { origin, values: [], at: arm.value.value === undefined ? nameAt : arm.at, when: [] }, false, undefined, context);
      continue;
    }
    if (arm.value.kind === 'function') {
      for (const answer of perRequest(arm.value.fn, library, context)) yield* policies({ ...setup, value: answer }, within, context);
      continue;
    }
    if (arm.value.kind !== 'object') {
      yield policy(setup, within, { origin: 'unknown', values: [], at: nameAt, when: [] }, false, undefined, context);
      continue;
    }
    const origin = context.option(arm.value, 'origin');
    if (origin.kind === 'value') for (const judged of judge(origin.value, library.words, context)) yield policy(setup, within, judged, true, arm.value, context);
    else yield policy(setup, within, { origin: origin.kind === 'absent' && !dynamic(arm.value, context) ? library.absent : 'unknown', values: [], at: nameAt, when: [] }, false, arm.value, context);
  }
}

/** Options a function makes for each request: handed to its callback, returned, or, for Fastify, by a function that is returned. */
function perRequest(id: FunctionId, { family, words }: Library, context: CorsContext): readonly Value[] {
  if (family === 'cors') return delegated(id, context);
  const body = context.body(id);
  const [only, ...more] = (body?.steps ?? []).filter((step) => step.do === 'return');
  if (!body || only?.do !== 'return' || !only.value || more.length > 0 || only.when.length > body.when.length) return [];
  const end = context.resolve(only.value).value;
  if (family === '@fastify/cors') return end.kind === 'function' ? delegated(end.fn, context) : [];
  return words.calls === 'origin' && end.kind === 'object' ? [end] : [];
}
/** Options a function hands to its callback whatever was asked: `cors((req, cb) => cb(null, { origin: true }))`. */
function delegated(id: FunctionId, context: CorsContext): readonly Value[] {
  const body = context.body(id);
  const answers = (body?.steps ?? []).flatMap((step) => {
    if (step.do !== 'call' || step.call.target.kind !== 'ref') return [];
    const { root, path } = step.call.target;
    const isCallback = root.kind === 'parameter' && root.fn === id && root.index === 1 && path.length === 0;
    return isCallback ? [{ value: step.call.args[1]?.value, always: step.when.length === body?.when.length }] : [];
  });
  const [only] = answers;
  return answers.length === 1 && only?.always && only.value?.kind === 'object' ? [only.value] : [];
}

/** @fastify/cors can be given a function that decides per request. */
function dynamic(options: Value, context: CorsContext): boolean {
  return ['delegator', 'allowOrigin', 'originFunction'].some((key) => context.option(options, key).kind === 'value');
}

function policy(setup: CorsSetup, place: Place, judged: Judged, written: boolean, options: Value | undefined, context: CorsContext): CorsPolicy {
  const { library } = setup;
  const names = optionNames(library.name.replace('@5', ''));
  const answer = options ? context.option(options, 'credentials') : undefined;
  const credentials = credentialsOf(answer, library, judged.origin, context);
  const entry: Entry | undefined = answer?.kind === 'value' ? answer.entry : undefined;
  const echoes = library.name === '@koa/cors@5' && judged.origin === 'any' && credentials === true;
  return {
    origin: echoes ? 'reflect' : judged.origin,
    credentials,
    values: judged.values,
    source: 'module',
    library: library.name.replace('@5', ''),
    inList: judged.inList === true,
    major: library.major ?? context.major(library.package, place.call.at.path),
    options,
    methods: corsNames(options, names.methods, context),
    headers: corsNames(options, names.headers, context),
    exposed: corsNames(options, names.exposed, context),
    path: undefined,
    originAt: judged.at,
    ...(judged.echoAt ? { echoAt: judged.echoAt } : {}),
    originWritten: written,
    credentialsAt: answer?.kind === 'value' ? answer.value.at : undefined,
    credentialsEntryAt: entry?.at,
    at: place.call.at,
    call: place.call,
    when: [...place.when, ...judged.when],
    inside: place.inside,
  };
}

function credentialsOf(answer: ReturnType<CorsContext['option']> | undefined, library: Library, origin: CorsPolicy['origin'], context: CorsContext): boolean | 'unknown' {
  if (answer === undefined || answer.kind === 'absent') return library.credentials && origin === 'reflect';
  if (answer.kind === 'unknown') return 'unknown';
  const constant = context.constant(answer.value);
  return constant === undefined ? 'unknown' : constant.value === true || constant.value === 'true';
}
