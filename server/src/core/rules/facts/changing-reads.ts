import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { at, responsesOf } from '../../openapi/schemas.js';
import { effective } from '../../openapi/security.js';
import { asText, entriesOf, valueOf } from '../../openapi/values.js';
import { wordsOf } from './names.js';
import { publicPath } from './paths.js';

/** Words that name a change and nothing else. */
const CHANGES: ReadonlySet<string> = new Set((
  'add delete remove destroy erase create insert update modify replace cancel revoke unlock unblock unban unmute enable disable activate deactivate publish unpublish approve reject decline toggle upvote downvote '
  + 'unfollow unlike reopen resend regenerate restart reboot shutdown dispense wipe purge flush assign unassign submit deploy undeploy terminate suspend restore promote demote rebuild reindex recount recalculate unsubscribe'
).split(' '));
/** Words that also name things: two signs have to say the same. */
const MAY_CHANGE: ReadonlySet<string> = new Set((
  'reset release clear empty lock block ban mute start stop pause resume close open pay charge refund transfer withdraw deposit send vote like follow join leave mark set move copy merge import upload register book '
  + 'reserve order buy accept confirm rotate grant switch trigger launch run execute sync archive void drop rename save finish complete apply call ring push kick invite redeem claim'
).split(' '));
const READS: ReadonlySet<string> = new Set('get list show fetch find search read return retrieve check view download export preview describe count lookup look query display load see is has test validate redirect form page'.split(' '));
/** Links in mails have to be GET, and carry no token in a header. */
const LINKED = /(^|\/)(verify|confirm|activate|unsubscribe|callback|invite|invitation|accept|decline|magic|track|pixel|open|click|redirect|webhooks?|hooks?)(-?\w{1,30})?(\/|$)/i;

/** How surely a GET changes something, by its path, its name, its summary and what it answers: the verb that says so. */
export const changingRead = ofOperation((operation, document): { readonly verb: string; readonly sure: boolean } | undefined => {
  if (operation.method !== 'GET' || operation.section !== 'paths' || publicPath(operation.path)) return undefined;
  if (LINKED.test(operation.path) && effective(operation, document).kind !== 'required') return undefined;
  const holder = at(document, operation.pointer);
  const id = firstWord((asText(valueOf(holder, 'operationId')) ?? '').split(/[./:]/).at(-1) ?? '');
  const summary = stem(firstWord((asText(valueOf(holder, 'summary')) ?? asText(valueOf(holder, 'description')) ?? '').trim().split(/\s/)[0] ?? ''));
  const segment = pathVerb(operation.path);
  if (READS.has(id) || READS.has(summary) || segment === undefined && id === '') return undefined;
  const signs = [id, segment ?? '', summary];
  const verb = signs.find((word) => CHANGES.has(word) || MAY_CHANGE.has(word));
  if (verb === undefined) return undefined;
  const same = signs.filter((word) => CHANGES.has(word) || MAY_CHANGE.has(word)).length;
  const named = CHANGES.has(id) || CHANGES.has(segment ?? '');
  const sure = same > 1 || ((named || MAY_CHANGE.has(id)) && answersNothing(operation, document));
  return sure || named ? { verb, sure } : undefined;
});
/** `/berths/{no}/release`: the word behind what is changed. */
function pathVerb(path: string): string | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const last = segments.at(-1);
  return segments.length > 1 && last !== undefined && !/^[{:]/.test(last) ? firstWord(last) : undefined;
}
function firstWord(text: string): string {
  return wordsOf(text)[0] ?? '';
}
/** `releases` as `release`, `pushes` as `push`. */
function stem(word: string): string {
  const known = (one: string): boolean => CHANGES.has(one) || MAY_CHANGE.has(one) || READS.has(one);
  return [word, word.replace(/s$/, ''), word.replace(/es$/, ''), word.replace(/ies$/, 'y')].find(known) ?? word;
}
/** Every success is one without content: the request is made for its effect. */
function answersNothing(operation: Operation, document: OpenApiDocument): boolean {
  const successes = responsesOf(document, operation).filter(({ entry }) => /^2(\d\d|XX)$/i.test(entry.key));
  return successes.length > 0 && successes.every(({ entry, value }) => /^20[1245]$/.test(entry.key) && !valueOf(value, 'schema') && entriesOf(valueOf(value, 'content')).length === 0);
}
