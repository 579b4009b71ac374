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

/** Judges a field, named in snake case, by its name, the types it may have, and the path it is sent to. */
export function decidedField(name: string, types: readonly string[], path: string): DecidedBy | undefined {
  if (RIGHTS.test(name)) return 'operators';
  if (types.includes('boolean')) {
    if (FLAG_OF_RIGHTS.test(name) || OUTCOME.test(name) || OUTCOME_OF_CALLER.test(name)) return 'operators';
    return TIER.test(name) && !CATALOGUE.test(path) ? 'likely' : undefined;
  }
  if (BY_OTHERS.test(name)) return 'likely';
  if (types.includes('object') || types.includes('array')) return undefined;
  if (CHARGE.test(name)) return CATALOGUE.test(path) ? undefined : 'likely';
  return name === 'status' || name === 'scope' || RANK.test(name) || (PRICE.test(name) && PURCHASE.test(path)) ? 'maybe' : undefined;
}

const WHO = '(the )?(servers?|system|backend|platform|staff|support|admins?|administrators?|moderators?|operators?|office|back ?office|management|us)';
const DECIDED = new RegExp(
  `\\b(set|assigned|decided|granted|calculated|computed|maintained|determined|filled|changed|given)( in)?( only)? by ${WHO}\\b|\\bonly (set|changed|for|visible to) ${WHO}\\b`
  + `|\\bonly ${WHO} (may|can) (set|change|give)|\\binternal use\\b|\\bserver[- ](assigned|set|side only)\\b`, 'i',
);
/** A description that says that callers do not decide the field. */
export function describedAsDecided(description: string): boolean {
  return DECIDED.test(description.slice(0, 2000));
}
