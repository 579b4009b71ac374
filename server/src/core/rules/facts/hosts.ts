import type { Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';
import { alternatives } from './alternatives.js';

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
const SET_ASIDE = /(^|\.)(localhost|test|example|invalid|local)$|(^|\.)example\.(com|org|net)$/;
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
export function urlsOf(value: Value, context: RuleContext): readonly KnownUrl[] {
  const found: KnownUrl[] = [];
  for (const one of alternatives(value, context)) {
    const made = one.value.kind === 'call' && one.value.form === 'new' && one.value.callee === 'URL' ? one.value.args.at(-1)?.value : undefined;
    if (made && made !== value) {
      for (const url of urlsOf(made, context)) found.push({ ...url, when: [...one.when, ...url.when] });
      continue;
    }
    const text = knownText(one.value, context);
    const url = text === undefined ? undefined : splitUrl(text);
    const schemeAt = url && startAt(one.value, url.scheme.length, context, 0);
    if (url && schemeAt) found.push({ ...url, where: hostClass(url.host), schemeAt, at: schemeAt.path === value.at.path ? schemeAt : one.at, when: one.when });
  }
  return found;
}
/** The text of a value with `'\0'` for each unknown piece; undefined when nothing of it is known. */
function knownText(value: Value, context: RuleContext): string | undefined {
  if (value.kind === 'literal') return typeof value.value === 'string' ? value.value : undefined;
  if (value.kind !== 'template') return undefined;
  return value.parts.map((part) => (typeof part === 'string' ? part : String(context.constant(part)?.value ?? startOf(part, context) ?? '\0'))).join('');
}
/** The known start of a piece that goes on with something unknown. */
function startOf(part: Value, context: RuleContext): string | undefined {
  const end = context.resolve(part).value;
  return end.kind === 'template' ? end.parts.map((one) => (typeof one === 'string' ? one : '\0')).join('') : undefined;
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
