import { snakeCase } from './names.js';

const PASSWORD = 'password|passwd|passwort|kennwort|senha|contrasena|contrase_a|mot_de_passe|motdepasse|wachtwoord|haslo|parola|passord|losenord|heslo|lozinka|salasana';
const CREDENTIAL = `${PASSWORD}|pass|pwd|pw|pin|pass_?code|passphrase|secret|credential|login|clave|chave`;
const STRONG = new RegExp([
  `^((hashed|encrypted|crypted)_)?(${PASSWORD})$`,
  `^(${CREDENTIAL})_?(hash|hashed|digest|salt|encrypted|crypt)$`,
  `^(hash|salt|digest)_?(${CREDENTIAL})$`,
  '^(totp_secret|otp_secret|two_factor_secret|mfa_secret|(password_)?reset_token|reset_password_token|ssn|cvv|cvc|card_number)$',
].join('|'));
const WEAK = /^(hash|salt|otp|pin|pwd|clave|mdp)$/;
const OWNER = /^_?(user|account|customer|member|admin|employee|patient|usuario|utilisateur|benutzer|utente|gebruiker)s?(_?(model|repository|repo|entity|collection|table|schema))?$/i;
const OF_PERSON = /^(e_?mail|(user|first|last|full)?_?name|login|phone|role|roles|is_?admin|user_?id|badge|correo|nombre|nome|nom|rol)$/;

/** A field no client needs: its name alone says so, or only in a record of a person ('likely'). */
export function sensitiveField(name: string): 'sure' | 'likely' | undefined {
  const words = snakeCase(name).replaceAll('.', '_');
  return STRONG.test(words) ? 'sure' : WEAK.test(words) ? 'likely' : undefined;
}
/** A field that only records of persons have. */
export function fieldOfPerson(name: string): boolean {
  return OF_PERSON.test(snakeCase(name));
}
/** The name of a variable or model that holds a person. */
export function personName(name: string): boolean {
  return OWNER.test(name);
}
/** Whether fields that stand side by side in a record hold one that no client needs; a hash beside a salt, or in a record of a person, is one. */
export function holdsSensitive(names: readonly string[]): boolean {
  const kinds = names.map((name) => sensitiveField(name));
  const likely = kinds.filter((kind) => kind === 'likely').length;
  return kinds.includes('sure') || likely > 1 || (likely > 0 && names.some((name) => fieldOfPerson(name)));
}

/** What a table, a model or a variable of either is called, whichever way it is written: `this.usersRepository`, `"app"."Users"` and `UserModel` are `user`. */
export function tableName(text: string): string {
  const last = snakeCase((text.split('.').at(-1) ?? '').replace(/[^\w$]/g, '')).replace(/^_+/, '');
  const bare = last.replace(/_(model|repository|repo|entity|collection|table|tbl|schema|document|dao|store)s?$/, '').replaceAll('_', '');
  return bare.length > 3 && /[^s]s$/.test(bare) ? bare.slice(0, -1) : bare;
}
