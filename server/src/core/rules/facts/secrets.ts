import { snakeCase, wordsOf } from './names.js';

const SECRET = /password|passwd|passphrase|secret(?!ar)|api_?key|access_?key|private_?key|signing_?key|encryption_?key|master_?key|admin_?([a-z]{1,20}_)?key|bootstrap_?key|credentials?(_|$)|auth_?key|session_?key|jwt_?key|webhook_?secret|conn(ection)?_?string|(^|_)pwd(_|$)|(^|_)pass$|token(_|$)/;
/** The same in other languages programs are written in. */
const FOREIGN = new RegExp([
  'passwort|kennwort|geheim(nis|schluessel|wort)?(_|$)|senha|segredo|contrasena|contrase_a|mot_?de_?passe|wachtwoord|haslo(_|$)|(^|_)parola(_|$)',
  '(^|_)(clave|chave|llave|cle|schluessel|sleutel)_(secreta|secrete|secreto|sesion|sessao|session|api|jwt|privada|privee|maestra|mestra|admin|firma|cookies?)',
  '(^|_)(jwt|api|session|sesion|sessao|sitzungs?|cookies?|admin|firma|signatur|token|geheim|privat)_?(clave|chave|llave|cle|schluessel|sleutel)(_|$)',
].join('|'));
const TOKEN_ONLY = /token(_|$)/g;
const NOT_SECRET: ReadonlySet<string> = new Set((
  'public publishable csrf xsrf name label field header param path url uri endpoint type length min max regex pattern placeholder hint reset expires expiry ttl count limit message error title prefix strategy policy rules file filename filepath dir directory folder location'
).split(' '));
const PLACEHOLDER_WORDS = ['your', 'replace', 'example', 'placeholder', 'dummy', 'redacted', 'masked', 'changeme_here'];
/** These stand in other words as well: `Center2023`, `todoadmin`. */
const PLACEHOLDER_ALONE = /(^|[^a-z\d])(insert|enter|todo|tbd)(here|[^a-z\d]|$)/;
const WEAK =
  /^(admin|administrator|password|passw0rd|p@ssw0rd|pass|pwd|root|toor|secret|supersecret|changeme|change_?me|letmein|qwerty|test|testing|guest|welcome|default|demo|master|user|login|abc123|iloveyou|monkey|dragon|superadmin|manager)[!@#._-]?\d{0,4}[!@#]?$|^\d{1,10}$/i;
/** Longer values are judged by their first characters. */
const LONGEST = 4096;

/** RULES 0.12: an identifier, key, header or environment name that stands for a secret. For `token` alone ask `tokenName` and test the value. */
export function secretName(name: string): boolean {
  const words = wordsOf(name);
  if (words.length === 0 || words.at(-1) === 'id' || words.some((word) => NOT_SECRET.has(word))) return false;
  const text = snakeCase(name).replaceAll('.', '_');
  return SECRET.test(text) || FOREIGN.test(text);
}

/** The name says no more than "token": a secret only when its value looks like one. */
export function tokenName(name: string): boolean {
  const text = snakeCase(name).replaceAll('.', '_');
  return secretName(name) && !FOREIGN.test(text) && !SECRET.test(text.replace(TOKEN_ONLY, ''));
}

/** Passwords, session and signing secrets: every length counts for these. */
export function shortSecretName(name: string): boolean {
  const text = snakeCase(name);
  return secretName(name) && (FOREIGN.test(text) || /password|passwd|pwd|passphrase|(^|_)pass$|(session|cookie|jwt|signing|token)_?(secret|key)|^secret$/.test(text));
}

/** What the value tests of RULES 0.12 are told: the name the value stands at, the least length, and whether any text counts however plain. */
export interface SecretTest {
  readonly name?: string;
  /** 8 when left out. */
  readonly shortest?: number;
  readonly anyValue?: boolean;
}

/** RULES 0.12: text that may be a secret in use: no placeholder, path, URL, MIME type, locale, CSS or i18n key, and random enough. */
export function secretValue(value: string, test: SecretTest = {}): boolean {
  const text = value.slice(0, LONGEST);
  if (text.length < (test.shortest ?? 8) || text === '' || /\s/.test(text) || placeholder(text) || plainText(text)) return false;
  if (test.name !== undefined && (sameWords(text, test.name) || /redacted|masked|placeholder|blank/i.test(test.name))) return false;
  return test.anyValue === true || entropy(text) >= 3;
}

/** RULES 0.12: text that stands for a value the author fills in later, or that is no secret to anybody. `changeme`, `secret` and other weak secrets are no placeholders. */
export function placeholder(value: string): boolean {
  const text = value.slice(0, LONGEST).trim().toLowerCase();
  if (text === '' || text === '...') return true;
  if ((text.startsWith('<') && text.endsWith('>')) || (text.startsWith('${') && text.endsWith('}')) || (text.startsWith('{{') && text.endsWith('}}'))) return true;
  if (text.length > 1 && text.startsWith('%') && text.endsWith('%')) return true;
  if (/^(x{3,}|\*{3,})$/.test(text)) return true;
  // Application Insights: who has it may send telemetry, and read nothing; browsers are given it.
  if (/^instrumentationkey=[\da-f-]{36}(;|$)/.test(text)) return true;
  return PLACEHOLDER_WORDS.some((word) => text.includes(word)) || PLACEHOLDER_ALONE.test(text);
}

/** Bits of information per character (Shannon), 0 for the empty text. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / total) * Math.log2(count / total);
  return bits;
}

/** How a secret is named in a message: kind and length, never a character of it. */
export function masked(value: string, kind = 'value'): string {
  return `a ${value.length}-character ${kind}`;
}

/** Text with an everyday meaning: path, URL, MIME type, locale, CSS, dotted key. */
function plainText(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(text)) return true;
  if (/^(\.{0,2}|~)\//.test(text) && !/[+=]/.test(text)) return true;
  if (/^(application|text|image|audio|video|font|multipart|message)\/[\w.+-]{1,80}$/.test(text)) return true;
  if (/^[a-z]{2}[-_][A-Z]{2}$/.test(text)) return true;
  if (/^(#[0-9a-f]{3,8}|-?\d+(\.\d+)?(px|em|rem|vh|vw|%)|rgba?\(.{0,60}\)|var\(--.{0,60}\))$/i.test(text)) return true;
  return /^[a-z][a-z_-]{0,30}(\.[a-z][a-z_-]{0,30}){1,6}$/i.test(text) && text.length <= 80;
}
function sameWords(a: string, b: string): boolean {
  return wordsOf(a).join('') === wordsOf(b).join('');
}

/** The environment variable a secret is read from: the upper snake case of the name it stands at, or `otherwise` where that says too little. */
export function variableFor(name: string | undefined, otherwise: string): string {
  const words = name === undefined ? [] : wordsOf(name);
  if (name === undefined || words.length < 2 || !secretName(name)) return otherwise;
  return words.join('_').toUpperCase().replace(/[^A-Z0-9_]/g, '') || otherwise;
}

/** A fixed text that only points to a key, or that is no secret one: public keys, certificates, addresses, names of files, `<...>`. */
export function pointsToKey(value: string): boolean {
  const text = value.slice(0, LONGEST).trim();
  if (text === '' || (text.startsWith('<') && text.endsWith('>'))) return true;
  if (/^-----BEGIN (?:[A-Z ]{0,20}PUBLIC KEY|CERTIFICATE)/.test(text) || /^ssh-(rsa|ed25519) /.test(text)) return true;
  return /^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(text) || /^[\w./\\~-]{1,200}\.(pem|key|crt|cer|pub|der|json|txt)$/i.test(text);
}

/** One of the first guesses of every scanner, as they are or with digits behind. */
export function weakPassword(value: string): boolean {
  return WEAK.test(value.slice(0, 60));
}
