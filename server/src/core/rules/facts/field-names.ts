import { snakeCase } from './names.js';

const PASSWORD = 'password|passwd|passwort|kennwort|senha|contrasena|contrase_a|mot_de_passe|motdepasse|wachtwoord|haslo|parola|passord|losenord|heslo|lozinka|salasana';
const CREDENTIAL = `${PASSWORD}|pass|pwd|pw|pin|pass_?code|passphrase|secret|credential|login|clave|chave`;
const STRONG = new RegExp([
  `^((hashed|encrypted|crypted)_)?(${PASSWORD})$`,
  `^(${CREDENTIAL})_?(hash|hashed|digest|salt|encrypted|crypt)$`,
  `^(hash|salt|digest)_?(${CREDENTIAL})$`,
  '^(totp_secret|otp_secret|two_factor_secret|mfa_secret|(password_)?reset_(token|code)|reset_password_(token|code)|ssn|cvv|cvc|card_number)$',
].join('|'));
const WEAK = /^(hash|salt|otp|pin|pwd|pw|pass|clave|mdp)$/;
/** What opens an account, or stands for one, and is nobody's business once it is stored. */
const STORED = new RegExp([
  `(^|_)(${PASSWORD}|passphrase|passcode)$`,
  '(_|^)(2fa|two_fa|two_factor|mfa|totp|otp|hmac|signing|webhook|callback|hook|client|consumer|partner|merchant|shared|oauth|app)_?secrets?$|^(secret|secret_key|private_key|encryption_key|signing_key|master_key)$',
  '^(password_)?(reset|recovery|activation|verification|verify|verif|magic|login|email_verification)_?(token|code|otp|key)(_hash)?$|^(confirmation|confirm|remember|refresh|session|auth)_?token(_hash)?$|^(slack|github|gitlab|discord|telegram|twilio|bot)_?(bot_?|access_?)?token$',
  '^(recovery|backup|scratch)_?codes?$|^(security|secret)_?answers?$|^(mnemonic|seed_phrase|connection_string|smtp_pass|ftp_pass|card_?pin|\\w{1,20}_pin_?hash)$',
].join('|'));
/** What its owner may see, and nobody else. */
const KEYS = new RegExp([
  '(^|_)(api|access|edit|delete|admin|owner|device|stream|licen[cs]e)_?(key|token|secret)$|(^|_)(service|upload|download|write|manage|update)_?(token|secret)$',
  '^(access|door|open|opening|gate|entry|unlock|pickup|locker|alarm|key_?box|lock)_?(code|pin)s?$|(^|_)pin$|^pin_?code$|^(bearer|id)_token$',
].join('|'));
/** What the law or thieves care about: numbers of identity and of accounts, wages. */
const PERSONAL = new RegExp([
  '^(national|citizen|personal|passport|identity|tax|insurance|health_insurance|social_security)_?(id|no|nr|number|identifier)$|^(passport|ssn|nin|cpf|nif|dni|curp|bsn|steuer_?id|ausweis_?nr|sozialversicherungsnummer|svnr|codice_fiscale|national_?identity(_number)?)$',
  '^(iban|bank_?account(_?(number|no|nr))?|account_?number|routing_?number|sort_?code|card_?(number|no|digits|last_?4|pan)|kontonummer|credit_?card)$',
  '^(diagnos[ie]s|medical_?(history|record|notes)|licen[cs]e_?scan|passport_?scan)$',
].join('|'));
/** What somebody earns, in a record of a person: a job that is offered says it to everybody. */
const EARNED = /^(salary|wages?|gehalt|sueldo|salario|hourly_?wage|annual_?salary|monthly_?salary)$/;
const EARNS = /^(first_?name|last_?name|e_?mail|phone|birth\w*|hire\w*|employee\w*)$/;
/** A pin beside these is a postal code, or a mark on a map. */
const PIN = /^pin(_?code)?$/;
const BESIDE_PLACE = /^(city|state|country|district|landmark|street|address\w*|postal\w*|lat|lng|lon|latitude|longitude|location)$/;
/** A token beside a name to log in with opens the account; one that is invited or is used up does something else. */
const LOGS_IN = /^(e_?mail|login|user_?name)$/;
const PASSES_ON = /expire|invite|accept|used|revoked|scope|type|status|sent/;
/** Words in front or behind that make it a statement about the field: `hasPassword`, `tokenExpires`. */
const SPOKEN = /^(has|is|needs?|requires?|must|can|should|allows?|shows?|uses?|with|no|changed?|force|min|max|masked|redacted|public|publishable|csrf|xsrf)_/;
/** A hash beside these is one of a content, and a pass is one of a test. */
const CONTENT = /^(hash|pass)$/;
const BESIDE_CONTENT = /^(size|bytes|path|mime(_?type)?|file_?(name|path|size)|content_?type|commit\w*|block\w*|height|checksum|algorithm|score|grade|exam\w*|result|url)$/;
const OWNER = /^_?(user|account|customer|member|admin|employee|patient|usuario|utilisateur|benutzer|utente|gebruiker)s?(_?(model|repository|repo|entity|collection|table|schema))?$/i;
const PEOPLE = /^(driver|claimant|crew|crewmember|staff|person|people|patient|student|pupil|teacher|tutor|doctor|nurse|coach|guest|resident|subscriber|applicant|candidate|worker|reader|clerk|rider|courier|passenger|employee|client|donor|volunteer|mitglied(er)?|kunden?|fahrer|patienten?|mitarbeiter|cliente|empleado|paciente|alumno)$/;
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
/** What a stored field is in a record nobody chose the fields of: `secret` is for no client, `key` for its owner, `personal` for its owner and those in charge. */
export type HeldKind = 'secret' | 'key' | 'personal';
/** The fields of one record by what they are; the rest may be seen. */
export function heldFields(names: readonly string[]): Readonly<Record<HeldKind, readonly string[]>> {
  const secret: string[] = [];
  const key: string[] = [];
  const personal: string[] = [];
  const likely = holdsSensitive(names);
  const all = names.map((name) => snakeCase(name).replaceAll('.', '_'));
  const isPlace = all.some((one) => BESIDE_PLACE.test(one));
  const isLogin = all.some((one) => LOGS_IN.test(one)) && !all.some((one) => PASSES_ON.test(one));
  names.forEach((name, index) => {
    const words = all[index] ?? '';
    if (SPOKEN.test(words) || (isPlace && PIN.test(words))) return;
    if ((likely && sensitiveField(name) !== undefined) || STORED.test(words) || (words === 'token' && isLogin)) secret.push(name);
    else if (KEYS.test(words)) key.push(name);
    else if (PERSONAL.test(words) || (EARNED.test(words) && all.some((one) => EARNS.test(one)))) personal.push(name);
  });
  return { secret, key, personal };
}
/** The name of a table that holds people, whose columns tell of them. */
export function peopleTable(table: string): boolean {
  return PEOPLE.test(table);
}
/** Whether fields that stand side by side in a record hold one that no client needs; a hash beside a salt, or in a record of a person, is one. */
export function holdsSensitive(names: readonly string[]): boolean {
  const others = names.map((name) => snakeCase(name));
  const kinds = names.map((name, index) => (others.some((other) => BESIDE_CONTENT.test(other)) && CONTENT.test(others[index] ?? '') ? undefined : sensitiveField(name)));
  const likely = kinds.filter((kind) => kind === 'likely').length;
  // Files and versions have a name and a hash, too.
  const isNamed = kinds.some((kind, index) => kind === 'likely' && others[index] !== 'hash');
  return kinds.includes('sure') || likely > 1 || (likely > 0 && others.some((name) => OF_PERSON.test(name) && (isNamed || name !== 'name')));
}

/** The last name in the text of a callee or a path, without the ending of a file: `User` of `../models/User.js` and of `models.User`. */
export function lastName(text: string): string {
  return text.replace(/\.[cm]?[jt]sx?$/, '').split(/[./]/).at(-1) ?? '';
}
/** What a table, a model or a variable of either is called, whichever way it is written: `this.usersRepository`, `"app"."Users"` and `UserModel` are `user`. */
export function tableName(text: string): string {
  const last = snakeCase(lastName(text).replace(/[^\w$]/g, '')).replace(/^_+/, '');
  const bare = last.replace(/_(model|repository|repo|entity|collection|table|tbl|schema|document|dao|store)s?$/, '').replaceAll('_', '');
  return bare.length > 3 && /[^s]s$/.test(bare) ? bare.slice(0, -1) : bare;
}
