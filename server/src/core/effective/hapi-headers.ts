import type { EffectiveHeaders, SentHeader } from './effective.js';
import { has, isObject, isUnknown, member, truthy, type Setting } from './settings.js';

const UNSURE = 'a value that is not written here decides';
const REFUSED: EffectiveHeaders = { sent: [], refuses: 'hapi does not take these options.' };
const HALF_A_YEAR = 15_768_000;

/** What `routes: { security }` of hapi sends (@hapi/hapi 21.4.10, lib/security.js and lib/config.js); names as hapi writes them. Undefined: nobody knows the options. */
export function hapiHeaders(security: Setting): EffectiveHeaders | undefined {
  if (isUnknown(security)) return undefined;
  if (security === undefined || security === null || security === false) return { sent: [] };
  if (security !== true && !isObject(security)) return REFUSED;
  const out: SentHeader[] = [];
  for (const [name, read] of [['strict-transport-security', transport], ['x-frame-options', frames], ['x-xss-protection', filter], ['x-download-options', onOff('noOpen', 'noopen')],
    ['x-content-type-options', onOff('noSniff', 'nosniff')], ['referrer-policy', referrer]] as const) {
    const value = read(security);
    if (value === 'refused') return REFUSED;
    if (value === 'unknown') out.push({ name, value: undefined, note: UNSURE });
    else if (value !== 'off') out.push({ name, value: value.sent });
  }
  return { sent: out };
}
type Answer = { readonly sent: string } | 'off' | 'unknown' | 'refused';

function transport(security: Setting): Answer {
  const hsts = member(security, 'hsts') ?? (has(security, 'hsts') === true && member(security, 'hsts') === null ? null : HALF_A_YEAR);
  if (isUnknown(hsts)) return 'unknown';
  if (hsts === false || hsts === 0) return 'off';
  if (hsts === true) return { sent: `max-age=${HALF_A_YEAR}` };
  if (typeof hsts === 'number') return { sent: `max-age=${hsts}` };
  if (!isObject(hsts)) return typeof hsts === 'string' ? 'unknown' : 'refused';
  const [age, old, below, preload] = [member(hsts, 'maxAge'), member(hsts, 'includeSubdomains'), member(hsts, 'includeSubDomains'), member(hsts, 'preload')];
  if ([age, old, below, preload].some((one) => isUnknown(one) || typeof one === 'string')) return 'unknown';
  const isFine = (age === undefined || typeof age === 'number') && [old, below, preload].every((one) => one === undefined || typeof one === 'boolean');
  if (!isFine) return 'refused';
  return { sent: `max-age=${age ?? HALF_A_YEAR}${truthy(old) || truthy(below) ? '; includeSubDomains' : ''}${truthy(preload) ? '; preload' : ''}` };
}
function frames(security: Setting): Answer {
  const frame = has(security, 'xframe') === true ? member(security, 'xframe') ?? 'deny' : isUnknown(member(security, 'xframe')) ? member(security, 'xframe') : 'deny';
  if (isUnknown(frame)) return 'unknown';
  if (frame === false) return 'off';
  if (frame === true) return { sent: 'DENY' };
  if (frame === 'deny' || frame === 'sameorigin') return { sent: frame.toUpperCase() };
  if (!isObject(frame)) return 'refused';
  const [rule, source] = [member(frame, 'rule'), member(frame, 'source')];
  if (isUnknown(rule) || isUnknown(source)) return 'unknown';
  if (rule === 'allow-from') return { sent: truthy(source) ? `ALLOW-FROM ${String(source)}` : 'SAMEORIGIN' };
  return rule === 'deny' || rule === 'sameorigin' ? { sent: rule.toUpperCase() } : 'refused';
}
function filter(security: Setting): Answer {
  const xss = member(security, 'xss');
  if (isUnknown(xss)) return 'unknown';
  if (xss === undefined || xss === 'disabled') return { sent: '0' };
  if (xss === 'enabled') return { sent: '1; mode=block' };
  return xss === false ? 'off' : 'refused';
}
function onOff(option: string, sent: string): (security: Setting) => Answer {
  return (security) => {
    const value = member(security, option);
    if (isUnknown(value) || typeof value === 'string') return 'unknown';
    if (value === undefined || value === true) return { sent };
    return value === false ? 'off' : 'refused';
  };
}
const REFERRERS: readonly string[] = ['', 'no-referrer', 'no-referrer-when-downgrade', 'unsafe-url', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin', 'strict-origin-when-cross-origin'];
function referrer(security: Setting): Answer {
  const value = member(security, 'referrer');
  if (isUnknown(value)) return 'unknown';
  if (value === undefined || value === false) return 'off';
  return typeof value === 'string' && REFERRERS.includes(value) ? { sent: value } : 'refused';
}
