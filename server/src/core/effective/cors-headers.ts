import { readPattern } from '../rules/facts/pattern.js';
import type { SentHeader } from './effective.js';
import { has, isList, isObject, isUnknown, member, truthy, type Setting } from './settings.js';

/** Libraries that answer alike: `cors` also stands for Nest on Express and socket.io, which hand their options to it. */
export type CorsFamily = 'cors' | '@fastify/cors' | '@koa/cors' | 'hono/cors' | '@hapi/hapi' | 'graphql-yoga';
/** What a stranger's GET and the preflight of a stranger's PUT are answered. */
export interface CorsAnswers {
  readonly simple: readonly SentHeader[];
  readonly preflight: readonly SentHeader[];
  readonly refuses?: string;
}
/** The origin that asks. */
export const STRANGER = 'https://evil.example';
/** What an origin function says to it: everybody may, the caller may, or it depends on what the function looks at. */
export type FunctionAnswer = 'any' | 'reflect' | 'tested';

const ORIGIN = 'Access-Control-Allow-Origin';
const CREDENTIALS = 'Access-Control-Allow-Credentials';
const METHODS = 'Access-Control-Allow-Methods';
const HEADERS = 'Access-Control-Allow-Headers';
const EXPOSED = 'Access-Control-Expose-Headers';
const AGE = 'Access-Control-Max-Age';
const ECHOED_HEADERS = 'the headers that are asked for';
const ECHOED_METHOD = 'the method that is asked for';
const BY_FUNCTION = 'for origins the function accepts; others get none';
const BY_LIST = 'for origins of the list';
const BY_SETTING = 'depends on a setting';

/** The response headers a library sends for these options: undefined for none, `true` for its defaults. */
export function corsHeaders(family: CorsFamily, options: Setting, asked: FunctionAnswer | undefined, major: number | undefined): CorsAnswers | undefined {
  if (options === false) return { simple: [], preflight: [] };
  const ask = (preflight: boolean): Answer => {
    const request: Request = { options: isObject(options) ? options : { is: 'object', entries: new Map(), open: false }, asked, preflight, major };
    switch (family) {
      case 'cors': return express(request);
      case '@fastify/cors': return fastify(request);
      case '@koa/cors': return koa(request);
      case 'hono/cors': return hono(request);
      case '@hapi/hapi': return hapi(request);
      case 'graphql-yoga': return yoga(request);
    }
  };
  const [simple, preflight] = [ask(false), ask(true)];
  const refuses = simple.refuses ?? preflight.refuses;
  return { simple: simple.sent, preflight: preflight.sent, ...(refuses === undefined ? {} : { refuses }) };
}

interface Request {
  readonly options: Setting;
  readonly asked: FunctionAnswer | undefined;
  readonly preflight: boolean;
  readonly major: number | undefined;
}
interface Answer {
  readonly sent: readonly SentHeader[];
  readonly refuses?: string;
}
/** The headers of one answer as they are set, the last value of a name counts. */
interface Sheet {
  set(name: string, value: string | undefined, note?: string): void;
  /** Adds a field to `Vary`. */
  vary(field: string): void;
  done(): Answer;
}
function sheet(): Sheet {
  const sent = new Map<string, SentHeader>();
  const set: Sheet['set'] = (name, value, note) => {
    sent.set(name, { name, value, ...(value === undefined && note !== undefined ? { note } : {}) });
  };
  return {
    set,
    vary: (field) => {
      const before = sent.get('Vary')?.value;
      set('Vary', before === undefined ? field : `${before}, ${field}`);
    },
    done: () => ({ sent: [...sent.values()] }),
  };
}
const NOTHING: Answer = { sent: [] };

/** An option; its default where it is not written. */
function option(options: Setting, key: string, otherwise: Setting): Setting {
  return has(options, key) === false ? otherwise : member(options, key);
}
/** A text, or the members of a list with this between them; undefined where nobody can tell. */
function joined(setting: Setting, glue: string): string | undefined {
  if (isList(setting)) {
    const parts = setting.items.map((item) => (typeof item === 'string' ? item : undefined));
    return parts.includes(undefined) ? undefined : parts.join(glue);
  }
  return typeof setting === 'string' || typeof setting === 'number' ? String(setting) : undefined;
}
/** A falsy setting, and a list that is joined to nothing, send no header. */
function given(page: Sheet, name: string, setting: Setting, glue: string): void {
  if (!isUnknown(setting) && !truthy(setting)) return;
  const text = joined(setting, glue);
  if (text !== '') page.set(name, text, BY_SETTING);
}
/** Whether a list, a text or a pattern lets the stranger in; undefined where nobody can tell. */
function admits(setting: Setting): boolean | undefined {
  if (isUnknown(setting)) return undefined;
  if (isList(setting)) {
    const answers = setting.items.map(admits);
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
  }
  if (typeof setting === 'object' && setting !== null && setting.is === 'pattern') return readPattern(setting.source, setting.flags)?.matches(STRANGER);
  return typeof setting === 'string' ? setting === STRANGER : truthy(setting);
}
function echo(page: Sheet, setting: Setting): void {
  const admitted = admits(setting);
  if (admitted === true) page.set(ORIGIN, STRANGER);
  else if (admitted === undefined) page.set(ORIGIN, undefined, isUnknown(setting) ? BY_SETTING : BY_LIST);
}

/** cors 2.8.6: lib/index.js. */
function express({ options, asked, preflight }: Request): Answer {
  const page = sheet();
  const origin = asked === undefined ? option(options, 'origin', '*') : asked === 'any' ? '*' : asked === 'reflect';
  if (asked === 'tested') {
    page.set(ORIGIN, undefined, BY_FUNCTION);
    page.vary('Origin');
  } else if (isUnknown(origin)) page.set(ORIGIN, undefined, BY_SETTING);
  else if (!truthy(origin)) return NOTHING;
  else if (origin === '*') page.set(ORIGIN, '*');
  else {
    if (typeof origin === 'string') page.set(ORIGIN, origin);
    else echo(page, origin);
    page.vary('Origin');
  }
  const credentials = member(options, 'credentials');
  if (credentials === true) page.set(CREDENTIALS, 'true');
  else if (isUnknown(credentials)) page.set(CREDENTIALS, undefined, BY_SETTING);
  if (preflight) {
    const methods = option(options, 'methods', 'GET,HEAD,PUT,PATCH,POST,DELETE');
    if (methods === undefined || methods === null) return { sent: [], refuses: 'cors cannot join methods that are not given.' };
    given(page, METHODS, methods, ',');
    const first = member(options, 'allowedHeaders');
    const headers = truthy(first) ? first : member(options, 'headers');
    if (isUnknown(headers)) page.set(HEADERS, undefined, BY_SETTING);
    else if (truthy(headers)) given(page, HEADERS, headers, ',');
    else {
      page.vary('Access-Control-Request-Headers');
      page.set(HEADERS, undefined, ECHOED_HEADERS);
    }
    const age = member(options, 'maxAge');
    if (age === 0) page.set(AGE, '0');
    else given(page, AGE, age, ',');
  }
  given(page, EXPOSED, member(options, 'exposedHeaders'), ',');
  return page.done();
}

/** @fastify/cors 11.4.3: index.js. */
function fastify({ options, asked, preflight }: Request): Answer {
  const page = sheet();
  const written = option(options, 'origin', '*');
  const origin = isList(written) && written.items.includes('*') ? '*' : written;
  if (asked === undefined && !isUnknown(origin) && origin !== false && !truthy(origin)) return { sent: [], refuses: 'every request fails with "Invalid CORS origin option".' };
  if (asked !== undefined || (typeof origin !== 'string' && origin !== false)) page.vary('Origin');
  if (asked === undefined && origin === false) return page.done();
  if (asked === 'any') page.set(ORIGIN, '*');
  else if (asked === 'reflect') page.set(ORIGIN, STRANGER);
  else if (asked === 'tested') page.set(ORIGIN, undefined, BY_FUNCTION);
  else if (typeof origin === 'string') page.set(ORIGIN, origin);
  else echo(page, origin);
  const credentials = member(options, 'credentials');
  if (isUnknown(credentials)) page.set(CREDENTIALS, undefined, BY_SETTING);
  else if (truthy(credentials)) page.set(CREDENTIALS, 'true');
  const exposed = option(options, 'exposedHeaders', null);
  if (exposed !== null) page.set(EXPOSED, joined(exposed, ', '), BY_SETTING);
  if (!preflight || option(options, 'preflight', true) !== true) return page.done();
  page.set(METHODS, joined(option(options, 'methods', 'GET,HEAD,POST'), ', '), BY_SETTING);
  const headers = option(options, 'allowedHeaders', null);
  if (headers === null) {
    page.vary('Access-Control-Request-Headers');
    page.set(HEADERS, undefined, ECHOED_HEADERS);
  } else page.set(HEADERS, joined(headers, ', '), BY_SETTING);
  const age = option(options, 'maxAge', null);
  if (age !== null) page.set(AGE, joined(age, ','), BY_SETTING);
  return page.done();
}

/** @koa/cors 5.0.0 and 4.0.0: index.js. */
function koa({ options, asked, preflight, major }: Request): Answer {
  const page = sheet();
  page.vary('Origin');
  const credentials = member(options, 'credentials');
  const written = member(options, 'origin');
  const callers = major !== undefined && major < 5 ? STRANGER : '*';
  let origin = asked === 'any' ? '*' : asked === 'reflect' ? STRANGER : asked === 'tested' || isUnknown(written) ? undefined : truthy(written) ? joined(written, ', ') : callers;
  const decided = typeof credentials === 'object' && credentials !== null && (credentials.is === 'function' || credentials.is === 'unknown');
  if (!decided && truthy(credentials) && origin === '*') origin = STRANGER;
  page.set(ORIGIN, origin, asked === 'tested' ? BY_FUNCTION : BY_SETTING);
  if (decided) page.set(CREDENTIALS, undefined, BY_SETTING);
  else if (truthy(credentials)) page.set(CREDENTIALS, 'true');
  if (!preflight) {
    given(page, EXPOSED, member(options, 'exposeHeaders'), ',');
    return page.done();
  }
  given(page, AGE, member(options, 'maxAge'), ',');
  given(page, METHODS, option(options, 'allowMethods', 'GET,HEAD,PUT,POST,DELETE,PATCH'), ',');
  const headers = member(options, 'allowHeaders');
  if (isUnknown(headers)) page.set(HEADERS, undefined, BY_SETTING);
  else if (truthy(headers) && joined(headers, ',') !== '') given(page, HEADERS, headers, ',');
  else page.set(HEADERS, undefined, ECHOED_HEADERS);
  return page.done();
}

/** hono 4.13.19: middleware/cors/index.js. */
function hono({ options, asked, preflight }: Request): Answer {
  const page = sheet();
  const origin = option(options, 'origin', '*');
  const isPattern = typeof origin === 'object' && origin !== null && origin.is === 'pattern';
  if (asked === undefined && (isPattern || (typeof origin !== 'string' && typeof origin !== 'object') || origin === null)) return { sent: [], refuses: 'hono takes a text, a list or a function as origin: every request fails.' };
  if (asked === 'any') page.set(ORIGIN, '*');
  else if (asked === 'reflect') page.set(ORIGIN, STRANGER);
  else if (asked === 'tested') page.set(ORIGIN, undefined, BY_FUNCTION);
  else if (origin === '*') page.set(ORIGIN, '*');
  else echo(page, origin);
  const credentials = member(options, 'credentials');
  if (isUnknown(credentials)) page.set(CREDENTIALS, undefined, BY_SETTING);
  else if (truthy(credentials)) page.set(CREDENTIALS, 'true');
  given(page, EXPOSED, member(options, 'exposeHeaders'), ',');
  if (asked !== undefined || origin !== '*') page.vary('Origin');
  if (!preflight) return page.done();
  const age = member(options, 'maxAge');
  if (age !== undefined && age !== null) page.set(AGE, joined(age, ','), BY_SETTING);
  const usual: Setting = { is: 'list', items: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'QUERY'] };
  const methods = option(options, 'allowMethods', usual);
  if (isList(methods)) given(page, METHODS, methods, ',');
  else if (typeof methods === 'object' && methods !== null) page.set(METHODS, undefined, BY_SETTING);
  const headers = member(options, 'allowHeaders');
  const text = isList(headers) ? joined(headers, ',') : undefined;
  if (text !== undefined && text !== '') page.set(HEADERS, text);
  else page.set(HEADERS, undefined, isUnknown(headers) || (isList(headers) && text === undefined) ? BY_SETTING : ECHOED_HEADERS);
  page.vary('Access-Control-Request-Headers');
  return page.done();
}

/** @hapi/hapi 21.4.10: lib/cors.js and the defaults in lib/config.js. A preflight that is refused, and one for a route that is not there, carries nothing. */
function hapi({ options, asked, preflight }: Request): Answer {
  const page = sheet();
  const origin = option(options, 'origin', { is: 'list', items: ['*'] });
  if (asked !== undefined || (!isUnknown(origin) && origin !== 'ignore' && !(isList(origin) && origin.items.length > 0))) return { sent: [], refuses: "hapi takes a list or 'ignore' as origin: the server does not start." };
  const items = isList(origin) ? origin.items : [];
  if (items.includes('*') && items.length > 1) return { sent: [], refuses: "hapi takes '*' alone: the server does not start." };
  const admitted = origin === 'ignore' || items.includes('*') ? true : isUnknown(origin) ? undefined : wildcards(items);
  if (!preflight && origin !== 'ignore') page.vary('origin');
  if (admitted === false) return page.done();
  page.set(ORIGIN, admitted === undefined ? undefined : origin === 'ignore' ? '*' : STRANGER, BY_LIST);
  if (preflight) {
    page.set(METHODS, undefined, ECHOED_METHOD);
    page.set(HEADERS, together(options, 'headers', 'Accept,Authorization,Content-Type,If-None-Match', 'additionalHeaders'), BY_SETTING);
    page.set(AGE, joined(option(options, 'maxAge', 86400), ','), BY_SETTING);
  }
  const credentials = member(options, 'credentials');
  if (isUnknown(credentials)) page.set(CREDENTIALS, undefined, BY_SETTING);
  else if (credentials === true) page.set(CREDENTIALS, 'true');
  const exposed = together(options, 'exposedHeaders', 'WWW-Authenticate,Server-Authorization', 'additionalExposedHeaders');
  if (exposed !== '') page.set(EXPOSED, exposed, BY_SETTING);
  return page.done();
}
/** `*` stands for any text and `?` for any sign. */
function wildcards(items: readonly Setting[]): boolean | undefined {
  const answers = items.map((item) => {
    if (typeof item !== 'string') return undefined;
    if (!item.includes('*')) return item === STRANGER;
    return readPattern(`^${item.replace(/[.+^${}()|[\]\\/-]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`, '')?.matches(STRANGER);
  });
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}
function together(options: Setting, key: string, usual: string, more: string): string | undefined {
  const first = has(options, key) === false ? usual : joined(member(options, key), ',');
  const second = has(options, more) === false ? '' : joined(member(options, more), ',');
  return first === undefined || second === undefined ? undefined : [first, second].filter((text) => text !== '').join(',');
}

/** @whatwg-node/server's useCORS, which graphql-yoga 5.24.1 hands its option to. */
function yoga({ options, asked, preflight }: Request): Answer {
  const page = sheet();
  if (asked !== undefined) return page.done();
  const origin = member(options, 'origin');
  const items = isList(origin) ? origin.items : typeof origin === 'string' ? [origin] : [];
  const isStar = isList(origin) ? items.includes('*') : typeof origin === 'string' && origin.includes('*');
  if (isUnknown(origin) || items.some(isUnknown)) page.set(ORIGIN, undefined, BY_SETTING);
  else if (items.length === 0 || origin === '' || isStar) {
    page.set(ORIGIN, STRANGER);
    page.vary('Origin');
  } else if (items.length === 1) page.set(ORIGIN, joined(items[0], ','), BY_SETTING);
  else if (items.includes(STRANGER)) {
    page.set(ORIGIN, STRANGER);
    page.vary('Origin');
  } else page.set(ORIGIN, 'null');
  const methods = member(options, 'methods');
  if (isList(methods) && methods.items.length > 0) page.set(METHODS, joined(methods, ', '), BY_SETTING);
  else if (isUnknown(methods)) page.set(METHODS, undefined, BY_SETTING);
  else if (preflight) page.set(METHODS, undefined, ECHOED_METHOD);
  const headers = member(options, 'allowedHeaders');
  if (isList(headers) && headers.items.length > 0) page.set(HEADERS, joined(headers, ', '), BY_SETTING);
  else if (isUnknown(headers)) page.set(HEADERS, undefined, BY_SETTING);
  else if (preflight) {
    page.set(HEADERS, undefined, ECHOED_HEADERS);
    page.vary('Access-Control-Request-Headers');
  }
  const credentials = member(options, 'credentials');
  if (isUnknown(credentials)) page.set(CREDENTIALS, undefined, BY_SETTING);
  else if (credentials === true || credentials === undefined || credentials === null) page.set(CREDENTIALS, 'true');
  const exposed = member(options, 'exposedHeaders');
  if (isList(exposed)) page.set(EXPOSED, joined(exposed, ', '), BY_SETTING);
  given(page, AGE, member(options, 'maxAge'), ',');
  return page.done();
}
