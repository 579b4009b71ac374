/** Whatever limits how often something may be tried: code, or a gateway in front of it. */
const LIMITS = new RegExp([
  /rate[-_ ]?limit|throttl|brute|lock(ed)?[-_ ]?(out|until)|too[-_ ]?many|\b429\b|captcha|turnstile|arcjet|limit_req|slow[-_ ]?down|fail2ban/,
  /(login|log_?in|sign_?in|failed|password|otp|pin)[-_ ]?(attempts|tries|failures)|attempts[-_ ]?left|(?<![a-z])tries\b|strikes|cool[-_ ]?down|blocked[-_ ]?until/,
  /versuche|gesperrt|intentos|tentativ|essais/,
].map(({ source }) => source).join('|'), 'i');
const THROTTLES = /Throttler\w{0,40}Guard/;
/** Where the guard stands before one class or method only, and the line that imports it. */
const SINGLE = /@UseGuards\([^)]{0,300}\)|^import\b[^;'"]{0,1000}['"]@nestjs\/throttler['"]/gm;

/** What the text of a file says of limits: 'limits requests' where something is limited, whatever it is named; 'throttler guard' where the guard of @nestjs/throttler is named, other than before single routes. */
export function limitMarks(text: string): readonly string[] {
  return [...(LIMITS.test(text) ? ['limits requests'] : []), ...(THROTTLES.test(text) && THROTTLES.test(text.replace(SINGLE, '')) ? ['throttler guard'] : [])];
}
