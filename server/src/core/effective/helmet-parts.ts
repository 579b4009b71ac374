import { helmetPolicy } from './helmet-csp.js';
import { oneOf, optionsOf, refused, sent, type Made } from './made.js';
import { has, isList, isUnknown, member, truthy, type Setting } from './settings.js';
import type { EffectiveHeaders, SentHeader } from './effective.js';

/** One header of helmet. */
interface Part {
  /** Its option, and the older name of it, which is the only one before 6. */
  readonly option: string;
  readonly old?: string;
  readonly header: string;
  /** The majors that know it. */
  readonly since: number;
  readonly until?: number;
  /** The majors that send it without being asked. */
  readonly asked?: (major: number) => boolean;
  /** Undefined: it takes no options, so whatever is given switches it on. */
  readonly make?: (options: Setting, major: number) => Made;
  readonly value?: string;
  /** Looks into its options with `in`, which only objects bear. */
  readonly bare?: 'refused';
}
const SLIDE = 'a value that is not written here decides';

const PARTS: readonly Part[] = [
  { option: 'crossOriginEmbedderPolicy', header: 'Cross-Origin-Embedder-Policy', since: 6, asked: (major) => major >= 7,
    make: (options, major) => oneOf(member(options, 'policy'), 'require-corp', major >= 7 ? ['require-corp', 'credentialless', 'unsafe-none'] : ['require-corp', 'credentialless'], 'Cross-Origin-Embedder-Policy') },
  { option: 'crossOriginEmbedderPolicy', header: 'Cross-Origin-Embedder-Policy', since: 4, until: 5, asked: (major) => major === 4, value: 'require-corp' },
  {
    option: 'crossOriginOpenerPolicy', header: 'Cross-Origin-Opener-Policy', since: 4, asked: (major) => major === 4,
    make: (options, major) => oneOf(member(options, 'policy'), 'same-origin', ['same-origin', 'same-origin-allow-popups', ...(major >= 8 ? ['noopener-allow-popups'] : []), 'unsafe-none'], 'Cross-Origin-Opener-Policy'),
  },
  { option: 'crossOriginResourcePolicy', header: 'Cross-Origin-Resource-Policy', since: 4, asked: (major) => major === 4,
    make: (options) => oneOf(member(options, 'policy'), 'same-origin', ['same-origin', 'same-site', 'cross-origin'], 'Cross-Origin-Resource-Policy') },
  { option: 'expectCt', header: 'Expect-CT', since: 4, until: 6, asked: (major) => major === 6, make: expectCt },
  { option: 'originAgentCluster', header: 'Origin-Agent-Cluster', since: 4, asked: (major) => major === 4, value: '?1' },
  { option: 'referrerPolicy', header: 'Referrer-Policy', since: 4, make: (options) => referrer(member(options, 'policy')) },
  { option: 'strictTransportSecurity', old: 'hsts', header: 'Strict-Transport-Security', since: 4, make: transport, bare: 'refused' },
  { option: 'xContentTypeOptions', old: 'noSniff', header: 'X-Content-Type-Options', since: 4, value: 'nosniff' },
  { option: 'xDnsPrefetchControl', old: 'dnsPrefetchControl', header: 'X-DNS-Prefetch-Control', since: 4, make: (options) => prefetch(member(options, 'allow')) },
  { option: 'xDownloadOptions', old: 'ieNoOpen', header: 'X-Download-Options', since: 4, value: 'noopen' },
  { option: 'xFrameOptions', old: 'frameguard', header: 'X-Frame-Options', since: 4, make: (options) => frames(member(options, 'action')) },
  {
    option: 'xPermittedCrossDomainPolicies', old: 'permittedCrossDomainPolicies', header: 'X-Permitted-Cross-Domain-Policies', since: 4,
    make: (options) => oneOf(member(options, 'permittedPolicies'), 'none', ['none', 'master-only', 'by-content-type', 'all'], 'X-Permitted-Cross-Domain-Policies'),
  },
  { option: 'xXssProtection', old: 'xssFilter', header: 'X-XSS-Protection', since: 4, value: '0' },
];

/** What `helmet(options)` of a major from 4 to 8 sends (4.6.0, 5.1.1, 6.2.0, 7.2.0, 8.3.0); undefined: nobody knows the options. */
export function helmetHeaders(options: Setting, major: number): EffectiveHeaders | undefined {
  if (isUnknown(options)) return undefined;
  if (options === null) return { sent: [], refuses: 'helmet does not take null.' };
  const out: SentHeader[] = [];
  const take = (name: string, made: Made, unsure: boolean): string | undefined => {
    if (made.is === 'refused') return made.why;
    out.push(unsure || made.value === undefined ? { name, value: undefined, note: SLIDE } : { name, value: made.value });
    return undefined;
  };
  const policy = member(options, 'contentSecurityPolicy');
  if (policy !== false) {
    const given = optionsOf(policy);
    if (given === undefined) return refusal('Content-Security-Policy');
    const { name, made, unsure } = helmetPolicy(given, major);
    const why = take(name, made, unsure || isUnknown(policy));
    if (why !== undefined) return { sent: [], refuses: why };
  }
  for (const part of PARTS) {
    if (part.since > major || (part.until ?? major) < major) continue;
    const answer = asked(part, options, major);
    if (answer.is === 'twice') return { sent: [], refuses: `${part.header} is given twice.` };
    if (answer.is === 'off') continue;
    if (!bears(part, answer.setting)) return refusal(part.header);
    const made = part.make ? part.make(optionsOf(answer.setting) ?? undefined, major) : sent(part.value);
    const why = take(part.header, made, isUnknown(answer.setting));
    if (why !== undefined) return { sent: [], refuses: why };
  }
  const powered = asked({ option: 'xPoweredBy', old: 'hidePoweredBy', header: '', since: 4 }, options, major);
  if (powered.is === 'twice') return { sent: [], refuses: 'X-Powered-By is given twice.' };
  return powered.is === 'on' && !isUnknown(powered.setting) ? { sent: out, removed: ['X-Powered-By'] } : { sent: out };
}

/** What one part called by itself sends: `helmet.hsts({ maxAge: 60 })`. `header` is the header's name. */
export function helmetPart(header: string, options: Setting, major: number): EffectiveHeaders | undefined {
  if (header === 'X-Powered-By') return { sent: [], removed: [header] };
  if (isUnknown(options)) return undefined;
  const given = optionsOf(options);
  if (header === 'Content-Security-Policy') {
    if (given === undefined) return refusal(header);
    const { name, made, unsure } = helmetPolicy(given, major);
    return alone(name, made, unsure);
  }
  const part = PARTS.find((one) => one.header === header && one.since <= major && (one.until ?? major) >= major);
  if (!part) return undefined;
  if (given === undefined || !bears(part, options)) return part.make ? refusal(header) : alone(header, sent(part.value), false);
  return alone(header, part.make ? part.make(given, major) : sent(part.value), false);
}
function alone(name: string, made: Made, unsure: boolean): EffectiveHeaders {
  if (made.is === 'refused') return { sent: [], refuses: made.why };
  return { sent: [unsure || made.value === undefined ? { name, value: undefined, note: SLIDE } : { name, value: made.value }] };
}
function refusal(header: string): EffectiveHeaders {
  return { sent: [], refuses: `${header} does not take these options.` };
}
function bears({ make, bare }: Part, setting: Setting): boolean {
  if (!make) return true;
  return setting !== null && (bare === undefined || setting === undefined || setting === true || typeof setting === 'object');
}

/** `name in options` for both names is refused since 6; the newer one counts unless it says nothing. */
function asked({ option, old, asked: isAsked }: Part, options: Setting, major: number): { readonly is: 'on'; readonly setting: Setting } | { readonly is: 'off' } | { readonly is: 'twice' } {
  const isOnlyOld = major < 6 && old !== undefined;
  if (!isOnlyOld && old !== undefined && has(options, option) === true && has(options, old) === true) return { is: 'twice' };
  const first = isOnlyOld ? undefined : member(options, option);
  const setting = old === undefined ? first : first ?? member(options, old);
  if (setting === false) return { is: 'off' };
  if (setting === undefined) return isAsked?.(major) === true ? { is: 'off' } : { is: 'on', setting };
  return { is: 'on', setting };
}

const DAY = 24 * 60 * 60;
function transport(options: Setting, major: number): Made {
  const header = 'Strict-Transport-Security';
  if (has(options, 'maxage') === true) return refused(`${header} does not know maxage.`);
  if (major >= 8 && has(options, 'includeSubdomains') === true) return refused(`${header} does not know includeSubdomains.`);
  const age = ageOf(member(options, 'maxAge'), (major >= 8 ? 365 : 180) * DAY);
  const below = member(options, 'includeSubDomains');
  const preload = member(options, 'preload');
  if (age === 'refused') return refused(`${header} needs a positive number of seconds.`);
  if (age === undefined || isUnknown(below) || isUnknown(preload)) return sent(undefined);
  return sent([`max-age=${age}`, ...(below === undefined || truthy(below) ? ['includeSubDomains'] : []), ...(truthy(preload) ? ['preload'] : [])].join('; '));
}
function expectCt(options: Setting): Made {
  const age = ageOf(member(options, 'maxAge'), 0);
  const [enforce, report] = [member(options, 'enforce'), member(options, 'reportUri')];
  if (age === 'refused') return refused('Expect-CT needs a positive number of seconds.');
  if (age === undefined || isUnknown(enforce) || isUnknown(report) || (truthy(report) && typeof report !== 'string')) return sent(undefined);
  return sent([`max-age=${age}`, ...(truthy(enforce) ? ['enforce'] : []), ...(truthy(report) ? [`report-uri="${String(report)}"`] : [])].join(', '));
}
function ageOf(setting: Setting, own: number): number | 'refused' | undefined {
  if (isUnknown(setting)) return undefined;
  const age = setting === undefined ? own : setting;
  return typeof age === 'number' && age >= 0 && Number.isFinite(age) ? Math.floor(age) : 'refused';
}
const REFERRERS: readonly string[] = ['no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url', ''];
function referrer(setting: Setting): Made {
  if (setting === undefined) return sent('no-referrer');
  if (isUnknown(setting)) return sent(undefined);
  const tokens: readonly Setting[] = isList(setting) ? setting.items : [setting];
  if (tokens.some(isUnknown)) return sent(undefined);
  const isFine = tokens.length > 0 && new Set(tokens).size === tokens.length && tokens.every((token) => typeof token === 'string' && REFERRERS.includes(token));
  return isFine ? sent(tokens.join(',')) : refused('Referrer-Policy does not take this value.');
}
function prefetch(allow: Setting): Made {
  return sent(isUnknown(allow) ? undefined : truthy(allow) ? 'on' : 'off');
}
function frames(action: Setting): Made {
  if (isUnknown(action)) return sent(undefined);
  const word = action === undefined ? 'SAMEORIGIN' : typeof action === 'string' ? action.toUpperCase() : '';
  if (word === 'SAME-ORIGIN') return sent('SAMEORIGIN');
  return word === 'DENY' || word === 'SAMEORIGIN' ? sent(word) : refused('X-Frame-Options does not take this value.');
}
