import type { Directive, NginxFile, Word } from '../../artifacts/kind.js';
import type { Change, RuleContext, Severity } from '../rule.js';
import { originNamed, type ConfigRisk } from './config-risk.js';
import { hostClass, splitUrl } from './hosts.js';

/** A directive with the blocks it stands in, the innermost first. */
interface Placed {
  readonly directive: Directive;
  readonly within: readonly Directive[];
  /** The directives beside it. */
  readonly beside: readonly Directive[];
}
const OLD = /^(SSLv2|SSLv3|TLSv1|TLSv1\.0|TLSv1\.1)$/;
const SECURITY = /^(strict-transport-security|content-security-policy|x-frame-options|x-content-type-options|referrer-policy|permissions-policy)$/i;
const WEAK_CIPHER = /^\+?(([\w-]{0,40}[-+_])?(RC4|RC2|NULL|EXP(ORT)?\d{0,4}|MD5|DES)([-+_][\w-]{0,40})?|[ae]NULL|ADH|AECDH|LOW)$/i;
const STATIC = /woff|ttf|eot|otf|fonts?\b|\.(css|js|png|jpe?g|svg|gif|ico|webp)|\/(static|assets|public|images?|img|media)\b/i;
const ORIGIN = /^access-control-allow-origin$/i;

/** Everything in a configuration of nginx that opens what stands behind it. */
export function* nginxRisks(file: NginxFile, context: RuleContext): Iterable<ConfigRisk> {
  const all = [...placed(file.directives, [])];
  const upstreams = new Set(all.flatMap(({ directive }) => (directive.name === 'upstream' && directive.args[0] ? [directive.args[0].text] : [])));
  for (const one of all) yield* risksOf(one, upstreams, context);
  yield* alsoPlain(all);
}
function* placed(directives: readonly Directive[], within: readonly Directive[]): Iterable<Placed> {
  for (const directive of directives) {
    yield { directive, within, beside: directives };
    if (directive.block) yield* placed(directive.block, [directive, ...within]);
  }
}
function* risksOf(one: Placed, upstreams: ReadonlySet<string>, context: RuleContext): Iterable<ConfigRisk> {
  const { directive } = one;
  switch (directive.name) {
    case 'dav_methods': yield* dav(one); break;
    case 'autoindex': yield* listing(one); break;
    case 'server_tokens': yield* tokens(directive); break;
    case 'http': yield* missingTokens(directive); break;
    case 'ssl_protocols': yield* protocols(directive); break;
    case 'ssl_ciphers': yield* ciphers(directive); break;
    case 'proxy_pass': case 'grpc_pass': yield* plainProxy(one, upstreams, context); break;
    case 'proxy_ssl_verify': yield* unverified(directive); break;
    case 'add_header': yield* origins(one, context); break;
    case 'location': yield* alias(directive); yield* lostHeaders(one); yield* unlimited(one, context); break;
    case 'stub_status': yield* status(one); break;
    case 'client_max_body_size': yield* unbounded(directive); break;
    case 'return': case 'rewrite': yield* redirected(directive); break;
    default:
  }
}
/** What the directive's blocks say, the directive's own block included. */
function scopeOf({ within, beside }: Placed): readonly Directive[] {
  return [...beside, ...within.flatMap((block) => block.block ?? [])];
}
/** Somebody is asked who he is, or where he comes from. */
function isGuarded(one: Placed): boolean {
  return scopeOf(one).some(({ name, args, block }) => {
    const first = args[0]?.text;
    if (name === 'auth_basic') return first !== 'off';
    if (name === 'ssl_verify_client') return first === 'on';
    if (name === 'limit_except') return (block ?? []).some((inner) => inner.name === 'deny' || inner.name.startsWith('auth_'));
    return name === 'auth_request' || name === 'auth_jwt' || name === 'deny' || name === 'internal' || (name === 'listen' && /^(127\.|\[::1\]|localhost|unix:)/.test(first ?? ''));
  });
}
function place({ within, directive }: Placed): string {
  const location = [directive, ...within].find(({ name }) => name === 'location');
  return location?.args.map(({ text }) => text).join(' ') ?? within[0]?.name ?? 'top';
}
function replaced(word: Word, text: string): Change {
  return { do: 'replace', at: word.at, code: [text] };
}
function removed({ at }: Directive): Change {
  return { do: 'remove', at, as: 'text' };
}

function* dav(one: Placed): Iterable<ConfigRisk> {
  const [first] = one.directive.args;
  const methods = one.directive.args.map(({ text }) => text).join(', ');
  if (!first || first.text === 'off') return;
  yield {
    at: first.at, subject: `dav_methods ${place(one)}`, severity: isGuarded(one) ? 'warning' : 'error', message: `nginx itself writes and deletes files on ${methods} here. Remove dav_methods or limit who may use it.`,
    repair: { title: 'Remove dav_methods', changes: [removed(one.directive)] },
  };
}
function* listing(one: Placed): Iterable<ConfigRisk> {
  const [value] = one.directive.args;
  if (value?.text !== 'on' || isGuarded(one)) return;
  yield { at: value.at, subject: `autoindex ${place(one)}`, severity: 'warning', message: 'Visitors can list this folder. Set autoindex off.', repair: { title: 'Set autoindex off', changes: [replaced(value, 'off')] } };
}
const ANNOUNCED = 'nginx announces its version. Set server_tokens off.';
function* tokens({ args }: Directive): Iterable<ConfigRisk> {
  const [value] = args;
  if (value?.text !== 'on' && value?.text !== 'build') return;
  yield { at: value.at, subject: 'server_tokens', severity: 'info', message: ANNOUNCED, repair: { title: 'Set server_tokens off', safe: true, changes: [replaced(value, 'off')] } };
}
/** Asked only where nothing can say so in another file. */
function* missingTokens({ block, nameAt }: Directive): Iterable<ConfigRisk> {
  const [first] = block ?? [];
  const isHidden = (block ?? []).some(({ name, args }) => name === 'include' && !/(mime\.types|fastcgi_params|uwsgi_params|proxy_params)$/.test(args[0]?.text ?? ''));
  const isSaid = [...placed(block ?? [], [])].some(({ directive }) => directive.name === 'server_tokens' || directive.name === 'more_clear_headers');
  if (!first || isHidden || isSaid) return;
  yield { at: nameAt, subject: 'server_tokens', severity: 'info', message: ANNOUNCED, repair: { title: 'Add server_tokens off', changes: [{ do: 'insert', at: first.at, where: 'line-before', code: ['server_tokens off;'] }] } };
}
function* protocols({ args }: Directive): Iterable<ConfigRisk> {
  const old = args.filter(({ text }) => OLD.test(text));
  const [first] = old;
  if (!first) return;
  const names = old.map(({ text }) => text).join(', ');
  const rest = args.some(({ text }) => text === 'TLSv1.2' || text === 'TLSv1.3') ? old : old.slice(1);
  const gone = rest.map((word): Change => ({ do: 'remove', at: word.wholeAt, as: 'text' }));
  const changes = rest === old ? gone : [replaced(first, 'TLSv1.2 TLSv1.3'), ...gone];
  yield { at: first.at, subject: 'ssl_protocols', severity: 'warning', message: `${names} has known attacks. Use TLSv1.2 TLSv1.3.`, repair: { title: 'Use TLSv1.2 and TLSv1.3', changes } };
}
function* ciphers({ args }: Directive): Iterable<ConfigRisk> {
  const [value] = args;
  const names = (value?.text ?? '').split(/[:,\s]+/);
  const off = new Set(names.filter((name) => name.startsWith('!')).map((name) => name.slice(1).toUpperCase()));
  const weak = names.find((name) => WEAK_CIPHER.test(name) && !off.has(name.toUpperCase()) && ![...off].some((part) => name.toUpperCase().split(/[-_+]/).includes(part)));
  if (!value || weak === undefined) return;
  yield { at: value.at, subject: 'ssl_ciphers', severity: 'warning', message: `The cipher '${weak}' can be broken. Take it out of the list.`, repair: { refused: 'Which clients have to be served, only its author knows.' } };
}
function* plainProxy(one: Placed, upstreams: ReadonlySet<string>, context: RuleContext): Iterable<ConfigRisk> {
  const [target] = one.directive.args;
  const url = target && !target.text.includes('$') ? splitUrl(target.text) : undefined;
  if (!target || !url || (url.scheme !== 'http' && url.scheme !== 'grpc') || upstreams.has(url.host) || /^[\w-]+$/.test(url.host)) return;
  const where = hostClass(url.host);
  if (where === 'here') return;
  const severity: Severity = where === 'remote' || context.policy('tls').internalHosts === 'require' ? 'warning' : 'hint';
  const better = `${url.scheme}s`;
  const from = context.textOf(target.at).indexOf(url.scheme);
  yield {
    at: target.at, subject: `proxy_pass ${url.host}`, severity, message: `Traffic to ${url.host} is not encrypted. Use ${better}.`,
    repair: { title: `Use ${better}`, changes: [{ do: 'replace', at: context.within(target.at, from, from + url.scheme.length), code: [better] }] },
  };
}
function* unverified({ args }: Directive): Iterable<ConfigRisk> {
  const [value] = args;
  if (value?.text !== 'off') return;
  const message = "The upstream's certificate is not checked. Set proxy_ssl_verify on.";
  yield { at: value.at, subject: 'proxy_ssl_verify', severity: 'warning', message, repair: { title: 'Set proxy_ssl_verify on', changes: [replaced(value, 'on')] } };
}
function* origins(one: Placed, context: RuleContext): Iterable<ConfigRisk> {
  const [name, value] = one.directive.args;
  if (!name || !value || !ORIGIN.test(name.text)) return;
  const isEcho = value.text === '$http_origin';
  const isTested = one.within.some((block) => block.name === 'if' && block.args.some(({ text }) => text.includes('http_origin')));
  const isStatic = one.within.some((block) => block.name === 'location' && block.args.some(({ text }) => STATIC.test(text)));
  if ((!isEcho && value.text !== '*') || isTested || isStatic) return;
  const cookies = one.beside.some(({ name: own, args }) => own === 'add_header' && /^access-control-allow-credentials$/i.test(args[0]?.text ?? '') && args[1]?.text === 'true');
  const isOpen = isEcho && cookies;
  yield {
    at: value.at, subject: `cors ${place(one)}`, severity: isOpen ? 'error' : 'warning',
    message: isOpen ? "Any website can act here with the visitor's cookies. Name the allowed origins." : 'Any website can read what is served here. Name the allowed origins.',
    repair: originNamed(value.at, '', context),
  };
}
function* alias({ args, block }: Directive): Iterable<ConfigRisk> {
  const [path, ...others] = args[0]?.text === '^~' ? args.slice(1) : args;
  const target = block?.find(({ name }) => name === 'alias')?.args[0]?.text;
  if (!path || others.length > 0 || !path.text.startsWith('/') || path.text.endsWith('/') || target?.endsWith('/') !== true) return;
  yield {
    at: path.at, subject: `alias ${path.text}`, severity: 'error', message: `A path like ${path.text}../ escapes the folder. End the location with a slash.`,
    repair: { title: 'End it with a slash', changes: [replaced(path, `${path.text}/`)] },
  };
}
function* lostHeaders({ directive, within }: Placed): Iterable<ConfigRisk> {
  const headers = (block: Directive | undefined): readonly Directive[] => (block?.block ?? []).filter(({ name, args }) => name === 'add_header' && args.length > 1);
  const own = headers(directive);
  const [first] = own;
  const outer = headers(within.find((block) => headers(block).length > 0));
  if (!first || (directive.block ?? []).some(({ name }) => name === 'include' || name === 'add_header_inherit')) return;
  const names = new Set(own.map(({ args }) => args[0]?.text.toLowerCase()));
  const lost = outer.filter(({ args }) => SECURITY.test(args[0]?.text ?? '') && !names.has(args[0]?.text.toLowerCase()));
  const [example] = lost;
  if (!example) return;
  yield {
    at: first.nameAt, subject: `headers ${directive.args.map(({ text }) => text).join(' ')}`, severity: 'info',
    message: `'${example.args[0]?.text ?? ''}'${lost.length > 1 ? ` and ${lost.length - 1} more are` : ' is'} not sent here, because a block with its own add_header inherits none. Repeat them in this block.`,
    related: lost.slice(0, 10).map(({ at }) => ({ at, label: 'set here' })),
    repair: { title: 'Repeat them here', changes: lost.map((one): Change => ({ do: 'insert', at: first.at, where: 'line-before', code: [{ copy: one.at }] })) },
  };
}
function* unlimited({ directive, within }: Placed, context: RuleContext): Iterable<ConfigRisk> {
  const { allow } = context.policy('methods');
  const inner = [directive, ...within].flatMap((block) => block.block ?? []);
  const [path] = directive.args.slice(-1);
  const isLimited = inner.some(({ name, args }) => name === 'limit_except' || (name === 'if' && args.some(({ text }) => text.includes('request_method'))));
  if (allow === undefined || !path || isLimited || !directive.block?.some(({ name }) => name === 'proxy_pass')) return;
  const list = allow.join(' ');
  yield {
    at: path.at, subject: `limit_except ${path.text}`, severity: 'info', message: `All methods pass here. Add limit_except ${list}.`,
    repair: { title: 'Add limit_except', changes: [{ do: 'insert', at: (directive.block[0] ?? directive).at, where: 'line-before', code: [`limit_except ${list} { deny all; }`] }] },
  };
}
function* unbounded({ args }: Directive): Iterable<ConfigRisk> {
  const [value] = args;
  if (!value || !/^0+[kmg]?$/i.test(value.text)) return;
  const message = 'Bodies of any size are taken, so one caller fills the disk or the memory. Name the largest body the API needs.';
  yield { at: value.at, subject: 'client_max_body_size', severity: 'warning', message, repair: { title: 'Set it to 1m', changes: [replaced(value, '1m')] } };
}
/** A target that callers write: another site in a parameter, or a line break in the decoded path, which begins another header. */
function* redirected({ name, args }: Directive): Iterable<ConfigRisk> {
  const isRedirect = name === 'return' ? /^30[12378]$/.test(args[0]?.text ?? '') : /^(redirect|permanent)$/.test(args[2]?.text ?? '');
  const target = args[1];
  if (!isRedirect || !target) return;
  const refused = { refused: 'Where it may lead, only its author knows.' };
  if (/^\$(arg_\w+|http_(?!host\b)\w+|cookie_\w+)/.test(target.text))
    yield { at: target.at, subject: `redirect ${target.text}`, severity: 'warning', message: 'Callers choose the site this leads to, so links to it serve phishing. Name the target here.', repair: refused };
  else if (name === 'return' && /\$(uri|document_uri)\b/.test(target.text))
    yield {
      at: target.at, subject: `redirect ${target.text}`, severity: 'warning', message: 'A line break in the path begins a header of its own here, because $uri is decoded. Use $request_uri.',
      repair: { title: 'Use $request_uri', changes: [replaced(target, target.text.replace(/\$(document_)?uri\b/g, '$$request_uri'))] },
    };
}
/** A server that is reached over TLS, and by the same name in the clear without being sent there. */
function* alsoPlain(all: readonly Placed[]): Iterable<ConfigRisk> {
  const servers = all.flatMap(({ directive }) => (directive.name === 'server' && directive.block ? [directive.block] : []));
  const namesOf = (block: readonly Directive[]): readonly string[] => block.filter(({ name }) => name === 'server_name').flatMap(({ args }) => args.map(({ text }) => text));
  const isSecured = ({ name, args }: Directive): boolean => name === 'listen' && args.some(({ text }) => text === 'ssl' || text === 'quic');
  const secured = new Set(servers.filter((block) => block.some(isSecured)).flatMap(namesOf));
  for (const block of servers) {
    const listen = block.find((one) => one.name === 'listen' && !isSecured(one) && /^((\[::\]|\*|0\.0\.0\.0):)?80$/.test(one.args[0]?.text ?? ''));
    const [port] = listen?.args ?? [];
    const shared = namesOf(block).find((name) => name !== '_' && secured.has(name));
    const inner = [...placed(block, [])].map(({ directive }) => directive);
    const isSent = inner.some(({ name, args }) => (name === 'return' || name === 'rewrite') && args.some(({ text }) => text.startsWith('https://'))) || inner.some(({ name }) => name === 'include');
    const answers = inner.some(({ name }) => /^(proxy|fastcgi|uwsgi|grpc)_pass$/.test(name));
    if (!port || shared === undefined || isSent || !answers) continue;
    yield {
      at: port.at, subject: `plain ${shared}`, severity: 'warning', message: `${shared} is answered in the clear too, so that keys and cookies can be read on the way. Send requests to https with return 301.`,
      repair: { refused: 'What is left in the clear on purpose, only its author knows.' },
    };
  }
}
function* status(one: Placed): Iterable<ConfigRisk> {
  const { directive } = one;
  if (isGuarded(one)) return;
  yield {
    at: directive.nameAt, subject: `stub_status ${place(one)}`, severity: 'info', message: 'Everyone can read how busy this server is. Allow single addresses and deny all others.',
    repair: { title: 'Only from this machine', changes: [{ do: 'insert', at: directive.at, where: 'line-after', code: ['allow 127.0.0.1;'] }, { do: 'insert', at: directive.at, where: 'line-after', code: ['deny all;'] }] },
  };
}
