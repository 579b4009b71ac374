import type { Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';
import { alternatives, fromEnvironment } from './alternatives.js';

/** Where a host is: on this machine or a name that is set aside for examples, in the network of the operator, or anywhere. */
export type HostClass = 'here' | 'internal' | 'remote';
/** A URL as far as it is known. */
export interface KnownUrl {
  /** Lower case, without the colon. */
  readonly scheme: string;
  readonly host: string;
  readonly where: HostClass;
  /** A user name or password stands before the host. */
  readonly credentials: boolean;
  /** What follows the host and port, as far as it is known. */
  readonly rest: string;
  /** The scheme as it is written, in the file it stands in. */
  readonly schemeAt: At;
  /** The same, or in the file of the call the name that leads there. */
  readonly at: At;
  readonly when: readonly Branch[];
}
const DEEPEST = 6;
const SET_ASIDE = /(^|\.)(localhost|test|invalid|local)$|(^|\.)example\.(com|org|net)$|^example$/;
const INTERNAL_NAME = /\.(svc|internal|intranet|lan|corp|home|private|cluster)$|\.svc\.cluster\.local$|\.cluster\.local$/;

/** RULES `tls/plain-http-url`: what a host name says about the way to it. */
export function hostClass(host: string): HostClass {
  const name = host.toLowerCase().replace(/\.$/, '').replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name === '::1' || name === '0.0.0.0' || name === '::' || /^127\.\d/.test(name) || name === 'host.docker.internal' || name === '169.254.169.254' || name === 'metadata.google.internal') return 'here';
  if (INTERNAL_NAME.test(name)) return 'internal';
  if (SET_ASIDE.test(name)) return 'here';
  if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(name) || /^f[cd][0-9a-f]{2}:/.test(name)) return 'internal';
  return name.includes('.') || name.includes(':') ? 'remote' : 'internal';
}

/** The parts of an absolute URL whose host is surely known; `'\0'` stands for what is not. */
export function splitUrl(text: string): Pick<KnownUrl, 'scheme' | 'host' | 'credentials' | 'rest'> | undefined {
  const match = /^([a-z][a-z0-9+.-]{1,20}):\/\/([^/?#\s]{1,300})/i.exec(text.slice(0, 2000));
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const at = match[2].lastIndexOf('@');
  const authority = match[2].slice(at + 1);
  const host = /^(\[[0-9a-f:.]{2,45}\]|[^:,[\]]{1,253})/i.exec(authority)?.[1];
  // An unknown piece right behind the host may be more of it.
  if (host === undefined || host.includes('\0') || !/^(\[[0-9a-f:.]+\]|[\w.-]+)$/i.test(host)) return undefined;
  const behind = authority.slice(host.length);
  if (behind !== '' && !behind.startsWith(':') && !behind.startsWith(',')) return undefined;
  return { scheme: match[1].toLowerCase(), host, credentials: at > 0, rest: behind + text.slice(match[0].length, 2000) };
}

/** The URLs a value may be: constants, templates with a known start, fallbacks of environment variables, `new URL(...)`. */
export function urlsOf(value: Value, context: RuleContext, depth = 0): readonly KnownUrl[] {
  const found: KnownUrl[] = [];
  if (depth > DEEPEST) return found;
  for (const one of alternatives(value, context)) {
    const inner = startingWith(one.value);
    if (inner && inner !== value) {
      const made = urlsOf(inner, context, depth + 1);
      for (const url of made) found.push({ ...url, at: url.at.path === value.at.path ? url.at : one.at, when: [...one.when, ...url.when] });
      if (made.length > 0) continue;
    }
    for (const row of rowsOf(one.value, context)) for (const url of urlsOf(row, context, depth + 1)) found.push({ ...url, at: url.at.path === value.at.path ? url.at : one.at, when: [...one.when, ...url.when] });
    const text = knownText(one.value, context);
    const url = text === undefined ? undefined : splitUrl(text);
    const schemeAt = url && startAt(one.value, url.scheme.length, context, 0);
    if (url && schemeAt) found.push({ ...url, where: hostClass(url.host), schemeAt, at: schemeAt.path === value.at.path ? schemeAt : one.at, when: one.when });
  }
  return found;
}
/** The texts of a table that is looked up by a key nobody knows: `targets[name]`. */
function rowsOf(value: Value, context: RuleContext): readonly Value[] {
  if (value.kind !== 'ref' || value.path.length === 0 || value.path.at(-1) !== undefined || value.computed === undefined) return [];
  const table = context.resolve({ kind: 'ref', root: value.root, path: value.path.slice(0, -1), text: value.text, at: value.at, nameAt: value.nameAt }).value;
  return table.kind === 'object' ? table.entries.slice(0, 50).flatMap((entry) => (entry.value.kind === 'literal' || entry.value.kind === 'template' ? [entry.value] : [])) : [];
}
/** What an address begins with: the base of `new URL(path, base)`, of `${base}/path` and of a text without its last slash. */
export function startingWith(value: Value): Value | undefined {
  if (value.kind === 'call') {
    if (value.form === 'new' && /(^|\.)URL$/.test(value.callee)) return value.args.at(-1)?.value;
    // A setting with its default: `config.get('STOCK_URL', 'http://...')`.
    const [, fallback] = value.args;
    if (fallback && value.args.length === 2 && /^(get|getOrDefault|getString|env|getEnv|str|string)$/i.test(value.name)) return fallback.value;
    const own = /^(replace|replaceAll|trim|toString|trimEnd|concat)$/.test(value.name) ? value.receiver : undefined;
    return own ?? (/^(String|encodeURI)$/.test(value.callee) ? value.args[0]?.value : undefined);
  }
  const first = value.kind === 'template' ? value.parts.find((part) => part !== '') : undefined;
  return typeof first === 'string' ? undefined : first;
}
/** The text of a value with `'\0'` for each unknown piece; undefined when nothing of it is known. */
function knownText(value: Value, context: RuleContext): string | undefined {
  if (value.kind === 'literal') return typeof value.value === 'string' ? value.value : undefined;
  if (value.kind !== 'template') return undefined;
  return value.parts.map((part) => (typeof part === 'string' ? part : String(context.constant(part)?.value ?? startOf(part, context) ?? '\0'))).join('');
}
/** The known start of a piece that goes on with something unknown, or the one thing it is without its variable. */
function startOf(part: Value, context: RuleContext): string | undefined {
  const end = context.resolve(part).value;
  if (end.kind === 'template') return end.parts.map((one) => (typeof one === 'string' ? one : '\0')).join('');
  const fallback = end.kind === 'logic' && end.op !== '&&' && fromEnvironment(end.left, context) ? context.constant(end.right)?.value : undefined;
  return typeof fallback === 'string' ? fallback : undefined;
}
/** The first characters of a text as they are written, through the names it is made of. */
function startAt(value: Value, length: number, context: RuleContext, depth: number): At | undefined {
  if (depth > 6) return undefined;
  if (value.kind === 'literal') return context.within(value.at, 1, 1 + length);
  if (value.kind === 'ref') return startAt(context.resolve(value).value, length, context, depth + 1);
  if (value.kind !== 'template') return undefined;
  const first = value.parts.find((part) => part !== '');
  if (first === undefined) return undefined;
  return typeof first === 'string' ? context.within(value.at, 1, 1 + length) : startAt(first, length, context, depth + 1);
}
