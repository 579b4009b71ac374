import type { ModuleView } from '../../model/module.js';
import type { At } from '../../text/source.js';
import { writtenTexts } from '../facts/texts.js';
import { endOf, tokensIn, type TokenFormat } from '../facts/token-formats.js';
import { rule, type Code, type Detection, type Fix, type RuleContext, type Severity } from '../rule.js';

interface Evidence {
  readonly format: TokenFormat;
  /** The text it stands in, and what stands around it there; undefined: a comment, or a text that is put together. */
  readonly text: { readonly at: At; readonly before: string; readonly after: string } | undefined;
}
/** How far a web application's other settings may stand from its key. */
const NEAR = 600;
/** Tokens that ended before 2026 are refused wherever they are checked. */
const ENDED = Date.UTC(2026, 0, 1) / 1000;

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/known-token',
    title: 'A live credential format is in the file',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [798, 312],
    severity: 'error',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    alsoInTests: true,
    alsoInDevelopment: true,
    whenNotToUse: 'Never for a credential that was ever valid; suppress a made-up one with its reason.',
    references: ['https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns', 'https://cwe.mitre.org/data/definitions/798.html'],
  },
  on: 'module',
  // A folded text holds only pieces of a mark.
  words: [],
  *detect(module, context) {
    const whole = context.textOf(module.top.at);
    const isTest = context.fileClass(module.path) === 'test';
    const inCode = [...inTexts(module, context)];
    const left = new Map<string, number>();
    for (const { token } of inCode) left.set(token, (left.get(token) ?? 0) + 1);
    const severities = new Map<string, Severity>();
    for (const { format, start, end } of tokensIn(whole)) {
      const token = whole.slice(start, end);
      // Samples of tokens stand in comments and descriptions; a key that opens something does not get better there.
      const told = format.kind === 'signed' && isComment(whole, start) ? undefined : severityOf(format, whole, start, isTest);
      const ends = format.kind === 'signed' ? endOf(token) : undefined;
      if (!told || (ends !== undefined && ends < ENDED)) continue;
      const severity = ends !== undefined && told === 'error' ? 'warning' : told;
      severities.set(token, severity);
      const rest = left.get(token) ?? 0;
      left.set(token, rest - 1);
      if (rest <= 0) yield detection({ format, text: undefined }, context.within(module.top.at, start, end), severity);
    }
    for (const { evidence, at, token, folded } of inCode) {
      const severity = folded ? severityOf(evidence.format, '', 0, isTest) : severities.get(token);
      if (severity) yield detection(evidence, at, severity);
    }
  },
  explain: ({ format: { vendor, kind } }) => ({
    message:
      kind === 'key' ? 'This is a private key: whoever reads the file can sign and decrypt in its name. Replace it, then load the new one from a secret store.'
      : kind === 'signed' ? 'This token is signed and may still be accepted, so anyone who reads the file can use it. Revoke it, then load the new one from a secret store.'
      : `This looks like a live ${vendor} credential. Revoke it, then load the new one from a secret store.`,
    why: 'Everyone with the repository or a copy of it holds the credential, and crawlers find this format within minutes once it is public.',
    remedy: 'Revoke it where it was issued: taking it out of the file does not take it out of the history.',
  }),
  *fix({ evidence: { format, text } }): Iterable<Fix> {
    if (!text) return;
    const place = `process.env.${format.variable}`;
    const code: Code = text.before === '' && text.after === '' ? [place] : [`\`${text.before}\${${place}}${text.after}\``];
    yield { title: `Read ${format.variable} from the environment`, safety: 'review', changes: [{ do: 'replace', at: text.at, code }, { do: 'require-env', path: text.at.path, name: format.variable }] };
  },
  examples: [
    {
      title: 'an access key of AWS',
      bad: `
        export const aws = { region: 'eu-west-1', accessKeyId: 'AKIAZ7QXK3M2N4P5R6ST' };
        //                                                      ^^^^^^^^^^^^^^^^^^^^ secrets/known-token "a live AWS credential"
      `,
      fixed: `
        if (!process.env.AWS_ACCESS_KEY_ID) throw new Error('AWS_ACCESS_KEY_ID is not set');
        export const aws = { region: 'eu-west-1', accessKeyId: process.env.AWS_ACCESS_KEY_ID };
      `,
    },
    {
      title: 'put together from pieces',
      bad: `
        import Stripe from 'stripe';
        export const stripe = new Stripe('sk_' + 'live_' + '51Hq8Rt5YbZq3v9Lk2Xw');
        //                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token "a live Stripe credential"
      `,
    },
    {
      title: 'within a header, and in a comment',
      bad: `
        // old: glpat-Zq3v9Lk2Xw8Rt5YbQ7nM
        //      ^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token "GitLab"
        export const load = (url) => fetch(url, { headers: { Authorization: 'Bearer ghp_Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0PaVeT' } });
        //                                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token "GitHub"
      `,
    },
    {
      title: 'in a header alone',
      bad: `
        const headers = { Authorization: 'Bearer ghp_Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0PaVeT' };
        //                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token
        export default headers;
      `,
      fixed: `
        if (!process.env.GITHUB_TOKEN) throw new Error('GITHUB_TOKEN is not set');
        const headers = { Authorization: \`Bearer \${process.env.GITHUB_TOKEN}\` };
        export default headers;
      `,
    },
    {
      title: 'a private key',
      bad: `
        export const pem = '-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\\n-----END PRIVATE KEY-----';
        //                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token "This is a private key"
      `,
    },
    {
      title: 'a signed token, a key of the test mode, and the key of a web page',
      bad: `
        export const service = 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIiwiaXNzIjoiYXBpIn0.Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0';
        //                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token "may still be accepted"
        export const stripe = 'sk_test_51Hq8Rt5YbZq3v9Lk2Xw';
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token "Stripe"
        export const firebase = { apiKey: 'AIzaSyD4Hs6Jf1Gc0PaVeTZq3v9Lk2Xw8Rt5YbQ', authDomain: 'shop.firebaseapp.com' };
        //                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/known-token "Google"
      `,
    },
    { title: 'a signed token that ended long ago', good: `export const old = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzdmMiLCJleHAiOjE1ODk3MDAwMDB9.Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0';` },
    { title: 'samples of documentation', good: `export const id = 'AKIAIOSFODNN7EXAMPLE', token = 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', stripe = 'sk_live_abcdefghijklmnopqrstuvwx';` },
    { title: 'the sample token of jwt.io', good: `export const sample = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c';` },
    { title: 'a token that every browser is given', good: `export const anon = 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJzdXBhYmFzZSIsInJvbGUiOiJhbm9uIn0.Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0';` },
    {
      title: 'a token in a description',
      good: `
        /** Send eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJpc3MiOiJhcGkifQ.Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0 in the header. */
        export const doc = { example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJpc3MiOiJhcGkifQ.Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0' };
      `,
    },
    {
      title: 'code that wraps a key, and code that recognises tokens',
      good: `
        export const wrap = (body) => \`-----BEGIN PRIVATE KEY-----\\n\${body}\\n-----END PRIVATE KEY-----\`;
        export const isKey = (text) => text.startsWith('-----BEGIN RSA PRIVATE KEY-----') || /^ghp_[A-Za-z0-9]{36}$/.test(text) || text.startsWith('sk_live_');
      `,
    },
    { title: 'names that begin alike', good: `export const cls = 'sk-fading-circle-container-with-many-words-in-it', slug = 'npm_config_registry_of_this_project_now', page = 'xoxo-love-letters-and-more';` },
    { title: 'from the environment', good: `import Stripe from 'stripe'; export const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);` },
  ],
});

interface InText {
  readonly evidence: Evidence;
  readonly at: At;
  readonly token: string;
  /** The token stands nowhere in the file as a whole. */
  readonly folded: boolean;
}
/** Tokens inside the texts of the code: these can be replaced. */
function* inTexts(module: ModuleView, context: RuleContext): Iterable<InText> {
  for (const { value } of writtenTexts(module, context)) {
    const source = context.textOf(value.at);
    const written = tokensIn(source);
    for (const { format, start, end } of written) {
      const [before, after] = [source.slice(1, start), source.slice(end, -1)];
      const isPlain = value.kind === 'literal' && value.folded !== true && /^[\w :=-]{0,40}$/.test(before + after) && (format.kind !== 'key' || before === '');
      const text = isPlain ? { at: value.at, before, after } : undefined;
      yield { evidence: { format, text: format.kind === 'key' && value.kind === 'literal' ? { at: value.at, before: '', after: '' } : text }, at: context.within(value.at, start, end), token: source.slice(start, end), folded: false };
    }
    // In pieces: 'sk_' + 'live_...'.
    const folded = written.length === 0 && value.kind === 'literal' && value.folded === true ? tokensIn(value.value)[0] : undefined;
    if (folded) yield { evidence: { format: folded.format, text: { at: value.at, before: '', after: '' } }, at: value.at, token: '', folded: true };
  }
}
function detection(evidence: Evidence, at: At, severity: Severity): Detection<Evidence> {
  return { at, subject: `${evidence.format.vendor} ${evidence.format.kind}`, evidence, severity, confidence: evidence.format.kind === 'signed' ? 'medium' : 'high' };
}
function severityOf(format: TokenFormat, whole: string, at: number, isTest: boolean): Severity | undefined {
  if (isTest) return format.kind === 'test' ? undefined : format.kind === 'live' ? 'error' : 'info';
  if (format.kind === 'signed' && /(example|sample|description|placeholder|mock)\w{0,10}['"]?\s{0,3}[:=(]\s{0,3}['"`]?(Bearer )?$/i.test(whole.slice(Math.max(0, at - 60), at))) return undefined;
  if (format.kind === 'test') return 'warning';
  // The key of a web application is part of every page it serves.
  const isWebKey = format.vendor === 'Google' && whole.slice(Math.max(0, at - NEAR), at + NEAR).includes('authDomain');
  return isWebKey ? 'hint' : 'error';
}
function isComment(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at).trimStart();
  return line.startsWith('*') || line.startsWith('/*') || line.includes('// ');
}
