import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { jwtUses } from '../facts/jwt.js';
import { secretName } from '../facts/secrets.js';
import { rule, type Change, type Detection, type Fix, type RuleContext } from '../rule.js';

interface Evidence {
  readonly how: 'rsa' | 'allowed' | 'bytes' | 'rounds';
  readonly number: number;
  readonly title: string;
  readonly change: Change | undefined;
}
type Found = Detection<Evidence>;
const ALLOWED = ['allowInsecureKeySizes', 'allowInvalidAsymmetricKeyTypes'] as const;
/** bcrypt 5 and 6, bcryptjs 2 and 3: the number is the second argument of a hash and the first of a salt. */
const ROUNDS: ReadonlyMap<string, number> = new Map(
  ['bcrypt', 'bcryptjs', 'bcrypt-nodejs', '@node-rs/bcrypt'].flatMap((from): [string, number][] => [[`${from}.hash`, 1], [`${from}.hashSync`, 1], [`${from}.genSalt`, 0], [`${from}.genSaltSync`, 0]]),
);
const FEWEST_ROUNDS = 10;
const FEWEST_BYTES = 16;

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/weak-key',
    title: 'The signing key is too short',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [326, 521],
    severity: 'warning',
    confidence: 'high',
    topics: ['secret', 'jwt'],
    since: '0.1.0',
    leansOn: ['jsonwebtoken/short-key'],
    whenNotToUse: 'The key is for interchange with a device that takes no longer one.',
    references: ['https://datatracker.ietf.org/doc/html/rfc7518#section-3.2', 'https://cwe.mitre.org/data/definitions/326.html'],
  },
  on: 'module',
  words: ['generatekeypair', 'allowin', 'randombytes', 'bcrypt'],
  *detect(module, context) {
    for (const use of jwtUses(module, context))
      for (const key of ALLOWED) {
        const answer = use.through ? undefined : context.option(use.options, key);
        if (answer?.kind !== 'value' || context.constant(answer.value)?.value !== true || answer.value.at.path !== module.path) continue;
        const change: Change = { do: 'remove', at: answer.entry.at, as: 'entry' };
        yield { at: answer.value.at, subject: key, evidence: { how: 'allowed', number: 0, title: 'Refuse weak keys', change }, when: use.step.when };
      }
    for (const fn of [module.top, ...module.functions.values()])
      for (const step of fn.steps) {
        const found = step.do === 'call' ? (pair(step.call, context) ?? rounds(step.call, context)) : undefined;
        if (found && found.at.path === module.path) yield { ...found, when: step.when };
      }
    for (const { name, value } of module.bindings) yield* bytes(name, value, context);
  },
  explain: ({ how, number }) => ({
    message:
      how === 'rsa' ? `A key of ${number} bits can be broken offline, and then anyone signs with it. Use 2048 bits or more.`
      : how === 'allowed' ? 'This option lets keys in that are too weak to sign with, which the library refuses otherwise. Remove it and make a stronger key.'
      : how === 'bytes' ? `${number} random bytes can be guessed offline by who has something they signed. Use 32 random bytes.`
      : `With ${number} rounds, a stolen table of passwords is tried through in hours. Use 10 rounds or more.`,
    why: 'Whoever holds one token or one hash can try keys at home, as fast as the hardware allows, and nobody sees it.',
    remedy: 'Make keys of 32 random bytes or of 2048 bits, and hash passwords with a cost that takes a tenth of a second.',
  }),
  *fix({ evidence: { title, change } }): Iterable<Fix> {
    if (change) yield { title, safety: 'review', changes: [change] };
  },
  examples: [
    {
      title: 'a short RSA key',
      bad: `
        import { generateKeyPairSync } from 'node:crypto';
        export const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
        //                                                                        ^^^^ secrets/weak-key "A key of 1024 bits"
      `,
      fixed: `
        import { generateKeyPairSync } from 'node:crypto';
        export const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      `,
    },
    {
      title: 'weak keys let in on purpose',
      bad: `
        import jwt from 'jsonwebtoken';
        export const make = (id, key) => jwt.sign({ id }, key, { algorithm: 'RS256', expiresIn: '5m', allowInsecureKeySizes: true });
        //                                                                                                                   ^^^^ secrets/weak-key "too weak to sign with"
      `,
      fixed: `
        import jwt from 'jsonwebtoken';
        export const make = (id, key) => jwt.sign({ id }, key, { algorithm: 'RS256', expiresIn: '5m' });
      `,
    },
    {
      title: 'few random bytes, few rounds',
      bad: `
        import crypto from 'node:crypto';
        import bcrypt from 'bcrypt';
        const sessionSecret = crypto.randomBytes(8).toString('hex');
        //                                       ^ secrets/weak-key "8 random bytes"
        export const save = async (password) => bcrypt.hash(password, 4);
        //                                                            ^ secrets/weak-key "With 4 rounds"
        export const salt = () => bcrypt.genSaltSync(ROUNDS);
        const ROUNDS = 6;
        //             ^ secrets/weak-key "With 6 rounds"
        export { sessionSecret };
      `,
      fixed: `
        import crypto from 'node:crypto';
        import bcrypt from 'bcrypt';
        const sessionSecret = crypto.randomBytes(32).toString('hex');
        export const save = async (password) => bcrypt.hash(password, 4);
        export const salt = () => bcrypt.genSaltSync(ROUNDS);
        const ROUNDS = 6;
        export { sessionSecret };
      `,
    },
    {
      title: 'strong ones',
      good: `
        import crypto from 'node:crypto';
        import bcrypt from 'bcrypt';
        crypto.generateKeyPairSync('rsa', { modulusLength: 4096 }); bcrypt.hashSync(p, 12);
        const secret = crypto.randomBytes(32); bcrypt.hash(p, 10);
      `,
    },
    {
      title: 'curves, names of files, codes',
      good: `
        import crypto from 'node:crypto';
        crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const fileName = crypto.randomBytes(4).toString('hex');
        const requestId = crypto.randomBytes(8);
      `,
    },
    { title: 'rounds of a setting', good: `import bcrypt from 'bcrypt'; bcrypt.hash(p, Number(process.env.ROUNDS)); bcrypt.compare(p, hash); bcrypt.hash(p, salt);` },
    { title: 'weak keys refused', good: `import jwt from 'jsonwebtoken'; jwt.sign({ id, exp: 1 }, key, { algorithm: 'RS256', allowInsecureKeySizes: false });` },
  ],
});

/** `generateKeyPairSync('rsa', { modulusLength: 1024 })`. */
function pair({ callee, args }: Call, context: RuleContext): Found | undefined {
  if (!/^crypto\.generateKeyPair(Sync)?$|^generateKeyPair(Sync)?$/.test(callee)) return undefined;
  const kind = args[0] && context.constant(args[0].value)?.value;
  const answer = context.option(args[1]?.value, 'modulusLength');
  if (answer.kind !== 'value' || typeof kind !== 'string' || !/^(rsa|rsa-pss|dsa)$/i.test(kind)) return undefined;
  const bits = numberOf(answer.value, context);
  return bits && bits.number < 2048 ? weak('rsa', bits, 'Use 2048 bits', '2048') : undefined;
}
function rounds({ callee, args }: Call, context: RuleContext): Found | undefined {
  const index = ROUNDS.get(callee);
  const given = index === undefined ? undefined : args[index]?.value;
  const number = given && numberOf(given, context);
  return number && number.number > 0 && number.number < FEWEST_ROUNDS ? weak('rounds', number, 'Use 12 rounds', '12') : undefined;
}
/** `const secret = randomBytes(8).toString('hex')`. */
function* bytes(name: string, value: Value, context: RuleContext): Iterable<Found> {
  let current: Value | undefined = value;
  for (let hops = 0; current?.kind === 'call' && hops < 5; hops++) {
    const given: Value | undefined = /^(crypto\.)?randomBytes$/.test(current.callee) ? current.args[0]?.value : undefined;
    const number = given && secretName(name) ? numberOf(given, context) : undefined;
    if (number && number.number < FEWEST_BYTES) yield weak('bytes', number, 'Use 32 bytes', '32');
    current = current.receiver;
  }
}
interface Numbered {
  readonly number: number;
  readonly at: At;
}
function numberOf(value: Value, context: RuleContext): Numbered | undefined {
  const end = context.resolve(value).value;
  return end.kind === 'literal' && typeof end.value === 'number' ? { number: end.value, at: end.at.path === value.at.path ? end.at : value.at } : undefined;
}
function weak(how: Evidence['how'], { number, at }: Numbered, title: string, better: string): Found {
  return { at, subject: `${how} ${number}`, evidence: { how, number, title, change: { do: 'replace', at, code: [better] } } };
}
