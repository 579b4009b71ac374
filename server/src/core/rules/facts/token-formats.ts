import { entropy } from './secrets.js';

/** A credential whose form alone says what it opens. */
export interface TokenFormat {
  readonly vendor: string;
  /** The environment variable it belongs in. */
  readonly variable: string;
  /** `live` acts for somebody; `test` reaches a test account; `signed` and `key` mean something only with what they belong to. */
  readonly kind: 'live' | 'test' | 'signed' | 'key';
  /** A text that holds one holds this. */
  readonly mark: string;
  readonly pattern: RegExp;
}
/** One found credential, as a part of the text it was found in. */
export interface FoundToken {
  readonly format: TokenFormat;
  readonly start: number;
  readonly end: number;
}

/** As the vendors' documentation and their own scanners describe them in 2026. Every pattern is a fixed head and one bounded run. */
export const tokenFormats: readonly TokenFormat[] = [
  { vendor: 'AWS', variable: 'AWS_ACCESS_KEY_ID', kind: 'live', mark: 'IA', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { vendor: 'GitHub', variable: 'GITHUB_TOKEN', kind: 'live', mark: 'gh', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g },
  { vendor: 'GitHub', variable: 'GITHUB_TOKEN', kind: 'live', mark: 'github_pat_', pattern: /\bgithub_pat_\w{60,255}\b/g },
  { vendor: 'GitLab', variable: 'GITLAB_TOKEN', kind: 'live', mark: 'glpat-', pattern: /\bglpat-[\w-]{20,100}/g },
  { vendor: 'Stripe', variable: 'STRIPE_SECRET_KEY', kind: 'live', mark: 'k_live_', pattern: /\b[sr]k_live_[A-Za-z0-9]{16,255}/g },
  { vendor: 'Stripe', variable: 'STRIPE_SECRET_KEY', kind: 'test', mark: 'k_test_', pattern: /\b[sr]k_test_[A-Za-z0-9]{16,255}/g },
  { vendor: 'Slack', variable: 'SLACK_TOKEN', kind: 'live', mark: 'xox', pattern: /\bxox[abprs]-(?=[\w-]{0,60}\d{5})[\w-]{16,255}/g },
  { vendor: 'Google', variable: 'GOOGLE_API_KEY', kind: 'live', mark: 'AIza', pattern: /\bAIza[\w-]{35}(?![\w-])/g },
  { vendor: 'SendGrid', variable: 'SENDGRID_API_KEY', kind: 'live', mark: 'SG.', pattern: /\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])/g },
  { vendor: 'Twilio', variable: 'TWILIO_API_KEY', kind: 'live', mark: 'SK', pattern: /\bSK[0-9a-f]{32}\b/g },
  { vendor: 'npm', variable: 'NPM_TOKEN', kind: 'live', mark: 'npm_', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { vendor: 'Anthropic', variable: 'ANTHROPIC_API_KEY', kind: 'live', mark: 'sk-ant-', pattern: /\bsk-ant-[\w-]{32,255}/g },
  { vendor: 'OpenAI', variable: 'OPENAI_API_KEY', kind: 'live', mark: 'sk-', pattern: /\bsk-(?!ant-)(?=[\w-]{0,200}[A-Z])(?=[\w-]{0,200}\d)(?:proj-)?[\w-]{32,255}/g },
  // The head alone is no key: code that wraps or recognises keys holds it too.
  { vendor: 'private key', variable: 'PRIVATE_KEY', kind: 'key', mark: '-----BEGIN', pattern: /-----BEGIN (?:RSA |EC |OPENSSH |DSA |ENCRYPTED )?PRIVATE KEY-----(?=(?:\\[nr]|[\s'"`+,]){0,24}(?:Proc-Type|[A-Za-z0-9+/=]{40}))/g },
  { vendor: 'JWT', variable: 'SERVICE_TOKEN', kind: 'signed', mark: 'eyJ', pattern: /\beyJ[\w-]{8,1000}\.eyJ[\w-]{8,4000}\.[\w-]{20,1000}/g },
];
/** Heads of signatures and payloads that documentation is full of: jwt.io, the samples of Supabase. */
const SAMPLES = ['SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c', 'TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ', 'eyJzdWIiOiIxMjM0NTY3ODkw'];
const MOST = 20;
/** Every format is longer. */
const SHORTEST = 20;

/** The credentials in a text, first come first; samples of documentation and made-up rows of characters are none. */
export function tokensIn(text: string): readonly FoundToken[] {
  const found: FoundToken[] = [];
  if (text.length < SHORTEST) return found;
  for (const format of tokenFormats) {
    if (!text.includes(format.mark)) continue;
    for (const match of text.matchAll(format.pattern)) {
      if (found.length >= MOST) break;
      const start = match.index;
      const end = start + match[0].length;
      if (!isSample(match[0], format) && !found.some((other) => other.start < end && start < other.end)) found.push({ format, start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** When a signed token ends, in seconds since 1970, as it says itself; undefined: it has no end, or cannot be read. */
export function endOf(token: string): number | undefined {
  const found = /"exp"\s{0,3}:\s{0,3}(\d{9,11})\b/.exec(decoded((token.split('.')[1] ?? '').slice(0, 4000)))?.[1];
  return found === undefined ? undefined : Number(found);
}
function isSample(token: string, { kind }: TokenFormat): boolean {
  if (kind === 'key') return false;
  if (kind === 'signed') return SAMPLES.some((sample) => token.includes(sample)) || isPublicClaim(token.split('.')[1] ?? '');
  const body = token.slice(token.search(/[_.-]/) + 1);
  return /example|sample|dummy|placeholder|your[-_]|x{5}|replace|redacted/i.test(token) || entropy(body) < 2.6 || hasRow(body);
}
/** Eight characters that follow each other, as in `abcdefgh` and `12345678`. */
function hasRow(text: string): boolean {
  let length = 1;
  for (let i = 1; i < text.length; i++) {
    length = text.charCodeAt(i) === text.charCodeAt(i - 1) + 1 ? length + 1 : 1;
    if (length >= 8) return true;
  }
  return false;
}
/** Tokens that are given to every browser (`"role":"anon"`), or to readers of a documentation. */
function isPublicClaim(payload: string): boolean {
  return /"(role"\s*:\s*"anon"|iss"\s*:\s*"supabase-demo")/.test(decoded(payload.slice(0, 1200)));
}
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The text behind Base64 of either alphabet, up to the first character that is none. */
export function decoded(text: string): string {
  let bits = 0;
  let held = 0;
  let out = '';
  for (const character of text) {
    const digit = DIGITS.indexOf(character === '+' ? '-' : character === '/' ? '_' : character);
    if (digit < 0) break;
    bits = ((bits << 6) | digit) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += String.fromCharCode((bits >> held) & 0xff);
  }
  return out;
}
