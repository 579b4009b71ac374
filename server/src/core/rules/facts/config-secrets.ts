import { wordsOf } from './names.js';
import { placeholder, secretName, secretValue, shortSecretName, tokenName, weakPassword } from './secrets.js';
import { tokensIn } from './token-formats.js';

/** Prefixes whose variables are built into pages: their values are published on purpose. */
const PUBLISHED = /^(vite|react_app|vue_app|gatsby|ng_app|storybook|plasmo_public|nuxt_public|next_public|expo_public|public)_/i;
/** Names of what no page may hold, though its prefix publishes it. */
const KEPT = /(^|_)(secret|private|admin|service_role|password|master|root)(_|$)/i;
const IN_ADDRESS = /:\/\/[^:/\s@]{0,100}:([^@\s/]{1,200})@([^\s/?:,]{1,200})/;
const HERE = /^(localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker\.internal)|^[\w-]{1,63}$/i;
/** Keys that vendors give to browsers: Stripe, PostHog, Mapbox, Supabase, Google Analytics. */
const PUBLISHABLE = /^(pk_(live|test)_|phc_|pk\.ey|sb_publishable_|(G|UA|GTM)-)/;
const SET_ASIDE = /(^|\.)example\b/i;
/** Names a password by its kind: samples are written so. */
const STANDS_FOR = /^(user|pass(word)?|pwd|root|admin|secret)$/i;
/** Filled in later, or kept in a store. */
const ELSEWHERE = /\$\{|\{\{|^\$\w|^(encrypted|vault|ref\+\w+|op|awssm|gcpsm|arn|ssm):|^ENC\[/i;
const LONGEST = 8192;

/** What one `NAME=value` of a configuration file gives away: a secret of its own, or one of the first guesses at a password. */
export type SettingSecret = 'secret' | 'weak';

/** RULES 0.12 for settings: a value that is secret by name and form, by its form alone, or as the password in an address. Values that are filled in later are none. */
export function settingSecret(name: string, value: string): SettingSecret | undefined {
  const text = value.slice(0, LONGEST);
  if (text === '' || PUBLISHABLE.test(text) || ELSEWHERE.test(text)) return undefined;
  const bare = name.replace(PUBLISHED, '');
  if (bare !== name) return KEPT.test(bare) && secretName(bare) && secretValue(text, { name: bare, shortest: 12 }) && /\d/.test(text) ? 'secret' : undefined;
  if (tokensIn(text).some(({ format }) => format.kind !== 'test')) return 'secret';
  const [, password, host] = IN_ADDRESS.exec(text) ?? [];
  if (password !== undefined && host !== undefined && !HERE.test(host) && !SET_ASIDE.test(host) && !placeholder(password) && !STANDS_FOR.test(password)) return weakPassword(password) ? 'weak' : 'secret';
  if (!secretName(name) || wordsOf(name).includes('file') || placeholder(text) || /^(true|false|yes|no|on|off|none|null)$/i.test(text)) return undefined;
  const isShort = shortSecretName(name);
  if (isShort && guessable(text)) return 'weak';
  if (!secretValue(text, { name, shortest: isShort ? 6 : 12 })) return undefined;
  return tokenName(name) && !/\d/.test(text) ? undefined : 'secret';
}

/** A password that is tried first: the usual words, and the names of the stores themselves. */
export function guessable(password: string): boolean {
  return weakPassword(password) || /^(postgres(ql)?|mysql|mariadb|mongo(db)?|redis|rabbit(mq)?|elastic(search)?|minio|minioadmin|sa|app|db|database|my-secret-pw)\d{0,4}$/i.test(password.slice(0, 60));
}
