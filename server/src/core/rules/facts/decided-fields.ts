import { snakeCase } from './names.js';

/** What a field of a request says about who decides it: the server or its operators surely, or only in most APIs. */
export type DecidedBy = 'operators' | 'likely' | 'maybe';

const ROLE = '(admin(istrator)?|super_?(user|admin)|root|staff|moderator|operator|employee)';
/** Rights, and whose something is. */
const RIGHTS = new RegExp(
  `^(roles?|(user|account|access|member)_?roles?|role_?ids?|is_?${ROLE}|(is_?)?super_?(user|admin)|admin|permissions?|privileges?|scopes|authorities|entitlements?|(security_?)?clearance(_?level)?`
  + '|access_?(level|rights?)|owner_?id|user_?id|tenant_?id|account_?id|balance|credits?|credit_?limit|password_?hash)$',
);
const FLAG_OF_RIGHTS = new RegExp(`^(has_?)?${ROLE}(_?(access|rights?|mode))?$`);
/** Outcomes of a check that somebody else makes: of people, papers, payments. */
const OUTCOME = /^(\w{1,30}_)?(approved|verified|certified|accredited|vetted|licensed|inspected|screened|cleared|endorsed|authori[sz]ed|trusted|whitelisted|allow_?listed|exempt|waived|paid|settled|refunded|audited)$/;
const OUTCOME_OF_CALLER = /^(\w{1,30}_)?(email|mail|phone|mobile|identity|address|kyc)_?(confirmed|validated|checked)$/;
/** What costs others. */
const TIER = new RegExp(
  '^((is|has)_?)?(premium|vip|pro_?(user|member|account)|unlimited|complimentary|gratis|subsidi[sz]ed|sponsored|discounted'
  + '|free_?(access|membership|plan|pass|of_charge|shipping|delivery|entry|ride|trial)|(access|membership|plan|pass|shipping|delivery|entry|ride|fee)_?free|paid_?(user|member|plan))$',
);
const CHARGE = new RegExp(
  '^(\\w{1,30}_)?((fee|commission|discount|rebate|surcharge|markup|subsidy|bonus|interest|tax)(_?(rate|percent|percentage|amount|value))?|fees|subsidies|overdraft(_?limit)?|spending_?limit|(loyalty|reward|bonus)_?points)$'
  + '|^(\\w{1,30}_)?(quota|rate_limit|(approval|verification|payment|review|moderation|kyc)_(status|state)|(trust|risk|credit|fraud)_(score|level|rating)|kyc_level)$'
  + '|^(price|cost|fee|rate|amount|total|tariff)_?override$|^(override|custom)_?(price|cost|fee|rate|amount|total|tariff)$',
);
/** A rank that is bought or earned, where it is not chosen. */
const RANK = /^(membership|loyalty|account|subscription|customer|user|member)_?(tier|level|plan|status|class|rank)$/;
const PRICE = /^((unit|total|final|net|gross|item|base)_?)?price$|^total(_?(amount|cost))?$/;
const BY_OTHERS = /^(approved|verified|reviewed|created|modified|updated|deleted)_?by(_?(id|user|user_?id))?$/;
/** Whoever writes these decides what things cost. */
const CATALOGUE = new RegExp(
  '(^|/)(coupons?|promotions?|promos?|discounts?|vouchers?|campaigns?|products?|variants?|items?|articles?|plans?|pricing|prices?|tariffs?|rates?|fees?|offers?|listings?|catalog(ue)?s?'
  + '|services?|tax(es)?|quotes?|invoices?|expenses?|loans?)(/|$|-)', 'i',
);
const PURCHASE = /(^|\/)(orders?|bookings?|reservations?|carts?|baskets?|checkouts?|purchases?|rentals?|rides?|trips?|tickets?)(\/|$)/i;

/** A field of a request, as a document describes it. */
export interface Field {
  /** In snake case. */
  readonly name: string;
  /** Those it may have; none where nobody says. */
  readonly types: readonly string[];
  /** What it may be, where the document lists that. */
  readonly values: readonly string[];
  /** The path it is sent to. */
  readonly path: string;
}
/** Rights, where they are listed by name. */
const RIGHTS_LISTED = /^(permissions?|privileges?|scopes|authorities|entitlements?)$/;
const COUNTED = /^(balance|credits?|credit_?limit)$/;
/** What is said of somebody. */
const PERSONS = '(users?|accounts?|members?|memberships?|employees?|staff|customers?|clients?|contacts?|profiles?|people|persons?|admins?|subscribers?|patients?|students?|teachers?|drivers?|vendors?|sellers?|merchants?|me)';
const OF_PERSONS = new RegExp(`(^|/)${PERSONS}(/|$)`, 'i');
/** What goes from hand to hand, and whose state is decided on the way. */
const PROCESS = /(^|\/)(payments?|payouts?|invoices?|refunds?|transfers?|claims?|applications?|loans?|requests?|approvals?|deliver(y|ies)|shipments?|appointments?|cases?|complaints?|returns?|submissions?)(\/|$)/i;
/** States that somebody else gives. */
const GIVEN = /^(approved|rejected|denied|declined|accepted|verified|unverified|paid|unpaid|refunded|charged_?back|shipped|delivered|dispatched|confirmed|settled|fulfilled|banned|blocked|suspended|locked(_?out)?|reviewed|issued)$/i;
const SWITCHED = /^(in)?active$/i;
/** Terms of trade that end like an outcome. */
const TERM = /(^|_)(dut(y|ies)|tax(es)?|freight|postage|carriage|pre)_paid$/;
/** Words for what a right, an amount or a state is said of: somebody, the thing itself, or what a request is wrapped into. */
const SUBJECT = new RegExp(`^(${PERSONS}|owner|author|data|attributes|payload|body|input|params|item|items|record|records|model|resource|resources|entity|fields|values|updates?|changes|patch|new|object)$`);

/** Judges a field by its name, type, values and path. */
export function decidedField({ name, types, values, path }: Field): DecidedBy | undefined {
  const isBuilt = types.includes('object') || types.includes('array');
  if (RIGHTS.test(name)) {
    if (COUNTED.test(name) && isBuilt) return undefined;
    // A map of rights by name: of whoever uses the thing, unless the thing is somebody.
    return RIGHTS_LISTED.test(name) && types.includes('object') && !OF_PERSONS.test(path) ? undefined : 'operators';
  }
  if (types.includes('boolean')) {
    if (FLAG_OF_RIGHTS.test(name) || (OUTCOME.test(name) && !TERM.test(name)) || OUTCOME_OF_CALLER.test(name)) return 'operators';
    return TIER.test(name) && !CATALOGUE.test(path) ? 'likely' : undefined;
  }
  if (BY_OTHERS.test(name)) return 'likely';
  if (isBuilt) return undefined;
  if (CHARGE.test(name)) return CATALOGUE.test(path) ? undefined : 'likely';
  if (name === 'status') return isGiven(values, path) && (types.length === 0 || types.includes('string')) ? 'maybe' : undefined;
  if (name === 'scope') return OF_PERSONS.test(path) ? 'maybe' : undefined;
  return RANK.test(name) || (PRICE.test(name) && PURCHASE.test(path)) ? 'maybe' : undefined;
}
/** A status is given by others where its values say so; where nobody lists them, by what it is the status of. */
function isGiven(values: readonly string[], path: string): boolean {
  if (/(^|\/)status\b/i.test(path)) return false;
  const isSomebody = OF_PERSONS.test(path);
  if (values.length > 0) return values.some((value) => GIVEN.test(value) || (isSomebody && SWITCHED.test(value)));
  return isSomebody || PURCHASE.test(path) || PROCESS.test(path);
}
/** Whether a path is about people or their accounts. */
export function isOfPersons(path: string): boolean {
  return OF_PERSONS.test(path);
}
/** Whether what stands in an object of this name, in snake case, is said of the caller, somebody else or the thing at the path, and not of a part of it. */
export function speaksOfWhole(holder: string, path: string): boolean {
  const segments = path.split('/').filter((segment) => segment !== '' && !segment.includes('{'));
  return SUBJECT.test(holder) || segments.some((segment) => singular(snakeCase(segment)) === singular(holder));
}
function singular(word: string): string {
  return word.replace(/ies$/, 'y').replace(/s$/, '');
}

const WHO = '(the )?(servers?|system|backend|platform|staff|support|admins?|administrators?|moderators?|operators?|office|back ?office|management|us)';
const DECIDED = new RegExp(
  `\\b(set|assigned|decided|granted|calculated|computed|maintained|determined|filled|changed|given)( in)?( only)? by ${WHO}\\b|\\bonly (set|changed|for|visible to) ${WHO}\\b`
  + `|\\bonly ${WHO} (may|can) (set|change|give)|\\binternal use\\b|\\bserver[- ](assigned|set|side only)\\b`, 'i',
);
/** A description that says that callers do not decide the field. */
export function describedAsDecided(description: string): boolean {
  if (description === '') return false;
  const text = description.slice(0, 2000);
  return DECIDED.test(text) && !/\b(usually|normally|by default|optional(ly)?|may be)\b/i.test(text);
}
