import type { Branch, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** A value that stands where a session or cookie library takes its key. */
export interface SessionKey {
  readonly library: string;
  readonly key: Value;
  readonly when: readonly Branch[];
  /** Where this file hands it over. */
  readonly at: At;
}
/** Where a call takes keys: an argument itself, or options of one. */
interface Form {
  readonly argument: number;
  readonly options?: readonly string[];
  /** The object under this option holds them. */
  readonly under?: string;
}

/** express-session 1, cookie-session 2, cookie-parser 1, client-sessions 0.8, iron-session 6 to 8, csrf-csrf 3 and 4, hono 4, better-auth 1, express-openid-connect 2, Remix 2: as documented. */
const CALLS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['express-session', { argument: 0, options: ['secret'] }],
  ['cookie-session', { argument: 0, options: ['keys', 'secret'] }],
  ['cookie-parser', { argument: 0 }],
  ['client-sessions', { argument: 0, options: ['secret', 'encryptionKey', 'signatureKey'] }],
  ['express-openid-connect.auth', { argument: 0, options: ['secret'] }],
  ['better-auth.betterAuth', { argument: 0, options: ['secret'] }],
  ['@auth/express.ExpressAuth', { argument: 0, options: ['secret'] }],
  ['iron-session.getIronSession', { argument: 2, options: ['password'] }],
  ['iron-session.ironSession', { argument: 0, options: ['password'] }],
  ['iron-session/express.ironSession', { argument: 0, options: ['password'] }],
  ['iron-session/next.withIronSessionApiRoute', { argument: 1, options: ['password'] }],
  ['iron-session/next.withIronSessionSsr', { argument: 1, options: ['password'] }],
  ['iron-session.sealData', { argument: 1, options: ['password'] }],
  ['iron-session.unsealData', { argument: 1, options: ['password'] }],
  ['@hapi/iron.seal', { argument: 1 }],
  ['@hapi/iron.unseal', { argument: 1 }],
  ['csrf-csrf.doubleCsrf', { argument: 0, options: ['getSecret'] }],
  ['tiny-csrf', { argument: 0 }],
  ['hono/cookie.setSignedCookie', { argument: 3 }],
  ['hono/cookie.getSignedCookie', { argument: 1 }],
  ['cookie-signature.sign', { argument: 1 }],
  ['cookie-signature.unsign', { argument: 1 }],
  ...['@remix-run/node', '@remix-run/cloudflare', 'react-router'].flatMap((from): [string, Form][] => [
    [`${from}.createCookieSessionStorage`, { argument: 0, options: ['secrets'], under: 'cookie' }],
    [`${from}.createCookie`, { argument: 1, options: ['secrets'] }],
  ]),
]);
const FASTIFY = /^(@fastify\/(cookie|session|secure-session|csrf-protection)|fastify-(cookie|session|secure-session))$/;
const HAPI = /^@hapi\/(yar|cookie)$/;

/** Every place of a file where a library is told the key of its sessions or signed cookies. */
export function* sessionKeys(module: ModuleView, context: RuleContext): Iterable<SessionKey> {
  const usesKoa = module.imports.some((one) => /^(koa|koa-session|koa-generic-session)$/.test(one.from));
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do === 'call') for (const { library, key, at } of ofCall(step.call, context)) yield { library, key, at, when: step.when };
      // Koa 2 and 3: `app.keys = [...]`.
      else if (step.do === 'assign' && usesKoa && step.target.path.length === 1 && step.target.path[0] === 'keys') yield { library: 'koa', key: step.value, at: step.value.at, when: step.when };
    }
}
function ofCall(call: Call, context: RuleContext): readonly Omit<SessionKey, 'when'>[] {
  const name = call.target.kind === 'ref' && call.target.root.kind === 'local' && call.target.path.length === 0 ? calleeBehind(call, context) : call.callee;
  const form = CALLS.get(name);
  const library = name.split('.')[0] ?? name;
  if (form) return keysOf(call.args[form.argument]?.value, form, context).map((key) => ({ library, key, at: call.args[form.argument]?.value.at ?? call.nameAt }));
  const first = call.args[0]?.value;
  if (call.name === 'register' && first) {
    const plugin = context.resolve(first).value;
    if (plugin.kind === 'ref' && plugin.root.kind === 'import' && FASTIFY.test(plugin.root.from)) {
      const from = plugin.root.from;
      return keysOf(call.args[1]?.value, { argument: 1, options: ['secret', 'key', 'hook'] }, context).map((key) => ({ library: from, key, at: call.args[1]?.value.at ?? call.nameAt }));
    }
    return hapiPlugins(first, context);
  }
  // @hapi/cookie 12: server.auth.strategy('session', 'cookie', { cookie: { password } }).
  const scheme = call.callee.endsWith('.auth.strategy') && call.args[1] ? context.constant(call.args[1].value)?.value : undefined;
  return scheme === 'cookie' ? keysOf(call.args[2]?.value, { argument: 2, options: ['password'], under: 'cookie' }, context).map((key) => ({ library: '@hapi/cookie', key, at: call.args[2]?.value.at ?? call.nameAt })) : [];
}
/** `const makeSession = require('express-session')` keeps its name; a local one leads there. */
function calleeBehind(call: Call, context: RuleContext): string {
  const end = context.resolve(call.target).value;
  if (end.kind !== 'ref' || end.root.kind !== 'import') return call.callee;
  const names = end.root.name === '*' || end.root.name === 'default' ? end.path : [end.root.name, ...end.path];
  return [end.root.from, ...names.map((name) => name ?? '?')].join('.');
}
function keysOf(given: Value | undefined, form: Form, context: RuleContext): readonly Value[] {
  if (!given) return [];
  if (!form.options) return [given];
  const under = form.under === undefined ? undefined : context.option(given, form.under);
  const object = under ? (under.kind === 'value' ? under.value : undefined) : given;
  return form.options.flatMap((name) => {
    const answer = context.option(object, name);
    return answer.kind === 'value' ? [answer.value] : [];
  });
}
/** `server.register({ plugin: require('@hapi/yar'), options: { cookieOptions: { password } } })`, alone or in a list. */
function hapiPlugins(given: Value, context: RuleContext): readonly Omit<SessionKey, 'when'>[] {
  const end = context.resolve(given).value;
  const each = end.kind === 'array' ? end.items.map((item) => item.value) : [end];
  return each.flatMap((one) => {
    const plugin = context.option(one, 'plugin');
    const from = plugin.kind === 'value' && plugin.resolved.value.kind === 'ref' && plugin.resolved.value.root.kind === 'import' ? plugin.resolved.value.root.from : '';
    const options = HAPI.test(from) ? context.option(one, 'options') : undefined;
    return options?.kind === 'value' ? keysOf(options.value, { argument: 0, options: ['password'], under: 'cookieOptions' }, context).map((key) => ({ library: from, key, at: given.at })) : [];
  });
}
