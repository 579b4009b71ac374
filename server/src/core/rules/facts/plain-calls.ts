import type { Value } from '../../model/value.js';
import type { RuleContext, Severity } from '../rule.js';
import { carriesCredentials, type ClientTarget } from './clients.js';
import type { HostClass } from './hosts.js';
import { wordsOf } from './names.js';

const OWN = /^(app|site|web|website|frontend|front|client|public|origin|origins|cors|base|self|callback|redirect|return|www|home|page|link|proxy|referer|test|mock|doc|docs|swagger)$/;
/** Packages that read pages and feeds: what a file with one of them gets is there for everybody. */
const READERS = ['cheerio', 'jsdom', 'node-html-parser', 'linkedom', 'parse5', 'rss-parser'];

/** How grave it is that a call is not encrypted, by what the host's name says of the way to it and by what goes with the call; undefined where nothing is wrong with it. */
export function plainSeverity(scheme: string, where: HostClass, inUrl: boolean, call: ClientTarget['call'] | undefined, context: RuleContext): Severity | undefined {
  if (where === 'here') return undefined;
  const isRequired = context.policy('tls').internalHosts === 'require';
  if (where === 'internal' && !isRequired) return 'hint';
  if (inUrl || (call && carriesCredentials(call, context))) return 'error';
  return scheme === 'http' ? 'warning' : 'info';
}
/** `INVENTORY_URL`, `billing.endpoint`: a service that is called. `SITE_URL`, `CORS_ORIGIN`, `CALLBACK_URL` are addresses of this one, or of a browser's. */
export function isService(variable: string): boolean {
  const words = wordsOf(variable);
  return words.some((word) => /^(url|uri|endpoint|host|api|service|upstream|server|backend|address|addr)$/.test(word)) && !words.some((word) => OWN.test(word));
}
/** A page or a feed that everybody may read, asked for without anything of the caller. */
export function readsPage(value: Value, host: string, call: ClientTarget['call'], context: RuleContext): boolean {
  const method = context.option(call.args[0]?.value, 'method');
  const isOther = method.kind === 'value' && !/^get$/i.test(String(context.constant(method.value)?.value));
  const isRead = call.name === 'get' || (call.args.length === 1 && !isOther && !/^(post|put|patch|delete|del|request)$/.test(call.name));
  return isRead && (host.startsWith('www.') || READERS.some((name) => context.uses(call.at.path, name)) || /\.(s?html?|xml|rss|atom|aspx?|jsp)[`'"]?$/i.test(context.textOf(value.at)));
}
