import { snakeCase, wordsOf } from './names.js';

const PERSONAL = new RegExp([
  '^(private_|personal_|contact_|customer_|user_|owner_|guest_)?(e_?mail(_address)?|phone(_number|_no)?|telephone|mobile(_number|_phone)?)$',
  '^(date_of_birth|birth_?(date|day)|dob|born_on|iban|bank_account|account_number|national_id|personal_id|id_number|passport(_number|_no)?|tax_id|ssn|social_security(_number)?|insurance_(number|no)|health_card|salary|wage|diagnos(is|es)|medication|home_address|open_code|door_code)$',
].join('|'));
/** Who somebody is, and where they live: the two together are personal. */
const PERSON = /^(first_?name|last_?name|full_?name|sur_?name|given_?name|family_?name|signer(_name)?)$/;
const HOME = /^(address(_line_?\d)?|street(_address)?|zip(_?code)?|post(al)?_?code|house_?number)$/;
/** What is known of a shop, an office or an event is meant to be found. */
const BUSINESS: ReadonlySet<string> = new Set((
  'shop store venue restaurant company companies business organization organisation branch office location place site hotel contact clinic school club supplier vendor listing event station dealer institution museum library '
  + 'partner agency setting settings config brand merchant farm firm practice hospital pharmacy team page profile profiles sponsor author artist speaker'
).split(' '));

/** A field that tells of a person what is nobody else's business: how to reach them, when they were born, what they earn. */
function personalField(name: string): boolean {
  return PERSONAL.test(snakeCase(name).replaceAll('.', '_'));
}
/** Fields of one record that tell such things, by themselves or together: a full name and a street. */
export function personalFields(names: readonly string[]): boolean {
  const spelled = names.map((name) => snakeCase(name).replaceAll('.', '_'));
  return names.some((name) => personalField(name)) || (spelled.some((name) => PERSON.test(name)) && spelled.some((name) => HOME.test(name)));
}
/** A table of what is in public view with how to reach it. */
export function tableOfBusiness(name: string): boolean {
  return wordsOf(name).some((word) => BUSINESS.has(word) || BUSINESS.has(word.replace(/s$/, '')));
}
