import type { Call } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

/** One protection helmet-like middleware sends: its option names, the response header, what it keeps away. */
export interface HeaderFact {
  /** Today's option name in helmet. */
  readonly option: string;
  /** Older option names that mean the same. */
  readonly aliases: readonly string[];
  readonly header: string;
  /** Reads after "which protects against". */
  readonly risk: string;
  /** What switching it off costs; 'none': a matter of taste. */
  readonly whenOff: 'warning' | 'info' | 'none';
  /** Counts towards "sets security headers by hand" (RULES headers/helmet-missing). */
  readonly counts: boolean;
}

/** Every option of helmet 8, by importance. */
export const headerFacts: readonly HeaderFact[] = [
  fact('contentSecurityPolicy', ['csp'], 'Content-Security-Policy', 'injected scripts', 'warning', true),
  fact('strictTransportSecurity', ['hsts'], 'Strict-Transport-Security', 'downgrades to plain HTTP', 'warning', true),
  fact('xFrameOptions', ['frameguard', 'xframe'], 'X-Frame-Options', 'clickjacking', 'warning', true),
  fact('xContentTypeOptions', ['noSniff', 'nosniff', 'noSniffing'], 'X-Content-Type-Options', 'files run as another type', 'warning', true),
  fact('referrerPolicy', ['referrer'], 'Referrer-Policy', 'URLs leaking to other sites', 'info', true),
  fact('xPoweredBy', ['hidePoweredBy', 'removePoweredBy'], 'X-Powered-By removal', 'attackers learning the framework', 'info', false),
  fact('crossOriginResourcePolicy', [], 'Cross-Origin-Resource-Policy', 'other sites embedding responses', 'info', false),
  fact('crossOriginEmbedderPolicy', [], 'Cross-Origin-Embedder-Policy', 'cross-origin embedding', 'none', false),
  fact('crossOriginOpenerPolicy', [], 'Cross-Origin-Opener-Policy', 'window handles', 'none', false),
  fact('originAgentCluster', [], 'Origin-Agent-Cluster', 'shared processes', 'none', false),
  fact('xXssProtection', ['xssFilter', 'xss'], 'X-XSS-Protection', 'a faulty browser filter', 'none', false),
  fact('xDnsPrefetchControl', ['dnsPrefetchControl'], 'X-DNS-Prefetch-Control', 'DNS prefetching', 'none', false),
  fact('xDownloadOptions', ['ieNoOpen', 'noOpen'], 'X-Download-Options', 'downloads opened in place', 'none', false),
  fact('xPermittedCrossDomainPolicies', ['permittedCrossDomainPolicies'], 'X-Permitted-Cross-Domain-Policies', 'plug-in policies', 'none', false),
];

/** The fact an option name stands for, old names included. */
export function headerOption(name: string): HeaderFact | undefined {
  return headerFacts.find((one) => one.option === name || one.aliases.includes(name));
}

/** The fact of a response header, in any letter case. */
export function headerNamed(name: string): HeaderFact | undefined {
  const lower = name.toLowerCase();
  return headerFacts.find((one) => one.header.toLowerCase() === lower);
}

/** Response headers of which three set by hand count as a set of security headers, lower case. */
export const securityHeaders: readonly string[] = headerFacts.filter((one) => one.counts).map((one) => one.header.toLowerCase());

/** Callees that give a set of security headers in one call, by framework. hapi's `routes.security` is an option, not a call. */
export const headerModules: readonly string[] = ['helmet', '@fastify/helmet', 'fastify-helmet', 'koa-helmet', 'hono/secure-headers', 'lusca', 'koa-lusca', 'blankie', 'nestjs-helmet', 'next-secure-headers', '@nuxtjs/helmet', 'nuxt-security', 'next-safe'];

/** Parts of helmet that also come as packages and as members (`helmet.hsts`): member name to fact. */
export function helmetMember(callee: string): HeaderFact | undefined {
  const match = /^(helmet|koa-helmet|lusca)\.([A-Za-z]{2,40})$/.exec(callee);
  return match?.[2] === undefined ? undefined : headerOption(match[2]);
}

/** Whether the callee (as a Call spells it) sets all headers at once: `helmet`, `koa-helmet`, `hono/secure-headers.secureHeaders`, `lusca`. */
export function headerSetup(callee: string): boolean {
  return headerModules.includes(callee) || callee === 'hono/secure-headers.secureHeaders' || callee === 'helmet.helmet';
}

function fact(option: string, aliases: readonly string[], header: string, risk: string, whenOff: HeaderFact['whenOff'], counts: boolean): HeaderFact {
  return { option, aliases, header, risk, whenOff, counts };
}

/** Whether an application names its software unless its header middleware takes the name away: Fastify 5, Koa 3 and Hono 4 send no X-Powered-By, and Express none where the setting is off. */
export function namesItself(call: Call, context: Pick<RuleContext, 'scopeOf'>): boolean {
  return call.name !== 'register' && !/^(@?fastify|koa|hono)\b/.test(call.callee) && context.scopeOf(call.at)?.settings.has('x-powered-by') !== true;
}
