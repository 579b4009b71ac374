import type { EffectiveHeaders, SentHeader } from './effective.js';
import { isList, isObject, isUnknown, member, truthy, has, type Setting } from './settings.js';

const UNSURE = 'a value that is not written here decides';
/** Option, header, value, whether it is sent unasked; hono 4.13.19, middleware/secure-headers. */
const HEADERS: readonly (readonly [option: string, header: string, value: string, unasked: boolean])[] = [
  ['crossOriginEmbedderPolicy', 'Cross-Origin-Embedder-Policy', 'require-corp', false],
  ['crossOriginResourcePolicy', 'Cross-Origin-Resource-Policy', 'same-origin', true],
  ['crossOriginOpenerPolicy', 'Cross-Origin-Opener-Policy', 'same-origin', true],
  ['originAgentCluster', 'Origin-Agent-Cluster', '?1', true],
  ['referrerPolicy', 'Referrer-Policy', 'no-referrer', true],
  ['strictTransportSecurity', 'Strict-Transport-Security', 'max-age=15552000; includeSubDomains', true],
  ['xContentTypeOptions', 'X-Content-Type-Options', 'nosniff', true],
  ['xDnsPrefetchControl', 'X-DNS-Prefetch-Control', 'off', true],
  ['xDownloadOptions', 'X-Download-Options', 'noopen', true],
  ['xFrameOptions', 'X-Frame-Options', 'SAMEORIGIN', true],
  ['xPermittedCrossDomainPolicies', 'X-Permitted-Cross-Domain-Policies', 'none', true],
  ['xXssProtection', 'X-XSS-Protection', '0', true],
];

/** What `secureHeaders(options)` of hono 4 sends (4.13.19); undefined: nobody knows the options. */
export function honoHeaders(options: Setting): EffectiveHeaders | undefined {
  if (isUnknown(options)) return undefined;
  const out: SentHeader[] = [];
  const add = (name: string, value: string | undefined): void => {
    out.push(value === undefined ? { name, value, note: UNSURE } : { name, value });
  };
  for (const [option, header, value, unasked] of HEADERS) {
    const setting = has(options, option) === false ? unasked : member(options, option);
    if (isUnknown(setting)) add(header, undefined);
    else if (truthy(setting)) add(header, typeof setting === 'string' ? setting : value);
  }
  for (const [option, header] of [['contentSecurityPolicy', 'Content-Security-Policy'], ['contentSecurityPolicyReportOnly', 'Content-Security-Policy-Report-Only']] as const) {
    const policy = member(options, option);
    if (isUnknown(policy)) add(header, undefined);
    else if (truthy(policy)) add(header, policyOf(policy));
  }
  const permissions = member(options, 'permissionsPolicy');
  if (isUnknown(permissions)) add('Permissions-Policy', undefined);
  else if (isObject(permissions) && (permissions.entries.size > 0 || permissions.open)) add('Permissions-Policy', permissionsOf(permissions));
  for (const [option, header] of [['reportingEndpoints', 'Reporting-Endpoints'], ['reportTo', 'Report-To']] as const) {
    const reports = member(options, option);
    if (truthy(reports)) add(header, isList(reports) ? reportsOf(reports.items, option) : undefined);
  }
  const powered = has(options, 'removePoweredBy') === false ? true : member(options, 'removePoweredBy');
  return truthy(powered) && !isUnknown(powered) ? { sent: out, removed: ['X-Powered-By'] } : { sent: out };
}

function policyOf(policy: Setting): string | undefined {
  if (!isObject(policy)) return typeof policy === 'object' ? undefined : '';
  if (policy.open) return undefined;
  const parts: string[] = [];
  for (const [key, value] of policy.entries) {
    const name = key.replace(/[A-Z]+(?![a-z])|[A-Z]/g, (match, offset: number) => (offset > 0 ? '-' : '') + match.toLowerCase());
    const items: readonly Setting[] = isList(value) ? value.items : [value];
    if (items.some((one) => typeof one === 'object' && one !== null)) return undefined;
    // The pieces are joined as an array, which writes nothing for null and undefined.
    parts.push([name, ...items.map((one) => ` ${one === undefined || one === null ? '' : String(one)}`)].join(''));
  }
  return parts.join('; ');
}
function permissionsOf(policy: Setting): string | undefined {
  if (!isObject(policy) || policy.open) return undefined;
  const parts: string[] = [];
  for (const [key, value] of policy.entries) {
    const name = key.replace(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase();
    if (isUnknown(value)) return undefined;
    if (typeof value === 'boolean') parts.push(`${name}=${value ? '*' : '()'}`);
    if (!isList(value)) continue;
    if (value.items.some((one) => typeof one === 'object' && one !== null)) return undefined;
    const [only, ...others] = value.items;
    if (others.length === 0 && (only === undefined || only === 'none')) parts.push(`${name}=()`);
    else if (others.length === 0 && only === '*') parts.push(`${name}=*`);
    else parts.push(`${name}=(${value.items.map((one) => (one === 'self' || one === 'src' ? one : `"${String(one)}"`)).join(' ')})`);
  }
  return parts.join(', ');
}
function reportsOf(items: readonly Setting[], option: 'reportingEndpoints' | 'reportTo'): string | undefined {
  const texts: string[] = [];
  for (const item of items) {
    const data = plain(item, 0);
    if (data === undefined) return undefined;
    const [name, url] = [member(item, 'name'), member(item, 'url')];
    texts.push(option === 'reportTo' ? JSON.stringify(data.of) : `${String(name)}="${String(url)}"`);
  }
  return texts.join(', ');
}
/** The setting as JavaScript holds it; undefined where a part of it is not known. */
function plain(setting: Setting, depth: number): { readonly of: unknown } | undefined {
  if (depth > 6) return undefined;
  if (typeof setting !== 'object' || setting === null) return { of: setting };
  if (isList(setting)) {
    const items = setting.items.map((one) => plain(one, depth + 1));
    return items.includes(undefined) ? undefined : { of: items.map((one) => one?.of) };
  }
  if (!isObject(setting) || setting.open) return undefined;
  const entries = [...setting.entries].map(([key, value]) => [key, plain(value, depth + 1)] as const);
  return entries.some(([, value]) => value === undefined) ? undefined : { of: Object.fromEntries(entries.map(([key, value]) => [key, value?.of])) };
}
