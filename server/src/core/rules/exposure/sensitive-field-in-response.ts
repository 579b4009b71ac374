import type { Change } from '../../findings/changes.js';
import type { Send } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { placeOfLeaf } from '../facts/errors.js';
import { hiddenRecords } from '../facts/hidden-examples.js';
import { keptRecord } from '../facts/kept.js';
import { personName, sensitiveField } from '../facts/field-names.js';
import type { RecordRead } from '../facts/held-records.js';
import { isForSome } from '../facts/owned.js';
import { graphFields, type GraphField } from '../facts/graph-fields.js';
import { proofSent } from '../facts/proof-codes.js';
import { recordRead, statedRead, takesAway } from '../facts/records.js';
import { recordAnswers, recordLeaks } from '../facts/record-examples.js';
import { joinedRecords } from '../facts/joined-examples.js';
import { otherAnswers } from '../facts/answer-examples.js';
import { signedIn } from '../facts/signed-in.js';
import { rule, type FixAnswer, type Leaf, type RuleContext } from '../rule.js';

type Evidence = GraphField | ({ readonly leaf: Leaf; readonly send: Send } & ({ readonly field: string; readonly isSalt: boolean; readonly isProof?: true } | { readonly read: RecordRead }));
/** Calls that write a record out with all its fields, or put it into an envelope. */
const WHOLE = /(Response|Result)(\.\w+)?$|(^|\.)response(Ok|Success)$|(^|\.)(stringify|parse|unparse|from|values|assign|concat|toJSON|toObject|freeze|json2csv|toCSV|toCsv|csvFormat)$/;
/** Calls that make a hash of a password. */
const HASHES = /^(hash|hashSync|hash_?password|scrypt|scryptSync|pbkdf2|pbkdf2Sync|argon2\w*|make_?hash|encrypt_?password)$/i;
/** Objects whose members are texts about a field, and switches. */
const ABOUT = /^(errors?|errs?|validation\w*|messages?|msgs?|labels?|strings|i18n|rules|schema|touched|required|flags?|features?|policy|policies|settings|counts?|stats|colors?|config|process)$/i;

export default rule<'answer', Evidence>({
  meta: {
    id: 'exposure/sensitive-field-in-response',
    title: 'Whole user record goes to the client',
    owasp: ['API3:2019', 'API3:2023'],
    cwe: [213, 359],
    severity: 'warning',
    confidence: 'medium',
    topics: ['data-exposure'],
    since: '0.1.0',
    whenNotToUse: 'The records hold public fields only, or a serialiser this rule cannot see removes the others.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/', 'https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html'],
  },
  on: 'answer',
  words: [],
  *detect(answer, context) {
    if (answer.how === 'schema') {
      for (const found of graphFields(answer.module, context)) yield { at: found.at, subject: `${found.type}.${found.field}`, evidence: found, severity: found.isHash ? 'error' : 'warning' };
      return;
    }
    const { send, in: fn } = answer;
    // A page shows what its template names.
    if (/^(render|view|viewAsync)$/.test(send.call?.name ?? '')) return;
    const hasSchema = context.endpoints({ handler: fn.id }).some((one) => one.framework === 'fastify' && describesAnswer(one.route.options, context));
    // Of a record GraphQL sends the fields its schema names.
    const isTyped = context.role(fn.id)?.framework === 'graphql-resolver';
    const seen = new Set<unknown>();
    const leaves = [...context.leaves(send.value, fn)];
    for (const leaf of leaves) {
      const place = placeOfLeaf(leaf, send);
      const known = leaf.entry ?? leaf.via ?? leaf.value;
      if (!place || seen.has(known)) continue;
      const proof = proofSent(leaf, fn, context);
      if (proof !== undefined) {
        seen.add(known);
        yield { ...place, subject: `${proof} ${leaf.key ?? ''}`, evidence: { leaf, send, field: proof, isSalt: false, isProof: true }, severity: 'error', confidence: 'medium', when: [...send.when, ...leaf.when] };
        continue;
      }
      const field = fieldIn(leaf, context);
      if (field !== undefined) {
        seen.add(known);
        const isSalt = isSaltName(field) && !leaves.some((one) => one !== leaf && sensitiveField(one.key ?? '') !== undefined && !isSaltName(one.key ?? ''));
        const found = { ...place, subject: `${field} ${leaf.key ?? ''}`, evidence: { leaf, send, field, isSalt }, when: [...send.when, ...leaf.when] };
        yield { ...found, severity: isSalt ? 'info' : 'error', confidence: 'medium' };
        continue;
      }
      // What it is called on is a leaf of its own.
      if (leaf.value.kind === 'call' && /^to(JSON|Object)$/.test(leaf.value.name)) continue;
      const inside = leaf.entered?.at(-1) ?? fn;
      if (isTyped || hasSchema || !isWhole(leaf) || isTrimmed(leaf, fn) || takesAway(fn, { value: leaf.via ?? leaf.value, context }) || leaf.entered?.some((one) => takesAway(one)) === true) continue;
      const read = leaf.followed === true ? statedRead(leaf.value, context) : (recordRead(leaf.value, inside, context) ?? kept(leaf.value, inside, context) ?? signedIn(leaf.value, fn, context));
      if (!read || isForSome(read, fn, context) || isSerialised(read, fn, context)) continue;
      seen.add(known);
      // The name that is sent tells more than the query it was read with.
      const shown = leaf.via?.at.path === send.at.path && (leaf.via.kind === 'ref' || (leaf.entered ?? []).length > 0) ? { at: leaf.via.at } : place;
      const found = { ...shown, subject: `${read.model} ${leaf.key ?? ''}`, evidence: { leaf, send, read }, when: [...send.when, ...leaf.when] };
      // What else such a table holds of people nobody can tell.
      yield read.kind === 'personal' && !read.proven ? { ...found, severity: 'info', confidence: 'medium' } : { ...found, confidence: read.proven ? 'high' : 'medium' };
    }
  },
  explain: (evidence) => ({
    message: worded(evidence),
    why: 'read' in evidence && evidence.read.kind !== undefined && evidence.read.kind !== 'secret'
      ? 'Keys open what they belong to, and numbers of identity and accounts are what impostors look for.'
      : 'A password hash can be guessed offline, and a reset token takes the account over.',
    remedy: 'Name the fields that are sent, in the query or in a function that builds the answer.',
  }),
  *fix({ evidence }, context): Iterable<FixAnswer> {
    if ('type' in evidence) yield { refused: 'A field of a schema may be asked for by clients, who have to be told first.' };
    else if ('field' in evidence) yield* withoutField(evidence.leaf);
    else yield* narrowed(evidence.read, evidence.leaf, evidence.send, context);
  },
  examples: [
    {
      title: 'a record whose password was just compared, whatever it is called',
      bad: `
        import { Router } from 'express';
        import Inquilino from './models/inquilino.js';
        Router().post('/entrar', async (req, res) => {
          const inquilino = await Inquilino.findOne({ correo: String(req.body.correo) });
          if (!inquilino || !bcrypt.compareSync(String(req.body.clave), inquilino.password)) return res.status(400).json({ msg: 'no' });
          res.json({ inquilino, token: sign(inquilino.id) });
          //         ^^^^^^^^^ exposure/sensitive-field-in-response
        });
      `,
    },
    {
      title: 'columns that are named one by one',
      good: `import Router from '@koa/router'; new Router().get('/members/:id', async (ctx) => { ctx.body = await knex('members').where({ id: ctx.params.id }).first('id', 'name'); });`,
    }, ...recordLeaks, ...hiddenRecords, ...joinedRecords, ...otherAnswers, ...recordAnswers],
});

/** What it goes through leaves all fields in it; a text is only made of what was written out before. */
function isWhole({ through }: Leaf): boolean {
  return through.every((name) => WHOLE.test(name) || (name === 'template' && through.some((one) => /(^|\.)stringify$/.test(one))));
}
/** Nest writes the record out through a class: one of its own, or the entity, whose fields are known. */
function isSerialised(read: RecordRead, fn: FunctionView, context: RuleContext): boolean {
  if (context.role(fn.id)?.framework !== 'nest') return false;
  return context.projectUses('own-serializer') || (context.projectUses('class-serializer') && !(read.proven && read.field !== undefined));
}
function worded(evidence: Evidence): string {
  if ('type' in evidence) return `Whoever may ask for ${evidence.type} gets its '${evidence.field}'. Take the field out of the schema.`;
  if ('field' in evidence) {
    if (evidence.isProof) return `'${evidence.field}' is meant to prove who asks, and this response gives it to whoever asks. Send it by mail or phone only.`;
    return `'${evidence.field}' leaves the server in this response. ${evidence.isSalt ? 'It tells which accounts there are, and clients that hash passwords themselves send what is as good as one.' : 'Remove it.'}`;
  }
  const { model, kind, field, asked } = evidence.read;
  if (asked && field !== undefined) return `The query asks for '${field}' of ${model}, and the answer is sent as it is. Leave it out of what is selected.`;
  if (field !== undefined && kind !== undefined && kind !== 'secret') return `The whole ${model} record is returned, '${field}' included. Select the fields the client needs.`;
  if (kind === 'personal') return `Every column of ${model} is returned, whatever it says of people. Select the fields the client needs.`;
  return `The whole ${model} record is returned, with any password hash or token it holds. Select the fields the client needs.`;
}
/** A field of the list that is put in by name. */
function fieldIn({ value, key, through, via }: Leaf, context: RuleContext): string | undefined {
  if (value.kind === 'call' && key !== undefined && sensitiveField(key) === 'sure' && HASHES.test(value.name) && (via === undefined || context.resolve(via).value.kind === 'object')) return key;
  if (value.kind !== 'ref' || through.some((name) => /(^|\.)(keys|getOwnPropertyNames)$/.test(name))) return undefined;
  const last = value.path.at(-1) ?? (value.path.length === 0 ? value.text : '');
  const own = sensitiveField(last);
  const keyed = key === undefined ? undefined : sensitiveField(key);
  if (own === undefined || context.request(value) !== undefined) return undefined;
  const owner = value.path.length > 1 ? (value.path.at(-2) ?? '') : (value.text.split(/[?.![]/)[0] ?? '');
  if (value.path.length === 0) {
    const end = context.resolve(value).value;
    return keyed === 'sure' && end.kind === 'ref' && end.path.length > 0 && end.root.kind === 'value' && end.root.of.kind === 'call' ? last : undefined;
  }
  if (value.root.kind === 'env' || value.root.kind === 'import' || ABOUT.test(owner)) return undefined;
  return own === 'sure' || personName(owner) ? last : undefined;
}
/** Records the program keeps itself. */
function kept(value: Value, fn: FunctionView, context: RuleContext): RecordRead | undefined {
  const found = keptRecord(value, fn, context);
  return found && { model: found.name, library: 'other', call: undefined, list: found.list, proven: true, ...(found.field === undefined ? {} : { field: found.field }) };
}
/** What writes the record out is told which fields: `JSON.stringify(user, ['id'])`, `parse(users, { fields })`. */
function isTrimmed({ through }: Leaf, fn: FunctionView): boolean {
  return through.length > 0 && fn.steps.some((step) => {
    if (step.do !== 'call' || /(^|\.)assign$|(Response|Result)(\.\w+)?$/i.test(step.call.callee || step.call.name)) return false;
    return through.includes(step.call.callee || step.call.name) && step.call.args.slice(1).some(({ value }) => value.kind !== 'literal');
  });
}
function isSaltName(name: string): boolean {
  return /salt$/i.test(name);
}
function describesAnswer(options: Value | undefined, context: RuleContext): boolean {
  const schema = context.option(options, 'schema');
  return schema.kind === 'unknown' || (schema.kind === 'value' && context.option(schema.value, 'response').kind !== 'absent');
}

function* withoutField({ entry, value }: Leaf): Iterable<FixAnswer> {
  if (entry && entry.value === value && entry.form !== 'spread') yield { title: 'Remove the field', safety: 'review', changes: [{ do: 'remove', at: entry.at, as: 'entry' }] };
  else yield { refused: 'The field is no property of the answer that could be removed alone.' };
}
function* narrowed({ library, call, list, field, nested, proven }: RecordRead, leaf: Leaf, send: Send, context: RuleContext): Iterable<FixAnswer> {
  const first = call?.args[0];
  const hidden = field ?? 'password';
  if (nested) {
    yield { refused: 'Which fields of the person the client needs has to be said where the record is read.' };
    return;
  }
  // That there is such a field is known, what it is called is not.
  if (proven && field === undefined) {
    yield { refused: 'Which fields the client needs has to be said where the record is read.' };
    return;
  }
  if (call && library === 'mongoose' && /^find/.test(call.name)) {
    yield { title: `Leave the password out with .select('-${hidden}')`, safety: 'review', changes: [{ do: 'insert', at: call.at, where: 'after', code: ['.select(', { quote: `-${hidden}` }, ')'] }] };
    return;
  }
  if (call && library === 'prisma' && (!first || first.value.kind === 'object')) {
    const changes: Change[] = first ? [{ do: 'insert', at: first.value.at, where: 'entry-last', code: [`omit: { ${hidden}: true }`] }] : [{ do: 'insert', at: call.at, where: 'argument-last', code: [`{ omit: { ${hidden}: true } }`] }];
    yield { title: 'Leave the password out with omit', safety: 'review', changes };
    return;
  }
  const sent = leaf.via?.kind === 'ref' && leaf.via.at.path === send.at.path ? leaf.via : leaf.value;
  if (sent.kind !== 'ref' || sent.path.length > 0 || [hidden, 'safe'].some((name) => context.visible(name, send.at) === 'present')) {
    yield { refused: 'Which fields the client needs has to be said where the record is read.' };
    return;
  }
  const isShorthand = leaf.entry?.form === 'shorthand';
  const name = isShorthand ? `${sent.text}: ` : '';
  if (list) yield { title: `Leave the ${hidden} out`, safety: 'review', changes: [{ do: 'replace', at: sent.at, code: [`${name}${sent.text}.map(({ ${hidden}, ...safe }) => safe)`] }] };
  else {
    yield {
      title: `Leave the ${hidden} out`,
      safety: 'review',
      changes: [
        { do: 'insert', at: send.statementAt, where: 'line-before', code: [`const { ${hidden}, ...safe } = ${sent.text};`] },
        { do: 'replace', at: sent.at, code: [`${name}safe`] },
      ],
    };
  }
}
