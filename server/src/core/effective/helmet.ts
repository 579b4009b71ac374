import type { Call, Value } from '../model/value.js';
import { helmetDirectives, helmetInside } from '../rules/facts/csp-defaults.js';
import { helmetMember } from '../rules/facts/headers.js';
import type { EffectiveContext, EffectiveHeaders, EffectiveReader, EffectiveSetup } from './effective.js';
import { hapiHeaders } from './hapi-headers.js';
import { helmet3Headers, helmet3Part } from './helmet-3.js';
import { helmetHeaders, helmetPart } from './helmet-parts.js';
import { honoHeaders } from './hono-headers.js';
import { isUnknown, member, readSetting, UNKNOWN, type Setting } from './settings.js';

/** Options as a library of this family takes them. */
export type HeaderLibrary = 'helmet' | '@fastify/helmet' | 'hono' | 'hapi';
const NEWEST = 8;

/** The response headers a library sets for these options; `major` is that of helmet itself. Undefined: nobody can tell. */
export function headersOf(library: HeaderLibrary, options: Setting, major: number): EffectiveHeaders | undefined {
  switch (library) {
    case 'hono': return honoHeaders(options);
    case 'hapi': return hapiHeaders(options);
    case '@fastify/helmet': return fastifyHeaders(options, major);
    case 'helmet': return major < 4 ? helmet3Headers(options) : helmetHeaders(options, major);
  }
}

/** @fastify/helmet 13.2.0: `global: false` sends nothing unless a route asks, nonces are made for each request, the rest is helmet's. */
function fastifyHeaders(options: Setting, major: number): EffectiveHeaders | undefined {
  if (isUnknown(options)) return undefined;
  const isGlobal = member(options, 'global');
  if (isUnknown(isGlobal)) return undefined;
  if (isGlobal === false) return { sent: [] };
  const made = major < 4 ? helmet3Headers(options) : helmetHeaders(options, major);
  const nonces = member(options, 'enableCSPNonces');
  if (nonces === undefined || nonces === false || !made || made.refuses !== undefined) return made;
  return { ...made, sent: made.sent.map((one) => (one.name.startsWith('Content-Security-Policy') ? { name: one.name, value: undefined, note: 'holds a nonce that is made for each request' } : one)) };
}

/** Calls that set security headers up: helmet and its parts, koa-helmet, @fastify/helmet, hono's `secureHeaders`, the `security` of a hapi server. */
export const helmetSetup: EffectiveReader = (call, context) => {
  const { callee } = call;
  if (callee === 'helmet' || callee === 'helmet.helmet' || callee === 'koa-helmet') return setup('helmet', wrapperOf(callee), call.args[0]?.value, call, context);
  if (callee === 'hono/secure-headers.secureHeaders') return setup('hono', 'hono', call.args[0]?.value, call, context);
  const part = helmetMember(callee);
  if (part && !callee.startsWith('lusca')) return partSetup(part.header, call, context);
  if (call.name === 'register') {
    const plugin = pluginOf(call.args[0]?.value);
    const made = plugin && setup('@fastify/helmet', plugin, call.args[1]?.value, call, context);
    return made && { ...made, at: call.args[0]?.value.at ?? made.at };
  }
  if (!/^(@hapi\/hapi|hapi)\.(server|Server)$/.test(callee)) return undefined;
  const routes = context.option(call.args[0]?.value, 'routes');
  const security = routes.kind === 'value' ? context.option(routes.value, 'security') : routes;
  // A server without the option is no set-up call.
  return security.kind === 'value' ? setup('hapi', '@hapi/hapi', security.value, call, context) : undefined;
};

function wrapperOf(callee: string): string {
  return callee === 'koa-helmet' ? callee : 'helmet';
}
function pluginOf(value: Value | undefined): '@fastify/helmet' | 'fastify-helmet' | undefined {
  const from = value?.kind === 'ref' && value.root.kind === 'import' ? value.root.from : undefined;
  return from === '@fastify/helmet' || from === 'fastify-helmet' ? from : undefined;
}

function setup(library: HeaderLibrary, name: string, options: Value | undefined, call: Call, context: EffectiveContext): EffectiveSetup | undefined {
  const major = helmetMajor(name, call, context);
  if (major === undefined) return undefined;
  const made = headersOf(library, readSetting(options, context, (one) => known(one, major)), major);
  return made && { ...made, library: named(name, call, context), at: call.nameAt };
}
function partSetup(header: string, call: Call, context: EffectiveContext): EffectiveSetup | undefined {
  const name = call.callee.slice(0, call.callee.indexOf('.'));
  const major = helmetMajor(name, call, context);
  if (major === undefined) return undefined;
  const options = readSetting(call.args[0]?.value, context, (one) => known(one, major));
  const made = major < 4 ? helmet3Part(header, options) : helmetPart(header, options, major);
  return made && { ...made, library: named(name, call, context), at: call.nameAt };
}
/** The major version of helmet that answers; those nobody measured read as the nearest one. */
function helmetMajor(name: string, { at }: Call, context: EffectiveContext): number | undefined {
  if (name === 'hono' || name === '@hapi/hapi') return NEWEST;
  const own = context.major(name, at.path);
  const inside = name === 'helmet' ? own ?? NEWEST : helmetInside(name, own) ?? (name === 'koa-helmet' ? context.major('helmet', at.path) ?? NEWEST : undefined);
  return inside === undefined || inside < 3 ? undefined : Math.min(inside, NEWEST);
}
function named(name: string, { at }: Call, context: EffectiveContext): string {
  const major = context.major(name, at.path);
  return major === undefined ? name : `${name} ${major}`;
}
/** Calls of helmet's own inside its options. */
function known(call: Call, major: number): Setting {
  if (call.name !== 'getDefaultDirectives' || major < 4) return UNKNOWN;
  return { is: 'object', open: false, entries: new Map(helmetDirectives(major).map(([name, items]): [string, Setting] => [name, { is: 'list', items }])) };
}
