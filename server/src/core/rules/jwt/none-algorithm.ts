import type { Branch, FunctionView, ModuleView, Step } from '../../model/module.js';
import type { ArrayValue, Literal, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { goesOn } from '../facts/handed.js';
import { jwtUses, optionAdded, type JwtUse } from '../facts/jwt.js';
import { rule, type Change, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly how: 'listed' | 'no-key' | 'unsecured' | 'by-hand';
  /** The list it stands in, where that is written here. */
  readonly list: ArrayValue | undefined;
  readonly literal: At | undefined;
  /** No signature is ever accepted here: it only looks like a hole. */
  readonly closed: boolean;
  /** The call to give a key, where it has no list of algorithms. */
  readonly use?: JwtUse;
}
const OPTIONS: ReadonlySet<string> = new Set(['algorithms', 'algorithm', 'alg', 'validAlgorithms', 'allowedAlgorithms', 'signatureAlgorithm']);
const DEEPEST = 6;

export default rule<'module', Evidence>({
  meta: {
    id: 'jwt/none-algorithm',
    title: 'Unsigned tokens are accepted',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [347, 327],
    severity: 'error',
    confidence: 'medium',
    topics: ['jwt'],
    since: '0.1.0',
    leansOn: ['jsonwebtoken8/unset-key', 'jsonwebtoken/unset-key', 'jsonwebtoken/none-algorithm', 'jose/decode'],
    whenNotToUse: 'Never where tokens say who somebody is.',
    references: ['https://datatracker.ietf.org/doc/html/rfc8725#section-2.1', 'https://cwe.mitre.org/data/definitions/347.html'],
  },
  on: 'module',
  words: ['none', 'verify', 'unsecuredjwt'],
  *detect(module, context) {
    const seen = new Set<number>();
    for (const found of [...listed(module, context), ...withoutKey(module, context), ...byHand(module, context)]) {
      if (seen.has(found.at.mark)) continue;
      seen.add(found.at.mark);
      yield found;
    }
  },
  explain: ({ how, closed }) => ({
    message: closed
      ? 'Without a key this call refuses every token; allowing none to make it pass would let anyone in as anyone. Give it the key.'
      : how === 'listed'
        ? "'none' accepts tokens with no signature: anyone can log in as anyone. Remove it and name the algorithm you sign with."
        : how === 'by-hand'
          ? 'A token that names no algorithm is taken without a signature: anyone can log in as anyone. Refuse it, and verify every token with a key.'
        : how === 'no-key'
          ? 'Without a key, tokens with no signature are accepted: anyone can log in as anyone. Give the key and name the algorithm you sign with.'
          : 'These tokens have no signature, so anyone can write one: whoever trusts what they say can be told anything. Sign them, and verify with a key.',
    why: 'The signature is all that tells a token of the server from one that somebody typed.',
    remedy: 'Verify with a key, and list the one algorithm the tokens are signed with.',
  }),
  *fix({ at, evidence: { how, list, literal, use } }): Iterable<FixAnswer> {
    if (how === 'by-hand') yield { refused: 'What is done with such a token has to be turned into a refusal.' };
    else if (how === 'unsecured') yield { refused: 'Which key and which algorithm belong here, the code does not say.' };
    else if (how === 'no-key') {
      const pinned = use && optionAdded(use, use.options, ['algorithms: [', { quote: 'HS256' }, ']']);
      if (literal) {
        const changes: Change[] = [{ do: 'replace', at, code: ['process.env.JWT_SECRET'] }, { do: 'require-env', path: at.path, name: 'JWT_SECRET' }];
        yield { title: 'Verify with JWT_SECRET', safety: 'review', changes: pinned ? [...changes, pinned] : changes };
      } else yield { refused: 'There is no place for a key in this call as it is written.' };
    } else if (!literal) yield { refused: 'The list is written in another file.' };
    else if (list && list.items.length > 1 && list.items.some(({ value }) => !isNone(value))) yield { title: "Remove 'none'", safety: 'safe', changes: [{ do: 'remove', at: literal, as: 'item' }] };
    else yield { title: 'Sign with HS256', safety: 'review', changes: [{ do: 'replace', at: literal, code: [{ quote: 'HS256' }] }] };
  },
  examples: [
    {
      title: 'beside an algorithm that signs',
      bad: `
        import jwt from 'jsonwebtoken';
        export const read = (token, key) => jwt.verify(token, key, { algorithms: ['HS256', 'none'] });
        //                                                                                 ^^^^^^ jwt/none-algorithm "'none' accepts tokens with no signature"
      `,
      fixed: `
        import jwt from 'jsonwebtoken';
        export const read = (token, key) => jwt.verify(token, key, { algorithms: ['HS256'] });
      `,
    },
    {
      title: 'no key',
      bad: `
        const jwt = require('jsonwebtoken');
        exports.read = (token) => jwt.verify(token, null);
        //                                          ^^^^ jwt/none-algorithm "Without a key"
      `,
      fixed: `
        const jwt = require('jsonwebtoken');
        if (!process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set');
        exports.read = (token) => jwt.verify(token, process.env.JWT_SECRET, { algorithms: ['HS256'] });
      `,
    },
    {
      title: 'no key, with a library that then refuses everything',
      bad: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^9.0.2" } }
        //- tokens.js
        const jwt = require('jsonwebtoken');
        exports.read = (token) => jwt.verify(token, '');
        //                                          ^^ jwt/none-algorithm "refuses every token"
      `,
    },
    {
      title: 'alone, in another case, in settings of other libraries',
      bad: `
        import jwt from 'jsonwebtoken';
        import koaJwt from 'koa-jwt';
        import { expressjwt } from 'express-jwt';
        import { Strategy } from 'passport-jwt';
        import Fastify from 'fastify';
        const ALGORITHMS = ['None'];
        //                  ^^^^^^ jwt/none-algorithm
        koaJwt({ secret: load(), algorithms: ALGORITHMS });
        expressjwt({ secret: load(), algorithms: ['RS256', 'NONE'] });
        //                                                 ^^^^^^ jwt/none-algorithm
        new Strategy({ secretOrKey: load(), algorithms: ['none', 'ES256'] }, () => {});
        //                                               ^^^^^^ jwt/none-algorithm
        Fastify().register(import('@fastify/jwt'), { secret: load(), sign: { algorithm: 'none' } });
        //                                                                              ^^^^^^ jwt/none-algorithm
        export const make = (payload) => jwt.sign(payload, '', { algorithm: 'none' });
        //                                                                  ^^^^^^ jwt/none-algorithm
      `,
    },
    {
      title: 'jose: tokens without a signature, a header made by hand',
      bad: `
        import { UnsecuredJWT } from 'jose';
        export const read = (token) => UnsecuredJWT.decode(token).payload;
        //                                          ^^^^^^ jwt/none-algorithm "no signature"
        export const make = (id) => new UnsecuredJWT({ id }).encode();
        //                              ^^^^^^^^^^^^ jwt/none-algorithm
        const header = { alg: 'none', typ: 'JWT' };
        //                    ^^^^^^ jwt/none-algorithm
        export const byHand = (body) => encode(header) + '.' + encode(body) + '.';
      `,
    },
    {
      title: 'let in by hand',
      bad: `
        const jwt = require('jsonwebtoken');
        exports.user = (token) => {
          const complete = jwt.decode(token, { complete: true });
          if (complete.header.alg === 'none') return complete.payload;
          //                          ^^^^^^ jwt/none-algorithm "taken without a signature"
          return jwt.verify(token, process.env.KEY, { algorithms: ['HS256'] });
        };
        exports.guard = (req, res, next) => {
          const { header, claims } = parts(req.get('authorization'));
          if (header.alg.toLowerCase() === 'none') { req.user = claims; return next(); }
          //                               ^^^^^^ jwt/none-algorithm
          return check(req, next);
        };
        exports.claims = (token) => {
          const [head, body, signature] = token.split('.');
          const { alg } = JSON.parse(Buffer.from(head, 'base64url'));
          if (alg !== 'none') verifySignature(head, body, signature);
          //          ^^^^^^ jwt/none-algorithm
          return JSON.parse(Buffer.from(body, 'base64url'));
        };
      `,
    },
    {
      title: 'whatever the way on is called',
      bad: `
        import { Router } from 'express';
        import jwt from 'jsonwebtoken';
        export const aplicacion = Router();
        aplicacion.use((peticion, respuesta, siguiente) => {
          const partes = jwt.decode(peticion.get('authorization'), { complete: true });
          if (partes.header.alg === 'none') return siguiente();
          //                        ^^^^^^ jwt/none-algorithm "taken without a signature"
          jwt.verify(peticion.get('authorization'), process.env.CLAVE, { algorithms: ['HS256'] });
          siguiente();
        });
      `,
    },
    {
      title: 'refused by hand',
      good: `
        exports.read = (token) => { const { header, payload } = parts(token); if (header.alg === 'none') return null; if (header.alg !== 'none') verifySignature(token); return payload; };
        exports.guard = (req, res, next) => { const { header } = parts(req.token); if (header.alg === 'none') return res.status(401).json({ error: 'unsigned' }); next(); };
        exports.later = (header, next) => { if (header.alg === 'none') return next(new Error('unsigned')); return next(); };
      `,
    },
    { title: 'an algorithm that signs', good: `import jwt from 'jsonwebtoken'; export const read = (token, key) => jwt.verify(token, key, { algorithms: ['HS256'] });` },
    { title: 'refusing it', good: `import jwt from 'jsonwebtoken'; export function check(h) { if (h.alg === 'none') throw new Error('bad'); if (['none'].includes(h.alg)) throw new Error('bad'); }` },
    { title: 'none of something else', good: `import jwt from 'jsonwebtoken'; jwt.verify(token, key, { algorithms: ['HS256'] }); res.cookie('a', 'b', { sameSite: 'none' }); export const style = { display: 'none', algorithm: 'none' };` },
    { title: 'a key that is looked up, and a callback', good: `import jwt from 'jsonwebtoken'; jwt.verify(token, getKey, { algorithms: ['RS256'] }, (error, claims) => done(error, claims)); jwt.verify(token, config.key);` },
  ],
});

type Found = Detection<Evidence>;
/** `'none'` in the options of calls that sign or verify, and in headers made by hand. */
function* listed(module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const use of jwtUses(module, context)) {
    if (!use.options) continue;
    for (const { literal, list, at } of nonesIn(use.options, undefined, use.options.at, module, context, 0))
      yield { at, subject: `none in ${use.library} ${use.does}`, evidence: { how: 'listed', list, literal: at === literal.at ? at : undefined, closed: false }, confidence: 'high', when: use.step.when };
  }
  for (const { value } of module.bindings) {
    if (value.kind !== 'object' || !value.entries.some((entry) => entry.key === 'typ')) continue;
    const alg = value.entries.find((entry) => entry.key === 'alg')?.value;
    if (alg && isNone(alg)) yield { at: alg.at, subject: 'header', evidence: { how: 'listed', list: undefined, literal: alg.at, closed: false }, confidence: 'medium' };
  }
}
interface None {
  readonly literal: Literal;
  readonly list: ArrayValue | undefined;
  readonly at: At;
}
/** `via` is where the value is named in this file. */
function* nonesIn(value: Value, key: string | undefined, via: At, module: ModuleView, context: RuleContext, depth: number): Iterable<None> {
  if (depth > DEEPEST) return;
  if (value.kind === 'object') {
    for (const entry of value.entries) yield* nonesIn(entry.value, entry.key ?? key, entry.value.at.path === module.path ? entry.value.at : via, module, context, depth + 1);
  } else if (value.kind === 'array' && key !== undefined && OPTIONS.has(key)) {
    for (const { value: item } of value.items) if (isNone(item)) yield { literal: item, list: value, at: item.at.path === module.path ? item.at : via };
  } else if (isNone(value) && key !== undefined && OPTIONS.has(key)) yield { literal: value, list: undefined, at: value.at.path === module.path ? value.at : via };
  else if (value.kind === 'ref') {
    const end = context.resolve(value).value;
    if (end.kind !== 'ref') yield* nonesIn(end, key, via, module, context, depth + 1);
  }
}
function isNone(value: Value): value is Literal {
  return value.kind === 'literal' && typeof value.value === 'string' && value.value.toLowerCase() === 'none';
}
/** `verify(token, null)`; tokens of jose that have no signature. */
function* withoutKey(module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const use of jwtUses(module, context)) {
    if (use.library === 'jsonwebtoken' && use.does === 'verify' && !use.through) {
      const empty = emptyKey(use, context);
      if (!empty) continue;
      const pins = context.option(use.options, 'algorithms').kind !== 'absent';
      const closed = (context.major('jsonwebtoken', module.path) ?? 8) >= 9;
      yield {
        at: empty, subject: 'verify without a key',
        evidence: { how: 'no-key', list: undefined, literal: use.key?.kind === 'literal' ? empty : undefined, closed, ...(pins ? {} : { use }) },
        severity: closed ? 'info' : 'error', confidence: 'high', when: use.step.when,
      };
    }
    if (use.call.callee === 'jose.UnsecuredJWT.decode') yield { at: use.at, subject: 'UnsecuredJWT.decode', evidence: { how: 'unsecured', list: undefined, literal: undefined, closed: false }, confidence: 'high', when: use.step.when };
  }
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps)
      if (step.do === 'call' && step.call.form === 'new' && step.call.callee === 'jose.UnsecuredJWT')
        yield {
          at: step.call.nameAt, subject: 'new UnsecuredJWT',
          evidence: { how: 'unsecured', list: undefined, literal: undefined, closed: false },
          confidence: 'high', when: step.when,
        };
}
/** The key that is surely none: `''`, null, undefined, false, or left out. */
function emptyKey({ key, call, at }: JwtUse, context: RuleContext): At | undefined {
  if (!key) return call.args.length === 1 && call.args[0]?.spread === false ? at : undefined;
  const known = context.constant(key);
  if (!known || (known.value !== '' && known.value !== null && known.value !== undefined && known.value !== false)) return undefined;
  return key.at;
}

/** Code that looks at the algorithm itself, and goes on where it is none. */
function* byHand(module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const fn of [module.top, ...module.functions.values()]) {
    const none = fn.steps.flatMap((step) => step.when.flatMap((branch) => testOf(branch) ?? []));
    const refuses = none.some(({ branch, isNone: holds }) => holds && fn.steps.some((step) => step.when.includes(branch) && isRefusal(step)));
    for (const { branch, literal, isNone: holds } of none) {
      const under = fn.steps.filter((step) => step.when.some((one) => one.test === branch.test && one.holds === branch.holds) && !isWithin(step, branch));
      const isOpen = holds ? !branch.early && under.some((step) => letsIn(step, context)) : !branch.early && !refuses && under.some(isCheck);
      if (isOpen) yield { at: literal.at, subject: `none in ${fn.name}`, evidence: { how: 'by-hand', list: undefined, literal: undefined, closed: false }, confidence: 'medium', when: branchesBefore(fn, branch) };
    }
  }
}
/** The test itself is made of steps too. */
function isWithin(step: Step, branch: Branch): boolean {
  return step.at.mark === branch.test.at.mark;
}
function branchesBefore(fn: FunctionView, branch: Branch): readonly Branch[] {
  const step = fn.steps.find((one) => one.when.includes(branch));
  return step ? step.when.slice(0, step.when.indexOf(branch)) : [];
}
interface NoneTest {
  readonly branch: Branch;
  readonly literal: Literal;
  /** The branch is taken by tokens without an algorithm, not by all others. */
  readonly isNone: boolean;
}
/** `header.alg === 'none'`, also of the name in lower case. */
function testOf(branch: Branch): NoneTest | undefined {
  const { test } = branch;
  if (test.kind !== 'compare' || !/^[!=]==?$/.test(test.op)) return undefined;
  const [literal, other] = isNone(test.right) ? [test.right, test.left] : isNone(test.left) ? [test.left, test.right] : [undefined, test.left];
  const asked = other.kind === 'call' && /^to(Lower|Upper|LocaleLower)Case$/.test(other.name) && other.receiver ? other.receiver : other;
  if (!literal || asked.kind !== 'ref' || !/^(alg|algorithm)$/i.test(asked.path.at(-1) ?? asked.text)) return undefined;
  return { branch, literal, isNone: test.op.startsWith('=') === branch.holds };
}
function isRefusal(step: Step): boolean {
  if (step.do === 'throw') return true;
  if (step.do === 'return') return step.value === undefined || (step.value.kind === 'literal' && !step.value.value) || step.value.kind === 'call';
  return step.do === 'call' && /^(status|sendStatus|code|writeHead|reject|throw)$/.test(step.call.name);
}
/** What a token says is given back, kept as who the caller is, or the request goes on. */
function letsIn(step: Step, context: RuleContext): boolean {
  if (step.do === 'return') return step.value !== undefined && (step.value.kind === 'ref' ? step.value.text !== 'undefined' : step.value.kind === 'object' || (step.value.kind === 'literal' && step.value.value === true));
  if (step.do === 'assign') return step.target.path.some((key) => key !== undefined && /^(user|auth|claims|session|identity|account|payload)$/.test(key));
  return step.do === 'call' && (goesOn(step.call, context) || (step.call.callee === 'next' && step.call.args.length === 0));
}
function isCheck(step: Step): boolean {
  return step.do === 'call' && /^(verify|check|validate|createHmac|createVerify|timingSafeEqual)/i.test(step.call.name);
}
