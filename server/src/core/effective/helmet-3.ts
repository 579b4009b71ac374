import type { EffectiveHeaders, SentHeader } from './effective.js';
import { oneOf, refused, sent, type Made } from './made.js';
import { has, isList, isObject, isUnknown, member, truthy, type Setting } from './settings.js';

const UNSURE = 'a value that is not written here decides';
const NONE: Setting = { is: 'object', entries: new Map(), open: false };
/** What helmet 3 sends unless told otherwise, then what it sends when asked; in its order (3.23.3, dist/index.js). */
const PARTS: readonly { readonly option: string; readonly asked?: true; readonly header: string; make(options: Setting): Made }[] = [
  { option: 'contentSecurityPolicy', asked: true, header: 'Content-Security-Policy', make: policy },
  { option: 'dnsPrefetchControl', header: 'X-DNS-Prefetch-Control', make: (options) => flag(member(options, 'allow'), 'on', 'off') },
  { option: 'expectCt', asked: true, header: 'Expect-CT', make: expectCt },
  { option: 'featurePolicy', asked: true, header: 'Feature-Policy', make: features },
  { option: 'frameguard', header: 'X-Frame-Options', make: frames },
  { option: 'hsts', header: 'Strict-Transport-Security', make: transport },
  { option: 'ieNoOpen', header: 'X-Download-Options', make: () => sent('noopen') },
  { option: 'noSniff', header: 'X-Content-Type-Options', make: () => sent('nosniff') },
  { option: 'permittedCrossDomainPolicies', asked: true, header: 'X-Permitted-Cross-Domain-Policies', make: (options) => crossDomain(options) },
  { option: 'referrerPolicy', asked: true, header: 'Referrer-Policy', make: referrer },
  { option: 'xssFilter', header: 'X-XSS-Protection', make: filter },
  { option: 'hpkp', asked: true, header: 'Public-Key-Pins', make: () => sent(undefined) },
];
const NO_CACHE: readonly SentHeader[] = [
  { name: 'Surrogate-Control', value: 'no-store' },
  { name: 'Cache-Control', value: 'no-store, no-cache, must-revalidate, proxy-revalidate' },
  { name: 'Pragma', value: 'no-cache' },
  { name: 'Expires', value: '0' },
];

/** What `helmet(options)` of version 3 sends to a browser of today (3.23.3 with helmet-csp 2.10.0, hsts 2.2.0, x-xss-protection 1.3.0); undefined: nobody knows the options. */
export function helmet3Headers(options: Setting): EffectiveHeaders | undefined {
  if (isUnknown(options)) return undefined;
  if (options === null) return { sent: [], refuses: 'helmet does not take null.' };
  const out: SentHeader[] = [];
  for (const part of PARTS) {
    const setting = member(options, part.option);
    if (setting === false || ((setting === undefined || setting === null) && part.asked)) continue;
    const one = helmet3Part(part.header, setting === true || setting === undefined || setting === null ? NONE : setting);
    if (one?.refuses !== undefined) return one;
    out.push(...(one?.sent ?? []).map((header) => (isUnknown(setting) ? { name: header.name, value: undefined, note: UNSURE } : header)));
  }
  const cache = member(options, 'noCache');
  if (truthy(cache) && !isUnknown(cache)) out.push(...NO_CACHE);
  const powered = member(options, 'hidePoweredBy');
  const named = member(powered, 'setTo');
  if (powered === false || isUnknown(powered) || isUnknown(named)) return { sent: out };
  if (truthy(named)) return { sent: [...out, typeof named === 'string' ? { name: 'X-Powered-By', value: named } : { name: 'X-Powered-By', value: undefined, note: UNSURE }] };
  return { sent: out, removed: ['X-Powered-By'] };
}

/** What one part called by itself sends, by the name of its header. */
export function helmet3Part(header: string, options: Setting): EffectiveHeaders | undefined {
  const part = PARTS.find((one) => one.header === header);
  if (!part) return undefined;
  const made = isUnknown(options) ? sent(undefined) : part.make(options ?? NONE);
  if (made.is === 'refused') return { sent: [], refuses: made.why };
  const only = header === 'Content-Security-Policy' || header === 'Public-Key-Pins' ? member(options, 'reportOnly') : undefined;
  const name = truthy(only) && !isUnknown(only) ? `${header}-Report-Only` : header;
  const unsure = made.value === undefined || isUnknown(only) || (typeof only === 'object' && only !== null && only.is === 'function');
  return { sent: [unsure ? { name: header, value: undefined, note: UNSURE } : { name, value: made.value }] };
}

const LISTS: ReadonlySet<string> = new Set((
  'base-uri child-src connect-src default-src font-src form-action frame-ancestors frame-src img-src manifest-src media-src object-src script-src style-src prefetch-src worker-src'
).split(' '));
const UNSAFE: ReadonlySet<string> = new Set(['script-src', 'style-src', 'worker-src']);
const DYNAMIC: ReadonlySet<string> = new Set(['default-src', 'script-src']);
const WORDS: ReadonlyMap<string, RegExp> = new Map([
  ['sandbox', /^allow-(downloads|downloads-without-user-activation|forms|modals|orientation-lock|pointer-lock|popups|popups-to-escape-sandbox|presentation|same-origin|scripts|top-navigation)$/],
  ['require-sri-for', /^(script|style)$/],
  ['plugin-types', /^(?!'?(self|unsafe-inline|unsafe-eval)'?$)(?!(none|strict-dynamic)$)./],
]);
const UNQUOTED = /^(none|self|unsafe-inline|unsafe-eval|strict-dynamic)$/;

function policy(options: Setting): Made {
  const directives = member(options, 'directives');
  if (isUnknown(directives)) return sent(undefined);
  if (!isObject(directives) || (directives.entries.size === 0 && !directives.open)) return refused('The policy has no directives.');
  const isLoose = truthy(member(options, 'loose'));
  // Both spellings of a name are one directive: the later value stands where the first one stood.
  const merged = new Map<string, Setting>();
  let isKnown = !directives.open;
  for (const [key, value] of directives.entries) {
    const name = key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    if (isUnknown(value)) isKnown = false;
    else {
      const why = isLoose ? undefined : problem(name, value);
      if (why === 'unknown') isKnown = false;
      else if (why !== undefined) return refused(why);
    }
    merged.set(name, value);
  }
  const parts: string[] = [];
  for (const [name, value] of merged) {
    if (value === false) continue;
    const items: readonly Setting[] = isList(value) ? value.items : [value];
    if (items.some((one) => typeof one === 'object' && one !== null)) isKnown = false;
    const text = value === true ? '' : items.map(String).join(' ');
    parts.push(text === '' ? name : `${name} ${text}`);
  }
  return sent(isKnown ? parts.join('; ') : undefined);
}
/** Why helmet-csp 2.10.0 refuses a directive (lib/check-options). */
function problem(name: string, value: Setting): string | undefined {
  if (name === 'block-all-mixed-content' || name === 'upgrade-insecure-requests') return typeof value === 'boolean' ? undefined : `${name} takes true or false.`;
  if (value === false) return undefined;
  if (name === 'report-uri' || name === 'report-to') return typeof value === 'string' && value !== '' ? undefined : isFunction(value) ? 'unknown' : `${name} takes a text.`;
  if (name === 'sandbox' && value === true) return undefined;
  const words = WORDS.get(name);
  if (words) return isList(value) && value.items.length > 0 && value.items.every((item) => isUnknown(item) || isFunction(item) || (typeof item === 'string' && words.test(item))) ? undefined : `${name} does not take this value.`;
  if (!LISTS.has(name)) return `There is no directive '${name}'.`;
  if (!isList(value) || value.items.length === 0) return `${name} needs a list.`;
  for (const item of value.items) {
    if (isUnknown(item) || isFunction(item)) continue;
    if (typeof item !== 'string' || item === '') return `${name} takes texts.`;
    const bare = item.replace(/^'|'$/g, '');
    if (/^unsafe-(inline|eval)$/.test(bare) && !UNSAFE.has(name)) return `${item} means nothing in ${name}.`;
    if (bare === 'strict-dynamic' && !DYNAMIC.has(name)) return `${item} means nothing in ${name}.`;
    if (UNQUOTED.test(item)) return `${item} needs quotes in ${name}.`;
  }
  return undefined;
}

function transport(options: Setting): Made {
  const header = 'Strict-Transport-Security';
  const [given, below, old, preload] = [member(options, 'maxAge'), member(options, 'includeSubDomains'), member(options, 'includeSubdomains'), member(options, 'preload')];
  if (has(options, 'maxage') === true) return refused(`${header} does not know maxage.`);
  if (has(options, 'includeSubDomains') === true && has(options, 'includeSubdomains') === true) return refused(`${header} is told twice about subdomains.`);
  if ([given, below, old, preload].some(isUnknown) || has(options, 'setIf') !== false) return sent(undefined);
  const age = given ?? 180 * 24 * 60 * 60;
  if (typeof age !== 'number' || age < 0) return refused(`${header} needs a positive number of seconds.`);
  return sent(`max-age=${Math.round(age)}${below !== false && old !== false ? '; includeSubDomains' : ''}${truthy(preload) ? '; preload' : ''}`);
}
function frames(options: Setting): Made {
  const [action, domain] = [member(options, 'action'), member(options, 'domain')];
  if (isUnknown(action)) return sent(undefined);
  const given = action === undefined ? 'SAMEORIGIN' : typeof action === 'string' ? action.toUpperCase() : '';
  const word = given === 'ALLOWFROM' ? 'ALLOW-FROM' : given === 'SAME-ORIGIN' ? 'SAMEORIGIN' : given;
  if (word === 'DENY' || word === 'SAMEORIGIN') return sent(word);
  if (word !== 'ALLOW-FROM') return refused('X-Frame-Options does not take this value.');
  if (isUnknown(domain)) return sent(undefined);
  return typeof domain === 'string' && domain !== '' ? sent(`ALLOW-FROM ${domain}`) : refused('ALLOW-FROM needs a domain.');
}
function crossDomain(options: Setting): Made {
  const value = member(options, 'permittedPolicies');
  if (has(options, 'permittedPolicies') === true && value === undefined) return refused('X-Permitted-Cross-Domain-Policies does not take this value.');
  return oneOf(value, 'none', ['none', 'master-only', 'by-content-type', 'all'], 'X-Permitted-Cross-Domain-Policies');
}
const REFERRERS: readonly string[] = ['no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url', ''];
function referrer(options: Setting): Made {
  const value = member(options, 'policy');
  if (has(options, 'policy') === false) return sent('no-referrer');
  if (isUnknown(value)) return sent(undefined);
  const tokens: readonly Setting[] = isList(value) ? value.items : [value];
  if (tokens.some(isUnknown)) return sent(undefined);
  const isFine = tokens.length > 0 && new Set(tokens).size === tokens.length && tokens.every((token) => typeof token === 'string' && REFERRERS.includes(token));
  return isFine ? sent(tokens.join(',')) : refused('Referrer-Policy does not take this value.');
}
function filter(options: Setting): Made {
  const [mode, report] = [member(options, 'mode'), member(options, 'reportUri')];
  if (isUnknown(mode) || isUnknown(report) || (truthy(report) && typeof report !== 'string')) return sent(undefined);
  const isBlock = has(options, 'mode') !== true || mode === 'block';
  if (!isBlock && mode !== null) return refused('X-XSS-Protection does not take this mode.');
  return sent(['1', ...(isBlock ? ['mode=block'] : []), ...(truthy(report) ? [`report=${String(report)}`] : [])].join('; '));
}
function expectCt(options: Setting): Made {
  const [age, enforce, report] = [member(options, 'maxAge'), member(options, 'enforce'), member(options, 'reportUri')];
  if ([age, enforce, report].some(isUnknown) || (truthy(report) && typeof report !== 'string')) return sent(undefined);
  if (age !== undefined && (typeof age !== 'number' || !(age >= 0))) return refused('Expect-CT needs a positive number of seconds.');
  return sent([...(truthy(enforce) ? ['enforce'] : []), `max-age=${age === undefined ? 0 : Math.floor(age)}`, ...(truthy(report) ? [`report-uri="${String(report)}"`] : [])].join(', '));
}
/** feature-policy 0.3.0; names it does not know are not looked for. */
function features(options: Setting): Made {
  const wanted = member(options, 'features');
  if (isUnknown(wanted)) return sent(undefined);
  if (!isObject(wanted) || (wanted.entries.size === 0 && !wanted.open)) return refused('Feature-Policy needs features.');
  const parts: string[] = [];
  for (const [key, value] of wanted.entries) {
    if (isUnknown(value)) return sent(undefined);
    if (!isList(value) || value.items.length === 0) return refused(`The feature ${key} needs a list.`);
    if (value.items.some((one) => typeof one !== 'string')) return sent(undefined);
    if (value.items.includes('self') || value.items.includes('none')) return refused(`A value of ${key} needs quotes.`);
    if (value.items.length > 1 && (value.items.includes('*') || value.items.includes("'none'"))) return refused(`A value of ${key} stands alone.`);
    parts.push([key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`), ...value.items].join(' '));
  }
  return sent(wanted.open ? undefined : parts.join(';'));
}
function flag(setting: Setting, yes: string, no: string): Made {
  return sent(isUnknown(setting) ? undefined : truthy(setting) ? yes : no);
}
function isFunction(setting: Setting): boolean {
  return typeof setting === 'object' && setting !== null && setting.is === 'function';
}
