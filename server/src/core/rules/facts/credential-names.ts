import type { Value } from '../../model/value.js';
import { wordsOf } from './names.js';

const CREDENTIAL = new RegExp(
  '^((x[-_])?(api|access|auth|admin|secret|private|service|internal|master|client|device|license)[-_]?(key|token|secret|password)'
  + '|auth|jwt|bearer|secret|pass|password|passwd|pwd|(session|id|refresh|login|user)[-_]?token)$', 'i',
);

/** A parameter of an address whose name alone says that it is a credential. */
export function urlCredentialName(name: string): boolean {
  return CREDENTIAL.test(name.slice(0, 100));
}
/** Whether a key of an address this program asks for holds a credential: `auth` and `pass` say too little in somebody else's words; `key` and `token` do where a secret is their value. */
export function credentialKey(key: string, value: Value | undefined): boolean {
  if (/^(auth|pass|code|grant_type)$/i.test(key)) return false;
  if (urlCredentialName(key)) return true;
  const name = value?.kind === 'ref' ? (value.root.kind === 'env' && value.path.length === 0 ? value.root.name : value.path.at(-1)) ?? value.text : '';
  const words = wordsOf(name);
  if (/^token$/i.test(key) && words.at(-1) === 'token' && !words.some((word) => /^(page|next|cursor|continuation|sync|device|push|csrf)$/.test(word))) return true;
  return /^(key|token|appid|app_?key)$/i.test(key) && words.some((word) => /^(apikey|secret)$/.test(word) || (word === 'key' && words.some((other) => /^(api|access|secret|auth|weather|maps?)$/.test(other))));
}
