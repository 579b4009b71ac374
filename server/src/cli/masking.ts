import { kindByName } from '../core/artifacts/names.js';
import type { Finding } from '../core/findings/finding.js';
import type { FilePath, Span } from '../core/text/source.js';
import { isCodeFile } from '../core/text/paths.js';

/** What stands for a secret, whatever its length. */
export const MASK = '\u2022\u2022\u2022';
/** These underline how a secret is handled, not the secret: an operator, the name of a parameter, a variable. */
const OPEN: ReadonlySet<string> = new Set(['secrets/timing-unsafe-compare', 'secrets/key-in-query', 'secrets/logged']);
/** These underline the secret itself, within a longer text. */
const EXACT: ReadonlySet<string> = new Set(['secrets/known-token', 'secrets/connection-string']);
/** In code, a name that leads to a secret in another file is underlined in its place. */
const NAME = /^[A-Za-z_$][\w$]*(\??\.[A-Za-z_$][\w$]*)+$/;
/** What reads like a secret, whether or not a rule that is on tells of it: a text named so, and the password of an address. */
const WORD = '(?:secret|password|passwd|pwd|passphrase|(?:api|private|secret|access|signing|encryption|jwt|master|admin)_?key|(?:auth|access|api|refresh|bearer)_?token)';
const TEXT = `(?:'([^'\\s\\\\]{1,400})'|"([^"\\s\\\\]{1,400})"|\`([^\`\\s\\\\$]{1,400})\`)`;
const NAMED = new RegExp(`${WORD}['"]?\\s{0,3}(?::|=|===|!==)\\s{0,3}${TEXT}`, 'dgi');
/** A key by its place: `jwt.sign(payload, 'key')`, `createHmac('sha256', 'key')`, `cookieParser('key')`. */
const PLACED = new RegExp(`\\b(?:sign|verify|signAsync|verifyAsync|encode|jwtVerify|createHmac|createCipheriv|generate)\\((?:\\{[^{}\\n]{0,200}\\}|[^,{}\\n;]{0,200}),\\s{0,3}${TEXT}(?=\\s{0,3}[,)])`, 'dg');
const FIRST = new RegExp(`(?:\\bcookieParser|\\bcreateSecretKey|\\.encode|\\bunsign)\\(\\s{0,3}${TEXT}`, 'dg');
const ADDRESSED = /:\/\/[^\s:/@'"`]{0,100}:([^\s@/'"`]{1,200})@/dg;
/** In a configuration file most values stand without quotes. */
const SETTING = /(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|[a-z]_?key|^key)[\w.-]{0,40}['"]?[ \t]{0,3}[=:][ \t]{0,3}(['"]?)((?![$<{[|>&*])[^\s'"]{1,1000})\1/dgim;
/** Findings of `config/...` rules that underline the secret itself. */
const WRITTEN_DOWN = /^'[^']{1,200}' is written down|^This file holds secrets/;
const QUOTES = new Set(["'", '"', '`']);
const KEY_START = '-----BEGIN';
const KEY_END = '-----END';
const LONGEST_KEY = 20_000;

/** A text without its secrets, and where an offset of the old one went. */
export interface Masked {
  readonly text: string;
  /** An offset inside a secret goes to the mask. */
  move(offset: number): number;
}

/** Spans of a file's text that hold a secret, sorted and apart: the inside of the literals that `secrets/...` findings underline, a whole key block, what is named like a secret. */
export function secretSpans(findings: Iterable<Finding>, path: FilePath, text: string): readonly Span[] {
  const spans: Span[] = [...named(text), ...(kindByName(path) === undefined ? [] : settings(text))];
  for (const { rule, at, explanation } of findings) {
    const isSetting = rule.startsWith('config/') && WRITTEN_DOWN.test(explanation.message);
    if ((!rule.startsWith('secrets/') && !isSetting) || OPEN.has(rule) || at.path !== path) continue;
    const { start, end } = at.span;
    const part = text.slice(start, end);
    if (!EXACT.has(rule) && QUOTES.has(part[0] ?? '') && part.length > 1) spans.push({ start: start + 1, end: part.endsWith(part[0] ?? '') ? end - 1 : end });
    else if (EXACT.has(rule) || isSetting) spans.push({ start, end });
    else if (isCodeFile(path) && NAME.test(part)) continue;
    else if (/^[A-Za-z_$][\w$.]*$/.test(part) && /^\s*[=:]/.test(text.slice(end, end + 40))) spans.push(...literalsOfLine(text, end));
    else spans.push({ start, end });
    if (part.includes(KEY_START)) spans.push({ start: start + part.indexOf(KEY_START), end: endOfKey(text, start) });
  }
  const sorted = spans.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start || b.end - a.end);
  const apart: Span[] = [];
  for (const span of sorted) {
    const last = apart.at(-1);
    if (last !== undefined && span.start < last.end) apart[apart.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else apart.push(span);
  }
  return apart;
}

function* settings(text: string): Iterable<Span> {
  for (const { indices } of text.matchAll(SETTING)) if (indices?.[2]) yield { start: indices[2][0], end: indices[2][1] };
}
function* named(text: string): Iterable<Span> {
  for (const pattern of [NAMED, PLACED, FIRST, ADDRESSED])
    for (const { indices } of text.matchAll(pattern)) {
      const found = indices?.slice(1).find((one) => one !== undefined);
      if (found) yield { start: found[0], end: found[1] };
    }
}
/** Replaces each span, which must be sorted and apart, by the mask. */
export function mask(text: string, spans: readonly Span[]): Masked {
  let out = '';
  let last = 0;
  for (const { start, end } of spans) {
    out += text.slice(last, start) + MASK;
    last = end;
  }
  return {
    text: out + text.slice(last),
    move(offset) {
      let shift = 0;
      for (const { start, end } of spans) {
        if (offset <= start) break;
        if (offset < end) return start + shift;
        shift += MASK.length - (end - start);
      }
      return offset + shift;
    },
  };
}

/** A finding may underline the name: then every literal behind it on its line is taken for the secret. */
function literalsOfLine(text: string, from: number): readonly Span[] {
  const stop = text.slice(from).search(/[\r\n]/);
  const line = stop < 0 ? text.slice(from) : text.slice(from, from + stop);
  const quoted = [...line.matchAll(/'[^']*'|"[^"]*"|`[^`]*`/g)].map(({ index, 0: found }) => ({
    start: from + index + 1,
    end: from + index + found.length - 1,
  }));
  const plain = /^\s*[=:]\s*(\S.*)$/.exec(line)?.[1];
  return quoted.length > 0 || plain === undefined ? quoted : [{ start: from + line.length - plain.length, end: from + line.length }];
}
function endOfKey(text: string, from: number): number {
  const end = text.indexOf(KEY_END, from);
  if (end < 0 || end - from > LONGEST_KEY) return Math.min(text.length, from + LONGEST_KEY);
  const close = text.indexOf('-----', end + KEY_END.length);
  return close < 0 ? end : close + 5;
}
